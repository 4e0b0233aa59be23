//! How long the workspace keeps what people wrote and what their visits told.

use axum::Json;
use axum::extract::State;
use domain::retention::{DAYS_MAX, DAYS_MIN};
use engine::retention::{Keeper, Older, Rules};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::access::may;
use crate::body::Body;
use crate::problem::Result;

/// Days that each is kept; null is for ever.
#[derive(Debug, Serialize, ToSchema)]
pub struct Retention {
    /// What people wrote and sent, and what was written to them outside campaigns.
    #[schema(required)]
    pub texts_days: Option<i64>,
    /// Updates kept as they came: kinds that are not understood, and those that could not be taken in.
    #[schema(required)]
    pub raw_days: Option<i64>,
    /// Address, browser, language, referrer and parameters of visits of links.
    #[schema(required)]
    pub visits_days: Option<i64>,
    /// The team's notes about people.
    #[schema(required)]
    pub notes_days: Option<i64>,
    /// Days after which a visitor's address is cut to its network, by the server's configuration.
    pub address_days: u32,
    /// The range of every time.
    pub days_min: i64,
    pub days_max: i64,
    /// Rises with every change; 0 are the defaults.
    pub version: i64,
    /// Unix milliseconds.
    #[schema(required)]
    pub changed_at: Option<i64>,
    /// Null is a program with a token, or somebody who is gone.
    #[schema(required)]
    pub changed_by: Option<RetentionMember>,
}

/// Who decided.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetentionMember {
    pub id: i64,
    pub name: String,
}

impl From<Rules> for Retention {
    fn from(rules: Rules) -> Self {
        let kept = rules.retention;
        Self {
            texts_days: kept.texts_days,
            raw_days: kept.raw_days,
            visits_days: kept.visits_days,
            notes_days: kept.notes_days,
            address_days: rules.address_days,
            days_min: DAYS_MIN,
            days_max: DAYS_MAX,
            version: rules.version,
            changed_at: rules.changed_at,
            changed_by: rules.changed_by.map(|(id, name)| RetentionMember { id: id.0, name }),
        }
    }
}

/// What is to be kept; each field is a number of days, or null for ever.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedRetention {
    #[serde(deserialize_with = "days")]
    #[schema(required)]
    pub texts_days: Option<i64>,
    #[serde(deserialize_with = "days")]
    #[schema(required)]
    pub raw_days: Option<i64>,
    #[serde(deserialize_with = "days")]
    #[schema(required)]
    pub visits_days: Option<i64>,
    #[serde(deserialize_with = "days")]
    #[schema(required)]
    pub notes_days: Option<i64>,
}

/// The same with the version that was edited.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetentionDecision {
    #[serde(deserialize_with = "days")]
    #[schema(required)]
    pub texts_days: Option<i64>,
    #[serde(deserialize_with = "days")]
    #[schema(required)]
    pub raw_days: Option<i64>,
    #[serde(deserialize_with = "days")]
    #[schema(required)]
    pub visits_days: Option<i64>,
    #[serde(deserialize_with = "days")]
    #[schema(required)]
    pub notes_days: Option<i64>,
    pub version: i64,
}

/// A field that must be there, since null means something.
fn days<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Option<i64>, D::Error> {
    Option::deserialize(from)
}

/// Rows that would be blanked.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetentionPreview {
    /// Messages to and from people.
    pub texts: i64,
    pub raw: i64,
    pub visits: i64,
    pub notes: i64,
}

impl From<Older> for RetentionPreview {
    fn from(older: Older) -> Self {
        Self { texts: older.texts, raw: older.raw, visits: older.visits, notes: older.notes }
    }
}

/// What the workspace keeps.
#[utoipa::path(get, path = "/workspace/retention", tag = "team", operation_id = "get_retention",
    responses((status = 200, body = Retention)))]
pub async fn show(State(keeper): State<Keeper>, caller: may::ManageWorkspace) -> Result<Json<Retention>> {
    Ok(Json(keeper.rules(caller.workspace).await?.into()))
}

/// Decides what is kept. What is older is blanked in place within minutes and does not come back. A `version` that is
/// not the present one answers 409.
#[utoipa::path(put, path = "/workspace/retention", tag = "team", operation_id = "decide_retention",
    request_body = RetentionDecision, responses((status = 200, body = Retention)))]
pub async fn decide(
    State(keeper): State<Keeper>,
    caller: may::ManageWorkspace,
    Body(body): Body<RetentionDecision>,
) -> Result<Json<Retention>> {
    let RetentionDecision { texts_days, raw_days, visits_days, notes_days, version } = body;
    let wanted = domain::retention::Retention { texts_days, raw_days, visits_days, notes_days };
    Ok(Json(keeper.decide(caller.workspace, wanted, version, caller.member).await?.into()))
}

/// How much would be blanked if this were decided.
#[utoipa::path(post, path = "/workspace/retention/preview", tag = "team", operation_id = "preview_retention",
    request_body = WantedRetention, responses((status = 200, body = RetentionPreview)))]
pub async fn preview(
    State(keeper): State<Keeper>,
    caller: may::ManageWorkspace,
    Body(body): Body<WantedRetention>,
) -> Result<Json<RetentionPreview>> {
    let WantedRetention { texts_days, raw_days, visits_days, notes_days } = body;
    let wanted = domain::retention::Retention { texts_days, raw_days, visits_days, notes_days };
    Ok(Json(keeper.preview(caller.workspace, wanted).await?.into()))
}
