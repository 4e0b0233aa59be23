//! The live feed: server-sent events that say what changed, never what it says.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use domain::ids::BotId;
use engine::live::{Change, Feed, Live, Told};
use futures_util::{Stream, stream};
use serde::Deserialize;
use serde_json::json;
use store::Reader;
use utoipa::IntoParams;

use crate::access::may;
use crate::body::Query;
use crate::problem::Result;

/// A feed that has nothing to tell says so this often, so that a watcher knows it from one that hangs.
const ALIVE_EVERY: Duration = Duration::from_secs(15);

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LiveQuery {
    pub bot_id: i64,
}

/// What changes about a bot from now on, or from `Last-Event-ID` on: `event: change` for each event of its log, in
/// order. `event: reset` says: read everything anew. `event: alive` comes every 15 seconds while nothing changes.
#[utoipa::path(get, path = "/live", tag = "live", operation_id = "watch_live", params(LiveQuery),
    responses((status = 200, content_type = "text/event-stream", body = String)))]
pub async fn watch(
    State(live): State<Live>,
    State(reader): State<Reader>,
    caller: may::Read,
    headers: HeaderMap,
    Query(query): Query<LiveQuery>,
) -> Result<([(HeaderName, &'static str); 2], Sse<impl Stream<Item = std::result::Result<Event, Infallible>>>)>
{
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse().ok());
    let feed = Feed::open(live, reader, caller.workspace, BotId(query.bot_id), last).await?;
    let events = stream::unfold(feed, |mut feed| async move {
        let told = feed.next().await?;
        Some((Ok(written(&told)), feed))
    });
    let alive = KeepAlive::new().interval(ALIVE_EVERY).event(Event::default().event("alive").data("{}"));
    // Else a proxy that was told nothing about this address gathers news until it has some kilobytes of them.
    let at_once = [(HeaderName::from_static("x-accel-buffering"), "no"), (header::CACHE_CONTROL, "no-store")];
    Ok((at_once, Sse::new(events).keep_alive(alive)))
}

fn written(told: &Told) -> Event {
    match told {
        Told::Change(change) => {
            Event::default().event("change").id(change.number.to_string()).data(data_of(change))
        }
        Told::Reset => Event::default().event("reset").data("{}"),
    }
}

fn data_of(change: &Change) -> String {
    json!({
        "number": change.number,
        "kind": change.kind,
        "contact_id": change.contact,
        "campaign_id": change.campaign,
    })
    .to_string()
}
