//! What Telegram says about a person, and how long it asks to wait, through the real server: who cannot be written to,
//! whose limit a 429 was, and who else may answer in Telegram's place.

use std::time::{Duration, Instant};

use engine::clock::{Clock, SystemClock};
use sandbox::{Fault, FaultKind, WorldConfig};
use serde_json::{Value, json};
use testkit::{TestApp, until};

const ISSUE: &str = "The weekly issue";
/// What Telegram bears.
const PER_SECOND: i64 = 30;

fn still_world(people: u32) -> WorldConfig {
    WorldConfig { people, lively: false, flood_limits: false, ..WorldConfig::default() }
}

struct Scene {
    app: TestApp,
    people: Vec<i64>,
}

impl Scene {
    /// An app whose people have all started the bot.
    async fn open(people: u32, bulk_per_second: i64) -> Self {
        let app = TestApp::start(still_world(people)).await;
        let rate = json!({"bulk_per_second": bulk_per_second});
        app.api.ask("PATCH", &format!("/bots/{}", app.bot), Some(&rate)).await;
        let ids: Vec<i64> = app.sandbox.world.lock().person_ids().collect();
        for id in &ids {
            app.sandbox.world.lock().person_start(*id, None, SystemClock.now()).unwrap();
        }
        let scene = Self { app, people: ids };
        scene.known(scene.people.len()).await;
        scene
    }

    async fn known(&self, people: usize) {
        let everyone = json!({"all": []});
        let known =
            async || (self.app.api.count(self.app.bot, &everyone).await == people as i64).then_some(());
        until("everybody to be known", 60, known).await;
    }

    /// Starts a campaign to all.
    async fn campaign(&self, name: &str) -> i64 {
        let new = json!({"bot_id": self.app.bot, "name": name, "audience": {"all": []}, "held_out_percent": 0,
            "message": {"text": ISSUE, "format": "plain", "buttons": []}});
        let id = self.app.api.post("/campaigns", new).await["id"].as_i64().unwrap();
        self.app.api.post(&format!("/campaigns/{id}/start"), json!({})).await;
        id
    }

    async fn at(&self, campaign: i64) -> Value {
        self.app.api.get(&format!("/campaigns/{campaign}")).await
    }

    /// Waits until so many have it.
    async fn sent(&self, campaign: i64, count: i64, seconds: u64) -> Value {
        let look = async || {
            let now = self.at(campaign).await;
            (now["counts"]["sent"].as_i64().unwrap() >= count).then_some(now)
        };
        until("the campaign to reach them", seconds, look).await.0
    }

    fn fault(&self, fault: Fault) {
        self.app.sandbox.world.lock().faults_mut().add(fault, SystemClock.now());
    }

    fn clear(&self) -> Vec<Fault> {
        let mut world = self.app.sandbox.world.lock();
        let orders = world.faults_mut().list().to_vec();
        world.faults_mut().clear();
        orders
    }

    async fn bot(&self) -> Value {
        self.app.api.get(&format!("/bots/{}", self.app.bot)).await
    }

    fn refusal(&self, chat: i64, status: u16, description: &str) -> Fault {
        Fault {
            chat_id: Some(chat),
            status: Some(status),
            description: description.to_owned(),
            methods: vec!["sendMessage".into()],
            ..Fault::new(FaultKind::Refusal)
        }
    }
}

