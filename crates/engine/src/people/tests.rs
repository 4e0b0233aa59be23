use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use domain::event::{EventBody, Origin};
use domain::expression::{Expression, resolve};
use domain::ids::{BotId, ContactId, ContactNumber, MemberId, WorkspaceId};
use domain::time::DAY_MS;
use serde_json::Value;
use store::{Store, StoreOptions, bots, contacts, team};
use tokio_util::sync::CancellationToken;

use super::{Opened, People, Shelf, keeping, name_log};
use crate::catalog::WorkspaceCatalog;
use crate::contacts::Contacts;
use crate::imports::{ImportOptions, Imports};
use crate::journal::{self, Reach};
use crate::live::Live;
use crate::test_house::{House, NOW};
use crate::{EngineError, conversation, effects, restoration};

/// People who keep their indexes in the house's folder: what a server has after a start.
fn started(house: &House) -> People {
    let shelf = Shelf::new(house.folder.path().join("index")).unwrap();
    People::new(house.store.reader().clone(), Live::default()).with_shelf(shelf)
}

fn file_of(house: &House, bot: BotId) -> std::path::PathBuf {
    house.folder.path().join("index").join(format!("bot-{bot}.snapshot"))
}

/// Whether the bot's index came from its file.
async fn was_read(people: &People, bot: BotId) -> bool {
    people.latest(bot).await.unwrap();
    people.bots.lock()[&bot].kept.lock().was_read
}

/// A file of the house's bot, as a stopped server leaves it.
async fn keep(house: &House) {
    name_log(&house.store).await.unwrap();
    let people = started(house);
    people.latest(house.bot).await.unwrap();
    people.keep_all().await;
    assert!(file_of(house, house.bot).exists());
}

/// Writes an index, due or not.
async fn write_now(people: &People, bot: BotId, index: Arc<audience::Index>) {
    let followed = Arc::clone(&people.bots.lock()[&bot]);
    let turn = Arc::clone(&people.keeper.as_ref().unwrap().turn).acquire_owned().await.unwrap();
    people.keep(bot, &followed, index, turn).await;
}

const QUESTIONS: [&str; 12] = [
    r#"{"tag":{"has":"vip"}}"#,
    r#"{"tag":{"has":"vip","added_within":"3d"}}"#,
    r#"{"last_interaction":{"within":"7d"}}"#,
    r#"{"first_seen":{"older_than":"7d"}}"#,
    r#"{"event":{"kind":"message","at_least":2,"within":"30d"}}"#,
    r#"{"event":{"kind":"interaction"}}"#,
    r#"{"profile":{"field":"first_name","in":["Bob"]}}"#,
    r#"{"profile":{"field":"username","in":["bob1"]}}"#,
    r#"{"reachable":true}"#,
    r#"{"conversation":{"status":"open"}}"#,
    r#"{"source":{"payload":"spring"}}"#,
    r#"{"stage":{"in":["active"]}}"#,
];

/// Who matches each question.
async fn answers(people: &People, house: &House) -> Vec<Vec<u32>> {
    let (workspace, bot) = (house.workspace, house.bot);
    let snapshot = people.latest(bot).await.unwrap();
    let read = house.store.reader().read(move |tx| WorkspaceCatalog::load(tx, workspace, bot));
    let catalog = read.await.unwrap();
    let ask = |written: &str| {
        let value: Value = serde_json::from_str(written).unwrap();
        let resolved = resolve(&Expression::parse(&value).unwrap(), &catalog).unwrap();
        snapshot.index.set(&resolved, NOW).into_iter().collect()
    };
    QUESTIONS.iter().map(|written| ask(written)).collect()
}

