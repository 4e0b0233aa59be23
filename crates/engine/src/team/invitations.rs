//! One-time links: the owner's at the first start, and invitations. There is no default password.

use domain::ids::WorkspaceId;
use domain::limits::NAME_CHARS_MAX;
use domain::time::{DAY_MS, Millis};
use store::team::Purpose;
use store::team::{self, OneTimeLink};
use store::{ReadTx, WriteTx};

use super::members::checked_email;
use super::{Member, Role, SignedIn, Team};
use crate::error::checked_name;
use crate::secrets::{new_token, token_hash};
use crate::{EngineError, Result};

/// How long the owner's link works: the server prints another at its next start.
const OWNER_LINK_MS: i64 = DAY_MS;
/// How long an invitation works.
const INVITATION_MS: i64 = 7 * DAY_MS;
const DEAD_LINK: EngineError = EngineError::NotFound("link; it was used, or is too old");

/// An invited member, with the token of the link that makes the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub member: Member,
    /// The secret part of the link. Shown once.
    pub token: String,
}

/// What a one-time link is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenLink {
    pub purpose: Purpose,
    pub workspace_name: String,
    /// The address that was invited.
    pub email: Option<String>,
}

impl Team {
    /// The token of a link that makes the owner's account, while nobody can sign in yet.
    ///
    /// # Errors
    /// The database failed.
    pub async fn owner_token(&self, workspace: WorkspaceId) -> Result<Option<String>> {
        let now = self.clock.now();
        self.store
            .write(move |tx| {
                if has_account(tx, workspace)? {
                    return Ok(None);
                }
                let token = new_token("");
                let link = OneTimeLink {
                    workspace,
                    purpose: Purpose::Owner,
                    member: None,
                    bot: None,
                    expires_at: now + OWNER_LINK_MS,
                };
                team::insert_link(tx, &token_hash(&token), &link)?;
                Ok(Some(token))
            })
            .await
    }

    /// The address of [`Team::owner_token`]'s page below the server's public address.
    ///
    /// # Errors
    /// The database failed.
    pub async fn owner_link(&self, workspace: WorkspaceId, public_url: &str) -> Result<Option<String>> {
        let token = self.owner_token(workspace).await?;
        Ok(token.map(|token| setup_address(public_url, &token)))
    }

    /// Invites somebody.
    ///
    /// # Errors
    /// Address or name are not valid, or the address is taken.
    pub async fn invite(
        &self,
        workspace: WorkspaceId,
        email: &str,
        name: &str,
        role: Role,
    ) -> Result<Invitation> {
        let email = checked_email(email)?;
        let name = checked_name("/name", name, NAME_CHARS_MAX)?;
        let now = self.clock.now();
        self.store
            .write(move |tx| {
                let mut row = new_row(email, name, role, None, now);
                row.id = team::insert_member(tx, workspace, &row)?;
                let token = new_token("");
                let link = OneTimeLink {
                    workspace,
                    purpose: Purpose::Invite,
                    member: Some(row.id),
                    bot: None,
                    expires_at: now + INVITATION_MS,
                };
                team::insert_link(tx, &token_hash(&token), &link)?;
                Ok(Invitation { member: Member::from_row(row), token })
            })
            .await
    }

    /// What a link is for.
    ///
    /// # Errors
    /// It was used, is too old, or never was.
    pub async fn open_link(&self, token: &str) -> Result<OpenLink> {
        let hash = token_hash(token);
        let now = self.clock.now();
        self.store
            .reader()
            .read(move |tx| {
                let (link, invited) = account_link(tx, &hash, now)?;
                let workspace = team::workspace(tx, link.workspace)?.ok_or(DEAD_LINK)?;
                Ok(OpenLink {
                    purpose: link.purpose,
                    workspace_name: workspace.name,
                    email: invited.map(|row| row.email),
                })
            })
            .await
    }

    /// Makes the account of a link and signs it in. An invited person may keep the invited address (`None`).
    ///
    /// # Errors
    /// The link is dead; a field is not valid; the address is taken. The link stays good then.
    pub async fn set_up(
        &self,
        token: &str,
        name: &str,
        email: Option<&str>,
        password: &str,
        user_agent: &str,
    ) -> Result<SignedIn> {
        let hash = token_hash(token);
        self.open_link(token).await?;
        let name = checked_name("/name", name, NAME_CHARS_MAX)?;
        let email = email.map(checked_email).transpose()?;
        let password_hash = self.passwords.hash(password.to_owned()).await?;
        let session = super::sessions::NewSession::new(user_agent, self.clock.now());
        self.store
            .write(move |tx| {
                let now = session.now;
                let (link, invited) = account_link(tx, &hash, now)?;
                let required = || EngineError::field("/email", "required", "must be an e-mail address");
                let member = match invited {
                    Some(mut row) => {
                        row.email = email.unwrap_or(row.email);
                        row.name = name;
                        row.password_hash = Some(password_hash);
                        team::update_member(tx, link.workspace, &row)?;
                        row.id
                    }
                    None => {
                        let email = email.ok_or_else(required)?;
                        let row = new_row(email, name, Role::Owner, Some(password_hash), now);
                        team::insert_member(tx, link.workspace, &row)?
                    }
                };
                team::use_link(tx, &hash)?;
                session.insert(tx, link.workspace, member)
            })
            .await
    }
}

/// The page of a one-time link below the server's public address.
pub(super) fn setup_address(public_url: &str, token: &str) -> String {
    format!("{}/setup/{token}", public_url.trim_end_matches('/'))
}

fn new_row(
    email: String,
    name: String,
    role: Role,
    password_hash: Option<String>,
    now: Millis,
) -> team::Member {
    // The id is given by the insert.
    let id = domain::ids::MemberId(0);
    team::Member { id, email, name, role, password_hash, created_at: now }
}

fn has_account(tx: &WriteTx<'_>, workspace: WorkspaceId) -> Result<bool> {
    Ok(team::members(tx, workspace)?.iter().any(|member| member.password_hash.is_some()))
}

/// A link that makes an account, and whom it invites.
fn account_link(tx: &ReadTx<'_>, hash: &str, now: Millis) -> Result<(OneTimeLink, Option<team::Member>)> {
    let link = team::link(tx, hash, now)?.ok_or(DEAD_LINK)?;
    match (link.purpose, link.member) {
        (Purpose::Owner, _) => {
            let members = team::members(tx, link.workspace)?;
            // An older link of the same kind must not make a second owner.
            if members.iter().any(|member| member.password_hash.is_some()) {
                return Err(DEAD_LINK);
            }
            Ok((link, None))
        }
        (Purpose::Invite, Some(member)) => {
            let row = team::member(tx, link.workspace, member)?.ok_or(DEAD_LINK)?;
            Ok((link, Some(row)))
        }
        _ => Err(DEAD_LINK),
    }
}
