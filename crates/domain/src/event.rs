//! Events: one fact at one time, append-only, numbered within its bot without gaps.
//!
//! The store keeps an event as columns (`kind`, `object`, `campaign`) and a JSON text; [`EventBody::encode`] and
//! [`EventBody::decode`] are the only places that know how.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::contact::{Attributes, NoChat, Profile, Source};
use crate::conversation;
use crate::ids::{CampaignId, ContactNumber, FlowId, LinkId, MemberId, TagId};
use crate::message::ButtonPlace;
use crate::naming::name_key;
use crate::time::Millis;

/// One row of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its place in the bot's log: 1, 2, 3 …
    pub number: i64,
    /// Whom it is about. A fact about the bot has none.
    pub contact: Option<ContactNumber>,
    /// When it happened, as far as Telegram tells; a press has no time of its own, so the time of its receipt.
    pub at: Millis,
    pub body: EventBody,
    /// Campaigns whose answer window held this person at that moment. Filled for messages, tags, conversions
    /// and blocks only: what the lift of a report is made of.
    pub windows: Vec<CampaignId>,
}

/// Who or what applied a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", content = "id", rename_all = "snake_case")]
pub enum Origin {
    Flow(FlowId),
    Agent(MemberId),
    /// A press on a button of the campaign's own message: the tag is *direct*.
    Campaign(CampaignId),
    /// A press on a button of a test of the campaign's message: nobody's answer.
    Test(CampaignId),
    Link(LinkId),
    Import,
    Api,
}

/// How a bulk send to one person stands.
/// The numbers are those of the tables.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::IntoStaticStr,
    strum::VariantArray,
    strum::FromRepr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
#[repr(u8)]
pub enum Outcome {
    /// Waits for its turn.
    Pending = 0,
    /// The call may have begun.
    Leased = 1,
    /// Telegram accepted it and gave a message id.
    Sent = 2,
    /// Telegram refused it for good: the message, or a person who cannot be written to for another reason than a block.
    Failed = 3,
    /// Refused: the person had blocked the bot.
    Blocked = 4,
    /// Not called: blocked or opted out between freeze and lease.
    Skipped = 5,
    /// The call began and its end is not known.
    Unknown = 6,
    /// Deliberately not written to, and its turn has not come.
    HeldOut = 7,
    /// Deliberately not written to; its turn came at the stamped time, so its window is open.
    HeldOutReached = 8,
}

impl Outcome {
    /// As it is told: whether a held-out person's turn has come is the report's business.
    #[must_use]
    pub fn told(self) -> Self {
        if self == Self::HeldOutReached { Self::HeldOut } else { self }
    }
}

/// One recipient's new outcome inside a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeChange {
    pub contact: ContactNumber,
    pub outcome: Outcome,
    /// The time of the lease: the window of answers begins here.
    pub at: Millis,
}