/// Something of everything that columns are made of, about people 1 to 6 and `more`.
async fn live(house: &House, more: i64) {
    let mut table =
        "telegram_id,username,first_name,tags,source,first_seen,last_interaction,attr.plan\n".to_owned();
    for id in (1..=6).chain([more]) {
        let name = ["Ann", "Bob"][id as usize % 2];
        let tag = ["vip", "beta"][(id + more) as usize % 2];
        let day = 10 + id % 10;
        table += &format!(
            "{id},{name}{id},{name},{tag},payload=spring,2026-11-01T00:00:00Z,2026-11-{day}T00:00:00Z,p{more}\n"
        );
    }
    let imports = Imports::new(house.store.clone(), house.secrets.clone(), house.clock());
    let input = Cursor::new(table);
    let report = imports
        .import(house.workspace, house.bot, input, ImportOptions::default(), Box::new(|_| {}))
        .await
        .unwrap();
    assert_eq!(report.rejected_count, 0);
    let bot = house.bot;
    let row = house.store.reader().read(move |tx| bots::of(tx, bot)).await.unwrap();
    let numbers = row.unwrap().next_contact;
    let id = |number: i64| ContactId::new(bot, ContactNumber(number as u32));
    for number in 0..numbers {
        house.says(id(number), NOW - (number + more) * DAY_MS, "hello").await;
    }
    let (blocked, waiting, removed) = (more % numbers, (more + 1) % numbers, (more + 2) % numbers);
    house
        .write(move |tx| {
            journal::append(tx, bot, |journal| {
                let contact = |number: i64| {
                    let found = contacts::get(journal.tx(), bot, ContactNumber(number as u32))?;
                    found.ok_or(EngineError::NotFound("contact"))
                };
                let (mut blocked, waiting, removed) =
                    (contact(blocked)?, contact(waiting)?, contact(removed)?);
                journal.set_reachability(&mut blocked, NOW, Reach::Blocked)?;
                conversation::hand_over(journal, &waiting, NOW)?;
                let by = Origin::Agent(MemberId(1));
                effects::remove_tags(journal, removed.number, &["vip".into()], by, NOW)?;
                Ok(())
            })
        })
        .await;
}

#[tokio::test]
async fn a_file_and_the_events_since_come_to_what_rows_give() {
    file_and_rows_agree(House::new().await).await;
}

#[tokio::test]
async fn a_file_and_the_events_since_come_to_what_rows_give_on_postgresql() {
    let Some(url) = cluster::database_or_skip() else { return };
    file_and_rows_agree(House::on(Some(url)).await).await;
}

async fn file_and_rows_agree(house: House) {
    live(&house, 7).await;
    keep(&house).await;
    live(&house, 9).await;
    let again = started(&house);
    let found = answers(&again, &house).await;
    assert!(was_read(&again, house.bot).await, "the file was not used");
    let from_rows = People::new(house.store.reader().clone(), Live::default());
    assert_eq!(found, answers(&from_rows, &house).await);
    assert!(found.iter().all(|people| !people.is_empty()), "a question that nobody matches: {found:?}");
    // And once more from a file that holds what was read from the first.
    let before = fs::read(file_of(&house, house.bot)).unwrap();
    write_now(&again, house.bot, again.latest(house.bot).await.unwrap().index).await;
    assert_ne!(before, fs::read(file_of(&house, house.bot)).unwrap());
    let third = started(&house);
    assert_eq!(answers(&third, &house).await, found);
    assert!(was_read(&third, house.bot).await);
}

#[tokio::test]
async fn old_events_are_not_told_again() {
    let house = House::new().await;
    live(&house, 7).await;
    keep(&house).await;
    let id = house.person(99, "Late", 1).await;
    let again = started(&house);
    let mut watcher = again.live.watch();
    again.latest(house.bot).await.unwrap();
    assert!(watcher.try_recv().is_err(), "what happened before the start is no news");
    let number = house.says(id, NOW, "now").await;
    again.latest(house.bot).await.unwrap();
    assert_eq!(watcher.try_recv().unwrap().number, number);
}

/// Why a bot's file is refused, from the place that decides; and that it is gone then.
async fn is_refused(house: &House, workspace: WorkspaceId, bot: BotId) -> String {
    let label = Opened::open(&file_of(house, bot)).unwrap().label;
    let number = label.number;
    let wanted =
        house.store.reader().read(move |tx| keeping::label(tx, workspace, bot, number)).await.unwrap();
    let reason = keeping::compare(&label, wanted.as_ref()).unwrap_err().to_string();
    let people = started(house);
    assert!(!was_read(&people, bot).await, "it was used: {reason}");
    assert!(!file_of(house, bot).exists());
    reason
}

