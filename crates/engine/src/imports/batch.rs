//! Writing a part of an import: one transaction, one savepoint a line.

use std::collections::HashMap;

use domain::contact::{Profile, Reachability};
use domain::event::{EventBody, Origin};
use domain::ids::{BotId, ContactNumber, TagId, WorkspaceId};
use domain::time::Millis;
use store::contacts::Contact;
use store::{WriteTx, bots, contacts, tags};

use super::row::{ImportRow, RowFault};
use crate::attributes::{self, AttributeChanges};
use crate::journal::{self, Journal};
use crate::{EngineError, Result, Secrets, former, tagging};

/// What became of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    Created,
    Updated,
    /// The person is there, and all that the line says is so already.
    Unchanged,
    Rejected(RowFault),
}

/// Writes the lines; what became of each, in their order.
///
/// # Errors
/// The bot is not one of this workspace, or the database failed: then nothing of the batch is in.
pub fn write(
    tx: &WriteTx<'_>,
    workspace: WorkspaceId,
    bot: BotId,
    rows: &[ImportRow],
    secrets: &Secrets,
    now: Millis,
) -> Result<Vec<Done>> {
    bots::get(tx, workspace, bot)?.ok_or(EngineError::NotFound("bot"))?;
    journal::append(tx, bot, |journal| {
        let mut batch = Batch { workspace, secrets, now, tags: HashMap::new() };
        batch.know_tags(tx, rows)?;
        rows.iter().map(|row| batch.savepoint(journal, row)).collect()
    })
}

struct Batch<'a> {
    workspace: WorkspaceId,
    secrets: &'a Secrets,
    now: Millis,
    tags: HashMap<String, TagId>,
}

impl Batch<'_> {
    /// Makes the tags before the lines: a refused line takes none away from the others.
    fn know_tags(&mut self, tx: &WriteTx<'_>, rows: &[ImportRow]) -> Result<()> {
        for name in rows.iter().flat_map(|row| &row.tags) {
            if !self.tags.contains_key(name) {
                let id = tags::ensure(tx, self.workspace, name, self.now)?;
                self.tags.insert(name.clone(), id);
            }
        }
        Ok(())
    }

    /// A line that breaks a rule that only the database shows is undone alone.
    fn savepoint(&self, journal: &mut Journal<'_>, row: &ImportRow) -> Result<Done> {
        match journal.savepoint(|journal| self.write(journal, row)) {
            Err(EngineError::Invalid(faults)) => {
                let first = faults.into_iter().next();
                let reason = first.map_or_else(|| "is not valid".to_owned(), |fault| fault.message);
                Ok(Done::Rejected(RowFault::new("", reason)))
            }
            other => other,
        }
    }

    fn write(&self, journal: &mut Journal<'_>, row: &ImportRow) -> Result<Done> {
        match contacts::by_telegram_id(journal.tx(), journal.bot(), row.telegram_id)? {
            Some(contact) => self.update(journal, contact, row),
            None => self.create(journal, row),
        }
    }

    fn create(&self, journal: &mut Journal<'_>, row: &ImportRow) -> Result<Done> {
        attributes::check_count(&row.attributes, "")?;
        // Whoever interacted was seen by then.
        let first_seen = match (row.first_seen, row.last_interaction) {
            (Some(seen), Some(last)) => seen.min(last),
            (seen, last) => seen.or(last).unwrap_or(self.now),
        };
        let mut contact = Contact {
            number: ContactNumber(0),
            telegram_id: row.telegram_id,
            profile: with_cells(&Profile::default(), row),
            source: row.source.clone(),
            attributes: row.attributes.clone(),
            reachability: Reachability::default(),
            first_seen,
            last_interaction: row.last_interaction,
            imported_interaction: row.last_interaction,
            erased: false,
        };
        journal.meet(&mut contact, self.now)?;
        former::take_over(journal, &mut contact, self.secrets, self.now)?;
        for key in row.attributes.keys() {
            tags::know_attribute(journal.tx(), self.workspace, key)?;
        }
        self.add_tags(journal, contact.number, row)?;
        Ok(Done::Created)
    }

    fn update(&self, journal: &mut Journal<'_>, mut contact: Contact, row: &ImportRow) -> Result<Done> {
        let mut changed = self.know_past(journal, &mut contact, row)?;
        let profile = with_cells(&contact.profile, row);
        if profile != contact.profile {
            contact.profile = profile.clone();
            contacts::update(journal.tx(), journal.bot(), &contact)?;
            journal.record(Some(contact.number), self.now, EventBody::ProfileChanged { profile })?;
            changed = true;
        }
        let set: AttributeChanges =
            row.attributes.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect();
        changed |= attributes::apply(journal, self.workspace, &mut contact, set, "", self.now)?;
        changed |= self.add_tags(journal, contact.number, row)?;
        Ok(if changed { Done::Updated } else { Done::Unchanged })
    }

    /// What the line adds to what is known of the past: a later interaction, an earlier first sight, a source where
    /// there is none. What was seen already is never taken back.
    fn know_past(&self, journal: &mut Journal<'_>, contact: &mut Contact, row: &ImportRow) -> Result<bool> {
        let source = (contact.source.is_empty() && !row.source.is_empty()).then(|| row.source.clone());
        let seen = row.first_seen.into_iter().chain(row.last_interaction).min();
        let first_seen = seen.filter(|at| *at < contact.first_seen);
        let mut changed = false;
        if source.is_some() || first_seen.is_some() {
            contact.source = source.clone().unwrap_or_else(|| contact.source.clone());
            contact.first_seen = first_seen.unwrap_or(contact.first_seen);
            contacts::update(journal.tx(), journal.bot(), contact)?;
            let body = EventBody::HistoryImported { source, first_seen };
            journal.record(Some(contact.number), self.now, body)?;
            changed = true;
        }
        let later = row.last_interaction.filter(|at| contact.last_interaction.is_none_or(|last| last < *at));
        if let Some(at) = later {
            journal.record(Some(contact.number), at, EventBody::Imported)?;
            contact.last_interaction = later;
            changed = true;
        }
        Ok(changed)
    }

    fn add_tags(&self, journal: &mut Journal<'_>, contact: ContactNumber, row: &ImportRow) -> Result<bool> {
        let mut added = false;
        for tag in row.tags.iter().filter_map(|name| self.tags.get(name)) {
            added |= tagging::add(journal, contact, *tag, self.now, Origin::Import)?;
        }
        Ok(added)
    }
}

fn with_cells(profile: &Profile, row: &ImportRow) -> Profile {
    let mut profile = profile.clone();
    let cells = [
        (&mut profile.username, &row.username),
        (&mut profile.first_name, &row.first_name),
        (&mut profile.last_name, &row.last_name),
        (&mut profile.language, &row.language),
    ];
    for (field, cell) in cells {
        if cell.is_some() {
            field.clone_from(cell);
        }
    }
    profile
}
