use proptest::prelude::*;

use super::*;

fn look(cells: &[&str]) -> Survey {
    let mut survey = Survey::default();
    cells.iter().for_each(|cell| survey.add(cell));
    survey
}

/// A file of one column.
fn decide(cells: &[&str], known: Option<Kind>, semicolons: bool) -> (Kind, Vec<Option<AttributeValue>>) {
    let survey = look(cells);
    let mut file = FileManner::new(semicolons);
    file.add(&survey);
    let reading = survey.decide(known, &file);
    (reading.kind, cells.iter().map(|cell| reading.read(cell).ok()).collect())
}

fn numbers(cells: &[&str], semicolons: bool) -> Vec<f64> {
    let (kind, values) = decide(cells, None, semicolons);
    assert_eq!(kind, Kind::Number, "{cells:?}");
    let number = |value| match value {
        Some(AttributeValue::Number(number)) => number,
        other => panic!("{cells:?}: {other:?}"),
    };
    values.into_iter().map(number).collect()
}

#[test]
fn a_column_of_flags_is_one_however_they_are_written() {
    for cells in [["TRUE", "FALSE", "true", "True"], ["WAHR", "FALSCH", "WAHR", "WAHR"]] {
        let (kind, values) = decide(&cells, None, false);
        assert_eq!(kind, Kind::Bool);
        let flags = [true, false, true, true].map(|flag| Some(AttributeValue::Bool(flag)));
        assert_eq!(values, flags, "{cells:?}");
    }
    assert_eq!(decide(&["yes", "no"], None, false).0, Kind::Text, "words of an answer");
    let (_, values) = decide(&["yes", "No", "1", "0", "maybe"], Some(Kind::Bool), false);
    let flags = [Some(true), Some(false), Some(true), Some(false), None];
    assert_eq!(values, flags.map(|flag| flag.map(AttributeValue::Bool)));
}

#[test]
fn numbers_are_read_by_the_files_own_manner() {
    assert_eq!(numbers(&["19.90", "19.95", "20.00", "100.50", "7"], false), [19.9, 19.95, 20.0, 100.5, 7.0]);
    assert_eq!(numbers(&["1,5", "1.234,50", "7"], true), [1.5, 1234.5, 7.0]);
    assert_eq!(numbers(&["1,5", "2,25"], false), [1.5, 2.25], "the cells say it, not the separator");
    assert_eq!(numbers(&["1,234.50", "1,500", "-3"], false), [1234.5, 1500.0, -3.0]);
    assert_eq!(numbers(&["1.500", "2,5"], true), [1500.0, 2.5]);
    assert_eq!(numbers(&["1.500", "2.750"], false), [1.5, 2.75]);
    assert_eq!(numbers(&["1.500", "2.750"], true), [1500.0, 2750.0]);
    assert_eq!(numbers(&["1\u{202f}234,5", "1 234,5", "1'234,5"], true), [1234.5; 3]);
    assert_eq!(numbers(&["−5", "0", "0.5"], false), [-5.0, 0.0, 0.5]);
}

#[test]
fn another_column_of_the_file_tells_what_a_column_leaves_open() {
    let (unclear, clear) = (look(&["1.500", "2.750"]), look(&["1,5", "2,5"]));
    let mut file = FileManner::default();
    [unclear, clear].iter().for_each(|survey| file.add(survey));
    assert_eq!(unclear.decide(None, &file).read("1.500"), Ok(AttributeValue::Number(1500.0)));
}

#[test]
fn what_would_lose_something_as_a_number_stays_a_text() {
    let columns: [&[&str]; 6] = [
        &["007", "15", "16", "17"],
        &["+4915112345", "4915112346", "4915112347", "4915112348"],
        &["12345678901234567890", "1", "2", "3"],
        &["4.91511E+12", "1", "2", "3"],
        &["1.2.3", "1.10.0"],
        &["pro", "7", "basic"],
    ];
    for cells in columns {
        let (kind, values) = decide(cells, None, false);
        assert_eq!(kind, Kind::Text, "{cells:?}");
        let texts: Vec<_> = cells.iter().map(|cell| Some(AttributeValue::Text((*cell).to_owned()))).collect();
        assert_eq!(values, texts);
    }
}

