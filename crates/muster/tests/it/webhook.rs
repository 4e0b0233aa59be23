//! Pushed updates: whole, once, durable before they are acknowledged, and polled where pushing does not work.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use domain::event::EventBody;
use domain::ids::BotId;
use engine::clock::{Clock, SystemClock};
use engine::fleet::webhook_of;
use engine::secrets::Secrets;
use parking_lot::Mutex;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sandbox::WorldConfig;
use serde_json::{Value, json};
use testkit::binary::{self, Serving, free_port};
use testkit::{Api, Rehearsal, TestApp, stored, until};

/// Pushes under way at once.
const CONNECTIONS: usize = 64;
const PEOPLE: usize = 500;
/// Of a hundred updates, so many are pushed twice.
const DUPLICATES_PERCENT: usize = 5;
/// Updates come this much out of order.
const DISORDER: usize = 50;
/// Updates in all, unless MUSTER_WEBHOOK_UPDATES says otherwise.
const UPDATES: usize = 6_000;
const KILLS: usize = 3;

fn still_world(people: u32) -> WorldConfig {
    WorldConfig { people, lively: false, flood_limits: false, ..WorldConfig::default() }
}

#[tokio::test]
async fn a_pushed_bot_talks_and_says_how_it_is_reached() {
    let app = TestApp::start_pushed(still_world(2)).await;
    let card = async || {
        let bot = app.api.get(&format!("/bots/{}", app.bot)).await;
        (bot["intake"] == "webhook").then_some(bot)
    };
    let (bot, _) = until("the webhook", 20, card).await;
    assert_eq!(bot["intake_note"], Value::Null, "{bot}");
    let person = app.sandbox.world.lock().person_ids().next().unwrap();
    app.sandbox.world.lock().person_start(person, None, SystemClock.now()).unwrap();
    app.sandbox.write(person, "hello by push");
    let met = async || app.try_contact(person).await;
    until("the person to be known", 20, met).await;
    let info = sandbox_call(&app.sandbox, "getWebhookInfo");
    assert!(info["url"].as_str().unwrap().contains("/telegram/"), "{info}");
    let drained =
        async || (sandbox_call(&app.sandbox, "getWebhookInfo")["pending_update_count"] == 0).then_some(());
    until("the queue to be empty", 20, drained).await;
    app.finish().await;
}

fn sandbox_call(sandbox: &Rehearsal, method: &str) -> Value {
    let reply = sandbox.world.lock().call(method, &sandbox::Params::default(), SystemClock.now());
    reply.result().cloned().unwrap_or_default()
}

/// A server as a process, with a public address of its own.
struct Pushed {
    folder: tempfile::TempDir,
    port: u16,
    sandbox: Rehearsal,
    api: Api,
    bot: i64,
}

impl Pushed {
    async fn serve(&self) -> Serving {
        start(self.folder.path(), self.port, &self.sandbox).await
    }

    fn hook(&self) -> (String, String) {
        let secrets = Secrets::load(self.folder.path()).unwrap();
        let (name, secret) = webhook_of(&secrets, BotId(self.bot));
        (format!("http://127.0.0.1:{}/telegram/{name}", self.port), secret)
    }
}

async fn start(folder: &Path, port: u16, sandbox: &Rehearsal) -> Serving {
    let public = [("MUSTER_PUBLIC_URL", format!("http://127.0.0.1:{port}"))];
    Serving::start_with(folder, port, &sandbox.api_url(), &public).await
}

async fn pushed() -> (Pushed, Serving) {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Rehearsal::serve(still_world(1)).await;
    let port = free_port();
    let serving = start(folder.path(), port, &sandbox).await;
    let api = Api::new(format!("http://127.0.0.1:{port}"), binary::token(folder.path()));
    let bot = api.post("/bots", json!({"token": sandbox.token})).await["id"].as_i64().unwrap();
    (Pushed { folder, port, sandbox, api, bot }, serving)
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().tls_certs_only([]).pool_max_idle_per_host(CONNECTIONS).build().unwrap()
}

async fn push(http: &reqwest::Client, (url, secret): &(String, String), body: String) -> Option<u16> {
    let request = http.post(url).header("X-Telegram-Bot-Api-Secret-Token", secret);
    let answer = request.header("Content-Type", "application/json").body(body).send().await;
    answer.ok().map(|answer| answer.status().as_u16())
}

fn message(update_id: i64, person: usize, text: &str) -> String {
    let id = 9_000_000 + person as i64;
    json!({"update_id": update_id, "message": {
        "message_id": update_id, "date": 1_790_000_000, "text": text,
        "chat": {"id": id, "type": "private", "first_name": "P"},
        "from": {"id": id, "is_bot": false, "first_name": "P"},
    }})
    .to_string()
}

