//! How people are written in JSON.

use std::collections::BTreeMap;

use domain::contact::{AttributeValue, Profile};
use domain::expression;
use domain::named::Named as _;
use engine::authors::{Author, AuthorKind};
use engine::contacts::{self, Card, PersonCampaign, PersonVisit, TimelineEntry};
use engine::person::{Person, PersonTag};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::conversations::Named;
use crate::schemas;

/// A tag's name and colour.
#[derive(Debug, Serialize, ToSchema)]
pub struct TagRef {
    pub id: i64,
    pub name: String,
    pub color: String,
}

impl From<&PersonTag> for TagRef {
    fn from(tag: &PersonTag) -> Self {
        Self { id: tag.id.0, name: tag.name.clone(), color: tag.color.clone() }
    }
}

/// A stage's name.
#[derive(Debug, Serialize, ToSchema)]
pub struct StageRef {
    pub id: i64,
    pub name: String,
}

/// Why somebody gets no bulk messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnreachableReason {
    Blocked,
    Deactivated,
    /// Telegram knows no such person for this bot.
    ChatNotFound,
    /// They never started the bot.
    NotStarted,
    /// It is a bot.
    IsBot,
    /// Telegram refuses for another reason that lies with the person.
    WriteRefused,
    OptedOut,
}

fn reason(person: &Person) -> Option<UnreachableReason> {
    match person.reachability.unreachable_reason()? {
        "blocked" => Some(UnreachableReason::Blocked),
        "deactivated" => Some(UnreachableReason::Deactivated),
        "chat_not_found" => Some(UnreachableReason::ChatNotFound),
        "not_started" => Some(UnreachableReason::NotStarted),
        "is_bot" => Some(UnreachableReason::IsBot),
        "write_refused" => Some(UnreachableReason::WriteRefused),
        _ => Some(UnreachableReason::OptedOut),
    }
}

/// A person in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactItem {
    pub id: i64,
    pub bot_id: i64,
    pub telegram_id: i64,
    /// First and last name, else the username, else the Telegram id.
    pub name: String,
    #[schema(required)]
    pub username: Option<String>,
    #[schema(required)]
    pub language: Option<String>,
    pub premium: bool,
    /// Latest first.
    pub tags: Vec<TagRef>,
    #[schema(required)]
    pub stage: Option<StageRef>,
    pub reachable: bool,
    #[schema(required)]
    pub unreachable_reason: Option<UnreachableReason>,
    pub first_seen_at: i64,
    #[schema(required)]
    pub last_interaction_at: Option<i64>,
}

impl From<Person> for ContactItem {
    fn from(person: Person) -> Self {
        let unreachable_reason = reason(&person);
        Self {
            id: person.id.0,
            bot_id: person.id.bot().0,
            telegram_id: person.telegram_id,
            name: person.name,
            username: person.username,
            language: person.language,
            premium: person.premium,
            tags: person.tags.iter().map(TagRef::from).collect(),
            stage: person.stage.map(|(id, name)| StageRef { id: id.0, name }),
            reachable: person.reachability.reachable(),
            unreachable_reason,
            first_seen_at: person.first_seen,
            last_interaction_at: person.last_interaction,
        }
    }
}

/// Who gave a tag.
#[derive(Debug, Serialize, ToSchema)]
pub struct TagOrigin {
    #[schema(value_type = schemas::AuthorKind)]
    pub by: AuthorKind,
    #[schema(required)]
    pub id: Option<i64>,
    #[schema(required)]
    pub name: Option<String>,
}

/// A tag that a person has.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactTag {
    pub id: i64,
    pub name: String,
    pub color: String,
    pub at: i64,
    pub origin: TagOrigin,
}

/// Where a country comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CountryBy {
    /// The network of the visitor's address.
    Network,
    /// A guess by the language that the browser asks for.
    Language,
}

impl CountryBy {
    /// By whether networks are known.
    pub fn of(by_network: bool) -> Self {
        if by_network { Self::Network } else { Self::Language }
    }
}

/// What Telegram and links tell about a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactProfile {
    #[schema(required)]
    pub username: Option<String>,
    #[schema(required)]
    pub first_name: Option<String>,
    #[schema(required)]
    pub last_name: Option<String>,
    #[schema(required)]
    pub language: Option<String>,
    pub premium: bool,
    #[schema(required)]
    pub country: Option<String>,
    #[schema(required)]
    pub country_by: Option<CountryBy>,
    #[schema(required)]
    pub browser: Option<String>,
    #[schema(required)]
    pub os: Option<String>,
}

impl From<Profile> for ContactProfile {
    fn from(profile: Profile) -> Self {
        Self {
            username: profile.username,
            first_name: profile.first_name,
            last_name: profile.last_name,
            language: profile.language,
            premium: profile.premium,
            country_by: profile.country.as_ref().map(|_| CountryBy::of(profile.country_by_network)),
            country: profile.country,
            browser: profile.browser,
            os: profile.os,
        }
    }
}

