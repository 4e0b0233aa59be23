//! API tokens: a program's key, with the owner's rights. Only the hash is kept; the secret is shown once.

use std::collections::HashMap;

use domain::ids::WorkspaceId;
use domain::limits::NAME_CHARS_MAX;
use domain::time::Millis;
use store::team;

use super::{Caller, Role, Team};
use crate::error::checked_name;
use crate::secrets::{new_token, token_hash};
use crate::{EngineError, Result};

/// What every token begins with, so that a leaked one is found by scanners.
const PREFIX: &str = "mst_";
/// A token's last use is written at most this often.
const USED_EVERY_MS: i64 = 10 * 60 * 1_000;

/// When each token's use was last written, by its id: at most as many as there are tokens.
pub(super) type LastUses = HashMap<i64, Millis>;

/// An API token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    pub id: i64,
    pub name: String,
    pub created_at: Millis,
    /// The latest use, to within ten minutes.
    pub used_at: Option<Millis>,
}

/// A token that was just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApiToken {
    pub id: i64,
    pub name: String,
    /// The secret. It cannot be shown again.
    pub token: String,
    pub created_at: Millis,
}

impl Team {
    /// Makes a token.
    ///
    /// # Errors
    /// The name is not valid.
    pub async fn create_token(&self, workspace: WorkspaceId, name: &str) -> Result<NewApiToken> {
        let name = checked_name("/name", name, NAME_CHARS_MAX)?;
        let now = self.clock.now();
        let token = new_token(PREFIX);
        let hash = token_hash(&token);
        let kept = name.clone();
        let id = self
            .store
            .write(move |tx| team::insert_token(tx, workspace, &kept, &hash, now).map_err(EngineError::from))
            .await?;
        Ok(NewApiToken { id, name, token, created_at: now })
    }

    /// The tokens, latest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tokens(&self, workspace: WorkspaceId) -> Result<Vec<ApiToken>> {
        let rows = self
            .store
            .reader()
            .read(move |tx| team::tokens(tx, workspace).map_err(EngineError::from))
            .await?;
        let tokens = rows.into_iter().map(|(id, name, created_at, used_at)| ApiToken {
            id,
            name,
            created_at,
            used_at,
        });
        Ok(tokens.collect())
    }

    /// Ends a token at once.
    ///
    /// # Errors
    /// There is no such token here.
    pub async fn delete_token(&self, workspace: WorkspaceId, id: i64) -> Result<()> {
        let gone = self
            .store
            .write(move |tx| team::delete_token(tx, workspace, id).map_err(EngineError::from))
            .await?;
        self.last_uses.lock().remove(&id);
        if gone { Ok(()) } else { Err(EngineError::NotFound("token")) }
    }

    /// Who asks with an API token.
    ///
    /// # Errors
    /// The token was ended, or never was.
    pub async fn caller_by_token(&self, token: &str) -> Result<Caller> {
        let now = self.clock.now();
        let hash = token_hash(token);
        let found =
            self.store.reader().read(move |tx| team::token(tx, &hash).map_err(EngineError::from)).await?;
        let (workspace, id) = found.ok_or(EngineError::Unauthenticated("the token is not known"))?;
        let is_due = {
            let mut last_uses = self.last_uses.lock();
            let is_due = last_uses.get(&id).is_none_or(|used_at| used_at + USED_EVERY_MS <= now);
            if is_due {
                last_uses.insert(id, now);
            }
            is_due
        };
        if is_due {
            self.store
                .write(move |tx| team::token_used(tx, workspace, id, now).map_err(EngineError::from))
                .await?;
        }
        Ok(Caller { workspace, rights: Role::Owner.rights(), member: None, session: None })
    }
}
