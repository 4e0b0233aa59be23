//! Texts numbered as they come: columns keep the numbers.

use std::hash::{DefaultHasher, Hasher};

use parking_lot::RwLock;

use crate::bytes::{Damaged, Input, Output, ensure};

/// Numbers texts 1, 2, 3 …; zero is left for "none". A number once given never changes, so all versions of an
/// index share one dictionary: a reader of an older version may find a number that none of its rows has.
#[derive(Debug, Default)]
pub(crate) struct Dictionary {
    inner: RwLock<Inner>,
}

/// One text after another, and a hash table of their numbers: for many short texts a third of what a map of
/// strings takes.
#[derive(Debug, Default)]
struct Inner {
    bytes: String,
    /// Where each text ends.
    ends: Vec<usize>,
    /// Open addressing; a power of two long, at most three quarters full. Zero is free.
    table: Vec<u32>,
}

impl Inner {
    fn text(&self, code: u32) -> &str {
        let place = code as usize - 1;
        let start = if place == 0 { 0 } else { self.ends[place - 1] };
        &self.bytes[start..self.ends[place]]
    }

    /// Where the text stands in the table, or the free place where it would.
    fn slot(&self, text: &str) -> usize {
        let mask = self.table.len() - 1;
        let mut slot = hash(text) as usize & mask;
        while self.table[slot] != 0 && self.text(self.table[slot]) != text {
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn find(&self, text: &str) -> Option<u32> {
        if self.table.is_empty() {
            return None;
        }
        Some(self.table[self.slot(text)]).filter(|code| *code != 0)
    }

    fn make_table(&mut self, length: usize) {
        self.table = vec![0; length];
        for code in 1..=self.ends.len() as u32 {
            let slot = self.slot(self.text(code));
            self.table[slot] = code;
        }
    }

    fn add(&mut self, text: &str) -> u32 {
        if (self.ends.len() + 1) * 4 > self.table.len() * 3 {
            self.make_table((self.table.len() * 2).max(TABLE_MIN));
        }
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
        let code = self.ends.len() as u32;
        let slot = self.slot(text);
        self.table[slot] = code;
        code
    }
}

/// The shortest table.
const TABLE_MIN: usize = 16;

/// Numbers of a dictionary that some contact has.
#[derive(Debug, Default)]
pub(crate) struct Occurring(Vec<bool>);

impl Occurring {
    pub(crate) fn note(&mut self, code: u32) {
        let place = code as usize;
        if self.0.len() <= place {
            self.0.resize(place + 1, false);
        }
        self.0[place] = true;
    }

    fn contains(&self, code: u32) -> bool {
        self.0.get(code as usize).copied().unwrap_or(false)
    }
}

/// The numbers that texts have in what is written, by the numbers that they have here. Their order is the same.
#[derive(Debug)]
pub(crate) struct Renumbering(Vec<u32>);

impl Renumbering {
    /// Zero stays zero.
    pub(crate) fn of(&self, code: u32) -> u32 {
        self.0.get(code as usize).copied().unwrap_or(0)
    }

    /// Whether any number that occurs is another then.
    pub(crate) fn changes(&self) -> bool {
        self.0.iter().zip(0..).any(|(new, code)| *new != 0 && *new != code)
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(text.as_bytes());
    hasher.finish()
}

impl Dictionary {
    /// The text's number, given now if it has none yet.
    pub(crate) fn code(&self, text: &str) -> u32 {
        let known = self.inner.read().find(text);
        known.unwrap_or_else(|| {
            let mut inner = self.inner.write();
            inner.find(text).unwrap_or_else(|| inner.add(text))
        })
    }

    /// The text's number, if it has one.
    pub(crate) fn find(&self, text: &str) -> Option<u32> {
        self.inner.read().find(text)
    }

    pub(crate) fn text(&self, code: u32) -> String {
        self.inner.read().text(code).to_owned()
    }

    /// The numbers of the texts that satisfy a test, in rising order.
    pub(crate) fn matching(&self, test: impl Fn(&str) -> bool) -> Vec<u32> {
        let inner = self.inner.read();
        (1..=inner.ends.len() as u32).filter(|code| test(inner.text(*code))).collect()
    }

    /// How many numbers were given.
    pub(crate) fn len(&self) -> usize {
        self.inner.read().ends.len()
    }

    /// Writes the texts of the numbers that occur, in their order: what nobody has any more, an erased person's name
    /// for one, is left out. Gives the numbers that the others have from then on.
    pub(crate) fn write(&self, occurring: &Occurring, out: &mut Output) -> Renumbering {
        let inner = self.inner.read();
        let codes = (1..=inner.ends.len() as u32).filter(|code| occurring.contains(*code));
        let codes: Vec<u32> = codes.collect();
        out.length(codes.len());
        let mut renumbering = Renumbering(vec![0; inner.ends.len() + 1]);
        for (code, new) in codes.into_iter().zip(1..) {
            out.text(inner.text(code));
            renumbering.0[code as usize] = new;
        }
        renumbering
    }

    pub(crate) fn read(input: &mut Input<'_>) -> Result<Self, Damaged> {
        let length = input.length(size_of::<u32>())?;
        let mut inner = Inner { ends: Vec::with_capacity(length), ..Inner::default() };
        inner.make_table((length * 4 / 3 + 1).next_power_of_two().max(TABLE_MIN));
        for _ in 0..length {
            let text = input.text()?;
            ensure(inner.find(text).is_none(), "a text has two numbers")?;
            inner.add(text);
        }
        inner.bytes.shrink_to_fit();
        Ok(Self { inner: RwLock::new(inner) })
    }

    pub(crate) fn bytes(&self) -> usize {
        let inner = self.inner.read();
        inner.bytes.capacity() + inner.ends.capacity() * size_of::<usize>() + inner.table.capacity() * 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_given_once_and_lead_back() {
        let dictionary = Dictionary::default();
        assert_eq!(dictionary.find("价格"), None);
        let texts: Vec<String> = (0..500).map(|n| format!("价格-{}", n % 250)).collect();
        for (place, text) in texts.iter().enumerate() {
            assert_eq!(dictionary.code(text), (place % 250) as u32 + 1);
        }
        for text in &texts {
            assert_eq!(dictionary.text(dictionary.find(text).unwrap()), *text);
        }
        assert_eq!(dictionary.matching(|text| text == "价格-7"), [8]);
        // The empty text is a text.
        assert_eq!(dictionary.code(""), 251);
        assert_eq!(dictionary.find(""), Some(251));
    }
}
