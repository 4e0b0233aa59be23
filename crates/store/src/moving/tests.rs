use domain::event::{Event, EventBody};
use domain::ids::{BotId, CampaignId, ContactNumber};
use postgres::NoTls;

use super::*;
use crate::tests::{House, bot, person};
use crate::{Store, StoreOptions, contacts, events, media, recipients, settings};

/// A folder with rows of every class, and an empty database.
async fn houses() -> Option<(House, String)> {
    let url = cluster::database_or_skip()?;
    let house = House::sqlite();
    let store = house.open();
    let work = |tx: &crate::WriteTx<'_>| {
        let (workspace, bot) = bot(tx, 7)?;
        for number in 0..2_500_u32 {
            let mut contact = person(number, format!("甲 {number}"));
            contact.profile.username = (number == 7).then(|| "Ze\0ro".to_owned());
            contacts::insert(tx, bot, &contact)?;
            let body = EventBody::Message {
                text: Some(format!("word {number}")),
                content: "text".into(),
                message_id: i64::from(number),
                file: None,
                details: None,
                charged: None,
            };
            let event = Event {
                number: i64::from(number) + 1,
                contact: Some(ContactNumber(number)),
                at: i64::from(number),
                windows: Vec::new(),
                body,
            };
            events::append(tx, bot, &event)?;
        }
        let people: Vec<_> = (0..2_500).map(|number| (ContactNumber(number), number % 20 == 0)).collect();
        recipients::insert(tx, bot, CampaignId(1), 0, &people)?;
        tx.run(
            "INSERT INTO campaigns (bot_id, id, name, status, audience, message, held_out_percent, send_up_to, \
             audience_count, left_out, version, created_at) VALUES ($1, 1, 'One', 'done', '{}', '{}', 2.5, 0, 0, 0, 1, 1)",
            crate::sql::params![bot],
        )?;
        let all_bytes: Vec<u8> = (0..=255).collect();
        media::add_part(tx, workspace, domain::ids::MediaId(1), 0, &all_bytes)?;
        settings::set(tx, "order", "Z")?;
        settings::set(tx, "Order", "a")?;
        settings::set(tx, "örder", "")?;
        Ok::<_, StoreError>(())
    };
    store.write(work).await.unwrap();
    store.close().await;
    Some((house, url))
}

/// Runs what blocks on a thread without a runtime.
async fn off<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

/// What PostgreSQL itself answers, without this crate between.
fn asked(url: &str, sql: &str) -> String {
    let mut client = postgres::Client::connect(url, NoTls).unwrap();
    client.query_one(sql, &[]).unwrap().get::<_, String>(0)
}

fn told(url: &str, sql: &str) {
    postgres::Client::connect(url, NoTls).unwrap().batch_execute(sql).unwrap();
}

fn begin(house: &House, url: &str) -> Result<Move> {
    Move::begin(&house.options.folder, url)
}

fn copy_all(moving: &mut Move) -> Vec<Copied> {
    moving.tables().iter().map(|table| moving.copy(table, |_| {}).unwrap()).collect()
}

fn on_postgres(house: &House, url: &str) -> StoreOptions {
    StoreOptions { postgres_url: Some(url.to_owned()), ..house.options.clone() }
}

#[tokio::test]
async fn every_row_is_moved_and_the_proof_says_so() {
    let Some((house, url)) = houses().await else { return };
    let options = on_postgres(&house, &url);
    let house = off(move || {
        let mut moving = begin(&house, &url).unwrap();
        let copied = copy_all(&mut moving);
        assert_eq!(copied.iter().map(|table| table.nul_count).sum::<u64>(), 1);
        let place = copied.iter().find_map(|table| table.nul_places.first().cloned()).unwrap();
        assert_eq!(place, "contacts.username at bot_id 1, number 7");
        for table in moving.tables() {
            let (rows, proof) = (moving.rows(&table).unwrap(), moving.prove(&table, |_| {}).unwrap());
            assert!(proof.is_equal() && proof.rows == rows, "{table}: {proof:?}");
            let counted = asked(&url, &format!("SELECT COUNT(*)::text FROM \"{table}\""));
            assert_eq!(counted, rows.to_string(), "{table}, by PostgreSQL's own count");
        }
        let beside = StoreOptions { exclusive: false, ..on_postgres(&house, &url) };
        assert!(matches!(Store::open(&beside), Err(StoreError::Unfinished(_))));
        moving.finish().unwrap();
        // PostgreSQL's own view of what is hardest to carry.
        let sum = "SELECT md5(bytes) FROM media_parts";
        assert_eq!(asked(&url, sum), "e2c865db4162bed963bfaa9ef6ac18f0");
        assert_eq!(
            asked(&url, "SELECT string_agg(name, ' ' ORDER BY name) FROM settings"),
            "Order order örder"
        );
        assert_eq!(asked(&url, "SELECT held_out_percent::text FROM campaigns"), "2.5");
        assert_eq!(asked(&url, "SELECT username FROM contacts WHERE number = 7"), "Ze\u{fffd}ro");
        house
    })
    .await;
    let store = Store::open(&options).unwrap();
    let found = store.reader().read(|tx| {
        let one = contacts::get(tx, BotId(1), ContactNumber(8))?;
        Ok::<_, StoreError>((one.map(|one| one.name()), events::extent(tx, BotId(1))?))
    });
    assert_eq!(found.await.unwrap(), (Some("甲 8".into()), (2_500, 2_500)));
    // Nobody goes on from the folder beside it.
    let error = Store::open(&house.options).err().unwrap();
    assert!(
        matches!(&error, StoreError::Moved { .. }) && error.to_string().contains("database_url"),
        "{error}"
    );
    std::fs::remove_file(house.options.folder.join(MARK_NAME)).unwrap();
    house.open().close().await;
}

