//! What the workspace's bots understand and say by themselves.

use domain::ids::{MemberId, WorkspaceId};
use domain::phrases::{Phrasebook, Phrases};
use domain::time::Millis;
use serde_json::json;
use store::phrases::{self, Decision};
use store::{ReadTx, team};

use super::Team;
use crate::phrasing::read_stored;
use crate::{EngineError, Result};

/// The phrases, and who decided them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecidedPhrases {
    pub phrases: Phrases,
    /// Rises with every change; 0 is nobody's decision: the defaults.
    pub version: i64,
    pub changed_at: Option<Millis>,
    /// A member and their name, as far as they are still there.
    pub changed_by: Option<(MemberId, String)>,
}

impl Team {
    /// What the bots understand and say by themselves.
    ///
    /// # Errors
    /// The database failed.
    pub async fn phrases(&self, workspace: WorkspaceId) -> Result<DecidedPhrases> {
        self.store.reader().read(move |tx| decided(tx, workspace)).await
    }

    /// Decides it anew.
    ///
    /// # Errors
    /// A fault under its field; `version` is not the present one: somebody else decided meanwhile.
    pub async fn decide_phrases(
        &self,
        workspace: WorkspaceId,
        books: Vec<Phrasebook>,
        version: i64,
        by: Option<MemberId>,
    ) -> Result<DecidedPhrases> {
        let wanted = Phrases::checked(books).map_err(EngineError::Invalid)?;
        let now = self.clock.now();
        let write = self.store.write(move |tx| {
            let present = phrases::get(tx, workspace)?.map_or(0, |decision| decision.version);
            if present != version {
                let message = "somebody else changed the phrases meanwhile".to_owned();
                return Err(EngineError::Conflict { message, current: Some(json!({"version": present})) });
            }
            let decision =
                Decision { value: wanted.to_json(), version: version + 1, changed_at: now, changed_by: by };
            phrases::put(tx, workspace, &decision)?;
            decided(tx, workspace)
        });
        write.await
    }
}

fn decided(tx: &ReadTx<'_>, workspace: WorkspaceId) -> Result<DecidedPhrases> {
    let Some(decision) = phrases::get(tx, workspace)? else {
        let phrases = Phrases::default();
        return Ok(DecidedPhrases { phrases, version: 0, changed_at: None, changed_by: None });
    };
    let member = decision.changed_by.map(|member| team::member(tx, workspace, member)).transpose()?.flatten();
    Ok(DecidedPhrases {
        phrases: read_stored(&decision.value)?,
        version: decision.version,
        changed_at: Some(decision.changed_at),
        changed_by: member.map(|member| (member.id, member.name)),
    })
}
