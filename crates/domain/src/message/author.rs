//! Who wrote a message that went out beside the campaigns' ledger.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::{CampaignId, FlowId, MemberId};

/// Who wrote a message of the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", content = "id", rename_all = "snake_case")]
pub enum MessageAuthor {
    /// A member, in the inbox.
    Agent(MemberId),
    Flow(FlowId),
    /// The reply behind a button of the campaign's message.
    Campaign(CampaignId),
    /// A test of the campaign's message.
    Test(CampaignId),
    /// Muster itself, such as the answer to `/stop`.
    System,
}

impl MessageAuthor {
    /// Reads a stored author. A kind of a later version is shown as the bot itself: who wrote a message must not keep
    /// it from being sent.
    pub fn read(document: &Value) -> Self {
        Self::deserialize(document).unwrap_or(Self::System)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_stored_form_of_each_author_stays() {
        for (author, stored) in [
            (MessageAuthor::Agent(MemberId(3)), json!({"by": "agent", "id": 3})),
            (MessageAuthor::Flow(FlowId(7)), json!({"by": "flow", "id": 7})),
            (MessageAuthor::Campaign(CampaignId(9)), json!({"by": "campaign", "id": 9})),
            (MessageAuthor::Test(CampaignId(9)), json!({"by": "test", "id": 9})),
            (MessageAuthor::System, json!({"by": "system"})),
        ] {
            assert_eq!(json!(author), stored);
            assert_eq!(MessageAuthor::read(&stored), author);
        }
        for strange in [json!({}), json!({"by": "oracle", "id": 1}), json!({"by": "agent"})] {
            assert_eq!(MessageAuthor::read(&strange), MessageAuthor::System, "{strange}");
        }
    }
}