/// What happened. `object` is what segment expressions compare with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::EnumDiscriminants)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[strum_discriminants(name(EventKind))]
#[strum_discriminants(
    derive(strum::IntoStaticStr, strum::VariantArray),
    strum(serialize_all = "snake_case", const_into_str)
)]
#[strum_discriminants(doc = "What kind of event it is: the name in the `kind` column.")]
pub enum EventBody {
    /// The person was met for the first time, or imported.
    ContactCreated {
        profile: Profile,
        source: Source,
        first_seen: Millis,
        /// Given by an import only.
        last_interaction: Option<Millis>,
        attributes: Attributes,
    },
    /// An import told of an interaction of a person who was known already. The event's time is the interaction's.
    Imported,
    /// An import told more of the past of a person who was known already.
    HistoryImported {
        /// Where the person came from, when nothing said so before.
        source: Option<Source>,
        /// An earlier first sight.
        first_seen: Option<Millis>,
    },
    /// `/start`, with the payload of the link that led here.
    Start {
        payload: Option<String>,
        message_id: i64,
    },
    /// The start came through a visit of a diversion link: once a visit. For somebody who was known already it
    /// is a touch, and the first source stays.
    LinkVisit {
        /// The link's code.
        object: String,
        link: LinkId,
        visit: i64,
        /// The person was met through it: the link is the source.
        first: bool,
    },
    /// A start whose visit had been used already, by this person or by another: it counts once.
    LinkReused {
        object: String,
        link: LinkId,
        visit: i64,
        /// Somebody else had come through the visit.
        by_another: bool,
    },
    /// Anything the person composed that is not a command.
    Message {
        text: Option<String>,
        /// `text`, `photo`, `voice` … as Telegram names the field.
        content: String,
        message_id: i64,
        /// Telegram's id of the file, by which it can be fetched.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<String>,
        /// What it holds besides, in Telegram's own fields: see [`crate::said`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        details: Option<Value>,
        /// The latest bulk message whose window holds it: *replied*.
        charged: Option<CampaignId>,
    },
    /// The person changed a message of theirs, a command too. The earlier event keeps the earlier words; this is no
    /// interaction, no answer and no new words.
    MessageEdited {
        message_id: i64,
        text: Option<String>,
        content: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        details: Option<Value>,
    },
    /// The person put emoji under a message, or took them away. No interaction.
    Reacted {
        message_id: i64,
        /// What stands there now; empty when nothing does.
        emoji: String,
        /// Telegram's ids of those of somebody's own making, which stand there as stars.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        custom: Vec<String>,
    },
    /// Any other command, without its slash and bot name.
    Command {
        object: String,
        text: String,
        message_id: i64,
    },
    /// A press of an inline button.
    Button {
        object: String,
        message_id: Option<i64>,
        campaign: Option<CampaignId>,
        /// Which button of the campaign's message; presses from before it was kept have none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<ButtonPlace>,
    },
    /// A tracked link was followed.
    Click {
        object: String,
        campaign: CampaignId,
        /// Which button of the message; clicks from before it was kept have none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<ButtonPlace>,
    },
    TagAdded {
        tag: TagId,
        origin: Origin,
    },
    TagRemoved {
        tag: TagId,
        origin: Origin,
    },
    ProfileChanged {
        profile: Profile,
    },
    /// `null` removes a key.
    AttributesSet {
        set: std::collections::BTreeMap<String, Option<crate::contact::AttributeValue>>,
    },
    /// The person blocked the bot. `charged` is set when `my_chat_member` told it inside a window (*blocked
    /// after*), and not when a send found an older block out.
    Blocked {
        charged: Option<CampaignId>,
        /// A send found it out: its time is by our clock, and the block itself is older.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        found: bool,
    },
    /// The person can be written to again: they let the bot, or were heard of. Whatever else had forbidden it is over
    /// too, but for an opt-out.
    Unblocked {
        /// `my_chat_member` told it, so that its time is Telegram's.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        told: bool,
    },
    /// `my_chat_member` told of a block that changes nothing about how the person stands: a send had found it out before, or
    /// a later one was told first. It is a fact of its time, and charged as a block is.
    BlockTold {
        charged: Option<CampaignId>,
    },
    /// The same of a block's end.
    UnblockTold,
    Deactivated,
    /// A send found out that there is no chat with the person.
    NoChat {
        reason: NoChat,
    },
    OptedOut {
        charged: Option<CampaignId>,
    },
    OptedIn,
    /// A purchase or another aim reached. `object` is its name.
    Conversion {
        object: String,
        /// In the currency's own unit. Payments through Telegram that were recorded up to version 0.1 stand in its
        /// smallest one.
        value: Option<f64>,
        currency: Option<String>,
    },
    /// A campaign's audience was frozen; the sets themselves are the store's.
    CampaignStarted {
        campaign: CampaignId,
    },
    /// A batch of outcomes of one campaign; about the bot, not about one person.
    Outcomes {
        campaign: CampaignId,
        changes: Vec<OutcomeChange>,
    },
    /// A conversation's state changed.
    ConversationChanged {
        status: conversation::Status,
        assignee: Option<MemberId>,
    },
    /// A member wrote to the person.
    Reply {
        member: MemberId,
        outbox: i64,
    },
    FlowStarted {
        flow: FlowId,
        version: i64,
    },
    FlowEnded {
        flow: FlowId,
        version: i64,
    },
    /// A flow handed the person over to the team.
    HandedOver {
        flow: FlowId,
    },
    /// An update of a kind that is not understood, kept as it came.
    Raw {
        object: String,
        json: String,
    },
    /// An update that could not be taken in, kept as it came, with the reason.
    IngestFailed {
        error: String,
        json: String,
    },
    /// The person was erased: the payloads of earlier events are blank.
    Erased,
}

