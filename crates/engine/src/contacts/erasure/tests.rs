//! Erasing, checked in the database's own file.

use std::io::Cursor;

use domain::conversation::Happening;
use domain::event::Outcome;
use domain::message::{MessageAuthor, Outgoing};
use serde_json::json;
use store::outbox::{self, Lane};
use store::{Store, StoreOptions, conversations};

use super::*;
use crate::contacts::*;
use crate::conversation;
use crate::imports::{ImportOptions, Imports};
use crate::test_house::{House, NOW};

/// What the person said and was: none of it may be left anywhere.
const PERSONAL: [&str; 7] = [
    "Zuleika",
    "a very private message",
    "a secret answer",
    "a private remark",
    "pay-load",
    "+49 30 1234",
    "87654321",
];

fn room(house: &House) -> Contacts {
    Contacts::new(house.store.clone(), house.secrets.clone(), house.clock(), house.people.clone())
}

async fn zuleika(house: &House) -> ContactId {
    let id = house.person(87_654_321, "Zuleika", 9).await;
    house.record(id, NOW - 9, EventBody::Start { payload: Some("pay-load".into()), message_id: 1 }).await;
    house.says(id, NOW - 8, "a very private message").await;
    let agent = house.agent;
    house
        .write(move |tx| {
            let (bot, number) = (id.bot(), id.number());
            let author = MessageAuthor::Agent(agent);
            outbox::insert(tx, bot, number, Lane::Agents, &Outgoing::plain("a secret answer"), author, NOW)?;
            conversations::add_note(tx, bot, number, agent, "a private remark", NOW)?;
            journal::append(tx, bot, |journal| {
                let contact = contacts::get(tx, bot, number)?.unwrap();
                let written = Happening::Written { message: 1, text: "a very private message" };
                conversation::happen(journal, &contact, written, NOW)?;
                let json = "{\"edited_message\":{\"from\":{\"id\":87654321}}}".to_owned();
                journal.record(None, NOW, EventBody::Raw { object: "edited_message".into(), json })
            })
        })
        .await;
    let room = room(house);
    let patch = |value| ContactPatch {
        attributes: json!({"phone": value}).as_object().cloned(),
        opted_out: Some(true),
    };
    room.patch(house.workspace, id, patch("+49 30 1234")).await.unwrap();
    room.change_tags(house.workspace, id, &["vip".into()], &[], Origin::Agent(agent)).await.unwrap();
    id
}

#[tokio::test]
async fn nothing_personal_is_left_in_the_file_and_the_log_has_no_gap() {
    let house = House::new().await;
    let id = zuleika(&house).await;
    let room = room(&house);
    let dossier = room.dossier(house.workspace, id).await.unwrap().to_string();
    for text in PERSONAL {
        assert!(dossier.contains(text) || text == "pay-load", "the dossier tells {text:?}");
    }
    let before: Vec<(i64, Millis)> = house.log().await.iter().map(|event| (event.number, event.at)).collect();

    room.erase(house.workspace, id).await.unwrap();
    let after = house.log().await;
    let kept: Vec<(i64, Millis)> = after.iter().map(|event| (event.number, event.at)).collect();
    assert_eq!(kept[..before.len()], before[..]);
    assert_eq!(after.last().map(|event| &event.body), Some(&EventBody::Erased));
    let again = room.erase(house.workspace, id).await;
    assert_eq!(again, Err(EngineError::NotFound("contact")));
    let waiting =
        house.store.reader().read(move |tx| outbox::of_contact(tx, id.bot(), id.number(), i64::MAX, 9));
    assert!(waiting.await.unwrap().iter().all(|message| message.state == Outcome::Skipped));

    drop(room);
    let folder = house.into_closed_folder().await;
    let bytes = std::fs::read(folder.path().join("muster.db")).unwrap();
    for text in PERSONAL {
        let found = bytes.windows(text.len()).any(|part| part == text.as_bytes());
        assert!(!found, "{text:?} is left in the database's file");
    }
    // The number itself, as SQLite writes integers.
    let id_bytes = 87_654_321_u32.to_be_bytes();
    assert!(!bytes.windows(4).any(|part| part == id_bytes), "the Telegram id is left");
}

#[tokio::test]
async fn an_erased_person_is_in_no_list_before_and_after_a_restart() {
    let house = House::new().await;
    let id = zuleika(&house).await;
    house.person(2, "Bob", 3).await;
    let room = room(&house);
    let everybody =
        || ListQuery { expression: None, q: String::new(), order: Order::Recent, after: None, limit: 50 };
    assert_eq!(room.list(house.workspace, house.bot, everybody()).await.unwrap().count, 2);
    room.erase(house.workspace, id).await.unwrap();
    assert_eq!(room.list(house.workspace, house.bot, everybody()).await.unwrap().count, 1);
    assert_eq!(room.get(house.workspace, id).await.unwrap_err(), EngineError::NotFound("contact"));

    // An index that is built anew, as after a restart.
    let anew = People::new(house.store.reader().clone(), crate::live::Live::default());
    let room = Contacts::new(house.store.clone(), house.secrets.clone(), house.clock(), anew);
    assert_eq!(room.list(house.workspace, house.bot, everybody()).await.unwrap().count, 1);
}

#[tokio::test]
async fn who_comes_back_is_somebody_new_and_their_opt_out_still_holds() {
    let house = House::new().await;
    let id = zuleika(&house).await;
    let room = room(&house);
    let imports = Imports::new(house.store.clone(), house.secrets.clone(), house.clock());
    let mut erased = id;
    for _ in 0..2 {
        room.erase(house.workspace, erased).await.unwrap();
        let input = Cursor::new("telegram_id,first_name\n87654321,Zuleika\n");
        let report = imports
            .import(house.workspace, house.bot, input, ImportOptions::default(), Box::new(|_| {}))
            .await
            .unwrap();
        assert_eq!((report.created, report.rejected_count), (1, 0));
        let bot = house.bot;
        let back = house.store.reader().read(move |tx| contacts::by_telegram_id(tx, bot, 87_654_321));
        let back = back.await.unwrap().unwrap();
        assert_ne!(back.number, erased.number());
        assert!(back.reachability.opted_out && back.attributes.is_empty());
        erased = ContactId::new(bot, back.number);
    }
}

#[tokio::test]
async fn another_workspace_erases_nobody() {
    let house = House::new().await;
    let id = zuleika(&house).await;
    let (foreign, _, _) = house.neighbour().await;
    assert_eq!(room(&house).erase(foreign, id).await, Err(EngineError::NotFound("contact")));
    assert_eq!(room(&house).dossier(foreign, id).await, Err(EngineError::NotFound("contact")));
    assert_eq!(house.row(id).await.name(), "Zuleika");
}

impl House {
    /// Closes the store and gives its folder out.
    async fn into_closed_folder(self) -> tempfile::TempDir {
        let Self { folder, store, people, .. } = self;
        drop(people);
        store.close().await;
        // Opened and closed once more, so that nothing waits in the write-ahead log.
        Store::open(&StoreOptions::new(folder.path())).unwrap().close().await;
        folder
    }
}
