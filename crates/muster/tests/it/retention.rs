//! What is no longer kept goes, and nothing that is counted changes by it: a life in virtual time, with marked words
//! in everything that grows; the figures before and after, by the index at hand and by one that is built anew.

use std::collections::BTreeSet;
use std::path::Path;

use domain::time::DAY_MS;
use sandbox::{Source, WorldConfig};
use serde_json::{Value, json};
use testkit::Lived;

const STEP_MS: i64 = DAY_MS / 48;
/// A Tuesday evening.
const START_MS: i64 = 1_790_000_000_000;
const PEOPLE: u32 = 60;
/// In everything that is to go, and in nothing that is to stay.
const OLD: &str = "zqxold";
/// In what is not old enough.
const NEW: &str = "zqxnew";

fn menu() -> Value {
    json!({"start": "s", "nodes": {
        "s": {"type": "start", "triggers": [{"command": "start"}], "next": "m"},
        "m": {"type": "menu", "message": {"text": "What next, {first_name}?"}, "columns": 2, "options": [
            {"key": "tech", "text": "Tech", "add_tags": ["Tech"], "next": null},
            {"key": "travel", "text": "Travel", "add_tags": ["Travel"], "next": null}]}}})
}

async fn begin(postgres_url: Option<&str>) -> Lived {
    let config = WorldConfig {
        seed: 5,
        people: PEOPLE,
        start_ms: START_MS,
        arrival_ms: DAY_MS,
        flood_limits: false,
        ..WorldConfig::default()
    };
    let lived = Lived::begin_on(config, postgres_url).await;
    let flow = json!({"bot_id": lived.bot, "name": "Menu", "graph": menu()});
    let flow = lived.api.post("/flows", flow).await;
    lived.api.post(&format!("/flows/{}/publish", flow["id"]), json!({})).await;
    let link = json!({"code": "fair", "name": "Fair", "utm": {"source": "fair"}, "tags": ["From fair"],
        "bots": [{"bot_id": lived.bot}]});
    let url = lived.api.post("/links", link).await["url"].as_str().unwrap().to_owned();
    come_through(&lived, &format!("{url}?x={OLD}"));
    lived
}

/// Most come through a link from now on.
fn come_through(lived: &Lived, url: &str) {
    let plain = Source { payload: None, link: None, share: 0.4 };
    let linked = Source { payload: None, link: Some(url.to_owned()), share: 0.6 };
    lived.world.lock().set_sources(vec![plain, linked]);
}

/// Two people write and use commands, an agent answers and notes something, and Telegram sends what is not understood.
async fn words(lived: &mut Lived, mark: &str) {
    let member = lived.api.of_member(&format!("{}@example.org", mark.len() + lived.now() as usize)).await;
    // One of those who wrote at first is never heard of again.
    let ids: Vec<i64> = lived.world.lock().person_ids().take(if mark == OLD { 3 } else { 2 }).collect();
    for (place, id) in ids.iter().enumerate() {
        let now = lived.now();
        for text in [format!("/price {mark}"), format!("call me {mark} +49 30 1234")] {
            // Somebody who has not come yet comes now.
            let _ = lived.world.lock().person_start(*id, None, now);
            lived.world.lock().person_write(*id, &text, now).unwrap();
        }
        lived.live(STEP_MS, STEP_MS).await;
        let contact = contact(lived, *id).await;
        let path = format!("/conversations/{contact}");
        member
            .post(&format!("{path}/messages"), json!({"message": {"text": format!("answer {mark}")}}))
            .await;
        member.post(&format!("{path}/notes"), json!({"text": format!("note {mark} {place}")})).await;
    }
    let at = lived.now();
    let update_id = at / 1_000;
    let strange = json!({"update_id": update_id, "poll_answer": {"poll_id": mark, "user": {"id": 5}}});
    let strange = sandbox::TimedUpdate { at_ms: at, update: strange };
    lived.take(&[strange]).await;
    lived.live(STEP_MS, STEP_MS).await;
}

