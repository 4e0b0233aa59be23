//! The people's room against a real store and a real index.

use std::io::Cursor;

use domain::contact::Reachability;
use domain::time::DAY_MS;
use serde_json::json;
use store::tags;

use super::*;
use crate::authors::AuthorKind;
use crate::imports::{ImportOptions, Imports};
use crate::test_house::{House, NOW};

fn room(house: &House) -> Contacts {
    Contacts::new(house.store.clone(), house.secrets.clone(), house.clock(), house.people.clone())
}

fn everybody(order: Order) -> ListQuery {
    ListQuery { expression: None, q: String::new(), order, after: None, limit: 50 }
}

fn names(page: &PeoplePage) -> Vec<&str> {
    page.items.iter().map(|person| person.name.as_str()).collect()
}

async fn all_pages(house: &House, query: ListQuery) -> Vec<ContactId> {
    let room = room(house);
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = ListQuery { after, ..query.clone() };
        let page = room.list(house.workspace, house.bot, page).await.unwrap();
        all.extend(page.items.iter().map(|person| person.id));
        after = page.next;
        if after.is_none() {
            return all;
        }
        // Somebody new comes, and speaks.
        let new = house.person(1_000_000 + house.log().await.len() as i64, "~ new", 0).await;
        house.says(new, NOW, "hello").await;
    }
}

#[tokio::test]
async fn each_order_is_its_own_and_stages_and_tags_are_told() {
    let house = House::new().await;
    let ada = house.person(1, "Ada", 50).await;
    let bob = house.person(2, "bob", 40).await;
    let eve = house.person(3, "Eve", 30).await;
    house.says(ada, NOW - DAY_MS, "hello").await;
    house.says(eve, NOW - 40 * DAY_MS, "hello").await;
    let room = room(&house);
    room.change_tags(house.workspace, bob, &["兴趣-科技".into()], &[], Origin::Agent(house.agent))
        .await
        .unwrap();
    let list = async |order| room.list(house.workspace, house.bot, everybody(order)).await.unwrap();
    assert_eq!(names(&list(Order::Recent).await), ["Ada", "Eve", "bob"], "who never spoke comes last");
    assert_eq!(names(&list(Order::FirstSeen).await), ["Eve", "bob", "Ada"]);
    let by_name = list(Order::Name).await;
    assert_eq!(names(&by_name), ["Ada", "Eve", "bob"]);
    let stages: Vec<&str> =
        by_name.items.iter().map(|person| person.stage.as_ref().unwrap().1.as_str()).collect();
    assert_eq!(stages, ["active", "churned", "new"]);
    assert_eq!(by_name.items[2].tags[0].name, "兴趣-科技");
    assert_eq!(by_name.count, 3);
}

#[tokio::test]
async fn pages_neither_skip_nor_repeat_anyone_while_others_come_and_speak() {
    let house = House::new().await;
    let mut ids = Vec::new();
    for number in 0..30_i64 {
        let id = house.person(number + 1, &format!("P{}", number % 7), 10).await;
        if number % 3 > 0 {
            house.says(id, NOW - DAY_MS - number / 4, "hello").await;
        }
        ids.push(id);
    }
    for order in [Order::Recent, Order::FirstSeen, Order::Name] {
        for (q, expected) in [("", 30), ("P3", 4)] {
            let query = ListQuery { q: q.into(), limit: 4, ..everybody(order) };
            let mut paged = all_pages(&house, query).await;
            paged.retain(|id| ids.contains(id));
            let mut once = paged.clone();
            once.sort();
            once.dedup();
            assert_eq!((paged.len(), once.len()), (expected, expected), "{order:?} {q:?}");
        }
    }
}

