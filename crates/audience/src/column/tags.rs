//! Tags: who has which, and since when.

use std::sync::Arc;

use domain::expression::TagMode;
use domain::ids::TagId;

use crate::bytes::{Damaged, Input, Output, ensure, is_rising};
use crate::members::{Members, reserve_frugally};
use crate::operand::{Operand, Scratch};
use crate::words;

/// The tags of one chunk, sorted by id.
#[derive(Debug, Clone, Default)]
pub(crate) struct TagColumn {
    tags: Vec<(TagId, Arc<TagMembers>)>,
}

/// Who has one tag.
#[derive(Debug, Clone, Default)]
struct TagMembers {
    members: Members,
    /// The second of the latest application, beside each member in rising order.
    added_s: Vec<u32>,
}

/// A tag of a contact, as the store has it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TagRow {
    pub(crate) tag: TagId,
    pub(crate) low: u16,
    pub(crate) added_s: u32,
}

impl TagColumn {
    /// Applies a tag; applied again, only the time changes.
    pub(crate) fn add(&mut self, low: u16, tag: TagId, added_s: u32) {
        let place = match self.tags.binary_search_by_key(&tag, |(tag, _)| *tag) {
            Ok(place) => place,
            Err(place) => {
                self.tags.insert(place, (tag, Arc::default()));
                place
            }
        };
        let holders = Arc::make_mut(&mut self.tags[place].1);
        match holders.members.insert(low) {
            (rank, true) => {
                reserve_frugally(&mut holders.added_s);
                holders.added_s.insert(rank, added_s);
            }
            (rank, false) => holders.added_s[rank] = added_s,
        }
    }

    /// Applies many at once, in any order; of one applied twice the later row counts. Each set is made in its
    /// final size, so that the sets of a chunk lie next to each other in memory: a breakdown reads them one after
    /// another, and took twice as long when they were scattered.
    pub(crate) fn add_many(&mut self, mut rows: Vec<TagRow>) {
        rows.sort_by_key(|row| (row.tag, row.low));
        for group in rows.chunk_by(|a, b| a.tag == b.tag) {
            let tag = group[0].tag;
            let Err(place) = self.tags.binary_search_by_key(&tag, |(tag, _)| *tag) else {
                group.iter().for_each(|row| self.add(row.low, tag, row.added_s));
                continue;
            };
            let mut last: Vec<&TagRow> = Vec::with_capacity(group.len());
            for row in group {
                last.pop_if(|known| known.low == row.low);
                last.push(row);
            }
            let holders = TagMembers {
                members: Members::of_sorted(last.iter().map(|row| row.low).collect()),
                added_s: last.iter().map(|row| row.added_s).collect(),
            };
            self.tags.insert(place, (tag, Arc::new(holders)));
        }
    }

    pub(crate) fn remove(&mut self, low: u16, tag: TagId) {
        if let Ok(place) = self.tags.binary_search_by_key(&tag, |(tag, _)| *tag) {
            let holders = Arc::make_mut(&mut self.tags[place].1);
            if let Some(rank) = holders.members.remove(low) {
                holders.added_s.remove(rank);
            }
        }
    }

    fn holders(&self, tag: TagId) -> Option<&TagMembers> {
        let place = self.tags.binary_search_by_key(&tag, |(tag, _)| *tag).ok()?;
        Some(&self.tags[place].1)
    }

