//! Diversion links and tracked clicks: from the request to the redirect, with the visit or the click durable.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::event::EventBody;
use domain::ids::{CampaignId, ContactNumber};
use domain::link::{LinkBot, Utm};
use engine::links::NewLink;
use engine::tokens::Click;
use store::bench::{PlainClick, PlainLoop, PlainVisit, PlainWork};

use super::Options;
use super::ingest::same_rows;
use super::load::{Driven, Load, get as request};
use super::plain::{Bare, now_ms};
use super::report::{MUSTER, Report, Unit};
use super::scene::{Ground, Scene};
use super::send::prepared;
use super::stub::{Seen, serve_here};
use crate::Failure;

const CONNECTIONS: usize = 64;
/// People who click.
const PEOPLE: usize = 2_000;
const SHOP: &str = "https://example.org/shop";

const AGENTS: [&str; 3] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
];

/// The names of one measurement.
struct Case {
    rate: &'static str,
    p50: &'static str,
    p99: &'static str,
}

const VISITS: Case =
    Case { rate: "/l/{code}, visit durable, 64 connections", p50: "/l/{code}, p50", p99: "/l/{code}, p99" };
const CLICKS: Case = Case {
    rate: "/c/{token}, click durable, 64 connections",
    p50: "/c/{token}, p50",
    p99: "/c/{token}, p99",
};
const INSERTING: &str = "axum + SQLite, group commit";
const REDIRECTING: &str = "axum, redirect only";

/// Measures everything.
///
/// # Errors
/// A contestant failed, or wrote something else than the others.
pub async fn run(options: &Options) -> Result<(), Failure> {
    let mut report = Report::new("links");
    let api = serve_here(Arc::new(Seen::default())).await?;
    for _ in 0..options.rounds {
        visits(&mut report, options, api).await?;
        clicks(&mut report, options, api).await?;
    }
    report.print(options.json);
    Ok(())
}

impl Case {
    async fn measure(
        &self,
        report: &mut Report,
        peer: &'static str,
        address: SocketAddr,
        requests: &Arc<Vec<Vec<u8>>>,
        total: usize,
    ) -> Result<(), Failure> {
        let requests = Arc::clone(requests);
        let load = Load { address, connections: CONNECTIONS, requests, total, wanted: 302..303 };
        let driven: Driven = load.drive().await?;
        report.measured(self.rate, peer, total, driven.per_second(), Unit::PerSecond);
        report.measured(self.p50, peer, total, driven.latency_ms(500), Unit::Milliseconds);
        report.measured(self.p99, peer, total, driven.latency_ms(990), Unit::Milliseconds);
        Ok(())
    }
}

fn headers(agent: &str) -> String {
    format!("user-agent: {agent}\r\naccept-language: de-AT,de;q=0.9\r\nreferer: https://social.example/\r\n")
}

async fn visits(report: &mut Report, options: &Options, api: SocketAddr) -> Result<(), Failure> {
    let api_url = format!("http://{api}");
    let scene = Ground::make(&options.place, &api_url, 1).await?.run().await?;
    let requests: Vec<_> = AGENTS
        .iter()
        .map(|agent| request("/l/summer?utm_source=social&utm_medium=cpc&clid=Ab3dE9", &headers(agent)))
        .collect();
    let requests = Arc::new(requests);
    make_link(&scene).await?;
    VISITS.measure(report, MUSTER, scene.address, &requests, options.count).await?;
    let ours = scene.close().await?;

    let ground = Ground::make(&options.place, &api_url, 1).await?;
    let folder = ground.close().await;
    let rows = PlainLoop::start(folder.path())?;
    let inserting = Router::new().route("/l/{code}", get(insert_visit)).with_state(rows);
    let bare = Bare::serve(inserting).await?;
    VISITS.measure(report, INSERTING, bare.address, &requests, options.count).await?;
    drop(bare);
    same_rows(ours.path(), &folder)?;

    let redirecting =
        Router::new().route("/l/{code}", get(async || redirect("https://t.me/bench_bot?start=x".into())));
    let bare = Bare::serve(redirecting).await?;
    VISITS.measure(report, REDIRECTING, bare.address, &requests, options.count).await
}