#[test]
fn every_number_that_is_written_comes_back() {
    let number = |cell: &str| Reading::of(Kind::Number).read(cell);
    for value in [
        33.333_333_333_333_336,
        0.300_000_000_000_000_04,
        1e16,
        1e300,
        5e-324,
        1_234_567_890_123_456.5,
        -123_456_789.123_456_79,
        1e-7,
    ] {
        let value = AttributeValue::Number(value);
        assert_eq!(number(&written(&value)), Ok(value));
    }
    // Programs write more digits than a number holds; those below are none of its meaning.
    assert_eq!(
        numbers(&["33.3333333333333333", "0.10000000000000001", "7"], false),
        [33.333_333_333_333_336, 0.1, 7.0]
    );
    assert_eq!(numbers(&["3.33333E-05", "1e-7", "-2E-06"], false), [3.333_33e-5, 1e-7, -2e-6]);
    assert_eq!(numbers(&["3,33333E-05", "1,5"], true), [3.333_33e-5, 1.5]);
    for lost in ["12345678901234567891", "9007199254740993", "1E+16", "12E-5", "E-5", "1E-"] {
        assert!(number(lost).is_err(), "{lost}");
    }
    let cards = ["4111111111111111", "4222222222222222"];
    assert_eq!(decide(&cards, None, false).0, Kind::Text, "ids, though a number would keep their digits");
}

proptest! {
    #[test]
    fn whatever_number_is_exported_is_read(value in proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL) {
        let value = AttributeValue::Number(value);
        prop_assert_eq!(Reading::of(Kind::Number).read(&written(&value)), Ok(value));
    }
}

#[test]
fn a_number_that_a_spreadsheet_rounded_is_known_again() {
    let third = 100.0 / 3.0;
    for (known, given) in [
        (third, 33.333_333_33),
        (-third, -33.333_333_33),
        (third, 33.333_333_333_333_3),
        (third, 33.333_333),
        (0.300_000_000_000_000_04, 0.3),
        (1.0 / 3.0, 0.333_333_333),
        (2.0 / 3.0, 0.666_667),
        (1_234_567.123_456, 1_234_567.123),
        (12_345_678_901.5, 12_345_678_902.0),
        (0.000_033_333_333, 0.000_033_333_3),
        (19.9, 19.9),
    ] {
        assert!(is_number_rounded(known, given), "{known} → {given}");
    }
    for (known, given) in [
        (third, 33.33),
        (third, 33.333_3),
        (third, 33.333_333_34),
        (third, -33.333_333_33),
        (19.9, 20.0),
        (5.0, 5.000_000_1),
        (0.0, 0.000_000_1),
        (0.000_001_4, 0.000_001),
        (12_345_678_901.0, 12_345_678_902.0),
        (1_234_567_890_123_456.0, 1_234_567_890_123_460.0),
    ] {
        assert!(!is_number_rounded(known, given), "{known} → {given}");
    }
}

#[test]
fn the_few_cells_that_do_not_fit_are_misfits() {
    let (kind, values) = decide(&["19.90", "20.00", "n/a", "7"], None, false);
    assert_eq!(kind, Kind::Number);
    assert_eq!(values.iter().map(Option::is_some).collect::<Vec<_>>(), [true, true, false, true]);
    let (_, values) = decide(&["007", "1.5E+3", "7,5", "7.5"], Some(Kind::Number), false);
    assert_eq!(values.iter().flatten().count(), 1, "{values:?}");
    let said = Reading::of(Kind::Number).read("4.91511E+12").unwrap_err();
    assert!(said.contains("a spreadsheet shortened it"), "{said}");
}

