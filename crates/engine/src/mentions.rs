//! Where a workspace's names are mentioned: tags, stages and segments inside stored expressions, messages and
//! graphs. "Used by", renaming and refusing to delete all stand on this.

use std::collections::{BTreeMap, BTreeSet};

use domain::campaign::Status;
use domain::expression::FORMS;
use domain::ids::{BotId, CampaignId, FlowId, MediaId, SegmentId, WorkspaceId};
use domain::naming::name_key;
use serde_json::{Map, Value};
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

/// What it mentions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mentioned {
    pub tags: BTreeSet<String>,
    pub stages: BTreeSet<String>,
    pub segments: BTreeSet<SegmentId>,
    /// Files of messages.
    pub media: BTreeSet<MediaId>,
}

impl Mentioned {
    /// Whether it names a tag, in whatever spelling.
    pub fn names_tag(&self, name: &str) -> bool {
        holds_name(&self.tags, name)
    }

    /// Whether it names a stage, in whatever spelling.
    pub fn names_stage(&self, name: &str) -> bool {
        holds_name(&self.stages, name)
    }
}

fn holds_name(names: &BTreeSet<String>, name: &str) -> bool {
    let key = name_key(name);
    names.contains(name) || names.iter().any(|mentioned| name_key(mentioned) == key)
}

