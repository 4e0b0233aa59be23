use domain::message::{Message, Variables};

use super::*;
use crate::journal::{self, Reach};
use crate::test_house::{House, NOW};

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
}
