//! What became of a campaign's recipients, and the breakdowns that were frozen with its audience.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::event::{EventBody, Outcome};
use domain::expression::OutcomeMask;
use domain::ids::{CampaignId, TagId};
use domain::message::ButtonPlace;
use domain::recipient::{Answers, Detail};
use roaring::RoaringBitmap;

use crate::bytes::{Damaged, Input, Output, ensure, is_rising};
use crate::members::Members;
use crate::operand::{Operand, Scratch};
use crate::words;

/// Bits of a state that hold answers; the outcome stands above them.
const ANSWER_BITS: u32 = 11;
const ANSWER_MASK: u16 = (1 << ANSWER_BITS) - 1;
/// The highest that stands there.
const LAST_OUTCOME: u16 = 8;
const _: () = assert!(Answers::NAMED.len() == ANSWER_BITS as usize, "every answer needs its bit");

/// One chunk, sorted by campaign.
#[derive(Debug, Clone, Default)]
pub(crate) struct OutcomeColumn {
    campaigns: Vec<(CampaignId, Arc<Recipients>)>,
    /// Who answered with which button, and gained which tag by one; sorted. Whoever pressed is in it, recipient or
    /// not: it is asked beside the outcome.
    details: Arc<BTreeMap<(CampaignId, Detail), Members>>,
}

#[derive(Debug, Clone, Default)]
struct Recipients {
    members: Members,
    /// Outcome and answers, beside each member in rising order.
    states: Vec<u16>,
}

fn state(outcome: Outcome, answers: Answers) -> u16 {
    OutcomeMask::bit(outcome) << ANSWER_BITS | (answers.0 as u16 & ANSWER_MASK)
}

impl OutcomeColumn {
    /// Takes a campaign's recipients in, all in their first state.
    pub(crate) fn freeze(&mut self, campaign: CampaignId, members: Members, held_out: &Members) {
        let mut states = Vec::with_capacity(members.len());
        members.for_each(|low| {
            let outcome = if held_out.contains(low) { Outcome::HeldOut } else { Outcome::Pending };
            states.push(state(outcome, Answers(0)));
        });
        let recipients = Arc::new(Recipients { members, states });
        match self.campaigns.binary_search_by_key(&campaign, |(campaign, _)| *campaign) {
            Ok(place) => self.campaigns[place].1 = recipients,
            Err(place) => self.campaigns.insert(place, (campaign, recipients)),
        }
    }

    fn state_mut(&mut self, campaign: CampaignId, low: u16) -> Option<&mut u16> {
        let place = self.campaigns.binary_search_by_key(&campaign, |(campaign, _)| *campaign).ok()?;
        let recipients = &mut self.campaigns[place].1;
        if !recipients.members.contains(low) {
            return None;
        }
        let rank = recipients.members.rank(low);
        Arc::make_mut(recipients).states.get_mut(rank)
    }

    /// Sets an outcome; whoever is no recipient is passed over.
    pub(crate) fn set_outcome(&mut self, campaign: CampaignId, low: u16, outcome: Outcome) {
        if let Some(known) = self.state_mut(campaign, low) {
            *known = state(outcome, Answers(u32::from(*known & ANSWER_MASK)));
        }
    }

    /// Adds answers; whoever is no recipient is passed over.
    pub(crate) fn add_answers(&mut self, campaign: CampaignId, low: u16, answers: Answers) {
        if let Some(known) = self.state_mut(campaign, low) {
            *known |= answers.0 as u16 & ANSWER_MASK;
        }
    }

    /// Notes with what somebody answered, where an event says so.
    pub(crate) fn add_detail(&mut self, low: u16, body: &EventBody) {
        if let Some(key) = Detail::of(body)
            && !self.details.get(&key).is_some_and(|members| members.contains(low))
        {
            Arc::make_mut(&mut self.details).entry(key).or_default().insert(low);
        }
    }

    /// Forgets with what somebody answered: they were erased.
    pub(crate) fn erase_details(&mut self, low: u16) {
        if self.details.values().any(|members| members.contains(low)) {
            for members in Arc::make_mut(&mut self.details).values_mut() {
                members.remove(low);
            }
        }
    }

