//! Uploaded files: what they are, their bytes in parts, and what Telegram calls them for each bot.

use domain::ids::{BotId, MediaId, WorkspaceId};
use domain::message::MediaKind;
use domain::time::Millis;

use crate::sql::{Row, params};
use crate::{ReadTx, Result, WriteTx};

/// Bytes of one part: small enough that no commit is held up by a large file.
pub const PART_BYTES: usize = 1 << 20;

/// A file as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaFile {
    pub id: MediaId,
    pub name: String,
    pub content_type: String,
    pub byte_count: i64,
    /// Of a picture, in pixels.
    pub width: Option<i64>,
    pub height: Option<i64>,
    /// Of the bytes: the same file is stored once a workspace.
    pub hash: String,
    pub created_at: Millis,
}

const COLUMNS: &str = "id, name, content_type, byte_count, width, height, hash, created_at";

fn read(row: &Row<'_>) -> Result<MediaFile> {
    Ok(MediaFile {
        id: row.get(0)?,
        name: row.get(1)?,
        content_type: row.get(2)?,
        byte_count: row.get(3)?,
        width: row.get(4)?,
        height: row.get(5)?,
        hash: row.get(6)?,
        created_at: row.get(7)?,
    })
}

/// A file of a workspace whose bytes are all there.
pub fn get(tx: &ReadTx<'_>, workspace: WorkspaceId, id: MediaId) -> Result<Option<MediaFile>> {
    let sql = format!("SELECT {COLUMNS} FROM media WHERE workspace_id = $1 AND id = $2 AND ready = 1");
    tx.row(&sql, params![workspace, id], read)
}

/// The same file, if the workspace has it already.
pub fn by_hash(tx: &ReadTx<'_>, workspace: WorkspaceId, hash: &str) -> Result<Option<MediaFile>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM media WHERE workspace_id = $1 AND hash = $2 AND ready = 1 ORDER BY id LIMIT 1"
    );
    tx.row(&sql, params![workspace, hash], read)
}

/// Files of a workspace below an id, latest first.
pub fn list(
    tx: &ReadTx<'_>,
    workspace: WorkspaceId,
    before: MediaId,
    limit: usize,
) -> Result<Vec<MediaFile>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM media WHERE workspace_id = $1 AND id < $2 AND ready = 1 ORDER BY id DESC LIMIT $3"
    );
    tx.rows(&sql, params![workspace, before, limit as i64], read)
}

