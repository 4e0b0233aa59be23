//! Messages outside campaigns: agents' replies, flow messages, tests. Written before the call, kept after it.

use domain::event::Outcome;
use domain::ids::{BotId, ContactNumber, OutboxId};
use domain::message::{MessageAuthor, Outgoing, StoredMessage};
use domain::named::Named;
use domain::time::Millis;
use serde_json::json;

use crate::recipients::{LEASED, PENDING, UNKNOWN};
use crate::sql::{self, Row, params};
use crate::{ReadTx, Result, WriteTx};

/// Whose turn comes first. The numbers are those of the table.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    strum::FromRepr,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[strum(serialize_all = "snake_case", const_into_str)]
#[repr(u8)]
pub enum Lane {
    Agents = 0,
    Flows = 1,
    Tests = 2,
}

/// One message.
#[derive(Debug, Clone, PartialEq)]
pub struct Queued {
    pub id: OutboxId,
    pub contact: ContactNumber,
    pub lane: Lane,
    pub state: Outcome,
    pub message: StoredMessage,
    pub author: MessageAuthor,
    /// Sent once more after a crash (flow messages) or on an agent's wish.
    pub again: bool,
    pub created_at: Millis,
    /// The time of the lease.
    pub at: Option<Millis>,
    pub message_id: Option<i64>,
    pub reason: Option<String>,
}

const COLUMNS: &str = "id, contact, lane, state, params, author, again, created_at, at, message_id, reason";

fn read(row: &Row<'_>) -> Result<Queued> {
    Ok(Queued {
        id: row.get(0)?,
        contact: row.get(1)?,
        lane: row.get(2)?,
        state: row.get(3)?,
        message: StoredMessage::read(sql::json(row, 4)?),
        author: MessageAuthor::read(&sql::json(row, 5)?),
        again: row.get(6)?,
        created_at: row.get(7)?,
        at: row.get(8)?,
        message_id: row.get(9)?,
        reason: row.get(10)?,
    })
}

/// Queues a message.
pub fn insert(
    tx: &WriteTx<'_>,
    bot: BotId,
    contact: ContactNumber,
    lane: Lane,
    message: &Outgoing,
    author: MessageAuthor,
    now: Millis,
) -> Result<OutboxId> {
    let id = tx.next_id("outbox")?;
    tx.run(
        "INSERT INTO outbox (bot_id, id, contact, lane, state, params, author, again, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8)",
        params![
            bot,
            id,
            contact,
            lane,
            Outcome::Pending,
            StoredMessage::write(message).as_str(),
            json!(author).to_string().as_str(),
            now
        ],
    )?;
    Ok(OutboxId(id))
}

/// Waiting messages of a lane, oldest first. `beside_waits` leaves people out whose chats wait at that moment.
pub fn waiting(
    tx: &ReadTx<'_>,
    bot: BotId,
    lane: Lane,
    beside_waits: Option<Millis>,
    limit: usize,
) -> Result<Vec<Queued>> {
    let Some(now) = beside_waits else {
        let statement = format!(
            "SELECT {COLUMNS} FROM outbox WHERE bot_id = $1 AND lane = $2 AND state = {PENDING} ORDER BY id LIMIT $3"
        );
        return tx.rows(&statement, params![bot, lane, limit as i64], read);
    };
    let statement = format!(
        "SELECT {COLUMNS} FROM outbox WHERE bot_id = $1 AND lane = $2 AND state = {PENDING} \
         AND NOT EXISTS (SELECT 1 FROM chat_waits WHERE chat_waits.bot_id = $1 \
         AND chat_waits.contact = outbox.contact AND chat_waits.until > $4) ORDER BY id LIMIT $3"
    );
    tx.rows(&statement, params![bot, lane, limit as i64, now], read)
}

/// The lanes in which a message waits, in order.
pub fn lanes(tx: &ReadTx<'_>, bot: BotId) -> Result<Vec<Lane>> {
    let waits = |lane: &Lane| {
        let lane = *lane as u8;
        format!(
            "CASE WHEN EXISTS (SELECT 1 FROM outbox WHERE bot_id = $1 AND lane = {lane} AND state = {PENDING}) \
             THEN 1 ELSE 0 END"
        )
    };
    let columns: Vec<String> = Lane::ALL.iter().map(waits).collect();
    let found = tx.row(&format!("SELECT {}", columns.join(", ")), params![bot], |row| {
        let mut lanes = Vec::new();
        for (index, lane) in Lane::ALL.iter().enumerate() {
            if row.get(index)? {
                lanes.push(*lane);
            }
        }
        Ok(lanes)
    })?;
    Ok(found.unwrap_or_default())
}

/// How many messages wait in a lane.
pub fn count_waiting(tx: &ReadTx<'_>, bot: BotId, lane: Lane) -> Result<i64> {
    let sql = format!("SELECT COUNT(*) FROM outbox WHERE bot_id = $1 AND lane = $2 AND state = {PENDING}");
    let count = tx.row(&sql, params![bot, lane], |row| row.get(0))?;
    Ok(count.unwrap_or(0))
}

