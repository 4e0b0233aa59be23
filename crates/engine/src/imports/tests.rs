//! Imports against a real store, looked at through the store's own tables.

use std::io::Cursor;
use std::sync::{Arc, Mutex};

use domain::contact::{AttributeValue, NoChat};
use domain::event::{Event, EventBody, Origin};
use domain::ids::{BotId, WorkspaceId};
use domain::limits::IMPORT_BATCH_MAX;
use domain::time::Millis;
use proptest::prelude::*;
use store::contacts::Contact;
use store::{Store, StoreError, StoreOptions, bots, contacts, events, tags, team};

use super::*;
use crate::ManualClock;

mod tables;

/// 24 November 2026, 12:00 UTC.
const NOW: Millis = 1_795_521_600_000;

struct House {
    _folder: tempfile::TempDir,
    store: Store,
    imports: Imports,
    workspace: WorkspaceId,
    bot: BotId,
}

impl House {
    async fn new() -> Self {
        Self::on(None).await
    }

    async fn on(postgres_url: Option<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = StoreOptions { postgres_url, ..StoreOptions::new(folder.path()) };
        let store = Store::open(&options).unwrap();
        let (workspace, bot) = store
            .write(|tx| {
                let workspace = team::insert_workspace(tx, "Lantern", "UTC", 1)?;
                let new = bots::NewBot {
                    telegram_id: 42,
                    username: "lantern_bot",
                    name: "Lantern",
                    token_sealed: b"sealed",
                    bulk_per_second: None,
                    now: 1,
                };
                Ok::<_, StoreError>((workspace, bots::insert(tx, workspace, &new)?))
            })
            .await
            .unwrap();
        let imports =
            Imports::new(store.clone(), Secrets::from_bytes([7; 64]), Arc::new(ManualClock::new(NOW)));
        Self { _folder: folder, store, imports, workspace, bot }
    }

    async fn try_import(&self, table: impl AsRef<[u8]>, dry_run: bool) -> Result<ImportReport> {
        self.import_as(table, ImportOptions { dry_run, ..ImportOptions::default() }).await
    }

    async fn import_as(&self, table: impl AsRef<[u8]>, options: ImportOptions) -> Result<ImportReport> {
        let input = Cursor::new(table.as_ref().to_vec());
        self.imports.import(self.workspace, self.bot, input, options, Box::new(|_| {})).await
    }

    async fn import(&self, table: impl AsRef<[u8]>) -> ImportReport {
        self.try_import(table, false).await.unwrap()
    }

    async fn people(&self) -> Vec<Contact> {
        let bot = self.bot;
        let read = self.store.reader().read(move |tx| {
            let mut all = Vec::new();
            contacts::each(tx, bot, |contact| {
                all.push(contact);
                Ok(true)
            })?;
            Ok::<_, StoreError>(all)
        });
        read.await.unwrap()
    }

    async fn log(&self) -> Vec<Event> {
        let bot = self.bot;
        self.store.reader().read(move |tx| events::after(tx, bot, 0, 100_000)).await.unwrap()
    }

    /// Names of a person's tags.
    async fn tags_of(&self, contact: &Contact) -> Vec<String> {
        let (workspace, bot, number) = (self.workspace, self.bot, contact.number);
        let read = self.store.reader().read(move |tx| {
            let mut names = Vec::new();
            for row in contacts::tags(tx, bot, number)? {
                names.extend(tags::get(tx, workspace, row.tag)?.map(|tag| tag.name));
            }
            names.sort();
            Ok::<_, StoreError>(names)
        });
        read.await.unwrap()
    }
}

/// Read as UTF-8 whatever its bytes are.
fn as_utf8() -> ImportOptions {
    ImportOptions { encoding: Some("utf-8".into()), ..ImportOptions::default() }
}

fn rejected(report: &ImportReport) -> Vec<(u64, &str)> {
    report.rejected.iter().map(|row| (row.line, row.column.as_str())).collect()
}

