//! Presses: what is one press, and where somebody is who pressed.

use domain::event::Outcome;

use super::*;

/// A press with that id at Telegram, of that data, on the message of an option.
fn press(id: &str, data: &str) -> Value {
    json!({"id": id, "from": {"id": ANN, "is_bot": false, "first_name": "Ann", "language_code": "en"},
        "message": {"message_id": 9, "date": NOW / 1_000, "chat": {"id": ANN, "type": "private"},
            "text": "What do you like?"}, "chat_instance": "1", "data": data})
}

impl Desk {
    /// What was sent to the person outside campaigns, the last first.
    async fn sent(&self) -> Vec<domain::message::Outgoing> {
        let (bot, number) = (self.house.bot, ContactNumber(0));
        let read = self.house.store.reader().read(move |tx| outbox::of_contact(tx, bot, number, i64::MAX, 9));
        let rows = read.await.unwrap();
        rows.iter().map(|row| telegram::stored_message(&row.message).unwrap()).collect()
    }

    /// How many events are of a kind.
    async fn count(&self, kind: &str) -> usize {
        self.kinds().await.into_iter().filter(|found| *found == kind).count()
    }

    async fn topic(&self) -> Option<i64> {
        let bot = self.house.bot;
        let read = self.house.store.reader().read(move |tx| contacts::topic(tx, bot, ContactNumber(0)));
        read.await.unwrap()
    }
}

#[tokio::test]
async fn the_same_press_again_within_seconds_is_one_press_and_both_are_answered() {
    let mut desk = Desk::new().await;
    for (id, data, at) in [("q1", "news", NOW), ("q2", "news", NOW + 4_000), ("q3", "other", NOW + 4_000)] {
        let taken = desk.give_at("callback_query", &press(id, data), at).await;
        assert_eq!(taken.answers.len(), 1, "{id} is answered");
    }
    assert_eq!(desk.count("button").await, 2, "one press sent twice, and another button");
    desk.give_at("callback_query", &press("q4", "other"), NOW + 9_000).await;
    assert_eq!(desk.count("button").await, 3, "later it is another press");
}

#[tokio::test]
async fn a_press_repeats_only_the_last_one_on_its_message() {
    let mut desk = Desk::new().await;
    let pressed = ["a", "b", "a", "a", "b", "b", "b", "a"];
    for (id, data) in (1..).zip(pressed) {
        desk.give_at("callback_query", &press(&id.to_string(), data), NOW + id * 10).await;
    }
    let log = desk.house.log().await;
    let counted: Vec<&str> = log
        .iter()
        .filter(|event| event.body.kind() == "button")
        .filter_map(|event| event.body.object())
        .collect();
    assert_eq!(counted, ["a", "b", "a", "b", "a"], "back to what was pressed before is a press");
}

#[tokio::test]
async fn a_menus_option_that_a_client_sends_twice_is_answered_run_and_counted_once() {
    let mut desk = Desk::new().await;
    let flows = Flows::new(desk.house.store.clone(), desk.house.clock());
    let option = |key: &str, text: &str, next: &str| json!({"key": key, "text": text, "add_tags": [text], "remove_tags": [], "next": next});
    let graph = json!({"start": "s", "nodes": {
        "s": {"type": "start", "triggers": [{"command": "start"}], "next": "m"},
        "m": {"type": "menu", "message": {"text": "What do you like?"}, "columns": 2,
            "options": [option("tech", "Tech", "t"), option("money", "Money", "t")]},
        "t": {"type": "message", "message": {"text": "Noted."}, "next": null}}});
    let (workspace, bot) = (desk.house.workspace, desk.house.bot);
    let flow = flows.create(workspace, bot, "Menu".into(), graph).await.unwrap();
    flows.publish(workspace, flow.flow.id).await.unwrap();
    desk.says(1, json!({"text": "/start"})).await;
    let menu = desk.sent().await.remove(0);
    let domain::message::ButtonWire::Press(data) = &menu.buttons[0][0].wire else { panic!("{menu:?}") };
    for id in ["q1", "q2"] {
        let taken = desk.give("callback_query", &press(id, data)).await;
        let answer = Answer::Press { query_id: id.into() };
        assert_eq!(taken.answers, [answer], "the spinner of each is stopped");
    }
    let said: Vec<String> = desk.sent().await.into_iter().map(|message| message.text).collect();
    assert_eq!(said, ["Noted.", "What do you like?"], "one answer");
    for kind in ["button", "tag_added", "flow_started", "flow_ended"] {
        assert_eq!(desk.count(kind).await, 1, "{kind}");
    }
}

