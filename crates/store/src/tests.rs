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
