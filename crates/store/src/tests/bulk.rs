//! Many rows at once are the rows that come one by one.

use std::time::Instant;

use domain::event::{Event, EventBody, Origin, Outcome};
use domain::ids::{BotId, CampaignId, ContactNumber, TagId};

use super::{House, bot, on_both};
use crate::sql::params;
use crate::{StoreError, WriteTx, contacts, events, recipients};

on_both!(
    many_rows_at_once_are_those_that_come_one_by_one,
    of_many_update_ids_the_first_sight_of_each_is_told,
    people_are_found_among_many_ids,
);

/// Above what one statement holds.
const PEOPLE: u32 = 5_003;

fn person(number: u32) -> contacts::Contact {
    let first_name = if number == 3 { "Ze\0ro".to_owned() } else { format!("甲 {number}") };
    let some = number.is_multiple_of(3);
    contacts::Contact {
        last_interaction: some.then_some(5),
        imported_interaction: some.then_some(5),
        ..super::person(number, first_name)
    }
}

fn event(number: u32) -> Event {
    let contact = (number.is_multiple_of(2)).then_some(ContactNumber(number));
    let body = match number % 3 {
        0 => EventBody::Start { payload: Some("a, \"b\" {c} NULL".into()), message_id: 7 },
        1 => EventBody::TagAdded { tag: TagId(4), origin: Origin::Import },
        _ => EventBody::CampaignStarted { campaign: CampaignId(2) },
    };
    let windows = if number.is_multiple_of(5) { vec![CampaignId(1), CampaignId(2)] } else { Vec::new() };
    Event { number: i64::from(number) + 1, contact, at: i64::from(number), windows, body }
}

/// All rows of a table in order, whatever they are.
fn all(tx: &WriteTx<'_>, of: BotId, columns: &str, table: &str) -> Result<Vec<String>, StoreError> {
    let parts: Vec<String> =
        columns.split(' ').map(|name| format!("COALESCE(CAST({name} AS TEXT), '-')")).collect();
    let row = parts.join(" || '|' || ");
    tx.rows(&format!("SELECT {row} FROM {table} WHERE bot_id = $1 ORDER BY 1"), params![of], |row| row.get(0))
}

async fn many_rows_at_once_are_those_that_come_one_by_one(house: &House) {
    let store = house.open();
    let work = |tx: &WriteTx<'_>| {
        let ((_, one), (_, many)) = (bot(tx, 1)?, bot(tx, 2)?);
        let people: Vec<_> = (0..PEOPLE).map(person).collect();
        let log: Vec<_> = (0..PEOPLE).map(event).collect();
        let tags: Vec<_> = (0..PEOPLE).map(|number| (ContactNumber(number), TagId(9))).collect();
        let lines: Vec<_> =
            (0..PEOPLE).map(|number| (ContactNumber(number), number.is_multiple_of(7))).collect();
        for place in 0..PEOPLE as usize {
            contacts::insert(tx, one, &people[place])?;
            events::append(tx, one, &log[place])?;
            contacts::add_tag(tx, one, tags[place].0, tags[place].1, 3, Origin::Import)?;
            recipients::insert(tx, one, CampaignId(1), place as i64, &lines[place..=place])?;
        }
        contacts::insert_all(tx, many, &people)?;
        events::append_all(tx, many, &log)?;
        contacts::insert_tags(tx, many, &tags, 3, Origin::Import)?;
        recipients::insert(tx, many, CampaignId(1), 0, &lines)?;
        for (table, columns) in [
            (
                "contacts",
                "number telegram_id profile name username source first_seen last_interaction erased",
            ),
            ("events", "number contact at kind object campaign windows data"),
            ("contact_tags", "contact tag_id added_at origin"),
            ("recipients", "campaign position contact state answers at reason"),
            ("campaign_counts", "campaign state count"),
        ] {
            let (singly, at_once) = (all(tx, one, columns, table)?, all(tx, many, columns, table)?);
            assert_eq!(singly, at_once, "{table}");
            assert!(singly.len() == PEOPLE as usize || table == "campaign_counts");
        }
        let counts = recipients::counts(tx, many, CampaignId(1))?;
        assert_eq!(counts, [(Outcome::Pending, 4_288), (Outcome::HeldOut, 715)]);
        let none = (contacts::insert_all(tx, many, &[])?, events::append_all(tx, many, &[])?);
        assert_eq!(none, ((), ()));
        Ok::<_, StoreError>(())
    };
    store.write(work).await.unwrap();
}

