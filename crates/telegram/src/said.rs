//! What a person's message holds besides its words: a place, a phone number, a poll's question, where a link leads.
//!
//! The event keeps Telegram's own fields; this is how Muster reads them, in lines that a thread shows and a search
//! finds. What it does not know stays in the event and in the person's export.

use serde_json::Value;

use crate::message::COMPOSED;

/// Lines that one message shows; a checklist has at most 30 tasks.
const LINES_MAX: usize = 60;
/// One line, in characters.
const LINE_CHARS_MAX: usize = 500;

/// One thing that a message holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// What it is, such as `phone`; one of [`Detail::NAMES`].
    pub name: &'static str,
    pub text: String,
    /// Where it leads, where it leads anywhere.
    pub url: Option<String>,
}

impl Detail {
    /// Every name that a detail may have.
    pub const NAMES: [&'static str; 27] = [
        "forwarded_from",
        "quoted_from",
        "answers",
        "answered_option",
        "answered_task",
        "quote",
        "link",
        "mention",
        "place",
        "live_place",
        "venue",
        "address",
        "name",
        "phone",
        "question",
        "option",
        "dice",
        "checklist",
        "task",
        "person",
        "chat",
        "data",
        "title",
        "story",
        "file",
        "emoji",
        "via",
    ];
}

/// What a message holds besides its words, in the order in which it is shown. `text` is the message's, in which its
/// hidden links stand.
pub fn details(kept: &Value, text: &str) -> Vec<Detail> {
    let mut lines = Lines(Vec::new());
    lines.origin("forwarded_from", &kept["forward_origin"]);
    lines.answered(kept);
    lines.text("via", &kept["via_bot"]);
    lines.entities(&kept["entities"], text);
    lines.held(kept);
    lines.0
}

/// The details in one line, for lists and searches.
pub fn in_one_line(details: &[Detail]) -> String {
    details.iter().map(|detail| detail.text.as_str()).collect::<Vec<_>>().join(" · ")
}

struct Lines(Vec<Detail>);

impl Lines {
    fn add(&mut self, name: &'static str, text: &str) {
        self.add_link(name, text, None);
    }

    fn add_link(&mut self, name: &'static str, text: &str, url: Option<String>) {
        let text: String = text.trim().chars().take(LINE_CHARS_MAX).collect();
        if !text.is_empty() && self.0.len() < LINES_MAX {
            self.0.push(Detail { name, text, url });
        }
    }

    fn text(&mut self, name: &'static str, value: &Value) {
        self.add(name, value.as_str().unwrap_or_default());
    }

    /// Whose a message was before it came here.
    fn origin(&mut self, name: &'static str, from: &Value) {
        let user = person_name(&from["sender_user"]);
        if user.is_empty() {
            self.text(name, &from["sender_user_name"]);
        }
        self.add(name, &user);
        self.text(name, chat_name(&from["sender_chat"]));
        self.text(name, chat_name(&from["chat"]));
    }

    /// What the message answers, here or in another chat.
    fn answered(&mut self, kept: &Value) {
        let elsewhere = &kept["external_reply"];
        self.origin("quoted_from", &elsewhere["origin"]);
        self.add("answers", &held_elsewhere(elsewhere));
        match kept["quote"]["text"].as_str() {
            Some(quoted) => self.add("quote", quoted),
            None => self.text("answers", &kept["reply"]["text"]),
        }
        for (name, part) in [("answered_option", "reply_option"), ("answered_task", "reply_task")] {
            self.add(name, &part_words(&kept[part]));
        }
        self.text("answers", chat_name(&kept["reply_to_story"]["chat"]));
    }

    /// What the message itself holds.
    fn held(&mut self, kept: &Value) {
        self.place(&kept["location"]);
        self.venue(&kept["venue"]);
        self.contact(&kept["contact"]);
        self.poll(&kept["poll"]);
        if let Some(emoji) = kept["dice"]["emoji"].as_str() {
            self.add("dice", &format!("{emoji} {}", kept["dice"]["value"]));
        }
        self.checklist(&kept["checklist"]);
        self.shared(kept);
        self.text("data", &kept["web_app_data"]["data"]);
        for titled in ["game", "invoice"] {
            self.text("title", &kept[titled]["title"]);
        }
        self.text("title", &kept["giveaway"]["prize_description"]);
        self.text("story", chat_name(&kept["story"]["chat"]));
        self.file(&kept["file"]);
    }

