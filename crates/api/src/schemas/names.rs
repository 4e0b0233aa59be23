//! The names that a field can have, taken from where they are read.

use std::borrow::Cow;

use domain::campaign::{Action, PauseReason as Reason, Status};
use domain::cells::Kind;
use domain::event::COUNTED_KINDS;
use domain::expression::{self, ProfileField, Unreachable};
use domain::message::{Format, MediaKind as Media};
use engine::inbox::Detail;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

fn one_of(names: impl IntoIterator<Item = &'static str>) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).build().into()
}

/// Shapes that stand for one of some names.
macro_rules! names {
    ($($(#[$doc:meta])* $shape:ident = $names:expr;)+) => {$(
        $(#[$doc])*
        pub struct $shape;

        impl PartialSchema for $shape {
            fn schema() -> RefOr<Schema> {
                one_of($names)
            }
        }

        impl ToSchema for $shape {
            fn name() -> Cow<'static, str> {
                stringify!($shape).into()
            }
        }
    )+};
}

names! {
    /// Where a campaign stands.
    CampaignStatus = Status::ALL.iter().map(|status| status.name());
    /// Why a campaign is paused.
    PauseReason = Reason::ALL.iter().map(|reason| reason.name());
    /// What may be done with a campaign.
    CampaignAction = Action::ALL.iter().map(|action| action.name());
    /// How a bulk send to one person stands.
    LedgerOutcome = ["held_out", "pending", "leased", "sent", "failed", "blocked", "skipped", "unknown"];
    /// A group of a campaign's recipients.
    CampaignOutcome = expression::CampaignOutcome::NAMED.map(|(name, _)| name);
    /// How an attribute is compared.
    AttributeOp = expression::AttributeOp::NAMED.map(|(name, _)| name);
    /// A field of a profile that an expression tests.
    ProfileFieldName = ProfileField::NAMED.map(|(name, _)| name).into_iter().chain(["premium"]);
    /// What an expression counts.
    CountedKind = COUNTED_KINDS;
    /// Why somebody may not be written to, as an expression asks.
    UnreachableCause = Unreachable::NAMED.map(|(name, _)| name);
    /// A form of expression.
    ExpressionForm = expression::FORMS;
    /// What an attribute's values are.
    AttributeKindName = Kind::ALL.map(Kind::name);
    /// What a message's text is written in.
    MessageFormat = Format::ALL.map(Format::name);
    /// What a file is shown as.
    MediaKind = Media::ALL.map(Media::name);
    /// One thing that a person's message held besides its words.
    DetailName = Detail::NAMES;
    /// What an entry of a thread is.
    ThreadKind = ["message", "command", "start", "button", "note", "event"];
    /// Whether a conversation waits for the team.
    ConversationState = ["open", "closed"];
    /// Where a flow stands.
    FlowStatus = ["draft", "published", "stopped"];
    /// What the lift compares.
    LiftMeasure = engine::reports::MEASURES.map(|(name, _)| name);
    /// Why people are worth a message.
    SuggestionCode = ["churning_soon", "pressed_no_purchase", "responsive_tag", "began_and_stopped"];
    /// What to think of before a campaign starts.
    WarningCode = ["written_to_within_a_day"];
    /// What a column of a table holds: an attribute's kind, or what its name says.
    ColumnKind = Kind::ALL.map(Kind::name).into_iter().chain(["id", "tags", "source", "time"]);
    /// How the cells of a column are read, where there is more than one way.
    ColumnManner = ["decimal_point", "decimal_comma", "day_first", "month_first"];
}
