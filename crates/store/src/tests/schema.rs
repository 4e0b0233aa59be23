//! The two schemas are one: the same tables, columns, keys and indexes, as each database itself tells of them.

use std::collections::BTreeMap;

use super::House;
use crate::{ReadTx, Store, StoreError};

/// Column: name, class of type, whether it must be there, whether it has a default.
type Column = (String, String, bool, bool);

/// Index: its table, whether it is unique, whether it covers a part, its columns.
type Index = (String, bool, bool, String);

#[derive(Debug, PartialEq)]
struct Schema {
    columns: BTreeMap<String, Vec<Column>>,
    keys: BTreeMap<String, String>,
    indexes: BTreeMap<String, Index>,
}

async fn read(store: &Store, queries: [&'static str; 3]) -> Schema {
    let [columns, keys, indexes] = queries;
    let work = move |tx: &ReadTx<'_>| {
        let mut schema = Schema { columns: BTreeMap::new(), keys: BTreeMap::new(), indexes: BTreeMap::new() };
        tx.each(columns, &[], |row| {
            let kind = match row.get::<String>(2)?.to_uppercase().as_str() {
                "BYTEA" => "BLOB".to_owned(),
                other => other.to_owned(),
            };
            let column = (row.get(1)?, kind, row.get(3)?, row.get(4)?);
            schema.columns.entry(row.get(0)?).or_default().push(column);
            Ok(true)
        })?;
        schema.keys = tx.rows(keys, &[], |row| Ok((row.get(0)?, row.get(1)?)))?.into_iter().collect();
        let found = tx.rows(indexes, &[], |row| {
            Ok((row.get(0)?, (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))
        })?;
        schema.indexes = found.into_iter().collect();
        Ok::<_, StoreError>(schema)
    };
    store.reader().read(work).await.unwrap()
}

const OF_SQLITE: [&str; 3] = [
    "SELECT t.name, c.name, c.type, c.\"notnull\", c.dflt_value IS NOT NULL \
     FROM sqlite_schema t, pragma_table_info(t.name) c \
     WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid",
    "SELECT name, group_concat(key, ',') FROM (SELECT t.name AS name, c.name AS key FROM sqlite_schema t, \
     pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND c.pk > 0 \
     ORDER BY t.name, c.pk) GROUP BY name",
    "SELECT name, max(place), max(uniqueness), max(part), group_concat(key, ',') FROM (SELECT i.name AS name, \
     t.name AS place, i.\"unique\" AS uniqueness, i.partial AS part, c.name AS key FROM sqlite_schema t, \
     pragma_index_list(t.name) i, pragma_index_info(i.name) c WHERE t.type = 'table' AND i.origin <> 'pk' \
     ORDER BY i.name, c.seqno) GROUP BY name",
];

const OF_POSTGRES: [&str; 3] = [
    "SELECT c.table_name::text, c.column_name::text, c.data_type::text, c.is_nullable = 'NO', \
     c.column_default IS NOT NULL FROM information_schema.columns c \
     WHERE c.table_schema = 'public' AND c.table_name <> 'schema_version' \
     ORDER BY c.table_name, c.ordinal_position",
    "SELECT t.relname::text, string_agg(a.attname::text, ',' ORDER BY k.place) FROM pg_index i \
     JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace, \
     unnest(i.indkey) WITH ORDINALITY AS k(attnum, place), pg_attribute a \
     WHERE n.nspname = 'public' AND i.indisprimary AND a.attrelid = t.oid AND a.attnum = k.attnum \
     AND t.relname <> 'schema_version' GROUP BY t.relname",
    "SELECT x.relname::text, t.relname::text, i.indisunique, i.indpred IS NOT NULL, \
     string_agg(a.attname::text, ',' ORDER BY k.place) FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid \
     JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace, \
     unnest(i.indkey) WITH ORDINALITY AS k(attnum, place), pg_attribute a \
     WHERE n.nspname = 'public' AND NOT i.indisprimary AND a.attrelid = t.oid AND a.attnum = k.attnum \
     GROUP BY x.relname, t.relname, i.indisunique, i.indpred IS NOT NULL",
];

#[tokio::test]
async fn both_databases_have_the_same_tables() {
    let Some(house) = House::postgres() else { return };
    let sqlite = House::sqlite();
    let (ours, theirs) = (read(&sqlite.open(), OF_SQLITE).await, read(&house.open(), OF_POSTGRES).await);
    assert!(ours.columns.len() > 25 && ours.keys.len() == ours.columns.len(), "{ours:?}");
    assert!(ours.indexes.len() > 10, "{:?}", ours.indexes);
    for (table, columns) in &ours.columns {
        assert_eq!(Some(columns), theirs.columns.get(table), "columns of {table}: SQLite, then PostgreSQL");
    }
    assert_eq!(ours, theirs);
}

#[tokio::test]
async fn text_of_postgresql_is_ordered_by_bytes_whatever_the_databases_collation() {
    let Some(house) = House::postgres() else { return };
    let sql = "SELECT table_name::text || '.' || column_name::text FROM information_schema.columns \
               WHERE table_schema = 'public' AND data_type IN ('text', 'character varying') \
               AND collation_name IS DISTINCT FROM 'C'";
    let store = house.open();
    let others = store.reader().read(move |tx| tx.rows(sql, &[], |row| row.get::<String>(0)));
    assert_eq!(others.await.unwrap(), Vec::<String>::new());
}
