//! Ids. Each kind is a type of its own, so that a bot's id can never be passed where a tag's is wanted.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

id! {
    /// A team with its members, bots, tags, segments and campaigns.
    WorkspaceId,
    /// A person of the team who signs in.
    MemberId,
    /// One Telegram bot. Below 2^21, see [`ContactId`].
    BotId,
    /// A label of a workspace.
    TagId,
    /// A saved expression.
    SegmentId,
    /// A lifecycle stage of a workspace.
    StageId,
    /// A command flow of a bot.
    FlowId,
    /// One bulk message of a bot.
    CampaignId,
    /// A saved message.
    TemplateId,
    /// A diversion link of a workspace.
    LinkId,
    /// An uploaded file.
    MediaId,
    /// One message waiting to be sent, or sent, outside campaigns.
    OutboxId,
    /// A running server of the installation: drawn at its start, above 0 and below 2^31.
    NodeId,
}

/// A contact's place within its bot: 0, 1, 2 … without gaps, never reused. Bitmaps and columns are indexed by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContactNumber(pub u32);

impl std::fmt::Display for ContactNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A contact's id outside its bot: the bot's id above 32 bits of the contact's number, so that no table is
/// needed to turn one into the other. With bot ids below 2^21 it stays below 2^53, which JavaScript holds exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContactId(pub i64);

impl ContactId {
    /// Joins a bot and a number.
    pub fn new(bot: BotId, number: ContactNumber) -> Self {
        Self((bot.0 << 32) | i64::from(number.0))
    }

    /// The bot that the contact belongs to.
    pub fn bot(self) -> BotId {
        BotId(self.0 >> 32)
    }

    /// The contact's number within its bot.
    pub fn number(self) -> ContactNumber {
        ContactNumber((self.0 & 0xffff_ffff) as u32)
    }
}

impl std::fmt::Display for ContactId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contact_id_splits_into_what_it_was_made_of() {
        for (bot, number) in [(1, 0), (1, u32::MAX), ((1 << 21) - 1, 7)] {
            let id = ContactId::new(BotId(bot), ContactNumber(number));
            assert_eq!((id.bot(), id.number()), (BotId(bot), ContactNumber(number)));
            assert!(id.0 < 1 << 53, "JavaScript must hold {id} exactly");
        }
    }
}
