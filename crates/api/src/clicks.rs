//! `/c/{token}`: a tracked link leads on. Previewers and `HEAD` are led on too, and leave no click.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::link::Visitor;

use crate::state::Rooms;

/// Leads on, and remembers who went.
pub async fn follow(
    State(rooms): State<Arc<Rooms>>,
    method: Method,
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Response {
    let Ok(target) = rooms.clicks.target(&token).await else {
        return (StatusCode::NOT_FOUND, "This link leads nowhere (any more).").into_response();
    };
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if Visitor::of(method == Method::HEAD, agent).is_person() {
        // A person is led on even while the database fails.
        if let Err(error) = rooms.clicks.record(&target).await {
            tracing::error!(%error, "a click was not recorded");
        }
    }
    let to = [(header::LOCATION, target.url), (header::CACHE_CONTROL, "no-store".to_owned())];
    (StatusCode::FOUND, to).into_response()
}
