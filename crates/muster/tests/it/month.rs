//! A month of a bot: every stage, segment, breakdown and figure of the first page, and everybody's last interaction,
//! equal what the sandbox's people really did – by the index that lived through it, and by one that is built anew from
//! the database. `oracle/month.py` derives the right values from the people's acts alone.
//!
//! `MUSTER_MONTH_PEOPLE` says how many people live (3,000 unless told), `MUSTER_DUMP` where the dump is kept.

use domain::time::DAY_MS;
use sandbox::{Source, WorldConfig};
use serde_json::{Map, Value, json};
use testkit::lived::Dump;
use testkit::{Lived, oracle};

const STEP_MS: i64 = DAY_MS / 12;
/// A Tuesday evening.
const START_MS: i64 = 1_790_000_000_000;
const DAYS: i64 = 40;
const MENU: &str = "What would you like to read about?";
const SALE: &str = "24 hours only";
const LINKS: [(&str, f64); 2] = [("fb-summer", 0.4), ("ig-story", 0.25)];
const TOPICS: [(&str, &str, &str); 3] = [
    ("tech", "💻 Tech 科技", "兴趣-科技"),
    ("finance", "📈 Finance 金融", "兴趣-金融"),
    ("travel", "✈️ Travel 旅行", "兴趣-旅行"),
];

fn menu() -> Value {
    let option = |(key, text, tag): &(&str, &str, &str)| json!({"key": key, "text": text, "add_tags": [tag], "next": "thanks"});
    json!({"start": "start", "nodes": {
        "start": {"type": "start", "triggers": [{"command": "start"}, {"command": "menu"}], "next": "menu"},
        "menu": {"type": "menu", "message": {"text": MENU}, "columns": 2,
            "options": TOPICS.iter().map(option).collect::<Vec<_>>()},
        "thanks": {"type": "message", "message": {"text": "Noted!"}, "next": "end"},
        "end": {"type": "end"},
    }})
}

fn sale() -> Value {
    json!({"text": format!("{SALE}. 20% off today."), "format": "plain", "buttons": [
        [{"text": "Claim my coupon", "press": {"add_tags": ["Coupon Claimed"], "reply": "Your code is LANTERN20."}}],
        [{"text": "Open the shop", "url": "https://shop.example.com/sale"}]]})
}

