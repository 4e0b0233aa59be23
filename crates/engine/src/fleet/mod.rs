//! The fleet: every running bot with its poller, its courier and its follower.
//!
//! It looks at the bots' rows whenever something was committed, so that a bot added, stopped or given another
//! token by any process starts, stops or starts anew.

mod answers;
mod hook;
mod poller;
mod reception;
mod webhooks;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use domain::ids::BotId;
use domain::limits::CALLS_IN_FLIGHT_MAX;
use secrecy::SecretString;
use store::Store;
use store::bots::{self, Bot};
use telegram::{Client, Options};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::delivery::{Carrier, Courier, CourierOptions};
use crate::intake::Intake;
use crate::people::People;
use crate::{EngineError, Result, Secrets, rates};
use poller::PollerParts;
use reception::{Address, Reception};

pub use webhooks::{PushError, Webhooks};

/// The kinds of update that are asked for: none by name, so that Telegram's default kinds come.
const ALLOWED: [&str; 0] = [];

/// How often the rows are looked at when nothing is committed here.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// A commit wakes the fleet at most so often.
const WAKE_EVERY: Duration = Duration::from_millis(200);

/// The last part of the address to which a bot's updates are pushed, and the secret that comes along.
pub fn webhook_of(secrets: &Secrets, bot: BotId) -> (String, String) {
    (hook::name(secrets, bot), hook::secret(secrets, bot))
}

/// What every bot needs to know.
#[derive(Debug, Clone)]
pub struct FleetOptions {
    /// The Bot API server, without a slash at the end.
    pub api_url: String,
    /// Where people reach this server, for tracked links; without a slash at the end.
    pub public_url: String,
    /// Calls in flight for each bot.
    pub in_flight_max: usize,
    /// Telegram is asked to push updates to `public_url`, and asked so often how that goes. Without it bots are
    /// polled.
    pub webhook_look_every: Option<Duration>,
}

/// How often Telegram is asked how its pushes go.
pub const WEBHOOK_LOOK_EVERY: Duration = Duration::from_secs(20);

impl FleetOptions {
    /// The default number of calls in flight.
    pub fn new(api_url: impl Into<String>, public_url: impl Into<String>) -> Self {
        Self {
            api_url: api_url.into(),
            public_url: public_url.into(),
            in_flight_max: CALLS_IN_FLIGHT_MAX,
            webhook_look_every: None,
        }
    }
}

/// Runs bots.
#[derive(Clone)]
pub struct Fleet {
    store: Store,
    secrets: Secrets,
    clock: Arc<dyn Clock>,
    intake: Intake,
    people: People,
    options: FleetOptions,
}

/// A bot that runs, and what it was started with.
struct Running {
    token_sealed: Vec<u8>,
    bulk_per_second: Option<i64>,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    fn fits(&self, bot: &Bot) -> bool {
        bot.status == "running"
            && bot.token_sealed == self.token_sealed
            && bot.bulk_per_second == self.bulk_per_second
            && !self.tasks.iter().any(JoinHandle::is_finished)
    }

    async fn end(self) {
        self.stop.cancel();
        for task in self.tasks {
            // A task that panicked said so where it did.
            let _ = task.await;
        }
    }
}

impl Fleet {
    /// A fleet of all bots in the store.
    pub fn new(
        store: Store,
        secrets: Secrets,
        clock: Arc<dyn Clock>,
        intake: Intake,
        people: People,
        options: FleetOptions,
    ) -> Self {
        Self { store, secrets, clock, intake, people, options }
    }

    /// Runs until told to stop, then lets calls in flight end. A database that fails for a while, or a part of a bot
    /// that ended by itself, is tried again: the server goes on, and says so in its log.
    pub async fn run(self, stop: CancellationToken) {
        let mut running: HashMap<BotId, Running> = HashMap::new();
        let mut committed = self.store.committed();
        while !stop.is_cancelled() {
            committed.mark_unchanged();
            if let Err(error) = self.look(&mut running).await {
                tracing::error!(%error, "the bots cannot be looked at");
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
                _ = committed.changed() => tokio::time::sleep(WAKE_EVERY).await,
            }
        }
        for bot in running.values() {
            bot.stop.cancel();
        }
        for (_, bot) in running {
            bot.end().await;
        }
    }

