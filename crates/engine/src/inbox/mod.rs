//! The shared inbox: conversations with people, answered by members as the bot.

mod edits;
mod entry;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use domain::contact::NoChat;
use domain::conversation::{Conversation, Happening};
use domain::event::{Event, EventBody, Outcome};
use domain::ids::{BotId, ContactId, ContactNumber, MemberId, OutboxId, WorkspaceId};
use domain::message::{Action, Message, MessageAuthor, Outgoing, StoredMessage, Variables};
use domain::time::Millis;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::contacts::Contact;
use store::conversations::{Filter, Order};
use store::outbox::Lane;
use store::{ReadTx, Store, bots, contacts, conversations, media, outbox, team};

use self::edits::Edits;
pub use self::edits::Wording;
use self::entry::Thread;
pub use self::entry::{Detail, Entry, EntryButton, EntryFile, EntryKind};
use crate::authors::Authors;
use crate::conversation;
use crate::history::{self, Place, Wanted};
use crate::journal::{self, Journal};
use crate::person::{Person, Roster};
use crate::{Clock, EngineError, Result, attachments, effects};

/// A note, in characters.
pub const NOTE_CHARS_MAX: usize = 4_000;

/// A member by id and name; the name is absent when the member is gone.
pub type NamedMember = (MemberId, Option<String>);

/// A conversation in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct ConversationView {
    pub person: Person,
    pub conversation: Conversation,
    pub assignee: Option<NamedMember>,
}

/// Where a page of conversations begins, latest first: below this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationPlace {
    at: Millis,
    contact: ContactNumber,
}

/// Where a page of those who wait begins: after who has waited since then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingPlace {
    since: Millis,
    contact: ContactNumber,
}

/// In which order conversations are listed, and from which place on. As text it is the place alone: one of another
/// order has other fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum ConversationOrder {
    /// Latest first.
    Latest(Option<ConversationPlace>),
    /// Those who wait for an answer and nobody else, longest first.
    Waiting(Option<WaitingPlace>),
}

impl ConversationOrder {
    fn in_store(self) -> (Order, Option<conversations::Place>) {
        match self {
            Self::Latest(place) => (Order::Latest, place.map(|place| (place.at, place.contact))),
            Self::Waiting(place) => (Order::Waiting, place.map(|place| (place.since, place.contact))),
        }
    }

    /// This order, after a conversation that it listed.
    fn after(self, row: &Conversation) -> Self {
        let contact = row.contact;
        match self {
            Self::Latest(_) => Self::Latest(Some(ConversationPlace { at: row.last_at, contact })),
            Self::Waiting(_) => Self::Waiting(row.waiting_since.map(|since| WaitingPlace { since, contact })),
        }
    }
}

/// How many conversations each filter shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ConversationCounts {
    pub mine: i64,
    pub unassigned: i64,
    pub open: i64,
    pub closed: i64,
}

/// A page of conversations.
#[derive(Debug, Clone, PartialEq)]
pub struct ConversationPage {
    pub items: Vec<ConversationView>,
    /// What the next page asks for.
    pub next: Option<ConversationOrder>,
    pub counts: ConversationCounts,
}

/// A page of one conversation, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Entries {
    pub items: Vec<Entry>,
    pub next: Option<Place>,
}

/// What a list of conversations asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct ConversationQuery {
    /// Who asks: whose conversations are "mine". A program has none.
    pub member: Option<MemberId>,
    pub filter: Filter,
    /// Searched in names and in the last message.
    pub q: String,
    pub order: ConversationOrder,
    pub limit: usize,
}

