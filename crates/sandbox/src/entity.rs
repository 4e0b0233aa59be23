//! Parts of a text with a meaning: bold, a link, a command.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// What a part of a text is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    Mention,
    Hashtag,
    Cashtag,
    BotCommand,
    Url,
    Email,
    Bold,
    Italic,
    Underline,
    Strikethrough,
    Spoiler,
    Blockquote,
    ExpandableBlockquote,
    Code,
    Pre { language: Option<String> },
    TextLink { url: String },
    TextMention { user_id: i64 },
    CustomEmoji { id: String },
    DateTime { unix_s: i64, format: String },
}

impl Kind {
    /// The name on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Kind::Mention => "mention",
            Kind::Hashtag => "hashtag",
            Kind::Cashtag => "cashtag",
            Kind::BotCommand => "bot_command",
            Kind::Url => "url",
            Kind::Email => "email",
            Kind::Bold => "bold",
            Kind::Italic => "italic",
            Kind::Underline => "underline",
            Kind::Strikethrough => "strikethrough",
            Kind::Spoiler => "spoiler",
            Kind::Blockquote => "blockquote",
            Kind::ExpandableBlockquote => "expandable_blockquote",
            Kind::Code => "code",
            Kind::Pre { .. } => "pre",
            Kind::TextLink { .. } => "text_link",
            Kind::TextMention { .. } => "text_mention",
            Kind::CustomEmoji { .. } => "custom_emoji",
            Kind::DateTime { .. } => "date_time",
        }
    }

    /// Order among entities of the same range: the outermost first.
    fn rank(&self) -> u8 {
        match self {
            Kind::Blockquote | Kind::ExpandableBlockquote => 0,
            Kind::Pre { language: Some(_) } => 10,
            Kind::Pre { language: None } => 11,
            Kind::Code => 20,
            Kind::TextLink { .. } | Kind::TextMention { .. } => 49,
            Kind::Mention
            | Kind::Hashtag
            | Kind::Cashtag
            | Kind::BotCommand
            | Kind::Url
            | Kind::Email
            | Kind::DateTime { .. } => 50,
            Kind::Bold => 90,
            Kind::Italic => 91,
            Kind::Underline => 92,
            Kind::Strikethrough => 93,
            Kind::Spoiler => 94,
            Kind::CustomEmoji { .. } => 99,
        }
    }

    /// Styles may be cut in pieces and joined again; everything else is one piece.
    pub fn is_style(&self) -> bool {
        matches!(self, Kind::Bold | Kind::Italic | Kind::Underline | Kind::Strikethrough | Kind::Spoiler)
    }

    /// Within code nothing else is drawn.
    pub fn is_code(&self) -> bool {
        matches!(self, Kind::Code | Kind::Pre { .. })
    }
}

/// One part of a text. Offset and length count UTF-16 code units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    pub kind: Kind,
    pub offset: usize,
    pub length: usize,
}

impl Entity {
    /// An entity over `length` code units from `offset`.
    pub fn new(kind: Kind, offset: usize, length: usize) -> Self {
        Self { kind, offset, length }
    }

    /// The first code unit behind the entity.
    pub fn end(&self) -> usize {
        self.offset + self.length
    }

    /// The entity as the Bot API writes it. `user` is the mentioned user of a `text_mention`.
    pub fn to_json(&self, user: impl Fn(i64) -> Value) -> Value {
        let mut map = Map::new();
        map.insert("type".into(), self.kind.name().into());
        map.insert("offset".into(), self.offset.into());
        map.insert("length".into(), self.length.into());
        match &self.kind {
            Kind::Pre { language: Some(language) } => {
                map.insert("language".into(), language.as_str().into());
            }
            Kind::TextLink { url } => {
                map.insert("url".into(), url.as_str().into());
            }
            Kind::TextMention { user_id } => {
                map.insert("user".into(), user(*user_id));
            }
            Kind::CustomEmoji { id } => {
                map.insert("custom_emoji_id".into(), id.as_str().into());
            }
            Kind::DateTime { unix_s, format } => {
                map.insert("unix_time".into(), json!(unix_s));
                map.insert("date_time_format".into(), format.as_str().into());
            }
            _ => {}
        }
        Value::Object(map)
    }
}

/// Sorts as Telegram does: by offset, the longer first, then by kind.
pub fn sort(entities: &mut [Entity]) {
    entities.sort_by(|a, b| {
        (a.offset, std::cmp::Reverse(a.length), a.kind.rank()).cmp(&(
            b.offset,
            std::cmp::Reverse(b.length),
            b.kind.rank(),
        ))
    });
}

/// The number of UTF-16 code units of a text.
pub fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}
