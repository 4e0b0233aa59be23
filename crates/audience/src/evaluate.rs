//! Evaluation of one chunk: all steps on 64 Ki contacts while they are in the processor's cache, then the next.

use domain::expression::TimeField;

use crate::chunk::Chunk;
use crate::column::outcome::Chunked;
use crate::index::Index;
use crate::operand::{Operand, Scratch};
use crate::plan::{CampaignStep, Step};

/// Evaluates steps on chunks; keeps its buffers from one to the next.
pub(crate) struct Evaluator<'i> {
    index: &'i Index,
    pub(crate) scratch: Scratch,
}

impl<'i> Evaluator<'i> {
    pub(crate) fn new(index: &'i Index) -> Self {
        Self { index, scratch: Scratch::default() }
    }

    /// Who of a chunk matches. Only bits of living contacts mean anything.
    pub(crate) fn step(&mut self, step: &Step, place: usize) -> Operand<'i> {
        let chunk: &'i Chunk = &self.index.chunks[place];
        match step {
            Step::Nobody => Operand::Nobody,
            Step::All(steps) => self.all(steps, place),
            Step::Any(steps) => {
                let mut joined = Operand::Nobody;
                for step in steps {
                    let found = self.step(step, place);
                    joined = self.scratch.or(joined, found);
                }
                joined
            }
            Step::Not(step) => {
                let found = self.step(step, place);
                self.scratch.not(found)
            }
            Step::Stage(rules) => self.stage(rules, place),
            Step::Tags { mode, tags, since_s } => {
                chunk.tags.matching(*mode, tags, *since_s, &mut self.scratch)
            }
            Step::Seconds { field: TimeField::LastInteraction, first, last } => {
                chunk.last_interaction.between(*first, *last, &mut self.scratch)
            }
            Step::Seconds { field: TimeField::FirstSeen, first, last } => {
                chunk.first_seen.between(*first, *last, &mut self.scratch)
            }
            Step::Lasted(seconds) => {
                chunk.last_interaction.long_after(&chunk.first_seen, *seconds, &mut self.scratch)
            }
            Step::Counted(plan) => chunk.counted.matching(plan, &mut self.scratch),
            Step::Profile { place, codes } => {
                chunk.enumerated.profile[*place].any_of(codes, &mut self.scratch)
            }
            Step::Source { place, codes } => chunk.enumerated.source[*place].any_of(codes, &mut self.scratch),
            Step::Usernames(names) => Operand::of_list(chunk.enumerated.named(names)),
            Step::Premium(wanted) => {
                let premium = Operand::from(&*chunk.enumerated.premium);
                if *wanted { premium } else { self.scratch.not(premium) }
            }
            Step::Attribute(plan) => chunk.attributes.matching(plan),
            Step::Campaign(step) => self.campaign(step, place),
            Step::Reachable(wanted) => {
                let reachable = Operand::Words(&chunk.reachability.reachable);
                if *wanted { reachable } else { self.scratch.not(reachable) }
            }
            Step::Unreachable(reason) => Operand::from(chunk.reachability.people(*reason)),
            Step::Sample { seed, threshold } => {
                let mut out = self.scratch.take();
                crate::kernel::sampled(*seed, (place as u32) << 16, *threshold, &mut out);
                Operand::Own(out)
            }
            Step::Conversation(codes) => chunk.conversations.codes.any_of(codes, &mut self.scratch),
        }
    }

    fn all(&mut self, steps: &[Step], place: usize) -> Operand<'i> {
        let mut kept = Operand::Everyone;
        for step in steps {
            if matches!(kept, Operand::Nobody) {
                break;
            }
            kept = match step {
                Step::Not(step) => {
                    let found = self.step(step, place);
                    self.scratch.and_not(kept, found)
                }
                step => {
                    let found = self.step(step, place);
                    self.scratch.and(kept, found)
                }
            };
        }
        kept
    }

    /// Each contact is in the stage of the first rule that matches it.
    fn stage(&mut self, rules: &[(Step, bool)], place: usize) -> Operand<'i> {
        let mut rest = Operand::Everyone;
        let mut found = Operand::Nobody;
        for (rule, wanted) in rules {
            let matched = self.step(rule, place);
            let mut matched = self.scratch.own(matched);
            if *wanted {
                let rest_words = self.scratch.own(rest);
                let mut members = self.scratch.take();
                for ((out, matched), rest) in members.iter_mut().zip(&matched[..]).zip(&rest_words[..]) {
                    *out = matched & rest;
                }
                found = self.scratch.or(found, Operand::Own(members));
                rest = Operand::Own(rest_words);
            }
            matched.iter_mut().for_each(|word| *word = !*word);
            rest = self.scratch.and(rest, Operand::Own(matched));
        }
        self.scratch.give_back(rest);
        found
    }

    fn campaign(&mut self, step: &CampaignStep, place: usize) -> Operand<'i> {
        let chunk: &'i Chunk = &self.index.chunks[place];
        let mut kept = chunk.outcomes.matching(step.campaign, step.mask, &mut self.scratch);
        let Some(groups) = self.index.campaigns.get(&step.campaign) else { return Operand::Nobody };
        if let Some(answer) = &step.answer {
            let gave = chunk.outcomes.answered(step.campaign, answer);
            kept = self.scratch.and(kept, gave.map_or(Operand::Nobody, Operand::from));
        }
        let parts = [
            (&groups.stages, &step.stage),
            (&groups.tags, &step.tag),
            (&groups.sources, &step.source),
            (&groups.segments, &step.segment),
        ];
        for (known, wanted) in parts {
            let Some(wanted) = wanted else { continue };
            let members = known.get(wanted).and_then(|chunked: &'i Chunked| chunked.members(place));
            kept = self.scratch.and(kept, members.map_or(Operand::Nobody, Operand::from));
        }
        kept
    }
}
