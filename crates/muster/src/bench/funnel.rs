//! Funnels over many visits: what the page of links and one link's page take, against reading every visit.

use std::sync::Arc;
use std::time::Instant;

use domain::ids::{BotId, LinkId, WorkspaceId};
use domain::link::{LinkBot, Utm, Visitor};
use domain::time::DAY_MS;
use engine::links::{By, NewLink};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use store::visits::{self, Visit};
use store::{StoreError, bench};

use super::Options;
use super::report::{MUSTER, Report, Unit};
use super::scene::Ground;
use super::stub::{Seen, serve_here};
use crate::Failure;

const LINKS: i64 = 20;
/// Visits are spread over so many days.
const DAYS: i64 = 365;
/// What a link's page shows.
const PAGE_DAYS: i32 = 30;
const BATCH: usize = 5_000;
/// Calls of which the fastest counts, in each round.
const CALLS: usize = 5;

const LIST: &str = "funnels of 20 links, visits and people";
const PAGE: &str = "one link's page, 30 days, by source";
const EVERY: &str = "SQLite, every visit grouped, visits alone";

/// Measures everything.
///
/// # Errors
/// The database failed.
pub async fn run(options: &Options) -> Result<(), Failure> {
    let mut report = Report::new("funnel");
    let api = serve_here(Arc::new(Seen::default())).await?;
    let ground = Ground::make(&options.place, &format!("http://{api}"), 30).await?;
    let links = make_links(&ground).await?;
    fill(&ground, &links, options.count).await?;
    ground.muster.store.write(bench::index_visits).await?;
    for _ in 0..options.rounds {
        measure(&mut report, &ground, links[0], options.count).await?;
    }
    report.print(options.json);
    Ok(())
}

async fn make_links(ground: &Ground) -> Result<Vec<LinkId>, Failure> {
    let mut made = Vec::new();
    for number in 0..LINKS {
        let new = NewLink {
            code: Some(format!("link-{number}")),
            name: format!("Link {number}"),
            channel: "Somewhere".into(),
            utm: Utm::default(),
            tags: Vec::new(),
            bots: vec![LinkBot { bot: ground.bot, weight: 1, flow: None }],
        };
        made.push(ground.muster.rooms.links.create(ground.workspace, new).await?.link.id);
    }
    Ok(made)
}

async fn fill(ground: &Ground, links: &[LinkId], count: usize) -> Result<(), Failure> {
    let mut random = StdRng::seed_from_u64(7);
    let (workspace, now) = (ground.workspace, ground.muster.clock.now());
    for first in (0..count).step_by(BATCH) {
        let size = BATCH.min(count - first);
        let batch: Vec<Visit> = (first..first + size)
            .map(|place| {
                let at = now - DAYS * DAY_MS + DAYS * DAY_MS / count as i64 * place as i64;
                // The first links have the most visits, as links do.
                let skewed = random.random::<f64>().powi(3) * links.len() as f64;
                visit(&mut random, ground.bot, links[skewed as usize], at, place)
            })
            .collect();
        let write = ground.muster.store.write(move |tx| {
            for visit in &batch {
                visits::insert(tx, workspace, visit)?;
            }
            Ok::<_, StoreError>(())
        });
        write.await?;
    }
    Ok(())
}

fn visit(random: &mut StdRng, bot: BotId, link: LinkId, at: i64, place: usize) -> Visit {
    let one_of =
        |random: &mut StdRng, what: &str, many: u32| Some(format!("{what}-{}", random.random_range(0..many)));
    let utm = Utm {
        source: one_of(random, "source", 8),
        medium: None,
        campaign: one_of(random, "campaign", 12),
        term: None,
        content: None,
    };
    let kinds = [Visitor::Person, Visitor::Person, Visitor::Person, Visitor::Previewer, Visitor::Crawler];
    Visit {
        id: visits::first_id(at) + (place as i64 & 0xf_ffff),
        link,
        bot,
        at,
        visitor: kinds[random.random_range(0..kinds.len())],
        address: Some("203.0.113.0/24".into()),
        country: Some("BR".into()),
        country_by_network: false,
        browser: Some("Chrome".into()),
        os: Some("Android".into()),
        device: Some("smartphone".into()),
        language: Some("pt-BR,pt;q=0.9".into()),
        referrer: Some("https://l.facebook.com/".into()),
        user_agent: Some(
            "Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 Chrome/141.0.0.0".into(),
        ),
        utm,
        query: "[[\"utm_source\",\"source\"],[\"fbclid\",\"IwAR0abcdefghijklmnopqrstuvwxyz\"]]".into(),
        contact: None,
        started_at: None,
    }
}

async fn measure(report: &mut Report, ground: &Ground, link: LinkId, n: usize) -> Result<(), Failure> {
    let (workspace, bot) = (ground.workspace, ground.bot);
    let rooms = &ground.muster.rooms;
    for _ in 0..CALLS {
        let begun = Instant::now();
        rooms.links.list(workspace, bot).await?;
        report.measured(LIST, MUSTER, n, ms(begun), Unit::Milliseconds);
        let begun = Instant::now();
        rooms.links.page(workspace, link, bot, PAGE_DAYS, By::UtmSource).await?;
        report.measured(PAGE, MUSTER, n, ms(begun), Unit::Milliseconds);
        let begun = Instant::now();
        every(ground, workspace, bot, None).await?;
        report.measured(LIST, EVERY, n, ms(begun), Unit::Milliseconds);
        let begun = Instant::now();
        every(ground, workspace, bot, Some(link)).await?;
        report.measured(PAGE, EVERY, n, ms(begun), Unit::Milliseconds);
    }
    Ok(())
}

async fn every(
    ground: &Ground,
    workspace: WorkspaceId,
    bot: BotId,
    link: Option<LinkId>,
) -> Result<usize, Failure> {
    let read = ground.muster.store.reader().read(move |tx| match link {
        None => bench::group_every_visit(tx, workspace, bot),
        Some(link) => bench::group_visits_of(tx, workspace, bot, link),
    });
    Ok(read.await?)
}

fn ms(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1_000.0
}
