//! The funnels of three links over a month of virtual time equal what the sandbox's people really did; previewers
//! and crawlers are counted apart. The truth is read by the definitions of the link's page, from lists of acts.
//!
//! `MUSTER_LINKS_PEOPLE` says how many people live (1,500 unless told).

use std::collections::{BTreeMap, BTreeSet};

use domain::time::DAY_MS;
use sandbox::{Source, WorldConfig};
use serde_json::{Value, json};
use testkit::Lived;

const STEP_MS: i64 = DAY_MS / 96;
/// A Tuesday evening.
const START_MS: i64 = 1_790_000_000_000;
const DAYS: i64 = 31;
const KEPT_S: i64 = 7 * 86_400;

/// Code, and the share of people who come through it.
const LINKS: [(&str, f64); 3] = [("fb-summer", 0.4), ("ig-story", 0.25), ("shop-door", 0.1)];

fn menu() -> Value {
    json!({"start": "s", "nodes": {
        "s": {"type": "start", "triggers": [{"command": "start"}, {"command": "menu"}], "next": "m"},
        "m": {"type": "menu", "message": {"text": "What would you like to read about?"}, "columns": 2, "options": [
            {"key": "tech", "text": "Tech", "add_tags": ["Tech"], "next": null},
            {"key": "travel", "text": "Travel", "add_tags": ["Travel"], "next": null}]}}})
}

fn config() -> WorldConfig {
    let people = std::env::var("MUSTER_LINKS_PEOPLE").ok().and_then(|text| text.parse().ok());
    WorldConfig {
        seed: 11,
        people: people.unwrap_or(1_500),
        start_ms: START_MS,
        arrival_ms: DAYS * DAY_MS,
        flood_limits: false,
        ..WorldConfig::default()
    }
}

/// The numbers of one funnel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Numbers {
    visits: i64,
    starts: i64,
    replied: i64,
    kept: i64,
    kept_of: i64,
    again: i64,
    previewers: i64,
    crawlers: i64,
}

/// What a page of the server says.
fn said(item: &Value) -> Numbers {
    let count = |step: &str| item["funnel"][step]["count"].as_i64().unwrap();
    Numbers {
        visits: item["funnel"]["visits"].as_i64().unwrap(),
        starts: count("starts"),
        replied: count("replied"),
        kept: count("kept"),
        kept_of: count("kept_of"),
        again: item["again"]["count"].as_i64().unwrap(),
        previewers: item["apart"]["previewers"].as_i64().unwrap(),
        crawlers: item["apart"]["crawlers"].as_i64().unwrap(),
    }
}

fn list<'l>(line: &'l Value, name: &str) -> &'l [Value] {
    line[name].as_array().unwrap()
}

fn at(act: &Value) -> i64 {
    act["at_ms"].as_i64().unwrap()
}

/// The link that an address belongs to.
fn code_of(base: &str, url: &str) -> Option<String> {
    let rest = url.strip_prefix(base)?.strip_prefix("/l/")?;
    Some(rest.split('?').next().unwrap().to_owned())
}

/// By code, the numbers of a link and the Telegram ids of whom it brought.
type Truth = BTreeMap<String, (Numbers, BTreeSet<i64>)>;