#[test]
fn days_are_kept_as_they_sort() {
    let text = |text: &str| Some(AttributeValue::Text(text.into()));
    let (kind, values) = decide(&["2026-05-01", "01.05.2026", "2026-05-01T12:00:00Z"], None, false);
    assert_eq!(kind, Kind::Date);
    assert_eq!(values, [text("2026-05-01"), text("2026-05-01"), text("2026-05-01T12:00:00Z")]);
    let (_, values) = decide(&["5/13/2026", "5/1/2026"], None, false);
    assert_eq!(values, [text("2026-05-13"), text("2026-05-01")]);
    let (_, values) = decide(&["13/5/2026", "5/1/26"], None, false);
    assert_eq!(values, [text("2026-05-13"), text("2026-01-05")]);
    assert_eq!(decide(&["5/1/2026", "6/1/2026"], None, false).0, Kind::Text, "nobody can tell");
    assert_eq!(decide(&["31.02.2026"], None, false).0, Kind::Text, "there is no such day");
    let (_, values) = decide(&["5/1/2026", "5/5/2026"], Some(Kind::Date), false);
    assert_eq!(values, [None, text("2026-05-05")]);
}

#[test]
fn a_cell_that_a_spreadsheet_left_is_known_again() {
    for (text, cell) in [
        ("007", "7"),
        ("+4915112345678", "4915112345678"),
        ("4915112345678", "4.91511E+12"),
        ("12345678901234567890", "1.23457E+19"),
        ("12345678901234567890", "12345678901234500000"),
        ("-4915112345678", "-4.91511E+12"),
        ("1234567890123.5", "1.23457E+12"),
        ("33.333333333333336", "33.33333333"),
        ("0.00001", "1E-05"),
        ("19.90", "19.9"),
        ("1.0", "1"),
        ("0.50", "0.5"),
        ("00", "0"),
        ("true", "TRUE"),
        ("True", "WAHR"),
        ("2026-05-01", "5/1/2026"),
        ("2026-05-01", "01.05.26"),
    ] {
        assert!(is_what_a_spreadsheet_leaves(text, cell), "{text} → {cell}");
    }
    for (text, cell) in [
        ("7", "007"),
        ("007", "8"),
        ("pro", "Pro"),
        ("true", "FALSE"),
        ("4915112345678", "4.91512E+12"),
        ("-4915112345678", "4.91511E+12"),
        ("pro", "1E+05"),
        ("33.333333333333336", "33.34"),
        ("12345678901234567890", "12345678901234600000"),
        ("2026-05-01", "5/2/2026"),
        ("1.0", "1.1"),
        ("+", "0"),
        ("", "0"),
    ] {
        assert!(!is_what_a_spreadsheet_leaves(text, cell), "{text} → {cell}");
    }
}

#[test]
fn a_value_becomes_one_of_its_attributes_kind_or_is_refused() {
    use AttributeValue::{Bool, Number, Text};
    assert_eq!(Kind::Text.take(Number(5.0)), Ok(Text("5".into())));
    assert_eq!(Kind::Text.take(Bool(true)), Ok(Text("true".into())));
    assert_eq!(Kind::Number.take(Text("19.90".into())), Ok(Number(19.9)));
    assert_eq!(Kind::Bool.take(Text("TRUE".into())), Ok(Bool(true)));
    assert_eq!(Kind::Bool.take(Number(1.0)), Ok(Bool(true)));
    assert_eq!(Kind::Bool.take(Bool(false)), Ok(Bool(false)));
    assert_eq!(Kind::Date.take(Text("01.05.2026".into())), Ok(Text("2026-05-01".into())));
    for (kind, value) in [
        (Kind::Number, Bool(true)),
        (Kind::Number, Text("pro".into())),
        (Kind::Bool, Number(2.0)),
        (Kind::Date, Number(1.0)),
    ] {
        assert!(kind.take(value.clone()).is_err(), "{value:?} is none of {}", kind.plural());
    }
}
