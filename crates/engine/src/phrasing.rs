//! What a workspace's bots understand and say by themselves, as intake asks for it at every message.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use domain::ids::WorkspaceId;
use domain::phrases::Phrases;
use parking_lot::Mutex;
use store::{ReadTx, phrases};

use crate::{EngineError, Result};

static DEFAULT: LazyLock<Arc<Phrases>> = LazyLock::new(Arc::default);

/// The phrases of every workspace, read again only where they were changed.
#[derive(Clone, Default)]
pub struct Phrasing {
    read: Arc<Mutex<HashMap<WorkspaceId, Version>>>,
}

/// Phrases with the version that was read.
type Version = (i64, Arc<Phrases>);

impl Phrasing {
    /// The phrases of a workspace as they stand in this transaction.
    ///
    /// # Errors
    /// The database failed.
    pub fn of(&self, tx: &ReadTx<'_>, workspace: WorkspaceId) -> Result<Arc<Phrases>> {
        let Some(decision) = phrases::get(tx, workspace)? else { return Ok(Arc::clone(&DEFAULT)) };
        let mut read = self.read.lock();
        if let Some((version, known)) = read.get(&workspace)
            && *version == decision.version
        {
            return Ok(Arc::clone(known));
        }
        let anew = Arc::new(read_stored(&decision.value)?);
        read.insert(workspace, (decision.version, Arc::clone(&anew)));
        Ok(anew)
    }
}

/// Reads phrases that were stored.
///
/// # Errors
/// The row was changed from outside.
pub fn read_stored(value: &str) -> Result<Phrases> {
    Phrases::from_json(value)
        .map_err(|error| EngineError::Internal(format!("stored phrases cannot be read: {error}")))
}
