//! One line of an import: read whole, or refused whole.

use std::collections::BTreeMap;

use chrono::DateTime;
use csv::ByteRecord;
use domain::cells::{Kind, Reading};
use domain::contact::{Attributes, SOURCE_FIELDS, Source};
use domain::limits::TAG_NAME_CHARS_MAX;
use domain::naming::{is_blank, name_key, tidied};
use domain::time::Millis;

use super::columns::Column;
use super::layout::{Layout, SourceColumn};
use crate::attributes::check_value;
use crate::cell_lists::unlisted;
use crate::tagging::TAGS_NAMED_MAX;

/// Telegram ids fit in 52 bits.
const TELEGRAM_ID_MAX: i64 = (1 << 52) - 1;
/// Telegram's bound for a first or last name, in characters.
const PERSON_NAME_CHARS_MAX: usize = 64;
const USERNAME_CHARS_MAX: usize = 32;
const LANGUAGE_CHARS_MAX: usize = 35;
/// Of one value, as links keep them.
const SOURCE_CHARS_MAX: usize = 256;
/// Of a cell that does not fit, as it is told.
const CELL_CHARS_TOLD: usize = 80;
/// 14 August 2013: Telegram began.
const TELEGRAM_BEGAN: Millis = 1_376_438_400_000;

/// A line that may go in. What its cells left empty is absent.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportRow {
    pub line: u64,
    pub telegram_id: i64,
    pub username: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub language: Option<String>,
    pub tags: Vec<String>,
    pub source: Source,
    pub first_seen: Option<Millis>,
    pub last_interaction: Option<Millis>,
    /// The table tells last interactions, and of this person none.
    pub never_wrote: bool,
    pub attributes: Attributes,
    /// Cells that a spreadsheet may have spoilt: good where the person's value is what they were.
    pub spoilt: Vec<SpoiltCell>,
}

/// A cell that cannot be read, though it may be all that a spreadsheet left of the value that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpoiltCell {
    pub key: String,
    pub cell: String,
    /// What the line is refused with, where it is not.
    pub fault: RowFault,
}

/// Why a line is refused: the column, empty when the whole line is meant, and a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    pub column: String,
    pub reason: String,
    /// The cell, where it is one that does not fit.
    pub cell: Option<String>,
}

impl RowFault {
    pub(super) fn new(column: &str, reason: impl Into<String>) -> Self {
        Self { column: column.to_owned(), reason: reason.into(), cell: None }
    }
}

type Cell<T> = Result<T, String>;

impl ImportRow {
    /// Reads a record. `now` bounds its times.
    ///
    /// # Errors
    /// Every fault, from left to right.
    pub fn read(layout: &Layout, record: &ByteRecord, line: u64, now: Millis) -> Result<Self, Vec<RowFault>> {
        let columns = &layout.columns;
        // Spreadsheets write empty cells behind the last column, and leave out those at a line's end.
        let has_more = record.iter().skip(columns.len()).any(|cell| !cell.trim_ascii().is_empty());
        if has_more {
            let reason = format!("has {} cells where the head has {}", record.len(), columns.len());
            return Err(vec![RowFault::new("", reason)]);
        }
        let cells = record.iter().chain(std::iter::repeat(&b""[..]));
        let mut row = Self {
            line,
            telegram_id: 0,
            username: None,
            first_name: None,
            last_name: None,
            language: None,
            tags: Vec::new(),
            source: Source::new(),
            first_seen: None,
            last_interaction: None,
            never_wrote: false,
            attributes: Attributes::new(),
            spoilt: Vec::new(),
        };
        let mut faults = Vec::new();
        for (((name, column), reading), cell) in columns.iter().zip(&layout.readings).zip(cells) {
            let Ok(cell) = std::str::from_utf8(cell) else {
                faults.push(RowFault::new(name, "is not UTF-8"));
                continue;
            };
            let cell = bare(cell);
            if let Err(reason) = row.take(column, (*reading, layout.sources), cell, now) {
                let told = (!cell.is_empty()).then(|| cell.chars().take(CELL_CHARS_TOLD).collect());
                let fault = RowFault { cell: told, ..RowFault::new(name, reason) };
                match column {
                    Column::Attribute(key) if reading.is_some_and(|reading| reading.may_be_spoilt(cell)) => {
                        row.spoilt.push(SpoiltCell { key: key.clone(), cell: cell.to_owned(), fault });
                    }
                    _ => faults.push(fault),
                }
            }
        }
        if faults.is_empty() { Ok(row) } else { Err(faults) }
    }

