//! The live feed: server-sent events that say what changed, never what it says.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use domain::event::Event as LogEvent;
use domain::ids::{BotId, WorkspaceId};
use engine::EngineError;
use engine::live::{Change, Live};
use futures_util::{Stream, StreamExt, stream};
use serde::Deserialize;
use serde_json::json;
use store::{Reader, bots, events};
use tokio::sync::broadcast::error::RecvError;
use utoipa::IntoParams;

use crate::access::Agent;
use crate::body::Query;
use crate::problem::Result;

const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Missed events that are told one by one; who missed more starts over.
const RESUMED_MAX: usize = 1_000;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LiveQuery {
    pub bot_id: i64,
}

/// What changes about a bot from now on, or from `Last-Event-ID` on. `event: reset` says: read everything anew.
#[utoipa::path(get, path = "/live", tag = "live", operation_id = "watch_live", params(LiveQuery),
    responses((status = 200, content_type = "text/event-stream", body = String)))]
pub async fn watch(
    State(live): State<Live>,
    State(reader): State<Reader>,
    agent: Agent,
    headers: HeaderMap,
    Query(query): Query<LiveQuery>,
) -> Result<Sse<impl Stream<Item = std::result::Result<Event, Infallible>>>> {
    let (workspace, bot) = (agent.workspace, BotId(query.bot_id));
    // Watched before the log is read, so that nothing falls between the two.
    let watcher = live.watch();
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse().ok());
    let missed = reader.read(move |tx| missed(tx, workspace, bot, last)).await?;
    let resumed = match missed {
        Missed::Events(events) => {
            events.iter().map(|event| told(&Change::of(workspace, bot, event))).collect()
        }
        Missed::TooMany => vec![Event::default().event("reset").data("{}")],
    };
    let changes = stream::unfold((watcher, live), move |(mut watcher, live)| async move {
        loop {
            let heard = tokio::select! {
                heard = watcher.recv() => heard,
                () = live.closed() => return None,
            };
            match heard {
                Ok(change) if change.workspace == workspace && change.bot == bot => {
                    return Some((told(&change), (watcher, live)));
                }
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => {
                    return Some((Event::default().event("reset").data("{}"), (watcher, live)));
                }
                Err(RecvError::Closed) => return None,
            }
        }
    });
    let feed = stream::iter(resumed).chain(changes).map(Ok);
    Ok(Sse::new(feed).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

enum Missed {
    Events(Vec<LogEvent>),
    TooMany,
}

fn missed(
    tx: &store::ReadTx<'_>,
    workspace: WorkspaceId,
    bot: BotId,
    last: Option<i64>,
) -> std::result::Result<Missed, EngineError> {
    bots::get(tx, workspace, bot)?.ok_or(EngineError::NotFound("bot"))?;
    let Some(last) = last else { return Ok(Missed::Events(Vec::new())) };
    let events = events::after(tx, bot, last, RESUMED_MAX + 1)?;
    Ok(if events.len() > RESUMED_MAX { Missed::TooMany } else { Missed::Events(events) })
}

fn told(change: &Change) -> Event {
    let data = json!({
        "number": change.number,
        "kind": change.kind,
        "contact_id": change.contact,
        "campaign_id": change.campaign,
    });
    Event::default().event("change").id(change.number.to_string()).data(data.to_string())
}
