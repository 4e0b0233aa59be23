//! For whoever watches the process: is it there, and does its database answer?

use axum::extract::State;
use axum::http::StatusCode;
use store::{Reader, StoreError};

use crate::problem::{Code, Problem, Result};

/// `GET /healthz`: the process answers.
pub async fn alive() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// `GET /readyz`: the database answers as well.
pub async fn ready(State(reader): State<Reader>) -> Result<StatusCode> {
    let asked = reader.read(|tx| store::settings::get(tx, "ready").map(|_| ())).await;
    asked.map_err(|error: StoreError| {
        tracing::warn!(%error, "not ready");
        Problem::new(Code::Unavailable, "the database does not answer")
    })?;
    Ok(StatusCode::NO_CONTENT)
}