impl EventBody {
    /// The name in the `kind` column.
    pub fn kind(&self) -> &'static str {
        EventKind::from(self).into_str()
    }

    /// What a counted expression compares its `object` with.
    pub fn object(&self) -> Option<&str> {
        match self {
            Self::Start { payload, .. } => payload.as_deref(),
            Self::Command { object, .. }
            | Self::Button { object, .. }
            | Self::Click { object, .. }
            | Self::Conversion { object, .. }
            | Self::LinkVisit { object, .. }
            | Self::LinkReused { object, .. }
            | Self::Raw { object, .. } => Some(object),
            Self::Reacted { emoji, .. } => Some(emoji).filter(|emoji| !emoji.is_empty()).map(String::as_str),
            _ => None,
        }
    }

    /// The campaign that the event is charged to.
    pub fn campaign(&self) -> Option<CampaignId> {
        match self {
            Self::Message { charged, .. }
            | Self::Blocked { charged, .. }
            | Self::BlockTold { charged }
            | Self::OptedOut { charged } => *charged,
            Self::Button { campaign, .. } => *campaign,
            Self::Click { campaign, .. }
            | Self::Outcomes { campaign, .. }
            | Self::CampaignStarted { campaign } => Some(*campaign),
            Self::TagAdded { origin: Origin::Campaign(id), .. } => Some(*id),
            _ => None,
        }
    }

    /// Caused by the person: start, message, command, button press, click, or one of these that an import tells of.
    /// It moves `last_interaction`.
    pub fn is_interaction(&self) -> bool {
        matches!(
            self,
            Self::Imported
                | Self::Start { .. }
                | Self::Message { .. }
                | Self::Command { .. }
                | Self::Button { .. }
                | Self::Click { .. }
        )
    }

    /// Counted by an expression of kind `interaction`, which leaves `/start` out.
    pub fn counts_as_interaction(&self) -> bool {
        self.is_interaction() && !matches!(self, Self::Start { .. })
    }

    /// What is left of it once its person was erased: that it happened, and what the team itself named (tags, buttons,
    /// campaigns, flows). Nothing that the person wrote, came with or was told to be.
    pub fn blanked(self) -> Self {
        match self {
            Self::ContactCreated { first_seen, last_interaction, .. } => Self::ContactCreated {
                profile: Profile::default(),
                source: Source::default(),
                first_seen,
                last_interaction,
                attributes: Attributes::default(),
            },
            Self::HistoryImported { first_seen, .. } => Self::HistoryImported { source: None, first_seen },
            Self::Start { message_id, .. } => Self::Start { payload: None, message_id },
            Self::LinkVisit { first, .. } => {
                Self::LinkVisit { object: String::new(), link: LinkId(0), visit: 0, first }
            }
            Self::LinkReused { by_another, .. } => {
                Self::LinkReused { object: String::new(), link: LinkId(0), visit: 0, by_another }
            }
            Self::Message { content, message_id, charged, .. } => {
                Self::Message { text: None, content, message_id, file: None, details: None, charged }
            }
            Self::MessageEdited { content, message_id, .. } => {
                Self::MessageEdited { message_id, text: None, content, file: None, details: None }
            }
            Self::Reacted { message_id, .. } => {
                Self::Reacted { message_id, emoji: String::new(), custom: Vec::new() }
            }
            Self::Command { message_id, .. } => {
                Self::Command { object: String::new(), text: String::new(), message_id }
            }
            Self::Conversion { object, .. } => Self::Conversion { object, value: None, currency: None },
            Self::ProfileChanged { .. } => Self::ProfileChanged { profile: Profile::default() },
            Self::AttributesSet { .. } => Self::AttributesSet { set: std::collections::BTreeMap::new() },
            Self::Raw { object, .. } => Self::Raw { object, json: String::new() },
            Self::IngestFailed { .. } => Self::IngestFailed { error: String::new(), json: String::new() },
            named @ (Self::Imported
            | Self::Button { .. }
            | Self::Click { .. }
            | Self::TagAdded { .. }
            | Self::TagRemoved { .. }
            | Self::Blocked { .. }
            | Self::Unblocked { .. }
            | Self::BlockTold { .. }
            | Self::UnblockTold
            | Self::Deactivated
            | Self::NoChat { .. }
            | Self::OptedOut { .. }
            | Self::OptedIn
            | Self::CampaignStarted { .. }
            | Self::Outcomes { .. }
            | Self::ConversationChanged { .. }
            | Self::Reply { .. }
            | Self::FlowStarted { .. }
            | Self::FlowEnded { .. }
            | Self::HandedOver { .. }
            | Self::Erased) => named,
        }
    }

    /// The JSON text of the `data` column.
    pub fn encode(&self) -> String {
        // A value made of strings, numbers and maps with string keys always becomes JSON.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what [`EventBody::encode`] wrote.
    ///
    /// # Errors
    /// The text is not one of ours: the row was changed from outside.
    pub fn decode(data: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(data)
    }
}

/// The kinds that an `event` expression may count; `interaction` stands for any of message, command,
/// button, click, and what an import told.
pub const COUNTED_KINDS: [&str; 9] =
    ["start", "link_visit", "message", "command", "button", "click", "conversion", "blocked", "interaction"];

/// Whether the objects of a kind are names, which have no case, rather than codes and texts as they stood.
pub fn has_named_objects(kind: &str) -> bool {
    matches!(kind, "conversion" | "command")
}

/// What two objects of a kind are compared by: names in their normal form, codes and texts as they are.
pub fn object_key<'o>(kind: &str, object: &'o str) -> Cow<'o, str> {
    if has_named_objects(kind) { name_key(object).into() } else { object.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kind_column_and_data_agree() {
        let body =
            EventBody::Button { object: "价格".into(), message_id: Some(5), campaign: None, place: None };
        let data: serde_json::Value = serde_json::from_str(&body.encode()).unwrap();
        assert_eq!(data["kind"], body.kind());
        assert_eq!(EventBody::decode(&body.encode()).unwrap(), body);
        let outcome = EventBody::Outcomes {
            campaign: CampaignId(7),
            changes: vec![OutcomeChange {
                contact: ContactNumber(3),
                outcome: Outcome::HeldOutReached,
                at: 9,
            }],
        };
        assert_eq!(EventBody::decode(&outcome.encode()).unwrap(), outcome);
    }
}
