//! Walking: the pure step's effects carried out inside the transaction that records the act.

use std::collections::HashMap;
use std::sync::Arc;

use domain::event::{EventBody, Origin};
use domain::flow::Status;
use domain::flow::{Effect, Graph, Input, MenuPress, Node, Run, Start, step};
use domain::ids::FlowId;
use domain::message::{
    Action, Button, ButtonWire, Message, MessageAuthor, Outgoing, OutgoingButton, Press, Variables,
};
use domain::time::Millis;
use parking_lot::Mutex;
use store::contacts::Contact;
use store::flows::{self, StoredRun};
use store::outbox::Lane;

use crate::acts::{Act, Responder};
use crate::catalog::WorkspaceCatalog;
use crate::facts::RowFacts;
use crate::journal::Journal;
use crate::{EngineError, Result, Secrets, conversation, effects, tokens};

/// Graphs kept parsed. Beyond, the cache begins anew.
const CACHED_MAX: usize = 256;

/// Answers people's acts with the bot's published flows.
#[derive(Clone)]
pub struct FlowRunner {
    secrets: Secrets,
    /// By the stored text, so that whoever changes a row is seen at once.
    graphs: Arc<Mutex<HashMap<String, Arc<Graph>>>>,
}

/// One version of one flow.
#[derive(Clone)]
struct Version {
    flow: FlowId,
    version: i64,
    graph: Arc<Graph>,
}

impl FlowRunner {
    /// A runner that signs its buttons.
    pub fn new(secrets: Secrets) -> Self {
        Self { secrets, graphs: Arc::default() }
    }

    fn graph(&self, text: &str) -> Result<Arc<Graph>> {
        if let Some(graph) = self.graphs.lock().get(text) {
            return Ok(Arc::clone(graph));
        }
        let broken =
            |what: String| EngineError::Internal(format!("a published graph cannot be read: {what}"));
        let value = serde_json::from_str(text).map_err(|error| broken(error.to_string()))?;
        let graph = Graph::parse_stored(&value).map_err(|errors| broken(format!("{errors:?}")))?;
        let graph = Arc::new(graph);
        let mut graphs = self.graphs.lock();
        if graphs.len() >= CACHED_MAX {
            graphs.clear();
        }
        graphs.insert(text.to_owned(), Arc::clone(&graph));
        Ok(graph)
    }

    fn published(&self, journal: &Journal<'_>) -> Result<Vec<Version>> {
        let rows = flows::published(journal.tx(), journal.bot())?;
        rows.into_iter()
            .map(|row| Ok(Version { flow: row.flow, version: row.version, graph: self.graph(&row.graph)? }))
            .collect()
    }

    fn version(&self, journal: &Journal<'_>, flow: FlowId, version: i64) -> Result<Option<Version>> {
        match flows::version_text(journal.tx(), journal.bot(), flow, version)? {
            Some(text) => Ok(Some(Version { flow, version, graph: self.graph(&text)? })),
            None => Ok(None),
        }
    }

    /// The published flow that an input begins; of several the one whose trigger says most.
    fn begun_by(&self, journal: &Journal<'_>, input: &Input) -> Result<Option<Version>> {
        let all = self.published(journal)?;
        let best = all
            .iter()
            .filter_map(|version| version.graph.trigger_for(input).map(|found| (found, version)))
            .max_by_key(|(found, _)| *found)
            .map(|(_, version)| version.clone());
        Ok(best)
    }

    fn text(&self, journal: &mut Journal<'_>, contact: &mut Contact, text: &str, at: Millis) -> Result<bool> {
        let input = Input::Text(text.to_owned());
        if let Some(stored) = flows::run_of(journal.tx(), journal.bot(), contact.number)?
            && let Some(version) = self.version(journal, stored.flow, stored.version)?
            && is_published(journal, stored.flow)?
            && self.walk(journal, contact, &version, input.clone(), at)?
        {
            return Ok(true);
        }
        match self.begun_by(journal, &input)? {
            Some(version) => {
                self.leave(journal, contact, at)?;
                self.walk(journal, contact, &version, input, at)
            }
            None => Ok(false),
        }
    }

    fn pressed(
        &self,
        journal: &mut Journal<'_>,
        contact: &mut Contact,
        press: MenuPress,
        at: Millis,
    ) -> Result<bool> {
        let Some(version) = self.version(journal, press.flow, press.version)? else { return Ok(false) };
        if !is_published(journal, press.flow)? {
            return Ok(false);
        }
        if let Some((node, option)) = press.resolve(&version.graph) {
            self.leave_others(journal, contact, &version, at)?;
            return self.walk(journal, contact, &version, Input::Pressed { node, option }, at);
        }
        let Some(pressed) = message_press(&version.graph, press).cloned() else { return Ok(false) };
        let origin = Origin::Flow(press.flow);
        effects::remove_tags(journal, contact.number, &pressed.remove_tags, origin, at)?;
        effects::add_tags(journal, contact.number, &pressed.add_tags, origin, at)?;
        if let Some(reply) = &pressed.reply {
            let variables = Variables { profile: &contact.profile, attributes: &contact.attributes };
            let rendered = Outgoing::from(reply.render(variables));
            let author = MessageAuthor::Flow(press.flow);
            effects::send(journal, contact, Lane::Flows, &rendered, author, at)?;
        }
        match pressed.flow {
            Some(flow) => self.begin(journal, contact, flow, at),
            None => Ok(true),
        }
    }

