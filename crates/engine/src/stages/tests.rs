//! Stages over a real database with people.

use domain::time::DAY_MS;
use serde_json::json;
use store::segments::{self, Segment};

use super::*;
use crate::test_house::{House, NOW};

fn room(house: &House) -> Stages {
    Stages::new(house.store.clone(), house.clock(), house.people.clone())
}

fn draft(name: &str, expression: Value) -> StageDraft {
    StageDraft { id: None, name: name.into(), color: "gray".into(), expression }
}

async fn drafts(room: &Stages, house: &House) -> (Vec<StageDraft>, i64) {
    let rules = room.list(house.workspace, None).await.unwrap();
    let draft = |live: LiveStage| StageDraft {
        id: Some(live.stage.id),
        name: live.stage.name,
        color: live.stage.color,
        expression: live.stage.expression,
    };
    (rules.stages.into_iter().map(draft).collect(), rules.version)
}

fn fault(result: Result<impl std::fmt::Debug>) -> (String, &'static str) {
    match result {
        Err(EngineError::Invalid(errors)) => (errors[0].path.clone(), errors[0].code),
        other => panic!("{other:?}"),
    }
}

/// Ten people: the one numbered n wrote n·2 days ago.
async fn ten(house: &House) {
    for number in 0..10 {
        let id = house.person(number + 1, "P", 90).await;
        house.says(id, NOW - 2 * number * DAY_MS, "hello").await;
    }
}

#[tokio::test]
async fn everybody_is_in_one_stage() {
    let house = House::new().await;
    ten(&house).await;
    house.person(99, "New", 90).await;
    let rules = room(&house).list(house.workspace, Some(house.bot)).await.unwrap();
    let counts: Vec<(&str, u64)> = rules.stages.iter().map(|s| (s.stage.name.as_str(), s.count)).collect();
    assert_eq!(counts, [("churned", 0), ("customer", 0), ("new", 1), ("active", 4), ("cooling", 6)]);
}

#[tokio::test]
async fn a_changed_day_count_shows_who_would_move() {
    let house = House::new().await;
    ten(&house).await;
    let room = room(&house);
    let (mut wanted, _) = drafts(&room, &house).await;
    wanted[0].expression = json!({"last_interaction": {"older_than": "12d"}});
    wanted[3].expression = json!({"last_interaction": {"within": "8d"}});
    wanted[3].name = "lively".into();
    let preview = room.preview(house.workspace, house.bot, wanted).await.unwrap();
    let tallies: Vec<(&str, u64, u64)> =
        preview.stages.iter().map(|s| (s.name.as_str(), s.count, s.before)).collect();
    assert_eq!(
        tallies,
        [("churned", 3, 0), ("customer", 0, 0), ("new", 0, 0), ("lively", 5, 4), ("cooling", 2, 6)]
    );
    let moves: Vec<(&str, &str, u64)> =
        preview.moves.iter().map(|m| (m.from.as_str(), m.to.as_str(), m.count)).collect();
    assert_eq!(moves, [("cooling", "churned", 3), ("cooling", "lively", 1)]);
}

#[tokio::test]
async fn rules_are_checked_before_they_replace_others() {
    let house = House::new().await;
    let room = room(&house);
    let version = room.list(house.workspace, None).await.unwrap().version;
    let rest = || draft("rest", json!({"all": []}));
    let replace = |wanted| room.replace(house.workspace, wanted, version);
    for (wanted, path, code) in [
        (vec![], "/stages", "wrong_length"),
        (vec![draft("a", json!({"reachable": true}))], "/stages/0/expression", "last_takes_all"),
        (vec![draft("rest", json!({"all": []})), rest()], "/stages/1/name", "duplicate"),
        (
            vec![draft("a", json!({"tag": {"has": "x"}})), rest()],
            "/stages/0/expression/tag/has",
            "unknown_tag",
        ),
        (vec![draft("a", json!({"segment": {"id": 1}})), rest()], "/stages/0/expression", "not_in_stages"),
        (vec![draft("a", json!({"stage": {"in": ["a"]}})), rest()], "/stages/0/expression/stage/in", "cycle"),
        (vec![StageDraft { id: Some(StageId(999)), ..rest() }], "/stages/0/id", "unknown_stage"),
        (vec![StageDraft { color: "pink".into(), ..rest() }], "/stages/0/color", "unknown_color"),
    ] {
        assert_eq!(fault(replace(wanted).await), (path.into(), code));
    }
    assert_eq!(room.list(house.workspace, None).await.unwrap().version, version);
}

