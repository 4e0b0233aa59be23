//! Sending a campaign with the ledger, to a Bot API without limits.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use domain::campaign::Status;
use domain::event::Outcome;
use domain::ids::{BotId, CampaignId, WorkspaceId};
use domain::message::{ButtonWire, Outgoing, OutgoingButton};
use engine::campaigns::NewCampaign;
use serde_json::{Value, json};
use store::{StoreError, recipients};

use super::process::{Process, cpu_s};
use super::report::{MUSTER, Report, Unit};
use super::scene::{Ground, Scene, TOKEN};
use super::{Options, outside, stub};
use crate::Failure;

/// Fewer for peers that take many times as long.
const OUTSIDE_SHARE: usize = 5;
/// A campaign or a peer may take so long.
const SENT_MAX: Duration = Duration::from_secs(120);
/// Messages to a stub that takes its time, where calls in flight are counted.
const LEASES_COUNT: usize = 3_000;
const LEASES_DELAY_MS: u64 = 20;
const LOOK_EVERY: Duration = Duration::from_millis(1);
/// How often it is asked whether all is sent: each look takes processor time that counts as Muster's.
const SENT_LOOK_EVERY: Duration = Duration::from_millis(10);

/// What is measured at one number of calls in flight.
struct Case {
    in_flight: usize,
    rate: &'static str,
    cpu: &'static str,
}

const CASES: [Case; 2] = [
    Case {
        in_flight: 30,
        rate: "campaign with the ledger, 30 in flight",
        cpu: "CPU for 100,000 messages, 30 in flight",
    },
    Case {
        in_flight: 200,
        rate: "campaign with the ledger, 200 in flight",
        cpu: "CPU for 100,000 messages, 200 in flight",
    },
];

/// Measures everything.
///
/// # Errors
/// A contestant failed, or not everything was sent.
pub async fn run(options: &Options) -> Result<(), Failure> {
    let mut report = Report::new("send");
    for _ in 0..options.rounds {
        for case in &CASES {
            let (_stub, address) = stub::start(0).await?;
            campaign(&mut report, options, case, address).await?;
            client_alone(&mut report, options, case, address).await?;
            for (peer, script) in [("grammY", "grammy_send.mjs"), ("aiogram", "aiogram_send.py")] {
                foreign(&mut report, options, case, address, (peer, script)).await?;
            }
        }
    }
    leases(&mut report, options).await?;
    report.print(options.json);
    Ok(())
}

fn note(report: &mut Report, case: &Case, peer: &'static str, count: usize, seconds: f64, cpu: Option<f64>) {
    report.measured(case.rate, peer, count, count as f64 / seconds, Unit::PerSecond);
    if let Some(cpu) = cpu {
        report.measured(case.cpu, peer, count, cpu * 100_000.0 / count as f64, Unit::CpuSeconds);
    }
}

async fn campaign(
    report: &mut Report,
    options: &Options,
    case: &Case,
    api: SocketAddr,
) -> Result<(), Failure> {
    let count = options.count;
    let (scene, id) = prepared(options, count, case.in_flight, api).await?;
    let used = cpu_s();
    let begun = Instant::now();
    scene.muster.rooms.campaigns.resume(scene.workspace, id).await?;
    scene.sent(id, count as i64, SENT_LOOK_EVERY, |_| {}).await?;
    let seconds = begun.elapsed().as_secs_f64();
    let cpu = cpu_s().zip(used).map(|(after, before)| after - before);
    note(report, case, MUSTER, count, seconds, cpu);
    drop(scene.close().await?);
    Ok(())
}

