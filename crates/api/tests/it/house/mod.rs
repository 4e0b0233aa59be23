//! The real router over a real database in a temporary folder.

pub mod contract;

use std::sync::Arc;

use api::{ApiOptions, ApiState, Rooms, router};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use domain::ids::WorkspaceId;
use engine::attribute_kinds::AttributeKinds;
use engine::bots::{Bots, Identities, Identity, IdentityError};
use engine::campaigns::Campaigns;
use engine::clicks::Clicks;
use engine::contacts::Contacts;
use engine::conversions::Conversions;
use engine::fleet::Webhooks;
use engine::flows::FlowRunner;
use engine::flows::Flows;
use engine::home::Home;
use engine::idempotency::Idempotency;
use engine::imports::Imports;
use engine::inbox::Inbox;
use engine::intake::Intake;
use engine::links::Links;
use engine::live::Live;
use engine::media::Media;
use engine::people::People;
use engine::reports::Reports;
use engine::retention::Keeper;
use engine::segments::Segments;
use engine::stages::Stages;
use engine::tags::Tags;
use engine::team::{SignedIn, Team};
use engine::templates::Templates;
use engine::{ManualClock, Secrets};
use futures_util::future::BoxFuture;
use serde_json::Value;
use store::{Store, StoreOptions};
use tower::ServiceExt;

/// 2026-11-24, noon in UTC.
pub const NOON: i64 = 1_795_521_600_000;

/// Knows every token of the form `<id>:good`.
pub struct Desk;

impl Identities for Desk {
    fn identify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Identity, IdentityError>> {
        let id = token.strip_suffix(":good").and_then(|id| id.parse().ok());
        let known = |telegram_id| Identity {
            telegram_id,
            username: format!("bot_{telegram_id}"),
            name: format!("Bot {telegram_id}"),
        };
        Box::pin(async move { id.map(known).ok_or(IdentityError::BadToken) })
    }
}

/// The server and its insides.
pub struct House {
    pub app: Router,
    pub rooms: Rooms,
    pub store: Store,
    pub clock: Arc<ManualClock>,
    pub secrets: Secrets,
    pub workspace: WorkspaceId,
    _folder: tempfile::TempDir,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub json: Value,
}

/// How a request is signed.
#[derive(Debug, Clone)]
pub enum As {
    Nobody,
    Token(String),
    Cookie(String),
}

impl House {
    pub async fn build() -> Self {
        Self::reached_at("https://muster.example.org").await
    }

    /// As the world knows it by an address.
    pub async fn reached_at(public_url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&StoreOptions::new(folder.path())).unwrap();
        let clock = Arc::new(ManualClock::new(NOON));
        let secrets = Secrets::from_bytes([9; 64]);
        let rooms = rooms(&store, &clock, &secrets);
        let workspace = rooms.team.ensure_workspace().await.unwrap();
        let options = ApiOptions {
            public_url: public_url.into(),
            trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()],
            ..ApiOptions::default()
        };
        let state = ApiState {
            rooms: Arc::new(rooms.clone()),
            reader: store.reader().clone(),
            options: Arc::new(options),
        };
        Self { app: router(state), rooms, store, clock, secrets, workspace, _folder: folder }
    }

    /// A token with the owner's rights.
    pub async fn token(&self, workspace: WorkspaceId) -> As {
        As::Token(self.rooms.team.create_token(workspace, "test").await.unwrap().token)
    }

    /// The owner, in a browser.
    pub async fn owner(&self) -> SignedIn {
        let token = self.rooms.team.owner_token(self.workspace).await.unwrap().unwrap();
        let team = &self.rooms.team;
        team.set_up(&token, "Ada", Some("ada@example.org"), "correct horse", "test").await.unwrap()
    }

    pub async fn ask(&self, who: &As, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.ask_with(who, method, path, body, &[]).await
    }

    pub async fn ask_with(
        &self,
        who: &As,
        method: &str,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        request = match who {
            As::Nobody => request,
            As::Token(token) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
            As::Cookie(token) => request
                .header(header::COOKIE, format!("muster_session={token}"))
                .header("sec-fetch-site", "same-origin"),
        };
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let asked = body.clone();
        let body = match body {
            Some(json) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(json.to_string())
            }
            None => Body::empty(),
        };
        let request = request.body(body).unwrap();
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let answer = self.send(request).await;
        if let Some(asked) = asked.filter(|_| answer.status.is_success()) {
            contract::check_request(&method, &path, &asked);
        }
        answer
    }

    /// Imports a table of people; the status of the answer.
    pub async fn import(&self, who: &As, bot: i64, table: &str) -> u16 {
        let part = |name: &str, value: &str| {
            format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let body = part("file\"; filename=\"people.csv", table)
            + &part("bot_id", &bot.to_string())
            + &part("dry_run", "false")
            + "--edge--\r\n";
        let request = Request::post("/api/v1/contacts/import")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge");
        let request = match who {
            As::Token(token) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
            As::Cookie(token) => request
                .header(header::COOKIE, format!("muster_session={token}"))
                .header("sec-fetch-site", "same-origin"),
            As::Nobody => request,
        };
        self.send(request.body(Body::from(body)).unwrap()).await.status.as_u16()
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 1 << 24).await.unwrap();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let is_json = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
        if parts.status.is_success() && is_json {
            contract::check_answer(&method, &path, parts.status.as_u16(), &json);
        }
        Answer { status: parts.status, headers: parts.headers, json }
    }
}

