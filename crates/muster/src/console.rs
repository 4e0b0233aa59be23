//! The console's files, embedded in the binary.

use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

/// What `npm run build` made. Without it (a build of the server alone) one page says how to make it.
#[derive(RustEmbed)]
#[folder = "../../console/dist"]
#[allow_missing = true]
struct Files;

const WITHOUT: &str = "<!doctype html><meta charset=utf-8><title>Muster</title><p>This build has no console. \
     Run <code>make console</code>, then build again. The API is at <a href=/api/v1/openapi.json>/api/v1</a>.";

/// A file of the console; for any other path its page, which finds the place by itself.
pub async fn file(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if let Some(file) = Files::get(path).filter(|_| !path.is_empty()) {
        let cache = if path.starts_with("assets/") {
            // Their names hold a hash of their content.
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        let kind = file.metadata.mimetype().to_owned();
        return ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, cache.to_owned())], file.data)
            .into_response();
    }
    if path.starts_with("assets/") {
        return StatusCode::NOT_FOUND.into_response();
    }
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    match Files::get("index.html") {
        Some(page) => (headers, page.data).into_response(),
        None => (headers, WITHOUT).into_response(),
    }
}
