//! What a stored document mentions by name or id: for "used by", for renaming, for refusing to delete.
//!
//! A document is read by its own grammar, and what was read names all that it can hold: a new form of expression, a new
//! kind of node or a new field of a button does not compile before somebody has said what it mentions.
//!
//! A part that does not read – a draft's unfinished condition, a document of another version – must not hide what it
//! mentions. Nobody can tell its names from its words, so it is taken to mention every text and every number that stands
//! in it; renaming leaves it as it is, and says where it did.

mod renames;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::expression;
use crate::flow::Node;
use crate::ids::{CampaignId, FlowId, MediaId, MemberId, SegmentId};
use crate::message::{Message, child};
use crate::naming::name_key;

pub use renames::{Renames, Rewritten};

/// One thing that a document mentions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mention {
    Tag(String),
    Stage(String),
    Attribute(String),
    /// A diversion link, by its code.
    Link(String),
    Segment(SegmentId),
    Campaign(CampaignId),
    Flow(FlowId),
    Member(MemberId),
    /// A file of a message.
    Media(MediaId),
}

/// Documents in which something is mentioned, each with a grammar of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    Expression,
    Message,
    Graph,
}

impl DocumentKind {
    /// What a document of this kind mentions.
    pub fn mentions(self, document: &Value) -> Mentions {
        let mut found = Mentions::default();
        match self {
            Self::Expression => expression::visit_document(document, "", &mut found),
            Self::Message => match Message::parse_stored(document) {
                Ok(message) => message.visit_mentions("", &mut found),
                Err(_) => found.add_unread(String::new(), document),
            },
            Self::Graph => visit_graph(document, &mut found),
        }
        found
    }
}

/// The graph's nodes are read one by one: a fault of one, or of the whole, hides nothing of the others.
fn visit_graph(document: &Value, found: &mut Mentions) {
    let Some(nodes) = document.get("nodes").and_then(Value::as_object) else {
        return found.add_unread(String::new(), document);
    };
    for (id, value) in nodes {
        let place = child("/nodes", id);
        match Node::parse_stored(value) {
            Ok(node) => node.visit_mentions(&place, found),
            Err(_) => found.add_unread(place, value),
        }
    }
}

/// A part that does not read.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Unread {
    /// The JSON pointer to it.
    place: String,
    /// Every text that stands in it, in the form in which names compare.
    keys: BTreeSet<String>,
    numbers: BTreeSet<i64>,
}

impl Unread {
    fn collect(&mut self, part: &Value) {
        match part {
            Value::String(text) => _ = self.keys.insert(name_key(text)),
            Value::Number(number) => self.numbers.extend(number.as_i64()),
            Value::Array(items) => items.iter().for_each(|item| self.collect(item)),
            Value::Object(map) => map.values().for_each(|value| self.collect(value)),
            Value::Null | Value::Bool(_) => {}
        }
    }
}

/// Everything that one or several documents mention.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mentions {
    /// Each with the JSON pointer to where it stands: a name's own place, or that of the text which holds it.
    found: Vec<(String, Mention)>,
    unread: Vec<Unread>,
    /// Names of tags and stages in the form in which they compare.
    tag_keys: BTreeSet<String>,
    stage_keys: BTreeSet<String>,
}

impl Mentions {
    pub(crate) fn add(&mut self, place: String, mention: Mention) {
        match &mention {
            Mention::Tag(name) => _ = self.tag_keys.insert(name_key(name)),
            Mention::Stage(name) => _ = self.stage_keys.insert(name_key(name)),
            Mention::Attribute(_)
            | Mention::Link(_)
            | Mention::Segment(_)
            | Mention::Campaign(_)
            | Mention::Flow(_)
            | Mention::Member(_)
            | Mention::Media(_) => {}
        }
        self.found.push((place, mention));
    }

    /// Adds each name of a list.
    pub(crate) fn add_names(&mut self, place: &str, names: &[String], mention: fn(String) -> Mention) {
        for (index, name) in names.iter().enumerate() {
            self.add(format!("{place}/{index}"), mention(name.clone()));
        }
    }

    pub(crate) fn add_unread(&mut self, place: String, part: &Value) {
        let mut unread = Unread { place, keys: BTreeSet::new(), numbers: BTreeSet::new() };
        unread.collect(part);
        self.unread.push(unread);
    }

    /// Names of tags that stand by themselves, in no document.
    pub fn of_tags(names: &[String]) -> Self {
        let mut found = Self::default();
        found.add_names("", names, Mention::Tag);
        found
    }

    /// Adds what another document mentions.
    pub fn extend(&mut self, other: Self) {
        self.found.extend(other.found);
        self.unread.extend(other.unread);
        self.tag_keys.extend(other.tag_keys);
        self.stage_keys.extend(other.stage_keys);
    }

    /// What is mentioned, each with its place.
    pub fn found(&self) -> impl Iterator<Item = (&str, &Mention)> {
        self.found.iter().map(|(place, mention)| (place.as_str(), mention))
    }

    /// Whether a tag is mentioned, in whatever spelling.
    pub fn names_tag(&self, name: &str) -> bool {
        let key = name_key(name);
        self.tag_keys.contains(&key) || self.unread_holds(&key)
    }

    /// Whether a stage is mentioned, in whatever spelling.
    pub fn names_stage(&self, name: &str) -> bool {
        let key = name_key(name);
        self.stage_keys.contains(&key) || self.unread_holds(&key)
    }

    /// Whether a segment is mentioned.
    pub fn names_segment(&self, id: SegmentId) -> bool {
        let read = self.found.iter().any(|(_, mention)| *mention == Mention::Segment(id));
        read || self.unread.iter().any(|part| part.numbers.contains(&id.0))
    }

    /// The files that are mentioned.
    pub fn files(&self) -> BTreeSet<MediaId> {
        let read = self.found.iter().filter_map(|(_, mention)| match mention {
            Mention::Media(id) => Some(*id),
            _ => None,
        });
        let unread = self.unread.iter().flat_map(|part| &part.numbers).map(|number| MediaId(*number));
        read.chain(unread).collect()
    }

    fn unread_holds(&self, key: &str) -> bool {
        self.unread.iter().any(|part| part.keys.contains(key))
    }
}