async fn contact(lived: &Lived, telegram_id: i64) -> i64 {
    let found = lived.api.get(&format!("/contacts?bot_id={}&q={telegram_id}", lived.bot)).await;
    found["items"][0]["id"].as_i64().expect("a known person")
}

async fn send(lived: &mut Lived) -> i64 {
    let message = json!({"text": "Sale today", "buttons": [
        [{"text": "Claim", "press": {"add_tags": ["Claimed"], "reply": "Here it is"}}]]});
    let new = json!({"bot_id": lived.bot, "name": "Sale", "audience": {"all": []}, "message": message,
        "held_out_percent": 10.0});
    let id = lived.api.post("/campaigns", new).await["id"].as_i64().unwrap();
    lived.api.post(&format!("/campaigns/{id}/start"), json!({})).await;
    lived.send_out(id).await;
    id
}

/// Every number that the product shows, and the people behind the expressions.
async fn figures(lived: &Lived, campaign: i64) -> Value {
    let (api, bot) = (&lived.api, lived.bot);
    let expressions = [
        json!({"event": {"kind": "message", "at_least": 2}}),
        json!({"event": {"kind": "command", "object": "price"}}),
        json!({"event": {"kind": "interaction", "at_least": 3, "within": "30d"}}),
        json!({"last_interaction": {"within": "12d"}}),
        json!({"source": {"link": "fair"}}),
        json!({"campaign": {"id": campaign, "outcome": "replied"}}),
        json!({"profile": {"field": "browser", "in": ["Chrome", "Firefox", "Safari"]}}),
    ];
    let mut counts = Vec::new();
    for expression in &expressions {
        let now = api.people(bot, expression).await;
        counts.push(json!({"now": now, "anew": lived.count_anew(expression).await}));
    }
    let mut pages = Vec::new();
    for path in [
        format!("/campaigns/{campaign}"),
        format!("/campaigns/{campaign}/report?by=tag"),
        format!("/campaigns/{campaign}/report?by=source"),
        format!("/links?bot_id={bot}"),
        format!("/links/1/funnel?bot_id={bot}&days=60&by=utm_source"),
        format!("/home?bot_id={bot}&days=30"),
        format!("/stages?bot_id={bot}"),
    ] {
        pages.push(api.get(&path).await);
    }
    pages.push(json!(api.all(&format!("/campaigns/{campaign}/ledger")).await));
    json!({"counts": counts, "pages": pages})
}

/// How often a text stands in a copy of the database.
fn in_files(folder: &Path, text: &str) -> usize {
    let bytes = std::fs::read(folder.join("muster.db")).unwrap();
    bytes.windows(text.len()).filter(|part| part == &text.as_bytes()).count()
}

/// Everything that anybody can read of the people.
async fn read_by_anybody(lived: &Lived) -> String {
    let mut all = String::new();
    for person in lived.api.all(&format!("/contacts?bot_id={}", lived.bot)).await {
        let dossier = lived.api.get(&format!("/contacts/{}/export", person["id"])).await;
        let thread = lived.api.all(&format!("/conversations/{}/messages", person["id"])).await;
        all.push_str(&format!("{dossier} {}\n", json!(thread)));
    }
    let talks = lived.api.all(&format!("/conversations?bot_id={}&filter=all", lived.bot)).await;
    all.push_str(&json!(talks).to_string());
    all
}

/// The kind, time and object of every line of every timeline, without words.
async fn lines(lived: &Lived) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for person in lived.api.all(&format!("/contacts?bot_id={}", lived.bot)).await {
        for line in lived.api.all(&format!("/contacts/{}/timeline", person["id"])).await {
            all.insert(format!("{} {} {} {}", line["id"], line["at"], line["kind"], line["object"]));
        }
    }
    all
}

