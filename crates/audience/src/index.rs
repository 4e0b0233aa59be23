//! The index of one bot: a fold of its events, which owns no truth.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono_tz::Tz;
use domain::event::{Event, EventBody};
use domain::expression::{day_holding, second};
use domain::ids::{CampaignId, ContactNumber};
use domain::recipient::Detail;
use domain::time::{Millis, day_start};
use thiserror::Error;

use crate::chunk::{Chunk, Dictionaries};
use crate::column::outcome::{Chunked, FrozenGroups};
use crate::row::{ContactRow, Frozen};

/// Why an event could not be folded. The index stands unchanged, before that event.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ApplyError {
    /// An event is missing: read from `have + 1` on, or build anew.
    #[error("event {got} came while the index stands at {have}")]
    Gap { have: i64, got: i64 },
    /// A contact is missing or came twice: build anew.
    #[error("event {number} makes contact {contact} while the next is {next}")]
    ContactOutOfOrder { number: i64, contact: u32, next: u32 },
    /// The campaign's sets are the store's: hand them to [`Index::freeze`], then apply the event again.
    #[error("campaign {0} began and its audience was not handed over")]
    NotFrozen(CampaignId),
}

/// One version of the index. Cloning is cheap: chunks and columns are shared until one side writes.
///
/// **Memory** is told by [`Index::memory_bytes`]. **Time zone**: the days of counted events are the workspace's;
/// a changed zone wants a new index.
#[derive(Debug, Clone)]
pub struct Index {
    pub(crate) zone: Tz,
    pub(crate) number: i64,
    /// The number that the next contact gets.
    pub(crate) contacts: u32,
    pub(crate) chunks: Vec<Arc<Chunk>>,
    pub(crate) names: Arc<Dictionaries>,
    pub(crate) campaigns: Arc<BTreeMap<CampaignId, Arc<FrozenGroups>>>,
    pub(crate) day: Day,
}

/// The day that the latest event was in, since the next is mostly in the same.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Day {
    day: i32,
    start: Millis,
    end: Millis,
}

impl Index {
    /// An empty index, before the first event.
    pub fn new(zone: Tz) -> Self {
        Self {
            zone,
            number: 0,
            contacts: 0,
            chunks: Vec::new(),
            names: Arc::default(),
            campaigns: Arc::default(),
            day: Day::default(),
        }
    }

    /// The number of the latest event that it holds.
    pub fn number(&self) -> i64 {
        self.number
    }

    /// The zone that its days were made with.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// How many numbers were given to contacts, erased ones included.
    pub fn contact_numbers(&self) -> u32 {
        self.contacts
    }

    /// Folds one event. Events up to [`Index::number`] are passed over.
    ///
    /// # Errors
    /// See [`ApplyError`]; nothing was changed.
    pub fn apply(&mut self, event: &Event) -> Result<(), ApplyError> {
        if event.number <= self.number {
            return Ok(());
        }
        if event.number != self.number + 1 {
            return Err(ApplyError::Gap { have: self.number, got: event.number });
        }
        match (&event.body, event.contact) {
            (EventBody::ContactCreated { .. }, Some(contact)) => self.create(contact, event)?,
            (EventBody::CampaignStarted { campaign }, _) if !self.campaigns.contains_key(campaign) => {
                return Err(ApplyError::NotFrozen(*campaign));
            }
            (EventBody::Outcomes { campaign, changes }, _) => {
                let contacts = self.contacts;
                for change in changes.iter().filter(|change| change.contact.0 < contacts) {
                    let chunk = self.chunk_mut(change.contact);
                    chunk.outcomes.set_outcome(*campaign, change.contact.0 as u16, change.outcome);
                }
            }
            (_, Some(contact)) if contact.0 < self.contacts => {
                let day = self.day_of(event.at);
                let names = Arc::clone(&self.names);
                self.chunk_mut(contact).apply(contact.0 as u16, event, day, &names);
            }
            _ => {}
        }
        self.number = event.number;
        Ok(())
    }

    fn create(&mut self, contact: ContactNumber, event: &Event) -> Result<(), ApplyError> {
        let EventBody::ContactCreated { profile, source, first_seen, last_interaction, attributes } =
            &event.body
        else {
            return Ok(());
        };
        if contact.0 != self.contacts {
            return Err(ApplyError::ContactOutOfOrder {
                number: event.number,
                contact: contact.0,
                next: self.contacts,
            });
        }
        self.add_row(&ContactRow {
            number: contact,
            profile: profile.clone(),
            source: source.clone(),
            attributes: attributes.clone(),
            first_seen: *first_seen,
            last_interaction: *last_interaction,
            reachability: domain::contact::Reachability::default(),
            conversation: None,
        });
        if let Some(at) = last_interaction {
            self.add_imported(contact, *at);
        }
        Ok(())
    }