#[tokio::test]
async fn every_column_arrives_where_it_belongs() {
    let house = House::new().await;
    let table = "\u{feff}telegram_id,username,first_name,last_name,language,tags,source,first_seen,last_interaction,attr.plan,attr.age,attr.vip\r\n\
        101,@ada_l,Ada,\"Lovelace, Countess\",en-GB,兴趣-科技; vip ;;vip,link=fb-summer;utm_source=facebook,2026-05-01T12:00:00+02:00,2026-11-01T00:00:00Z,pro,36,true\r\n";
    let report = house.import(table).await;
    assert_eq!((report.rows, report.created, report.rejected_count), (1, 1, 0));
    let people = house.people().await;
    let ada = &people[0];
    assert_eq!(ada.telegram_id, 101);
    assert_eq!(ada.profile.username.as_deref(), Some("ada_l"));
    assert_eq!(ada.name(), "Ada Lovelace, Countess");
    assert_eq!(ada.profile.language.as_deref(), Some("en-GB"));
    assert_eq!(ada.source.get("link").map(String::as_str), Some("fb-summer"));
    assert_eq!(ada.source.get("utm_source").map(String::as_str), Some("facebook"));
    // 10:00 UTC on 1 May 2026.
    assert_eq!(ada.first_seen, 1_777_629_600_000);
    assert_eq!(ada.last_interaction, Some(1_793_491_200_000));
    assert_eq!(ada.imported_interaction, ada.last_interaction);
    assert_eq!(ada.attributes.get("plan"), Some(&AttributeValue::Text("pro".into())));
    assert_eq!(ada.attributes.get("age"), Some(&AttributeValue::Number(36.0)));
    assert_eq!(ada.attributes.get("vip"), Some(&AttributeValue::Bool(true)));
    assert_eq!(house.tags_of(ada).await, ["vip", "兴趣-科技"]);
    let kinds: Vec<&str> = house.log().await.iter().map(|event| event.body.kind()).collect();
    assert_eq!(kinds, ["contact_created", "tag_added", "tag_added"]);
}

#[tokio::test]
async fn refused_lines_are_named_and_the_rest_is_in() {
    let house = House::new().await;
    let table = "telegram_id,language,tags,last_interaction,attr.note\n\
        1,en,a,,\n\
        ,en,,,\n\
        \n\
        -7,en,,,\n\
        99999999999999999999,en,,,\n\
        2,not a language,,,\n\
        3,en,,2026-11-24,\n\
        4,en,,2027-01-01T00:00:00Z,\n\
        5,en,,,\"two\nlines\"\n\
        6,en\n\
        1,zh,,,\n\
        7,en,b,,ok\n";
    let mut bytes = table.as_bytes().to_vec();
    bytes.extend(b"8,\xff\xfe,,,\n9,de,,,\n");
    let report = house.import_as(bytes, as_utf8()).await.unwrap();
    assert_eq!(
        rejected(&report),
        [
            (3, "telegram_id"),
            (5, "telegram_id"),
            (6, "telegram_id"),
            (7, "language"),
            (8, "last_interaction"),
            (9, "last_interaction"),
            (13, "telegram_id"),
            (15, "language"),
        ]
    );
    assert!(report.rejected[6].reason.contains("line 2"), "{}", report.rejected[6].reason);
    assert_eq!((report.rows, report.created, report.rejected_count), (13, 5, 8));
    let ids: Vec<i64> = house.people().await.iter().map(|person| person.telegram_id).collect();
    assert_eq!(ids, [1, 5, 6, 7, 9], "an end that is left out is empty");
}

#[tokio::test]
async fn lines_are_numbered_alike_with_either_kind_of_line_end() {
    let house = House::new().await;
    let table = "telegram_id,first_name\nx,\n\n\ny,\"two\nlines\"\nz,\n";
    for (mark, ends) in [("", "\n"), ("\u{feff}", "\n"), ("", "\r\n"), ("\u{feff}", "\r\n")] {
        let report = house.import(format!("{mark}{}", table.replace('\n', ends))).await;
        let lines: Vec<u64> = report.rejected.iter().map(|row| row.line).collect();
        assert_eq!(lines, [2, 5, 7], "with {ends:?} after {mark:?}");
    }
}