    async fn look(&self, running: &mut HashMap<BotId, Running>) -> Result<()> {
        let rows = self.store.reader().read(bots::all).await?;
        let gone: Vec<BotId> = running
            .iter()
            .filter(|(id, bot)| !rows.iter().any(|row| row.id == **id && bot.fits(row)))
            .map(|(id, _)| *id)
            .collect();
        for id in gone {
            if let Some(bot) = running.remove(&id) {
                bot.end().await;
            }
        }
        for row in rows.into_iter().filter(|row| row.status == "running") {
            let Entry::Vacant(place) = running.entry(row.id) else { continue };
            match self.start(&row).await {
                Ok(started) => drop(place.insert_entry(started)),
                Err(error) => tracing::error!(bot = %row.id, %error, "cannot be started yet"),
            }
        }
        Ok(())
    }

    async fn start(&self, row: &Bot) -> Result<Running> {
        let token = SecretString::from(self.secrets.open(&row.token_sealed)?);
        let options = Options { calls_in_flight_max: self.options.in_flight_max, ..Options::default() };
        let client = Client::new(&self.options.api_url, &token, options)
            .map_err(|error| EngineError::Telegram(error.to_string()))?;
        let client = Arc::new(client);
        let courier = Courier::take_over(
            row.id,
            self.store.clone(),
            self.secrets.clone(),
            Arc::clone(&self.clock),
            Arc::new(Carrier::new(row.id, self.store.clone(), Arc::clone(&client))),
            CourierOptions {
                rate: rates::rate_of(row.bulk_per_second),
                in_flight_max: self.options.in_flight_max,
                public_url: self.options.public_url.clone(),
            },
        )
        .await?;
        let stop = CancellationToken::new();
        let reception = self.reception(row.id, client);
        let bot = row.id;
        let tasks = vec![
            tokio::spawn(logged(bot, "courier", courier.run(stop.clone()))),
            tokio::spawn(logged(bot, "reception", reception.run(stop.clone()))),
            tokio::spawn(logged(
                bot,
                "follower",
                follow(self.people.clone(), self.store.clone(), bot, stop.clone()),
            )),
        ];
        Ok(Running {
            token_sealed: row.token_sealed.clone(),
            bulk_per_second: row.bulk_per_second,
            stop,
            tasks,
        })
    }
}

impl Fleet {
    fn reception(&self, bot: BotId, client: Arc<Client>) -> Reception {
        let (name, secret) = webhook_of(&self.secrets, bot);
        let address = self.options.webhook_look_every.map(|look_every| Address {
            url: format!("{}/telegram/{name}", self.options.public_url),
            secret: secret.clone(),
            look_every,
        });
        let parts = PollerParts {
            bot,
            store: self.store.clone(),
            clock: Arc::clone(&self.clock),
            intake: self.intake.clone(),
            client,
        };
        Reception { parts, address }
    }
}

async fn logged(bot: BotId, part: &'static str, work: impl Future<Output = Result<()>>) {
    if let Err(error) = work.await {
        tracing::error!(%bot, part, %error, "stopped");
    }
}

/// Keeps the index and the live feed level with the log.
async fn follow(people: People, store: Store, bot: BotId, stop: CancellationToken) -> Result<()> {
    let mut committed = store.committed();
    while !stop.is_cancelled() {
        committed.mark_unchanged();
        people.latest(bot).await?;
        tokio::select! {
            () = stop.cancelled() => {}
            _ = committed.changed() => {}
            // Another process's commits wake nobody here.
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
    Ok(())
}
