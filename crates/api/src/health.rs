//! For whoever watches the process: is it there, and does its database answer?

use axum::extract::State;
use axum::http::StatusCode;
use store::{Reader, StoreError};

use crate::problem::{Code, Problem, READ_ONLY, Result};

/// `GET /healthz`: the process answers.
pub async fn alive() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// `GET /readyz`: the database answers as well, and took the last thing that was to be written.
pub async fn ready(State(reader): State<Reader>) -> Result<StatusCode> {
    let asked = reader.read(|tx| store::settings::get(tx, "ready").map(|_| ())).await;
    asked.map_err(|error: StoreError| {
        tracing::warn!(%error, "not ready");
        Problem::new(Code::Unavailable, "the database does not answer")
    })?;
    match reader.refusal() {
        None => Ok(StatusCode::NO_CONTENT),
        Some(full @ StoreError::Full) => Err(Problem::new(Code::Unavailable, full.to_string())),
        Some(StoreError::ReadOnly(_)) => Err(Problem::new(Code::Unavailable, READ_ONLY)),
        // Names hosts and folders, which are not for everybody.
        Some(_) => {
            Err(Problem::new(Code::Unavailable, "the database takes no writes; the server's log says why"))
        }
    }
}
