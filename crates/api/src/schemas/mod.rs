//! The shapes of documents that `domain` reads by hand: expressions, messages, graphs of flows, and the names that
//! a field can have. They stand in the OpenAPI document and nowhere else; handlers pass the JSON on to `domain`,
//! which knows nothing of schemas. `tests/it/described.rs` holds each to what `domain` writes and reads.

mod expression;
mod flow;
mod message;
mod names;
mod values;

pub use expression::{
    AttributeTest, CampaignTest, ConversationTest, EventTest, Expression, FirstSeenTest, LastInteractionTest,
    OneOfTexts, ProfileTest, ProfileValue, SampleTest, SegmentTest, SourceTest, SourceValue, StageTest,
    TagTest,
};
pub use flow::{FlowGraph, FlowNode, FlowTrigger, MenuOption, NodePosition};
pub use message::{ForeignEntity, Message, MessageButton, MessageEntity, MessageMedia, MessagePress};
pub use names::{
    AttributeKindName, AttributeOp, AuthorKind, BotStatus, CampaignAction, CampaignAnswer, CampaignOutcome,
    CampaignStatus, ColumnKind, ColumnManner, ConversationState, CountedKind, DetailName, ExpressionForm,
    FlowStatus, IntakeKind, LedgerOutcome, LiftMeasure, MediaKind, MessageFormat, PauseReason,
    ProfileFieldName, Right, Role, Speaker, SuggestionCode, ThreadKind, UnreachableCause, UserKind,
    WarningCode,
};
pub use values::{AttributeChange, SuggestionParam};
