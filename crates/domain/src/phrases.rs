//! What the bot itself understands and says, in the workspace's languages: the words by which a person ends bulk
//! messages, the answer to them, and the word to a member whose account was bound.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::field_error::FieldError;
use crate::message::Message;
use crate::naming::{is_blank, tidied, word_key};

/// Languages of one workspace.
pub const LANGUAGES_MAX: usize = 30;
/// Words of one language.
pub const STOP_WORDS_MAX: usize = 50;
/// One word, in characters. A longer message is none of them.
pub const STOP_WORD_CHARS_MAX: usize = 64;
/// An answer, in characters.
pub const ANSWER_CHARS_MAX: usize = 1_000;
/// The text of a button, in characters.
pub const BUTTON_CHARS_MAX: usize = 64;

/// The phrases of one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phrasebook {
    /// Such as `en` or `pt-br`, in lower case.
    pub language: String,
    /// Whole messages that end bulk messages, as `/stop` does. Case and width do not matter.
    pub stop_words: Vec<String>,
    /// The answer to `/stop` and to these words.
    pub stopped: String,
    /// The button below it, which takes it back.
    pub back: String,
    /// Said to a member whose Telegram account was bound.
    pub bound: String,
}

/// The phrases of a workspace; the first language speaks to whoever reads none of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrases {
    books: Vec<Phrasebook>,
    /// The words as they are compared, by book.
    keys: Vec<Vec<String>>,
}

/// What a workspace begins with.
static DEFAULT: LazyLock<Phrases> = LazyLock::new(|| {
    let books = serde_json::from_str(include_str!("phrases.json")).unwrap_or_default();
    Phrases::of(books)
});

impl Default for Phrases {
    fn default() -> Self {
        DEFAULT.clone()
    }
}

impl Phrases {
    fn of(books: Vec<Phrasebook>) -> Self {
        let keys = books.iter().map(|book| book.stop_words.iter().map(|word| word_key(word)).collect());
        Self { keys: keys.collect(), books }
    }

    /// Checks phrases and tidies them.
    ///
    /// # Errors
    /// Every fault under its path, such as `/languages/0/stopped`.
    pub fn checked(books: Vec<Phrasebook>) -> Result<Self, Vec<FieldError>> {
        let mut faults = Vec::new();
        if books.is_empty() || books.len() > LANGUAGES_MAX {
            let message = format!("must have 1 to {LANGUAGES_MAX} languages");
            faults.push(FieldError { path: "/languages".into(), code: "out_of_range", message });
            return Err(faults);
        }
        let mut tidy: Vec<Phrasebook> = Vec::with_capacity(books.len());
        for (index, book) in books.into_iter().enumerate() {
            let book = checked_book(&format!("/languages/{index}"), book, &mut faults);
            if tidy.iter().any(|other| other.language == book.language) {
                let (path, message) = (format!("/languages/{index}/language"), "stands twice".to_owned());
                faults.push(FieldError { path, code: "duplicate", message });
            }
            tidy.push(book);
        }
        if faults.is_empty() { Ok(Self::of(tidy)) } else { Err(faults) }
    }

    /// Reads what [`Phrases::to_json`] wrote.
    ///
    /// # Errors
    /// The text is not one of ours.
    pub fn from_json(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str(text).map(Self::of)
    }

    /// The phrases as a JSON text.
    pub fn to_json(&self) -> String {
        // Strings and lists of strings always become JSON.
        serde_json::to_string(&self.books).unwrap_or_default()
    }

    /// All languages in their order.
    pub fn books(&self) -> &[Phrasebook] {
        &self.books
    }

    /// The language in which a whole message says stop: the reader's own where several have the word. `None` when it
    /// says something else.
    pub fn stopped_by(&self, message: &str, reader: Option<&str>) -> Option<&Phrasebook> {
        if message.chars().count() > STOP_WORD_CHARS_MAX {
            return None;
        }
        let key = word_key(message);
        let fitting = self.books.iter().zip(&self.keys).filter(|(_, keys)| keys.contains(&key));
        let fitting: Vec<&Phrasebook> = fitting.map(|(book, _)| book).collect();
        best(&fitting, reader)
    }

    /// The language that a person reads, as far as Telegram tells, or else the first.
    pub fn for_reader(&self, reader: Option<&str>) -> Option<&Phrasebook> {
        best(&self.books.iter().collect::<Vec<_>>(), reader)
    }
}

