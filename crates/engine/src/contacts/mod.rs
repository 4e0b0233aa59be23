//! The people of a bot: lists, one person, their timeline, and what a member changes by hand.

mod card;
mod erasure;
mod export;
mod life;
#[cfg(test)]
mod tests;
mod timeline;

use std::sync::Arc;

use domain::contact::AttributeValue;
use domain::event::{EventBody, Origin};
use domain::field_error::{FieldError, pointer_segment};
use domain::ids::{BotId, ContactId, ContactNumber, WorkspaceId};
use domain::limits::IMPORT_BATCH_MAX;
use domain::time::Millis;
use roaring::RoaringBitmap;
use serde_json::{Map, Value};
use store::contacts::Contact;
use store::recipients::Recipient;
use store::visits::Visit;
use store::{ReadTx, Store, bots, contacts, links, recipients, visits};

pub use self::card::{Card, Explained};
pub use self::export::Export;
pub use self::life::{Life, LifeStage};
pub use self::timeline::{Timeline, TimelineEntry};
pub use crate::people_list::{ListPlace, ListQuery, PeoplePage};
pub use store::contacts::Order;

use crate::attributes::{self, AttributeChanges, check_key, check_value};
use crate::authors::Authors;
use crate::catalog::WorkspaceCatalog;
use crate::facts::RowFacts;
use crate::history::Place;
use crate::journal::{self, Journal};
use crate::people::{People, Snapshot};
use crate::{Clock, EngineError, Result, Secrets, effects, people_list, tagging};

/// What a member changes about a person, besides tags.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ContactPatch {
    /// A value sets a key, `null` removes it.
    pub attributes: Option<Map<String, Value>>,
    pub opted_out: Option<bool>,
}

/// Visits that a person's page shows, at most.
const VISITS_MAX: usize = 50;

/// Campaigns that a person's page shows, at most.
const CAMPAIGNS_MAX: usize = 100;

/// A person's line in a campaign, with the campaign's name.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonCampaign {
    pub line: Recipient,
    pub campaign_name: Option<String>,
}

/// A visit of a link through which a person started, with the link's code and name.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonVisit {
    pub visit: Visit,
    pub code: String,
    pub link_name: String,
}

/// The room.
#[derive(Clone)]
pub struct Contacts {
    store: Store,
    secrets: Secrets,
    clock: Arc<dyn Clock>,
    people: People,
}

impl Contacts {
    pub fn new(store: Store, secrets: Secrets, clock: Arc<dyn Clock>, people: People) -> Self {
        Self { store, secrets, clock, people }
    }

    /// A page of the people who match, with their exact number.
    ///
    /// # Errors
    /// The expression is not valid (below `/expression`), or the bot is not one of this workspace.
    pub async fn list(&self, workspace: WorkspaceId, bot: BotId, query: ListQuery) -> Result<PeoplePage> {
        let snapshot = self.snapshot(workspace, bot).await?;
        let now = self.clock.now();
        self.store.reader().read(move |tx| people_list::page(tx, bot, &snapshot, &query, now)).await
    }

    /// One person in full.
    ///
    /// # Errors
    /// The person is not one of this workspace.
    pub async fn get(&self, workspace: WorkspaceId, id: ContactId) -> Result<Card> {
        let now = self.clock.now();
        self.store.reader().read(move |tx| Card::read(tx, workspace, id, now)).await
    }

    /// Why a person matches an expression, or not.
    ///
    /// # Errors
    /// The expression is not valid (below `/expression`), or the person is not one of this workspace.
    pub async fn explain(
        &self,
        workspace: WorkspaceId,
        id: ContactId,
        expression: Value,
    ) -> Result<Explained> {
        let now = self.clock.now();
        let read = self.store.reader().read(move |tx| {
            find(tx, workspace, id)?;
            let catalog = WorkspaceCatalog::load(tx, workspace, id.bot())?;
            let (_, resolved) = catalog.resolve_at("/expression", &expression)?;
            let tree = RowFacts::load(tx, id.bot(), id.number())?.explain(&resolved, now, catalog.zone)?;
            Ok(Explained { now, tree })
        });
        read.await
    }

    /// What happened with a person, newest first.
    ///
    /// # Errors
    /// The person is not one of this workspace.
    pub async fn timeline(
        &self,
        workspace: WorkspaceId,
        id: ContactId,
        below: Option<Place>,
        limit: usize,
    ) -> Result<Timeline> {
        let read = self.store.reader().read(move |tx| {
            find(tx, workspace, id)?;
            timeline::read(tx, workspace, id, below, limit)
        });
        read.await
    }

    /// The visits of links through which a person started, latest first, at most fifty. What retention no longer
    /// keeps of them is absent.
    ///
    /// # Errors
    /// The person is not one of this workspace.
    pub async fn visits(&self, workspace: WorkspaceId, id: ContactId) -> Result<Vec<PersonVisit>> {
        let read = self.store.reader().read(move |tx| {
            find(tx, workspace, id)?;
            let mut found = Vec::new();
            for visit in visits::latest_of_contact(tx, id.bot(), id.number(), VISITS_MAX)? {
                // A link is archived, never deleted.
                let link = links::get(tx, workspace, visit.link)?.ok_or(EngineError::NotFound("link"))?;
                found.push(PersonVisit { visit, code: link.code, link_name: link.name });
            }
            Ok(found)
        });
        read.await
    }

