//! What a PostgreSQL server alone can do to a store.

use std::sync::Arc;

use super::House;
use crate::server::{Connection, NotCommitted, Server, Side, Statements as _};
use crate::{ReadTx, Store, StoreError, StoreOptions, Synchronous, settings};

/// The store's refusal to open a URL.
fn refusal(url: &str) -> StoreError {
    let mut house = House::sqlite();
    house.options.postgres_url = Some(url.to_owned());
    Store::open(&house.options).err().unwrap()
}

#[test]
fn a_server_that_does_not_answer_is_said_in_a_sentence() {
    // Port 1 of this machine: nobody listens there.
    let error = refusal("postgres://muster:secret@127.0.0.1:1/muster");
    assert!(
        matches!(&error, StoreError::Unreachable { server, .. } if server == "127.0.0.1/muster"),
        "{error}"
    );
    let said = error.to_string();
    assert!(said.contains("database_url") && !said.contains("secret"), "{said}");
    let error = refusal("postgres://[");
    assert!(matches!(error, StoreError::Unreachable { .. }), "{error}");
}

#[tokio::test]
async fn a_database_of_a_newer_muster_is_refused() {
    let Some(house) = House::postgres() else { return };
    let store = house.open();
    let newer = |tx: &crate::WriteTx<'_>| tx.run("INSERT INTO schema_version (version) VALUES (999)", &[]);
    store.write(newer).await.unwrap();
    store.close().await;
    let error = Store::open(&house.options).err().unwrap();
    assert!(matches!(error, StoreError::TooNew { found: 999, .. }), "{error}");
}

async fn kill_sessions_of_others(house: &House) {
    let killer = house.open_beside();
    let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    killer.reader().read(move |tx: &ReadTx<'_>| tx.rows(sql, &[], |_| Ok(()))).await.unwrap();
}

#[tokio::test]
async fn a_lost_connection_fails_who_waits_for_it_and_nobody_after() {
    let Some(house) = House::postgres() else { return };
    let store = house.open();
    store.write(|tx| settings::set(tx, "before", "1")).await.unwrap();
    // Idle connections are lost: the next reader and writer make new ones.
    kill_sessions_of_others(&house).await;
    store.write(|tx| settings::set(tx, "after", "1")).await.unwrap();
    let after = store.reader().read(|tx| settings::get(tx, "after")).await.unwrap();
    assert_eq!(after.as_deref(), Some("1"));
    // The writer's own connection is lost in the middle of its work.
    let lost = store
        .write(|tx| {
            settings::set(tx, "lost", "1")?;
            tx.rows("SELECT pg_terminate_backend(pg_backend_pid())", &[], |_| Ok(()))
        })
        .await;
    assert!(lost.is_err());
    store.write(|tx| settings::set(tx, "later", "1")).await.unwrap();
    let found = store
        .reader()
        .read(|tx| Ok::<_, StoreError>((settings::get(tx, "lost")?, settings::get(tx, "later")?)));
    assert_eq!(found.await.unwrap(), (None, Some("1".into())));
}

#[tokio::test]
async fn a_server_that_lost_its_database_to_another_writes_nothing_more() {
    let Some(house) = House::postgres() else { return };
    let first = house.open();
    kill_sessions_of_others(&house).await;
    let second = house.open();
    let refused = first.write(|tx| settings::set(tx, "from", "first")).await;
    assert!(matches!(refused, Err(StoreError::DatabaseInUse(_))), "{refused:?}");
    second.write(|tx| settings::set(tx, "from", "second")).await.unwrap();
    let options = StoreOptions { exclusive: false, ..house.options.clone() };
    let beside = Store::open(&options).unwrap();
    let from = beside.reader().read(|tx| settings::get(tx, "from")).await.unwrap();
    assert_eq!(from.as_deref(), Some("second"));
}

#[tokio::test]
async fn a_nul_in_a_text_is_taken_as_a_mark() {
    let Some(house) = House::postgres() else { return };
    let store = house.open();
    store.write(|tx| settings::set(tx, "name", "a\0b")).await.unwrap();
    let found = store.reader().read(|tx| settings::get(tx, "name")).await.unwrap();
    assert_eq!(found.as_deref(), Some("a\u{fffd}b"));
}

#[test]
fn a_commit_whose_answer_was_lost_is_asked_after() {
    let Some(house) = House::postgres() else { return };
    let url = house.options.postgres_url.as_deref().unwrap();
    let server = Arc::new(Server::of(url, Synchronous::Full, false).unwrap());
    let mut connection = Connection::open(&server, Side::Writes).unwrap();
    let mut id_of = |commits: bool| {
        let session = connection.begin().unwrap();
        let rows = session.query("SELECT pg_current_xact_id()::text", &[]).unwrap();
        if commits {
            assert!(session.commit().is_ok());
        }
        rows[0].get::<_, String>(0)
    };
    let (stands, undone) = (id_of(true), id_of(false));
    let lost = |id: String| NotCommitted { transaction: Some(id), error: StoreError::Closed };
    assert_eq!(connection.outcome_of(lost(stands)), Ok(()));
    assert_eq!(connection.outcome_of(lost(undone)), Err(StoreError::Closed));
    let not_sent = NotCommitted { transaction: None, error: StoreError::Closed };
    assert_eq!(connection.outcome_of(not_sent), Err(StoreError::Closed));
}

#[test]
fn a_broken_transaction_does_not_commit() {
    let Some(house) = House::postgres() else { return };
    let url = house.options.postgres_url.as_deref().unwrap();
    let server = Arc::new(Server::of(url, Synchronous::Full, false).unwrap());
    let mut connection = Connection::open(&server, Side::Writes).unwrap();
    let session = connection.begin().unwrap();
    assert!(session.batch("SELECT 1 / 0").is_err());
    assert!(session.commit().is_err());
}