    fn begin(
        &self,
        journal: &mut Journal<'_>,
        contact: &mut Contact,
        flow: FlowId,
        at: Millis,
    ) -> Result<bool> {
        let version = self.published(journal)?.into_iter().find(|version| version.flow == flow);
        match version {
            Some(version) => {
                self.leave(journal, contact, at)?;
                self.walk(journal, contact, &version, Input::Started(Start::Direct), at)
            }
            None => Ok(false),
        }
    }

    /// Ends whatever run a person is in.
    fn leave(&self, journal: &mut Journal<'_>, contact: &Contact, at: Millis) -> Result<()> {
        if let Some(run) = flows::run_of(journal.tx(), journal.bot(), contact.number)? {
            ended(journal, contact, run.flow, run.version, at)?;
        }
        Ok(())
    }

    /// Ends a run that a press does not belong to.
    fn leave_others(
        &self,
        journal: &mut Journal<'_>,
        contact: &Contact,
        version: &Version,
        at: Millis,
    ) -> Result<()> {
        let run = flows::run_of(journal.tx(), journal.bot(), contact.number)?;
        if run.is_some_and(|run| (run.flow, run.version) != (version.flow, version.version)) {
            self.leave(journal, contact, at)?;
        }
        Ok(())
    }

    /// Steps until the person is waited for. True when the flow had a use for the input.
    fn walk(
        &self,
        journal: &mut Journal<'_>,
        contact: &mut Contact,
        version: &Version,
        mut input: Input,
        at: Millis,
    ) -> Result<bool> {
        let stored = flows::run_of(journal.tx(), journal.bot(), contact.number)?;
        let stored = stored.filter(|run| (run.flow, run.version) == (version.flow, version.version));
        let mut run: Option<Run> = match stored {
            Some(stored) => serde_json::from_value(stored.run).ok(),
            None => None,
        };
        loop {
            let taken = step(&version.graph, run, input, at);
            if !taken.consumed {
                return Ok(false);
            }
            for effect in &taken.effects {
                self.carry_out(journal, contact, version, effect, at)?;
            }
            run = taken.run;
            match taken.check {
                Some(check) => {
                    let matched = matches(journal, contact, &check.expression, at)?;
                    input = Input::CheckAnswer { id: check.id, matched };
                }
                None => break,
            }
        }
        if let Some(run) = run {
            let started_at = run.started_at;
            let run = serde_json::to_value(run).map_err(|error| EngineError::Internal(error.to_string()))?;
            let stored = StoredRun { flow: version.flow, version: version.version, run, started_at };
            flows::put_run(journal.tx(), journal.bot(), contact.number, &stored, at)?;
        }
        Ok(true)
    }

    fn carry_out(
        &self,
        journal: &mut Journal<'_>,
        contact: &mut Contact,
        version: &Version,
        effect: &Effect,
        at: Millis,
    ) -> Result<()> {
        let (tx, bot, flow) = (journal.tx(), journal.bot(), version.flow);
        let origin = Origin::Flow(flow);
        match effect {
            Effect::RunStarted => {
                flows::count_up(tx, bot, flow, "started")?;
                let body = EventBody::FlowStarted { flow, version: version.version };
                journal.record(Some(contact.number), at, body)?;
            }
            Effect::Reached { node } => flows::count_up(tx, bot, flow, &format!("node/{node}"))?,
            Effect::Chosen { node, option } => {
                flows::count_up(tx, bot, flow, &format!("option/{node}/{option}"))?;
            }
            Effect::AddTags(names) => {
                effects::add_tags(journal, contact.number, names, origin, at)?;
            }
            Effect::RemoveTags(names) => {
                effects::remove_tags(journal, contact.number, names, origin, at)?;
            }
            Effect::Send { node, message, menu } => {
                let mut rendered = self.render(journal, contact, version, node, message);
                rendered.buttons.extend(menu.iter().map(|row| {
                    row.iter()
                        .filter_map(|button| {
                            let press = MenuPress::new(
                                &version.graph,
                                flow,
                                version.version,
                                &button.node,
                                &button.option,
                            )?;
                            let data = tokens::flow_press(&self.secrets, bot, contact.number, press);
                            Some(OutgoingButton { text: button.text.clone(), wire: ButtonWire::Press(data) })
                        })
                        .collect()
                }));
                let author = MessageAuthor::Flow(flow);
                effects::send(journal, contact, Lane::Flows, &rendered, author, at)?;
            }
            Effect::HandOver => {
                journal.record(Some(contact.number), at, EventBody::HandedOver { flow })?;
                conversation::hand_over(journal, contact, at)?;
            }
            Effect::Ended => ended(journal, contact, flow, version.version, at)?,
        }
        Ok(())
    }

