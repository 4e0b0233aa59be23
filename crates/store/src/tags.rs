//! The tags of a workspace and the attribute keys it knows.

use domain::cells::Kind;
use domain::ids::{TagId, WorkspaceId};
use domain::named::Named;
use domain::naming::{name_key, tidied};
use domain::time::Millis;

use crate::sql::{Row, params};
use crate::{ReadTx, Result, StoreError, WriteTx};

/// A tag.
#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    pub id: TagId,
    pub name: String,
    /// A name of the console's palette.
    pub color: String,
    pub description: String,
    pub created_at: Millis,
}

/// The colours that tags are given in turn.
pub const COLORS: [&str; 8] = ["blue", "teal", "green", "amber", "orange", "red", "violet", "gray"];

const COLUMNS: &str = "id, name, color, description, created_at";

fn read(row: &Row<'_>) -> Result<Tag> {
    Ok(Tag {
        id: row.get(0)?,
        name: row.get(1)?,
        color: row.get(2)?,
        description: row.get(3)?,
        created_at: row.get(4)?,
    })
}

/// All tags, by name.
pub fn list(tx: &ReadTx<'_>, workspace: WorkspaceId) -> Result<Vec<Tag>> {
    let sql = format!("SELECT {COLUMNS} FROM tags WHERE workspace_id = $1 ORDER BY name");
    tx.rows(&sql, params![workspace], read)
}

/// A tag by id.
pub fn get(tx: &ReadTx<'_>, workspace: WorkspaceId, tag: TagId) -> Result<Option<Tag>> {
    let sql = format!("SELECT {COLUMNS} FROM tags WHERE workspace_id = $1 AND id = $2");
    tx.row(&sql, params![workspace, tag], read)
}

/// A tag's id by its name: by this spelling, or else the oldest whose name is the same in the normal form. Workspaces
/// from before names had one may hold several.
pub fn by_name(tx: &ReadTx<'_>, workspace: WorkspaceId, name: &str) -> Result<Option<TagId>> {
    let sql = "SELECT id FROM tags WHERE workspace_id = $1 AND name = $2";
    let spelled = tx.row(sql, params![workspace, name], |row| row.get(0))?;
    match spelled {
        Some(tag) => Ok(Some(tag)),
        None => by_key(tx, workspace, name, None),
    }
}

/// The oldest tag of a name in the normal form, but for one.
fn by_key(tx: &ReadTx<'_>, workspace: WorkspaceId, name: &str, but: Option<TagId>) -> Result<Option<TagId>> {
    let key = name_key(name);
    let mut found = None;
    tx.each("SELECT id, name FROM tags WHERE workspace_id = $1 ORDER BY id", params![workspace], |row| {
        let tag: TagId = row.get(0)?;
        if Some(tag) != but && name_key(&row.get::<String>(1)?) == key {
            found = Some(tag);
        }
        Ok(found.is_none())
    })?;
    Ok(found)
}

/// Refuses a name that another tag has in the normal form.
fn check_free(tx: &ReadTx<'_>, workspace: WorkspaceId, name: &str, but: Option<TagId>) -> Result<()> {
    match by_key(tx, workspace, name, but)? {
        Some(_) => Err(StoreError::Duplicate("a tag of this name")),
        None => Ok(()),
    }
}

/// The tag of that name, made if it is new.
pub fn ensure(tx: &WriteTx<'_>, workspace: WorkspaceId, name: &str, now: Millis) -> Result<TagId> {
    match by_name(tx, workspace, name)? {
        Some(tag) => Ok(tag),
        None => add(tx, workspace, &tidied(name), None, "", now),
    }
}

/// Makes a tag; without a colour it gets the next of [`COLORS`].
///
/// # Errors
/// [`crate::StoreError::Duplicate`] when the name is taken.
pub fn insert(
    tx: &WriteTx<'_>,
    workspace: WorkspaceId,
    name: &str,
    color: Option<&str>,
    description: &str,
    now: Millis,
) -> Result<TagId> {
    check_free(tx, workspace, name, None)?;
    add(tx, workspace, name, color, description, now)
}

