//! Segment expressions: an object of one key, the form.

use utoipa::ToSchema;

use super::names::{
    AttributeOp, CampaignOutcome, ConversationState, CountedKind, ProfileFieldName, UnreachableCause,
};

/// Who is meant: exactly one form. `{"all": []}` is everybody.
#[derive(ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Expression {
    /// Every one of them.
    #[schema(no_recursion)]
    All(Vec<Self>),
    /// At least one of them; not empty.
    #[schema(no_recursion)]
    Any(Vec<Self>),
    #[schema(no_recursion)]
    Not(Box<Self>),
    Tag(TagTest),
    LastInteraction(LastInteractionTest),
    FirstSeen(FirstSeenTest),
    Event(EventTest),
    Stage(StageTest),
    Source(SourceTest),
    Profile(ProfileTest),
    Attribute(AttributeTest),
    Campaign(CampaignTest),
    Segment(SegmentTest),
    /// May be sent bulk messages, or not.
    Reachable(bool),
    /// May not be written to for this reason, perhaps for others too.
    Unreachable(UnreachableCause),
    Sample(SampleTest),
    Conversation(ConversationTest),
}

/// Tags by name: exactly one of `has`, `has_any` and `has_all`.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TagTest {
    #[schema(nullable = false)]
    pub has: Option<String>,
    #[schema(nullable = false)]
    pub has_any: Option<Vec<String>>,
    #[schema(nullable = false)]
    pub has_all: Option<Vec<String>>,
    /// Such as `7d`: only applications at most this old.
    #[schema(nullable = false)]
    pub added_within: Option<String>,
}

/// When they acted last: bounds that all hold, or `never` alone, or `after_first_seen` alone.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LastInteractionTest {
    /// A length such as `7d`.
    #[schema(nullable = false)]
    pub within: Option<String>,
    /// A length such as `7d`.
    #[schema(nullable = false)]
    pub older_than: Option<String>,
    /// A date or a time.
    #[schema(nullable = false)]
    pub before: Option<String>,
    /// A date or a time.
    #[schema(nullable = false)]
    pub after: Option<String>,
    /// True.
    #[schema(nullable = false)]
    pub never: Option<bool>,
    /// So long after the first sight, or later.
    #[schema(nullable = false)]
    pub after_first_seen: Option<String>,
}

/// When they were met: bounds that all hold, or `never` alone.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstSeenTest {
    /// A length such as `7d`.
    #[schema(nullable = false)]
    pub within: Option<String>,
    /// A length such as `7d`.
    #[schema(nullable = false)]
    pub older_than: Option<String>,
    /// A date or a time.
    #[schema(nullable = false)]
    pub before: Option<String>,
    /// A date or a time.
    #[schema(nullable = false)]
    pub after: Option<String>,
    /// True.
    #[schema(nullable = false)]
    pub never: Option<bool>,
}

/// How often something happened; once or more where no bound is given.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventTest {
    pub kind: CountedKind,
    #[schema(nullable = false)]
    pub object: Option<String>,
    #[schema(nullable = false)]
    pub at_least: Option<u32>,
    #[schema(nullable = false)]
    pub at_most: Option<u32>,
    /// A length in days or weeks, such as `30d`; not beside `since`.
    #[schema(nullable = false)]
    pub within: Option<String>,
    /// A date.
    #[schema(nullable = false)]
    pub since: Option<String>,
    /// A date: the first day that no longer counts; not beside `within`.
    #[schema(nullable = false)]
    pub until: Option<String>,
}

/// In one of these stages, by name.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StageTest {
    pub r#in: Vec<String>,
}

/// Where they first came from: exactly one of the fields.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceTest {
    #[schema(nullable = false)]
    pub link: Option<SourceValue>,
    #[schema(nullable = false)]
    pub channel: Option<SourceValue>,
    #[schema(nullable = false)]
    pub payload: Option<SourceValue>,
    #[schema(nullable = false)]
    pub utm_source: Option<SourceValue>,
    #[schema(nullable = false)]
    pub utm_medium: Option<SourceValue>,
    #[schema(nullable = false)]
    pub utm_campaign: Option<SourceValue>,
    #[schema(nullable = false)]
    pub utm_term: Option<SourceValue>,
    #[schema(nullable = false)]
    pub utm_content: Option<SourceValue>,
}

/// One value, or any of several.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum SourceValue {
    One(String),
    Any(OneOfTexts),
}

/// Any of these.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OneOfTexts {
    pub r#in: Vec<String>,
}

/// A field of the profile with any of these values, or Telegram Premium.
#[derive(ToSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum ProfileTest {
    In { field: ProfileFieldName, r#in: Vec<ProfileValue> },
    Premium { premium: bool },
}

/// A text; true or false of `premium`.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum ProfileValue {
    Text(String),
    Flag(bool),
}

/// Compares an attribute.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributeTest {
    pub key: String,
    pub op: AttributeOp,
    /// Absent for `exists` alone.
    #[schema(nullable = false)]
    pub value: Option<crate::contacts::Attribute>,
}

/// Recipients of a campaign by what became of them. At most one of `button`, `button_text` and `tag`.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignTest {
    pub id: i64,
    pub outcome: CampaignOutcome,
    /// The stage's name when it started.
    #[schema(nullable = false)]
    pub frozen_stage: Option<String>,
    /// A tag's name, held when it started.
    #[schema(nullable = false)]
    pub frozen_tag: Option<String>,
    /// The source when it started, such as `link=fb-summer`.
    #[schema(nullable = false)]
    pub frozen_source: Option<String>,
    /// A saved segment's name, matched when it started.
    #[schema(nullable = false)]
    pub frozen_segment: Option<String>,
    /// Pressed or followed the button at this place: row and column from 0, such as `0.1`.
    #[schema(nullable = false)]
    pub button: Option<String>,
    /// Pressed or followed a button of this text, of answers from before places were kept.
    #[schema(nullable = false)]
    pub button_text: Option<String>,
    /// Gained this tag by a press of the message.
    #[schema(nullable = false)]
    pub tag: Option<String>,
}

/// Whoever the saved segment matches now.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SegmentTest {
    pub id: i64,
}

/// A share that stays the same for one salt.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SampleTest {
    /// From 0.01 to 100, with at most two decimals.
    pub percent: f64,
    pub salt: String,
}

/// The state of the conversation with the team; at least one of the two.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConversationTest {
    #[schema(nullable = false)]
    pub status: Option<ConversationState>,
    /// A member's id; null for nobody.
    pub assignee: Option<i64>,
}
