//! Tags, segments, stages and saved messages over HTTP.

use crate::house::{As, House};
use engine::team::Role;
use serde_json::{Value, json};

async fn with_bot() -> (House, As, i64) {
    let house = House::build().await;
    let token = house.token(house.workspace).await;
    let bot = house.ask(&token, "POST", "/bots", Some(json!({"token": "5:good"}))).await;
    let id = bot.json["id"].as_i64().unwrap();
    (house, token, id)
}

async fn made(house: &House, who: &As, path: &str, body: Value) -> Value {
    let answer = house.ask(who, "POST", path, Some(body)).await;
    assert_eq!(answer.status, 201, "{path}: {}", answer.json);
    answer.json
}

#[tokio::test]
async fn a_tag_is_used_renamed_and_not_deleted_while_used() {
    let (house, token, bot) = with_bot().await;
    let tag = made(&house, &token, "/tags", json!({"name": "vip", "color": "red"})).await;
    let zeros = json!({"flow": 0, "agent": 0, "campaign": 0, "link": 0, "import": 0, "api": 0});
    assert_eq!((&tag["applied_by"], &tag["used_by"]), (&zeros, &json!([])));
    let segment = json!({"bot_id": bot, "name": "VIPs", "expression": {"tag": {"has": "vip"}}});
    let segment = made(&house, &token, "/segments", segment).await;
    let path = format!("/tags/{}", tag["id"]);
    let renamed = house.ask(&token, "PATCH", &path, Some(json!({"name": "VIP"}))).await;
    let user = json!([{"kind": "segment", "id": segment["id"], "name": "VIPs"}]);
    assert_eq!((&renamed.json["name"], &renamed.json["used_by"]), (&json!("VIP"), &user));
    let seen = house.ask(&token, "GET", &format!("/segments/{}", segment["id"]), None).await;
    assert_eq!(seen.json["expression"], json!({"tag": {"has": "VIP"}}));
    let refused = house.ask(&token, "DELETE", &path, None).await;
    assert_eq!((refused.refusal(), &refused.json["current"]["used_by"]), ((409, "conflict"), &user));
    let gone = house.ask(&token, "DELETE", &format!("/segments/{}", segment["id"]), None).await;
    assert_eq!(gone.status, 204);
    assert_eq!(house.ask(&token, "DELETE", &path, None).await.status, 204);
    let bad = house.ask(&token, "POST", "/tags", Some(json!({"name": "x", "color": "pink"}))).await;
    assert_eq!(bad.fault(), ("/color", "unknown_color"));
}

#[tokio::test]
async fn the_second_editor_sees_what_the_first_saved() {
    let (house, token, bot) = with_bot().await;
    let segment = json!({"bot_id": bot, "name": "A", "expression": {"all": []}});
    let path = format!("/segments/{}", made(&house, &token, "/segments", segment).await["id"]);
    let first = json!({"name": "First", "version": 1});
    assert_eq!(house.ask(&token, "PATCH", &path, Some(first)).await.status, 200);
    let late = house.ask(&token, "PATCH", &path, Some(json!({"name": "Second", "version": 1}))).await;
    assert_eq!(late.refusal(), (409, "conflict"));
    assert_eq!(late.json["current"], house.ask(&token, "GET", &path, None).await.json);
    let rules = house.ask(&token, "GET", "/stages", None).await.json;
    let last = json!([{"name": "all", "color": "gray", "expression": {"all": []}}]);
    let stale = json!({"stages": last, "version": rules["version"].as_i64().unwrap() - 1});
    let late = house.ask(&token, "PUT", "/stages", Some(stale)).await;
    assert_eq!((late.refusal(), &late.json["current"]), ((409, "conflict"), &rules));
    let good = json!({"stages": last, "version": rules["version"]});
    let saved = house.ask(&token, "PUT", "/stages", Some(good)).await;
    assert_eq!((saved.status.as_u16(), saved.json["items"].as_array().unwrap().len()), (200, 1));
}