async fn of_many_update_ids_the_first_sight_of_each_is_told(house: &House) {
    let store = house.open();
    let work = |tx: &WriteTx<'_>| {
        let ((_, one), (_, other)) = (bot(tx, 1)?, bot(tx, 2)?);
        assert_eq!(
            events::first_sights(tx, one, &[(5, 1), (3, 1), (5, 2), (4, 1)])?,
            [true, true, false, true]
        );
        assert_eq!(events::first_sights(tx, one, &[(4, 9), (6, 9), (3, 9)])?, [false, true, false]);
        assert_eq!(events::first_sights(tx, other, &[(4, 9)])?, [true]);
        assert_eq!(events::first_sights(tx, one, &[])?, Vec::<bool>::new());
        // The first time stays, so that a repeated id is forgotten with its first sight.
        assert_eq!(events::forget_updates(tx, one, 5)?, 3);
        Ok::<_, StoreError>(())
    };
    store.write(work).await.unwrap();
}

async fn people_are_found_among_many_ids(house: &House) {
    let store = house.open();
    let work = |tx: &WriteTx<'_>| {
        let ((_, one), (_, other)) = (bot(tx, 1)?, bot(tx, 2)?);
        contacts::insert_all(tx, one, &(0..PEOPLE).map(person).collect::<Vec<_>>())?;
        let ids: Vec<i64> = (0..12_000).collect();
        let known = contacts::known(tx, one, &ids)?;
        assert_eq!(known.len(), PEOPLE as usize);
        assert!(known.contains(&1_000) && known.contains(&6_002) && !known.contains(&6_003));
        assert!(contacts::known(tx, other, &ids)?.is_empty());
        Ok::<_, StoreError>(())
    };
    store.write(work).await.unwrap();
}

/// What one statement for many rows is worth. Run it by itself, built for release:
/// `cargo test --release -p store one_statement -- --ignored --nocapture`.
#[tokio::test]
#[ignore = "a measurement"]
#[allow(clippy::print_stdout)] // figures, for who runs it
async fn one_statement_for_many_rows_is_faster_than_one_each() {
    let Some(postgres) = House::postgres() else { return };
    for (database, house) in [("SQLite", House::sqlite()), ("PostgreSQL", postgres)] {
        let store = house.open();
        for round in 0..3 {
            let work = move |tx: &WriteTx<'_>| measure(tx, round * 2);
            for (what, singly, at_once) in store.write(work).await.unwrap() {
                let ratio = at_once / singly;
                println!(
                    "{database} {what}: {singly:.0} rows/s one by one, {at_once:.0} at once, ratio {ratio:.1}"
                );
            }
        }
    }
}

type Figures = Vec<(&'static str, f64, f64)>;

fn measure(tx: &WriteTx<'_>, first: i64) -> Result<Figures, StoreError> {
    let ((_, one), (_, many)) = (bot(tx, first + 1)?, bot(tx, first + 2)?);
    let people: Vec<_> = (0..5_000).map(person).collect();
    let log: Vec<_> = (0..5_000).map(event).collect();
    let lines: Vec<_> = people.iter().map(|person| (person.number, false)).collect();
    let ids: Vec<_> = (0..5_000).map(|id| (id, 1)).collect();
    let rows_a_s = |work: &mut dyn FnMut() -> Result<(), StoreError>| {
        let begun = Instant::now();
        work().map(|()| 5_000.0 / begun.elapsed().as_secs_f64())
    };
    let campaign = CampaignId(1);
    Ok(vec![
        (
            "ledger lines",
            rows_a_s(&mut || {
                let sql = "INSERT INTO recipients (bot_id, campaign, position, contact, state, answers) \
                           VALUES ($1, $2, $3, $4, $5, 0)";
                let mut lines = lines.iter().zip(0_i64..);
                lines.try_for_each(|((contact, _), place)| {
                    tx.run(sql, params![one, campaign, place, *contact, 0_i64]).map(drop)
                })
            })?,
            rows_a_s(&mut || recipients::insert(tx, many, campaign, 0, &lines))?,
        ),
        (
            "people",
            rows_a_s(&mut || people.iter().try_for_each(|person| contacts::insert(tx, one, person)))?,
            rows_a_s(&mut || contacts::insert_all(tx, many, &people))?,
        ),
        (
            "events",
            rows_a_s(&mut || log.iter().try_for_each(|event| events::append(tx, one, event)))?,
            rows_a_s(&mut || events::append_all(tx, many, &log))?,
        ),
        (
            "update ids",
            rows_a_s(&mut || {
                ids.iter().try_for_each(|(id, at)| events::first_sight(tx, one, *id, *at).map(drop))
            })?,
            rows_a_s(&mut || {
                ids.chunks(100).try_for_each(|part| events::first_sights(tx, many, part).map(drop))
            })?,
        ),
    ])
}
