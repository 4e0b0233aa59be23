//! Who in a workspace mentions what: tags, stages, segments and files inside stored expressions, messages and graphs.
//! "Used by", renaming and refusing to delete all stand on this; what a document mentions says `domain::mention`.

use domain::campaign::Status;
use domain::ids::{BotId, CampaignId, FlowId, WorkspaceId};
use domain::mention::{DocumentKind, Mentions, Renames};
use serde_json::Value;
use store::{ReadTx, WriteTx, bots, campaigns, flows, links, segments, stages, templates};

use crate::Result;

/// Campaigns read at a time.
const CAMPAIGNS_BATCH: usize = 200;

/// What kind of thing mentions a name.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    strum::IntoStaticStr,
    strum::VariantArray,
    serde::Serialize,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum UserKind {
    Segment,
    Stage,
    Flow,
    Campaign,
    Template,
    Canned,
    Link,
}

/// Something that mentions names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub kind: UserKind,
    pub id: i64,
    pub name: String,
    /// It would no longer work without them: a segment, a stage, a published flow, a campaign that is not over, a
    /// link that is not archived.
    pub depends: bool,
}

/// Everything in a workspace that mentions anything.
///
/// # Errors
/// The database failed.
pub fn all(tx: &ReadTx<'_>, workspace: WorkspaceId) -> Result<Vec<(User, Mentions)>> {
    let mut found = Vec::new();
    let mut note = |kind, id, name: &str, depends, mentions: Mentions| {
        found.push((User { kind, id, name: name.to_owned(), depends }, mentions));
    };
    for segment in segments::list(tx, workspace, None)? {
        let mentions = DocumentKind::Expression.mentions(&segment.expression);
        note(UserKind::Segment, segment.id.0, &segment.name, true, mentions);
    }
    for stage in stages::list(tx, workspace)? {
        let mentions = DocumentKind::Expression.mentions(&stage.expression);
        note(UserKind::Stage, stage.id.0, &stage.name, true, mentions);
    }
    for bot in bots::list(tx, workspace)? {
        for flow in flows::list(tx, bot.id)? {
            let live = match flow.published_version {
                Some(version) if flow.status == domain::flow::Status::Published => {
                    flows::version(tx, bot.id, flow.id, version)?
                }
                _ => None,
            };
            let mut mentions = DocumentKind::Graph.mentions(&flow.draft);
            live.iter().for_each(|graph| mentions.extend(DocumentKind::Graph.mentions(graph)));
            note(UserKind::Flow, flow.id.0, &flow.name, live.is_some(), mentions);
        }
        each_campaign(tx, bot.id, |campaign| {
            if !is_over(campaign.course.status) {
                let mut mentions = DocumentKind::Expression.mentions(&campaign.audience);
                mentions.extend(DocumentKind::Message.mentions(&campaign.message));
                note(UserKind::Campaign, campaign.id.0, &campaign.name, true, mentions);
            }
            Ok(())
        })?;
    }
    for template in templates::list(tx, workspace)? {
        let mentions = DocumentKind::Message.mentions(&template.message);
        note(UserKind::Template, template.id.0, &template.name, false, mentions);
    }
    for (id, name, message) in templates::canned(tx, workspace)? {
        note(UserKind::Canned, id, &name, false, DocumentKind::Message.mentions(&message));
    }
    for link in links::list(tx, workspace)? {
        let depends = link.archived_at.is_none();
        note(UserKind::Link, link.id.0, &link.name, depends, Mentions::of_tags(&link.tags));
    }
    Ok(found)
}

/// "segment “A”, flow “B”": for a sentence.
pub fn told(users: &[&User]) -> String {
    let names: Vec<String> =
        users.iter().take(5).map(|user| format!("{} \"{}\"", user.kind.into_str(), user.name)).collect();
    match users.len() {
        0..=5 => names.join(", "),
        more => format!("{} and {} more", names.join(", "), more - 5),
    }
}

/// The users as JSON: what a refusal carries under `current`.
pub fn as_json(users: &[&User]) -> Value {
    let users = users
        .iter()
        .map(|user| serde_json::json!({"kind": user.kind.into_str(), "id": user.id, "name": user.name}));
    serde_json::json!({"used_by": users.collect::<Vec<_>>()})
}

