//! Bots, and the counters from which a bot's events and contacts take their numbers.

use domain::bot::{Intake, Status};
use domain::ids::{BotId, WorkspaceId};
use domain::time::Millis;

use crate::sql::{Row, params};
use crate::{ReadTx, Result, WriteTx};

/// A bot as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Bot {
    pub id: BotId,
    pub workspace: WorkspaceId,
    pub telegram_id: i64,
    pub username: String,
    pub name: String,
    /// The token, encrypted; the engine has the key.
    pub token_sealed: Vec<u8>,
    pub status: Status,
    /// Bulk messages a second; the default of the clock when absent.
    pub bulk_per_second: Option<i64>,
    /// The number of the next event: all below it are there.
    pub next_event: i64,
    /// People known, and the number of the next.
    pub next_contact: i64,
    /// The next `getUpdates` offset.
    pub poll_offset: Option<i64>,
    pub last_update_at: Option<Millis>,
    pub last_error: Option<String>,
    pub last_error_at: Option<Millis>,
    /// Telegram asked to wait until then.
    pub blocked_until: Option<Millis>,
    /// Updates that could not be taken in.
    pub ingest_failed: i64,
    pub created_at: Millis,
    /// How updates come in now.
    pub intake: Intake,
    /// Why not by webhook, where one was wanted.
    pub intake_note: Option<String>,
    /// What Telegram says of the webhook, as JSON.
    pub webhook: Option<String>,
    /// The rate that was learnt after waits, in thousandths of a message a second; the configured one when absent.
    pub rate_milli: Option<i64>,
    /// What a person is told whose payment is declined; payments are taken when absent.
    pub decline_payments: Option<String>,
}

const COLUMNS: &str = "id, workspace_id, telegram_id, username, name, token_sealed, status, bulk_per_second, \
     next_event, next_contact, poll_offset, last_update_at, last_error, last_error_at, blocked_until, \
     ingest_failed, created_at, intake, intake_note, webhook, rate_milli, decline_payments";

fn read(row: &Row<'_>) -> Result<Bot> {
    Ok(Bot {
        id: row.get(0)?,
        workspace: row.get(1)?,
        telegram_id: row.get(2)?,
        username: row.get(3)?,
        name: row.get(4)?,
        token_sealed: row.get(5)?,
        status: row.get(6)?,
        bulk_per_second: row.get(7)?,
        next_event: row.get(8)?,
        next_contact: row.get(9)?,
        poll_offset: row.get(10)?,
        last_update_at: row.get(11)?,
        last_error: row.get(12)?,
        last_error_at: row.get(13)?,
        blocked_until: row.get(14)?,
        ingest_failed: row.get(15)?,
        created_at: row.get(16)?,
        intake: row.get(17)?,
        intake_note: row.get(18)?,
        webhook: row.get(19)?,
        rate_milli: row.get(20)?,
        decline_payments: row.get(21)?,
    })
}

/// What is needed to add a bot.
pub struct NewBot<'a> {
    pub telegram_id: i64,
    pub username: &'a str,
    pub name: &'a str,
    pub token_sealed: &'a [u8],
    pub bulk_per_second: Option<i64>,
    pub now: Millis,
}

/// Adds a bot, running.
///
/// # Errors
/// [`crate::StoreError::Duplicate`] when the bot is connected already, here or in another workspace.
pub fn insert(tx: &WriteTx<'_>, workspace: WorkspaceId, new: &NewBot<'_>) -> Result<BotId> {
    let id = tx.next_id("bot")?;
    tx.run_unique(
        "this bot",
        "INSERT INTO bots (id, workspace_id, telegram_id, username, name, token_sealed, status, bulk_per_second, \
         next_event, next_contact, ingest_failed, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, 0, 0, $9)",
        params![
            id,
            workspace,
            new.telegram_id,
            new.username,
            new.name,
            new.token_sealed,
            Status::Running,
            new.bulk_per_second,
            new.now
        ],
    )?;
    Ok(BotId(id))
}

/// A bot of a workspace.
pub fn get(tx: &ReadTx<'_>, workspace: WorkspaceId, bot: BotId) -> Result<Option<Bot>> {
    let sql = format!("SELECT {COLUMNS} FROM bots WHERE id = $1 AND workspace_id = $2");
    tx.row(&sql, params![bot, workspace], read)
}

/// A bot by its id alone: for work that already stands inside it.
pub fn of(tx: &ReadTx<'_>, bot: BotId) -> Result<Option<Bot>> {
    tx.row(&format!("SELECT {COLUMNS} FROM bots WHERE id = $1"), params![bot], read)
}

/// The bots of a workspace, oldest first.
pub fn list(tx: &ReadTx<'_>, workspace: WorkspaceId) -> Result<Vec<Bot>> {
    let sql = format!("SELECT {COLUMNS} FROM bots WHERE workspace_id = $1 ORDER BY id");
    tx.rows(&sql, params![workspace], read)
}

/// Every bot of the installation: for the loops that run them.
pub fn all(tx: &ReadTx<'_>) -> Result<Vec<Bot>> {
    tx.rows(&format!("SELECT {COLUMNS} FROM bots ORDER BY id"), &[], read)
}