    fn entities(&mut self, entities: &Value, text: &str) {
        for entity in entities.as_array().into_iter().flatten() {
            match entity["type"].as_str() {
                Some("text_link") => {
                    let url = entity["url"].as_str().unwrap_or_default();
                    // Other schemes run something where they are opened.
                    let is_web = url.starts_with("https://") || url.starts_with("http://");
                    self.add_link("link", url, is_web.then(|| url.to_owned()));
                }
                Some("text_mention") => {
                    let words = words_of(entity, text);
                    let name = person_name(&entity["user"]);
                    self.add("mention", if name.is_empty() { &words } else { &name });
                }
                _ => {}
            }
        }
    }

    fn place(&mut self, place: &Value) {
        let (Some(latitude), Some(longitude)) = (place["latitude"].as_f64(), place["longitude"].as_f64())
        else {
            return;
        };
        let name = if place["live_period"].is_null() { "place" } else { "live_place" };
        let map = format!(
            "https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=16/{latitude}/{longitude}"
        );
        self.add_link(name, &format!("{latitude}, {longitude}"), Some(map));
    }

    fn venue(&mut self, venue: &Value) {
        self.text("venue", &venue["title"]);
        self.text("address", &venue["address"]);
        self.place(&venue["location"]);
    }

    fn contact(&mut self, contact: &Value) {
        self.add("name", &person_name(contact));
        self.text("phone", &contact["phone_number"]);
    }

    fn poll(&mut self, poll: &Value) {
        self.text("question", &poll["question"]);
        for option in poll["options"].as_array().into_iter().flatten() {
            self.text("option", &option["text"]);
        }
    }

    fn checklist(&mut self, checklist: &Value) {
        self.text("checklist", &checklist["title"]);
        for task in checklist["tasks"].as_array().into_iter().flatten() {
            self.text("task", &task["text"]);
        }
    }

    /// People and chats that the person chose by a button of the bot's keyboard: by name where it is told.
    fn shared(&mut self, kept: &Value) {
        for user in kept["users_shared"]["users"].as_array().into_iter().flatten() {
            let name = person_name(user);
            self.add("person", if name.is_empty() { user["user_id"].to_string() } else { name }.as_str());
        }
        let chat = &kept["chat_shared"];
        match chat_name(chat).as_str() {
            Some(name) => self.add("chat", name),
            None if chat["chat_id"].is_i64() => self.add("chat", &chat["chat_id"].to_string()),
            None => {}
        }
    }

    fn file(&mut self, file: &Value) {
        self.text("file", &file["name"]);
        let song = [&file["performer"], &file["title"]];
        let song: Vec<&str> = song.into_iter().filter_map(Value::as_str).collect();
        self.add("title", &song.join(" – "));
        self.text("emoji", &file["emoji"]);
    }
}

/// What a message of another chat held besides words, which Telegram tells as a quote: a poll's question, a file's name,
/// or only what kind of thing it was.
fn held_elsewhere(message: &Value) -> String {
    let mut lines = Lines(Vec::new());
    lines.held(message);
    let words = in_one_line(&lines.0);
    if !words.is_empty() {
        return words;
    }
    let kind = COMPOSED.into_iter().find(|kind| !message[*kind].is_null());
    let Some(kind) = kind else { return String::new() };
    let file = &message[kind];
    let name = ["file_name", "title"].into_iter().find_map(|field| file[field].as_str());
    format!("[{kind}] {}", name.unwrap_or_default())
}

/// The words of one option or task, or its id where they did not come along.
fn part_words(part: &Value) -> String {
    let id = &part["id"];
    match (part["text"].as_str(), id.as_str()) {
        (Some(text), _) | (None, Some(text)) => text.to_owned(),
        (None, None) if id.is_null() => String::new(),
        (None, None) => id.to_string(),
    }
}

/// First and last name and the username, as far as they are told.
fn person_name(user: &Value) -> String {
    let names = [&user["first_name"], &user["last_name"]].into_iter().filter_map(Value::as_str);
    let username = user["username"].as_str().map(|username| format!("@{username}"));
    names.map(str::to_owned).chain(username).collect::<Vec<_>>().join(" ")
}

fn chat_name(chat: &Value) -> &Value {
    let named = ["title", "username", "first_name"].into_iter().map(|name| &chat[name]);
    named.into_iter().find(|name| name.is_string()).unwrap_or(&Value::Null)
}

