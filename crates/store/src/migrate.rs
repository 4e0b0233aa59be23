//! Schema versions. A migration is never changed once it has been released; the next one mends it.

use rusqlite::Connection;

use crate::{Result, StoreError};

const MIGRATIONS: [&str; 4] = [
    include_str!("../migrations/sqlite/0001_base.sql"),
    include_str!("../migrations/sqlite/0002_webhook.sql"),
    include_str!("../migrations/sqlite/0003_links.sql"),
    include_str!("../migrations/sqlite/0004_media.sql"),
];

/// Brings the schema up to date, each step in a transaction of its own.
pub(crate) fn run(connection: &mut Connection) -> Result<()> {
    let known = MIGRATIONS.len() as i64;
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    for (index, migration) in MIGRATIONS.iter().enumerate().skip(usize::try_from(found).unwrap_or(0)) {
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", index as i64 + 1)?;
    }
    transaction.commit()?;
    // The planner reads its statistics when a connection opens; this one opened before they were there.
    connection.execute_batch("ANALYZE sqlite_schema")?;
    Ok(())
}
