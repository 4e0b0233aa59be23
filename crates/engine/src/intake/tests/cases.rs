//! What people really send: each with what it must come to. Updates are as Telegram gives them.

mod kept;
mod lines;
mod presses;
mod refused;

use serde_json::{Value, json};
use store::conversations;
use store::outbox;

use super::*;
use crate::contacts::Contacts;
use crate::flows::{FlowRunner, Flows};
use crate::inbox::{Entry, EntryKind, Inbox};
use crate::team::Team;
use crate::test_house::{House, NOW};
use domain::conversation::Conversation;
use domain::ids::{ContactId, ContactNumber};
use domain::phrases::Phrasebook;

/// The person who writes.
const ANN: i64 = 7_200_000_001;

struct Desk {
    house: House,
    intake: Intake,
    next: i64,
}

impl Desk {
    async fn new() -> Self {
        let house = House::new().await;
        let secrets = house.secrets.clone();
        let intake = Intake::new(house.store.clone(), secrets.clone(), Arc::new(FlowRunner::new(secrets)));
        Self { house, intake, next: 1 }
    }

    /// Gives one update of a kind.
    async fn give(&mut self, kind: &str, body: &Value) -> Taken {
        self.give_at(kind, body, NOW).await
    }

    async fn give_at(&mut self, kind: &str, body: &Value, at: Millis) -> Taken {
        let update = json!({"update_id": self.next, kind: body}).to_string();
        self.next += 1;
        let arrived = Arrived { received: Received::parse(&update).unwrap(), at };
        let taken = self.intake.take(self.house.bot, vec![arrived], None).await.unwrap();
        assert_eq!((taken.new, taken.failed), (1, 0), "{update}");
        taken
    }

    async fn says(&mut self, id: i64, fields: Value) {
        self.give("message", &message(id, fields)).await;
    }

    async fn kinds(&self) -> Vec<&'static str> {
        self.house.log().await.iter().map(|event| event.body.kind()).collect()
    }

    async fn head(&self) -> Option<Conversation> {
        let bot = self.house.bot;
        let read = self.house.store.reader().read(move |tx| conversations::get(tx, bot, ContactNumber(0)));
        read.await.unwrap()
    }

    async fn waits(&self) -> bool {
        self.head().await.is_some_and(|head| head.waiting_since.is_some())
    }

    fn ann(&self) -> ContactId {
        ContactId::new(self.house.bot, ContactNumber(0))
    }

    async fn is_opted_out(&self) -> bool {
        self.house.row(self.ann()).await.reachability.opted_out
    }

    async fn thread(&self) -> Vec<Entry> {
        let inbox = Inbox::new(self.house.store.clone(), self.house.clock());
        inbox.thread(self.house.workspace, self.ann(), None, 50).await.unwrap().items
    }

    async fn export(&self) -> String {
        let house = &self.house;
        let room =
            Contacts::new(house.store.clone(), house.secrets.clone(), house.clock(), house.people.clone());
        room.dossier(house.workspace, self.ann()).await.unwrap().to_string()
    }
}

fn message(id: i64, fields: Value) -> Value {
    let mut message = json!({"message_id": id, "date": NOW / 1_000 - 60,
        "chat": {"id": ANN, "type": "private", "first_name": "Ann"},
        "from": {"id": ANN, "is_bot": false, "first_name": "Ann", "language_code": "en"}});
    message.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    message
}

#[tokio::test]
async fn a_service_message_is_kept_raw_and_nobody_wrote() {
    let mut desk = Desk::new().await;
    desk.says(1, json!({"text": "/start"})).await;
    let before = desk.house.row(desk.ann()).await.last_interaction;
    for (id, service) in [
        (2, "pinned_message"),
        (3, "chat_background_set"),
        (4, "write_access_allowed"),
        (5, "a_kind_to_come"),
    ] {
        let mut fields = json!({"date": NOW / 1_000});
        fields[service] =
            json!({"message_id": 1, "date": 1, "chat": {"id": ANN, "type": "private"}, "text": "Hello"});
        desk.says(id, fields).await;
    }
    assert_eq!(desk.kinds().await, ["contact_created", "start", "raw", "raw", "raw", "raw"]);
    assert!(!desk.waits().await, "nobody waits");
    assert_eq!(
        desk.house.row(desk.ann()).await.last_interaction,
        before,
        "no interaction, so no other stage"
    );
    assert!(desk.export().await.contains("chat_background_set"), "it stands in the person's export");
}

