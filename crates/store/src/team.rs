//! Workspaces, members, their sessions, one-time links and API tokens. Secrets are stored as hashes only.

use domain::ids::{BotId, ContactNumber, MemberId, WorkspaceId};
use domain::team::Role;
use domain::time::Millis;

use crate::sql::{Row, params};
use crate::{ReadTx, Result, WriteTx};

/// A workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    pub id: WorkspaceId,
    pub name: String,
    /// An IANA name such as `Asia/Shanghai`.
    pub time_zone: String,
}

/// A member of a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub id: MemberId,
    pub email: String,
    pub name: String,
    pub role: Role,
    /// Absent until the invitation was followed.
    pub password_hash: Option<String>,
    pub created_at: Millis,
}

/// Makes a workspace.
pub fn insert_workspace(tx: &WriteTx<'_>, name: &str, time_zone: &str, now: Millis) -> Result<WorkspaceId> {
    let id = tx.next_id("workspace")?;
    tx.run(
        "INSERT INTO workspaces (id, name, time_zone, stages_version, created_at) VALUES ($1, $2, $3, 0, $4)",
        params![id, name, time_zone, now],
    )?;
    Ok(WorkspaceId(id))
}

/// One workspace.
pub fn workspace(tx: &ReadTx<'_>, id: WorkspaceId) -> Result<Option<Workspace>> {
    tx.row("SELECT id, name, time_zone FROM workspaces WHERE id = $1", params![id], |row| {
        Ok(Workspace { id: row.get(0)?, name: row.get(1)?, time_zone: row.get(2)? })
    })
}

/// Every workspace of the installation.
pub fn workspaces(tx: &ReadTx<'_>) -> Result<Vec<Workspace>> {
    tx.rows("SELECT id, name, time_zone FROM workspaces ORDER BY id", &[], |row| {
        Ok(Workspace { id: row.get(0)?, name: row.get(1)?, time_zone: row.get(2)? })
    })
}

/// Writes name and time zone.
pub fn update_workspace(tx: &WriteTx<'_>, workspace: &Workspace) -> Result<()> {
    tx.run(
        "UPDATE workspaces SET name = $2, time_zone = $3 WHERE id = $1",
        params![workspace.id, &workspace.name, &workspace.time_zone],
    )?;
    Ok(())
}

const MEMBER: &str = "id, email, name, role, password_hash, created_at";

fn read_member(row: &Row<'_>) -> Result<Member> {
    Ok(Member {
        id: row.get(0)?,
        email: row.get(1)?,
        name: row.get(2)?,
        role: row.get(3)?,
        password_hash: row.get(4)?,
        created_at: row.get(5)?,
    })
}

/// Adds a member; the id is given here.
///
/// # Errors
/// [`crate::StoreError::Duplicate`] when the address is taken.
pub fn insert_member(tx: &WriteTx<'_>, workspace: WorkspaceId, member: &Member) -> Result<MemberId> {
    let id = tx.next_id("member")?;
    tx.run_unique(
        "a member with this e-mail address",
        "INSERT INTO members (workspace_id, id, email, name, role, password_hash, last_assigned_at, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, 0, $7)",
        params![
            workspace,
            id,
            &member.email,
            &member.name,
            member.role,
            member.password_hash.as_deref(),
            member.created_at
        ],
    )?;
    Ok(MemberId(id))
}

/// Writes a changed member.
///
/// # Errors
/// [`crate::StoreError::Duplicate`] when the address is taken.
pub fn update_member(tx: &WriteTx<'_>, workspace: WorkspaceId, member: &Member) -> Result<()> {
    tx.run_unique(
        "a member with this e-mail address",
        "UPDATE members SET email = $3, name = $4, role = $5, password_hash = $6 WHERE workspace_id = $1 AND id = $2",
        params![
            workspace,
            member.id,
            &member.email,
            &member.name,
            member.role,
            member.password_hash.as_deref()
        ],
    )?;
    Ok(())
}

/// One member.
pub fn member(tx: &ReadTx<'_>, workspace: WorkspaceId, id: MemberId) -> Result<Option<Member>> {
    let sql = format!("SELECT {MEMBER} FROM members WHERE workspace_id = $1 AND id = $2");
    tx.row(&sql, params![workspace, id], read_member)
}

/// The members of a workspace, oldest first.
pub fn members(tx: &ReadTx<'_>, workspace: WorkspaceId) -> Result<Vec<Member>> {
    let sql = format!("SELECT {MEMBER} FROM members WHERE workspace_id = $1 ORDER BY id");
    tx.rows(&sql, params![workspace], read_member)
}

