//! Segments: saved expressions, always live; and the preview of one that is not saved yet.

mod preview;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use audience::Counts;
use domain::expression::{Expression, resolve};
use domain::field_error::FieldError;
use domain::ids::{BotId, SegmentId, WorkspaceId};
use domain::limits::NAME_CHARS_MAX;
use domain::mention::Mentions;
use domain::time::Millis;
use serde_json::Value;
use store::{ReadTx, Store, bots, segments};

use crate::catalog::WorkspaceCatalog;
use crate::draft_catalog::DraftCatalog;
use crate::error::checked_name;
use crate::mentions::{self, User};
use crate::people::{People, Snapshot};
use crate::{Clock, EngineError, Result};

pub use preview::{BreakdownBy, Group, Preview};
pub use store::segments::Segment;

/// A segment's description, in characters.
const DESCRIPTION_CHARS_MAX: usize = 1_000;
/// Segments of one bot.
const SEGMENTS_MAX: usize = 1_000;

/// A segment with who is in it now.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveSegment {
    pub segment: Segment,
    pub count: u64,
    pub reachable: u64,
    pub used_by: Vec<User>,
}

/// What to make.
#[derive(Debug, Clone, PartialEq)]
pub struct NewSegment {
    pub bot: BotId,
    pub name: String,
    pub description: String,
    pub expression: Value,
}

/// What to change about a segment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SegmentChange {
    pub name: Option<String>,
    pub description: Option<String>,
    pub expression: Option<Value>,
    /// The version that the editor had before them.
    pub version: i64,
}

/// How an edit ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Edited {
    Saved(LiveSegment),
    /// Somebody else was faster: this is how it stands now.
    Outdated(LiveSegment),
}

/// The room of the segments.
#[derive(Clone)]
pub struct Segments {
    store: Store,
    clock: Arc<dyn Clock>,
    people: People,
}

impl Segments {
    pub fn new(store: Store, clock: Arc<dyn Clock>, people: People) -> Self {
        Self { store, clock, people }
    }

    /// The segments of one bot, or of all, by name, each counted now.
    ///
    /// # Errors
    /// There is no such bot here.
    pub async fn list(&self, workspace: WorkspaceId, bot: Option<BotId>) -> Result<Vec<LiveSegment>> {
        let bots = self.store.reader().read(move |tx| bots_of(tx, workspace, bot)).await?;
        let mut all = Vec::new();
        for bot in bots {
            let snapshot = self.snapshot(workspace, bot).await?;
            let now = self.clock.now();
            let read = self.store.reader().read(move |tx| {
                let rows = segments::list(tx, workspace, Some(bot))?;
                live(tx, workspace, &snapshot, rows, now)
            });
            all.extend(read.await?);
        }
        Ok(all)
    }

    /// One segment, counted now.
    ///
    /// # Errors
    /// There is no such segment here.
    pub async fn get(&self, workspace: WorkspaceId, id: SegmentId) -> Result<LiveSegment> {
        let row = self.store.reader().read(move |tx| known(tx, workspace, id)).await?;
        let snapshot = self.snapshot(workspace, row.bot).await?;
        let now = self.clock.now();
        let mut found =
            self.store.reader().read(move |tx| live(tx, workspace, &snapshot, vec![row], now)).await?;
        found.pop().ok_or(EngineError::NotFound("segment"))
    }

    /// Makes a segment.
    ///
    /// # Errors
    /// There is no such bot here; the name is not valid or taken; the expression is not valid (below
    /// `/expression`).
    pub async fn create(&self, workspace: WorkspaceId, new: NewSegment) -> Result<LiveSegment> {
        let name = checked_name("/name", &new.name, NAME_CHARS_MAX)?;
        let description = checked_description(&new.description)?;
        let now = self.clock.now();
        let id = self
            .store
            .write(move |tx| {
                bots::get(tx, workspace, new.bot)?.ok_or(EngineError::NotFound("bot"))?;
                if segments::list(tx, workspace, Some(new.bot))?.len() >= SEGMENTS_MAX {
                    let message = format!("a bot has at most {SEGMENTS_MAX} segments");
                    return Err(EngineError::WrongState(message));
                }
                let catalog = WorkspaceCatalog::load(tx, workspace, new.bot)?;
                let (expression, _) = catalog.resolve_at("/expression", &new.expression)?;
                let row = Segment {
                    id: SegmentId(0),
                    bot: new.bot,
                    name,
                    description,
                    expression: expression.to_json(),
                    version: 1,
                    created_at: now,
                    updated_at: now,
                };
                Ok(segments::insert(tx, workspace, &row)?)
            })
            .await?;
        self.get(workspace, id).await
    }

    /// Changes what is given, if `version` is still the present one.
    ///
    /// # Errors
    /// There is no such segment here; the name is not valid or taken; the expression is not valid, contains
    /// itself (`cycle`), or would make another segment invalid (`breaks_others`), all below `/expression`.
    pub async fn update(
        &self,
        workspace: WorkspaceId,
        id: SegmentId,
        change: SegmentChange,
    ) -> Result<Edited> {
        let name = change.name.map(|name| checked_name("/name", &name, NAME_CHARS_MAX)).transpose()?;
        let description = change.description.map(|text| checked_description(&text)).transpose()?;
        let now = self.clock.now();
        let saved = self
            .store
            .write(move |tx| {
                let mut row = known(tx, workspace, id)?;
                if row.version != change.version {
                    return Ok(false);
                }
                if let Some(value) = &change.expression {
                    row.expression = checked_edit(tx, workspace, &row, value)?.to_json();
                }
                row.name = name.unwrap_or(row.name);
                row.description = description.unwrap_or(row.description);
                row.updated_at = now;
                Ok::<_, EngineError>(segments::update(tx, workspace, &row)?)
            })
            .await?;
        let present = self.get(workspace, id).await?;
        Ok(if saved { Edited::Saved(present) } else { Edited::Outdated(present) })
    }

