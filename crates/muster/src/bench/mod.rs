//! `muster bench`: the running server against its peers, on the same data, in one run. The audience index has its own
//! measurements in its crate.
//!
//! Contestants run by turns, and the best of each one's rounds counts, since other programs on the machine can only make
//! one slower. What a contestant wrote is compared with what the others wrote: figures of different work mean nothing.

pub mod databases;
pub mod funnel;
pub mod ingest;
pub mod links;
pub mod live;
mod load;
mod outside;
mod plain;
mod process;
mod report;
mod scene;
pub mod send;
pub mod snapshot;
pub mod stub;
mod updates;

use std::path::{Path, PathBuf};

use crate::Failure;

/// How to measure.
#[derive(Debug, Clone)]
pub struct Options {
    /// One JSON object a line.
    pub json: bool,
    /// Turns of each contestant.
    pub rounds: usize,
    /// Updates, messages, visits or events of one round.
    pub count: usize,
    /// Where the contestants' databases are made, and removed again.
    pub place: PathBuf,
    /// The folder of the peers that are no part of this program.
    pub peers: PathBuf,
}

/// A folder that is gone when dropped.
fn folder_in(place: &Path) -> Result<tempfile::TempDir, Failure> {
    let made = tempfile::Builder::new().prefix("muster-bench-").tempdir_in(place);
    made.map_err(|error| Failure::new(format!("no folder can be made in {}: {error}", place.display())))
}