#[tokio::test]
async fn a_search_and_an_expression_narrow_the_list_and_its_count() {
    let house = House::new().await;
    for (id, name) in [(11, "Ada"), (12, "Adam"), (13, "Bob")] {
        let id = house.person(id, name, 5).await;
        if name != "Adam" {
            house.says(id, NOW - DAY_MS, "hello").await;
        }
    }
    let room = room(&house);
    let active = json!({"last_interaction": {"within": "7d"}});
    let count = async |q: &str, expression: Option<Value>| {
        let query = ListQuery { q: q.into(), expression, ..everybody(Order::Name) };
        let page = room.list(house.workspace, house.bot, query).await.unwrap();
        (page.items.len(), page.count)
    };
    assert_eq!(count("", Some(active.clone())).await, (2, 2));
    assert_eq!(count("ada", None).await, (2, 2));
    assert_eq!(count("ada", Some(active)).await, (1, 1));
    assert_eq!(count("13", None).await, (1, 1), "a Telegram id");
    assert_eq!(count("%", None).await, (0, 0), "a sign is a sign");
    let unknown = ListQuery { expression: Some(json!({"tag": {"has": "vip"}})), ..everybody(Order::Name) };
    match room.list(house.workspace, house.bot, unknown).await {
        Err(EngineError::Invalid(faults)) => assert_eq!(faults[0].path, "/expression/tag/has"),
        other => panic!("an unknown tag must be told, not {other:?}"),
    }
}

#[tokio::test]
async fn a_card_tells_who_gave_each_tag_and_why_the_stage() {
    let house = House::new().await;
    let ada = house.person(1, "Ada", 50).await;
    house.says(ada, NOW - DAY_MS, "hello").await;
    let room = room(&house);
    let add = ["vip".to_owned(), "press".to_owned()];
    room.change_tags(house.workspace, ada, &add, &[], Origin::Agent(house.agent)).await.unwrap();
    let card = room.change_tags(house.workspace, ada, &[], &["press".into()], Origin::Api).await.unwrap();
    assert_eq!(card.person.tags.len(), 1);
    assert_eq!(
        (card.tag_authors[0].kind, card.tag_authors[0].name.as_deref()),
        (AuthorKind::Agent, Some("Adam"))
    );
    let why = card.stage_explained.unwrap().tree;
    assert!(why.matched);
    assert_eq!(why.facts["stage"], "active");
    let timeline = room.timeline(house.workspace, ada, None, 10).await.unwrap();
    let told: Vec<(&str, Option<&str>)> =
        timeline.items.iter().map(|entry| (entry.kind, entry.object.as_deref())).collect();
    assert_eq!(
        told,
        [
            ("tag_removed", Some("press")),
            ("tag_added", Some("press")),
            ("tag_added", Some("vip")),
            ("message", None),
            ("contact_created", None)
        ]
    );
    assert_eq!(timeline.items[2].by.name.as_deref(), Some("Adam"));
}

/// Days before now at which each stage of a life begins.
fn told(life: &Life) -> Vec<(&str, i64)> {
    life.stages.iter().map(|stage| (stage.name.as_str(), (NOW - stage.from) / DAY_MS)).collect()
}

#[tokio::test]
async fn a_life_is_the_stages_that_were_and_those_that_come_with_silence() {
    let house = House::new().await;
    // Another before, so that the number is not the first.
    house.person(1, "Bob", 90).await;
    let ada = house.person(2, "Ada", 60).await;
    house.says(ada, NOW - 59 * DAY_MS, "hello").await;
    house.says(ada, NOW - 20 * DAY_MS, "again").await;
    let room = room(&house);
    let life = room.life(house.workspace, ada).await.unwrap();
    assert_eq!(
        told(&life),
        [
            ("new", 60),
            ("active", 59),
            ("cooling", 51),
            ("churned", 28),
            ("active", 20),
            ("cooling", 12),
            ("churned", -10)
        ]
    );
    let lasts_ms = |seconds: i64| NOW - 20 * DAY_MS + 7 * DAY_MS + seconds * 1_000;
    assert_eq!(life.stages[5].from, lasts_ms(1), "a second too old is too old");
    // The same as the card says of its own: when the present stage ends, and which it is.
    let card = room.get(house.workspace, ada).await.unwrap();
    assert_eq!(card.person.stage.as_ref().unwrap().1, "cooling");
    assert_eq!(life.now, NOW);
    let ends = &card.stage_explained.unwrap().tree.parts[0];
    assert_eq!(ends.changes_at, Some(life.stages[6].from));
    assert_eq!(life.until, NOW + 90 * DAY_MS);
    let other = house.neighbour().await;
    assert!(matches!(room.life(other.0, ada).await, Err(EngineError::NotFound(_))));
}

