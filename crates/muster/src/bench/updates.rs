//! Updates as Telegram pushes them: people who start the bot, and then write.

use domain::time::SECOND_MS;
use engine::clock::{Clock, SystemClock};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::json;

/// One person of so many updates is met anew.
const UPDATES_A_PERSON: usize = 10;
/// Telegram ids begin here.
const FIRST_PERSON: i64 = 5_000_000_000;

const TEXTS: [&str; 5] = [
    "Hello, is this still available?",
    "Where is my order? It should have been here on Monday, and nobody told me anything.",
    "thanks!",
    "你好，请问什么时候发货？",
    "Can I change the address of an order that I made this morning? The number is 48-1177.",
];

/// `count` updates by seed. Every person's first is `/start`, and nearly all that follows is text.
pub(super) fn updates(count: usize, seed: u64) -> Vec<String> {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let people = (count / UPDATES_A_PERSON).max(1);
    let now_s = SystemClock.now() / SECOND_MS;
    let mut met = 0;
    (0..count)
        .map(|index| {
            // Somebody new comes as often as needed for everybody to have come at the end.
            let is_new = met < people && index >= met * UPDATES_A_PERSON;
            let person = if is_new { met } else { dice.random_range(0..met) };
            met += usize::from(is_new);
            let text = if is_new { "/start" } else { TEXTS[dice.random_range(0..TEXTS.len())] };
            update(index as i64 + 1, person, text, now_s)
        })
        .collect()
}

/// One update of one person.
pub(super) fn update(id: i64, person: usize, text: &str, now_s: i64) -> String {
    let telegram_id = FIRST_PERSON + person as i64;
    let name = format!("Person {person}");
    let username = format!("person_{person}");
    let mut message = json!({
        "message_id": id, "date": now_s, "text": text,
        "from": {"id": telegram_id, "is_bot": false, "first_name": name, "username": username, "language_code": "en"},
        "chat": {"id": telegram_id, "type": "private", "first_name": name, "username": username},
    });
    if text.starts_with('/') {
        message["entities"] = json!([{"offset": 0, "length": text.len(), "type": "bot_command"}]);
    }
    json!({"update_id": id, "message": message}).to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[test]
    fn everybody_starts_before_they_write_and_a_tenth_is_new() {
        let all = updates(1_000, 7);
        let mut firsts = BTreeMap::new();
        let mut ids = BTreeSet::new();
        for text in &all {
            let update: serde_json::Value = serde_json::from_str(text).unwrap();
            ids.insert(update["update_id"].as_i64().unwrap());
            let person = update["message"]["from"]["id"].as_i64().unwrap();
            firsts.entry(person).or_insert_with(|| update["message"]["text"].as_str().unwrap().to_owned());
        }
        assert_eq!((ids.len(), firsts.len()), (1_000, 100));
        assert!(firsts.values().all(|text| text == "/start"));
        assert_eq!(all, updates(1_000, 7), "by seed");
    }
}
