//! Messages. One shape everywhere: flow node, canned reply, campaign, template, test.
//!
//! A message is read once, strictly, into a [`Message`]; then it is rendered for each person. **Nothing** that a
//! person's values hold can become markup, and **no** value can make a message that Telegram refuses.

mod author;
mod body;
mod button;
mod entity;
mod findings;
pub mod html;
pub mod limits;
mod link;
pub mod markdown;
mod media;
mod mentions;
mod outgoing;
mod place;
mod scanner;
mod template;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::field_error::FieldError;

pub use author::MessageAuthor;
pub use body::{Body, Format};
pub(crate) use button::label;
pub use button::{Action, Button, Press};
pub use entity::{Entity, EntityKind, Formatted, seen, units};
pub(crate) use findings::{Findings, Object, child};
pub use link::in_ascii;
pub use media::{Media, MediaKind};
pub use outgoing::{ButtonWire, Outgoing, OutgoingButton, StoredMessage};
pub use place::ButtonPlace;
pub use template::Variables;

/// A message that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The text; with a file its caption, which may be empty.
    pub body: Body,
    pub media: Option<Media>,
    /// In rows, none of them empty.
    pub buttons: Vec<Vec<Button>>,
    /// `false` asks Telegram to show no preview of a link in the text.
    pub link_preview: bool,
}

impl Message {
    /// Reads a message strictly.
    ///
    /// # Errors
    /// Every fault, each with the path of its field from the message's root.
    pub fn parse(value: &Value) -> Result<Self, Vec<FieldError>> {
        let mut findings = Findings::default();
        let message = Self::read(&mut findings, value, "");
        findings.finish(message)
    }

    /// Reads a message that [`Self::parse`] accepted when it was stored, perhaps long ago: what is asked of the names of
    /// tags since then is mended in place of refused.
    ///
    /// # Errors
    /// As [`Self::parse`]: the row was changed from outside.
    pub fn parse_stored(value: &Value) -> Result<Self, Vec<FieldError>> {
        let mut findings = Findings::of_stored();
        let message = Self::read(&mut findings, value, "");
        findings.finish(message)
    }

    /// A plain text without buttons, variables allowed.
    ///
    /// # Errors
    /// The text is empty, too long, or has a variable that is not known.
    pub fn plain(text: &str) -> Result<Self, Vec<FieldError>> {
        Self::parse(&json!({"text": text}))
    }

    /// Reads a message that is a part of a larger document.
    pub(crate) fn read(findings: &mut Findings, value: &Value, path: &str) -> Option<Self> {
        let allowed = ["text", "format", "entities", "media", "buttons", "link_preview"];
        let object = findings.object(value, path, &allowed)?;
        let has_media = object.get("media").is_some();
        let media = Media::read(findings, object);
        let body = Body::read(findings, object, has_media);
        let buttons = object.get("buttons");
        let buttons =
            buttons.map(|value| button::rows(findings, value, &object.at("buttons"))).unwrap_or_default();
        let preview = object.get("link_preview");
        let preview = preview.and_then(|value| findings.boolean(value, &object.at("link_preview")));
        Some(Self { body: body?, media, buttons, link_preview: preview.unwrap_or(true) })
    }

    /// The canonical document: [`Message::parse`] gives an equal message back, and equal messages give equal
    /// documents.
    pub fn to_json(&self) -> Value {
        let mut map = serde_json::Map::new();
        self.body.write(&mut map);
        if let Some(media) = self.media {
            map.insert("media".into(), media.to_json());
        }
        if !self.buttons.is_empty() {
            let rows = self.buttons.iter().map(|row| row.iter().map(Button::to_json).collect::<Vec<_>>());
            map.insert("buttons".into(), json!(rows.collect::<Vec<_>>()));
        }
        if !self.link_preview {
            map.insert("link_preview".into(), json!(false));
        }
        Value::Object(map)
    }

    /// The message as one person gets it. What travels for a button (a token, a tracked address) is the caller's,
    /// asked once a button with its row and column.
    pub fn render(
        &self,
        variables: Variables<'_>,
        mut wire: impl FnMut(usize, usize, &Button) -> ButtonWire,
    ) -> Outgoing {
        let mut message = Outgoing::from(self.body.render(variables));
        message.link_preview = self.link_preview;
        message.media = self.media;
        for (row, buttons) in self.buttons.iter().enumerate() {
            let buttons = buttons.iter().enumerate().map(|(column, button)| OutgoingButton {
                text: button.text.clone(),
                wire: wire(row, column, button),
            });
            message.buttons.push(buttons.collect());
        }
        message
    }

    /// What whoever composes the message is told: links that lead nowhere and variables that are read as words, each
    /// with its field's path. What was composed before stays as it is, since Telegram takes it.
    pub fn composing_faults(&self) -> Vec<FieldError> {
        let mut faults = self.link_faults();
        faults.extend(self.variable_faults());
        faults
    }

    fn variable_faults(&self) -> Vec<FieldError> {
        let fault = |path: String, written: &str| {
            let message = format!(
                "writes {{{{{written}}}}}, which everybody would read as {{{written}}}; a variable has single braces: {{{written}}}"
            );
            FieldError { path, code: "variable_in_double_braces", message }
        };
        let mut faults = Vec::new();
        faults.extend(self.body.unread_variable().map(|written| fault("/text".into(), written)));
        for (row, buttons) in self.buttons.iter().enumerate() {
            for (column, button) in buttons.iter().enumerate() {
                if let Action::Press(press) = &button.action
                    && let Some(written) = press.reply.as_ref().and_then(Body::unread_variable)
                {
                    faults.push(fault(format!("/buttons/{row}/{column}/press/reply"), written));
                }
            }
        }
        faults
    }

    fn link_faults(&self) -> Vec<FieldError> {
        let fault = |path: String, url: &str, what: &str| {
            let message = format!("links to {url:?}, {what}; use an address with http://, https:// or tg://");
            FieldError { path, code: "invalid_url", message }
        };
        let mut faults = Vec::new();
        for url in self.body.dead_links() {
            faults.push(fault(
                "/text".into(),
                &url,
                "which Telegram makes no link of or no browser can open",
            ));
        }
        for (row, buttons) in self.buttons.iter().enumerate() {
            for (column, button) in buttons.iter().enumerate() {
                let path = format!("/buttons/{row}/{column}");
                match &button.action {
                    Action::Url { url, .. } if link::leads_nowhere(url) => {
                        faults.push(fault(format!("{path}/url"), url, "which no browser can open"));
                    }
                    _ => {}
                }
            }
        }
        faults
    }

    /// The button at a place, if there is one.
    pub fn button(&self, row: usize, column: usize) -> Option<&Button> {
        self.buttons.get(row)?.get(column)
    }

    /// What presses on it do, in order.
    pub fn presses(&self) -> impl Iterator<Item = &Press> {
        self.buttons.iter().flatten().filter_map(|button| match &button.action {
            Action::Press(press) => Some(press),
            Action::Url { .. } => None,
        })
    }

    /// Names of all tags that it mentions: composing it creates them.
    pub fn tags(&self) -> BTreeSet<&str> {
        let names = self.presses().flat_map(|press| press.add_tags.iter().chain(&press.remove_tags));
        names.map(String::as_str).collect()
    }
}