/// The room.
#[derive(Clone)]
pub struct Inbox {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl Inbox {
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Conversations of a bot, with the counts of all filters.
    ///
    /// # Errors
    /// The bot is not one of this workspace, or the database failed.
    pub async fn list(
        &self,
        workspace: WorkspaceId,
        bot: BotId,
        query: ConversationQuery,
    ) -> Result<ConversationPage> {
        let now = self.clock.now();
        let read = self.store.reader().read(move |tx| {
            bots::get(tx, workspace, bot)?.ok_or(EngineError::NotFound("bot"))?;
            let (order, after) = query.order.in_store();
            let limit = query.limit + 1;
            let mut rows = conversations::list(tx, bot, query.filter, query.q.trim(), order, after, limit)?;
            let more = rows.len() > query.limit;
            rows.truncate(query.limit);
            let next = rows.last().filter(|_| more).map(|row| query.order.after(row));
            let roster = Roster::load(tx, workspace, bot, now)?;
            let authors = Authors::load(tx, workspace, bot)?;
            let mut items = Vec::with_capacity(rows.len());
            for conversation in rows {
                items.extend(view(tx, bot, &roster, &authors, conversation)?);
            }
            let counts = counts(tx, bot, query.member)?;
            Ok(ConversationPage { items, next, counts })
        });
        read.await
    }

    /// One conversation; a person to whom nobody has spoken yet has a closed one without words.
    ///
    /// # Errors
    /// The person is not one of this workspace, or the database failed.
    pub async fn get(&self, workspace: WorkspaceId, id: ContactId) -> Result<ConversationView> {
        let now = self.clock.now();
        let read = self.store.reader().read(move |tx| {
            let contact = find(tx, workspace, id)?;
            let conversation = conversations::get(tx, id.bot(), id.number())?
                .unwrap_or_else(|| conversation::silent(&contact));
            let roster = Roster::load(tx, workspace, id.bot(), now)?;
            let authors = Authors::load(tx, workspace, id.bot())?;
            let view = view(tx, id.bot(), &roster, &authors, conversation)?;
            view.ok_or(EngineError::NotFound("contact"))
        });
        read.await
    }

    /// What was said, newest first: the person's acts, what was sent to them, and the team's notes.
    ///
    /// # Errors
    /// The person is not one of this workspace, or the database failed.
    pub async fn thread(
        &self,
        workspace: WorkspaceId,
        id: ContactId,
        below: Option<Place>,
        limit: usize,
    ) -> Result<Entries> {
        let read = self.store.reader().read(move |tx| {
            let contact = find(tx, workspace, id)?;
            let edits = Edits::read(tx, id.bot(), id.number())?;
            let is_shown =
                |event: &Event| entry::belongs_in_a_thread(&event.body) && !edits.have_no_entry_for(event);
            let wanted = Wanted { event: &is_shown, notes: true };
            let thread = Thread::open(tx, workspace, id.bot(), &contact)?.with_edits(&edits);
            let (page, next) = history::page(tx, id.bot(), id.number(), &wanted, below, limit)?;
            let items = page.iter().map(|happening| thread.entry(happening)).collect::<Result<_>>()?;
            Ok(Entries { items, next })
        });
        read.await
    }

    /// Writes to the person as the bot. The conversation opens, nobody waits any more, and who answers a
    /// conversation of nobody's gets it.
    ///
    /// # Errors
    /// The message is not valid, the person cannot be written to, or is not one of this workspace.
    pub async fn reply(
        &self,
        workspace: WorkspaceId,
        member: MemberId,
        id: ContactId,
        message: &Value,
    ) -> Result<Entry> {
        let message = Message::parse(message).map_err(|errors| EngineError::under("/message", errors))?;
        refuse_presses(&message)?;
        let now = self.clock.now();
        let write = self.store.write(move |tx| {
            let contact = find(tx, workspace, id)?;
            check_answerable(&contact)?;
            check_member(tx, workspace, member)?;
            attachments::check(tx, workspace, &message, "/message")?;
            let variables = Variables { profile: &contact.profile, attributes: &contact.attributes };
            let rendered = message.render(variables, effects::no_wire);
            let row =
                journal::append(tx, id.bot(), |journal| send(journal, &contact, member, &rendered, now))?;
            let queued = outbox::get(tx, id.bot(), row)?;
            let queued = queued.ok_or_else(|| EngineError::Internal("a reply was not stored".into()))?;
            Thread::open(tx, workspace, id.bot(), &contact)?.entry(&history::Happening::Message(queued))
        });
        write.await
    }

