//! Templates over a real database.

use domain::campaign::Course;
use serde_json::json;
use store::campaigns::Campaign;

use super::*;
use crate::test_house::{House, NOW};

fn room(house: &House) -> Templates {
    Templates::new(house.store.clone(), house.clock())
}

async fn campaign(house: &House) -> CampaignId {
    let bot = house.bot;
    house
        .write(move |tx| {
            let row = Campaign {
                id: CampaignId(0),
                name: "Autumn".into(),
                course: Course::draft(),
                audience: json!({"all": []}),
                message: json!({"text": "Leaves", "format": "plain"}),
                held_out_percent: 0.0,
                canary: None,
                frozen_at: None,
                frozen_number: None,
                left_out: 0,
                version: 1,
                created_by: None,
                created_at: NOW,
            };
            Ok(campaigns::insert(tx, bot, &row)?)
        })
        .await
}

#[tokio::test]
async fn who_saves_a_template_second_is_told() {
    let house = House::new().await;
    let (room, workspace) = (room(&house), house.workspace);
    let source = TemplateSource::Message(json!({"text": "Hi"}));
    let made = room.create(workspace, "Greeting", source).await.unwrap();
    let from = || Some(made.version.clone());
    let first = room.update(workspace, made.id, Some("First"), None, from()).await.unwrap();
    assert_ne!(first.version, made.version);
    let second = room.update(workspace, made.id, Some("Second"), None, from()).await;
    let Err(EngineError::Conflict { current: Some(current), .. }) = second else { panic!("{second:?}") };
    assert_eq!((&current["name"], &current["version"]), (&json!("First"), &json!(first.version)));
    let over = room.update(workspace, made.id, Some("Second"), None, Some(first.version)).await.unwrap();
    assert_eq!((over.name.as_str(), &over.message), ("Second", &made.message));
    assert_eq!(room.list(workspace).await.unwrap()[0].version, over.version);
}

#[tokio::test]
async fn a_template_is_checked_and_makes_its_tags() {
    let house = House::new().await;
    let (room, workspace) = (room(&house), house.workspace);
    let message = json!({"text": "Hi", "buttons": [[{"text": "Yes", "press": {"add_tags": ["keen"]}}]]});
    let made = room.create(workspace, "Greeting", TemplateSource::Message(message.clone())).await.unwrap();
    assert_eq!(Message::parse(&made.message), Message::parse(&message));
    let tags = house.store.reader().read(move |tx| tags::list(tx, workspace)).await.unwrap();
    assert_eq!(tags.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>(), ["keen"]);
    let empty = room.update(workspace, made.id, None, Some(json!({"text": ""})), None).await;
    assert!(matches!(&empty, Err(EngineError::Invalid(e)) if e[0].path == "/message/text"), "{empty:?}");
    let renamed = room.update(workspace, made.id, Some("Hello"), None, None).await.unwrap();
    assert_eq!((renamed.name.as_str(), &renamed.message), ("Hello", &made.message));
    let flow = json!({"text": "Hi", "buttons": [[{"text": "Yes", "press": {"flow": 7}}]]});
    let unknown = room.create_canned(workspace, "x", flow).await;
    assert!(matches!(unknown, Err(EngineError::Invalid(e)) if e[0].code == "unknown_flow"));
    let elsewhere = house.neighbour().await.0;
    assert!(matches!(room.delete(elsewhere, made.id).await, Err(EngineError::NotFound(_))));
    room.delete(workspace, made.id).await.unwrap();
    assert!(room.list(workspace).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_campaign_becomes_a_template_of_its_own_workspace_only() {
    let house = House::new().await;
    let room = room(&house);
    let id = campaign(&house).await;
    let made = room.create(house.workspace, "Leaves", TemplateSource::Campaign(id)).await.unwrap();
    assert_eq!(made.message["text"], "Leaves");
    assert_eq!(made.from, Some(FromCampaign { id, name: "Autumn".into(), started: false }));
    let elsewhere = house.neighbour().await.0;
    let stolen = room.create(elsewhere, "Leaves", TemplateSource::Campaign(id)).await;
    assert!(matches!(stolen, Err(EngineError::Invalid(e)) if e[0].code == "unknown_campaign"));
}
