//! The courier of one bot: rounds, and what it waits for between them.

use std::sync::Arc;
use std::time::Duration;

use domain::ids::{BotId, NodeId};
use domain::time::Millis;
use parking_lot::Mutex;
use store::nodes::{self, Duty, Hold};
use store::outbox;
use store::recipients::Tally;
use store::{ReadTx, Store, WriteTx, bots, campaigns, chat_waits};
use telegram::{ClockSnapshot, Lane as ClockLane, Rate};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::calls::Calls;
use super::lease::{Leasing, clock_lane};
use super::settle::{Learned, Way, settle};
use super::{Ended, Lease, Transport, evidence, recovery};
use crate::clock::Clock;
use crate::nodes::HOLD_MS;
use crate::posts::Posts;
use crate::{EngineError, Result, Secrets, journal, rates};

/// How often other processes' commits are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Commits wake a courier that has nothing to do at most so often.
const WAKE_EVERY: Duration = Duration::from_millis(5);
/// How long calls in flight may take to end when the courier stops, and then the database to take down how they ended.
const FAREWELL: Duration = Duration::from_secs(20);
/// Between two tries to write that down.
const FAREWELL_RETRY: Duration = Duration::from_millis(500);

/// What a courier needs to know.
#[derive(Clone)]
pub struct CourierOptions {
    /// The node that sends.
    pub node: NodeId,
    pub rate: Rate,
    /// Calls in flight at once.
    pub in_flight_max: usize,
    /// Where tracked links lead through.
    pub public_url: String,
    /// The token that the transport sends with, sealed as the bot's row has it.
    pub token_sealed: Vec<u8>,
}

/// Sends one bot's messages, for as long as its node holds that duty.
pub struct Courier {
    bot: BotId,
    hold: Hold,
    store: Store,
    secrets: Secrets,
    time: Arc<dyn Clock>,
    options: CourierOptions,
    shared: Arc<Mutex<Shared>>,
    calls: Calls,
    /// Calls that ended, and of which the database does not know yet.
    unwritten: Vec<Arc<Ended>>,
}

/// What a round changes besides the database. Behind a lock only because rounds run on the writer's thread.
struct Shared {
    clock: telegram::Clock,
    /// See [`Way::away`].
    away: Option<String>,
    posts: Posts,
}

/// What a round found.
struct Round {
    leases: Vec<Lease>,
    learned: Learned,
    chat_at: Option<Millis>,
    /// The lanes that have work left.
    lanes: Vec<ClockLane>,
    /// Another node sends for this bot now.
    is_superseded: bool,
}

/// A round whose calls have begun, so many.
struct Done {
    round: Round,
    began: usize,
}

impl Round {
    fn superseded() -> Self {
        Self {
            leases: Vec::new(),
            learned: Learned::default(),
            chat_at: None,
            lanes: Vec::new(),
            is_superseded: true,
        }
    }

    /// Nothing may begin any more.
    fn is_last(&self) -> bool {
        self.learned.token_dead || self.is_superseded
    }
}