#[tokio::test]
async fn what_is_answered_goes_where_somebody_wrote_last() {
    let mut desk = Desk::new().await;
    let topic = |id: i64| json!({"message_thread_id": id, "is_topic_message": true});
    let said_in = |place: Value, text: &str| {
        let mut fields = json!({"text": text});
        fields.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
        fields
    };
    // The thread of a reply is none of the chat's topics.
    let thread = json!({"message_thread_id": 5});
    let mut topics = Vec::new();
    for (id, place) in [(1, topic(12)), (2, json!({})), (3, topic(14)), (4, thread)] {
        desk.says(id, said_in(place, "/stop")).await;
        desk.give("callback_query", &opt_in(id, &json!({}))).await;
        let bot = desk.house.bot;
        let read = move |tx: &store::ReadTx<'_>| {
            let last = contacts::topic(tx, bot, ContactNumber(0))?;
            let sent = outbox::of_contact(tx, bot, ContactNumber(0), i64::MAX, 1)?;
            Ok::<_, StoreError>((telegram::stored_message(&sent[0].message).unwrap().topic, last))
        };
        topics.push(desk.house.store.reader().read(read).await.unwrap());
    }
    let where_said = [Some(12), None, Some(14), None];
    assert_eq!(topics.iter().map(|(answer, _)| *answer).collect::<Vec<_>>(), where_said);
    assert_eq!(topics.iter().map(|(_, last)| *last).collect::<Vec<_>>(), [None; 4], "pressed outside since");
    desk.give("callback_query", &opt_in(9, &topic(12))).await;
    let bot = desk.house.bot;
    let read = move |tx: &store::ReadTx<'_>| contacts::topic(tx, bot, ContactNumber(0));
    assert_eq!(desk.house.store.reader().read(read).await.unwrap(), Some(12));
}

/// A press on the way back from `/stop`, on a message in that place.
fn opt_in(message_id: i64, place: &Value) -> Value {
    let mut message = json!({"message_id": 1_000 + message_id, "date": NOW / 1_000,
        "chat": {"id": ANN, "type": "private"}});
    message.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
    json!({"id": message_id.to_string(), "chat_instance": "1", "data": crate::tokens::OPT_IN,
        "from": {"id": ANN, "is_bot": false, "first_name": "Ann", "language_code": "en"}, "message": message})
}

#[tokio::test]
async fn an_edit_words_thread_and_last_line_anew_and_is_nothing_new() {
    let mut desk = Desk::new().await;
    desk.says(1, json!({"text": "/start"})).await;
    desk.says(2, json!({"text": "My order number is 4711"})).await;
    let before = desk.head().await.unwrap();
    let edit = message(2, json!({"text": "My order number is 4117", "edit_date": NOW / 1_000 - 30}));
    desk.give("edited_message", &edit).await;
    let after = desk.head().await.unwrap();
    assert_eq!(after.last_text, "My order number is 4117");
    assert_eq!((after.unread, after.waiting_since), (before.unread, before.waiting_since));
    let kinds = desk.kinds().await;
    assert_eq!(kinds.iter().filter(|kind| **kind == "message").count(), 1, "an edit is no new message");
    let thread = desk.thread().await;
    let said: Vec<&Entry> = thread.iter().filter(|entry| entry.kind == EntryKind::Message).collect();
    assert_eq!(said.len(), 1);
    assert_eq!(said[0].text.as_deref(), Some("My order number is 4117"));
    assert_eq!(said[0].edited_at, Some(NOW - 30_000 + 999));
    assert_eq!(said[0].earlier[0].text, "My order number is 4711");
    let export = desk.export().await;
    assert!(export.contains("4711") && export.contains("4117"));
}

#[tokio::test]
async fn only_the_last_line_follows_an_edit_and_an_edited_command_does_not_run_again() {
    let mut desk = Desk::new().await;
    desk.says(2, json!({"text": "first"})).await;
    desk.says(3, json!({"text": "second", "date": NOW / 1_000 - 50})).await;
    desk.give("edited_message", &message(2, json!({"text": "first, better", "edit_date": NOW / 1_000})))
        .await;
    assert_eq!(desk.head().await.unwrap().last_text, "second");
    desk.says(4, json!({"text": "/help me", "date": NOW / 1_000 - 40})).await;
    desk.give("edited_message", &message(4, json!({"text": "/stop", "edit_date": NOW / 1_000}))).await;
    assert!(!desk.is_opted_out().await);
    assert_eq!(desk.head().await.unwrap().last_text, "/stop");
}

