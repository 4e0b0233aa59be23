//! Chats with which Telegram asked to wait. A row stays until the next wait of its bot is written after its time.

use domain::ids::{BotId, ContactNumber};
use domain::time::Millis;

use crate::sql::params;
use crate::{ReadTx, Result, WriteTx};

/// Stores until when no call to a person's chat may begin; waits that are over by `now` are forgotten.
pub fn put(tx: &WriteTx<'_>, bot: BotId, contact: ContactNumber, until: Millis, now: Millis) -> Result<()> {
    tx.run("DELETE FROM chat_waits WHERE bot_id = $1 AND until <= $2", params![bot, now])?;
    tx.run(
        "INSERT INTO chat_waits (bot_id, contact, until) VALUES ($1, $2, $3) \
         ON CONFLICT (bot_id, contact) DO UPDATE SET until = excluded.until",
        params![bot, contact, until],
    )?;
    Ok(())
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
