//! The fleet: what this node does for every running bot. It takes updates in, sends, and follows the log.
//!
//! It looks at the bots' rows whenever something was committed, so that a bot added, stopped or given another
//! token by any process starts, stops or starts anew. Taking in and sending are one node's at a time, by holds with
//! fencing numbers (`store::nodes`); which node's, everybody works out alike ([`crate::nodes`]).

mod answers;
mod hook;
mod keeper;
mod naming;
mod poller;
mod reception;
mod retrial;
mod running;
mod webhooks;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use domain::bot::Status;
use domain::ids::BotId;
use domain::limits::CALLS_IN_FLIGHT_MAX;
use secrecy::SecretString;
use store::bots::{self, Bot};
use store::nodes::{self, Duty, Hold, Standing};
use store::{ReadTx, Store};
use telegram::{Client, Options};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::delivery::{Carrier, Courier, CourierOptions};
use crate::intake::Intake;
use crate::nodes::{HOLD_MS, ThisNode};
use crate::people::People;
use crate::{EngineError, Result, Secrets, rates};
use poller::PollerParts;
use reception::{Address, Reception};
use running::{Running, Work};

pub use webhooks::{PushError, Webhooks};

/// The kinds of update that are asked for: Telegram's default ones, less those that want an answer which Muster has
/// not (`inline_query`, `shipping_query`), and what follows from them; and emoji under messages, which Telegram tells
/// only to whom asks by name. What is not read is kept raw.
const ALLOWED: [&str; 20] = [
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "guest_message",
    "callback_query",
    "message_reaction",
    "pre_checkout_query",
    "purchased_paid_media",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
    "managed_bot",
];

/// How often the rows are looked at when nothing is committed here.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// A commit wakes the fleet at most so often.
const WAKE_EVERY: Duration = Duration::from_millis(200);

/// The log is followed at most so often: a commit that comes alone at once, those of a busy time several together.
const FOLLOW_EVERY: Duration = Duration::from_millis(2);

/// The last part of the address to which a bot's updates are pushed, and the secret that comes along.
pub fn webhook_of(secrets: &Secrets, bot: BotId) -> (String, String) {
    (hook::name(secrets, bot), hook::secret(secrets, bot))
}

/// A part of one bot's work.
type Key = (BotId, Work);

