//! From the visit to the people who stayed. From the start on each number is the count of its expression.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use audience::Index;
use chrono::NaiveDate;
use chrono_tz::Tz;
use domain::contact::source_key;
use domain::expression::{EventTest, TimeField, build};
use domain::ids::{BotId, LinkId, WorkspaceId};
use domain::limits::EXPRESSION_LIST_MAX;
use domain::link::Visitor;
use domain::time::{Millis, day_number, day_start};
use serde_json::Value as Json;
use store::links::Link;
use store::visit_counts::{self, By, Quarter, Total};
use store::{ReadTx, bots, links};

use super::{LinkView, Links, owned, view};
use crate::catalog::WorkspaceCatalog;
use crate::{EngineError, Result};

/// The longest time that a link's page looks back, in days.
pub const FUNNEL_DAYS_MAX: i32 = 90;
/// Values of a parameter that are shown, the most frequent first.
const VALUES_MAX: usize = 25;

/// What each number of a funnel means.
pub const DEFINITIONS: [(&str, &str); 7] = [
    ("visits", "Times a browser opened the link. Previewers, crawlers and HEAD requests are counted apart."),
    (
        "starts",
        "People who started the bot for the first time through the link: it is their source. So it is for those of whom an import says so.",
    ),
    (
        "replied",
        "Of those who started, people who did anything more: wrote, pressed, used a command, followed a link.",
    ),
    (
        "kept",
        "Of those who started, people who did something more, and whose last sign of life came at least 7 days after the first.",
    ),
    ("kept_of", "People who started at least 7 days ago, so that they can have been kept."),
    ("again", "People who were known already and came through the link: a touch; their first source stays."),
    ("reused", "Further starts through a visit that had been used: a visit counts once."),
];

/// A number of people and who they are.
#[derive(Debug, Clone, PartialEq)]
pub struct People {
    pub count: i64,
    pub people: Json,
}

/// One funnel: of a link, of a day, or of a parameter's value.
#[derive(Debug, Clone, PartialEq)]
pub struct Funnel {
    pub visits: i64,
    pub starts: People,
    pub replied: People,
    pub kept: People,
    /// Those of the starts that are old enough to have been kept.
    pub kept_of: People,
}

/// Who opened the link without being a visitor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Apart {
    pub previewers: i64,
    pub crawlers: i64,
    pub head: i64,
}

/// A link with its numbers since it was made.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkFunnel {
    pub view: LinkView,
    pub funnel: Funnel,
    pub again: People,
    /// Further starts through used visits.
    pub reused: i64,
    pub apart: Apart,
}

/// One day of the workspace.
#[derive(Debug, Clone, PartialEq)]
pub struct Day {
    /// Such as `2026-11-24`.
    pub day: String,
    pub funnel: Funnel,
    pub apart: Apart,
}

/// One value of a parameter; `None` is no value.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    pub value: Option<String>,
    pub funnel: Funnel,
}

/// Everything of a link's page.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub total: LinkFunnel,
    pub days: Vec<Day>,
    pub values: Vec<Value>,
}

