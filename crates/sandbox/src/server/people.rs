//! `/sandbox/people` and `/sandbox/truth`: the people, what they did, and acting as one of them.

use super::{App, real_now_ms};
use crate::acts::ActError;
use crate::files::FileKind;
use crate::params::Upload;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Narrows a list of people.
#[derive(Deserialize)]
pub struct Narrow {
    /// Part of a name or username, in any case; or an id.
    search: Option<String>,
    limit: Option<usize>,
    /// Only those whose chat is open.
    #[serde(default)]
    started: bool,
    id: Option<i64>,
}

/// The world in a few numbers.
pub async fn state(State(app): State<Arc<App>>) -> Json<Value> {
    let world = app.world.lock();
    Json(json!({
        "now_ms": world.now_ms(),
        "bot": {"name": world.config().bot_name, "username": world.config().bot_username},
        "people": world.people().count(),
        "met": world.people_met(),
        "seed": world.config().seed,
        "speed": world.config().speed,
        "placebo": world.config().placebo,
    }))
}

/// Every person as a JSON object a line.
pub async fn list(State(app): State<Arc<App>>, Query(narrow): Query<Narrow>) -> Response {
    let search = narrow.search.unwrap_or_default().to_lowercase();
    let world = app.world.lock();
    let found = world.people().filter(|person| {
        let names =
            ["first_name", "last_name", "username"].map(|name| person[name].as_str().unwrap_or_default());
        let text = format!("{} {} {}", names.join(" "), person["id"], person["language"]).to_lowercase();
        text.contains(&search) && (!narrow.started || person["has_started"] == true)
    });
    lines(found.take(narrow.limit.unwrap_or(usize::MAX)))
}

/// What really happened, a JSON object a line for each person who ever started the bot.
pub async fn truth(State(app): State<Arc<App>>, Query(narrow): Query<Narrow>) -> Response {
    let world = app.world.lock();
    match narrow.id {
        Some(id) => lines(world.truth_of(id).into_iter()),
        None => lines(world.truth().take(narrow.limit.unwrap_or(usize::MAX))),
    }
}

fn lines(objects: impl Iterator<Item = Value>) -> Response {
    let mut body = String::new();
    for object in objects {
        body.push_str(&object.to_string());
        body.push('\n');
    }
    ([(CONTENT_TYPE, "application/x-ndjson")], body).into_response()
}

/// A person's chat as they see it, with the bot's latest answers to presses.
pub async fn chat(State(app): State<Arc<App>>, Path(id): Path<i64>) -> Response {
    const ANSWERS_MAX: usize = 5;
    let world = app.world.lock();
    let (Some(person), Some(messages)) = (world.person(id), world.chat_messages(id)) else {
        return refused(ActError::NoSuchPerson);
    };
    Json(json!({
        "person": person,
        "messages": messages,
        "reply_keyboard": world.reply_keyboard(id),
        "answers": world.latest_answers(id, ANSWERS_MAX),
        "commands": world.command_list(),
    }))
    .into_response()
}

/// What an act needs; each act reads its own part.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActBody {
    payload: Option<String>,
    message_id: Option<i64>,
    data: Option<String>,
    text: Option<String>,
    emoji: Option<String>,
    url: Option<String>,
    currency: Option<String>,
    amount: Option<i64>,
}

/// Acts as a person: `start`, `press`, `react`, `write`, `follow`, `pay`, `block`, `unblock`.
pub async fn act(
    State(app): State<Arc<App>>,
    Path((id, act)): Path<(i64, String)>,
    body: axum::body::Bytes,
) -> Response {
    let body: ActBody = match serde_json::from_slice(if body.is_empty() { b"{}" } else { &body }) {
        Ok(body) => body,
        Err(error) => return error_json(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    let mut world = app.world.lock();
    let now_ms = real_now_ms();
    let missing = |name: &str| error_json(StatusCode::BAD_REQUEST, &format!("{act} needs {name}"));
    let done = match act.as_str() {
        "start" => {
            world.person_start(id, body.payload.as_deref(), now_ms).map(|id| json!({"message_id": id}))
        }
        "write" => match &body.text {
            Some(text) => world.person_write(id, text, now_ms).map(|id| json!({"message_id": id})),
            None => return missing("text"),
        },
        "press" => match (body.message_id, &body.data) {
            (Some(message), Some(data)) => {
                world.person_press(id, message, data, now_ms).map(|id| json!({"callback_query_id": id}))
            }
            _ => return missing("message_id and data"),
        },
        "react" => match body.message_id {
            Some(message) => {
                world.person_react(id, message, body.emoji.as_deref(), now_ms).map(|()| json!({}))
            }
            None => return missing("message_id"),
        },
        "follow" => match &body.url {
            Some(url) => world.person_follow(id, body.message_id, url, now_ms).map(|_| json!({})),
            None => return missing("url"),
        },
        "pay" => match (&body.currency, body.amount) {
            (Some(currency), Some(amount)) => {
                world.person_pay(id, currency, amount, now_ms).map(|id| json!({"message_id": id}))
            }
            _ => match body.message_id {
                Some(message) => {
                    world.person_checkout(id, message, now_ms).map(|id| json!({"pre_checkout_query_id": id}))
                }
                None => return missing("currency and amount, or an invoice's message_id"),
            },
        },
        "block" => world.person_block(id, now_ms).map(|()| json!({})),
        "unblock" => world.person_unblock(id, now_ms).map(|()| json!({})),
        _ => return error_json(StatusCode::NOT_FOUND, "people cannot do that"),
    };
    match done {
        Ok(mut answer) => {
            answer["ok"] = true.into();
            Json(answer).into_response()
        }
        Err(error) => refused(error),
    }
}

/// What a sent file is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SentFile {
    kind: Option<String>,
    name: Option<String>,
    #[serde(default)]
    caption: String,
}

/// Sends the request's body as a person's file.
pub async fn send(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    Query(sent): Query<SentFile>,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Response {
    let kind = match sent.kind.as_deref() {
        None | Some("photo") => FileKind::Photo,
        Some("document") => FileKind::Document,
        Some("video") => FileKind::Video,
        Some(_) => return error_json(StatusCode::BAD_REQUEST, "kind is photo, document or video"),
    };
    let content_type = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).map(str::to_string);
    let upload = Upload { name: sent.name, content_type, bytes: body.as_ref().into() };
    match app.world.lock().person_send(id, kind, &upload, &sent.caption, real_now_ms()) {
        Ok(message_id) => Json(json!({"ok": true, "message_id": message_id})).into_response(),
        Err(error) => refused(error),
    }
}

fn refused(error: ActError) -> Response {
    let status = if error == ActError::NoSuchPerson { StatusCode::NOT_FOUND } else { StatusCode::CONFLICT };
    error_json(status, &error.to_string())
}

fn error_json(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({"ok": false, "error": error}))).into_response()
}