/// A member by e-mail address, in whatever workspace: who signs in has said nothing else yet.
pub fn member_by_email(tx: &ReadTx<'_>, email: &str) -> Result<Option<(WorkspaceId, Member)>> {
    let sql = format!("SELECT {MEMBER}, workspace_id FROM members WHERE email = $1");
    tx.row(&sql, params![email], |row| Ok((row.get(6)?, read_member(row)?)))
}

/// Removes a member with sessions and bindings.
pub fn delete_member(tx: &WriteTx<'_>, workspace: WorkspaceId, id: MemberId) -> Result<()> {
    for table in ["sessions", "member_contacts", "one_time_links"] {
        let sql = format!("DELETE FROM {table} WHERE workspace_id = $1 AND member_id = $2");
        tx.run(&sql, params![workspace, id])?;
    }
    tx.run("DELETE FROM members WHERE workspace_id = $1 AND id = $2", params![workspace, id])?;
    Ok(())
}

/// Binds a member's own Telegram account, known as a contact of a bot.
pub fn bind_contact(
    tx: &WriteTx<'_>,
    workspace: WorkspaceId,
    member: MemberId,
    bot: BotId,
    contact: ContactNumber,
) -> Result<()> {
    tx.run(
        "INSERT INTO member_contacts (workspace_id, member_id, bot_id, contact) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (workspace_id, member_id, bot_id) DO UPDATE SET contact = excluded.contact",
        params![workspace, member, bot, contact],
    )?;
    Ok(())
}

/// The contacts that a member is, bot by bot.
pub fn bound_contacts(
    tx: &ReadTx<'_>,
    workspace: WorkspaceId,
    member: MemberId,
) -> Result<Vec<(BotId, ContactNumber)>> {
    tx.rows(
        "SELECT bot_id, contact FROM member_contacts WHERE workspace_id = $1 AND member_id = $2 ORDER BY bot_id",
        params![workspace, member],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// What a one-time link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Purpose {
    /// The first account of the installation.
    Owner,
    /// The account of somebody who was invited.
    Invite,
    /// Binding a member's own Telegram account.
    Telegram,
}

/// A link that works once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneTimeLink {
    pub workspace: WorkspaceId,
    pub purpose: Purpose,
    pub member: Option<MemberId>,
    pub bot: Option<BotId>,
    pub expires_at: Millis,
}

/// Stores a one-time link under its token's hash.
pub fn insert_link(tx: &WriteTx<'_>, token_hash: &str, link: &OneTimeLink) -> Result<()> {
    tx.run(
        "INSERT INTO one_time_links (token_hash, workspace_id, purpose, member_id, bot_id, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        params![token_hash, link.workspace, link.purpose, link.member, link.bot, link.expires_at],
    )?;
    Ok(())
}

/// A link that has not expired.
pub fn link(tx: &ReadTx<'_>, token_hash: &str, now: Millis) -> Result<Option<OneTimeLink>> {
    tx.row(
        "SELECT workspace_id, purpose, member_id, bot_id, expires_at FROM one_time_links \
         WHERE token_hash = $1 AND expires_at > $2",
        params![token_hash, now],
        |row| {
            Ok(OneTimeLink {
                workspace: row.get(0)?,
                purpose: row.get(1)?,
                member: row.get(2)?,
                bot: row.get(3)?,
                expires_at: row.get(4)?,
            })
        },
    )
}

/// Uses a link up; false when it was used or never there.
pub fn use_link(tx: &WriteTx<'_>, token_hash: &str) -> Result<bool> {
    Ok(tx.run("DELETE FROM one_time_links WHERE token_hash = $1", params![token_hash])? == 1)
}

/// A browser that is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: i64,
    pub workspace: WorkspaceId,
    pub member: MemberId,
    pub created_at: Millis,
    pub seen_at: Millis,
    pub user_agent: String,
}

const SESSION: &str = "id, workspace_id, member_id, created_at, seen_at, user_agent";

fn read_session(row: &Row<'_>) -> Result<Session> {
    Ok(Session {
        id: row.get(0)?,
        workspace: row.get(1)?,
        member: row.get(2)?,
        created_at: row.get(3)?,
        seen_at: row.get(4)?,
        user_agent: row.get(5)?,
    })
}

