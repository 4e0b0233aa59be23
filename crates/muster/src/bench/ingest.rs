//! From an update's arrival to the commit that holds it.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::event::{Event, EventBody};
use domain::ids::{BotId, ContactNumber};
use engine::EngineError;
use engine::intake::Arrived;
use store::bench::{PlainLoop, PlainUpdate, PlainWork, row_counts, write_in_batches};
use store::{StoreError, contacts, events};
use telegram::Received;
use tempfile::TempDir;

use super::load::{Driven, Load, post};
use super::plain::{Bare, now_ms, parsing, rows_of, writing};
use super::process::Process;
use super::report::{MUSTER, Report, Unit};
use super::scene::Ground;
use super::stub::{Seen, serve_here};
use super::updates::updates;
use super::{Options, outside};
use crate::Failure;

/// Pushes under way at once, and callers that wait for a commit.
const CONNECTIONS: usize = 64;
/// Fewer for a peer that takes a hundred times as long.
const OUTSIDE_SHARE: usize = 10;
const READY_MAX: Duration = Duration::from_secs(30);

const WEBHOOK: &str = "webhook to durable, 64 connections";
const WEBHOOK_P50: &str = "webhook to durable, p50";
const WEBHOOK_P99: &str = "webhook to durable, p99";
const GROUP: &str = "group commit of ready rows, 64 waiting";
const INTAKE: &str = "intake without HTTP, 64 waiting";

/// Measures everything.
///
/// # Errors
/// A contestant failed, or wrote something else than the others.
pub async fn run(options: &Options) -> Result<(), Failure> {
    let mut report = Report::new("ingest");
    let data = Arc::new(updates(options.count, 42));
    let api_url = format!("http://{}", serve_here(Arc::new(Seen::default())).await?);
    for _ in 0..options.rounds {
        webhook(&mut report, options, &data, &api_url).await?;
        outside(&mut report, options, &data).await?;
        group_commit(&mut report, options, &data, &api_url).await?;
    }
    report.print(options.json);
    Ok(())
}

fn load(address: SocketAddr, requests: Vec<Vec<u8>>) -> Load {
    let total = requests.len();
    Load { address, connections: CONNECTIONS, requests: Arc::new(requests), total, wanted: 200..300 }
}

fn note(report: &mut Report, peer: &'static str, driven: &Driven) {
    report.measured(WEBHOOK, peer, driven.total, driven.per_second(), Unit::PerSecond);
    report.measured(WEBHOOK_P50, peer, driven.total, driven.latency_ms(500), Unit::Milliseconds);
    report.measured(WEBHOOK_P99, peer, driven.total, driven.latency_ms(990), Unit::Milliseconds);
}

async fn webhook(
    report: &mut Report,
    options: &Options,
    data: &[String],
    api_url: &str,
) -> Result<(), Failure> {
    let scene = Ground::make(&options.place, api_url, 1).await?.run().await?;
    let requests = data.iter().map(|update| scene.push(update)).collect();
    note(report, MUSTER, &load(scene.address, requests).drive().await?);
    let ours = scene.close().await?;

    let ground = Ground::make(&options.place, api_url, 1).await?;
    let bot = ground.bot.0;
    let folder = ground.close().await;
    let plain = || data.iter().map(|update| post("/telegram/hook", "", update)).collect::<Vec<_>>();
    let bare = Bare::serve(writing(bot, PlainLoop::start(folder.path())?)).await?;
    note(report, "axum + SQLite, group commit", &load(bare.address, plain()).drive().await?);
    drop(bare);
    same_rows(ours.path(), &folder)?;

    let bare = Bare::serve(parsing()).await?;
    note(report, "axum, parse only", &load(bare.address, plain()).drive().await?);
    Ok(())
}

/// Fails unless both wrote the same number of rows.
pub(super) fn same_rows(ours: &Path, theirs: &TempDir) -> Result<(), Failure> {
    let (ours, theirs) = (row_counts(ours)?, row_counts(theirs.path())?);
    if ours == theirs {
        return Ok(());
    }
    Err(Failure::new(format!(
        "Muster wrote {ours:?} and its peer {theirs:?}: their figures cannot be compared"
    )))
}

/// aiogram with a database, as its own process.
async fn outside(report: &mut Report, options: &Options, data: &[String]) -> Result<(), Failure> {
    const PEER: &str = "aiogram + SQLite";
    let mut command = match outside::python(&options.peers, "aiogram_ingest.py") {
        Ok(command) => command,
        Err(why) => {
            report.skipped(WEBHOOK, PEER, Unit::PerSecond, &why);
            return Ok(());
        }
    };
    let folder = super::folder_in(&options.place)?;
    command.arg(folder.path().join("peer.db"));
    let mut process = Process::start(command)?;
    let address = process.address().await?;
    let some = &data[..data.len() / OUTSIDE_SHARE];
    let requests = some.iter().map(|update| post("/telegram/hook", "", update)).collect();
    let driven = tokio::time::timeout(READY_MAX * 4, load(address, requests).drive()).await;
    let driven = driven.map_err(|_| Failure::new("aiogram did not answer in time"))??;
    note(report, PEER, &driven);
    Ok(())
}

