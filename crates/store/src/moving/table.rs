//! The tables that are moved, as SQLite tells of them, and their values on either side.

use std::borrow::Cow;

use postgres::types::Type;
use rusqlite::types::ValueRef;
use sha2::{Digest, Sha256};

use crate::sql::Param;
use crate::{Result, StoreError};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Whole,
    Real,
    Text,
    Bytes,
}

#[derive(Debug, Clone)]
struct Column {
    name: String,
    class: Class,
}

/// One table: its columns, and the key in whose order its rows are read on both sides.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) name: String,
    columns: Vec<Column>,
    /// Places among the columns.
    key: Vec<usize>,
}

impl Table {
    /// All tables of a database of ours, by name.
    pub(super) fn all(source: &rusqlite::Connection) -> Result<Vec<Self>> {
        let mut statement = source.prepare(
            "SELECT t.name, c.name, c.type, c.pk FROM sqlite_schema t, pragma_table_info(t.name) c \
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY t.name, c.cid",
        )?;
        let mut rows = statement.query([])?;
        let mut tables: Vec<Self> = Vec::new();
        let mut keys: Vec<Vec<(i64, usize)>> = Vec::new();
        while let Some(row) = rows.next()? {
            let (table, name, kind): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            if tables.last().is_none_or(|last| last.name != table) {
                tables.push(Self { name: table.clone(), columns: Vec::new(), key: Vec::new() });
                keys.push(Vec::new());
            }
            let class = class_of(&kind)
                .ok_or_else(|| StoreError::Database(format!("{table}.{name} is of the type {kind}")))?;
            if let (Some(last), Some(keys)) = (tables.last_mut(), keys.last_mut()) {
                let in_key: i64 = row.get(3)?;
                if in_key > 0 {
                    keys.push((in_key, last.columns.len()));
                }
                last.columns.push(Column { name, class });
            }
        }
        for (table, mut key) in tables.iter_mut().zip(keys) {
            key.sort_unstable();
            table.key = key.into_iter().map(|(_, place)| place).collect();
            if table.key.is_empty() {
                return Err(StoreError::Database(format!("the table {} has no key", table.name)));
            }
        }
        Ok(tables)
    }

    fn columns(&self) -> String {
        let names: Vec<String> = self.columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
        names.join(", ")
    }

    /// All rows in the order of the key. Both databases order text by its bytes.
    pub(super) fn select(&self) -> String {
        let key: Vec<String> =
            self.key.iter().map(|place| format!("\"{}\"", self.columns[*place].name)).collect();
        format!("SELECT {} FROM \"{}\" ORDER BY {}", self.columns(), self.name, key.join(", "))
    }

    pub(super) fn copy_in(&self) -> String {
        format!("COPY \"{}\" ({}) FROM STDIN BINARY", self.name, self.columns())
    }

    pub(super) fn types(&self) -> Vec<Type> {
        let kind = |column: &Column| match column.class {
            Class::Whole => Type::INT8,
            Class::Real => Type::FLOAT8,
            Class::Text => Type::TEXT,
            Class::Bytes => Type::BYTEA,
        };
        self.columns.iter().map(kind).collect()
    }

