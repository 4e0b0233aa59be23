//! `/bot<token>/<method>`: reads the parameters, plays faults, waits for updates.

use super::socket::Connection;
use super::{App, real_now_ms};
use crate::faults::{Fault, FaultKind};
use crate::limits;
use crate::params::{Params, Upload};
use crate::reply::{Refusal, Reply};
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, FromRequest, Multipart, Query, Request, State};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::Response;
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::Instant;

/// Any path that is not the sandbox's own.
pub async fn call(
    State(app): State<Arc<App>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    request: Request,
) -> Response {
    let method = match method_of(&app.token, request.uri().path()) {
        Ok(method) => method,
        Err(refusal) => return response(refusal.into()),
    };
    let params = match params_of(request).await {
        Ok(params) => params,
        Err(refusal) => return response(refusal.into()),
    };
    let fault = app.world.lock().faults_mut().next(&method, params.integer("chat_id"), real_now_ms());
    if let Some(fault) = fault.as_ref().filter(|fault| fault.kind == FaultKind::Gateway) {
        return gateway(fault.status.unwrap_or(404));
    }
    let reply = match fault {
        None => execute(&app, &method, &params).await,
        Some(fault) => troubled(&app, &method, &params, &fault, &connection).await,
    };
    response(reply)
}

/// The method of a path, if its token is ours.
fn method_of(token: &str, path: &str) -> Result<String, Refusal> {
    let rest = path.strip_prefix("/bot").ok_or(Refusal::NotFound)?;
    let (given, method) = rest.split_once('/').ok_or(Refusal::NotFound)?;
    let given = given.replace("%3A", ":").replace("%3a", ":");
    if given == token {
        return Ok(method.trim_end_matches('/').to_string());
    }
    let is_token =
        given.split_once(':').is_some_and(|(id, secret)| id.parse::<i64>().is_ok() && !secret.is_empty());
    Err(if is_token { Refusal::Unauthorized } else { Refusal::InvalidToken })
}

async fn params_of(request: Request) -> Result<Params, Refusal> {
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(request.uri());
    let query = Params::from_pairs(pairs.map(|Query(pairs)| pairs).unwrap_or_default());
    if request.method() == Method::GET {
        return Ok(query);
    }
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let body = match kind.as_str() {
        "multipart/form-data" => multipart(request).await?,
        "application/json" => {
            let body = bytes(request.into_body()).await?;
            let unreadable = |_| Refusal::exact("can't parse request body as JSON object");
            if body.is_empty() { Params::default() } else { json_params(&body).map_err(unreadable)? }
        }
        "application/x-www-form-urlencoded" => form(&bytes(request.into_body()).await?),
        _ => Params::default(),
    };
    Ok(body.or(query))
}

fn json_params(body: &[u8]) -> serde_json::Result<Params> {
    serde_json::from_slice::<serde_json::Map<_, _>>(body).map(|map| Params::from_json(map.into()))
}

fn form(body: &[u8]) -> Params {
    let text = String::from_utf8_lossy(body);
    // A form body has the same syntax as a query.
    let pairs = format!("/?{text}")
        .parse()
        .ok()
        .and_then(|uri| Query::<Vec<(String, String)>>::try_from_uri(&uri).ok());
    match pairs {
        Some(Query(pairs)) => Params::from_pairs(pairs),
        None => Params::default(),
    }
}

async fn bytes(body: Body) -> Result<axum::body::Bytes, Refusal> {
    to_bytes(body, limits::BODY_BYTES_MAX).await.map_err(|_| Refusal::TooLarge)
}

