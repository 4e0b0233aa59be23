//! `/l/{code}`: a diversion link records who came and leads on to the bot. What leads nowhere, and whatever lies beside
//! a public address, gets a plain page: strangers are never shown the team's console.

use std::sync::Arc;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::link::looks_ahead;
use engine::EngineError;
use engine::links::Opened;

use crate::access::{Network, user_agent};
use crate::state::Rooms;

/// The page holds its own few rules of style and nothing else.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/// Leads on, and remembers who came.
pub async fn open(
    State(rooms): State<Arc<Rooms>>,
    network: Network,
    method: Method,
    headers: HeaderMap,
    code: Result<Path<String>, PathRejection>,
    query: Result<Query<Vec<(String, String)>>, QueryRejection>,
) -> Response {
    let Some(code) = code.ok().and_then(|Path(code)| single(&code)) else { return nowhere(headers).await };
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let opened = Opened {
        is_head: method == Method::HEAD,
        is_ahead: is_ahead(&headers),
        address: network.0,
        user_agent: user_agent(&headers).to_owned(),
        language: text(header::ACCEPT_LANGUAGE),
        referrer: text(header::REFERER),
        // An address that cannot be read is no reason to turn a person away.
        query: query.map(|Query(pairs)| pairs).unwrap_or_default(),
    };
    match rooms.links.open(&code, opened).await {
        Ok(target) => {
            let to = [(header::LOCATION, target), (header::CACHE_CONTROL, "no-store".to_owned())];
            (StatusCode::FOUND, to).into_response()
        }
        Err(EngineError::NotFound(_)) => page(StatusCode::NOT_FOUND, &headers),
        Err(error) => {
            tracing::error!(%error, "a link could not be opened");
            page(StatusCode::SERVICE_UNAVAILABLE, &headers)
        }
    }
}

/// What an address is followed by, without the slashes behind it; `None` where it goes on to a place below.
pub(crate) fn single(rest: &str) -> Option<String> {
    let rest = rest.trim_end_matches('/');
    (!rest.is_empty() && !rest.contains('/')).then(|| rest.to_owned())
}

/// Whether a browser fetches a page before the person asks for it. Each of them says so in a header of its own.
pub(crate) fn is_ahead(headers: &HeaderMap) -> bool {
    let purposes = ["sec-purpose", "purpose", "x-purpose", "x-moz"].map(|name| headers.get(name));
    purposes.into_iter().flatten().any(|value| value.to_str().is_ok_and(looks_ahead))
}

/// The page of an address that leads nowhere.
pub async fn nowhere(headers: HeaderMap) -> Response {
    page(StatusCode::NOT_FOUND, &headers)
}

fn page(status: StatusCode, headers: &HeaderMap) -> Response {
    let language =
        headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let chinese = language.trim_start().to_ascii_lowercase().starts_with("zh");
    let gone = status == StatusCode::NOT_FOUND;
    let (lang, title, text) = match (chinese, gone) {
        (false, true) => (
            "en",
            "This link leads nowhere",
            "It may have ended, or a letter is missing. Ask whoever gave it to you for a new one.",
        ),
        (false, false) => ("en", "One moment", "This link cannot be opened just now. Try again in a minute."),
        (true, true) => {
            ("zh-CN", "此链接已失效", "它可能已经停用，或少了一个字符。请向给你链接的人索取新的链接。")
        }
        (true, false) => ("zh-CN", "请稍候", "暂时无法打开此链接，请一分钟后再试。"),
    };
    let body = format!(
        "<!doctype html><html lang=\"{lang}\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{title}</title><style>\
         :root{{color-scheme:light dark}}body{{font:16px/1.6 system-ui,sans-serif;max-width:26rem;margin:22vh auto 0;\
         padding:0 1.5rem}}h1{{font-size:1.25rem;margin:0 0 .5rem}}p{{margin:0;opacity:.75}}</style>\
         <h1>{title}</h1><p>{text}</p></html>"
    );
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    let policy = (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
    (status, [kind, policy], body).into_response()
}
