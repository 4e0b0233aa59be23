//! The live feed: from an event's commit to the consoles that watch.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::Event as Told;
use axum::routing::get;
use domain::ids::BotId;
use domain::time::SECOND_MS;
use engine::intake::Arrived;
use futures_util::{Stream, stream};
use store::bench::{PlainLoop, PlainUpdate, PlainWork};
use store::bots;
use telegram::Received;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{broadcast, watch};
use tokio::task::JoinSet;

use super::Options;
use super::load::{get as request, percentile};
use super::plain::{Bare, now_ms, rows_of};
use super::report::{MUSTER, Report, Unit};
use super::scene::{Ground, Scene};
use super::stub::{Seen, serve_here};
use super::updates::update;
use crate::Failure;

const CONSOLES: usize = 100;
/// One event every so long: 200 a second.
const PACE: Duration = Duration::from_millis(5);
/// What consoles may miss of each other's pace: the feed keeps 4,096 changes.
const BURST_MAX: usize = 3_000;
const ARRIVED_MAX: Duration = Duration::from_secs(60);

const P50: &str = "commit to 100 consoles, 200 events/s, p50";
const P99: &str = "commit to 100 consoles, 200 events/s, p99";
const BURST: &str = "events to 100 consoles as fast as they commit";
const PEER: &str = "axum + SQLite + broadcast";

/// Measures everything.
///
/// # Errors
/// A contestant failed, or a console missed an event.
pub async fn run(options: &Options) -> Result<(), Failure> {
    let mut report = Report::new("live");
    let api_url = format!("http://{}", serve_here(Arc::new(Seen::default())).await?);
    for _ in 0..options.rounds {
        muster(&mut report, options, &api_url).await?;
        peer(&mut report, options, &api_url).await?;
    }
    report.print(options.json);
    Ok(())
}

async fn muster(report: &mut Report, options: &Options, api_url: &str) -> Result<(), Failure> {
    let scene = Ground::make(&options.place, api_url, 1).await?.run().await?;
    // Somebody who is known and whose conversation is open: from then on an update is one event.
    scene.take("/start", 1).await?;
    scene.take("Hello", 2).await?;
    let bot = scene.bot;
    let row = scene.muster.store.reader().read(move |tx| bots::of(tx, bot)).await?;
    let first = row.ok_or_else(|| Failure::new("the bot is gone"))?.next_event;
    let token = scene.muster.rooms.team.create_token(scene.workspace, "bench").await?.token;
    let ask =
        request(&format!("/api/v1/live?bot_id={}", bot.0), &format!("authorization: Bearer {token}\r\n"));
    let consoles = Consoles::open(scene.address, &ask, first).await?;
    let scene = Arc::new(scene);
    let taker = Arc::clone(&scene);
    let take = move |index: usize| {
        let scene = Arc::clone(&taker);
        async move { scene.take("And one more thing.", index as i64 + 3).await }
    };
    measure(report, options, MUSTER, consoles, first, take).await?;
    let scene = Arc::into_inner(scene).ok_or_else(|| Failure::new("somebody still holds the server"))?;
    drop(scene.close().await?);
    Ok(())
}

impl Scene {
    /// Takes one person's update in, past HTTP: it is durable when this returns.
    async fn take(&self, text: &str, id: i64) -> Result<(), Failure> {
        let at = self.muster.clock.now();
        let update = update(id, 1, text, at / SECOND_MS);
        let received = Received::parse(&update).map_err(|error| Failure::new(error.to_string()))?;
        self.muster.intake.take(self.bot, vec![Arrived { received, at }], None).await?;
        Ok(())
    }
}

async fn peer(report: &mut Report, options: &Options, api_url: &str) -> Result<(), Failure> {
    let ground = Ground::make(&options.place, api_url, 1).await?;
    let bot: BotId = ground.bot;
    let folder = ground.close().await;
    let rows = PlainLoop::start(folder.path())?;
    let (changes, _) = broadcast::channel(4_096);
    let routes = Router::new().route("/live", get(watch_peer)).with_state(changes.clone());
    let bare = Bare::serve(routes).await?;
    let consoles = Consoles::open(bare.address, &request("/live", ""), 1).await?;
    let body = update(1, 1, "And one more thing.", 1_790_000_000);
    let row = rows_of(bot.0, &body).ok_or_else(|| Failure::new("not an update"))?;
    let take = move |index: usize| {
        let (rows, changes) = (rows.clone(), changes.clone());
        let number = index as i64 + 1;
        let update = PlainUpdate { update_id: number, at: now_ms(), ..row.clone() };
        async move {
            if !rows.take(PlainWork::Known { update, contact: 0, number }).await {
                return Err(Failure::new("the plain loop failed"));
            }
            // Consoles that went away are no failure.
            let _ = changes.send(number);
            Ok(())
        }
    };
    measure(report, options, PEER, consoles, 1, take).await
}

async fn watch_peer(
    State(changes): State<broadcast::Sender<i64>>,
) -> Sse<impl Stream<Item = Result<Told, Infallible>>> {
    Sse::new(stream::unfold(changes.subscribe(), async |mut watcher| {
        let number = watcher.recv().await.ok()?;
        let data =
            serde_json::json!({"number": number, "kind": "message", "contact_id": 1, "campaign_id": null});
        let told = Told::default().event("change").id(number.to_string()).data(data.to_string());
        Some((Ok(told), watcher))
    }))
}

