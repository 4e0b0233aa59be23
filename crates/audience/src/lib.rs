//! Who matches an expression, out of everybody: bitmaps and columns folded from a bot's events.
//!
//! An [`Index`] is built from the store's rows by an [`IndexBuilder`], then follows the log by number
//! ([`Index::apply`]); a [`LiveIndex`] holds the version that readers see. It answers counts, sets, stable
//! samples, breakdowns and differences for a [`domain::expression::Resolved`] expression at any moment. It owns
//! no truth and does no I/O; the moment and every seed are arguments.
//!
//! Contacts are evaluated in chunks of 64 Ki, each in one pass through its columns: dense ones as one bit a
//! contact, sparse ones as sorted lists of 16-bit numbers. [`oracle`] holds the same facts plainly and answers
//! from the definitions; tests hold the two equal.

pub mod bench;
mod builder;
mod bytes;
mod chunk;
mod column;
mod dictionary;
mod evaluate;
mod freeze;
mod index;
mod kernel;
mod live;
mod members;
mod operand;
pub mod oracle;
mod permutation;
mod plan;
mod query;
mod row;
mod words;
mod written;

pub use builder::IndexBuilder;
pub use bytes::Damaged;
pub use freeze::{FreezeOrder, FrozenAudience, FrozenNames};
pub use index::{ApplyError, Index};
pub use live::LiveIndex;
pub use query::{Breakdown, Counts, Difference, Groups, SourceCount};
pub use row::{ContactRow, Frozen};
pub use words::CHUNK_CONTACTS;
pub use written::{WrittenChunk, WrittenIndex, layout};
