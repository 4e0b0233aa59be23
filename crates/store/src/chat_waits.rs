//! Chats with which Telegram asked to wait. A row stays for a while after its time.

use domain::ids::{BotId, ContactNumber};
use domain::time::Millis;

use crate::sql::params;
use crate::{ReadTx, Result, WriteTx};

/// A wait that begins so long after the last one's end is none of the same row: whoever waits for a chat calls it again
/// soon after, and what was taken meanwhile ends the row.
const PAUSE_MS: Millis = 600_000;

/// Stores until when no call to a person's chat may begin, and gives since when it has been refused again and again.
/// Waits that are long over are forgotten.
pub fn put(
    tx: &WriteTx<'_>,
    bot: BotId,
    contact: ContactNumber,
    until: Millis,
    now: Millis,
) -> Result<Millis> {
    tx.run("DELETE FROM chat_waits WHERE bot_id = $1 AND until <= $2", params![bot, now - PAUSE_MS])?;
    tx.run(
        "INSERT INTO chat_waits (bot_id, contact, until, since) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (bot_id, contact) DO UPDATE SET until = excluded.until",
        params![bot, contact, until, now],
    )?;
    let sql = "SELECT since FROM chat_waits WHERE bot_id = $1 AND contact = $2";
    Ok(tx.row(sql, params![bot, contact], |row| row.get(0))?.unwrap_or(now))
}

/// The Telegram ids of people with whose chats must be waited, and until when.
pub fn all(tx: &ReadTx<'_>, bot: BotId, now: Millis) -> Result<Vec<(i64, Millis)>> {
    tx.rows(
        "SELECT telegram_id, until FROM chat_waits JOIN contacts \
         ON contacts.bot_id = chat_waits.bot_id AND contacts.number = chat_waits.contact \
         WHERE chat_waits.bot_id = $1 AND until > $2",
        params![bot, now],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}
