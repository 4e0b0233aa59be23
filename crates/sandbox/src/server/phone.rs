//! The phone: one page that shows any person's chat and lets one act as them.

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; media-src 'self'; \
                      base-uri 'none'; form-action 'none'";

/// `/`
pub async fn page() -> Response {
    asset("text/html; charset=utf-8", include_str!("../phone/index.html"))
}

/// `/phone.css`
pub async fn style() -> Response {
    asset("text/css; charset=utf-8", include_str!("../phone/phone.css"))
}

/// `/phone.js`
pub async fn script() -> Response {
    asset("text/javascript; charset=utf-8", include_str!("../phone/phone.js"))
}

fn asset(kind: &'static str, content: &'static str) -> Response {
    let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-cache"), (CONTENT_SECURITY_POLICY, POLICY)];
    (headers, content).into_response()
}