#[tokio::test]
async fn a_life_knows_what_ends_a_stage_for_good() {
    let house = House::new().await;
    let ada = house.person(1, "Ada", 10).await;
    let body = EventBody::Conversion { object: "order".into(), value: None, currency: None };
    house.record(ada, NOW - 3 * DAY_MS, body).await;
    let life = room(&house).life(house.workspace, ada).await.unwrap();
    assert_eq!(told(&life), [("new", 10), ("customer", 3)]);
}

#[tokio::test]
async fn names_that_cannot_be_tags_are_all_named_and_nothing_happens() {
    let house = House::new().await;
    let ada = house.person(1, "Ada", 5).await;
    let before = house.log().await;
    let add = ["\u{200d}".to_owned(), "ok".to_owned(), "x".repeat(65), "both".to_owned()];
    let answer = room(&house).change_tags(house.workspace, ada, &add, &["both".into()], Origin::Api).await;
    let Err(EngineError::Invalid(faults)) = answer else { panic!("must be refused, not {answer:?}") };
    let told: Vec<(&str, &str)> = faults.iter().map(|fault| (fault.path.as_str(), fault.code)).collect();
    assert_eq!(told, [("/add/0", "required"), ("/add/2", "too_long"), ("/remove/0", "conflict")]);
    assert_eq!(house.log().await, before);
    let workspace = house.workspace;
    assert!(house.store.reader().read(move |tx| tags::list(tx, workspace)).await.unwrap().is_empty());
}

#[tokio::test]
async fn everyone_who_matches_is_tagged_and_the_index_knows() {
    let house = House::new().await;
    let room = room(&house);
    for number in 0..12_i64 {
        let id = house.person(number + 1, "P", 5).await;
        if number % 2 == 0 {
            house.says(id, NOW - DAY_MS, "hello").await;
        }
    }
    let spoke = json!({"event": {"kind": "message"}});
    let add = ["spoke".to_owned()];
    let tag = async || {
        let names = (add.as_slice(), [].as_slice());
        room.tag_matching(house.workspace, house.bot, spoke.clone(), names, Origin::Api).await.unwrap()
    };
    assert_eq!(tag().await, 6);
    assert_eq!(tag().await, 0, "they have it already");
    let query = ListQuery { expression: Some(json!({"tag": {"has": "spoke"}})), ..everybody(Order::Recent) };
    assert_eq!(room.list(house.workspace, house.bot, query).await.unwrap().count, 6);
}

#[tokio::test]
async fn attributes_and_opting_out_by_hand_change_row_index_and_log_together() {
    let house = House::new().await;
    let ada = house.person(1, "Ada", 5).await;
    let room = room(&house);
    let patch = |attributes: Value, opted_out| ContactPatch {
        attributes: attributes.as_object().cloned(),
        opted_out,
    };
    let card =
        room.patch(house.workspace, ada, patch(json!({"plan": "pro", "age": 36}), Some(true))).await.unwrap();
    assert_eq!(card.contact.attributes.get("age"), Some(&AttributeValue::Number(36.0)));
    assert_eq!(card.person.reachability, Reachability { opted_out: true, ..Reachability::default() });
    let count = async |expression: Value| {
        let query = ListQuery { expression: Some(expression), ..everybody(Order::Recent) };
        room.list(house.workspace, house.bot, query).await.unwrap().count
    };
    assert_eq!(count(json!({"attribute": {"key": "plan", "op": "eq", "value": "pro"}})).await, 1);
    assert_eq!(count(json!({"reachable": true})).await, 0);
    room.patch(house.workspace, ada, patch(json!({"plan": null, "age": 36}), Some(false))).await.unwrap();
    assert_eq!(count(json!({"attribute": {"key": "plan", "op": "exists"}})).await, 0);
    assert_eq!(count(json!({"reachable": true})).await, 1);
    let log = house.log().await;
    let kinds: Vec<&str> = log.iter().skip(1).map(|event| event.body.kind()).collect();
    assert_eq!(kinds, ["attributes_set", "opted_out", "attributes_set", "opted_in"]);
    let bad = json!({" ": 1, "a/b": [1], "id": 9_007_199_254_740_993_i64});
    let bad = room.patch(house.workspace, ada, patch(bad, None)).await;
    let Err(EngineError::Invalid(faults)) = bad else { panic!("must be refused, not {bad:?}") };
    let told: Vec<(&str, &str)> = faults.iter().map(|fault| (fault.path.as_str(), fault.code)).collect();
    let expected = [
        ("/attributes/ ", "invalid_key"),
        ("/attributes/a~1b", "wrong_type"),
        ("/attributes/id", "bad_number"),
    ];
    assert_eq!(told, expected);
    let kept =
        json!({"id": 9_007_199_254_740_992_i64, "low": -9_007_199_254_740_992_i64, "big": u64::MAX - 2047});
    room.patch(house.workspace, ada, patch(kept, None)).await.unwrap();
}

