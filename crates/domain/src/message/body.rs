//! A message's text as its author wrote it, and as a template that was made of it once.

use serde_json::{Value, json};

use super::entity::{Entity, EntityKind, Formatted, sort, units};
use super::findings::{Findings, Object};
use super::limits::{ENTITIES_MAX, SOURCE_BYTES_MAX};
use super::template::{Role, Template, TemplateError, Variables};
use super::{html, link, markdown};

/// A text that was checked: it can be sent to anyone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    source: String,
    markup: Markup,
    template: Template,
}

/// What a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Format {
    Plain,
    Html,
    Markdown,
}

impl Format {
    /// Reads a source into the text and the entities that a message can carry in its place. Variables stay as they
    /// are written.
    ///
    /// # Errors
    /// The markup is broken.
    pub fn read(self, source: &str) -> Result<Formatted, String> {
        // Telegram strips carriage returns.
        let source = source.replace('\r', "");
        match self {
            Self::Plain => Ok(Formatted { text: source, entities: Vec::new() }),
            Self::Html => html::parse(&source),
            Self::Markdown => markdown::parse(&source),
        }
    }
}

/// How a text is formatted.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Markup {
    Written(Format),
    /// Given beside the text, offsets counted in the source.
    Entities(Vec<Entity>),
}

impl Body {
    pub(super) fn plain(source: &str) -> Result<Self, TemplateError> {
        Self::new(source, Markup::Written(Format::Plain), Role::Text)
    }

    fn new(source: &str, markup: Markup, role: Role) -> Result<Self, TemplateError> {
        if source.len() > SOURCE_BYTES_MAX {
            let message = format!("must have at most {SOURCE_BYTES_MAX} bytes, markup included");
            return Err(TemplateError { code: "too_long", message });
        }
        let in_markup = |message| TemplateError { code: "invalid_markup", message };
        let (source, formatted) = match &markup {
            Markup::Written(format) => (source.replace('\r', ""), format.read(source).map_err(in_markup)?),
            // Given offsets count carriage returns, so they stay.
            Markup::Entities(entities) => {
                (source.to_owned(), Formatted { text: source.to_owned(), entities: entities.clone() })
            }
        };
        if formatted.entities.len() > ENTITIES_MAX {
            let message =
                format!("has more than {ENTITIES_MAX} stretches of formatting; Telegram drops the rest");
            return Err(TemplateError { code: "too_many", message });
        }
        let linked = formatted.entities.iter().any(|entity| match &entity.kind {
            EntityKind::TextLink { url } => url.contains(['{', '}']),
            _ => false,
        });
        if linked {
            let message = "has a variable inside an address".to_owned();
            return Err(TemplateError { code: "variable_not_allowed", message });
        }
        let template = Template::parse(&formatted, role)?;
        template.check_length()?;
        Ok(Self { source, markup, template })
    }

    /// See [`Template::unread_variable`].
    pub(super) fn unread_variable(&self) -> Option<&str> {
        self.template.unread_variable()
    }

    /// The keys of the attributes that its variables show.
    pub(super) fn attributes(&self) -> impl Iterator<Item = &str> {
        self.template.attributes()
    }

    /// Addresses of its links that Telegram makes no link of, or that lead nowhere. Read anew: who composes asks, and
    /// nobody else.
    pub(super) fn dead_links(&self) -> Vec<String> {
        let mut dead = Vec::new();
        let read = match &self.markup {
            Markup::Written(Format::Plain) => Ok(Formatted::default()),
            Markup::Written(Format::Html) => html::parse_telling(&self.source, &mut dead),
            Markup::Written(Format::Markdown) => markdown::parse_telling(&self.source, &mut dead),
            Markup::Entities(entities) => Ok(Formatted { text: String::new(), entities: entities.clone() }),
        };
        let entities = read.map(|formatted| formatted.entities).unwrap_or_default();
        dead.extend(entities.into_iter().filter_map(|entity| match entity.kind {
            EntityKind::TextLink { url } if link::leads_nowhere(&url) => Some(url),
            _ => None,
        }));
        dead
    }

    /// What the author wrote.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// One person's text. It is at least one and at most 4,096 UTF-16 code units long, a caption none to 1,024; values that are too long for
    /// that are clipped, the longest first, never below 64.
    pub fn render(&self, variables: Variables<'_>) -> Formatted {
        self.template.fill(variables)
    }

    /// Adds `text` and `format` or `entities`.
    pub(super) fn write(&self, map: &mut serde_json::Map<String, Value>) {
        map.insert("text".into(), json!(self.source));
        match &self.markup {
            Markup::Written(format) => map.insert("format".into(), json!(format.into_str())),
            Markup::Entities(entities) => map.insert("entities".into(), json!(entities)),
        };
    }

    /// Reads `text`, and `format` or `entities`; neither means plain. A file's caption may be missing.
    pub(super) fn read(findings: &mut Findings, object: Object<'_, '_>, is_caption: bool) -> Option<Self> {
        let path = object.at("text");
        let source = match object.get("text") {
            None if is_caption => return Self::new("", Markup::Written(Format::Plain), Role::Caption).ok(),
            _ => findings.required(object, "text"),
        };
        let source = source.and_then(|value| findings.text(value, &path));
        let markup = match (object.get("format"), object.get("entities")) {
            (Some(_), Some(_)) => {
                findings.add(
                    object.at("entities"),
                    "conflict",
                    "cannot go with \"format\"; leave one of them out",
                );
                None
            }
            (Some(format), None) => read_format(findings, format, &object.at("format")),
            (None, Some(value)) => {
                let entities =
                    read_entities(findings, value, &object.at("entities"), source.unwrap_or_default());
                entities.map(Markup::Entities)
            }
            (None, None) => Some(Markup::Written(Format::Plain)),
        };
        let role = if is_caption { Role::Caption } else { Role::Text };
        let body = Self::new(source?, markup?, role);
        body.map_err(|error| findings.add(path, error.code, error.message)).ok()
    }
}

