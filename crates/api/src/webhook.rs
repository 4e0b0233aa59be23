//! `/telegram/{hook}`: updates that Telegram pushes. A 2xx means that the update is durable; anything else makes
//! Telegram push it again.

use std::sync::Arc;

use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::fleet::PushError;

use crate::state::Rooms;

/// The largest update that is read, in bytes. Telegram's largest have some tens of thousands.
pub const UPDATE_BYTES_MAX: usize = 1 << 20;
/// What Telegram is asked to wait before it pushes again.
const RETRY_AFTER_S: &str = "1";

/// Takes one update in.
pub async fn receive(
    State(rooms): State<Arc<Rooms>>,
    Path(hook): Path<String>,
    headers: HeaderMap,
    body: Result<axum::body::Bytes, BytesRejection>,
) -> Response {
    let secret = headers.get("x-telegram-bot-api-secret-token").and_then(|value| value.to_str().ok());
    let body = match &body {
        Ok(body) => body,
        Err(rejection) => return rejection.status().into_response(),
    };
    // Refusing broken bytes would hold this chat's later updates back for a day, and then lose all of them.
    let taken = rooms.webhooks.receive(&hook, secret, &String::from_utf8_lossy(body)).await;
    let Err(error) = taken else { return StatusCode::OK.into_response() };
    let status = match &error {
        PushError::Unknown => StatusCode::NOT_FOUND,
        PushError::WrongSecret => StatusCode::UNAUTHORIZED,
        PushError::NotAnUpdate(_) => StatusCode::BAD_REQUEST,
        PushError::NotNow => {
            let wait = [(header::RETRY_AFTER, RETRY_AFTER_S)];
            return (StatusCode::SERVICE_UNAVAILABLE, wait, error.to_string()).into_response();
        }
    };
    (status, error.to_string()).into_response()
}