/// A multipart form: texts, and files by the name of their field.
async fn multipart(request: Request) -> Result<Params, Refusal> {
    let unreadable = |error: axum::extract::multipart::MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::TooLarge,
        _ => Refusal::exact("can't parse multipart form data"),
    };
    // Read whole, also what stands behind the last part: else the connection could not go on.
    let (head, body) = request.into_parts();
    let request = Request::from_parts(head, Body::from(bytes(body).await?));
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|_| Refusal::exact("can't parse multipart form data"))?;
    let (mut pairs, mut files) = (Vec::new(), HashMap::new());
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        let field_name = field.name().unwrap_or_default().to_string();
        let Some(name) = field.file_name().map(str::to_string) else {
            pairs.push((field_name, field.text().await.map_err(unreadable)?));
            continue;
        };
        let content_type = field.content_type().map(str::to_string);
        let bytes = field.bytes().await.map_err(unreadable)?;
        if bytes.len() > limits::UPLOAD_BYTES_MAX {
            return Err(Refusal::TooLarge);
        }
        let upload = Upload { name: Some(name), content_type, bytes: bytes.as_ref().into() };
        files.insert(field_name, upload);
    }
    Ok(Params::from_pairs(pairs).with_files(files))
}

async fn execute(app: &App, method: &str, params: &Params) -> Reply {
    if method.eq_ignore_ascii_case("getUpdates") {
        return get_updates(app, params).await;
    }
    app.world.lock().call(method, params, real_now_ms())
}

async fn troubled(app: &App, method: &str, params: &Params, fault: &Fault, connection: &Connection) -> Reply {
    match fault.kind {
        FaultKind::TooMany => {
            Refusal::TooManyRequests { retry_after_s: fault.retry_after_s(real_now_ms()) }.into()
        }
        FaultKind::Refusal => {
            let body = json!({"ok": false, "error_code": fault.status.unwrap_or(400), "description": fault.description});
            Reply { status: fault.status.unwrap_or(400), body, retry_after_s: None }
        }
        FaultKind::Gateway | FaultKind::ServerError => {
            if fault.executed {
                execute(app, method, params).await;
            }
            server_error(fault.status.unwrap_or(500)).into()
        }
        FaultKind::ResetBefore => {
            connection.break_it();
            server_error(500).into()
        }
        FaultKind::ResetAfter => {
            let reply = execute(app, method, params).await;
            connection.break_it();
            reply
        }
        FaultKind::Delay => {
            tokio::time::sleep(Duration::from_millis(fault.delay_ms)).await;
            execute(app, method, params).await
        }
    }
}

/// What a machine in between says.
fn gateway(status: u16) -> Response {
    let page = format!("<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>");
    let mut response = Response::new(Body::from(page));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
    response
}

fn server_error(status: u16) -> Refusal {
    let text = match status {
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Internal Server Error: restart",
    };
    Refusal::Server { status, text }
}

/// Waits until there is something to tell, the time is over, or a newer poll comes.
async fn get_updates(app: &App, params: &Params) -> Reply {
    let number = app.poll_number.fetch_add(1, Ordering::AcqRel) + 1;
    app.polls.notify_waiters();
    let timeout_s = params.integer("timeout").and_then(|s| u64::try_from(s).ok()).unwrap_or(0);
    let deadline = Instant::now() + Duration::from_secs(timeout_s.min(limits::POLL_TIMEOUT_S_MAX));
    let mut has_waited = false;
    loop {
        // Both are listened to before looking, so that nothing between is missed.
        let (update, newer_poll) = (app.updates.notified(), app.polls.notified());
        tokio::pin!(update, newer_poll);
        update.as_mut().enable();
        newer_poll.as_mut().enable();
        if app.poll_number.load(Ordering::Acquire) != number {
            return Refusal::OtherPoll.into();
        }
        let reply = app.world.lock().call("getupdates", params, real_now_ms());
        if has_waited && reply.status == 409 {
            return Refusal::WebhookCame.into();
        }
        let is_empty = reply.result().and_then(|result| result.as_array()).is_some_and(Vec::is_empty);
        if !is_empty || Instant::now() >= deadline {
            return reply;
        }
        has_waited = true;
        tokio::select! {
            () = update => {}
            () = newer_poll => {}
            () = tokio::time::sleep_until(deadline) => {}
        }
    }
}

pub(super) fn response(reply: Reply) -> Response {
    let mut response = Response::new(Body::from(reply.body.to_string()));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(seconds) = reply.retry_after_s {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