impl Answer {
    /// The status and the code of a refusal.
    pub fn refusal(&self) -> (u16, &str) {
        (self.status.as_u16(), self.json["code"].as_str().unwrap_or_default())
    }

    /// The path and code of the first wrong field.
    pub fn fault(&self) -> (&str, &str) {
        let first = &self.json["errors"][0];
        (first["path"].as_str().unwrap_or_default(), first["code"].as_str().unwrap_or_default())
    }
}

fn rooms(store: &Store, clock: &Arc<ManualClock>, secrets: &Secrets) -> Rooms {
    let live = Live::default();
    let people = People::new(store.reader().clone(), live.clone());
    let public_url = "https://muster.example.org";
    let intake = Intake::new(store.clone(), secrets.clone(), Arc::new(FlowRunner::new(secrets.clone())));
    Rooms {
        webhooks: Webhooks::new(secrets.clone(), clock.clone(), intake, "http://127.0.0.1:9"),
        team: Team::new(store.clone(), clock.clone()),
        bots: Bots::new(store.clone(), clock.clone(), secrets.clone(), Arc::new(Desk)),
        media: Media::new(store.clone(), clock.clone(), secrets.clone(), "http://127.0.0.1:9"),
        idempotency: Idempotency::new(store.clone(), clock.clone()),
        campaigns: Campaigns::new(store.clone(), secrets.clone(), clock.clone(), people.clone(), public_url),
        clicks: Clicks::new(store.clone(), secrets.clone(), clock.clone()),
        links: Links::new(store.clone(), secrets.clone(), clock.clone(), people.clone()),
        contacts: Contacts::new(store.clone(), secrets.clone(), clock.clone(), people.clone()),
        attribute_kinds: AttributeKinds::new(store.clone(), clock.clone(), people.clone()),
        conversions: Conversions::new(store.clone(), clock.clone()),
        flows: Flows::new(store.clone(), clock.clone()),
        home: Home::new(store.reader().clone(), clock.clone(), people.clone()),
        imports: Imports::new(store.clone(), secrets.clone(), clock.clone()),
        inbox: Inbox::new(store.clone(), clock.clone()),
        live,
        reports: Reports::new(store.reader().clone(), people.clone(), clock.clone()),
        retention: Keeper::new(store.clone(), clock.clone(), 30),
        segments: Segments::new(store.clone(), clock.clone(), people.clone()),
        stages: Stages::new(store.clone(), clock.clone(), people),
        tags: Tags::new(store.clone(), clock.clone()),
        templates: Templates::new(store.clone(), clock.clone()),
    }
}
