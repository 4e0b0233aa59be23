//! The thin seam to a database: parameters by number, rows by column, statements prepared once.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use domain::named::Named;
use rusqlite::Connection;
use rusqlite::types::{ToSqlOutput, ValueRef};

use crate::server::{Present, Statements, Whole, is_duplicate};
use crate::{Result, StoreError};

/// A value given to a statement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Param<'a> {
    Null,
    Int(i64),
    Real(f64),
    Text(&'a str),
    Blob(&'a [u8]),
}

impl rusqlite::ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Real(value) => ValueRef::Real(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Blob(value) => ValueRef::Blob(value),
        }))
    }
}

macro_rules! param_from {
    ($($from:ty => |$value:ident| $param:expr),+ $(,)?) => {$(
        impl<'a> From<$from> for Param<'a> {
            fn from($value: $from) -> Self { $param }
        }
    )+};
}

param_from! {
    i64 => |v| Param::Int(v),
    u32 => |v| Param::Int(i64::from(v)),
    bool => |v| Param::Int(i64::from(v)),
    f64 => |v| Param::Real(v),
    &'a str => |v| Param::Text(v),
    &'a String => |v| Param::Text(v),
    &'a [u8] => |v| Param::Blob(v),
    &'a Vec<u8> => |v| Param::Blob(v),
    domain::ids::WorkspaceId => |v| Param::Int(v.0),
    domain::ids::MemberId => |v| Param::Int(v.0),
    domain::ids::BotId => |v| Param::Int(v.0),
    domain::ids::TagId => |v| Param::Int(v.0),
    domain::ids::SegmentId => |v| Param::Int(v.0),
    domain::ids::StageId => |v| Param::Int(v.0),
    domain::ids::FlowId => |v| Param::Int(v.0),
    domain::ids::CampaignId => |v| Param::Int(v.0),
    domain::ids::TemplateId => |v| Param::Int(v.0),
    domain::ids::LinkId => |v| Param::Int(v.0),
    domain::ids::MediaId => |v| Param::Int(v.0),
    domain::ids::OutboxId => |v| Param::Int(v.0),
    domain::ids::NodeId => |v| Param::Int(v.0),
    domain::ids::ContactNumber => |v| Param::Int(i64::from(v.0)),
}

/// Values that the tables hold as their names.
macro_rules! name_column {
    ($($type:ty),+ $(,)?) => {$(
        impl From<$type> for Param<'_> {
            fn from(value: $type) -> Self { Param::Text(value.into_str()) }
        }

        impl Column for $type {
            fn read(row: &Row<'_>, index: usize) -> Result<Self> {
                let name: String = row.get(index)?;
                Self::from_name(&name).ok_or_else(|| unknown(index, &name))
            }
        }
    )+};
}

/// Values that the tables hold as their numbers.
macro_rules! number_column {
    ($($type:ty),+ $(,)?) => {$(
        impl From<$type> for Param<'_> {
            fn from(value: $type) -> Self { Param::Int(value as i64) }
        }

        impl Column for $type {
            fn read(row: &Row<'_>, index: usize) -> Result<Self> {
                let number: i64 = row.get(index)?;
                let found = u8::try_from(number).ok().and_then(Self::from_repr);
                found.ok_or_else(|| unknown(index, &number.to_string()))
            }
        }
    )+};
}

fn unknown(index: usize, value: &str) -> StoreError {
    StoreError::Database(format!("column {index}: {value:?} is none of ours"))
}

name_column!(
    domain::bot::Intake,
    domain::bot::Status,
    domain::campaign::PauseReason,
    domain::campaign::Status,
    domain::cells::Kind,
    domain::contact::NoChat,
    domain::conversation::Speaker,
    domain::conversation::Status,
    domain::flow::Status,
    domain::message::MediaKind,
    domain::team::Role,
    crate::campaigns::SetKind,
    crate::team::Purpose,
);
number_column!(domain::event::Outcome, domain::link::Visitor, crate::nodes::Duty, crate::outbox::Lane);

impl<'a, T: Into<Param<'a>>> From<Option<T>> for Param<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Param::Null, Into::into)
    }
}

/// Parameters of a statement: `params![bot, number]`.
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::sql::Param::from($value)),*] };
}
pub(crate) use params;

/// One row of an answer.
pub struct Row<'a>(Found<'a>);

enum Found<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a postgres::Row),
}

/// A value that a column can be read as.
pub trait Column: Sized {
    /// Reads column `index`.
    ///
    /// # Errors
    /// The column holds another type: the schema and the code disagree.
    fn read(row: &Row<'_>, index: usize) -> Result<Self>;
}

impl Row<'_> {
    /// Column `index`, counted from 0.
    ///
    /// # Errors
    /// As [`Column::read`].
    pub fn get<T: Column>(&self, index: usize) -> Result<T> {
        T::read(self, index)
    }
}

