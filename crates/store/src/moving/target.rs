//! The database that is moved into: empty before, unfinished meanwhile.

use crate::server::{Connection, Session, Statements as _};
use crate::{Result, StoreError, migrate};

/// There from the beginning of a move to its end, so that a database with a part of the rows is not taken for a whole
/// one.
const MARK: &str = "unfinished_move";

fn asked(session: &Session<'_>, question: &str) -> Result<bool> {
    let rows = session.query(&format!("SELECT {question}"), &[])?;
    Ok(rows.first().ok_or(StoreError::Closed)?.try_get(0)?)
}

fn is_there(session: &Session<'_>, table: &str) -> Result<bool> {
    asked(session, &format!("to_regclass('{table}') IS NOT NULL"))
}

/// Refuses a database into which a move was begun and not ended.
pub(crate) fn refuse_unfinished(session: &Session<'_>, name: &str) -> Result<()> {
    if is_there(session, MARK)? { Err(StoreError::Unfinished(name.to_owned())) } else { Ok(()) }
}

/// Makes the tables of an empty database and marks it, in one transaction. One that carries the mark of an earlier move
/// is emptied.
pub(super) fn prepare(connection: &mut Connection, tables: &[&str], name: &str) -> Result<()> {
    let session = connection.begin()?;
    let begun_before = is_there(&session, MARK)?;
    // Whatever else somebody keeps there is theirs.
    let others = "EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = to_regnamespace(current_schema()) \
                  AND relkind IN ('r', 'p', 'v', 'm', 'f'))";
    if !begun_before && !is_there(&session, "schema_version")? && asked(&session, others)? {
        return Err(StoreError::NotEmpty(name.to_owned()));
    }
    migrate::postgres_steps(&session)?;
    if begun_before {
        session.batch(&format!("TRUNCATE \"{}\"", tables.join("\", \"")))?;
    } else {
        for table in tables {
            if asked(&session, &format!("EXISTS (SELECT 1 FROM \"{table}\")"))? {
                return Err(StoreError::NotEmpty(name.to_owned()));
            }
        }
        session.batch(&format!("CREATE TABLE {MARK} (begun_at TIMESTAMPTZ NOT NULL DEFAULT now())"))?;
    }
    Ok(session.commit()?)
}

/// Takes the mark away: from here on the database is one like any other.
pub(super) fn finish(connection: &mut Connection) -> Result<()> {
    let session = connection.begin()?;
    session.batch(&format!("ANALYZE; DROP TABLE {MARK}"))?;
    Ok(session.commit()?)
}
