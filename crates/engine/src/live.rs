//! The live feed: every event that was committed, told to whoever watches (a console, mostly).
//!
//! It is a hint to look again, not a log: who falls behind is told to start over.

use domain::event::Event;
use domain::ids::{BotId, CampaignId, ContactId, WorkspaceId};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

/// Changes kept for a watcher that is slow.
const BACKLOG_MAX: usize = 4_096;

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

/// The feed of all bots of this process.
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
    /// Watches from now on. A watcher sees every workspace: filter by [`Change::workspace`].
    pub fn watch(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    /// Ends every feed: an open one would keep the server from stopping.
    pub fn close(&self) {
        self.closing.cancel();
    }

    /// Waits until the feeds are to end.
    pub async fn closed(&self) {
        self.closing.cancelled().await;
    }

    pub(crate) fn tell(&self, change: Change) {
        // Nobody watching is no failure.
        let _ = self.changes.send(change);
    }
}
