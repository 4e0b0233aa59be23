//! What the members of a team may do: roles, rights, and the one table of who has which.

use serde::{Deserialize, Serialize};

use crate::named::Named;

/// What a member is in the team.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Role {
    Owner,
    Marketer,
    Agent,
}

/// One thing that members may do or not.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Right {
    /// Sees people, conversations, campaigns, reports and settings of bots.
    Read,
    /// Answers people, assigns conversations, writes notes and canned replies.
    Converse,
    /// Changes the tags and attributes of one person.
    EditContacts,
    /// Uploads files that are sent.
    UploadFiles,
    /// Sees the network addresses that visits of links came from.
    SeeAddresses,
    /// Imports people and their events.
    ImportContacts,
    /// Exports people's data.
    ExportContacts,
    /// Changes tags, segments, stages and attributes, and the tags of many people at once.
    EditAudiences,
    /// Changes templates, and deletes files.
    EditTemplates,
    /// Creates and changes links.
    EditLinks,
    /// Creates, changes, publishes and stops flows.
    EditFlows,
    /// Writes, tests, starts, pauses and cancels campaigns.
    SendCampaigns,
    /// Deletes people for good.
    EraseContacts,
    /// Connects, changes and disconnects bots.
    ManageBots,
    /// Invites, changes and removes members, and creates and revokes API tokens.
    ManageTeam,
    /// Changes the workspace's name, automatic replies and retention; reads the server's metrics remotely.
    ManageWorkspace,
}

impl Right {
    /// The roles that have it.
    pub fn holders(self) -> &'static [Role] {
        match self {
            Self::Read | Self::Converse | Self::EditContacts | Self::UploadFiles => {
                &[Role::Owner, Role::Marketer, Role::Agent]
            }
            Self::SeeAddresses
            | Self::ImportContacts
            | Self::ExportContacts
            | Self::EditAudiences
            | Self::EditTemplates
            | Self::EditLinks
            | Self::EditFlows
            | Self::SendCampaigns => &[Role::Owner, Role::Marketer],
            Self::EraseContacts | Self::ManageBots | Self::ManageTeam | Self::ManageWorkspace => {
                &[Role::Owner]
            }
        }
    }
}

impl Role {
    /// What it may do.
    pub fn rights(self) -> Rights {
        Right::ALL.iter().copied().filter(|right| right.holders().contains(&self)).collect()
    }
}

/// A set of rights.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rights(u32);

impl Rights {
    /// Whether a right is among them.
    pub fn contains(self, right: Right) -> bool {
        self.0 >> right as u32 & 1 == 1
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Right> {
        Right::ALL.iter().copied().filter(move |right| self.contains(*right))
    }
}

impl FromIterator<Right> for Rights {
    fn from_iter<I: IntoIterator<Item = Right>>(rights: I) -> Self {
        Self(rights.into_iter().fold(0, |all, right| all | 1 << right as u32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_do_what_the_lesser_ones_may() {
        let [owner, marketer, agent] = [Role::Owner, Role::Marketer, Role::Agent].map(Role::rights);
        for right in Right::ALL.iter().copied() {
            assert!(owner.contains(right), "an owner may do everything");
            assert!(marketer.contains(right) || !agent.contains(right), "{right:?}");
        }
        assert!(!marketer.contains(Right::ManageBots) && !agent.contains(Right::SendCampaigns));
        assert_eq!(owner.iter().count(), Right::ALL.len());
    }
}
