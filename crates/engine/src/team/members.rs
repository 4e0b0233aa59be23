//! Members: listed, renamed, given another role, removed.

use domain::ids::{MemberId, WorkspaceId};
use domain::limits::NAME_CHARS_MAX;
use domain::time::Millis;
use store::{ReadTx, team};

use super::{Role, Team};
use crate::error::checked_name;
use crate::{EngineError, Result};

/// An e-mail address, in bytes (RFC 5321).
const EMAIL_BYTES_MAX: usize = 254;

/// A person of the team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub id: MemberId,
    pub email: String,
    pub name: String,
    pub role: Role,
    /// Was invited and has not followed the link yet.
    pub invited: bool,
    pub created_at: Millis,
}

impl Member {
    pub(super) fn from_row(row: team::Member) -> Self {
        Self {
            id: row.id,
            role: row.role,
            email: row.email,
            name: row.name,
            invited: row.password_hash.is_none(),
            created_at: row.created_at,
        }
    }
}

/// An e-mail address as it is kept: trimmed, in lower case.
///
/// # Errors
/// It has no form of an address, under `/email`.
pub(super) fn checked_email(email: &str) -> Result<String> {
    let email = email.trim().to_lowercase();
    let parts = email.split_once('@').filter(|(local, host)| {
        !local.is_empty() && !host.is_empty() && !host.contains('@') && email.len() <= EMAIL_BYTES_MAX
    });
    let clean = !email.chars().any(|c| c.is_whitespace() || c.is_control());
    if parts.is_none() || !clean {
        return Err(EngineError::field("/email", "bad_email", "must be an e-mail address"));
    }
    Ok(email)
}

/// Whether somebody else could still do everything.
fn another_owner(tx: &ReadTx<'_>, workspace: WorkspaceId, but: MemberId) -> Result<bool> {
    let members = team::members(tx, workspace)?;
    let is_other = |member: &team::Member| {
        member.id != but && member.role == Role::Owner && member.password_hash.is_some()
    };
    Ok(members.iter().any(is_other))
}

impl Team {
    /// The members, oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn members(&self, workspace: WorkspaceId) -> Result<Vec<Member>> {
        self.store
            .reader()
            .read(move |tx| Ok(team::members(tx, workspace)?.into_iter().map(Member::from_row).collect()))
            .await
    }

    /// One member.
    ///
    /// # Errors
    /// There is no such member here.
    pub async fn member(&self, workspace: WorkspaceId, member: MemberId) -> Result<Member> {
        self.store
            .reader()
            .read(move |tx| {
                let row = team::member(tx, workspace, member)?.ok_or(EngineError::NotFound("member"))?;
                Ok(Member::from_row(row))
            })
            .await
    }

    /// Changes name and role, whatever is given.
    ///
    /// # Errors
    /// No such member; the name is not valid; the last owner would stop being one.
    pub async fn update_member(
        &self,
        workspace: WorkspaceId,
        member: MemberId,
        name: Option<&str>,
        role: Option<Role>,
    ) -> Result<Member> {
        let name = name.map(|name| checked_name("/name", name, NAME_CHARS_MAX)).transpose()?;
        self.store
            .write(move |tx| {
                let mut row = team::member(tx, workspace, member)?.ok_or(EngineError::NotFound("member"))?;
                if row.role == Role::Owner
                    && role.is_some_and(|role| role != Role::Owner)
                    && !another_owner(tx, workspace, member)?
                {
                    return Err(EngineError::WrongState("the last owner must stay owner".into()));
                }
                row.role = role.unwrap_or(row.role);
                row.name = name.unwrap_or(row.name);
                team::update_member(tx, workspace, &row)?;
                Ok(Member::from_row(row))
            })
            .await
    }

    /// Removes a member; their sessions end at once.
    ///
    /// # Errors
    /// No such member, or it is the last owner.
    pub async fn remove_member(&self, workspace: WorkspaceId, member: MemberId) -> Result<()> {
        self.store
            .write(move |tx| {
                let row = team::member(tx, workspace, member)?.ok_or(EngineError::NotFound("member"))?;
                if row.role == Role::Owner && !another_owner(tx, workspace, member)? {
                    return Err(EngineError::WrongState("the last owner cannot be removed".into()));
                }
                team::delete_member(tx, workspace, member)?;
                Ok(())
            })
            .await
    }
}
