//! Calls in flight.

use std::collections::HashSet;
use std::sync::Arc;

use domain::ids::ContactNumber;
use tokio::task::JoinSet;

use super::{Ended, Lease, Transport};

/// The calls that have begun and not ended.
pub(super) struct Calls {
    running: JoinSet<Ended>,
    contacts: HashSet<ContactNumber>,
    transport: Arc<dyn Transport>,
}

impl Calls {
    pub fn new(transport: Arc<dyn Transport>) -> Self {
        Self { running: JoinSet::new(), contacts: HashSet::new(), transport }
    }

    /// People with a call in flight.
    pub fn contacts(&self) -> &HashSet<ContactNumber> {
        &self.contacts
    }

    pub fn len(&self) -> usize {
        self.running.len()
    }

    /// Begins the call of a lease, whose parameters go with it.
    pub fn begin(&mut self, mut lease: Lease) {
        self.contacts.insert(lease.contact);
        let transport = Arc::clone(&self.transport);
        let params = std::mem::take(&mut lease.params);
        self.running.spawn(async move {
            let answer = transport.send(params).await;
            Ended { lease, answer }
        });
    }

    /// Waits for the next call to end, and takes every other that has ended too. Without any call it never ends.
    pub async fn ended(&mut self) -> Vec<Ended> {
        let Some(first) = self.running.join_next().await else {
            return std::future::pending().await;
        };
        let mut ended = Vec::new();
        let mut next = Some(first);
        while let Some(joined) = next {
            match joined {
                Ok(call) => {
                    self.contacts.remove(&call.lease.contact);
                    ended.push(call);
                }
                // Its lease stays, and becomes unknown with the next start: the call may have begun.
                Err(error) => tracing::error!(%error, "a call ended without an answer"),
            }
            next = self.running.try_join_next();
        }
        ended
    }
}
