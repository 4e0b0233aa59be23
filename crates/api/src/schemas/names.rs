//! The names that a field can have, taken from where they are read.

use std::borrow::Cow;

use domain::cells::Kind;
use domain::event::{COUNTED_KINDS, Outcome};
use domain::expression::{self, ProfileField, Unreachable};
use domain::named::Named;
use domain::recipient::Answers;
use domain::{bot, campaign, conversation, flow, message, team};
use engine::inbox::{Detail, EntryKind};
use engine::{authors, campaigns, home, mentions};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

fn one_of(names: impl IntoIterator<Item = &'static str>, said: &[&str]) -> RefOr<Schema> {
    let said: Vec<&str> = said.iter().map(|line| line.trim()).collect();
    let shape = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names));
    shape.description(Some(said.join("\n"))).build().into()
}

/// Shapes that stand for one of some names, with what is said of them.
macro_rules! names {
    ($($(#[doc = $doc:literal])* $shape:ident = $names:expr;)+) => {$(
        $(#[doc = $doc])*
        pub struct $shape;

        impl PartialSchema for $shape {
            fn schema() -> RefOr<Schema> {
                one_of($names, &[$($doc),*])
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
    CampaignStatus = campaign::Status::names();
    /// Why a campaign is paused.
    PauseReason = campaign::PauseReason::names();
    /// What may be done with a campaign.
    CampaignAction = campaign::Action::names();
    /// How a bulk send to one person stands.
    LedgerOutcome = Outcome::ALL.iter().filter(|one| one.told() == **one).map(|one| one.name());
    /// How a bot is. One that is `starting` is connected, and nothing was heard yet; of one whose token is dead Telegram
    /// no longer knows the token.
    BotStatus = bot::Condition::names();
    /// How updates come in.
    IntakeKind = bot::Intake::names();
    /// What somebody did with a campaign's message, or within a day of it.
    CampaignAnswer = Answers::NAMED.map(|(name, _)| name);
    /// What a member may do: an owner everything; a marketer everything but members, bots, tokens, the workspace's
    /// settings and deleting people for good; an agent reads, and works with contacts and conversations.
    Role = team::Role::names();
    /// One thing that members may do or not.
    Right = team::Right::names();
    /// What kind of thing uses it.
    UserKind = mentions::UserKind::names();
    /// What kind of author.
    AuthorKind = authors::AuthorKind::names();
    /// Who wrote something.
    Speaker = conversation::Speaker::names();
    /// A group of a campaign's recipients.
    CampaignOutcome = expression::CampaignOutcome::names();
    /// How an attribute is compared.
    AttributeOp = expression::AttributeOp::names();
    /// A field of a profile that an expression tests.
    ProfileFieldName = ProfileField::names().chain(["premium"]);
    /// What an expression counts.
    CountedKind = COUNTED_KINDS;
    /// Why somebody may not be written to, as an expression asks.
    UnreachableCause = Unreachable::names();
    /// A form of expression.
    ExpressionForm = expression::FORMS;
    /// What an attribute's values are.
    AttributeKindName = Kind::names();
    /// What a message's text is written in.
    MessageFormat = message::Format::names();
    /// What a file is shown as.
    MediaKind = message::MediaKind::names();
    /// One thing that a person's message held besides its words.
    DetailName = Detail::NAMES;
    /// What an entry of a thread is.
    ThreadKind = EntryKind::names();
    /// Whether a conversation waits for the team.
    ConversationState = conversation::Status::names();
    /// Where a flow stands.
    FlowStatus = flow::Status::names();
    /// What the lift compares.
    LiftMeasure = engine::reports::MEASURES.map(|(name, _)| name);
    /// Why people are worth a message.
    SuggestionCode = home::SuggestionCode::names();
    /// What to think of before a campaign starts.
    WarningCode = campaigns::WarningCode::names();
    /// What a column of a table holds: an attribute's kind, or what its name says.
    ColumnKind = Kind::names().chain(["id", "tags", "source", "time"]);
    /// How the cells of a column are read, where there is more than one way.
    ColumnManner = ["decimal_point", "decimal_comma", "day_first", "month_first", "pairs", "channel"];
}
