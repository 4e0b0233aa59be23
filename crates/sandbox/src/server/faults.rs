//! `/sandbox/faults`: trouble on demand.

use super::{App, real_now_ms};
use crate::faults::Fault;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::sync::Arc;

/// The orders, with what each has hit.
pub async fn list(State(app): State<Arc<App>>) -> Json<Value> {
    Json(json!({"faults": app.world.lock().faults_mut().list()}))
}

/// Takes one order or a list of them; `{"clear": true}` forgets all.
pub async fn order(
    State(app): State<Arc<App>>,
    body: Bytes,
) -> Result<Json<Value>, (StatusCode, Json<Value>)> {
    let refused =
        |error: serde_json::Error| (StatusCode::BAD_REQUEST, Json(json!({"error": error.to_string()})));
    let body: Value = serde_json::from_slice(&body).map_err(refused)?;
    if body["clear"] == true {
        return Ok(clear(State(app)).await);
    }
    let orders = match body {
        Value::Array(list) => list,
        one => vec![one],
    };
    let orders: Result<Vec<Fault>, _> = orders.into_iter().map(serde_json::from_value).collect();
    let orders = orders.map_err(refused)?;
    let now_ms = real_now_ms();
    for fault in orders {
        app.world.lock().faults_mut().add(fault, now_ms);
    }
    Ok(list(State(app)).await)
}

/// Forgets all orders.
pub async fn clear(State(app): State<Arc<App>>) -> Json<Value> {
    app.world.lock().faults_mut().clear();
    list(State(app)).await
}
