//! The last line of a conversation, as lists and searches show it: which message it is of, and who rewords it.

use domain::conversation::LineOf;

use super::*;

/// A desk where a flow answers "price".
async fn with_prices() -> Desk {
    let desk = Desk::new().await;
    let flows = Flows::new(desk.house.store.clone(), desk.house.clock());
    let graph = json!({"start": "s", "nodes": {
        "s": {"type": "start", "triggers": [{"keyword": "price"}], "next": "m"},
        "m": {"type": "message", "message": {"text": "The price is 5."}, "next": null}}});
    let (workspace, bot) = (desk.house.workspace, desk.house.bot);
    let flow = flows.create(workspace, bot, "Prices".into(), graph).await.unwrap();
    flows.publish(workspace, flow.flow.id).await.unwrap();
    desk
}

impl Desk {
    async fn edits(&mut self, id: i64, text: &str) {
        let edit = message(id, json!({"text": text, "edit_date": NOW / 1_000}));
        self.give("edited_message", &edit).await;
    }

    /// The last line, which a search finds and what else it may have been does not.
    async fn line(&self, found: &str, lost: &str) -> String {
        let bot = self.house.bot;
        let mut counts = Vec::new();
        for q in [found, lost] {
            let q = q.to_owned();
            let read = self.house.store.reader().read(move |tx| {
                let (all, order) = (conversations::Filter::All, conversations::Order::Latest);
                conversations::list(tx, bot, all, &q, order, None, 9)
            });
            counts.push(read.await.unwrap().len());
        }
        assert_eq!(counts, [1, 0], "{found} is found, {lost} is not");
        self.head().await.unwrap().last_text
    }
}

#[tokio::test]
async fn the_line_follows_its_message_though_a_flow_answered_something_since() {
    let mut desk = with_prices().await;
    desk.says(2, json!({"text": "My order number is 4711"})).await;
    desk.says(3, json!({"text": "price", "date": NOW / 1_000 - 50})).await;
    desk.edits(2, "My order number is 4117").await;
    assert_eq!(desk.line("4117", "4711").await, "My order number is 4117");
    let thread = desk.thread().await;
    let said = thread.iter().find(|entry| entry.text.as_deref() == Some("My order number is 4117"));
    assert!(said.is_some(), "thread and list say the same");

    desk.edits(3, "prices").await;
    assert_eq!(desk.line("4117", "prices").await, "My order number is 4117", "nobody waits for a price");
}

#[tokio::test]
async fn what_the_team_said_last_is_reworded_by_no_edit() {
    let mut desk = with_prices().await;
    desk.says(2, json!({"text": "My order number is 4711"})).await;
    let inbox = Inbox::new(desk.house.store.clone(), desk.house.clock());
    let answer = json!({"text": "It is on its way"});
    inbox.reply(desk.house.workspace, desk.house.agent, desk.ann(), &answer).await.unwrap();
    desk.edits(2, "My order number is 4117").await;
    assert_eq!(desk.line("way", "4117").await, "It is on its way");
    // A flow that hands over afterwards leaves the team's words there, and they stay the team's.
    let (bot, ann) = (desk.house.bot, desk.house.row(desk.ann()).await);
    let hand_over = move |tx: &store::WriteTx<'_>| {
        crate::journal::append(tx, bot, |journal| crate::conversation::hand_over(journal, &ann, NOW))
    };
    desk.house.write(hand_over).await;
    desk.edits(2, "My order number is 4118").await;
    assert_eq!(desk.line("way", "4118").await, "It is on its way");
}

#[tokio::test]
async fn a_message_that_comes_late_is_not_the_last_line() {
    let mut desk = Desk::new().await;
    desk.says(3, json!({"text": "second", "date": NOW / 1_000 - 40})).await;
    desk.says(2, json!({"text": "first", "date": NOW / 1_000 - 50})).await;
    assert_eq!(desk.line("second", "first").await, "second");
    assert_eq!(desk.head().await.unwrap().unread, 2);
    desk.edits(2, "first, better").await;
    assert_eq!(desk.line("second", "first").await, "second");
}

#[tokio::test]
async fn a_line_from_before_its_message_was_kept_follows_the_last_in_the_log() {
    let mut desk = with_prices().await;
    desk.says(2, json!({"text": "My order number is 4711"})).await;
    let (bot, head) = (desk.house.bot, desk.head().await.unwrap());
    assert_eq!(head.line_of, LineOf::Message(2));
    let forget = move |tx: &store::WriteTx<'_>| {
        let old = Conversation { line_of: LineOf::Unknown, ..head.clone() };
        Ok(conversations::put(tx, bot, Some(&head), &old)?)
    };
    desk.house.write(forget).await;
    assert_eq!(desk.head().await.unwrap().line_of, LineOf::Unknown);
    desk.edits(2, "My order number is 4117").await;
    assert_eq!(desk.line("4117", "4711").await, "My order number is 4117");
}