    /// Sends a message once more whose end is not known, or that failed: the member has decided.
    ///
    /// # Errors
    /// There is no such message to this person, it stands otherwise, or the person cannot be written to.
    pub async fn resend(&self, workspace: WorkspaceId, id: ContactId, entry: &str) -> Result<Entry> {
        let row = history::outbox_row(entry).ok_or(EngineError::NotFound("message"))?;
        let write = self.store.write(move |tx| {
            let contact = find(tx, workspace, id)?;
            let queued = outbox::get(tx, id.bot(), row)?.filter(|queued| queued.contact == id.number());
            let queued = queued.ok_or(EngineError::NotFound("message"))?;
            if !matches!(queued.state, Outcome::Unknown | Outcome::Failed) {
                let message = "only a message that failed, or whose end is not known, can be sent again";
                return Err(EngineError::WrongState(message.into()));
            }
            if queued.message == StoredMessage::Blanked {
                let message = "the text of this message is no longer kept, so it cannot be sent again";
                return Err(EngineError::WrongState(message.into()));
            }
            let file = telegram::stored_message(&queued.message).and_then(|message| message.media);
            if let Some(file) = file
                && media::get(tx, workspace, file.id)?.is_none()
            {
                let message = "the file of this message was deleted, so it cannot be sent again";
                return Err(EngineError::WrongState(message.into()));
            }
            check_answerable(&contact)?;
            outbox::again(tx, id.bot(), row)?;
            let queued = outbox::get(tx, id.bot(), row)?.ok_or(EngineError::NotFound("message"))?;
            Thread::open(tx, workspace, id.bot(), &contact)?.entry(&history::Happening::Message(queued))
        });
        write.await
    }

    /// Gives the conversation to a member, or to nobody.
    ///
    /// # Errors
    /// The member or the person is not one of this workspace.
    pub async fn assign(
        &self,
        workspace: WorkspaceId,
        id: ContactId,
        assignee: Option<MemberId>,
    ) -> Result<ConversationView> {
        self.change(workspace, id, Happening::Assigned { to: assignee }).await
    }

    /// Ends the conversation: nobody waits, nothing is unread. The person's next words open it again.
    ///
    /// # Errors
    /// The person is not one of this workspace.
    pub async fn close(&self, workspace: WorkspaceId, id: ContactId) -> Result<ConversationView> {
        self.change(workspace, id, Happening::Closed).await
    }

    /// Opens the conversation.
    ///
    /// # Errors
    /// The person is not one of this workspace.
    pub async fn open(&self, workspace: WorkspaceId, id: ContactId) -> Result<ConversationView> {
        self.change(workspace, id, Happening::Opened).await
    }

    /// Everything in it was read.
    ///
    /// # Errors
    /// The person is not one of this workspace.
    pub async fn read(&self, workspace: WorkspaceId, id: ContactId) -> Result<ConversationView> {
        self.change(workspace, id, Happening::Read).await
    }

    /// Adds a note that only the team sees.
    ///
    /// # Errors
    /// The text is empty or too long, or the person is not one of this workspace.
    pub async fn add_note(
        &self,
        workspace: WorkspaceId,
        member: MemberId,
        id: ContactId,
        text: &str,
    ) -> Result<Entry> {
        let text = checked_note(text)?;
        let now = self.clock.now();
        let write = self.store.write(move |tx| {
            let contact = find(tx, workspace, id)?;
            check_member(tx, workspace, member)?;
            let note = conversations::add_note(tx, id.bot(), id.number(), member, &text, now)?;
            let note = conversations::Note { id: note, member, at: now, text };
            Thread::open(tx, workspace, id.bot(), &contact)?.entry(&history::Happening::Note(note))
        });
        write.await
    }

