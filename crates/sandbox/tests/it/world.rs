//! The Bot API as a bot sees it, in virtual time.

use sandbox::{Params, Reply, World, WorldConfig, limits};
use serde_json::{Value, json};

/// A world whose people do nothing by themselves.
fn still_world(people: u32) -> World {
    World::new(WorldConfig { people, lively: false, start_ms: 1_000_000, ..WorldConfig::default() })
}

const NOW: i64 = 1_000_000;

fn call(world: &mut World, method: &str, params: Value, now_ms: i64) -> Reply {
    world.call(method, &Params::from_json(params), now_ms)
}

fn refusal(world: &mut World, method: &str, params: Value) -> String {
    let reply = call(world, method, params, world.now_ms());
    assert_eq!(reply.body["ok"], false, "{method} was taken: {}", reply.body);
    assert_eq!(reply.body["error_code"], reply.status);
    reply.description().expect("a description").to_string()
}

fn first_person(world: &World) -> i64 {
    world.person_ids().next().expect("a person")
}

fn started() -> (World, i64) {
    let mut world = still_world(2);
    let id = first_person(&world);
    world.person_start(id, None, NOW).expect("a start");
    (world, id)
}

fn keyboard() -> Value {
    json!({"inline_keyboard": [[{"text": "科技", "callback_data": "t"}, {"text": "Shop", "url": "https://shop.test/x"}]]})
}

#[test]
fn a_start_becomes_a_message_with_a_command() {
    let mut world = still_world(1);
    let id = first_person(&world);
    let message_id = world.person_start(id, Some("fb-summer"), NOW).unwrap();
    let reply = call(&mut world, "GETUPDATES", json!({}), NOW);
    let update = &reply.result().unwrap()[0];
    assert_eq!(update["message"]["text"], "/start fb-summer");
    assert_eq!(update["message"]["message_id"], message_id);
    assert_eq!(update["message"]["entities"], json!([{"type": "bot_command", "offset": 0, "length": 6}]));
    assert_eq!(update["message"]["chat"]["type"], "private");
    assert_eq!(update["message"]["chat"]["id"], id);
    assert_eq!(update["message"]["from"]["is_bot"], false);
    assert_eq!(update["message"]["date"], NOW / 1000);
}

#[test]
fn an_emoji_under_a_message_is_told_to_whom_asks_for_it() {
    let (mut world, id) = started();
    let sent = call(&mut world, "sendMessage", json!({"chat_id": id, "text": "Hi"}), NOW);
    let message = sent.result().unwrap()["message_id"].as_i64().unwrap();
    world.take_updates(0, 100);
    world.person_react(id, message, Some("👍"), NOW).unwrap();
    let told = |world: &mut World| {
        let reply = call(world, "getUpdates", json!({}), NOW);
        let updates = reply.result().unwrap().as_array().unwrap().clone();
        updates.into_iter().find(|update| update.get("message_reaction").is_some())
    };
    assert_eq!(told(&mut world), None, "Telegram tells nobody who does not ask by name");
    call(&mut world, "getUpdates", json!({"allowed_updates": ["message", "message_reaction"]}), NOW);
    world.person_react(id, message, Some("👍"), NOW).unwrap();
    let told = told(&mut world).unwrap()["message_reaction"].clone();
    assert_eq!((&told["message_id"], &told["user"]["id"]), (&json!(message), &json!(id)));
    assert_eq!(told["new_reaction"], json!([{"type": "emoji", "emoji": "👍"}]));
    assert!(world.person_react(id, 999_999, None, NOW).is_err());
}

