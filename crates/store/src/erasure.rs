//! Erasing one person: what they wrote and were told to be is blanked in place, so that numbers, times and counts
//! stay as they were.

use domain::event::{Event, EventBody};
use domain::ids::{BotId, ContactNumber};

use crate::events::{INGEST_FAILED, RAW};
use crate::recipients::{PENDING, SKIPPED};
use crate::sql::params;
use crate::{ReadTx, Result, WriteTx, events};

/// Events about the bot, kept raw, that may name a person: their numbers. Walks all raw events of the bot.
pub fn raw_events_naming(tx: &ReadTx<'_>, bot: BotId, telegram_id: i64) -> Result<Vec<i64>> {
    let named = telegram_id.to_string();
    let mut found = Vec::new();
    let sql = format!(
        "SELECT number, data FROM events WHERE bot_id = $1 AND contact IS NULL \
         AND kind IN ('{RAW}', '{INGEST_FAILED}') ORDER BY number"
    );
    tx.each(&sql, params![bot], |row| {
        if row.get::<String>(1)?.contains(&named) {
            found.push(row.get(0)?);
        }
        Ok(true)
    })?;
    Ok(found)
}

/// Replaces an event's payload; number, time and person stay.
pub fn blank_event(tx: &WriteTx<'_>, bot: BotId, number: i64, body: &EventBody) -> Result<()> {
    let data = body.encode();
    tx.run(
        "UPDATE events SET object = $3, data = $4 WHERE bot_id = $1 AND number = $2",
        params![bot, number, body.object(), data.as_str()],
    )?;
    Ok(())
}

/// One event by its number.
pub fn event(tx: &ReadTx<'_>, bot: BotId, number: i64) -> Result<Option<Event>> {
    Ok(events::after(tx, bot, number - 1, 1)?.into_iter().find(|event| event.number == number))
}

/// Blanks what was written to a person outside campaigns. What waits is not sent any more.
pub fn blank_messages(tx: &WriteTx<'_>, bot: BotId, contact: ContactNumber) -> Result<()> {
    let sql = format!(
        "UPDATE outbox SET state = {SKIPPED}, reason = $3 \
         WHERE bot_id = $1 AND contact = $2 AND state = {PENDING}"
    );
    tx.run(&sql, params![bot, contact, "erased"])?;
    tx.run("UPDATE outbox SET params = '{}' WHERE bot_id = $1 AND contact = $2", params![bot, contact])?;
    Ok(())
}

/// Deletes what belongs to a person alone: tags, notes, the conversation, the run of a flow, a member's binding, a place in the test group,
/// and what visits of links told about their browser.
pub fn forget(tx: &WriteTx<'_>, bot: BotId, contact: ContactNumber) -> Result<()> {
    for table in
        ["contact_tags", "presses_seen", "notes", "conversations", "flow_runs", "member_contacts", "testers"]
    {
        let sql = format!("DELETE FROM {table} WHERE bot_id = $1 AND contact = $2");
        tx.run(&sql, params![bot, contact])?;
    }
    // The row stays bound, so that its token is not taken for a new start.
    tx.run(
        "UPDATE visits SET address = NULL, address_whole = 0, country = NULL, country_by_network = 0, browser = NULL, os = NULL, device = NULL, \
         language = NULL, referrer = NULL, user_agent = NULL, query = '[]' WHERE bot_id = $1 AND contact = $2",
        params![bot, contact],
    )?;
    Ok(())
}

/// Puts another number in the place of a person's Telegram id.
pub fn rename(tx: &WriteTx<'_>, bot: BotId, contact: ContactNumber, telegram_id: i64) -> Result<()> {
    tx.run(
        "UPDATE contacts SET telegram_id = $3 WHERE bot_id = $1 AND number = $2",
        params![bot, contact, telegram_id],
    )?;
    Ok(())
}
