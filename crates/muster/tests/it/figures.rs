//! A figure is the count of the list that it hands out: every number of a report, the first page, stages, tags, links
//! and templates against a preview of its people. And campaigns that change nothing: how often the lift says that
//! they did.

use domain::time::{DAY_MS, Millis};
use engine::clock::{Clock, SystemClock};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sandbox::WorldConfig;
use serde_json::{Value, json};
use testkit::api::Api;
use testkit::{Lived, TestApp, until};

const ISSUE: &str = "Which issue would you like?";
const PEOPLE: u32 = 24;

fn issue() -> Value {
    json!({"text": ISSUE, "buttons": [
        [{"text": "Yes", "press": {"add_tags": ["Wants tech"]}}, {"text": "Yes", "press": {"add_tags": ["Wants art"]}}],
        [{"text": "No", "press": {}}],
        [{"text": "Read", "url": "https://lantern.example.com/issue"},
         {"text": "About", "url": "https://lantern.example.com/about", "track": false}],
    ]})
}

/// Each number of a document that stands beside the expression of its people: its path, itself, the expression.
fn figures_in(path: &str, value: &Value, into: &mut Vec<(String, i64, Value)>) {
    match value {
        Value::Object(map) => {
            let people =
                map.get("people").or_else(|| map.get("expression")).filter(|people| people.is_object());
            let number =
                ["count", "hits", "direct", "people_count"].iter().find_map(|key| map.get(*key)?.as_i64());
            if let (Some(people), Some(number)) = (people, number) {
                into.push((path.to_owned(), number, people.clone()));
            }
            map.iter().for_each(|(name, inner)| figures_in(&format!("{path}/{name}"), inner, into));
        }
        Value::Array(list) => {
            list.iter()
                .enumerate()
                .for_each(|(place, inner)| figures_in(&format!("{path}/{place}"), inner, into));
        }
        _ => {}
    }
}

/// What pages show beside a list, where the list follows from a name.
async fn named_figures(api: &Api, bot: i64) -> Vec<(String, i64, Value)> {
    let mut found = Vec::new();
    let home = api.get(&format!("/home?bot_id={bot}")).await;
    for (key, people) in [("people", json!({"all": []})), ("reachable", json!({"reachable": true}))] {
        found.push((format!("home: {key}"), home[key].as_i64().unwrap(), people));
    }
    for stage in home["stages"].as_array().unwrap() {
        found.push((
            "home: stage".into(),
            stage["count"].as_i64().unwrap(),
            json!({"stage": {"in": [stage["name"]]}}),
        ));
    }
    for tag in api.get(&format!("/tags?bot_id={bot}")).await["items"].as_array().unwrap() {
        found.push((
            format!("/tags/{}", tag["name"]),
            tag["people"].as_i64().unwrap(),
            json!({"tag": {"has": tag["name"]}}),
        ));
    }
    for template in api.get("/templates?order=results").await["items"].as_array().unwrap() {
        let results = &template["results"];
        for (number, people) in [("sent", "sent"), ("replied", "replied"), ("blocked", "blocked")] {
            found.push((
                format!("/templates/{number}"),
                results[number].as_i64().unwrap(),
                results["people"][people].clone(),
            ));
        }
    }
    found
}

/// Compares every figure with the preview of the expression that it hands out; how many there were.
async fn walk(app: &TestApp, campaign: i64) -> usize {
    let mut figures = named_figures(&app.api, app.bot).await;
    for by in ["stage", "tag", "source", "segment"] {
        let report = app.api.get(&format!("/campaigns/{campaign}/report?by={by}")).await;
        figures_in(&format!("/report/{by}"), &report, &mut figures);
    }
    for step in app.api.get(&format!("/home?bot_id={}", app.bot)).await["moves"].as_array().unwrap() {
        let (from, to) = (&step["from_id"], &step["to_id"]);
        let listed = app.api.all(&format!("/moves?bot_id={}&from_stage={from}&to_stage={to}", app.bot)).await;
        assert_eq!(step["count"], listed.len(), "{step}");
    }
    figures_in("home: ", &app.api.get(&format!("/home?bot_id={}", app.bot)).await, &mut figures);
    for (path, number, people) in &figures {
        let asked = json!({"bot_id": app.bot, "expression": people});
        let preview = app.api.post("/segments/preview", asked).await;
        assert_eq!(preview["count"], *number, "{path} hands out {people}");
    }
    figures.len()
}

