//! What a PostgreSQL server alone can do to a store.

use std::sync::Arc;

use domain::ids::{BotId, NodeId};

use super::House;
use crate::nodes::{self, Duty, Node};
use crate::server::{Connection, NotCommitted, Occupancy, Server, Side, Statements as _};
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

/// As an operator would, past the store: with the database's name for `$database`.
async fn administer(house: &House, statement: &'static str) {
    let url = house.options.postgres_url.clone().unwrap();
    let asked = tokio::task::spawn_blocking(move || {
        let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
        let name: String = client.query_one("SELECT current_database()", &[]).unwrap().get(0);
        client.batch_execute("SET default_transaction_read_only = off").unwrap();
        client.batch_execute(&statement.replace("$database", &name)).unwrap();
    });
    asked.await.unwrap();
}

const KILL_OTHERS: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
     WHERE datname = current_database() AND pid <> pg_backend_pid()";

#[tokio::test]
async fn a_lost_connection_fails_who_waits_for_it_and_nobody_after() {
    let Some(house) = House::postgres() else { return };
    let store = house.open();
    store.write(|tx| settings::set(tx, "before", "1")).await.unwrap();
    // Idle connections are lost: the next reader and writer make new ones.
    administer(&house, KILL_OTHERS).await;
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
async fn a_database_that_turned_read_only_is_said_and_is_written_again_by_itself() {
    let Some(house) = House::postgres() else { return };
    let store = house.open();
    store.write(|tx| settings::set(tx, "before", "1")).await.unwrap();
    administer(&house, "ALTER DATABASE $database SET default_transaction_read_only = on").await;
    administer(&house, KILL_OTHERS).await;
    for _ in 0..2 {
        let refused = store.write(|tx| settings::set(tx, "during", "1")).await;
        let Err(error @ StoreError::ReadOnly(_)) = refused else { panic!("{refused:?}") };
        assert!(error.is_outage());
        assert_eq!(store.reader().refusal(), Some(error), "whoever watches the server is told");
    }
    let before = store.reader().read(|tx| settings::get(tx, "before")).await.unwrap();
    assert_eq!(before.as_deref(), Some("1"), "reading goes on");
    // Nobody ends the sessions: those that were made meanwhile would stay read-only for ever.
    administer(&house, "ALTER DATABASE $database RESET default_transaction_read_only").await;
    store.write(|tx| settings::set(tx, "after", "1")).await.unwrap();
    assert_eq!(store.reader().refusal(), None);
}

#[tokio::test]
async fn a_server_that_lost_its_database_to_another_writes_nothing_more() {
    let Some(house) = House::postgres() else { return };
    let first = house.open();
    administer(&house, KILL_OTHERS).await;
    let second = house.open();
    let refused = first.write(|tx| settings::set(tx, "from", "first")).await;
    assert!(matches!(refused, Err(StoreError::DatabaseInUse(_))), "{refused:?}");
    second.write(|tx| settings::set(tx, "from", "second")).await.unwrap();
    let options = StoreOptions { exclusive: false, ..house.options.clone() };
    let beside = Store::open(&options).unwrap();
    let from = beside.reader().read(|tx| settings::get(tx, "from")).await.unwrap();
    assert_eq!(from.as_deref(), Some("second"));
}

/// The same database as another node has it.
fn open_as(house: &House, node: i64) -> Store {
    Store::open(&StoreOptions { node: Some(NodeId(node)), ..house.options.clone() }).unwrap()
}

#[tokio::test]
async fn nodes_share_a_database_and_somebody_alone_does_not() {
    let Some(house) = House::postgres() else { return };
    let (first, second) = (open_as(&house, 1), open_as(&house, 2));
    assert!(matches!(Store::open(&house.options), Err(StoreError::DatabaseInUse(_))));
    assert!(first.is_shared() && second.is_shared());
    first.close().await;
    second.close().await;
    let alone = house.open();
    assert!(!alone.is_shared());
    let node = StoreOptions { node: Some(NodeId(3)), ..house.options.clone() };
    assert!(matches!(Store::open(&node), Err(StoreError::DatabaseInUse(_))));
}

#[tokio::test]
async fn another_nodes_commits_are_heard_of() {
    let Some(house) = House::postgres() else { return };
    let (first, second) = (open_as(&house, 1), open_as(&house, 2));
    let mut news = second.committed();
    for round in 0..3 {
        if round == 2 {
            administer(&house, KILL_OTHERS).await;
        }
        let heard = async {
            // The first call is that listening began, or began anew.
            news.changed().await.unwrap();
            while settings_of(&second).await.as_deref() != Some(round.to_string().as_str()) {
                news.changed().await.unwrap();
            }
        };
        let told = first.write(move |tx| settings::set(tx, "round", &round.to_string()));
        let both = async { tokio::join!(told, heard) };
        let (told, ()) = tokio::time::timeout(std::time::Duration::from_secs(20), both).await.unwrap();
        told.unwrap();
    }
}

async fn settings_of(store: &Store) -> Option<String> {
    store.reader().read(|tx| settings::get(tx, "round")).await.unwrap()
}

fn take(store: &Store, node: i64) -> impl Future<Output = Result<Option<nodes::Hold>, StoreError>> + use<> {
    let store = store.clone();
    async move { store.write(move |tx| nodes::take(tx, BotId(1), Duty::Sending, NodeId(node), 60_000)).await }
}

#[tokio::test]
async fn a_duty_goes_on_when_its_node_is_killed_and_not_before() {
    let Some(house) = House::postgres() else { return };
    let (first, second) = (open_as(&house, 1), open_as(&house, 2));
    let held = take(&first, 1).await.unwrap().unwrap();
    assert_eq!(take(&second, 2).await.unwrap(), None, "its node is there");
    let node = Node { id: NodeId(1), name: "a".into(), roles: "web".into(), started_at: 1 };
    first.write(move |tx| nodes::seen(tx, &node, 60_000)).await.unwrap();
    let there = |standing: nodes::Standing| standing.nodes.iter().map(|node| node.id.0).collect::<Vec<_>>();
    assert_eq!(there(second.reader().read(nodes::standing).await.unwrap()), [1]);
    // The server sees at once that a killed process is gone, however long its lease.
    first.close().await;
    let gone = async {
        while !there(second.reader().read(nodes::standing).await.unwrap()).is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), gone).await.unwrap();
    let taken = take(&second, 2).await.unwrap().unwrap();
    assert_eq!(taken.fence, held.fence + 1);
    let stands =
        move |tx: &ReadTx<'_>| Ok::<_, StoreError>((nodes::stands(tx, &held)?, nodes::stands(tx, &taken)?));
    assert_eq!(second.reader().read(stands).await.unwrap(), (false, true));
}