    fn take(
        &mut self,
        column: &Column,
        (reading, sources): (Option<Reading>, SourceColumn),
        cell: &str,
        now: Millis,
    ) -> Cell<()> {
        if cell.is_empty() {
            return match column {
                Column::TelegramId => Err("is missing".into()),
                Column::LastInteraction => {
                    self.never_wrote = true;
                    Ok(())
                }
                _ => Ok(()),
            };
        }
        match column {
            Column::TelegramId => self.telegram_id = telegram_id(cell)?,
            Column::Username => self.username = Some(username(cell)?),
            Column::FirstName => self.first_name = Some(text(cell, PERSON_NAME_CHARS_MAX)?),
            Column::LastName => self.last_name = Some(text(cell, PERSON_NAME_CHARS_MAX)?),
            Column::Language => self.language = Some(language(cell)?),
            Column::Tags => self.tags = tags(cell)?,
            Column::Source => self.source = source(cell, sources)?,
            Column::FirstSeen => self.first_seen = Some(moment(cell, now)?),
            Column::LastInteraction => self.last_interaction = Some(moment(cell, now)?),
            Column::Attribute(key) => {
                // A spreadsheet ends the lines of a cell as it ends its own.
                let cell = cell.replace("\r\n", "\n");
                let value = reading.unwrap_or(Reading::of(Kind::Text)).read(&cell)?;
                check_value(&value).map_err(|refusal| refusal.message)?;
                self.attributes.insert(key.clone(), value);
            }
        }
        Ok(())
    }
}

/// A cell without blanks around it, and without the mark that an export sets before a text that a spreadsheet would
/// take for a formula.
pub(super) fn bare(cell: &str) -> &str {
    let cell = cell.trim();
    let is_marked = |rest: &&str| rest.trim_start_matches('\'').starts_with(['=', '+', '-', '@']);
    cell.strip_prefix('\'').filter(is_marked).unwrap_or(cell)
}

fn telegram_id(cell: &str) -> Cell<i64> {
    let digits = cell.bytes().all(|byte| byte.is_ascii_digit());
    let id = cell.parse::<i64>().ok().filter(|id| digits && (1..=TELEGRAM_ID_MAX).contains(id));
    id.ok_or_else(|| "must be a person's Telegram id: a whole number above 0".into())
}

fn text(cell: &str, chars_max: usize) -> Cell<String> {
    if cell.chars().any(char::is_control) {
        return Err("must not hold control characters".into());
    }
    if cell.chars().count() > chars_max {
        return Err(format!("must have at most {chars_max} characters"));
    }
    Ok(cell.to_owned())
}

fn username(cell: &str) -> Cell<String> {
    let name = cell.strip_prefix('@').unwrap_or(cell);
    let fits = (1..=USERNAME_CHARS_MAX).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if fits { Ok(name.to_owned()) } else { Err("must be a username: letters, digits and _".into()) }
}

/// Letters stay as they are: Telegram's clients write `pt-br` and `en-GB`, and what an export wrote must come back.
fn language(cell: &str) -> Cell<String> {
    let fits = cell.len() <= LANGUAGE_CHARS_MAX
        && cell
            .split('-')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    if fits { Ok(cell.to_owned()) } else { Err("must be a language such as zh-hans or en".into()) }
}

fn tags(cell: &str) -> Cell<Vec<String>> {
    let mut tags: Vec<String> = Vec::new();
    for name in cell.split(';').map(|name| unlisted(name.trim())).filter(|name| !is_blank(name)) {
        let name = text(name.trim(), TAG_NAME_CHARS_MAX).map_err(|reason| format!("a tag {reason}"))?;
        if !tags.iter().any(|known| name_key(known) == name_key(&name)) {
            tags.push(name);
        }
    }
    if tags.len() > TAGS_NAMED_MAX {
        return Err(format!("must have at most {TAGS_NAMED_MAX} tags"));
    }
    Ok(tags)
}

/// The source of a cell, as its column is read.
fn source(cell: &str, column: SourceColumn) -> Cell<Source> {
    match (column, source_pairs(cell)) {
        (SourceColumn::Pairs, Err(reason)) if !cell.contains('=') => {
            Err(format!("{reason}; this column holds pairs, in which a channel is channel={cell}"))
        }
        (SourceColumn::Pairs, pairs) => pairs,
        (SourceColumn::Channels, Ok(_)) => {
            Err("must be the name of a channel, as most of this column are; here stand pairs".into())
        }
        (SourceColumn::Channels, Err(_)) => {
            Ok(BTreeMap::from([("channel".to_owned(), tidied(&text(cell, SOURCE_CHARS_MAX)?))]))
        }
    }
}

/// `link=fb-summer;utm_source=facebook`, as an export writes it.
pub(super) fn source_pairs(cell: &str) -> Cell<Source> {
    let mut source = Source::new();
    for part in cell.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let (field, value) = part.split_once('=').unwrap_or((part, ""));
        if !SOURCE_FIELDS.contains(&field) || value.is_empty() {
            return Err(format!("must be pairs such as link=fb-summer; known: {}", SOURCE_FIELDS.join(", ")));
        }
        source.insert(field.to_owned(), tidied(&text(&unlisted(value), SOURCE_CHARS_MAX)?));
    }
    if source.is_empty() { Err("is empty".into()) } else { Ok(source) }
}

fn moment(cell: &str, now: Millis) -> Cell<Millis> {
    let read = DateTime::parse_from_rfc3339(cell);
    let at = read.map_err(|_| "must be a time of RFC 3339, such as 2026-05-01T12:00:00Z")?.timestamp_millis();
    if at > now {
        return Err("must not be in the future".into());
    }
    if at < TELEGRAM_BEGAN {
        return Err("is before Telegram began".into());
    }
    Ok(at)
}
