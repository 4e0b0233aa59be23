//! The only SQL of Muster.
//!
//! One text serves SQLite and PostgreSQL wherever it can: `$1` parameters, 64-bit integers (booleans and
//! unix-millisecond times too), doubles, text and blobs. Every function that touches a team's data takes its
//! workspace or its bot first, so that no row of another can be reached by mistake.
//!
//! Writing happens on one thread with *group commit*: see [`Store::write`]. Reading happens on a
//! small pool, each read in one snapshot: see [`Reader::read`].

mod bulk;
mod error;
mod group;
mod migrate;
mod reader;
mod search;
mod server;
mod sql;
mod tls;
mod writer;

pub mod backup;
pub mod bench;
pub mod bots;
pub mod campaigns;
pub mod chat_waits;
pub mod contacts;
pub mod conversations;
pub mod erasure;
pub mod events;
pub mod flows;
pub mod idempotency;
pub mod links;
pub mod media;
pub mod moving;
pub mod nodes;
pub mod outbox;
pub mod phrases;
pub mod recipients;
pub mod retention;
pub mod segments;
pub mod settings;
pub mod stages;
pub mod tags;
pub mod team;
pub mod templates;
pub mod testers;
pub mod visit_counts;
pub mod visits;

#[cfg(test)]
mod tests;

pub use error::StoreError;
pub use group::Attempt;
pub use reader::Reader;
pub use sql::{Param, ReadTx, Row, WriteTx};
pub use writer::{Store, StoreOptions, Synchronous};

/// What every function of this crate answers.
pub type Result<T> = std::result::Result<T, StoreError>;