/// The message of a campaign that a person has, the latest first: its id and the data of each button.
fn received(app: &TestApp, person: i64) -> Vec<(i64, Vec<String>)> {
    let messages = app.sandbox.world.lock().chat_messages(person).unwrap_or_default();
    let ours = messages.iter().rev().filter(|message| message["text"] == ISSUE);
    let data = |message: &Value| {
        let rows = message["reply_markup"]["inline_keyboard"].as_array().unwrap().iter();
        let buttons = rows.flat_map(|row| row.as_array().unwrap());
        buttons.filter_map(|button| button["callback_data"].as_str().map(str::to_owned)).collect()
    };
    ours.map(|message| (message["message_id"].as_i64().unwrap(), data(message))).collect()
}

fn press(app: &TestApp, person: i64, message: usize, button: usize) {
    let (id, data) = received(app, person).swap_remove(message);
    app.sandbox.world.lock().person_press(person, id, &data[button], SystemClock.now()).unwrap();
}

/// A campaign that everybody here gets, after a test of it to the first two.
async fn send(app: &TestApp, people: &[i64]) -> i64 {
    let new = json!({"bot_id": app.bot, "name": "Issue", "audience": {"all": []}, "message": issue(), "held_out_percent": 25});
    let campaign = app.api.post("/campaigns", new).await["id"].as_i64().unwrap();
    let mut testers = Vec::new();
    for person in &people[..2] {
        testers.push(app.contact(*person).await["id"].clone());
    }
    app.api.post(&format!("/campaigns/{campaign}/test"), json!({"contacts": testers})).await;
    until("the test", 20, async || {
        people[..2].iter().all(|one| !received(app, *one).is_empty()).then_some(())
    })
    .await;
    app.api.post(&format!("/campaigns/{campaign}/start"), json!({})).await;
    app.campaign_at(campaign, "done", None).await;
    campaign
}

