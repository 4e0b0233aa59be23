//! What a person's message holds besides its words: a place, a phone number, a poll's question, where a link leads.
//!
//! The event keeps Telegram's own fields; this is how Muster reads them, in lines that a thread shows and a search
//! finds. What it does not know stays in the event and in the person's export.

use serde_json::Value;

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
    pub const NAMES: [&'static str; 24] = [
        "forwarded_from",
        "answers",
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
    lines.origin(kept);
    lines.entities(&kept["entities"], text);
    lines.place(&kept["location"]);
    lines.venue(&kept["venue"]);
    lines.contact(&kept["contact"]);
    lines.poll(&kept["poll"]);
    if let Some(emoji) = kept["dice"]["emoji"].as_str() {
        lines.add("dice", &format!("{emoji} {}", kept["dice"]["value"]));
    }
    lines.checklist(&kept["checklist"]);
    lines.shared(kept);
    lines.text("data", &kept["web_app_data"]["data"]);
    for titled in ["game", "invoice"] {
        lines.text("title", &kept[titled]["title"]);
    }
    lines.text("title", &kept["giveaway"]["prize_description"]);
    lines.text("story", chat_name(&kept["story"]["chat"]));
    lines.file(&kept["file"]);
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

    fn origin(&mut self, kept: &Value) {
        let from = &kept["forward_origin"];
        let user = person_name(&from["sender_user"]);
        if user.is_empty() {
            self.text("forwarded_from", &from["sender_user_name"]);
        }
        self.add("forwarded_from", &user);
        self.text("forwarded_from", chat_name(&from["sender_chat"]));
        self.text("forwarded_from", chat_name(&from["chat"]));
        match kept["quote"]["text"].as_str() {
            Some(quoted) => self.add("quote", quoted),
            None => self.text("answers", &kept["reply"]["text"]),
        }
        self.text("answers", chat_name(&kept["reply_to_story"]["chat"]));
        self.text("via", &kept["via_bot"]);
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
    fn every_name_is_listed_and_strange_values_are_nothing() {
        let kept = json!({"forward_origin": {"sender_chat": {"title": "News"}}, "quote": {"text": "q"},
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