    /// With what a campaign was answered. A button's place comes first in their order, a tag last.
    pub(crate) fn answers_to(&self, campaign: CampaignId) -> impl Iterator<Item = &Detail> {
        let first = (campaign, Detail::Button(ButtonPlace { row: 0, column: 0 }));
        let own = self.details.range(first..).take_while(move |((of, _), _)| *of == campaign);
        own.map(|((_, detail), _)| detail)
    }

    /// Who answered a campaign with this.
    pub(crate) fn answered(&self, campaign: CampaignId, detail: &Detail) -> Option<&Members> {
        self.details.get(&(campaign, detail.clone()))
    }

    /// The recipients in one group.
    pub(crate) fn matching(
        &self,
        campaign: CampaignId,
        mask: OutcomeMask,
        scratch: &mut Scratch,
    ) -> Operand<'_> {
        let Ok(place) = self.campaigns.binary_search_by_key(&campaign, |(campaign, _)| *campaign) else {
            return Operand::Nobody;
        };
        let recipients = &self.campaigns[place].1;
        let (any, none) = (mask.any.map_or(0, |any| any.0 as u16), mask.none.0 as u16);
        let anything = mask.any.is_none();
        let holds = |state: &u16| {
            mask.outcomes >> (state >> ANSWER_BITS) & 1 == 1
                && (anything || state & any != 0)
                && state & none == 0
        };
        let mut states = recipients.states.iter();
        match &recipients.members {
            Members::Sparse(lows) => {
                let kept = lows.iter().zip(states).filter(|(_, state)| holds(state));
                Operand::of_list(kept.map(|(low, _)| *low).collect())
            }
            Members::Dense { words, .. } => {
                let mut out = scratch.take_filled(0);
                for low in words::lows(words) {
                    if states.next().is_some_and(holds) {
                        words::set(&mut out, low);
                    }
                }
                Operand::Own(out)
            }
        }
    }

    pub(crate) fn write(&self, out: &mut Output) {
        out.length(self.campaigns.len());
        for (campaign, recipients) in &self.campaigns {
            out.long(campaign.0);
            recipients.members.write(out);
            out.shorts(&recipients.states);
        }
        out.length(self.details.len());
        for ((campaign, detail), members) in self.details.iter() {
            out.long(campaign.0);
            write_detail(detail, out);
            members.write(out);
        }
    }

    pub(crate) fn read(input: &mut Input<'_>) -> Result<Self, Damaged> {
        let count = input.length(8)?;
        let mut campaigns = Vec::with_capacity(count);
        for _ in 0..count {
            let campaign = CampaignId(input.long()?);
            let (members, states) = (Members::read(input)?, input.shorts()?);
            ensure(members.len() == states.len(), "a campaign has more or fewer outcomes than people")?;
            let known = states.iter().all(|state| state >> ANSWER_BITS <= LAST_OUTCOME);
            ensure(known, "an outcome is not known")?;
            campaigns.push((campaign, Arc::new(Recipients { members, states })));
        }
        let ids: Vec<CampaignId> = campaigns.iter().map(|(campaign, _)| *campaign).collect();
        ensure(is_rising(&ids), "campaigns are out of order")?;
        let mut details = BTreeMap::new();
        for _ in 0..input.length(10)? {
            let key = (CampaignId(input.long()?), read_detail(input)?);
            let above = details.last_key_value().is_none_or(|(last, _)| *last < key);
            ensure(above, "answers are out of order")?;
            details.insert(key, Members::read(input)?);
        }
        Ok(Self { campaigns, details: Arc::new(details) })
    }

    pub(crate) fn bytes(&self) -> usize {
        let held = self.campaigns.iter().map(|(_, recipients)| {
            size_of::<Recipients>() + recipients.members.bytes() + recipients.states.capacity() * 2
        });
        let details = self.details.iter().map(|((_, detail), members)| {
            let text = if let Detail::ButtonText(text) = detail { text.len() } else { 0 };
            size_of::<(CampaignId, Detail)>() + text + size_of::<Members>() + members.bytes()
        });
        held.sum::<usize>() + details.sum::<usize>() + self.campaigns.capacity() * 16
    }
}