    /// Deletes a segment.
    ///
    /// # Errors
    /// There is no such segment here, or something depends on it: [`EngineError::Conflict`] says what.
    pub async fn delete(&self, workspace: WorkspaceId, id: SegmentId) -> Result<()> {
        self.store
            .write(move |tx| {
                let row = known(tx, workspace, id)?;
                let all = mentions::all(tx, workspace)?;
                let users: Vec<&User> = users_of(&all, id).filter(|user| user.depends).collect();
                if !users.is_empty() {
                    let message =
                        format!("the segment \"{}\" is used by {}", row.name, mentions::told(&users));
                    return Err(EngineError::Conflict { message, current: Some(mentions::as_json(&users)) });
                }
                segments::delete(tx, workspace, id)?;
                Ok(())
            })
            .await
    }

    async fn snapshot(&self, workspace: WorkspaceId, bot: BotId) -> Result<Snapshot> {
        let snapshot = self.people.latest(bot).await?;
        if snapshot.workspace == workspace { Ok(snapshot) } else { Err(EngineError::NotFound("bot")) }
    }
}

fn known(tx: &ReadTx<'_>, workspace: WorkspaceId, id: SegmentId) -> Result<Segment> {
    segments::get(tx, workspace, id)?.ok_or(EngineError::NotFound("segment"))
}

fn bots_of(tx: &ReadTx<'_>, workspace: WorkspaceId, bot: Option<BotId>) -> Result<Vec<BotId>> {
    match bot {
        Some(bot) => {
            bots::get(tx, workspace, bot)?.ok_or(EngineError::NotFound("bot"))?;
            Ok(vec![bot])
        }
        None => Ok(bots::list(tx, workspace)?.into_iter().map(|bot| bot.id).collect()),
    }
}

fn users_of(all: &[(User, Mentions)], id: SegmentId) -> impl Iterator<Item = &User> {
    all.iter().filter(move |(_, mentions)| mentions.names_segment(id)).map(|(user, _)| user)
}

/// Reads an edited expression and looks at what it would do to everything that uses the segment.
fn checked_edit(tx: &ReadTx<'_>, workspace: WorkspaceId, row: &Segment, value: &Value) -> Result<Expression> {
    let catalog = WorkspaceCatalog::load(tx, workspace, row.bot)?;
    let (expression, _) = catalog.resolve_at("/expression", value)?;
    let draft = DraftCatalog::with_segment(&catalog, row.id, expression.clone());
    resolve(&expression, &draft).map_err(|errors| {
        // Below a segment that is filled in, the path is that segment's and no place in this document.
        let own = |error: FieldError| match error.path.split_once("/segment/expression") {
            Some((own, _)) => FieldError { path: format!("{own}/segment/id"), ..error },
            None => error,
        };
        EngineError::under("/expression", errors.into_iter().map(own).collect())
    })?;
    for other in segments::list(tx, workspace, Some(row.bot))? {
        let expression = Expression::Segment(other.id);
        if other.id != row.id
            && resolve(&expression, &catalog).is_ok()
            && let Err(errors) = resolve(&expression, &draft)
        {
            let reason = errors.first().map(|error| error.message.clone()).unwrap_or_default();
            let message = format!("would break the segment \"{}\": it {reason}", other.name);
            return Err(EngineError::field("/expression", "breaks_others", message));
        }
    }
    Ok(expression)
}

/// Counts rows of one bot now.
fn live(
    tx: &ReadTx<'_>,
    workspace: WorkspaceId,
    snapshot: &Snapshot,
    rows: Vec<Segment>,
    now: Millis,
) -> Result<Vec<LiveSegment>> {
    let all = mentions::all(tx, workspace)?;
    let Some(bot) = rows.first().map(|row| row.bot) else { return Ok(Vec::new()) };
    let catalog = WorkspaceCatalog::load(tx, workspace, bot)?;
    let counted = rows.into_iter().map(|segment| {
        let counts = match resolve(&Expression::Segment(segment.id), &catalog) {
            Ok(resolved) => snapshot.index.counts(&resolved, now),
            Err(errors) => {
                // What it names is gone: it matches nobody until it is edited.
                tracing::warn!(segment = segment.id.0, ?errors, "a segment cannot be resolved");
                Counts::default()
            }
        };
        LiveSegment {
            count: counts.count,
            reachable: counts.reachable,
            used_by: users_of(&all, segment.id).cloned().collect(),
            segment,
        }
    });
    Ok(counted.collect())
}

fn checked_description(text: &str) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > DESCRIPTION_CHARS_MAX {
        let message = format!("must have at most {DESCRIPTION_CHARS_MAX} characters");
        return Err(EngineError::field("/description", "too_long", message));
    }
    Ok(text.to_owned())
}
