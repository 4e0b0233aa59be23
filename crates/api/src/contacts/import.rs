//! Bringing people in from an uploaded table.

use std::collections::BTreeMap;
use std::io::Cursor;

use axum::Json;
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use domain::cells::Kind;
use domain::ids::BotId;
use domain::named::Named;
use engine::imports::{ColumnReport, ImportOptions, ImportReport, Imports, Misfit, RejectedRow};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::may;
use crate::body::Query;
use crate::problem::{Code, Problem, Result};
use crate::schemas;

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
    /// What the table is written in, such as `windows-1251`; without it it must be UTF-8.
    encoding: Option<String>,
    /// Kinds of attributes that have none yet, as a JSON object: `{"plan": "text"}`. The kinds are bool, number, date
    /// and text.
    kinds: Option<String>,
}

/// The same as in the form, for who has the form made already.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// What the table is written in, such as `windows-1251`.
    pub encoding: Option<String>,
}

/// A cell that is not of its column's kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportMisfit {
    pub line: u64,
    pub value: String,
    pub reason: String,
}

/// What was found out about a column over all of its cells.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportColumn {
    pub name: String,
    #[schema(value_type = schemas::ColumnKind)]
    pub kind: String,
    #[schema(required, value_type = Option<schemas::ColumnManner>)]
    pub manner: Option<String>,
    /// Cells that are not empty.
    pub cells: u64,
    pub misfit_count: u64,
    /// The first twenty. Their lines are refused.
    pub misfits: Vec<ImportMisfit>,
}

impl From<ColumnReport> for ImportColumn {
    fn from(column: ColumnReport) -> Self {
        let misfits = column.misfits.into_iter();
        let told =
            |found: Misfit| ImportMisfit { line: found.line, value: found.value, reason: found.reason };
        Self {
            name: column.name,
            kind: column.kind.to_owned(),
            manner: column.manner.map(str::to_owned),
            cells: column.cells,
            misfit_count: column.misfit_count,
            misfits: misfits.map(told).collect(),
        }
    }
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
    /// What the table is written in.
    pub encoding: String,
    /// What stands between its cells.
    pub separator: String,
    pub columns: Vec<ImportColumn>,
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
            encoding: report.encoding.to_owned(),
            separator: report.separator.to_string(),
            columns: report.columns.into_iter().map(ImportColumn::from).collect(),
        }
    }
}

/// What was uploaded.
#[derive(Debug, Default)]
struct Upload {
    file: Option<Vec<u8>>,
    bot: Option<BotId>,
    options: ImportOptions,
}

/// Brings people in from a CSV table, or with `dry_run` tells how it would go.
#[utoipa::path(post, path = "/contacts/import", tag = "contacts", operation_id = "import_contacts",
    params(ImportQuery), request_body(content = ImportForm, content_type = "multipart/form-data"),
    responses((status = 200, body = ImportAnswer)))]
pub async fn import(
    State(imports): State<Imports>,
    caller: may::ImportContacts,
    Query(query): Query<ImportQuery>,
    request: Request,
) -> Result<Json<ImportAnswer>> {
    let form = Multipart::from_request(request, &()).await;
    let form = form.map_err(|error| Problem::new(Code::Malformed, error.body_text()))?;
    let mut upload = read(form).await?;
    upload.options.encoding = upload.options.encoding.or(query.encoding);
    let missing = |path: &str| Problem::field(path, "required", "is missing");
    let file = upload.file.ok_or_else(|| missing("/file"))?;
    let bot = upload.bot.ok_or_else(|| missing("/bot_id"))?;
    let input = Cursor::new(file);
    let report = imports.import(caller.workspace, bot, input, upload.options, Box::new(|_| {})).await?;
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
                upload.options.dry_run = match text(field).await?.as_str() {
                    "true" | "1" => true,
                    "false" | "0" | "" => false,
                    _ => return Err(Problem::field("/dry_run", "wrong_type", "must be true or false")),
                };
            }
            "encoding" => {
                let label = text(field).await?;
                upload.options.encoding = (!label.is_empty()).then_some(label);
            }
            "kinds" => upload.options.kinds = kinds(&text(field).await?)?,
            _ => return Err(Problem::field(format!("/{name}"), "unknown_field", "is not known here")),
        }
    }
    Ok(upload)
}

/// Kinds by attribute, as they stand in the form.
fn kinds(text: &str) -> Result<BTreeMap<String, Kind>> {
    let given: BTreeMap<String, String> = serde_json::from_str(text).map_err(|_| {
        Problem::field("/kinds", "wrong_type", "must be a JSON object such as {\"plan\": \"text\"}")
    })?;
    let read = |(key, name): (String, String)| match Kind::from_name(&name) {
        Some(kind) => Ok((key, kind)),
        None => {
            let path = format!("/kinds/{}", domain::field_error::pointer_segment(&key));
            Err(Problem::field(path, "unknown_value", "must be bool, number, date or text"))
        }
    };
    given.into_iter().map(read).collect()
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
