//! What a database holds, read without a server.

use std::collections::BTreeMap;
use std::path::Path;

use domain::campaign::Status;
use domain::event::{Event, Outcome};
use domain::ids::{BotId, CampaignId, ContactNumber};
use store::conversations::{Filter, Order};
use store::recipients::Recipient;
use store::{
    Store, StoreError, StoreOptions, bots, campaigns, contacts, conversations, events, outbox, recipients,
};

/// Events that are read at once.
const EVENTS_AT_ONCE: usize = 10_000;

/// Everything about one bot that a crash could have hurt.
#[derive(Debug)]
pub struct Stored {
    /// The log, in the order of its numbers.
    pub events: Vec<Event>,
    /// Contact → Telegram id.
    pub people: BTreeMap<ContactNumber, i64>,
    /// The lines of every campaign.
    pub ledgers: BTreeMap<CampaignId, Vec<Recipient>>,
    /// How every campaign stands.
    pub statuses: BTreeMap<CampaignId, Status>,
    /// Messages outside campaigns whose call may be under way.
    pub outbox_leased: usize,
    /// Telegram id → messages that nobody of the team has read.
    pub unread: BTreeMap<i64, i64>,
    /// The rate that was learnt after waits.
    pub rate_milli: Option<i64>,
}

/// Reads a folder whose server is not running.
///
/// # Panics
/// It holds no database of ours.
pub async fn in_folder(folder: &Path, bot: BotId) -> Stored {
    of(&StoreOptions::new(folder), bot).await
}

/// As [`in_folder`], of any database.
///
/// # Panics
/// It holds no database of ours.
pub async fn of(options: &StoreOptions, bot: BotId) -> Stored {
    let options = StoreOptions { exclusive: false, ..options.clone() };
    let store = Store::open(&options).expect("a database");
    let read = store.reader().read(move |tx| {
        let mut log: Vec<Event> = Vec::new();
        loop {
            let last = log.last().map_or(0, |event| event.number);
            let more = events::after(tx, bot, last, EVENTS_AT_ONCE)?;
            if more.is_empty() {
                break;
            }
            log.extend(more);
        }
        let (mut ledgers, mut statuses) = (BTreeMap::new(), BTreeMap::new());
        for campaign in campaigns::list(tx, bot, None, i64::MAX, 1_000)? {
            let mut lines = Vec::new();
            recipients::each(tx, bot, campaign.id, |line| lines.push(line))?;
            ledgers.insert(campaign.id, lines);
            statuses.insert(campaign.id, campaign.course.status);
        }
        let mut people = BTreeMap::new();
        contacts::each(tx, bot, |contact| {
            people.insert(contact.number, contact.telegram_id);
            Ok(true)
        })?;
        let mut unread: BTreeMap<i64, i64> = people.values().map(|telegram_id| (*telegram_id, 0)).collect();
        for conversation in conversations::list(tx, bot, Filter::All, "", Order::Latest, None, people.len())?
        {
            unread.insert(people[&conversation.contact], conversation.unread);
        }
        let outbox_leased = outbox::leased(tx, bot)?.len();
        let rate_milli = bots::of(tx, bot)?.and_then(|bot| bot.rate_milli);
        Ok::<_, StoreError>(Stored {
            events: log,
            people,
            ledgers,
            statuses,
            outbox_leased,
            unread,
            rate_milli,
        })
    });
    let stored = read.await.expect("a readable database");
    store.close().await;
    stored
}

impl Stored {
    /// How many lines of all ledgers stand at each outcome.
    pub fn outcomes(&self) -> BTreeMap<Outcome, usize> {
        let mut counts = BTreeMap::new();
        for line in self.ledgers.values().flatten() {
            *counts.entry(line.outcome).or_default() += 1;
        }
        counts
    }
}
