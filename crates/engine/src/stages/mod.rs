//! Lifecycle stages: ordered rules, of which the first that matches is a person's stage.

mod moves;
mod rules;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::expression::Expression;
use domain::ids::{BotId, StageId, WorkspaceId};
use domain::mention::Renames;
use roaring::RoaringBitmap;
use serde_json::Value;
use store::stages::Stage;
use store::{ReadTx, Store, bots, stages};

use crate::catalog::WorkspaceCatalog;
use crate::mentions::{self, User};
use crate::people::{People, Snapshot};
use crate::{Clock, EngineError, Result};

pub use moves::{MovePreview, StageMove, StageTally};

/// A stage as an editor wants it.
#[derive(Debug, Clone, PartialEq)]
pub struct StageDraft {
    /// A present stage that this one takes the place of, under a new name perhaps.
    pub id: Option<StageId>,
    pub name: String,
    pub color: String,
    pub expression: Value,
}

/// A stage with how many are in it now.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveStage {
    pub stage: Stage,
    pub count: u64,
}

/// The rules in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct StageRules {
    pub stages: Vec<LiveStage>,
    pub version: i64,
}

/// How an edit ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Replaced {
    Saved(StageRules),
    /// Somebody else was faster: this is how they stand now.
    Outdated(StageRules),
}

/// The room of the stages.
#[derive(Clone)]
pub struct Stages {
    store: Store,
    clock: Arc<dyn Clock>,
    people: People,
}

impl Stages {
    pub fn new(store: Store, clock: Arc<dyn Clock>, people: People) -> Self {
        Self { store, clock, people }
    }

    /// The stages in order, counted over one bot's people, or everybody's.
    ///
    /// # Errors
    /// There is no such bot here.
    pub async fn list(&self, workspace: WorkspaceId, bot: Option<BotId>) -> Result<StageRules> {
        let bots = self.store.reader().read(move |tx| bots_of(tx, workspace, bot)).await?;
        let mut snapshots = Vec::new();
        for bot in bots {
            snapshots.push((bot, self.snapshot(workspace, bot).await?));
        }
        let now = self.clock.now();
        self.store
            .reader()
            .read(move |tx| {
                let rows = stages::list(tx, workspace)?;
                let mut counts = vec![0; rows.len()];
                for (bot, snapshot) in &snapshots {
                    let catalog = WorkspaceCatalog::load(tx, workspace, *bot)?;
                    let sets = moves::partition(&snapshot.index, &catalog.stage_rules()?, now);
                    counts.iter_mut().zip(sets).for_each(|(sum, (_, set))| *sum += set.len());
                }
                let stages = rows.into_iter().zip(counts);
                let stages = stages.map(|(stage, count)| LiveStage { stage, count }).collect();
                Ok(StageRules { stages, version: stages::version(tx, workspace)? })
            })
            .await
    }

    /// Puts other rules in place of the present ones, if `version` is still theirs. A stage with an id keeps it;
    /// its new name then stands everywhere at once.
    ///
    /// # Errors
    /// A rule is not valid, below `/stages/<place>`; or a stage that would go is still used:
    /// [`EngineError::Conflict`] says by whom.
    pub async fn replace(
        &self,
        workspace: WorkspaceId,
        drafts: Vec<StageDraft>,
        version: i64,
    ) -> Result<Replaced> {
        let saved = self
            .store
            .write(move |tx| {
                if stages::version(tx, workspace)? != version {
                    return Ok(false);
                }
                let before = stages::list(tx, workspace)?;
                let mut after = rules::checked(tx, workspace, &before, &drafts)?;
                let renames = renamed(&before, &after);
                nothing_is_lost(tx, workspace, &before, &after)?;
                mentions::rename(tx, workspace, &renames)?;
                rules::rename_own(&mut after, &renames);
                stages::replace(tx, workspace, &after)?;
                Ok::<_, EngineError>(true)
            })
            .await?;
        let present = self.list(workspace, None).await?;
        Ok(if saved { Replaced::Saved(present) } else { Replaced::Outdated(present) })
    }

    /// Who would be in which stage under other rules, and who would move.
    ///
    /// # Errors
    /// There is no such bot here; a rule is not valid, below `/stages/<place>`.
    pub async fn preview(
        &self,
        workspace: WorkspaceId,
        bot: BotId,
        drafts: Vec<StageDraft>,
    ) -> Result<MovePreview> {
        let snapshot = self.snapshot(workspace, bot).await?;
        let now = self.clock.now();
        self.store
            .reader()
            .read(move |tx| {
                let before = stages::list(tx, workspace)?;
                let after = rules::checked(tx, workspace, &before, &drafts)?;
                let catalog = WorkspaceCatalog::load(tx, workspace, bot)?;
                let present = moves::partition(&snapshot.index, &catalog.stage_rules()?, now);
                let wanted = rules::resolved(&catalog, &after)?;
                let wanted = moves::partition(&snapshot.index, &wanted, now);
                Ok(moves::between(&before, &present, &after, &wanted))
            })
            .await
    }

    async fn snapshot(&self, workspace: WorkspaceId, bot: BotId) -> Result<Snapshot> {
        let snapshot = self.people.latest(bot).await?;
        if snapshot.workspace == workspace { Ok(snapshot) } else { Err(EngineError::NotFound("bot")) }
    }
}

/// A stage's name with the people who are in it.
pub(crate) type Part = (String, RoaringBitmap);

fn bots_of(tx: &ReadTx<'_>, workspace: WorkspaceId, bot: Option<BotId>) -> Result<Vec<BotId>> {
    match bot {
        Some(bot) => {
            bots::get(tx, workspace, bot)?.ok_or(EngineError::NotFound("bot"))?;
            Ok(vec![bot])
        }
        None => Ok(bots::list(tx, workspace)?.into_iter().map(|bot| bot.id).collect()),
    }
}

/// Present names whose stage gets another.
fn renamed(before: &[Stage], after: &[Stage]) -> Renames {
    let pairs = before.iter().filter_map(|old| {
        let new = after.iter().find(|new| new.id == old.id)?;
        (new.name != old.name).then(|| (old.name.clone(), new.name.clone()))
    });
    Renames { stages: pairs.collect(), tags: BTreeMap::new() }
}

/// Refuses to drop a stage that something outside the rules mentions.
fn nothing_is_lost(tx: &ReadTx<'_>, workspace: WorkspaceId, before: &[Stage], after: &[Stage]) -> Result<()> {
    let stays = |old: &Stage| after.iter().any(|new| new.id == old.id || new.name == old.name);
    let gone: Vec<&Stage> = before.iter().filter(|old| !stays(old)).collect();
    let all = mentions::all(tx, workspace)?;
    for stage in gone {
        let users: Vec<&User> = all
            .iter()
            .filter(|(user, mentions)| {
                let outside = user.kind != mentions::UserKind::Stage;
                outside && user.depends && mentions.names_stage(&stage.name)
            })
            .map(|(user, _)| user)
            .collect();
        if !users.is_empty() {
            let message = format!("the stage \"{}\" is used by {}", stage.name, mentions::told(&users));
            return Err(EngineError::Conflict { message, current: Some(mentions::as_json(&users)) });
        }
    }
    Ok(())
}

/// The rule that takes whoever is left.
fn everybody() -> Value {
    Expression::All(Vec::new()).to_json()
}
