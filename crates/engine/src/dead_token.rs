//! A token that Telegram no longer knows: the bot stops, and so does everything that it was sending.
//!
//! A campaign that went on as `sending` would promise an end that cannot come.

use domain::bot::Status;
use domain::campaign::{Happening, Pause, PauseReason};
use domain::ids::BotId;
use domain::time::Millis;
use store::{ReadTx, WriteTx, bots, campaigns};

use crate::{EngineError, Result};

/// Stops a bot whose token was refused, and pauses what it was sending. `error` says how it was refused. Nothing where
/// the bot has been given another token since: a call of the old one may end long after. Whether it was stopped.
///
/// # Errors
/// The database failed.
pub fn stop_bot(tx: &WriteTx<'_>, bot: BotId, token_sealed: &[u8], error: &str, now: Millis) -> Result<bool> {
    if bots::of(tx, bot)?.is_some_and(|row| row.token_sealed != token_sealed) {
        return Ok(false);
    }
    bots::set_status(tx, bot, Status::TokenDead)?;
    bots::set_error(tx, bot, Some(error), now)?;
    for mut campaign in campaigns::sending(tx, bot)? {
        let pause = Pause { reason: PauseReason::TokenDead, detail: Some(error.to_owned()) };
        campaign.course = campaign.course.step(Happening::Paused(pause), now)?;
        campaigns::update(tx, bot, &campaign)?;
    }
    Ok(true)
}

/// Refuses to send through a bot that cannot.
///
/// # Errors
/// Its token is dead.
pub fn refuse(tx: &ReadTx<'_>, bot: BotId) -> Result<()> {
    match bots::of(tx, bot)? {
        Some(row) if row.status == Status::TokenDead => {
            let message = "Telegram no longer knows this bot's token; give the bot its new one first";
            Err(EngineError::WrongState(message.into()))
        }
        _ => Ok(()),
    }
}
