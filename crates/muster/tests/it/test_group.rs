//! A message is shown to a small group before many get it: one's own account, bound to the bot, and those of the saved
//! test group.

use engine::clock::{Clock, SystemClock};
use sandbox::WorldConfig;
use serde_json::{Value, json};
use testkit::{TestApp, until};

const WORDS: &str = "The autumn issue";

#[tokio::test]
async fn a_test_reaches_ones_own_account_and_the_group_each_once() {
    let world = WorldConfig { people: 4, lively: false, flood_limits: false, ..WorldConfig::default() };
    let app = TestApp::start(world).await;
    let people: Vec<i64> = app.sandbox.world.lock().person_ids().collect();
    let member = app.api.of_member("mina@example.org").await;
    let order =
        json!({"bot_id": app.bot, "name": "Autumn", "audience": {"all": []}, "message": {"text": WORDS}});
    let campaign = member.post("/campaigns", order).await["id"].as_i64().unwrap();
    let test = format!("/campaigns/{campaign}/test");
    let me = json!({"me": true});
    let (status, refused) = member.try_ask("POST", &test, Some(&me)).await.unwrap();
    assert_eq!((status, &refused["errors"][0]["code"]), (422, &json!("not_bound")), "{refused}");

    // The link is opened in Telegram, by whoever the member is there.
    let bound = member.post("/members/me/telegram", json!({"bot_id": app.bot})).await;
    let link = bound["link"].as_str().unwrap();
    let payload = link.split_once("?start=").unwrap().1;
    for person in &people {
        let payload = (*person == people[0]).then_some(payload);
        app.sandbox.world.lock().person_start(*person, payload, SystemClock.now()).unwrap();
    }
    until("everybody", 30, async || app.try_contact(people[3]).await).await;
    let mut ids = Vec::new();
    for person in &people {
        ids.push(app.contact(*person).await["id"].clone());
    }
    let group = json!({"contacts": &ids[..2]});
    let saved = member.ask("PUT", &format!("/bots/{}/testers", app.bot), Some(&group)).await;
    assert_eq!(saved["items"].as_array().unwrap().len(), 2, "{saved}");

    let to = json!({"me": true, "group": true, "contacts": [ids[2]]});
    let told = member.post(&test, to).await;
    let sent = told["sent"].as_array().unwrap();
    assert_eq!(sent.len(), 3, "who is meant twice gets it once: {told}");
    assert!(sent.iter().all(|line| line["state"] == "sent"), "{told}");
    let got: Vec<usize> = people.iter().map(|person| app.sandbox.received(*person, WORDS).len()).collect();
    assert_eq!(got, [1, 1, 1, 0]);
    let counts = app.api.get(&format!("/campaigns/{campaign}")).await;
    assert_eq!(
        (&counts["status"], &counts["counts"]["sent"]),
        (&json!("draft"), &json!(0)),
        "a test is no send"
    );

    let by_program = app.api.try_ask("POST", &test, Some(&me)).await.unwrap();
    assert_eq!(by_program.0, 422, "a token has no account of its own");
    let bound: Value = app.api.get("/members").await;
    assert!(bound.to_string().contains("Mina"), "{bound}");
    app.finish().await;
}
