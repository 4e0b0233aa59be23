//! The demo and a living month after it: every stage, segment, breakdown and figure of the first page, and everybody's
//! last interaction, equal what the sandbox's people really did – by the index that lived through it, and by one that
//! is built anew from the database. `oracle/month.py` derives the right values from the people's acts alone.
//!
//! `MUSTER_MONTH_PEOPLE` says how many people come by (3,000 unless told), `MUSTER_DUMP` where the dump is kept.

use domain::time::DAY_MS;
use serde_json::{Map, Value, json};
use testkit::lived::Dump;
use testkit::{Lived, oracle};

const STEP_MS: i64 = DAY_MS / 12;
/// A Tuesday evening, when the demo's three months end.
const HISTORY_ENDS_MS: i64 = 1_790_000_000_000;
const DAYS: i64 = 30;
const SALE_AFTER_DAYS: i64 = 10;
/// What the demo's menu asks, and what its messages and those of the month can be told by.
const MENU: &str = "What would you like to read about?";
const PAST: [(&str, &str); 2] =
    [("Flash sale, everyone", "24 hours only."), ("AI weekly, no. 13", "AI weekly, no. 13")];
const SALE: &str = "The last chairs";

fn sale() -> Value {
    json!({"text": format!("{SALE}. 20% off today."), "format": "plain", "buttons": [
        [{"text": "Claim my coupon", "press": {"add_tags": ["Coupon Claimed"], "reply": "Your code is LANTERN20."}}],
        [{"text": "Open the shop", "url": "https://shop.example.com/sale"}]]})
}

