//! Schema versions. A migration is never changed once it has been released; the next one mends it.

use rusqlite::Connection;

use crate::server::Statements as _;
use crate::sql::Backend;
use crate::{Result, StoreError, WriteTx, moving, search, server};

/// How many steps there are, the same for both databases.
const STEPS: usize = 18;
/// The step whose columns are filled by us: no database folds every script.
const FILLED: i64 = 14;
const SQLITE: [&str; STEPS] = [
    include_str!("../migrations/sqlite/0001_base.sql"),
    include_str!("../migrations/sqlite/0002_webhook.sql"),
    include_str!("../migrations/sqlite/0003_links.sql"),
    include_str!("../migrations/sqlite/0004_media.sql"),
    include_str!("../migrations/sqlite/0005_nodes.sql"),
    include_str!("../migrations/sqlite/0006_retention.sql"),
    include_str!("../migrations/sqlite/0007_visit_counts.sql"),
    include_str!("../migrations/sqlite/0008_waiting.sql"),
    include_str!("../migrations/sqlite/0009_last_interactions.sql"),
    include_str!("../migrations/sqlite/0010_presets.sql"),
    include_str!("../migrations/sqlite/0011_reach.sql"),
    include_str!("../migrations/sqlite/0012_attribute_kinds.sql"),
    include_str!("../migrations/sqlite/0013_words.sql"),
    include_str!("../migrations/sqlite/0014_search.sql"),
    include_str!("../migrations/sqlite/0015_facts.sql"),
    include_str!("../migrations/sqlite/0016_topics.sql"),
    include_str!("../migrations/sqlite/0017_chat_waits.sql"),
    include_str!("../migrations/sqlite/0018_last_message.sql"),
];
const POSTGRES: [&str; STEPS] = [
    include_str!("../migrations/postgres/0001_base.sql"),
    include_str!("../migrations/postgres/0002_webhook.sql"),
    include_str!("../migrations/postgres/0003_links.sql"),
    include_str!("../migrations/postgres/0004_media.sql"),
    include_str!("../migrations/postgres/0005_nodes.sql"),
    include_str!("../migrations/postgres/0006_retention.sql"),
    include_str!("../migrations/postgres/0007_visit_counts.sql"),
    include_str!("../migrations/postgres/0008_waiting.sql"),
    include_str!("../migrations/postgres/0009_last_interactions.sql"),
    include_str!("../migrations/postgres/0010_presets.sql"),
    include_str!("../migrations/postgres/0011_reach.sql"),
    include_str!("../migrations/postgres/0012_attribute_kinds.sql"),
    include_str!("../migrations/postgres/0013_words.sql"),
    include_str!("../migrations/postgres/0014_search.sql"),
    include_str!("../migrations/postgres/0015_facts.sql"),
    include_str!("../migrations/postgres/0016_topics.sql"),
    include_str!("../migrations/postgres/0017_chat_waits.sql"),
    include_str!("../migrations/postgres/0018_last_message.sql"),
];

/// The steps of `all` that a database at version `found` lacks, each with the version that it brings.
fn missing(all: [&'static str; STEPS], found: i64) -> Result<impl Iterator<Item = (i64, &'static str)>> {
    let known = STEPS as i64;
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    Ok((1..).zip(all).skip(usize::try_from(found).unwrap_or(0)))
}

/// Brings a SQLite file up to date, all steps in one transaction.
pub(crate) fn sqlite(connection: &mut Connection) -> Result<()> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    for (version, step) in missing(SQLITE, found)? {
        transaction.execute_batch(step)?;
        if version == FILLED {
            search::fill(&WriteTx::new(Backend::Sqlite(&transaction)))?;
        }
        transaction.pragma_update(None, "user_version", version)?;
    }
    transaction.commit()?;
    // The planner reads its statistics when a connection opens; this one opened before they were there.
    connection.execute_batch("ANALYZE sqlite_schema")?;
    Ok(())
}

/// Brings a PostgreSQL database up to date, all steps in one transaction under the writer's lock. One that a move left
/// unfinished is refused.
pub(crate) fn postgres(connection: &mut server::Connection, name: &str) -> Result<()> {
    let session = connection.begin()?;
    moving::refuse_unfinished(&session, name)?;
    postgres_steps(&session)?;
    Ok(session.commit()?)
}

/// The steps that a PostgreSQL database lacks.
pub(crate) fn postgres_steps(session: &server::Session<'_>) -> Result<()> {
    session.batch("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY)")?;
    let newest = session.query("SELECT COALESCE(MAX(version), 0) FROM schema_version", &[])?;
    let found: i64 = newest.first().ok_or(StoreError::Closed)?.try_get(0)?;
    for (version, step) in missing(POSTGRES, found)? {
        session.batch(step)?;
        if version == FILLED {
            search::fill(&WriteTx::new(Backend::Postgres(session)))?;
        }
        session.execute("INSERT INTO schema_version (version) VALUES ($1)", crate::sql::params![version])?;
    }
    Ok(())
}

/// Takes one step once more, for a test that undid what it had made.
#[cfg(test)]
pub(crate) fn repeat_step(tx: &crate::WriteTx<'_>, version: usize) -> Result<()> {
    let all = if tx.is_postgres() { POSTGRES } else { SQLITE };
    tx.batch(all[version - 1])
}