/// Messages of a bot that are still to be sent, or under way, whose stored form holds a text.
pub fn unsent_holding(tx: &ReadTx<'_>, bot: BotId, text: &str) -> Result<Vec<Queued>> {
    let statement = format!(
        "SELECT {COLUMNS} FROM outbox WHERE bot_id = $1 AND state IN ({PENDING}, {LEASED}) AND params LIKE $2 ESCAPE '\\' ORDER BY id"
    );
    tx.rows(&statement, params![bot, &sql::containing(text)], read)
}

/// Messages whose call may have begun: after a start, those of a process that is gone.
pub fn leased(tx: &ReadTx<'_>, bot: BotId) -> Result<Vec<Queued>> {
    let statement =
        format!("SELECT {COLUMNS} FROM outbox WHERE bot_id = $1 AND state = {LEASED} ORDER BY id");
    tx.rows(&statement, params![bot], read)
}

/// One message.
pub fn get(tx: &ReadTx<'_>, bot: BotId, id: OutboxId) -> Result<Option<Queued>> {
    tx.row(&format!("SELECT {COLUMNS} FROM outbox WHERE bot_id = $1 AND id = $2"), params![bot, id], read)
}

/// Leases a waiting message, durable before its call.
pub fn lease(tx: &WriteTx<'_>, bot: BotId, id: OutboxId, now: Millis) -> Result<bool> {
    let sql = format!(
        "UPDATE outbox SET state = {LEASED}, at = $3 WHERE bot_id = $1 AND id = $2 AND state = {PENDING}"
    );
    let changed = tx.run(&sql, params![bot, id, now])?;
    Ok(changed == 1)
}

/// Writes how a message ended, or with [`Outcome::Pending`] that it waits again.
pub fn settle(
    tx: &WriteTx<'_>,
    bot: BotId,
    id: OutboxId,
    outcome: Outcome,
    message_id: Option<i64>,
    reason: Option<&str>,
) -> Result<()> {
    tx.run(
        "UPDATE outbox SET state = $3, message_id = $4, reason = $5 WHERE bot_id = $1 AND id = $2",
        params![bot, id, outcome, message_id, reason],
    )?;
    Ok(())
}

/// Puts another message in a row's place.
pub fn put_message(tx: &WriteTx<'_>, bot: BotId, id: OutboxId, message: &Outgoing) -> Result<()> {
    let stored = StoredMessage::write(message);
    tx.run("UPDATE outbox SET params = $3 WHERE bot_id = $1 AND id = $2", params![bot, id, stored.as_str()])?;
    Ok(())
}

/// Writes how a call ended after all whose message was given up as a killed process's: nothing, if the message moved
/// on since. `leased_at` tells the call from a later one.
pub fn prove(
    tx: &WriteTx<'_>,
    bot: BotId,
    id: OutboxId,
    leased_at: Millis,
    outcome: Outcome,
    message_id: Option<i64>,
    reason: Option<&str>,
) -> Result<()> {
    tx.run(
        "UPDATE outbox SET state = $4, message_id = $5, reason = $6, again = 0 \
         WHERE bot_id = $1 AND id = $2 AND at = $3 AND state IN ($7, $8)",
        params![bot, id, leased_at, outcome, message_id, reason, Outcome::Pending, Outcome::Unknown],
    )?;
    Ok(())
}

/// A person's messages of which nobody knows whether they arrived, those that wait to be sent again too.
pub fn unproved(tx: &ReadTx<'_>, bot: BotId, contact: ContactNumber) -> Result<Vec<Queued>> {
    let statement = format!(
        "SELECT {COLUMNS} FROM outbox WHERE bot_id = $1 AND contact = $2 AND (state = {UNKNOWN} OR state = {PENDING} AND again = 1) ORDER BY id"
    );
    tx.rows(&statement, params![bot, contact], read)
}

/// Whether one of a person's messages is known to stand in their chat under this id.
pub fn has_message_id(tx: &ReadTx<'_>, bot: BotId, contact: ContactNumber, message_id: i64) -> Result<bool> {
    let statement = "SELECT 1 FROM outbox WHERE bot_id = $1 AND contact = $2 AND message_id = $3 LIMIT 1";
    Ok(tx.row(statement, params![bot, contact, message_id], |row| row.get::<i64>(0))?.is_some())
}

/// Lets a message wait again, marked as sent again.
pub fn again(tx: &WriteTx<'_>, bot: BotId, id: OutboxId) -> Result<()> {
    tx.run(
        "UPDATE outbox SET state = $3, again = 1, reason = NULL WHERE bot_id = $1 AND id = $2",
        params![bot, id, Outcome::Pending],
    )?;
    Ok(())
}

/// What was written to one person, newest first, below a moment.
pub fn of_contact(
    tx: &ReadTx<'_>,
    bot: BotId,
    contact: ContactNumber,
    before: Millis,
    limit: usize,
) -> Result<Vec<Queued>> {
    let statement = format!(
        "SELECT {COLUMNS} FROM outbox WHERE bot_id = $1 AND contact = $2 AND created_at < $3 \
         ORDER BY created_at DESC, id DESC LIMIT $4"
    );
    tx.rows(&statement, params![bot, contact, before, limit as i64], read)
}