#[tokio::test]
async fn an_export_can_be_imported_again_and_changes_nothing() {
    let house = House::new().await;
    let imports = Imports::new(house.store.clone(), house.secrets.clone(), house.clock());
    let table = "telegram_id,username,first_name,language,tags,source,first_seen,last_interaction,attr.plan,attr.n\n\
        1,ada,\"=1+1, \"\"x\"\"\",pt-BR,兴趣-科技;vip,link=fb;utm_source=x,2026-05-01T12:00:00.250Z,2026-11-01T00:00:00Z,+49 30,-1.5\n\
        2,,,,,,,,true,\n\
        3,,''=x,,Jones%3B Jr.;%2525,channel=a%3Bb;utm_source=c=d,,,,\n\
        4,,,,,,,,,0.5\n\
        5,,,,,,,,,7\n";
    let import = async |house: &House, table: Vec<u8>| {
        let input = Cursor::new(table);
        imports
            .import(house.workspace, house.bot, input, ImportOptions::default(), Box::new(|_| {}))
            .await
            .unwrap()
    };
    assert_eq!(import(&house, table.into()).await.created, 5);
    // A whole number of so many digits in a table would be an id; a program that gives one as a number means it.
    for (number, value) in [(3, 33.333_333_333_333_336), (4, 1e16)] {
        let id = ContactId::new(house.bot, domain::ids::ContactNumber(number));
        let patch = ContactPatch { attributes: json!({"n": value}).as_object().cloned(), opted_out: None };
        room(&house).patch(house.workspace, id, patch).await.unwrap();
    }
    let before = house.log().await;
    let mut export = room(&house).export(house.workspace, house.bot, None).await.unwrap();
    let mut exported = Vec::new();
    while let Some(piece) = export.next().await {
        exported.extend(piece.unwrap());
    }
    let text = String::from_utf8(exported.clone()).unwrap();
    assert!(text.contains("'=1+1"), "a spreadsheet must not run a name: {text}");
    let report = import(&house, exported).await;
    assert_eq!((report.created, report.updated, report.unchanged), (0, 0, 5), "{:?}", report.rejected);
    assert_eq!(house.log().await, before);
}

#[tokio::test]
async fn another_workspace_reaches_nobody() {
    let house = House::new().await;
    let ada = house.person(1, "Ada", 5).await;
    let (other, _, _) = house.neighbour().await;
    let room = room(&house);
    let before = house.log().await;
    let gone = Some(EngineError::NotFound("contact"));
    assert_eq!(room.get(other, ada).await.err(), gone);
    assert_eq!(room.timeline(other, ada, None, 5).await.err(), gone);
    assert_eq!(room.explain(other, ada, json!({"all": []})).await.err(), gone);
    assert_eq!(room.change_tags(other, ada, &["a".into()], &[], Origin::Api).await.err(), gone);
    assert_eq!(room.patch(other, ada, ContactPatch::default()).await.err(), gone);
    let no_bot = Some(EngineError::NotFound("bot"));
    assert_eq!(room.list(other, house.bot, everybody(Order::Recent)).await.err(), no_bot);
    assert_eq!(room.export(other, house.bot, None).await.err(), no_bot);
    let names = ["a".to_owned()];
    let all = json!({"all": []});
    let tagged = room.tag_matching(other, house.bot, all, (&names, &[]), Origin::Api).await;
    assert_eq!(tagged.err(), no_bot);
    assert_eq!(house.log().await, before);
}