impl Links {
    /// The links that hand people to a bot, latest first, with their funnels.
    ///
    /// # Errors
    /// There is no such bot here.
    pub async fn list(&self, workspace: WorkspaceId, bot: BotId) -> Result<Vec<LinkFunnel>> {
        let counting = self.counting(workspace, bot).await?;
        let read = move |tx: &ReadTx<'_>| {
            let mut totals: HashMap<LinkId, Vec<Total>> = HashMap::new();
            for total in visit_counts::totals(tx, workspace, bot, None)? {
                totals.entry(total.link).or_default().push(total);
            }
            let catalog = WorkspaceCatalog::load(tx, workspace, bot)?;
            let all = links::list(tx, workspace)?.into_iter();
            // People who came while the link handed to this bot stay its people.
            let of_bot = all.filter(|link| {
                link.bots.iter().any(|entry| entry.bot == bot) || totals.contains_key(&link.id)
            });
            of_bot
                .map(|link| {
                    let found = totals.get(&link.id).map_or(&[][..], Vec::as_slice);
                    counting.total(tx, &catalog, link, found)
                })
                .collect()
        };
        self.store.reader().read(read).await
    }

    /// One link's page: its funnel, day by day and by the values of a parameter, over some days.
    ///
    /// # Errors
    /// There is no such link or bot here; `days` is out of range (under `/days`).
    pub async fn page(
        &self,
        workspace: WorkspaceId,
        id: LinkId,
        bot: BotId,
        days: i32,
        by: By,
    ) -> Result<Page> {
        if !(1..=FUNNEL_DAYS_MAX).contains(&days) {
            let message = format!("must be between 1 and {FUNNEL_DAYS_MAX}");
            return Err(EngineError::field("/days", "out_of_range", message));
        }
        let counting = self.counting(workspace, bot).await?;
        let read = move |tx: &ReadTx<'_>| {
            let link = owned(tx, workspace, id)?;
            let catalog = WorkspaceCatalog::load(tx, workspace, bot)?;
            let today = day_number(counting.now, counting.zone);
            let oldest = today - days + 1;
            let since = day_start(oldest, counting.zone);
            let quarters = visit_counts::by_quarter(tx, workspace, bot, id, since)?;
            let days = (oldest..=today).rev();
            let days =
                days.map(|day| counting.day(&catalog, &link, &quarters, day)).collect::<Result<_>>()?;
            let values = counting.values(tx, &catalog, &link, by)?;
            let totals = visit_counts::totals(tx, workspace, bot, Some(id))?;
            let total = counting.total(tx, &catalog, link, &totals)?;
            Ok(Page { total, days, values })
        };
        self.store.reader().read(read).await
    }

    async fn counting(&self, workspace: WorkspaceId, bot: BotId) -> Result<Counting> {
        let found = self.store.reader().read(move |tx| bots::get(tx, workspace, bot)).await?;
        found.ok_or(EngineError::NotFound("bot"))?;
        let snapshot = self.people.latest(bot).await?;
        let zone = snapshot.zone();
        Ok(Counting { workspace, bot, index: snapshot.index, zone, now: self.clock.now() })
    }
}

/// What every number is counted with.
struct Counting {
    workspace: WorkspaceId,
    bot: BotId,
    index: Arc<Index>,
    zone: Tz,
    now: Millis,
}

impl Counting {
    fn people(&self, catalog: &WorkspaceCatalog, people: Json) -> Result<People> {
        let (_, resolved) = catalog.resolve_at("", &people)?;
        Ok(People { count: self.index.count(&resolved, self.now) as i64, people })
    }

    /// The steps after the visit, of people whom `brought` describes.
    fn funnel(&self, catalog: &WorkspaceCatalog, brought: &[Json], visits: i64) -> Result<Funnel> {
        let with = |more: &[Json]| match [brought, more].concat() {
            parts if parts.len() == 1 => parts[0].clone(),
            parts => build::all(parts),
        };
        let acted = build::event(build::happened("interaction"));
        let lasted = build::lasted(build::days(7));
        let old = build::not(build::within(TimeField::FirstSeen, build::days(7)));
        Ok(Funnel {
            visits,
            starts: self.people(catalog, with(&[]))?,
            replied: self.people(catalog, with(std::slice::from_ref(&acted)))?,
            kept: self.people(catalog, with(&[acted, lasted]))?,
            kept_of: self.people(catalog, with(&[old]))?,
        })
    }

