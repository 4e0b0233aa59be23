//! What a contact is: language, country, source …, each a number from a dictionary; premium, a set; and the
//! username, which is nobody else's and so stands as text.

use std::sync::Arc;

use domain::contact::{Profile, SOURCE_FIELDS, Source};
use domain::expression::ProfileField;

use super::codes::Codes;
use crate::bytes::{Damaged, Input, Output, ensure};
use crate::dictionary::{Dictionary, Occurring, Renumbering};
use crate::members::{Members, reserve_frugally};
use crate::words::CHUNK_CONTACTS;

/// Profile fields that are numbered.
pub(crate) const NUMBERED: [ProfileField; 6] = [
    ProfileField::Language,
    ProfileField::Country,
    ProfileField::Browser,
    ProfileField::Os,
    ProfileField::FirstName,
    ProfileField::LastName,
];

/// One dictionary a field, for the whole bot.
#[derive(Debug, Default)]
pub(crate) struct EnumeratedDictionaries {
    pub(crate) profile: [Dictionary; NUMBERED.len()],
    pub(crate) source: [Dictionary; SOURCE_FIELDS.len()],
}

impl EnumeratedDictionaries {
    pub(crate) fn bytes(&self) -> usize {
        self.profile.iter().chain(&self.source).map(Dictionary::bytes).sum()
    }
}

/// The numbers that each dictionary's texts have in what is written.
pub(crate) struct EnumeratedNumbers {
    profile: Vec<Renumbering>,
    source: Vec<Renumbering>,
}

impl EnumeratedDictionaries {
    /// Writes the texts that occur in the columns.
    pub(crate) fn write<'c>(
        &self,
        columns: impl Iterator<Item = &'c EnumeratedColumn> + Clone,
        out: &mut Output,
    ) -> EnumeratedNumbers {
        let mut write = |dictionary: &Dictionary, codes_of: &dyn Fn(&'c EnumeratedColumn) -> &'c Codes| {
            let mut occurring = Occurring::default();
            columns.clone().for_each(|column| codes_of(column).note(&mut occurring));
            dictionary.write(&occurring, out)
        };
        let profile = self.profile.iter().enumerate();
        let profile = profile.map(|(place, names)| write(names, &|column| &column.profile[place])).collect();
        let source = self.source.iter().enumerate();
        let source = source.map(|(place, names)| write(names, &|column| &column.source[place])).collect();
        EnumeratedNumbers { profile, source }
    }

    pub(crate) fn read(input: &mut Input<'_>) -> Result<Self, Damaged> {
        let mut names = Self::default();
        for dictionary in names.profile.iter_mut().chain(&mut names.source) {
            *dictionary = Dictionary::read(input)?;
        }
        Ok(names)
    }
}

/// One chunk.
#[derive(Debug, Clone, Default)]
pub(crate) struct EnumeratedColumn {
    pub(crate) profile: [Arc<Codes>; NUMBERED.len()],
    pub(crate) source: [Arc<Codes>; SOURCE_FIELDS.len()],
    pub(crate) premium: Arc<Members>,
    usernames: Arc<Usernames>,
}

/// Contacts between two starts that are kept.
const GROUP: usize = 16;

/// Usernames one after another, in the form that compares. A length a contact and a start every sixteen take a
/// third of what an offset a contact would.
#[derive(Debug, Clone, Default)]
struct Usernames {
    text: String,
    /// In bytes, zero for none; of contacts past the end, there is none. Telegram's have at most 32.
    lengths: Vec<u8>,
    /// Where the text of each group of contacts begins.
    starts: Vec<u32>,
}

impl Usernames {
    fn span(&self, place: usize) -> std::ops::Range<usize> {
        let group = place / GROUP;
        let before = self.lengths[group * GROUP..place].iter().map(|length| usize::from(*length));
        let start = self.starts[group] as usize + before.sum::<usize>();
        start..start + usize::from(self.lengths[place])
    }

    fn get(&self, low: u16) -> &str {
        let place = usize::from(low);
        if place < self.lengths.len() { &self.text[self.span(place)] } else { "" }
    }

    fn set(&mut self, low: u16, name: &str) {
        let place = usize::from(low);
        while self.lengths.len() <= place {
            if self.lengths.len().is_multiple_of(GROUP) {
                reserve_frugally(&mut self.starts);
                self.starts.push(self.text.len() as u32);
            }
            reserve_frugally(&mut self.lengths);
            self.lengths.push(0);
        }
        let span = self.span(place);
        let (old_length, new_length) = (span.len() as u32, name.len() as u32);
        if span.end == self.text.len() {
            self.text.truncate(span.start);
            if self.text.capacity() - self.text.len() < name.len() {
                self.text.reserve_exact(self.text.len() / 8 + 64);
            }
            self.text.push_str(name);
        } else {
            self.text.replace_range(span, name);
        }
        self.lengths[place] = name.len() as u8;
        for start in &mut self.starts[place / GROUP + 1..] {
            *start = *start - old_length + new_length;
        }
    }