/// The words that an entity marks; Telegram counts in UTF-16.
fn words_of(entity: &Value, text: &str) -> String {
    let number = |name: &str| entity[name].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    let units: Vec<u16> = text.encode_utf16().skip(number("offset")).take(number("length")).collect();
    String::from_utf16_lossy(&units)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn lines(kept: &Value, text: &str) -> Vec<(&'static str, String)> {
        details(kept, text).into_iter().map(|detail| (detail.name, detail.text)).collect()
    }

    #[test]
    fn an_agent_sees_place_number_question_and_where_a_link_leads() {
        assert_eq!(
            lines(&json!({"location": {"latitude": 52.52, "longitude": 13.405}}), ""),
            [("place", "52.52, 13.405".to_owned())]
        );
        let contact = json!({"contact": {"phone_number": "+10000000000", "first_name": "Ann", "user_id": 7}});
        let shown = lines(&contact, "");
        assert_eq!(shown, [("name", "Ann".to_owned()), ("phone", "+10000000000".to_owned())]);
        let link = json!({"entities": [{"type": "text_link", "offset": 0, "length": 9, "url": "https://example.org/invoice/17"}]});
        let found = details(&link, "Look here");
        assert_eq!(found[0].url.as_deref(), Some("https://example.org/invoice/17"));
        let poll = json!({"poll": {"question": "When?", "options": [{"text": "Mon"}, {"text": "Tue"}]}});
        assert_eq!(in_one_line(&details(&poll, "")), "When? · Mon · Tue");
    }

    #[test]
    fn a_mention_without_a_name_is_its_words_counted_in_utf16() {
        let kept =
            json!({"entities": [{"type": "text_mention", "offset": 3, "length": 3, "user": {"id": 1}}]});
        assert_eq!(lines(&kept, "🎲 Ann"), [("mention", "Ann".to_owned())]);
    }

    #[test]
    fn what_another_chat_holds_is_said_with_whose_it_was() {
        let from = json!({"type": "channel", "chat": {"title": "News"}, "message_id": 4});
        let kept = json!({"external_reply": {"origin": from, "chat": {"id": -1, "title": "News"}},
            "quote": {"text": "The price is 20", "position": 3}});
        let shown = lines(&kept, "Is it?");
        assert_eq!(shown, [("quoted_from", "News".into()), ("quote", "The price is 20".into())]);
        for (held, told) in [
            (json!({"poll": {"question": "When?", "options": [{"text": "Mon"}]}}), "When? · Mon"),
            (json!({"photo": [{"file_id": "f"}]}), "[photo]"),
            (json!({"document": {"file_id": "f", "file_name": "offer.pdf"}}), "[document] offer.pdf"),
        ] {
            let mut message = json!({"origin": {"type": "hidden_user", "sender_user_name": "Bo"}});
            message.as_object_mut().unwrap().extend(held.as_object().unwrap().clone());
            let shown = lines(&json!({"external_reply": message}), "");
            assert_eq!(shown, [("quoted_from", "Bo".to_owned()), ("answers", told.to_owned())]);
        }
    }

    #[test]
    fn one_option_or_task_is_said_by_its_words_or_else_its_id() {
        let kept = json!({"reply": {"text": "When?"}, "reply_option": {"id": "b2", "text": "Tue"},
            "reply_task": {"id": 2, "text": null}});
        let shown = [("answers", "When?"), ("answered_option", "Tue"), ("answered_task", "2")];
        assert_eq!(lines(&kept, ""), shown.map(|(name, text)| (name, text.to_owned())));
        let strange = json!({"reply_option": 5, "reply_task": {"text": []}, "external_reply": "x"});
        assert_eq!(lines(&strange, ""), []);
    }

    #[test]
    fn every_name_is_listed_and_strange_values_are_nothing() {
        let kept = json!({"forward_origin": {"sender_chat": {"title": "News"}}, "quote": {"text": "q"},
            "external_reply": {"origin": {"sender_user_name": "Bo"}}, "reply_option": {"id": "o"},
            "reply_task": {"id": 1},
            "venue": {"title": "Café", "address": "1 Street", "location": {"latitude": 1.0, "longitude": 2.0, "live_period": 60}},
            "dice": {"emoji": "🎲", "value": 4}, "checklist": {"title": "To do", "tasks": [{"text": "a"}]},
            "users_shared": {"users": [{"user_id": 5}]}, "chat_shared": {"chat_id": -7},
            "web_app_data": {"data": "{}"}, "game": {"title": "G"}, "story": {"chat": {"username": "ann"}},
            "file": {"name": "a.pdf", "performer": "P", "title": "T", "emoji": "😀"}, "via_bot": "gif",
            "poll": "no poll", "location": {"latitude": "x"}});
        for (name, _) in lines(&kept, "") {
            assert!(Detail::NAMES.contains(&name), "{name}");
        }
        assert_eq!(lines(&json!({"poll": 5, "entities": "x", "contact": []}), ""), []);
        let many: Vec<Value> = (0..500).map(|n| json!({"text": n.to_string()})).collect();
        assert_eq!(details(&json!({"checklist": {"title": "t", "tasks": many}}), "").len(), LINES_MAX);
    }
}