impl Courier {
    /// Takes the duty to send for a bot, and settles what whoever had it before left leased. Nothing while another
    /// node has it.
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
    ) -> Result<Option<Self>> {
        let (node, now) = (options.node, time.now());
        let taken = store.write(move |tx| take(tx, bot, node, now)).await?;
        let Some((hold, snapshot, waits)) = taken else { return Ok(None) };
        let mut clock = telegram::Clock::restore(options.rate, snapshot, now);
        for (chat, until) in waits {
            clock.put_aside(now, chat, until);
        }
        let shared = Arc::new(Mutex::new(Shared { clock, away: None, posts: Posts::default() }));
        let (calls, unwritten) = (Calls::new(transport), Vec::new());
        Ok(Some(Self { bot, hold, store, secrets, time, options, shared, calls, unwritten }))
    }

    /// The duty that it works by.
    pub fn hold(&self) -> Hold {
        self.hold
    }

    /// Works until told to stop, until the token is dead, or until another node has the duty.
    ///
    /// # Errors
    /// The database failed. How the calls in flight ended is written down all the same, once it takes writes again.
    pub async fn run(mut self, stop: CancellationToken) -> Result<()> {
        let worked = self.work(&stop).await;
        let written = self.farewell(&stop).await;
        worked.and(written)
    }

    async fn work(&mut self, stop: &CancellationToken) -> Result<()> {
        let mut committed = self.store.committed();
        // The lanes that had work when they were last looked at: a round looks at its end.
        let mut lanes = Vec::new();
        while !stop.is_cancelled() {
            committed.mark_unchanged();
            let looked = tokio::time::Instant::now();
            if lanes.is_empty() && self.unwritten.is_empty() {
                lanes = self.waiting().await?;
            }
            let round = if lanes.is_empty() && self.unwritten.is_empty() {
                None
            } else {
                Some(self.round(self.options.in_flight_max).await?)
            };
            if round.as_ref().is_some_and(|done| done.round.is_last()) {
                break;
            }
            if let Some(done) = &round {
                lanes.clone_from(&done.round.lanes);
            }
            let began = round.as_ref().is_some_and(|done| done.began > 0);
            let pause = self.pause(&lanes, round.as_ref());
            let has_room = self.calls.len() < self.options.in_flight_max;
            if began && has_room && pause.is_zero() && !lanes.is_empty() {
                continue;
            }
            tokio::select! {
                calls = self.calls.ended() => self.unwritten.extend(calls.into_iter().map(Arc::new)),
                () = tokio::time::sleep(pause), if !lanes.is_empty() && has_room => {}
                () = another(&mut committed, looked), if lanes.is_empty() => {}
                () = tokio::time::sleep(LOOK_EVERY), if lanes.is_empty() => {}
                () = stop.cancelled() => {}
            }
        }
        Ok(())
    }

    /// Works without waiting for anything but its calls until nothing more can begin: for demos and tests whose
    /// clock stands still.
    ///
    /// # Errors
    /// The database failed.
    pub async fn drain(&mut self) -> Result<()> {
        loop {
            let round = self.round(self.options.in_flight_max).await?;
            if round.began == 0 && self.calls.len() == 0 {
                return Ok(());
            }
            let ended = self.calls.ended().await;
            self.unwritten.extend(ended.into_iter().map(Arc::new));
        }
    }

    /// Messages a second at present; `None` without limit.
    pub fn rate_per_s(&self) -> Option<u32> {
        self.shared.lock().clock.rate_per_s()
    }

    /// One transaction: what ended is written down, what may begin is leased. Then the calls begin.
    async fn round(&mut self, in_flight_max: usize) -> Result<Done> {
        let (bot, hold, now) = (self.bot, self.hold, self.time.now());
        let ended = self.unwritten.clone();
        let (secrets, public_url) = (self.secrets.clone(), self.options.public_url.clone());
        let token_sealed = self.options.token_sealed.clone();
        let shared = Arc::clone(&self.shared);
        let busy = self.calls.contacts().clone();
        let free = in_flight_max.saturating_sub(self.calls.len());
        let mut round = self
            .store
            .write(move |tx| {
                let mut shared = shared.lock();
                let Shared { clock, away, posts } = &mut *shared;
                journal::append(tx, bot, |journal| {
                    if !nodes::stands(tx, &hold)? {
                        evidence::accept(journal, &ended, now)?;
                        return Ok(Round::superseded());
                    }
                    let learned =
                        settle(journal, bot, &ended, Way { clock, away, token_sealed: &token_sealed }, now)?;
                    let free = if learned.token_dead { 0 } else { free };
                    let mut leasing = Leasing {
                        bot,
                        secrets: &secrets,
                        public_url: &public_url,
                        now,
                        clock,
                        free,
                        busy,
                        posts,
                        leases: Vec::new(),
                        tally: Tally::default(),
                        chat_at: None,
                    };
                    if free > 0 {
                        leasing.run(journal)?;
                    }
                    let (leases, chat_at) = (leasing.leases, leasing.chat_at);
                    let lanes = look(tx, bot)?;
                    Ok::<_, EngineError>(Round { leases, learned, chat_at, lanes, is_superseded: false })
                })
            })
            .await?;
        self.unwritten.clear();
        if round.is_superseded {
            tracing::warn!(%bot, "another node sends for this bot now");
        }
        let leases = std::mem::take(&mut round.leases);
        let began = leases.len();
        for lease in leases {
            self.calls.begin(lease);
        }
        Ok(Done { round, began })
    }

    async fn waiting(&self) -> Result<Vec<ClockLane>> {
        let bot = self.bot;
        self.store.reader().read(move |tx| look(tx, bot)).await
    }

    /// How long nothing can begin.
    fn pause(&self, lanes: &[ClockLane], done: Option<&Done>) -> Duration {
        let now = self.time.now();
        let mut shared = self.shared.lock();
        let next = lanes.iter().map(|lane| shared.clock.next_at(now, *lane)).min();
        let mut wait_ms = next.map_or(0, |at| (at - now).max(0));
        let idle = done.is_some_and(|done| done.began == 0);
        if idle && wait_ms == 0 {
            // Everyone who waits was written to a moment ago, or has a call in flight.
            wait_ms = done.and_then(|done| done.round.chat_at).map_or(50, |at| (at - now).clamp(1, 1_000));
        }
        // A long wait is cut, since an agent's message may come in between.
        Duration::from_millis(wait_ms.min(1_000).unsigned_abs())
    }

    /// Lets the calls in flight end, and writes down how. A database that takes no writes is waited for, since nobody
    /// else will ever know: until it does, or for a while once the courier is to stop.
    async fn farewell(mut self, stop: &CancellationToken) -> Result<()> {
        let mut deadline = tokio::time::Instant::now() + FAREWELL;
        while self.calls.len() > 0 {
            match tokio::time::timeout_at(deadline, self.calls.ended()).await {
                Ok(calls) => self.unwritten.extend(calls.into_iter().map(Arc::new)),
                Err(_) => break,
            }
        }
        while !self.unwritten.is_empty() {
            // No new call begins: none may be in flight.
            match self.round(0).await {
                Err(error) if tokio::time::Instant::now() > deadline => return Err(error),
                Err(error) => {
                    if matches!(&error, EngineError::Store(error) if error.is_outage())
                        && !stop.is_cancelled()
                    {
                        deadline = tokio::time::Instant::now() + FAREWELL;
                    }
                    tokio::time::sleep(FAREWELL_RETRY).await;
                }
                Ok(_) => {}
            }
        }
        Ok(())
    }
}

