//! `Idempotency-Key`: a create that is asked twice with one key happens once, and both get the same answer.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use engine::idempotency::{Attempt, Idempotency, Key};

use crate::access::caller;
use crate::problem::{Code, Problem, Result};
use crate::state::ApiState;

/// The header.
pub const HEADER: &str = "idempotency-key";
/// Says that an answer is an earlier one.
const REPLAYED: &str = "idempotency-replayed";
/// The longest key, in characters.
const KEY_CHARS_MAX: usize = 128;
/// The largest body that can be told apart from another: imports are the largest.
const BODY_BYTES_MAX: usize = 64 << 20;
/// The largest answer that is remembered.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// Marks an answer with a secret in it: it is given once and never remembered.
#[derive(Debug, Clone, Copy)]
pub struct HoldsSecret;

/// The layer.
pub async fn answer_once(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !request.headers().contains_key(HEADER) {
        return next.run(request).await;
    }
    match keyed(state, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn keyed(state: ApiState, request: Request, next: Next) -> Result<Response> {
    let (mut parts, body) = request.into_parts();
    let key = parts.headers.get(HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let key = key.trim().to_owned();
    if key.is_empty() || key.len() > KEY_CHARS_MAX {
        let detail = format!("Idempotency-Key must have 1 to {KEY_CHARS_MAX} characters");
        return Err(Problem::new(Code::Malformed, detail));
    }
    // Signing in has no workspace yet, and answers with a cookie: it is never remembered.
    let Ok(caller) = caller(&mut parts, &state).await else {
        return Ok(next.run(Request::from_parts(parts, body)).await);
    };
    let too_large = |_| Problem::new(Code::TooLarge, "the body is too large, or was not sent to its end");
    let bytes = to_bytes(body, BODY_BYTES_MAX).await.map_err(too_large)?;
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str()).to_owned();
    let repeats = state.rooms.idempotency.clone();
    match repeats.begin(caller.workspace, &key, &[target.as_bytes(), &bytes]).await? {
        Attempt::Done { status, body } => Ok(replay(status, body)),
        Attempt::Mismatch => {
            let detail = "this Idempotency-Key was used for another request in the last 24 hours";
            Err(Problem::new(Code::IdempotencyMismatch, detail))
        }
        Attempt::Unfinished => {
            let detail = "a request with this Idempotency-Key has begun and its end is not known; look whether it \
                          was done, and use another key";
            Err(Problem::new(Code::Conflict, detail))
        }
        Attempt::First(key) => {
            // The work goes on when the asker hangs up, so that its answer is there for the repeat.
            let request = Request::from_parts(parts, Body::from(bytes));
            let work = tokio::spawn(async move { remember(&repeats, key, next.run(request).await).await });
            work.await.map_err(|error| Problem::internal(&error))?
        }
    }
}

/// Keeps the answer of a create that was done; gives the key free where nothing was.
async fn remember(repeats: &Idempotency, key: Key, response: Response) -> Result<Response> {
    if !response.status().is_success() {
        repeats.forget(key).await?;
        return Ok(response);
    }
    let holds_secret = response.extensions().get::<HoldsSecret>().is_some();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, ANSWER_BYTES_MAX).await.map_err(|error| Problem::internal(&error))?;
    let text = String::from_utf8(bytes.to_vec()).map_err(|error| Problem::internal(&error))?;
    let kept = if holds_secret {
        let problem = Problem::new(Code::Conflict, "it was made; its secret is shown once and not again");
        let shown = to_bytes(problem.into_response().into_body(), ANSWER_BYTES_MAX).await;
        let shown = shown.map_err(|error| Problem::internal(&error))?;
        (StatusCode::CONFLICT, String::from_utf8_lossy(&shown).into_owned())
    } else {
        (parts.status, text.clone())
    };
    repeats.finish(key, kept.0.as_u16(), kept.1).await?;
    Ok(Response::from_parts(parts, Body::from(text)))
}

fn replay(status: u16, body: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind = if status.is_success() { "application/json" } else { "application/problem+json" };
    let mut response = (status, body).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(HeaderName::from_static(REPLAYED), HeaderValue::from_static("true"));
    response
}
