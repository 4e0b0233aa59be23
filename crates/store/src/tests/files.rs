//! What a SQLite file alone can say.

use domain::ids::MemberId;

use super::House;
use crate::conversations::{Filter, Order, list_sql};
use crate::search::Search;
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
        let Backend::Sqlite(connection) = tx.backend() else { return Err(StoreError::NotSqlite) };
        connection.execute_batch("ROLLBACK")?;
        // Work that makes nothing of a failure goes on.
        assert!(settings::set(tx, "within", "1").is_err());
        assert!(tx.savepoint(|tx| settings::set(tx, "within", "1")).is_err());
        assert!(tx.next_id("within").is_err());
        Err::<(), _>(StoreError::Duplicate("a test"))
    });
    let after = store.write(|tx| settings::set(tx, "after", "1"));
    let (before, ends, after) = tokio::join!(biased; before, ends, after);
    let read = store.reader().read(|tx| {
        Ok::<_, StoreError>((settings::get(tx, "before")?.is_some(), settings::get(tx, "after")?.is_some()))
    });
    let read = read.await.unwrap();
    assert_eq!(read, (before.is_ok(), after.is_ok()), "who hears of a failure finds nothing done");
    assert_eq!(ends, Err(StoreError::Duplicate("a test")));
    let within = store.reader().read(|tx| settings::get(tx, "within")).await.unwrap();
    assert_eq!(within, None, "nothing stands by itself");
    store.write(|tx| settings::set(tx, "later", "1")).await.unwrap();
}

/// How many pages the file may have; 0 for those that it has.
fn allow_pages(tx: &crate::WriteTx<'_>, pages: u32) -> Result<(), StoreError> {
    let Backend::Sqlite(connection) = tx.backend() else { return Err(StoreError::NotSqlite) };
    let present = connection.query_row("PRAGMA page_count", [], |row| row.get(0))?;
    let pages = if pages == 0 { present } else { pages };
    let sql = format!("PRAGMA max_page_count = {pages}");
    Ok(connection.query_row(&sql, [], |row| row.get::<_, u32>(0)).map(drop)?)
}

#[tokio::test]
async fn a_full_disk_is_told_and_what_has_no_room_is_not_there() {
    let house = House::sqlite();
    let store = house.open();
    store.write(|tx| allow_pages(tx, 0)).await.unwrap();
    let long = "long words ".repeat(100_000);
    let refused = store.write(move |tx| {
        settings::set(tx, "short", "1")?;
        settings::set(tx, "long", &long)
    });
    let refused = refused.await;
    assert_eq!(refused, Err(StoreError::Full));
    assert!(refused.unwrap_err().to_string().contains("disk is full"));
    let there = |tx: &crate::ReadTx<'_>| {
        Ok::<_, StoreError>((settings::get(tx, "short")?, settings::get(tx, "long")?))
    };
    assert_eq!(store.reader().read(there).await.unwrap(), (None, None));
    store.write(|tx| allow_pages(tx, u32::MAX - 1)).await.unwrap();
    store.write(|tx| settings::set(tx, "short", "2")).await.unwrap();
    assert_eq!(store.reader().read(there).await.unwrap(), (Some("2".into()), None), "it goes on by itself");
}

fn plan(connection: &rusqlite::Connection, sql: &str) -> Result<String, StoreError> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    let mut rows = statement.raw_query();
    let mut plan = String::new();
    while let Some(row) = rows.next()? {
        plan.push_str(&row.get::<_, String>(3)?);
    }
    Ok(plan)
}

/// A page of conversations begins at its place in the index, not at the start, and nothing is sorted.
#[tokio::test]
async fn pages_of_conversations_are_walked_from_their_place() {
    let store = House::sqlite().open();
    let filters = [Filter::Mine(MemberId(1)), Filter::Unassigned, Filter::Open, Filter::Closed, Filter::All];
    let plans = store.write(move |tx| {
        let Backend::Sqlite(connection) = tx.backend() else { return Err(StoreError::NotSqlite) };
        let mut plans = Vec::new();
        for filter in filters {
            let of = |order| plan(connection, &list_sql(filter, order, &Search::of("")));
            plans.push((filter, of(Order::Latest)?, of(Order::Waiting)?));
        }
        Ok::<_, StoreError>(plans)
    });
    for (filter, latest, waiting) in plans.await.unwrap() {
        for (plan, index) in [
            (latest, "INDEX conversations_recent (bot_id=? AND last_at<?)"),
            (waiting, "INDEX conversations_waiting (bot_id=? AND waiting_since>?)"),
        ] {
            assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{filter:?}: {plan}");
        }
    }
}

/// What SQLite's planner itself says of the statements that every update and every round run.
#[tokio::test]
async fn one_persons_rows_are_found_without_walking_everybodys() {
    let house = House::sqlite();
    let store = house.open();
    let plans = store
        .write(|tx| {
            let mut plans = Vec::new();
            let Backend::Sqlite(connection) = tx.backend() else { return Err(StoreError::NotSqlite) };
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
                plans.push((sql, index, plan(connection, sql)?));
            }
            Ok::<_, StoreError>(plans)
        })
        .await
        .unwrap();
    for (sql, index, plan) in plans {
        assert!(plan.contains(&format!("INDEX {index} ")), "{sql}\n{plan}");
    }
}