/// Locks the bot's row and reads its counters. Every appending transaction begins here.
pub fn lock(tx: &WriteTx<'_>, bot: BotId) -> Result<Option<Bot>> {
    // SQLite has one writer at a time, so reading is locking there.
    let lock = if tx.is_postgres() { " FOR UPDATE" } else { "" };
    tx.row(&format!("SELECT {COLUMNS} FROM bots WHERE id = $1{lock}"), params![bot], read)
}

/// Writes the counters back. Only whoever called [`lock`] in the same transaction may.
pub fn advance(tx: &WriteTx<'_>, bot: BotId, next_event: i64, next_contact: i64) -> Result<()> {
    tx.run(
        "UPDATE bots SET next_event = $2, next_contact = $3 WHERE id = $1",
        params![bot, next_event, next_contact],
    )?;
    Ok(())
}

/// Remembers where polling goes on, and that updates arrive.
pub fn polled(tx: &WriteTx<'_>, bot: BotId, offset: Option<i64>, last_update_at: Millis) -> Result<()> {
    tx.run(
        "UPDATE bots SET poll_offset = COALESCE($2, poll_offset), last_update_at = $3 WHERE id = $1",
        params![bot, offset, last_update_at],
    )?;
    Ok(())
}

/// Stores how updates come in, and why not by webhook where one was wanted.
pub fn set_intake(tx: &WriteTx<'_>, bot: BotId, intake: Intake, note: Option<&str>) -> Result<()> {
    tx.run("UPDATE bots SET intake = $2, intake_note = $3 WHERE id = $1", params![bot, intake, note])?;
    Ok(())
}

/// Stores what Telegram says of the webhook, as JSON.
pub fn set_webhook(tx: &WriteTx<'_>, bot: BotId, told: Option<&str>) -> Result<()> {
    tx.run("UPDATE bots SET webhook = $2 WHERE id = $1", params![bot, told])?;
    Ok(())
}

/// Counts an update that could not be taken in.
pub fn ingest_failed(tx: &WriteTx<'_>, bot: BotId) -> Result<()> {
    tx.run("UPDATE bots SET ingest_failed = ingest_failed + 1 WHERE id = $1", params![bot])?;
    Ok(())
}

/// Stores what last went wrong, or with `None` that all is well again.
pub fn set_error(tx: &WriteTx<'_>, bot: BotId, error: Option<&str>, at: Millis) -> Result<()> {
    let error_at = error.map(|_| at);
    tx.run(
        "UPDATE bots SET last_error = $2, last_error_at = $3 WHERE id = $1",
        params![bot, error, error_at],
    )?;
    Ok(())
}

/// What went wrong is over; something else that went wrong since stays.
pub fn clear_error(tx: &WriteTx<'_>, bot: BotId, error: &str) -> Result<()> {
    tx.run(
        "UPDATE bots SET last_error = NULL, last_error_at = NULL WHERE id = $1 AND last_error = $2",
        params![bot, error],
    )?;
    Ok(())
}

/// Stores until when Telegram asked to wait.
pub fn set_blocked_until(tx: &WriteTx<'_>, bot: BotId, until: Option<Millis>) -> Result<()> {
    tx.run("UPDATE bots SET blocked_until = $2 WHERE id = $1", params![bot, until])?;
    Ok(())
}

/// Stores the rate that was learnt, or with `None` that it is the configured one.
pub fn set_rate(tx: &WriteTx<'_>, bot: BotId, rate_milli: Option<i64>) -> Result<()> {
    tx.run("UPDATE bots SET rate_milli = $2 WHERE id = $1", params![bot, rate_milli])?;
    Ok(())
}

/// Stores what a person is told whose payment is declined, or with `None` that payments are taken.
pub fn set_decline_payments(tx: &WriteTx<'_>, bot: BotId, told: Option<&str>) -> Result<()> {
    tx.run("UPDATE bots SET decline_payments = $2 WHERE id = $1", params![bot, told])?;
    Ok(())
}

/// Stores what Telegram calls the bot.
pub fn set_names(tx: &WriteTx<'_>, bot: BotId, username: &str, name: &str) -> Result<()> {
    tx.run("UPDATE bots SET username = $2, name = $3 WHERE id = $1", params![bot, username, name])?;
    Ok(())
}

/// Starts or stops a bot.
pub fn set_status(tx: &WriteTx<'_>, bot: BotId, status: Status) -> Result<()> {
    tx.run("UPDATE bots SET status = $2 WHERE id = $1", params![bot, status])?;
    Ok(())
}

/// Sets the bulk rate.
pub fn set_bulk_per_second(tx: &WriteTx<'_>, bot: BotId, rate: Option<i64>) -> Result<()> {
    tx.run("UPDATE bots SET bulk_per_second = $2 WHERE id = $1", params![bot, rate])?;
    Ok(())
}

/// Puts another token in place of the present one, or with an empty one forgets it.
pub fn set_token(tx: &WriteTx<'_>, bot: BotId, sealed: &[u8]) -> Result<()> {
    tx.run("UPDATE bots SET token_sealed = $2 WHERE id = $1", params![bot, sealed])?;
    Ok(())
}
