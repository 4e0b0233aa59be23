//! Writing a part of an import in one transaction: new people many at once, every other line in a savepoint.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use csv::ByteRecord;
use domain::cells::{Kind, is_number_rounded, is_what_a_spreadsheet_leaves, written};
use domain::contact::{AttributeValue, NoChat, Profile, Reachability};
use domain::event::{EventBody, Origin};
use domain::ids::{BotId, ContactNumber, TagId, WorkspaceId};
use domain::time::Millis;
use store::contacts::Contact;
use store::{WriteTx, bots, contacts, tags};

use super::layout::Layout;
use super::row::{ImportRow, RowFault, SpoiltCell};
use crate::attributes::{self, AttributeChanges};
use crate::journal::{self, Journal, Reach};
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

/// A line as it was read, with its cells.
#[derive(Debug)]
pub struct Line {
    pub row: ImportRow,
    pub record: ByteRecord,
}

/// What became of a batch.
#[derive(Debug)]
pub struct Written {
    /// Of each line, in their order.
    pub done: Vec<Done>,
    /// How the table is read from here on, where that changed.
    pub renewed: Option<Layout>,
}

/// Writes the lines. Where an attribute was born or given another kind since the table was looked at, they are read
/// anew first.
///
/// # Errors
/// The bot is not one of this workspace, or the database failed: then nothing of the batch is in.
pub fn write(
    tx: &WriteTx<'_>,
    workspace: WorkspaceId,
    bot: BotId,
    lines: Vec<Line>,
    layout: &Layout,
    secrets: &Secrets,
    now: Millis,
) -> Result<Written> {
    bots::get(tx, workspace, bot)?.ok_or(EngineError::NotFound("bot"))?;
    let renewed = layout.renewed(&tags::attribute_kinds(tx, workspace)?.into_iter().collect())?;
    let read = |line: Line| match &renewed {
        None => Ok(line.row),
        Some(layout) => ImportRow::read(layout, &line.record, line.row.line, now)
            .map_err(|faults| faults.into_iter().next().unwrap_or_else(|| RowFault::new("", "is not valid"))),
    };
    let read: Vec<std::result::Result<ImportRow, RowFault>> = lines.into_iter().map(read).collect();
    let rows: Vec<&ImportRow> = read.iter().filter_map(|row| row.as_ref().ok()).collect();
    let kinds = renewed.as_ref().unwrap_or(layout).kinds();
    let done = journal::append(tx, bot, |journal| {
        let mut batch = Batch { workspace, kinds, secrets, now, tags: HashMap::new() };
        batch.know_tags(tx, &rows)?;
        batch.write_all(journal, &rows)
    })?;
    let mut done = done.into_iter();
    let done = read.iter().filter_map(|row| match row {
        Ok(_) => done.next(),
        Err(fault) => Some(Done::Rejected(fault.clone())),
    });
    Ok(Written { done: done.collect(), renewed })
}

struct Batch<'a> {
    workspace: WorkspaceId,
    /// The kind of each attribute's column.
    kinds: BTreeMap<String, Kind>,
    secrets: &'a Secrets,
    now: Millis,
    tags: HashMap<String, TagId>,
}