#[tokio::test]
async fn pages_of_segments_neither_repeat_nor_skip() {
    let (house, token, bot) = with_bot().await;
    for number in 0..7 {
        let body = json!({"bot_id": bot, "name": format!("S{number}"), "expression": {"all": []}});
        made(&house, &token, "/segments", body).await;
    }
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = house.ask(&token, "GET", &format!("/segments?limit=3{cursor}"), None).await.json;
        let items = page["items"].as_array().unwrap();
        names.extend(items.iter().map(|item| item["name"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    // The first two come with every bot.
    let presets = ["Active users", "Dormant users"].map(str::to_owned).into_iter();
    let all = presets.chain((0..7).map(|number| format!("S{number}")));
    assert_eq!(names, all.collect::<Vec<_>>());
}

#[tokio::test]
async fn templates_come_from_a_message_or_a_campaign() {
    let (house, token, bot) = with_bot().await;
    let message = json!({"text": "Hi"});
    let campaign = json!({"bot_id": bot, "name": "Autumn", "audience": {"all": []}, "message": message});
    let campaign = made(&house, &token, "/campaigns", campaign).await["id"].clone();
    let both = json!({"name": "x", "message": message, "from_campaign": campaign});
    let both = house.ask(&token, "POST", "/templates", Some(both)).await;
    assert_eq!(both.fault(), ("/from_campaign", "conflict"));
    let neither = house.ask(&token, "POST", "/templates", Some(json!({"name": "x"}))).await;
    assert_eq!(neither.fault(), ("/message", "required"));
    let from = made(&house, &token, "/templates", json!({"name": "x", "from_campaign": campaign})).await;
    assert_eq!(from["from_campaign"], json!({"id": campaign, "name": "Autumn"}));
    assert_eq!((&from["results"], &from["message"]["text"]), (&json!(null), &json!("Hi")));
}

#[tokio::test]
async fn an_agent_reads_names_and_changes_none() {
    let (house, _, bot) = with_bot().await;
    house.owner().await;
    let team = &house.rooms.team;
    let invited = team.invite(house.workspace, "a@example.org", "A", Role::Agent).await.unwrap();
    let agent = As::Cookie(team.set_up(&invited.token, "A", None, "correct horse", "").await.unwrap().token);
    for path in ["/tags", "/segments", "/stages", "/templates", "/canned"] {
        assert_eq!(house.ask(&agent, "GET", path, None).await.status, 200, "{path}");
    }
    for (path, body) in [
        ("/tags", json!({"name": "x"})),
        ("/segments", json!({"bot_id": bot, "name": "x", "expression": {"all": []}})),
        ("/templates", json!({"name": "x", "message": {"text": "x"}})),
    ] {
        assert_eq!(house.ask(&agent, "POST", path, Some(body)).await.refusal(), (403, "forbidden"), "{path}");
    }
    made(&house, &agent, "/canned", json!({"name": "x", "message": {"text": "x"}})).await;
}

#[tokio::test]
async fn markup_is_read_into_text_and_entities() {
    let (house, token, _) = with_bot().await;
    let texts = json!({"texts": [
        {"text": "<b>{first_name|friend}</b>", "format": "html"},
        {"text": "*hi*", "format": "markdown"},
        {"text": "<b>", "format": "html"},
        {"text": "<b>"},
    ]});
    let read = house.ask(&token, "POST", "/messages/read", Some(texts)).await;
    assert_eq!(read.status, 200);
    assert_eq!(
        read.json["items"][0],
        json!({"text": "{first_name|friend}", "entities": [{"type": "bold", "offset": 0, "length": 19}], "fault": null})
    );
    assert_eq!(read.json["items"][1]["text"], "hi");
    assert!(read.json["items"][2]["fault"].as_str().unwrap().contains("end tag"));
    assert_eq!(read.json["items"][2]["text"], "<b>");
    assert_eq!(read.json["items"][3], json!({"text": "<b>", "entities": [], "fault": null}));
    let many = json!({"texts": vec![json!({"text": "x"}); 201]});
    let refused = house.ask(&token, "POST", "/messages/read", Some(many)).await;
    assert_eq!(refused.fault(), ("/texts", "too_many"));
}