#[tokio::test]
async fn an_edit_that_comes_first_or_of_an_unknown_message_is_shown() {
    let mut desk = Desk::new().await;
    let edit = message(8, json!({"text": "new words", "edit_date": NOW / 1_000 - 30}));
    desk.give("edited_message", &edit).await;
    let thread = desk.thread().await;
    assert_eq!(thread[0].text.as_deref(), Some("new words"));
    assert!(thread[0].edited_at.is_some() && thread[0].earlier.is_empty());
    assert!(!desk.waits().await);
    desk.says(8, json!({"text": "old words"})).await;
    let thread = desk.thread().await;
    let said: Vec<&Entry> = thread.iter().filter(|entry| entry.kind == EntryKind::Message).collect();
    assert_eq!(said.len(), 1);
    assert_eq!((said[0].text.as_deref(), said[0].earlier[0].text.as_str()), (Some("new words"), "old words"));
    assert_eq!(desk.head().await.unwrap().last_text, "new words");
}

#[tokio::test]
async fn what_a_message_holds_is_shown_and_exported() {
    let mut desk = Desk::new().await;
    desk.says(1, json!({"text": "/start"})).await;
    desk.says(2, json!({"location": {"latitude": 52.52, "longitude": 13.405}})).await;
    desk.says(3, json!({"contact": {"phone_number": "+10000000000", "first_name": "Ann", "user_id": ANN}}))
        .await;
    let link =
        json!({"type": "text_link", "offset": 0, "length": 9, "url": "https://example.org/invoice/17"});
    desk.says(4, json!({"text": "Look here", "entities": [link]})).await;
    let options = json!([{"text": "Mon", "voter_count": 0}, {"text": "Tue", "voter_count": 0}]);
    desk.says(5, json!({"poll": {"id": "1", "question": "When?", "options": options}})).await;
    assert!(desk.head().await.unwrap().last_text.contains("When?"), "the list finds it");
    let thread = desk.thread().await;
    let shown: Vec<String> =
        thread.iter().flat_map(|entry| entry.details.iter().map(|detail| detail.text.clone())).collect();
    let export = desk.export().await;
    for told in ["52.52, 13.405", "+10000000000", "https://example.org/invoice/17", "When?", "Tue"] {
        assert!(shown.iter().any(|line| line == told), "{told} in {shown:?}");
    }
    for told in ["52.52", "+10000000000", "https://example.org/invoice/17", "When?", "Tue"] {
        assert!(export.contains(told), "{told}");
    }
}

#[tokio::test]
async fn an_emoji_under_a_message_is_shown_and_nobody_waits() {
    let mut desk = Desk::new().await;
    let body = json!({"chat": {"id": ANN, "type": "private"}, "message_id": 9, "date": NOW / 1_000,
        "user": {"id": ANN, "is_bot": false, "first_name": "Ann"}, "old_reaction": [],
        "new_reaction": [{"type": "emoji", "emoji": "👍"}]});
    desk.give("message_reaction", &body).await;
    assert_eq!(desk.kinds().await, ["contact_created", "reacted"]);
    assert_eq!(desk.thread().await[0].text.as_deref(), Some("👍"));
    assert!(!desk.waits().await);
}

#[tokio::test]
async fn a_command_that_nothing_knows_is_a_message_to_the_team() {
    let mut desk = Desk::new().await;
    desk.says(1, json!({"text": "/start"})).await;
    assert!(!desk.waits().await, "a start asks nobody");
    desk.says(2, json!({"text": "/refund order 4711 did not arrive"})).await;
    assert!(desk.waits().await);
    assert_eq!(desk.head().await.unwrap().last_text, "/refund order 4711 did not arrive");
}

#[tokio::test]
async fn commands_fold_case_and_those_of_another_bot_are_words() {
    let mut desk = Desk::new().await;
    desk.says(1, json!({"text": "/START"})).await;
    desk.says(2, json!({"text": "/stop@another_bot"})).await;
    assert!(!desk.is_opted_out().await, "it is for another bot");
    assert!(desk.waits().await);
    desk.says(3, json!({"text": "/Stop"})).await;
    assert!(desk.is_opted_out().await);
    assert_eq!(&desk.kinds().await[1..3], ["start", "message"]);

    let mut desk = Desk::new().await;
    desk.says(1, json!({"text": "/STOP@Lantern_Bot"})).await;
    assert!(desk.is_opted_out().await, "a username has no case");
    let log = desk.house.log().await;
    let command = log.iter().find(|event| event.body.kind() == "command").unwrap();
    assert_eq!(command.body.object(), Some("stop"), "one command, however it is written");
}