#[tokio::test]
async fn a_file_of_something_else_is_refused() {
    let house = House::new().await;
    live(&house, 7).await;
    let (workspace, bot) = (house.workspace, house.bot);

    keep(&house).await;
    restoration::settle(&house.store, NOW).await.unwrap();
    assert!(is_refused(&house, workspace, bot).await.contains("before a backup was restored"));

    keep(&house).await;
    house
        .write(move |tx| {
            let mut row = team::workspace(tx, workspace)?.ok_or(EngineError::NotFound("workspace"))?;
            row.time_zone = "Asia/Tokyo".into();
            Ok(team::update_workspace(tx, &row)?)
        })
        .await;
    assert!(is_refused(&house, workspace, bot).await.contains("another time zone"));

    keep(&house).await;
    let (other, strange, _) = house.neighbour().await;
    let stranger = house.person_of(strange, 1, "Eve", 3).await;
    for _ in 0..100 {
        house.says(stranger, NOW, "so that the number is in this log too").await;
    }
    fs::rename(file_of(&house, bot), file_of(&house, strange)).unwrap();
    assert!(is_refused(&house, other, strange).await.contains("another bot"));
    let people = started(&house);
    assert_eq!(people.latest(strange).await.unwrap().index.contact_numbers(), 1);
}

#[tokio::test]
async fn a_log_that_is_shorter_or_went_on_otherwise_is_noticed() {
    let house = House::new().await;
    let id = house.person(1, "Ann", 3).await;
    let early = tempfile::tempdir().unwrap();
    name_log(&house.store).await.unwrap();
    store::backup::copy(house.folder.path(), &early.path().join("muster.db")).unwrap();
    house.says(id, NOW, "this was said").await;
    keep(&house).await;
    // Somebody puts an older copy of the database in place by hand.
    let store = Store::open(&StoreOptions::new(early.path())).unwrap();
    let shelf = || Shelf::new(house.folder.path().join("index")).unwrap();
    let people = || People::new(store.reader().clone(), Live::default()).with_shelf(shelf());
    let file = fs::read(file_of(&house, house.bot)).unwrap();
    assert!(!was_read(&people(), house.bot).await, "the event is not there");
    fs::write(file_of(&house, house.bot), &file).unwrap();
    let bot = house.bot;
    let said = EventBody::Unblocked { told: true };
    store
        .write(move |tx| journal::append(tx, bot, |journal| journal.record(Some(id.number()), NOW + 1, said)))
        .await
        .unwrap();
    assert!(!was_read(&people(), house.bot).await, "the event is another");
}

#[tokio::test]
async fn no_changed_byte_and_no_cut_is_taken_for_an_index() {
    let house = House::new().await;
    live(&house, 7).await;
    keep(&house).await;
    let path = file_of(&house, house.bot);
    let whole = fs::read(&path).unwrap();
    let other = house.folder.path().join("changed");
    let read = |bytes: &[u8]| {
        fs::write(&other, bytes).unwrap();
        Opened::open(&other).and_then(Opened::read)
    };
    assert!(read(&whole).is_ok());
    // Bitmaps are long and all alike: some of their bytes stand for them.
    for at in (0..whole.len()).filter(|at| *at < 3_000 || at % 53 == 0) {
        let mut changed = whole.clone();
        changed[at] ^= [1, 0x80, 0xff, 0x10][at % 4];
        // The label's own words are for the comparison; its checksum sees that they changed.
        assert!(read(&changed).is_err(), "byte {at} was changed");
        assert!(read(&whole[..at]).is_err(), "cut at {at}");
    }
    assert!(read(&[&whole[..], &[0]].concat()).is_err());
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let people = started(&house);
    assert!(!was_read(&people, house.bot).await);
}

#[tokio::test]
async fn an_erased_person_is_in_no_file() {
    let house = House::new().await;
    live(&house, 7).await;
    let id = house.person(77, "Zuleika", 3).await;
    keep(&house).await;
    let path = file_of(&house, house.bot);
    let holds = || fs::read(&path).unwrap().windows(7).any(|part| part == b"Zuleika");
    assert!(holds());
    let people = started(&house);
    let old = people.latest(house.bot).await.unwrap().index;
    let room = Contacts::new(house.store.clone(), house.secrets.clone(), house.clock(), people.clone());
    room.erase(house.workspace, id).await.unwrap();
    people.latest(house.bot).await.unwrap();
    assert!(!path.exists(), "the file is older than the erasing");
    // One that was being written meanwhile comes too late.
    write_now(&people, house.bot, old).await;
    assert!(!path.exists());
    people.keep_all().await;
    assert!(path.exists() && !holds());
}