#[tokio::test]
async fn a_row_that_is_wrong_missing_or_too_many_is_found() {
    let Some((house, url)) = houses().await else { return };
    off(move || {
        let mut moving = begin(&house, &url).unwrap();
        copy_all(&mut moving);
        for (damage, table, found) in [
            (
                "UPDATE events SET data = data || ' ' WHERE number = 2000",
                "events",
                "bot_id 1, number 2000: data is",
            ),
            (
                "UPDATE recipients SET at = 0 WHERE position = 3",
                "recipients",
                "position 3: at is not the same",
            ),
            ("DELETE FROM contacts WHERE number = 2499", "contacts", "bot_id 1, number 2499: not moved"),
            (
                "INSERT INTO settings VALUES ('zz', '')",
                "settings",
                "name örder in the folder, name zz in PostgreSQL",
            ),
            ("UPDATE media_parts SET bytes = set_byte(bytes, 200, 0)", "media_parts", "part 0: bytes is"),
            (
                "UPDATE campaigns SET held_out_percent = 2.5000000000000004",
                "campaigns",
                "held_out_percent is",
            ),
        ] {
            assert!(moving.prove(table, |_| {}).unwrap().is_equal());
            told(&url, damage);
            let proof = moving.prove(table, |_| {}).unwrap();
            assert!(!proof.is_equal() && proof.digest != proof.digest_moved, "{proof:?}");
            assert!(proof.difference.as_ref().is_some_and(|told| told.contains(found)), "{proof:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_move_that_was_cut_short_is_refused_and_can_be_begun_again() {
    let Some((house, url)) = houses().await else { return };
    off(move || {
        let mut cut_short = begin(&house, &url).unwrap();
        cut_short.copy("events", |_| {}).unwrap();
        drop(cut_short);
        let beside = StoreOptions { exclusive: false, ..on_postgres(&house, &url) };
        for options in [on_postgres(&house, &url), beside] {
            let error = Store::open(&options).err().unwrap();
            assert!(error.to_string().contains("muster move"), "{error}");
        }
        let mut moving = begin(&house, &url).unwrap();
        copy_all(&mut moving);
        assert!(moving.prove("events", |_| {}).unwrap().is_equal());
        // Cut short after the folder was marked: again nobody is served by it, and it can be begun again.
        std::fs::write(house.options.folder.join(MARK_NAME), "").unwrap();
        drop(moving);
        assert!(matches!(Store::open(&house.options), Err(StoreError::Moved { .. })));
        let mut moving = begin(&house, &url).unwrap();
        copy_all(&mut moving);
        moving.finish().unwrap();
        drop(Store::open(&on_postgres(&house, &url)).unwrap());
    })
    .await;
}

#[tokio::test]
async fn what_is_in_use_or_not_empty_is_not_moved() {
    let Some((house, url)) = houses().await else { return };
    let served = house.open();
    off(move || {
        assert!(matches!(begin(&house, &url), Err(StoreError::InUse(_))));
        served
    })
    .await
    .close()
    .await;
    let Some((house, url)) = houses().await else { return };
    let target = Store::open(&on_postgres(&house, &url)).unwrap();
    let (house, url, target) = off(move || {
        assert!(matches!(begin(&house, &url), Err(StoreError::DatabaseInUse(_))));
        (house, url, target)
    })
    .await;
    // Tables without a row are as good as none; one row is somebody's.
    target.write(|tx| settings::set(tx, "a", "b")).await.unwrap();
    target.close().await;
    off(move || {
        assert!(matches!(begin(&house, &url), Err(StoreError::NotEmpty(_))));
        assert_eq!(asked(&url, "SELECT value FROM settings"), "b");
        told(&url, "DELETE FROM settings");
        drop(begin(&house, &url).unwrap());
        let other = cluster::database().unwrap();
        told(&other, "CREATE TABLE theirs (id INT)");
        assert!(matches!(begin(&house, &other), Err(StoreError::NotEmpty(_))));
        let empty = tempfile::tempdir().unwrap();
        let error = Move::begin(empty.path(), &url).err().unwrap();
        assert!(error.to_string().contains("is not there"), "{error}");
    })
    .await;
}