/// The hold, what the clock of an earlier courier learnt, and the chats that it put aside.
type Taken = (Hold, ClockSnapshot, Vec<(i64, Millis)>);

fn take(tx: &WriteTx<'_>, bot: BotId, node: NodeId, now: Millis) -> Result<Option<Taken>> {
    let row = bots::of(tx, bot)?.ok_or(EngineError::NotFound("bot"))?;
    let Some(hold) = nodes::take(tx, bot, Duty::Sending, node, HOLD_MS)? else { return Ok(None) };
    let recovered = journal::append(tx, bot, |journal| recovery::recover(journal, bot, now))?;
    if recovered > 0 {
        tracing::warn!(%bot, recovered, "calls of an earlier process were under way");
    }
    Ok(Some((hold, rates::learnt(&row), chat_waits::all(tx, bot, now)?)))
}

/// Waits for a commit since the last look, and if that was a moment ago a little longer: those of a busy time are looked
/// at together.
async fn another(committed: &mut watch::Receiver<u64>, looked: tokio::time::Instant) {
    if committed.changed().await.is_err() {
        // The store is gone; what follows says so.
        return;
    }
    tokio::time::sleep_until(looked + WAKE_EVERY).await;
}

/// The lanes that have work.
fn look(tx: &ReadTx<'_>, bot: BotId) -> Result<Vec<ClockLane>> {
    let mut lanes: Vec<_> = outbox::lanes(tx, bot)?.into_iter().map(clock_lane).collect();
    if !campaigns::waves(tx, bot)?.is_empty() {
        lanes.push(ClockLane::Bulk);
    }
    Ok(lanes)
}