async fn make_link(scene: &Scene) -> Result<(), Failure> {
    let new = NewLink {
        code: Some("summer".into()),
        name: "Summer".into(),
        channel: "social".into(),
        utm: Utm::default(),
        tags: Vec::new(),
        bots: vec![LinkBot { bot: scene.bot, weight: 1, flow: None }],
    };
    scene.muster.rooms.links.create(scene.workspace, new).await?;
    Ok(())
}

fn redirect(to: String) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, to), (header::CACHE_CONTROL, "no-store".to_owned())])
        .into_response()
}

/// The row of a visit with what the request tells; what Muster reads out of the browser's name is given here.
async fn insert_visit(
    State(rows): State<PlainLoop>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    // Unlike a drawn one, a counted id is never taken: nothing has to be tried again.
    static NEXT: AtomicI64 = AtomicI64::new(0);
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let at = now_ms();
    let visit = PlainVisit {
        workspace: 1,
        id: (at << 20) | (NEXT.fetch_add(1, Ordering::Relaxed) & 0xF_FFFF),
        link: 1,
        bot: 1,
        at,
        address: "127.0.0.1".into(),
        traits: [Some("AT".into()), Some("Chrome".into()), Some("Windows".into()), Some("pc".into())],
        language: text(header::ACCEPT_LANGUAGE),
        referrer: text(header::REFERER),
        user_agent: text(header::USER_AGENT),
        utm_source: Some("social".into()),
        query: serde_json::to_string(&query).unwrap_or_default(),
    };
    let id = visit.id;
    if rows.take(PlainWork::Visit(visit)).await {
        redirect(format!("https://t.me/bench_bot?start=v_{id:018}"))
    } else {
        StatusCode::SERVICE_UNAVAILABLE.into_response()
    }
}

async fn clicks(report: &mut Report, options: &Options, api: SocketAddr) -> Result<(), Failure> {
    let (scene, campaign) = prepared(options, PEOPLE, 1, api).await?;
    let requests: Vec<_> = (0..PEOPLE)
        .map(|person| {
            let contact = ContactNumber(person as u32);
            let click = Click { bot: scene.bot, contact, campaign, row: 0, column: 1, test: false };
            let path = format!("/c/{}", click.token(&scene.muster.secrets));
            request(&path, &headers(AGENTS[person % AGENTS.len()]))
        })
        .collect();
    let requests = Arc::new(requests);
    CLICKS.measure(report, MUSTER, scene.address, &requests, options.count).await?;
    let ours = scene.close().await?;

    let (scene, campaign) = prepared(options, PEOPLE, 1, api).await?;
    let folder = scene.close().await?;
    let state = (PlainLoop::start(folder.path())?, campaign);
    let inserting = Router::new().route("/c/{token}", get(insert_click)).with_state(state);
    let bare = Bare::serve(inserting).await?;
    CLICKS.measure(report, INSERTING, bare.address, &requests, options.count).await?;
    drop(bare);
    same_rows(ours.path(), &folder)?;

    let redirecting = Router::new().route("/c/{token}", get(async || redirect(SHOP.into())));
    let bare = Bare::serve(redirecting).await?;
    CLICKS.measure(report, REDIRECTING, bare.address, &requests, options.count).await
}

/// The rows of a click by the person of the given number, which this peer makes up from the token's letters.
async fn insert_click(
    State((rows, campaign)): State<(PlainLoop, CampaignId)>,
    Path(token): Path<String>,
) -> Response {
    let person = token.bytes().fold(0, |sum, byte| (sum * 31 + i64::from(byte)) % PEOPLE as i64);
    let body = EventBody::Click { object: "Shop".into(), campaign, place: None };
    let click = PlainClick {
        bot: 1,
        contact: person,
        campaign: campaign.0,
        at: now_ms(),
        object: "Shop".into(),
        data: body.encode(),
    };
    if rows.take(PlainWork::Click(click)).await {
        redirect(SHOP.into())
    } else {
        StatusCode::SERVICE_UNAVAILABLE.into_response()
    }
}
