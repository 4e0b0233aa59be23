//! Keyboards under a message, and the rules for their buttons.

use crate::reply::Refusal;
use crate::{limits, link};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// What a button does when it is pressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// Opens an address; the bot is not told.
    Url(String),
    /// Sends this data to the bot.
    Callback(String),
    /// Anything else, kept as it came: pressing it does nothing in the sandbox.
    Other(String, String),
}

/// One button of an inline keyboard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    pub text: String,
    pub action: Action,
}

/// Rows of buttons under a message.
pub type Keyboard = Vec<Vec<Button>>;

/// The `reply_markup` of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Markup {
    None,
    Inline(Arc<Keyboard>),
    /// A keyboard in place of the person's own, by its rows of texts.
    Reply(Vec<Vec<String>>),
    RemoveReply,
    ForceReply,
}

impl Button {
    fn to_json(&self) -> Value {
        let mut map = Map::new();
        map.insert("text".into(), self.text.as_str().into());
        match &self.action {
            Action::Url(url) => map.insert("url".into(), url.as_str().into()),
            Action::Callback(data) => map.insert("callback_data".into(), data.as_str().into()),
            Action::Other(name, raw) => {
                map.insert(name.clone(), serde_json::from_str(raw).unwrap_or(Value::Bool(true)))
            }
        };
        Value::Object(map)
    }
}

/// The keyboard as the Bot API writes it.
pub fn to_json(keyboard: &Keyboard) -> Value {
    let rows: Vec<Vec<Value>> =
        keyboard.iter().map(|row| row.iter().map(Button::to_json).collect()).collect();
    json!({"inline_keyboard": rows})
}

/// Reads a `reply_markup`; empty rows vanish, and a keyboard without buttons is none.
pub fn parse(value: Option<Value>) -> Result<Markup, Refusal> {
    let Some(value) = value else { return Ok(Markup::None) };
    let Some(map) = value.as_object() else { return Err(Refusal::exact("object expected as reply markup")) };
    if let Some(rows) = map.get("inline_keyboard") {
        return inline(rows);
    }
    if let Some(rows) = map.get("keyboard") {
        return reply(rows);
    }
    if map.get("remove_keyboard").and_then(Value::as_bool) == Some(true) {
        return Ok(Markup::RemoveReply);
    }
    if map.get("force_reply").and_then(Value::as_bool) == Some(true) {
        return Ok(Markup::ForceReply);
    }
    Ok(Markup::None)
}

fn rows_of<'a>(rows: &'a Value, field: &str) -> Result<Vec<&'a Vec<Value>>, Refusal> {
    let wrong = |words: String| Refusal::bad(words);
    let rows = rows.as_array().ok_or_else(|| wrong(format!("Field \"{field}\" must be of type Array")))?;
    rows.iter()
        .map(|row| {
            row.as_array().ok_or_else(|| wrong(format!("Field \"{field}\" must be an Array of Arrays")))
        })
        .collect()
}

fn inline(rows: &Value) -> Result<Markup, Refusal> {
    let mut keyboard: Keyboard = Vec::new();
    let mut count = 0;
    for row in rows_of(rows, "inline_keyboard")? {
        let buttons = row.iter().map(button).collect::<Result<Vec<_>, _>>()?;
        count += buttons.len();
        if count > limits::KEYBOARD_BUTTONS_MAX || buttons.len() > limits::KEYBOARD_ROW_MAX {
            return Err(Refusal::exact("REPLY_MARKUP_TOO_LONG"));
        }
        if !buttons.is_empty() {
            keyboard.push(buttons);
        }
    }
    Ok(if keyboard.is_empty() { Markup::None } else { Markup::Inline(Arc::new(keyboard)) })
}

