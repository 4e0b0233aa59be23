//! Tables as people and spreadsheets write them: encodings, separators, and one kind for each column.

use serde_json::json;

use super::*;
use crate::catalog::WorkspaceCatalog;
use crate::facts::RowFacts;

impl House {
    /// How many of the people match.
    async fn count(&self, op: &str, key: &str, value: serde_json::Value) -> usize {
        let expression = json!({"attribute": {"key": key, "op": op, "value": value}});
        let (workspace, bot) = (self.workspace, self.bot);
        let read = self.store.reader().read(move |tx| {
            let catalog = WorkspaceCatalog::load(tx, workspace, bot)?;
            let resolved = catalog.resolve_at("", &expression)?.1;
            let mut numbers = Vec::new();
            contacts::each(tx, bot, |contact| {
                numbers.push(contact.number);
                Ok(true)
            })?;
            let mut count = 0;
            for number in numbers {
                count +=
                    usize::from(RowFacts::load(tx, bot, number)?.matches(&resolved, NOW, catalog.zone)?);
            }
            Ok::<_, EngineError>(count)
        });
        read.await.unwrap()
    }

    /// Every person's value of an attribute, by Telegram id.
    async fn values(&self, key: &str) -> Vec<Option<AttributeValue>> {
        let mut people = self.people().await;
        people.sort_by_key(|person| person.telegram_id);
        people.iter().map(|person| person.attributes.get(key).cloned()).collect()
    }
}

fn kinds(report: &ImportReport) -> Vec<(&str, &str, Option<&str>)> {
    let attributes = report.columns.iter().filter(|column| column.name.starts_with("attr."));
    attributes.map(|column| (column.name.as_str(), column.kind, column.manner)).collect()
}

const FLAGS: &str = "telegram_id,first_name,attr.vip\n\
    7100000001,Ana,TRUE\n7100000002,Ben,FALSE\n7100000003,Cleo,true\n7100000004,Dov,True\n7100000005,Eve,false\n";
const PRICES: &str = "telegram_id,first_name,attr.spent\n\
    7100000011,A,19.90\n7100000012,B,19.95\n7100000013,C,20.00\n7100000014,D,100.50\n7100000015,E,7\n";

#[tokio::test]
async fn flags_and_prices_are_one_kind_however_a_spreadsheet_writes_them() {
    let house = House::new().await;
    let report = house.import(FLAGS).await;
    assert_eq!(kinds(&report), [("attr.vip", "bool", None)]);
    assert_eq!(house.count("eq", "vip", json!(true)).await, 3);
    assert_eq!(house.count("eq", "vip", json!(false)).await, 2);
    assert_eq!(house.count("eq", "vip", json!("TRUE")).await, 3, "asked for in a spreadsheet's words");
    let report = house.import(PRICES).await;
    assert_eq!(kinds(&report), [("attr.spent", "number", Some("decimal_point"))]);
    assert_eq!(house.count("gt", "spent", json!(10)).await, 4);
    assert_eq!(house.count("lt", "spent", json!(10)).await, 1);
    assert_eq!(house.count("eq", "spent", json!(20)).await, 1);
    assert_eq!(house.count("gt", "spent", json!("10")).await, 4, "a number that was written as a text");
}

#[tokio::test]
async fn an_attribute_is_one_however_a_table_or_an_expression_spells_it() {
    spelled_in_any_way(House::new().await).await;
    let Some(url) = cluster::database_or_skip() else { return };
    spelled_in_any_way(House::on(Some(url)).await).await;
}

