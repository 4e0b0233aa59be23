//! `GET /metrics`: figures for Prometheus, in the OpenMetrics text format.
//!
//! Who asks from this machine without a proxy in between needs no token; everybody else sends an owner's. There are no
//! names of people and no words in it.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use axum::Extension;
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::event::Outcome;
use engine::clock::{Clock, SystemClock};
use engine::gauges::{self, BotGauges, NodeGauges};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::access::{Network, may};
use crate::problem::{Code, Problem, Result};
use crate::state::ApiState;

/// Upper bounds of the buckets, in seconds.
const BUCKETS_S: [f64; 9] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    method: &'static str,
    /// As the routes have it, with the names of its parts: never an id.
    route: String,
    status: u16,
}

/// What this process counts itself.
pub struct Metrics {
    requests: Family<Asked, Histogram>,
    registry: Registry,
}

impl Default for Metrics {
    fn default() -> Self {
        let requests = Family::<Asked, Histogram>::new_with_constructor(|| Histogram::new(BUCKETS_S));
        let mut registry = Registry::with_prefix("muster");
        let help = "How long requests took until the answer's beginning";
        registry.register_with_unit("http_request_duration", help, Unit::Seconds, requests.clone());
        Self { requests, registry }
    }
}

/// Times every request.
pub async fn measure(
    State(metrics): State<Arc<Metrics>>,
    route: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let method = method_label(request.method());
    let answer = next.run(request).await;
    let route = route.map_or_else(|| "none".to_owned(), |route| route.as_str().to_owned());
    let asked = Asked { method, route, status: answer.status().as_u16() };
    metrics.requests.get_or_create(&asked).observe(began.elapsed().as_secs_f64());
    answer
}

/// A stranger may send any word for a method: what becomes a label is kept for ever, so it is one of a few.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// The figures of this moment.
pub async fn show(
    State(state): State<ApiState>,
    Extension(metrics): Extension<Arc<Metrics>>,
    request: Request,
) -> Result<Response> {
    let (mut parts, _) = request.into_parts();
    let Ok(network) = Network::from_request_parts(&mut parts, &state).await;
    if !network.is_this_machine(&parts.headers, &state.options) {
        may::ManageWorkspace::from_request_parts(&mut parts, &state).await?;
    }
    let read = |tx: &store::ReadTx<'_>| Ok::<_, engine::EngineError>((gauges::read(tx)?, gauges::nodes(tx)?));
    let (bots, nodes) = state.reader.read(read).await?;
    let is_writable = state.reader.refusal().is_none();
    let dropped = state.rooms.webhooks.dropped_answers();
    let text = encode(&metrics.registry, (is_writable, dropped), &bots, &nodes)
        .map_err(|_| Problem::new(Code::Internal, "the figures could not be written"))?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}

type Labels = Vec<(&'static str, String)>;

fn encode(
    own: &Registry,
    (is_writable, dropped_answers): (bool, u64),
    bots: &[BotGauges],
    nodes: &[NodeGauges],
) -> std::result::Result<String, std::fmt::Error> {
    let mut registry = Registry::with_prefix("muster");
    let writable = vec![(Labels::new(), f64::from(is_writable))];
    gauge(
        &mut registry,
        "database_writable",
        "1 while the database takes writes, 0 when it refused the last",
        writable,
    );
    let dropped = Counter::<u64>::default();
    dropped.inc_by(dropped_answers);
    let help = "Answers to presses and payments that were dropped, for want of a place or of time";
    registry.register("answers_dropped", help, dropped);
    bot_figures(&mut registry, bots);
    node_figures(&mut registry, nodes);
    let mut text = String::new();
    encode_registry(&mut text, own)?;
    encode_registry(&mut text, &registry)?;
    encode_eof(&mut text)?;
    Ok(text)
}

fn node_figures(registry: &mut Registry, nodes: &[NodeGauges]) {
    let figures = nodes.iter().flat_map(|node| {
        let labels = |duty: &str| vec![("node", node.name.clone()), ("duty", duty.to_owned())];
        [(labels("intake"), node.taken_in_for as f64), (labels("sending"), node.sent_for as f64)]
    });
    let help = "Bots that a server which is there takes in or sends for";
    gauge(registry, "node_bots", help, figures.collect());
}

fn bot_figures(registry: &mut Registry, bots: &[BotGauges]) {
    let bot = |bot: &BotGauges| vec![("bot", bot.username.clone())];
    let of_bots =
        |value: fn(&BotGauges) -> f64| bots.iter().map(move |each| (bot(each), value(each))).collect();
    gauge(
        registry,
        "bot_running",
        "1 while the bot is run, 0 when stopped or refused",
        of_bots(|b| f64::from(b.running)),
    );
    gauge(registry, "contacts", "People known", of_bots(|b| b.contacts as f64));
    gauge(registry, "events", "Events in the log", of_bots(|b| b.events as f64));
    gauge(
        registry,
        "updates_failed",
        "Updates that could not be taken in",
        of_bots(|b| b.ingest_failed as f64),
    );
    gauge(
        registry,
        "last_update_timestamp_seconds",
        "When the last update came, 0 for never",
        of_bots(|b| b.last_update_at.unwrap_or(0) as f64 / 1_000.0),
    );
    gauge(
        registry,
        "telegram_wait_seconds",
        "How long Telegram asked to wait from now on",
        of_bots(|b| (b.blocked_until.unwrap_or(0) as f64 / 1_000.0 - unix_seconds()).max(0.0)),
    );
    let mut waiting = Vec::new();
    let mut recipients = Vec::new();
    for each in bots {
        let with =
            |name: &'static str, value: &str| vec![("bot", each.username.clone()), (name, value.to_owned())];
        waiting.extend(each.waiting.iter().map(|(lane, count)| (with("lane", lane), *count as f64)));
        recipients.extend(
            each.recipients
                .iter()
                .map(|(outcome, count)| (with("outcome", &name_of(*outcome)), *count as f64)),
        );
    }
    gauge(registry, "messages_waiting", "Messages outside campaigns that wait to be sent", waiting);
    gauge(registry, "recipients", "Recipients of all campaigns by outcome", recipients);
}

fn gauge(registry: &mut Registry, name: &str, help: &str, values: Vec<(Labels, f64)>) {
    let family = Family::<Labels, Gauge<f64, AtomicU64>>::default();
    for (labels, value) in values {
        family.get_or_create(&labels).set(value);
    }
    registry.register(name, help, family);
}

/// The outcome's name, as everywhere in the API.
fn name_of(outcome: Outcome) -> String {
    match serde_json::to_value(outcome) {
        Ok(serde_json::Value::String(name)) => name,
        _ => "unknown".to_owned(),
    }
}

fn unix_seconds() -> f64 {
    SystemClock.now() as f64 / 1_000.0
}
