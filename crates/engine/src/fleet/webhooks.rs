//! Receiving pushed updates: each is answered once its batch is durable, and not before.
//!
//! Telegram pushes on up to a hundred connections at once and repeats whatever is not answered with a 2xx, so what
//! arrives is gathered into batches, one commit each. Duplicates end at the update's id, as with polling. One
//! person's updates may come at the same moment: a bot's batches are taken in one after the other.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use domain::ids::BotId;
use parking_lot::Mutex;
use secrecy::SecretString;
use telegram::{Client, Options, Received};
use tokio::sync::{mpsc, oneshot};

use super::answers::Answers;
use super::hook;
use crate::clock::Clock;
use crate::intake::{Arrived, Intake};
use crate::{Result, Secrets};

/// Updates that wait for one bot. Beyond, Telegram is asked to come again.
const QUEUE_MAX: usize = 1_000;
/// Updates of one commit.
const BATCH_MAX: usize = 250;

/// Why a push was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// Nobody's address.
    #[error("there is no such webhook")]
    Unknown,
    /// Not from Telegram.
    #[error("the secret is missing or wrong")]
    WrongSecret,
    /// No update at all; coming again would not help.
    #[error("not an update: {0}")]
    NotAnUpdate(String),
    /// To be pushed again: the queue is full, the database away, or the bot stopped.
    #[error("not now; push it again")]
    NotNow,
}

struct Waiting {
    arrived: Arrived,
    answer: oneshot::Sender<bool>,
}

/// Takes pushed updates in, for every bot and on any node.
#[derive(Clone)]
pub struct Webhooks {
    parts: Parts,
    queues: Arc<Mutex<HashMap<BotId, mpsc::Sender<Waiting>>>>,
}

/// What a bot's queue works with.
#[derive(Clone)]
struct Parts {
    secrets: Secrets,
    clock: Arc<dyn Clock>,
    intake: Intake,
    api_url: String,
}

impl Webhooks {
    /// Receives for all bots of the intake's store. `api_url` is where presses are answered.
    pub fn new(secrets: Secrets, clock: Arc<dyn Clock>, intake: Intake, api_url: impl Into<String>) -> Self {
        let parts = Parts { secrets, clock, intake, api_url: api_url.into() };
        Self { parts, queues: Arc::default() }
    }

    /// Takes one push in: it is durable when this returns.
    ///
    /// # Errors
    /// See [`PushError`]; nothing was taken.
    pub async fn receive(
        &self,
        name: &str,
        secret: Option<&str>,
        body: &str,
    ) -> std::result::Result<(), PushError> {
        let secrets = &self.parts.secrets;
        let bot = hook::bot_of(secrets, name).ok_or(PushError::Unknown)?;
        if !hook::is_same(secret.unwrap_or_default(), &hook::secret(secrets, bot)) {
            return Err(PushError::WrongSecret);
        }
        let received = Received::parse(body).map_err(|error| PushError::NotAnUpdate(error.to_string()))?;
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting { arrived: Arrived { received, at: self.parts.clock.now() }, answer };
        self.queue_of(bot).try_send(waiting).map_err(|_| PushError::NotNow)?;
        match answered.await {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(PushError::NotNow),
        }
    }

    /// How many answers to presses and payments this process has dropped since its start, for want of a place or of
    /// time.
    pub fn dropped_answers(&self) -> u64 {
        self.parts.intake.dropped_answers().load(Ordering::Relaxed)
    }

    fn queue_of(&self, bot: BotId) -> mpsc::Sender<Waiting> {
        let mut queues = self.queues.lock();
        match queues.get(&bot) {
            Some(queue) if !queue.is_closed() => queue.clone(),
            _ => {
                let (queue, waiting) = mpsc::channel(QUEUE_MAX);
                tokio::spawn(Receiver { bot, parts: self.parts.clone(), caller: None }.run(waiting));
                queues.insert(bot, queue.clone());
                queue
            }
        }
    }
}

/// Empties one bot's queue.
struct Receiver {
    bot: BotId,
    parts: Parts,
    /// The client of the token that was last seen, and the answers that it gives.
    caller: Option<(Vec<u8>, Arc<Client>, Answers)>,
}

impl Receiver {
    async fn run(mut self, mut waiting: mpsc::Receiver<Waiting>) {
        while let Some(first) = waiting.recv().await {
            let mut batch = vec![first];
            while batch.len() < BATCH_MAX
                && let Ok(next) = waiting.try_recv()
            {
                batch.push(next);
            }
            let (arrived, answers): (Vec<_>, Vec<_>) =
                batch.into_iter().map(|one| (one.arrived, one.answer)).unzip();
            let is_taken = match self.take(arrived).await {
                Ok(is_taken) => is_taken,
                Err(error) => {
                    tracing::error!(bot = %self.bot, %error, "pushed updates were not taken in; Telegram repeats them");
                    false
                }
            };
            for answer in answers {
                // Telegram may have hung up; it repeats the update then.
                let _ = answer.send(is_taken);
            }
        }
    }

    /// Whether the batch is durable now. A stopped bot's updates stay with Telegram, as with polling.
    async fn take(&mut self, batch: Vec<Arrived>) -> Result<bool> {
        let bot = self.bot;
        let Some((taken, token_sealed)) = self.parts.intake.take_pushed(bot, batch).await? else {
            return Ok(false);
        };
        if !taken.answers.is_empty() {
            match self.caller(&token_sealed) {
                Ok((client, answers)) => answers.give(&client, taken.answers),
                // They are durable; only the spinners stay.
                Err(error) => tracing::warn!(%bot, %error, "presses are not answered"),
            }
        }
        Ok(true)
    }

    fn caller(&mut self, token_sealed: &[u8]) -> Result<(Arc<Client>, Answers)> {
        if self.caller.as_ref().is_none_or(|(sealed, _, _)| sealed != token_sealed) {
            let token = SecretString::from(self.parts.secrets.open(token_sealed)?);
            let client = Client::new(&self.parts.api_url, &token, Options::default())
                .map_err(|error| crate::EngineError::Telegram(error.to_string()))?;
            let answers = Answers::counting(self.parts.intake.dropped_answers());
            self.caller = Some((token_sealed.to_vec(), Arc::new(client), answers));
        }
        match &self.caller {
            Some((_, client, answers)) => Ok((Arc::clone(client), answers.clone())),
            None => Err(crate::EngineError::Internal("a client that was just made is gone".into())),
        }
    }
}
