//! Tags over a real database with people.

use domain::event::EventBody;
use domain::ids::{CampaignId, ContactId};
use serde_json::{Value, json};
use store::segments::Segment;
use store::{flows, segments, stages, templates};

use super::*;
use crate::test_house::{House, NOW};

fn room(house: &House) -> Tags {
    Tags::new(house.store.clone(), house.clock())
}

async fn give(house: &House, id: ContactId, tag: TagId, origin: Origin) {
    house
        .write(move |tx| {
            journal::append(tx, id.bot(), |journal| tagging::add(journal, id.number(), tag, NOW, origin))
        })
        .await;
}

async fn segment(house: &House, name: &'static str, expression: Value) {
    let (workspace, bot) = (house.workspace, house.bot);
    house
        .write(move |tx| {
            let row = Segment {
                id: domain::ids::SegmentId(0),
                bot,
                name: name.into(),
                description: String::new(),
                expression,
                version: 1,
                created_at: NOW,
                updated_at: NOW,
            };
            Ok(segments::insert(tx, workspace, &row)?)
        })
        .await;
}

#[tokio::test]
async fn tags_tell_who_has_them_from_whom_and_who_uses_them() {
    let house = House::new().await;
    let room = room(&house);
    let vip = room.create(house.workspace, " VIP ", None, "").await.unwrap().tag;
    assert_eq!(vip.name, "VIP");
    let (ann, bob) = (house.person(1, "Ann", 1).await, house.person(2, "Bob", 1).await);
    give(&house, ann, vip.id, Origin::Import).await;
    give(&house, bob, vip.id, Origin::Campaign(CampaignId(9))).await;
    segment(&house, "VIPs", json!({"tag": {"has": "VIP"}})).await;
    let listed = room.list(house.workspace, Some(house.bot)).await.unwrap();
    assert_eq!(
        (listed[0].people, listed[0].applied_by["import"], listed[0].applied_by["campaign"]),
        (2, 1, 1)
    );
    assert_eq!(listed[0].used_by.iter().map(|user| user.name.as_str()).collect::<Vec<_>>(), ["VIPs"]);
    let (elsewhere, their_bot, _) = house.neighbour().await;
    assert!(room.list(elsewhere, None).await.unwrap().is_empty());
    assert!(matches!(room.list(house.workspace, Some(their_bot)).await, Err(EngineError::NotFound(_))));
}

#[tokio::test]
async fn a_new_name_stands_everywhere_at_once() {
    let house = House::new().await;
    let (room, workspace, bot) = (room(&house), house.workspace, house.bot);
    let tag = room.create(workspace, "vip", Some("red"), "").await.unwrap().tag;
    room.create(workspace, "taken", None, "").await.unwrap();
    segment(&house, "VIPs", json!({"not": {"tag": {"has_any": ["vip", "taken"]}}})).await;
    let press = json!({"text": "x", "buttons": [[{"text": "a", "press": {"add_tags": ["vip"]}}]]});
    let graph = json!({"start": "s", "nodes": {"s": {"type": "message", "message": press}}});
    let (message, draft) = (press.clone(), graph.clone());
    let flow = house
        .write(move |tx| {
            let id = flows::insert(tx, bot, "Flow", &draft, NOW)?;
            let flow = flows::get(tx, bot, id)?.unwrap();
            flows::publish(tx, bot, &flow, NOW)?;
            templates::insert_canned(tx, workspace, "Canned", &message)?;
            let mut rules = stages::list(tx, workspace)?;
            rules[1].expression = json!({"tag": {"has": "vip"}});
            stages::replace(tx, workspace, &rules)?;
            Ok(id)
        })
        .await;
    let change = |name: &str| TagChange { name: Some(name.into()), ..TagChange::default() };
    let taken = room.update(workspace, tag.id, change("taken")).await;
    assert!(matches!(taken, Err(EngineError::Conflict { .. })));
    let renamed = room.update(workspace, tag.id, change("VIP")).await.unwrap();
    assert_eq!(renamed.used_by.len(), 4, "{:?}", renamed.used_by);
    let texts = house
        .store
        .reader()
        .read(move |tx| {
            Ok::<_, EngineError>([
                segments::list(tx, workspace, None)?[0].expression.to_string(),
                stages::list(tx, workspace)?[1].expression.to_string(),
                flows::get(tx, bot, flow)?.unwrap().draft.to_string(),
                flows::version(tx, bot, flow, 1)?.unwrap().to_string(),
                templates::canned(tx, workspace)?[0].2.to_string(),
            ])
        })
        .await
        .unwrap();
    for text in texts {
        assert!(text.contains("\"VIP\"") && !text.contains("\"vip\""), "{text}");
    }
}

