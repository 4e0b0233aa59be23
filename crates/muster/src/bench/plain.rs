//! Bare axum servers: what the same request costs without anything of Muster's around it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use domain::contact::Profile;
use domain::event::EventBody;
use engine::clock::{Clock, SystemClock};
use store::bench::{PlainLoop, PlainUpdate, PlainWork};
use telegram::{Received, Update};
use tokio::task::JoinHandle;

use crate::Failure;

/// A server that ends when dropped.
pub(super) struct Bare {
    pub address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Drop for Bare {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Bare {
    /// Serves routes and nothing around them.
    pub async fn serve(routes: Router) -> Result<Self, Failure> {
        let listener = crate::assembly::bind((Ipv4Addr::LOCALHOST, 0).into()).await?;
        let address = listener.local_addr().map_err(|error| Failure::new(format!("no address: {error}")))?;
        let serving = tokio::spawn(async move {
            // It ends with the bench; a server that failed before shows in its clients.
            let _ = axum::serve(listener, routes).await;
        });
        Ok(Self { address, serving })
    }
}

/// Reads an update as Muster does, and answers.
pub(super) fn parsing() -> Router {
    Router::new().route(
        "/telegram/{hook}",
        post(async |body: String| match Received::parse(&body) {
            Ok(received) if received.id > 0 => StatusCode::OK,
            _ => StatusCode::BAD_REQUEST,
        }),
    )
}

/// Reads an update as Muster does, writes the same rows in the plain loop, and answers once they are durable.
pub(super) fn writing(bot: i64, rows: PlainLoop) -> Router {
    Router::new().route("/telegram/{hook}", post(write)).with_state((bot, Arc::new(rows)))
}

async fn write(State((bot, rows)): State<(i64, Arc<PlainLoop>)>, body: String) -> StatusCode {
    let Some(update) = rows_of(bot, &body) else { return StatusCode::BAD_REQUEST };
    if rows.take(PlainWork::Update(update)).await { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}

/// The values of an update's rows.
pub(super) fn rows_of(bot: i64, body: &str) -> Option<PlainUpdate> {
    let received = Received::parse(body).ok()?;
    let Update::Message(message) = received.update else { return None };
    let user = message.from?;
    let profile = Profile {
        username: user.username,
        first_name: Some(user.first_name.clone()),
        language: user.language_code,
        ..Profile::default()
    };
    let text = message.text.unwrap_or_default();
    let is_start = text == "/start";
    let event = if is_start {
        EventBody::Start { payload: None, message_id: message.message_id }
    } else {
        EventBody::Message {
            text: Some(text.clone()),
            content: "text".into(),
            message_id: message.message_id,
            file: None,
            details: None,
            charged: None,
        }
    };
    Some(PlainUpdate {
        bot,
        update_id: received.id,
        telegram_id: user.id,
        profile: serde_json::to_string(&profile).ok()?,
        name: user.first_name,
        at: now_ms(),
        kind: event.kind(),
        data: event.encode(),
        text: (!is_start).then_some(text),
    })
}

/// Unix milliseconds.
pub(super) fn now_ms() -> i64 {
    SystemClock.now()
}
