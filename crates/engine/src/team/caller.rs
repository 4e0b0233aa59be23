//! Who asks, and what their role allows.

use domain::ids::{MemberId, WorkspaceId};

/// What a member may do. Each role may do what the ones after it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Reads, and works with contacts and conversations.
    Agent,
    /// Everything but members, bots and tokens.
    Marketer,
    /// Everything.
    Owner,
}

impl Role {
    /// Its name in the database and in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Marketer => "marketer",
            Self::Owner => "owner",
        }
    }

    /// Reads [`Role::name`].
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Agent, Self::Marketer, Self::Owner].into_iter().find(|role| role.name() == name)
    }
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    pub workspace: WorkspaceId,
    pub role: Role,
    /// The member; absent for a program with a token.
    pub member: Option<MemberId>,
    /// The session that a browser asks in.
    pub session: Option<i64>,
}
