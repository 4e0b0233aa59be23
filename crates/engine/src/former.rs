//! People who were erased and come back.
//!
//! An erased row keeps a keyed hash in the place of its Telegram id. Nobody can tell from it who it was, but when that
//! person writes again the hash is found, and what they had forbidden still holds.

use domain::ids::{BotId, ContactNumber};
use store::{contacts, erasure};

use crate::journal::{Journal, Reach};
use crate::{Result, Secrets};

/// What stands in an erased row for a Telegram id: never that of a person, since those are above zero.
pub fn telegram_id(secrets: &Secrets, bot: BotId, telegram_id: i64) -> i64 {
    below_zero(secrets.sign("erased", &[bot.0, telegram_id]))
}

/// Takes over what an erased person had forbidden, for somebody who was met just now: their opt-out. The old row's hash
/// is changed, so that being erased once more finds its place free.
///
/// # Errors
/// The database failed.
pub fn take_over(
    journal: &mut Journal<'_>,
    contact: &mut store::contacts::Contact,
    secrets: &Secrets,
    at: domain::time::Millis,
) -> Result<()> {
    let bot = journal.bot();
    let hashed = telegram_id(secrets, bot, contact.telegram_id);
    let Some(former) = contacts::by_telegram_id(journal.tx(), bot, hashed)? else { return Ok(()) };
    erasure::rename(journal.tx(), bot, former.number, spent(secrets, bot, former.number))?;
    if former.reachability.opted_out {
        journal.set_reachability(contact, at, Reach::OptedOut)?;
    }
    Ok(())
}

fn spent(secrets: &Secrets, bot: BotId, number: ContactNumber) -> i64 {
    below_zero(secrets.sign("erased before", &[bot.0, i64::from(number.0)]))
}

fn below_zero(hash: [u8; 8]) -> i64 {
    -(i64::from_be_bytes(hash) & i64::MAX) - 1
}
