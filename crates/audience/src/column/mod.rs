//! Everything the index knows, as columns: one file a kind. Each knows how to take a row or an event, how to
//! answer its tests for a chunk, and how many bytes it holds.

pub(crate) mod attribute;
pub(crate) mod codes;
pub(crate) mod conversation;
pub(crate) mod counted;
pub(crate) mod enumerated;
pub(crate) mod outcome;
pub(crate) mod reachability;
pub(crate) mod recency;
mod sliced;
pub(crate) mod tags;
