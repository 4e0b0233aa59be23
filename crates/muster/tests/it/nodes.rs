//! Several servers on one PostgreSQL: each bot is polled by one of them and sent for by one; whatever becomes of it,
//! another goes on, nothing is lost, and nobody gets a message twice.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::event::{EventBody, Outcome};
use domain::ids::{BotId, CampaignId};
use domain::limits::CALLS_IN_FLIGHT_MAX;
use domain::named::Named;
use engine::clock::{Clock, SystemClock};
use sandbox::WorldConfig;
use serde_json::json;
use store::nodes::{self, Duty};
use store::{Store, StoreOptions, recipients};
use testkit::seat::{Seat, Shared};
use testkit::stored::{self, Stored};
use testkit::{Delays, Network, Rehearsal, agreement, crowd, until};
use tokio::task::JoinHandle;

const ISSUE: &str = "The weekly issue";
const BULK_PER_SECOND: i64 = 150;
/// Sent before anything happens to a node: of fewer, the calls that become unknown are over the guard rail.
const SENT_FIRST: i64 = 300;
const NAMES: [&str; 2] = ["north", "south"];
/// A node that stands still is given up after its lease; with what comes on top on a busy machine.
const TAKEN_OVER_S: u64 = 60;

/// Two places on one database, a bot, and its people.
struct Scene {
    seats: Vec<Seat>,
    sandbox: Rehearsal,
    options: StoreOptions,
    store: Store,
    bot: i64,
    campaign: i64,
    people: Vec<i64>,
    crowd: Option<(Arc<AtomicBool>, JoinHandle<()>)>,
}

impl Scene {
    /// Nothing where PostgreSQL is not installed. `configure` gets each place before its server starts.
    async fn open(people: u32, configure: impl Fn(usize, &mut Seat)) -> Option<Self> {
        let url = cluster::database_or_skip()?;
        let shared = Shared::of(url);
        let world = WorldConfig { people, lively: false, flood_limits: false, ..WorldConfig::default() };
        let sandbox = Rehearsal::serve(world).await;
        let mut seats: Vec<Seat> = Vec::new();
        for (index, name) in NAMES.iter().enumerate() {
            let mut seat = Seat::new(name, &shared, sandbox.address, seats.first()).await;
            configure(index, &mut seat);
            seat.start().await;
            seats.push(seat);
        }
        let folder = std::env::temp_dir();
        let options =
            StoreOptions { postgres_url: Some(shared.url), exclusive: false, ..StoreOptions::new(folder) };
        let store = Store::open(&options).unwrap();
        let new = json!({"token": sandbox.token, "bulk_per_second": BULK_PER_SECOND});
        let bot = seats[0].api.post("/bots", new).await["id"].as_i64().unwrap();
        let ids = sandbox.world.lock().person_ids().collect();
        Some(Self { seats, sandbox, options, store, bot, campaign: 0, people: ids, crowd: None })
    }

    /// Everybody starts the bot and goes on doing things, and a campaign to all of them is being sent.
    async fn send(&mut self) {
        for id in &self.people {
            self.sandbox.world.lock().person_start(*id, None, SystemClock.now()).unwrap();
        }
        let everyone = json!({"all": []});
        let api = &self.seats[0].api;
        let known = async || (api.count(self.bot, &everyone).await == self.people.len() as i64).then_some(());
        until("everybody to be known", 120, known).await;
        let message = json!({"text": format!("{ISSUE} for {{first_name|friend}}"), "format": "plain", "buttons": [
            [{"text": "More", "press": {"add_tags": ["Wants more"]}}]]});
        let new = json!({"bot_id": self.bot, "name": ISSUE, "audience": everyone, "message": message,
            "held_out_percent": 5});
        self.campaign = api.post("/campaigns", new).await["id"].as_i64().unwrap();
        api.post(&format!("/campaigns/{}/start", self.campaign), json!({})).await;
        let stop = Arc::new(AtomicBool::new(false));
        let world = Arc::clone(&self.sandbox.world);
        let crowd = tokio::spawn(crowd::lively(world, self.people.clone(), 7, Arc::clone(&stop)));
        self.crowd = Some((stop, crowd));
        let sent = async || (self.counts().await[Outcome::Sent as usize] >= SENT_FIRST).then_some(());
        until("the first to be sent", 60, sent).await;
    }

