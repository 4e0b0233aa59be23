//! Duties of bots, and what is known of calls whose node lost one: the same on both databases.

use domain::event::Outcome;
use domain::ids::{BotId, ContactNumber, NodeId, OutboxId};
use domain::message::{MessageAuthor, Outgoing, StoredMessage};
use serde_json::json;

use super::{House, bot, on_both};
use crate::nodes::{self, Duty};
use crate::outbox::{self, Lane};
use crate::sql::params;
use crate::{Store, StoreError, WriteTx};

on_both!(
    a_duty_of_a_node_that_is_not_connected_is_anybodys,
    a_late_answer_is_written_where_the_message_still_stands_as_that_lease_left_it,
    a_message_of_an_earlier_version_waits_as_it_was_written,
);

const LEASE_MS: i64 = 60_000;

async fn take(store: &Store, bot: BotId, duty: Duty, node: i64) -> nodes::Hold {
    let taken = store.write(move |tx| nodes::take(tx, bot, duty, NodeId(node), LEASE_MS)).await;
    taken.unwrap().unwrap()
}

async fn a_duty_of_a_node_that_is_not_connected_is_anybodys(house: &House) {
    let store = house.open();
    let (_, lantern) = store.write(|tx| bot(tx, 1)).await.unwrap();
    let first = take(&store, lantern, Duty::Sending, 1).await;
    let intake = take(&store, lantern, Duty::Intake, 1).await;
    assert_eq!((first.fence, intake.fence), (1, 1), "each duty has numbers of its own");
    // Its process is gone, though its time is not over.
    let second = take(&store, lantern, Duty::Sending, 2).await;
    assert_eq!(second.fence, 2);
    store.write(move |tx| nodes::release(tx, &first)).await.unwrap();
    let stand = move |tx: &crate::ReadTx<'_>| {
        let standing = nodes::standing(tx)?;
        let holds: Vec<_> = standing.holds.iter().map(|point| point.hold).collect();
        assert!(standing.holds.iter().all(|point| point.held_until > standing.now), "{standing:?}");
        Ok::<_, StoreError>((holds, nodes::stands(tx, &first)?, nodes::stands(tx, &second)?))
    };
    let seen = store.reader().read(stand).await.unwrap();
    assert_eq!(
        seen,
        (vec![intake, second], false, true),
        "what the first gave back was not its own any more"
    );
    store.write(move |tx| nodes::release(tx, &second)).await.unwrap();
    assert_eq!(take(&store, lantern, Duty::Sending, 1).await.fence, 3, "a number is never given twice");
}

/// A message that was leased at a moment and then stands at an outcome.
fn left(tx: &WriteTx<'_>, bot: BotId, leased_at: i64, at: Outcome) -> Result<OutboxId, StoreError> {
    let id = outbox::insert(
        tx,
        bot,
        ContactNumber(0),
        Lane::Flows,
        &Outgoing::plain("Hi"),
        MessageAuthor::System,
        1,
    )?;
    outbox::lease(tx, bot, id, leased_at)?;
    match at {
        Outcome::Leased => {}
        Outcome::Pending => outbox::again(tx, bot, id)?,
        other => outbox::settle(tx, bot, id, other, None, Some("left so"))?,
    }
    Ok(id)
}

async fn a_late_answer_is_written_where_the_message_still_stands_as_that_lease_left_it(house: &House) {
    let store = house.open();
    let write = store.write(|tx| {
        let (_, bot) = bot(tx, 1)?;
        let mut after = Vec::new();
        for (leased_at, at) in [
            (50, Outcome::Unknown),
            (50, Outcome::Pending),
            (50, Outcome::Leased),
            (50, Outcome::Failed),
            (60, Outcome::Unknown),
        ] {
            let id = left(tx, bot, leased_at, at)?;
            outbox::prove(tx, bot, id, 50, Outcome::Sent, Some(7), None)?;
            let row = outbox::get(tx, bot, id)?.ok_or(StoreError::Closed)?;
            after.push((row.state, row.message_id, row.again));
        }
        Ok::<_, StoreError>(after)
    });
    let wanted = [
        (Outcome::Sent, Some(7), false),
        (Outcome::Sent, Some(7), false),
        (Outcome::Leased, None, false),
        (Outcome::Failed, None, false),
        (Outcome::Unknown, None, false),
    ];
    assert_eq!(write.await.unwrap(), wanted);
}

async fn a_message_of_an_earlier_version_waits_as_it_was_written(house: &House) {
    let store = house.open();
    let old = json!({"text": "Hi", "media": {"kind": "photo", "media_id": 7}, "reply_markup": {"inline_keyboard": []}});
    let kept = old.to_string();
    let write = store.write(move |tx| {
        let (_, bot) = bot(tx, 1)?;
        let number = ContactNumber(0);
        let id =
            outbox::insert(tx, bot, number, Lane::Flows, &Outgoing::plain("Hi"), MessageAuthor::System, 1)?;
        tx.run(
            "UPDATE outbox SET params = $3 WHERE bot_id = $1 AND id = $2",
            params![bot, id, kept.as_str()],
        )?;
        let waiting = outbox::waiting(tx, bot, Lane::Flows, None, 9)?;
        Ok::<_, StoreError>((waiting, outbox::unsent_holding(tx, bot, "\"media_id\":")?))
    });
    let (waiting, holding) = write.await.unwrap();
    assert_eq!(waiting[0].message, StoredMessage::Unversioned(old));
    assert_eq!(holding, waiting);
}