/// One who pressed gets the tag by hand as well, one loses theirs, one is erased, one blocks the bot.
async fn happen_to(app: &TestApp, got: &[i64]) {
    for (person, change) in
        [(got[0], json!({"add": ["Wants tech"]})), (got[1], json!({"remove": ["Wants tech"]}))]
    {
        let id = app.contact(person).await["id"].clone();
        app.api.post(&format!("/contacts/{id}/tags"), change).await;
    }
    let erased = app.contact(got[2]).await["id"].clone();
    app.api.ask("DELETE", &format!("/contacts/{erased}"), None).await;
    app.sandbox.world.lock().person_block(got[4], SystemClock.now()).unwrap();
    until("the block", 30, async || (app.contact(got[4]).await["reachable"] == false).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_figure_is_the_count_of_the_list_that_it_hands_out() {
    let world = WorldConfig { people: PEOPLE, lively: false, flood_limits: false, ..WorldConfig::default() };
    let app = TestApp::start(world).await;
    let people: Vec<i64> = app.sandbox.world.lock().person_ids().collect();
    for id in &people {
        app.sandbox.world.lock().person_start(*id, None, SystemClock.now()).unwrap();
    }
    until("everybody", 60, async || app.try_contact(*people.last().unwrap()).await.map(|_| ())).await;
    let campaign = send(&app, &people).await;
    app.api.post("/templates", json!({"name": "Issue", "from_campaign": campaign})).await;

    // A test is pressed before and after; the campaign's own message by others, both "Yes" apart.
    press(&app, people[0], received(&app, people[0]).len() - 1, 0);
    press(&app, people[1], received(&app, people[1]).len() - 1, 1);
    let got: Vec<i64> = people[2..].iter().copied().filter(|one| !received(&app, *one).is_empty()).collect();
    for (place, person) in got.iter().take(9).enumerate() {
        press(&app, *person, 0, usize::from(place % 3 == 0));
    }
    let pressed = |button: usize| json!({"campaign": {"id": campaign, "outcome": "clicked", "button": format!("0.{button}")}});
    until("the presses", 30, async || {
        let (first, second) =
            (app.api.count(app.bot, &pressed(0)).await, app.api.count(app.bot, &pressed(1)).await);
        ((first, second) == (6, 3)).then_some(())
    })
    .await;
    happen_to(&app, &got).await;

    println!("{} figures compared", walk(&app, campaign).await);
    let home = app.api.get(&format!("/home?bot_id={}", app.bot)).await;
    let today = home["active"].as_array().unwrap().last().unwrap();
    assert_eq!((&today["count"], &home["blocked"]["count"]), (&home["people"], &json!(1)), "{home}");
    let report = app.api.get(&format!("/campaigns/{campaign}/report")).await;
    let buttons: Vec<(&str, &str, i64)> = report["buttons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["place"].as_str().unwrap(),
                one["text"].as_str().unwrap(),
                one["people_count"].as_i64().unwrap(),
            )
        })
        .collect();
    assert_eq!(buttons, [("0.0", "Yes", 5), ("0.1", "Yes", 3), ("1.0", "No", 0), ("2.0", "Read", 0)]);
    let tags: Vec<(&str, i64)> = report["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["tag"]["name"].as_str().unwrap(), one["direct"].as_i64().unwrap()))
        .collect();
    assert_eq!(
        tags,
        [("Wants tech", 5), ("Wants art", 3)],
        "tests, hands and what was taken away since do not count"
    );
    let called = i64::from(PEOPLE) - report["lift"][0]["held_out"]["n"].as_i64().unwrap() - 1;
    assert_eq!((&report["accepted"]["of"], &report["blocked"]["of"]), (&json!(called), &json!(called)));
    let template = &app.api.get("/templates?order=results").await["items"][0]["results"];
    assert_eq!((&template["blocked"], &template["rank"]), (&report["blocked_after"]["count"], &Value::Null));
    assert_eq!(template["blocked"], 1);
    app.finish().await;
}

/// Cells of the placebo table: people, held out in percent, how often an act happens by itself.
const CELLS: [(u32, f64, f64); 4] =
    [(440, 10.0, 0.12), (440, 10.0, 0.3), (240, 50.0, 0.05), (240, 50.0, 0.15)];

fn campaigns_wanted() -> usize {
    std::env::var("MUSTER_PLACEBO_CAMPAIGNS").ok().and_then(|text| text.parse().ok()).unwrap_or(4)
}

/// One campaign through the server, in which everybody converts by chance, got it or not; the line of conversions.
async fn placebo(
    lived: &mut Lived,
    held_out: f64,
    rate: f64,
    chance: &mut ChaCha8Rng,
    people: &[i64],
) -> Value {
    let message = json!({"text": "Nothing"});
    let new = json!({"bot_id": lived.bot, "name": "Placebo", "audience": {"all": []}, "message": message, "held_out_percent": held_out});
    let campaign = lived.api.post("/campaigns", new).await["id"].as_i64().unwrap();
    lived.api.post(&format!("/campaigns/{campaign}/start"), json!({})).await;
    lived.send_out(campaign).await;
    let at: Millis = lived.now() + 1_000;
    lived.pass(2_000);
    for person in people {
        if chance.random_bool(rate) {
            let told = json!({"bot_id": lived.bot, "telegram_id": person, "name": "purchase", "at": at});
            lived.api.post("/events", told).await;
        }
    }
    let report = format!("/campaigns/{campaign}/report");
    let line = |report: &Value| {
        report["lift"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["measure"] == "conversions")
            .cloned()
            .unwrap()
    };
    assert_eq!(line(&lived.api.get(&report).await)["clear"], false, "nothing is clear before it settles");
    lived.pass(2 * DAY_MS);
    line(&lived.api.get(&report).await)
}

/// `MUSTER_PLACEBO_CAMPAIGNS` says how many campaigns each cell has (4 unless told).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn campaigns_that_change_nothing_are_seldom_called_clear() {
    let wanted = campaigns_wanted();
    println!("people, held out %, rate: told, false alarms (of them lower) of {wanted} campaigns");
    for (number, held_out, rate) in CELLS {
        let config = WorldConfig {
            people: number,
            lively: false,
            flood_limits: false,
            start_ms: 1_790_000_000_000,
            ..WorldConfig::default()
        };
        let mut lived = Lived::begin(config).await;
        let people: Vec<i64> = lived.world.lock().person_ids().collect();
        for id in &people {
            let now = lived.now();
            lived.world.lock().person_start(*id, None, now).unwrap();
        }
        lived.live(10_000, 1_000).await;
        let mut chance = ChaCha8Rng::seed_from_u64(u64::from(number) + (rate * 1_000.0) as u64);
        let (mut told, mut alarms, mut lower) = (0, 0, 0);
        for _ in 0..wanted {
            let line = placebo(&mut lived, held_out, rate, &mut chance, &people).await;
            assert_eq!(
                line["reached"]["n"].as_u64().unwrap() + line["held_out"]["n"].as_u64().unwrap(),
                u64::from(number)
            );
            told += usize::from(line["enough"] == true);
            alarms += usize::from(line["clear"] == true);
            lower += usize::from(line["clear"] == true && line["difference"].as_f64().unwrap() < 0.0);
        }
        println!("{number:>4} {held_out:>3} {rate:<4}: {told} told, {alarms} ({lower})");
        // 6.4 %, or what chance gives so few campaigns once in ten thousand.
        let most =
            (0.064 * wanted as f64).max(0.05 * wanted as f64 + 3.7 * (0.0475 * wanted as f64).sqrt() + 1.0);
        assert!(alarms as f64 <= most, "{alarms} false alarms of {wanted}");
    }
}
