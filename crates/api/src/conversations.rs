//! The shared inbox.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::conversation::{Speaker, Status};
use domain::event::Outcome;
use domain::ids::{BotId, ContactId, MemberId};
use domain::named::Named as _;
use engine::authors::{Author, AuthorKind};
use engine::history::Place;
use engine::inbox::{self, ConversationQuery, ConversationView, Detail, Inbox};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::conversations::Filter;
use utoipa::{IntoParams, ToSchema};

use crate::access::{Person, may};
use crate::body::{Body, Path, Query};
use crate::contacts::ContactItem;
use crate::page::{self, Listing, Page, PageQuery};
use crate::problem::{Code, Problem, Result};
use crate::routes::BASE;
use crate::schemas;

/// Which conversations are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConversationFilter {
    Mine,
    Unassigned,
    #[default]
    Open,
    Closed,
    All,
}

/// In which order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConversationOrder {
    /// Latest words first.
    #[default]
    Latest,
    /// Those who wait for an answer and nobody else, longest first.
    Waiting,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ConversationAsk {
    pub bot_id: i64,
    /// Open ones unless told.
    #[param(inline)]
    pub filter: Option<ConversationFilter>,
    /// Searched in names and in the last message.
    pub q: Option<String>,
    /// Latest first unless told; `waiting` lists those who wait for an answer and nobody else, longest first.
    #[param(inline)]
    pub order: Option<ConversationOrder>,
    /// Where the last page ended: its `next`.
    pub cursor: Option<String>,
    /// Items wanted, 1 to 500; 50 unless told.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<usize>,
}

fn speaker(kind: AuthorKind) -> Speaker {
    match kind {
        AuthorKind::Person => Speaker::Person,
        AuthorKind::Agent => Speaker::Agent,
        AuthorKind::Campaign => Speaker::Campaign,
        AuthorKind::Flow => Speaker::Flow,
        AuthorKind::Bot | AuthorKind::Link | AuthorKind::Import | AuthorKind::Api => Speaker::Bot,
    }
}

/// Something by id and name; the name is absent where the thing is gone.
#[derive(Debug, Serialize, ToSchema)]
pub struct Named {
    pub id: i64,
    #[schema(required)]
    pub name: Option<String>,
}

fn named(author: Author) -> Option<Named> {
    author.id.map(|id| Named { id, name: author.name })
}

/// The last words of a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub struct LastWords {
    pub at: i64,
    pub text: String,
    #[schema(value_type = schemas::Speaker)]
    pub from: Speaker,
}

/// A conversation; its id is the contact's.
#[derive(Debug, Serialize, ToSchema)]
pub struct Conversation {
    pub contact: ContactItem,
    #[schema(value_type = schemas::ConversationState)]
    pub status: Status,
    #[schema(required)]
    pub assignee: Option<Named>,
    /// Since when the person waits for an answer.
    #[schema(required)]
    pub waiting_since: Option<i64>,
    pub unread: i64,
    /// Absent where nobody said anything yet.
    #[schema(required)]
    pub last: Option<LastWords>,
}

impl From<ConversationView> for Conversation {
    fn from(view: ConversationView) -> Self {
        let row = view.conversation;
        let last = LastWords { at: row.last_at, text: row.last_text, from: row.last_from };
        Self {
            contact: view.person.into(),
            status: row.status,
            assignee: view.assignee.map(|(id, name)| Named { id: id.0, name }),
            waiting_since: row.waiting_since,
            unread: row.unread,
            last: Some(last).filter(|last| !last.text.is_empty()),
        }
    }
}

/// How many conversations each filter shows.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConversationCounts {
    pub mine: i64,
    pub unassigned: i64,
    pub open: i64,
    pub closed: i64,
}

impl From<inbox::ConversationCounts> for ConversationCounts {
    fn from(counts: inbox::ConversationCounts) -> Self {
        let inbox::ConversationCounts { mine, unassigned, open, closed } = counts;
        Self { mine, unassigned, open, closed }
    }
}

/// A page of conversations.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConversationPage {
    pub items: Vec<Conversation>,
    #[schema(required)]
    pub next: Option<String>,
    pub counts: ConversationCounts,
}

/// How the sending of a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SendState {
    Pending,
    Leased,
    Sent,
    Failed,
    Blocked,
    Skipped,
    Unknown,
}

