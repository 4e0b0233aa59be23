//! One entry of a thread: somebody's words, an act, or a note.

use domain::event::{Event, EventBody, Outcome};
use domain::ids::{BotId, CampaignId, WorkspaceId};
use domain::message::{ButtonWire, Media, MediaKind, Outgoing, OutgoingButton, Variables};
use domain::named::Named;
use domain::time::Millis;
use serde_json::{Value, json};
use store::contacts::Contact;
use store::outbox::Queued;
use store::recipients::Recipient;
use store::{ReadTx, campaigns, media};
use telegram::said;
pub use telegram::said::Detail;

use super::edits::{Edits, Wording};
use crate::authors::{Author, AuthorKind, Authors};
use crate::history::Happening;
use crate::posts::Posts;
use crate::{Result, effects};

/// A button under a message, as the person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryButton {
    pub text: String,
    pub url: Option<String>,
}

/// Where the file of an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryFile {
    /// One that was uploaded here.
    Uploaded(Media),
    /// One that was uploaded here and deleted since.
    Deleted(MediaKind),
    /// One that the person sent, by the number of its event.
    Received { kind: MediaKind, event: i64 },
}

/// What an entry of a thread is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum EntryKind {
    Message,
    Command,
    Start,
    Button,
    Note,
    Event,
}

/// An entry of a thread.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub id: String,
    pub at: Millis,
    pub kind: EntryKind,
    /// The kind of the event behind it, where there is one.
    pub event: Option<&'static str>,
    pub text: Option<String>,
    /// What a person's message held: `text`, `photo`, `voice` … as Telegram names it.
    pub content: Option<String>,
    /// As Telegram wants them.
    pub entities: Vec<Value>,
    /// What a person's message held besides its words and its file.
    pub details: Vec<Detail>,
    /// When the person changed it last.
    pub edited_at: Option<Millis>,
    /// What it said before, oldest first.
    pub earlier: Vec<Wording>,
    pub buttons: Vec<Vec<EntryButton>>,
    /// The file, where there is one that can be shown.
    pub file: Option<EntryFile>,
    pub by: Author,
    /// The campaign that the message is of, or that the act answers.
    pub campaign: Option<Author>,
    /// How the sending stands.
    pub state: Option<Outcome>,
    pub reason: Option<String>,
}

/// Which events a thread shows: the person's acts and what changed between them and the team. A reply is shown
/// as the message that it wrote.
pub(super) fn belongs_in_a_thread(body: &EventBody) -> bool {
    matches!(
        body,
        EventBody::Start { .. }
            | EventBody::Message { .. }
            | EventBody::MessageEdited { .. }
            | EventBody::Reacted { .. }
            | EventBody::Command { .. }
            | EventBody::Button { .. }
            | EventBody::Click { .. }
            | EventBody::Blocked { .. }
            | EventBody::Unblocked { .. }
            | EventBody::BlockTold { .. }
            | EventBody::UnblockTold
            | EventBody::Deactivated
            | EventBody::NoChat { .. }
            | EventBody::OptedOut { .. }
            | EventBody::OptedIn
            | EventBody::Conversion { .. }
            | EventBody::ConversationChanged { .. }
            | EventBody::HandedOver { .. }
    )
}

/// Makes entries of one person's thread.
pub(super) struct Thread<'t> {
    tx: &'t ReadTx<'t>,
    workspace: WorkspaceId,
    bot: BotId,
    contact: &'t Contact,
    authors: Authors<'t>,
    edits: Option<&'t Edits>,
    /// A page often shows the same campaigns again and again.
    posts: Posts,
}

impl<'t> Thread<'t> {
    pub(super) fn open(
        tx: &'t ReadTx<'t>,
        workspace: WorkspaceId,
        bot: BotId,
        contact: &'t Contact,
    ) -> Result<Self> {
        Ok(Self {
            tx,
            workspace,
            bot,
            contact,
            authors: Authors::load(tx, workspace, bot)?,
            edits: None,
            posts: Posts::default(),
        })
    }

    /// Shows messages as the person changed them.
    pub(super) fn with_edits(self, edits: &'t Edits) -> Self {
        Self { edits: Some(edits), ..self }
    }

    pub(super) fn entry(&self, happening: &Happening) -> Result<Entry> {
        let bare = Entry {
            id: happening.id(),
            at: happening.place().at,
            kind: EntryKind::Message,
            event: None,
            text: None,
            content: None,
            entities: Vec::new(),
            details: Vec::new(),
            edited_at: None,
            earlier: Vec::new(),
            buttons: Vec::new(),
            file: None,
            by: Author { kind: AuthorKind::Bot, id: None, name: None },
            campaign: None,
            state: None,
            reason: None,
        };
        match happening {
            Happening::Event(event) => self.event(bare, event),
            Happening::Message(queued) => self.message(bare, queued),
            Happening::Campaign(line) => self.campaign(bare, line),
            Happening::Note(note) => Ok(Entry {
                kind: EntryKind::Note,
                text: Some(note.text.clone()),
                by: self.authors.agent(note.member),
                ..bare
            }),
        }
    }