    /// The number of the log's last event.
    async fn last_event(&self) -> i64 {
        let bot = BotId(self.bot);
        self.store.reader().read(move |tx| store::events::extent(tx, bot)).await.unwrap().1
    }

    /// The ledger's lines by outcome, from the database.
    async fn counts(&self) -> [i64; 9] {
        let (bot, campaign) = (BotId(self.bot), CampaignId(self.campaign));
        let read = self.store.reader().read(move |tx| recipients::counts(tx, bot, campaign)).await;
        let mut counts = [0; 9];
        for (outcome, count) in read.unwrap() {
            counts[outcome as usize] = count;
        }
        counts
    }

    async fn unknown(&self) -> i64 {
        self.counts().await[Outcome::Unknown as usize]
    }

    /// Where a duty is held, by a node that is there.
    async fn seat_of(&self, duty: Duty) -> Option<usize> {
        let standing = self.store.reader().read(nodes::standing).await.unwrap();
        let hold = standing.holds.iter().map(|point| point.hold).find(|hold| hold.duty == duty)?;
        let node = standing.nodes.into_iter().find(|node| node.id == hold.node)?;
        NAMES.iter().position(|name| *name == node.name)
    }

    async fn held(&self, duty: Duty) -> usize {
        until("somebody to have the duty", 30, async || self.seat_of(duty).await).await.0
    }

    /// Waits until the other one has it; how long that took.
    async fn taken_over(&self, duty: Duty, from: usize) -> Duration {
        let other = async || self.seat_of(duty).await.filter(|seat| *seat != from);
        until(&format!("{duty:?} to be taken over"), TAKEN_OVER_S, other).await.1
    }

    /// People do nothing any more: who presses a button proves that the message came, and so hides what a node knows.
    async fn quieten(&mut self) {
        if let Some((stop, crowd)) = self.crowd.take() {
            stop.store(true, Ordering::Release);
            crowd.await.unwrap();
        }
    }

    /// Waits for the campaign's end and for everything that people did to be known. Nobody does anything after it.
    async fn settle(&mut self) {
        self.quieten().await;
        let path = format!("/campaigns/{}", self.campaign);
        let api = &self.seats[0].api;
        let done = async || {
            let campaign = api.get(&path).await;
            if campaign["pause_reason"] == "guard_rail" {
                api.post(&format!("{path}/resume"), json!({})).await;
            }
            (campaign["status"] == "done").then_some(())
        };
        until("the end of the campaign", 120, done).await;
        let waiting = || {
            let asked = self.sandbox.world.lock().call(
                "getWebhookInfo",
                &sandbox::Params::default(),
                SystemClock.now(),
            );
            asked.body["result"]["pending_update_count"] == 0
        };
        until("everything to be known", 120, async || waiting().then_some(())).await;
    }

    /// Settles, stops the servers that run, and compares what is stored with what happened.
    async fn finish(mut self) -> Stored {
        self.settle().await;
        for seat in &mut self.seats {
            assert!(seat.take().stop().await, "a server ends well when it is asked to");
            assert!(!seat.log().contains("cut off"), "an open feed ends with its server: {}", seat.log());
        }
        let standing = self.store.reader().read(nodes::standing).await.unwrap();
        assert!(standing.nodes.is_empty(), "a node that left says so: {:?}", standing.nodes);
        let stored = stored::of(&self.options, BotId(self.bot)).await;
        let truth = self.sandbox.truth();
        assert_eq!(agreement::lost_acts(&stored, &truth), 0);
        let lines = &stored.ledgers[&CampaignId(self.campaign)];
        let ledger = agreement::ledger(&stored, lines, &truth, ISSUE, &BTreeSet::new());
        println!("ledger: {:?}, doubled {}", ledger.counts, ledger.doubled);
        assert_eq!(ledger.doubled, 0);
        assert_eq!(lines.len(), self.people.len(), "audience = the sum of the outcomes");
        for outcome in [Outcome::Pending, Outcome::Leased, Outcome::HeldOut] {
            assert_eq!(ledger.counts.get(&outcome), None, "the campaign is done");
        }
        assert_eq!(stored.outbox_leased, 0);
        stored
    }
}