fn add(
    tx: &WriteTx<'_>,
    workspace: WorkspaceId,
    name: &str,
    color: Option<&str>,
    description: &str,
    now: Millis,
) -> Result<TagId> {
    let id = tx.next_id("tag")?;
    let color = color.unwrap_or(COLORS[usize::try_from(id).unwrap_or(0) % COLORS.len()]);
    tx.run_unique(
        "a tag of this name",
        "INSERT INTO tags (workspace_id, id, name, color, description, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        params![workspace, id, name, color, description, now],
    )?;
    Ok(TagId(id))
}

/// Writes name, colour and description.
///
/// # Errors
/// [`crate::StoreError::Duplicate`] when the name is taken.
pub fn update(tx: &WriteTx<'_>, workspace: WorkspaceId, tag: &Tag) -> Result<()> {
    // Who has a namesake from before keeps the name, and may change the rest.
    let renamed = get(tx, workspace, tag.id)?.is_none_or(|before| before.name != tag.name);
    if renamed {
        check_free(tx, workspace, &tag.name, Some(tag.id))?;
    }
    tx.run_unique(
        "a tag of this name",
        "UPDATE tags SET name = $3, color = $4, description = $5 WHERE workspace_id = $1 AND id = $2",
        params![workspace, tag.id, &tag.name, &tag.color, &tag.description],
    )?;
    Ok(())
}

/// Deletes a tag that nobody has any more.
pub fn delete(tx: &WriteTx<'_>, workspace: WorkspaceId, tag: TagId) -> Result<()> {
    tx.run("DELETE FROM tags WHERE workspace_id = $1 AND id = $2", params![workspace, tag])?;
    Ok(())
}

/// The attribute keys that some contact of the workspace has had.
pub fn attribute_keys(tx: &ReadTx<'_>, workspace: WorkspaceId) -> Result<Vec<String>> {
    tx.rows(
        "SELECT key FROM attribute_keys WHERE workspace_id = $1 ORDER BY key",
        params![workspace],
        |row| row.get(0),
    )
}

/// An attribute's key as it is known: by this spelling, or else the first that is the same in the normal form. One that
/// nobody had yet is tidied.
pub fn attribute_spelling(tx: &ReadTx<'_>, workspace: WorkspaceId, key: &str) -> Result<String> {
    let sql = "SELECT 1 FROM attribute_keys WHERE workspace_id = $1 AND key = $2";
    if tx.row(sql, params![workspace, key], |_| Ok(()))?.is_some() {
        return Ok(key.to_owned());
    }
    let wanted = name_key(key);
    let known = attribute_keys(tx, workspace)?.into_iter().find(|known| name_key(known) == wanted);
    Ok(known.unwrap_or_else(|| tidied(key)))
}

/// Those keys with their kind; `None` where values of several kinds are mixed.
pub fn attribute_kinds(tx: &ReadTx<'_>, workspace: WorkspaceId) -> Result<Vec<(String, Option<Kind>)>> {
    tx.rows(
        "SELECT key, kind FROM attribute_keys WHERE workspace_id = $1 ORDER BY key",
        params![workspace],
        |row| Ok((row.get(0)?, kind(row, 1)?)),
    )
}

/// What is known of a key: nothing, or its kind, which is `None` where kinds are mixed.
pub fn attribute_kind(tx: &ReadTx<'_>, workspace: WorkspaceId, key: &str) -> Result<Option<Option<Kind>>> {
    tx.row(
        "SELECT kind FROM attribute_keys WHERE workspace_id = $1 AND key = $2",
        params![workspace, key],
        |row| kind(row, 0),
    )
}

fn kind(row: &Row<'_>, index: usize) -> Result<Option<Kind>> {
    Ok(row.get::<Option<String>>(index)?.as_deref().and_then(Kind::from_name))
}

/// Remembers an attribute key with the kind of its first value. A key that is known stays as it is.
pub fn know_attribute(tx: &WriteTx<'_>, workspace: WorkspaceId, key: &str, kind: Kind) -> Result<()> {
    tx.run(
        "INSERT INTO attribute_keys (workspace_id, key, kind) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        params![workspace, key, kind],
    )?;
    Ok(())
}

/// Gives a key its kind; `None` says that kinds are mixed.
pub fn set_attribute_kind(
    tx: &WriteTx<'_>,
    workspace: WorkspaceId,
    key: &str,
    kind: Option<Kind>,
) -> Result<()> {
    tx.run(
        "UPDATE attribute_keys SET kind = $3 WHERE workspace_id = $1 AND key = $2",
        params![workspace, key, kind],
    )?;
    Ok(())
}
