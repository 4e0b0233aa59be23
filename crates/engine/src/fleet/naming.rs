//! What Telegram calls a bot: @BotFather can change it at any time, and tells nobody. Links and names follow.

use std::time::Duration;

use store::bots;

use super::poller::{PollerParts, asked_wait};
use crate::Result;

/// How often Telegram is asked.
const ASK_EVERY: Duration = Duration::from_secs(3 * 60 * 60);
/// The same after it could not be.
const RETRY_EVERY: Duration = Duration::from_secs(5 * 60);

/// Asks at once (a token may be new) and then now and then, for as long as it is let.
pub(super) async fn keep_up(parts: PollerParts) {
    loop {
        let pause = match parts.client.get_me().await {
            Ok(me) => match remember(&parts, me).await {
                Ok(()) => ASK_EVERY,
                Err(error) => {
                    tracing::warn!(bot = %parts.hold.bot, %error, "the bot's name could not be stored");
                    RETRY_EVERY
                }
            },
            // Whoever takes updates in says so, where it matters.
            Err(error) => {
                tracing::debug!(bot = %parts.hold.bot, %error, "the bot's name could not be asked");
                RETRY_EVERY.max(asked_wait(&error))
            }
        };
        tokio::time::sleep(pause).await;
    }
}

async fn remember(parts: &PollerParts, me: telegram::Me) -> Result<()> {
    let bot = parts.hold.bot;
    let row = parts.store.reader().read(move |tx| bots::of(tx, bot)).await?;
    let is_news = |row: &bots::Bot| {
        row.telegram_id == me.id
            && !me.username.is_empty()
            && (row.username != me.username || row.name != me.first_name)
    };
    if row.as_ref().is_some_and(is_news) {
        tracing::info!(%bot, username = %me.username, "the bot has another name at Telegram now");
        parts.store.write(move |tx| bots::set_names(tx, bot, &me.username, &me.first_name)).await?;
    }
    Ok(())
}