    pub(crate) fn add_row(&mut self, row: &ContactRow) {
        self.contacts = self.contacts.max(row.number.0 + 1);
        let names = Arc::clone(&self.names);
        self.chunk_mut(row.number).add_row(row.number.0 as u16, row, &names);
    }

    pub(crate) fn add_imported(&mut self, contact: ContactNumber, at: Millis) {
        let day = self.day_of(at);
        self.chunk_mut(contact).add_imported(contact.0 as u16, at, day);
    }

    /// The chunk of a contact, to be changed: copied first if an older version shares it.
    pub(crate) fn chunk_mut(&mut self, contact: ContactNumber) -> &mut Chunk {
        let place = (contact.0 >> 16) as usize;
        while self.chunks.len() <= place {
            self.chunks.push(Arc::default());
        }
        Arc::make_mut(&mut self.chunks[place])
    }

    /// The workspace's day of a moment.
    pub(crate) fn day_of(&mut self, at: Millis) -> i32 {
        if !(self.day.start..self.day.end).contains(&at) {
            let day = day_holding(at, self.zone);
            self.day = Day { day, start: day_start(day, self.zone), end: day_start(day + 1, self.zone) };
        }
        self.day.day
    }

    /// Takes a campaign's audience in: everybody pending or held out. Wanted before its `CampaignStarted`, and
    /// of no effect when it is known already.
    pub fn freeze(&mut self, campaign: CampaignId, frozen: &Frozen) {
        if self.campaigns.contains_key(&campaign) {
            return;
        }
        let held_out = Chunked::new(&frozen.held_out);
        let nobody = crate::members::Members::default();
        for (place, members) in Chunked::new(&frozen.audience).into_chunks().into_iter().enumerate() {
            if members.len() > 0 {
                let first = ContactNumber((place as u32) << 16);
                let held_out = held_out.members(place).unwrap_or(&nobody);
                self.chunk_mut(first).outcomes.freeze(campaign, members, held_out);
            }
        }
        let split = |groups: &[(String, roaring::RoaringBitmap)]| {
            groups.iter().map(|(name, bitmap)| (name.clone(), Chunked::new(bitmap))).collect()
        };
        let groups = FrozenGroups {
            stages: split(&frozen.stages),
            tags: split(&frozen.tags),
            sources: split(&frozen.sources),
            segments: split(&frozen.segments),
        };
        Arc::make_mut(&mut self.campaigns).insert(campaign, Arc::new(groups));
    }

    /// With what people answered a campaign: each button and each tag that anybody's answer names.
    pub fn answers_to(&self, campaign: CampaignId) -> BTreeSet<Detail> {
        self.chunks.iter().flat_map(|chunk| chunk.outcomes.answers_to(campaign)).cloned().collect()
    }

    /// How many people have a value of each attribute: true or false, a number, a text.
    pub fn attribute_counts(&self) -> BTreeMap<String, [u64; 3]> {
        let mut counts = BTreeMap::new();
        for chunk in &self.chunks {
            chunk.attributes.count(&self.names.attributes, &mut counts);
        }
        counts
    }

    /// Bytes held by each column, by name. What is shared with other versions is counted in each.
    pub fn memory_bytes(&self) -> Vec<(&'static str, usize)> {
        let mut sums: BTreeMap<&'static str, usize> = BTreeMap::new();
        for (column, bytes) in self.chunks.iter().flat_map(|chunk| chunk.bytes()) {
            *sums.entry(column).or_default() += bytes;
        }
        let frozen = self.campaigns.values().map(|groups| groups.bytes()).sum();
        let of_chunks = self.chunks.capacity() * 8 + self.chunks.len() * (size_of::<Chunk>() + 16);
        sums.extend([("frozen", frozen), ("dictionaries", self.names.bytes()), ("chunks", of_chunks)]);
        sums.into_iter().collect()
    }
}

/// The second before which something is older than an age, for ages of at least a second.
pub(crate) fn since_second(now: Millis, age_s: i64) -> u32 {
    (i64::from(second(now)) - age_s).clamp(0, i64::from(u32::MAX)) as u32
}