macro_rules! native_column {
    ($($type:ty),+) => {$(
        impl Column for $type {
            fn read(row: &Row<'_>, index: usize) -> Result<Self> {
                Ok(match row.0 {
                    Found::Sqlite(row) => row.get(index)?,
                    Found::Postgres(row) => row.try_get(index)?,
                })
            }
        }
    )+};
}
native_column!(f64, String, Vec<u8>);

impl Column for i64 {
    fn read(row: &Row<'_>, index: usize) -> Result<Self> {
        Ok(match row.0 {
            Found::Sqlite(row) => row.get(index)?,
            Found::Postgres(row) => row.try_get::<_, Whole>(index)?.0,
        })
    }
}

impl Column for bool {
    fn read(row: &Row<'_>, index: usize) -> Result<Self> {
        Ok(i64::read(row, index)? != 0)
    }
}

impl Column for u32 {
    fn read(row: &Row<'_>, index: usize) -> Result<Self> {
        let whole = i64::read(row, index)?;
        Self::try_from(whole)
            .map_err(|_| StoreError::Database(format!("column {index}: {whole} does not fit 32 bits")))
    }
}

macro_rules! id_column {
    ($($type:path),+) => {$(
        impl Column for $type {
            fn read(row: &Row<'_>, index: usize) -> Result<Self> { Ok($type(row.get(index)?)) }
        }
    )+};
}
id_column!(
    domain::ids::WorkspaceId,
    domain::ids::MemberId,
    domain::ids::BotId,
    domain::ids::TagId,
    domain::ids::SegmentId,
    domain::ids::StageId,
    domain::ids::FlowId,
    domain::ids::CampaignId,
    domain::ids::MediaId,
    domain::ids::TemplateId,
    domain::ids::LinkId,
    domain::ids::OutboxId,
    domain::ids::NodeId,
    domain::ids::ContactNumber
);

impl<T: Column> Column for Option<T> {
    fn read(row: &Row<'_>, index: usize) -> Result<Self> {
        let absent = match row.0 {
            Found::Sqlite(row) => row.get_ref(index)? == ValueRef::Null,
            Found::Postgres(row) => row.try_get::<_, Option<Present>>(index)?.is_none(),
        };
        if absent { Ok(None) } else { T::read(row, index).map(Some) }
    }
}

/// The pattern that finds a text anywhere in a column, but for the case of ASCII letters on SQLite.
pub(crate) fn containing(text: &str) -> String {
    format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

/// Reads a JSON text column.
pub(crate) fn json<T: serde::de::DeserializeOwned>(row: &Row<'_>, index: usize) -> Result<T> {
    let text = match row.0 {
        Found::Sqlite(row) => {
            row.get_ref(index)?.as_str().map_err(|e| StoreError::Database(e.to_string()))?
        }
        Found::Postgres(row) => row.try_get(index)?,
    };
    serde_json::from_str(text).map_err(|e| StoreError::Database(format!("column {index}: {e}")))
}

/// A consistent view of the database that cannot change it.
pub struct ReadTx<'a>(pub(crate) Backend<'a>);

/// The database behind a transaction. Where the two need different texts, the function that asks picks by this.
pub(crate) enum Backend<'a> {
    Sqlite(&'a Connection),
    Postgres(&'a dyn Statements),
}

impl ReadTx<'_> {
    /// Every row, in the statement's order.
    pub(crate) fn rows<T>(
        &self,
        sql: &str,
        params: &[Param<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        if let Backend::Postgres(session) = &self.0 {
            return session.query(sql, params)?.iter().map(|row| map(&Row(Found::Postgres(row)))).collect();
        }
        let mut all = Vec::new();
        self.each(sql, params, |row| {
            all.push(map(row)?);
            Ok(true)
        })?;
        Ok(all)
    }

    /// Rows one by one, until `visit` answers false.
    pub(crate) fn each(
        &self,
        sql: &str,
        params: &[Param<'_>],
        mut visit: impl FnMut(&Row<'_>) -> Result<bool>,
    ) -> Result<()> {
        let connection = match &self.0 {
            Backend::Sqlite(connection) => connection,
            Backend::Postgres(session) => {
                return session.walk(sql, params, &mut |row| visit(&Row(Found::Postgres(row))));
            }
        };
        let mut statement = connection.prepare_cached(sql)?;
        bind(&mut statement, params)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            if !visit(&Row(Found::Sqlite(row)))? {
                break;
            }
        }
        Ok(())
    }

    /// The first row, if there is one.
    pub(crate) fn row<T>(
        &self,
        sql: &str,
        params: &[Param<'_>],
        map: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let connection = match &self.0 {
            Backend::Sqlite(connection) => connection,
            Backend::Postgres(session) => {
                let row = session.query(sql, params)?.into_iter().next();
                return row.map(|row| map(&Row(Found::Postgres(&row)))).transpose();
            }
        };
        let mut statement = connection.prepare_cached(sql)?;
        bind(&mut statement, params)?;
        let mut rows = statement.raw_query();
        match rows.next()? {
            Some(row) => map(&Row(Found::Sqlite(row))).map(Some),
            None => Ok(None),
        }
    }

    /// Whether the database is PostgreSQL: for the few statements of which each database has its own.
    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.0, Backend::Postgres(_))
    }
}

/// A transaction that may change the database; everything that reads works on it too.
pub struct WriteTx<'a> {
    read: ReadTx<'a>,
    /// A statement found no room.
    met_full: Cell<bool>,
}

impl<'a> std::ops::Deref for WriteTx<'a> {
    type Target = ReadTx<'a>;

    fn deref(&self) -> &ReadTx<'a> {
        &self.read
    }
}

