//! Tracked clicks: a signed token, a cached target, one event in a group commit.

use std::sync::Arc;

use domain::event::EventBody;
use domain::ids::{BotId, CampaignId};
use domain::message::{Action, ButtonPlace, Message, in_ascii};
use store::{Store, campaigns, recipients};

use crate::clock::Clock;
use crate::posts::Posts;
use crate::tokens::Click;
use crate::{EngineError, Result, Secrets, journal};

/// Leads people on and remembers that they went.
#[derive(Clone)]
pub struct Clicks {
    store: Store,
    secrets: Secrets,
    clock: Arc<dyn Clock>,
    posts: Posts,
}

/// Where a token leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub click: Click,
    /// The button's text.
    pub button: String,
    /// In ASCII, as a header carries it.
    pub url: String,
}

impl Clicks {
    /// Clicks of every bot of the store.
    pub fn new(store: Store, secrets: Secrets, clock: Arc<dyn Clock>) -> Self {
        Self { store, secrets, clock, posts: Posts::default() }
    }

    /// Where a token leads.
    ///
    /// # Errors
    /// [`EngineError::NotFound`]: the token is not one of ours, or its message is gone.
    pub async fn target(&self, token: &str) -> Result<Target> {
        let gone = || EngineError::NotFound("link");
        let click = Click::read(&self.secrets, token).ok_or_else(gone)?;
        let message = self.message(click.bot, click.campaign).await?;
        let button = message.button(click.row, click.column).ok_or_else(gone)?;
        match &button.action {
            Action::Url { url, .. } => {
                let url = in_ascii(url).ok_or_else(gone)?;
                Ok(Target { click, button: button.text.clone(), url })
            }
            Action::Press(_) => Err(gone()),
        }
    }

    /// Records that a person followed the link. A test's link leaves no trace, nor does someone who is no recipient.
    ///
    /// # Errors
    /// The database failed.
    pub async fn record(&self, target: &Target) -> Result<()> {
        let (click, object, at) = (target.click, target.button.clone(), self.clock.now());
        if click.test {
            return Ok(());
        }
        self.store
            .write_repeatably(move |tx, _| {
                if recipients::get(tx, click.bot, click.campaign, click.contact)?.is_none() {
                    return Ok(());
                }
                journal::append(tx, click.bot, |journal| {
                    journal.prove_sent(click.contact, click.campaign, None, at)?;
                    let place = Some(ButtonPlace::new(click.row, click.column));
                    let body = EventBody::Click { object: object.clone(), campaign: click.campaign, place };
                    journal.record(Some(click.contact), at, body)?;
                    Ok(())
                })
            })
            .await
    }

    async fn message(&self, bot: BotId, campaign: CampaignId) -> Result<Arc<Message>> {
        // A draft's message may still change: only a started campaign's is taken from memory.
        if let Some(message) = self.posts.begun(bot, campaign) {
            return Ok(message);
        }
        let row = self.store.reader().read(move |tx| campaigns::get(tx, bot, campaign)).await?;
        let row = row.ok_or(EngineError::NotFound("link"))?;
        self.posts.of(bot, &row).map_err(EngineError::Invalid)
    }
}
