//! What the workspace's bots understand and say by themselves.

use axum::Json;
use axum::extract::State;
use domain::phrases::Phrasebook;
use engine::team::{DecidedPhrases, Team};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::may;
use crate::body::Body;
use crate::problem::Result;

/// The phrases of one language.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PhraseLanguage {
    /// Such as `en` or `pt-br`.
    pub language: String,
    /// Whole messages that end bulk messages, as `/stop` does; case and width do not matter. At most 50.
    pub stop_words: Vec<String>,
    /// The answer to `/stop` and to these words.
    #[schema(max_length = 1000)]
    pub stopped: String,
    /// The button below it, which takes it back.
    #[schema(max_length = 64)]
    pub back: String,
    /// Said to a member whose Telegram account was bound.
    #[schema(max_length = 1000)]
    pub bound: String,
}

impl From<&Phrasebook> for PhraseLanguage {
    fn from(book: &Phrasebook) -> Self {
        let Phrasebook { language, stop_words, stopped, back, bound } = book.clone();
        Self { language, stop_words, stopped, back, bound }
    }
}

impl From<PhraseLanguage> for Phrasebook {
    fn from(wanted: PhraseLanguage) -> Self {
        let PhraseLanguage { language, stop_words, stopped, back, bound } = wanted;
        Self { language, stop_words, stopped, back, bound }
    }
}

/// What the bots understand and say by themselves.
#[derive(Debug, Serialize, ToSchema)]
pub struct Phrases {
    /// The first speaks to whoever reads none of them.
    pub languages: Vec<PhraseLanguage>,
    /// Rises with every change; 0 are the defaults.
    pub version: i64,
    /// Unix milliseconds.
    #[schema(required)]
    pub changed_at: Option<i64>,
    /// Null is a program with a token, or somebody who is gone.
    #[schema(required)]
    pub changed_by: Option<PhrasesMember>,
}

/// Who decided.
#[derive(Debug, Serialize, ToSchema)]
pub struct PhrasesMember {
    pub id: i64,
    pub name: String,
}

impl From<DecidedPhrases> for Phrases {
    fn from(decided: DecidedPhrases) -> Self {
        Self {
            languages: decided.phrases.books().iter().map(PhraseLanguage::from).collect(),
            version: decided.version,
            changed_at: decided.changed_at,
            changed_by: decided.changed_by.map(|(id, name)| PhrasesMember { id: id.0, name }),
        }
    }
}

/// The phrases that are wanted, with the version that was edited.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PhrasesDecision {
    /// 1 to 30 languages.
    pub languages: Vec<PhraseLanguage>,
    pub version: i64,
}

/// What the bots understand and say by themselves.
#[utoipa::path(get, path = "/workspace/phrases", tag = "team", operation_id = "get_phrases",
    responses((status = 200, body = Phrases)))]
pub async fn show(State(team): State<Team>, caller: may::ManageWorkspace) -> Result<Json<Phrases>> {
    Ok(Json(team.phrases(caller.workspace).await?.into()))
}

/// Decides it anew, for all bots at once. A `version` that is not the present one answers 409.
#[utoipa::path(put, path = "/workspace/phrases", tag = "team", operation_id = "decide_phrases",
    request_body = PhrasesDecision, responses((status = 200, body = Phrases)))]
pub async fn decide(
    State(team): State<Team>,
    caller: may::ManageWorkspace,
    Body(body): Body<PhrasesDecision>,
) -> Result<Json<Phrases>> {
    let books = body.languages.into_iter().map(Phrasebook::from).collect();
    Ok(Json(team.decide_phrases(caller.workspace, books, body.version, caller.member).await?.into()))
}
