//! The store against SQLite's own answers.

use domain::event::{Event, EventBody, Outcome};
use domain::ids::{BotId, CampaignId, ContactNumber, WorkspaceId};

use crate::{Store, StoreError, StoreOptions, WriteTx, bots, events, recipients, settings, team};

fn open() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&StoreOptions::new(folder.path())).unwrap();
    (folder, store)
}

fn bot(tx: &WriteTx<'_>, telegram_id: i64) -> Result<(WorkspaceId, BotId), StoreError> {
    let workspace = team::insert_workspace(tx, "Lantern", "UTC", 1)?;
    let new = bots::NewBot {
        telegram_id,
        username: "lantern_bot",
        name: "Lantern",
        token_sealed: b"sealed",
        bulk_per_second: None,
        now: 1,
    };
    Ok((workspace, bots::insert(tx, workspace, &new)?))
}

#[tokio::test]
async fn a_failed_piece_of_work_leaves_its_neighbours_in_the_same_commit() {
    let (_folder, store) = open();
    let good = store.write(|tx| settings::set(tx, "good", "1"));
    let bad = store.write(|tx| {
        settings::set(tx, "bad", "1")?;
        Err::<(), _>(StoreError::Duplicate("a test"))
    });
    let panics = store.write(|tx| {
        settings::set(tx, "panics", "1")?;
        assert!(settings::get(tx, "panics")?.is_none(), "on purpose");
        Ok::<_, StoreError>(())
    });
    let (good, bad, panics) = tokio::join!(good, bad, panics);
    assert_eq!(good, Ok(()));
    assert_eq!(bad, Err(StoreError::Duplicate("a test")));
    assert!(panics.unwrap_err().to_string().contains("on purpose"));
    let read = store
        .reader()
        .read(|tx| {
            Ok::<_, StoreError>((
                settings::get(tx, "good")?,
                settings::get(tx, "bad")?,
                settings::get(tx, "panics")?,
            ))
        })
        .await
        .unwrap();
    assert_eq!(read, (Some("1".into()), None, None));
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_opening_again() {
    let (folder, store) = open();
    let workspace = store.write(|tx| bot(tx, 7)).await.unwrap().0;
    store.close().await;
    let store = Store::open(&StoreOptions::new(folder.path())).unwrap();
    let found = store.reader().read(move |tx| bots::list(tx, workspace)).await.unwrap();
    assert_eq!(found.iter().map(|bot| bot.telegram_id).collect::<Vec<_>>(), [7]);
}

#[tokio::test]
async fn a_folder_serves_one_server_and_any_number_of_commands() {
    let (folder, store) = open();
    let second = Store::open(&StoreOptions::new(folder.path()));
    assert!(matches!(second.err(), Some(StoreError::InUse(_))));
    let beside = Store::open(&StoreOptions { exclusive: false, ..StoreOptions::new(folder.path()) }).unwrap();
    beside.write(|tx| settings::set(tx, "from", "beside")).await.unwrap();
    let seen = store.reader().read(|tx| settings::get(tx, "from")).await.unwrap();
    assert_eq!(seen.as_deref(), Some("beside"));
}

#[test]
fn an_unwritable_folder_is_said_in_a_sentence() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = Store::open(&StoreOptions::new(file.path().join("below"))).err().unwrap();
    assert!(error.to_string().contains("--data"), "{error}");
}

#[tokio::test]
async fn a_bot_belongs_to_one_workspace_and_is_not_seen_from_another() {
    let (_folder, store) = open();
    let (workspace, id) = store.write(|tx| bot(tx, 7)).await.unwrap();
    let again = store.write(|tx| bot(tx, 7)).await;
    assert_eq!(again, Err(StoreError::Duplicate("this bot")));
    let other = WorkspaceId(workspace.0 + 1);
    let found = store.reader().read(move |tx| bots::get(tx, other, id)).await.unwrap();
    assert_eq!(found, None);
}

#[tokio::test]
async fn readers_cannot_write() {
    let (_folder, store) = open();
    let error = store
        .reader()
        .read(|tx| {
            let borrowed = WriteTx(crate::ReadTx(tx.0));
            settings::set(&borrowed, "x", "y")
        })
        .await;
    assert!(error.unwrap_err().to_string().contains("readonly"));
}

#[tokio::test]
async fn events_come_back_as_they_went_in() {
    let (_folder, store) = open();
    let (_, bot) = store.write(|tx| bot(tx, 7)).await.unwrap();
    let event = Event {
        number: 1,
        contact: Some(ContactNumber(4)),
        at: 99,
        body: EventBody::Button { object: "价格".into(), message_id: None, campaign: Some(CampaignId(3)) },
        windows: vec![CampaignId(3), CampaignId(2)],
    };
    let stored = event.clone();
    store.write(move |tx| events::append(tx, bot, &stored)).await.unwrap();
    let found = store.reader().read(move |tx| events::after(tx, bot, 0, 10)).await.unwrap();
    assert_eq!(found, [event]);
}

