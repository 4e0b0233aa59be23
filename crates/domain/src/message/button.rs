//! Buttons under a message: a press that does something, or an address.

use serde_json::{Value, json};

use crate::ids::FlowId;
use crate::naming::is_blank;

use super::body::Body;
use super::findings::{Findings, Object};
use super::limits::{BUTTON_UNITS_MAX, BUTTONS_MAX, ROW_BUTTONS_MAX};
use super::template::{Role, Template};
use super::{entity, link};

/// One button. What travels on the wire for it is the engine's: see [`super::Message::render`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// What it says; no variables.
    pub text: String,
    pub action: Action,
}

/// What a button does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Press(Press),
    Url {
        /// `http`, `https` or `tg`, absolute.
        url: String,
        /// The person is led over a redirect that counts the click. Never for `tg` addresses, which no browser
        /// opens.
        tracked: bool,
    },
}

/// What a press does to the person who pressed. All may be empty: then it is only counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Press {
    pub add_tags: Vec<String>,
    pub remove_tags: Vec<String>,
    /// Answered at once.
    pub reply: Option<Body>,
    /// Begun after the reply.
    pub flow: Option<FlowId>,
}

impl Button {
    pub(super) fn to_json(&self) -> Value {
        let text = braces_doubled(&self.text);
        match &self.action {
            Action::Url { url, tracked } if *tracked || !link::is_web(url) => {
                json!({"text": text, "url": url})
            }
            Action::Url { url, .. } => json!({"text": text, "url": url, "track": false}),
            Action::Press(press) => json!({"text": text, "press": press.to_json()}),
        }
    }
}

impl Press {
    fn to_json(&self) -> Value {
        let mut map = serde_json::Map::new();
        if !self.add_tags.is_empty() {
            map.insert("add_tags".into(), json!(self.add_tags));
        }
        if !self.remove_tags.is_empty() {
            map.insert("remove_tags".into(), json!(self.remove_tags));
        }
        if let Some(reply) = &self.reply {
            map.insert("reply".into(), json!(reply.source()));
        }
        if let Some(flow) = self.flow {
            map.insert("flow".into(), json!(flow));
        }
        Value::Object(map)
    }
}

/// Reads rows of buttons. Empty rows are faults.
pub(super) fn rows(findings: &mut Findings, value: &Value, path: &str) -> Vec<Vec<Button>> {
    let mut rows = Vec::new();
    for (index, row) in findings.list(value, path, BUTTONS_MAX).unwrap_or_default().iter().enumerate() {
        let place = format!("{path}/{index}");
        let Some(items) = findings.list(row, &place, ROW_BUTTONS_MAX) else { continue };
        if items.is_empty() {
            findings.add(&place, "empty", "must hold at least one button");
        }
        let buttons = items.iter().enumerate();
        rows.push(
            buttons.filter_map(|(at, item)| button(findings, item, &format!("{place}/{at}"))).collect(),
        );
    }
    if rows.iter().map(Vec::len).sum::<usize>() > BUTTONS_MAX {
        findings.add(path, "too_many", format!("has more than {BUTTONS_MAX} buttons"));
    }
    rows
}

fn button(findings: &mut Findings, value: &Value, path: &str) -> Option<Button> {
    let object = findings.object(value, path, &["text", "press", "url", "track"])?;
    let text = label(findings, object, "text");
    let action = match (object.get("press"), object.get("url")) {
        (Some(_), Some(_)) => {
            findings.add(path, "conflict", "has both \"press\" and \"url\"; Telegram would ignore the press");
            None
        }
        (None, None) => {
            findings.add(path, "required", "needs \"press\" or \"url\"");
            None
        }
        (Some(value), None) => {
            if object.get("track").is_some() {
                findings.add(
                    object.at("track"),
                    "conflict",
                    "only goes with \"url\"; every press is counted",
                );
            }
            press(findings, value, &object.at("press"))
        }
        (None, Some(value)) => url(findings, object, value),
    };
    Some(Button { text: text?, action: action? })
}

/// A button's text, also that of a menu's option: 1 to 64 characters, without variables.
pub(crate) fn label(findings: &mut Findings, object: Object<'_, '_>, key: &str) -> Option<String> {
    let path = object.at(key);
    let value = findings.required(object, key)?;
    let source = findings.text(value, &path)?;
    let formatted = entity::Formatted { text: source.trim().to_owned(), entities: Vec::new() };
    let template = match Template::parse(&formatted, Role::Text) {
        Ok(template) => template,
        Err(error) => {
            findings.add(path, error.code, error.message);
            return None;
        }
    };
    let text = template.literal();
    if template.has_variables() {
        findings.add(
            path,
            "variable_not_allowed",
            "cannot hold a variable; buttons say the same to everyone",
        );
    } else if is_blank(text) {
        findings.add(path, "empty", "must not be empty");
    } else if entity::units(text) > BUTTON_UNITS_MAX {
        findings.add(path, "too_long", format!("must have at most {BUTTON_UNITS_MAX} characters"));
    } else if text.chars().any(char::is_control) {
        findings.add(path, "invalid", "must be a single line");
    } else {
        return Some(text.to_owned());
    }
    None
}

/// A label as an author writes it: literal braces are doubled.
pub(crate) fn braces_doubled(label: &str) -> String {
    label.replace('{', "{{").replace('}', "}}")
}

fn press(findings: &mut Findings, value: &Value, path: &str) -> Option<Action> {
    let object = findings.object(value, path, &["add_tags", "remove_tags", "reply", "flow"])?;
    let (add_tags, remove_tags) = findings.tag_changes(object);
    let reply = object.get("reply").and_then(|value| {
        let place = object.at("reply");
        let text = findings.text(value, &place)?;
        Body::plain(text).map_err(|error| findings.add(place, error.code, error.message)).ok()
    });
    let flow = object.get("flow").and_then(|value| findings.id(value, &object.at("flow"))).map(FlowId);
    Some(Action::Press(Press { add_tags, remove_tags, reply, flow }))
}

fn url(findings: &mut Findings, object: Object<'_, '_>, value: &Value) -> Option<Action> {
    let path = object.at("url");
    let track = object.get("track").and_then(|value| findings.boolean(value, &object.at("track")));
    let url = findings.text(value, &path)?;
    if let Err(message) = link::check_absolute(url) {
        findings.add(path, "invalid_url", message);
        return None;
    }
    let tracked = track.unwrap_or(true) && link::is_web(url);
    if !tracked && !link::has_public_host(url) {
        findings.add(
            path,
            "invalid_url",
            "must name a public host, since Telegram refuses others without tracking",
        );
        return None;
    }
    Some(Action::Url { url: url.to_owned(), tracked })
}