/// Starts a session under its token's hash.
pub fn insert_session(
    tx: &WriteTx<'_>,
    workspace: WorkspaceId,
    member: MemberId,
    token_hash: &str,
    user_agent: &str,
    now: Millis,
) -> Result<i64> {
    let id = tx.next_id("session")?;
    tx.run(
        "INSERT INTO sessions (token_hash, workspace_id, member_id, id, created_at, seen_at, user_agent) \
         VALUES ($1, $2, $3, $4, $5, $5, $6)",
        params![token_hash, workspace, member, id, now, user_agent],
    )?;
    Ok(id)
}

/// The session of a token that was seen since a moment.
pub fn session(tx: &ReadTx<'_>, token_hash: &str, seen_since: Millis) -> Result<Option<Session>> {
    let sql = format!("SELECT {SESSION} FROM sessions WHERE token_hash = $1 AND seen_at >= $2");
    tx.row(&sql, params![token_hash, seen_since], read_session)
}

/// Remembers that a session is in use.
pub fn session_seen(tx: &WriteTx<'_>, token_hash: &str, now: Millis) -> Result<()> {
    tx.run("UPDATE sessions SET seen_at = $2 WHERE token_hash = $1", params![token_hash, now])?;
    Ok(())
}

/// Deletes sessions that were not seen since a moment, and one-time links that have expired. Returns how many.
pub fn delete_expired(tx: &WriteTx<'_>, seen_before: Millis, now: Millis) -> Result<usize> {
    let sessions = tx.run("DELETE FROM sessions WHERE seen_at < $1", params![seen_before])?;
    let links = tx.run("DELETE FROM one_time_links WHERE expires_at <= $1", params![now])?;
    Ok(sessions + links)
}

/// A member's sessions, latest first.
pub fn sessions(tx: &ReadTx<'_>, workspace: WorkspaceId, member: MemberId) -> Result<Vec<Session>> {
    let sql = format!(
        "SELECT {SESSION} FROM sessions WHERE workspace_id = $1 AND member_id = $2 ORDER BY seen_at DESC, id DESC"
    );
    tx.rows(&sql, params![workspace, member], read_session)
}

/// Ends one session of a member; false when there is none.
pub fn delete_session(tx: &WriteTx<'_>, workspace: WorkspaceId, member: MemberId, id: i64) -> Result<bool> {
    let gone = tx.run(
        "DELETE FROM sessions WHERE workspace_id = $1 AND member_id = $2 AND id = $3",
        params![workspace, member, id],
    )?;
    Ok(gone == 1)
}

/// An API token: id, name, creation, last use.
pub type ApiToken = (i64, String, Millis, Option<Millis>);

/// Adds an API token under its hash.
pub fn insert_token(
    tx: &WriteTx<'_>,
    workspace: WorkspaceId,
    name: &str,
    token_hash: &str,
    now: Millis,
) -> Result<i64> {
    let id = tx.next_id("api_token")?;
    tx.run(
        "INSERT INTO api_tokens (workspace_id, id, name, token_hash, created_at) VALUES ($1, $2, $3, $4, $5)",
        params![workspace, id, name, token_hash, now],
    )?;
    Ok(id)
}

/// The workspace and id of a token.
pub fn token(tx: &ReadTx<'_>, token_hash: &str) -> Result<Option<(WorkspaceId, i64)>> {
    tx.row("SELECT workspace_id, id FROM api_tokens WHERE token_hash = $1", params![token_hash], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

/// Remembers a token's use.
pub fn token_used(tx: &WriteTx<'_>, workspace: WorkspaceId, id: i64, now: Millis) -> Result<()> {
    tx.run(
        "UPDATE api_tokens SET used_at = $3 WHERE workspace_id = $1 AND id = $2",
        params![workspace, id, now],
    )?;
    Ok(())
}

/// A workspace's tokens, latest first.
pub fn tokens(tx: &ReadTx<'_>, workspace: WorkspaceId) -> Result<Vec<ApiToken>> {
    tx.rows(
        "SELECT id, name, created_at, used_at FROM api_tokens WHERE workspace_id = $1 ORDER BY id DESC",
        params![workspace],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
    )
}

/// Ends a token; false when there is none.
pub fn delete_token(tx: &WriteTx<'_>, workspace: WorkspaceId, id: i64) -> Result<bool> {
    Ok(tx.run("DELETE FROM api_tokens WHERE workspace_id = $1 AND id = $2", params![workspace, id])? == 1)
}