    /// How a person stands in the campaigns whose audience they were in, the latest campaign first, at most a hundred.
    ///
    /// # Errors
    /// The person is not one of this workspace.
    pub async fn campaigns(&self, workspace: WorkspaceId, id: ContactId) -> Result<Vec<PersonCampaign>> {
        let read = self.store.reader().read(move |tx| {
            find(tx, workspace, id)?;
            let authors = Authors::load(tx, workspace, id.bot())?;
            let lines = recipients::latest_of_contact(tx, id.bot(), id.number(), CAMPAIGNS_MAX)?;
            let named = lines.into_iter().map(|line| {
                let campaign_name = authors.campaign(line.campaign)?.name;
                Ok(PersonCampaign { line, campaign_name })
            });
            named.collect()
        });
        read.await
    }

    /// The stages that a person was in by the present rules, and will be in without a sign of them.
    ///
    /// # Errors
    /// The person is not one of this workspace.
    pub async fn life(&self, workspace: WorkspaceId, id: ContactId) -> Result<Life> {
        let now = self.clock.now();
        self.store.reader().read(move |tx| life::read(tx, workspace, id, now)).await
    }

    /// Puts tags on a person and takes others off. New names are made.
    ///
    /// # Errors
    /// A name cannot be one, or the person is not one of this workspace.
    pub async fn change_tags(
        &self,
        workspace: WorkspaceId,
        id: ContactId,
        add: &[String],
        remove: &[String],
        origin: Origin,
    ) -> Result<Card> {
        let (add, remove) = tagging::checked_names(add, remove)?;
        let now = self.clock.now();
        let write = self.store.write(move |tx| {
            find(tx, workspace, id)?;
            journal::append(tx, id.bot(), |journal| {
                effects::add_tags(journal, id.number(), &add, origin, now)?;
                effects::remove_tags(journal, id.number(), &remove, origin, now)
            })?;
            Card::read(tx, workspace, id, now)
        });
        write.await
    }

    /// The same for all who match; how many people changed. Who matches is decided once, at the beginning;
    /// [`IMPORT_BATCH_MAX`] people are changed a commit, so that the bot never waits long.
    ///
    /// # Errors
    /// A name cannot be one, the expression is not valid, or the bot is not one of this workspace. What was
    /// committed by then stays.
    pub async fn tag_matching(
        &self,
        workspace: WorkspaceId,
        bot: BotId,
        expression: Value,
        (add, remove): (&[String], &[String]),
        origin: Origin,
    ) -> Result<u64> {
        let (add, remove) = tagging::checked_names(add, remove)?;
        let set = self.matching(workspace, bot, Some(expression)).await?;
        let numbers: Vec<u32> = set.iter().collect();
        let mut changed = 0;
        for part in numbers.chunks(IMPORT_BATCH_MAX) {
            let (part, add, remove) = (part.to_vec(), add.clone(), remove.clone());
            let now = self.clock.now();
            let write = self.store.write(move |tx| {
                journal::append(tx, bot, |journal| tag_each(journal, &part, (&add, &remove), origin, now))
            });
            changed += write.await?;
        }
        Ok(changed)
    }

    /// Changes attributes, and whether the person gets bulk messages.
    ///
    /// # Errors
    /// An attribute cannot be one, or the person is not one of this workspace.
    pub async fn patch(&self, workspace: WorkspaceId, id: ContactId, patch: ContactPatch) -> Result<Card> {
        let changes = checked_attributes(patch.attributes.unwrap_or_default())?;
        let now = self.clock.now();
        let write = self.store.write(move |tx| {
            let mut contact = find(tx, workspace, id)?;
            journal::append(tx, id.bot(), |journal| {
                attributes::apply(journal, workspace, &mut contact, changes, "/attributes", now)?;
                match patch.opted_out {
                    Some(wanted) => set_opted_out(journal, &mut contact, wanted, now),
                    None => Ok(()),
                }
            })?;
            Card::read(tx, workspace, id, now)
        });
        write.await
    }

    /// Forgets a person for good: profile, attributes, tags, notes, everything that was written. That something happened
    /// stays, without words; so does an opt-out, should they come back.
    ///
    /// # Errors
    /// The person is not one of this workspace, or was erased before.
    pub async fn erase(&self, workspace: WorkspaceId, id: ContactId) -> Result<()> {
        let found = self.store.reader().read(move |tx| {
            let contact = find(tx, workspace, id)?;
            Ok::<_, EngineError>(store::erasure::raw_events_naming(tx, id.bot(), contact.telegram_id)?)
        });
        let raw = found.await?;
        let (secrets, now) = (self.secrets.clone(), self.clock.now());
        self.store.write(move |tx| erasure::erase(tx, workspace, id, &raw, &secrets, now)).await
    }