async fn spelled_in_any_way(house: House) {
    house.import("telegram_id,attr.Plan\n1,pro\n2,free\n").await;
    let report = house.import("telegram_id,attr.plan\u{200b}\n1,free\n3,pro\n").await;
    assert_eq!((report.created, report.updated, report.rejected_count), (1, 1, 0));
    let text = |text: &str| Some(AttributeValue::Text(text.into()));
    assert_eq!(house.values("Plan").await, [text("free"), text("free"), text("pro")]);
    for key in ["Plan", "plan", "PLAN"] {
        assert_eq!(house.count("eq", key, json!("pro")).await, 1, "{key}");
    }
    let twice = house.try_import("telegram_id,attr.plan,attr.PLAN\n1,a,b\n", true).await.unwrap_err();
    assert!(format!("{twice:?}").contains("name one attribute"), "{twice:?}");
    let new = house.try_import("telegram_id,attr.Age,attr.age\n1,1,2\n", true).await.unwrap_err();
    assert!(format!("{new:?}").contains("name one attribute"), "{new:?}");
}

#[tokio::test]
async fn a_tag_of_a_table_is_one_however_it_is_spelled() {
    let house = House::new().await;
    house.import("telegram_id,first_name,tags\n7100000031,A,Café\n7100000032,B,Cafe\u{301}\n").await;
    for person in house.people().await {
        assert_eq!(house.tags_of(&person).await, ["Café"]);
    }
}

#[tokio::test]
async fn two_spellings_from_before_stay_two_and_any_other_means_the_first() {
    let house = House::new().await;
    let workspace = house.workspace;
    let made = house.store.write(move |tx| {
        for key in ["PLAN", "plan"] {
            tags::know_attribute(tx, workspace, key, Kind::Text)?;
        }
        Ok::<_, EngineError>(())
    });
    made.await.unwrap();
    let report = house.import("telegram_id,attr.PLAN,attr.plan\n1,a,b\n").await;
    assert_eq!(report.created, 1);
    house.import("telegram_id,attr.Plan\n2,c\n").await;
    let text = |text: &str| Some(AttributeValue::Text(text.into()));
    assert_eq!(house.values("PLAN").await, [text("a"), text("c")]);
    assert_eq!(house.values("plan").await, [text("b"), None]);
    assert_eq!(house.count("eq", "Plan", json!("c")).await, 1);
    assert_eq!(house.count("eq", "plan", json!("b")).await, 1);
}

#[tokio::test]
async fn cells_that_a_line_leaves_out_at_its_end_are_empty() {
    let house = House::new().await;
    house.import("telegram_id,first_name,attr.plan\n1,Ada,pro\n").await;
    let report = house.import("telegram_id,first_name,attr.plan\n1,Ada L\n2\n3,Eve,\n,Nobody\n").await;
    assert_eq!((report.created, report.updated, report.rejected_count), (2, 1, 1));
    let refused: Vec<_> = report.rejected.iter().map(|row| (row.line, row.column.as_str())).collect();
    assert_eq!(refused, [(5, "telegram_id")], "what is asked for is asked for");
    assert_eq!(
        house.values("plan").await[0],
        Some(AttributeValue::Text("pro".into())),
        "nothing is taken away"
    );
}

