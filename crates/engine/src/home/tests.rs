//! The first page against a real store and a real index.

use domain::campaign::{Course, Status};
use domain::event::Origin;
use domain::time::DAY_MS;
use serde_json::json;
use store::campaigns::SetKind;

use super::*;
use crate::test_house::{House, NOW};

fn home(house: &House) -> Home {
    Home::new(house.store.reader().clone(), house.clock(), house.people.clone())
}

fn press(object: &str) -> domain::event::EventBody {
    domain::event::EventBody::Button { object: object.into(), message_id: None, campaign: None, place: None }
}

fn line<'v>(view: &'v HomeView, name: &str) -> &'v StageLine {
    view.stages.iter().find(|stage| stage.name == name).unwrap()
}

/// Blocked, deactivated, without a chat, opted out.
fn reasons(view: &HomeView) -> [u64; 4] {
    [&view.blocked, &view.deactivated, &view.no_chat, &view.opted_out].map(Counted::count)
}

fn total(days: &[DayPeople]) -> u64 {
    days.iter().map(|day| day.counted.count()).sum()
}

#[tokio::test]
async fn stages_move_as_the_log_tells_and_not_as_the_present_would_guess() {
    let house = House::new().await;
    // Ada was churned a week ago and came back yesterday; Bob was active then and is cooling now.
    let ada = house.person(1, "Ada", 60).await;
    house.says(ada, NOW - 50 * DAY_MS, "hello").await;
    let bob = house.person(2, "Bob", 60).await;
    house.says(bob, NOW - 12 * DAY_MS, "hello").await;
    let eve = house.person(3, "Eve", 2).await;
    house.says(ada, NOW - DAY_MS, "again").await;
    let view = home(&house).get(house.workspace, house.bot, 7).await.unwrap();
    let moves: Vec<(&str, &str, u64)> =
        view.moves.iter().map(|step| (step.from.as_str(), step.to.as_str(), step.count)).collect();
    assert_eq!(moves, [("active", "cooling", 1), ("churned", "active", 1)]);
    let movement = |before, entered, left| Some(Movement { before, entered, left });
    assert_eq!(line(&view, "churned").movement, movement(1, 0, 1));
    assert_eq!(line(&view, "active").movement, movement(1, 1, 1));
    assert_eq!(line(&view, "new").movement, movement(0, 1, 0), "Eve joined since");
    for stage in &view.stages {
        let moved = stage.movement.unwrap();
        assert_eq!(stage.count, moved.before + moved.entered - moved.left, "{}", stage.name);
    }
    assert_eq!(eve.bot(), house.bot);
}

