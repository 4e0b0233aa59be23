//! What searches look in: a column of its own beside the words, folded as [`search_fold`] does, since no database folds
//! every script by itself.

use domain::naming::search_fold;

use crate::sql::{self, params};
use crate::{Result, WriteTx};

/// Rows that are folded at a time.
const BATCH: i64 = 1_000;
/// Words of one search. What is typed beyond is left out, which finds more.
const WORDS_MAX: usize = 8;
/// How long a surname and a given name are that are written as one word.
const JOINED_NAME_CHARS: std::ops::RangeInclusive<usize> = 2..=4;

/// What a search for a person looks in: their name, and `@` with their username.
pub(crate) fn of_person(name: &str, username: Option<&str>) -> String {
    match username {
        Some(username) => search_fold(&format!("{name}\n@{username}")),
        None => search_fold(name),
    }
}

/// What somebody searches for: words that must each be found, in any order.
pub(crate) struct Search {
    words: Vec<Word>,
}

/// Patterns of one word.
struct Word {
    whole: String,
    /// The word cut in two at each place where a surname may end.
    cuts: Vec<[String; 2]>,
}

/// One word by the numbers of its parameters.
pub(crate) struct Placed {
    whole: usize,
    cuts: usize,
}

impl Search {
    /// Reads what somebody typed: blanks, commas and semicolons part its words.
    pub(crate) fn of(text: &str) -> Self {
        let folded = search_fold(text);
        let parts = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '、');
        let mut words: Vec<Word> =
            folded.split(parts).filter(|word| !word.is_empty()).take(WORDS_MAX).map(Word::of).collect();
        if words.is_empty() && !folded.trim().is_empty() {
            words.push(Word::of(folded.trim()));
        }
        Self { words }
    }

    /// What its parameters are, in order.
    pub(crate) fn patterns(&self) -> impl Iterator<Item = &str> {
        self.words.iter().flat_map(Word::patterns)
    }

    /// The condition that each word is found, by the condition of one. `first` is the number of the first parameter.
    pub(crate) fn condition(&self, first: usize, one: impl Fn(&Placed) -> String) -> String {
        let mut next = first;
        let mut all = vec!["1 = 1".to_owned()];
        for word in &self.words {
            all.push(one(&Placed { whole: next, cuts: word.cuts.len() }));
            next += 1 + 2 * word.cuts.len();
        }
        all.join(" AND ")
    }
}

impl Word {
    fn of(word: &str) -> Self {
        let length = word.chars().count();
        let is_name = JOINED_NAME_CHARS.contains(&length) && word.chars().all(joins_names);
        let places = word.char_indices().skip(1).map(|(place, _)| word.split_at(place));
        let cuts = places.filter(|_| is_name);
        Self {
            whole: sql::containing(word),
            cuts: cuts.map(|(one, other)| [sql::containing(one), sql::containing(other)]).collect(),
        }
    }

    fn patterns(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.whole).chain(self.cuts.iter().flatten()).map(String::as_str)
    }
}

impl Placed {
    /// A column holds the word.
    pub(crate) fn within(&self, column: &str) -> String {
        found(column, self.whole)
    }

    /// A column of names holds the word, or the surname and the given name that it is made of: whoever writes them
    /// without a blank begins with the surname, and Telegram with the given name.
    pub(crate) fn within_names(&self, column: &str) -> String {
        let cut = |place: usize| {
            let first = self.whole + 1 + 2 * place;
            format!("({} AND {})", found(column, first), found(column, first + 1))
        };
        let ways: Vec<String> =
            std::iter::once(found(column, self.whole)).chain((0..self.cuts).map(cut)).collect();
        format!("({})", ways.join(" OR "))
    }
}

fn found(column: &str, parameter: usize) -> String {
    format!("{column} LIKE ${parameter} ESCAPE '\\'")
}

/// Chinese and Korean letters, in which whole names are written without a blank.
fn joins_names(c: char) -> bool {
    matches!(u32::from(c), 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xac00..=0xd7af | 0x20000..=0x3ffff)
}

/// Fills the columns of what was written before there were any.
pub(crate) fn fill(tx: &WriteTx<'_>) -> Result<()> {
    let people = "SELECT bot_id, number, name, username FROM contacts \
                  WHERE bot_id > $1 OR (bot_id = $1 AND number > $2) ORDER BY bot_id, number LIMIT $3";
    let person = "UPDATE contacts SET search = $3 WHERE bot_id = $1 AND number = $2";
    fill_table(tx, people, person)?;
    let conversations = "SELECT bot_id, contact, last_text, NULL FROM conversations \
                         WHERE bot_id > $1 OR (bot_id = $1 AND contact > $2) ORDER BY bot_id, contact LIMIT $3";
    let conversation = "UPDATE conversations SET search = $3 WHERE bot_id = $1 AND contact = $2";
    fill_table(tx, conversations, conversation)
}

fn fill_table(tx: &WriteTx<'_>, select: &str, update: &str) -> Result<()> {
    let mut place = (i64::MIN, -1);
    loop {
        let rows: Vec<(i64, i64, String)> = tx.rows(select, params![place.0, place.1, BATCH], |row| {
            let (words, username): (String, Option<String>) = (row.get(2)?, row.get(3)?);
            Ok((row.get(0)?, row.get(1)?, of_person(&words, username.as_deref())))
        })?;
        for (bot, id, folded) in &rows {
            tx.run(update, params![*bot, *id, folded.as_str()])?;
        }
        match rows.last() {
            Some((bot, id, _)) if rows.len() as i64 == BATCH => place = (*bot, *id),
            _ => return Ok(()),
        }
    }
}
