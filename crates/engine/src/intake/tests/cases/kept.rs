//! What is kept of what Muster does not use itself: with the person, in their timeline and export, for as long as raw
//! updates and texts are kept.

use domain::event::EventBody;
use store::retention::{self, Walk};

use super::*;

fn ann() -> Value {
    json!({"id": ANN, "is_bot": false, "first_name": "Ann", "language_code": "en"})
}

#[tokio::test]
async fn a_vote_a_purchase_and_a_checkout_are_kept_with_the_person_who_is_known() {
    let kinds = [
        ("poll_answer", json!({"poll_id": "p", "user": ann(), "option_ids": [1]})),
        ("purchased_paid_media", json!({"from": ann(), "paid_media_payload": "set-7"})),
        (
            "pre_checkout_query",
            json!({"id": "1", "from": ann(), "currency": "USD", "total_amount": 1990,
            "invoice_payload": "plan-pro"}),
        ),
    ];
    let mut desk = Desk::new().await;
    for (kind, body) in &kinds {
        desk.give(kind, body).await;
    }
    assert_eq!(desk.kinds().await, ["raw"; 3], "they make nobody known");
    desk.says(1, json!({"text": "/start"})).await;
    let before = desk.house.row(desk.ann()).await.last_interaction;
    for (kind, body) in &kinds {
        desk.give(kind, body).await;
    }
    let log = desk.house.log().await;
    let theirs: Vec<Option<&str>> = log
        .iter()
        .filter(|event| event.contact.is_some() && event.body.kind() == "raw")
        .map(|event| event.body.object())
        .collect();
    assert_eq!(theirs, kinds.each_ref().map(|(kind, _)| Some(*kind)));
    let export = desk.export().await;
    for told in ["option_ids", "set-7", "plan-pro"] {
        assert!(export.contains(told), "{told}");
    }
    assert_eq!(desk.house.row(desk.ann()).await.last_interaction, before, "no interaction");
}

#[tokio::test]
async fn a_payment_is_kept_with_what_was_bought_and_its_numbers() {
    let mut desk = Desk::new().await;
    for id in [1, 2] {
        let payment = json!({"currency": "USD", "total_amount": 1990, "invoice_payload": "plan-pro",
            "order_info": {"name": "Ann Lee", "shipping_address": {"city": "Riga"}},
            "telegram_payment_charge_id": "tg-1", "provider_payment_charge_id": "pr-1"});
        desk.says(id, json!({"successful_payment": payment})).await;
    }
    let kinds = desk.kinds().await;
    assert_eq!(kinds, ["contact_created", "conversion", "raw"], "told twice, and one payment");
    let export = desk.export().await;
    for told in ["plan-pro", "Riga", "tg-1", "pr-1"] {
        assert!(export.contains(told), "{told}");
    }
}

#[tokio::test]
async fn an_emoji_of_somebodys_own_making_keeps_its_id_and_goes_when_texts_go() {
    let mut desk = Desk::new().await;
    let body = json!({"chat": {"id": ANN, "type": "private"}, "message_id": 9, "date": NOW / 1_000,
        "user": ann(), "old_reaction": [],
        "new_reaction": [{"type": "custom_emoji", "custom_emoji_id": "5368324170671202286"}]});
    desk.give("message_reaction", &body).await;
    assert_eq!(desk.thread().await[0].text.as_deref(), Some("⭐"));
    assert!(desk.export().await.contains("5368324170671202286"));
    let bot = desk.house.bot;
    let worded = move |tx: &store::ReadTx<'_>| retention::worded(tx, bot, Walk::EventTexts, 0, 9);
    let found = desk.house.store.reader().read(worded).await.unwrap();
    let ids: Vec<i64> = found.iter().map(|row| row.id).collect();
    assert_eq!(ids.len(), 1, "what stands under a message is words as others are");
    desk.house.write(move |tx| Ok(retention::blank(tx, bot, Walk::EventTexts, &ids)?)).await;
    assert!(desk.house.store.reader().read(worded).await.unwrap().is_empty());
    let log = desk.house.log().await;
    let blank = EventBody::Reacted { message_id: 9, emoji: String::new(), custom: Vec::new() };
    assert_eq!(log.last().unwrap().body, blank, "that it happened stays");
}

#[tokio::test]
async fn what_is_answered_in_another_chat_or_in_part_is_in_thread_list_and_export() {
    let mut desk = Desk::new().await;
    let poll = json!({"id": "p", "question": "When?", "options": [
        {"persistent_id": "a1", "text": "Mon"}, {"persistent_id": "b2", "text": "Tue"}]});
    let origin = json!({"type": "channel", "chat": {"id": -1_001, "type": "channel", "title": "News"},
        "message_id": 4, "date": 1});
    let elsewhere = json!({"origin": origin, "chat": {"id": -1_001, "type": "channel", "title": "News"}});
    let said = [
        json!({"text": "Is it?", "external_reply": elsewhere, "quote": {"text": "The price is 20", "position": 3}}),
        json!({"text": "This", "reply_to_message": {"message_id": 1, "date": 1, "chat": {"id": ANN}, "poll": poll},
            "reply_to_poll_option_id": "b2"}),
        json!({"sticker": {"file_id": "s"}, "external_reply": {"origin": origin, "photo": [{"file_id": "p"}]}}),
    ];
    for (id, fields) in (1..).zip(said) {
        desk.says(id, fields).await;
    }
    let thread = desk.thread().await;
    let shown: Vec<Vec<(&str, &str)>> = thread
        .iter()
        .filter(|entry| entry.kind == EntryKind::Message)
        .map(|entry| entry.details.iter().map(|detail| (detail.name, detail.text.as_str())).collect())
        .collect();
    let wanted = [
        vec![("quoted_from", "News"), ("answers", "[photo]")],
        vec![("answers", "When?"), ("answered_option", "Tue")],
        vec![("quoted_from", "News"), ("quote", "The price is 20")],
    ];
    for shown_as in &wanted {
        assert!(shown.contains(shown_as), "{shown:?}");
    }
    assert!(
        desk.head().await.unwrap().last_text.contains("News"),
        "without words, the list says what it held"
    );
    let export = desk.export().await;
    for told in ["The price is 20", "b2", "Tue", "News"] {
        assert!(export.contains(told), "{told}");
    }
}
