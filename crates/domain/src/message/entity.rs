//! Formatted text: plain text with entities, as Telegram takes it. All offsets are in UTF-16 code units.

use serde::{Deserialize, Serialize};

use crate::naming::is_blank;

/// A text and its formatting.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Formatted {
    pub text: String,
    /// In Telegram's order: by offset, the longer first, then by kind.
    pub entities: Vec<Entity>,
}

/// One stretch of formatting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// Where it begins, in UTF-16 code units.
    pub offset: usize,
    /// How long it is, in UTF-16 code units.
    pub length: usize,
    #[serde(flatten)]
    pub kind: EntityKind,
}

/// What an entity does. Kinds that Telegram finds by itself (mentions, plain links, hashtags) are not listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EntityKind {
    Bold,
    Italic,
    Underline,
    Strikethrough,
    Spoiler,
    Blockquote,
    ExpandableBlockquote,
    Code,
    Pre {
        #[serde(skip_serializing_if = "Option::is_none")]
        language: Option<String>,
    },
    TextLink {
        url: String,
    },
    CustomEmoji {
        custom_emoji_id: String,
    },
    DateTime {
        unix_time: i64,
        #[serde(skip_serializing_if = "Option::is_none")]
        date_time_format: Option<String>,
    },
}

impl EntityKind {
    /// Which of two entities over the same stretch comes first: the block outside, the mark inside.
    fn rank(&self) -> u8 {
        match self {
            Self::Blockquote | Self::ExpandableBlockquote => 0,
            Self::Pre { language: Some(_) } => 1,
            Self::Pre { language: None } => 2,
            Self::Code => 3,
            Self::TextLink { .. } | Self::DateTime { .. } => 4,
            Self::Bold => 5,
            Self::Italic => 6,
            Self::Underline => 7,
            Self::Strikethrough => 8,
            Self::Spoiler => 9,
            Self::CustomEmoji { .. } => 10,
        }
    }
}

/// Puts entities in Telegram's order.
pub(super) fn sort(entities: &mut [Entity]) {
    entities.sort_by_key(|entity| (entity.offset, std::cmp::Reverse(entity.length), entity.kind.rank()));
}

/// A text's length in UTF-16 code units.
pub fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// What is seen of a value within a line: without what would bend the rest of the line, or what Telegram would strip.
/// `None` where nothing is seen.
pub fn seen(value: &str) -> Option<String> {
    let strange = |c: char| (c.is_control() && c != '\n') || ('\u{2028}'..='\u{202e}').contains(&c);
    let clean = value.replace(strange, "");
    (!is_blank(&clean)).then(|| clean.trim().to_owned())
}

impl Formatted {
    /// Takes white space off both ends as Telegram does: at the end always, and entities are cut with it; at the
    /// beginning blanks and line breaks, up to the first entity.
    pub(super) fn trim(&mut self) {
        let kept_bytes = self.text.trim_end().len();
        if kept_bytes < self.text.len() {
            self.text.truncate(kept_bytes);
            let end = units(&self.text);
            for entity in &mut self.entities {
                entity.length = entity.length.min(end.saturating_sub(entity.offset));
            }
        }
        self.entities.retain(|entity| entity.length > 0);
        let first = self.entities.iter().map(|entity| entity.offset).min().unwrap_or(usize::MAX);
        let lead = self.text.bytes().take_while(|b| matches!(b, b' ' | b'\n')).count().min(first);
        if lead > 0 {
            self.text.drain(..lead);
            self.entities.iter_mut().for_each(|entity| entity.offset -= lead);
        }
        sort(&mut self.entities);
    }
}