fn button(value: &Value) -> Result<Button, Refusal> {
    let Some(map) = value.as_object() else {
        return Err(Refusal::bad(
            "Can't parse inline keyboard button: InlineKeyboardButton must be an Object",
        ));
    };
    let text = match map.get("text") {
        Some(Value::String(text)) if !text.trim().is_empty() => text.clone(),
        Some(Value::String(_)) => return Err(Refusal::exact("BUTTON_TEXT_EMPTY")),
        _ => return Err(Refusal::bad("Can't parse inline keyboard button: Can't find field \"text\"")),
    };
    Ok(Button { text, action: action(map)? })
}

/// A `url` wins over everything else, silently; a button that does nothing is refused.
fn action(map: &Map<String, Value>) -> Result<Action, Refusal> {
    let text_of = |name: &str| map.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    if let Some(url) = text_of("url") {
        let url = link::normalized(url).ok_or(Refusal::exact("BUTTON_URL_INVALID"))?;
        return Ok(Action::Url(url));
    }
    if let Some(data) = text_of("callback_data") {
        if data.len() > limits::CALLBACK_DATA_BYTES_MAX {
            return Err(Refusal::exact("BUTTON_DATA_INVALID"));
        }
        return Ok(Action::Callback(data.to_string()));
    }
    if let Some(copied) = map.get("copy_text") {
        let length = copied["text"].as_str().unwrap_or_default().chars().count();
        if length == 0 || length > limits::COPY_TEXT_CHARS_MAX {
            return Err(Refusal::exact("BUTTON_COPY_TEXT_INVALID"));
        }
    }
    let others = [
        "copy_text",
        "web_app",
        "login_url",
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat",
        "callback_game",
        "pay",
    ];
    match others.iter().find_map(|name| map.get(*name).map(|value| (*name, value))) {
        Some((name, value)) => Ok(Action::Other(name.to_string(), value.to_string())),
        None => Err(Refusal::exact("Text buttons are unallowed in the inline keyboard")),
    }
}

fn reply(rows: &Value) -> Result<Markup, Refusal> {
    let mut keyboard = Vec::new();
    for row in rows_of(rows, "keyboard")? {
        let mut texts = Vec::new();
        for button in row {
            let text = button.as_str().or_else(|| button["text"].as_str()).ok_or_else(|| {
                Refusal::bad("Can't parse keyboard button: KeyboardButton must be a String or an Object")
            })?;
            texts.push(text.to_string());
        }
        keyboard.push(texts);
    }
    Ok(Markup::Reply(keyboard))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(markup: Value) -> String {
        parse(Some(markup)).unwrap_err().to_string()
    }

    fn one(button: Value) -> Value {
        json!({"inline_keyboard": [[button]]})
    }

    #[test]
    fn refuses_in_telegrams_words() {
        assert_eq!(refusal(json!([])), "Bad Request: object expected as reply markup");
        assert_eq!(
            refusal(one(json!({"text": "x"}))),
            "Bad Request: Text buttons are unallowed in the inline keyboard"
        );
        assert_eq!(refusal(one(json!({"text": "x", "url": "nowhere"}))), "Bad Request: BUTTON_URL_INVALID");
        // 22 characters of three bytes each are 66 bytes.
        let long = "科".repeat(22);
        assert_eq!(
            refusal(one(json!({"text": "x", "callback_data": long}))),
            "Bad Request: BUTTON_DATA_INVALID"
        );
        assert!(parse(Some(one(json!({"text": "x", "callback_data": "科".repeat(21)})))).is_ok());
        assert_eq!(
            refusal(one(json!({"text": "x", "callback_data": ""}))),
            "Bad Request: Text buttons are unallowed in the inline keyboard"
        );
    }

    #[test]
    fn url_wins_over_data() {
        let markup = parse(Some(one(json!({"text": "x", "url": "a.test/y", "callback_data": "d"})))).unwrap();
        let Markup::Inline(keyboard) = markup else { panic!("an inline keyboard") };
        assert_eq!(keyboard[0][0].action, Action::Url("http://a.test/y".into()));
        assert_eq!(parse(Some(json!({"inline_keyboard": [[]]}))).unwrap(), Markup::None);
    }
}