fn unknown_of(stored: &Stored) -> usize {
    stored.outcomes().get(&Outcome::Unknown).copied().unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_nodes_work_goes_on_at_the_other() {
    let Some(mut scene) = Scene::open(2_500, |_, _| {}).await else { return };
    scene.send().await;
    let mut senders = 0;
    for duty in [Duty::Sending, Duty::Intake, Duty::Sending, Duty::Intake] {
        let from = scene.held(duty).await;
        senders += usize::from(scene.seat_of(Duty::Sending).await == Some(from));
        scene.seats[from].take().kill();
        let took = scene.taken_over(duty, from).await;
        println!("{duty:?} of {} taken over after {took:?}, {} unknown", NAMES[from], scene.unknown().await);
        // Its lease has ten seconds and more to go; the database knows better.
        assert!(took.as_millis() < engine::nodes::HOLD_MS as u128, "waited for the lease: {took:?}");
        scene.seats[from].start().await;
    }
    let stored = scene.finish().await;
    let unknown = unknown_of(&stored);
    assert!(unknown <= senders * CALLS_IN_FLIGHT_MAX, "more unknown than calls under way at the kills");
}

/// The calls of a node's messages are under way, and stay there until [`Network::let_go`].
async fn calls_under_way(scene: &Scene, seat: usize) {
    scene.seats[seat].to_telegram.hold_up();
    let leased = async || (scene.counts().await[Outcome::Leased as usize] >= 5).then_some(());
    until("calls under way", 30, leased).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_wakes_up_after_its_lease_only_tells_what_became_of_its_calls() {
    let Some(mut scene) = Scene::open(1_500, |_, _| {}).await else { return };
    scene.send().await;
    scene.quieten().await;
    let from = scene.held(Duty::Sending).await;
    calls_under_way(&scene, from).await;
    scene.seats[from].serving().pause();
    // The calls arrive; nobody is there to hear the answers.
    scene.seats[from].to_telegram.let_go();
    let took = scene.taken_over(Duty::Sending, from).await;
    let unknown = scene.unknown().await;
    println!("taken over after {took:?}, {unknown} unknown");
    assert!(unknown >= 5, "the calls under way are not known to have ended");
    assert!(took.as_secs() >= 5, "a node that only stands still keeps its work for its lease: {took:?}");
    scene.seats[from].serving().wake();
    let known = async || (scene.unknown().await == 0).then_some(());
    until("the woken node to tell", 60, known).await;
    assert_eq!(unknown_of(&scene.finish().await), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_cut_off_from_the_database_only_tells_what_became_of_its_calls() {
    let Some(mut scene) = Scene::open(2_500, |_, _| {}).await else { return };
    scene.send().await;
    scene.quieten().await;
    for quietly in [true, false] {
        let from = scene.held(Duty::Sending).await;
        calls_under_way(&scene, from).await;
        if quietly {
            scene.seats[from].to_database.hold_up();
        } else {
            scene.seats[from].to_database.cut().await;
        }
        scene.seats[from].to_telegram.let_go();
        let took = scene.taken_over(Duty::Sending, from).await;
        println!("quietly {quietly}: taken over after {took:?}, {} unknown", scene.unknown().await);
        assert!(scene.unknown().await >= 5);
        if quietly {
            scene.seats[from].to_database.let_go();
        } else {
            scene.seats[from].to_database.mend().await;
        }
        let known = async || (scene.unknown().await == 0).then_some(());
        until("the node to tell", 60, known).await;
    }
    assert_eq!(unknown_of(&scene.finish().await), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_asked_to_stop_hands_its_work_over() {
    let Some(mut scene) = Scene::open(1_500, |_, _| {}).await else { return };
    scene.send().await;
    let from = scene.held(Duty::Sending).await;
    assert!(scene.seats[from].take().stop().await);
    let took = scene.taken_over(Duty::Sending, from).await;
    println!("taken over {took:?} after the other had ended");
    scene.seats[from].start().await;
    assert_eq!(unknown_of(&scene.finish().await), 0, "its calls ended before it did");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_do_what_their_roles_say() {
    let roles = ["web", "intake,sender"];
    let configure = |index: usize, seat: &mut Seat| seat.configure("MUSTER_NODE__ROLES", roles[index]);
    let Some(mut scene) = Scene::open(500, configure).await else { return };
    scene.send().await;
    for duty in Duty::ALL.iter().copied() {
        assert_eq!(scene.held(duty).await, 1, "the one with the role");
    }
    let worker = &scene.seats[1];
    assert_eq!(worker.api.try_ask("GET", "/session", None).await.unwrap().0, 404);
    let base = &worker.api.base;
    let http = reqwest::Client::builder().tls_certs_only([]).build().unwrap();
    let figures = figures(worker).await;
    for (node, duty, bots) in [("north", "sending", 0), ("south", "sending", 1), ("south", "intake", 1)] {
        let line = format!("muster_node_bots{{node=\"{node}\",duty=\"{duty}\"}} {bots}");
        assert!(figures.contains(&line), "{line} is not in {figures}");
    }
    for (path, status) in [("/healthz", 204), ("/readyz", 204), ("/metrics", 401), ("/", 404)] {
        assert_eq!(http.get(format!("{base}{path}")).send().await.unwrap().status(), status, "{path}");
    }
    scene.finish().await;
}

/// Whether a server takes work, and what it says otherwise.
async fn readiness(seat: &Seat) -> (u16, String) {
    let http = reqwest::Client::builder().tls_certs_only([]).build().unwrap();
    let answer = http.get(format!("{}/readyz", seat.api.base)).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// As an operator would: new sessions of the database may write no more, or again.
async fn administer(scene: &Scene, statements: &'static str) {
    let url = scene.options.postgres_url.clone().unwrap();
    let asked = tokio::task::spawn_blocking(move || {
        let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
        let name: String = client.query_one("SELECT current_database()", &[]).unwrap().get(0);
        client.batch_execute("SET default_transaction_read_only = off").unwrap();
        client.batch_execute(&statements.replace("$database", &name)).unwrap();
    });
    asked.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_turns_read_only_is_said_and_nothing_is_lost_by_it() {
    let Some(mut scene) = Scene::open(2_500, |_, _| {}).await else { return };
    scene.send().await;
    administer(&scene, "ALTER DATABASE $database SET default_transaction_read_only = on").await;
    administer(
        &scene,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    .await;
    for seat in &scene.seats {
        let told = async || {
            let (status, text) = readiness(seat).await;
            // Before, it says that its sessions were ended.
            (status == 503 && text.contains("read-only")).then_some(())
        };
        until("the server to say that the database is read-only", 60, told).await;
        let late = json!({"name": "Late"});
        let (status, problem) = seat.api.try_ask("POST", "/tags", Some(&late)).await.expect("an answer");
        assert_eq!((status, problem["code"].as_str()), (503, Some("unavailable")), "{problem}");
        let people = seat.api.count(scene.bot, &json!({"all": []})).await;
        assert_eq!(people, scene.people.len() as i64, "reading goes on");
    }
    let sent = scene.counts().await[Outcome::Sent as usize];
    // Nobody ends the sessions that were made meanwhile.
    administer(&scene, "ALTER DATABASE $database RESET default_transaction_read_only").await;
    for seat in &scene.seats {
        let well = async || (readiness(seat).await.0 == 204).then_some(());
        until("the server to be ready again", 60, well).await;
    }
    let more = async || (scene.counts().await[Outcome::Sent as usize] > sent).then_some(());
    until("more to be sent", 60, more).await;
    let stored = scene.finish().await;
    let failed = stored.events.iter().filter(|event| matches!(event.body, EventBody::IngestFailed { .. }));
    assert_eq!(failed.count(), 0, "no update was blamed for the database");
}

/// The ids of everything that a live feed tells, as they come.
struct Feed {
    ids: Arc<parking_lot::Mutex<Vec<i64>>>,
    reading: JoinHandle<()>,
}

impl Feed {
    async fn open(seat: &Seat, bot: i64) -> Self {
        let http = reqwest::Client::builder().tls_certs_only([]).build().unwrap();
        let url = format!("{}/api/v1/live?bot_id={bot}", seat.api.base);
        let mut answer = http.get(url).bearer_auth(&seat.api.token).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let ids = Arc::<parking_lot::Mutex<Vec<i64>>>::default();
        let told = Arc::clone(&ids);
        let reading = tokio::spawn(async move {
            let mut text = String::new();
            while let Ok(Some(bytes)) = answer.chunk().await {
                text.push_str(std::str::from_utf8(&bytes).unwrap());
                while let Some((line, rest)) = text.split_once('\n') {
                    if let Some(id) = line.strip_prefix("id:") {
                        told.lock().push(id.trim().parse().unwrap());
                    }
                    assert!(!line.contains("reset"), "the feed lost its place");
                    text = rest.to_owned();
                }
            }
        });
        Self { ids, reading }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_node_takes_pushes_and_every_live_feed_tells_all() {
    let ports: Vec<u16> = (0..2).map(|_| testkit::binary::free_port()).collect();
    let addresses = ports.iter().map(|port| ([127, 0, 0, 1], *port).into()).collect();
    let front = Network::in_turn(addresses, Delays::none()).await;
    let configure = |index: usize, seat: &mut Seat| {
        seat.port = ports[index];
        seat.api.base = format!("http://127.0.0.1:{}", ports[index]);
        seat.configure("MUSTER_PUBLIC_URL", format!("http://{}", front.address));
    };
    let Some(mut scene) = Scene::open(500, configure).await else { return };
    let pushed = async || {
        let bot = scene.seats[1].api.get(&format!("/bots/{}", scene.bot)).await;
        (bot["intake"] == "webhook").then_some(())
    };
    until("the webhook", 30, pushed).await;
    let feeds = [Feed::open(&scene.seats[0], scene.bot).await, Feed::open(&scene.seats[1], scene.bot).await];
    // People may have come already. What is recorded from here on, no feed may leave out.
    let before = scene.last_event().await;
    scene.send().await;
    let mut pushes = Vec::new();
    for seat in &scene.seats {
        pushes.push(pushes_taken(seat).await);
    }
    println!("pushes taken: {pushes:?}");
    assert!(pushes.iter().all(|count| *count > 0), "both are asked in turn");
    scene.settle().await;
    let last = scene.last_event().await;
    for feed in &feeds {
        let told = async || (feed.ids.lock().last() >= Some(&last)).then_some(());
        until("the feed to tell the last event", 30, told).await;
        let ids = feed.ids.lock();
        assert!(ids[0] <= before + 1 && before < last, "from {before} to {last}, told from {}", ids[0]);
        assert_eq!(*ids, (ids[0]..=last).collect::<Vec<_>>(), "every event once, in order");
    }
    scene.finish().await;
    for feed in feeds {
        feed.reading.await.unwrap();
    }
}

/// What a node tells whoever watches it.
async fn figures(seat: &Seat) -> String {
    let http = reqwest::Client::builder().tls_certs_only([]).build().unwrap();
    let asked = http.get(format!("{}/metrics", seat.api.base)).bearer_auth(&seat.api.token);
    asked.send().await.unwrap().text().await.unwrap()
}

/// How many pushes a node answered, by its own figures.
async fn pushes_taken(seat: &Seat) -> u64 {
    let text = figures(seat).await;
    let line = text.lines().find(|line| {
        line.starts_with("muster_http_request_duration_seconds_count") && line.contains("/telegram/{hook}")
    });
    line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).unwrap_or(0)
}