    /// A node's message with what travels behind its own buttons.
    fn render(
        &self,
        journal: &Journal<'_>,
        contact: &Contact,
        version: &Version,
        node: &str,
        message: &Message,
    ) -> Outgoing {
        let variables = Variables { profile: &contact.profile, attributes: &contact.attributes };
        let place = version.graph.nodes().position(|(id, _)| id == node).unwrap_or(0);
        let mut flat = 0_u16;
        message.render(variables, |_, _, button: &Button| {
            let option = flat;
            flat += 1;
            match &button.action {
                Action::Url { url, .. } => ButtonWire::Url(url.clone()),
                Action::Press(_) => {
                    let press = MenuPress {
                        flow: version.flow,
                        version: version.version,
                        node: u16::try_from(place).unwrap_or(u16::MAX),
                        option,
                    };
                    let data = tokens::flow_press(&self.secrets, journal.bot(), contact.number, press);
                    ButtonWire::Press(data)
                }
            }
        })
    }
}

impl Responder for FlowRunner {
    fn respond(
        &self,
        journal: &mut Journal<'_>,
        contact: &mut Contact,
        act: &Act,
        at: Millis,
    ) -> Result<bool> {
        match act {
            Act::Start { payload } => {
                let start = Start::Command { name: "start".into(), payload: payload.clone() };
                self.command(journal, contact, start, at)
            }
            Act::Command { name } => {
                let start = Start::Command { name: name.clone(), payload: None };
                self.command(journal, contact, start, at)
            }
            Act::Text { text } => self.text(journal, contact, text, at),
            Act::FlowPress(press) => self.pressed(journal, contact, *press, at),
            Act::Begin { flow } => self.begin(journal, contact, *flow, at),
        }
    }

    fn option_name(&self, journal: &Journal<'_>, press: MenuPress) -> Result<Option<String>> {
        let Some(version) = self.version(journal, press.flow, press.version)? else { return Ok(None) };
        if let Some((_, option)) = press.resolve(&version.graph) {
            return Ok(Some(option));
        }
        Ok(message_button(&version.graph, press).map(|button| button.text.clone()))
    }
}

impl FlowRunner {
    fn command(
        &self,
        journal: &mut Journal<'_>,
        contact: &mut Contact,
        start: Start,
        at: Millis,
    ) -> Result<bool> {
        let input = Input::Started(start);
        match self.begun_by(journal, &input)? {
            Some(version) => {
                self.leave(journal, contact, at)?;
                self.walk(journal, contact, &version, input, at)
            }
            None => Ok(false),
        }
    }
}

fn is_published(journal: &Journal<'_>, flow: FlowId) -> Result<bool> {
    let row = flows::get(journal.tx(), journal.bot(), flow)?;
    Ok(row.is_some_and(|row| row.status == Status::Published))
}

fn ended(journal: &mut Journal<'_>, contact: &Contact, flow: FlowId, version: i64, at: Millis) -> Result<()> {
    flows::count_up(journal.tx(), journal.bot(), flow, "ended")?;
    flows::end_run(journal.tx(), journal.bot(), contact.number)?;
    journal.record(Some(contact.number), at, EventBody::FlowEnded { flow, version })?;
    Ok(())
}

/// The button of a message node, by its place among all of them.
fn message_button(graph: &Graph, press: MenuPress) -> Option<&Button> {
    let (_, node) = graph.nodes().nth(usize::from(press.node))?;
    let message = match node {
        Node::Message { message, .. } | Node::Handover { message: Some(message) } => message,
        _ => return None,
    };
    message.buttons.iter().flatten().nth(usize::from(press.option))
}

fn message_press(graph: &Graph, press: MenuPress) -> Option<&Press> {
    match &message_button(graph, press)?.action {
        Action::Press(press) => Some(press),
        Action::Url { .. } => None,
    }
}

/// Asks the one-contact evaluator, over the transaction's own rows. A condition that names something that is gone
/// since it was published matches nobody.
fn matches(
    journal: &mut Journal<'_>,
    contact: &Contact,
    expression: &serde_json::Value,
    at: Millis,
) -> Result<bool> {
    let workspace = journal.workspace();
    let catalog = WorkspaceCatalog::load(journal.tx(), workspace, journal.bot())?;
    match catalog.resolve_at("", expression) {
        Ok((_, resolved)) => {
            journal.write_down()?;
            RowFacts::load(journal.tx(), journal.bot(), contact.number)?.matches(&resolved, at, catalog.zone)
        }
        Err(EngineError::Invalid(errors)) => {
            tracing::warn!(?errors, "a published condition names something that is gone");
            Ok(false)
        }
        Err(error) => Err(error),
    }
}