/// One person's acts, added to what they say of each link.
fn add(truth: &mut Truth, base: &str, line: &Value, now: i64) {
    let of = |act: &Value, field: &str| act[field].as_str().and_then(|url| code_of(base, url));
    for act in list(line, "followed") {
        if let Some(code) = of(act, "url") {
            truth.entry(code).or_default().0.visits += 1;
        }
    }
    for act in list(line, "previewed") {
        let Some(code) = of(act, "url") else { continue };
        let numbers = &mut truth.entry(code).or_default().0;
        let name = act["user_agent"].as_str().unwrap();
        let walks = ["Googlebot", "bingbot", "YandexBot", "Baiduspider", "GPTBot"];
        if walks.iter().any(|crawler| name.contains(crawler)) {
            numbers.crawlers += 1;
        } else {
            numbers.previewers += 1;
        }
    }
    let starts = list(line, "started");
    let Some(first) = starts.first() else { return };
    let brought = of(first, "by");
    let touched: BTreeSet<String> = starts.iter().filter_map(|act| of(act, "by")).collect();
    for code in touched.iter().filter(|code| brought.as_ref() != Some(code)) {
        truth.entry(code.clone()).or_default().0.again += 1;
    }
    let Some(code) = brought else { return };
    let acts = || ["pressed", "wrote"].into_iter().flat_map(|name| list(line, name)).map(at);
    let latest = acts().chain(starts.iter().map(at)).max().unwrap();
    let (numbers, ids) = truth.entry(code).or_default();
    numbers.starts += 1;
    ids.insert(line["id"].as_i64().unwrap());
    let replied = acts().next().is_some();
    numbers.replied += i64::from(replied);
    numbers.kept += i64::from(replied && latest / 1_000 - at(first) / 1_000 >= KEPT_S);
    numbers.kept_of += i64::from(now / 1_000 - at(first) / 1_000 > KEPT_S);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_links_funnels_over_a_month_equal_the_truth() {
    let mut lived = Lived::begin(config()).await;
    let flow = json!({"bot_id": lived.bot, "name": "Menu", "graph": menu()});
    let flow = lived.api.post("/flows", flow).await;
    lived.api.post(&format!("/flows/{}/publish", flow["id"]), json!({})).await;
    let mut sources = vec![Source { payload: None, link: None, share: 0.25 }];
    let mut base = String::new();
    for (code, share) in LINKS {
        let link = json!({"code": code, "name": code, "channel": "Somewhere", "utm": {"source": code},
            "tags": [format!("From {code}")], "bots": [{"bot_id": lived.bot}]});
        let url = lived.api.post("/links", link).await["url"].as_str().unwrap().to_owned();
        base = url.strip_suffix(&format!("/l/{code}")).unwrap().to_owned();
        sources.push(Source { payload: None, link: Some(url), share });
    }
    lived.world.lock().set_sources(sources);
    lived.live(DAYS * DAY_MS, STEP_MS).await;
    let mut truth = Truth::new();
    let lines: Vec<Value> = lived.world.lock().truth().collect();
    lines.iter().for_each(|line| add(&mut truth, &base, line, lived.now()));
    let items = lived.api.get(&format!("/links?bot_id={}", lived.bot)).await;
    for item in items["items"].as_array().unwrap() {
        let code = item["code"].as_str().unwrap();
        let (expected, ids) = &truth[code];
        println!("{code}: {expected:?}");
        assert_eq!(said(item), *expected, "{code}");
        let enough = expected.kept > 0 && expected.again > 0 && expected.visits > expected.starts;
        assert!(
            enough && expected.previewers > 0 && expected.crawlers > 0,
            "too little happened: {expected:?}"
        );
        assert_eq!(listed(&lived, &item["funnel"]["starts"]["people"]).await, *ids, "{code}");
        days_and_values_sum_up(&lived, item).await;
    }
    assert_eq!(items["items"].as_array().unwrap().len(), LINKS.len());
}

/// The Telegram ids of everybody whom an expression lists.
async fn listed(lived: &Lived, people: &Value) -> BTreeSet<i64> {
    let (mut ids, mut cursor) = (BTreeSet::new(), String::new());
    loop {
        let path = format!(
            "/contacts?bot_id={}&limit=500&expression={}{cursor}",
            lived.bot,
            testkit::api::escaped(&people.to_string())
        );
        let page = lived.api.get(&path).await;
        ids.extend(
            page["items"].as_array().unwrap().iter().map(|item| item["telegram_id"].as_i64().unwrap()),
        );
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return ids,
        }
    }
}

/// What a link's page tells apart is a partition of the whole.
async fn days_and_values_sum_up(lived: &Lived, item: &Value) {
    for by in ["utm_source", "utm_content"] {
        let path = format!("/links/{}/funnel?bot_id={}&days=60&by={by}", item["id"], lived.bot);
        let page = lived.api.get(&path).await;
        for part in ["days", "values"] {
            let parts = page[part].as_array().unwrap();
            let visits: i64 = parts.iter().map(|one| one["visits"].as_i64().unwrap()).sum();
            assert_eq!(visits, item["funnel"]["visits"].as_i64().unwrap(), "{part} {by}");
            for step in ["starts", "replied", "kept"] {
                let sum: i64 = parts.iter().map(|one| one[step]["count"].as_i64().unwrap()).sum();
                assert_eq!(sum, item["funnel"][step]["count"].as_i64().unwrap(), "{part} {by} {step}");
            }
        }
    }
}
