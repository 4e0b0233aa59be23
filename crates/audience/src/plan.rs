//! An expression made ready for one index at one moment: names of values are numbers, times are seconds.

use domain::contact::{SOURCE_FIELDS, source_group_key, source_key};
use domain::expression::{
    CampaignTest, Node, OutcomeMask, ProfileField, ProfileTest, Resolved, SecondRange, TagMode, Test,
    TimeField, Unreachable,
};
use domain::ids::{CampaignId, TagId};
use domain::naming::{meant, name_key};
use domain::recipient::Detail;
use domain::time::Millis;

use crate::column::attribute::AttributePlan;
use crate::column::counted::CountPlan;
use crate::column::enumerated::{NUMBERED, username_key};
use crate::column::outcome::{FrozenGroups, Groups};
use crate::index::{Index, since_second};

/// What a chunk is asked.
#[derive(Debug)]
pub(crate) enum Step {
    /// In rising order of cost.
    All(Vec<Step>),
    Any(Vec<Step>),
    Not(Box<Step>),
    Nobody,
    Tags {
        mode: TagMode,
        tags: Vec<TagId>,
        since_s: Option<u32>,
    },
    /// Seconds from the first to the last; both zero for `never`.
    Seconds {
        field: TimeField,
        first: u32,
        last: u32,
    },
    /// Seconds from the first sight to the last interaction, at least.
    Lasted(u32),
    Counted(CountPlan),
    /// A profile field, by its place among the numbered ones.
    Profile {
        place: usize,
        codes: Vec<u32>,
    },
    Source {
        place: usize,
        codes: Vec<u32>,
    },
    Usernames(Vec<String>),
    Premium(bool),
    Attribute(AttributePlan),
    Campaign(CampaignStep),
    /// Rules in their order, and whether each stage is wanted.
    Stage(Vec<(Step, bool)>),
    Reachable(bool),
    Unreachable(Unreachable),
    Sample {
        seed: u64,
        threshold: u64,
    },
    Conversation(Vec<u32>),
}

/// A group of a campaign's recipients, perhaps of one frozen part.
#[derive(Debug)]
pub(crate) struct CampaignStep {
    pub(crate) campaign: CampaignId,
    pub(crate) mask: OutcomeMask,
    pub(crate) stage: Option<String>,
    pub(crate) tag: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) segment: Option<String>,
    /// With what exactly they answered, where that is asked.
    pub(crate) answer: Option<Detail>,
}

impl Step {
    /// Roughly how long a chunk takes, so that cheap steps come first.
    fn cost(&self) -> u32 {
        match self {
            Self::Nobody => 0,
            Self::Tags { tags, since_s: None, .. } => tags.len() as u32,
            Self::Reachable(_) | Self::Unreachable(_) => 1,
            Self::Premium(_) => 2,
            Self::Profile { codes, .. } | Self::Source { codes, .. } | Self::Conversation(codes) => {
                4 + codes.len() as u32
            }
            Self::Seconds { .. } => 10,
            Self::Lasted(_) => 20,
            Self::Sample { .. } => 40,
            Self::Tags { tags, .. } => 50 * tags.len() as u32,
            Self::Campaign(_) => 60,
            Self::Attribute(_) => 100,
            Self::Counted(_) => 300,
            Self::Usernames(_) => 400,
            Self::Not(step) => step.cost(),
            Self::All(steps) | Self::Any(steps) => steps.iter().map(Self::cost).sum(),
            Self::Stage(rules) => rules.iter().map(|(step, _)| step.cost()).sum(),
        }
    }
}

/// Makes an expression ready.
pub(crate) fn plan(index: &Index, resolved: &Resolved, now: Millis) -> Step {
    Planner { index, now }.step(&resolved.root)
}

struct Planner<'i> {
    index: &'i Index,
    now: Millis,
}