    /// Who has the tag.
    pub(crate) fn with(&self, tag: TagId) -> Operand<'_> {
        self.holders(tag).map_or(Operand::Nobody, |holders| Operand::from(&holders.members))
    }

    /// Who has the tag since this second or a later one.
    fn with_since(&self, tag: TagId, since_s: u32, scratch: &mut Scratch) -> Operand<'_> {
        let Some(holders) = self.holders(tag) else { return Operand::Nobody };
        let mut times = holders.added_s.iter();
        match &holders.members {
            Members::Sparse(lows) => {
                let kept = lows.iter().zip(times).filter(|(_, added)| **added >= since_s);
                Operand::of_list(kept.map(|(low, _)| *low).collect())
            }
            Members::Dense { words, .. } => {
                let mut out = scratch.take();
                for (out, word) in out.iter_mut().zip(&words[..]) {
                    let (mut rest, mut kept) = (*word, 0);
                    while rest != 0 {
                        let bit = rest & rest.wrapping_neg();
                        rest ^= bit;
                        if times.next().is_some_and(|added| *added >= since_s) {
                            kept |= bit;
                        }
                    }
                    *out = kept;
                }
                Operand::Own(out)
            }
        }
    }

    /// Who has any or all of some tags.
    pub(crate) fn matching(
        &self,
        mode: TagMode,
        tags: &[TagId],
        since_s: Option<u32>,
        scratch: &mut Scratch,
    ) -> Operand<'_> {
        let mut joined = match mode {
            TagMode::HasAny => Operand::Nobody,
            TagMode::Has | TagMode::HasAll => Operand::Everyone,
        };
        for tag in tags {
            let holders = match since_s {
                None => self.with(*tag),
                Some(since_s) => self.with_since(*tag, since_s, scratch),
            };
            joined = match mode {
                TagMode::HasAny => scratch.or(joined, holders),
                TagMode::Has | TagMode::HasAll => scratch.and(joined, holders),
            };
        }
        joined
    }

    /// Which tags one contact has.
    pub(crate) fn of(&self, low: u16) -> Vec<TagId> {
        let having = self.tags.iter().filter(|(_, holders)| holders.members.contains(low));
        having.map(|(tag, _)| *tag).collect()
    }

    /// How many of a set have each tag of a list, which is fastest in order.
    pub(crate) fn tally(&self, set: &words::Words, tags: &[TagId], counts: &mut [u64]) {
        let mut next = 0;
        let mut with = |tag: &TagId| {
            let follows = self.tags.get(next).is_some_and(|(known, _)| known == tag);
            let place = if follows { Ok(next) } else { self.tags.binary_search_by_key(tag, |(tag, _)| *tag) };
            next = place.unwrap_or(next) + 1;
            place.map_or(Operand::Nobody, |place| Operand::from(&self.tags[place].1.members))
        };
        // Found all first: so the processor waits for their places in memory at once instead of one by one.
        let holders: Vec<Operand<'_>> = tags.iter().map(&mut with).collect();
        for (holders, count) in holders.iter().zip(counts) {
            *count += u64::from(holders.count(set, 0));
        }
    }

    pub(crate) fn write(&self, out: &mut Output) {
        let held = || self.tags.iter().filter(|(_, holders)| holders.members.len() > 0);
        out.length(held().count());
        for (tag, holders) in held() {
            out.long(tag.0);
            holders.members.write(out);
            out.numbers(&holders.added_s);
        }
    }

    pub(crate) fn read(input: &mut Input<'_>) -> Result<Self, Damaged> {
        let count = input.length(8)?;
        let mut tags = Vec::with_capacity(count);
        for _ in 0..count {
            let tag = TagId(input.long()?);
            let (members, added_s) = (Members::read(input)?, input.numbers()?);
            ensure(members.len() == added_s.len(), "a tag has more or fewer times than people")?;
            tags.push((tag, Arc::new(TagMembers { members, added_s })));
        }
        let ids: Vec<TagId> = tags.iter().map(|(tag, _)| *tag).collect();
        ensure(is_rising(&ids), "tags are out of order")?;
        Ok(Self { tags })
    }

    pub(crate) fn bytes(&self) -> usize {
        let held = |(_, holders): &(TagId, Arc<TagMembers>)| {
            size_of::<TagMembers>() + holders.members.bytes() + holders.added_s.capacity() * 4
        };
        self.tags.capacity() * size_of::<(TagId, Arc<TagMembers>)>()
            + self.tags.iter().map(held).sum::<usize>()
    }

    /// Gives back what growth reserved.
    pub(crate) fn shrink(&mut self) {
        for (_, holders) in &mut self.tags {
            let holders = Arc::make_mut(holders);
            holders.members.shrink();
            holders.added_s.shrink_to_fit();
        }
    }
}