/// Named as the oracle knows them.
fn segments() -> [(&'static str, Value); 6] {
    [
        ("Active users of the test", json!({"last_interaction": {"within": "7d"}})),
        ("Dormant users of the test", json!({"last_interaction": {"older_than": "30d"}})),
        ("Readers", json!({"tag": {"has": "兴趣-科技"}})),
        ("Pressed twice lately", json!({"event": {"kind": "button", "at_least": 2, "within": "14d"}})),
        ("Came by the summer link", json!({"source": {"link": "fb-summer"}})),
        ("Customers", json!({"event": {"kind": "conversion"}})),
    ]
}

struct Month {
    lived: Lived,
    campaign: i64,
}

impl Month {
    async fn live() -> Self {
        let people = std::env::var("MUSTER_MONTH_PEOPLE").ok().and_then(|text| text.parse().ok());
        let config = WorldConfig {
            seed: 23,
            people: people.unwrap_or(3_000),
            start_ms: START_MS,
            arrival_ms: DAYS * DAY_MS,
            flood_limits: false,
            ..WorldConfig::default()
        };
        let mut lived = Lived::begin(config).await;
        let flow = json!({"bot_id": lived.bot, "name": "Welcome", "graph": menu()});
        let flow = lived.api.post("/flows", flow).await;
        lived.api.post(&format!("/flows/{}/publish", flow["id"]), json!({})).await;
        let mut sources = vec![Source { payload: None, link: None, share: 0.35 }];
        for (code, share) in LINKS {
            let link = json!({"code": code, "name": code, "channel": "Somewhere", "utm": {"source": code},
                "tags": [format!("From {code}")], "bots": [{"bot_id": lived.bot}]});
            let url = lived.api.post("/links", link).await["url"].as_str().unwrap().to_owned();
            sources.push(Source { payload: None, link: Some(url), share });
        }
        lived.world.lock().set_sources(sources);
        lived.live(25 * DAY_MS, STEP_MS).await;
        let new = json!({"bot_id": lived.bot, "name": "Flash sale", "audience": {"all": []}, "message": sale(),
            "held_out_percent": 10});
        let campaign = lived.api.post("/campaigns", new).await["id"].as_i64().unwrap();
        lived.api.post(&format!("/campaigns/{campaign}/start"), json!({})).await;
        lived.send_out(campaign).await;
        lived.live((DAYS - 25) * DAY_MS, STEP_MS).await;
        for (name, expression) in segments() {
            let new = json!({"bot_id": lived.bot, "name": name, "expression": expression});
            lived.api.post("/segments", new).await;
        }
        Self { lived, campaign }
    }

    /// What the server says of everything, by the index as it stands.
    async fn said(&self) -> Value {
        let (api, bot) = (&self.lived.api, self.lived.bot);
        let mut told = Vec::new();
        let listed = api.all(&format!("/segments?bot_id={bot}")).await;
        for (name, expression) in segments() {
            let count = listed.iter().find(|one| one["name"] == name).map(|one| one["count"].clone());
            let people = api.people(bot, &expression).await;
            told.push(json!({"name": name, "count": count, "people": people}));
        }
        let mut breakdown = Map::new();
        for by in ["tag", "stage", "source"] {
            let asked = json!({"bot_id": bot, "expression": {"all": []}, "breakdown": by});
            let found = api.post("/segments/preview", asked).await;
            breakdown.insert(by.into(), found["breakdown"].clone());
        }
        let mut home = Map::new();
        for days in ["7", "30"] {
            home.insert(days.into(), api.get(&format!("/home?bot_id={bot}&days={days}")).await);
        }
        let contacts = api.all(&format!("/contacts?bot_id={bot}")).await;
        let stages = api.get(&format!("/stages?bot_id={bot}")).await["items"].clone();
        json!({"stages": stages, "segments": told, "breakdown": breakdown, "home": home, "contacts": contacts})
    }

    /// Lets the index be built anew from the database, as after a restart: another time zone and back does it.
    async fn rebuild(&self) {
        for zone in ["Asia/Tokyo", "UTC"] {
            self.lived.api.ask("PATCH", "/workspace", Some(&json!({"time_zone": zone}))).await;
            self.lived.api.count(self.lived.bot, &json!({"all": []})).await;
        }
    }

    async fn dump(&self) -> Dump {
        let api = &self.lived.api;
        let path = format!("/campaigns/{}", self.campaign);
        let told = json!({"campaign": api.get(&path).await, "ledger": api.all(&format!("{path}/ledger")).await,
            "reports": {}, "people": {}});
        let options: Map<String, Value> =
            TOPICS.iter().map(|(_, text, tag)| ((*text).to_owned(), json!(tag))).collect();
        let links: Map<String, Value> =
            LINKS.iter().map(|(code, _)| ((*code).to_owned(), json!(format!("From {code}")))).collect();
        let mut dump = Dump::default();
        dump.put("living", self.said().await);
        self.rebuild().await;
        dump.put("rebuilt", self.said().await);
        dump.put("now", self.lived.now());
        dump.put("menu", json!({"words": MENU, "options": options}));
        dump.put("links", links);
        dump.put("campaigns", json!([{"words": SALE, "told": told}]));
        for name in ["imported", "conversions", "segments", "by_hand", "resent", "mishaps"] {
            dump.put(name, json!([]));
        }
        dump.put("truth", self.lived.world.lock().truth().collect::<Vec<_>>());
        dump
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_figure_of_a_month_is_what_really_happened_before_and_after_a_rebuild() {
    if !oracle::is_at_hand() {
        return;
    }
    let began = std::time::Instant::now();
    let dump = Month::live().await.dump().await;
    println!("lived and dumped in {:.1} s", began.elapsed().as_secs_f64());
    oracle::compare("month.py", &dump);
}
