//! The real app in front of a Bot API that refuses, breaks, vanishes and comes back, and above a database that does:
//! whatever happens, nobody is written to twice, nobody is lost, and the sums are right.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::event::Outcome;
use domain::ids::CampaignId;
use domain::limits::CALLS_IN_FLIGHT_MAX;
use engine::clock::{Clock, SystemClock};
use sandbox::{Fault, FaultKind, WorldConfig};
use serde_json::{Value, json};
use store::{Store, StoreOptions};
use testkit::binary::{self, Serving, free_port};
use testkit::{Api, Lived, Rehearsal, TestApp, agreement, stored, until};

const ISSUE: &str = "The weekly issue";
const HOUR_S: i64 = 3_600;

fn still_world(people: u32) -> WorldConfig {
    WorldConfig { people, lively: false, flood_limits: false, ..WorldConfig::default() }
}

fn start_everyone(sandbox: &Rehearsal) -> Vec<i64> {
    let ids: Vec<i64> = sandbox.world.lock().person_ids().collect();
    for id in &ids {
        sandbox.world.lock().person_start(*id, None, SystemClock.now()).unwrap();
    }
    ids
}

async fn all_known(api: &Api, bot: i64, people: usize) {
    let everyone = json!({"all": []});
    let known = async || (api.count(bot, &everyone).await == people as i64).then_some(());
    until("everybody to be known", 60, known).await;
}

async fn draft(api: &Api, bot: i64) -> i64 {
    let message = json!({"text": ISSUE, "format": "plain", "buttons": [
        [{"text": "More", "press": {"add_tags": ["Wants more"]}}]]});
    let new = json!({"bot_id": bot, "name": ISSUE, "audience": {"all": []}, "message": message,
        "held_out_percent": 5});
    api.post("/campaigns", new).await["id"].as_i64().unwrap()
}

fn sent(campaign: &Value) -> i64 {
    campaign["counts"]["sent"].as_i64().unwrap()
}

/// An app, its people, and one campaign that was not started.
struct Scene {
    app: TestApp,
    people: Vec<i64>,
    campaign: i64,
    /// Written to again on a member's decision.
    decided: BTreeSet<i64>,
}

impl Scene {
    async fn open(people: u32, bulk_per_second: i64) -> Self {
        let app = TestApp::start(still_world(people)).await;
        let rate = json!({"bulk_per_second": bulk_per_second});
        app.api.ask("PATCH", &format!("/bots/{}", app.bot), Some(&rate)).await;
        let ids = start_everyone(&app.sandbox);
        all_known(&app.api, app.bot, ids.len()).await;
        let campaign = draft(&app.api, app.bot).await;
        Self { app, people: ids, campaign, decided: BTreeSet::new() }
    }

    fn path(&self) -> String {
        format!("/campaigns/{}", self.campaign)
    }

    async fn start(&self) {
        self.app.api.post(&format!("{}/start", self.path()), json!({})).await;
    }

    async fn now(&self) -> Value {
        self.app.api.get(&self.path()).await
    }

    async fn sent_at_least(&self, count: i64) {
        until("some to be sent", 30, async || (sent(&self.now().await) >= count).then_some(())).await;
    }

    fn fault(&self, fault: Fault) {
        self.app.sandbox.world.lock().faults_mut().add(fault, SystemClock.now());
    }

    fn hits(&self) -> u64 {
        self.app.sandbox.world.lock().faults_mut().list().iter().map(|order| order.hits).sum()
    }

    async fn bot(&self) -> Value {
        self.app.api.get(&format!("/bots/{}", self.app.bot)).await
    }

    /// Some people write, and some who got it press, each their own way.
    fn act(&self, round: usize) {
        for (place, id) in self.people.iter().enumerate().skip(round).step_by(20) {
            self.app.sandbox.write(*id, &format!("word {round} of {place}"));
            if !self.app.sandbox.received(*id, ISSUE).is_empty() {
                self.app.sandbox.press(*id, ISSUE, "More");
            }
        }
    }