impl Planner<'_> {
    fn step(&self, node: &Node) -> Step {
        match &node.test {
            Test::All(parts) => {
                let mut steps: Vec<Step> = parts.iter().map(|part| self.step(part)).collect();
                steps.sort_by_key(Step::cost);
                Step::All(steps)
            }
            Test::Any(parts) => Step::Any(parts.iter().map(|part| self.step(part)).collect()),
            Test::Not(part) => Step::Not(Box::new(self.step(part))),
            Test::Segment(_, inner) => self.step(inner),
            Test::Stage(rules) => {
                Step::Stage(rules.iter().map(|stage| (self.step(&stage.rule), stage.wanted)).collect())
            }
            Test::Tags { mode, tags, added_within_s } => Step::Tags {
                mode: *mode,
                tags: tags.clone(),
                since_s: added_within_s.map(|age_s| since_second(self.now, age_s)),
            },
            Test::Time(field, test) => self.seconds(*field, test.range(self.now, self.index.zone)),
            Test::Lasted(seconds) => u32::try_from(*seconds).map_or(Step::Nobody, Step::Lasted),
            Test::Event(test) => {
                let first_day = test.first_day(self.now, self.index.zone).unwrap_or(i32::MIN);
                let end_day = test.end_day().unwrap_or(i32::MAX);
                Step::Counted(CountPlan::new(test, first_day..end_day, &self.index.names.objects))
            }
            Test::Source(test) => self.source(test),
            Test::Profile(test) => self.profile(test),
            Test::Attribute(test) => Step::Attribute(AttributePlan::new(test, &self.index.names.attributes)),
            Test::Campaign(test, answer) => Step::Campaign(self.campaign(test, answer.as_ref())),
            Test::Reachable(wanted) => Step::Reachable(*wanted),
            Test::Unreachable(reason) => Step::Unreachable(*reason),
            Test::Sample(test) => Step::Sample { seed: test.seed(), threshold: test.threshold() },
            Test::Conversation(test) => {
                let names = &self.index.names.conversations;
                Step::Conversation(names.matching(|state| test.matches(state.open, state.assignee)))
            }
        }
    }

    fn seconds(&self, field: TimeField, range: SecondRange) -> Step {
        match range {
            SecondRange::Never => Step::Seconds { field, first: 0, last: 0 },
            SecondRange::Between(first, last) => {
                let first = first.max(1);
                let last = last.min(i64::from(u32::MAX));
                if first > last {
                    return Step::Nobody;
                }
                Step::Seconds { field, first: first as u32, last: last as u32 }
            }
        }
    }

    fn source(&self, test: &domain::expression::SourceTest) -> Step {
        let Some(place) = SOURCE_FIELDS.iter().position(|field| *field == test.field) else {
            return Step::Nobody;
        };
        let dictionary = &self.index.names.enumerated.source[place];
        let keys = test.keys();
        let codes = dictionary.matching(|text| keys.contains(&source_key(test.field, text)));
        Step::Source { place, codes }
    }

    fn profile(&self, test: &ProfileTest) -> Step {
        let (field, values) = match test {
            ProfileTest::Premium(wanted) => return Step::Premium(*wanted),
            ProfileTest::In(field, values) => (*field, values),
        };
        let keys: Vec<String> = values.iter().map(|value| field.key(value)).collect();
        let Some(place) = NUMBERED.iter().position(|known| *known == field) else {
            let names = values.iter().map(|value| username_key(value)).filter(|key| !key.is_empty());
            return Step::Usernames(names.collect());
        };
        let dictionary = &self.index.names.enumerated.profile[place];
        let codes = match field {
            ProfileField::Language => {
                dictionary.matching(|text| keys.iter().any(|wanted| field.key_matches(text, wanted)))
            }
            _ => sorted(keys.iter().filter_map(|key| dictionary.find(key))),
        };
        Step::Profile { place, codes }
    }

    fn campaign(&self, test: &CampaignTest, answer: Option<&Detail>) -> CampaignStep {
        let known = self.index.campaigns.get(&test.campaign);
        let group = |groups: fn(&FrozenGroups) -> &Groups,
                     wanted: &Option<String>,
                     key: fn(&str) -> String| {
            let wanted = wanted.as_deref()?;
            let named = known.and_then(|known| meant(groups(known).keys().map(String::as_str), wanted, key));
            // A group that nobody was in has no name here, and nobody.
            Some(named.unwrap_or(wanted).to_owned())
        };
        CampaignStep {
            campaign: test.campaign,
            mask: test.outcome.mask(),
            stage: group(|known| &known.stages, &test.frozen_stage, name_key),
            tag: group(|known| &known.tags, &test.frozen_tag, name_key),
            source: group(|known| &known.sources, &test.frozen_source, source_group_key),
            segment: group(|known| &known.segments, &test.frozen_segment, name_key),
            answer: answer.cloned(),
        }
    }
}

fn sorted(codes: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut codes: Vec<u32> = codes.collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}