fn send_state(outcome: Outcome) -> Option<SendState> {
    Some(match outcome {
        Outcome::Pending => SendState::Pending,
        Outcome::Leased => SendState::Leased,
        Outcome::Sent => SendState::Sent,
        Outcome::Failed => SendState::Failed,
        Outcome::Blocked => SendState::Blocked,
        Outcome::Skipped => SendState::Skipped,
        Outcome::Unknown => SendState::Unknown,
        // Nothing was sent.
        Outcome::HeldOut | Outcome::HeldOutReached => return None,
    })
}

/// A button as the person sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ThreadButton {
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// An entry of a thread.
#[derive(Debug, Serialize, ToSchema)]
pub struct ThreadEntry {
    /// Such as `message-12`; one of its kind among the person's.
    pub id: String,
    pub at: i64,
    #[schema(value_type = schemas::Speaker)]
    pub from: Speaker,
    #[schema(value_type = schemas::ThreadKind)]
    pub kind: String,
    /// The kind of the event behind it, where there is one.
    #[schema(required)]
    pub event: Option<String>,
    #[schema(required)]
    pub text: Option<String>,
    /// The file of the message, where there is one that can be shown.
    #[schema(required)]
    pub media: Option<ThreadFile>,
    /// What a person's message held: `text`, `photo`, `voice` … as Telegram names it.
    #[schema(required)]
    pub content: Option<String>,
    /// As Telegram wants them.
    #[schema(value_type = Vec<schemas::ForeignEntity>)]
    pub entities: Vec<Value>,
    /// What a person's message held besides its words and its file, in the order in which it is read.
    pub details: Vec<ThreadDetail>,
    /// When the person changed the message last; `text` and what goes with it are as they stand since then.
    #[schema(required)]
    pub edited_at: Option<i64>,
    /// What the message said before it was changed, oldest first, at most the latest 20.
    pub earlier: Vec<ThreadWording>,
    pub buttons: Vec<Vec<ThreadButton>>,
    #[schema(required)]
    pub by: Option<Named>,
    #[schema(required)]
    pub campaign: Option<Named>,
    #[schema(required)]
    pub state: Option<SendState>,
    #[schema(required)]
    pub reason: Option<String>,
}

/// One thing that a message held: a place, a phone number, where a link leads.
#[derive(Debug, Serialize, ToSchema)]
pub struct ThreadDetail {
    #[schema(value_type = schemas::DetailName)]
    pub name: String,
    pub text: String,
    /// Where it leads, where it leads to a page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// What a message said at one time.
#[derive(Debug, Serialize, ToSchema)]
pub struct ThreadWording {
    pub at: i64,
    pub text: String,
}

/// A file of a thread.
#[derive(Debug, Serialize, ToSchema)]
pub struct ThreadFile {
    #[schema(value_type = schemas::MediaKind)]
    pub kind: String,
    /// Where its bytes are, for whoever may read the thread; null when the file was deleted since.
    #[schema(required)]
    pub url: Option<String>,
}

impl From<Detail> for ThreadDetail {
    fn from(detail: Detail) -> Self {
        let Detail { name, text, url } = detail;
        Self { name: name.to_owned(), text, url }
    }
}

impl From<inbox::Wording> for ThreadWording {
    fn from(wording: inbox::Wording) -> Self {
        let inbox::Wording { at, text } = wording;
        Self { at, text }
    }
}

impl ThreadEntry {
    /// An entry of this person's thread.
    fn of(contact: ContactId, entry: inbox::Entry) -> Self {
        let media = entry.file.map(|file| match file {
            inbox::EntryFile::Uploaded(media) => ThreadFile {
                kind: media.kind.name().to_owned(),
                url: Some(format!("{BASE}/media/{}/content", media.id)),
            },
            inbox::EntryFile::Deleted(kind) => ThreadFile { kind: kind.name().to_owned(), url: None },
            inbox::EntryFile::Received { kind, event } => ThreadFile {
                kind: kind.name().to_owned(),
                url: Some(format!("{BASE}/conversations/{contact}/files/{event}")),
            },
        });
        let button = |button: inbox::EntryButton| ThreadButton { text: button.text, url: button.url };
        let rows = entry.buttons.into_iter();
        Self {
            id: entry.id,
            at: entry.at,
            from: speaker(entry.by.kind),
            kind: entry.kind.name().to_owned(),
            event: entry.event.map(str::to_owned),
            text: entry.text,
            media,
            content: entry.content,
            entities: entry.entities,
            details: entry.details.into_iter().map(ThreadDetail::from).collect(),
            edited_at: entry.edited_at,
            earlier: entry.earlier.into_iter().map(ThreadWording::from).collect(),
            buttons: rows.map(|row| row.into_iter().map(button).collect()).collect(),
            by: named(entry.by),
            campaign: entry.campaign.and_then(named),
            state: entry.state.and_then(send_state),
            reason: entry.reason,
        }
    }
}

/// Conversations of a bot.
#[utoipa::path(get, path = "/conversations", tag = "conversations", operation_id = "list_conversations",
    params(ConversationAsk), responses((status = 200, body = ConversationPage)))]
