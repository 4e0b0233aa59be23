//! How a table is laid out: its encoding, what stands between its cells, its columns and the kind of each. Found by
//! reading the whole of it once before its first line goes in.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use csv::ByteRecord;
use domain::cells::{FileManner, Kind, Reading, Survey};
use domain::field_error::pointer_segment;
use encoding_rs::{Encoding, UTF_8};

use super::bounded::Bounded;
use super::columns::{Column, Columns};
use super::encoding::{self, Decoded};
use super::unreadable;
use crate::{EngineError, Result};

/// What may stand between the cells, the likeliest first.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A reader of a table's records.
pub(super) type Records<'i, I> = csv::Reader<Bounded<Decoded<&'i mut I>>>;

/// What is known of attributes: nothing of one that is not there, `None` of one whose values are of mixed kinds.
pub(super) type KnownKinds = BTreeMap<String, Option<Kind>>;

/// What the cells of a column of sources are: one kind, decided over all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SourceColumn {
    /// `link=fb-summer;utm_source=facebook`.
    Pairs,
    /// The names of channels.
    Channels,
}

impl SourceColumn {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Pairs => "pairs",
            Self::Channels => "channel",
        }
    }
}

/// How many cells of a column of sources are pairs, and how many can be nothing but a name.
#[derive(Default)]
struct Sources {
    pairs: u64,
    names: u64,
}

impl Sources {
    fn add(&mut self, cell: &str) {
        if super::row::source_pairs(cell).is_ok() {
            self.pairs += 1;
        } else if !cell.contains('=') {
            self.names += 1;
        }
    }

    /// What most of them are. Where all that stands there are pairs that cannot be read, pairs are meant.
    fn decide(&self) -> SourceColumn {
        if self.names > self.pairs { SourceColumn::Channels } else { SourceColumn::Pairs }
    }
}

/// How a table is to be read.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub encoding: &'static Encoding,
    pub separator: u8,
    pub columns: Columns,
    /// By the column's place; named columns have none.
    pub readings: Vec<Option<Reading>>,
    /// How the column of sources is read, where there is one.
    pub sources: SourceColumn,
    /// Cells of each column that are not empty.
    pub cells: Vec<u64>,
}

impl Layout {
    /// Reads the table once.
    ///
    /// # Errors
    /// It is not UTF-8 and no encoding was named; its head is not one of ours; a kind is asked for that the attribute
    /// does not have.
    pub(super) fn find<I: Read + Seek>(
        input: &mut I,
        encoding: Option<&str>,
        asked: &BTreeMap<String, Kind>,
        known: &KnownKinds,
    ) -> Result<Self> {
        let encoding = match encoding {
            Some(label) => encoding::named(label)?,
            None => match encoding::judge(input).map_err(cannot_be_read)? {
                found if found == UTF_8 => found,
                other => return Err(encoding::not_utf8(other)),
            },
        };
        let separator = separator(input, encoding)?;
        let mut records = records(input, encoding, separator)?;
        let mut record = ByteRecord::new();
        let columns = head(&mut records, &mut record, separator)?.spelled(known)?;
        let asked = &checked_kinds(&columns, asked, known)?;
        let mut surveys = vec![Survey::default(); columns.len()];
        let mut sources = Sources::default();
        let source = columns.iter().position(|(_, column)| *column == Column::Source);
        // What cannot be read is said when the lines are taken; a quote that is never closed ends the look as well.
        while matches!(next(&mut records, &mut record), Ok(true)) {
            for (survey, cell) in surveys.iter_mut().zip(&record) {
                survey.add(super::row::bare(std::str::from_utf8(cell).unwrap_or_default()));
            }
            let cell = source.and_then(|place| record.get(place)).map(std::str::from_utf8);
            if let Some(Ok(cell)) = cell.filter(|cell| cell.is_ok_and(|cell| !cell.trim().is_empty())) {
                sources.add(super::row::bare(cell));
            }
        }
        let readings = readings(&columns, &surveys, separator, asked, known);
        let cells = surveys.iter().map(|survey| survey.cells).collect();
        Ok(Self { encoding, separator, columns, readings, sources: sources.decide(), cells })
    }
}

impl Layout {
    /// The same by what is known of attributes now, where that is more or other than when the table was looked at: one
    /// that was new may have been born meanwhile, in another spelling and of another kind.
    ///
    /// # Errors
    /// Two columns name one attribute.
    pub(super) fn renewed(&self, known: &KnownKinds) -> Result<Option<Self>> {
        let columns = self.columns.clone().spelled(known)?;
        let readings: Vec<Option<Reading>> = columns
            .iter()
            .zip(&self.readings)
            .map(|((_, column), reading)| match (column, reading) {
                (Column::Attribute(key), Some(reading)) => {
                    let kind = known.get(key).copied().flatten().unwrap_or(reading.kind);
                    Some(Reading { kind, ..*reading })
                }
                _ => *reading,
            })
            .collect();
        let is_same = columns == self.columns && readings == self.readings;
        Ok((!is_same).then(|| Self { columns, readings, ..self.clone() }))
    }

