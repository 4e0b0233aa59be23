//! Every figure of two campaigns' reports equals what the sandbox's people really did, by a script that shares no
//! line with the server: `oracle/report.py` knows the definitions and reads the dump of a life in virtual time.
//!
//! `MUSTER_REPORT_PEOPLE` says how many people live (5,000 unless told, 800 at least), `MUSTER_DUMP` where the dump is kept.

use domain::time::DAY_MS;
use sandbox::WorldConfig;
use serde_json::{Map, Value, json};
use testkit::api::escaped;
use testkit::lived::Dump;
use testkit::{Lived, Mishap, oracle};

const HOUR_MS: i64 = DAY_MS / 24;
const STEP_MS: i64 = HOUR_MS / 4;
/// A Tuesday evening.
const START_MS: i64 = 1_790_000_000_000;

const MENU: &str = "What would you like to read about?";
const SALE: &str = "24 hours only";
const WEEKEND: &str = "Your weekend reading";

/// Of so many people who live, one more was imported and never started the bot. Writing to these fails, and where they
/// are a tenth of a campaign its guard rails rightly pause it.
const PEOPLE_AN_IMPORTED: u32 = 55;
const IMPORTED_FIRST_ID: i64 = 99_000_001;

const TOPICS: [(&str, &str, &str); 4] = [
    ("tech", "💻 Tech 科技", "兴趣-科技"),
    ("finance", "📈 Finance 金融", "兴趣-金融"),
    ("travel", "✈️ Travel 旅行", "兴趣-旅行"),
    ("sport", "⚽ Sport 体育", "兴趣-体育"),
];

fn menu() -> Value {
    let option = |(key, text, tag): &(&str, &str, &str)| json!({"key": key, "text": text, "add_tags": [tag], "next": "thanks"});
    json!({"start": "start", "nodes": {
        "start": {"type": "start", "triggers": [{"command": "start"}, {"command": "menu"}], "next": "menu"},
        "menu": {"type": "menu", "message": {"text": format!("Hi {{first_name|friend}}! {MENU}")}, "columns": 2,
            "options": TOPICS.iter().map(option).collect::<Vec<_>>()},
        "thanks": {"type": "message", "message": {"text": "Noted!"}, "next": "end"},
        "end": {"type": "end"},
    }})
}

fn sale() -> Value {
    json!({"text": format!("<b>{SALE}.</b> 20% off today, {{first_name|friend}}."), "format": "html", "buttons": [
        [{"text": "Claim my coupon", "press": {"add_tags": ["Coupon Claimed"], "reply": "Your code is LANTERN20."}},
         {"text": "Less often", "press": {"add_tags": ["Less often"], "remove_tags": ["兴趣-金融"]}}],
        [{"text": "Open the shop", "url": "https://shop.example.com/sale"},
         {"text": "Our story", "url": "https://lantern.example.com/about", "track": false}],
    ]})
}

fn weekend() -> Value {
    json!({"text": format!("{WEEKEND}: gadgets and software. 本周科技要闻。"), "format": "plain", "buttons": [
        [{"text": "More tech like this", "press": {"add_tags": ["兴趣-AI", "兴趣-科技"]}}],
        [{"text": "Read the issue", "url": "https://lantern.example.com/weekend/13"}],
    ]})
}

fn people_wanted() -> u32 {
    std::env::var("MUSTER_REPORT_PEOPLE").ok().and_then(|text| text.parse().ok()).unwrap_or(5_000)
}

/// A table of people who never started the bot: writing to them fails, and their past gives every stage.
fn table() -> (String, Vec<Value>) {
    let mut rows = vec!["telegram_id,first_name,tags,source,last_interaction".to_owned()];
    let mut told = Vec::new();
    for number in 0..i64::from(people_wanted() / PEOPLE_AN_IMPORTED) {
        let id = IMPORTED_FIRST_ID + number;
        let days_ago = [None, Some(3), Some(15), Some(45)][number as usize % 4];
        let at = days_ago.map(|days| START_MS - days * DAY_MS);
        let stamp = at.and_then(chrono::DateTime::from_timestamp_millis).map(|time| time.to_rfc3339());
        let tags = if number % 3 == 0 { "兴趣-科技;Old list" } else { "Old list" };
        let source = if number % 2 == 0 { "channel=newsletter;utm_source=paper" } else { "" };
        rows.push(format!("{id},Old {number},{tags},{source},{}", stamp.unwrap_or_default()));
        let sources = if number % 2 == 0 { vec!["channel=newsletter", "utm_source=paper"] } else { vec![] };
        told.push(json!({"telegram_id": id, "tags": tags.split(';').collect::<Vec<_>>(), "sources": sources,
            "last_interaction": at}));
    }
    (rows.join("\n"), told)
}