#[tokio::test]
async fn a_duty_whose_time_is_over_can_be_taken_from_a_node_that_hangs() {
    let Some(house) = House::postgres() else { return };
    let (first, second) = (open_as(&house, 1), open_as(&house, 2));
    let short = |node, lease_ms| {
        move |tx: &crate::WriteTx<'_>| nodes::take(tx, BotId(1), Duty::Intake, NodeId(node), lease_ms)
    };
    let held = first.write(short(1, 0)).await.unwrap().unwrap();
    let taken = async {
        loop {
            if let Some(taken) = second.write(short(2, 60_000)).await.unwrap() {
                return taken;
            }
        }
    };
    let taken = tokio::time::timeout(std::time::Duration::from_secs(20), taken).await.unwrap();
    // The first wakes up: what it held, and giving that back, change nothing.
    first.write(move |tx| nodes::release(tx, &held)).await.unwrap();
    let kept = first.write(|tx| {
        nodes::seen(
            tx,
            &Node { id: NodeId(1), name: "a".into(), roles: String::new(), started_at: 1 },
            60_000,
        )
    });
    assert_eq!(kept.await.unwrap(), []);
    assert!(first.reader().read(move |tx| nodes::stands(tx, &taken)).await.unwrap());
    second.write(|tx| nodes::leave(tx, NodeId(2))).await.unwrap();
    let back = first.write(short(1, 60_000)).await.unwrap().unwrap();
    assert_eq!(back.fence, taken.fence + 1);
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
    let server = Arc::new(Server::of(url, Synchronous::Full, Occupancy::Beside).unwrap());
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
    let server = Arc::new(Server::of(url, Synchronous::Full, Occupancy::Beside).unwrap());
    let mut connection = Connection::open(&server, Side::Writes).unwrap();
    let session = connection.begin().unwrap();
    assert!(session.batch("SELECT 1 / 0").is_err());
    assert!(session.commit().is_err());
}
