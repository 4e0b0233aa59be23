//! Intake against a real store: what one bad update does to its neighbours, and who may move the bot's row.

mod cases;

use domain::event::EventBody;
use domain::ids::NodeId;
use serde_json::json;
use store::contacts::Contact;
use store::nodes::Duty;
use store::{StoreError, bots, contacts};

use super::*;
use crate::acts::Act;
use crate::flows::FlowRunner;
use crate::test_house::{House, NOW};

fn intake(house: &House) -> Intake {
    let secrets = Secrets::from_bytes([5; 64]);
    Intake::new(house.store.clone(), secrets.clone(), Arc::new(FlowRunner::new(secrets)))
}

/// What somebody writes. Nobody has an id below one: such an update cannot be taken in.
fn update(id: i64, telegram_id: i64) -> Arrived {
    let update = json!({"update_id": id, "message": {
        "message_id": id, "date": NOW / 1_000, "text": "Hello",
        "from": {"id": telegram_id, "is_bot": false, "first_name": "Ann"},
        "chat": {"id": telegram_id, "type": "private"}}});
    Arrived { received: Received::parse(&update.to_string()).unwrap(), at: NOW }
}

/// The kinds of a bot's events in order, whose numbers have no gap, and the numbers of its people.
async fn log(house: &House) -> (Vec<String>, Vec<u32>) {
    let bot = house.bot;
    let read = house.store.reader().read(move |tx| {
        let events = events::after(tx, bot, 0, 1_000)?;
        assert!((1..).zip(&events).all(|(number, event)| event.number == number), "{events:?}");
        let kinds = events.iter().map(|event| event.body.kind().to_owned()).collect();
        let mut people = Vec::new();
        contacts::each(tx, bot, |contact| {
            people.push(contact.number.0);
            Ok(true)
        })?;
        Ok::<_, StoreError>((kinds, people))
    });
    read.await.unwrap()
}

#[tokio::test]
async fn an_update_that_fails_is_kept_and_leaves_its_batch_alone() {
    let house = House::new().await;
    let intake = intake(&house);
    let batch = vec![update(1, 7), update(2, 0), update(3, 8), update(4, 7)];
    let taken = intake.take(house.bot, batch.clone(), None).await.unwrap();
    assert_eq!((taken.new, taken.seen, taken.failed), (4, 0, 1));
    let (kinds, people) = log(&house).await;
    let wrote = ["contact_created", "message", "conversation_changed"];
    assert_eq!(kinds, [&wrote[..], &["ingest_failed"], &wrote[..], &["message"]].concat());
    assert_eq!(people, [0, 1]);

    let again = intake.take(house.bot, batch, None).await.unwrap();
    assert_eq!((again.new, again.seen, again.failed), (0, 4, 0), "the failed one is not tried again");
}

/// A press; `message` and `data` as they are told, or not.
fn press(id: i64, telegram_id: i64, told: &serde_json::Value) -> Arrived {
    let mut query = json!({"id": id.to_string(), "chat_instance": "1",
        "from": {"id": telegram_id, "is_bot": false, "first_name": "Ann"}});
    query.as_object_mut().unwrap().extend(told.as_object().unwrap().clone());
    let update = json!({"update_id": id, "callback_query": query});
    Arrived { received: Received::parse(&update.to_string()).unwrap(), at: NOW }
}

#[tokio::test]
async fn presses_elsewhere_and_on_games_are_answered_and_make_nobody_known() {
    let house = House::new().await;
    let chat = |id: i64, kind: &str| json!({"message_id": 5, "date": 0, "chat": {"id": id, "type": kind}});
    let batch = vec![
        press(1, 7, &json!({"inline_message_id": "AAA", "data": "x"})),
        press(2, 7, &json!({"message": chat(-100, "supergroup"), "data": "x"})),
        press(3, 7, &json!({"message": chat(7, "private"), "game_short_name": "cool"})),
    ];
    let taken = intake(&house).take(house.bot, batch, None).await.unwrap();
    assert_eq!((taken.failed, taken.answers.len()), (0, 3));
    assert_eq!(log(&house).await, (vec!["raw".to_owned(); 3], Vec::new()));

    let batch = vec![update(4, 7), press(5, 7, &json!({"data": "x"}))];
    intake(&house).take(house.bot, batch, None).await.unwrap();
    let (kinds, _) = log(&house).await;
    assert_eq!(kinds.last().unwrap(), "button", "who is known pressed under a message too old to be told");
}