/// Rewrites every mention in a workspace, published versions and finished campaigns included: their buttons can
/// still be pressed. Stages themselves are left to who writes them.
///
/// # Errors
/// The database failed.
pub fn rename(tx: &WriteTx<'_>, workspace: WorkspaceId, renames: &Renames) -> Result<()> {
    if renames.is_empty() {
        return Ok(());
    }
    for mut segment in segments::list(tx, workspace, None)? {
        if rewrite(DocumentKind::Expression, &mut segment.expression, renames, &segment.name) {
            segments::update(tx, workspace, &segment)?;
        }
    }
    for bot in bots::list(tx, workspace)? {
        rename_in_flows(tx, bot.id, renames)?;
        each_campaign(tx, bot.id, |mut campaign| {
            let in_audience =
                rewrite(DocumentKind::Expression, &mut campaign.audience, renames, &campaign.name);
            let in_message = rewrite(DocumentKind::Message, &mut campaign.message, renames, &campaign.name);
            if in_audience || in_message {
                campaigns::update(tx, bot.id, &campaign)?;
            }
            Ok(())
        })?;
    }
    for mut template in templates::list(tx, workspace)? {
        if rewrite(DocumentKind::Message, &mut template.message, renames, &template.name) {
            templates::update(tx, workspace, &template)?;
        }
    }
    for (id, name, mut message) in templates::canned(tx, workspace)? {
        if rewrite(DocumentKind::Message, &mut message, renames, &name) {
            templates::update_canned(tx, workspace, id, &name, &message)?;
        }
    }
    for mut link in links::list(tx, workspace)? {
        if renames.apply_to_tags(&mut link.tags) {
            links::update(tx, workspace, &link)?;
        }
    }
    Ok(())
}

/// Rewrites the mentions in the stages' rules alone.
///
/// # Errors
/// The database failed.
pub fn rename_in_stages(tx: &WriteTx<'_>, workspace: WorkspaceId, renames: &Renames) -> Result<()> {
    let mut rules = stages::list(tx, workspace)?;
    let changed = rules
        .iter_mut()
        .map(|stage| rewrite(DocumentKind::Expression, &mut stage.expression, renames, &stage.name));
    if changed.fold(false, |any, one| any | one) {
        stages::replace(tx, workspace, &rules)?;
    }
    Ok(())
}

fn rename_in_flows(tx: &WriteTx<'_>, bot: BotId, renames: &Renames) -> Result<()> {
    for mut flow in flows::list(tx, bot)? {
        if rewrite(DocumentKind::Graph, &mut flow.draft, renames, &flow.name) {
            let updated_at = flow.updated_at;
            flows::update_draft(tx, bot, &flow, updated_at)?;
        }
        for (version, _, mut graph) in flows::versions(tx, bot, flow.id)? {
            if rewrite(DocumentKind::Graph, &mut graph, renames, &flow.name) {
                flows::rewrite_version(tx, bot, FlowId(flow.id.0), version, &graph)?;
            }
        }
    }
    Ok(())
}

/// Renames inside a document; whether it changed. What does not read is told of: whoever edits it next finds the old
/// name there.
fn rewrite(kind: DocumentKind, document: &mut Value, renames: &Renames, of: &str) -> bool {
    let rewritten = renames.apply(kind, document);
    if !rewritten.left.is_empty() {
        tracing::warn!(?kind, of, left = ?rewritten.left, "a document cannot be read here and keeps the old name");
    }
    rewritten.changed
}

fn each_campaign(
    tx: &ReadTx<'_>,
    bot: BotId,
    mut visit: impl FnMut(campaigns::Campaign) -> Result<()>,
) -> Result<()> {
    let mut below = CampaignId(i64::MAX);
    loop {
        let batch = campaigns::list(tx, bot, None, below.0, CAMPAIGNS_BATCH)?;
        let Some(last) = batch.last() else { return Ok(()) };
        below = last.id;
        batch.into_iter().try_for_each(&mut visit)?;
    }
}

fn is_over(status: Status) -> bool {
    matches!(status, Status::Done | Status::Cancelled)
}
