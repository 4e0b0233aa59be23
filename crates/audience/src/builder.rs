//! Building an index from the store's rows, all read in one snapshot of the database.

use std::sync::Arc;

use chrono_tz::Tz;
use domain::event::{Event, EventBody, Outcome};
use domain::expression::second;
use domain::ids::{CampaignId, ContactNumber, TagId};
use domain::recipient::{Answers, Detail};
use domain::time::Millis;

use crate::column::counted::kind_of;
use crate::column::tags::TagRow;
use crate::index::Index;
use crate::row::{ContactRow, Frozen};
use crate::words;

/// Takes rows in, table by table. Contacts come first, in order of their numbers; numbers left out are erased
/// people. The rest may come in any order, and is fastest in order of contacts (tags, recipients) and of time
/// (events). Events of nobody that came are of erased people, and are left out.
#[derive(Debug)]
pub struct IndexBuilder {
    index: Index,
    /// Tags of one chunk that wait to be taken in together.
    tags: Vec<TagRow>,
    tags_of: ContactNumber,
}

impl IndexBuilder {
    /// Begins an index whose days are those of a zone.
    pub fn new(zone: Tz) -> Self {
        Self { index: Index::new(zone), tags: Vec::new(), tags_of: ContactNumber(0) }
    }

    /// Takes a contact in.
    pub fn contact(&mut self, row: &ContactRow) {
        self.index.add_row(row);
    }

    /// Notes that numbers up to this one were given, the last of them perhaps to people who were erased.
    pub fn contact_numbers(&mut self, count: u32) {
        self.index.contacts = self.index.contacts.max(count);
    }

    /// Takes a tag of a contact in, with the time of its latest application.
    pub fn tag(&mut self, number: ContactNumber, tag: TagId, added_at: Millis) {
        if number.0 >> 16 != self.tags_of.0 >> 16 {
            self.take_tags();
            self.tags_of = number;
        }
        self.tags.push(TagRow { tag, low: number.0 as u16, added_s: second(added_at) });
    }

    fn take_tags(&mut self) {
        let rows = std::mem::take(&mut self.tags);
        if !rows.is_empty() {
            self.index.chunk_mut(self.tags_of).tags.add_many(rows);
        }
    }

    /// Takes an event of a counted kind in, one that says with what a campaign was answered, or a `ContactCreated`
    /// for its imported interaction; others are passed over, since the rows hold their effects.
    pub fn event(&mut self, event: &Event) {
        let Some(contact) = event.contact.filter(|contact| self.lives(*contact)) else { return };
        if let EventBody::ContactCreated { last_interaction: Some(at), .. } = &event.body {
            let day = self.index.day_of(*at);
            self.index.chunk_mut(contact).counted.add_imported(contact.0 as u16, day);
        } else if kind_of(&event.body).is_some() {
            let day = self.index.day_of(event.at);
            let names = Arc::clone(&self.index.names);
            self.index.chunk_mut(contact).counted.add(contact.0 as u16, event, day, &names.objects);
        }
        if Detail::of(&event.body).is_some() {
            self.index.chunk_mut(contact).outcomes.add_detail(contact.0 as u16, &event.body);
        }
    }

    fn lives(&self, contact: ContactNumber) -> bool {
        let chunk = self.index.chunks.get((contact.0 >> 16) as usize);
        chunk.is_some_and(|chunk| words::contains(&chunk.reachability.living, contact.0 as u16))
    }

    /// Takes a campaign's frozen audience in.
    pub fn campaign(&mut self, campaign: CampaignId, frozen: &Frozen) {
        self.index.freeze(campaign, frozen);
    }

    /// Takes a recipient's present state in; its campaign came before.
    pub fn recipient(
        &mut self,
        campaign: CampaignId,
        number: ContactNumber,
        outcome: Outcome,
        answers: Answers,
    ) {
        let outcomes = &mut self.index.chunk_mut(number).outcomes;
        outcomes.set_outcome(campaign, number.0 as u16, outcome);
        outcomes.add_answers(campaign, number.0 as u16, answers);
    }

    /// The index, standing at the last event of the snapshot.
    pub fn finish(mut self, last_event_number: i64) -> Index {
        self.take_tags();
        if let Some(last) = self.index.contacts.checked_sub(1) {
            // Everybody who has a number has a chunk, erased people too.
            self.index.chunk_mut(ContactNumber(last));
        }
        self.index.number = last_event_number;
        for chunk in &mut self.index.chunks {
            Arc::make_mut(chunk).shrink();
        }
        self.index
    }
}
