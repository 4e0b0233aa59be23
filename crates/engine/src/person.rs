//! A person as lists show them: with their tags by name and their stage at one moment.

use std::collections::HashMap;

use chrono_tz::Tz;
use domain::contact::Reachability;
use domain::event::Origin;
use domain::expression::Resolved;
use domain::ids::{BotId, ContactId, ContactNumber, StageId, TagId, WorkspaceId};
use domain::time::Millis;
use store::contacts::Contact;
use store::tags::Tag;
use store::{ReadTx, contacts, tags};

use crate::Result;
use crate::catalog::WorkspaceCatalog;
use crate::facts::RowFacts;

/// A tag that a person has.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonTag {
    pub id: TagId,
    pub name: String,
    pub color: String,
    pub added_at: Millis,
    pub origin: Origin,
}

/// A person in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    pub id: ContactId,
    pub telegram_id: i64,
    /// First and last name, else the username, else the Telegram id.
    pub name: String,
    pub username: Option<String>,
    pub language: Option<String>,
    pub premium: bool,
    /// Latest first.
    pub tags: Vec<PersonTag>,
    /// None in a workspace without stages.
    pub stage: Option<(StageId, String)>,
    pub reachability: Reachability,
    pub first_seen: Millis,
    pub last_interaction: Option<Millis>,
}

/// Makes [`Person`]s out of rows: holds what a workspace calls things, read once.
pub struct Roster {
    bot: BotId,
    tags: HashMap<TagId, Tag>,
    stages: Vec<(StageId, String, Resolved)>,
    zone: Tz,
    now: Millis,
}

impl Roster {
    /// Reads the names. The bot is known to be the workspace's.
    ///
    /// # Errors
    /// The database failed, or a stored rule is none.
    pub fn load(tx: &ReadTx<'_>, workspace: WorkspaceId, bot: BotId, now: Millis) -> Result<Self> {
        Self::of(tx, workspace, bot, &WorkspaceCatalog::load(tx, workspace, bot)?, now)
    }

    /// As [`Roster::load`], for who has read the catalog already.
    ///
    /// # Errors
    /// As [`Roster::load`].
    pub fn of(
        tx: &ReadTx<'_>,
        workspace: WorkspaceId,
        bot: BotId,
        catalog: &WorkspaceCatalog,
        now: Millis,
    ) -> Result<Self> {
        let tags = tags::list(tx, workspace)?.into_iter().map(|tag| (tag.id, tag)).collect();
        Ok(Self { bot, tags, stages: catalog.resolved_stages()?, zone: catalog.zone, now })
    }

    /// The person of a row.
    ///
    /// # Errors
    /// The database failed.
    pub fn person(&self, tx: &ReadTx<'_>, contact: &Contact) -> Result<Person> {
        Ok(Person {
            id: ContactId::new(self.bot, contact.number),
            telegram_id: contact.telegram_id,
            name: contact.name(),
            username: contact.profile.username.clone(),
            language: contact.profile.language.clone(),
            premium: contact.profile.premium,
            tags: self.tags_of(tx, contact.number)?,
            stage: self.stage_of(tx, contact.number)?,
            reachability: contact.reachability,
            first_seen: contact.first_seen,
            last_interaction: contact.last_interaction,
        })
    }

    /// People by number, in the given order; unknown numbers are left out.
    ///
    /// # Errors
    /// The database failed.
    pub fn people(&self, tx: &ReadTx<'_>, numbers: &[u32]) -> Result<Vec<Person>> {
        contacts::by_numbers(tx, self.bot, numbers)?.iter().map(|contact| self.person(tx, contact)).collect()
    }

    /// The person's stage at the moment that the roster was read for.
    ///
    /// # Errors
    /// The database failed.
    pub fn stage_of(&self, tx: &ReadTx<'_>, number: ContactNumber) -> Result<Option<(StageId, String)>> {
        let facts = RowFacts::load(tx, self.bot, number)?;
        for (id, name, is) in &self.stages {
            if facts.matches(is, self.now, self.zone)? {
                return Ok(Some((*id, name.clone())));
            }
        }
        Ok(None)
    }

    /// The rule that says "is in this stage".
    pub fn stage_rule(&self, stage: StageId) -> Option<&Resolved> {
        self.stages.iter().find(|(id, _, _)| *id == stage).map(|(_, _, is)| is)
    }

    fn tags_of(&self, tx: &ReadTx<'_>, number: ContactNumber) -> Result<Vec<PersonTag>> {
        let rows = contacts::tags(tx, self.bot, number)?;
        let named = rows.into_iter().filter_map(|row| {
            // A tag that was deleted a moment ago has no name to show.
            let tag = self.tags.get(&row.tag)?;
            Some(PersonTag {
                id: row.tag,
                name: tag.name.clone(),
                color: tag.color.clone(),
                added_at: row.added_at,
                origin: row.origin,
            })
        });
        Ok(named.collect())
    }

    /// A tag's name and colour.
    pub fn tag(&self, id: TagId) -> Option<&Tag> {
        self.tags.get(&id)
    }
}
