//! Counted visits are what reading every visit says, on both databases, whatever happens to the visits.

use domain::ids::{BotId, LinkId, WorkspaceId};
use domain::link::{Utm, Visitor};
use domain::named::Named;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{House, bot, on_both};
use crate::visit_counts::{self, By, QUARTER_MS};
use crate::visits::{self, Visit};
use crate::{ReadTx, Result, Store, StoreError, WriteTx, migrate, retention};

on_both!(counts_are_what_all_visits_say, counts_of_earlier_visits_are_made_when_the_schema_grows);

const LINKS: i64 = 3;
/// The beginning of a quarter of an hour.
const START: i64 = 1_790_000_100_000;

fn visitor(draw: u32) -> Visitor {
    [Visitor::Person, Visitor::Person, Visitor::Previewer, Visitor::Crawler, Visitor::Head][draw as usize % 5]
}

/// A visit whose texts are often alike, and once too long for a key.
fn drawn(random: &mut StdRng, bot: BotId, place: i64) -> Visit {
    let mut text = |long: bool| match random.random_range(0..5) {
        0 => None,
        1 if long => Some("長い".repeat(120)),
        // Where one value ends and the next begins tells them apart.
        2 => Some("a".repeat(random.random_range(1..3))),
        n => Some(format!("value {n}")),
    };
    let utm = Utm {
        source: text(false),
        medium: text(false),
        campaign: text(true),
        term: text(true),
        content: text(true),
    };
    let at = START + random.random_range(0..40 * QUARTER_MS);
    Visit {
        id: visits::first_id(at) + place,
        link: LinkId(1 + i64::from(random.random::<u32>()) % LINKS),
        bot,
        at,
        visitor: visitor(random.random()),
        address: Some("203.0.113.7".into()),
        country: None,
        country_by_network: false,
        browser: Some("Chrome".into()),
        os: None,
        device: None,
        language: None,
        referrer: None,
        user_agent: Some("x".into()),
        utm,
        query: "[]".into(),
        contact: None,
        started_at: None,
    }
}

