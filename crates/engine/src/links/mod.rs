//! Diversion links: made and changed by the team, opened by the world, and counted from the visit to the people
//! who stayed. A start binds its visit in the intake.

mod browser;
mod country;
mod funnel;
mod privacy;
#[cfg(test)]
mod tests;
mod visit;

use std::collections::HashMap;
use std::sync::Arc;

use domain::ids::{BotId, FlowId, LinkId, WorkspaceId};
use domain::link::{LinkBot, LinkDraft, Utm};
use domain::time::Millis;
use parking_lot::Mutex;
use store::bots::Bot;
use store::links::Link;
use store::tags::Tag;
use store::{ReadTx, Store, StoreError, WriteTx, bots, flows, links, tags};

use crate::people::People;
use crate::{Clock, EngineError, Result, Secrets};

pub use country::Countries;
pub use funnel::{
    Apart, DEFINITIONS, Day, FUNNEL_DAYS_MAX, Funnel, LinkFunnel, Page, People as FunnelPeople,
    Value as FunnelValue,
};
pub use store::visit_counts::By;
pub use visit::Opened;

/// Characters of a code that nobody chose: 36 bits, drawn again where one is taken.
const CODE_DRAWN_CHARS: usize = 7;

/// The room of links.
#[derive(Clone)]
pub struct Links {
    store: Store,
    secrets: Secrets,
    clock: Arc<dyn Clock>,
    people: People,
    countries: Option<Countries>,
    /// By code; see [`visit`].
    known: Arc<Mutex<HashMap<String, visit::Known>>>,
}

/// A link as its page shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkView {
    pub link: Link,
    /// In the link's order.
    pub tags: Vec<Tag>,
    pub bots: Vec<BotView>,
}

/// One of a link's bots by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BotView {
    pub bot: BotId,
    pub username: String,
    pub name: String,
    pub weight: i64,
    pub flow: Option<(FlowId, String)>,
}

/// A link to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLink {
    /// Drawn when absent.
    pub code: Option<String>,
    pub name: String,
    pub channel: String,
    pub utm: Utm,
    pub tags: Vec<String>,
    pub bots: Vec<LinkBot>,
}

/// What to change about a link. Its code stays: people's sources name it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkChange {
    pub name: Option<String>,
    pub channel: Option<String>,
    pub utm: Option<Utm>,
    pub tags: Option<Vec<String>>,
    pub bots: Option<Vec<LinkBot>>,
    /// An archived link leads nowhere; its people and numbers stay.
    pub archived: Option<bool>,
}

impl Links {
    /// The links of every workspace of the store.
    pub fn new(store: Store, secrets: Secrets, clock: Arc<dyn Clock>, people: People) -> Self {
        Self { store, secrets, clock, people, countries: None, known: Arc::default() }
    }

    /// The same, asking a file for the country of each visitor's network.
    #[must_use]
    pub fn with_countries(self, countries: Option<Countries>) -> Self {
        Self { countries, ..self }
    }

    /// Whether new visits have the country of their network, rather than one guessed by the browser's language.
    pub fn knows_networks(&self) -> bool {
        self.countries.is_some()
    }

    /// Makes a link, and the tags that it names.
    ///
    /// # Errors
    /// Faults of its fields, each under its path; a code that is taken is one under `/code`.
    pub async fn create(&self, workspace: WorkspaceId, new: NewLink) -> Result<LinkView> {
        let now = self.clock.now();
        let drawn = new.code.is_none();
        let draft = LinkDraft {
            code: new.code.unwrap_or_else(drawn_code),
            name: new.name,
            channel: new.channel,
            utm: new.utm,
            tags: new.tags,
            bots: new.bots,
        };
        let mut draft = draft.checked().map_err(EngineError::Invalid)?;
        loop {
            let row = draft.clone();
            let made = self.store.write(move |tx| insert(tx, workspace, row, now)).await;
            match made {
                // A link of that code may have been asked for in vain, moments ago.
                Ok(view) => return Ok(view),
                Err(EngineError::Conflict { .. }) if drawn => draft.code = drawn_code(),
                Err(EngineError::Conflict { message, .. }) => {
                    return Err(EngineError::field("/code", "taken", message));
                }
                Err(other) => return Err(other),
            }
        }
    }

    /// Changes a link, whatever is given.
    ///
    /// # Errors
    /// As [`Links::create`]; there is no such link here.
    pub async fn update(&self, workspace: WorkspaceId, id: LinkId, change: LinkChange) -> Result<LinkView> {
        let now = self.clock.now();
        let view = self.store.write(move |tx| apply(tx, workspace, id, change, now)).await?;
        self.known.lock().retain(|_, known| !known.leads_to(view.link.id));
        Ok(view)
    }

    /// One link.
    ///
    /// # Errors
    /// There is none in this workspace.
    pub async fn get(&self, workspace: WorkspaceId, id: LinkId) -> Result<LinkView> {
        self.store.reader().read(move |tx| view(tx, workspace, owned(tx, workspace, id)?)).await
    }
}

