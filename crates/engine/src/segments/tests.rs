//! Segments over a real database with people.

use domain::event::Origin;
use domain::ids::ContactId;
use domain::time::DAY_MS;
use serde_json::json;
use store::{flows, tags};

use super::preview::GROUPS_MAX;
use super::*;
use crate::test_house::{House, NOW};
use crate::{journal, tagging};

fn room(house: &House) -> Segments {
    Segments::new(house.store.clone(), house.clock(), house.people.clone())
}

fn new(house: &House, name: &str, expression: Value) -> NewSegment {
    NewSegment { bot: house.bot, name: name.into(), description: String::new(), expression }
}

async fn tag(house: &House, id: ContactId, name: &'static str) {
    let workspace = house.workspace;
    house
        .write(move |tx| {
            let tag = tags::ensure(tx, workspace, name, NOW)?;
            journal::append(tx, id.bot(), |journal| {
                tagging::add(journal, id.number(), tag, NOW, Origin::Import)
            })
        })
        .await;
}

fn fault(result: Result<impl std::fmt::Debug>) -> (String, &'static str) {
    match result {
        Err(EngineError::Invalid(errors)) => (errors[0].path.clone(), errors[0].code),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_segment_is_always_live() {
    let house = House::new().await;
    let room = room(&house);
    let ann = house.person(1, "Ann", 1).await;
    house.person(2, "Bob", 1).await;
    tag(&house, ann, "vip").await;
    let made =
        room.create(house.workspace, new(&house, "VIPs", json!({"tag": {"has": "vip"}}))).await.unwrap();
    assert_eq!((made.count, made.reachable), (1, 1));
    let bob = ContactId::new(house.bot, domain::ids::ContactNumber(1));
    tag(&house, bob, "vip").await;
    assert_eq!(room.get(house.workspace, made.segment.id).await.unwrap().count, 2);
    house
        .write(move |tx| {
            journal::append(tx, bob.bot(), |journal| {
                let mut row = store::contacts::get(tx, bob.bot(), bob.number())?.unwrap();
                journal.set_reachability(&mut row, NOW, journal::Reach::OptedOut)
            })
        })
        .await;
    let listed = room.list(house.workspace, None).await.unwrap();
    assert_eq!((listed[0].count, listed[0].reachable), (2, 1));
}

#[tokio::test]
async fn what_is_not_valid_is_told_with_its_place() {
    let house = House::new().await;
    let room = room(&house);
    let create = |name: &str, expression| room.create(house.workspace, new(&house, name, expression));
    assert_eq!(
        fault(create("A", json!({"all": [{"tag": {"has": "nobody"}}]})).await),
        ("/expression/all/0/tag/has".into(), "unknown_tag")
    );
    assert_eq!(fault(create(" ", json!({"all": []})).await), ("/name".into(), "required"));
    create("A", json!({"all": []})).await.unwrap();
    assert!(matches!(create("A", json!({"all": []})).await, Err(EngineError::Conflict { .. })));
    let (elsewhere, their_bot, _) = house.neighbour().await;
    let theirs = NewSegment { bot: their_bot, ..new(&house, "B", json!({"all": []})) };
    assert!(matches!(room.create(house.workspace, theirs).await, Err(EngineError::NotFound("bot"))));
    let id = room.list(house.workspace, None).await.unwrap()[0].segment.id;
    assert!(matches!(room.get(elsewhere, id).await, Err(EngineError::NotFound(_))));
    assert!(matches!(room.delete(elsewhere, id).await, Err(EngineError::NotFound(_))));
}

#[tokio::test]
async fn the_second_of_two_editors_is_told() {
    let house = House::new().await;
    let room = room(&house);
    let made = room.create(house.workspace, new(&house, "A", json!({"all": []}))).await.unwrap().segment;
    let rename =
        |name: &str, version| SegmentChange { name: Some(name.into()), version, ..Default::default() };
    let first = room.update(house.workspace, made.id, rename("First", made.version)).await.unwrap();
    assert!(
        matches!(first, Edited::Saved(live) if live.segment.name == "First" && live.segment.version == 2)
    );
    let second = room.update(house.workspace, made.id, rename("Second", made.version)).await.unwrap();
    assert!(matches!(second, Edited::Outdated(live) if live.segment.name == "First"));
}

#[tokio::test]
async fn no_segment_contains_itself() {
    let house = House::new().await;
    let room = room(&house);
    let a = room.create(house.workspace, new(&house, "A", json!({"all": []}))).await.unwrap().segment.id;
    let of_a = json!({"not": {"segment": {"id": a.0}}});
    let b = room.create(house.workspace, new(&house, "B", of_a.clone())).await.unwrap().segment.id;
    let edit = |expression| SegmentChange { expression: Some(expression), version: 1, ..Default::default() };
    let own = room.update(house.workspace, a, edit(of_a)).await;
    assert_eq!(fault(own), ("/expression/not/segment/id".into(), "cycle"));
    let through_b = json!({"any": [{"reachable": true}, {"segment": {"id": b.0}}]});
    let around = room.update(house.workspace, a, edit(through_b)).await;
    assert_eq!(fault(around), ("/expression/any/1/segment/id".into(), "cycle"));
    assert_eq!(room.get(house.workspace, a).await.unwrap().segment.version, 1, "nothing was saved");
}

#[tokio::test]
async fn an_edit_that_would_break_others_is_refused() {
    let house = House::new().await;
    let room = room(&house);
    let a = room.create(house.workspace, new(&house, "A", json!({"all": []}))).await.unwrap().segment.id;
    let mut deep = json!({"segment": {"id": a.0}});
    for _ in 0..15 {
        deep = json!({"not": deep});
    }
    room.create(house.workspace, new(&house, "Deep", deep)).await.unwrap();
    let mut deeper = json!({"all": []});
    for _ in 0..15 {
        deeper = json!({"not": deeper});
    }
    let edit = SegmentChange { expression: Some(deeper), version: 1, ..Default::default() };
    let refused = room.update(house.workspace, a, edit).await;
    assert_eq!(fault(refused), ("/expression".into(), "breaks_others"));
}

#[tokio::test]
async fn a_segment_in_use_stays() {
    let house = House::new().await;
    let (room, bot) = (room(&house), house.bot);
    let a = room.create(house.workspace, new(&house, "A", json!({"all": []}))).await.unwrap().segment.id;
    house
        .write(move |tx| {
            let asks = json!({"segment": {"id": a.0}});
            let graph = json!({"start": "c", "nodes": {
                "c": {"type": "condition", "expression": asks, "then": "c", "else": "c"}}});
            let id = flows::insert(tx, bot, "Welcome", &graph, NOW)?;
            let flow = flows::get(tx, bot, id)?.unwrap();
            Ok(flows::publish(tx, bot, &flow, NOW)?)
        })
        .await;
    let refused = room.delete(house.workspace, a).await;
    assert!(
        matches!(refused, Err(EngineError::Conflict { message, .. }) if message.contains("flow \"Welcome\""))
    );
    assert_eq!(room.get(house.workspace, a).await.unwrap().used_by[0].name, "Welcome");
}

#[tokio::test]
async fn a_preview_counts_samples_and_breaks_down() {
    let house = House::new().await;
    let room = room(&house);
    for number in 0..40 {
        let id = house.person(number + 1, "P", 60).await;
        if number % 2 == 0 {
            tag(&house, id, "even").await;
            house.says(id, NOW - DAY_MS * (number % 10), "hello").await;
        }
    }
    let ask = |expression, by| room.preview(house.workspace, house.bot, expression, by);
    let all = ask(json!({"all": []}), Some(BreakdownBy::Stage)).await.unwrap();
    assert_eq!((all.count, all.reachable, all.left_out, all.sample.len()), (40, 40, 0, 10));
    let by_stage: Vec<(&str, u64)> = all.breakdown.iter().map(|g| (g.key.as_str(), g.count)).collect();
    assert_eq!(by_stage, [("churned", 0), ("customer", 0), ("new", 20), ("active", 16), ("cooling", 4)]);
    assert_eq!(all.number, house.log().await.last().unwrap().number);
    let tagged = ask(json!({"tag": {"has": "even"}}), Some(BreakdownBy::Tag)).await.unwrap();
    assert_eq!(tagged.breakdown, [Group { key: "even".into(), name: "even".into(), count: 20 }]);
    assert!(tagged.sample.iter().all(|person| person.tags.iter().any(|tag| tag.name == "even")));
    let languages = ask(json!({"all": []}), Some(BreakdownBy::Language)).await.unwrap();
    assert_eq!((languages.breakdown.len(), languages.without["language"]), (0, 40));
    let silence = ask(json!({"tag": {"has": "even"}}), Some(BreakdownBy::Silence)).await.unwrap().breakdown;
    let days: Vec<(&str, u64)> = silence
        .iter()
        .filter(|group| group.count > 0)
        .map(|group| (group.key.as_str(), group.count))
        .collect();
    assert_eq!(days, [("0", 4), ("1", 4), ("3", 4), ("5", 4), ("7", 4)], "two days are within two days");
    assert_eq!(silence.len(), 61, "days without anybody stand too, and all beyond");
    let again = ask(json!({"all": []}), None).await.unwrap();
    let ids = |preview: &Preview| preview.sample.iter().map(|person| person.id).collect::<Vec<_>>();
    assert_eq!(ids(&again), ids(&all), "the sample is stable");
}

/// Somebody who came with a source, and speaks a language.
async fn came(house: &House, telegram_id: i64, source: &[(&str, String)], language: Option<&str>) {
    let mut person = store::contacts::Contact {
        number: domain::ids::ContactNumber(0),
        telegram_id,
        profile: domain::contact::Profile { language: language.map(str::to_owned), ..Default::default() },
        source: source.iter().map(|(field, value)| ((*field).to_owned(), value.clone())).collect(),
        attributes: domain::contact::Attributes::new(),
        reachability: domain::contact::Reachability::default(),
        first_seen: NOW,
        last_interaction: None,
        imported_interaction: None,
        erased: false,
    };
    let bot = house.bot;
    house.write(move |tx| journal::append(tx, bot, |journal| journal.meet(&mut person, NOW))).await;
}

#[tokio::test]
async fn who_has_no_value_is_counted_before_the_smaller_groups_are_cut() {
    let house = House::new().await;
    for number in 0..150_i64 {
        // As many UTM sources as people fill the first hundred of all groups together.
        let link = if number < 130 { format!("link-{number}") } else { "shared".to_owned() };
        let mut source = vec![("utm_source", format!("source-{}", number / 2))];
        source.extend((number < 140).then_some(("link", link)));
        came(&house, number + 1, &source, None).await;
    }
    let room = room(&house);
    let all = json!({"all": []});
    let found = room.preview(house.workspace, house.bot, all, Some(BreakdownBy::Source)).await.unwrap();
    let of = |field: &str| found.breakdown.iter().filter(|group| group.key.starts_with(field)).count();
    assert_eq!((of("link="), of("utm_source=")), (GROUPS_MAX, 75));
    assert_eq!(found.breakdown[0].key, "link=shared");
    assert_eq!((found.without["link"], found.without["utm_source"], found.without["payload"]), (10, 0, 150));
}

#[tokio::test]
async fn each_person_speaks_one_language_of_a_breakdown() {
    let house = House::new().await;
    let spoken = ["zh", "zh-hans", "zh-hant", "en-gb", "en-us", "ru"].map(Some);
    for (number, language) in spoken.into_iter().chain([None]).enumerate() {
        came(&house, number as i64 + 1, &[], language).await;
    }
    let room = room(&house);
    let ask = |expression, by| room.preview(house.workspace, house.bot, expression, by);
    let found = ask(json!({"all": []}), Some(BreakdownBy::Language)).await.unwrap();
    let groups: Vec<(&str, u64)> = found.breakdown.iter().map(|g| (g.key.as_str(), g.count)).collect();
    assert_eq!(groups, [("zh", 3), ("en-gb", 1), ("en-us", 1), ("ru", 1)]);
    assert_eq!((found.count, found.without["language"]), (7, 1));
    for (language, count) in groups {
        let speaks = json!({"profile": {"field": "language", "in": [language]}});
        assert_eq!(ask(speaks, None).await.unwrap().count, count, "{language}");
    }
}

#[tokio::test]
async fn a_conversion_is_one_name_however_it_is_spelled() {
    let house = House::new().await;
    for (telegram_id, name) in [(1, "Purchase"), (2, "purchase"), (3, "sign-up")] {
        let id = house.person(telegram_id, "P", 60).await;
        let body = domain::event::EventBody::Conversion { object: name.into(), value: None, currency: None };
        house.record(id, NOW, body).await;
    }
    let asked = json!({"event": {"kind": "conversion", "object": "PURCHASE"}});
    assert_eq!(room(&house).preview(house.workspace, house.bot, asked, None).await.unwrap().count, 2);
}