/// Beside the demo's own and those that every workspace has; named as the oracle knows them.
fn segments() -> [(&'static str, Value); 4] {
    [
        ("Readers", json!({"tag": {"has": "兴趣-科技"}})),
        ("Pressed twice lately", json!({"event": {"kind": "button", "at_least": 2, "within": "14d"}})),
        ("Came by the summer link", json!({"source": {"link": "fb-summer"}})),
        ("Customers", json!({"event": {"kind": "conversion"}})),
    ]
}

struct Month {
    lived: Lived,
    /// With the words that its message is known by.
    campaigns: Vec<(i64, &'static str)>,
}

impl Month {
    async fn live() -> Self {
        let people = std::env::var("MUSTER_MONTH_PEOPLE").ok().and_then(|text| text.parse().ok());
        let mut lived = Lived::in_demo(people.unwrap_or(3_000), HISTORY_ENDS_MS).await;
        let past = lived.api.all(&format!("/campaigns?bot_id={}", lived.bot)).await;
        let id_of =
            |name: &str| past.iter().find(|one| one["name"] == name).and_then(|one| one["id"].as_i64());
        let mut campaigns: Vec<_> =
            PAST.iter().map(|(name, words)| (id_of(name).expect("the demo's campaign"), *words)).collect();
        lived.live(SALE_AFTER_DAYS * DAY_MS, STEP_MS).await;
        let new = json!({"bot_id": lived.bot, "name": SALE, "audience": {"reachable": true}, "message": sale(),
            "held_out_percent": 10});
        let campaign = lived.api.post("/campaigns", new).await["id"].as_i64().unwrap();
        lived.api.post(&format!("/campaigns/{campaign}/start"), json!({})).await;
        lived.send_out(campaign).await;
        campaigns.push((campaign, SALE));
        lived.live((DAYS - SALE_AFTER_DAYS) * DAY_MS, STEP_MS).await;
        for (name, expression) in segments() {
            let new = json!({"bot_id": lived.bot, "name": name, "expression": expression});
            lived.api.post("/segments", new).await;
        }
        Self { lived, campaigns }
    }

    /// What the server says of everything, by the index as it stands.
    async fn said(&self) -> Value {
        let (api, bot) = (&self.lived.api, self.lived.bot);
        let mut told = Vec::new();
        for segment in api.all(&format!("/segments?bot_id={bot}")).await {
            let people = api.people(bot, &segment["expression"]).await;
            told.push(json!({"name": segment["name"], "count": segment["count"], "people": people}));
        }
        let mut breakdown = Map::new();
        for by in ["tag", "stage", "source"] {
            let asked = json!({"bot_id": bot, "expression": {"all": []}, "breakdown": by});
            let found = api.post("/segments/preview", asked).await;
            breakdown.insert(by.into(), found["breakdown"].clone());
        }
        let mut home = Map::new();
        for days in ["7", "30"] {
            let mut page = api.get(&format!("/home?bot_id={bot}&days={days}")).await;
            for step in page["moves"].as_array_mut().unwrap() {
                let (from, to) = (&step["from_id"], &step["to_id"]);
                let path = format!("/moves?bot_id={bot}&days={days}&from_stage={from}&to_stage={to}");
                let people: Vec<Value> =
                    api.all(&path).await.iter().map(|one| one["telegram_id"].clone()).collect();
                step["people"] = people.into();
            }
            home.insert(days.into(), page);
        }
        let contacts = api.all(&format!("/contacts?bot_id={bot}")).await;
        let stages = api.get(&format!("/stages?bot_id={bot}")).await["items"].clone();
        json!({"stages": stages, "segments": told, "breakdown": breakdown, "home": home, "contacts": contacts})
    }

    /// Lets the index be built anew from the database, as after a restart: another time zone and back does it.
    async fn rebuild(&self) {
        for zone in ["Asia/Tokyo", "Asia/Shanghai"] {
            self.lived.api.ask("PATCH", "/workspace", Some(&json!({"time_zone": zone}))).await;
            self.lived.api.count(self.lived.bot, &json!({"all": []})).await;
        }
    }

    async fn told(&self, campaign: i64, words: &str) -> Value {
        let (api, path) = (&self.lived.api, format!("/campaigns/{campaign}"));
        let (resource, ledger) = (api.get(&path).await, api.all(&format!("{path}/ledger")).await);
        json!({"words": words, "told": {"campaign": resource, "ledger": ledger, "reports": {}, "people": {}}})
    }

    /// The menu's options and the links, each with the tag that it gives.
    async fn tags(&self) -> (Map<String, Value>, Map<String, Value>) {
        let (api, bot) = (&self.lived.api, self.lived.bot);
        let listed = async |what: &str| api.get(&format!("/{what}?bot_id={bot}")).await["items"].clone();
        let (flows, links) = (listed("flows").await, listed("links").await);
        let mut flows = flows.as_array().expect("a list").iter();
        let welcome = flows.find(|flow| flow["name"] == "Welcome and interests").expect("the demo's menu");
        let flow = api.get(&format!("/flows/{}", welcome["id"])).await;
        let options =
            flow["draft"]["nodes"]["menu"]["options"].as_array().expect("the menu's options").iter();
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let options = options.map(|option| (text(&option["text"]), option["add_tags"][0].clone())).collect();
        let links = links.as_array().expect("a list").iter();
        let links = links.map(|link| (text(&link["code"]), link["tags"][0]["name"].clone())).collect();
        (options, links)
    }

    async fn dump(&self) -> Dump {
        let mut dump = Dump::default();
        dump.put("living", self.said().await);
        self.rebuild().await;
        dump.put("rebuilt", self.said().await);
        dump.put("now", self.lived.now());
        let bot = self.lived.api.get(&format!("/bots/{}", self.lived.bot)).await;
        dump.put("failed_updates", &bot["health"]["ingest_failed"]);
        let (options, links) = self.tags().await;
        dump.put("menu", json!({"words": MENU, "options": options}));
        dump.put("links", links);
        let mut campaigns = Vec::new();
        for (campaign, words) in &self.campaigns {
            campaigns.push(self.told(*campaign, words).await);
        }
        dump.put("campaigns", campaigns);
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
