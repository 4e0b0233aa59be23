//! Delivery: the only place that calls `sendMessage`.
//!
//! One [`Courier`] a bot works in *rounds*. A round is one transaction that writes down how the calls that ended
//! went and leases what may begin now, durably before any call; then the calls are made. So **no** message leaves
//! without a durable lease, and leases never exceed the calls in flight.

mod calls;
mod carrier;
mod courier;
mod evidence;
mod lease;
mod recovery;
mod settle;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::pin::Pin;

use domain::ids::{CampaignId, ContactNumber, OutboxId};
use domain::message::Outgoing;
use domain::time::Millis;
use store::outbox::Lane;
use telegram::{SendError, Sent};

pub use carrier::Carrier;
pub use courier::{Courier, CourierOptions};

/// What a call answered.
pub type Answer = Result<Sent, SendError>;

/// Sends messages. The [`Carrier`] is one; a demo that replays months in seconds has another.
pub trait Transport: Send + Sync {
    /// Sends a message to a chat, by one call at most: a lease is the clock's leave for one.
    fn send(&self, chat: i64, message: Outgoing) -> Pin<Box<dyn Future<Output = Answer> + Send + '_>>;
}

/// What a lease is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Outbox { id: OutboxId, lane: Lane },
    Recipient { campaign: CampaignId, position: i64 },
}

/// A call that may begin: its row says so already.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lease {
    pub target: Target,
    pub contact: ContactNumber,
    /// The person's chat, by which the clock knows them.
    pub chat: i64,
    /// When the lease was taken.
    pub at: Millis,
    /// Moved into the call when it begins.
    pub message: Outgoing,
}

/// A call that ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub lease: Lease,
    pub answer: Answer,
}