    fn event(&self, bare: Entry, event: &Event) -> Result<Entry> {
        let (kind, text) = match &event.body {
            EventBody::Start { payload, .. } => (EntryKind::Start, payload.clone()),
            EventBody::Message { .. } | EventBody::MessageEdited { .. } => (EntryKind::Message, None),
            EventBody::Command { text, .. } => (EntryKind::Command, Some(text.clone())),
            EventBody::Button { object, .. } => (EntryKind::Button, Some(object.clone())),
            EventBody::ConversationChanged { status, assignee } => {
                let name = assignee.and_then(|member| self.authors.member(member));
                (
                    EntryKind::Event,
                    Some(name.map_or_else(
                        || status.name().to_owned(),
                        |name| format!("{}: {name}", status.name()),
                    )),
                )
            }
            body => (EntryKind::Event, body.object().map(str::to_owned)),
        };
        let campaign = event.body.campaign().map(|id| self.authors.campaign(id)).transpose()?;
        let by = self.authors.of_event(&event.body)?;
        let entry = Entry { kind, event: Some(event.body.kind()), text, by, campaign, ..bare };
        Ok(match self.edits.and_then(|edits| edits.since(event)) {
            None => with_written(entry, event),
            Some((latest, earlier)) => {
                // A start is an act, and not words to be read anew.
                let is_edited = kind != EntryKind::Start;
                let entry = if is_edited { with_written(entry, latest) } else { entry };
                let edited_at = is_edited.then_some(latest.at);
                Entry { edited_at, earlier: if is_edited { earlier } else { Vec::new() }, ..entry }
            }
        })
    }

    fn message(&self, bare: Entry, queued: &Queued) -> Result<Entry> {
        let by = self.authors.of_message(queued.author)?;
        let campaign = (by.kind == AuthorKind::Campaign).then(|| by.clone());
        let (state, reason) = (Some(queued.state), queued.reason.clone());
        let shown = self.with_message(bare, telegram::stored_message(&queued.message))?;
        Ok(Entry { by, campaign, state, reason, ..shown })
    }

    /// A campaign's text is not kept for each person: it is made again with the person's present values.
    fn campaign(&self, bare: Entry, line: &Recipient) -> Result<Entry> {
        let by = self.authors.campaign(line.campaign)?;
        let (state, reason) = (Some(line.outcome), line.reason.clone());
        let shown = self.with_message(bare, self.campaign_message(line.campaign)?)?;
        Ok(Entry { campaign: Some(by.clone()), by, state, reason, ..shown })
    }

    /// What a message shows; nothing where its words are gone.
    fn with_message(&self, bare: Entry, message: Option<Outgoing>) -> Result<Entry> {
        let Some(message) = message else { return Ok(bare) };
        let file = message.media.map(|sent| self.file(sent)).transpose()?;
        let rows = message.buttons.into_iter();
        Ok(Entry {
            text: Some(message.text),
            entities: message.entities.iter().map(|entity| json!(entity)).collect(),
            buttons: rows.map(|row| row.into_iter().map(EntryButton::from).collect()).collect(),
            file,
            ..bare
        })
    }

    /// The file of a message. It may have been deleted since it was sent.
    fn file(&self, sent: Media) -> Result<EntryFile> {
        let there = media::get(self.tx, self.workspace, sent.id)?.is_some();
        Ok(if there { EntryFile::Uploaded(sent) } else { EntryFile::Deleted(sent.kind) })
    }

    fn campaign_message(&self, campaign: CampaignId) -> Result<Option<Outgoing>> {
        let message = match self.posts.begun(self.bot, campaign) {
            Some(message) => Some(message),
            None => {
                let found = campaigns::get(self.tx, self.bot, campaign)?;
                // A message that was sent was valid; one that a newer version cannot read is shown without words.
                found.and_then(|found| self.posts.of(self.bot, &found).ok())
            }
        };
        let variables = Variables { profile: &self.contact.profile, attributes: &self.contact.attributes };
        Ok(message.map(|message| message.render(variables, effects::no_wire)))
    }
}

impl From<OutgoingButton> for EntryButton {
    fn from(button: OutgoingButton) -> Self {
        let url = match button.wire {
            ButtonWire::Url(url) => Some(url),
            ButtonWire::Press(_) => None,
        };
        Self { text: button.text, url }
    }
}

/// What the person wrote, as an event has it; other events hold no words.
fn with_written(entry: Entry, event: &Event) -> Entry {
    let (text, content, file, kept) = match &event.body {
        EventBody::Message { text, content, file, details, .. }
        | EventBody::MessageEdited { text, content, file, details, .. } => (text, content, file, details),
        _ => return entry,
    };
    let file = file.as_ref().map(|_| EntryFile::Received { kind: shown_as(content), event: event.number });
    let said = text.as_deref().unwrap_or_default();
    let details = kept.as_ref().map(|kept| said::details(kept, said)).unwrap_or_default();
    let entities = kept.as_ref().and_then(|kept| kept["entities"].as_array()).cloned().unwrap_or_default();
    Entry { text: text.clone(), content: Some(content.clone()), file, details, entities, ..entry }
}

/// What a person's file is shown as: pictures and videos as such, everything else as a file.
fn shown_as(content: &str) -> MediaKind {
    match content {
        "photo" | "live_photo" => MediaKind::Photo,
        "video" | "animation" | "video_note" => MediaKind::Video,
        _ => MediaKind::Document,
    }
}