/// The value of an attribute.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = AttributeValue)]
pub enum Attribute {
    Bool(bool),
    Number(f64),
    Text(String),
}

impl From<AttributeValue> for Attribute {
    fn from(value: AttributeValue) -> Self {
        match value {
            AttributeValue::Bool(value) => Self::Bool(value),
            AttributeValue::Number(value) => Self::Number(value),
            AttributeValue::Text(value) => Self::Text(value),
        }
    }
}

/// The thread with a person, in short.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactConversation {
    #[schema(value_type = schemas::ConversationState)]
    pub status: domain::conversation::Status,
    #[schema(required)]
    pub assignee_id: Option<i64>,
    #[schema(required)]
    pub waiting_since: Option<i64>,
}

/// Why somebody matches an expression, or not.
#[derive(Debug, Serialize, ToSchema)]
pub struct Explanation {
    pub matched: bool,
    /// The moment of the answer.
    pub now: i64,
    pub tree: ExplainNode,
}

/// One part of an expression with its answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExplainNode {
    /// The place in the expression, such as `/all/1/tag`.
    pub path: String,
    #[schema(value_type = schemas::ExpressionForm)]
    pub form: String,
    pub matched: bool,
    /// The facts behind the answer, by name.
    #[schema(value_type = BTreeMap<String, Value>)]
    pub fact: Value,
    /// When the answer turns round by the passing of time alone.
    #[schema(required)]
    pub changes_at: Option<i64>,
    #[schema(no_recursion)]
    pub children: Vec<ExplainNode>,
}

impl From<contacts::Explained> for Explanation {
    fn from(explained: contacts::Explained) -> Self {
        Self { matched: explained.tree.matched, now: explained.now, tree: explained.tree.into() }
    }
}

impl From<expression::Explanation> for ExplainNode {
    fn from(node: expression::Explanation) -> Self {
        Self {
            path: node.path,
            form: node.form.to_owned(),
            matched: node.matched,
            fact: node.facts,
            changes_at: node.changes_at,
            children: node.parts.into_iter().map(Self::from).collect(),
        }
    }
}

/// A person in full.
#[derive(Debug, Serialize, ToSchema)]
pub struct Contact {
    pub id: i64,
    pub bot_id: i64,
    /// The place among the bot's people.
    pub number: u32,
    pub telegram_id: i64,
    pub name: String,
    #[schema(required)]
    pub username: Option<String>,
    #[schema(required)]
    pub language: Option<String>,
    pub premium: bool,
    pub tags: Vec<ContactTag>,
    #[schema(required)]
    pub stage: Option<StageRef>,
    pub reachable: bool,
    #[schema(required)]
    pub unreachable_reason: Option<UnreachableReason>,
    pub first_seen_at: i64,
    #[schema(required)]
    pub last_interaction_at: Option<i64>,
    pub profile: ContactProfile,
    pub attributes: BTreeMap<String, Attribute>,
    /// `link`, `channel`, `utm_source` … of the first visit.
    pub source: BTreeMap<String, String>,
    #[schema(required)]
    pub conversation: Option<ContactConversation>,
    #[schema(required)]
    pub stage_explained: Option<Explanation>,
}

impl From<Card> for Contact {
    fn from(card: Card) -> Self {
        let tags = card.person.tags.iter().zip(card.tag_authors).map(|(tag, author)| ContactTag {
            id: tag.id.0,
            name: tag.name.clone(),
            color: tag.color.clone(),
            at: tag.added_at,
            origin: TagOrigin { by: author.kind, id: author.id, name: author.name },
        });
        let tags = tags.collect();
        let conversation = card.conversation.map(|conversation| ContactConversation {
            status: conversation.status,
            assignee_id: conversation.assignee.map(|member| member.0),
            waiting_since: conversation.waiting_since,
        });
        let attributes = card.contact.attributes.into_iter();
        let item = ContactItem::from(card.person);
        Self {
            id: item.id,
            bot_id: item.bot_id,
            number: card.contact.number.0,
            telegram_id: item.telegram_id,
            name: item.name,
            username: item.username,
            language: item.language,
            premium: item.premium,
            tags,
            stage: item.stage,
            reachable: item.reachable,
            unreachable_reason: item.unreachable_reason,
            first_seen_at: item.first_seen_at,
            last_interaction_at: item.last_interaction_at,
            profile: card.contact.profile.into(),
            attributes: attributes.map(|(key, value)| (key, value.into())).collect(),
            source: card.contact.source,
            conversation,
            stage_explained: card.stage_explained.map(Explanation::from),
        }
    }
}