#[tokio::test]
async fn the_ledgers_counts_move_with_its_lines() {
    let (_folder, store) = open();
    let campaign = CampaignId(1);
    let counts = store
        .write(move |tx| {
            let (_, bot) = bot(tx, 7)?;
            let people: Vec<_> = (0..10).map(|n| (ContactNumber(n), n % 5 == 0)).collect();
            recipients::insert(tx, bot, campaign, 0, &people)?;
            let lease = |position| recipients::Change {
                position,
                from: Outcome::Pending,
                to: Outcome::Leased,
                at: Some(5),
                message_id: None,
                reason: None,
            };
            assert!(recipients::change(tx, bot, campaign, &lease(1))?);
            assert!(!recipients::change(tx, bot, campaign, &lease(1))?, "leased once");
            assert!(!recipients::change(tx, bot, campaign, &lease(0))?, "held out is never leased");
            let counted = recipients::counts(tx, bot, campaign)?;
            let mut stood = std::collections::BTreeMap::new();
            recipients::each(tx, bot, campaign, |line| *stood.entry(line.outcome).or_insert(0) += 1)?;
            assert_eq!(counted.iter().copied().collect::<std::collections::BTreeMap<_, _>>(), stood);
            assert_eq!(recipients::position_after(tx, bot, campaign, 2)?, Some(4));
            Ok::<_, StoreError>(counted)
        })
        .await
        .unwrap();
    assert_eq!(counts, [(Outcome::Pending, 7), (Outcome::Leased, 1), (Outcome::HeldOut, 2)]);
}

#[tokio::test]
async fn a_ledger_can_be_narrowed_to_those_who_pressed_one_button() {
    let (_folder, store) = open();
    let campaign = CampaignId(1);
    let pressed = |number, contact, button: &str, campaign| Event {
        number,
        contact: Some(ContactNumber(contact)),
        at: 5,
        body: EventBody::Button { object: button.into(), message_id: None, campaign },
        windows: vec![],
    };
    let found = store
        .write(move |tx| {
            let (_, bot) = bot(tx, 7)?;
            let people: Vec<_> = (0..6).map(|n| (ContactNumber(n), false)).collect();
            recipients::insert(tx, bot, campaign, 0, &people)?;
            let presses = [
                pressed(1, 4, "Yes", Some(campaign)),
                pressed(2, 4, "Yes", Some(campaign)),
                pressed(3, 1, "Yes", Some(campaign)),
                pressed(4, 2, "No", Some(campaign)),
                pressed(5, 3, "Yes", Some(CampaignId(2))),
                pressed(6, 5, "Yes", None),
            ];
            for event in &presses {
                events::append(tx, bot, event)?;
            }
            let who = |outcomes: &[Outcome], button, after| {
                let lines = recipients::list(tx, bot, campaign, outcomes, button, after, 10)?;
                Ok::<_, StoreError>(lines.iter().map(|line| line.contact.0).collect::<Vec<_>>())
            };
            assert_eq!(events::buttons(tx, bot, campaign)?, [("Yes".to_owned(), 2), ("No".to_owned(), 1)]);
            assert_eq!(who(&[], None, -1)?.len(), 6);
            assert_eq!(who(&[Outcome::Sent], Some("Yes"), -1)?, [] as [u32; 0]);
            assert_eq!(who(&[], Some("Yes"), 1)?, [4], "after a position");
            who(&[Outcome::Pending], Some("Yes"), -1)
        })
        .await
        .unwrap();
    assert_eq!(found, [1, 4], "in the campaign's order, each once");
}

/// What SQLite's planner itself says of the statements that every update and every round run.
#[tokio::test]
async fn one_persons_rows_are_found_without_walking_everybodys() {
    let (_folder, store) = open();
    let plans = store
        .write(|tx| {
            let mut plans = Vec::new();
            for (sql, index) in [
                ("SELECT * FROM events WHERE bot_id = $1 AND contact = $2 AND at >= $3", "events_contact"),
                (
                    "SELECT * FROM events WHERE bot_id = $1 AND contact = $2 AND number < $3 ORDER BY number DESC",
                    "events_contact",
                ),
                ("SELECT * FROM events WHERE bot_id = $1 AND campaign = $2 AND kind = $3", "events_campaign"),
                ("SELECT * FROM outbox WHERE bot_id = $1 AND lane = $2 AND state = 0 ORDER BY id LIMIT $3", "outbox_waiting"),
                ("SELECT * FROM outbox WHERE bot_id = $1 AND state = 1 ORDER BY id", "outbox_leased"),
                ("SELECT * FROM outbox WHERE bot_id = $1 AND contact = $2 AND created_at < $3", "outbox_contact"),
                ("SELECT * FROM recipients WHERE bot_id = $1 AND contact = $2 AND at < $3 AND at >= $4", "recipients_contact"),
                (
                    "SELECT * FROM recipients WHERE bot_id = $1 AND campaign = $2 AND state IN (0, 7) \
                     AND position < $3 ORDER BY position LIMIT $4",
                    "recipients_waiting",
                ),
                (
                    "SELECT * FROM recipients WHERE bot_id = $1 AND campaign = $2 AND state = 1 ORDER BY position",
                    "recipients_leased",
                ),
                ("SELECT * FROM contacts WHERE bot_id = $1 AND telegram_id = $2", "contacts_telegram"),
                ("DELETE FROM updates_seen WHERE bot_id = $1 AND at < $2", "updates_seen_at"),
            ] {
                let mut statement = tx.0.0.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
                let mut rows = statement.raw_query();
                let mut plan = String::new();
                while let Some(row) = rows.next()? {
                    plan.push_str(&row.get::<_, String>(3)?);
                }
                plans.push((sql, index, plan));
            }
            Ok::<_, StoreError>(plans)
        })
        .await
        .unwrap();
    for (sql, index, plan) in plans {
        assert!(plan.contains(&format!("INDEX {index} ")), "{sql}\n{plan}");
    }
}
