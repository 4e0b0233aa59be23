//! Nothing that is known of a person is lost when the index is built anew: random lives, after which the index that
//! lived through them, the one that is built from rows, and the evaluator of one person give the same answers about
//! every column; and everybody was last here when this test says so, which did it.
//!
//! `MUSTER_REBUILT_LIVES` says how many lives (4 unless told), `MUSTER_REBUILT_ACTS` how many acts each has (150).

use std::collections::BTreeMap;

use domain::time::{DAY_MS, SECOND_MS};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use sandbox::{TimedUpdate, WorldConfig};
use serde_json::{Value, json};
use testkit::Lived;

const PEOPLE: u32 = 12;
/// A Tuesday evening.
const START_MS: i64 = 1_790_000_000_000;
/// Ids of updates that the sandbox's own never reach.
const CRAFTED_FROM: i64 = 5_000_000_000;
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

fn number_of(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn graph() -> Value {
    let option = |key: &str, tag: &str| json!({"key": key, "text": key, "add_tags": [tag], "next": "end"});
    json!({"start": "start", "nodes": {
        "start": {"type": "start", "triggers": [{"command": "start"}, {"command": "menu"}], "next": "menu"},
        "menu": {"type": "menu", "message": {"text": "Which?"}, "columns": 2,
            "options": [option("Tech", "兴趣-科技"), option("Sport", "兴趣-体育")]},
        "end": {"type": "end"},
    }})
}

/// One life, with the moments at which everybody was here, kept by this test.
struct Life {
    lived: Lived,
    dice: StdRng,
    ids: Vec<i64>,
    last_here: BTreeMap<i64, i64>,
    crafted: i64,
    campaigns: Vec<i64>,
    acts: BTreeMap<&'static str, usize>,
}

impl Life {
    async fn begin(seed: u64) -> Self {
        let config = WorldConfig {
            people: PEOPLE,
            seed,
            start_ms: START_MS,
            lively: false,
            flood_limits: false,
            ..WorldConfig::default()
        };
        let lived = Lived::begin(config).await;
        let new = json!({"bot_id": lived.bot, "name": "Welcome", "graph": graph()});
        let flow = lived.api.post("/flows", new).await;
        lived.api.post(&format!("/flows/{}/publish", flow["id"]), json!({})).await;
        let link = json!({"name": "Summer", "code": "summer", "channel": "Facebook", "utm": {"source": "fb"},
            "tags": ["From the summer"], "bots": [{"bot_id": lived.bot, "weight": 1}]});
        lived.api.post("/links", link).await;
        let ids = lived.world.lock().person_ids().collect();
        Self {
            lived,
            dice: StdRng::seed_from_u64(seed),
            ids,
            last_here: BTreeMap::new(),
            crafted: 0,
            campaigns: Vec::new(),
            acts: BTreeMap::new(),
        }
    }

    fn here(&mut self, id: i64, at: i64) {
        let last = self.last_here.entry(id).or_insert(at);
        *last = at.max(*last);
    }

    fn id(&mut self) -> i64 {
        *self.ids.choose(&mut self.dice).unwrap()
    }

    /// Time goes by, and whatever the sandbox told arrives.
    async fn arrive(&mut self) {
        let step = [1, 90, 3_600, 40_000, 200_000].choose(&mut self.dice).unwrap() * SECOND_MS;
        self.lived.live(step, step).await;
    }

    async fn act(&mut self) {
        let (act, name): (u32, _) = match self.dice.random_range(0..100) {
            0..14 => (0, "starts"),
            14..22 => (1, "starts by a link"),
            22..36 => (2, "writes"),
            36..42 => (3, "stops"),
            42..56 => (4, "presses"),
            56..61 => (5, "blocks or unblocks"),
            61..69 => (6, "is renamed, perhaps late"),
            69..75 => (7, "pays"),
            75..80 => (8, "is imported"),
            80..85 => (9, "is tagged"),
            85..90 => (10, "gets an attribute"),
            90..94 => (11, "is answered or closed"),
            94..97 => (12, "follows a link of a message"),
            97..98 => (13, "is erased"),
            _ => (14, "gets a campaign"),
        };
        let id = self.id();
        let happened = match act {
            0..=5 | 7 | 12 => self.world_act(act, id).await,
            6 => self.crafted_message(id).await,
            8 => self.import(id).await,
            14 => self.campaign().await,
            _ => self.member_act(act, id).await,
        };
        if happened {
            *self.acts.entry(name).or_default() += 1;
        }
        self.arrive().await;
    }

    async fn world_act(&mut self, act: u32, id: i64) -> bool {
        let at = self.lived.now();
        let token = if act == 1 { Some(self.visit().await) } else { None };
        let text = ["Hello", "/menu", "/help me", "价格?"].choose(&mut self.dice).unwrap();
        let choice = self.dice.random_range(0..1_000_usize);
        let happened = {
            let mut world = self.lived.world.lock();
            match act {
                0 => world.person_start(id, [None, Some("promo")][choice % 2], at).is_ok(),
                1 => world.person_start(id, token.as_deref(), at).is_ok(),
                2 => world.person_write(id, text, at).is_ok(),
                3 => world.person_write(id, "/stop", at).is_ok(),
                4 => {
                    let found = buttons(&world.chat_messages(id).unwrap_or_default(), "callback_data");
                    let picked = found.get(choice % found.len().max(1)).cloned();
                    picked.is_some_and(|(message, data)| world.person_press(id, message, &data, at).is_ok())
                }
                5 => world.person_block(id, at).or_else(|_| world.person_unblock(id, at)).is_ok(),
                7 => world.person_pay(id, "USD", 1_990, at).is_ok(),
                _ => {
                    let found = buttons(&world.chat_messages(id).unwrap_or_default(), "url");
                    let ours = found.into_iter().rfind(|(_, url)| url.contains("/c/"));
                    ours.is_some_and(|(message, url)| {
                        world.person_follow(id, Some(message), &url, at).is_ok()
                    })
                }
            }
        };
        if happened && !matches!(act, 5 | 7) {
            self.here(id, at);
        }
        happened
    }

    /// Opens the link in a browser; the payload that it leads on with.
    async fn visit(&self) -> String {
        let http = reqwest::Client::builder()
            .tls_certs_only([])
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let opened = http.get(format!("{}/l/summer", self.lived.api.base)).header("user-agent", BROWSER);
        let opened = opened.send().await.unwrap();
        let location = opened.headers()["location"].to_str().unwrap();
        location.rsplit_once("start=").unwrap().1.to_owned()
    }

    /// A message under another name, which may have been written long before it arrives.
    async fn crafted_message(&mut self, id: i64) -> bool {
        let now = self.lived.now();
        let at = now - [0, DAY_MS, 9 * DAY_MS].choose(&mut self.dice).unwrap();
        self.crafted += 1;
        let number = CRAFTED_FROM + self.crafted;
        let first_name = ["Ada", "Bo", "小明"].choose(&mut self.dice).unwrap();
        let language = ["en", "zh"][self.crafted as usize % 2];
        let from = json!({"id": id, "is_bot": false, "first_name": first_name, "is_premium": self.crafted % 2 == 0,
            "language_code": language});
        let update = json!({"update_id": number, "message": {"message_id": number, "date": at / 1_000,
            "chat": {"id": id, "type": "private"}, "from": from, "text": "I was away"}});
        let taken = self.lived.take(&[TimedUpdate { at_ms: now, update }]).await;
        assert_eq!((taken.new, taken.failed), (1, 0));
        self.here(id, at);
        true
    }

    async fn import(&mut self, id: i64) -> bool {
        let at = START_MS - self.dice.random_range(-40..40_i64) * DAY_MS;
        let at = at.min(self.lived.now());
        let stamp = chrono::DateTime::from_timestamp_millis(at).unwrap().to_rfc3339();
        let plan = ["pro", "free"].choose(&mut self.dice).unwrap();
        let table = format!(
            "telegram_id,last_name,tags,source,last_interaction,attr.plan\n\
             {id},Imported,Old list,channel=paper,{stamp},{plan}\n"
        );
        self.lived.import(table).await;
        self.here(id, at);
        true
    }

    async fn contact(&self, id: i64) -> Option<Value> {
        let all = self.lived.api.all(&format!("/contacts?bot_id={}", self.lived.bot)).await;
        all.into_iter().find(|contact| contact["telegram_id"] == id)
    }

    async fn member_act(&mut self, act: u32, id: i64) -> bool {
        let Some(contact) = self.contact(id).await else { return false };
        let path = format!("/contacts/{}", contact["id"]);
        let tag = ["VIP", "兴趣-科技"].choose(&mut self.dice).unwrap();
        let (method, path, body) = match act {
            9 if self.dice.random() => ("POST", format!("{path}/tags"), json!({"add": [tag], "remove": []})),
            9 => ("POST", format!("{path}/tags"), json!({"add": [], "remove": [tag]})),
            10 => {
                ("PATCH", path, json!({"attributes": {"plan": "pro", "score": self.dice.random_range(0..9)}}))
            }
            11 => ("POST", format!("/conversations/{}/close", contact["id"]), json!({})),
            _ => ("DELETE", path, Value::Null),
        };
        let body = (!body.is_null()).then_some(body);
        let (status, answer) = self.lived.api.try_ask(method, &path, body.as_ref()).await.unwrap();
        assert!(status < 500, "{method} {path}: {status} {answer}");
        if method == "DELETE" {
            // Whoever comes back is met anew.
            self.last_here.remove(&id);
        }
        status < 300
    }

    async fn campaign(&mut self) -> bool {
        if self.campaigns.len() >= 3 {
            return false;
        }
        let message = json!({"text": "News", "format": "plain", "buttons": [
            [{"text": "More", "press": {"add_tags": ["Wants more"]}},
             {"text": "Shop", "url": "https://shop.example.com/"}]]});
        let new = json!({"bot_id": self.lived.bot, "name": "News", "audience": {"all": []}, "message": message,
            "held_out_percent": 20});
        let campaign = self.lived.api.post("/campaigns", new).await["id"].as_i64().unwrap();
        let start = format!("/campaigns/{campaign}/start");
        let (status, _) = self.lived.api.try_ask("POST", &start, Some(&json!({}))).await.unwrap();
        if status < 300 {
            self.lived.send_out(campaign).await;
            self.campaigns.push(campaign);
        }
        status < 300
    }

    /// Something about every column.
    fn questions(&self) -> Vec<Value> {
        let mut all = vec![
            json!({"last_interaction": {"never": true}}),
            json!({"reachable": true}),
            json!({"conversation": {"status": "open"}}),
            json!({"source": {"link": "summer"}}),
            json!({"source": {"channel": "paper"}}),
            json!({"source": {"payload": "promo"}}),
            json!({"profile": {"field": "premium", "in": [true]}}),
        ];
        for stage in ["churned", "customer", "new", "active", "cooling"] {
            all.push(json!({"stage": {"in": [stage]}}));
        }
        for age in ["1s", "1h", "1d", "3d", "7d", "12d", "20d", "30d", "60d"] {
            for field in ["last_interaction", "first_seen"] {
                all.push(json!({field: {"within": age}}));
                all.push(json!({field: {"older_than": age}}));
            }
        }
        for tag in ["兴趣-科技", "兴趣-体育", "VIP", "Old list", "From the summer", "Wants more"] {
            all.push(json!({"tag": {"has": tag}}));
            all.push(json!({"tag": {"has": tag, "added_within": "5d"}}));
        }
        for kind in
            ["start", "message", "command", "button", "click", "conversion", "link_visit", "interaction"]
        {
            for times in [1, 2, 4] {
                all.push(json!({"event": {"kind": kind, "at_least": times}}));
                all.push(json!({"event": {"kind": kind, "at_least": times, "within": "7d"}}));
            }
        }
        for (field, value) in
            [("first_name", "Ada"), ("first_name", "小明"), ("language", "zh"), ("last_name", "Imported")]
        {
            all.push(json!({"profile": {"field": field, "in": [value]}}));
        }
        all.push(json!({"attribute": {"key": "plan", "op": "eq", "value": "pro"}}));
        all.push(json!({"attribute": {"key": "score", "op": "gt", "value": 4}}));
        for campaign in &self.campaigns {
            for outcome in
                ["sent", "failed", "blocked", "clicked", "not_clicked", "replied", "tagged", "held_out"]
            {
                all.push(json!({"campaign": {"id": campaign, "outcome": outcome}}));
            }
        }
        all
    }

    /// Tags and attributes that nobody has are no names: everybody gets some once.
    async fn name_everything(&mut self) {
        let table = "telegram_id,tags,attr.plan,attr.score\n1,兴趣-科技;兴趣-体育;VIP;Old list;From the summer;Wants more,free,0\n";
        self.lived.import(table.to_owned()).await;
    }

    async fn check(&mut self, context: &str) {
        let questions = self.questions();
        let living = self.lived.by_living_index(&questions).await;
        let rebuilt = self.lived.by_rebuilt_index(&questions).await;
        let alone = self.lived.by_each_alone(&questions).await;
        for (((question, living), rebuilt), alone) in questions.iter().zip(&living).zip(&rebuilt).zip(&alone)
        {
            assert_eq!(living, rebuilt, "living and rebuilt, {question}, {context}");
            assert_eq!(living, alone, "living and each alone, {question}, {context}");
        }
        let all = self.lived.api.all(&format!("/contacts?bot_id={}", self.lived.bot)).await;
        for contact in all.iter().filter(|contact| contact["telegram_id"] != 1) {
            let wanted = self.last_here.get(&contact["telegram_id"].as_i64().unwrap());
            let found = contact["last_interaction_at"].as_i64();
            // Telegram tells whole seconds.
            let second = |at: i64| at / SECOND_MS;
            assert_eq!(found.map(second), wanted.copied().map(second), "{contact}, {context}");
        }
    }
}

/// The buttons of messages that hold this: the message and what the button holds.
fn buttons(messages: &[Value], holds: &str) -> Vec<(i64, String)> {
    let mut found = Vec::new();
    for message in messages {
        let rows = message["reply_markup"]["inline_keyboard"].as_array();
        for button in rows.into_iter().flatten().filter_map(Value::as_array).flatten() {
            if let Some(held) = button[holds].as_str() {
                found.push((message["message_id"].as_i64().unwrap(), held.to_owned()));
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebuilt_index_knows_everything_that_the_living_one_knew() {
    let (lives, acts) = (number_of("MUSTER_REBUILT_LIVES", 4), number_of("MUSTER_REBUILT_ACTS", 150));
    let mut done: BTreeMap<&str, usize> = BTreeMap::new();
    for seed in 1..=lives as u64 {
        let mut life = Life::begin(seed).await;
        life.name_everything().await;
        for act in 0..acts {
            life.act().await;
            if act % 10 == 9 {
                life.check(&format!("life {seed}, act {act}")).await;
            }
        }
        life.acts.iter().for_each(|(name, count)| *done.entry(name).or_default() += count);
    }
    println!("{lives} lives of {acts} acts: {done:?}");
    // Each kind of act happens often enough to mean something.
    assert!(done.len() == 15 || lives * acts < 400, "{done:?}");
}