#[tokio::test]
async fn what_is_no_push_of_telegrams_is_refused_and_everything_else_kept() {
    let (server, serving) = pushed().await;
    let http = client();
    let (url, secret) = server.hook();
    let good = |body: &str| push_owned(&http, (url.clone(), secret.clone()), body.to_owned());
    let stranger = push(&http, &(url.clone(), "guess".into()), message(1, 1, "x")).await;
    assert_eq!(stranger, Some(401));
    assert_eq!(http.post(&url).body(message(1, 1, "x")).send().await.unwrap().status(), 401);
    let elsewhere = url.replace("/telegram/", "/telegram/9");
    assert_eq!(push(&http, &(elsewhere, secret.clone()), message(1, 1, "x")).await, Some(404));
    for garbage in ["", "{", "[]", "null", "{}", "{\"update_id\":\"x\"}", "\u{0}"] {
        assert_eq!(good(garbage).await, Some(400), "{garbage:?}");
    }
    assert_eq!(good(&format!("{{\"update_id\":5,\"x\":\"{}\"}}", "y".repeat(1 << 20))).await, Some(413));
    for (number, kept) in [
        r#"{"update_id":10,"brand_new_kind":{"a":[1,2,{"b":null}]}}"#,
        r#"{"update_id":11,"message":{"strange":true}}"#,
        r#"{"update_id":12}"#,
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(good(kept).await, Some(200), "{number}: {kept}");
        assert_eq!(good(kept).await, Some(200), "a repetition is as good");
    }
    server.api.ask("PATCH", &format!("/bots/{}", server.bot), Some(&json!({"status": "stopped"}))).await;
    assert_eq!(good(&message(20, 1, "later")).await, Some(503), "a stopped bot's updates stay with Telegram");
    assert!(serving.stop().await);
    let left = stored::in_folder(server.folder.path(), BotId(server.bot)).await;
    let raw = left.events.iter().filter(|event| matches!(event.body, EventBody::Raw { .. })).count();
    assert_eq!((raw, left.people.len()), (3, 0), "{:?}", left.events);
}

async fn push_owned(http: &reqwest::Client, hook: (String, String), body: String) -> Option<u16> {
    push(http, &hook, body).await
}

/// What is to be pushed, in the order of its pushing, and what was acknowledged.
struct Flood {
    waiting: Mutex<VecDeque<usize>>,
    acknowledged: Mutex<BTreeSet<usize>>,
    open: AtomicUsize,
    stop: AtomicBool,
}

fn flood(count: usize) -> Flood {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut order: Vec<usize> = (0..count).collect();
    for window in order.chunks_mut(DISORDER) {
        window.shuffle(&mut random);
    }
    for _ in 0..count * DUPLICATES_PERCENT / 100 {
        let again = order[random.random_range(0..count)];
        let at = random.random_range(0..order.len());
        order.insert(at, again);
    }
    Flood {
        waiting: Mutex::new(order.into()),
        acknowledged: Mutex::default(),
        open: AtomicUsize::new(0),
        stop: AtomicBool::new(false),
    }
}

impl Flood {
    /// One of Telegram's connections: what is not acknowledged waits again.
    async fn connection(&self, http: &reqwest::Client, hook: &(String, String)) {
        while !self.stop.load(Ordering::Relaxed) {
            self.open.fetch_add(1, Ordering::AcqRel);
            let next = self.waiting.lock().pop_front();
            let Some(number) = next else {
                // Another connection's update may come back.
                if self.open.fetch_sub(1, Ordering::AcqRel) == 1 {
                    return;
                }
                tokio::task::yield_now().await;
                continue;
            };
            let body = message(1_000 + number as i64, number % PEOPLE, &format!("text {number}"));
            match push(http, hook, body).await {
                Some(200) => drop(self.acknowledged.lock().insert(number)),
                _ => self.waiting.lock().push_front(number),
            }
            self.open.fetch_sub(1, Ordering::AcqRel);
        }
    }

