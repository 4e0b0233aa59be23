//! Words that are too old are found, counted and blanked as the database itself sees them, through its own JSON.

use domain::event::{Event, EventBody};
use domain::ids::{BotId, ContactNumber};
use domain::message::{MessageAuthor, Outgoing, StoredMessage};

use super::{House, bot, on_both};
use crate::outbox::{self, Lane};
use crate::retention::{self, Walk};
use crate::{ReadTx, Result, Store, WriteTx, events};

on_both!(what_has_words_is_what_the_database_itself_says, marks_never_go_back);

/// Words that look like the JSON around them.
const WORDS: [&str; 9] =
    ["hello", "", "\"text\":\"x\"", "\\", "{\"file\":\"y\"}", "%_", "\"json\":\"z\"", "null", "价格"];

fn say(tx: &WriteTx<'_>, bot: BotId, number: i64, body: EventBody) -> Result<()> {
    let contact = Some(ContactNumber(1));
    events::append(tx, bot, &Event { number, contact, at: number * 10, body, windows: Vec::new() })
}

/// One event of each kind for each text, the last two without any.
fn furnish(tx: &WriteTx<'_>, bot: BotId) -> Result<()> {
    let texts = WORDS.iter().map(|text| Some((*text).to_owned())).chain([None]);
    let mut number = 0;
    for text in texts {
        let words = text.clone().unwrap_or_default();
        let file = (number == 0).then(|| "AgAC".to_owned());
        let message = EventBody::Message {
            text,
            content: words.clone(),
            message_id: 1,
            file: file.clone(),
            details: None,
            charged: None,
        };
        let photo = EventBody::Message {
            text: None,
            content: "photo".into(),
            message_id: 1,
            file,
            details: None,
            charged: None,
        };
        let command = EventBody::Command { object: words.clone(), text: words.clone(), message_id: 1 };
        let raw = EventBody::Raw { object: words.clone(), json: words.clone() };
        let failed = EventBody::IngestFailed { error: "no".into(), json: words.clone() };
        let press = EventBody::Button { object: words, message_id: None, campaign: None, place: None };
        for body in [message, photo, command, raw, failed, press] {
            number += 1;
            say(tx, bot, number, body)?;
        }
    }
    Ok(())
}

/// How many events of a walk have words, by the database's own reading of `data`.
fn counted(tx: &ReadTx<'_>, bot: BotId, walk: Walk, before: i64) -> Result<i64> {
    let field = |name: &str| {
        let value = if tx.is_postgres() {
            format!("data::jsonb->>'{name}'")
        } else {
            format!("json_extract(data, '$.{name}')")
        };
        format!("COALESCE({value}, '') <> ''")
    };
    let (kinds, has) = match walk {
        Walk::EventRaw => ("'raw', 'ingest_failed'", field("json")),
        _ => ("'message', 'command'", format!("({} OR {})", field("text"), field("file"))),
    };
    let sql =
        format!("SELECT COUNT(*) FROM events WHERE bot_id = $1 AND at < $2 AND kind IN ({kinds}) AND {has}");
    Ok(tx.row(&sql, crate::sql::params![bot, before], |row| row.get(0))?.unwrap())
}

async fn both_counts(store: &Store, bot: BotId, walk: Walk, before: i64) -> (i64, i64) {
    let read = move |tx: &ReadTx<'_>| {
        Ok::<_, crate::StoreError>((
            retention::count_worded(tx, bot, walk, 0, before)?,
            counted(tx, bot, walk, before)?,
        ))
    };
    store.reader().read(read).await.unwrap()
}

async fn what_has_words_is_what_the_database_itself_says(house: &House) {
    let store = house.open();
    let bot = store.write(|tx| bot(tx, 7)).await.unwrap().1;
    store.write(move |tx| furnish(tx, bot)).await.unwrap();
    for walk in [Walk::EventTexts, Walk::EventRaw] {
        for before in [0, 130, i64::MAX] {
            let (ours, theirs) = both_counts(&store, bot, walk, before).await;
            assert_eq!(ours, theirs, "{walk:?} before {before}");
        }
        assert!(both_counts(&store, bot, walk, i64::MAX).await.1 > 10, "{walk:?}: too little to tell");
        let before = store.reader().read(move |tx| events::after(tx, bot, 0, 1_000)).await.unwrap();
        let found = store.reader().read(move |tx| retention::worded(tx, bot, walk, 0, 1_000)).await.unwrap();
        let ids: Vec<i64> = found.iter().map(|row| row.id).collect();
        store.write(move |tx| retention::blank(tx, bot, walk, &ids)).await.unwrap();
        assert_eq!(both_counts(&store, bot, walk, i64::MAX).await, (0, 0), "{walk:?}");
        let after = store.reader().read(move |tx| events::after(tx, bot, 0, 1_000)).await.unwrap();
        let counted = |all: &[Event]| -> Vec<_> {
            let told = |event: &Event| {
                let body = &event.body;
                (event.number, event.at, body.kind(), body.object().map(str::to_owned), body.campaign())
            };
            all.iter().map(told).collect()
        };
        assert_eq!(counted(&before), counted(&after), "{walk:?}");
    }

    let queued = move |tx: &WriteTx<'_>, text: &str| {
        outbox::insert(
            tx,
            bot,
            ContactNumber(1),
            Lane::Flows,
            &Outgoing::plain(text),
            MessageAuthor::System,
            5,
        )
    };
    let (waits, sent) = store
        .write(move |tx| {
            let (waits, sent) = (queued(tx, "waits")?, queued(tx, "was sent")?);
            outbox::settle(tx, bot, sent, domain::event::Outcome::Sent, Some(4), None)?;
            retention::blank(tx, bot, Walk::Outbox, &[waits.0, sent.0])?;
            Ok::<_, crate::StoreError>((waits, sent))
        })
        .await
        .unwrap();
    let read = store.reader().read(move |tx| Ok((outbox::get(tx, bot, waits)?, outbox::get(tx, bot, sent)?)));
    let (waits, sent) = read.await.map_err(|error: crate::StoreError| error).unwrap();
    assert_eq!(
        waits.unwrap().message,
        StoredMessage::Current(Outgoing::plain("waits")),
        "what waits is still to be sent"
    );
    assert_eq!(sent.unwrap().message, StoredMessage::Blanked);
}

async fn marks_never_go_back(house: &House) {
    let store = house.open();
    let (workspace, bot) = store.write(|tx| bot(tx, 7)).await.unwrap();
    for (wanted, expected) in [(5, 5), (9, 9), (6, 9)] {
        store
            .write(move |tx| retention::set_mark(tx, workspace, bot, Walk::EventTexts, wanted))
            .await
            .unwrap();
        let read = store.reader().read(move |tx| retention::mark(tx, workspace, bot, Walk::EventTexts));
        assert_eq!(read.await.unwrap(), expected);
    }
}
