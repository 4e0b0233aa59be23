//! What campaigns send: the one place where a campaign's message is read, for lease, test, click, press, inbox and
//! report.
//!
//! A message was checked when it was composed. What was sent of it stays as it was from the campaign's start on; only
//! the tags that its presses name can be called otherwise later.

use std::collections::HashMap;
use std::sync::Arc;

use domain::field_error::FieldError;
use domain::ids::{BotId, CampaignId};
use domain::message::Message;
use parking_lot::Mutex;
use serde_json::Value;
use store::campaigns::Campaign;

/// Messages kept. Beyond, the cache begins anew.
const KEPT_MAX: usize = 1_024;

/// Reads what a campaign sends.
///
/// # Errors
/// Every fault with its path in the message: it was stored by another version.
pub fn read(campaign: &Campaign) -> Result<Message, Vec<FieldError>> {
    Message::parse_stored(&campaign.message)
}

/// Messages of campaigns, each read once for as long as its row says the same.
#[derive(Clone, Default)]
pub struct Posts {
    kept: Arc<Mutex<HashMap<(BotId, CampaignId), Post>>>,
}

struct Post {
    /// As the row has it.
    written: Value,
    message: Arc<Message>,
    has_begun: bool,
}

impl Posts {
    /// The message of a campaign as its row says it now.
    ///
    /// # Errors
    /// As [`read`].
    pub fn of(&self, bot: BotId, campaign: &Campaign) -> Result<Arc<Message>, Vec<FieldError>> {
        let has_begun = campaign.course.started_at.is_some();
        let mut kept = self.kept.lock();
        if let Some(post) = kept.get_mut(&(bot, campaign.id))
            && post.written == campaign.message
        {
            post.has_begun = has_begun;
            return Ok(Arc::clone(&post.message));
        }
        let message = Arc::new(read(campaign)?);
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        let post = Post { written: campaign.message.clone(), message: Arc::clone(&message), has_begun };
        kept.insert((bot, campaign.id), post);
        Ok(message)
    }

    /// The message of a campaign without a look at its row, where it is kept and can no longer change: for whoever
    /// needs what people see of it, and not what its presses do.
    pub fn begun(&self, bot: BotId, campaign: CampaignId) -> Option<Arc<Message>> {
        let kept = self.kept.lock();
        kept.get(&(bot, campaign)).filter(|post| post.has_begun).map(|post| Arc::clone(&post.message))
    }
}

#[cfg(test)]
mod tests {
    use domain::campaign::{Course, Happening};
    use serde_json::json;

    use super::*;

    const BOT: BotId = BotId(1);

    fn campaign() -> Campaign {
        Campaign {
            id: CampaignId(7),
            name: "Summer".into(),
            course: Course::draft(),
            audience: json!({"all": []}),
            message: json!({"text": "hi"}),
            held_out_percent: 0.0,
            canary: None,
            frozen_at: None,
            frozen_number: None,
            left_out: 0,
            version: 1,
            created_by: None,
            created_at: 0,
        }
    }

    #[test]
    fn a_message_is_read_once_for_as_long_as_its_row_says_the_same() {
        let (posts, mut row) = (Posts::default(), campaign());
        let first = posts.of(BOT, &row).unwrap();
        assert!(Arc::ptr_eq(&first, &posts.of(BOT, &row).unwrap()));
        row.message = json!({"text": "hi", "buttons": [[{"text": "Claim", "press": {"add_tags": ["vip"]}}]]});
        assert_eq!(posts.of(BOT, &row).unwrap().tags().into_iter().collect::<Vec<_>>(), ["vip"]);
        row.message["buttons"][0][0]["press"]["add_tags"] = json!(["guest"]);
        let renamed = posts.of(BOT, &row).unwrap();
        assert_eq!(
            renamed.tags().into_iter().collect::<Vec<_>>(),
            ["guest"],
            "a tag's new name is seen at once"
        );
        assert!(!Arc::ptr_eq(&renamed, &posts.of(BotId(2), &row).unwrap()), "another bot's is another");
    }

    #[test]
    fn a_draft_is_never_taken_from_memory_alone() {
        let (posts, mut row) = (Posts::default(), campaign());
        posts.of(BOT, &row).unwrap();
        assert_eq!(posts.begun(BOT, row.id), None, "it may change");
        row.course = row.course.step(Happening::Frozen { audience_count: 3 }, 5).unwrap();
        let read = posts.of(BOT, &row).unwrap();
        assert!(posts.begun(BOT, row.id).is_some_and(|kept| Arc::ptr_eq(&kept, &read)));
        assert_eq!(posts.begun(BotId(2), row.id), None);
    }

    #[test]
    fn what_cannot_be_read_says_where_and_is_not_kept() {
        let (posts, mut row) = (Posts::default(), campaign());
        row.message = json!({"text": "hi", "buttons": [[{"text": "x"}]]});
        assert_eq!(posts.of(BOT, &row).unwrap_err()[0].path, "/buttons/0/0");
        row.message = json!({"text": "hi"});
        assert!(posts.of(BOT, &row).is_ok());
    }
}