async fn fill(store: &Store, workspace: WorkspaceId, bots: [BotId; 2], seed: u64) {
    let mut random = StdRng::seed_from_u64(seed);
    for round in 0..8 {
        let all: Vec<Visit> =
            (0..30).map(|n| drawn(&mut random, bots[n as usize % 2], round * 1_000 + n)).collect();
        let again: Vec<usize> = (0..10).map(|_| random.random_range(0..all.len())).collect();
        store
            .write(move |tx| {
                for visit in &all {
                    visits::insert(tx, workspace, visit)?;
                }
                for place in again {
                    visits::reused(tx, workspace, &all[place])?;
                }
                // The same id once more counts nothing.
                assert!(!visits::insert(tx, workspace, &all[0])?);
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
    }
}

type Counted = Vec<(i64, i64, i64, i64)>;
type Values = Vec<(Option<String>, i64)>;

/// Everything that funnels read, from the counts and from all visits.
#[derive(Debug, PartialEq)]
struct Read {
    totals: Counted,
    quarters: Counted,
    values: Vec<Values>,
}

fn of_counts(tx: &ReadTx<'_>, workspace: WorkspaceId, bot: BotId, since: i64) -> Result<Read> {
    let totals = visit_counts::totals(tx, workspace, bot, None)?.into_iter();
    let totals: Counted =
        totals.map(|one| (one.link.0, one.visitor as i64, one.visits, one.reuses)).collect();
    let (mut quarters, mut values, mut by_link) = (Counted::new(), Vec::new(), Vec::new());
    for link in (1..=LINKS).map(LinkId) {
        for one in visit_counts::by_quarter(tx, workspace, bot, link, since)? {
            quarters.push((link.0, one.at, one.visitor as i64, one.visits));
        }
        for by in By::ALL {
            values.push(visit_counts::by_value(tx, workspace, bot, link, *by, 100)?);
        }
        by_link.extend(visit_counts::totals(tx, workspace, bot, Some(link))?);
    }
    assert_eq!(by_link.len(), totals.len());
    Ok(Read { totals, quarters, values })
}

fn of_visits(tx: &ReadTx<'_>, workspace: WorkspaceId, bot: BotId, since: i64) -> Result<Read> {
    let four = |row: &crate::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
    let totals = tx.rows(
        "SELECT link_id, visitor, COUNT(*), CAST(SUM(reuses) AS BIGINT) FROM visits \
         WHERE workspace_id = $1 AND bot_id = $2 GROUP BY link_id, visitor ORDER BY 1, 2",
        crate::sql::params![workspace, bot],
        four,
    )?;
    let quarters = tx.rows(
        "SELECT link_id, at / 900000 * 900000, visitor, COUNT(*) FROM visits WHERE workspace_id = $1 \
         AND bot_id = $2 AND at >= $3 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        crate::sql::params![workspace, bot, since],
        four,
    )?;
    let mut values = Vec::new();
    for link in 1..=LINKS {
        for by in By::ALL {
            let column = by.into_str();
            let sql = format!(
                "SELECT {column}, COUNT(*) FROM visits WHERE workspace_id = $1 AND link_id = $2 AND bot_id = $3 \
                 AND visitor = 0 GROUP BY {column} ORDER BY 2 DESC, 1"
            );
            let params = crate::sql::params![workspace, LinkId(link), bot];
            values.push(tx.rows(&sql, params, |row| Ok((row.get(0)?, row.get(1)?)))?);
        }
    }
    Ok(Read { totals, quarters, values })
}

async fn agree(store: &Store, workspace: WorkspaceId, bots: [BotId; 2]) {
    for bot in bots {
        for since in [0, START + 17 * QUARTER_MS] {
            let read = move |tx: &ReadTx<'_>| {
                Ok::<_, StoreError>((
                    of_counts(tx, workspace, bot, since)?,
                    of_visits(tx, workspace, bot, since)?,
                ))
            };
            let (counts, visits) = store.reader().read(read).await.unwrap();
            assert!(counts.totals.len() > 6 && counts.quarters.len() > 20, "too little to tell");
            assert_eq!(counts, visits, "bot {bot} since {since}");
        }
    }
}

async fn two_bots(store: &Store) -> (WorkspaceId, [BotId; 2]) {
    let made = store.write(|tx| Ok::<_, StoreError>((bot(tx, 7)?, bot(tx, 8)?.1))).await.unwrap();
    // Visits name a bot; whose it is is the engine's to check.
    (made.0.0, [made.0.1, made.1])
}

async fn counts_are_what_all_visits_say(house: &House) {
    let store = house.open();
    let (workspace, bots) = two_bots(&store).await;
    for seed in 0..3 {
        fill(&store, workspace, bots, seed).await;
        agree(&store, workspace, bots).await;
    }
    let blank = store.write(move |tx| retention::blank_visits(tx, workspace, i64::MAX >> 21, 10_000));
    assert!(blank.await.unwrap() > 600);
    agree(&store, workspace, bots).await;
}

async fn counts_of_earlier_visits_are_made_when_the_schema_grows(house: &House) {
    let store = house.open();
    let (workspace, bots) = two_bots(&store).await;
    fill(&store, workspace, bots, 9).await;
    let grow = |tx: &WriteTx<'_>| {
        tx.run("DROP TABLE visit_totals", &[])?;
        tx.run("DROP TABLE visit_quarters", &[])?;
        tx.run("CREATE INDEX visits_link ON visits (workspace_id, link_id, bot_id, at)", &[])?;
        migrate::repeat_step(tx, 7)
    };
    store.write(grow).await.unwrap();
    agree(&store, workspace, bots).await;
    // New visits are counted beside them.
    fill(&store, workspace, bots, 10).await;
    agree(&store, workspace, bots).await;
}