/// Everything in a workspace that mentions anything.
///
/// # Errors
/// The database failed.
pub fn all(tx: &ReadTx<'_>, workspace: WorkspaceId) -> Result<Vec<(User, Mentioned)>> {
    let mut found = Vec::new();
    let mut note = |kind, id, name: &str, depends, documents: &[&Value]| {
        let mut mentioned = Mentioned::default();
        documents.iter().for_each(|document| collect(document, &mut mentioned));
        found.push((User { kind, id, name: name.to_owned(), depends }, mentioned));
    };
    for segment in segments::list(tx, workspace, None)? {
        note(UserKind::Segment, segment.id.0, &segment.name, true, &[&segment.expression]);
    }
    for stage in stages::list(tx, workspace)? {
        note(UserKind::Stage, stage.id.0, &stage.name, true, &[&stage.expression]);
    }
    for bot in bots::list(tx, workspace)? {
        for flow in flows::list(tx, bot.id)? {
            let live = match flow.published_version {
                Some(version) if flow.status == domain::flow::Status::Published => {
                    flows::version(tx, bot.id, flow.id, version)?
                }
                _ => None,
            };
            let documents: Vec<&Value> = std::iter::once(&flow.draft).chain(&live).collect();
            note(UserKind::Flow, flow.id.0, &flow.name, live.is_some(), &documents);
        }
        each_campaign(tx, bot.id, |campaign| {
            if !is_over(campaign.course.status) {
                let documents = [&campaign.audience, &campaign.message];
                note(UserKind::Campaign, campaign.id.0, &campaign.name, true, &documents);
            }
            Ok(())
        })?;
    }
    for template in templates::list(tx, workspace)? {
        note(UserKind::Template, template.id.0, &template.name, false, &[&template.message]);
    }
    for (id, name, message) in templates::canned(tx, workspace)? {
        note(UserKind::Canned, id, &name, false, &[&message]);
    }
    for link in links::list(tx, workspace)? {
        note(UserKind::Link, link.id.0, &link.name, link.archived_at.is_none(), &[&link.effects]);
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

/// New names for old ones. Applied at once, so two may be swapped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Renames {
    pub tags: BTreeMap<String, String>,
    pub stages: BTreeMap<String, String>,
}

impl Renames {
    /// One tag gets another name.
    pub fn tag(from: &str, to: &str) -> Self {
        Self { tags: BTreeMap::from([(from.to_owned(), to.to_owned())]), ..Self::default() }
    }

    /// Nothing changes its name.
    pub fn is_empty(&self) -> bool {
        self.tags.is_empty() && self.stages.is_empty()
    }
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
        if rewrite(&mut segment.expression, renames) {
            segments::update(tx, workspace, &segment)?;
        }
    }
    for bot in bots::list(tx, workspace)? {
        rename_in_flows(tx, bot.id, renames)?;
        each_campaign(tx, bot.id, |mut campaign| {
            let in_audience = rewrite(&mut campaign.audience, renames);
            if rewrite(&mut campaign.message, renames) || in_audience {
                campaigns::update(tx, bot.id, &campaign)?;
            }
            Ok(())
        })?;
    }
    for mut template in templates::list(tx, workspace)? {
        if rewrite(&mut template.message, renames) {
            templates::update(tx, workspace, &template)?;
        }
    }
    for (id, name, mut message) in templates::canned(tx, workspace)? {
        if rewrite(&mut message, renames) {
            templates::update_canned(tx, workspace, id, &name, &message)?;
        }
    }
    for mut link in links::list(tx, workspace)? {
        if rewrite(&mut link.effects, renames) {
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
    let changed = rules.iter_mut().map(|stage| rewrite(&mut stage.expression, renames));
    if changed.fold(false, |any, one| any | one) {
        stages::replace(tx, workspace, &rules)?;
    }
    Ok(())
}

/// Rewrites the mentions in one rule.
pub fn rename_in_rule(rule: &mut Value, renames: &Renames) {
    rewrite_expression(rule, renames);
}

fn rename_in_flows(tx: &WriteTx<'_>, bot: BotId, renames: &Renames) -> Result<()> {
    for mut flow in flows::list(tx, bot)? {
        if rewrite(&mut flow.draft, renames) {
            let updated_at = flow.updated_at;
            flows::update_draft(tx, bot, &flow, updated_at)?;
        }
        for (version, _, mut graph) in flows::versions(tx, bot, flow.id)? {
            if rewrite(&mut graph, renames) {
                flows::rewrite_version(tx, bot, FlowId(flow.id.0), version, &graph)?;
            }
        }
    }
    Ok(())
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

/// The files that a document's messages carry.
pub fn files_in(document: &Value) -> BTreeSet<MediaId> {
    let mut mentioned = Mentioned::default();
    collect(document, &mut mentioned);
    mentioned.media
}

fn is_over(status: Status) -> bool {
    matches!(status, Status::Done | Status::Cancelled)
}

/// Finds the names in an expression, a message or a graph. The keys that hold names are told apart by their place
/// in these documents: `add_tags`, `remove_tags` and `expression` occur with no other meaning, and an expression's
/// own keys are read inside expressions alone.
fn collect(document: &Value, found: &mut Mentioned) {
    match document {
        Value::Object(map) if is_expression(map) => collect_expression(document, found),
        Value::Object(map) => {
            for (key, value) in map {
                match key.as_str() {
                    "add_tags" | "remove_tags" => found.tags.extend(texts(value)),
                    "expression" => collect_expression(value, found),
                    "media" => found.media.extend(value["media_id"].as_i64().map(MediaId)),
                    _ => collect(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}

/// An expression is an object of one key out of its forms; no message, node or button is.
fn is_expression(map: &Map<String, Value>) -> bool {
    map.len() == 1 && map.keys().all(|key| FORMS.contains(&key.as_str()))
}

fn collect_expression(expression: &Value, found: &mut Mentioned) {
    let Some((form, inner)) = expression.as_object().and_then(|map| map.iter().next()) else { return };
    match form.as_str() {
        "all" | "any" => {
            inner.as_array().into_iter().flatten().for_each(|part| collect_expression(part, found))
        }
        "not" => collect_expression(inner, found),
        "tag" => {
            for key in ["has", "has_any", "has_all"] {
                found.tags.extend(texts(&inner[key]));
            }
        }
        "stage" => found.stages.extend(texts(&inner["in"])),
        "segment" => found.segments.extend(inner["id"].as_i64().map(SegmentId)),
        _ => {}
    }
}

/// A text, or the texts of a list.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// Renames inside a document; whether it changed.
fn rewrite(document: &mut Value, renames: &Renames) -> bool {
    match document {
        Value::Object(map) if is_expression(map) => rewrite_expression(document, renames),
        Value::Object(map) => map.iter_mut().fold(false, |changed, (key, value)| {
            let here = match key.as_str() {
                "add_tags" | "remove_tags" => rewrite_texts(value, &renames.tags),
                "expression" => rewrite_expression(value, renames),
                _ => rewrite(value, renames),
            };
            changed | here
        }),
        Value::Array(items) => items.iter_mut().fold(false, |changed, item| changed | rewrite(item, renames)),
        _ => false,
    }
}

fn rewrite_expression(expression: &mut Value, renames: &Renames) -> bool {
    let Some((form, inner)) = expression.as_object_mut().and_then(|map| map.iter_mut().next()) else {
        return false;
    };
    match form.as_str() {
        "all" | "any" => {
            let parts = inner.as_array_mut().into_iter().flatten();
            parts.fold(false, |changed, part| changed | rewrite_expression(part, renames))
        }
        "not" => rewrite_expression(inner, renames),
        "tag" => ["has", "has_any", "has_all"].iter().fold(false, |changed, key| {
            let here = inner.get_mut(*key).is_some_and(|names| rewrite_texts(names, &renames.tags));
            changed | here
        }),
        "stage" => inner.get_mut("in").is_some_and(|names| rewrite_texts(names, &renames.stages)),
        _ => false,
    }
}

/// The new name of what is called so, in this spelling or another.
fn new_name<'r>(renames: &'r BTreeMap<String, String>, name: &str) -> Option<&'r String> {
    let other = || {
        let key = name_key(name);
        renames.iter().find(|(old, _)| name_key(old) == key).map(|(_, new)| new)
    };
    renames.get(name).or_else(other)
}

/// Renames in a text or a list of texts. What became the same stands once.
fn rewrite_texts(value: &mut Value, renames: &BTreeMap<String, String>) -> bool {
    match value {
        Value::String(text) => match new_name(renames, text) {
            Some(to) => {
                to.clone_into(text);
                true
            }
            None => false,
        },
        Value::Array(items) => {
            let mut changed = false;
            for item in items.iter_mut() {
                changed |= rewrite_texts(item, renames);
            }
            if changed {
                let mut seen = BTreeSet::new();
                items.retain(|item| item.as_str().is_none_or(|text| seen.insert(text.to_owned())));
            }
            changed
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use domain::expression::Expression;
    use domain::flow::Graph;
    use domain::message::Message;
    use serde_json::json;

    use super::*;

    fn mentioned(document: &Value) -> Mentioned {
        let mut found = Mentioned::default();
        collect(document, &mut found);
        found
    }

    fn names(texts: &[&str]) -> BTreeSet<String> {
        texts.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_found_is_what_the_readers_find() {
        let expression = json!({"any": [
            {"not": {"tag": {"has": "a"}}}, {"all": [{"tag": {"has_any": ["b", "c"], "added_within": "7d"}}]},
            {"stage": {"in": ["new"]}}, {"attribute": {"key": "tag", "op": "eq", "value": "x"}},
            {"segment": {"id": 3}}, {"event": {"kind": "button", "object": "tag"}}]});
        let read = domain::expression::names(&Expression::parse(&expression).unwrap());
        let found = mentioned(&expression);
        assert_eq!((found.tags, found.stages, found.segments), (read.tags, read.stages, read.segments));
        let message = json!({"text": "hi", "buttons": [[
            {"text": "all", "press": {"add_tags": ["a"], "remove_tags": ["b"], "reply": "tag"}},
            {"text": "x", "url": "https://example.org"}]]});
        let read = Message::parse(&message).unwrap();
        let read: BTreeSet<String> = read.tags().into_iter().map(str::to_owned).collect();
        assert_eq!(mentioned(&message).tags, read);
    }

    #[test]
    fn a_graph_is_searched_in_all_its_nodes() {
        let graph = graph("vip");
        Graph::parse(&graph).unwrap();
        assert_eq!(mentioned(&graph).tags, names(&["vip", "科技", "old"]));
    }

    fn graph(tag: &str) -> Value {
        json!({"start": "s", "nodes": {
            "s": {"type": "start", "triggers": [{"command": "start"}], "next": "c"},
            "c": {"type": "condition", "expression": {"not": {"tag": {"has": tag}}}, "then": "m", "else": "e"},
            "m": {"type": "menu", "message": {"text": "?"}, "columns": 2, "options": [
                {"key": "tech", "text": "科技", "add_tags": ["科技", tag], "remove_tags": ["old"], "next": "e"}]},
            "e": {"type": "end"}}})
    }

    #[test]
    fn renaming_reaches_every_mention_and_nothing_else() {
        let mut changed = graph("vip");
        assert!(rewrite(&mut changed, &Renames::tag("vip", "VIP")));
        assert_eq!(changed, graph("VIP"));
        assert!(!rewrite(&mut changed, &Renames::tag("gone", "other")));
        assert!(rewrite(&mut changed, &Renames::tag("vip", "other")), "the same name in another spelling");
        assert_eq!(changed, graph("other"));
        let mut list = json!({"tag": {"has_any": ["a", "b"]}});
        assert!(rewrite(&mut list, &Renames::tag("a", "b")));
        assert_eq!(list, json!({"tag": {"has_any": ["b"]}}), "two that became one stand once");
        let mut text = json!({"text": "vip", "attribute": "vip"});
        assert!(!rewrite(&mut text, &Renames::tag("vip", "x")));
    }

    #[test]
    fn two_stages_can_swap_their_names() {
        let swap = [("a", "b"), ("b", "a")].map(|(from, to)| (from.to_owned(), to.to_owned()));
        let renames = Renames { stages: BTreeMap::from(swap), ..Renames::default() };
        let mut rule = json!({"all": [{"stage": {"in": ["a"]}}, {"tag": {"has": "a"}}]});
        assert!(rewrite(&mut rule, &renames));
        assert_eq!(rule, json!({"all": [{"stage": {"in": ["b"]}}, {"tag": {"has": "a"}}]}));
    }
}