#[tokio::test]
async fn an_album_is_answered_once_and_every_caption_is_shown() {
    let mut desk = Desk::new().await;
    let flows = Flows::new(desk.house.store.clone(), desk.house.clock());
    let graph = json!({"start": "s", "nodes": {
        "s": {"type": "start", "triggers": [{"keyword": "price"}], "next": "m"},
        "m": {"type": "message", "message": {"text": "The price is 5."}, "next": null}}});
    let (workspace, bot) = (desk.house.workspace, desk.house.bot);
    let flow = flows.create(workspace, bot, "Prices".into(), graph).await.unwrap();
    flows.publish(workspace, flow.flow.id).await.unwrap();
    let photo = |caption: &str, album: &str| {
        json!({"photo": [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}], "caption": caption,
            "media_group_id": album})
    };
    desk.says(1, photo("the price of this?", "7")).await;
    desk.says(2, photo("and the price of this?", "7")).await;
    desk.says(3, photo("look", "7")).await;
    let answers = async |desk: &Desk| {
        let (bot, number) = (desk.house.bot, ContactNumber(0));
        let read = desk.house.store.reader().read(move |tx| outbox::of_contact(tx, bot, number, i64::MAX, 9));
        read.await.unwrap().len()
    };
    assert_eq!(answers(&desk).await, 1);
    assert!(!desk.waits().await, "what was answered waits for nobody");
    let captions: Vec<Option<String>> = desk.thread().await.into_iter().map(|entry| entry.text).collect();
    for caption in ["the price of this?", "and the price of this?", "look"] {
        assert!(captions.iter().any(|text| text.as_deref() == Some(caption)), "{captions:?}");
    }
    desk.says(4, photo("the price?", "8")).await;
    assert_eq!(answers(&desk).await, 2, "another album is another question");
    desk.says(5, photo("look", "9")).await;
    assert!(desk.waits().await, "what nothing answers waits for the team");
}

#[tokio::test]
async fn stop_words_are_the_workspaces_own_whole_messages_and_answered_in_their_language() {
    let mut desk = Desk::new().await;
    desk.says(1, json!({"text": "/start"})).await;
    desk.says(2, json!({"text": "please stop the timer"})).await;
    assert!(!desk.is_opted_out().await);
    desk.says(3, json!({"text": " 退订 "})).await;
    assert!(desk.is_opted_out().await);
    let log = desk.house.log().await;
    let last: Vec<&str> = log.iter().rev().take(2).map(|event| event.body.kind()).collect();
    assert_eq!(last, ["opted_out", "command"], "as by /stop: no answer to a campaign");
    let (bot, number) = (desk.house.bot, ContactNumber(0));
    let read = desk.house.store.reader().read(move |tx| outbox::of_contact(tx, bot, number, i64::MAX, 9));
    let answer = telegram::stored_message(&read.await.unwrap()[0].message).unwrap();
    assert!(answer.text.starts_with("已为你"));

    let mut desk = Desk::new().await;
    let team = Team::new(desk.house.store.clone(), desk.house.clock());
    let book = Phrasebook {
        language: "fi".into(),
        stop_words: vec!["Lopeta".into()],
        stopped: "Selvä".into(),
        back: "Takaisin".into(),
        bound: "Sidottu".into(),
    };
    let decided = team.decide_phrases(desk.house.workspace, vec![book], 0, None).await.unwrap();
    assert_eq!(decided.version, 1);
    desk.says(1, json!({"text": "unsubscribe"})).await;
    assert!(!desk.is_opted_out().await, "no word of this workspace any more");
    desk.says(2, json!({"text": "LOPETA"})).await;
    assert!(desk.is_opted_out().await);
}

#[tokio::test]
async fn a_phrase_from_before_the_check_is_said_as_it_stands() {
    let mut desk = Desk::new().await;
    let (workspace, bot, owner) = (desk.house.workspace, desk.house.bot, desk.house.owner);
    let bound = "Connected {first_name, welcome";
    let books = json!([{"language": "en", "stop_words": ["stop"], "stopped": "Done {now", "back": "Back {",
        "bound": bound}]);
    let decision =
        store::phrases::Decision { value: books.to_string(), version: 1, changed_at: 1, changed_by: None };
    desk.house.write(move |tx| Ok(store::phrases::put(tx, workspace, &decision)?)).await;
    let team = Team::new(desk.house.store.clone(), desk.house.clock());
    let code = team.telegram_link(workspace, owner, bot).await.unwrap().code;
    desk.says(1, json!({"text": format!("/start me_{code}")})).await;
    desk.says(2, json!({"text": "/stop"})).await;
    let ann = desk.ann().number();
    let read = desk.house.store.reader().read(move |tx| outbox::of_contact(tx, bot, ann, i64::MAX, 9));
    let said = read.await.unwrap();
    let said: Vec<_> = said.iter().rev().filter_map(|row| telegram::stored_message(&row.message)).collect();
    let texts: Vec<&str> = said.iter().map(|message| message.text.as_str()).collect();
    assert_eq!(texts, [bound, "Done {now"]);
    assert_eq!(said[1].buttons[0][0].text, "Back {");
}