    /// Pushes until all is acknowledged or `enough` are; how many are.
    async fn pour(self: &Arc<Self>, hook: &(String, String), enough: usize) -> usize {
        self.stop.store(false, Ordering::Relaxed);
        let http = client();
        let connections: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                let (flood, http, hook) = (Arc::clone(self), http.clone(), hook.clone());
                tokio::spawn(async move { flood.connection(&http, &hook).await })
            })
            .collect();
        let there = async || {
            let ended = connections.iter().all(tokio::task::JoinHandle::is_finished);
            (ended || self.acknowledged.lock().len() >= enough).then_some(())
        };
        until("enough to be acknowledged", 600, there).await;
        self.acknowledged.lock().len()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_updates_are_there_once_whatever_kills_the_server() {
    let count = std::env::var("MUSTER_WEBHOOK_UPDATES").ok().and_then(|n| n.parse().ok()).unwrap_or(UPDATES);
    let (server, mut serving) = pushed().await;
    let hook = server.hook();
    let flood = Arc::new(flood(count));
    let pushes = flood.waiting.lock().len();
    let began = Instant::now();
    let mut survived = Vec::new();
    for kill in 1..=KILLS {
        flood.pour(&hook, count * kill / (KILLS + 1)).await;
        serving.kill();
        flood.stop.store(true, Ordering::Relaxed);
        let idle = async || (flood.open.load(Ordering::Acquire) == 0).then_some(());
        until("the connections to notice", 60, idle).await;
        // Read with the server dead: what it had acknowledged must be on the disk.
        let left = texts_of(&server).await;
        let acknowledged = flood.acknowledged.lock().clone();
        let lost: Vec<_> = acknowledged.iter().filter(|number| !left.contains_key(*number)).collect();
        assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
        survived.push(acknowledged.len());
        serving = server.serve().await;
    }
    let acknowledged = flood.pour(&hook, usize::MAX).await;
    assert!(serving.stop().await);
    assert_eq!(acknowledged, count);
    let left = texts_of(&server).await;
    let wanted: BTreeMap<usize, usize> = (0..count).map(|number| (number, 1)).collect();
    assert!(left == wanted, "events differ from what was pushed");
    println!(
        "{count} updates, {pushes} pushes on {CONNECTIONS} connections, {KILLS} kills after {survived:?} acknowledged: \
         lost 0, doubled 0, in {:.1} s",
        began.elapsed().as_secs_f64()
    );
}

/// The numbers of the texts that are stored, and how often.
async fn texts_of(server: &Pushed) -> BTreeMap<usize, usize> {
    let left = stored::in_folder(server.folder.path(), BotId(server.bot)).await;
    let mut found = BTreeMap::new();
    for event in &left.events {
        if let EventBody::Message { text: Some(text), .. } = &event.body {
            let number: usize = text.strip_prefix("text ").unwrap().parse().unwrap();
            let contact = event.contact.unwrap();
            assert_eq!(left.people[&contact], 9_000_000 + (number % PEOPLE) as i64, "another person's text");
            *found.entry(number).or_default() += 1;
        }
    }
    found
}

#[tokio::test]
async fn a_refused_webhook_is_polled_and_said_and_a_removed_address_ends_pushing() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Rehearsal::serve(still_world(1)).await;
    let port = free_port();
    // No such host for the sandbox, as for Telegram.
    let public = [("MUSTER_PUBLIC_URL", "https://nowhere.example.org".to_owned())];
    let serving = Serving::start_with(folder.path(), port, &sandbox.api_url(), &public).await;
    let api = Api::new(format!("http://127.0.0.1:{port}"), binary::token(folder.path()));
    let bot = api.post("/bots", json!({"token": sandbox.token})).await["id"].as_i64().unwrap();
    let note = async || {
        let card = api.get(&format!("/bots/{bot}")).await;
        card["intake_note"].as_str().map(str::to_owned).filter(|_| card["intake"] == "polling")
    };
    let (said, _) = until("the refusal to be said", 20, note).await;
    assert!(said.contains("Failed to resolve host"), "{said}");
    let person = sandbox.world.lock().person_ids().next().unwrap();
    sandbox.world.lock().person_start(person, None, SystemClock.now()).unwrap();
    let known = async || {
        let found = api.get(&format!("/contacts?bot_id={bot}")).await;
        (found["items"].as_array().unwrap().len() == 1).then_some(())
    };
    until("polling to go on", 20, known).await;
    assert!(serving.stop().await);

    let serving = start(folder.path(), port, &sandbox).await;
    let set = async || (sandbox_call(&sandbox, "getWebhookInfo")["url"] != "").then_some(());
    until("the webhook to be set", 20, set).await;
    assert!(serving.stop().await);
    let serving = Serving::start(folder.path(), port, &sandbox.api_url()).await;
    let gone = async || (sandbox_call(&sandbox, "getWebhookInfo")["url"] == "").then_some(());
    until("the webhook to be taken away", 20, gone).await;
    sandbox.write(person, "polled again");
    let read = async || (sandbox_call(&sandbox, "getWebhookInfo")["pending_update_count"] == 0).then_some(());
    until("the message to be polled", 30, read).await;
    assert!(serving.stop().await);
}
