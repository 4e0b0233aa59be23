//! The live feed: every event that was committed, told to whoever watches (a console, mostly).
//!
//! A [`Feed`] tells what follows a place in the log. What this node's follower hears of comes at once, through
//! [`Live`]; that is only a hint, since the follower may have begun later than the feed, or not follow this bot at
//! all. The place decides: where a number is missing, and now and then while nothing is heard, the log itself is read.
//! Who falls too far behind is told to start over.

use std::collections::VecDeque;
use std::time::Duration;

use domain::event::Event;
use domain::ids::{BotId, CampaignId, ContactId, WorkspaceId};
use store::{ReadTx, Reader, bots, events};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{EngineError, Result};

/// Changes kept for a watcher that is slow.
const BACKLOG_MAX: usize = 4_096;
/// Events that a feed reads from the log and tells one by one; who missed more starts over.
const READ_MAX: usize = 1_000;
/// How often a feed that hears nothing reads the log.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// One committed event, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub workspace: WorkspaceId,
    pub bot: BotId,
    pub number: i64,
    pub kind: &'static str,
    pub contact: Option<ContactId>,
    pub campaign: Option<CampaignId>,
}

impl Change {
    /// What a feed tells of an event.
    pub fn of(workspace: WorkspaceId, bot: BotId, event: &Event) -> Self {
        Self {
            workspace,
            bot,
            number: event.number,
            kind: event.body.kind(),
            contact: event.contact.map(|number| ContactId::new(bot, number)),
            campaign: event.body.campaign(),
        }
    }
}

/// What this process hears of the logs of all its bots.
#[derive(Debug, Clone)]
pub struct Live {
    changes: broadcast::Sender<Change>,
    closing: CancellationToken,
}

impl Default for Live {
    fn default() -> Self {
        Self { changes: broadcast::channel(BACKLOG_MAX).0, closing: CancellationToken::new() }
    }
}

impl Live {
    /// Ends every feed: an open one would keep the server from stopping.
    pub fn close(&self) {
        self.closing.cancel();
    }

    pub(crate) fn tell(&self, change: Change) {
        // Nobody watching is no failure.
        let _ = self.changes.send(change);
    }

    #[cfg(test)]
    pub(crate) fn watch(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }
}

/// What a feed tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The next event of the log.
    Change(Change),
    /// Too much happened to be told: read everything anew. What comes after it is told again.
    Reset,
}

/// One watcher of one bot.
pub struct Feed {
    live: Live,
    reader: Reader,
    workspace: WorkspaceId,
    bot: BotId,
    heard: broadcast::Receiver<Change>,
    /// The last event that was told, or is in `unsaid`.
    place: i64,
    unsaid: VecDeque<Told>,
    next_look: Instant,
}

impl Feed {
    /// Opens a feed that tells every event after `last`, or, without it, every one that is committed from now on.
    ///
    /// # Errors
    /// The workspace has no such bot, or the database failed.
    pub async fn open(
        live: Live,
        reader: Reader,
        workspace: WorkspaceId,
        bot: BotId,
        last: Option<i64>,
    ) -> Result<Self> {
        // Before the place is read: what is committed after that is heard, or found missing.
        let heard = live.changes.subscribe();
        let newest = reader.read(move |tx: &ReadTx<'_>| newest(tx, workspace, bot)).await?;
        let mut unsaid = VecDeque::new();
        // A number above the newest is of another log, before a backup was restored.
        if last.is_some_and(|last| last > newest || last < 0) {
            unsaid.push_back(Told::Reset);
        }
        let place = last.filter(|last| (0..=newest).contains(last)).unwrap_or(newest);
        let mut feed = Self { live, reader, workspace, bot, heard, place, unsaid, next_look: Instant::now() };
        if place < newest {
            feed.read_log().await?;
        }
        feed.next_look = Instant::now() + LOOK_EVERY;
        Ok(feed)
    }

    /// What comes next. `None` when the feed ends: the server stops, or the log cannot be read; whoever opens it again
    /// from the last number misses nothing.
    pub async fn next(&mut self) -> Option<Told> {
        loop {
            if let Some(told) = self.unsaid.pop_front() {
                return Some(told);
            }
            let heard = tokio::select! {
                heard = self.heard.recv() => Some(heard),
                () = tokio::time::sleep_until(self.next_look) => None,
                () = self.live.closing.cancelled() => return None,
            };
            let read = match heard {
                Some(Ok(change)) if change.workspace != self.workspace || change.bot != self.bot => continue,
                Some(Ok(change)) if change.number <= self.place => continue,
                Some(Ok(change)) if change.number == self.place + 1 => {
                    self.place = change.number;
                    self.next_look = Instant::now() + LOOK_EVERY;
                    return Some(Told::Change(change));
                }
                Some(Err(RecvError::Closed)) => return None,
                Some(Ok(_) | Err(RecvError::Lagged(_))) | None => self.read_log().await,
            };
            if let Err(error) = read {
                tracing::warn!(bot = %self.bot, %error, "a live feed ends");
                return None;
            }
        }
    }

    /// Reads what follows the place.
    async fn read_log(&mut self) -> Result<()> {
        let (workspace, bot, place) = (self.workspace, self.bot, self.place);
        let read = move |tx: &ReadTx<'_>| {
            let newest = newest(tx, workspace, bot)?;
            let missed = usize::try_from(newest - place).unwrap_or(0);
            let found = if (1..=READ_MAX).contains(&missed) {
                events::after(tx, bot, place, READ_MAX)?
            } else {
                Vec::new()
            };
            Ok::<_, EngineError>((newest, found))
        };
        let (newest, found) = self.reader.read(read).await?;
        if newest - place > READ_MAX as i64 || newest < place {
            self.unsaid.push_back(Told::Reset);
        }
        let told = found.iter().map(|event| Told::Change(Change::of(workspace, bot, event)));
        self.unsaid.extend(told);
        self.place = found.last().map_or(newest, |event| event.number);
        self.next_look = Instant::now() + LOOK_EVERY;
        Ok(())
    }
}

/// The number of the bot's last event.
fn newest(tx: &ReadTx<'_>, workspace: WorkspaceId, bot: BotId) -> Result<i64> {
    let row = bots::get(tx, workspace, bot)?.ok_or(EngineError::NotFound("bot"))?;
    Ok(row.next_event - 1)
}

#[cfg(test)]
mod tests;