fn read_format(findings: &mut Findings, value: &Value, path: &str) -> Option<Markup> {
    match value.as_str() {
        Some("html") => Some(Markup::Written(Format::Html)),
        Some("markdown") => Some(Markup::Written(Format::Markdown)),
        Some("plain") => Some(Markup::Written(Format::Plain)),
        _ => {
            findings.add(path, "unknown_value", "must be html, markdown or plain");
            None
        }
    }
}

fn read_entities(findings: &mut Findings, value: &Value, path: &str, text: &str) -> Option<Vec<Entity>> {
    let before = findings.errors.len();
    let items = findings.list(value, path, ENTITIES_MAX)?;
    let borders = borders(text);
    let mut entities = Vec::new();
    for (index, item) in items.iter().enumerate() {
        entities.extend(read_entity(findings, item, &format!("{path}/{index}"), &borders));
    }
    sort(&mut entities);
    if findings.errors.len() == before { Some(entities) } else { None }
}

/// For each UTF-16 offset of a text whether a character begins there; the end counts too.
fn borders(text: &str) -> Vec<bool> {
    let mut borders = Vec::with_capacity(units(text) + 1);
    for c in text.chars() {
        borders.push(true);
        borders.extend((c.len_utf16() == 2).then_some(false));
    }
    borders.push(true);
    borders
}

const ENTITY_KEYS: [&str; 8] =
    ["type", "offset", "length", "url", "language", "custom_emoji_id", "unix_time", "date_time_format"];

fn read_entity(findings: &mut Findings, item: &Value, path: &str, borders: &[bool]) -> Option<Entity> {
    let object = findings.object(item, path, &ENTITY_KEYS)?;
    let kind = findings.required(object, "type").and_then(|kind| read_kind(findings, object, kind));
    let mut number = |key: &str| {
        let value = findings.required(object, key)?;
        let number = value.as_u64().and_then(|number| usize::try_from(number).ok());
        if number.is_none() {
            findings.add(object.at(key), "wrong_type", "must be a whole number, 0 or more");
        }
        number
    };
    let (offset, length) = (number("offset")?, number("length")?);
    let at_border = |at: usize| borders.get(at).copied().unwrap_or(false);
    let end = offset.saturating_add(length);
    if length == 0 || !at_border(offset) || !at_border(end) {
        let message = "must cover whole characters of the text; offset and length count UTF-16 code units";
        findings.add(path, "invalid_entity", message);
        return None;
    }
    Some(Entity { offset, length, kind: kind? })
}

fn read_kind(findings: &mut Findings, object: Object<'_, '_>, kind: &Value) -> Option<EntityKind> {
    let own_keys: &[&str] = match kind.as_str() {
        Some("text_link") => &["url"],
        Some("pre") => &["language"],
        Some("custom_emoji") => &["custom_emoji_id"],
        Some("date_time") => &["unix_time", "date_time_format"],
        _ => &[],
    };
    for key in ENTITY_KEYS[3..].iter().filter(|key| !own_keys.contains(key) && object.get(key).is_some()) {
        findings.add(object.at(key), "conflict", "does not go with this type of entity");
    }
    let text = |findings: &mut Findings, key: &str| {
        object.get(key).and_then(|value| findings.text(value, &object.at(key))).map(str::to_owned)
    };
    match kind.as_str() {
        Some("bold") => Some(EntityKind::Bold),
        Some("italic") => Some(EntityKind::Italic),
        Some("underline") => Some(EntityKind::Underline),
        Some("strikethrough") => Some(EntityKind::Strikethrough),
        Some("spoiler") => Some(EntityKind::Spoiler),
        Some("blockquote") => Some(EntityKind::Blockquote),
        Some("expandable_blockquote") => Some(EntityKind::ExpandableBlockquote),
        Some("code") => Some(EntityKind::Code),
        Some("pre") => Some(EntityKind::Pre { language: text(findings, "language") }),
        Some("text_link") => {
            findings.required(object, "url")?;
            let url = text(findings, "url")?;
            let checked = link::check_absolute(&url);
            checked.map_err(|message| findings.add(object.at("url"), "invalid_url", message)).ok()?;
            Some(EntityKind::TextLink { url })
        }
        Some("custom_emoji") => {
            findings.required(object, "custom_emoji_id")?;
            let kind = html::custom_emoji(text(findings, "custom_emoji_id")?);
            kind.map_err(|message| findings.add(object.at("custom_emoji_id"), "invalid", message)).ok()
        }
        Some("date_time") => {
            let unix_time = findings.required(object, "unix_time")?.to_string();
            let format = text(findings, "date_time_format").unwrap_or_default();
            let kind = html::date_time(&unix_time, &format);
            kind.map_err(|message| findings.add(object.path, "invalid", message)).ok()
        }
        _ => {
            findings.add(object.at("type"), "unknown_value", "is no formatting that can be sent");
            None
        }
    }
}
