//! Files: `/file/bot<token>/<path>` for the bot, `/sandbox/files/{id}` for the phone.

use super::App;
use crate::files::StoredFile;
use crate::reply::{Refusal, Reply};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// A file by the path that `getFile` told.
pub async fn for_bot(State(app): State<Arc<App>>, Path(rest): Path<String>) -> Response {
    let found = rest.strip_prefix("bot").and_then(|rest| {
        let (token, path) = rest.split_once('/')?;
        let world = app.world.lock();
        let file = world.files.at_path(path).filter(|_| token == app.token)?;
        Some(download(file))
    });
    found.flatten().unwrap_or_else(|| super::bot_api::response(Reply::from(Refusal::NotFound)))
}

/// A file by its id, shown on the phone's page.
pub async fn for_phone(State(app): State<Arc<App>>, Path(id): Path<String>) -> Response {
    let found = app.world.lock().files.get(&id).and_then(download);
    found.unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

fn download(file: &StoredFile) -> Option<Response> {
    let bytes = axum::body::Bytes::copy_from_slice(file.bytes()?);
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    let kind = HeaderValue::from_str(file.content_type());
    headers.insert(CONTENT_TYPE, kind.unwrap_or(HeaderValue::from_static("application/octet-stream")));
    // What was uploaded is shown, never run.
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    Some(response)
}
