//! Private chats with topics: what is said to somebody appears where they wrote or pressed last.

use engine::clock::{Clock, SystemClock};
use sandbox::WorldConfig;
use serde_json::{Value, json};
use testkit::{TestApp, until};

const ASK: &str = "What do you like?";

fn flow() -> Value {
    json!({"start": "start", "nodes": {
        "start": {"type": "start", "triggers": [{"command": "menu"}], "next": "menu"},
        "menu": {"type": "menu", "message": {"text": ASK}, "columns": 1,
            "options": [{"key": "tea", "text": "Tea", "add_tags": ["Tea"], "remove_tags": [], "next": "thanks"}]},
        "thanks": {"type": "message", "message": {"text": "Tea it is."}, "next": "end"},
        "end": {"type": "end"},
    }})
}

/// The topic of the latest message from the bot with these words, once it is there.
async fn topic_of(app: &TestApp, person: i64, words: &str, count: usize) -> Option<i64> {
    let told = async || {
        let messages = app.sandbox.world.lock().chat_messages(person).unwrap_or_default();
        let of_bot = |message: &&Value| message["from"]["is_bot"] == true && message["text"] == words;
        let found: Vec<&Value> = messages.iter().filter(of_bot).collect();
        (found.len() == count).then(|| found[count - 1]["message_thread_id"].as_i64())
    };
    until(words, 30, told).await.0
}

#[tokio::test]
async fn answers_appear_in_the_topic_in_which_somebody_wrote_or_pressed() {
    let world = WorldConfig { people: 2, lively: false, flood_limits: false, ..WorldConfig::default() };
    let app = TestApp::start(world).await;
    let made = app.api.post("/flows", json!({"bot_id": app.bot, "name": "Menu", "graph": flow()})).await;
    app.api.post(&format!("/flows/{}/publish", made["id"]), json!({})).await;
    let person = app.sandbox.world.lock().person_ids().next().unwrap();
    app.sandbox.world.lock().person_start(person, None, SystemClock.now()).unwrap();
    let write = |topic: Option<i64>, text: &str| {
        let (mut world, now) = (app.sandbox.world.lock(), SystemClock.now());
        match topic {
            Some(topic) => world.person_write_in(person, topic, text, now).unwrap(),
            None => world.person_write(person, text, now).unwrap(),
        }
    };
    let open = || app.sandbox.world.lock().person_open_topic(person).unwrap();
    let (tea, news) = (open(), open());

    write(Some(tea), "/menu");
    assert_eq!(topic_of(&app, person, ASK, 1).await, Some(tea), "a flow answers the update");
    write(None, "Hello");
    app.sandbox.press(person, ASK, "Tea");
    assert_eq!(topic_of(&app, person, "Tea it is.", 1).await, Some(tea), "a press is where its button is");

    let contact = app.contact(person).await["id"].as_i64().unwrap();
    let agent = app.api.of_member("mina@example.org").await;
    let reply = async |text: &str| {
        let path = format!("/conversations/{contact}/messages");
        agent.post(&path, json!({"message": {"text": text}})).await
    };
    reply("From the team").await;
    assert_eq!(topic_of(&app, person, "From the team", 1).await, Some(tea), "where they pressed last");
    write(Some(news), "/stop");
    let back = async || {
        let messages = app.sandbox.world.lock().chat_messages(person).unwrap_or_default();
        let last = messages.iter().rev().find(|message| message["from"]["is_bot"] == true)?.clone();
        (last["message_thread_id"] == news).then_some(())
    };
    until("the answer to /stop in its topic", 30, back).await;

    app.sandbox.world.lock().person_delete_topic(person, news).unwrap();
    reply("Where are you?").await;
    assert_eq!(topic_of(&app, person, "Where are you?", 1).await, None, "the topic is gone, the chat is not");
    let row = app.contact(person).await;
    assert_eq!(row["unreachable_reason"], "opted_out", "a topic says nothing about its person: {row}");

    let thread = app.api.get(&format!("/conversations/{contact}/messages")).await;
    let states: Vec<&Value> =
        thread["items"].as_array().unwrap().iter().filter(|one| one["text"] == "Where are you?").collect();
    assert_eq!(states.len(), 1, "one line, however many calls: {thread}");
    app.finish().await;
}

#[tokio::test]
async fn campaigns_go_to_the_general_part_of_a_chat() {
    let world = WorldConfig { people: 1, lively: false, flood_limits: false, ..WorldConfig::default() };
    let app = TestApp::start(world).await;
    let person = app.sandbox.world.lock().person_ids().next().unwrap();
    {
        let (mut world, now) = (app.sandbox.world.lock(), SystemClock.now());
        world.person_start(person, None, now).unwrap();
        let topic = world.person_open_topic(person).unwrap();
        world.person_write_in(person, topic, "Hello", now).unwrap();
    }
    until("the person", 30, async || app.try_contact(person).await).await;
    let new =
        json!({"bot_id": app.bot, "name": "News", "audience": {"all": []}, "message": {"text": "For all"}});
    let campaign = app.api.post("/campaigns", new).await["id"].as_i64().unwrap();
    app.api.post(&format!("/campaigns/{campaign}/start"), json!({})).await;
    app.campaign_at(campaign, "done", None).await;
    assert_eq!(topic_of(&app, person, "For all", 1).await, None);
    app.finish().await;
}