#[test]
fn refusals_are_word_for_word() {
    let (mut world, id) = started();
    let other = world.person_ids().nth(1).unwrap();
    for (method, params, want) in [
        ("noSuchMethod", json!({}), "Not Found: method not found"),
        ("sendMessage", json!({"chat_id": id}), "Bad Request: message text is empty"),
        ("sendMessage", json!({"chat_id": id, "text": " \n "}), "Bad Request: message text is empty"),
        (
            "sendMessage",
            json!({"chat_id": id, "text": "<b></b>", "parse_mode": "HTML"}),
            "Bad Request: message text is empty",
        ),
        ("sendMessage", json!({"chat_id": id, "text": "x".repeat(4097)}), "Bad Request: message is too long"),
        ("sendMessage", json!({"chat_id": id, "text": "🏟".repeat(2049)}), "Bad Request: message is too long"),
        (
            "sendMessage",
            json!({"chat_id": id, "text": "<b>x", "parse_mode": "html"}),
            "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
        (
            "sendMessage",
            json!({"chat_id": id, "text": "x", "parse_mode": "BBCode"}),
            "Bad Request: unsupported parse_mode",
        ),
        (
            "sendMessage",
            json!({"chat_id": id, "text": "1.5", "parse_mode": "MarkdownV2"}),
            "Bad Request: can't parse entities: Character '.' is reserved and must be escaped with the preceding '\\'",
        ),
        ("sendMessage", json!({"chat_id": 77, "text": "x"}), "Bad Request: chat not found"),
        ("sendMessage", json!({"chat_id": "@nobody", "text": "x"}), "Bad Request: chat not found"),
        ("sendMessage", json!({"text": "x"}), "Bad Request: chat_id is empty"),
        (
            "sendMessage",
            json!({"chat_id": other, "text": "x"}),
            "Forbidden: bot can't initiate conversation with a user",
        ),
        (
            "sendMessage",
            json!({"chat_id": 123456, "text": "x"}),
            "Forbidden: the bot can't send messages to the bot",
        ),
        (
            "sendMessage",
            json!({"chat_id": id, "text": "x", "reply_markup": "[]"}),
            "Bad Request: object expected as reply markup",
        ),
    ] {
        assert_eq!(refusal(&mut world, method, params.clone()), want, "{method} {params}");
    }
    world.person_block(id, NOW).unwrap();
    let blocked = refusal(&mut world, "sendMessage", json!({"chat_id": id, "text": "x"}));
    assert_eq!(blocked, "Forbidden: bot was blocked by the user");
}

#[test]
fn refusals_of_nested_values_are_word_for_word() {
    let (mut world, id) = started();
    for (method, params, want) in [
        (
            "sendMessage",
            json!({"chat_id": id, "text": "x", "reply_markup": null}),
            "Bad Request: object expected as reply markup",
        ),
        (
            "sendMessage",
            json!({"chat_id": id, "text": "x", "entities": [{"type": "text_link", "offset": 0, "length": 1, "url": "nodot"}]}),
            "Bad Request: entity URL 'nodot' is invalid: Wrong HTTP URL",
        ),
        (
            "sendMessage",
            json!({"chat_id": id, "text": "x", "entities": [{"type": "bold", "offset": -1, "length": 1}]}),
            "Bad Request: receive an entity with incorrect offset -1",
        ),
        (
            "sendMessage",
            json!({"chat_id": id, "text": "x", "reply_markup": "{"}),
            "Bad Request: can't parse reply keyboard markup JSON object",
        ),
        (
            "sendMessage",
            json!({"chat_id": id, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "y"}]]}}),
            "Bad Request: Text buttons are unallowed in the inline keyboard",
        ),
        (
            "sendMessage",
            json!({"chat_id": id, "text": "x", "reply_parameters": {"message_id": 99}}),
            "Bad Request: message to be replied not found",
        ),
        (
            "sendMessage",
            json!({"chat_id": id, "text": "a🏟", "entities": [{"type": "bold", "offset": 2, "length": 1}]}),
            "Bad Request: entity begins in a middle of a UTF-16 symbol at byte offset 1",
        ),
        (
            "sendMessage",
            json!({"chat_id": id, "text": "x", "entities": [{"type": "loud", "offset": 0, "length": 1}]}),
            "Bad Request: can't parse MessageEntity: Unsupported type specified",
        ),
    ] {
        assert_eq!(refusal(&mut world, method, params.clone()), want, "{method} {params}");
    }
}

