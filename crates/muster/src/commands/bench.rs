//! `muster bench`: measures Muster and its peers on the same data in one run.

use std::path::PathBuf;
use std::time::Instant;

use audience::bench::Columns;
use clap::{Args, Subcommand};
use indicatif::HumanBytes;

use crate::Failure;
use crate::bench::stub::StubArguments;
use crate::bench::{Options, databases, funnel, ingest, links, live, send, snapshot, stub};

/// What to measure.
#[derive(Debug, Subcommand)]
pub enum Bench {
    /// The audience index: counts, windows, breakdowns, samples, memory.
    Audience(AudienceBench),
    /// Updates from their arrival until they are durable.
    Ingest(ServerBench),
    /// A campaign with the ledger, to a Bot API without limits.
    Send(ServerBench),
    /// Diversion links and tracked clicks.
    Links(ServerBench),
    /// The funnels of diversion links over many visits.
    Funnel(ServerBench),
    /// The live feed, from a commit to the consoles that watch.
    Live(ServerBench),
    /// A Bot API that accepts everything at once: what is sent to while measuring.
    #[command(hide = true)]
    Stub(StubArguments),
}

/// What to measure the audience index at.
#[derive(Debug, Args)]
pub struct AudienceBench {
    /// Contacts.
    #[arg(long, default_value_t = 1_000_000)]
    contacts: u32,
    /// The peers in other languages; made ready by its script `install`.
    #[arg(long, value_name = "DIR", default_value = "bench/peers")]
    peers: PathBuf,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

/// How to measure a running server.
#[derive(Debug, Args)]
pub struct ServerBench {
    /// Updates, messages, visits or events that each contestant gets.
    #[arg(long, short = 'n')]
    count: Option<usize>,
    /// Turns of each contestant; the best counts.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// The peers in other languages; made ready by its script `install`.
    #[arg(long, value_name = "DIR", default_value = "bench/peers")]
    peers: PathBuf,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

impl ServerBench {
    /// `data` is where the contestants' databases are made: the disk to be measured.
    fn options(self, count: usize, data: Option<PathBuf>) -> Result<Options, Failure> {
        let place = data.unwrap_or_else(std::env::temp_dir);
        std::fs::create_dir_all(&place)
            .map_err(|error| Failure::new(format!("{} cannot be made: {error}", place.display())))?;
        Ok(Options {
            json: self.json,
            rounds: self.rounds.max(1),
            count: self.count.unwrap_or(count).max(100),
            place,
            peers: self.peers,
        })
    }
}

/// Measures what was asked for.
pub(super) async fn run(bench: Bench, data: Option<PathBuf>) -> Result<(), Failure> {
    match bench {
        Bench::Audience(arguments) => audience(&arguments, data),
        Bench::Ingest(arguments) => ingest::run(&arguments.options(20_000, data)?).await,
        Bench::Send(arguments) => send::run(&arguments.options(50_000, data)?).await,
        Bench::Links(arguments) => links::run(&arguments.options(20_000, data)?).await,
        Bench::Funnel(arguments) => funnel::run(&arguments.options(1_000_000, data)?).await,
        Bench::Live(arguments) => live::run(&arguments.options(1_000, data)?).await,
        Bench::Stub(arguments) => stub::run(&arguments).await,
    }
}

/// Measures the audience index.
#[allow(clippy::print_stdout)] // the result
fn audience(arguments: &AudienceBench, data: Option<PathBuf>) -> Result<(), Failure> {
    let begun = Instant::now();
    let mut timer = || begun.elapsed().as_secs_f64();
    let mut databases = |columns: &Columns| databases::ask(&arguments.peers, columns);
    let mut records =
        audience::bench::run(arguments.contacts, &mut timer, &mut databases).map_err(Failure::new)?;
    let place = data.unwrap_or_else(std::env::temp_dir);
    records.extend(snapshot::run(arguments.contacts, &place, &mut timer).map_err(Failure::new)?);
    for record in records {
        if arguments.json {
            let line = serde_json::to_string(&record).map_err(|error| Failure::new(error.to_string()))?;
            println!("{line}");
        } else {
            let value = if record.unit == "bytes" {
                HumanBytes(record.value as u64).to_string()
            } else {
                format!("{:.3} {}", record.value, record.unit)
            };
            println!("{:<44} {:<18} {value:>16}  ×{:.2}", record.case, record.peer, record.ratio);
        }
    }
    Ok(())
}
