//! Rows whose last interaction an older version had set back are right again once the schema has grown.

use domain::event::{Event, EventBody};
use domain::ids::{BotId, ContactNumber};

use super::{House, bot, on_both, person};
use crate::contacts::Contact;
use crate::{StoreError, WriteTx, contacts, events, migrate, settings};

on_both!(last_interactions_are_read_from_the_log_once);

fn record(tx: &WriteTx<'_>, bot: BotId, number: i64, contact: u32, at: i64) -> Result<(), StoreError> {
    let body = match contact {
        3 => EventBody::Unblocked { told: true },
        _ => EventBody::Start { payload: None, message_id: 1 },
    };
    let contact = Some(ContactNumber(contact));
    events::append(tx, bot, &Event { number, contact, at, body, windows: Vec::new() })
}

async fn last_interactions_are_read_from_the_log_once(house: &House) {
    let store = house.open();
    // Never set; set back; right already; with nothing but a fact that is no interaction; later than any event.
    let told = [None, Some(40), Some(90), Some(10), Some(200)];
    let grow = move |tx: &WriteTx<'_>| {
        let (_, bot) = bot(tx, 7)?;
        for (number, last_interaction) in (0..).zip(told) {
            contacts::insert(tx, bot, &Contact { last_interaction, ..person(number, "Ann") })?;
            record(tx, bot, i64::from(number) * 2 + 1, number, 90)?;
            record(tx, bot, i64::from(number) * 2 + 2, number, 60)?;
        }
        settings::set(tx, "log_id", "log-before")?;
        migrate::repeat_step(tx, 9)?;
        Ok::<_, StoreError>(bot)
    };
    let bot = store.write(grow).await.unwrap();
    let read = store.reader().read(move |tx| {
        let found = contacts::by_numbers(tx, bot, &[0, 1, 2, 3, 4])?;
        let times: Vec<_> = found.into_iter().map(|contact| contact.last_interaction).collect();
        Ok::<_, StoreError>((times, settings::get(tx, "log_id")?))
    });
    let (times, log) = read.await.unwrap();
    assert_eq!(times, [Some(90), Some(90), Some(90), Some(10), Some(200)]);
    assert_eq!(log, None, "index files that were built from such rows are of no use");
}