/// How many files a workspace has, and their bytes.
pub fn usage(tx: &ReadTx<'_>, workspace: WorkspaceId) -> Result<(i64, i64)> {
    // Sums of 64-bit integers are something larger on PostgreSQL.
    let sql =
        "SELECT COUNT(*), CAST(COALESCE(SUM(byte_count), 0) AS BIGINT) FROM media WHERE workspace_id = $1";
    let found = tx.row(sql, params![workspace], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(found.unwrap_or_default())
}

/// Begins a file, whose parts follow; its id is given here.
pub fn begin(tx: &WriteTx<'_>, workspace: WorkspaceId, file: &MediaFile) -> Result<MediaId> {
    let id = tx.next_id("media")?;
    tx.run(
        "INSERT INTO media (workspace_id, id, name, content_type, byte_count, width, height, hash, ready, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9)",
        params![
            workspace,
            id,
            &file.name,
            &file.content_type,
            file.byte_count,
            file.width,
            file.height,
            &file.hash,
            file.created_at
        ],
    )?;
    Ok(MediaId(id))
}

/// Adds a part, counted from 0.
pub fn add_part(
    tx: &WriteTx<'_>,
    workspace: WorkspaceId,
    id: MediaId,
    part: usize,
    bytes: &[u8],
) -> Result<()> {
    tx.run(
        "INSERT INTO media_parts (workspace_id, media, part, bytes) VALUES ($1, $2, $3, $4)",
        params![workspace, id, part as i64, bytes],
    )?;
    Ok(())
}

/// All parts are there.
pub fn finish(tx: &WriteTx<'_>, workspace: WorkspaceId, id: MediaId) -> Result<()> {
    tx.run("UPDATE media SET ready = 1 WHERE workspace_id = $1 AND id = $2", params![workspace, id])?;
    Ok(())
}

/// Hides a file that is being deleted: nothing finds it any more, and its parts go next.
pub fn hide(tx: &WriteTx<'_>, workspace: WorkspaceId, id: MediaId) -> Result<()> {
    tx.run("UPDATE media SET ready = 0 WHERE workspace_id = $1 AND id = $2", params![workspace, id])?;
    tx.run(
        "DELETE FROM media_sent WHERE media = $2 AND bot_id IN (SELECT id FROM bots WHERE workspace_id = $1)",
        params![workspace, id],
    )?;
    Ok(())
}

/// Deletes parts of a hidden file, so many at once, and at last the file itself; whether anything is left.
pub fn delete_parts(tx: &WriteTx<'_>, workspace: WorkspaceId, id: MediaId, limit: usize) -> Result<bool> {
    let parts = tx.run(
        "DELETE FROM media_parts WHERE workspace_id = $1 AND media = $2 AND part IN (SELECT part FROM media_parts \
         WHERE workspace_id = $1 AND media = $2 ORDER BY part LIMIT $3)",
        params![workspace, id, limit as i64],
    )?;
    if parts == limit {
        return Ok(true);
    }
    tx.run("DELETE FROM media WHERE workspace_id = $1 AND id = $2 AND ready = 0", params![workspace, id])?;
    Ok(false)
}

/// Files that were begun or hidden before a moment and never came to an end: their process is gone.
pub fn left_over(tx: &ReadTx<'_>, workspace: WorkspaceId, before: Millis) -> Result<Vec<MediaId>> {
    tx.rows(
        "SELECT id FROM media WHERE workspace_id = $1 AND ready = 0 AND created_at < $2 ORDER BY id",
        params![workspace, before],
        |row| row.get(0),
    )
}

/// Some of a file's bytes, both ends among them.
pub fn bytes_between(
    tx: &ReadTx<'_>,
    workspace: WorkspaceId,
    id: MediaId,
    first: u64,
    last: u64,
) -> Result<Vec<u8>> {
    let part = PART_BYTES as u64;
    let (from, to) = (first / part, last / part);
    let mut all = Vec::new();
    tx.each(
        "SELECT bytes FROM media_parts WHERE workspace_id = $1 AND media = $2 AND part >= $3 AND part <= $4 \
         ORDER BY part",
        params![workspace, id, from as i64, to as i64],
        |row| {
            all.extend(row.get::<Vec<u8>>(0)?);
            Ok(true)
        },
    )?;
    let skipped = usize::try_from(first - from * part).unwrap_or(usize::MAX);
    let wanted = usize::try_from(last - first).unwrap_or(usize::MAX).saturating_add(1);
    Ok(all.into_iter().skip(skipped).take(wanted).collect())
}

/// The whole file.
pub fn bytes(tx: &ReadTx<'_>, workspace: WorkspaceId, id: MediaId) -> Result<Vec<u8>> {
    let mut all = Vec::new();
    tx.each(
        "SELECT bytes FROM media_parts WHERE workspace_id = $1 AND media = $2 ORDER BY part",
        params![workspace, id],
        |row| {
            all.extend(row.get::<Vec<u8>>(0)?);
            Ok(true)
        },
    )?;
    Ok(all)
}

/// What Telegram calls a file that a bot has uploaded as this kind.
pub fn sent_as(tx: &ReadTx<'_>, bot: BotId, id: MediaId, kind: MediaKind) -> Result<Option<String>> {
    tx.row(
        "SELECT file_id FROM media_sent WHERE bot_id = $1 AND media = $2 AND kind = $3",
        params![bot, id, kind],
        |row| row.get(0),
    )
}

/// Remembers it.
pub fn remember_sent(
    tx: &WriteTx<'_>,
    bot: BotId,
    id: MediaId,
    kind: MediaKind,
    file_id: &str,
) -> Result<()> {
    tx.run(
        "INSERT INTO media_sent (bot_id, media, kind, file_id) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (bot_id, media, kind) DO UPDATE SET file_id = excluded.file_id",
        params![bot, id, kind, file_id],
    )?;
    Ok(())
}