#[tokio::test]
async fn the_second_of_two_editors_is_told() {
    let house = House::new().await;
    let room = room(&house);
    let (mut wanted, version) = drafts(&room, &house).await;
    wanted[0].color = "red".into();
    let first = room.replace(house.workspace, wanted.clone(), version).await.unwrap();
    assert!(matches!(first, Replaced::Saved(rules) if rules.stages[0].stage.color == "red"));
    wanted[0].color = "blue".into();
    let second = room.replace(house.workspace, wanted, version).await.unwrap();
    assert!(matches!(second, Replaced::Outdated(rules) if rules.stages[0].stage.color == "red"));
}

#[tokio::test]
async fn a_stage_keeps_its_id_under_a_new_name_and_a_used_one_stays() {
    let house = House::new().await;
    let (room, workspace, bot) = (room(&house), house.workspace, house.bot);
    house
        .write(move |tx| {
            let row = Segment {
                id: domain::ids::SegmentId(0),
                bot,
                name: "Fresh".into(),
                description: String::new(),
                expression: json!({"stage": {"in": ["active", "new"]}}),
                version: 1,
                created_at: NOW,
                updated_at: NOW,
            };
            Ok(segments::insert(tx, workspace, &row)?)
        })
        .await;
    let (mut wanted, version) = drafts(&room, &house).await;
    wanted[3].name = "lively".into();
    let saved = room.replace(workspace, wanted.clone(), version).await.unwrap();
    let Replaced::Saved(rules) = saved else { panic!("{saved:?}") };
    assert_eq!(Some(rules.stages[3].stage.id), wanted[3].id);
    let segment = house.store.reader().read(move |tx| segments::list(tx, workspace, None)).await.unwrap();
    assert_eq!(segment[0].expression, json!({"stage": {"in": ["lively", "new"]}}));
    wanted.remove(3);
    let refused = room.replace(workspace, wanted, rules.version).await;
    assert!(matches!(refused, Err(EngineError::Conflict { message, .. }) if message.contains("\"Fresh\"")));
}

#[tokio::test]
async fn two_stages_do_not_differ_by_case_alone() {
    let house = House::new().await;
    let (room, workspace) = (room(&house), house.workspace);
    let (present, version) = drafts(&room, &house).await;
    let mut twice = present.clone();
    twice[0].name = "ACTIVE".into();
    assert_eq!(fault(room.replace(workspace, twice, version).await), ("/stages/3/name".into(), "duplicate"));
    let mut renamed = present.clone();
    renamed[3] = StageDraft { id: None, name: "Active".into(), ..renamed[3].clone() };
    let saved = room.replace(workspace, renamed, version).await.unwrap();
    let Replaced::Saved(rules) = saved else { panic!("{saved:?}") };
    assert_eq!(Some(rules.stages[3].stage.id), present[3].id, "it is the same stage");
}

#[tokio::test]
async fn a_rule_previews_as_it_counts_once_saved() {
    let house = House::new().await;
    let (bot, workspace) = (house.bot, house.workspace);
    for (telegram_id, spent) in [(1, 5.0), (2, 50.0)] {
        let id = house.person(telegram_id, "P", 90).await;
        house
            .write(move |tx| {
                crate::journal::append(tx, bot, |journal| {
                    let mut row = store::contacts::get(tx, bot, id.number())?.unwrap();
                    let spent = domain::contact::AttributeValue::Number(spent);
                    let change = [("spent".to_owned(), Some(spent))].into();
                    crate::attributes::apply(journal, workspace, &mut row, change, "", NOW)
                })
            })
            .await;
    }
    let room = room(&house);
    let (mut wanted, version) = drafts(&room, &house).await;
    wanted[0].expression = json!({"attribute": {"key": "spent", "op": "gt", "value": "10"}});
    let preview = room.preview(workspace, bot, wanted.clone()).await.unwrap();
    let saved = room.replace(workspace, wanted, version).await.unwrap();
    let Replaced::Saved(rules) = saved else { panic!("{saved:?}") };
    assert_eq!((preview.stages[0].count, rules.stages[0].count), (1, 1));
}
