//! The text of a call, whichever way its entities were given.

use crate::entity::{Entity, Kind, units};
use crate::params::Params;
use crate::reply::Refusal;
use crate::text::{FormattedText, formatted};
use crate::{html, legacy_markdown, limits, link, markdown};
use serde_json::{Map, Value};

/// Reads `text` with `parse_mode` or `entities`, cleans it and checks its length.
pub(super) fn text(params: &Params) -> Result<FormattedText, Refusal> {
    let content = marked_up(params, "text", "entities")?;
    if content.text.is_empty() {
        return Err(Refusal::exact("message text is empty"));
    }
    if units(&content.text) > limits::TEXT_UNITS_MAX {
        return Err(Refusal::exact("message is too long"));
    }
    Ok(content)
}

/// The same for a `caption`, which may be missing.
pub(super) fn caption(params: &Params) -> Result<FormattedText, Refusal> {
    let content = marked_up(params, "caption", "caption_entities")?;
    if units(&content.text) > limits::CAPTION_UNITS_MAX {
        return Err(Refusal::exact("message caption is too long"));
    }
    Ok(content)
}

fn marked_up(params: &Params, text_name: &str, entities_name: &str) -> Result<FormattedText, Refusal> {
    let raw = params.text(text_name).unwrap_or_default();
    if raw.is_empty() {
        return Ok(FormattedText::default());
    }
    let mode = params.text("parse_mode").unwrap_or_default().to_ascii_lowercase();
    let parsed = match mode.as_str() {
        "" | "none" => Ok((raw, explicit(params, entities_name)?)),
        "html" => html::parse(&raw),
        "markdownv2" => markdown::parse(&raw),
        "markdown" => legacy_markdown::parse(&raw),
        _ => return Err(Refusal::exact("unsupported parse_mode")),
    };
    let (text, entities) = parsed.map_err(|why| Refusal::exact(&format!("can't parse entities: {why}")))?;
    formatted(&text, entities).map_err(Refusal::bad)
}

/// Explicit entities. What is not a list is ignored, as Telegram does.
fn explicit(params: &Params, name: &str) -> Result<Vec<Entity>, Refusal> {
    let list = match params.nested(name) {
        Err(_) => return Err(Refusal::exact("can't parse entities JSON object")),
        Ok(Some(Value::Array(list))) => list,
        Ok(_) => return Ok(Vec::new()),
    };
    let mut entities = Vec::new();
    for value in &list {
        entities.extend(entity(value)?);
    }
    Ok(entities)
}

/// One entity. Kinds that Telegram finds by itself are ignored.
fn entity(value: &Value) -> Result<Option<Entity>, Refusal> {
    let unreadable = |why: &str| Refusal::bad(format!("Can't parse MessageEntity: {why}"));
    let map = value.as_object().ok_or_else(|| unreadable("expected an Object"))?;
    let number = |name: &str| {
        let number = match map.get(name) {
            Some(Value::Number(number)) => number.as_i64(),
            Some(Value::String(text)) => text.parse().ok(),
            Some(_) => None,
            None => return Err(unreadable(&format!("Can't find field \"{name}\""))),
        };
        number.ok_or_else(|| unreadable(&format!("Field \"{name}\" must be a valid Number")))
    };
    let (offset, length) = (number("offset")?, number("length")?);
    let Some(kind) = kind(map, &unreadable)? else { return Ok(None) };
    let offset = usize::try_from(offset)
        .map_err(|_| Refusal::bad(format!("Receive an entity with incorrect offset {offset}")))?;
    let length = usize::try_from(length)
        .map_err(|_| Refusal::bad(format!("Receive an entity with incorrect length {length}")))?;
    Ok((length > 0).then(|| Entity::new(kind, offset, length)))
}

fn kind(map: &Map<String, Value>, unreadable: &dyn Fn(&str) -> Refusal) -> Result<Option<Kind>, Refusal> {
    let text = |name: &str| map.get(name).and_then(Value::as_str).unwrap_or_default().to_string();
    let missing = |name: &str| unreadable(&format!("Can't find field \"{name}\""));
    let name = map.get("type").and_then(Value::as_str).ok_or_else(|| missing("type"))?;
    let kind = match name {
        "bold" => Kind::Bold,
        "italic" => Kind::Italic,
        "underline" => Kind::Underline,
        "strikethrough" => Kind::Strikethrough,
        "spoiler" => Kind::Spoiler,
        "blockquote" => Kind::Blockquote,
        "expandable_blockquote" => Kind::ExpandableBlockquote,
        "code" => Kind::Code,
        "pre" => Kind::Pre { language: Some(text("language")).filter(|language| !language.is_empty()) },
        "text_link" => {
            let url = map.get("url").and_then(Value::as_str).ok_or_else(|| missing("url"))?;
            linked(url)?
        }
        "text_mention" => {
            let user_id =
                map.get("user").and_then(|user| user["id"].as_i64()).ok_or_else(|| missing("user"))?;
            Kind::TextMention { user_id }
        }
        "custom_emoji" => match text("custom_emoji_id").parse::<i64>() {
            Ok(id) if id != 0 => Kind::CustomEmoji { id: id.to_string() },
            _ => return Err(Refusal::bad("Invalid custom emoji identifier specified")),
        },
        "date_time" if html::is_date_format(&text("date_time_format")) => {
            let unix_s = map.get("unix_time").and_then(Value::as_i64).ok_or_else(|| missing("unix_time"))?;
            Kind::DateTime { unix_s, format: text("date_time_format") }
        }
        "date_time" => return Err(Refusal::bad("Invalid date format used")),
        "mention" | "hashtag" | "cashtag" | "bot_command" | "url" | "email" | "phone_number"
        | "bank_card_number" => {
            return Ok(None);
        }
        _ => return Err(unreadable("Unsupported type specified")),
    };
    Ok(Some(kind))
}

/// An explicit link must be one, unlike a link in HTML, which is dropped if it is none.
fn linked(url: &str) -> Result<Kind, Refusal> {
    match (link::mentioned_user_id(url), link::normalized(url)) {
        (Some(user_id), _) => Ok(Kind::TextMention { user_id }),
        (None, Some(url)) => Ok(Kind::TextLink { url }),
        (None, None) => {
            let lower = url.to_ascii_lowercase();
            let is_foreign = lower.contains("://")
                && !["http://", "https://", "tg://", "ton://"].iter().any(|own| lower.starts_with(own));
            let why = if is_foreign { "Unsupported URL protocol" } else { "Wrong HTTP URL" };
            Err(Refusal::bad(format!("Entity URL '{url}' is invalid: {why}")))
        }
    }
}