/// A flow that asks one thing at `/start`, and says "Noted." to the answer.
async fn publish_menu(desk: &Desk) {
    let flows = Flows::new(desk.house.store.clone(), desk.house.clock());
    let graph = json!({"start": "s", "nodes": {
        "s": {"type": "start", "triggers": [{"command": "start"}], "next": "m"},
        "m": {"type": "menu", "message": {"text": "?"}, "columns": 2, "options": [
            {"key": "a", "text": "A", "add_tags": [], "remove_tags": [], "next": "t"}]},
        "t": {"type": "message", "message": {"text": "Noted."}, "next": null}}});
    let flow = flows.create(desk.house.workspace, desk.house.bot, "Menu".into(), graph).await.unwrap();
    flows.publish(desk.house.workspace, flow.flow.id).await.unwrap();
}

/// What travels with the first button of the message that was sent last.
async fn menu_data(desk: &Desk) -> String {
    let menu = desk.sent().await.remove(0);
    let domain::message::ButtonWire::Press(data) = &menu.buttons[0][0].wire else { panic!("{menu:?}") };
    data.clone()
}

#[tokio::test]
async fn a_press_on_a_message_that_is_not_shown_any_more_says_nothing_of_the_topic() {
    let mut desk = Desk::new().await;
    let topic = json!({"message_thread_id": 12, "is_topic_message": true, "text": "/stop"});
    desk.says(1, topic).await;
    assert_eq!(desk.topic().await, Some(12));
    // Telegram gives such a message with its chat, without a date, and without its topic.
    let mut old = opt_in(2, &json!({"date": 0}));
    desk.give("callback_query", &old).await;
    assert_eq!(desk.topic().await, Some(12), "the topic stays");
    publish_menu(&desk).await;
    desk.says(3, json!({"text": "/start", "message_thread_id": 12, "is_topic_message": true})).await;
    old["data"] = json!(menu_data(&desk).await);
    desk.give("callback_query", &old).await;
    let answer = desk.sent().await.remove(0);
    assert_eq!((answer.text.as_str(), answer.topic), ("Noted.", Some(12)), "answered where they were last");

    let house = &desk.house;
    let room = Contacts::new(house.store.clone(), house.secrets.clone(), house.clock(), house.people.clone());
    room.erase(house.workspace, desk.ann()).await.unwrap();
    assert_eq!(desk.topic().await, None, "nothing of where they were is left of an erased person");
}

#[tokio::test]
async fn a_press_proves_a_flows_message_of_which_nobody_knew_and_no_other_that_bears_the_same() {
    let mut desk = Desk::new().await;
    publish_menu(&desk).await;
    desk.says(1, json!({"text": "/start"})).await;
    let (data, bot) = (menu_data(&desk).await, desk.house.bot);
    let rows = async |desk: &Desk| {
        let read = desk.house.store.reader();
        let rows = read.read(move |tx| outbox::of_contact(tx, bot, ContactNumber(0), i64::MAX, 10)).await;
        let mut rows = rows.unwrap();
        rows.sort_by_key(|row| row.id);
        rows
    };
    let ends = async |desk: &Desk, id, outcome, message_id| {
        desk.house.write(move |tx| Ok(outbox::settle(tx, bot, id, outcome, message_id, None)?)).await;
    };
    let first = rows(&desk).await[0].id;
    ends(&desk, first, Outcome::Unknown, None).await;
    desk.give("callback_query", &press("q1", &data)).await;
    let proved = rows(&desk).await.remove(0);
    assert_eq!((proved.state, proved.reason.as_deref()), (Outcome::Sent, Some("proved by an answer")));
    let pressed_on = proved.message_id.expect("it says which message it is");
    // The same menu once more, lost; and then a press on the first.
    desk.says(2, json!({"text": "/start"})).await;
    let second =
        rows(&desk).await.iter().rev().find(|row| row.id != first && row.author == proved.author).unwrap().id;
    ends(&desk, second, Outcome::Unknown, None).await;
    desk.give_at("callback_query", &press("q2", &data), NOW + 60_000).await;
    assert_eq!(desk.count("button").await, 2, "a press of its own");
    let left = rows(&desk).await.into_iter().find(|row| row.id == second).unwrap();
    assert_eq!(left.state, Outcome::Unknown, "message {pressed_on} is the first");
}