fn sends(kind: FaultKind) -> Fault {
    Fault { methods: vec!["sendMessage".into()], ..Fault::new(kind) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_that_says_that_a_person_cannot_be_written_to_is_kept_with_its_reason() {
    let scene = Scene::open(140, 1_000).await;
    let told = [
        (403, "Forbidden: bot was blocked by the user", "blocked"),
        (400, "Bad Request: USER_IS_BLOCKED", "blocked"),
        (403, "Forbidden: user is deactivated", "deactivated"),
        (400, "Bad Request: INPUT_USER_DEACTIVATED", "deactivated"),
        (400, "Bad Request: chat not found", "chat_not_found"),
        (400, "Bad Request: user not found", "chat_not_found"),
        (403, "Forbidden: bot can't initiate conversation with a user", "not_started"),
        (400, "Bad Request: PEER_ID_INVALID", "not_started"),
        (403, "Forbidden: bot can't send messages to bots", "is_bot"),
        (400, "Bad Request: CHAT_WRITE_FORBIDDEN", "write_refused"),
    ];
    // Two people of each but the blocks: a third of all, far above every guard rail.
    let others: Vec<_> = told.iter().filter(|(_, _, reason)| *reason != "blocked").collect();
    let refused: Vec<_> = told.iter().chain(others.iter().copied().cycle().take(40)).collect();
    for (id, (status, description, _)) in scene.people.iter().zip(&refused) {
        scene.fault(scene.refusal(*id, *status, description));
    }
    let first = scene.campaign("first").await;
    let done = scene.app.campaign_at(first, "done", None).await;
    let count = |campaign: &Value, name: &str| campaign["counts"][name].as_i64().unwrap();
    let lost = refused.len() as i64;
    assert_eq!(
        (count(&done, "sent"), count(&done, "blocked"), count(&done, "failed")),
        (140 - lost, 2, lost - 2),
        "only a block is charged as one, and no guard rail stopped it: {done}"
    );
    for (id, (_, description, reason)) in scene.people.iter().zip(&refused) {
        let contact = scene.app.contact(*id).await;
        assert_eq!(contact["unreachable_reason"], *reason, "{description}");
    }
    let hits: u64 = scene.clear().iter().map(|fault| fault.hits).sum();
    assert_eq!(hits, lost as u64);
    let second = scene.campaign("second").await;
    let done = scene.app.campaign_at(second, "done", None).await;
    assert_eq!(
        (count(&done, "audience"), count(&done, "sent")),
        (140 - lost, 140 - lost),
        "nobody is called again"
    );

    // A message brings everyone back.
    for id in &scene.people[..refused.len()] {
        scene.app.sandbox.write(*id, "I am here");
    }
    let reachable = json!({"reachable": true});
    let back = async || (scene.app.api.count(scene.app.bot, &reachable).await == 140).then_some(());
    until("them to be reachable", 30, back).await;
    let third = scene.campaign("third").await;
    assert_eq!(count(&scene.app.campaign_at(third, "done", None).await, "sent"), 140);
    scene.app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_telegram_s_own_words_say_anything() {
    let scene = Scene::open(60, 1_000).await;
    for status in [404, 401, 302, 413, 403, 407] {
        let name = format!("behind a {status}");
        scene.fault(Fault { status: Some(status), for_ms: Some(1_500), ..Fault::new(FaultKind::Gateway) });
        scene.fault(Fault {
            status: Some(status),
            for_ms: Some(1_500),
            methods: vec!["getUpdates".into()],
            ..Fault::new(FaultKind::Gateway)
        });
        let campaign = scene.campaign(&name).await;
        let told = async || {
            let error = scene.bot().await["health"]["last_error"].as_str()?.to_owned();
            error.contains(&format!("HTTP {status}")).then_some(error)
        };
        let error = until("the bot to say what is wrong", 20, told).await.0;
        assert!(error.contains("not in Telegram's words"), "{error}");
        let done = scene.app.campaign_at(campaign, "done", None).await;
        assert_eq!(done["counts"]["sent"], 60, "{name}: {done}");
        assert_eq!(scene.bot().await["status"], "running", "{name}");
        scene.clear();
    }
    let twice = scene.people.iter().filter(|id| scene.app.sandbox.received(**id, ISSUE).len() != 6).count();
    assert_eq!(twice, 0, "each campaign once");
    let well = async || scene.bot().await["health"]["last_error"].is_null().then_some(());
    until("the bot's card to say that it is over", 90, well).await;
    scene.app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn presses_whose_answers_hang_hold_up_nobody() {
    let scene = Scene::open(30, 1_000).await;
    let new = json!({"bot_id": scene.app.bot, "name": ISSUE, "audience": {"all": []}, "held_out_percent": 0,
        "message": {"text": ISSUE, "format": "plain", "buttons": [[{"text": "More", "press": {"add_tags": ["More"]}}]]}});
    let id = scene.app.api.post("/campaigns", new).await["id"].as_i64().unwrap();
    scene.app.api.post(&format!("/campaigns/{id}/start"), json!({})).await;
    scene.app.campaign_at(id, "done", None).await;
    scene.fault(Fault {
        delay_ms: 60_000,
        methods: vec!["answerCallbackQuery".into()],
        ..Fault::new(FaultKind::Delay)
    });
    for _ in 0..10 {
        for person in &scene.people {
            scene.app.sandbox.press(*person, ISSUE, "More");
        }
    }
    scene.app.sandbox.write(scene.people[0], "is anybody there?");
    let began = Instant::now();
    let waits = async || {
        let open = scene.app.api.get(&format!("/conversations?bot_id={}&filter=open", scene.app.bot)).await;
        open["items"].as_array()?.iter().any(|one| one["last"]["text"] == "is anybody there?").then_some(())
    };
    until("the message to be taken in", 20, waits).await;
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    scene.app.finish().await;
}

/// A shop's invoice that a person pays: cases/07.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_is_answered_in_time() {
    let scene = Scene::open(2, 1_000).await;
    let invoice = |world: &mut sandbox::World, id: i64| {
        let params =
            sandbox::Params::from_json(json!({"chat_id": id, "title": "Pro", "description": "A year",
            "payload": "plan-pro", "currency": "XTR", "prices": [{"label": "Pro", "amount": 1990}]}));
        let sent = world.call("sendInvoice", &params, SystemClock.now());
        sent.body["result"]["message_id"].as_i64().unwrap()
    };
    let pays = |id: i64| {
        let mut world = scene.app.sandbox.world.lock();
        let message = invoice(&mut world, id);
        world.person_checkout(id, message, SystemClock.now()).unwrap();
    };
    pays(scene.people[0]);
    let paid =
        async || (!scene.app.sandbox.truth_of(scene.people[0])["paid"].as_array()?.is_empty()).then_some(());
    until("the payment to go through", 10, paid).await;
    let no = json!({"decline_payments": "Sold out"});
    scene.app.api.ask("PATCH", &format!("/bots/{}", scene.app.bot), Some(&no)).await;
    pays(scene.people[1]);
    let info = || {
        let world = &scene.app.sandbox.world;
        let info = world.lock().call("getWebhookInfo", &sandbox::Params::default(), SystemClock.now());
        info.body["result"]["pending_update_count"].as_i64()
    };
    until("the query to be taken in", 10, async || (info() == Some(0)).then_some(())).await;
    assert!(scene.app.sandbox.truth_of(scene.people[1])["paid"].as_array().unwrap().is_empty());
    scene.app.finish().await;
}

/// The lowered rate outlives a kill.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rate_that_was_learnt_is_stored() {
    let scene = Scene::open(200, 100).await;
    scene.fault(Fault { retry_after_s: Some(5), ..sends(FaultKind::TooMany) });
    let campaign = scene.campaign(ISSUE).await;
    let told = async || scene.bot().await["health"]["blocked_until"].as_i64();
    until("the wait of the whole bot to be told", 20, told).await;
    // Before the wait is over: a second one would halve the rate again.
    scene.clear();
    scene.app.campaign_at(campaign, "done", None).await;
    let stored = scene.app.finish().await;
    let rate = stored.rate_milli.expect("a lowered rate");
    assert!((50_000..75_000).contains(&rate), "half of 100, and a little more since: {rate}");
}

/// How long a campaign to all takes where nobody is refused: what the machine and the rate give.
async fn honest_time(scene: &Scene) -> f64 {
    let began = Instant::now();
    let campaign = scene.campaign("nobody refused").await;
    scene.sent(campaign, 400, 120).await;
    began.elapsed().as_secs_f64()
}

/// One chat that is always refused. Others must have theirs in the honest time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes as long as two campaigns: a measurement"]
async fn one_chat_that_is_always_refused_holds_up_nobody() {
    let scene = Scene::open(400, PER_SECOND).await;
    let honest = honest_time(&scene).await;
    let refused =
        Fault { chat_id: Some(scene.people[7]), retry_after_s: Some(30), ..sends(FaultKind::TooMany) };
    scene.fault(refused);
    let began = Instant::now();
    let campaign = scene.campaign(ISSUE).await;
    scene.sent(campaign, 399, 120).await;
    let took = began.elapsed().as_secs_f64();
    let hits = scene.clear()[0].hits;
    println!(
        "one chat always refused: 399 of 400 in {took:.1} s, {honest:.1} s without; calls to that chat {hits}"
    );
    assert!(took < honest * 1.5 + 3.0, "{took} and {honest}");
    assert!(hits as f64 <= 1.0 + took / 30.0, "a call inside the chat's wait: {hits} in {took} s");
    scene.app.campaign_at(campaign, "done", None).await;
    scene.app.finish().await;
}

/// One call in ten is refused, whoever it is for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes as long as two campaigns: a measurement"]
async fn refusals_at_random_cost_their_own_time_only() {
    let scene = Scene::open(400, PER_SECOND).await;
    let honest = honest_time(&scene).await;
    scene.fault(Fault { one_in: Some(10), retry_after_s: Some(3), ..sends(FaultKind::TooMany) });
    let began = Instant::now();
    let campaign = scene.campaign(ISSUE).await;
    let done = scene.sent(campaign, 400, 600).await;
    let took = began.elapsed().as_secs_f64();
    let fault = scene.clear().remove(0);
    println!(
        "one call in ten refused: 400 in {took:.1} s, {honest:.1} s without; {} calls, {} refused",
        fault.drawn, fault.hits
    );
    // A wait that comes last is waited out, and at worst one of the whole bot.
    assert!(took < honest * 1.5 + 8.0, "{took} and {honest}");
    assert_eq!(
        fault.drawn,
        400 + fault.hits,
        "each refused call is made once more, and nothing besides: {done}"
    );
    scene.app.finish().await;
}