/// What every bot needs to know.
#[derive(Debug, Clone)]
pub struct FleetOptions {
    pub node: ThisNode,
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
    pub fn new(node: ThisNode, api_url: impl Into<String>, public_url: impl Into<String>) -> Self {
        Self {
            node,
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
        let keeping = CancellationToken::new();
        let keeper = self.store.is_shared().then(|| {
            let (store, node, clock) =
                (self.store.clone(), self.options.node.clone(), Arc::clone(&self.clock));
            let keeping = keeping.clone();
            tokio::spawn(async move { keeper::keep(store, node, &*clock, keeping).await })
        });
        let retrial = tokio::spawn(retrial::keep_trying(self.store.clone(), stop.clone()));
        let mut running: HashMap<Key, Running> = HashMap::new();
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
        for work in running.values() {
            work.stop();
        }
        for (_, work) in running {
            work.end().await;
        }
        // One that panicked said so where it did.
        let _ = retrial.await;
        // What it holds is kept until calls in flight have ended.
        keeping.cancel();
        if let Some(keeper) = keeper {
            let _ = keeper.await;
            keeper::leave(&self.store, &self.options.node).await;
        }
    }

    async fn look(&self, running: &mut HashMap<Key, Running>) -> Result<()> {
        let read = |tx: &ReadTx<'_>| Ok::<_, EngineError>((bots::all(tx)?, nodes::standing(tx)?));
        let (mut rows, standing) = self.store.reader().read(read).await?;
        rows.retain(|row| row.status == Status::Running);
        running.retain(|(id, work), one| {
            let row = rows.iter().find(|row| row.id == *id);
            let fits = row.is_some_and(|row| {
                one.fits(row, &standing) && work.is_wanted(&self.options.node, *id, &standing)
            });
            if !fits {
                one.stop();
            }
            !one.is_finished()
        });
        for row in &rows {
            for work in Work::ALL {
                let Entry::Vacant(place) = running.entry((row.id, work)) else { continue };
                if !work.is_wanted(&self.options.node, row.id, &standing) {
                    continue;
                }
                match self.start(row, work).await {
                    Ok(Some(started)) => drop(place.insert_entry(started)),
                    // Another node has not given it back yet.
                    Ok(None) => {}
                    Err(error) => {
                        tracing::error!(bot = %row.id, part = work.name(), %error, "cannot be started yet");
                    }
                }
            }
        }
        self.give_back(running, &standing).await
    }

    /// Gives back what this node held and does not work by any more: another should have it.
    async fn give_back(&self, running: &HashMap<Key, Running>, standing: &Standing) -> Result<()> {
        let ours =
            standing.holds.iter().map(|point| point.hold).filter(|hold| hold.node == self.options.node.id);
        for hold in ours.filter(|hold| !running.values().any(|one| one.hold == Some(*hold))) {
            self.store.write(move |tx| nodes::release(tx, &hold)).await?;
        }
        Ok(())
    }

    async fn start(&self, row: &Bot, work: Work) -> Result<Option<Running>> {
        let stop = CancellationToken::new();
        let (hold, task) = match work {
            Work::Following => {
                let following = follow(self.people.clone(), self.store.clone(), row.id, stop.clone());
                (None, tokio::spawn(logged(row.id, work, following)))
            }
            Work::Receiving => {
                let (bot, node) = (row.id, self.options.node.id);
                let take = self.store.write(move |tx| nodes::take(tx, bot, Duty::Intake, node, HOLD_MS));
                let Some(hold) = take.await? else { return Ok(None) };
                let reception = self.reception(hold, row)?;
                let naming = naming::keep_up(reception.parts.clone());
                let received = reception.run(stop.clone());
                let receiving = async move {
                    tokio::select! {
                        received = received => received,
                        // It never ends by itself.
                        () = naming => Ok(()),
                    }
                };
                (Some(hold), tokio::spawn(logged(bot, work, receiving)))
            }
            Work::Sending => {
                let Some(courier) = self.courier(row).await? else { return Ok(None) };
                (Some(courier.hold()), tokio::spawn(logged(row.id, work, courier.run(stop.clone()))))
            }
        };
        Ok(Some(Running::new(row, hold, stop, task)))
    }

    fn client(&self, row: &Bot) -> Result<Arc<Client>> {
        let token = SecretString::from(self.secrets.open(&row.token_sealed)?);
        let options = Options { calls_in_flight_max: self.options.in_flight_max, ..Options::default() };
        let client = Client::new(&self.options.api_url, &token, options);
        client.map(Arc::new).map_err(|error| EngineError::Telegram(error.to_string()))
    }

    async fn courier(&self, row: &Bot) -> Result<Option<Courier>> {
        let carrier = Carrier::new(row.id, self.store.clone(), self.client(row)?);
        let options = CourierOptions {
            node: self.options.node.id,
            rate: rates::rate_of(row.bulk_per_second),
            in_flight_max: self.options.in_flight_max,
            public_url: self.options.public_url.clone(),
            token_sealed: row.token_sealed.clone(),
        };
        let (store, secrets, clock) = (self.store.clone(), self.secrets.clone(), Arc::clone(&self.clock));
        Courier::take_over(row.id, store, secrets, clock, Arc::new(carrier), options).await
    }
}

impl Fleet {
    fn reception(&self, hold: Hold, row: &Bot) -> Result<Reception> {
        let bot = hold.bot;
        let (name, secret) = webhook_of(&self.secrets, bot);
        let address = self.options.webhook_look_every.map(|look_every| Address {
            url: format!("{}/telegram/{name}", self.options.public_url),
            secret: secret.clone(),
            look_every,
        });
        let parts = PollerParts {
            hold,
            store: self.store.clone(),
            clock: Arc::clone(&self.clock),
            intake: self.intake.clone(),
            client: self.client(row)?,
            token_sealed: row.token_sealed.clone(),
        };
        Ok(Reception { parts, address })
    }
}

async fn logged(bot: BotId, work: Work, working: impl Future<Output = Result<()>>) {
    if let Err(error) = working.await {
        tracing::error!(%bot, part = work.name(), %error, "stopped");
    }
}

/// Keeps the index and the live feed level with the log.
async fn follow(people: People, store: Store, bot: BotId, stop: CancellationToken) -> Result<()> {
    let mut committed = store.committed();
    while !stop.is_cancelled() {
        committed.mark_unchanged();
        let looked = tokio::time::Instant::now();
        people.latest(bot).await?;
        tokio::select! {
            () = stop.cancelled() => {}
            _ = committed.changed() => {}
            // Another process's commits wake nobody here.
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        tokio::time::sleep_until(looked + FOLLOW_EVERY).await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use telegram::{Received, Update};

    use super::*;

    /// Each kind that is read by name, with the least that it holds.
    const READ: [(&str, &str); 6] = [
        ("message", r#"{"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}}"#),
        ("edited_message", r#"{"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}}"#),
        (
            "callback_query",
            r#"{"id": "1", "from": {"id": 7, "is_bot": false, "first_name": "A"}, "chat_instance": "1"}"#,
        ),
        (
            "message_reaction",
            r#"{"chat": {"id": 7, "type": "private"}, "message_id": 1, "date": 1, "old_reaction": [], "new_reaction": []}"#,
        ),
        (
            "my_chat_member",
            r#"{"chat": {"id": 7, "type": "private"}, "from": {"id": 7, "is_bot": false, "first_name": "A"}, "date": 1,
                "old_chat_member": {"status": "member"}, "new_chat_member": {"status": "kicked"}}"#,
        ),
        (
            "pre_checkout_query",
            r#"{"id": "1", "from": {"id": 7, "is_bot": false, "first_name": "A"}, "currency": "XTR", "total_amount": 1,
                "invoice_payload": "x"}"#,
        ),
    ];

    #[test]
    fn every_kind_that_is_read_is_asked_for() {
        for (kind, body) in READ {
            let received = Received::parse(&format!(r#"{{"update_id": 1, "{kind}": {body}}}"#)).unwrap();
            assert!(!matches!(received.update, Update::Unknown { .. }), "{kind} is not read: {received:?}");
            assert!(ALLOWED.contains(&kind), "{kind} is read and never asked for");
        }
    }
}