#[tokio::test]
async fn a_table_that_a_spreadsheet_has_saved_changes_nobodys_kind_or_value() {
    let house = House::new().await;
    let first = "telegram_id,attr.vip,attr.spent,attr.born,attr.article,attr.card,attr.phone,attr.paid\n\
        1,true,19.90,2026-05-13,007,12345678901234567890,4915112345678,2026-05-01\n\
        2,false,1000.50,2026-05-01,015,12345678901234567891,4915112345679,2026-11-12\n";
    let report = house.import(first).await;
    assert_eq!((report.columns[6].kind, report.columns[7].kind), ("number", "date"));
    let all = ["vip", "spent", "born", "article", "card", "phone", "paid"];
    let mut before = Vec::new();
    for key in all {
        before.push(house.values(key).await);
    }
    for saved in [
        "telegram_id,attr.vip,attr.spent,attr.born,attr.article,attr.card,attr.phone,attr.paid\n\
            1,TRUE,19.9,5/13/2026,7,1.23457E+19,4.91511E+12,5/1/2026\n\
            2,FALSE,\"1,000.5\",5/1/2026,15,1.23457E+19,4.91511E+12,11/12/2026\n",
        "telegram_id;attr.vip;attr.spent;attr.born;attr.article;attr.card;attr.phone;attr.paid\n\
            1;WAHR;19,9;13.05.2026;7;1,23457E+19;4,91511E+12;01.05.2026\n\
            2;FALSCH;1.000,5;01.05.2026;15;1,23457E+19;4,91511E+12;12.11.2026\n",
        // No column tells the order of a day.
        "telegram_id,attr.paid,attr.phone\n1,5/1/2026,4.91511E+12\n2,11/12/2026,4.91511E+12\n",
        "telegram_id,attr.paid\n1,1/5/2026\n2,12/11/2026\n",
    ] {
        let report = house.import(saved).await;
        assert_eq!((report.unchanged, report.rejected_count), (2, 0), "{:?}", report.rejected);
        let mut after = Vec::new();
        for key in all {
            after.push(house.values(key).await);
        }
        assert_eq!(after, before);
    }
    // What it left is another value's, or nobody's: the line is refused, and the cell told.
    let spoilt = "telegram_id,attr.paid,attr.phone\n\
        1,5/2/2026,4.91511E+12\n2,11/12/2026,4.91512E+12\n3,5/1/2026,7\n";
    let report = house.import(spoilt).await;
    assert_eq!(rejected(&report), [(2, "attr.paid"), (3, "attr.phone"), (4, "attr.paid")]);
    let told: Vec<&str> =
        report.columns.iter().flat_map(|column| &column.misfits).map(|cell| cell.value.as_str()).collect();
    assert_eq!(told, ["5/2/2026", "5/1/2026", "4.91512E+12"]);
    assert_eq!(house.people().await.len(), 2);
}

#[tokio::test]
async fn a_number_of_many_digits_comes_back_from_a_program_and_from_a_spreadsheet() {
    let house = House::new().await;
    let kinds = BTreeMap::from([("avg".to_owned(), Kind::Number)]);
    let table = "telegram_id,attr.avg,attr.share\n1,33.333333333333336,0.1234567890123\n\
        2,0.30000000000000004,0.25\n3,10000000000000000,0.00003333333333\n4,1234567890123.5,7\n";
    let report = house.import_as(table, ImportOptions { kinds, ..ImportOptions::default() }).await.unwrap();
    assert_eq!((report.created, report.rejected_count), (4, 0), "{:?}", report.rejected);
    let all = ["avg", "share"];
    let before = [house.values(all[0]).await, house.values(all[1]).await];
    for saved in [
        table,
        "telegram_id,attr.avg,attr.share\n1,33.33333333,0.123456789\n2,0.3,0.25\n3,1E+16,3.33333E-05\n4,1.23457E+12,7\n",
        "telegram_id;attr.avg;attr.share\n1;33,3333333333333;0,123457\n2;0,3;0,25\n3;1E+16;3,33333E-05\n4;1,23457E+12;7\n",
    ] {
        let report = house.import(saved).await;
        assert_eq!((report.unchanged, report.rejected_count), (4, 0), "{saved}: {:?}", report.rejected);
        assert_eq!([house.values(all[0]).await, house.values(all[1]).await], before);
    }
    let report = house.import("telegram_id,attr.avg\n1,33.33\n2,0.31\n").await;
    assert_eq!(report.updated, 2, "what a person wrote is news");
}

/// A table whose first batch holds nothing of the attribute, so that it is born while the table is on its way.
fn long_table(column: &str, cells: &[&str]) -> String {
    let mut table = format!("telegram_id,{column}\n");
    (1..=IMPORT_BATCH_MAX).for_each(|id| table.push_str(&format!("{id},\n")));
    // The last of them is known by then.
    let ids = (IMPORT_BATCH_MAX + 1..).take(cells.len() - 1).chain([1_000_000]);
    ids.zip(cells).for_each(|(id, cell)| table.push_str(&format!("{id},{cell}\n")));
    table
}