    /// A row of SQLite, as PostgreSQL will have it; `replaced` hears of each column whose text had to be changed.
    pub(super) fn ours<'a>(
        &self,
        row: &'a rusqlite::Row<'_>,
        mut replaced: impl FnMut(&str),
    ) -> Result<Vec<Value<'a>>> {
        let mut values = Vec::with_capacity(self.columns.len());
        for (place, column) in self.columns.iter().enumerate() {
            let strange = || {
                StoreError::Database(format!(
                    "{}.{} holds what its type does not ({})",
                    self.name,
                    column.name,
                    row.get_ref(place)
                        .map_or_else(|error| error.to_string(), |value| value.data_type().to_string())
                ))
            };
            values.push(match (column.class, row.get_ref(place)?) {
                (_, ValueRef::Null) => Value::Null,
                (Class::Whole, ValueRef::Integer(whole)) => Value::Whole(whole),
                (Class::Real, ValueRef::Real(real)) => Value::Real(real),
                (Class::Bytes, ValueRef::Blob(bytes)) => Value::Bytes(bytes),
                (Class::Text, ValueRef::Text(text)) => {
                    let text = std::str::from_utf8(text).map_err(|_| strange())?;
                    if text.contains('\0') {
                        replaced(&column.name);
                        Value::Text(text.replace('\0', "\u{fffd}").into())
                    } else {
                        Value::Text(text.into())
                    }
                }
                _ => return Err(strange()),
            });
        }
        Ok(values)
    }

    /// A row of PostgreSQL.
    pub(super) fn theirs<'a>(&self, row: &'a postgres::Row) -> Result<Vec<Value<'a>>> {
        let columns = self.columns.iter().enumerate();
        let value = |(place, column): (usize, &Column)| {
            Ok(match column.class {
                Class::Whole => row.try_get::<_, Option<i64>>(place)?.map_or(Value::Null, Value::Whole),
                Class::Real => row.try_get::<_, Option<f64>>(place)?.map_or(Value::Null, Value::Real),
                Class::Bytes => row.try_get::<_, Option<&[u8]>>(place)?.map_or(Value::Null, Value::Bytes),
                Class::Text => {
                    let text = row.try_get::<_, Option<&str>>(place)?;
                    text.map_or(Value::Null, |text| Value::Text(text.into()))
                }
            })
        };
        columns.map(value).collect()
    }

    /// Which row it is, for people to read: `bot_id 1, number 7`.
    pub(super) fn place_of(&self, row: &[Value<'_>]) -> String {
        let part = |place: &usize| {
            let value = match &row[*place] {
                Value::Null => "nothing".to_owned(),
                Value::Whole(whole) => whole.to_string(),
                Value::Real(real) => real.to_string(),
                Value::Text(text) => text.escape_debug().to_string(),
                Value::Bytes(bytes) => format!("{} bytes", bytes.len()),
            };
            format!("{} {value}", self.columns[*place].name)
        };
        self.key.iter().map(part).collect::<Vec<_>>().join(", ")
    }

    /// The first column in which two rows differ.
    pub(super) fn difference(&self, ours: &[Value<'_>], theirs: &[Value<'_>]) -> Option<&str> {
        let place = ours.iter().zip(theirs).position(|(ours, theirs)| ours != theirs)?;
        Some(&self.columns[place].name)
    }
}

fn class_of(declared: &str) -> Option<Class> {
    Some(match declared {
        "BIGINT" => Class::Whole,
        "DOUBLE PRECISION" => Class::Real,
        "TEXT" => Class::Text,
        "BLOB" => Class::Bytes,
        _ => return None,
    })
}

/// One value. Numbers that are not whole are compared and hashed by their bits.
#[derive(Debug, Clone)]
pub(super) enum Value<'a> {
    Null,
    Whole(i64),
    Real(f64),
    Text(Cow<'a, str>),
    Bytes(&'a [u8]),
}

impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Whole(one), Self::Whole(other)) => one == other,
            (Self::Real(one), Self::Real(other)) => one.to_bits() == other.to_bits(),
            (Self::Text(one), Self::Text(other)) => one == other,
            (Self::Bytes(one), Self::Bytes(other)) => one == other,
            _ => false,
        }
    }
}

impl Value<'_> {
    pub(super) fn param(&self) -> Param<'_> {
        match self {
            Self::Null => Param::Null,
            Self::Whole(whole) => Param::Int(*whole),
            Self::Real(real) => Param::Real(*real),
            Self::Text(text) => Param::Text(text),
            Self::Bytes(bytes) => Param::Blob(bytes),
        }
    }

    /// What it adds to a digest: its class, then its length where that varies, then itself, so that no two rows of a
    /// table add the same.
    fn hash(&self, digest: &mut Sha256) {
        let long = |digest: &mut Sha256, class: u8, bytes: &[u8]| {
            digest.update([class]);
            digest.update((bytes.len() as u64).to_le_bytes());
            digest.update(bytes);
        };
        match self {
            Self::Null => digest.update([0]),
            Self::Whole(whole) => {
                digest.update([1]);
                digest.update(whole.to_le_bytes());
            }
            Self::Real(real) => {
                digest.update([2]);
                digest.update(real.to_bits().to_le_bytes());
            }
            Self::Text(text) => long(digest, 3, text.as_bytes()),
            Self::Bytes(bytes) => long(digest, 4, bytes),
        }
    }
}

/// A table's rows in the order of its key, as one SHA-256, and how many they are.
#[derive(Default)]
pub(super) struct Count {
    digest: Sha256,
    pub(super) rows: u64,
}

impl Count {
    pub(super) fn add(&mut self, row: &[Value<'_>]) {
        self.rows += 1;
        for value in row {
            value.hash(&mut self.digest);
        }
    }

    pub(super) fn hex(self) -> String {
        self.digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