/// First events at a pace, then as fast as they commit.
async fn measure<F, T>(
    report: &mut Report,
    options: &Options,
    name: &'static str,
    mut consoles: Consoles,
    first: i64,
    take: T,
) -> Result<(), Failure>
where
    T: Fn(usize) -> F + Clone + Send + 'static,
    F: Future<Output = Result<(), Failure>> + Send,
{
    let count = options.count;
    let mut committed_us = Vec::with_capacity(count);
    let mut pace = tokio::time::interval(PACE);
    for index in 0..count {
        pace.tick().await;
        take(index).await?;
        committed_us.push(consoles.now_us());
    }
    let arrivals = consoles.arrived(count).await?;
    let mut latencies = Vec::with_capacity(arrivals.len());
    for (number, at_us) in arrivals {
        let index = usize::try_from(number - first).ok();
        if let Some(committed) = index.and_then(|index| committed_us.get(index)) {
            // A console may hear of a commit before the one who waits for it does.
            latencies.push(u32::try_from(at_us.saturating_sub(*committed)).unwrap_or(u32::MAX));
        }
    }
    latencies.sort_unstable();
    if latencies.len() != count * CONSOLES {
        return Err(Failure::new(format!("{} of {} events arrived", latencies.len(), count * CONSOLES)));
    }
    report.measured(P50, name, count, percentile(&latencies, 500) / 1_000.0, Unit::Milliseconds);
    report.measured(P99, name, count, percentile(&latencies, 990) / 1_000.0, Unit::Milliseconds);

    let burst = count.min(BURST_MAX);
    let begun = Instant::now();
    let mut handing_in = JoinSet::new();
    for caller in 0..CONSOLES {
        let take = take.clone();
        handing_in.spawn(async move {
            for index in (caller..burst).step_by(CONSOLES) {
                take(count + index).await?;
            }
            Ok::<_, Failure>(())
        });
    }
    while let Some(done) = handing_in.join_next().await {
        done.map_err(|error| Failure::new(error.to_string()))??;
    }
    consoles.arrived(count + burst).await?;
    report.measured(BURST, name, burst, burst as f64 / begun.elapsed().as_secs_f64(), Unit::PerSecond);
    Ok(())
}

/// Connections that read the feed.
struct Consoles {
    begun: Instant,
    /// They end with this.
    reading: JoinSet<Result<(), Failure>>,
    arrived: Vec<watch::Receiver<Vec<(i64, u64)>>>,
}

impl Consoles {
    async fn open(address: SocketAddr, ask: &[u8], first: i64) -> Result<Self, Failure> {
        let begun = Instant::now();
        let mut consoles = Self { begun, reading: JoinSet::new(), arrived: Vec::new() };
        for _ in 0..CONSOLES {
            let mut stream = TcpStream::connect(address).await.map_err(failed)?;
            stream.write_all(ask).await.map_err(failed)?;
            let mut head = [0_u8; 12];
            stream.read_exact(&mut head).await.map_err(failed)?;
            if !head.ends_with(b"200") {
                return Err(Failure::new(format!("the feed answered {}", String::from_utf8_lossy(&head))));
            }
            let (sender, receiver) = watch::channel(Vec::new());
            consoles.reading.spawn(read(stream, begun, first, sender));
            consoles.arrived.push(receiver);
        }
        Ok(consoles)
    }

    fn now_us(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// Everything that arrived, once every console has so many events.
    async fn arrived(&mut self, events: usize) -> Result<Vec<(i64, u64)>, Failure> {
        let mut all = Vec::new();
        for console in &mut self.arrived {
            let enough = |arrived: &Vec<(i64, u64)>| arrived.len() >= events;
            let waited = tokio::time::timeout(ARRIVED_MAX, console.wait_for(enough)).await;
            let arrived = waited.map_err(|_| Failure::new("a console missed an event"))?;
            all.extend(arrived.map_err(|_| Failure::new("a console was cut off"))?.iter());
        }
        Ok(all)
    }
}

fn failed(error: std::io::Error) -> Failure {
    Failure::new(format!("the feed failed: {error}"))
}

/// Notes each event's number and when it arrived, until the feed ends. What was committed before the `first` may be told
/// to a console that came in the moment between.
async fn read(
    mut stream: TcpStream,
    begun: Instant,
    first: i64,
    arrived: watch::Sender<Vec<(i64, u64)>>,
) -> Result<(), Failure> {
    let mut buffer = Vec::with_capacity(16_384);
    loop {
        if stream.read_buf(&mut buffer).await.map_err(failed)? == 0 {
            return Ok(());
        }
        let at_us = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        let Some(end) = buffer.iter().rposition(|byte| *byte == b'\n') else { continue };
        let text = String::from_utf8_lossy(&buffer[..end]);
        let numbers = text.lines().filter_map(|line| line.strip_prefix("id: ")?.trim().parse().ok());
        let numbers = numbers.filter(|number: &i64| *number >= first);
        let numbers: Vec<(i64, u64)> = numbers.map(|number| (number, at_us)).collect();
        if text.contains("event: reset") {
            return Err(Failure::new("a console was told to start over"));
        }
        arrived.send_modify(|all| all.extend(numbers));
        buffer.drain(..=end);
    }
}