/// Imports a table, and another one after its first batch.
async fn import_meanwhile(house: &House, table: String, other: &'static str) -> ImportReport {
    let (workspace, bot, imports) = (house.workspace, house.bot, house.imports.clone());
    let runtime = tokio::runtime::Handle::current();
    let mut is_born = false;
    let watcher = move |note: ImportNote<'_>| {
        if matches!(note, ImportNote::Progress(_)) && !std::mem::replace(&mut is_born, true) {
            let (imports, runtime) = (imports.clone(), runtime.clone());
            let born = std::thread::spawn(move || {
                let input = Cursor::new(other);
                let options = ImportOptions::default();
                runtime.block_on(imports.import(workspace, bot, input, options, Box::new(|_| {})))
            });
            assert_eq!(born.join().unwrap().unwrap().rejected_count, 0);
        }
    };
    let input = Cursor::new(table);
    house.imports.import(workspace, bot, input, ImportOptions::default(), Box::new(watcher)).await.unwrap()
}

#[tokio::test]
async fn an_attribute_that_is_born_meanwhile_keeps_one_kind_and_one_spelling() {
    born_meanwhile(House::new().await, House::new().await).await;
    let (Some(one), Some(other)) = (cluster::database_or_skip(), cluster::database_or_skip()) else { return };
    born_meanwhile(House::on(Some(one)).await, House::on(Some(other)).await).await;
}

async fn born_meanwhile(to_text: House, to_number: House) {
    let kinds = async |house: &House| {
        let workspace = house.workspace;
        let read = house.store.reader().read(move |tx| tags::attribute_kinds(tx, workspace));
        read.await.unwrap()
    };
    let last = |values: Vec<Option<AttributeValue>>| values.into_iter().flatten().collect::<Vec<_>>();
    let text = |text: &str| AttributeValue::Text(text.into());

    to_text.import("telegram_id\n1000000\n").await;
    let table = long_table("attr.spent", &["19.90", "7", "20.00"]);
    let report = import_meanwhile(&to_text, table, "telegram_id,attr.Spent\n2000000,lots\n").await;
    assert_eq!((report.rejected_count, report.columns[1].kind), (0, "text"), "{:?}", report.rejected);
    assert_eq!(kinds(&to_text).await, [("Spent".to_owned(), Some(Kind::Text))]);
    let said = [text("19.90"), text("7"), text("20.00"), text("lots")];
    assert_eq!(last(to_text.values("Spent").await), said, "each as its cell has it");

    to_number.import("telegram_id\n1000000\n").await;
    let table = long_table("attr.SPENT", &["n/a", "7", "19.90", "much"]);
    let report = import_meanwhile(&to_number, table, "telegram_id,attr.spent\n2000000,1.50\n").await;
    let line = u64::try_from(IMPORT_BATCH_MAX).unwrap() + 2;
    assert_eq!(rejected(&report), [(line, "attr.SPENT"), (line + 3, "attr.SPENT")]);
    assert_eq!((report.columns[1].kind, report.columns[1].misfits[0].value.as_str()), ("number", "n/a"));
    assert_eq!(kinds(&to_number).await, [("spent".to_owned(), Some(Kind::Number))]);
    let said = [7.0, 19.9, 1.5].map(AttributeValue::Number);
    assert_eq!(last(to_number.values("spent").await), said);
}

#[tokio::test]
async fn a_tag_that_nobody_sees_is_none_and_a_heart_is_one_tag() {
    let house = House::new().await;
    let table = "telegram_id,tags\n1,\u{200b};\u{feff}; \u{200d} ;❤\n2,❤\u{fe0f};❤\u{fe0e}\n3,\u{200b}\n";
    let report = house.import(table).await;
    assert_eq!((report.created, report.rejected_count), (3, 0));
    let mut had = Vec::new();
    for person in house.people().await {
        had.push(house.tags_of(&person).await);
    }
    assert_eq!(had, [vec!["❤"], vec!["❤"], vec![]]);
}

