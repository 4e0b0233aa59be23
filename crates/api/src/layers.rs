//! What every answer goes through: an id, a time limit, compression, headers, and a floor under panics.

use std::any::Any;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::set_header::SetResponseHeaderLayer;

use crate::problem::{Code, Problem};

/// The largest JSON body, in bytes. A flow of 500 nodes fits; a route that takes files raises it for itself.
const BODY_BYTES_MAX: usize = 4 << 20;
/// How long an answer's beginning may take. What takes longer is given up and its changes are not.
const ANSWER_MS_MAX: u64 = 60_000;
/// Routes whose work is as long as its file.
const UNHURRIED: [&str; 3] = ["/import", "/export", "/media"];

/// Lays the layers around the routes. The last is the outermost.
pub fn around(routes: Router) -> Router {
    let id = HeaderName::from_static("x-request-id");
    routes
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::from_fn(in_time))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(CompressionLayer::new())
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(header::X_FRAME_OPTIONS, "DENY"))
        .layer(fixed(header::REFERRER_POLICY, "same-origin"))
        .layer(fixed(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"))
        .layer(fixed(header::CACHE_CONTROL, "no-store"))
        .layer(PropagateRequestIdLayer::new(id.clone()))
        .layer(SetRequestIdLayer::new(id, MakeRequestUuid))
}

fn fixed(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

async fn in_time(request: Request, next: Next) -> Response {
    if UNHURRIED.iter().any(|end| request.uri().path().ends_with(end)) {
        return next.run(request).await;
    }
    let late = |_| Problem::new(Code::Unavailable, "the answer took too long; try again").into_response();
    tokio::time::timeout(Duration::from_millis(ANSWER_MS_MAX), next.run(request)).await.unwrap_or_else(late)
}

fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    Problem::internal(&format!("a handler panicked: {text}")).into_response()
}