#[tokio::test]
async fn nothing_is_pushed_to_a_bot_that_does_not_run() {
    let house = House::new().await;
    let intake = intake(&house);
    let (taken, _) = intake.take_pushed(house.bot, vec![update(1, 7)]).await.unwrap().unwrap();
    assert_eq!(taken.new, 1);
    let before = log(&house).await;
    let bot = house.bot;
    house.store.write(move |tx| bots::set_status(tx, bot, domain::bot::Status::Stopped)).await.unwrap();
    assert_eq!(intake.take_pushed(bot, vec![update(2, 8)]).await.unwrap(), None);
    assert_eq!(log(&house).await, before);
    assert_eq!(intake.take_pushed(domain::ids::BotId(99), vec![update(3, 8)]).await.unwrap(), None);
}

/// Gives a node the duty to take in.
async fn hold(house: &House, node: i64) -> Hold {
    let bot = house.bot;
    let take = house.store.write(move |tx| nodes::take(tx, bot, Duty::Intake, NodeId(node), 60_000));
    take.await.unwrap().unwrap()
}

#[tokio::test]
async fn who_lost_the_duty_to_poll_moves_nothing() {
    let house = House::new().await;
    let (intake, bot) = (intake(&house), house.bot);
    let (lost, held) = (hold(&house, 1).await, hold(&house, 2).await);
    let batch = |ids: std::ops::Range<i64>| ids.map(|id| update(id, 900)).collect::<Vec<_>>();
    let taken = intake.take(bot, batch(10..20), Some(Polled { next: 20, hold: held })).await.unwrap();
    assert_eq!(taken.new, 10);
    let before = log(&house).await;
    let refused = intake.take(bot, batch(5..8), Some(Polled { next: 8, hold: lost })).await;
    assert!(matches!(refused, Err(EngineError::WrongState(_))), "{refused:?}");
    let row = house.store.reader().read(move |tx| bots::of(tx, bot)).await.unwrap().unwrap();
    assert_eq!((row.poll_offset, log(&house).await), (Some(20), before));
    let pushed = intake.take(bot, batch(5..8), None).await.unwrap();
    assert_eq!(pushed.new, 3, "what is pushed may come to any node");
}

/// Has no room for any answer.
struct Full;

impl Responder for Full {
    fn respond(&self, _: &mut Journal<'_>, _: &mut Contact, _: &Act, _: Millis) -> Result<bool> {
        Err(StoreError::Full.into())
    }

    fn option_name(&self, _: &Journal<'_>, _: domain::flow::MenuPress) -> Result<Option<String>> {
        Ok(None)
    }
}

#[tokio::test]
async fn a_full_disk_is_no_fault_of_an_update() {
    let house = House::new().await;
    let intake = Intake::new(house.store.clone(), house.secrets.clone(), Arc::new(Full));
    let refused = intake.take(house.bot, vec![update(1, 900)], None).await;
    assert!(matches!(refused, Err(EngineError::Store(StoreError::Full))), "{refused:?}");
    assert_eq!(log(&house).await.0, Vec::<String>::new(), "nothing is kept of it: it comes again");
}

#[tokio::test]
async fn a_payment_is_recorded_once_and_in_the_currencys_own_unit() {
    let house = House::new().await;
    let paid = |id: i64, currency: &str, amount: i64| {
        let update = json!({"update_id": id, "message": {
            "message_id": id, "date": NOW / 1_000,
            "from": {"id": 7, "is_bot": false, "first_name": "Ann"}, "chat": {"id": 7, "type": "private"},
            "successful_payment": {"currency": currency, "total_amount": amount, "invoice_payload": "plan-pro",
                "telegram_payment_charge_id": format!("t{}", id % 10), "provider_payment_charge_id": "p"}}});
        Arrived { received: Received::parse(&update.to_string()).unwrap(), at: NOW }
    };
    // The first is told a second time, by another update.
    let told = [(1, "USD", 1990), (2, "XTR", 250), (3, "JPY", 500), (4, "KWD", 1990), (11, "USD", 1990)];
    let batch = told.into_iter().map(|(id, currency, amount)| paid(id, currency, amount)).collect();
    intake(&house).take(house.bot, batch, None).await.unwrap();
    intake(&house).take(house.bot, vec![paid(21, "USD", 1990)], None).await.unwrap();
    let paid: Vec<(f64, String)> = house
        .log()
        .await
        .into_iter()
        .filter_map(|event| match event.body {
            EventBody::Conversion { value, currency, .. } => value.zip(currency),
            _ => None,
        })
        .collect();
    let paid: Vec<(f64, &str)> = paid.iter().map(|(value, currency)| (*value, currency.as_str())).collect();
    assert_eq!(paid, [(19.9, "USD"), (250.0, "XTR"), (500.0, "JPY"), (1.99, "KWD")]);
}
