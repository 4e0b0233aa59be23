//! The workspace itself: made at the first start, renamed, moved to another time zone.

use chrono_tz::Tz;
use domain::ids::WorkspaceId;
use domain::limits::NAME_CHARS_MAX;
use domain::time::Millis;
use store::{WriteTx, stages, team};

use super::{Team, defaults};
use crate::error::checked_name;
use crate::{EngineError, Result};

/// A workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    pub id: WorkspaceId,
    pub name: String,
    /// An IANA name such as `Asia/Shanghai`.
    pub time_zone: String,
}

impl From<team::Workspace> for Workspace {
    fn from(row: team::Workspace) -> Self {
        Self { id: row.id, name: row.name, time_zone: row.time_zone }
    }
}

impl Team {
    /// The first workspace of the installation, made with its default stages where there is none.
    ///
    /// # Errors
    /// The database failed.
    pub async fn ensure_workspace(&self) -> Result<WorkspaceId> {
        let now = self.clock.now();
        // One transaction: of two servers that start at once, one makes it.
        self.store
            .write(move |tx| match team::workspaces(tx)?.first() {
                Some(workspace) => Ok(workspace.id),
                None => create(tx, "My team", "UTC", now),
            })
            .await
    }

    /// Makes a workspace with the default stages.
    ///
    /// # Errors
    /// The name or the time zone is not valid, under `/name` and `/time_zone`.
    pub async fn create_workspace(&self, name: &str, time_zone: &str) -> Result<WorkspaceId> {
        let name = checked_name("/name", name, NAME_CHARS_MAX)?;
        let time_zone = checked_time_zone(time_zone)?;
        let now = self.clock.now();
        self.store.write(move |tx| create(tx, &name, &time_zone, now)).await
    }

    /// The workspace.
    ///
    /// # Errors
    /// It is gone, or the database failed.
    pub async fn workspace(&self, workspace: WorkspaceId) -> Result<Workspace> {
        let row = self
            .store
            .reader()
            .read(move |tx| team::workspace(tx, workspace).map_err(EngineError::from))
            .await?;
        row.map(Workspace::from).ok_or(EngineError::NotFound("workspace"))
    }

    /// Changes name and time zone, whatever is given. Days of counted windows follow the new zone.
    ///
    /// # Errors
    /// The name or the time zone is not valid, under `/name` and `/time_zone`.
    pub async fn update_workspace(
        &self,
        workspace: WorkspaceId,
        name: Option<&str>,
        time_zone: Option<&str>,
    ) -> Result<Workspace> {
        let name = name.map(|name| checked_name("/name", name, NAME_CHARS_MAX)).transpose()?;
        let time_zone = time_zone.map(checked_time_zone).transpose()?;
        self.store
            .write(move |tx| {
                let row = team::workspace(tx, workspace)?.ok_or(EngineError::NotFound("workspace"))?;
                let row = team::Workspace {
                    id: workspace,
                    name: name.unwrap_or(row.name),
                    time_zone: time_zone.unwrap_or(row.time_zone),
                };
                team::update_workspace(tx, &row)?;
                Ok::<_, EngineError>(row.into())
            })
            .await
    }
}

fn create(tx: &WriteTx<'_>, name: &str, time_zone: &str, now: Millis) -> Result<WorkspaceId> {
    let id = team::insert_workspace(tx, name, time_zone, now)?;
    stages::replace(tx, id, &defaults::stages())?;
    Ok(id)
}

fn checked_time_zone(name: &str) -> Result<String> {
    let zone = name.parse::<Tz>().map_err(|_| {
        let message = "must be a time zone of the IANA list, such as \"Asia/Shanghai\"";
        EngineError::field("/time_zone", "unknown_time_zone", message)
    })?;
    Ok(zone.name().to_owned())
}
