//! How a bot's updates come in: pushed to `public_url` where there is one, else polled. A webhook that is refused or
//! does not work is given up for a while, which is said on the bot's card, and tried again.

use std::time::Duration;

use domain::bot::Intake;
use domain::time::Millis;
use serde_json::json;
use store::bots;
use telegram::{SendError, Webhook, WebhookInfo};
use tokio_util::sync::CancellationToken;

use super::ALLOWED;
use super::poller::{Poller, PollerParts, asked_wait};
use crate::Result;

/// Pushes that Telegram may have under way at once.
const CONNECTIONS_MAX: u8 = 40;
/// After a refusal or a webhook that did not work, polling goes on so long before it is tried again.
const POLL_FOR: Duration = Duration::from_secs(15 * 60);
/// The same when Telegram could not be asked.
const POLL_BRIEFLY: Duration = Duration::from_secs(20);
/// So many looks in a row must show updates waiting behind a fresh error.
const BAD_LOOKS_MAX: u32 = 3;

/// Where a bot's updates are to be pushed.
#[derive(Clone)]
pub(super) struct Address {
    pub url: String,
    pub secret: String,
    /// How often Telegram is asked how it goes.
    pub look_every: Duration,
}

/// Keeps one bot's updates coming.
pub(super) struct Reception {
    pub parts: PollerParts,
    pub address: Option<Address>,
}

/// Why pushing ended.
enum End {
    Stopped,
    GivenUp { why: String, poll_for: Duration },
}

impl Reception {
    pub async fn run(self, stop: CancellationToken) -> Result<()> {
        let Some(address) = &self.address else {
            self.note(Intake::Polling, None).await?;
            return Poller::new(self.parts.clone()).run(stop).await;
        };
        while !stop.is_cancelled() {
            let (why, poll_for) = match self.pushed(address, &stop).await? {
                End::Stopped => break,
                End::GivenUp { why, poll_for } => (why, poll_for),
            };
            tracing::warn!(bot = %self.parts.hold.bot, %why, "updates are polled in place of pushed");
            self.note(Intake::Polling, Some(why)).await?;
            let until = stop.child_token();
            let alarm = tokio::spawn({
                let until = until.clone();
                async move {
                    tokio::time::sleep(poll_for).await;
                    until.cancel();
                }
            });
            let polled = Poller::new(self.parts.clone()).run(until.clone()).await;
            alarm.abort();
            polled?;
            if !until.is_cancelled() {
                // The poller ended by itself: the token is dead.
                break;
            }
        }
        Ok(())
    }

    /// Sets the webhook and watches it until it does not work.
    async fn pushed(&self, address: &Address, stop: &CancellationToken) -> Result<End> {
        let webhook = Webhook {
            url: &address.url,
            secret_token: &address.secret,
            max_connections: CONNECTIONS_MAX,
            allowed_updates: &ALLOWED,
        };
        if let Err(error) = self.parts.client.set_webhook(&webhook).await {
            return Ok(given_up(&error));
        }
        let set_at = self.parts.clock.now();
        self.note(Intake::Webhook, None).await?;
        let mut bad_looks = BadLooks { set_at, count: 0, pending: 0 };
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(End::Stopped),
                () = tokio::time::sleep(address.look_every) => {}
            }
            let info = match self.parts.client.get_webhook_info().await {
                Ok(info) => info,
                // It is Telegram that cannot be reached; its pushes may come all the same.
                Err(
                    SendError::NotSent { .. }
                    | SendError::NotTelegram { .. }
                    | SendError::Unknown { .. }
                    | SendError::RetryAfter { .. },
                ) => continue,
                Err(error) => return Ok(given_up(&error)),
            };
            if info.url != address.url {
                tracing::warn!(bot = %self.parts.hold.bot, "another program changed this bot's webhook; it is set again");
                if let Err(error) = self.parts.client.set_webhook(&webhook).await {
                    return Ok(given_up(&error));
                }
                continue;
            }
            self.remember(&info).await?;
            if let Some(why) = bad_looks.after(&info) {
                return Ok(End::GivenUp { why, poll_for: POLL_FOR });
            }
        }
    }

    async fn note(&self, intake: Intake, why: Option<String>) -> Result<()> {
        let bot = self.parts.hold.bot;
        self.parts
            .store
            .write(move |tx| {
                bots::set_intake(tx, bot, intake, why.as_deref())?;
                if intake == Intake::Polling {
                    bots::set_webhook(tx, bot, None)?;
                } else {
                    // What polling last complained of is over.
                    bots::set_error(tx, bot, None, 0)?;
                }
                Ok(())
            })
            .await
    }

    async fn remember(&self, info: &WebhookInfo) -> Result<()> {
        let (bot, now) = (self.parts.hold.bot, self.parts.clock.now());
        let told = json!({
            "pending": info.pending_update_count, "last_error": info.last_error_message,
            "last_error_at": info.last_error_date.map(|s| s.saturating_mul(1000)), "checked_at": now,
        });
        self.parts
            .store
            .write(move |tx| bots::set_webhook(tx, bot, Some(&told.to_string())).map_err(Into::into))
            .await
    }
}