    /// The end of the campaign; a member lets it go on wherever a guard rail stopped it.
    async fn done(&self) -> Value {
        let look = async || {
            let campaign = self.now().await;
            if campaign["pause_reason"] == "guard_rail" {
                self.app.api.post(&format!("{}/resume", self.path()), json!({})).await;
            }
            (campaign["status"] == "done").then_some(campaign)
        };
        until("the end of the campaign", 90, look).await.0
    }

    async fn unknown(&self) -> Vec<(i64, i64)> {
        let lines = self.app.api.all(&format!("{}/ledger?outcome=unknown", self.path())).await;
        let ids =
            |line: &Value| (line["contact_id"].as_i64().unwrap(), line["telegram_id"].as_i64().unwrap());
        lines.iter().map(ids).collect()
    }

    async fn resolve(&mut self, decision: &str, people: &[(i64, i64)]) {
        if people.is_empty() {
            return;
        }
        let contacts: Vec<i64> = people.iter().map(|(contact, _)| *contact).collect();
        let body = json!({"decision": decision, "contacts": contacts});
        self.app.api.post(&format!("{}/resolve", self.path()), body).await;
        if decision == "resend" {
            self.decided.extend(people.iter().map(|(_, id)| *id));
        }
    }

    async fn nothing_waits(&self) {
        let world = &self.app.sandbox.world;
        let look = async || {
            let info = world.lock().call("getWebhookInfo", &sandbox::Params::default(), SystemClock.now());
            (info.body["result"]["pending_update_count"] == 0).then_some(())
        };
        until("all updates to be taken in", 60, look).await;
    }

    /// Nobody lost, nobody twice, sums right; how many lines stand at `unknown`.
    async fn agrees(self) -> usize {
        self.nothing_waits().await;
        let campaign = self.done().await;
        let count = |name: &str| campaign["counts"][name].as_i64().unwrap();
        assert_eq!(count("audience"), self.people.len() as i64);
        let parts = ["held_out", "sent", "failed", "blocked", "skipped", "unknown"];
        assert_eq!(parts.iter().map(|part| count(part)).sum::<i64>(), count("audience"), "{campaign}");
        let truth = self.app.sandbox.truth();
        let stored = self.app.finish().await;
        assert_eq!(agreement::lost_acts(&stored, &truth), 0);
        let lines = &stored.ledgers[&CampaignId(self.campaign)];
        let compared = agreement::ledger(&stored, lines, &truth, ISSUE, &self.decided);
        assert_eq!(compared.doubled, 0, "nobody gets it twice");
        assert_eq!(compared.counts.get(&Outcome::Failed), None);
        compared.counts.get(&Outcome::Unknown).copied().unwrap_or(0)
    }
}