    fn total(
        &self,
        tx: &ReadTx<'_>,
        catalog: &WorkspaceCatalog,
        link: Link,
        totals: &[Total],
    ) -> Result<LinkFunnel> {
        let seen = || totals.iter().map(|total| (total.visitor, total.visits));
        let brought = source(&link);
        let funnel = self.funnel(catalog, std::slice::from_ref(&brought), people_of(seen()))?;
        let came =
            build::event(EventTest { object: Some(link.code.clone()), ..build::happened("link_visit") });
        let again = self.people(catalog, build::all([came, build::not(brought)]))?;
        let reused = totals.iter().map(|total| total.reuses).sum();
        let view = view(tx, self.workspace, link)?;
        Ok(LinkFunnel { view, funnel, again, reused, apart: apart_of(seen()) })
    }

    fn day(&self, catalog: &WorkspaceCatalog, link: &Link, quarters: &[Quarter], day: i32) -> Result<Day> {
        let (from, to) = (day_start(day, self.zone), day_start(day + 1, self.zone));
        let within = || {
            let those = quarters.iter().filter(|quarter| (from..to).contains(&quarter.at));
            those.map(|quarter| (quarter.visitor, quarter.visits))
        };
        let (day, next) = (day_of(day), day_of(day + 1));
        let brought = [source(link), build::seen_between(day, next)];
        let funnel = self.funnel(catalog, &brought, people_of(within()))?;
        Ok(Day { day: day.format("%Y-%m-%d").to_string(), funnel, apart: apart_of(within()) })
    }

    fn values(&self, tx: &ReadTx<'_>, catalog: &WorkspaceCatalog, link: &Link, by: By) -> Result<Vec<Value>> {
        let found = visit_counts::by_value(tx, self.workspace, self.bot, link.id, by, EXPRESSION_LIST_MAX)?;
        let found = by_name(by, found);
        let known: Vec<String> = found.iter().filter_map(|(value, _)| value.clone()).collect();
        let mut values = Vec::with_capacity(found.len());
        let shown =
            |(place, (value, _)): &(usize, &(Option<String>, i64))| *place < VALUES_MAX || value.is_none();
        for (_, (value, visits)) in found.iter().enumerate().filter(shown) {
            let test = match value {
                Some(value) => build::source(by.into_str(), vec![value.clone()]),
                None if known.is_empty() => build::everyone(),
                None => build::not(build::source(by.into_str(), known.clone())),
            };
            let funnel = self.funnel(catalog, &[source(link), test], *visits)?;
            values.push(Value { value: value.clone(), funnel });
        }
        Ok(values)
    }
}

/// Spellings of one name as one, shown as most visits spelled it; most visits first.
fn by_name(by: By, found: Vec<(Option<String>, i64)>) -> Vec<(Option<String>, i64)> {
    let mut named: Vec<(Option<String>, i64)> = Vec::new();
    let mut places: HashMap<Option<String>, usize> = HashMap::new();
    for (value, visits) in found {
        let key = value.as_deref().map(|value| source_key(by.into_str(), value));
        match places.get(&key) {
            Some(place) => named[*place].1 += visits,
            None => {
                places.insert(key, named.len());
                named.push((value, visits));
            }
        }
    }
    named.sort_by_key(|(_, visits)| std::cmp::Reverse(*visits));
    named
}

fn source(link: &Link) -> Json {
    build::source("link", vec![link.code.clone()])
}

fn day_of(number: i32) -> NaiveDate {
    NaiveDate::default() + chrono::Duration::days(i64::from(number))
}

/// Of visits by who came: those of people.
fn people_of(seen: impl Iterator<Item = (Visitor, i64)>) -> i64 {
    seen.filter(|(visitor, _)| visitor.is_person()).map(|(_, visits)| visits).sum()
}

fn apart_of(seen: impl Iterator<Item = (Visitor, i64)>) -> Apart {
    let mut by: BTreeMap<Visitor, i64> = BTreeMap::new();
    seen.for_each(|(visitor, visits)| *by.entry(visitor).or_default() += visits);
    let of = |visitor| by.get(&visitor).copied().unwrap_or(0);
    Apart { previewers: of(Visitor::Previewer), crawlers: of(Visitor::Crawler), head: of(Visitor::Head) }
}