/// A link of the workspace.
fn owned(tx: &ReadTx<'_>, workspace: WorkspaceId, id: LinkId) -> Result<Link> {
    links::get(tx, workspace, id)?.ok_or(EngineError::NotFound("link"))
}

/// Without letters that look like digits.
fn drawn_code() -> String {
    const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0_u8; CODE_DRAWN_CHARS];
    rand::fill(&mut bytes);
    bytes.iter().map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect()
}

fn insert(tx: &WriteTx<'_>, workspace: WorkspaceId, draft: LinkDraft, now: Millis) -> Result<LinkView> {
    check_bots(tx, workspace, &draft.bots)?;
    make_tags(tx, workspace, &draft.tags, now)?;
    let mut link = Link {
        id: LinkId(0),
        code: draft.code,
        name: draft.name,
        channel: draft.channel,
        utm: draft.utm,
        tags: draft.tags,
        bots: draft.bots,
        archived_at: None,
        created_at: now,
    };
    link.id = links::insert(tx, workspace, &link)?;
    view(tx, workspace, link)
}

fn apply(
    tx: &WriteTx<'_>,
    workspace: WorkspaceId,
    id: LinkId,
    change: LinkChange,
    now: Millis,
) -> Result<LinkView> {
    let before = owned(tx, workspace, id)?;
    let bots_changed = change.bots.is_some();
    let draft = LinkDraft {
        code: before.code.clone(),
        name: change.name.unwrap_or_else(|| before.name.clone()),
        channel: change.channel.unwrap_or_else(|| before.channel.clone()),
        utm: change.utm.unwrap_or_else(|| before.utm.clone()),
        tags: change.tags.unwrap_or_else(|| before.tags.clone()),
        bots: change.bots.unwrap_or_else(|| before.bots.clone()),
    };
    let draft = draft.checked().map_err(EngineError::Invalid)?;
    if bots_changed {
        check_bots(tx, workspace, &draft.bots)?;
    }
    make_tags(tx, workspace, &draft.tags, now)?;
    let link = Link {
        name: draft.name,
        channel: draft.channel,
        utm: draft.utm,
        tags: draft.tags,
        bots: draft.bots,
        archived_at: match change.archived {
            Some(true) => before.archived_at.or(Some(now)),
            Some(false) => None,
            None => before.archived_at,
        },
        ..before
    };
    links::update(tx, workspace, &link)?;
    view(tx, workspace, link)
}

/// Every bot is the workspace's, and every flow its bot's.
fn check_bots(tx: &ReadTx<'_>, workspace: WorkspaceId, entries: &[LinkBot]) -> Result<()> {
    for (index, entry) in entries.iter().enumerate() {
        if bots::get(tx, workspace, entry.bot)?.is_none() {
            let path = format!("/bots/{index}/bot_id");
            return Err(EngineError::field(path, "unknown_bot", "there is no such bot"));
        }
        if let Some(flow) = entry.flow
            && flows::get(tx, entry.bot, flow)?.is_none()
        {
            let path = format!("/bots/{index}/flow_id");
            return Err(EngineError::field(path, "unknown_flow", "this bot has no such flow"));
        }
    }
    Ok(())
}

fn make_tags(tx: &WriteTx<'_>, workspace: WorkspaceId, names: &[String], now: Millis) -> Result<()> {
    for name in names {
        tags::ensure(tx, workspace, name, now)?;
    }
    Ok(())
}

fn view(tx: &ReadTx<'_>, workspace: WorkspaceId, link: Link) -> Result<LinkView> {
    let all = tags::list(tx, workspace)?;
    let mut named: Vec<Tag> = Vec::new();
    for name in &link.tags {
        let Some(id) = tags::by_name(tx, workspace, name)? else { continue };
        if named.iter().all(|tag| tag.id != id) {
            named.extend(all.iter().find(|tag| tag.id == id).cloned());
        }
    }
    let known: HashMap<BotId, Bot> =
        bots::list(tx, workspace)?.into_iter().map(|bot| (bot.id, bot)).collect();
    let mut shown = Vec::with_capacity(link.bots.len());
    for entry in &link.bots {
        let Some(bot) = known.get(&entry.bot) else { continue };
        let flow = entry.flow.map(|flow| flow_named(tx, entry.bot, flow)).transpose()?.flatten();
        shown.push(BotView {
            bot: bot.id,
            username: bot.username.clone(),
            name: bot.name.clone(),
            weight: entry.weight,
            flow,
        });
    }
    Ok(LinkView { tags: named, bots: shown, link })
}

fn flow_named(
    tx: &ReadTx<'_>,
    bot: BotId,
    flow: FlowId,
) -> std::result::Result<Option<(FlowId, String)>, StoreError> {
    Ok(flows::get(tx, bot, flow)?.map(|row| (flow, row.name)))
}