#[tokio::test]
async fn a_tag_that_something_depends_on_stays() {
    let house = House::new().await;
    let room = room(&house);
    let tag = room.create(house.workspace, "vip", None, "").await.unwrap().tag;
    let ann = house.person(1, "Ann", 1).await;
    give(&house, ann, tag.id, Origin::Import).await;
    segment(&house, "VIPs", json!({"tag": {"has": "vip"}})).await;
    let refused = room.delete(house.workspace, tag.id, Origin::Api).await;
    let Err(EngineError::Conflict { message, current }) = refused else { panic!("{refused:?}") };
    assert!(message.contains("segment \"VIPs\""), "{message}");
    assert_eq!(current.unwrap()["used_by"][0]["kind"], "segment");
    assert_eq!(room.get(house.workspace, tag.id).await.unwrap().people, 1, "nobody lost it");
    let (workspace, elsewhere) = (house.workspace, house.neighbour().await.0);
    assert!(matches!(room.delete(elsewhere, tag.id, Origin::Api).await, Err(EngineError::NotFound(_))));
    house
        .write(move |tx| {
            let id = segments::list(tx, workspace, None)?[0].id;
            Ok(segments::delete(tx, workspace, id)?)
        })
        .await;
    room.delete(workspace, tag.id, Origin::Api).await.unwrap();
    let last = house.log().await.pop().unwrap();
    assert_eq!(last.body, EventBody::TagRemoved { tag: tag.id, origin: Origin::Api });
    assert!(room.list(workspace, None).await.unwrap().is_empty());
}

#[tokio::test]
async fn merging_loses_nobody() {
    let house = House::new().await;
    let (room, workspace) = (room(&house), house.workspace);
    let old = room.create(workspace, "tech", None, "").await.unwrap().tag;
    let new = room.create(workspace, "科技", None, "").await.unwrap().tag;
    segment(&house, "Tech", json!({"tag": {"has": "tech"}})).await;
    for number in 1..=1_200 {
        let id = house.person(number, "P", 1).await;
        if number % 2 == 0 {
            give(&house, id, old.id, Origin::Import).await;
        }
        if number % 3 == 0 {
            give(&house, id, new.id, Origin::Import).await;
        }
    }
    assert!(matches!(room.merge(workspace, old.id, old.id, Origin::Api).await, Err(EngineError::Invalid(_))));
    let merged = room.merge(workspace, old.id, new.id, Origin::Api).await.unwrap();
    // 600 + 400 - 200 who had both.
    assert_eq!((merged.people, merged.applied_by["api"]), (800, 400));
    assert_eq!(room.list(workspace, None).await.unwrap().len(), 1);
    let counted = house.people.latest(house.bot).await.unwrap();
    let has = domain::expression::Resolved {
        root: domain::expression::Node {
            path: String::new(),
            test: domain::expression::Test::Tags {
                mode: domain::expression::TagMode::Has,
                tags: vec![new.id],
                added_within_s: None,
            },
        },
    };
    assert_eq!(counted.index.count(&has, NOW), 800, "the index heard of it");
    let expression = house
        .store
        .reader()
        .read(move |tx| segments::list(tx, workspace, None))
        .await
        .unwrap()
        .remove(0)
        .expression;
    assert_eq!(expression, json!({"tag": {"has": "科技"}}));
}