    fn write(&self, out: &mut Output) {
        out.text(&self.text);
        out.bytes(&self.lengths);
    }

    fn read(input: &mut Input<'_>) -> Result<Self, Damaged> {
        let (text, lengths) = (input.text()?, input.bytes()?);
        ensure(lengths.len() <= CHUNK_CONTACTS, "there are more usernames than people")?;
        let mut starts = Vec::with_capacity(lengths.len().div_ceil(GROUP));
        let mut end = 0;
        for (place, length) in lengths.iter().enumerate() {
            if place.is_multiple_of(GROUP) {
                starts.push(end as u32);
            }
            end += usize::from(*length);
            ensure(text.is_char_boundary(end), "a username ends inside a letter")?;
        }
        ensure(end == text.len(), "usernames are longer or shorter than their text")?;
        Ok(Self { text: text.to_owned(), lengths: lengths.to_vec(), starts })
    }

    /// Who bears one of these names, none of which is empty.
    fn bearers(&self, wanted: &[String]) -> Vec<u16> {
        let mut found = Vec::new();
        let mut start = 0;
        for (place, length) in self.lengths.iter().enumerate() {
            let end = start + usize::from(*length);
            if end > start && wanted.iter().any(|name| **name == self.text[start..end]) {
                found.push(place as u16);
            }
            start = end;
        }
        found
    }

    fn bytes(&self) -> usize {
        self.text.capacity() + self.lengths.capacity() + self.starts.capacity() * 4
    }

    fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.lengths.shrink_to_fit();
        self.starts.shrink_to_fit();
    }
}

/// The form of a username that compares, cut to what a length can say: no real one comes near it.
pub(crate) fn username_key(name: &str) -> String {
    let key = ProfileField::Username.key(name);
    let fits = |(place, letter): &(usize, char)| place + letter.len_utf8() <= usize::from(u8::MAX);
    key.char_indices().take_while(fits).map(|(_, letter)| letter).collect()
}

impl EnumeratedColumn {
    pub(crate) fn set_profile(&mut self, low: u16, profile: &Profile, names: &EnumeratedDictionaries) {
        for ((codes, field), dictionary) in self.profile.iter_mut().zip(NUMBERED).zip(&names.profile) {
            let code = field.of(profile).map_or(0, |value| dictionary.code(&field.key(value)));
            change(codes, low, code);
        }
        if self.premium.contains(low) != profile.premium {
            let premium = Arc::make_mut(&mut self.premium);
            if profile.premium {
                premium.insert(low);
            } else {
                premium.remove(low);
            }
        }
        let username = profile.username.as_deref().map(username_key).unwrap_or_default();
        if self.usernames.get(low) != username {
            Arc::make_mut(&mut self.usernames).set(low, &username);
        }
    }

    pub(crate) fn set_source(&mut self, low: u16, source: &Source, names: &EnumeratedDictionaries) {
        for ((codes, field), dictionary) in self.source.iter_mut().zip(SOURCE_FIELDS).zip(&names.source) {
            let code = source.get(field).map_or(0, |value| dictionary.code(value));
            change(codes, low, code);
        }
    }

    /// Who bears one of these usernames, given in the form that compares and none of them empty.
    pub(crate) fn named(&self, wanted: &[String]) -> Vec<u16> {
        self.usernames.bearers(wanted)
    }

    pub(crate) fn write(&self, numbers: &EnumeratedNumbers, out: &mut Output) {
        for (codes, numbers) in self.profile.iter().zip(&numbers.profile) {
            codes.write(numbers, out);
        }
        for (codes, numbers) in self.source.iter().zip(&numbers.source) {
            codes.write(numbers, out);
        }
        self.premium.write(out);
        self.usernames.write(out);
    }

    pub(crate) fn read(input: &mut Input<'_>, names: &EnumeratedDictionaries) -> Result<Self, Damaged> {
        let mut column = Self::default();
        let profile = column.profile.iter_mut().zip(&names.profile);
        for (codes, dictionary) in profile.chain(column.source.iter_mut().zip(&names.source)) {
            *codes = Arc::new(Codes::read(input, dictionary.len())?);
        }
        column.premium = Arc::new(Members::read(input)?);
        column.usernames = Arc::new(Usernames::read(input)?);
        Ok(column)
    }

    pub(crate) fn bytes(&self) -> usize {
        let codes: usize = self.profile.iter().chain(&self.source).map(|codes| codes.bytes()).sum();
        codes + self.premium.bytes() + self.usernames.bytes() + size_of::<Self>()
    }

    pub(crate) fn shrink(&mut self) {
        let every = self.profile.iter_mut().chain(&mut self.source);
        every.for_each(|codes| Arc::make_mut(codes).shrink());
        Arc::make_mut(&mut self.usernames).shrink();
    }
}

/// Writes only what differs, since writing may copy.
fn change(codes: &mut Arc<Codes>, low: u16, code: u32) {
    if codes.get(low) != code {
        Arc::make_mut(codes).set(low, code);
    }
}