/// The writer by itself, and the whole intake by itself, both with callers who wait for their commit.
async fn group_commit(
    report: &mut Report,
    options: &Options,
    data: &[String],
    api_url: &str,
) -> Result<(), Failure> {
    let ground = Ground::make(&options.place, api_url, 1).await?;
    let bot = ground.bot;
    let per_second = intake(&ground, data).await?;
    report.measured(INTAKE, MUSTER, data.len(), per_second, Unit::PerSecond);
    drop(ground.close().await);

    let rows = known_rows(bot.0, data);
    let ground = Ground::make(&options.place, api_url, 1).await?;
    let per_second = waiting(&ground, &rows).await?;
    report.measured(GROUP, MUSTER, rows.len(), per_second, Unit::PerSecond);
    let ours = ground.close().await;

    let folder = Ground::make(&options.place, api_url, 1).await?.close().await;
    let work: Vec<PlainWork> = (1..)
        .zip(&rows)
        .map(|(number, update)| PlainWork::Known { update: update.clone(), contact: 0, number })
        .collect();
    let per_second = timed(|| write_in_batches(folder.path(), &work, CONNECTIONS), rows.len())?;
    report.measured(GROUP, "rusqlite, 64 to a commit", rows.len(), per_second, Unit::PerSecond);
    same_rows(ours.path(), &folder)?;

    for (peer, batch) in
        [("rusqlite, 64 to a commit", CONNECTIONS), ("rusqlite, all in one commit", data.len())]
    {
        let folder = Ground::make(&options.place, api_url, 1).await?.close().await;
        let work: Vec<PlainWork> =
            data.iter().filter_map(|update| rows_of(bot.0, update)).map(PlainWork::Update).collect();
        let per_second = timed(|| write_in_batches(folder.path(), &work, batch), work.len())?;
        report.measured(INTAKE, peer, work.len(), per_second, Unit::PerSecond);
    }
    Ok(())
}

fn timed(work: impl FnOnce() -> Result<(), StoreError>, count: usize) -> Result<f64, Failure> {
    let begun = Instant::now();
    work()?;
    Ok(count as f64 / begun.elapsed().as_secs_f64())
}

/// Each update alone, handed in by one of so many callers.
async fn intake(ground: &Ground, data: &[String]) -> Result<f64, Failure> {
    let received: Vec<Received> = data
        .iter()
        .map(|update| Received::parse(update).map_err(|error| Failure::new(error.to_string())))
        .collect::<Result<_, _>>()?;
    let received = Arc::new(received);
    let (intake, bot, clock) = (ground.muster.intake.clone(), ground.bot, Arc::clone(&ground.muster.clock));
    let work = move |index: usize| {
        let (intake, clock, received) = (intake.clone(), Arc::clone(&clock), Arc::clone(&received));
        async move {
            let arrived = Arrived { received: received[index].clone(), at: clock.now() };
            intake.take(bot, vec![arrived], None).await.map(drop)
        }
    };
    by_callers(data.len(), work).await
}

/// Rows that need no rule: a known person's messages.
fn known_rows(bot: i64, data: &[String]) -> Vec<PlainUpdate> {
    data.iter()
        .filter_map(|update| rows_of(bot, update))
        .map(|update| PlainUpdate { text: None, ..update })
        .collect()
}

/// Ready rows through the store's writer, each handed in by one of so many callers.
async fn waiting(ground: &Ground, rows: &[PlainUpdate]) -> Result<f64, Failure> {
    let events: Vec<(i64, Event)> = (1..)
        .zip(rows)
        .map(|(number, row)| {
            let body = EventBody::decode(&row.data).map_err(|error| Failure::new(error.to_string()))?;
            let contact = Some(ContactNumber(0));
            Ok((row.update_id, Event { number, contact, at: now_ms(), body, windows: Vec::new() }))
        })
        .collect::<Result<_, Failure>>()?;
    let (store, events, bot): (_, _, BotId) = (ground.muster.store.clone(), Arc::new(events), ground.bot);
    let work = move |index: usize| {
        let (store, events) = (store.clone(), Arc::clone(&events));
        async move {
            store
                .write_repeatably(move |tx, _| {
                    let (update_id, event) = &events[index];
                    if events::first_sight(tx, bot, *update_id, event.at)? {
                        events::append(tx, bot, event)?;
                        contacts::touch(tx, bot, ContactNumber(0), event.at)?;
                    }
                    Ok::<_, EngineError>(())
                })
                .await
        }
    };
    by_callers(rows.len(), work).await
}

/// Runs pieces of work by their index, so many under way at once; how many were done a second.
async fn by_callers<F, W>(count: usize, work: W) -> Result<f64, Failure>
where
    W: Fn(usize) -> F + Clone + Send + 'static,
    F: Future<Output = Result<(), EngineError>> + Send,
{
    let next = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let begun = Instant::now();
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (work, next) = (work.clone(), Arc::clone(&next));
        callers.spawn(async move {
            loop {
                let index = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                if index >= count {
                    return Ok::<_, EngineError>(());
                }
                work(index).await?;
            }
        });
    }
    while let Some(done) = callers.join_next().await {
        done.map_err(|error| Failure::new(error.to_string()))??;
    }
    Ok(count as f64 / begun.elapsed().as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::updates::updates;

    /// A folder in which a plain loop wrote so many updates.
    fn written(count: usize) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        drop(store::Store::open(&store::StoreOptions::new(folder.path())).unwrap());
        let work: Vec<_> =
            updates(20, 7).iter().take(count).filter_map(|update| rows_of(1, update)).collect();
        let work: Vec<_> = work.into_iter().map(|update| known(update, 0)).collect();
        write_in_batches(folder.path(), &work, 8).unwrap();
        folder
    }

    fn known(update: PlainUpdate, contact: i64) -> PlainWork {
        PlainWork::Known { number: update.update_id, update, contact }
    }

    #[test]
    fn a_contestant_that_wrote_less_is_found_out() {
        let (all, same, less) = (written(20), written(20), written(19));
        same_rows(all.path(), &same).unwrap();
        let refused = same_rows(all.path(), &less).unwrap_err().to_string();
        assert!(refused.contains(r#"("events", 20)"#) && refused.contains(r#"("events", 19)"#), "{refused}");
        same_rows(less.path(), &all).unwrap_err();
    }
}