fn write_detail(detail: &Detail, out: &mut Output) {
    match detail {
        Detail::Button(place) => {
            out.number(0);
            out.number(u32::from(place.row) << 8 | u32::from(place.column));
        }
        Detail::ButtonText(text) => {
            out.number(1);
            out.text(text);
        }
        Detail::Tag(tag) => {
            out.number(2);
            out.long(tag.0);
        }
    }
}

fn read_detail(input: &mut Input<'_>) -> Result<Detail, Damaged> {
    Ok(match input.number()? {
        0 => {
            let place = input.number()?;
            ensure(place <= u32::from(u16::MAX), "a button stands nowhere")?;
            Detail::Button(ButtonPlace { row: (place >> 8) as u8, column: place as u8 })
        }
        1 => Detail::ButtonText(input.text()?.to_owned()),
        2 => Detail::Tag(TagId(input.long()?)),
        _ => return Err(Damaged("an answer is not known")),
    })
}

/// The groups of one breakdown by name.
pub(crate) type Groups = HashMap<String, Chunked>;

/// Who belonged to what when a campaign began.
#[derive(Debug, Default)]
pub(crate) struct FrozenGroups {
    pub(crate) stages: Groups,
    pub(crate) tags: Groups,
    pub(crate) sources: Groups,
    pub(crate) segments: Groups,
}

impl FrozenGroups {
    pub(crate) fn write(&self, out: &mut Output) {
        for groups in [&self.stages, &self.tags, &self.sources, &self.segments] {
            out.length(groups.len());
            // In an order of their own, so that the same groups are written the same.
            for (name, chunked) in groups.iter().collect::<BTreeMap<_, _>>() {
                out.text(name);
                chunked.write(out);
            }
        }
    }

    pub(crate) fn read(input: &mut Input<'_>) -> Result<Self, Damaged> {
        let mut read = Self::default();
        for groups in [&mut read.stages, &mut read.tags, &mut read.sources, &mut read.segments] {
            for _ in 0..input.length(8)? {
                let name = input.text()?.to_owned();
                groups.insert(name, Chunked::read(input)?);
            }
        }
        Ok(read)
    }

    pub(crate) fn bytes(&self) -> usize {
        let every = self.stages.iter().chain(&self.tags).chain(&self.sources).chain(&self.segments);
        every.map(|(name, chunked)| name.len() + chunked.bytes()).sum()
    }
}

/// A set of contacts cut into chunks.
#[derive(Debug, Default)]
pub(crate) struct Chunked {
    chunks: Vec<Members>,
}

impl Chunked {
    pub(crate) fn new(bitmap: &RoaringBitmap) -> Self {
        let mut lists: Vec<Vec<u16>> = Vec::new();
        for number in bitmap {
            let chunk = (number >> 16) as usize;
            if lists.len() <= chunk {
                lists.resize(chunk + 1, Vec::new());
            }
            lists[chunk].push(number as u16);
        }
        let members = |mut lows: Vec<u16>| {
            lows.shrink_to_fit();
            Members::of_sorted(lows)
        };
        Self { chunks: lists.into_iter().map(members).collect() }
    }

    pub(crate) fn members(&self, chunk: usize) -> Option<&Members> {
        self.chunks.get(chunk)
    }

    pub(crate) fn into_chunks(self) -> Vec<Members> {
        self.chunks
    }

    fn write(&self, out: &mut Output) {
        out.length(self.chunks.len());
        self.chunks.iter().for_each(|members| members.write(out));
    }

    fn read(input: &mut Input<'_>) -> Result<Self, Damaged> {
        let count = input.length(5)?;
        let chunks = (0..count).map(|_| Members::read(input)).collect::<Result<_, _>>()?;
        Ok(Self { chunks })
    }

    fn bytes(&self) -> usize {
        self.chunks.iter().map(|members| size_of::<Members>() + members.bytes()).sum()
    }
}
