//! The courier of one bot: rounds, and what it waits for between them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::ids::{BotId, CampaignId};
use domain::message::Message;
use domain::time::Millis;
use parking_lot::Mutex;
use store::outbox::{self, Lane};
use store::{ReadTx, Store, bots, campaigns};
use telegram::{ClockSnapshot, Lane as ClockLane, Rate};
use tokio_util::sync::CancellationToken;

use super::calls::Calls;
use super::lease::Leasing;
use super::settle::{Learned, settle};
use super::{Ended, Lease, Transport, recovery};
use crate::clock::Clock;
use crate::{EngineError, Result, Secrets, journal};

/// Between two tries while Telegram cannot be reached.
const UNREACHABLE_WAIT: Duration = Duration::from_secs(3);
/// How often other processes' commits are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long calls in flight may take to end when the courier is told to stop.
const FAREWELL: Duration = Duration::from_secs(20);

/// What a courier needs to know.
#[derive(Clone)]
pub struct CourierOptions {
    pub rate: Rate,
    /// Calls in flight at once.
    pub in_flight_max: usize,
    /// Where tracked links lead through.
    pub public_url: String,
}

/// Sends one bot's messages.
pub struct Courier {
    bot: BotId,
    store: Store,
    secrets: Secrets,
    time: Arc<dyn Clock>,
    options: CourierOptions,
    shared: Arc<Mutex<Shared>>,
    calls: Calls,
}

/// What a round changes besides the database. Behind a lock only because rounds run on the writer's thread.
struct Shared {
    clock: telegram::Clock,
    messages: HashMap<CampaignId, Arc<Message>>,
}

/// What a round found.
struct Round {
    leases: Vec<Lease>,
    learned: Learned,
    chat_at: Option<Millis>,
}

/// Which lanes have work.
struct Waiting {
    lanes: Vec<ClockLane>,
}

impl Courier {
    /// Takes over a bot: settles what an earlier process left leased.
    ///
    /// # Errors
    /// There is no such bot, or the database failed.
    pub async fn take_over(
        bot: BotId,
        store: Store,
        secrets: Secrets,
        time: Arc<dyn Clock>,
        transport: Arc<dyn Transport>,
        options: CourierOptions,
    ) -> Result<Self> {
        let now = time.now();
        let blocked_until = store
            .write(move |tx| {
                let row = bots::of(tx, bot)?.ok_or(EngineError::NotFound("bot"))?;
                let recovered = journal::append(tx, bot, |journal| recovery::recover(journal, bot, now))?;
                if recovered > 0 {
                    tracing::warn!(%bot, recovered, "calls of an earlier process were under way");
                }
                Ok::<_, EngineError>(row.blocked_until.unwrap_or(0))
            })
            .await?;
        let snapshot = ClockSnapshot { blocked_until, rate_milli: 0 };
        let clock = telegram::Clock::restore(options.rate, snapshot, now);
        let shared = Arc::new(Mutex::new(Shared { clock, messages: HashMap::new() }));
        Ok(Self { bot, store, secrets, time, options, shared, calls: Calls::new(transport) })
    }

    /// Works until told to stop, or until the token is dead.
    ///
    /// # Errors
    /// The database failed.
    pub async fn run(mut self, stop: CancellationToken) -> Result<()> {
        let mut committed = self.store.committed();
        let mut ended = Vec::new();
        while !stop.is_cancelled() {
            committed.mark_unchanged();
            let waiting = self.waiting().await?;
            let round = if waiting.lanes.is_empty() && ended.is_empty() {
                None
            } else {
                Some(self.round(std::mem::take(&mut ended), self.options.in_flight_max).await?)
            };
            let began = round.as_ref().is_some_and(|round| !round.leases.is_empty());
            if round.as_ref().is_some_and(|round| round.learned.token_dead) {
                break;
            }
            let pause = self.pause(&waiting, round.as_ref());
            if began && self.calls.len() < self.options.in_flight_max && pause.is_zero() {
                continue;
            }
            tokio::select! {
                calls = self.calls.ended() => ended = calls,
                () = tokio::time::sleep(pause), if !waiting.lanes.is_empty() && self.calls.len() < self.options.in_flight_max => {}
                _ = committed.changed(), if waiting.lanes.is_empty() => {}
                () = tokio::time::sleep(LOOK_EVERY), if waiting.lanes.is_empty() => {}
                () = stop.cancelled() => {}
            }
        }
        self.farewell(ended).await
    }

