//! Who did something, by name: a member, a flow, a campaign, the person, or a program.

use std::cell::RefCell;
use std::collections::HashMap;

use domain::event::{EventBody, Origin};
use domain::ids::{BotId, CampaignId, FlowId, LinkId, MemberId, WorkspaceId};
use domain::message::MessageAuthor;
use store::{ReadTx, campaigns, flows, links, team};

use crate::Result;

/// What kind of author.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum AuthorKind {
    Person,
    Bot,
    Agent,
    Campaign,
    Flow,
    Link,
    Import,
    Api,
}

/// An author. The name is absent where there is none, or where the thing is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    pub kind: AuthorKind,
    pub id: Option<i64>,
    pub name: Option<String>,
}

impl Author {
    fn plain(kind: AuthorKind) -> Self {
        Self { kind, id: None, name: None }
    }
}

/// Finds authors' names; each is read once.
pub struct Authors<'t> {
    tx: &'t ReadTx<'t>,
    workspace: WorkspaceId,
    bot: BotId,
    members: HashMap<MemberId, String>,
    flows: RefCell<HashMap<FlowId, Option<String>>>,
    campaigns: RefCell<HashMap<CampaignId, Option<String>>>,
}

impl<'t> Authors<'t> {
    /// Reads the members' names.
    ///
    /// # Errors
    /// The database failed.
    pub fn load(tx: &'t ReadTx<'t>, workspace: WorkspaceId, bot: BotId) -> Result<Self> {
        let members = team::members(tx, workspace)?.into_iter().map(|member| (member.id, member.name));
        Ok(Self {
            tx,
            workspace,
            bot,
            members: members.collect(),
            flows: RefCell::default(),
            campaigns: RefCell::default(),
        })
    }

    /// A member's name.
    pub fn member(&self, id: MemberId) -> Option<String> {
        self.members.get(&id).cloned()
    }

    /// A member.
    pub fn agent(&self, id: MemberId) -> Author {
        Author { kind: AuthorKind::Agent, id: Some(id.0), name: self.member(id) }
    }

    /// A flow.
    ///
    /// # Errors
    /// The database failed.
    pub fn flow(&self, id: FlowId) -> Result<Author> {
        let known = self.flows.borrow().get(&id).cloned();
        let name = match known {
            Some(name) => name,
            None => flows::get(self.tx, self.bot, id)?.map(|flow| flow.name),
        };
        self.flows.borrow_mut().insert(id, name.clone());
        Ok(Author { kind: AuthorKind::Flow, id: Some(id.0), name })
    }

    /// A campaign.
    ///
    /// # Errors
    /// The database failed.
    pub fn campaign(&self, id: CampaignId) -> Result<Author> {
        let known = self.campaigns.borrow().get(&id).cloned();
        let name = match known {
            Some(name) => name,
            None => campaigns::get(self.tx, self.bot, id)?.map(|campaign| campaign.name),
        };
        self.campaigns.borrow_mut().insert(id, name.clone());
        Ok(Author { kind: AuthorKind::Campaign, id: Some(id.0), name })
    }

    /// A diversion link.
    ///
    /// # Errors
    /// The database failed.
    pub fn link(&self, id: LinkId) -> Result<Author> {
        let name = links::get(self.tx, self.workspace, id)?.map(|link| link.name);
        Ok(Author { kind: AuthorKind::Link, id: Some(id.0), name })
    }

    /// Who applied or removed a tag.
    ///
    /// # Errors
    /// The database failed.
    pub fn origin(&self, origin: Origin) -> Result<Author> {
        Ok(match origin {
            Origin::Flow(id) => self.flow(id)?,
            Origin::Agent(id) => self.agent(id),
            Origin::Campaign(id) | Origin::Test(id) => self.campaign(id)?,
            Origin::Link(id) => self.link(id)?,
            Origin::Import => Author::plain(AuthorKind::Import),
            Origin::Api => Author::plain(AuthorKind::Api),
        })
    }

    /// Who caused an event.
    ///
    /// # Errors
    /// The database failed.
    pub fn of_event(&self, body: &EventBody) -> Result<Author> {
        Ok(match body {
            EventBody::TagAdded { origin, .. } | EventBody::TagRemoved { origin, .. } => {
                self.origin(*origin)?
            }
            EventBody::Reply { member, .. } => self.agent(*member),
            EventBody::FlowStarted { flow, .. }
            | EventBody::FlowEnded { flow, .. }
            | EventBody::HandedOver { flow } => self.flow(*flow)?,
            EventBody::LinkVisit { link, .. } | EventBody::LinkReused { link, .. } => self.link(*link)?,
            EventBody::CampaignStarted { campaign } | EventBody::Outcomes { campaign, .. } => {
                self.campaign(*campaign)?
            }
            EventBody::Conversion { .. } => Author::plain(AuthorKind::Api),
            EventBody::AttributesSet { .. }
            | EventBody::ConversationChanged { .. }
            | EventBody::Deactivated
            | EventBody::IngestFailed { .. }
            | EventBody::Erased => Author::plain(AuthorKind::Bot),
            _ => Author::plain(AuthorKind::Person),
        })
    }

    /// Who wrote a message of the outbox.
    ///
    /// # Errors
    /// The database failed.
    pub fn of_message(&self, author: MessageAuthor) -> Result<Author> {
        Ok(match author {
            MessageAuthor::Agent(id) => self.agent(id),
            MessageAuthor::Flow(id) => self.flow(id)?,
            MessageAuthor::Campaign(id) => self.campaign(id)?,
            // A test stands in its reader's thread as the bot's own: the campaign did not write to them.
            MessageAuthor::Test(_) | MessageAuthor::System => Author::plain(AuthorKind::Bot),
        })
    }
}
