//! Who an expression matches now: counted, sampled, broken down.

use std::collections::BTreeMap;
use std::time::Instant;

use audience::{Groups, Index};
use domain::contact::SOURCE_FIELDS;
use domain::expression::{ProfileField, Resolved};
use domain::ids::{BotId, TagId, WorkspaceId};
use domain::time::Millis;
use serde_json::Value;
use store::{ReadTx, tags};

use super::Segments;
use crate::Result;
use crate::catalog::WorkspaceCatalog;
use crate::people::Snapshot;
use crate::person::{Person, Roster};

/// People shown of a match.
const SAMPLE_MAX: usize = 10;
/// Groups of a breakdown, and of each field of the source; what is beyond is not shown.
pub(super) const GROUPS_MAX: usize = 100;
/// Days of silence that are told apart.
const SILENT_DAYS: usize = 60;
/// Makes the same people the sample of the same match.
const SALT: u64 = 0;

/// What a match is broken down by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakdownBy {
    Tag,
    Stage,
    Source,
    Language,
    /// Days since the last interaction.
    Silence,
}

/// A part of a match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// A tag's or stage's name, a source such as `link=fb-summer`, a language, or days.
    pub key: String,
    pub name: String,
    pub count: u64,
}

/// Who an expression matches now.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    pub count: u64,
    pub reachable: u64,
    /// Match, and cannot be sent bulk messages.
    pub left_out: u64,
    pub sample: Vec<Person>,
    /// Microseconds that counting took.
    pub took_us: u64,
    /// The largest part first, but stages and days in their order.
    pub breakdown: Vec<Group>,
    /// Who has no value of what it is broken down by: for each field of the source, or of `language`.
    pub without: BTreeMap<&'static str, u64>,
    /// The number of the latest event that the count knows.
    pub number: i64,
}

impl Segments {
    /// Counts an expression that need not be saved.
    ///
    /// # Errors
    /// There is no such bot here; the expression is not valid, below `/expression`.
    pub async fn preview(
        &self,
        workspace: WorkspaceId,
        bot: BotId,
        expression: Value,
        by: Option<BreakdownBy>,
    ) -> Result<Preview> {
        let snapshot = self.snapshot(workspace, bot).await?;
        let now = self.clock.now();
        let question = Question { workspace, bot, expression, by, now };
        self.store.reader().read(move |tx| question.answer(tx, &snapshot)).await
    }
}

struct Question {
    workspace: WorkspaceId,
    bot: BotId,
    expression: Value,
    by: Option<BreakdownBy>,
    now: Millis,
}

impl Question {
    fn answer(&self, tx: &ReadTx<'_>, snapshot: &Snapshot) -> Result<Preview> {
        let catalog = WorkspaceCatalog::load(tx, self.workspace, self.bot)?;
        let (_, resolved) = catalog.resolve_at("/expression", &self.expression)?;
        let index = &snapshot.index;
        let begun = Instant::now();
        let counts = index.counts(&resolved, self.now);
        let took_us = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        let set = index.set(&resolved, self.now);
        let chosen = index.sample(&set, SAMPLE_MAX, SALT);
        let numbers: Vec<u32> = chosen.iter().map(|number| number.0).collect();
        let roster = Roster::of(tx, self.workspace, self.bot, &catalog, self.now)?;
        let mut without = BTreeMap::new();
        let breakdown = match self.by {
            None => Vec::new(),
            Some(BreakdownBy::Tag) => self.by_tag(tx, index, &resolved)?,
            Some(BreakdownBy::Stage) => self.by_stage(index, &catalog, &resolved)?,
            Some(BreakdownBy::Source) => self.by_source(index, &resolved, &mut without),
            Some(BreakdownBy::Language) => self.by_language(index, &resolved, &mut without),
            Some(BreakdownBy::Silence) => self.by_silence(index, &resolved),
        };
        Ok(Preview {
            count: counts.count,
            reachable: counts.reachable,
            left_out: counts.count - counts.reachable,
            sample: roster.people(tx, &numbers)?,
            took_us,
            breakdown,
            without,
            number: index.number(),
        })
    }

    fn by_tag(&self, tx: &ReadTx<'_>, index: &Index, resolved: &Resolved) -> Result<Vec<Group>> {
        let tags = tags::list(tx, self.workspace)?;
        let ids: Vec<TagId> = tags.iter().map(|tag| tag.id).collect();
        let counts = index.breakdown(resolved, self.now, &Groups { tags: &ids, ..Groups::default() }).tags;
        let groups = tags.into_iter().zip(counts);
        Ok(largest(groups.map(|(tag, count)| Group { key: tag.name.clone(), name: tag.name, count })))
    }

    fn by_stage(&self, index: &Index, catalog: &WorkspaceCatalog, resolved: &Resolved) -> Result<Vec<Group>> {
        let (names, rules): (Vec<String>, Vec<Resolved>) = catalog.stage_rules()?.into_iter().unzip();
        let groups = Groups { stages: &rules, ..Groups::default() };
        let counts = index.breakdown(resolved, self.now, &groups).stages;
        let groups = names.into_iter().zip(counts);
        Ok(groups.map(|(name, count)| Group { key: name.clone(), name, count }).collect())
    }

    /// Who is without a value is counted before the smaller groups are left out.
    fn by_source(
        &self,
        index: &Index,
        resolved: &Resolved,
        without: &mut BTreeMap<&'static str, u64>,
    ) -> Vec<Group> {
        let groups = Groups { sources: &SOURCE_FIELDS, ..Groups::default() };
        let found = index.breakdown(resolved, self.now, &groups);
        let mut shown = Vec::new();
        for field in SOURCE_FIELDS {
            let own = || found.sources.iter().filter(|source| source.field == field);
            let known: u64 = own().map(|source| source.count).sum();
            without.insert(field, found.counts.count - known);
            shown.extend(largest(own().map(|source| Group {
                key: format!("{field}={}", source.value),
                name: source.value.clone(),
                count: source.count,
            })));
        }
        sort(&mut shown);
        shown
    }

    fn by_language(
        &self,
        index: &Index,
        resolved: &Resolved,
        without: &mut BTreeMap<&'static str, u64>,
    ) -> Vec<Group> {
        let groups = Groups { languages: true, ..Groups::default() };
        let found = index.breakdown(resolved, self.now, &groups);
        let known: u64 = found.languages.iter().map(|(_, count)| count).sum();
        without.insert(ProfileField::Language.into(), found.counts.count - known);
        let named = |(name, count): (String, u64)| Group { key: name.clone(), name, count };
        largest(found.languages.into_iter().map(named))
    }

    /// A group for each day, and one for all beyond; who never interacted is in none.
    fn by_silence(&self, index: &Index, resolved: &Resolved) -> Vec<Group> {
        let groups = Groups { silent_days: SILENT_DAYS, ..Groups::default() };
        let days = index.breakdown(resolved, self.now, &groups).silence.into_iter().enumerate();
        days.map(|(day, count)| Group { key: day.to_string(), name: day.to_string(), count }).collect()
    }
}

/// The largest first.
fn sort(groups: &mut [Group]) {
    groups.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.key.cmp(&b.key)));
}

fn largest(groups: impl Iterator<Item = Group>) -> Vec<Group> {
    let mut groups: Vec<Group> = groups.filter(|group| group.count > 0).collect();
    sort(&mut groups);
    groups.truncate(GROUPS_MAX);
    groups
}
