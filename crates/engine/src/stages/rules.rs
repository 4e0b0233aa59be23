//! Checking the rules of stages.

use std::collections::BTreeSet;

use domain::expression::{Expression, Resolved, resolve};
use domain::field_error::FieldError;
use domain::ids::{BotId, StageId, WorkspaceId};
use domain::limits::{STAGES_MAX, TAG_NAME_CHARS_MAX};
use domain::mention::{DocumentKind, Mention, Renames};
use domain::naming::name_key;
use store::stages::Stage;
use store::{ReadTx, bots, tags};

use super::{StageDraft, everybody};
use crate::catalog::WorkspaceCatalog;
use crate::draft_catalog::DraftCatalog;
use crate::error::checked_name;
use crate::{EngineError, Result};

/// Reads what an editor wants.
///
/// # Errors
/// Every fault that can be told at once, below `/stages/<place>`.
pub(super) fn checked(
    tx: &ReadTx<'_>,
    workspace: WorkspaceId,
    before: &[Stage],
    drafts: &[StageDraft],
) -> Result<Vec<Stage>> {
    if drafts.is_empty() || drafts.len() > STAGES_MAX {
        let message = format!("must have between 1 and {STAGES_MAX} stages");
        return Err(EngineError::field("/stages", "wrong_length", message));
    }
    let mut seen = BTreeSet::new();
    let mut seen_ids = BTreeSet::new();
    let mut stages = Vec::with_capacity(drafts.len());
    for (place, draft) in drafts.iter().enumerate() {
        let stage = one(before, draft, &format!("/stages/{place}"))?;
        if !seen.insert(name_key(&stage.name)) {
            let message = format!("there are two stages \"{}\"", stage.name);
            return Err(EngineError::field(format!("/stages/{place}/name"), "duplicate", message));
        }
        if stage.id.0 != 0 && !seen_ids.insert(stage.id) {
            let message = "another stage of the list has this id";
            return Err(EngineError::field(format!("/stages/{place}/id"), "duplicate", message));
        }
        stages.push(stage);
    }
    let last = drafts.len() - 1;
    if stages[last].expression != everybody() {
        let message = "the last stage takes whoever is left: {\"all\":[]}";
        let path = format!("/stages/{last}/expression");
        return Err(EngineError::field(path, "last_takes_all", message));
    }
    for bot in some_bots(tx, workspace)? {
        resolved(&WorkspaceCatalog::load(tx, workspace, bot)?, &stages)?;
    }
    Ok(stages)
}

fn one(before: &[Stage], draft: &StageDraft, path: &str) -> Result<Stage> {
    let name = checked_name(&format!("{path}/name"), &draft.name, TAG_NAME_CHARS_MAX)?;
    if !tags::COLORS.contains(&draft.color.as_str()) {
        let message = format!("must be one of {}", tags::COLORS.join(", "));
        return Err(EngineError::field(format!("{path}/color"), "unknown_color", message));
    }
    let known = |id: &StageId| before.iter().any(|stage| stage.id == *id);
    let id = match draft.id {
        Some(id) if !known(&id) => {
            return Err(EngineError::field(format!("{path}/id"), "unknown_stage", "there is no such stage"));
        }
        // A stage of the same name is the same stage.
        None => called(before, &name).map_or(StageId(0), |stage| stage.id),
        Some(id) => id,
    };
    let at = format!("{path}/expression");
    let expression =
        Expression::parse(&draft.expression).map_err(|errors| EngineError::under(&at, errors))?;
    let of_one_bot = |mention: &Mention| matches!(mention, Mention::Segment(_) | Mention::Campaign(_));
    if expression.mentions().found().any(|(_, mention)| of_one_bot(mention)) {
        // Stages are the workspace's, segments and campaigns one bot's.
        let message = "a stage cannot ask for segments or campaigns: they belong to one bot";
        return Err(EngineError::field(at, "not_in_stages", message));
    }
    Ok(Stage { id, name, color: draft.color.clone(), expression: expression.to_json() })
}

/// The stage of a name: of this spelling, or of another.
fn called<'s>(stages: &'s [Stage], name: &str) -> Option<&'s Stage> {
    let other = || stages.iter().find(|stage| name_key(&stage.name) == name_key(name));
    stages.iter().find(|stage| stage.name == name).or_else(other)
}

/// The bots whose names the rules must agree with. Without any, those of a bot with nothing.
fn some_bots(tx: &ReadTx<'_>, workspace: WorkspaceId) -> Result<Vec<BotId>> {
    let bots: Vec<BotId> = bots::list(tx, workspace)?.into_iter().map(|bot| bot.id).collect();
    Ok(if bots.is_empty() { vec![BotId(0)] } else { bots })
}

/// The rules in their order, resolved among themselves.
///
/// # Errors
/// A rule names what is not known, or its own stage; below `/stages/<place>/expression`.
pub(super) fn resolved(catalog: &WorkspaceCatalog, stages: &[Stage]) -> Result<Vec<(String, Resolved)>> {
    let mut read = Vec::with_capacity(stages.len());
    for (place, stage) in stages.iter().enumerate() {
        let at = format!("/stages/{place}/expression");
        let expression =
            Expression::parse(&stage.expression).map_err(|errors| EngineError::under(&at, errors))?;
        // New stages have no id yet, and resolving tells stages apart by id.
        let id = StageId(-1 - place as i64);
        read.push((id, stage.name.clone(), expression));
    }
    let draft = DraftCatalog::with_stages(catalog, read.clone());
    let mut rules = Vec::with_capacity(read.len());
    for (place, (_, name, expression)) in read.iter().enumerate() {
        let at = format!("/stages/{place}/expression");
        let rule = resolve(expression, &draft).map_err(|errors| EngineError::under(&at, own(errors)))?;
        let is = Expression::Stage(vec![name.clone()]);
        resolve(&is, &draft).map_err(|errors| {
            let reason = errors.into_iter().next().map(|error| error.message).unwrap_or_default();
            EngineError::field(at, "cycle", reason)
        })?;
        rules.push((name.clone(), rule));
    }
    Ok(rules)
}

/// Below a stage that is filled in, the path is that stage's and no place in this document.
fn own(errors: Vec<FieldError>) -> Vec<FieldError> {
    let cut = |error: FieldError| match error.path.split_once("/stage/rules/") {
        Some((own, _)) => FieldError { path: format!("{own}/stage/in"), ..error },
        None => error,
    };
    errors.into_iter().map(cut).collect()
}

/// Stages that ask for other stages by the names that these had.
pub(super) fn rename_own(stages: &mut [Stage], renames: &Renames) {
    for stage in stages {
        renames.apply(DocumentKind::Expression, &mut stage.expression);
    }
}