    async fn change(
        &self,
        workspace: WorkspaceId,
        id: ContactId,
        happening: Happening<'static>,
    ) -> Result<ConversationView> {
        let now = self.clock.now();
        let write = self.store.write(move |tx| {
            let contact = find(tx, workspace, id)?;
            if let Happening::Assigned { to: Some(member) } = happening {
                check_member(tx, workspace, member)?;
            }
            journal::append(tx, id.bot(), |journal| conversation::happen(journal, &contact, happening, now))
        });
        write.await?;
        self.get(workspace, id).await
    }
}

/// The person, where the workspace has them.
fn find(tx: &ReadTx<'_>, workspace: WorkspaceId, id: ContactId) -> Result<Contact> {
    bots::get(tx, workspace, id.bot())?.ok_or(EngineError::NotFound("contact"))?;
    contacts::get(tx, id.bot(), id.number())?.ok_or(EngineError::NotFound("contact"))
}

fn check_member(tx: &ReadTx<'_>, workspace: WorkspaceId, member: MemberId) -> Result<()> {
    team::member(tx, workspace, member)?.map(|_| ()).ok_or(EngineError::NotFound("member"))
}

fn check_answerable(contact: &Contact) -> Result<()> {
    let reach = contact.reachability;
    let why = if reach.deactivated {
        "this person's account is gone"
    } else if reach.blocked {
        "this person has blocked the bot"
    } else {
        match reach.no_chat {
            None => return Ok(()),
            Some(NoChat::ChatNotFound) => "Telegram knows no chat of this person with the bot",
            Some(NoChat::NotStarted) => "this person has not started the bot, and a bot cannot begin",
            Some(NoChat::IsBot) => "this is a bot, and bots do not write to each other",
            Some(NoChat::WriteRefused) => "Telegram does not let the bot write to this person",
        }
    };
    Err(EngineError::WrongState(format!("{why}; nothing can be sent")))
}

/// A press would have to find the message again; a reply is kept as it was sent, without what its buttons do.
fn refuse_presses(message: &Message) -> Result<()> {
    for (row, buttons) in message.buttons.iter().enumerate() {
        for (column, button) in buttons.iter().enumerate() {
            if matches!(button.action, Action::Press(_)) {
                let path = format!("/message/buttons/{row}/{column}/press");
                let sentence = "a reply's buttons open addresses only";
                return Err(EngineError::field(path, "not_supported_yet", sentence));
            }
        }
    }
    Ok(())
}

/// The row, the event and the conversation of a reply.
fn send(
    journal: &mut Journal<'_>,
    contact: &Contact,
    member: MemberId,
    message: &Outgoing,
    now: Millis,
) -> Result<OutboxId> {
    let (tx, bot) = (journal.tx(), journal.bot());
    let author = MessageAuthor::Agent(member);
    let there = Outgoing { topic: contacts::topic(tx, bot, contact.number)?, ..message.clone() };
    let row = outbox::insert(tx, bot, contact.number, Lane::Agents, &there, author, now)?;
    journal.record(Some(contact.number), now, EventBody::Reply { member, outbox: row.0 })?;
    let answered = Happening::Answered { by: member, text: &message.text };
    conversation::happen(journal, contact, answered, now)?;
    Ok(row)
}

fn view(
    tx: &ReadTx<'_>,
    bot: BotId,
    roster: &Roster,
    authors: &Authors<'_>,
    conversation: Conversation,
) -> Result<Option<ConversationView>> {
    let Some(contact) = contacts::get(tx, bot, conversation.contact)? else { return Ok(None) };
    let person = roster.person(tx, &contact)?;
    let assignee = conversation.assignee.map(|member| (member, authors.member(member)));
    Ok(Some(ConversationView { person, conversation, assignee }))
}

fn counts(tx: &ReadTx<'_>, bot: BotId, member: Option<MemberId>) -> Result<ConversationCounts> {
    let mine = member.map(|member| conversations::count(tx, bot, Filter::Mine(member))).transpose()?;
    Ok(ConversationCounts {
        mine: mine.unwrap_or(0),
        unassigned: conversations::count(tx, bot, Filter::Unassigned)?,
        open: conversations::count(tx, bot, Filter::Open)?,
        closed: conversations::count(tx, bot, Filter::Closed)?,
    })
}

fn checked_note(text: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(EngineError::field("/text", "required", "must not be empty"));
    }
    if text.chars().count() > NOTE_CHARS_MAX {
        let message = format!("must have at most {NOTE_CHARS_MAX} characters");
        return Err(EngineError::field("/text", "too_long", message));
    }
    Ok(text.to_owned())
}