/// Who did something.
#[derive(Debug, Serialize, ToSchema)]
pub struct By {
    #[schema(value_type = schemas::AuthorKind)]
    pub kind: AuthorKind,
    #[schema(required)]
    pub id: Option<i64>,
    /// Absent where there is none, or where the thing is gone.
    #[schema(required)]
    pub name: Option<String>,
}

impl From<Author> for By {
    fn from(author: Author) -> Self {
        Self { kind: author.kind, id: author.id, name: author.name }
    }
}

/// A visit of a link through which a person started. What is no longer kept is null.
#[derive(Debug, Serialize, ToSchema)]
pub struct Visit {
    pub at: i64,
    pub started_at: i64,
    pub link: VisitLink,
    /// Whole for some days, then the network alone; null to agents.
    #[schema(required)]
    pub address: Option<String>,
    #[schema(required)]
    pub country: Option<String>,
    #[schema(required)]
    pub country_by: Option<CountryBy>,
    #[schema(required)]
    pub browser: Option<String>,
    #[schema(required)]
    pub os: Option<String>,
    /// `smartphone`, `pc` and the like.
    #[schema(required)]
    pub device: Option<String>,
    /// What the browser asked for.
    #[schema(required)]
    pub language: Option<String>,
    #[schema(required)]
    pub referrer: Option<String>,
}

/// The link that was visited.
#[derive(Debug, Serialize, ToSchema)]
pub struct VisitLink {
    pub id: i64,
    pub code: String,
    pub name: String,
}

impl Visit {
    /// A visit as a caller may see it.
    pub fn of(found: PersonVisit, with_address: bool) -> Self {
        let visit = found.visit;
        Self {
            at: visit.at,
            started_at: visit.started_at.unwrap_or(visit.at),
            link: VisitLink { id: visit.link.0, code: found.code, name: found.link_name },
            address: visit.address.filter(|_| with_address),
            country_by: visit.country.as_ref().map(|_| CountryBy::of(visit.country_by_network)),
            country: visit.country,
            browser: visit.browser,
            os: visit.os,
            device: visit.device,
            language: visit.language,
            referrer: visit.referrer,
        }
    }
}

/// How a person stands in a campaign whose audience they were in.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactCampaign {
    pub campaign: Named,
    #[schema(value_type = schemas::LedgerOutcome)]
    pub outcome: &'static str,
    #[schema(required)]
    pub reason: Option<String>,
    /// When the call began, or a held-out person's turn came; null before.
    #[schema(required)]
    pub at: Option<i64>,
    /// What the person did with it, or within a day of it.
    #[schema(value_type = Vec<schemas::CampaignAnswer>)]
    pub answers: Vec<&'static str>,
}

impl From<PersonCampaign> for ContactCampaign {
    fn from(found: PersonCampaign) -> Self {
        let line = found.line;
        let answers = line.told();
        Self {
            campaign: Named { id: line.campaign.0, name: found.campaign_name },
            outcome: line.outcome.told().name(),
            reason: line.reason,
            at: line.at,
            answers,
        }
    }
}

/// A stage of a person, from a moment on.
#[derive(Debug, Serialize, ToSchema)]
pub struct LifeStage {
    pub id: i64,
    pub name: String,
    pub from: i64,
}

/// The stages of a person by the present rules, in the order of time.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactLife {
    /// Those that were, the present one, and those that come if nothing is heard of the person. Empty where it
    /// cannot be told: where more than 5,000 events would have to be read again, and where they do not lead to the
    /// present stage.
    pub items: Vec<LifeStage>,
    pub now: i64,
    /// Beyond, nothing is told.
    pub until: i64,
}

impl From<contacts::Life> for ContactLife {
    fn from(life: contacts::Life) -> Self {
        let stage =
            |stage: contacts::LifeStage| LifeStage { id: stage.id.0, name: stage.name, from: stage.from };
        Self { items: life.stages.into_iter().map(stage).collect(), now: life.now, until: life.until }
    }
}

/// One line of a person's timeline.
#[derive(Debug, Serialize, ToSchema)]
pub struct Entry {
    /// Such as `event-12`; one of its kind among the person's.
    pub id: String,
    pub at: i64,
    /// The kind of an event, or `sent`, `campaign_sent`, `note`, `conversation_opened` …
    pub kind: String,
    #[schema(required)]
    pub object: Option<String>,
    #[schema(required)]
    pub text: Option<String>,
    pub by: By,
    /// What else is known, by name.
    #[schema(value_type = BTreeMap<String, Value>)]
    pub data: Value,
}

impl From<TimelineEntry> for Entry {
    fn from(entry: TimelineEntry) -> Self {
        Self {
            id: entry.id,
            at: entry.at,
            kind: entry.kind.to_owned(),
            object: entry.object,
            text: entry.text,
            by: entry.by.into(),
            data: entry.data,
        }
    }
}