fn given_up(error: &SendError) -> End {
    let poll_for = if matches!(error, SendError::Refused { .. } | SendError::BadContent { .. }) {
        POLL_FOR
    } else {
        POLL_BRIEFLY.max(asked_wait(error))
    };
    End::GivenUp { why: format!("Telegram does not take the webhook: {error}"), poll_for }
}

/// Looks in a row at a webhook behind which updates pile up.
struct BadLooks {
    /// When the webhook was set: an older error is not its own.
    set_at: Millis,
    count: u32,
    pending: i64,
}

impl BadLooks {
    /// Why the webhook is to be given up, if it is.
    fn after(&mut self, info: &WebhookInfo) -> Option<String> {
        // Telegram tells whole seconds.
        let is_fresh = info.last_error_date.is_some_and(|s| s.saturating_mul(1000) >= self.set_at - 999);
        let grows = info.pending_update_count > 0 && info.pending_update_count >= self.pending;
        self.count = if is_fresh && grows { self.count + 1 } else { 0 };
        self.pending = info.pending_update_count;
        (self.count >= BAD_LOOKS_MAX).then(|| {
            let error = info.last_error_message.as_deref().unwrap_or("no reason told");
            format!("{} updates wait, and Telegram cannot push them: {error}", info.pending_update_count)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(pending: i64, error_s: Option<i64>) -> WebhookInfo {
        WebhookInfo {
            url: "u".into(),
            pending_update_count: pending,
            last_error_date: error_s,
            last_error_message: error_s.map(|_| "Connection refused".into()),
        }
    }

    #[test]
    fn a_webhook_is_given_up_when_updates_pile_up_behind_a_fresh_error() {
        let mut looks = BadLooks { set_at: 10_500, count: 0, pending: 0 };
        assert_eq!(looks.after(&info(5, Some(10))), None);
        assert_eq!(looks.after(&info(5, Some(10))), None);
        assert_eq!(looks.after(&info(3, Some(12))), None, "fewer wait: it works again");
        assert_eq!(looks.after(&info(3, Some(12))), None);
        assert_eq!(looks.after(&info(4, Some(12))), None);
        let why = looks.after(&info(9, Some(13))).unwrap();
        assert!(why.contains("9 updates wait") && why.contains("Connection refused"), "{why}");
    }

    #[test]
    fn an_old_error_or_a_busy_hour_is_no_reason() {
        let mut looks = BadLooks { set_at: 10_000, count: 0, pending: 0 };
        for pending in 1..20 {
            assert_eq!(looks.after(&info(pending, Some(8))), None, "an error before it was set");
            assert_eq!(looks.after(&info(pending, None)), None, "many wait, nothing fails");
        }
        for _ in 0..9 {
            assert_eq!(looks.after(&info(0, Some(20))), None, "an error, but nothing waits");
        }
    }
}