#[tokio::test]
async fn a_person_who_is_there_is_brought_up_to_date_and_the_same_file_again_changes_nothing() {
    let house = House::new().await;
    let first = "telegram_id,first_name,source,first_seen,last_interaction,tags,attr.plan\n\
        1,Ada,fb,2026-05-01T00:00:00Z,2026-06-01T00:00:00Z,a,free\n";
    house.import(first).await;
    let again = house.import(first).await;
    assert_eq!((again.created, again.updated, again.unchanged), (0, 0, 1));
    let before = house.log().await.len();

    let second = "telegram_id,first_name,last_name,language,source,tags,attr.plan\n\
        1,,Lovelace,en,google,b;a,pro\n";
    let report = house.import(second).await;
    assert_eq!((report.created, report.updated), (0, 1));
    let people = house.people().await;
    assert_eq!(people.len(), 1);
    let ada = &people[0];
    assert_eq!(ada.name(), "Ada Lovelace", "an empty cell leaves what is there");
    assert_eq!(ada.source.get("channel").map(String::as_str), Some("fb"), "the first source is kept");
    assert_eq!(ada.attributes.get("plan"), Some(&AttributeValue::Text("pro".into())));
    assert_eq!(house.tags_of(ada).await, ["a", "b"]);
    let log = house.log().await;
    let news: Vec<&EventBody> = log[before..].iter().map(|event| &event.body).collect();
    assert!(matches!(
        news[..],
        [
            EventBody::ProfileChanged { .. },
            EventBody::AttributesSet { .. },
            EventBody::TagAdded { origin: Origin::Import, .. }
        ]
    ));
}

#[tokio::test]
async fn whoever_never_wrote_to_the_bot_cannot_be_written_to_until_they_do() {
    let house = House::new().await;
    let head = "telegram_id,first_name,last_interaction\n";
    house.import(format!("{head}1,Ada,2026-06-01T00:00:00Z\n2,Eve,\n3,Bob,\n")).await;
    let why = async || -> Vec<Option<&'static str>> {
        house.people().await.iter().map(|person| person.reachability.unreachable_reason()).collect()
    };
    assert_eq!(why().await, [None, Some("not_started"), Some("not_started")]);
    // A table without that column says nothing of it.
    house.import("telegram_id,first_name\n4,Dan\n").await;
    assert_eq!(why().await, [None, Some("not_started"), Some("not_started"), None]);
    // What is said again changes nothing; what a later table knows does.
    house.import("telegram_id,first_name\n3,Bobby\n").await;
    house.import(format!("{head}2,Eve,2026-07-01T00:00:00Z\n")).await;
    assert_eq!(why().await, [None, None, Some("not_started"), None]);
    // The index hears of it as the rows do.
    let log = house.log().await;
    let told = |wanted: &EventBody| {
        let of = log.iter().filter(|event| event.body == *wanted);
        of.map(|event| event.contact.map_or(u32::MAX, |number| number.0)).collect::<Vec<_>>()
    };
    assert_eq!(told(&EventBody::NoChat { reason: NoChat::NotStarted }), [1, 2]);
    assert_eq!(told(&EventBody::Unblocked { told: false }), [1]);
}

/// New people come many at once, and others one by one between them.
#[tokio::test]
async fn a_mixed_file_comes_to_the_same_rows_and_log_on_postgresql() {
    let Some(url) = cluster::database_or_skip() else { return };
    let (sqlite, postgres) = (House::new().await, House::on(Some(url)).await);
    let mut table = "telegram_id,first_name,tags,last_interaction,attr.plan\n".to_owned();
    for id in 1..=2_500 {
        table.push_str(&format!("{id},甲 {id},a;b;a,2026-06-01T00:00:00Z,free\n"));
    }
    for house in [&sqlite, &postgres] {
        house.import("telegram_id,first_name\n7,Ada\n2000,Grace\n").await;
        let report = house.import(&table).await;
        assert_eq!((report.created, report.updated, report.rejected_count), (2_498, 2, 0));
        let people = house.people().await;
        assert_eq!(people.len(), 2_500);
        assert_eq!(house.tags_of(&people[2_400]).await, ["a", "b"]);
        let again = house.import(&table).await;
        assert_eq!((again.created, again.updated, again.unchanged), (0, 0, 2_500));
    }
    assert_eq!(sqlite.people().await, postgres.people().await);
    let (log, other) = (sqlite.log().await, postgres.log().await);
    assert_eq!(log, other);
    let numbers: Vec<i64> = log.iter().map(|event| event.number).collect();
    assert_eq!(numbers, (1..=log.len() as i64).collect::<Vec<_>>(), "no number is missing");
}