/// Segments whose people can be told from tags alone; some are in both, some in none.
fn saved_segments() -> [(&'static str, Value); 2] {
    [
        ("Readers", json!({"tag": {"has": "兴趣-科技"}})),
        (
            "Old and no readers",
            json!({"all": [{"tag": {"has": "Old list"}}, {"not": {"tag": {"has": "兴趣-科技"}}}]}),
        ),
    ]
}

/// A life, and what the test itself did in it.
struct Life {
    lived: Lived,
    ids: Vec<i64>,
    conversions: Vec<Value>,
    by_hand: Vec<Value>,
    resent: Vec<i64>,
}

impl Life {
    async fn begin() -> (Self, Vec<Value>) {
        let config = WorldConfig {
            people: people_wanted(),
            seed: 11,
            start_ms: START_MS,
            arrival_ms: 20 * HOUR_MS,
            flood_limits: false,
            ..WorldConfig::default()
        };
        let mut lived = Lived::begin(config).await;
        let flow =
            lived.api.post("/flows", json!({"bot_id": lived.bot, "name": "Welcome", "graph": menu()})).await;
        lived.api.post(&format!("/flows/{}/publish", flow["id"]), json!({})).await;
        let (rows, imported) = table();
        lived.import(rows).await;
        for (name, expression) in saved_segments() {
            let new = json!({"bot_id": lived.bot, "name": name, "expression": expression});
            lived.api.post("/segments", new).await;
        }
        lived.live(24 * HOUR_MS, STEP_MS).await;
        let ids = lived.world.lock().person_ids().collect();
        (Self { lived, ids, conversions: Vec::new(), by_hand: Vec::new(), resent: Vec::new() }, imported)
    }

    fn some(&self, every: usize, from: usize) -> Vec<i64> {
        self.ids.iter().copied().skip(from).step_by(every).collect()
    }

    /// Freezes, lets a few opt out before their turn, and sends.
    async fn send(&mut self, name: &str, audience: Value, message: Value, held_out_percent: f64) -> i64 {
        let api = &self.lived.api;
        let new = json!({"bot_id": self.lived.bot, "name": name, "audience": audience, "message": message,
            "held_out_percent": held_out_percent});
        let campaign = api.post("/campaigns", new).await["id"].as_i64().unwrap();
        api.post(&format!("/campaigns/{campaign}/start"), json!({})).await;
        let now = self.lived.now();
        for id in self.some(89, 5) {
            // Whoever blocked the bot cannot write, and is left out anyway.
            let _ = self.lived.world.lock().person_write(id, "/stop", now + 1);
        }
        self.lived.send_out(campaign).await;
        campaign
    }

    /// Purchases and sign-ups that the team's own shop tells of.
    async fn convert(&mut self, people: Vec<i64>, minutes_ago: i64) {
        for id in people {
            let at = self.lived.now() - minutes_ago * 60_000;
            let new = json!({"bot_id": self.lived.bot, "telegram_id": id, "name": "purchase", "at": at});
            let (status, _) = self.lived.api.try_ask("POST", "/events", Some(&new)).await.unwrap();
            if status < 300 {
                self.conversions.push(json!({"telegram_id": id, "at": at}));
            }
        }
    }

    /// Tags that a member gives: no act of the person.
    async fn tag(&mut self, people: &[i64], tag: &str) {
        let list = self.lived.api.all(&format!("/contacts?bot_id={}", self.lived.bot)).await;
        for one in list.iter().filter(|one| people.contains(&one["telegram_id"].as_i64().unwrap())) {
            let path = format!("/contacts/{}/tags", one["id"]);
            self.lived.api.post(&path, json!({"add": [tag], "remove": []})).await;
            self.by_hand.push(json!({"telegram_id": one["telegram_id"], "tag": tag, "at": self.lived.now()}));
        }
    }

    /// A member lets those be written to again whose call got lost.
    async fn resend(&mut self, campaign: i64) {
        let lost = self.lived.mishaps.happened();
        let lost = lost.iter().filter(|one| one.kind == Mishap::CallLost).map(|one| one.telegram_id);
        let lost: Vec<i64> = lost.collect();
        let unknown = self.lived.api.all(&format!("/campaigns/{campaign}/ledger?outcome=unknown")).await;
        let chosen: Vec<&Value> = unknown
            .iter()
            .filter(|line| lost.contains(&line["telegram_id"].as_i64().unwrap()))
            .take(10)
            .collect();
        assert!(!chosen.is_empty(), "some calls were lost");
        let contacts: Vec<&Value> = chosen.iter().map(|line| &line["contact_id"]).collect();
        let decision = json!({"decision": "resend", "contacts": contacts});
        self.resent = chosen.iter().map(|line| line["telegram_id"].as_i64().unwrap()).collect();
        self.lived.api.post(&format!("/campaigns/{campaign}/resolve"), decision).await;
        self.lived.send_out(campaign).await;
    }

    /// A campaign with its ledger, its report four ways, and the people of every number.
    async fn told(&self, campaign: i64) -> Value {
        let api = &self.lived.api;
        let path = format!("/campaigns/{campaign}");
        let mut reports = Map::new();
        let mut people = Map::new();
        for by in ["stage", "tag", "source", "segment"] {
            let report = api.get(&format!("{path}/report?by={by}")).await;
            let mut expressions = Vec::new();
            expressions_in(&report, &mut expressions);
            for expression in expressions {
                let key = expression.to_string();
                if !people.contains_key(&key) {
                    people.insert(key, json!(self.people(&expression).await));
                }
            }
            reports.insert(by.into(), report);
        }
        json!({"campaign": api.get(&path).await, "ledger": api.all(&format!("{path}/ledger")).await,
            "reports": reports, "people": people})
    }

    /// The list behind a number, with the list's own count held against its length.
    async fn people(&self, expression: &Value) -> Vec<i64> {
        let api = &self.lived.api;
        let query = escaped(&expression.to_string());
        let first = api.get(&format!("/contacts?bot_id={}&limit=1&expression={query}", self.lived.bot)).await;
        if first["count"] == 0 {
            return Vec::new();
        }
        let listed = api.people(self.lived.bot, expression).await;
        assert_eq!(first["count"], listed.len(), "the count of {expression}");
        listed
    }
}

/// Every `people` of a report.
fn expressions_in(value: &Value, into: &mut Vec<Value>) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                if name == "people" && inner.is_object() {
                    into.push(inner.clone());
                } else {
                    expressions_in(inner, into);
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|inner| expressions_in(inner, into)),
        _ => {}
    }
}