#[tokio::test]
async fn a_move_lists_exactly_the_people_that_it_counts() {
    let house = House::new().await;
    let mut back = Vec::new();
    for (telegram_id, name) in [(1, "Ada"), (2, "Bea"), (3, "Cleo")] {
        let id = house.person(telegram_id, name, 60).await;
        house.says(id, NOW - 50 * DAY_MS, "hello").await;
        back.push(id);
    }
    let gone = house.person(4, "Gone", 60).await;
    house.says(gone, NOW - 12 * DAY_MS, "hello").await;
    for id in back {
        house.says(id, NOW - DAY_MS, "again").await;
    }
    let room = home(&house);
    let step = room.get(house.workspace, house.bot, 7).await.unwrap().moves.remove(0);
    assert_eq!((step.from.as_str(), step.to.as_str(), step.count), ("churned", "active", 3));
    let (mut after, mut names) = (None, Vec::new());
    loop {
        let query = MovedQuery { from: step.from_id, to: step.to_id, days: 7, after, limit: 2 };
        let page = room.moved(house.workspace, house.bot, query).await.unwrap();
        assert_eq!(page.count, step.count);
        names.extend(page.items.iter().map(|person| person.name.clone()));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(names, ["Cleo", "Bea", "Ada"], "the latest to be met first, each once");

    let asked = |from, to, days| MovedQuery { from, to, days, after: None, limit: 2 };
    let (other, _, _) = house.neighbour().await;
    for (workspace, query, refused) in [
        (house.workspace, asked(step.from_id, step.from_id, 7), None),
        (house.workspace, asked(step.from_id, step.to_id, 91), None),
        (house.workspace, asked(StageId(999), step.to_id, 7), Some(EngineError::NotFound("stage"))),
        (other, asked(step.from_id, step.to_id, 7), Some(EngineError::NotFound("bot"))),
    ] {
        let told = room.moved(workspace, house.bot, query).await.unwrap_err();
        match refused {
            Some(refused) => assert_eq!(told, refused),
            None => assert!(matches!(told, EngineError::Invalid(_)), "{told:?}"),
        }
    }
}

#[tokio::test]
async fn the_past_of_stages_is_of_people_who_still_are() {
    let house = House::new().await;
    let mut people = Vec::new();
    for (telegram_id, name) in [(1, "Ada"), (2, "Bea"), (3, "Cleo")] {
        let id = house.person(telegram_id, name, 60).await;
        house.says(id, NOW - 50 * DAY_MS, "hello").await;
        people.push(id);
    }
    house.says(people[0], NOW - DAY_MS, "again").await;
    let room = home(&house);
    let asked = async || room.get(house.workspace, house.bot, 7).await.unwrap();
    let movement = |before, entered, left| Some(Movement { before, entered, left });
    assert_eq!(line(&asked().await, "churned").movement, movement(3, 0, 1));
    let contacts = crate::contacts::Contacts::new(
        house.store.clone(),
        house.secrets.clone(),
        house.clock(),
        house.people.clone(),
    );
    for (erased, moved) in [(people[1], movement(2, 0, 1)), (people[0], movement(1, 0, 0))] {
        contacts.erase(house.workspace, erased).await.unwrap();
        let view = asked().await;
        assert_eq!(line(&view, "churned").movement, moved, "an erased person neither was there nor left");
        for stage in &view.stages {
            let moved = stage.movement.unwrap();
            assert_eq!(stage.count, moved.before + moved.entered - moved.left, "{}", stage.name);
        }
    }
    assert!(asked().await.moves.is_empty(), "who moved is erased");
    assert_eq!(
        line(&home(&house).get(house.workspace, house.bot, 7).await.unwrap(), "churned").movement,
        movement(1, 0, 0)
    );
}

#[tokio::test]
async fn the_movement_is_since_the_beginning_of_the_first_day_that_is_shown() {
    let house = House::new().await;
    for (telegram_id, days) in [(1, 7), (2, 6), (3, 0)] {
        house.person(telegram_id, "P", days).await;
    }
    let view = home(&house).get(house.workspace, house.bot, 7).await.unwrap();
    let before: u64 = view.stages.iter().map(|stage| stage.movement.unwrap().before).sum();
    assert_eq!(before, 1, "who came a day before the first bar was there");
    assert_eq!(view.people, before + total(&view.joined));
}

#[tokio::test]
async fn days_count_people_once_and_follow_the_log() {
    let house = House::new().await;
    let room = home(&house);
    let ada = house.person(1, "Ada", 3).await;
    let bob = house.person(2, "Bob", 100).await;
    for hour in [1, 2, 26] {
        house.says(ada, NOW - hour * 3_600_000, "hello").await;
    }
    house.says(bob, NOW - 3_600_000, "hello").await;
    house
        .record(
            bob,
            NOW - 1_000,
            domain::event::EventBody::Conversion { object: "x".into(), value: None, currency: None },
        )
        .await;
    let view = room.get(house.workspace, house.bot, 7).await.unwrap();
    assert_eq!(view.active.len(), 7);
    let day = |place: usize| (view.active[place].day.as_str(), view.active[place].counted.count());
    assert_eq!((day(6), day(5)), (("2026-11-24", 2), ("2026-11-23", 1)));
    assert_eq!((total(&view.joined), view.joined[3].counted.count()), (1, 1), "{:?}", view.joined);

    // What happens later is added to what is kept.
    house.says(bob, NOW - 26 * 3_600_000, "told late").await;
    let view = room.get(house.workspace, house.bot, 7).await.unwrap();
    assert_eq!(view.active[5].counted.count(), 2);
    assert_eq!(view, home(&house).get(house.workspace, house.bot, 7).await.unwrap(), "as if asked first");
}

#[tokio::test]
async fn everyone_is_counted_once_by_why_they_cannot_be_written_to() {
    let house = House::new().await;
    let room = home(&house);
    let mut ids = Vec::new();
    for number in 0..5_i64 {
        ids.push(house.person(number + 1, "P", 5).await);
    }
    let reach = async |id: domain::ids::ContactId, change: crate::journal::Reach| {
        house
            .write(move |tx| {
                let mut contact = store::contacts::get(tx, id.bot(), id.number())?.unwrap();
                crate::journal::append(tx, id.bot(), |journal| {
                    journal.set_reachability(&mut contact, NOW - 1_000, change)
                })
            })
            .await;
    };
    use crate::journal::Reach;
    reach(ids[0], Reach::Blocked).await;
    reach(ids[0], Reach::OptedOut).await;
    reach(ids[1], Reach::OptedOut).await;
    let view = room.get(house.workspace, house.bot, 7).await.unwrap();
    assert_eq!((view.people, view.reachable), (5, 3));
    assert_eq!(reasons(&view), [1, 0, 0, 1]);
    assert_eq!(total(&view.blocked_by_day), 1);
    assert_eq!(view.blocked_in_days.count(), 1);
    reach(ids[2], Reach::Deactivated).await;
    reach(ids[3], Reach::Blocked).await;
    reach(ids[0], Reach::Unblocked).await;
    let view = room.get(house.workspace, house.bot, 7).await.unwrap();
    assert_eq!(reasons(&view), [1, 1, 0, 2]);
    assert_eq!(view.blocked_in_days.count(), 2, "whoever unblocked it since had blocked it in these days");
    assert_eq!(view.people - view.reachable, reasons(&view).iter().sum::<u64>());
    assert_eq!(view, home(&house).get(house.workspace, house.bot, 7).await.unwrap(), "as if asked first");
}

/// In the night to 28 March 2027 Berlin's clocks went from 2 to 3: six times 24 hours before 0:30 lie on the eighth
/// day. In the night to 31 October they went back.
#[tokio::test]
async fn those_who_blocked_are_the_sum_of_their_days_when_the_clocks_change() {
    for (half_past_midnight, days) in
        [(1_806_359_400_000_i64, 7), (1_825_111_800_000, 7), (1_806_359_400_000, 1)]
    {
        let house = House::new().await;
        let workspace = house.workspace;
        house
            .write(move |tx| {
                let row = store::team::workspace(tx, workspace)?.unwrap();
                let moved = store::team::Workspace { time_zone: "Europe/Berlin".into(), ..row };
                Ok(store::team::update_workspace(tx, &moved)?)
            })
            .await;
        for person in 0..9_i64 {
            let id = house.person(person + 1, "P", 5).await;
            // One a day, ten minutes before midnight; the last two came back and blocked it again.
            let at = |days_ago: i64| half_past_midnight - 40 * 60_000 - days_ago * DAY_MS;
            let blocked = domain::event::EventBody::Blocked { charged: None, found: false };
            house.record(id, at(person), blocked.clone()).await;
            if person >= 7 {
                house.record(id, at(person - 5), blocked).await;
            }
        }
        house.clock.set(half_past_midnight);
        let view = home(&house).get(house.workspace, house.bot, days).await.unwrap();
        assert_eq!(view.blocked_by_day.len(), days as usize);
        assert_eq!(total(&view.blocked_by_day), view.blocked_in_days.count(), "{:?}", view.blocked_by_day);
        assert!(days == 1 || view.blocked_in_days.count() >= 7, "{:?}", view.blocked_by_day);
    }
}

#[tokio::test]
async fn suggestions_list_exactly_the_people_that_they_count() {
    let house = House::new().await;
    let soon = house.person(1, "Soon", 60).await;
    house.says(soon, NOW - 27 * DAY_MS, "hello").await;
    let asks = house.person(2, "Asks", 60).await;
    let bought = house.person(3, "Bought", 60).await;
    for day in 1..=3 {
        house.record(asks, NOW - day * DAY_MS, press("pricing")).await;
        house.record(bought, NOW - day * DAY_MS, press("pricing")).await;
    }
    let purchase =
        domain::event::EventBody::Conversion { object: "purchase".into(), value: None, currency: None };
    house.record(bought, NOW, purchase).await;
    house.person(4, "Began", 5).await;
    let view = home(&house).get(house.workspace, house.bot, 7).await.unwrap();
    let found: Vec<(&str, u64)> =
        view.suggestions.iter().map(|found| (found.code.into_str(), found.people.count())).collect();
    assert_eq!(found, [("churning_soon", 1), ("pressed_no_purchase", 1), ("began_and_stopped", 1)]);
    let contacts = crate::contacts::Contacts::new(
        house.store.clone(),
        house.secrets.clone(),
        house.clock(),
        house.people.clone(),
    );
    for (suggestion, name) in view.suggestions.iter().zip(["Soon", "Asks", "Began"]) {
        let query = crate::contacts::ListQuery {
            expression: Some(suggestion.people.people().clone()),
            q: String::new(),
            order: crate::contacts::Order::Name,
            after: None,
            limit: 10,
        };
        let page = contacts.list(house.workspace, house.bot, query).await.unwrap();
        let names: Vec<&str> = page.items.iter().map(|person| person.name.as_str()).collect();
        assert_eq!(names, [name], "{}", suggestion.code.into_str());
    }
    contacts
        .change_tags(house.workspace, soon, &["x".into()], &[], Origin::Api)
        .await
        .expect("a page that was asked leaves the house usable");
}

#[tokio::test]
async fn a_press_without_a_name_suggests_nothing_and_breaks_nothing() {
    let house = House::new().await;
    let ada = house.person(1, "Ada", 60).await;
    for day in 1..=3 {
        house.record(ada, NOW - day * DAY_MS, press("")).await;
    }
    let view = home(&house).get(house.workspace, house.bot, 7).await.unwrap();
    assert!(view.suggestions.iter().all(|found| found.code != SuggestionCode::PressedNoPurchase));
}

fn past_campaign(created_by: Option<domain::ids::MemberId>, sent_at: i64) -> Campaign {
    Campaign {
        id: CampaignId(0),
        name: "Weekly".into(),
        course: Course {
            status: Status::Done,
            audience_count: 60,
            send_up_to: 60,
            started_at: Some(sent_at),
            finished_at: Some(sent_at),
            ..Course::draft()
        },
        audience: json!({"all": []}),
        message: json!({"text": "Hi"}),
        held_out_percent: 0.0,
        canary: None,
        frozen_at: None,
        frozen_number: None,
        left_out: 0,
        version: 1,
        created_by,
        created_at: sent_at,
    }
}

/// A finished campaign to the first 60 people, of whom the first 30 had the tag `tech` and 20 pressed.
async fn campaign(
    house: &House,
    ids: &[domain::ids::ContactId],
    created_by: Option<domain::ids::MemberId>,
) -> CampaignId {
    let (bot, numbers): (BotId, Vec<u32>) =
        (house.bot, ids.iter().take(60).map(|id| id.number().0).collect());
    let sent_at = NOW - 3 * DAY_MS;
    house
        .write(move |tx| {
            let bytes = |numbers: &[u32]| {
                let mut bytes = Vec::new();
                let written = numbers.iter().copied().collect::<RoaringBitmap>().serialize_into(&mut bytes);
                written.map(|()| bytes).unwrap()
            };
            let row = past_campaign(created_by, sent_at);
            let id = campaigns::insert(tx, bot, &row)?;
            let done = Campaign { id, frozen_at: Some(sent_at), frozen_number: Some(1), ..row };
            campaigns::update(tx, bot, &done)?;
            for (kind, key, people) in
                [(SetKind::Audience, "", &numbers[..]), (SetKind::Tag, "tech", &numbers[..30])]
            {
                let set = campaigns::FrozenSet { kind, key: key.into(), bitmap: bytes(people) };
                campaigns::put_set(tx, bot, id, &set)?;
            }
            let lines: Vec<_> =
                numbers.iter().map(|number| (domain::ids::ContactNumber(*number), false)).collect();
            store::recipients::insert(tx, bot, id, 0, &lines)?;
            crate::journal::append(tx, bot, |journal| {
                use domain::event::{EventBody, Outcome, OutcomeChange};
                journal.record(None, sent_at, EventBody::CampaignStarted { campaign: id })?;
                let mut changes = Vec::new();
                for (position, (contact, _)) in (0..).zip(&lines) {
                    let change = store::recipients::Change {
                        position,
                        from: Outcome::Pending,
                        to: Outcome::Sent,
                        at: Some(sent_at),
                        message_id: Some(1),
                        reason: None,
                    };
                    store::recipients::change(tx, bot, id, &change)?;
                    changes.push(OutcomeChange { contact: *contact, outcome: Outcome::Sent, at: sent_at });
                }
                journal.record(None, sent_at, EventBody::Outcomes { campaign: id, changes })?;
                for (contact, _) in &lines[10..30] {
                    let body = EventBody::Button {
                        object: "Yes".into(),
                        message_id: None,
                        campaign: Some(id),
                        place: None,
                    };
                    journal.record(Some(*contact), sent_at + 1_000, body)?;
                }
                Ok(id)
            })
        })
        .await
}

#[tokio::test]
async fn a_tag_whose_people_answered_best_is_suggested_for_the_rest_of_them() {
    let house = House::new().await;
    let contacts = crate::contacts::Contacts::new(
        house.store.clone(),
        house.secrets.clone(),
        house.clock(),
        house.people.clone(),
    );
    let mut ids = Vec::new();
    // The log goes on in time: what is asked about two days ago lies behind the campaign.
    house.clock.set(NOW - 9 * DAY_MS);
    for number in 0..65_i64 {
        let id = house.person(number + 1, "P", 20).await;
        house.says(id, NOW - 10 * DAY_MS, "hello").await;
        // 30 of those who get it, and the last three, who do not.
        if !(30..62).contains(&number) {
            contacts.change_tags(house.workspace, id, &["tech".into()], &[], Origin::Api).await.unwrap();
        }
        ids.push(id);
    }
    assert_eq!(
        home(&house).get(house.workspace, house.bot, 2).await.unwrap().checklist,
        Checklist::default()
    );
    house.clock.set(NOW);
    let campaign = campaign(&house, &ids, Some(house.owner)).await;
    let view = home(&house).get(house.workspace, house.bot, 2).await.unwrap();
    let found = view.suggestions.iter().find(|found| found.code == SuggestionCode::ResponsiveTag).unwrap();
    assert_eq!(found.people.count(), 3);
    assert_eq!(Value::Object(found.params.clone()), json!({"tag": "tech", "percent": 67.0}));
    assert_eq!(view.checklist, Checklist { campaign: true, answers: true, ..Checklist::default() });

    let from_report = json!({"campaign": {"id": campaign, "outcome": "clicked"}});
    let (workspace, bot) = (house.workspace, house.bot);
    house
        .write(move |tx| {
            let segment = segments::Segment {
                id: domain::ids::SegmentId(0),
                bot,
                name: "Pressed".into(),
                description: String::new(),
                expression: from_report,
                version: 1,
                created_at: NOW,
                updated_at: NOW,
            };
            segments::insert(tx, workspace, &segment)?;
            Ok(())
        })
        .await;
    let list = home(&house).get(house.workspace, house.bot, 2).await.unwrap().checklist;
    assert_eq!((list.segment, list.report, list.flow), (true, true, false));
}

#[tokio::test]
async fn the_moment_of_a_number_is_found_in_spite_of_what_was_told_late() {
    let house = House::new().await;
    let ada = house.person(1, "Ada", 60).await;
    let mut last = 0;
    for hour in 0..400_i64 {
        last = house.says(ada, NOW - (400 - hour) * 3_600_000, "hello").await;
        if hour % 7 == 0 {
            let late =
                domain::event::EventBody::Conversion { object: "x".into(), value: None, currency: None };
            last = house.record(ada, NOW - 100 * DAY_MS, late).await;
        }
    }
    let log = house.log().await;
    for hours in [1, 57, 200, 399] {
        let moment = NOW - hours * 3_600_000 + 1;
        let bot = house.bot;
        let found = house.store.reader().read(move |tx| number_at(tx, bot, last, moment)).await.unwrap();
        let known = log.iter().filter(|event| event.number <= found && event.at >= moment).count();
        let missing = log
            .iter()
            .filter(|event| event.number > found && event.body.kind() == "message" && event.at < moment);
        assert_eq!((known, missing.count()), (0, 0), "{hours} hours back");
    }
}

#[tokio::test]
async fn another_workspace_sees_no_page_and_days_are_bounded() {
    let house = House::new().await;
    let (other, _, _) = house.neighbour().await;
    let room = home(&house);
    assert_eq!(room.get(other, house.bot, 7).await.err(), Some(EngineError::NotFound("bot")));
    for days in [0, 91] {
        assert!(matches!(room.get(house.workspace, house.bot, days).await, Err(EngineError::Invalid(_))));
    }
    let empty = room.get(house.workspace, house.bot, 90).await.unwrap();
    assert_eq!((empty.people, empty.joined.len(), empty.suggestions.len()), (0, 90, 0));
    assert_eq!(empty.checklist, Checklist::default());
}

#[tokio::test]
async fn what_a_bot_came_with_is_nobodys_step() {
    let house = House::new().await;
    let (workspace, bot) = (house.workspace, house.bot);
    let steps = async || {
        let list = home(&house).get(workspace, bot, 2).await.unwrap().checklist;
        (list.flow, list.segment)
    };
    let born = house.write(move |tx| Ok(bots::get(tx, workspace, bot)?.unwrap().created_at)).await;
    for (at, done) in [(born, (false, false)), (NOW, (true, true))] {
        house
            .write(move |tx| {
                flows::insert(tx, bot, &format!("Menu of {at}"), &json!({}), at)?;
                let segment = segments::Segment {
                    id: domain::ids::SegmentId(0),
                    bot,
                    name: format!("Tech of {at}"),
                    description: String::new(),
                    expression: json!({"reachable": true}),
                    version: 1,
                    created_at: at,
                    updated_at: at,
                };
                segments::insert(tx, workspace, &segment)?;
                Ok(())
            })
            .await;
        assert_eq!(steps().await, done);
    }
}
