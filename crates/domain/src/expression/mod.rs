//! Segment expressions: one JSON tree, used by segments, campaign filters, flow conditions and stages.
//!
//! [`Expression::parse`] reads the tree strictly and [`Expression::to_json`] gives its canonical form back.
//! [`resolve`] turns names into ids and fills segments and stages in. The [`Resolved`] tree is what both
//! evaluators take: the audience index for everybody at once, [`evaluate_one`] and [`explain_one`] for one
//! person. Property tests of the `audience` crate hold the two equal.
//!
//! Ages and moments compare in whole seconds ([`second`]), so that a column of seconds can answer exactly.
//! Counted windows begin at a local midnight ([`window_start`]).

mod attribute;
pub mod build;
mod campaign;
mod evaluate;
mod explain;
mod facts;
mod json;
mod mentions;
mod moment;
mod parse;
mod profile;
mod reader;
mod resolve;
mod resolved;
mod sample;
mod time_test;
mod unreachable;

pub use attribute::{AttributeOp, AttributeTest, fold_case};
pub use campaign::{AnswerTest, CampaignOutcome, CampaignTest, OutcomeMask};
pub use evaluate::evaluate_one;
pub use explain::{Explanation, explain_one};
pub use facts::{CampaignFacts, ContactFacts, ConversationFacts, EventWindow, FrozenGroups};
pub(crate) use mentions::visit_document;
pub use moment::{Duration, DurationUnit, Moment, day_holding, second, window_start};
pub use parse::FORMS;
pub use profile::{ProfileField, ProfileTest};
pub use resolve::{Catalog, resolve};
pub use resolved::{Node, Resolved, StageRule, Test};
pub use sample::{SampleTest, in_sample, sample_rank};
pub use time_test::{SecondRange, TimeField, TimeTest};
pub use unreachable::Unreachable;

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::contact::{Source, source_key};
use crate::ids::{MemberId, SegmentId};
use crate::time::{Millis, day_start};

/// A segment expression as people write it: tags and stages by name.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// Every one of them; of none at all, everybody.
    All(Vec<Self>),
    /// At least one of them.
    Any(Vec<Self>),
    /// The complement.
    Not(Box<Self>),
    Tag(TagTest),
    Time(TimeField, TimeTest),
    /// The last interaction came this long after the person was first seen, or later still.
    Lasted(Duration),
    Event(EventTest),
    /// In one of these stages, by name.
    Stage(Vec<String>),
    Source(SourceTest),
    Profile(ProfileTest),
    Attribute(AttributeTest),
    Campaign(CampaignTest),
    /// Whoever the saved segment matches now.
    Segment(SegmentId),
    /// May be sent bulk messages, or not.
    Reachable(bool),
    /// May not be written to, for this reason and perhaps for others too.
    Unreachable(Unreachable),
    Sample(SampleTest),
    Conversation(ConversationTest),
}

/// How several tags combine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagMode {
    /// One tag.
    Has,
    HasAny,
    HasAll,
}

impl TagMode {
    /// The key in JSON.
    pub fn key(self) -> &'static str {
        match self {
            Self::Has => "has",
            Self::HasAny => "has_any",
            Self::HasAll => "has_all",
        }
    }
}

/// Which tags a contact has, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagTest {
    pub mode: TagMode,
    /// Exactly one for [`TagMode::Has`], at least one otherwise.
    pub tags: Vec<String>,
    /// Counts only applications at most this old; `has_all` wants each of them so recent.
    pub added_within: Option<Duration>,
}

/// How often something happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventTest {
    /// One of [`crate::event::COUNTED_KINDS`].
    pub kind: &'static str,
    /// Compared with the event's object by [`crate::event::object_key`]; absent, every object counts.
    pub object: Option<String>,
    pub at_least: Option<u32>,
    pub at_most: Option<u32>,
    /// In days or weeks: the window begins with the local day that holds now minus this.
    pub within: Option<Duration>,
    /// Instead of `within`: the window begins with this day of the workspace.
    pub since: Option<NaiveDate>,
    /// The window ends before this day of the workspace; not beside `within`.
    pub until: Option<NaiveDate>,
}

impl EventTest {
    /// The counts that match, both ends included. Without any bound, once or more.
    pub fn bounds(&self) -> (u32, u32) {
        match (self.at_least, self.at_most) {
            (None, None) => (1, u32::MAX),
            (least, most) => (least.unwrap_or(0), most.unwrap_or(u32::MAX)),
        }
    }

    /// The first day of the window, counted as [`day_holding`] does; none when it never began.
    pub fn first_day(&self, now: Millis, zone: Tz) -> Option<i32> {
        let since = self.since.map(day_of_date);
        let within = self.within.map(|length| day_holding(now.saturating_sub(length.ms()), zone));
        since.or(within)
    }

    /// The day before which the window ends, counted as [`day_holding`] does; none when it is open.
    pub fn end_day(&self) -> Option<i32> {
        self.until.map(day_of_date)
    }

    /// The moments between which events count.
    pub fn window(&self, now: Millis, zone: Tz) -> EventWindow {
        let moment = |day: i32| day_start(day, zone);
        EventWindow { since: self.first_day(now, zone).map(moment), until: self.end_day().map(moment) }
    }
}

fn day_of_date(date: NaiveDate) -> i32 {
    date.signed_duration_since(NaiveDate::default()).num_days() as i32
}

/// Where a contact first came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceTest {
    /// One of [`crate::contact::SOURCE_FIELDS`].
    pub field: &'static str,
    /// Any of these, as names compare ([`crate::contact::source_key`]); at least one.
    pub values: Vec<String>,
}

impl SourceTest {
    /// What the values compare by.
    pub fn keys(&self) -> Vec<String> {
        self.values.iter().map(|value| source_key(self.field, value)).collect()
    }

    /// Whether a person's source matches.
    pub fn matches(&self, source: &Source) -> bool {
        source.get(self.field).is_some_and(|actual| self.keys().contains(&source_key(self.field, actual)))
    }
}

/// The state of the thread with the team. Somebody without a thread matches nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationTest {
    /// Some(true): open. Some(false): closed.
    pub open: Option<bool>,
    /// Some(None): nobody is assigned.
    pub assignee: Option<Option<MemberId>>,
}

impl ConversationTest {
    /// Whether a thread in this state matches.
    pub fn matches(&self, open: bool, assignee: Option<MemberId>) -> bool {
        self.open.is_none_or(|wanted| wanted == open) && self.assignee.is_none_or(|wanted| wanted == assignee)
    }
}
