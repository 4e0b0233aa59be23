//! The loop over HTTP: a press becomes a tag, a tag a segment, a segment a campaign, its answers a report, and the
//! report the next segment.

use std::collections::BTreeSet;

use engine::clock::{Clock, SystemClock};
use sandbox::WorldConfig;
use serde_json::{Value, json};
use testkit::{TestApp, until};

const PEOPLE: usize = 400;
/// Who choose tech; everybody else chooses finance.
const TECH: usize = 260;
const CANARY: usize = 150;

const MENU: &str = "What would you like to read about?";
const ISSUE: &str = "AI weekly";

fn still_world() -> WorldConfig {
    WorldConfig { people: PEOPLE as u32, lively: false, flood_limits: false, ..WorldConfig::default() }
}

fn menu_flow() -> Value {
    let option = |key: &str, text: &str, tag: &str| json!({"key": key, "text": text, "add_tags": [tag], "remove_tags": [], "next": "end"});
    json!({"start": "start", "nodes": {
        "start": {"type": "start", "triggers": [{"command": "start"}], "next": "menu"},
        "menu": {"type": "menu", "message": {"text": format!("Hi {{first_name|friend}}! {MENU}")}, "columns": 2,
            "options": [option("tech", "Tech", "兴趣-科技"), option("finance", "Finance", "兴趣-金融")]},
        "end": {"type": "end"},
    }})
}

fn issue() -> Value {
    json!({"text": format!("<b>{ISSUE}</b> for {{first_name|friend}}"), "format": "html", "buttons": [
        [{"text": "More", "press": {"add_tags": ["Wants more"], "reply": "You will get more."}}],
        [{"text": "Read", "url": "https://lantern.example.com/issue"}],
    ]})
}

/// Everybody starts and gets the menu.
async fn arrive(app: &TestApp) -> Vec<i64> {
    let flow =
        app.api.post("/flows", json!({"bot_id": app.bot, "name": "Welcome", "graph": menu_flow()})).await;
    app.api.post(&format!("/flows/{}/publish", flow["id"]), json!({})).await;
    let people: Vec<i64> = app.sandbox.world.lock().person_ids().collect();
    assert_eq!(people.len(), PEOPLE);
    for id in &people {
        app.sandbox.world.lock().person_start(*id, None, SystemClock.now()).unwrap();
    }
    let has_menu = |id: &i64| !app.sandbox.received(*id, MENU).is_empty();
    until("everybody's menu", 60, async || people.iter().all(has_menu).then_some(())).await;
    people
}

/// One press, and how long it takes to be a tag on the person.
async fn first_press(app: &TestApp, person: i64) {
    app.sandbox.press(person, MENU, "Tech");
    let tagged = async || {
        let contact = app.contact(person).await;
        let tags = contact["tags"].as_array()?.iter().any(|tag| tag["name"] == "兴趣-科技");
        tags.then_some(())
    };
    let ((), took) = until("the tag of a press", 10, tagged).await;
    println!("press to tag over HTTP: {took:?}");
}

fn tech() -> Value {
    json!({"all": [{"tag": {"has": "兴趣-科技"}}, {"last_interaction": {"within": "7d"}}]})
}

/// Sends to a canary first; those whom it reached.
async fn canary(app: &TestApp, people: &[i64]) -> (i64, Vec<i64>) {
    let new = json!({"bot_id": app.bot, "name": ISSUE, "audience": tech(), "message": issue(), "held_out_percent": 10});
    let campaign = app.api.post("/campaigns", new).await["id"].as_i64().unwrap();
    let preview = app.api.post(&format!("/campaigns/{campaign}/preview"), json!({})).await;
    assert_eq!(preview["match"], TECH);
    assert_eq!(preview["writes_to"].as_i64().unwrap() + preview["held_out"].as_i64().unwrap(), TECH as i64);
    app.api.post(&format!("/campaigns/{campaign}/start"), json!({"canary": CANARY})).await;
    let paused = app.campaign_at(campaign, "paused", Some("canary")).await;
    assert_eq!(paused["counts"]["sent"], CANARY);
    assert_eq!(paused["counts"]["audience"], TECH);
    let got: Vec<i64> =
        people.iter().copied().filter(|id| !app.sandbox.received(*id, ISSUE).is_empty()).collect();
    assert_eq!(got.len(), CANARY, "the sandbox's people know how many got it");
    (campaign, got)
}

/// Of those reached, the first 40 press, the next 25 follow the link, ten of these press too, 12 write, and 3 block.
struct Answers {
    pressed: BTreeSet<i64>,
    followed: BTreeSet<i64>,
    wrote: BTreeSet<i64>,
    blocked: BTreeSet<i64>,
}