impl<'a> WriteTx<'a> {
    pub(crate) fn new(backend: Backend<'a>) -> Self {
        Self { read: ReadTx(backend), met_full: Cell::new(false) }
    }

    pub(crate) fn backend(&self) -> &Backend<'a> {
        &self.read.0
    }

    /// Whether a statement found no room, even where the transaction went on without it.
    pub(crate) fn has_met_full(&self) -> bool {
        self.met_full.get()
    }

    /// Remembers a failure that says more of the database than of the statement.
    pub(crate) fn noting<T>(&self, done: Result<T>) -> Result<T> {
        if matches!(done, Err(StoreError::Full)) {
            self.met_full.set(true);
        }
        done
    }

    /// Runs a statement; the number of rows that it changed.
    pub(crate) fn run(&self, sql: &str, params: &[Param<'_>]) -> Result<usize> {
        self.standing()?;
        self.noting(match self.backend() {
            Backend::Sqlite(connection) => run_on(connection, sql, params).map_err(StoreError::from),
            Backend::Postgres(session) => session.execute(sql, params).map_err(StoreError::from),
        })
    }

    /// As [`WriteTx::run`], naming the thing that a uniqueness rule protects. On PostgreSQL the savepoint around
    /// it is lost then: who hears of a duplicate ends its work.
    pub(crate) fn run_unique(&self, thing: &'static str, sql: &str, params: &[Param<'_>]) -> Result<usize> {
        self.standing()?;
        self.noting(match self.backend() {
            Backend::Sqlite(connection) => run_on(connection, sql, params).map_err(|error| {
                let refused = error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation);
                if refused { StoreError::Duplicate(thing) } else { error.into() }
            }),
            Backend::Postgres(session) => session.execute(sql, params).map_err(|error| {
                if is_duplicate(&error) { StoreError::Duplicate(thing) } else { error.into() }
            }),
        })
    }

    /// Runs a statement about the transaction itself.
    pub(crate) fn control(&self, sql: &str) -> Result<()> {
        self.standing()?;
        self.noting(match self.backend() {
            Backend::Sqlite(connection) => run_on(connection, sql, &[]).map(drop).map_err(StoreError::from),
            Backend::Postgres(session) => session.batch(sql),
        })
    }

    /// Runs several statements without parameters.
    #[cfg(test)]
    pub(crate) fn batch(&self, sql: &str) -> Result<()> {
        match self.backend() {
            Backend::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
            Backend::Postgres(session) => session.batch(sql),
        }
    }

    /// Whether the database ended the transaction by itself, as SQLite does when the disk is full.
    fn is_lost(&self) -> bool {
        matches!(self.backend(), Backend::Sqlite(connection) if connection.is_autocommit())
    }

    /// Fails when the transaction is lost: what ran now would be committed statement by statement.
    pub(crate) fn standing(&self) -> Result<()> {
        if self.is_lost() {
            let gave_up = || StoreError::Database("the database gave the transaction up".into());
            return Err(if self.has_met_full() { StoreError::Full } else { gave_up() });
        }
        Ok(())
    }

    /// The next id of a kind. Ids are never reused.
    pub(crate) fn next_id(&self, kind: &'static str) -> Result<i64> {
        self.standing()?;
        let next = self.noting(self.row(
            "INSERT INTO counters (name, next) VALUES ($1, 2) \
             ON CONFLICT (name) DO UPDATE SET next = counters.next + 1 RETURNING next - 1",
            params![kind],
            |row| row.get(0),
        ))?;
        next.ok_or_else(|| StoreError::Database("a counter gave no number".into()))
    }

    /// Runs `work` so that its changes can be undone alone: an error leaves the rest of the transaction whole.
    ///
    /// # Errors
    /// What `work` answered; its changes are gone then.
    pub fn savepoint<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Self) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        self.control("SAVEPOINT inner_part")?;
        // A panic must leave no savepoint open: the next one of the same name would undo the wrong part.
        match catch_unwind(AssertUnwindSafe(|| work(self))) {
            Ok(Ok(value)) => {
                // PostgreSQL refuses when a statement failed inside, though `work` made nothing of it.
                if let Err(error) = self.control("RELEASE inner_part") {
                    self.undo_savepoint()?;
                    return Err(error.into());
                }
                Ok(value)
            }
            Ok(Err(error)) => {
                self.undo_savepoint()?;
                Err(error)
            }
            Err(panic) => {
                self.undo_savepoint()?;
                resume_unwind(panic)
            }
        }
    }

    fn undo_savepoint(&self) -> Result<()> {
        if self.is_lost() {
            // All is undone already; why is for the caller to hear.
            return Ok(());
        }
        self.control("ROLLBACK TO inner_part")?;
        self.control("RELEASE inner_part")
    }
}