    /// Everything that is known of a person, as one JSON document: what they may ask for.
    ///
    /// # Errors
    /// The person is not one of this workspace.
    pub async fn dossier(&self, workspace: WorkspaceId, id: ContactId) -> Result<Value> {
        let now = self.clock.now();
        self.store.reader().read(move |tx| erasure::dossier(tx, workspace, id, now)).await
    }

    /// All who match, as a table that [`crate::imports`] reads.
    ///
    /// # Errors
    /// The expression is not valid (below `/expression`), or the bot is not one of this workspace.
    pub async fn export(
        &self,
        workspace: WorkspaceId,
        bot: BotId,
        expression: Option<Value>,
    ) -> Result<Export> {
        let set = self.matching(workspace, bot, expression).await?;
        Export::start(self.store.reader().clone(), workspace, bot, set).await
    }

    async fn matching(
        &self,
        workspace: WorkspaceId,
        bot: BotId,
        expression: Option<Value>,
    ) -> Result<RoaringBitmap> {
        let snapshot = self.snapshot(workspace, bot).await?;
        let now = self.clock.now();
        let read = self.store.reader().read(move |tx| {
            people_list::matching(tx, bot, &snapshot, expression.as_ref(), now).map(|(set, _)| set)
        });
        read.await
    }

    async fn snapshot(&self, workspace: WorkspaceId, bot: BotId) -> Result<Snapshot> {
        let found = self.store.reader().read(move |tx| bots::get(tx, workspace, bot)).await?;
        found.ok_or(EngineError::NotFound("bot"))?;
        self.people.latest(bot).await
    }
}

/// The person, where the workspace has them and they were not erased.
fn find(tx: &ReadTx<'_>, workspace: WorkspaceId, id: ContactId) -> Result<Contact> {
    bots::get(tx, workspace, id.bot())?.ok_or(EngineError::NotFound("contact"))?;
    let found = contacts::get(tx, id.bot(), id.number())?;
    found.filter(|contact| !contact.erased).ok_or(EngineError::NotFound("contact"))
}

fn tag_each(
    journal: &mut Journal<'_>,
    numbers: &[u32],
    (add, remove): (&[String], &[String]),
    origin: Origin,
    now: Millis,
) -> Result<u64> {
    let mut changed = 0;
    for number in numbers {
        let number = ContactNumber(*number);
        let added = effects::add_tags(journal, number, add, origin, now)?;
        let removed = effects::remove_tags(journal, number, remove, origin, now)?;
        changed += u64::from(added + removed > 0);
    }
    Ok(changed)
}

/// By hand it is no answer to a campaign, so none is charged with it.
fn set_opted_out(journal: &mut Journal<'_>, contact: &mut Contact, wanted: bool, now: Millis) -> Result<()> {
    if contact.reachability.opted_out == wanted {
        return Ok(());
    }
    contact.reachability.opted_out = wanted;
    contacts::set_reachability(journal.tx(), journal.bot(), contact.number, contact.reachability)?;
    let body = if wanted { EventBody::OptedOut { charged: None } } else { EventBody::OptedIn };
    journal.record_uncharged(contact.number, now, body)?;
    Ok(())
}

fn checked_attributes(given: Map<String, Value>) -> Result<AttributeChanges> {
    let mut changes = AttributeChanges::new();
    let mut faults = Vec::new();
    for (key, value) in given {
        let checked = check_key(&key).and_then(|()| checked_value(value));
        match checked {
            Ok(value) => {
                changes.insert(key, value);
            }
            Err(refusal) => {
                let path = format!("/attributes/{}", pointer_segment(&key));
                faults.push(FieldError { path, code: refusal.code, message: refusal.message });
            }
        }
    }
    if faults.is_empty() { Ok(changes) } else { Err(EngineError::Invalid(faults)) }
}

/// Whether a whole number would be kept as another one.
fn loses_digits(number: &serde_json::Number) -> bool {
    let whole = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    whole.is_some_and(|whole| number.as_f64().is_none_or(|kept| kept as i128 != whole))
}

fn checked_value(value: Value) -> std::result::Result<Option<AttributeValue>, attributes::Refusal> {
    let value = match value {
        Value::Null => return Ok(None),
        Value::Bool(value) => AttributeValue::Bool(value),
        Value::Number(value) if loses_digits(&value) => {
            let message = "has more digits than a number keeps; send it as a text".to_owned();
            return Err(attributes::Refusal { code: "bad_number", message });
        }
        Value::Number(value) => AttributeValue::Number(value.as_f64().unwrap_or(f64::NAN)),
        Value::String(value) => AttributeValue::Text(value),
        Value::Array(_) | Value::Object(_) => {
            let message = "must be a text, a number, true, false or null".to_owned();
            return Err(attributes::Refusal { code: "wrong_type", message });
        }
    };
    check_value(&value)?;
    Ok(Some(value))
}
