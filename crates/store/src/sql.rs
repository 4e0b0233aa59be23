//! The thin seam to a database: parameters by number, rows by column, statements prepared once.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use rusqlite::Connection;
use rusqlite::types::{ToSqlOutput, ValueRef};

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
    domain::ids::ContactNumber => |v| Param::Int(i64::from(v.0)),
}

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
pub struct Row<'a>(&'a rusqlite::Row<'a>);

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
            fn read(row: &Row<'_>, index: usize) -> Result<Self> { Ok(row.0.get(index)?) }
        }
    )+};
}
native_column!(i64, f64, bool, String, Vec<u8>, u32);

macro_rules! id_column {
    ($($type:path),+) => {$(
        impl Column for $type {
            fn read(row: &Row<'_>, index: usize) -> Result<Self> { Ok($type(row.0.get(index)?)) }
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
    domain::ids::ContactNumber
);

impl<T: Column> Column for Option<T> {
    fn read(row: &Row<'_>, index: usize) -> Result<Self> {
        match row.0.get_ref(index)? {
            ValueRef::Null => Ok(None),
            _ => T::read(row, index).map(Some),
        }
    }
}

/// Reads a JSON text column.
pub(crate) fn json<T: serde::de::DeserializeOwned>(row: &Row<'_>, index: usize) -> Result<T> {
    let text = row.0.get_ref(index)?.as_str().map_err(|e| StoreError::Database(e.to_string()))?;
    serde_json::from_str(text).map_err(|e| StoreError::Database(format!("column {index}: {e}")))
}

/// A consistent view of the database that cannot change it.
pub struct ReadTx<'a>(pub(crate) &'a Connection);

impl ReadTx<'_> {
    /// Every row, in the statement's order.
    pub(crate) fn rows<T>(
        &self,
        sql: &str,
        params: &[Param<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
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
        let mut statement = self.0.prepare_cached(sql)?;
        bind(&mut statement, params)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            if !visit(&Row(row))? {
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
        let mut statement = self.0.prepare_cached(sql)?;
        bind(&mut statement, params)?;
        let mut rows = statement.raw_query();
        match rows.next()? {
            Some(row) => map(&Row(row)).map(Some),
            None => Ok(None),
        }
    }
}

/// A transaction that may change the database; everything that reads works on it too.
pub struct WriteTx<'a>(pub(crate) ReadTx<'a>);

impl<'a> std::ops::Deref for WriteTx<'a> {
    type Target = ReadTx<'a>;

    fn deref(&self) -> &ReadTx<'a> {
        &self.0
    }
}

impl WriteTx<'_> {
    /// Runs a statement; the number of rows that it changed.
    pub(crate) fn run(&self, sql: &str, params: &[Param<'_>]) -> Result<usize> {
        Ok(self.run_raw(sql, params)?)
    }

    /// As [`WriteTx::run`], naming the thing that a uniqueness rule protects.
    pub(crate) fn run_unique(&self, thing: &'static str, sql: &str, params: &[Param<'_>]) -> Result<usize> {
        self.run_raw(sql, params).map_err(|error| StoreError::duplicate(error, thing))
    }

    fn run_raw(&self, sql: &str, params: &[Param<'_>]) -> rusqlite::Result<usize> {
        let mut statement = self.0.0.prepare_cached(sql)?;
        bind(&mut statement, params)?;
        statement.raw_execute()
    }

    /// The next id of a kind. Ids are never reused.
    pub(crate) fn next_id(&self, kind: &'static str) -> Result<i64> {
        let next = self.row(
            "INSERT INTO counters (name, next) VALUES ($1, 2) \
             ON CONFLICT (name) DO UPDATE SET next = counters.next + 1 RETURNING next - 1",
            params![kind],
            |row| row.get(0),
        )?;
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
        self.run("SAVEPOINT inner_part", &[])?;
        // A panic must leave no savepoint open: the next one of the same name would undo the wrong part.
        match catch_unwind(AssertUnwindSafe(|| work(self))) {
            Ok(Ok(value)) => {
                self.run("RELEASE inner_part", &[])?;
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
        self.run("ROLLBACK TO inner_part", &[])?;
        self.run("RELEASE inner_part", &[])?;
        Ok(())
    }
}

/// Binds `$1`, `$2` … by their number. SQLite numbers named parameters by first appearance, which need not be
/// the order of the numbers.
fn bind(statement: &mut rusqlite::Statement<'_>, params: &[Param<'_>]) -> rusqlite::Result<()> {
    const NAMES: [&str; 24] = [
        "$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15",
        "$16", "$17", "$18", "$19", "$20", "$21", "$22", "$23", "$24",
    ];
    debug_assert_eq!(statement.parameter_count(), params.len(), "each parameter is named in the statement");
    for (name, param) in NAMES.iter().zip(params) {
        if let Some(index) = statement.parameter_index(name)? {
            statement.raw_bind_parameter(index, param)?;
        }
    }
    Ok(())
}
