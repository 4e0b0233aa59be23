//! How long things are kept, over HTTP: who may decide it, and what is refused.

use crate::house::{As, House};
use engine::team::Role;
use serde_json::{Value, json};

fn days(texts: Value, version: i64) -> Value {
    json!({"texts_days": texts, "raw_days": 90, "visits_days": null, "notes_days": 365, "version": version})
}

#[tokio::test]
async fn an_owner_decides_and_the_second_is_told_that_somebody_was_first() {
    let house = House::build().await;
    let signed = house.owner().await;
    let owner = As::Cookie(signed.token.clone());
    let path = "/workspace/retention";
    let first = house.ask(&owner, "GET", path, None).await.json;
    assert_eq!(
        (&first["version"], &first["changed_by"], &first["address_days"]),
        (&json!(0), &Value::Null, &json!(30))
    );
    let saved = house.ask(&owner, "PUT", path, Some(days(json!(30), 0))).await;
    assert_eq!((saved.status.as_u16(), &saved.json["changed_by"]["name"]), (200, &json!("Ada")));
    assert_eq!(saved.json["changed_at"], crate::house::NOON);
    let seen = house.ask(&owner, "GET", path, None).await.json;
    assert_eq!(seen, saved.json);
    assert_eq!(
        (&seen["texts_days"], &seen["visits_days"], &seen["version"]),
        (&json!(30), &Value::Null, &json!(1))
    );
    let late = house.ask(&owner, "PUT", path, Some(days(Value::Null, 0))).await;
    assert_eq!((late.refusal(), &late.json["current"]["version"]), ((409, "conflict"), &json!(1)));
}

#[tokio::test]
async fn what_is_refused_names_its_field_and_changes_nothing() {
    let house = House::build().await;
    let token = house.token(house.workspace).await;
    let path = "/workspace/retention";
    let before = house.ask(&token, "GET", path, None).await.json;
    for (wanted, fault) in [
        (days(json!(2), 0), ("/texts_days", "out_of_range")),
        (days(json!(3_654), 0), ("/texts_days", "out_of_range")),
        (days(json!("thirty"), 0), ("/texts_days", "wrong_type")),
        (json!({"texts_days": 9, "raw_days": 9, "visits_days": 9, "version": 0}), ("", "required")),
        (json!({"texts": 9}), ("/texts", "unknown_field")),
    ] {
        let refused = house.ask(&token, "PUT", path, Some(wanted.clone())).await;
        assert_eq!((refused.status.as_u16(), refused.fault()), (422, fault), "{wanted}");
    }
    let preview = json!({"texts_days": 1, "raw_days": null, "visits_days": null, "notes_days": null});
    let refused = house.ask(&token, "POST", &format!("{path}/preview"), Some(preview)).await;
    assert_eq!(refused.fault(), ("/texts_days", "out_of_range"));
    assert_eq!(house.ask(&token, "GET", path, None).await.json, before);
}

#[tokio::test]
async fn nobody_but_owners_sees_or_decides_it() {
    let house = House::build().await;
    house.owner().await;
    for (role, email) in [(Role::Agent, "a@example.org"), (Role::Marketer, "m@example.org")] {
        let invited = house.rooms.team.invite(house.workspace, email, "X", role).await.unwrap();
        let signed_in =
            house.rooms.team.set_up(&invited.token, "X", None, "correct horse", "").await.unwrap();
        let who = As::Cookie(signed_in.token);
        for (method, path, body) in [
            ("GET", "/workspace/retention", None),
            ("PUT", "/workspace/retention", Some(days(Value::Null, 0))),
            ("POST", "/workspace/retention/preview", Some(json!({}))),
        ] {
            let refused = house.ask(&who, method, path, body).await;
            assert_eq!(refused.refusal(), (403, "forbidden"), "{method} {path}");
        }
    }
}
