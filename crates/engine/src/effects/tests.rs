use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use domain::event::Outcome;
use domain::ids::NodeId;
use domain::message::{Message, Variables};
use telegram::Rate;

use super::*;
use crate::delivery::{Answer, Courier, CourierOptions, Transport};
use crate::journal::{self, Reach};
use crate::test_house::{House, NOW};

/// Nobody is to be called.
struct Nobody;

impl Transport for Nobody {
    fn send(&self, chat: i64, _: Outgoing) -> Pin<Box<dyn Future<Output = Answer> + Send + '_>> {
        panic!("{chat} was called")
    }
}

#[tokio::test]
async fn no_tag_has_a_name_that_nobody_sees() {
    use crate::error::checked_name;
    for name in ["\u{200b}", "\u{200d}", "\u{feff} \u{fe0f}", "\u{3164}"] {
        assert!(checked_name("/name", name, 64).is_err(), "{name:?}");
    }
    let house = House::new().await;
    let (bot, workspace, id) = (house.bot, house.workspace, house.person(1, "Ada", 3).await);
    // As a document from before may hold them.
    let names = ["\u{200b}".to_owned(), String::new(), "❤\u{fe0f}".to_owned(), "❤".to_owned()];
    let add = move |tx: &store::WriteTx<'_>| {
        journal::append(tx, bot, |journal| add_tags(journal, id.number(), &names, Origin::Import, NOW))
    };
    assert_eq!(house.write(add).await, 1);
    let known = house.store.reader().read(move |tx| tags::list(tx, workspace)).await.unwrap();
    let known: Vec<&str> = known.iter().map(|tag| tag.name.as_str()).collect();
    assert_eq!(known, ["❤\u{fe0f}"], "one tag, in its first spelling");
}

#[tokio::test]
async fn what_cannot_be_sent_has_a_line_all_the_same() {
    let house = House::new().await;
    let (bot, id) = (house.bot, house.person(1, "Ada", 3).await);
    let mut ada = house.row(id).await;
    house
        .write(move |tx| {
            journal::append(tx, bot, |journal| {
                journal.set_reachability(&mut ada, NOW, Reach::Blocked)?;
                let variables = Variables { profile: &ada.profile, attributes: &ada.attributes };
                let words = Message::plain("Welcome").expect("a text");
                let rendered = words.render(variables, no_wire);
                send(journal, &ada, Lane::Flows, &rendered, MessageAuthor::System, NOW)
            })
        })
        .await;
    let read = house.store.reader().read(move |tx| outbox::of_contact(tx, bot, id.number(), i64::MAX, 10));
    let lines = read.await.unwrap();
    assert_eq!(lines.len(), 1, "it waits for the lease, which skips it and says why");
    let options = CourierOptions {
        node: NodeId(1),
        rate: Rate::Unlimited,
        in_flight_max: 5,
        public_url: String::new(),
        token_sealed: Vec::new(),
    };
    let (store, secrets) = (house.store.clone(), house.secrets.clone());
    let courier = Courier::take_over(bot, store, secrets, house.clock(), Arc::new(Nobody), options);
    courier.await.unwrap().unwrap().drain().await.unwrap();
    let read = house.store.reader().read(move |tx| outbox::of_contact(tx, bot, id.number(), i64::MAX, 10));
    let line = read.await.unwrap().remove(0);
    assert_eq!((line.state, line.reason.as_deref()), (Outcome::Skipped, Some("blocked")));
}