fn plan_mishaps(life: &Life) {
    for (every, from, kind) in
        [(97, 1, Mishap::BlocksJustBefore), (83, 2, Mishap::AnswerLost), (101, 3, Mishap::CallLost)]
    {
        for id in life.some(every, from) {
            life.lived.mishaps.plan(id, SALE, kind);
        }
    }
}

/// Two campaigns whose windows overlap, and everything that happens around them.
async fn live() -> Dump {
    let (mut life, imported) = Life::begin().await;
    plan_mishaps(&life);
    let sale = life.send("Flash sale", json!({"all": []}), sale(), 10.0).await;
    life.resend(sale).await;
    life.lived.live(3 * HOUR_MS, STEP_MS).await;
    life.convert(life.some(37, 0), 20).await;
    life.tag(&life.some(61, 4), "兴趣-旅行").await;
    life.lived.live(6 * HOUR_MS, STEP_MS).await;
    let readers = json!({"all": [
        {"tag": {"has_any": ["兴趣-科技", "兴趣-旅行"]}}, {"not": {"tag": {"has": "Less often"}}}]});
    let weekend = life.send("Weekend", readers, weekend(), 20.0).await;
    life.convert(life.some(41, 7), 0).await;
    life.lived.live(10 * HOUR_MS, STEP_MS).await;
    life.convert(life.some(43, 9), 5).await;
    life.lived.live(26 * HOUR_MS, STEP_MS).await;
    let mut dump = Dump::default();
    dump.put("menu", json!({"words": MENU, "options": TOPICS.iter().map(|(_, text, tag)| (*text, *tag)).collect::<std::collections::BTreeMap<_, _>>()}));
    dump.put("campaigns", json!([
        {"words": SALE, "told": life.told(sale).await}, {"words": WEEKEND, "told": life.told(weekend).await}]));
    dump.put("imported", imported);
    dump.put("conversions", &life.conversions);
    let segments = saved_segments().map(|(name, expression)| json!({"name": name, "expression": expression}));
    dump.put("segments", segments);
    dump.put("by_hand", &life.by_hand);
    dump.put("resent", &life.resent);
    dump.put("mishaps", life.lived.mishaps.happened());
    dump.put("truth", life.lived.world.lock().truth().collect::<Vec<_>>());
    dump
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_figure_of_a_report_is_what_really_happened() {
    if !oracle::is_at_hand() {
        return;
    }
    let began = std::time::Instant::now();
    let dump = live().await;
    println!("lived and dumped in {:.1} s", began.elapsed().as_secs_f64());
    oracle::compare("report.py", &dump);
}
