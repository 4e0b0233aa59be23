//! The index of a bot while events arrive: one writer, any number of readers.
//!
//! A reader takes the present version and keeps it as long as it likes; everything it asks is answered at one
//! event number. The writer changes the version in place while nobody looks at it. While somebody does, it
//! writes to a copy that shares every chunk, column and block that no event touches, and then puts the copy in
//! the version's place. So readers never block the writer, and the writer holds readers up for no longer than
//! [`IN_PLACE_EVENTS`] events take.

use std::sync::Arc;

use domain::event::Event;
use domain::ids::CampaignId;
use parking_lot::Mutex;

use crate::index::{ApplyError, Index};
use crate::row::Frozen;

/// Events folded in place before waiting readers get their turn.
const IN_PLACE_EVENTS: usize = 64;

/// The present version, for readers and the writer.
#[derive(Debug)]
pub struct LiveIndex {
    /// Held for as long as taking or replacing a version takes, or for one turn in place.
    present: Mutex<Arc<Index>>,
    /// Held by whoever writes, so that no write is lost between copy and replacement.
    writer: Mutex<()>,
}

impl LiveIndex {
    /// Begins with a version.
    pub fn new(index: Index) -> Self {
        Self { present: Mutex::new(Arc::new(index)), writer: Mutex::new(()) }
    }

    /// The present version. Dropping it soon keeps the writer from copying.
    pub fn snapshot(&self) -> Arc<Index> {
        Arc::clone(&self.present.lock())
    }

    /// Folds events in their order; gives the number that the index then stands at.
    ///
    /// # Errors
    /// Of the first event that cannot be folded; those before it are in.
    pub fn apply_batch(&self, events: &[Event]) -> Result<i64, ApplyError> {
        let _writer = self.writer.lock();
        for part in events.chunks(IN_PLACE_EVENTS) {
            self.write(|index| part.iter().try_for_each(|event| index.apply(event)))?;
        }
        Ok(self.present.lock().number())
    }

    /// Takes a campaign's frozen audience in; see [`Index::freeze`].
    pub fn freeze(&self, campaign: CampaignId, frozen: &Frozen) {
        let _writer = self.writer.lock();
        self.write(|index| index.freeze(campaign, frozen));
    }

    /// Puts another index in its place: after a restore, or a changed time zone.
    pub fn replace(&self, index: Index) {
        let _writer = self.writer.lock();
        *self.present.lock() = Arc::new(index);
    }

    fn write<T>(&self, change: impl FnOnce(&mut Index) -> T) -> T {
        let mut copy = {
            let mut present = self.present.lock();
            if let Some(index) = Arc::get_mut(&mut present) {
                return change(index);
            }
            Index::clone(&present)
        };
        let done = change(&mut copy);
        // The old version is freed, if it comes to that, after readers can have the new one.
        let _old = std::mem::replace(&mut *self.present.lock(), Arc::new(copy));
        done
    }
}
