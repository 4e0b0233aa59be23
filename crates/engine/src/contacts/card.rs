//! One person in full.

use domain::conversation::Conversation;
use domain::expression::Explanation;
use domain::ids::{ContactId, MemberId, WorkspaceId};
use domain::time::Millis;
use store::contacts::Contact;
use store::{ReadTx, conversations};

use super::find;
use crate::Result;
use crate::authors::{Author, Authors};
use crate::catalog::WorkspaceCatalog;
use crate::facts::RowFacts;
use crate::person::{Person, Roster};

/// Why a person matches something, as of a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    pub now: Millis,
    pub tree: Explanation,
}

/// One person with everything that is known of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    pub person: Person,
    /// Who gave each of the person's tags, in their order.
    pub tag_authors: Vec<Author>,
    /// Number, profile, attributes and source.
    pub contact: Contact,
    pub conversation: Option<Conversation>,
    /// The assignee's name.
    pub assignee: Option<(MemberId, Option<String>)>,
    /// Why the person is in their stage; none in a workspace without stages.
    pub stage_explained: Option<Explained>,
}

impl Card {
    pub(super) fn read(tx: &ReadTx<'_>, workspace: WorkspaceId, id: ContactId, now: Millis) -> Result<Self> {
        let (bot, number) = (id.bot(), id.number());
        let contact = find(tx, workspace, id)?;
        let catalog = WorkspaceCatalog::load(tx, workspace, bot)?;
        let roster = Roster::of(tx, workspace, bot, &catalog, now)?;
        let authors = Authors::load(tx, workspace, bot)?;
        let person = roster.person(tx, &contact)?;
        let tag_authors = person.tags.iter().map(|tag| authors.origin(tag.origin)).collect::<Result<_>>()?;
        let conversation = conversations::get(tx, bot, number)?;
        let assignee = conversation.as_ref().and_then(|conversation| conversation.assignee);
        let stage_explained = match &person.stage {
            None => None,
            Some((stage, _)) => {
                let is = roster.stage_rule(*stage);
                let facts = RowFacts::load(tx, bot, number)?;
                let tree = is.map(|is| facts.explain(is, now, catalog.zone)).transpose()?;
                tree.map(|tree| Explained { now, tree })
            }
        };
        Ok(Self {
            person,
            tag_authors,
            contact,
            conversation,
            assignee: assignee.map(|member| (member, authors.member(member))),
            stage_explained,
        })
    }
}