fn fault(kind: FaultKind, count: u64, skip: u64) -> Fault {
    Fault { count: Some(count), skip, methods: vec!["sendMessage".into()], ..Fault::new(kind) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wait_that_telegram_asks_for_is_kept() {
    let scene = Scene::open(300, 1_000).await;
    let wait = Fault { for_ms: Some(3_000), count: None, ..fault(FaultKind::TooMany, 0, 50) };
    scene.fault(wait);
    scene.start().await;
    let told = async || {
        let until = scene.bot().await["health"]["blocked_until"].as_i64()?;
        (until > SystemClock.now()).then_some(until)
    };
    let until_ms = until("the wait to be told", 20, told).await.0;
    let (waiting, hits) = (scene.now().await, scene.hits());
    assert_eq!(waiting["status"], "sending");
    assert!(waiting["finishes_at"].as_i64().unwrap() >= until_ms, "an honest finishing time: {waiting}");
    scene.done().await;
    assert_eq!(scene.hits(), hits, "nobody calls while a wait is on");
    assert!(hits <= CALLS_IN_FLIGHT_MAX as u64, "only calls that were under way meet the 429: {hits}");
    let mut times: Vec<i64> = Vec::new();
    for one in scene.app.sandbox.truth() {
        let got = one["received"].as_array().unwrap();
        times.extend(got.iter().map(|message| message["at_ms"].as_i64().unwrap()));
    }
    let early = times.iter().filter(|at| **at < until_ms && **at > until_ms - 1_500).count();
    assert_eq!(early, 0, "messages inside the wait");
    assert_eq!(scene.agrees().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_hours_wait_outlives_a_restart() {
    let sandbox = Rehearsal::serve(still_world(200)).await;
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let api = Api::new(format!("http://127.0.0.1:{port}"), binary::token(folder.path()));
    let serving = Serving::start(folder.path(), port, &sandbox.api_url()).await;
    let new = json!({"token": sandbox.token, "bulk_per_second": 50});
    let bot = api.post("/bots", new).await["id"].as_i64().unwrap();
    let people = start_everyone(&sandbox);
    all_known(&api, bot, people.len()).await;
    let campaign = draft(&api, bot).await;
    let hour = Fault { retry_after_s: Some(HOUR_S), count: None, ..fault(FaultKind::TooMany, 0, 60) };
    sandbox.world.lock().faults_mut().add(hour, SystemClock.now());
    api.post(&format!("/campaigns/{campaign}/start"), json!({})).await;
    let bot_path = format!("/bots/{bot}");
    let told = async || api.get(&bot_path).await["health"]["blocked_until"].as_i64();
    let until_ms = until("the wait to be told", 30, told).await.0;
    assert!((until_ms - SystemClock.now()) / 1_000 > HOUR_S - 60, "an hour from now: {until_ms}");
    let path = format!("/campaigns/{campaign}");
    let landed = async || (api.get(&path).await["counts"]["leased"] == 0).then_some(());
    until("the calls under way to end", 20, landed).await;
    assert!(serving.stop().await);
    sandbox.world.lock().faults_mut().clear();
    let got = || people.iter().filter(|id| !sandbox.received(**id, ISSUE).is_empty()).count();
    let before = got();

    let serving = Serving::start(folder.path(), port, &sandbox.api_url()).await;
    // That nothing happens cannot be waited for: someone who writes is known, so bot and courier are up, and then
    // three of the courier's looks pass.
    sandbox.write(people[0], "are you there?");
    let heard = async || {
        let info =
            sandbox.world.lock().call("getWebhookInfo", &sandbox::Params::default(), SystemClock.now());
        (info.body["result"]["pending_update_count"] == 0).then_some(())
    };
    until("the bot to poll again", 30, heard).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(got(), before, "nothing is sent inside the hour");
    let after = api.get(&path).await;
    assert_eq!((after["status"].as_str(), sent(&after)), (Some("sending"), before as i64));
    assert!(after["finishes_at"].as_i64().unwrap() >= until_ms, "an honest finishing time: {after}");
    assert_eq!(told().await, Some(until_ms), "the same moment as before");
    assert!(serving.stop().await);
    let stored = stored::in_folder(folder.path(), domain::ids::BotId(bot)).await;
    let compared = agreement::ledger(
        &stored,
        &stored.ledgers[&CampaignId(campaign)],
        &sandbox.truth(),
        ISSUE,
        &BTreeSet::new(),
    );
    assert_eq!(compared.doubled, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_broke_on_the_way_is_unknown_until_somebody_decides() {
    let mut scene = Scene::open(500, 1_000).await;
    let executed = |count, status, done| Fault {
        status: Some(status),
        executed: done,
        ..fault(FaultKind::ServerError, count, 300)
    };
    scene.fault(executed(6, 500, false));
    scene.fault(executed(6, 502, true));
    scene.fault(fault(FaultKind::ResetBefore, 5, 300));
    scene.fault(fault(FaultKind::ResetAfter, 5, 300));
    scene.start().await;
    let done = scene.done().await;
    assert_eq!(done["counts"]["unknown"], 22, "{done}");
    let got = |scene: &Scene, id: i64| !scene.app.sandbox.received(id, ISSUE).is_empty();
    let unknown = scene.unknown().await;
    let (arrived, lost): (Vec<_>, Vec<_>) = unknown.into_iter().partition(|(_, id)| got(&scene, *id));
    assert_eq!((arrived.len(), lost.len()), (11, 11), "as the sandbox's people know");

    // A press proves that the message arrived.
    for (_, id) in &arrived[..4] {
        scene.app.sandbox.press(*id, ISSUE, "More");
    }
    let proved = async || (scene.now().await["counts"]["unknown"] == 18).then_some(());
    until("the presses to prove four sends", 20, proved).await;
    scene.resolve("leave", &arrived[4..6]).await;
    scene.resolve("resend", &lost).await;
    scene.resolve("resend", &arrived[6..]).await;
    let done = scene.done().await;
    assert_eq!(done["counts"]["unknown"], 2, "the two that were left: {done}");
    let twice: Vec<usize> =
        arrived.iter().map(|(_, id)| scene.app.sandbox.received(*id, ISSUE).len()).collect();
    assert_eq!(twice, [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2], "twice only on a member's decision");
    assert_eq!(scene.agrees().await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_api_that_is_away_for_a_while_costs_nothing() {
    let mut scene = Scene::open(400, 100).await;
    scene.start().await;
    scene.sent_at_least(100).await;
    scene.app.network.cut().await;
    scene.act(0);
    let told = async || {
        let bot = scene.bot().await;
        bot["health"]["last_error"].as_str()?.contains("no connection to the Bot API").then_some(())
    };
    until("the failure to be told", 20, told).await;
    let before = sent(&scene.now().await);
    scene.act(1);
    scene.app.network.mend().await;
    let done = scene.done().await;
    assert!(sent(&done) > before, "it went on by itself");
    scene.nothing_waits().await;
    let well = async || scene.bot().await["health"]["last_error"].is_null().then_some(());
    until("the failure to be over", 20, well).await;
    let unknown = scene.unknown().await;
    assert!(unknown.len() <= CALLS_IN_FLIGHT_MAX, "only calls under way: {}", unknown.len());
    scene.resolve("resend", &unknown).await;
    assert_eq!(scene.agrees().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_token_stops_the_bot_and_says_so() {
    let scene = Scene::open(300, 100).await;
    scene.start().await;
    scene.sent_at_least(60).await;
    let revoked = Fault {
        status: Some(401),
        methods: vec!["sendMessage".into(), "getUpdates".into()],
        ..Fault::new(FaultKind::ServerError)
    };
    scene.fault(revoked);
    let paused = scene.app.campaign_at(scene.campaign, "paused", Some("token_dead")).await;
    assert!(paused["pause_detail"].as_str().unwrap().contains("token"), "{paused}");
    let bot = scene.bot().await;
    assert_eq!(bot["status"], "token_dead");
    assert!(bot["health"]["last_error"].as_str().unwrap().contains("token"), "{bot}");
    let (status, problem) =
        scene.app.api.try_ask("POST", &format!("{}/resume", scene.path()), Some(&json!({}))).await.unwrap();
    assert_eq!((status, problem["code"].as_str()), (409, Some("wrong_state")), "{problem}");
    scene.act(0);
    scene.app.sandbox.world.lock().faults_mut().clear();
    let new = json!({"token": scene.app.sandbox.token});
    scene.app.api.ask("PATCH", &format!("/bots/{}", scene.app.bot), Some(&new)).await;
    assert_eq!(scene.now().await["status"], "paused", "a member decides when it goes on");
    scene.app.api.post(&format!("{}/resume", scene.path()), json!({})).await;
    assert_eq!(scene.agrees().await, 0);
}

/// The wait of a writer for another process's lock, and a little more.
const LOCKED_AT_LEAST: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_takes_no_writes_acknowledges_nothing_and_recovers() {
    let mut scene = Scene::open(300, 60).await;
    scene.start().await;
    scene.sent_at_least(60).await;
    let other = StoreOptions { exclusive: false, ..StoreOptions::new(scene.app.folder()) };
    let other = Store::open(&other).unwrap();
    let (locked, is_locked) = std::sync::mpsc::channel::<()>();
    let (unlock, unlocked) = std::sync::mpsc::channel::<()>();
    let writer = tokio::spawn(async move {
        let held = other.write(move |_| {
            locked.send(()).unwrap();
            // Ends with an error when the test is over early.
            let _ = unlocked.recv();
            Ok::<_, store::StoreError>(())
        });
        held.await.unwrap();
        other.close().await;
    });
    tokio::task::spawn_blocking(move || is_locked.recv().unwrap()).await.unwrap();
    let began = std::time::Instant::now();
    scene.act(0);
    let (status, problem) =
        scene.app.api.try_ask("POST", "/tags", Some(&json!({"name": "Late"}))).await.expect("an answer");
    assert!(began.elapsed() >= LOCKED_AT_LEAST, "the lock was waited for");
    assert_eq!((status, problem["code"].as_str()), (503, Some("unavailable")), "{problem}");
    let world = scene.app.sandbox.world.clone();
    let info = world.lock().call("getWebhookInfo", &sandbox::Params::default(), SystemClock.now());
    let waiting = info.body["result"]["pending_update_count"].as_i64().unwrap();
    assert!(waiting >= 15, "what is not durable is not acknowledged: {waiting}");
    assert!(!scene.app.api.get("/bots").await["items"].as_array().unwrap().is_empty(), "reading goes on");
    unlock.send(()).unwrap();
    writer.await.unwrap();
    scene.app.api.post("/tags", json!({"name": "Late"})).await;
    scene.act(1);
    scene.done().await;
    scene.nothing_waits().await;
    let unknown = scene.unknown().await;
    scene.resolve("resend", &unknown).await;
    assert_eq!(scene.agrees().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn updates_twice_and_in_another_order_are_the_same_facts() {
    let lived = Lived::begin(still_world(40)).await;
    let ids: Vec<i64> = lived.world.lock().person_ids().collect();
    let now = lived.now();
    for (place, id) in ids.iter().enumerate() {
        let mut world = lived.world.lock();
        world.person_start(*id, None, now).unwrap();
        world.person_write(*id, &format!("first of {place}"), now + 1_000).unwrap();
        world.person_write(*id, &format!("second of {place}"), now + 2_000).unwrap();
    }
    lived.pass(10_000);
    let updates = lived.world.lock().drain_history();
    // Each person's own order stays, as Telegram's does; people come in turn instead of one after the other.
    let mut shuffled: Vec<_> = (0..3).flat_map(|act| updates.iter().skip(act).step_by(3)).cloned().collect();
    shuffled.reverse();
    shuffled.sort_by_key(|update| update.at_ms);
    assert_ne!(
        shuffled.iter().map(|one| &one.update).collect::<Vec<_>>(),
        updates.iter().map(|one| &one.update).collect::<Vec<_>>()
    );
    let taken = lived.take(&shuffled).await;
    assert_eq!((taken.new, taken.seen, taken.failed), (updates.len(), 0, 0));
    for again in [&updates, &shuffled] {
        let taken = lived.take(again).await;
        assert_eq!((taken.new, taken.seen, taken.failed), (0, updates.len(), 0), "the same updates again");
    }
    let truth: Vec<Value> = lived.world.lock().truth().collect();
    let stored = stored::in_folder(lived.folder(), domain::ids::BotId(lived.bot)).await;
    assert_eq!(agreement::lost_acts(&stored, &truth), 0);
    assert!(ids.iter().all(|id| stored.unread[id] == 2), "two words of each are unread");
}
