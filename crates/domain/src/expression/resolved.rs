//! An expression with its names turned into ids.

use super::{
    AttributeTest, CampaignTest, ConversationTest, EventTest, ProfileTest, SampleTest, SourceTest, TagMode,
    TimeField, TimeTest, Unreachable,
};
use crate::ids::{SegmentId, StageId, TagId};
use crate::recipient::Detail;

/// What both evaluators take. Made by [`super::resolve`] only, so it is bounded and refers to nothing unknown.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    pub root: Node,
}

/// One node, with its place in the expression that it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Such as `/all/1/tag`. What a segment stands for continues below `/segment/expression`, the rules of
    /// stages below `/stage/rules/0`.
    pub path: String,
    pub test: Test,
}

/// What a node asks.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    /// `added_within_s` in seconds.
    Tags {
        mode: TagMode,
        tags: Vec<TagId>,
        added_within_s: Option<i64>,
    },
    Time(TimeField, TimeTest),
    /// Seconds from the first sight to the last interaction, at least.
    Lasted(i64),
    Event(EventTest),
    /// The rules in their order, up to the last stage that is wanted: the first that matches is the stage.
    Stage(Vec<StageRule>),
    Source(SourceTest),
    Profile(ProfileTest),
    Attribute(AttributeTest),
    /// With what exactly the answer was given, where that is asked.
    Campaign(CampaignTest, Option<Detail>),
    Segment(SegmentId, Box<Node>),
    Reachable(bool),
    Unreachable(Unreachable),
    Sample(SampleTest),
    Conversation(ConversationTest),
}

/// One stage in the order of the workspace.
#[derive(Debug, Clone, PartialEq)]
pub struct StageRule {
    pub stage: StageId,
    pub name: String,
    /// The expression asks for this stage; others are here since their rules come earlier.
    pub wanted: bool,
    pub rule: Node,
}
