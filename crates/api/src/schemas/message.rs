//! Messages: one shape for nodes of flows, saved replies, campaigns, templates and tests.

use utoipa::ToSchema;

use super::names::{MediaKind, MessageFormat};

/// A message. A field that is null counts as absent.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// With `{first_name}`, `{attr.KEY|otherwise}` … Of a message with a file its caption, which may be missing.
    pub text: Option<String>,
    /// `plain` unless told. Not beside `entities`.
    pub format: Option<MessageFormat>,
    /// In place of markup. Offsets are counted in UTF-16 code units.
    pub entities: Option<Vec<MessageEntity>>,
    pub media: Option<MessageMedia>,
    /// In rows, none of them empty.
    pub buttons: Option<Vec<Vec<MessageButton>>>,
    /// `true` unless told: Telegram shows a preview of a link in the text.
    pub link_preview: Option<bool>,
}

/// One stretch of formatting.
#[derive(ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum MessageEntity {
    Bold { offset: u32, length: u32 },
    Italic { offset: u32, length: u32 },
    Underline { offset: u32, length: u32 },
    Strikethrough { offset: u32, length: u32 },
    Spoiler { offset: u32, length: u32 },
    Blockquote { offset: u32, length: u32 },
    ExpandableBlockquote { offset: u32, length: u32 },
    Code { offset: u32, length: u32 },
    Pre { offset: u32, length: u32, language: Option<String> },
    TextLink { offset: u32, length: u32, url: String },
    CustomEmoji { offset: u32, length: u32, custom_emoji_id: String },
    DateTime { offset: u32, length: u32, unix_time: i64, date_time_format: Option<String> },
}

/// A stretch of a text that came from Telegram: of any type that Telegram has, with fields beyond these.
#[derive(ToSchema)]
pub struct ForeignEntity {
    pub r#type: String,
    pub offset: u32,
    pub length: u32,
    #[schema(nullable = false)]
    pub url: Option<String>,
    pub language: Option<String>,
    #[schema(nullable = false)]
    pub custom_emoji_id: Option<String>,
    #[schema(nullable = false)]
    pub unix_time: Option<i64>,
    pub date_time_format: Option<String>,
}

/// An uploaded file.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageMedia {
    pub kind: MediaKind,
    pub media_id: i64,
}

/// A button: of a press, or of an address.
#[derive(ToSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum MessageButton {
    Press {
        text: String,
        press: MessagePress,
    },
    Url {
        text: String,
        /// `http`, `https` or `tg`.
        url: String,
        /// `true` unless told: the person is led over a redirect that counts the click.
        track: Option<bool>,
    },
}

/// What a press does; counted in any case.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessagePress {
    pub add_tags: Option<Vec<String>>,
    pub remove_tags: Option<Vec<String>>,
    /// Answered at once; plain text with variables.
    pub reply: Option<String>,
    /// A flow's id, begun after the reply.
    pub flow: Option<i64>,
}