pub async fn list(
    State(inbox): State<Inbox>,
    caller: may::Read,
    Query(ask): Query<ConversationAsk>,
) -> Result<Json<ConversationPage>> {
    let filter = ask.filter.unwrap_or_default();
    let order = ask.order.unwrap_or_default();
    let asked = ("conversations", ask.bot_id, caller.member.map(|member| member.0), filter, &ask.q, order);
    let listing = Listing::of(&asked);
    let query = ConversationQuery {
        member: caller.member,
        filter: match filter {
            ConversationFilter::Mine => Filter::Mine(caller.member.ok_or_else(nobodys)?),
            ConversationFilter::Unassigned => Filter::Unassigned,
            ConversationFilter::Open => Filter::Open,
            ConversationFilter::Closed => Filter::Closed,
            ConversationFilter::All => Filter::All,
        },
        q: ask.q.unwrap_or_default(),
        order: match order {
            ConversationOrder::Latest => {
                inbox::ConversationOrder::Latest(listing.cursor(ask.cursor.as_deref())?)
            }
            ConversationOrder::Waiting => {
                inbox::ConversationOrder::Waiting(listing.cursor(ask.cursor.as_deref())?)
            }
        },
        limit: page::limit(ask.limit)?,
    };
    let page = inbox.list(caller.workspace, BotId(ask.bot_id), query).await?;
    Ok(Json(ConversationPage {
        items: page.items.into_iter().map(Conversation::from).collect(),
        next: page.next.as_ref().map(|place| listing.next(place)),
        counts: page.counts.into(),
    }))
}

fn nobodys() -> Problem {
    Problem::new(Code::Forbidden, "a token is nobody: no conversations are its own")
}

/// One conversation.
#[utoipa::path(get, path = "/conversations/{id}", tag = "conversations", operation_id = "get_conversation",
    params(("id" = i64, Path)), responses((status = 200, body = Conversation)))]
pub async fn get(
    State(inbox): State<Inbox>,
    caller: may::Read,
    Path(id): Path<i64>,
) -> Result<Json<Conversation>> {
    Ok(Json(inbox.get(caller.workspace, ContactId(id)).await?.into()))
}

/// What was said, newest first.
#[utoipa::path(get, path = "/conversations/{id}/messages", tag = "conversations", operation_id = "conversation_messages",
    params(("id" = i64, Path), PageQuery), responses((status = 200, body = Page<ThreadEntry>)))]
pub async fn messages(
    State(inbox): State<Inbox>,
    caller: may::Read,
    Path(id): Path<i64>,
    Query(ask): Query<PageQuery>,
) -> Result<Json<Page<ThreadEntry>>> {
    let listing = Listing::of(&("messages", id));
    let below = ask.cursor::<Place>(listing)?;
    let found = inbox.thread(caller.workspace, ContactId(id), below, ask.limit()?).await?;
    Ok(Json(Page {
        items: found.items.into_iter().map(|entry| ThreadEntry::of(ContactId(id), entry)).collect(),
        next: found.next.as_ref().map(|place| listing.next(place)),
    }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReply {
    /// A message; its buttons open addresses only.
    #[schema(value_type = schemas::Message)]
    pub message: Value,
}

/// Writes to the person as the bot.
#[utoipa::path(post, path = "/conversations/{id}/messages", tag = "conversations", operation_id = "reply",
    params(("id" = i64, Path)), request_body = NewReply, responses((status = 202, body = ThreadEntry)))]
pub async fn reply(
    State(inbox): State<Inbox>,
    _: may::Converse,
    person: Person,
    Path(id): Path<i64>,
    Body(body): Body<NewReply>,
) -> Result<(StatusCode, Json<ThreadEntry>)> {
    let workspace = person.caller.workspace;
    let entry = inbox.reply(workspace, person.member, ContactId(id), &body.message).await?;
    Ok((StatusCode::ACCEPTED, Json(ThreadEntry::of(ContactId(id), entry))))
}

/// Sends a message once more that failed, or whose end is not known.
#[utoipa::path(post, path = "/conversations/{id}/messages/{entry}/resend", tag = "conversations",
    operation_id = "resend", params(("id" = i64, Path), ("entry" = String, Path)),
    responses((status = 202, body = ThreadEntry)))]