fn run_on(connection: &Connection, sql: &str, params: &[Param<'_>]) -> rusqlite::Result<usize> {
    let mut statement = connection.prepare_cached(sql)?;
    bind(&mut statement, params)?;
    statement.raw_execute()
}

/// Binds `$1`, `$2` … by their number. SQLite numbers named parameters by first appearance, which need not be
/// the order of the numbers. Each value has its name in the statement, and each name its value: SQLite would take what
/// is left out for NULL.
fn bind(statement: &mut rusqlite::Statement<'_>, params: &[Param<'_>]) -> rusqlite::Result<()> {
    let count = statement.parameter_count();
    if count != params.len() {
        return Err(rusqlite::Error::InvalidParameterCount(params.len(), count));
    }
    for index in 1..=count {
        let name = statement.parameter_name(index).unwrap_or_default();
        let place: Option<usize> = name.strip_prefix('$').and_then(|number| number.parse().ok());
        let Some(param) = place.and_then(|place| params.get(place.checked_sub(1)?)) else {
            return Err(rusqlite::Error::InvalidParameterName(name.to_owned()));
        };
        statement.raw_bind_parameter(index, param)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;
    use crate::writer::{Synchronous, connect};

    fn connection() -> (tempfile::TempDir, Connection) {
        let folder = tempfile::tempdir().unwrap();
        let connection = connect(&folder.path().join("x.db"), Synchronous::Normal).unwrap();
        (folder, connection)
    }

    #[test]
    fn the_twenty_fifth_value_is_bound_as_the_others_are() {
        let (_folder, connection) = connection();
        let tx = ReadTx(Backend::Sqlite(&connection));
        let values: Vec<Param<'_>> = (1..=40_i64).map(Param::Int).collect();
        let columns: Vec<String> = (1..=40).map(|number| format!("${number}")).collect();
        let sql = format!("SELECT {}", columns.join(", "));
        let read = tx.row(&sql, &values, |row| (0..40).map(|index| row.get::<i64>(index)).collect());
        let read: Vec<i64> = read.map(Option::unwrap).unwrap();
        assert_eq!(read, (1..=40).collect::<Vec<i64>>());
    }

    #[test]
    fn values_and_their_names_must_agree() {
        let (_folder, connection) = connection();
        let tx = ReadTx(Backend::Sqlite(&connection));
        let read = |sql: &str, values: &[Param<'_>]| tx.row(sql, values, |row| row.get::<i64>(0));
        assert!(read("SELECT $1", params![1_i64, 2_i64]).is_err(), "a value without a name");
        assert!(read("SELECT $1 + $2", params![1_i64]).is_err(), "a name without a value");
        assert!(read("SELECT $1 + $3", params![1_i64, 2_i64]).is_err(), "a name that is skipped");
    }

    #[test]
    fn a_statement_is_planned_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = connect(&folder.path().join("x.db"), Synchronous::Normal).unwrap();
        crate::migrate::sqlite(&mut connection).unwrap();
        let sql = "SELECT id FROM outbox WHERE bot_id = $1 AND lane = $2 AND state = 0 ORDER BY id LIMIT $3";
        for lane in 0..3_i64 {
            let tx = ReadTx(Backend::Sqlite(&connection));
            tx.rows(sql, params![7_i64, lane, 1_i64], |row| row.get::<i64>(0)).unwrap();
        }
        assert_eq!(connection.prepare_cached(sql).unwrap().get_status(StatementStatus::RePrepare), 0);
    }
}