/// The book of a language, of its main language, or the first.
fn best<'b>(books: &[&'b Phrasebook], reader: Option<&str>) -> Option<&'b Phrasebook> {
    let reader = reader.unwrap_or_default().to_lowercase();
    let main = |language: &str| language.split('-').next().unwrap_or_default().to_owned();
    let exact = books.iter().find(|book| book.language == reader);
    let near = || books.iter().find(|book| main(&book.language) == main(&reader));
    exact.or_else(near).or(books.first()).copied()
}

/// The field of what is said to a member.
const BOUND: &str = "bound";

fn checked_book(path: &str, book: Phrasebook, faults: &mut Vec<FieldError>) -> Phrasebook {
    let mut fault = |field: &str, code: &'static str, message: String| {
        faults.push(FieldError { path: format!("{path}/{field}"), code, message });
    };
    let language = book.language.trim().to_lowercase();
    let is_tag = (2..=16).contains(&language.len())
        && language
            .split('-')
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric()));
    if !is_tag {
        fault("language", "invalid", "must be a language such as \"en\" or \"pt-br\"".into());
    }
    let mut stop_words: Vec<String> = Vec::new();
    if book.stop_words.len() > STOP_WORDS_MAX {
        fault("stop_words", "too_many", format!("must have at most {STOP_WORDS_MAX} words"));
    }
    for (index, word) in book.stop_words.iter().take(STOP_WORDS_MAX).enumerate() {
        let word = tidied(word);
        if is_blank(&word) || word.chars().count() > STOP_WORD_CHARS_MAX || word.chars().any(char::is_control)
        {
            let message = format!("must have 1 to {STOP_WORD_CHARS_MAX} characters");
            fault(&format!("stop_words/{index}"), "invalid", message);
        } else if !stop_words.iter().any(|known| word_key(known) == word_key(&word)) {
            stop_words.push(word);
        }
    }
    let mut text = |field: &str, text: &str, chars_max: usize| {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > chars_max {
            fault(field, "invalid", format!("must have 1 to {chars_max} characters"));
        } else if field == BOUND {
            // The one phrase with variables in it.
            let wrong = Message::plain(text).err().into_iter().flatten().next();
            if let Some(wrong) = wrong {
                fault(field, wrong.code, wrong.message);
            }
        }
        text.to_owned()
    };
    Phrasebook {
        stopped: text("stopped", &book.stopped, ANSWER_CHARS_MAX),
        back: text("back", &book.back, BUTTON_CHARS_MAX),
        bound: text(BOUND, &book.bound, ANSWER_CHARS_MAX),
        language,
        stop_words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(book: Option<&Phrasebook>) -> Option<&str> {
        book.map(|book| book.language.as_str())
    }

    #[test]
    fn the_defaults_hold_themselves_and_know_the_usual_words() {
        let phrases = Phrases::default();
        assert_eq!(Phrases::checked(phrases.books().to_vec()).as_ref(), Ok(&phrases));
        assert_eq!(Phrases::from_json(&phrases.to_json()).unwrap(), phrases);
        for (said, spoken) in [
            ("STOP", "en"),
            ("Unsubscribe", "en"),
            ("退订", "zh"),
            (" Отписаться ", "ru"),
            ("ｓｔｏｐ", "en"),
        ] {
            assert_eq!(language(phrases.stopped_by(said, None)), Some(spoken), "{said}");
        }
        for said in ["please stop the timer", "stop it", "don't stop", "", "/stop now"] {
            assert_eq!(phrases.stopped_by(said, None), None, "only a whole message: {said}");
        }
    }

    #[test]
    fn a_reader_gets_their_own_language_or_a_near_one_or_the_first() {
        let phrases = Phrases::default();
        assert_eq!(language(phrases.for_reader(Some("zh-hans"))), Some("zh"));
        assert_eq!(language(phrases.for_reader(Some("PT-BR"))), Some("pt"));
        assert_eq!(language(phrases.for_reader(Some("fi"))), Some("en"));
        assert_eq!(language(phrases.for_reader(None)), Some("en"));
    }

    #[test]
    fn every_fault_has_its_path() {
        let wrong = Phrasebook {
            language: "english please".into(),
            stop_words: vec!["ok".into(), " ".into()],
            stopped: String::new(),
            back: "b".repeat(65),
            bound: "Welcome, {first_name".into(),
        };
        let faults = Phrases::checked(vec![wrong]).unwrap_err();
        let paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
        let expected = ["/language", "/stop_words/1", "/stopped", "/back", "/bound"]
            .map(|field| format!("/languages/0{field}"));
        assert_eq!(paths, expected);
        assert_eq!(Phrases::checked(Vec::new()).unwrap_err()[0].path, "/languages");
    }
}