#[tokio::test]
async fn the_cells_that_do_not_fit_are_named_and_their_lines_refused() {
    let house = House::new().await;
    let table =
        "telegram_id,attr.spent,attr.vip\n1,19.90,TRUE\n2,n/a,FALSE\n3,20.00,perhaps\n4,7,true\n5,3,true\n";
    let report = house.try_import(table, true).await.unwrap();
    assert_eq!(kinds(&report), [("attr.spent", "number", Some("decimal_point")), ("attr.vip", "bool", None)]);
    let misfits: Vec<(u64, &str)> = report
        .columns
        .iter()
        .flat_map(|column| &column.misfits)
        .map(|cell| (cell.line, cell.value.as_str()))
        .collect();
    assert_eq!(misfits, [(3, "n/a"), (4, "perhaps")]);
    assert_eq!(rejected(&report), [(3, "attr.spent"), (4, "attr.vip")]);
    assert!(house.people().await.is_empty(), "nothing is kept");
    let kinds = BTreeMap::from([("spent".to_owned(), Kind::Text)]);
    let report = house.import_as(table, ImportOptions { kinds, ..ImportOptions::default() }).await.unwrap();
    assert_eq!(rejected(&report), [(4, "attr.vip")]);
    let text = |text: &str| Some(AttributeValue::Text(text.into()));
    assert_eq!(house.values("spent").await, [text("19.90"), text("n/a"), text("7"), text("3")]);
    let again = house.import("telegram_id,attr.spent\n9,5\n").await;
    assert_eq!(again.columns[1].kind, "text", "what is known of the attribute is stronger than the cells");
    let kinds = BTreeMap::from([("spent".to_owned(), Kind::Number)]);
    let refused =
        house.import_as("telegram_id,attr.spent\n9,5\n", ImportOptions { kinds, ..ImportOptions::default() });
    assert!(matches!(refused.await, Err(EngineError::Invalid(faults)) if faults[0].path == "/kinds/spent"));
}

#[tokio::test]
async fn whatever_stands_between_the_cells_is_found() {
    for (separator, mark) in
        [(",", ""), (";", ""), ("\t", ""), ("|", ""), (";", "\u{feff}"), (";", "sep=;\r\n"), (",", "sep=,\n")]
    {
        let house = House::new().await;
        let cells = ["telegram_id", "first_name", "attr.spent"].join(separator);
        let line = ["1", "Ana", "\"1,5\""].join(separator);
        let report = house.import(format!("{mark}{cells}\n{line}\n")).await;
        assert_eq!((report.created, report.separator.to_string().as_str()), (1, separator), "{mark:?}");
        assert_eq!(house.values("spent").await, [Some(AttributeValue::Number(1.5))]);
        assert_eq!(house.people().await[0].name(), "Ana");
    }
}

#[tokio::test]
async fn a_table_in_another_encoding_is_refused_by_name_and_read_when_it_is_asked_for() {
    let text = "telegram_id,first_name,attr.city\n7100000021,Zoë,Málaga\n7100000022,Иван,Казань\n";
    let mut utf16 = vec![0xff, 0xfe];
    utf16.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let russian = "telegram_id,attr.город\n7100000021,Казань\n7100000022,Нижний Новгород\n";
    let (cp1251, _, _) = encoding_rs::WINDOWS_1251.encode(russian);
    for (table, name, key) in [(utf16, "UTF-16LE", "city"), (cp1251.into_owned(), "windows-1251", "город")]
    {
        let house = House::new().await;
        let Err(EngineError::Invalid(faults)) = house.try_import(&table, false).await else {
            panic!("{name} must be refused");
        };
        assert_eq!((faults[0].path.as_str(), faults[0].code), ("/file", "not_utf8"));
        assert!(
            faults[0].message.contains(name) && faults[0].message.contains("CSV UTF-8"),
            "{}",
            faults[0].message
        );
        assert_eq!((faults[1].path.as_str(), faults[1].code), ("/encoding", "suggested"));
        assert!(house.people().await.is_empty());
        let options = ImportOptions { encoding: Some(faults[1].message.clone()), ..ImportOptions::default() };
        let report = house.import_as(&table, options).await.unwrap();
        assert_eq!((report.created, report.encoding), (2, name));
        let city = &house.values(key).await[if key == "city" { 1 } else { 0 }];
        assert_eq!(city, &Some(AttributeValue::Text("Казань".into())));
    }
    let house = House::new().await;
    let options = ImportOptions { encoding: Some("klingon".into()), ..ImportOptions::default() };
    let refused = house.import_as("telegram_id\n1\n", options).await;
    assert!(matches!(refused, Err(EngineError::Invalid(faults)) if faults[0].path == "/encoding"));
}

