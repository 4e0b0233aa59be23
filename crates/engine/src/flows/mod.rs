//! Command flows: drafts, published versions, and walking people through them.

mod runner;

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::expression::{Expression, resolve};
use domain::field_error::FieldError;
use domain::flow::Status;
use domain::flow::{Graph, Node, Trigger};
use domain::ids::{BotId, FlowId, WorkspaceId};
use domain::limits::NAME_CHARS_MAX;
use domain::time::Millis;
use serde_json::{Value, json};
use store::flows::Flow;
use store::{ReadTx, Store, WriteTx, bots, flows, tags};

use crate::catalog::WorkspaceCatalog;
use crate::clock::Clock;
use crate::error::checked_name;
use crate::{EngineError, Result, attachments};

pub use runner::FlowRunner;

/// The room of flows.
#[derive(Clone)]
pub struct Flows {
    store: Store,
    clock: Arc<dyn Clock>,
}

/// A flow as its page shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowView {
    pub bot: BotId,
    pub flow: Flow,
    /// The graph that runs now.
    pub published: Option<Value>,
    /// Runs that were started and ended, and people who stand in it now.
    pub started: i64,
    pub ended: i64,
    pub active: i64,
    /// How often each node was reached, and each option `node/key` was chosen.
    pub reached: BTreeMap<String, i64>,
    pub chosen: BTreeMap<String, i64>,
}

/// What may change about a draft.
#[derive(Debug, Clone, Default)]
pub struct FlowChange {
    pub name: Option<String>,
    pub graph: Option<Value>,
    /// The edit version that was seen; another present one is a conflict.
    pub edit_version: i64,
}

/// A published version.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowVersion {
    pub version: i64,
    pub published_at: Millis,
    pub graph: Value,
}

impl Flows {
    /// The flows of every bot of the store.
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// A bot's flows, oldest first.
    ///
    /// # Errors
    /// No such bot.
    pub async fn list(&self, workspace: WorkspaceId, bot: BotId) -> Result<Vec<FlowView>> {
        self.store
            .reader()
            .read(move |tx| {
                bots::get(tx, workspace, bot)?.ok_or(EngineError::NotFound("bot"))?;
                flows::list(tx, bot)?.into_iter().map(|flow| view(tx, bot, flow)).collect()
            })
            .await
    }

    /// One flow.
    ///
    /// # Errors
    /// There is none in this workspace.
    pub async fn get(&self, workspace: WorkspaceId, id: FlowId) -> Result<FlowView> {
        self.store
            .reader()
            .read(move |tx| {
                let (bot, flow) = owned(tx, workspace, id)?;
                view(tx, bot, flow)
            })
            .await
    }

    /// Makes a draft.
    ///
    /// # Errors
    /// Faults of the name or the graph, each with its path.
    pub async fn create(
        &self,
        workspace: WorkspaceId,
        bot: BotId,
        name: String,
        graph: Value,
    ) -> Result<FlowView> {
        let now = self.clock.now();
        self.store
            .write(move |tx| {
                bots::get(tx, workspace, bot)?.ok_or(EngineError::NotFound("bot"))?;
                let name = checked_name("/name", &name, NAME_CHARS_MAX)?;
                checked_graph(&graph)?;
                let id = flows::insert(tx, bot, &name, &graph, now)?;
                let flow = flows::get(tx, bot, id)?.ok_or(EngineError::NotFound("flow"))?;
                view(tx, bot, flow)
            })
            .await
    }

    /// Changes name or draft; what is published stays as it is.
    ///
    /// # Errors
    /// As [`Flows::create`]; somebody else changed it meanwhile.
    pub async fn change(&self, workspace: WorkspaceId, id: FlowId, change: FlowChange) -> Result<FlowView> {
        let now = self.clock.now();
        self.store
            .write(move |tx| {
                let (bot, mut flow) = owned(tx, workspace, id)?;
                if let Some(name) = change.name {
                    flow.name = checked_name("/name", &name, NAME_CHARS_MAX)?;
                }
                if let Some(graph) = change.graph {
                    checked_graph(&graph)?;
                    flow.draft = graph;
                }
                let present = flow.edit_version;
                flow.edit_version = change.edit_version;
                if !flows::update_draft(tx, bot, &flow, now)? {
                    let (_, current) = owned(tx, workspace, id)?;
                    return Err(EngineError::Conflict {
                        message: "somebody else changed this flow meanwhile".into(),
                        current: Some(json!({
                            "name": current.name, "graph": current.draft, "edit_version": present,
                        })),
                    });
                }
                let (_, flow) = owned(tx, workspace, id)?;
                view(tx, bot, flow)
            })
            .await
    }

    /// Makes the draft the next version: runs that begin from now on walk it. Makes the tags that it names.
    ///
    /// # Errors
    /// A condition is wrong; another published flow begins with the same trigger.
    pub async fn publish(&self, workspace: WorkspaceId, id: FlowId) -> Result<FlowView> {
        let now = self.clock.now();
        self.store
            .write(move |tx| {
                let (bot, flow) = owned(tx, workspace, id)?;
                let graph = checked_graph(&flow.draft)?;
                for name in graph.tags() {
                    tags::ensure(tx, workspace, name, now)?;
                }
                check_conditions(tx, workspace, bot, &graph)?;
                check_files(tx, workspace, &graph)?;
                check_triggers(tx, bot, id, &graph)?;
                check_begun_flows(tx, bot, &graph)?;
                flows::publish(tx, bot, &flow, now)?;
                let (_, flow) = owned(tx, workspace, id)?;
                view(tx, bot, flow)
            })
            .await
    }