#[tokio::test]
async fn a_second_import_adds_to_the_past_and_takes_nothing_back() {
    let house = House::new().await;
    house
        .import("telegram_id,first_seen,last_interaction\n1,2026-05-01T00:00:00Z,2026-06-01T00:00:00Z\n")
        .await;
    let head = "telegram_id,source,first_seen,last_interaction\n";
    let later = format!("{head}1,fb,2026-04-01T00:00:00Z,2026-06-05T00:00:00Z\n");
    assert_eq!(house.import(&later).await.updated, 1);
    assert_eq!(house.import(&later).await.unchanged, 1, "the same file again says nothing new");
    let earlier = format!("{head}1,google,2026-04-02T00:00:00Z,2026-06-04T00:00:00Z\n");
    assert_eq!(
        house.import(&earlier).await.unchanged,
        1,
        "an older interaction and a later sight change nothing"
    );

    let ada = house.people().await.remove(0);
    let day = |text: &str| chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis();
    assert_eq!(ada.first_seen, day("2026-04-01T00:00:00Z"));
    assert_eq!(ada.last_interaction, Some(day("2026-06-05T00:00:00Z")));
    assert_eq!(ada.source.get("channel").map(String::as_str), Some("fb"));
    let log = house.log().await;
    let told: Vec<_> =
        log.iter().filter(|event| event.body == EventBody::Imported).map(|event| event.at).collect();
    assert_eq!(told, [day("2026-06-05T00:00:00Z")]);
}

#[tokio::test]
async fn a_dry_run_tells_the_same_and_keeps_nothing() {
    let house = House::new().await;
    let table = "telegram_id,tags\n1,a\nx,a\n2,b\n1,c\n";
    let dry = house.try_import(table, true).await.unwrap();
    assert!(house.people().await.is_empty() && house.log().await.is_empty());
    let workspace = house.workspace;
    let known = house.store.reader().read(move |tx| tags::list(tx, workspace)).await.unwrap();
    assert!(known.is_empty(), "a dry run makes no tags: {known:?}");
    assert_eq!(dry, house.import(table).await);
}

#[tokio::test]
async fn heads_that_are_not_ours_are_refused_before_any_line() {
    let house = House::new().await;
    let cases = [
        ("", "required"),
        ("username\nada\n", "required"),
        ("telegram_id,shoe_size\n1,40\n", "unknown_column"),
        ("telegram_id,tags,tags\n1,a,b\n", "duplicate"),
        ("telegram_id,attr.\n1,x\n", "unknown_column"),
    ];
    for (table, code) in cases {
        match house.try_import(table, false).await {
            Err(EngineError::Invalid(faults)) => {
                assert_eq!((faults[0].path.as_str(), faults[0].code), ("/file", code), "{table:?}");
            }
            other => panic!("{table:?} must be refused, not {other:?}"),
        }
    }
    assert!(house.people().await.is_empty());
}

#[tokio::test]
async fn another_workspaces_bot_takes_nobody_in() {
    let house = House::new().await;
    let foreign = WorkspaceId(house.workspace.0 + 1);
    let input = Cursor::new("telegram_id\n1\n");
    let answer =
        house.imports.import(foreign, house.bot, input, ImportOptions::default(), Box::new(|_| {})).await;
    assert_eq!(answer, Err(EngineError::NotFound("bot")));
    assert!(house.people().await.is_empty());
}

#[tokio::test]
async fn a_long_file_goes_in_by_batches_and_the_watcher_hears_of_each() {
    let house = House::new().await;
    let lines = 2 * IMPORT_BATCH_MAX + 1;
    let mut table = String::from("telegram_id\n");
    (1..=lines).for_each(|id| table.push_str(&format!("{id}\n")));
    table.push_str("nobody\n");
    let heard = Arc::new(Mutex::new((Vec::new(), Vec::new())));
    let ear = Arc::clone(&heard);
    let watcher: ImportWatcher = Box::new(move |note| {
        let mut heard = ear.lock().unwrap();
        match note {
            ImportNote::Rejected(row) => heard.0.push(row.line),
            ImportNote::Progress(report) => heard.1.push(report.created),
        }
    });
    let input = Cursor::new(table);
    let options = ImportOptions::default();
    let report = house.imports.import(house.workspace, house.bot, input, options, watcher).await.unwrap();
    assert_eq!(report.created, lines as u64);
    let batch = IMPORT_BATCH_MAX as u64;
    let heard = heard.lock().unwrap();
    assert_eq!(*heard, (vec![lines as u64 + 2], vec![batch, 2 * batch, 2 * batch + 1]));
}

