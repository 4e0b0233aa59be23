//! Signing in and out: a session is a random token in a cookie, of which only the hash is kept.

use domain::ids::{MemberId, WorkspaceId};
use domain::time::{DAY_MS, Millis};
use store::{WriteTx, team};
use tokio_util::sync::CancellationToken;

use super::{Caller, Role, Team};
use crate::secrets::{new_token, token_hash};
use crate::{EngineError, Result};

/// A session ends when it was not seen for so long.
pub const SESSION_LIFETIME_MS: i64 = 30 * DAY_MS;
/// A session's last sight is written at most this often.
const SEEN_EVERY_MS: i64 = 10 * 60 * 1_000;
/// How often what has expired is looked for.
const FORGET_EVERY: std::time::Duration = std::time::Duration::from_secs(3_600);
/// What is kept of a browser's name, in characters.
const USER_AGENT_CHARS_MAX: usize = 200;

/// A session that has just begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The secret for the cookie.
    pub token: String,
    pub workspace: WorkspaceId,
    pub member: MemberId,
    pub session: i64,
}

/// A browser that is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    pub id: i64,
    pub created_at: Millis,
    pub seen_at: Millis,
    pub user_agent: String,
}

/// What a session begins with.
pub(super) struct NewSession {
    token: String,
    user_agent: String,
    pub(super) now: Millis,
}

impl NewSession {
    pub(super) fn new(user_agent: &str, now: Millis) -> Self {
        let user_agent = user_agent.chars().filter(|c| !c.is_control()).take(USER_AGENT_CHARS_MAX).collect();
        Self { token: new_token(""), user_agent, now }
    }

    pub(super) fn insert(
        self,
        tx: &WriteTx<'_>,
        workspace: WorkspaceId,
        member: MemberId,
    ) -> Result<SignedIn> {
        let hash = token_hash(&self.token);
        let session = team::insert_session(tx, workspace, member, &hash, &self.user_agent, self.now)?;
        Ok(SignedIn { token: self.token, workspace, member, session })
    }
}

impl Team {
    /// Forgets what has expired, now and every hour, until told to stop.
    pub async fn keep_tidy(self, stop: CancellationToken) {
        loop {
            if let Err(error) = self.forget_expired().await {
                tracing::error!(%error, "sessions that have ended could not be forgotten");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(FORGET_EVERY) => {}
            }
        }
    }

    /// Forgets sessions that ended by not being used, and links that nobody used in time. Returns how many.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget_expired(&self) -> Result<usize> {
        let now = self.clock.now();
        self.store.write(move |tx| Ok(team::delete_expired(tx, now - SESSION_LIFETIME_MS, now)?)).await
    }

    /// Signs in with e-mail address and password. `network` is the address that the request came from.
    ///
    /// # Errors
    /// [`EngineError::Unauthenticated`] in equal time whether the address is known or not;
    /// [`EngineError::TooManyTries`] after 10 failures within 15 minutes.
    pub async fn sign_in(
        &self,
        email: &str,
        password: &str,
        network: &str,
        user_agent: &str,
    ) -> Result<SignedIn> {
        let now = self.clock.now();
        let email: String = email.trim().to_lowercase().chars().take(254).collect();
        let keys = [format!("email {email}"), format!("network {network}")];
        let begun = self.attempts.lock().begin(&keys, now);
        begun.map_err(|wait_ms| EngineError::TooManyTries { retry_after_s: (wait_ms + 999) / 1_000 })?;
        let found = self
            .store
            .reader()
            .read(move |tx| team::member_by_email(tx, &email).map_err(EngineError::from))
            .await?;
        let hash = found.as_ref().and_then(|(_, member)| member.password_hash.clone());
        let good = self.passwords.verify(password.to_owned(), hash).await?;
        let (true, Some((workspace, member))) = (good, found) else {
            return Err(EngineError::Unauthenticated("the e-mail address or the password is not right"));
        };
        self.attempts.lock().succeeded(&keys);
        self.begin_session(workspace, member.id, user_agent).await
    }

    /// Begins a session for a member without a password: for the demo, on the machine itself.
    ///
    /// # Errors
    /// There is no such member.
    pub async fn begin_session(
        &self,
        workspace: WorkspaceId,
        member: MemberId,
        user_agent: &str,
    ) -> Result<SignedIn> {
        let session = NewSession::new(user_agent, self.clock.now());
        self.store
            .write(move |tx| {
                team::member(tx, workspace, member)?.ok_or(EngineError::NotFound("member"))?;
                session.insert(tx, workspace, member)
            })
            .await
    }

    /// Who asks with a session's token.
    ///
    /// # Errors
    /// The session ended, or its member is gone.
    pub async fn caller_by_session(&self, token: &str) -> Result<Caller> {
        const ENDED: EngineError = EngineError::Unauthenticated("the session has ended; sign in again");
        let now = self.clock.now();
        let hash = token_hash(token);
        let key = hash.clone();
        let (session, role) = self
            .store
            .reader()
            .read(move |tx| {
                let session = team::session(tx, &key, now - SESSION_LIFETIME_MS)?.ok_or(ENDED)?;
                let member = team::member(tx, session.workspace, session.member)?.ok_or(ENDED)?;
                Ok::<_, EngineError>((session, member.role))
            })
            .await?;
        if session.seen_at + SEEN_EVERY_MS <= now {
            self.store.write(move |tx| team::session_seen(tx, &hash, now).map_err(EngineError::from)).await?;
        }
        Ok(caller(session, role))
    }

    /// A member's sessions, latest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn sessions(&self, workspace: WorkspaceId, member: MemberId) -> Result<Vec<OpenSession>> {
        let since = self.clock.now() - SESSION_LIFETIME_MS;
        let mut rows = self
            .store
            .reader()
            .read(move |tx| team::sessions(tx, workspace, member).map_err(EngineError::from))
            .await?;
        rows.retain(|row| row.seen_at >= since);
        let open = rows.into_iter().map(|row| OpenSession {
            id: row.id,
            created_at: row.created_at,
            seen_at: row.seen_at,
            user_agent: row.user_agent,
        });
        Ok(open.collect())
    }

    /// Ends a session of a member.
    ///
    /// # Errors
    /// The member has no such session.
    pub async fn end_session(&self, workspace: WorkspaceId, member: MemberId, session: i64) -> Result<()> {
        self.store
            .write(move |tx| {
                if team::delete_session(tx, workspace, member, session)? {
                    Ok(())
                } else {
                    Err(EngineError::NotFound("session"))
                }
            })
            .await
    }
}

fn caller(session: team::Session, role: Role) -> Caller {
    Caller {
        workspace: session.workspace,
        rights: role.rights(),
        member: Some(session.member),
        session: Some(session.id),
    }
}
