//! Many rows at once: one statement for all on PostgreSQL, by UNNEST of a list for each column, since each statement
//! there costs a journey; a prepared statement for each row on SQLite, where it costs none.

use std::borrow::Cow;
use std::collections::HashSet;

use postgres::types::{ToSql, Type};

use domain::ids::BotId;

use crate::server::without_nul;
use crate::sql::{Backend, Param, params};
use crate::{ReadTx, Result, StoreError, WriteTx};

/// Rows of one statement, so that its lists are never large.
const ROWS_MAX: usize = 5_000;

/// What a column holds: a list of absent values has no type of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Whole,
    Text,
}

/// Where rows go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Into {
    pub(crate) table: &'static str,
    pub(crate) columns: &'static [(&'static str, Kind)],
}

impl Into {
    fn names(&self) -> String {
        self.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }

    /// One row: `$1` is its first value.
    fn row(&self) -> String {
        let values: Vec<String> = (1..=self.columns.len()).map(|place| format!("${place}")).collect();
        format!("INSERT INTO {} ({}) VALUES ({})", self.table, self.names(), values.join(", "))
    }

    /// All rows: `$1` is the list of their first values.
    fn rows(&self) -> String {
        let list = |(place, (_, kind)): (usize, &(&str, Kind))| {
            let kind = if *kind == Kind::Whole { "BIGINT" } else { "TEXT" };
            format!("${}::{kind}[]", place + 1)
        };
        let lists: Vec<String> = self.columns.iter().enumerate().map(list).collect();
        format!("INSERT INTO {} ({}) SELECT * FROM UNNEST({})", self.table, self.names(), lists.join(", "))
    }

    fn lists<'r, const N: usize>(&self, rows: &'r [[Param<'r>; N]]) -> Result<Vec<List<'r>>> {
        debug_assert_eq!(N, self.columns.len(), "a value for each column of {}", self.table);
        let columns = self.columns.iter().enumerate();
        columns.map(|(place, (_, kind))| List::of(*kind, rows.iter().map(|row| &row[place]))).collect()
    }
}

/// Adds rows of which none may be there.
pub(crate) fn insert<const N: usize>(tx: &WriteTx<'_>, into: &Into, rows: &[[Param<'_>; N]]) -> Result<()> {
    match tx.backend() {
        Backend::Sqlite(_) => {
            let sql = into.row();
            rows.iter().try_for_each(|row| tx.run(&sql, row).map(drop))
        }
        Backend::Postgres(session) => rows
            .chunks(ROWS_MAX)
            .try_for_each(|part| tx.noting(session.run_lists(&into.rows(), &into.lists(part)?)).map(drop)),
    }
}

/// Adds those rows that are not there yet; for each whether it was new. `key` is the column, of whole numbers, by which
/// the rows are told apart: of two with the same, the first is new.
pub(crate) fn insert_new<const N: usize>(
    tx: &WriteTx<'_>,
    into: &Into,
    rows: &[[Param<'_>; N]],
    key: usize,
) -> Result<Vec<bool>> {
    let session = match tx.backend() {
        Backend::Sqlite(_) => {
            let sql = format!("{} ON CONFLICT DO NOTHING", into.row());
            return rows.iter().map(|row| Ok(tx.run(&sql, row)? == 1)).collect();
        }
        Backend::Postgres(session) => session,
    };
    let sql = format!("{} ON CONFLICT DO NOTHING RETURNING {}", into.rows(), into.columns[key].0);
    let mut new = HashSet::new();
    for part in rows.chunks(ROWS_MAX) {
        new.extend(tx.noting(session.run_lists(&sql, &into.lists(part)?))?.1);
    }
    let is_new = |row: &[Param<'_>; N]| matches!(row[key], Param::Int(whole) if new.remove(&whole));
    Ok(rows.iter().map(is_new).collect())
}

/// What `one` answers for each of some keys of a bot, in no order: `$1` the bot, `$2` the key. On PostgreSQL `all` is
/// asked once, with a list of each.
pub(crate) fn found(tx: &ReadTx<'_>, one: &str, all: &str, bot: BotId, keys: &[i64]) -> Result<HashSet<i64>> {
    let mut found = HashSet::new();
    match &tx.0 {
        Backend::Sqlite(_) => {
            for key in keys {
                found.extend(tx.row(one, params![bot, *key], |row| row.get::<i64>(0))?);
            }
        }
        Backend::Postgres(session) => {
            for part in keys.chunks(ROWS_MAX) {
                let bots = List::Whole(vec![Some(bot.0); part.len()]);
                let keys = List::Whole(part.iter().copied().map(Some).collect());
                found.extend(session.run_lists(all, &[bots, keys])?.1);
            }
        }
    }
    Ok(found)
}

/// The values of one column.
#[derive(Debug)]
pub(crate) enum List<'a> {
    Whole(Vec<Option<i64>>),
    Text(Vec<Option<Cow<'a, str>>>),
}

impl<'a> List<'a> {
    fn of(kind: Kind, values: impl Iterator<Item = &'a Param<'a>>) -> Result<Self> {
        let strange = |value: &Param<'_>| StoreError::Database(format!("{value:?} in a list of {kind:?}"));
        let whole = |value: &Param<'_>| match value {
            Param::Null => Ok(None),
            Param::Int(whole) => Ok(Some(*whole)),
            other => Err(strange(other)),
        };
        let text = |value: &'a Param<'a>| match value {
            Param::Null => Ok(None),
            Param::Text(text) => Ok(Some(without_nul(text))),
            other => Err(strange(other)),
        };
        Ok(match kind {
            Kind::Whole => Self::Whole(values.map(whole).collect::<Result<_>>()?),
            Kind::Text => Self::Text(values.map(text).collect::<Result<_>>()?),
        })
    }

    pub(crate) fn kind(&self) -> Type {
        match self {
            Self::Whole(_) => Type::INT8_ARRAY,
            Self::Text(_) => Type::TEXT_ARRAY,
        }
    }

    pub(crate) fn value(&self) -> &(dyn ToSql + Sync) {
        match self {
            Self::Whole(list) => list,
            Self::Text(list) => list,
        }
    }
}
