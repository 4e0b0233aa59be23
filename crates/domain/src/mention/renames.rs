//! Giving what is mentioned another name.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{DocumentKind, Mention};
use crate::naming::name_key;

/// New names for old ones. Applied at once, so two may be swapped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Renames {
    pub tags: BTreeMap<String, String>,
    pub stages: BTreeMap<String, String>,
}

/// What renaming did to a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rewritten {
    pub changed: bool,
    /// Parts that do not read and hold an old name, left as they are: JSON pointers to them.
    pub left: Vec<String>,
}

impl Renames {
    /// One tag gets another name.
    pub fn tag(from: &str, to: &str) -> Self {
        Self { tags: BTreeMap::from([(from.to_owned(), to.to_owned())]), ..Self::default() }
    }

    /// Nothing changes its name.
    pub fn is_empty(&self) -> bool {
        self.tags.is_empty() && self.stages.is_empty()
    }

    /// Puts the new names in the places of the old ones. All else of the document stays as it is written.
    pub fn apply(&self, kind: DocumentKind, document: &mut Value) -> Rewritten {
        let mentions = kind.mentions(document);
        let mut rewritten = Rewritten::default();
        let mut lists = BTreeMap::new();
        for (place, mention) in mentions.found() {
            let Some((renames, name)) = self.renames_of(mention) else { continue };
            let Some(to) = new_name(renames, name) else { continue };
            // What was read may have fewer names than the list as it is written, which is looked through as a whole.
            let list = place.rsplit_once('/').map(|(list, _)| list);
            if let Some(list) = list.filter(|list| document.pointer(list).is_some_and(Value::is_array)) {
                lists.insert(list, renames);
            } else if let Some(name) = document.pointer_mut(place).filter(|name| name.is_string()) {
                *name = Value::from(to);
                rewritten.changed = true;
            }
        }
        for (list, renames) in lists {
            if let Some(Value::Array(names)) = document.pointer_mut(list) {
                rewritten.changed |= rename_in(names, renames);
            }
        }
        let old: Vec<String> =
            self.tags.keys().chain(self.stages.keys()).map(|name| name_key(name)).collect();
        let left = mentions.unread.iter().filter(|part| old.iter().any(|key| part.keys.contains(key)));
        rewritten.left = left.map(|part| part.place.clone()).collect();
        rewritten
    }

    /// Renames in a list of tags' names that stands by itself; whether it changed.
    pub fn apply_to_tags(&self, names: &mut Vec<String>) -> bool {
        let mut changed = false;
        for name in names.iter_mut() {
            if let Some(to) = new_name(&self.tags, name) {
                to.clone_into(name);
                changed = true;
            }
        }
        let mut seen = BTreeSet::new();
        names.retain(|name| !changed || seen.insert(name.clone()));
        changed
    }

    /// The names that things of this kind get, and what this one is called.
    fn renames_of<'s>(&'s self, mention: &'s Mention) -> Option<(&'s BTreeMap<String, String>, &'s str)> {
        match mention {
            Mention::Tag(name) => Some((&self.tags, name)),
            Mention::Stage(name) => Some((&self.stages, name)),
            // Attributes and links keep their names for ever; the others have ids.
            Mention::Attribute(_)
            | Mention::Link(_)
            | Mention::Segment(_)
            | Mention::Campaign(_)
            | Mention::Flow(_)
            | Mention::Member(_)
            | Mention::Media(_) => None,
        }
    }
}

/// The new name of what is called so, in this spelling or another.
fn new_name<'r>(renames: &'r BTreeMap<String, String>, name: &str) -> Option<&'r str> {
    let other = || {
        let key = name_key(name);
        renames.iter().find(|(old, _)| name_key(old) == key).map(|(_, new)| new)
    };
    renames.get(name).or_else(other).map(String::as_str)
}

/// Gives the names of a list their new ones; two that became one stand once. Whether it changed.
fn rename_in(names: &mut Vec<Value>, renames: &BTreeMap<String, String>) -> bool {
    let mut changed = false;
    for name in names.iter_mut() {
        if let Some(to) = name.as_str().and_then(|text| new_name(renames, text)) {
            *name = Value::from(to);
            changed = true;
        }
    }
    let mut seen = BTreeSet::new();
    names.retain(|name| name.as_str().is_none_or(|text| seen.insert(text.to_owned())));
    changed
}
