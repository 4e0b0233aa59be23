//! The text of a call, whichever way its entities were given.

use crate::entity::{Entity, Kind, units};
use crate::params::Params;
use crate::reply::Refusal;
use crate::text::{FormattedText, formatted};
use crate::{html, limits, link};
use serde_json::Value;

/// Reads `text` with `parse_mode` or `entities`, cleans it and checks its length.
pub(super) fn text(params: &Params) -> Result<FormattedText, Refusal> {
    let raw = params.text("text").unwrap_or_default();
    if raw.is_empty() {
        return Err(Refusal::exact("message text is empty"));
    }
    let mode = params.text("parse_mode").unwrap_or_default().to_ascii_lowercase();
    let (text, entities) = match mode.as_str() {
        "" | "none" => (raw, explicit(params)?),
        "html" => html::parse(&raw).map_err(|why| Refusal::exact(&format!("can't parse entities: {why}")))?,
        _ => return Err(Refusal::exact("unsupported parse_mode")),
    };
    let content = formatted(&text, entities).map_err(Refusal::bad)?;
    if content.text.is_empty() {
        return Err(Refusal::exact("message text is empty"));
    }
    if units(&content.text) > limits::TEXT_UNITS_MAX {
        return Err(Refusal::exact("message is too long"));
    }
    Ok(content)
}

fn explicit(params: &Params) -> Result<Vec<Entity>, Refusal> {
    let wrong = |words: &str| Refusal::exact(&format!("can't parse entities: {words}"));
    let list = match params.nested("entities") {
        Err(_) => return Err(Refusal::exact("can't parse entities JSON object")),
        Ok(None) => return Ok(Vec::new()),
        Ok(Some(Value::Array(list))) => list,
        Ok(Some(_)) => return Err(wrong("expected an Array of MessageEntity")),
    };
    let mut entities = Vec::new();
    for value in &list {
        let part = entity(value).map_err(|why| Refusal::bad(format!("Can't parse MessageEntity: {why}")))?;
        entities.extend(part);
    }
    Ok(entities)
}

/// One entity. Kinds that Telegram finds by itself are ignored, as is a link that it refuses.
fn entity(value: &Value) -> Result<Option<Entity>, String> {
    let map = value.as_object().ok_or("expected an Object")?;
    let number = |name: &str| match map.get(name) {
        Some(Value::Number(number)) => {
            number.as_i64().ok_or(format!("field \"{name}\" must be a valid Number"))
        }
        Some(Value::String(text)) => {
            text.parse().map_err(|_| format!("field \"{name}\" must be a valid Number"))
        }
        _ => Err(format!("Can't find field \"{name}\"")),
    };
    let text = |name: &str| map.get(name).and_then(Value::as_str).unwrap_or_default().to_string();
    let (offset, length) = (number("offset")?, number("length")?);
    let kind = match map.get("type").and_then(Value::as_str).ok_or("Can't find field \"type\"")? {
        "bold" => Kind::Bold,
        "italic" => Kind::Italic,
        "underline" => Kind::Underline,
        "strikethrough" => Kind::Strikethrough,
        "spoiler" => Kind::Spoiler,
        "blockquote" => Kind::Blockquote,
        "expandable_blockquote" => Kind::ExpandableBlockquote,
        "code" => Kind::Code,
        "pre" => Kind::Pre { language: Some(text("language")).filter(|language| !language.is_empty()) },
        "text_link" => match (link::mentioned_user_id(&text("url")), link::normalized(&text("url"))) {
            (Some(user_id), _) => Kind::TextMention { user_id },
            (None, Some(url)) => Kind::TextLink { url },
            (None, None) => return Ok(None),
        },
        "text_mention" => match map.get("user").and_then(|user| user["id"].as_i64()) {
            Some(user_id) => Kind::TextMention { user_id },
            None => return Err("Can't find field \"user\"".into()),
        },
        "custom_emoji" => match text("custom_emoji_id").parse::<i64>() {
            Ok(id) if id != 0 => Kind::CustomEmoji { id: id.to_string() },
            _ => return Err("Invalid custom emoji identifier specified".into()),
        },
        "date_time" if html::is_date_format(&text("date_time_format")) => {
            Kind::DateTime { unix_s: number("unix_time")?, format: text("date_time_format") }
        }
        "date_time" => return Err("Invalid date format used".into()),
        "mention" | "hashtag" | "cashtag" | "bot_command" | "url" | "email" | "phone_number"
        | "bank_card_number" => {
            return Ok(None);
        }
        _ => return Err("Unsupported type specified".into()),
    };
    match (usize::try_from(offset), usize::try_from(length)) {
        (Ok(offset), Ok(length)) if length > 0 && offset < 1_000_000 && length < 1_000_000 => {
            Ok(Some(Entity::new(kind, offset, length)))
        }
        _ => Ok(None),
    }
}
