//! Bringing people in from an uploaded table.

use std::io::Cursor;

use axum::Json;
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use domain::ids::BotId;
use engine::imports::{ImportReport, Imports, RejectedRow};
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Marketer;
use crate::problem::{Code, Problem, Result};

/// The largest table that can be uploaded; `muster import` takes any.
pub const BODY_BYTES_MAX: usize = 64 << 20;

/// The upload.
#[derive(Debug, ToSchema)]
#[allow(dead_code)] // its shape is documented; it is read part by part
pub struct ImportForm {
    /// A CSV table; `docs/API.md` lists its columns.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    bot_id: i64,
    /// Try everything, keep nothing.
    dry_run: Option<bool>,
}

/// A line that was refused.
#[derive(Debug, Serialize, ToSchema)]
pub struct Rejected {
    /// The head is line 1.
    pub line: u64,
    /// Empty when the line as a whole is meant.
    pub column: String,
    pub reason: String,
}

impl From<RejectedRow> for Rejected {
    fn from(row: RejectedRow) -> Self {
        Self { line: row.line, column: row.column, reason: row.reason }
    }
}

/// How an import went.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportAnswer {
    pub rows: u64,
    pub created: u64,
    pub updated: u64,
    /// All that the line says was so already.
    pub unchanged: u64,
    /// At most the first thousand.
    pub rejected: Vec<Rejected>,
    pub rejected_count: u64,
}

impl From<ImportReport> for ImportAnswer {
    fn from(report: ImportReport) -> Self {
        Self {
            rows: report.rows,
            created: report.created,
            updated: report.updated,
            unchanged: report.unchanged,
            rejected: report.rejected.into_iter().map(Rejected::from).collect(),
            rejected_count: report.rejected_count,
        }
    }
}

/// What was uploaded.
#[derive(Debug, Default)]
struct Upload {
    file: Option<Vec<u8>>,
    bot: Option<BotId>,
    dry_run: bool,
}

/// Brings people in from a CSV table, or with `dry_run` tells how it would go.
#[utoipa::path(post, path = "/contacts/import", tag = "contacts", operation_id = "import_contacts",
    request_body(content = ImportForm, content_type = "multipart/form-data"),
    responses((status = 200, body = ImportAnswer)))]
pub async fn import(
    State(imports): State<Imports>,
    marketer: Marketer,
    request: Request,
) -> Result<Json<ImportAnswer>> {
    let form = Multipart::from_request(request, &()).await;
    let form = form.map_err(|error| Problem::new(Code::Malformed, error.body_text()))?;
    let upload = read(form).await?;
    let missing = |path: &str| Problem::field(path, "required", "is missing");
    let file = upload.file.ok_or_else(|| missing("/file"))?;
    let bot = upload.bot.ok_or_else(|| missing("/bot_id"))?;
    let input = Cursor::new(file);
    let report = imports.import(marketer.workspace, bot, input, upload.dry_run, Box::new(|_| {})).await?;
    Ok(Json(report.into()))
}

async fn read(mut form: Multipart) -> Result<Upload> {
    let mut upload = Upload::default();
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "file" => upload.file = Some(field.bytes().await.map_err(|error| broken(&error))?.to_vec()),
            "bot_id" => {
                let id = text(field).await?.parse().ok();
                let id =
                    id.ok_or_else(|| Problem::field("/bot_id", "wrong_type", "must be a whole number"))?;
                upload.bot = Some(BotId(id));
            }
            "dry_run" => {
                upload.dry_run = match text(field).await?.as_str() {
                    "true" | "1" => true,
                    "false" | "0" | "" => false,
                    _ => return Err(Problem::field("/dry_run", "wrong_type", "must be true or false")),
                };
            }
            _ => return Err(Problem::field(format!("/{name}"), "unknown_field", "is not known here")),
        }
    }
    Ok(upload)
}

async fn text(field: Field<'_>) -> Result<String> {
    Ok(field.text().await.map_err(|error| broken(&error))?.trim().to_owned())
}

fn broken(error: &MultipartError) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let detail = format!("the file is larger than {} MiB; use muster import", BODY_BYTES_MAX >> 20);
        Problem::new(Code::TooLarge, detail)
    } else {
        Problem::new(Code::Malformed, error.body_text())
    }
}
