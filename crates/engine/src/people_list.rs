//! Pages of people.
//!
//! Who matches is a bitmap of the index; their order is the store's. A small set is fetched and sorted, a large
//! one is met by walking the store's order until a page is full.

use domain::ids::{BotId, ContactNumber};
use domain::time::Millis;
use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::contacts::{After, Order};
use store::{ReadTx, contacts};

use crate::Result;
use crate::catalog::WorkspaceCatalog;
use crate::people::Snapshot;
use crate::person::{Person, Roster};

/// Sets up to this size are fetched and sorted.
const SORTED_MAX: u64 = 10_000;

/// What a list asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct ListQuery {
    /// Everybody where absent.
    pub expression: Option<Value>,
    /// Searched in name, username and Telegram id.
    pub q: String,
    pub order: Order,
    pub after: Option<ListPlace>,
    pub limit: usize,
}

/// Where a page begins: after this person in the list's order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListPlace {
    key: String,
    number: ContactNumber,
}

/// A page of people.
#[derive(Debug, Clone, PartialEq)]
pub struct PeoplePage {
    pub items: Vec<Person>,
    pub next: Option<ListPlace>,
    /// How many there are on all pages.
    pub count: u64,
}

/// Everybody who matches, with the catalog that was read for it.
pub(crate) fn matching(
    tx: &ReadTx<'_>,
    bot: BotId,
    snapshot: &Snapshot,
    expression: Option<&Value>,
    now: Millis,
) -> Result<(RoaringBitmap, WorkspaceCatalog)> {
    let catalog = WorkspaceCatalog::load(tx, snapshot.workspace, bot)?;
    let set = match expression {
        None => snapshot.index.everyone(),
        Some(expression) => {
            let (_, resolved) = catalog.resolve_at("/expression", expression)?;
            snapshot.index.set(&resolved, now)
        }
    };
    Ok((set, catalog))
}

pub(crate) fn page(
    tx: &ReadTx<'_>,
    bot: BotId,
    snapshot: &Snapshot,
    query: &ListQuery,
    now: Millis,
) -> Result<PeoplePage> {
    let (set, catalog) = matching(tx, bot, snapshot, query.expression.as_ref(), now)?;
    page_of(tx, bot, snapshot, (&set, &catalog), query, now)
}

/// A page of a set of people that is known already; the query's own expression is not asked.
pub(crate) fn page_of(
    tx: &ReadTx<'_>,
    bot: BotId,
    snapshot: &Snapshot,
    (set, catalog): (&RoaringBitmap, &WorkspaceCatalog),
    query: &ListQuery,
    now: Millis,
) -> Result<PeoplePage> {
    let (mut places, count) = if query.q.trim().is_empty() {
        let places = match query.order {
            Order::FirstSeen => by_number(set, query),
            _ if set.len() <= SORTED_MAX => sorted(tx, bot, set, query)?,
            _ => walked(tx, bot, set, query)?,
        };
        (places, set.len())
    } else {
        (walked(tx, bot, set, query)?, searched(tx, bot, set, query)?)
    };
    let more = places.len() > query.limit;
    places.truncate(query.limit);
    let roster = Roster::of(tx, snapshot.workspace, bot, catalog, now)?;
    let mut items = Vec::with_capacity(places.len());
    for place in &places {
        if let Some(contact) = contacts::get(tx, bot, place.number)? {
            items.push(roster.person(tx, &contact)?);
        }
    }
    Ok(PeoplePage { items, next: places.pop().filter(|_| more), count })
}

/// The highest number was met last.
fn by_number(set: &RoaringBitmap, query: &ListQuery) -> Vec<ListPlace> {
    let below = query.after.as_ref().map(|after| after.number.0);
    let rest = set.iter().rev().filter(|number| below.is_none_or(|below| *number < below));
    let place = |number: u32| ListPlace { key: number.to_string(), number: ContactNumber(number) };
    rest.take(query.limit + 1).map(place).collect()
}

/// In the store's order: times fall with numbers falling, names rise by their bytes with numbers rising.
fn sorted(tx: &ReadTx<'_>, bot: BotId, set: &RoaringBitmap, query: &ListQuery) -> Result<Vec<ListPlace>> {
    let numbers: Vec<u32> = set.iter().collect();
    let people = contacts::by_numbers(tx, bot, &numbers)?;
    let mut places: Vec<ListPlace> = Vec::with_capacity(people.len());
    if query.order == Order::Name {
        places.extend(people.iter().map(|person| ListPlace { key: person.name(), number: person.number }));
        places.sort_unstable_by(|a, b| (&a.key, a.number).cmp(&(&b.key, b.number)));
        if let Some(after) = &query.after {
            places.retain(|place| (&place.key, place.number) > (&after.key, after.number));
        }
    } else {
        let mut times: Vec<(Millis, ContactNumber)> =
            people.iter().map(|person| (person.last_interaction.unwrap_or(-1), person.number)).collect();
        times.sort_unstable_by(|a, b| b.cmp(a));
        if let Some(after) = &query.after {
            let place = (after.key.parse().unwrap_or(0), after.number);
            times.retain(|time| *time < place);
        }
        places.extend(times.iter().map(|(at, number)| ListPlace { key: at.to_string(), number: *number }));
    }
    places.truncate(query.limit + 1);
    Ok(places)
}

fn walked(tx: &ReadTx<'_>, bot: BotId, set: &RoaringBitmap, query: &ListQuery) -> Result<Vec<ListPlace>> {
    let after = query.after.as_ref().map(|after| After { key: after.key.clone(), number: after.number });
    let mut places = Vec::new();
    contacts::each_in_order(tx, bot, query.order, after.as_ref(), query.q.trim(), |number, key| {
        if set.contains(number.0) {
            places.push(ListPlace { key, number });
        }
        Ok(places.len() <= query.limit)
    })?;
    Ok(places)
}

/// How many of a set a search finds.
fn searched(tx: &ReadTx<'_>, bot: BotId, set: &RoaringBitmap, query: &ListQuery) -> Result<u64> {
    let mut count = 0;
    contacts::each_in_order(tx, bot, Order::FirstSeen, None, query.q.trim(), |number, _| {
        count += u64::from(set.contains(number.0));
        Ok(true)
    })?;
    Ok(count)
}
