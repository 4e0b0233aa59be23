//! What a contact is: language, country, source …, each a number from a dictionary; premium, a set; and the
//! username, which is nobody else's and so stands as text.

use std::sync::Arc;

use domain::contact::{Profile, SOURCE_FIELDS, Source};
use domain::expression::ProfileField;

use super::codes::Codes;
use crate::dictionary::Dictionary;
use crate::members::{Members, reserve_frugally};

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

/// One chunk.
#[derive(Debug, Clone, Default)]
pub(crate) struct EnumeratedColumn {
    pub(crate) profile: [Arc<Codes>; NUMBERED.len()],
    pub(crate) source: [Arc<Codes>; SOURCE_FIELDS.len()],
    pub(crate) premium: Arc<Members>,
    usernames: Arc<Usernames>,
}

/// Usernames one after another, in the form that compares.
#[derive(Debug, Clone, Default)]
struct Usernames {
    bytes: String,
    /// Where each contact's ends; of those past the end, there is none.
    ends: Vec<u32>,
}

impl Usernames {
    fn span(&self, place: usize) -> std::ops::Range<usize> {
        let start = if place == 0 { 0 } else { self.ends[place - 1] as usize };
        start..self.ends[place] as usize
    }

    fn set(&mut self, low: u16, name: &str) {
        let place = usize::from(low);
        if self.ends.len() <= place {
            if name.is_empty() {
                return;
            }
            while self.ends.len() <= place {
                reserve_frugally(&mut self.ends);
                self.ends.push(self.bytes.len() as u32);
            }
        }
        let span = self.span(place);
        let (old_length, new_length) = (span.len() as u32, name.len() as u32);
        if span.end == self.bytes.len() {
            self.bytes.truncate(span.start);
            self.bytes.push_str(name);
        } else {
            self.bytes.replace_range(span, name);
        }
        for end in &mut self.ends[place..] {
            *end = *end - old_length + new_length;
        }
    }
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
        let username = profile.username.as_deref().map(|name| ProfileField::Username.key(name));
        let username = username.unwrap_or_default();
        let known = self.usernames.ends.get(usize::from(low)).map(|_| self.usernames.span(usize::from(low)));
        if known.map_or("", |span| &self.usernames.bytes[span]) != username {
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
        let names = &*self.usernames;
        let mut found = Vec::new();
        let mut start = 0;
        for (place, end) in names.ends.iter().enumerate() {
            let end = *end as usize;
            if end > start && wanted.iter().any(|name| **name == names.bytes[start..end]) {
                found.push(place as u16);
            }
            start = end;
        }
        found
    }

    pub(crate) fn bytes(&self) -> usize {
        let codes: usize = self.profile.iter().chain(&self.source).map(|codes| codes.bytes()).sum();
        let names = self.usernames.bytes.capacity() + self.usernames.ends.capacity() * 4;
        codes + self.premium.bytes() + names + size_of::<Self>()
    }

    pub(crate) fn shrink(&mut self) {
        let every = self.profile.iter_mut().chain(&mut self.source);
        every.for_each(|codes| Arc::make_mut(codes).shrink());
        let names = Arc::make_mut(&mut self.usernames);
        names.bytes.shrink_to_fit();
        names.ends.shrink_to_fit();
    }
}

/// Writes only what differs, since writing may copy.
fn change(codes: &mut Arc<Codes>, low: u16, code: u32) {
    if codes.get(low) != code {
        Arc::make_mut(codes).set(low, code);
    }
}