#[tokio::test]
async fn a_quote_that_is_never_closed_ends_the_import_and_keeps_what_came_before() {
    let house = House::new().await;
    let mut table = String::from("telegram_id,first_name\n1,Ada\n2,\"Bob");
    (0..400_000).for_each(|id| table.push_str(&format!("\n{id},x")));
    match house.try_import(table, false).await {
        Err(EngineError::Invalid(faults)) => assert_eq!(faults[0].code, "unreadable"),
        other => panic!("must be refused, not {other:?}"),
    }
    assert_eq!(house.people().await.len(), 1);
}

#[test]
fn the_table_of_refused_lines_can_be_read_back() {
    let row = RejectedRow { line: 3, column: "attr.a,\"b\"".into(), reason: "has\ntwo lines".into() };
    let table = rejected_csv([&row]);
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let records: Vec<csv::StringRecord> = reader.records().map(std::result::Result::unwrap).collect();
    assert_eq!(records[0], csv::StringRecord::from(vec!["3", "attr.a,\"b\"", "has\ntwo lines"]));
}

/// Lines whose cells all say the same number, most with one cell that cannot be, and bytes between them.
fn garbage() -> impl Strategy<Value = Vec<u8>> {
    let bad_cells =
        ["", "x", "-1", "\u{7}", "9007199254740993", "yesterday", "2026-01-01T00:00:00Z", "\"a,b", "\"", ","];
    let bad = prop::option::weighted(0.6, (0..5_usize, prop::sample::select(bad_cells.to_vec())));
    let line = (1..9_u32, bad, prop::bool::ANY).prop_map(|(id, bad, windows)| {
        let mut cells =
            [id.to_string(), format!("N{id}"), format!("t{id};t{id};"), String::new(), format!("p{id}")];
        if let Some((place, cell)) = bad {
            cells[place] = cell.to_owned();
        }
        format!("{}{}", cells.join(","), if windows { "\r\n" } else { "\n" }).into_bytes()
    });
    let piece = prop_oneof![6 => line, 1 => prop::collection::vec(any::<u8>(), 0..8)];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// What was taken and what was refused add up, the log is gapless, and whoever is in has all of a line: name,
    /// tag and attribute of the same number as far as they were given, each with its event.
    #[test]
    fn garbage_never_panics_and_never_half_writes_a_line(body in garbage()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        runtime.block_on(async {
            let house = House::new().await;
            let mut table = b"telegram_id,first_name,tags,last_interaction,attr.plan\n".to_vec();
            table.extend(&body);
            let report = house.import_as(&table, as_utf8()).await.unwrap();
            let (people, log) = (house.people().await, house.log().await);
            assert_eq!(report.rows, report.created + report.updated + report.unchanged + report.rejected_count);
            assert_eq!(people.len() as u64, report.created);
            assert!(log.iter().zip(1..).all(|(event, number)| event.number == number));
            for person in &people {
                let own: Vec<&Event> = log.iter().filter(|event| event.contact == Some(person.number)).collect();
                let EventBody::ContactCreated { profile, attributes, last_interaction, .. } = &own[0].body else {
                    panic!("the first event of a person is their creation");
                };
                assert_eq!((profile, attributes), (&person.profile, &person.attributes));
                assert_eq!(*last_interaction, person.last_interaction);
                let tags = house.tags_of(person).await;
                let tagged = own.iter().filter(|event| matches!(event.body, EventBody::TagAdded { .. })).count();
                assert_eq!(tagged, tags.len());
                let name = person.profile.first_name.as_deref().and_then(|name| name.strip_prefix('N'));
                let tag = tags.first().and_then(|tag| tag.strip_prefix('t'));
                let plan = person.attributes.get("plan").map(domain::cells::written);
                let plan = plan.as_deref().and_then(|plan| plan.strip_prefix('p'));
                let given: Vec<&str> = [name, tag, plan].into_iter().flatten().collect();
                // A cell was left empty or changed, or a stray end of line left some out; what is there came together.
                assert!(given.windows(2).all(|pair| pair[0] == pair[1]), "{person:?}");
            }
        });
    }
}
