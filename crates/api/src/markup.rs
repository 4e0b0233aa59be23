//! Reading markup: what a text says once it is plain text with entities. The console's editor and previews ask here,
//! so that there is one reader of markup.

use axum::Json;
use domain::message::{Entity, Format};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::may;
use crate::body::Body;
use crate::problem::{Problem, Result};
use crate::schemas;

/// Texts of one request.
const TEXTS_MAX: usize = 200;

/// What a text is written in.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextFormat {
    #[default]
    Plain,
    Html,
    Markdown,
}

impl From<TextFormat> for Format {
    fn from(format: TextFormat) -> Self {
        match format {
            TextFormat::Plain => Self::Plain,
            TextFormat::Html => Self::Html,
            TextFormat::Markdown => Self::Markdown,
        }
    }
}

/// A text as a message has it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WrittenText {
    pub text: String,
    /// Plain unless told.
    #[serde(default)]
    #[schema(value_type = schemas::MessageFormat)]
    pub format: TextFormat,
}

/// Texts to read, at most 200.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TextsToRead {
    pub texts: Vec<WrittenText>,
}

/// What a text says. It can stand in a message in place of what was written.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadText {
    /// Variables are in it as they were written. Where the markup is broken, what was written.
    pub text: String,
    #[schema(value_type = Vec<schemas::MessageEntity>)]
    pub entities: Vec<Entity>,
    /// Why the markup cannot be read.
    #[schema(required)]
    pub fault: Option<String>,
}

/// What was read, in the order of the texts.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadTexts {
    pub items: Vec<ReadText>,
}

/// Reads markup into text and entities. Nothing is stored; only the markup is checked.
#[utoipa::path(post, path = "/messages/read", tag = "messages", operation_id = "read_texts",
    request_body = TextsToRead, responses((status = 200, body = ReadTexts)))]
pub async fn read(_: may::Read, Body(body): Body<TextsToRead>) -> Result<Json<ReadTexts>> {
    if body.texts.len() > TEXTS_MAX {
        return Err(Problem::field("/texts", "too_many", format!("must be at most {TEXTS_MAX}")));
    }
    let items = body.texts.into_iter().map(read_one).collect();
    Ok(Json(ReadTexts { items }))
}

fn read_one(written: WrittenText) -> ReadText {
    match Format::from(written.format).read(&written.text) {
        Ok(read) => ReadText { text: read.text, entities: read.entities, fault: None },
        Err(fault) => ReadText { text: written.text, entities: Vec::new(), fault: Some(fault) },
    }
}