impl Batch<'_> {
    /// Makes the tags before the lines: a refused line takes none away from the others.
    fn know_tags(&mut self, tx: &WriteTx<'_>, rows: &[&ImportRow]) -> Result<()> {
        for name in rows.iter().flat_map(|row| &row.tags) {
            if !self.tags.contains_key(name) {
                let id = tags::ensure(tx, self.workspace, name, self.now)?;
                self.tags.insert(name.clone(), id);
            }
        }
        Ok(())
    }

    /// Lines of people who were never met wait for the next that is of somebody who was: the log is in the file's order.
    fn write_all(&self, journal: &mut Journal<'_>, rows: &[&ImportRow]) -> Result<Vec<Done>> {
        let met = self.met(journal, rows)?;
        let (mut done, mut new) = (Vec::with_capacity(rows.len()), Vec::new());
        for row in rows.iter().copied() {
            if met.contains(&row.telegram_id) {
                self.meet_all(journal, std::mem::take(&mut new))?;
                done.push(self.savepoint(journal, row)?);
            } else if let Some(spoilt) = row.spoilt.first() {
                done.push(Done::Rejected(spoilt.fault.clone()));
            } else if let Err(error) = attributes::check_count(&row.attributes, "") {
                done.push(Done::Rejected(fault(error)?));
            } else {
                new.push(row);
                done.push(Done::Created);
            }
        }
        self.meet_all(journal, new)?;
        Ok(done)
    }

    /// The Telegram ids of those lines whose people are there, or were and are erased.
    fn met(&self, journal: &Journal<'_>, rows: &[&ImportRow]) -> Result<HashSet<i64>> {
        let bot = journal.bot();
        let erased = |telegram_id: i64| former::telegram_id(self.secrets, bot, telegram_id);
        let ids: Vec<i64> = rows.iter().flat_map(|row| [row.telegram_id, erased(row.telegram_id)]).collect();
        let known = contacts::known(journal.tx(), bot, &ids)?;
        let met = |pair: &&[i64]| pair.iter().any(|id| known.contains(id));
        Ok(ids.chunks_exact(2).filter(met).map(|pair| pair[0]).collect())
    }

    fn meet_all(&self, journal: &mut Journal<'_>, rows: Vec<&ImportRow>) -> Result<()> {
        let keys: BTreeSet<&String> = rows.iter().flat_map(|row| row.attributes.keys()).collect();
        for key in keys {
            self.know(journal, key)?;
        }
        let person = |row: &ImportRow| {
            let mut tags: Vec<TagId> = Vec::new();
            for tag in row.tags.iter().filter_map(|name| self.tags.get(name)) {
                // A line may name one twice.
                if !tags.contains(tag) {
                    tags.push(*tag);
                }
            }
            (self.contact(row), tags)
        };
        journal.meet_all(rows.into_iter().map(person).collect(), self.now, Origin::Import)
    }

    /// A line that breaks a rule that only the database shows is undone alone.
    fn savepoint(&self, journal: &mut Journal<'_>, row: &ImportRow) -> Result<Done> {
        match journal.savepoint(|journal| self.write(journal, row)) {
            Err(error) => Ok(Done::Rejected(fault(error)?)),
            done => done,
        }
    }

    fn write(&self, journal: &mut Journal<'_>, row: &ImportRow) -> Result<Done> {
        let there = contacts::by_telegram_id(journal.tx(), journal.bot(), row.telegram_id)?;
        let values = there.as_ref().map(|contact| &contact.attributes);
        let is_known = |spoilt: &&SpoiltCell| {
            let value = values.and_then(|values| values.get(&spoilt.key));
            value.is_some_and(|value| is_what_a_spreadsheet_leaves(&written(value), &spoilt.cell))
        };
        if let Some(spoilt) = row.spoilt.iter().find(|spoilt| !is_known(spoilt)) {
            return Ok(Done::Rejected(spoilt.fault.clone()));
        }
        match there {
            Some(contact) => self.update(journal, contact, row),
            None => self.create(journal, row),
        }
    }

    fn create(&self, journal: &mut Journal<'_>, row: &ImportRow) -> Result<Done> {
        attributes::check_count(&row.attributes, "")?;
        let mut contact = self.contact(row);
        journal.meet(&mut contact, self.now)?;
        former::take_over(journal, &mut contact, self.secrets, self.now)?;
        for key in row.attributes.keys() {
            self.know(journal, key)?;
        }
        self.add_tags(journal, contact.number, row)?;
        Ok(Done::Created)
    }

    /// Remembers an attribute with the kind of its column.
    fn know(&self, journal: &Journal<'_>, key: &str) -> Result<()> {
        let kind = self.kinds.get(key).copied().unwrap_or(Kind::Text);
        Ok(tags::know_attribute(journal.tx(), self.workspace, key, kind)?)
    }

    /// Somebody new, whose number is given later.
    fn contact(&self, row: &ImportRow) -> Contact {
        // Whoever interacted was seen by then.
        let first_seen = match (row.first_seen, row.last_interaction) {
            (Some(seen), Some(last)) => seen.min(last),
            (seen, last) => seen.or(last).unwrap_or(self.now),
        };
        Contact {
            number: ContactNumber(0),
            telegram_id: row.telegram_id,
            profile: with_cells(&Profile::default(), row),
            source: row.source.clone(),
            attributes: row.attributes.clone(),
            // A bot cannot begin: whoever never wrote to it has no chat with it. A table that tells nothing of
            // interactions comes from somebody who knew these people: the first send finds out.
            reachability: Reachability {
                no_chat: row.never_wrote.then_some(NoChat::NotStarted),
                ..Reachability::default()
            },
            first_seen,
            last_interaction: row.last_interaction,
            imported_interaction: row.last_interaction,
            erased: false,
        }
    }

    fn update(&self, journal: &mut Journal<'_>, mut contact: Contact, row: &ImportRow) -> Result<Done> {
        let mut changed = self.know_past(journal, &mut contact, row)?;
        let profile = with_cells(&contact.profile, row);
        if profile != contact.profile {
            contact.profile = profile.clone();
            contacts::set_profile(journal.tx(), journal.bot(), &contact)?;
            journal.record(Some(contact.number), self.now, EventBody::ProfileChanged { profile })?;
            changed = true;
        }
        let mut set = AttributeChanges::new();
        for (key, value) in &row.attributes {
            if !says_nothing_new(contact.attributes.get(key), value) {
                self.know(journal, key)?;
                set.insert(key.clone(), Some(value.clone()));
            }
        }
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
            let (tx, bot) = (journal.tx(), journal.bot());
            contacts::set_beginning(tx, bot, contact.number, &contact.source, contact.first_seen)?;
            let body = EventBody::HistoryImported { source, first_seen };
            journal.record(Some(contact.number), self.now, body)?;
            changed = true;
        }
        let later = row.last_interaction.filter(|at| contact.last_interaction.is_none_or(|last| last < *at));
        if let Some(at) = later {
            journal.record(Some(contact.number), at, EventBody::Imported)?;
            contact.last_interaction = later;
            if contact.reachability.no_chat == Some(NoChat::NotStarted) {
                journal.set_reachability(contact, self.now, Reach::Heard)?;
            }
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

/// Whether a value is what a spreadsheet leaves of the one that is there: then that one stays.
fn says_nothing_new(there: Option<&AttributeValue>, given: &AttributeValue) -> bool {
    match (there, given) {
        (Some(AttributeValue::Text(there)), AttributeValue::Text(given)) => {
            is_what_a_spreadsheet_leaves(there, given)
        }
        (Some(AttributeValue::Number(known)), AttributeValue::Number(number)) => {
            is_number_rounded(*known, *number)
                || is_what_a_spreadsheet_leaves(&written(&AttributeValue::Number(*known)), &written(given))
        }
        (there, given) => there == Some(given),
    }
}

/// What is wrong with a line, where it is the line; else the error, which ends the import.
fn fault(error: EngineError) -> Result<RowFault> {
    let EngineError::Invalid(faults) = error else { return Err(error) };
    let first = faults.into_iter().next();
    let reason = first.map_or_else(|| "is not valid".to_owned(), |fault| fault.message);
    Ok(RowFault::new("", reason))
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