#[tokio::test]
async fn files_that_nobody_reads_are_tidied_away() {
    let house = House::new().await;
    live(&house, 7).await;
    let id = house.person(77, "Zuleika", 3).await;
    keep(&house).await;
    let path = file_of(&house, house.bot);
    let people = started(&house);
    let keeper = people.keeper.clone().unwrap();
    people.tidy(&keeper).await.unwrap();
    assert!(path.exists());
    // Erased while nobody follows the bot.
    let alone = People::new(house.store.reader().clone(), Live::default());
    let room = Contacts::new(house.store.clone(), house.secrets.clone(), house.clock(), alone);
    room.erase(house.workspace, id).await.unwrap();
    people.tidy(&keeper).await.unwrap();
    assert!(!path.exists());

    keep(&house).await;
    let bot = house.bot;
    house.write(move |tx| Ok(bots::set_token(tx, bot, &[])?)).await;
    people.tidy(&keeper).await.unwrap();
    assert!(!path.exists(), "its bot was disconnected");
    let partial = path.with_file_name("bot-1.77.partial");
    fs::write(&partial, "half").unwrap();
    let stop = CancellationToken::new();
    stop.cancel();
    people.keep_tidy(stop).await;
    assert!(!partial.exists());
}

/// The part of the next test that is killed: writes one file again and again, by turns of two indexes.
#[test]
#[ignore = "the child of the next test"]
fn writes_until_it_is_killed() {
    let Ok(folder) = std::env::var("SHELF") else { return };
    let shelf = Shelf::new(folder.into()).unwrap();
    let indexes = [1, 2].map(large_index);
    for turn in (0..2).cycle() {
        let (label, index) = &indexes[turn];
        shelf.write(BotId(7), label, index).unwrap().publish().unwrap();
        shelf.sync().unwrap();
    }
}

/// An index of three megabytes that stands at an event: the numbers of many people, and nobody.
fn large_index(number: i64) -> (super::Label, audience::Index) {
    let mut builder = audience::IndexBuilder::new(chrono_tz::Tz::UTC);
    builder.contact_numbers(13_000_000);
    let text = |text: &str| text.to_owned();
    let label = super::Label {
        layout: audience::layout(),
        muster: text("test"),
        log: text("log"),
        workspace: 1,
        bot: 7,
        zone: text("UTC"),
        number,
        event: text("event"),
    };
    (label, builder.finish(number))
}

#[test]
fn a_kill_while_a_file_is_written_leaves_the_one_before() {
    let folder = tempfile::tempdir().unwrap();
    let shelf = Shelf::new(folder.path().into()).unwrap();
    let (mut seen, mut partials) = ([0, 0], 0);
    for kill in 0..20 {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "people::tests::writes_until_it_is_killed", "--ignored"])
            .env("SHELF", folder.path())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        // Until it has begun with another file, and some of that is there.
        while !shelf.path(BotId(7)).exists() || largest_partial(folder.path()) < kill * 140_000 {
            assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        }
        child.kill().unwrap();
        child.wait().unwrap();
        partials += usize::from(largest_partial(folder.path()) > 0);
        let index = shelf.open(BotId(7)).and_then(Opened::read).unwrap();
        seen[index.number() as usize - 1] += 1;
        shelf.clear_partials().unwrap();
    }
    assert!(partials >= 10, "{partials} of 20 were killed in the middle; {seen:?} of each were read");
}

/// How much of a file that is being written is there.
fn largest_partial(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).unwrap().filter_map(|entry| {
        let entry = entry.unwrap();
        let partial = entry.file_name().to_string_lossy().ends_with(".partial");
        // It may have been renamed meanwhile.
        entry.metadata().ok().filter(|_| partial).map(|known| known.len())
    });
    entries.max().unwrap_or(0)
}