#[tokio::test]
async fn what_an_export_writes_out_of_the_way_is_read_as_it_was() {
    let house = House::new().await;
    let report = house
        .import(
            "telegram_id,first_name,tags,source,attr.note\n\
             1,''=x,Jones%3B Jr.;50% off,link=fb;utm_source=a%3Bb;utm_term=c=d,\"one\r\ntwo\"\n",
        )
        .await;
    assert_eq!((report.created, report.rejected_count), (1, 0), "{:?}", report.rejected);
    let people = house.people().await;
    let person = &people[0];
    assert_eq!(person.profile.first_name.as_deref(), Some("'=x"));
    assert_eq!(house.tags_of(person).await, ["50% off", "Jones; Jr."]);
    assert_eq!(person.source.get("utm_source").map(String::as_str), Some("a;b"));
    assert_eq!(person.source.get("utm_term").map(String::as_str), Some("c=d"));
    assert_eq!(house.values("note").await, [Some(AttributeValue::Text("one\ntwo".into()))]);
    let long = format!("utm_source={0};utm_medium={0};utm_campaign={0}", "z".repeat(200));
    let report = house.import(format!("telegram_id,source\n2,{long}\n")).await;
    assert_eq!((report.created, report.rejected_count), (1, 0), "{:?}", report.rejected);
}

#[tokio::test]
async fn cells_behind_the_head_and_lines_without_cells_are_passed_over() {
    let house = House::new().await;
    let report = house.import("telegram_id,first_name,,\n1,Ana,,\n,,,\n \n2,Ben\n3,Cleo,,x\n").await;
    let refused: Vec<(u64, &str)> =
        report.rejected.iter().map(|row| (row.line, row.reason.as_str())).collect();
    assert_eq!((report.rows, report.created), (3, 2));
    assert_eq!(refused, [(6, "has 4 cells where the head has 2")]);
}

#[tokio::test]
async fn sources_are_pairs_or_channels_by_the_whole_column() {
    let manner = |report: &ImportReport| {
        let column = report.columns.iter().find(|column| column.name == "source").unwrap();
        (column.kind, column.manner, column.misfit_count)
    };
    let sources = async |house: &House| {
        let mut people = house.people().await;
        people.sort_by_key(|person| person.telegram_id);
        people.into_iter().map(|person| person.source).collect::<Vec<_>>()
    };
    let of = |pairs: &[(&str, &str)]| {
        pairs
            .iter()
            .map(|(field, value)| ((*field).to_owned(), (*value).to_owned()))
            .collect::<BTreeMap<_, _>>()
    };
    let house = House::new().await;
    let report = house.import("telegram_id,source\n1,fb\n2,promo=5\n3,Friends\n4,link=x\n5,\n").await;
    assert_eq!(manner(&report), ("source", Some("channel"), 1));
    assert_eq!(report.rejected[0].line, 5, "a pair among channels is no channel");
    let channels = [of(&[("channel", "fb")]), of(&[("channel", "promo=5")]), of(&[("channel", "Friends")])];
    assert_eq!(sources(&house).await, [&channels[..], &[of(&[])]].concat());
    let house = House::new().await;
    let report = house.import("telegram_id,source\n1,link=fb\n2,utm_source=x;channel=Ads\n3,fb\n").await;
    assert_eq!(manner(&report), ("source", Some("pairs"), 1));
    assert_eq!(report.rejected[0].line, 4, "a word among pairs is no channel");
    let pairs = [of(&[("link", "fb")]), of(&[("utm_source", "x"), ("channel", "Ads")])];
    assert_eq!(sources(&house).await, pairs);
}
