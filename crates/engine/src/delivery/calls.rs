//! Calls in flight.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use domain::ids::ContactNumber;
use tokio::task::{JoinError, JoinSet};

use super::{Ended, Lease, Transport};

/// How long a call that ended may wait for others, so that a commit is for several.
const GATHER: Duration = Duration::from_millis(1);

/// The calls that have begun, and whose end was not told yet.
pub(super) struct Calls {
    running: JoinSet<Ended>,
    /// Those that ended while others were waited for.
    ended: Vec<Ended>,
    contacts: HashSet<ContactNumber>,
    transport: Arc<dyn Transport>,
}

impl Calls {
    pub fn new(transport: Arc<dyn Transport>) -> Self {
        Self { running: JoinSet::new(), ended: Vec::new(), contacts: HashSet::new(), transport }
    }

    /// People of these calls.
    pub fn contacts(&self) -> &HashSet<ContactNumber> {
        &self.contacts
    }

    pub fn len(&self) -> usize {
        self.running.len() + self.ended.len()
    }

    /// Begins the call of a lease, whose message goes with it.
    pub fn begin(&mut self, mut lease: Lease) {
        self.contacts.insert(lease.contact);
        let transport = Arc::clone(&self.transport);
        let message = std::mem::take(&mut lease.message);
        self.running.spawn(async move {
            let answer = transport.send(lease.chat, message).await;
            Ended { lease, answer }
        });
    }

    /// Waits for the next call to end, and for a moment until half of all have: a commit for several costs little more
    /// than one for each, and the other half goes on beside it. Without any call it never ends.
    ///
    /// Whoever stops waiting loses nothing: what has ended is told the next time.
    pub async fn ended(&mut self) -> Vec<Ended> {
        while self.ended.is_empty() {
            let Some(first) = self.running.join_next().await else {
                return std::future::pending().await;
            };
            self.take(first);
        }
        let half = self.len().div_ceil(2);
        let mut moment = std::pin::pin!(tokio::time::sleep(GATHER));
        while self.ended.len() < half {
            tokio::select! {
                Some(next) = self.running.join_next() => self.take(next),
                () = &mut moment => break,
            }
        }
        while let Some(next) = self.running.try_join_next() {
            self.take(next);
        }
        for call in &self.ended {
            self.contacts.remove(&call.lease.contact);
        }
        std::mem::take(&mut self.ended)
    }

    fn take(&mut self, joined: Result<Ended, JoinError>) {
        match joined {
            Ok(call) => self.ended.push(call),
            // Its lease stays, and becomes unknown with the next start: the call may have begun.
            Err(error) => tracing::error!(%error, "a call ended without an answer"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::Pin;

    use domain::ids::CampaignId;
    use domain::message::Outgoing;

    use super::super::{Answer, Target};
    use super::*;

    /// Answers nothing but calls without words.
    struct Prompt;

    impl Transport for Prompt {
        fn send(&self, _: i64, message: Outgoing) -> Pin<Box<dyn Future<Output = Answer> + Send + '_>> {
            Box::pin(async move {
                if !message.text.is_empty() {
                    std::future::pending::<()>().await;
                }
                Ok(telegram::Sent { message_id: 1, date: 0 })
            })
        }
    }

    #[tokio::test]
    async fn whoever_stops_waiting_loses_no_end_of_a_call() {
        let mut calls = Calls::new(Arc::new(Prompt));
        for (number, words) in [(0, ""), (1, "Hi"), (2, "Hi")] {
            let target = Target::Recipient { campaign: CampaignId(1), position: i64::from(number) };
            let contact = ContactNumber(number);
            let message = Outgoing::plain(words);
            calls.begin(Lease { target, contact, chat: i64::from(number), at: 5, message });
        }
        // The first call ends here, and is waited with for another.
        tokio::task::yield_now().await;
        assert!(futures_util::poll!(std::pin::pin!(calls.ended())).is_pending());
        assert_eq!((calls.len(), calls.contacts().len()), (3, 3), "it counts until it was told");
        let told: Vec<_> = calls.ended().await.iter().map(|call| call.lease.contact).collect();
        assert_eq!(told, [ContactNumber(0)], "the others do not end");
        assert_eq!((calls.len(), calls.contacts().len()), (2, 2));
    }
}