    /// The kind of each attribute by its key.
    pub(super) fn kinds(&self) -> BTreeMap<String, Kind> {
        let read = |((_, column), reading): ((&str, &Column), &Option<Reading>)| match (column, reading) {
            (Column::Attribute(key), Some(reading)) => Some((key.clone(), reading.kind)),
            _ => None,
        };
        self.columns.iter().zip(&self.readings).filter_map(read).collect()
    }
}

/// How each column of an attribute is read.
fn readings(
    columns: &Columns,
    surveys: &[Survey],
    separator: u8,
    asked: &BTreeMap<String, Kind>,
    known: &KnownKinds,
) -> Vec<Option<Reading>> {
    let mut file = FileManner::new(separator == b';');
    for ((_, column), survey) in columns.iter().zip(surveys) {
        if matches!(column, Column::Attribute(_)) {
            file.add(survey);
        }
    }
    let decide = |((_, column), survey): ((&str, &Column), &Survey)| match column {
        Column::Attribute(key) => {
            let kind = known.get(key).copied().flatten().or_else(|| asked.get(key).copied());
            Some(survey.decide(kind, &file))
        }
        _ => None,
    };
    columns.iter().zip(surveys).map(decide).collect()
}

/// The kinds that are asked for, by the keys of the columns. One can be asked for where the attribute has none yet.
fn checked_kinds(
    columns: &Columns,
    asked: &BTreeMap<String, Kind>,
    known: &KnownKinds,
) -> Result<BTreeMap<String, Kind>> {
    let mut checked = BTreeMap::new();
    for (key, kind) in asked {
        let path = format!("/kinds/{}", pointer_segment(key));
        let spelled = columns.attribute(key);
        let Some(spelled) = spelled else {
            let message = format!("names no column of the table: it has no \"attr.{key}\"");
            return Err(EngineError::field(path, "unknown_column", message));
        };
        if let Some(Some(has)) = known.get(spelled)
            && has != kind
        {
            let message =
                format!("the attribute \"{spelled}\" holds {}; change its kind first", has.plural());
            return Err(EngineError::field(path, "wrong_kind", message));
        }
        checked.insert(spelled.to_owned(), *kind);
    }
    Ok(checked)
}

/// The records from the first on.
pub(super) fn records<'i, I: Read + Seek>(
    input: &'i mut I,
    encoding: &'static Encoding,
    separator: u8,
) -> Result<Records<'i, I>> {
    input.rewind().map_err(cannot_be_read)?;
    let mut reader = csv::ReaderBuilder::new();
    reader.has_headers(false).flexible(true).delimiter(separator);
    Ok(reader.from_reader(Bounded::new(Decoded::new(input, encoding))))
}

/// Reads the head.
pub(super) fn head<I: Read>(
    records: &mut Records<'_, I>,
    record: &mut ByteRecord,
    separator: u8,
) -> Result<Columns> {
    if !next(records, record).map_err(|error| unreadable(&error))? {
        let message = "is empty; its first line names the columns";
        return Err(EngineError::field("/file", "required", message));
    }
    let has_line = named_separator(record, separator).is_some();
    if has_line && !next(records, record).map_err(|error| unreadable(&error))? {
        return Err(EngineError::field("/file", "required", "has no line that names the columns"));
    }
    Columns::read(record)
}

/// Reads a record.
pub(super) fn next<I: Read>(records: &mut Records<'_, I>, record: &mut ByteRecord) -> csv::Result<bool> {
    records.get_mut().refill();
    records.read_byte_record(record)
}

/// What stands between the cells: what a line `sep=;` before the head says, else that by which most columns of the
/// head are known.
fn separator<I: Read + Seek>(input: &mut I, encoding: &'static Encoding) -> Result<u8> {
    let mut best = (0, SEPARATORS[0]);
    let mut record = ByteRecord::new();
    for separator in SEPARATORS {
        let mut records = records(input, encoding, separator)?;
        if !next(&mut records, &mut record).map_err(|error| unreadable(&error))? {
            break;
        }
        if let Some(named) = named_separator(&record, separator) {
            return Ok(named);
        }
        let known = Columns::count_known(&record);
        if known > best.0 {
            best = (known, separator);
        }
    }
    Ok(best.1)
}

/// What a line that spreadsheets write before the head names; `read_with` separated its cells.
fn named_separator(record: &ByteRecord, read_with: u8) -> Option<u8> {
    match (record.as_slice().strip_prefix(b"sep=")?, record.len()) {
        ([separator], 1) if SEPARATORS.contains(separator) => Some(*separator),
        // Read with its own separator the line has two cells.
        ([], 2) => Some(read_with),
        _ => None,
    }
}

fn cannot_be_read(error: std::io::Error) -> EngineError {
    EngineError::field("/file", "unreadable", format!("cannot be read: {error}"))
}
