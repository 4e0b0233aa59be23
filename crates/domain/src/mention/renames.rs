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
        let mut lists = BTreeSet::new();
        for (place, mention) in mentions.found() {
            let Some(to) = self.new_name(mention) else { continue };
            let Some(name) = document.pointer_mut(place).filter(|name| name.is_string()) else { continue };
            *name = Value::from(to);
            rewritten.changed = true;
            lists.extend(place.rsplit_once('/').map(|(list, _)| list));
        }
        for list in lists {
            if let Some(Value::Array(names)) = document.pointer_mut(list) {
                keep_each_once(names);
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

    fn new_name(&self, mention: &Mention) -> Option<&str> {
        match mention {
            Mention::Tag(name) => new_name(&self.tags, name),
            Mention::Stage(name) => new_name(&self.stages, name),
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

/// Two names that became one stand once.
fn keep_each_once(names: &mut Vec<Value>) {
    let mut seen = BTreeSet::new();
    names.retain(|name| name.as_str().is_none_or(|text| seen.insert(text.to_owned())));
}