/// A server whose campaign has frozen its audience, has its ledger written, and waits for the word: a canary went to
/// the first, so that only sending is measured.
pub(super) async fn prepared(
    options: &Options,
    count: usize,
    in_flight_max: usize,
    api: SocketAddr,
) -> Result<(Scene, CampaignId), Failure> {
    let ground = Ground::make(&options.place, &format!("http://{api}"), in_flight_max).await?;
    let (workspace, bot) = (ground.workspace, ground.bot);
    import(&ground, workspace, bot, count + 1).await?;
    let scene = ground.run().await?;
    let campaigns = &scene.muster.rooms.campaigns;
    let draft = NewCampaign {
        bot,
        name: "Bench".into(),
        audience: json!({"all": []}),
        message: message(),
        held_out_percent: 0.0,
        created_by: None,
    };
    let id = campaigns.create(workspace, draft).await?.campaign.id;
    campaigns.start(workspace, id, Some(1)).await?;
    let deadline = Instant::now() + SENT_MAX;
    while campaigns.get(workspace, id).await?.campaign.course.status != Status::Paused {
        if Instant::now() > deadline {
            return Err(Failure::new("the canary was not sent"));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok((scene, id))
}

fn message() -> Value {
    json!({
        "text": "Hi {first_name|friend}, the coupon that you asked for is here. It is good until Sunday.",
        "format": "plain",
        "buttons": [[{"text": "Claim", "press": {"add_tags": ["Claimed"]}}, {"text": "Shop", "url": "https://example.org/shop"}]],
    })
}

async fn import(ground: &Ground, workspace: WorkspaceId, bot: BotId, people: usize) -> Result<(), Failure> {
    // Whoever never wrote to the bot has no chat with it.
    let mut table = String::from("telegram_id,first_name,last_interaction\n");
    for person in 0..people {
        let id = 5_000_000_000_u64 + person as u64;
        table.push_str(&format!("{id},Person {person},2026-01-01T00:00:00Z\n"));
    }
    let input = std::io::Cursor::new(table.into_bytes());
    let imports = &ground.muster.rooms.imports;
    let done = imports
        .import(workspace, bot, input, engine::imports::ImportOptions::default(), Box::new(|_| {}))
        .await?;
    if done.created == people as u64 {
        return Ok(());
    }
    Err(Failure::new(format!("only {} of {people} people came in", done.created)))
}

impl Scene {
    /// Waits until so many messages of a campaign were sent besides its canary; `look` sees each count of leases.
    async fn sent(
        &self,
        id: CampaignId,
        count: i64,
        every: Duration,
        mut look: impl FnMut(i64),
    ) -> Result<(), Failure> {
        let deadline = Instant::now() + SENT_MAX;
        let bot = self.bot;
        loop {
            let counts = self.muster.store.reader().read(move |tx| recipients::counts(tx, bot, id)).await;
            let counts = counts.map_err(|error: StoreError| Failure::from(error))?;
            let of =
                |wanted| counts.iter().find(|(outcome, _)| *outcome == wanted).map_or(0, |(_, count)| *count);
            look(of(Outcome::Leased));
            if of(Outcome::Sent) > count {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(Failure::new(format!("a campaign was not sent in time: {counts:?}")));
            }
            tokio::time::sleep(every).await;
        }
    }
}

/// The HTTP client that Muster calls with, and ready bodies: nothing is remembered of a call.
async fn client_alone(
    report: &mut Report,
    options: &Options,
    case: &Case,
    api: SocketAddr,
) -> Result<(), Failure> {
    let failed = |error: reqwest::Error| Failure::new(format!("a call failed: {error}"));
    // Fails when another part of the program was faster, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder()
        .http1_only()
        .tls_certs_only([])
        .pool_max_idle_per_host(case.in_flight)
        .build()
        .map_err(failed)?;
    let count = options.count;
    let bodies: Arc<Vec<String>> = Arc::new((0..count).map(body).collect());
    let url = format!("http://{api}/bot{TOKEN}/sendMessage");
    let next = Arc::new(AtomicUsize::new(0));
    let used = cpu_s();
    let begun = Instant::now();
    let mut calling = tokio::task::JoinSet::new();
    for _ in 0..case.in_flight {
        let (http, bodies, next, url) = (http.clone(), Arc::clone(&bodies), Arc::clone(&next), url.clone());
        calling.spawn(async move {
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(body) = bodies.get(index) else { return Ok::<_, reqwest::Error>(()) };
                let request = http.post(&url).header("content-type", "application/json").body(body.clone());
                request.send().await?.error_for_status()?.bytes().await?;
            }
        });
    }
    while let Some(done) = calling.join_next().await {
        done.map_err(|error| Failure::new(error.to_string()))?.map_err(failed)?;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let cpu = cpu_s().zip(used).map(|(after, before)| after - before);
    note(report, case, "HTTP client alone", count, seconds, cpu);
    Ok(())
}

/// What Muster sends to one person, as far as its length matters.
fn body(person: usize) -> String {
    let button = |text: &str, wire| OutgoingButton { text: text.into(), wire };
    let row = vec![
        button("Claim", ButtonWire::Press(format!("c.1.0.0.{person:08}"))),
        button("Shop", ButtonWire::Url(format!("http://127.0.0.1:40000/c/{person:032}"))),
    ];
    let text = format!("Hi Person {person}, the coupon that you asked for is here. It is good until Sunday.");
    let message = Outgoing { buttons: vec![row], ..Outgoing::plain(&text) };
    telegram::send_message_params(5_000_000_000 + person as i64, &message).to_string()
}

/// A library in another language, which prints how many it sent a second.
async fn foreign(
    report: &mut Report,
    options: &Options,
    case: &Case,
    api: SocketAddr,
    (peer, script): (&'static str, &str),
) -> Result<(), Failure> {
    let command = if script.ends_with(".py") {
        outside::python(&options.peers, script)
    } else {
        outside::node(&options.peers, script)
    };
    let mut command = match command {
        Ok(command) => command,
        Err(why) => {
            report.skipped(case.rate, peer, Unit::PerSecond, &why);
            return Ok(());
        }
    };
    let count = options.count / OUTSIDE_SHARE;
    command.args([format!("http://{api}"), count.to_string(), case.in_flight.to_string()]);
    let line = Process::start(command)?.line(SENT_MAX).await?;
    let per_second = line.trim().parse().map_err(|_| Failure::new(format!("{peer} said {line:?}")))?;
    report.measured(case.rate, peer, count, per_second, Unit::PerSecond);
    Ok(())
}

/// The most leases that stood in the ledger at one time, and the most calls that were under way, at a Bot API that
/// takes its time.
async fn leases(report: &mut Report, options: &Options) -> Result<(), Failure> {
    const CASE: &str = "most at one time of 30, calls of 20 ms";
    let (_stub, api) = stub::start(LEASES_DELAY_MS).await?;
    let (scene, id) = prepared(options, LEASES_COUNT, CASES[0].in_flight, api).await?;
    let mut most = 0;
    scene.muster.rooms.campaigns.resume(scene.workspace, id).await?;
    scene.sent(id, LEASES_COUNT as i64, LOOK_EVERY, |leased| most = most.max(leased)).await?;
    drop(scene.close().await?);
    report.measured(CASE, MUSTER, LEASES_COUNT, most as f64, Unit::Count);
    let seen = stub::seen(api).await?;
    let in_flight = seen["in_flight_max"].as_f64().unwrap_or(0.0);
    report.measured(CASE, "calls under way at the Bot API", LEASES_COUNT, in_flight, Unit::Count);
    Ok(())
}
