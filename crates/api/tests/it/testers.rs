//! The saved test group over HTTP: made, changed, listed and emptied by those who may, and by nobody else.

use serde_json::{Value, json};

use crate::house::{Answer, As, House};

/// A bot with people of these Telegram ids. Its id, and theirs in that order.
async fn bot(house: &House, who: &As, token: &str, people: &[i64]) -> (i64, Vec<i64>) {
    let bot =
        house.ask(who, "POST", "/bots", Some(json!({"token": token}))).await.json["id"].as_i64().unwrap();
    let lines: String = people.iter().map(|id| format!("{id},P{id}\n")).collect();
    house.import(who, bot, &format!("telegram_id,first_name\n{lines}")).await;
    let mut ids = Vec::new();
    for id in people {
        let found = house.ask(who, "GET", &format!("/contacts?bot_id={bot}&q={id}"), None).await;
        ids.push(found.json["items"][0]["id"].as_i64().unwrap());
    }
    (bot, ids)
}

async fn put(house: &House, who: &As, bot: i64, people: &[i64]) -> Answer {
    house.ask(who, "PUT", &format!("/bots/{bot}/testers"), Some(json!({"contacts": people}))).await
}

fn ids(answer: &Answer) -> Vec<i64> {
    let items = answer.json["items"].as_array().unwrap_or_else(|| panic!("{}", answer.json));
    items.iter().map(|item| item["contact_id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_test_group_is_made_changed_listed_and_emptied() {
    let house = House::build().await;
    let owner = As::Cookie(house.owner().await.token);
    let (bot, people) = bot(&house, &owner, "5:good", &[71, 72, 73]).await;
    let address = format!("/bots/{bot}/testers");
    let listed = async || house.ask(&owner, "GET", &address, None).await;
    assert_eq!(listed().await.json, json!({"items": []}));
    assert_eq!(ids(&put(&house, &owner, bot, &[people[1], people[0], people[1]]).await), people[..2]);
    let told = listed().await;
    assert_eq!(ids(&told), people[..2], "each once");
    let first: &Value = &told.json["items"][0];
    assert_eq!(
        (&first["telegram_id"], &first["name"], &first["reachable"]),
        (&json!(71), &json!("P71"), &json!(true))
    );
    assert_eq!(
        ids(&put(&house, &owner, bot, &people[1..]).await),
        people[1..],
        "what is put is all there is"
    );

    let erased = house.ask(&owner, "DELETE", &format!("/contacts/{}", people[2]), None).await;
    assert!(erased.status.is_success(), "{}", erased.json);
    assert_eq!(ids(&listed().await), people[1..2], "an erased member is gone");
    let refused = put(&house, &owner, bot, &people[1..]).await;
    assert_eq!((refused.status.as_u16(), refused.fault()), (422, ("/contacts/1", "unknown_contact")));
    assert_eq!(ids(&listed().await), people[1..2], "what is refused changes nothing");
    assert_eq!(ids(&put(&house, &owner, bot, &[]).await), Vec::<i64>::new());
    assert_eq!(listed().await.json, json!({"items": []}));
}

#[tokio::test]
async fn nobody_is_tested_on_who_is_not_the_bots_nor_by_who_may_not() {
    let house = House::build().await;
    let owner = As::Cookie(house.owner().await.token);
    let (first, people) = bot(&house, &owner, "5:good", &[71]).await;
    let (second, others) = bot(&house, &owner, "6:good", &[72]).await;
    let refused = put(&house, &owner, second, &[others[0], people[0]]).await;
    assert_eq!((refused.status.as_u16(), refused.fault()), (422, ("/contacts/1", "unknown_contact")));
    let many: Vec<i64> = (0..21).map(|number| people[0] + number).collect();
    assert_eq!(put(&house, &owner, first, &many).await.status.as_u16(), 422);

    let team = &house.rooms.team;
    let workspace = team.create_workspace("Other", "UTC").await.unwrap();
    let eve = house.token(workspace).await;
    let address = format!("/bots/{first}/testers");
    assert_eq!(house.ask(&eve, "GET", &address, None).await.status.as_u16(), 404);
    assert_eq!(put(&house, &eve, first, &people).await.status.as_u16(), 404);

    let invited = json!({"email": "bob@example.org", "name": "Bob", "role": "agent"});
    let link =
        house.ask(&owner, "POST", "/members", Some(invited)).await.json["link"].as_str().unwrap().to_owned();
    let bob =
        team.set_up(link.rsplit('/').next().unwrap(), "Bob", None, "correct horse", "test").await.unwrap();
    let bob = As::Cookie(bob.token);
    assert_eq!(house.ask(&bob, "GET", &address, None).await.status.as_u16(), 200, "agents see it");
    assert_eq!(put(&house, &bob, first, &people).await.refusal(), (403, "forbidden"), "marketers say who");
    assert_eq!(ids(&house.ask(&owner, "GET", &address, None).await), Vec::<i64>::new());

    let campaign =
        json!({"bot_id": first, "name": "News", "audience": {"all": []}, "message": {"text": "Hi"}});
    let campaign = house.ask(&owner, "POST", "/campaigns", Some(campaign)).await.json["id"].clone();
    for (order, fault) in [
        (json!({"group": true}), ("/group", "empty_group")),
        (json!({"me": true}), ("/me", "not_bound")),
        (json!({}), ("/contacts", "required")),
        (json!({"contacts": others}), ("/contacts/0", "unknown_contact")),
    ] {
        let answer = house.ask(&owner, "POST", &format!("/campaigns/{campaign}/test"), Some(order)).await;
        assert_eq!(answer.fault(), fault, "{}", answer.json);
    }
}