fn answer(app: &TestApp, got: &[i64]) -> Answers {
    let set = |ids: &[i64]| ids.iter().copied().collect::<BTreeSet<i64>>();
    let answers = Answers {
        pressed: set(&got[..40]),
        followed: set(&got[30..65]),
        wrote: set(&got[60..72]),
        blocked: set(&got[80..83]),
    };
    for id in &answers.pressed {
        app.sandbox.press(*id, ISSUE, "More");
    }
    for id in &answers.followed {
        app.sandbox.follow(*id, ISSUE, "Read");
    }
    for id in &answers.wrote {
        app.sandbox.write(*id, "thank you, very interesting");
    }
    for id in &answers.blocked {
        app.sandbox.world.lock().person_block(*id, SystemClock.now()).unwrap();
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_loop_runs_from_a_press_to_the_next_segment() {
    run_the_loop(TestApp::start(still_world()).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_loop_runs_on_postgresql() {
    let Some(url) = cluster::database_or_skip() else { return };
    run_the_loop(TestApp::start_on(still_world(), Some(url)).await).await;
}

async fn run_the_loop(app: TestApp) {
    let people = arrive(&app).await;
    first_press(&app, people[0]).await;
    for (place, id) in people.iter().enumerate().skip(1) {
        app.sandbox.press(*id, MENU, if place < TECH { "Tech" } else { "Finance" });
    }
    let everyone = json!({"tag": {"has_any": ["兴趣-科技", "兴趣-金融"]}});
    let all_tagged = async || (app.api.count(app.bot, &everyone).await == PEOPLE as i64).then_some(());
    until("everybody's tag", 30, all_tagged).await;
    assert_eq!(app.api.count(app.bot, &tech()).await, TECH as i64);

    let (campaign, got) = canary(&app, &people).await;
    let answers = answer(&app, &got);
    let report_path = format!("/campaigns/{campaign}/report");
    let settled = async || {
        let report = app.api.get(&report_path).await;
        let figure = |name: &str| report[name]["count"].as_u64().unwrap() as usize;
        let there = figure("pressed") == answers.pressed.len()
            && figure("followed") == answers.followed.len()
            && figure("replied") == answers.wrote.len()
            && figure("blocked_after") == answers.blocked.len();
        there.then_some(report)
    };
    let (report, _) = until("a report of all answers", 30, settled).await;
    let clicked: BTreeSet<i64> = answers.pressed.union(&answers.followed).copied().collect();
    assert_eq!(report["accepted"]["count"], CANARY);
    assert_eq!(report["open_rate"]["count"], clicked.len());
    assert_eq!(report["tagged_direct"]["count"], answers.pressed.len());
    assert_eq!(report["tags"][0]["tag"]["name"], "Wants more");

    // Every number has its people, and they are the sandbox's.
    for (name, truth) in [
        ("pressed", &answers.pressed),
        ("followed", &answers.followed),
        ("replied", &answers.wrote),
        ("blocked_after", &answers.blocked),
        ("open_rate", &clicked),
    ] {
        let listed = app.api.people(app.bot, &report[name]["people"]).await;
        assert_eq!(listed, truth.iter().copied().collect::<Vec<_>>(), "the people of {name}");
    }
    for button in report["buttons"].as_array().unwrap() {
        let text = button["text"].as_str().unwrap().replace(' ', "%20");
        let lines = app.api.all(&format!("/campaigns/{campaign}/ledger?button={text}")).await;
        assert_eq!(lines.len() as u64, button["people_count"].as_u64().unwrap(), "the people of {text}");
        let place = button["place"].as_str().unwrap();
        let by_place = app.api.all(&format!("/campaigns/{campaign}/ledger?button={place}")).await;
        assert_eq!(by_place, lines, "the people of the button at {place}");
    }
    next_segment(&app, &report, &answers).await;
    goes_on(&app, campaign, &people).await;
    app.finish().await;
}

/// The next segment is made from the report's own expression, and its number is the report's and the truth's.
async fn next_segment(app: &TestApp, report: &Value, answers: &Answers) {
    let again =
        json!({"all": [report["pressed"]["people"], {"tag": {"has": "Wants more"}}, {"reachable": true}]});
    let truth = app.sandbox.truth();
    let pressed_in_truth = truth.iter().filter(|person| {
        let pressed = person["pressed"].as_array().unwrap();
        // The menu's press is the first; whoever pressed twice pressed the campaign.
        pressed.len() == 2 && person["blocked"].as_array().unwrap().is_empty()
    });
    let in_truth = pressed_in_truth.count() as i64;
    assert_eq!(app.api.count(app.bot, &again).await, in_truth);
    assert_eq!(in_truth, answers.pressed.len() as i64);
    assert_eq!(report["pressed"]["count"], in_truth);
}

/// After the canary the rest gets it, once each, and who opted out or blocked meanwhile does not.
async fn goes_on(app: &TestApp, campaign: i64, people: &[i64]) {
    let waiting = app.api.all(&format!("/campaigns/{campaign}/ledger?outcome=pending")).await;
    let stopped = waiting[0]["telegram_id"].as_i64().unwrap();
    app.sandbox.write(stopped, "/stop");
    until("the opt-out", 10, async || (app.contact(stopped).await["reachable"] == false).then_some(())).await;
    app.api.post(&format!("/campaigns/{campaign}/resume"), json!({})).await;
    let done = app.campaign_at(campaign, "done", None).await;
    let count = |name: &str| done["counts"][name].as_i64().unwrap();
    assert_eq!(count("skipped"), 1, "the one who opted out");
    assert_eq!(count("pending") + count("leased") + count("failed") + count("unknown"), 0);
    assert_eq!(count("audience"), count("held_out") + count("sent") + count("blocked") + count("skipped"));
    let times = |id: &i64| app.sandbox.received(*id, ISSUE).len() as i64;
    assert_eq!(people.iter().map(times).sum::<i64>(), count("sent"));
    assert!(people.iter().all(|id| times(id) <= 1), "nobody gets it twice");
    assert_eq!(times(&stopped), 0);
}
