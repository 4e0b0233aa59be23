//! What a message answers: another of the same chat, one of another chat, an option of a poll, a task of a checklist.
//!
//! Telegram sends the whole message that is answered along. Of one in the same chat its beginning is kept, since the
//! thread has it; what stands in another chat nobody else tells, so that it is kept as it comes.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::update::WireReference;

/// How much of a message that is answered is kept beside the answer, in characters.
pub(crate) const ANSWERED_CHARS_MAX: usize = 200;

/// The fields of a message that tell what it answers.
#[derive(Deserialize)]
pub(crate) struct WireAnswered {
    reply_to_message: Option<WireReplied>,
    external_reply: Option<Value>,
    quote: Option<Value>,
    reply_to_story: Option<Value>,
    reply_to_poll_option_id: Option<Value>,
    reply_to_checklist_task_id: Option<Value>,
}

/// A message of the same chat: which, and what it held that an answer may mean.
#[derive(Deserialize)]
struct WireReplied {
    #[serde(flatten)]
    reference: WireReference,
    text: Option<String>,
    caption: Option<String>,
    #[serde(default)]
    poll: Value,
    #[serde(default)]
    checklist: Value,
}

impl WireAnswered {
    /// The id of the message of the same chat that is answered.
    pub(crate) fn message_id(&self) -> Option<i64> {
        self.reply_to_message.as_ref().map(|message| message.reference.message_id)
    }

    /// Puts what is known of it among a message's details: Telegram's own fields by their names, and `reply`,
    /// `reply_option`, `reply_task` cut to what says something.
    pub(crate) fn keep(&self, kept: &mut Map<String, Value>) {
        let as_they_are = [
            ("quote", &self.quote),
            ("external_reply", &self.external_reply),
            ("reply_to_story", &self.reply_to_story),
        ];
        for (name, value) in as_they_are {
            if let Some(value) = value {
                kept.insert(name.to_owned(), value.clone());
            }
        }
        if let Some(message) = &self.reply_to_message {
            let id = message.reference.message_id;
            kept.insert("reply".into(), json!({"message_id": id, "text": message.beginning()}));
        }
        let options = self.part("poll", "options", "persistent_id", self.reply_to_poll_option_id.as_ref());
        let tasks = self.part("checklist", "tasks", "id", self.reply_to_checklist_task_id.as_ref());
        for (name, part) in [("reply_option", options), ("reply_task", tasks)] {
            if let Some(part) = part {
                kept.insert(name.to_owned(), part);
            }
        }
    }

    /// One part of what is answered, with its words where they came along.
    fn part(&self, content: &str, parts: &str, id_field: &str, id: Option<&Value>) -> Option<Value> {
        let id = id?;
        let same_chat = self.reply_to_message.as_ref().map(|message| match content {
            "poll" => &message.poll,
            _ => &message.checklist,
        });
        let elsewhere = self.external_reply.as_ref().map(|message| &message[content]);
        let held = same_chat.into_iter().chain(elsewhere);
        let mut all = held.filter_map(|held| held[parts].as_array()).flatten();
        let text = all.find(|part| part[id_field] == *id).map(|part| part["text"].clone());
        Some(json!({"id": id, "text": text}))
    }
}

impl WireReplied {
    /// How it begins: its words, or what it asks or lists.
    fn beginning(&self) -> Option<String> {
        let asked = [&self.poll["question"], &self.checklist["title"]].into_iter().find_map(Value::as_str);
        let words = self.text.as_deref().or(self.caption.as_deref()).or(asked)?;
        Some(words.chars().take(ANSWERED_CHARS_MAX).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(fields: Value) -> Value {
        let mut kept = Map::new();
        serde_json::from_value::<WireAnswered>(fields).unwrap().keep(&mut kept);
        Value::Object(kept)
    }

    #[test]
    fn a_part_that_is_answered_has_its_words_wherever_its_message_stands() {
        let poll = json!({"question": "When?", "options": [{"persistent_id": "a1", "text": "Mon"},
            {"persistent_id": "b2", "text": "Tue"}]});
        let here =
            json!({"reply_to_message": {"message_id": 3, "poll": poll}, "reply_to_poll_option_id": "b2"});
        let told = json!({"reply": {"message_id": 3, "text": "When?"},
            "reply_option": {"id": "b2", "text": "Tue"}});
        assert_eq!(kept(here), told);
        let elsewhere = json!({"external_reply": {"origin": {"type": "user"}, "poll": poll},
            "reply_to_poll_option_id": "a1"});
        assert_eq!(kept(elsewhere)["reply_option"]["text"], "Mon");
        let list = json!({"title": "Trip", "tasks": [{"id": 1, "text": "Pack"}, {"id": 2, "text": "Go"}]});
        let here = json!({"reply_to_message": {"message_id": 4, "checklist": list},
            "reply_to_checklist_task_id": 2});
        let told = json!({"reply": {"message_id": 4, "text": "Trip"}, "reply_task": {"id": 2, "text": "Go"}});
        assert_eq!(kept(here), told);
    }

    #[test]
    fn a_part_whose_message_is_not_shown_keeps_its_id() {
        let gone = json!({"reply_to_message": {"message_id": 4, "date": 0}, "reply_to_checklist_task_id": 2});
        assert_eq!(kept(gone)["reply_task"], json!({"id": 2, "text": null}));
        assert_eq!(
            kept(json!({"reply_to_poll_option_id": "zz"})),
            json!({"reply_option": {"id": "zz", "text": null}})
        );
        assert_eq!(kept(json!({})), json!({}));
    }
}
