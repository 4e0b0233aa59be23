//! Long polling: asks for updates, commits them, and only then asks for the next, which confirms them.

use std::sync::Arc;
use std::time::Duration;

use domain::ids::BotId;
use domain::time::{DAY_MS, Millis};
use store::nodes::Hold;
use store::{Store, bots};
use telegram::{Client, SendError};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::intake::{Arrived, Intake, Polled};
use crate::{EngineError, Result, dead_token};

use super::ALLOWED;
use super::answers::Answers;

/// Updates asked for at once; the most that Telegram gives.
const BATCH: u8 = 100;
/// How long Telegram may hold an empty answer back, in seconds.
const WAIT_S: u32 = 25;
/// Before Telegram is asked again after a failure; doubled with each further one in a row.
const FAILURE_WAIT: Duration = Duration::from_secs(3);
/// The same at most, unless Telegram asks for longer.
const FAILURE_WAIT_MAX: Duration = Duration::from_secs(60);
/// What others than Telegram ask for counts up to this.
const ASKED_BY_OTHERS_S_MAX: i64 = 600;
/// After so long without updates Telegram draws the next id anew, perhaps lower: the offset is left out then.
const IDLE_MS: i64 = 6 * DAY_MS;

/// What taking one bot's updates in works with.
#[derive(Clone)]
pub(super) struct PollerParts {
    /// The duty that it is done by.
    pub hold: Hold,
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub intake: Intake,
    pub client: Arc<Client>,
    /// The client's token, sealed as the bot's row has it.
    pub token_sealed: Vec<u8>,
}

/// Polls one bot.
pub(super) struct Poller {
    bot: BotId,
    hold: Hold,
    store: Store,
    clock: Arc<dyn Clock>,
    intake: Intake,
    client: Arc<Client>,
    token_sealed: Vec<u8>,
    answers: Answers,
    /// What the row says of the last failure.
    failing: Option<String>,
    /// Failures in a row.
    failures: u32,
}

impl Poller {
    pub fn new(parts: PollerParts) -> Self {
        let PollerParts { hold, store, clock, intake, client, token_sealed } = parts;
        let answers = Answers::counting(intake.dropped_answers());
        let (failing, failures) = (None, 0);
        let bot = hold.bot;
        Self { bot, hold, store, clock, intake, client, token_sealed, answers, failing, failures }
    }

    /// Polls until told to stop, until the token is dead, or until another node does it.
    pub async fn run(mut self, stop: CancellationToken) -> Result<()> {
        let bot = self.bot;
        let row = self.store.reader().read(move |tx| bots::of(tx, bot)).await?;
        let row = row.ok_or(EngineError::NotFound("bot"))?;
        self.failing.clone_from(&row.last_error);
        let mut offset = row.poll_offset;
        let mut last_update_at = row.last_update_at;
        while !stop.is_cancelled() {
            let idle = last_update_at.is_some_and(|at| self.clock.now() - at > IDLE_MS);
            let asked = if idle { None } else { offset };
            let updates = tokio::select! {
                () = stop.cancelled() => break,
                updates = self.client.get_updates(asked, BATCH, WAIT_S, &ALLOWED) => updates,
            };
            match updates {
                Ok(updates) => {
                    self.is_well().await?;
                    if let Some(last) = updates.last() {
                        let next = last.id + 1;
                        let now = self.clock.now();
                        self.take(updates, next, now).await?;
                        (offset, last_update_at) = (Some(next), Some(now));
                    }
                }
                Err(error) => {
                    // What forbids polling is taken away, or is what failed.
                    let failed = match error {
                        SendError::WebhookActive { .. } => self.take_webhook_away().await.err(),
                        error => Some(error),
                    };
                    let Some(error) = failed else { continue };
                    let dead = matches!(error, SendError::Unauthorized { .. });
                    self.fails(&error, dead).await?;
                    if dead {
                        break;
                    }
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = tokio::time::sleep(self.pause_after(&error)) => {}
                    }
                }
            }
        }
        Ok(())
    }

    async fn take(&mut self, updates: Vec<telegram::Received>, next: i64, now: Millis) -> Result<()> {
        let batch = updates.into_iter().map(|received| Arrived { received, at: now }).collect();
        let polled = Polled { next, hold: self.hold };
        let taken = self.intake.take(self.bot, batch, Some(polled)).await?;
        self.answers.give(&self.client, taken.answers);
        Ok(())
    }

    /// Somebody wants updates pushed: ourselves before `public_url` was taken away, or a program that had the bot
    /// before. Whoever connected the bot here wants them here.
    async fn take_webhook_away(&self) -> std::result::Result<(), SendError> {
        tracing::warn!(bot = %self.bot, "a webhook is set; it is taken away, since this bot is polled");
        self.client.delete_webhook().await
    }

    /// How long to leave Telegram alone: as long as it asks, else longer with each failure in a row.
    fn pause_after(&mut self, error: &SendError) -> Duration {
        let pause = FAILURE_WAIT.saturating_mul(1 << self.failures.min(16)).min(FAILURE_WAIT_MAX);
        self.failures = self.failures.saturating_add(1);
        pause.max(asked_wait(error))
    }

    async fn is_well(&mut self) -> Result<()> {
        self.failures = 0;
        if self.failing.take().is_some() {
            let (bot, now) = (self.bot, self.clock.now());
            self.store.write(move |tx| bots::set_error(tx, bot, None, now)).await?;
        }
        Ok(())
    }

    async fn fails(&mut self, error: &SendError, dead: bool) -> Result<()> {
        let text = error.to_string();
        if self.failing.as_ref() != Some(&text) {
            tracing::warn!(bot = %self.bot, error = %text, "updates cannot be fetched");
        }
        // Written each time: the sender may have found its own way free, and said so.
        self.failing = Some(text.clone());
        let (bot, now, token_sealed) = (self.bot, self.clock.now(), self.token_sealed.clone());
        self.store
            .write(move |tx| {
                if dead {
                    return dead_token::stop_bot(tx, bot, &token_sealed, &text, now).map(|_| ());
                }
                bots::set_error(tx, bot, Some(&text), now)?;
                Ok(())
            })
            .await?;
        Ok(())
    }
}

/// How long whoever answered asks to be left alone.
pub(super) fn asked_wait(error: &SendError) -> Duration {
    let seconds = match error {
        SendError::RetryAfter { seconds } => *seconds,
        SendError::NotTelegram { wait_s, .. } => wait_s.unwrap_or(0).min(ASKED_BY_OTHERS_S_MAX),
        _ => 0,
    };
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}