pub async fn resend(
    State(inbox): State<Inbox>,
    caller: may::Converse,
    Path((id, entry)): Path<(i64, String)>,
) -> Result<(StatusCode, Json<ThreadEntry>)> {
    let entry = inbox.resend(caller.workspace, ContactId(id), &entry).await?;
    Ok((StatusCode::ACCEPTED, Json(ThreadEntry::of(ContactId(id), entry))))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// A member, or `null` for nobody.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required)]
    pub member_id: Option<i64>,
}

/// Gives the conversation to a member, or to nobody.
#[utoipa::path(post, path = "/conversations/{id}/assign", tag = "conversations", operation_id = "assign_conversation",
    params(("id" = i64, Path)), request_body = Assignment, responses((status = 200, body = Conversation)))]
pub async fn assign(
    State(inbox): State<Inbox>,
    caller: may::Converse,
    Path(id): Path<i64>,
    Body(body): Body<Assignment>,
) -> Result<Json<Conversation>> {
    let member = body.member_id.map(MemberId);
    Ok(Json(inbox.assign(caller.workspace, ContactId(id), member).await?.into()))
}

/// Ends the conversation.
#[utoipa::path(post, path = "/conversations/{id}/close", tag = "conversations", operation_id = "close_conversation",
    params(("id" = i64, Path)), responses((status = 200, body = Conversation)))]
pub async fn close(
    State(inbox): State<Inbox>,
    caller: may::Converse,
    Path(id): Path<i64>,
) -> Result<Json<Conversation>> {
    Ok(Json(inbox.close(caller.workspace, ContactId(id)).await?.into()))
}

/// Opens the conversation.
#[utoipa::path(post, path = "/conversations/{id}/open", tag = "conversations", operation_id = "open_conversation",
    params(("id" = i64, Path)), responses((status = 200, body = Conversation)))]
pub async fn open(
    State(inbox): State<Inbox>,
    caller: may::Converse,
    Path(id): Path<i64>,
) -> Result<Json<Conversation>> {
    Ok(Json(inbox.open(caller.workspace, ContactId(id)).await?.into()))
}

/// Everything in it was read.
#[utoipa::path(post, path = "/conversations/{id}/read", tag = "conversations", operation_id = "read_conversation",
    params(("id" = i64, Path)), responses((status = 200, body = Conversation)))]
pub async fn read(
    State(inbox): State<Inbox>,
    caller: may::Converse,
    Path(id): Path<i64>,
) -> Result<Json<Conversation>> {
    Ok(Json(inbox.read(caller.workspace, ContactId(id)).await?.into()))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    #[schema(max_length = 4000)]
    pub text: String,
}

/// Adds a note that only the team sees.
#[utoipa::path(post, path = "/conversations/{id}/notes", tag = "conversations", operation_id = "add_note",
    params(("id" = i64, Path)), request_body = NewNote, responses((status = 201, body = ThreadEntry)))]
pub async fn add_note(
    State(inbox): State<Inbox>,
    _: may::Converse,
    person: Person,
    Path(id): Path<i64>,
    Body(body): Body<NewNote>,
) -> Result<(StatusCode, Json<ThreadEntry>)> {
    let workspace = person.caller.workspace;
    let entry = inbox.add_note(workspace, person.member, ContactId(id), &body.text).await?;
    Ok((StatusCode::CREATED, Json(ThreadEntry::of(ContactId(id), entry))))
}