/// How many payments there were before a moment, by the sandbox's own record.
fn paid_before(lived: &Lived, moment: i64) -> usize {
    let world = lived.world.lock();
    let paid = world.truth().flat_map(|person| person["paid"].as_array().cloned().unwrap_or_default());
    paid.filter(|payment| payment["at_ms"].as_i64().is_some_and(|at| at < moment)).count()
}

async fn what_is_too_old_goes_and_no_count_changes(postgres_url: Option<&str>) {
    let mut lived = begin(postgres_url).await;
    words(&mut lived, OLD).await;
    let gone = lived.world.lock().person_ids().nth(2).unwrap();
    lived.world.lock().person_block(gone, lived.now()).unwrap();
    lived.live(2 * DAY_MS, STEP_MS).await;
    let campaign = send(&mut lived).await;
    lived.live(2 * DAY_MS, STEP_MS).await;
    let url = lived.api.get("/links/1").await["url"].as_str().unwrap().to_owned();
    come_through(&lived, &format!("{url}?x={NEW}"));
    lived.live(8 * DAY_MS, STEP_MS).await;
    words(&mut lived, NEW).await;
    let defaults = lived.api.get("/workspace/retention").await;
    assert_eq!((&defaults["texts_days"], &defaults["version"]), (&Value::Null, &json!(0)));
    assert_eq!(lived.keep().await, 0, "nothing is old by the defaults");

    let (before, lines_before) = (figures(&lived, campaign).await, lines(&lived).await);
    let seen = read_by_anybody(&lived).await;
    assert!(seen.contains(OLD) && seen.contains(NEW));
    let mut wanted = json!({"texts_days": 5, "raw_days": 5, "visits_days": 5, "notes_days": 5});
    let preview = lived.api.post("/workspace/retention/preview", wanted.clone()).await;
    for (kept, least) in [("texts", 50), ("raw", 1), ("visits", 10), ("notes", 2)] {
        assert!(preview[kept].as_i64().unwrap() >= least, "{kept}: {preview}");
    }
    // What was not understood, and what came with payments of that time.
    let raw = 1 + paid_before(&lived, lived.now() - 5 * DAY_MS);
    assert_eq!((&preview["raw"], &preview["notes"]), (&json!(raw), &json!(3)));
    let nothing = wanted.clone();
    wanted["version"] = json!(0);
    lived.api.ask("PUT", "/workspace/retention", Some(&wanted)).await;
    let blanked = lived.keep().await as i64;
    let told: i64 =
        ["texts", "raw", "visits", "notes"].iter().map(|kept| preview[kept].as_i64().unwrap()).sum();
    assert_eq!(blanked, told, "what was said before it was saved");
    assert_eq!(lived.keep().await, 0, "once");
    let again = lived.api.post("/workspace/retention/preview", nothing).await;
    assert_eq!(again, json!({"texts": 0, "raw": 0, "visits": 0, "notes": 0}));

    assert_eq!(figures(&lived, campaign).await, before);
    assert_eq!(lines(&lived).await, lines_before);
    let seen = read_by_anybody(&lived).await;
    let old = seen.find(OLD).map(|at| seen[..at].chars().rev().take(200).collect::<Vec<_>>());
    let old: Option<String> = old.map(|before| before.iter().rev().collect());
    assert_eq!(old, None, "old words are still read");
    assert!(seen.contains(NEW), "new words are gone");
    if postgres_url.is_none() {
        let copy = tempfile::tempdir().unwrap();
        store::backup::copy(lived.folder(), &copy.path().join("muster.db")).unwrap();
        assert_eq!(in_files(copy.path(), OLD), 0, "old words are in a backup");
        assert!(in_files(copy.path(), NEW) > 5);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite() {
    what_is_too_old_goes_and_no_count_changes(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgresql() {
    let Some(url) = cluster::database_or_skip() else { return };
    what_is_too_old_goes_and_no_count_changes(Some(&url)).await;
}
