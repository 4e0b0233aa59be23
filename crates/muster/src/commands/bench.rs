//! `muster bench`: measures Muster and its peers on the same data in one run.

use std::time::Instant;

use clap::Args;
use indicatif::HumanBytes;

use crate::Failure;

/// What to measure the audience index at.
#[derive(Debug, Args)]
pub struct AudienceBench {
    /// Contacts.
    #[arg(long, default_value_t = 1_000_000)]
    contacts: u32,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

/// Measures the audience index.
#[allow(clippy::print_stdout)] // the result
pub(super) fn audience(arguments: &AudienceBench) -> Result<(), Failure> {
    let begun = Instant::now();
    let mut timer = || begun.elapsed().as_secs_f64();
    let records = audience::bench::run(arguments.contacts, &mut timer).map_err(Failure::new)?;
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