    /// Works without waiting for anything but its calls until nothing more can begin: for demos and tests whose
    /// clock stands still.
    ///
    /// # Errors
    /// The database failed.
    pub async fn drain(&mut self) -> Result<()> {
        let mut ended = Vec::new();
        loop {
            let round = self.round(std::mem::take(&mut ended), self.options.in_flight_max).await?;
            if round.leases.is_empty() && self.calls.len() == 0 {
                return Ok(());
            }
            ended = self.calls.ended().await;
        }
    }

    /// Messages a second at present; `None` without limit.
    pub fn rate_per_s(&self) -> Option<u32> {
        self.shared.lock().clock.rate_per_s()
    }

    /// One transaction: what ended is written down, what may begin is leased. Then the calls begin.
    async fn round(&mut self, ended: Vec<Ended>, in_flight_max: usize) -> Result<Round> {
        let (bot, now) = (self.bot, self.time.now());
        let (secrets, public_url) = (self.secrets.clone(), self.options.public_url.clone());
        let shared = Arc::clone(&self.shared);
        let busy = self.calls.contacts().clone();
        let free = in_flight_max.saturating_sub(self.calls.len());
        let round = self
            .store
            .write(move |tx| {
                let mut shared = shared.lock();
                let Shared { clock, messages } = &mut *shared;
                journal::append(tx, bot, |journal| {
                    let learned = settle(journal, bot, &ended, clock, now)?;
                    let free = if learned.token_dead || learned.unreachable { 0 } else { free };
                    let mut leasing = Leasing {
                        bot,
                        secrets: &secrets,
                        public_url: &public_url,
                        now,
                        clock,
                        free,
                        busy,
                        messages,
                        leases: Vec::new(),
                        chat_at: None,
                    };
                    if free > 0 {
                        leasing.run(journal)?;
                    }
                    Ok::<_, EngineError>(Round { leases: leasing.leases, learned, chat_at: leasing.chat_at })
                })
            })
            .await?;
        for lease in &round.leases {
            self.calls.begin(lease.clone());
        }
        Ok(round)
    }

    async fn waiting(&self) -> Result<Waiting> {
        let bot = self.bot;
        self.store.reader().read(move |tx| look(tx, bot)).await
    }

    /// How long nothing can begin.
    fn pause(&self, waiting: &Waiting, round: Option<&Round>) -> Duration {
        let now = self.time.now();
        if round.is_some_and(|round| round.learned.unreachable) {
            return UNREACHABLE_WAIT;
        }
        let mut shared = self.shared.lock();
        let next = waiting.lanes.iter().map(|lane| shared.clock.next_at(now, *lane)).min();
        let mut wait_ms = next.map_or(0, |at| (at - now).max(0));
        let idle = round.is_some_and(|round| round.leases.is_empty());
        if idle && wait_ms == 0 {
            // Everyone who waits was written to a moment ago, or has a call in flight.
            wait_ms = round.and_then(|round| round.chat_at).map_or(50, |at| (at - now).clamp(1, 1_000));
        }
        // A long wait is cut, since an agent's message may come in between.
        Duration::from_millis(wait_ms.min(1_000).unsigned_abs())
    }

    /// Lets the calls in flight end, and writes down how.
    async fn farewell(mut self, mut ended: Vec<Ended>) -> Result<()> {
        let deadline = tokio::time::Instant::now() + FAREWELL;
        while self.calls.len() > 0 {
            match tokio::time::timeout_at(deadline, self.calls.ended()).await {
                Ok(calls) => ended.extend(calls),
                Err(_) => break,
            }
        }
        if !ended.is_empty() {
            // No new call begins: none may be in flight.
            self.round(ended, 0).await?;
        }
        Ok(())
    }
}

fn look(tx: &ReadTx<'_>, bot: BotId) -> Result<Waiting> {
    let mut lanes = Vec::new();
    for (lane, clock_lane) in
        [(Lane::Agents, ClockLane::Agents), (Lane::Flows, ClockLane::Flows), (Lane::Tests, ClockLane::Tests)]
    {
        if !outbox::waiting(tx, bot, lane, 1)?.is_empty() {
            lanes.push(clock_lane);
        }
    }
    if !campaigns::sending(tx, bot)?.is_empty() {
        lanes.push(ClockLane::Bulk);
    }
    Ok(Waiting { lanes })
}
