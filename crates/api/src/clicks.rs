//! `/c/{token}`: a tracked link leads on. Previewers, browsers that look ahead and
//! `HEAD` are led on too, and leave no click.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::link::{Asking, Visitor};

use crate::access::user_agent;
use crate::link_pages;
use crate::state::Rooms;

/// Leads on, and remembers who went.
pub async fn follow(
    State(rooms): State<Arc<Rooms>>,
    method: Method,
    headers: HeaderMap,
    token: Result<Path<String>, PathRejection>,
) -> Response {
    let Some(token) = token.ok().and_then(|Path(token)| link_pages::single(&token)) else {
        return link_pages::nowhere(headers).await;
    };
    // The full stop of a sentence may be glued to it.
    let token = token.trim_end_matches(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')));
    let Ok(target) = rooms.clicks.target(token).await else {
        return link_pages::nowhere(headers).await;
    };
    let asking = Asking {
        is_head: method == Method::HEAD,
        is_ahead: link_pages::is_ahead(&headers),
        user_agent: user_agent(&headers),
    };
    if Visitor::of(asking).is_person() {
        // A person is led on even while the database fails.
        if let Err(error) = rooms.clicks.record(&target).await {
            tracing::error!(%error, "a click was not recorded");
        }
    }
    let to = [(header::LOCATION, target.url), (header::CACHE_CONTROL, "no-store".to_owned())];
    (StatusCode::FOUND, to).into_response()
}
