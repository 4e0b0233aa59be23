//! What a SQLite file alone can say.

use super::House;
use crate::sql::Backend;
use crate::{Store, StoreError, StoreOptions, settings};

#[test]
fn an_unwritable_folder_is_said_in_a_sentence() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = Store::open(&StoreOptions::new(file.path().join("below"))).err().unwrap();
    assert!(error.to_string().contains("--data"), "{error}");
}

/// SQLite ends a transaction by itself when the disk is full, for one.
#[tokio::test]
async fn nothing_runs_after_the_database_gave_the_transaction_up() {
    let house = House::sqlite();
    let store = house.open();
    let before = store.write(|tx| settings::set(tx, "before", "1"));
    let ends = store.write(|tx| {
        let Backend::Sqlite(connection) = &tx.0.0 else { return Err(StoreError::NotSqlite) };
        connection.execute_batch("ROLLBACK")?;
        Err::<(), _>(StoreError::Duplicate("a test"))
    });
    let after = store.write(|tx| settings::set(tx, "after", "1"));
    let (before, ends, after) = tokio::join!(biased; before, ends, after);
    let read = store.reader().read(|tx| {
        Ok::<_, StoreError>((settings::get(tx, "before")?.is_some(), settings::get(tx, "after")?.is_some()))
    });
    let read = read.await.unwrap();
    assert_eq!(read, (before.is_ok(), after.is_ok()), "who hears of a failure finds nothing done");
    assert!(ends.is_err());
    store.write(|tx| settings::set(tx, "later", "1")).await.unwrap();
}

/// What SQLite's planner itself says of the statements that every update and every round run.
#[tokio::test]
async fn one_persons_rows_are_found_without_walking_everybodys() {
    let house = House::sqlite();
    let store = house.open();
    let plans = store
        .write(|tx| {
            let mut plans = Vec::new();
            let Backend::Sqlite(connection) = &tx.0.0 else { return Err(StoreError::NotSqlite) };
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
                     AND position >= $3 AND position < $4 ORDER BY position LIMIT $5",
                    "recipients_waiting",
                ),
                (
                    "SELECT * FROM recipients WHERE bot_id = $1 AND campaign = $2 AND state = 1 ORDER BY position",
                    "recipients_leased",
                ),
                ("SELECT * FROM contacts WHERE bot_id = $1 AND telegram_id = $2", "contacts_telegram"),
                ("DELETE FROM updates_seen WHERE bot_id = $1 AND at < $2", "updates_seen_at"),
            ] {
                let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
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
