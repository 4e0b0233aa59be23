//! What happened with a person, for whoever wants to understand them.

use domain::conversation::Status;
use domain::event::{Event, EventBody};
use domain::ids::{ContactId, TagId, WorkspaceId};
use domain::time::Millis;
use serde_json::{Value, json};
use store::{ReadTx, tags};
use telegram::said;

use crate::Result;
use crate::authors::{Author, Authors};
use crate::history::{self, Happening, Place, Wanted};

/// One line of a timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct TimelineEntry {
    pub id: String,
    pub at: Millis,
    /// The kind of an event; `sent`, `campaign_sent` and `note` for what is none; a conversation is
    /// `conversation_opened`, `conversation_assigned` or `conversation_closed`.
    pub kind: &'static str,
    /// A tag's name, a button's text, a conversion's name …
    pub object: Option<String>,
    pub text: Option<String>,
    pub by: Author,
    /// What else is known, by name.
    pub data: Value,
}

/// A page of a timeline, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    pub items: Vec<TimelineEntry>,
    pub next: Option<Place>,
}

pub(super) fn read(
    tx: &ReadTx<'_>,
    workspace: WorkspaceId,
    id: ContactId,
    below: Option<Place>,
    limit: usize,
) -> Result<Timeline> {
    // A reply stands here as the message that it wrote.
    let is_shown = |event: &Event| !matches!(event.body, EventBody::Reply { .. });
    let wanted = Wanted { event: &is_shown, notes: true };
    let (page, next) = history::page(tx, id.bot(), id.number(), &wanted, below, limit)?;
    let authors = Authors::load(tx, workspace, id.bot())?;
    let mut items = Vec::with_capacity(page.len());
    for happening in &page {
        items.push(entry(tx, workspace, &authors, happening)?);
    }
    Ok(Timeline { items, next })
}

fn entry(
    tx: &ReadTx<'_>,
    workspace: WorkspaceId,
    authors: &Authors<'_>,
    happening: &Happening,
) -> Result<TimelineEntry> {
    let (id, at) = (happening.id(), happening.place().at);
    Ok(match happening {
        Happening::Event(event) => TimelineEntry {
            id,
            at,
            kind: kind(&event.body),
            object: object(tx, workspace, &event.body)?,
            text: text(&event.body),
            by: authors.of_event(&event.body)?,
            data: data(&event.body),
        },
        Happening::Message(queued) => TimelineEntry {
            id,
            at,
            kind: "sent",
            object: None,
            text: telegram::stored_message(&queued.message).map(|message| message.text),
            by: authors.of_message(queued.author)?,
            data: json!({"state": queued.state, "reason": queued.reason, "message_id": queued.message_id}),
        },
        Happening::Campaign(line) => {
            let by = authors.campaign(line.campaign)?;
            TimelineEntry {
                id,
                at,
                kind: "campaign_sent",
                object: by.name.clone(),
                text: None,
                by,
                data: json!({"state": line.outcome, "reason": line.reason, "message_id": line.message_id,
                    "answers": line.told()}),
            }
        }
        Happening::Note(note) => TimelineEntry {
            id,
            at,
            kind: "note",
            object: None,
            text: Some(note.text.clone()),
            by: authors.agent(note.member),
            data: json!({}),
        },
    })
}

fn kind(body: &EventBody) -> &'static str {
    match body {
        EventBody::ConversationChanged { status: Status::Closed, .. } => "conversation_closed",
        EventBody::ConversationChanged { assignee: Some(_), .. } => "conversation_assigned",
        EventBody::ConversationChanged { .. } => "conversation_opened",
        body => body.kind(),
    }
}

fn object(tx: &ReadTx<'_>, workspace: WorkspaceId, body: &EventBody) -> Result<Option<String>> {
    let tag_name = |tag: TagId| Ok(tags::get(tx, workspace, tag)?.map(|tag| tag.name));
    match body {
        EventBody::TagAdded { tag, .. } | EventBody::TagRemoved { tag, .. } => tag_name(*tag),
        EventBody::AttributesSet { set } => {
            Ok(Some(set.keys().map(String::as_str).collect::<Vec<_>>().join(", ")))
        }
        body => Ok(body.object().map(str::to_owned)),
    }
}

fn text(body: &EventBody) -> Option<String> {
    match body {
        EventBody::Message { text, details, .. } | EventBody::MessageEdited { text, details, .. } => {
            told(text.as_deref(), details.as_ref())
        }
        EventBody::Command { text, .. } => Some(text.clone()),
        _ => None,
    }
}

/// Words, or else what the message held.
fn told(text: Option<&str>, details: Option<&Value>) -> Option<String> {
    let words = text.filter(|text| !text.is_empty()).map(str::to_owned);
    words.or_else(|| details.map(|kept| said::in_one_line(&said::details(kept, ""))))
}

/// The event as it is stored; its kind stands beside it.
fn data(body: &EventBody) -> Value {
    // An event is made of strings, numbers and maps with string keys: it always becomes JSON.
    let mut data = serde_json::to_value(body).unwrap_or_default();
    if let Some(map) = data.as_object_mut() {
        map.remove("kind");
    }
    data
}