#[test]
fn refusals_of_other_methods_are_word_for_word() {
    let (mut world, id) = started();
    for (method, params, want) in [
        (
            "editMessageText",
            json!({"chat_id": id, "message_id": 99, "text": "x"}),
            "Bad Request: message to edit not found",
        ),
        (
            "editMessageText",
            json!({"chat_id": id, "message_id": 1, "text": "x"}),
            "Bad Request: message can't be edited",
        ),
        (
            "deleteMessage",
            json!({"chat_id": id, "message_id": 99}),
            "Bad Request: message to delete not found",
        ),
        (
            "answerCallbackQuery",
            json!({"callback_query_id": "1"}),
            "Bad Request: query is too old and response timeout expired or query ID is invalid",
        ),
        (
            "setMyCommands",
            json!({"commands": [{"command": "UP", "description": "x"}]}),
            "Bad Request: BOT_COMMAND_INVALID",
        ),
        (
            "sendChatAction",
            json!({"chat_id": id, "action": "dancing"}),
            "Bad Request: wrong parameter action in request",
        ),
    ] {
        assert_eq!(refusal(&mut world, method, params.clone()), want, "{method} {params}");
    }
}

#[test]
fn forms_and_json_mean_the_same() {
    let (mut world, id) = started();
    let nested = json!({"chat_id": id, "text": "x", "reply_markup": keyboard(), "protect_content": true, "entities": [{"type": "bold", "offset": 0, "length": 1}]});
    let flat = json!({"chat_id": id.to_string(), "text": "x", "reply_markup": keyboard().to_string(), "protect_content": "true", "entities": r#"[{"type": "bold", "offset": "0", "length": "1"}]"#});
    let mut answers = [nested, flat].map(|params| {
        let reply = call(&mut world, "sendMessage", params, NOW);
        reply.result().expect("taken").clone()
    });
    assert_eq!(answers[0]["reply_markup"], keyboard());
    assert_eq!(answers[0]["has_protected_content"], true);
    assert_eq!(answers[0]["entities"][0]["type"], "bold");
    for answer in &mut answers {
        answer.as_object_mut().unwrap().remove("message_id");
    }
    assert_eq!(answers[0], answers[1]);
}

#[test]
fn text_limits_count_utf16_after_parsing() {
    let (mut world, id) = started();
    let text = format!("  <b>{}</b>  ", "🏟".repeat(2048));
    let reply =
        call(&mut world, "sendMessage", json!({"chat_id": id, "text": text, "parse_mode": "HTML"}), NOW);
    let message = reply.result().expect("exactly the most");
    assert_eq!(
        message["entities"],
        json!([{"type": "bold", "offset": 0, "length": 4096}]),
        "trimmed with its text"
    );
}

#[test]
fn edits_need_a_change_and_drop_the_keyboard() {
    let (mut world, id) = started();
    let sent =
        call(&mut world, "sendMessage", json!({"chat_id": id, "text": "x", "reply_markup": keyboard()}), NOW);
    let message_id = sent.result().unwrap()["message_id"].clone();
    let same = json!({"chat_id": id, "message_id": message_id, "text": " x ", "reply_markup": keyboard()});
    let not_modified = "Bad Request: message is not modified: specified new message content and reply markup are \
                        exactly the same as a current content and reply markup of the message";
    assert_eq!(refusal(&mut world, "editMessageText", same), not_modified);
    let edit = json!({"chat_id": id, "message_id": message_id, "text": "x"});
    let edited = call(&mut world, "editMessageText", edit, NOW + 5000);
    assert_eq!(edited.result().unwrap()["edit_date"], (NOW + 5000) / 1000);
    assert!(edited.result().unwrap().get("reply_markup").is_none());
    assert!(world.person_press(id, message_id.as_i64().unwrap(), "t", NOW).is_err(), "its button is gone");
}

#[test]
fn presses_are_answered_within_150_seconds() {
    let (mut world, id) = started();
    let sent =
        call(&mut world, "sendMessage", json!({"chat_id": id, "text": "x", "reply_markup": keyboard()}), NOW);
    let message_id = sent.result().unwrap()["message_id"].as_i64().unwrap();
    assert!(world.person_press(id, message_id, "other", NOW).is_err(), "people press what is there");
    let early = world.person_press(id, message_id, "t", NOW).unwrap();
    let late = world.person_press(id, message_id, "t", NOW).unwrap();
    assert_ne!(early, late);
    let answer = |id: &str| json!({"callback_query_id": id, "text": "ok"});
    assert_eq!(call(&mut world, "answerCallbackQuery", answer(&early), NOW + 149_999).status, 200);
    assert_eq!(call(&mut world, "answerCallbackQuery", answer(&late), NOW + 150_000).status, 400);
    let query = &world.drain_history()[1].update["callback_query"];
    assert_eq!(query["data"], "t");
    assert_eq!(query["message"]["message_id"], message_id);
    assert_eq!(query["message"]["from"]["is_bot"], true);
}

#[test]
fn messages_are_deleted_for_48_hours() {
    let (mut world, id) = started();
    let send = |world: &mut World| {
        let reply = call(world, "sendMessage", json!({"chat_id": id, "text": "x"}), NOW);
        reply.result().unwrap()["message_id"].clone()
    };
    let (first, second) = (send(&mut world), send(&mut world));
    let delete = |message_id: &Value| json!({"chat_id": id, "message_id": message_id});
    assert_eq!(
        call(&mut world, "deleteMessage", delete(&first), NOW + limits::DELETE_LIFE_MS - 1).status,
        200
    );
    let late = call(&mut world, "deleteMessage", delete(&second), NOW + limits::DELETE_LIFE_MS);
    assert_eq!(late.description(), Some("Bad Request: message can't be deleted"));
    let again = call(&mut world, "deleteMessage", delete(&first), NOW);
    assert_eq!(again.description(), Some("Bad Request: message to delete not found"));
}

#[test]
fn blocks_and_unblocks_are_told() {
    let (mut world, id) = started();
    world.person_block(id, NOW).unwrap();
    world.person_unblock(id, NOW + 1000).unwrap();
    let updates = world.drain_history();
    let statuses: Vec<_> = updates[1..]
        .iter()
        .map(|one| {
            let change = &one.update["my_chat_member"];
            (change["old_chat_member"]["status"].clone(), change["new_chat_member"]["status"].clone())
        })
        .collect();
    assert_eq!(statuses, [(json!("member"), json!("kicked")), (json!("kicked"), json!("member"))]);
    assert_eq!(updates[1].update["my_chat_member"]["new_chat_member"]["until_date"], 0);
}

/// Sends as fast as it may for a minute of virtual time, waiting as told: what gets through?
fn sent_in_a_minute(world: &mut World, ids: &[i64]) -> (usize, usize) {
    let (mut now_ms, mut sent, mut refused) = (NOW, 0, 0);
    while now_ms < NOW + 60_000 {
        let id = ids[sent % ids.len()];
        let reply = call(world, "sendMessage", json!({"chat_id": id, "text": "x"}), now_ms);
        match reply.retry_after_s {
            None => {
                assert_eq!(reply.status, 200);
                sent += 1;
            }
            Some(wait_s) => {
                assert_eq!(reply.status, 429);
                assert_eq!(reply.body["parameters"]["retry_after"], wait_s);
                assert_eq!(reply.description().unwrap(), format!("Too Many Requests: retry after {wait_s}"));
                refused += 1;
                now_ms += wait_s * 1000;
            }
        }
    }
    (sent, refused)
}

#[test]
fn a_bot_gets_about_thirty_a_second_through() {
    let mut world = World::new(WorldConfig {
        people: 3000,
        lively: false,
        everyone_started: true,
        start_ms: NOW,
        ..WorldConfig::default()
    });
    let ids: Vec<i64> = world.person_ids().collect();
    let (sent, refused) = sent_in_a_minute(&mut world, &ids);
    // A client that only ever bursts and waits three seconds gets a third of the rate.
    assert!((600..=1830).contains(&sent), "{sent}");
    assert!(refused > 0);
    let (sent, _) = sent_in_a_minute(&mut still_started(), &[first_person(&world)]);
    assert!((55..=70).contains(&sent), "one chat: {sent}");
    world.set_flood_limits(false);
    for _ in 0..100 {
        assert_eq!(call(&mut world, "sendMessage", json!({"chat_id": ids[0], "text": "x"}), NOW).status, 200);
    }
}

fn still_started() -> World {
    started().0
}

#[test]
fn a_steady_thirty_a_second_is_never_refused() {
    let mut world = World::new(WorldConfig {
        people: 1800,
        lively: false,
        everyone_started: true,
        start_ms: NOW,
        ..WorldConfig::default()
    });
    let ids: Vec<i64> = world.person_ids().collect();
    for (number, id) in ids.iter().enumerate() {
        let now_ms = NOW + number as i64 * 1000 / 30 + 1;
        assert_eq!(call(&mut world, "sendMessage", json!({"chat_id": id, "text": "x"}), now_ms).status, 200);
    }
}

#[test]
fn links_are_previewed_and_followed() {
    let (mut world, id) = started();
    let text = "see http://localhost:9/a and https://b.test/";
    let sent = call(
        &mut world,
        "sendMessage",
        json!({"chat_id": id, "text": text, "reply_markup": keyboard()}),
        NOW,
    );
    let message_id = sent.result().unwrap()["message_id"].as_i64().unwrap();
    assert!(world.take_follows().is_empty());
    world.advance(NOW + 5000);
    let previews = world.take_follows();
    assert_eq!(previews.len(), 1, "the first link of the text alone");
    assert_eq!(previews[0].url, "http://localhost:9/a");
    assert_eq!(previews[0].user_agent, "TelegramBot (like TwitterBot)");
    assert!(world.person_follow(id, Some(message_id), "https://nowhere.test/", NOW).is_err());
    world.person_follow(id, Some(message_id), "https://shop.test/x", NOW + 6000).unwrap();
    let follows = world.take_follows();
    world.record_follow(&follows[0], 302, None);
    let truth = world.truth().next().unwrap();
    assert_eq!(truth["followed"][0]["status"], 302);
    assert_eq!(truth["previewed"][0]["status"], Value::Null);
    assert_eq!(truth["received"][0]["buttons"][0], json!({"text": "科技", "data": "t"}));
}

#[test]
fn limits_are_the_documented_ones() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/bot_api_10.1.json");
    let Ok(file) = std::fs::read_to_string(path) else {
        println!("skipped: the API description is not at hand");
        return;
    };
    let api: Value = serde_json::from_str(&file).unwrap();
    for range in limits::DOCUMENTED {
        let place = if api["methods"][range.owner].is_object() { "methods" } else { "types" };
        let fields = api[place][range.owner]["fields"].as_array().expect(range.owner);
        let field = fields.iter().find(|field| field["name"] == range.field).expect(range.field);
        let words = field["description"].as_str().unwrap();
        let stated = format!("{}-{}", range.min, range.max);
        assert!(words.contains(&stated), "{} {}: {stated} is not in {words:?}", range.owner, range.field);
    }
    let commands = api["methods"]["setMyCommands"]["fields"][0]["description"].as_str().unwrap();
    assert!(commands.contains(&format!("At most {} commands", limits::COMMANDS_MAX)));
    let kinds: Vec<&str> = api["types"]["Update"]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|field| field["name"].as_str())
        .filter(|name| *name != "update_id")
        .collect();
    assert_eq!(limits::UPDATE_KINDS, kinds);
    let actions = api["methods"]["sendChatAction"]["fields"][3]["description"].as_str().unwrap();
    assert!(limits::CHAT_ACTIONS.iter().all(|action| actions.contains(action)));
}

#[test]
fn no_two_payments_have_one_charge_id() {
    let mut world = still_world(400);
    let mut people: Vec<i64> = world.person_ids().collect();
    people.sort_unstable();
    let (one, other) = people.windows(2).map(|pair| (pair[0], pair[1])).min_by_key(|(a, b)| a ^ b).unwrap();
    for id in [one, other] {
        world.person_start(id, None, NOW).unwrap();
    }
    // Person and message of the second differ from the first's in the same bits.
    let (first, second) = loop {
        let first = world.person_pay(one, "USD", 1_990, NOW).unwrap();
        let second = first ^ (one ^ other);
        if second > first {
            break (first, second);
        }
    };
    while world.person_write(one, "wait", NOW).unwrap() < second - 1 {}
    assert_eq!(world.person_pay(other, "USD", 1_990, NOW).unwrap(), second);
    let told = world.drain_history();
    let messages = told.iter().map(|one| &one.update["message"]);
    let charge_of = |id: i64| {
        let paid = messages.clone().find(|message| message["message_id"] == id).expect("a payment");
        paid["successful_payment"]["telegram_payment_charge_id"].clone()
    };
    assert_ne!(charge_of(first), charge_of(second));
}