    /// Stops a flow: nobody begins it any more, and its buttons only count.
    ///
    /// # Errors
    /// It is not published.
    pub async fn stop(&self, workspace: WorkspaceId, id: FlowId) -> Result<FlowView> {
        let now = self.clock.now();
        self.store
            .write(move |tx| {
                let (bot, flow) = owned(tx, workspace, id)?;
                if flow.status != Status::Published {
                    return Err(EngineError::WrongState("only a published flow can be stopped".into()));
                }
                flows::stop(tx, bot, id, now)?;
                let (_, flow) = owned(tx, workspace, id)?;
                view(tx, bot, flow)
            })
            .await
    }

    /// All published versions, latest first.
    ///
    /// # Errors
    /// There is no such flow in this workspace.
    pub async fn versions(&self, workspace: WorkspaceId, id: FlowId) -> Result<Vec<FlowVersion>> {
        self.store
            .reader()
            .read(move |tx| {
                let (bot, _) = owned(tx, workspace, id)?;
                let rows = flows::versions(tx, bot, id)?.into_iter();
                Ok(rows
                    .map(|(version, published_at, graph)| FlowVersion { version, published_at, graph })
                    .collect())
            })
            .await
    }
}

fn owned(tx: &ReadTx<'_>, workspace: WorkspaceId, id: FlowId) -> Result<(BotId, Flow)> {
    let missing = || EngineError::NotFound("flow");
    let bot = flows::bot_of(tx, id)?.ok_or_else(missing)?;
    bots::get(tx, workspace, bot)?.ok_or_else(missing)?;
    Ok((bot, flows::get(tx, bot, id)?.ok_or_else(missing)?))
}

fn view(tx: &ReadTx<'_>, bot: BotId, flow: Flow) -> Result<FlowView> {
    let published = match flow.published_version {
        Some(version) => flows::version(tx, bot, flow.id, version)?,
        None => None,
    };
    let (mut reached, mut chosen) = (BTreeMap::new(), BTreeMap::new());
    let (mut started, mut ended) = (0, 0);
    for (name, count) in flows::counts(tx, bot, flow.id)? {
        match name.split_once('/') {
            Some(("node", node)) => drop(reached.insert(node.to_owned(), count)),
            Some(("option", option)) => drop(chosen.insert(option.to_owned(), count)),
            _ if name == "started" => started = count,
            _ => ended = count,
        }
    }
    let active = flows::active_runs(tx, bot, flow.id)?;
    Ok(FlowView { bot, flow, published, started, ended, active, reached, chosen })
}

fn checked_graph(graph: &Value) -> Result<Graph> {
    Graph::parse(graph).map_err(|errors| EngineError::under("/graph", errors))
}

fn check_conditions(tx: &WriteTx<'_>, workspace: WorkspaceId, bot: BotId, graph: &Graph) -> Result<()> {
    let mut faults: Vec<FieldError> = Vec::new();
    let mut catalog = None;
    for (path, value) in graph.expressions() {
        let below = |errors: Vec<FieldError>| {
            errors
                .into_iter()
                .map(|error| FieldError { path: format!("/graph{path}{}", error.path), ..error })
                .collect::<Vec<_>>()
        };
        let catalog = match &catalog {
            Some(catalog) => catalog,
            None => catalog.insert(WorkspaceCatalog::load(tx, workspace, bot)?),
        };
        match Expression::parse(value) {
            Ok(expression) => {
                faults.extend(resolve(&expression, catalog).err().map(below).unwrap_or_default())
            }
            Err(errors) => faults.extend(below(errors)),
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(EngineError::Invalid(faults)) }
}

fn check_files(tx: &WriteTx<'_>, workspace: WorkspaceId, graph: &Graph) -> Result<()> {
    let mut faults: Vec<FieldError> = Vec::new();
    for (node, message) in graph.messages() {
        faults.extend(attachments::faults(tx, workspace, message, &format!("/graph/nodes/{node}/message"))?);
    }
    if faults.is_empty() { Ok(()) } else { Err(EngineError::Invalid(faults)) }
}

fn triggers(graph: &Graph) -> impl Iterator<Item = (String, &Trigger)> {
    graph.nodes().flat_map(|(id, node)| {
        let triggers: &[Trigger] = match node {
            Node::Start { triggers, .. } => triggers,
            _ => &[],
        };
        let id = id.to_owned();
        triggers
            .iter()
            .enumerate()
            .map(move |(at, trigger)| (format!("/graph/nodes/{id}/triggers/{at}"), trigger))
    })
}

/// One trigger begins one flow of a bot.
fn check_triggers(tx: &WriteTx<'_>, bot: BotId, id: FlowId, graph: &Graph) -> Result<()> {
    for other in flows::published(tx, bot)? {
        if other.flow == id {
            continue;
        }
        let Ok(theirs) = serde_json::from_str(&other.graph)
            .map_err(drop)
            .and_then(|graph| Graph::parse_stored(&graph).map_err(drop))
        else {
            continue;
        };
        for (path, trigger) in triggers(graph) {
            if triggers(&theirs).any(|(_, taken)| taken == trigger) {
                let message = format!("the published flow \"{}\" begins with this already", other.name);
                return Err(EngineError::field(path, "taken", message));
            }
        }
    }
    Ok(())
}

/// A button of a message node may begin another flow: of the same bot.
fn check_begun_flows(tx: &WriteTx<'_>, bot: BotId, graph: &Graph) -> Result<()> {
    for (id, message) in graph.messages() {
        for press in message.presses() {
            if let Some(flow) = press.flow
                && flows::get(tx, bot, flow)?.is_none()
            {
                let path = format!("/graph/nodes/{id}/message/buttons");
                return Err(EngineError::field(path, "unknown_flow", format!("this bot has no flow {flow}")));
            }
        }
    }
    Ok(())
}
