//! The attributes of people: their kinds, and giving one kind to one whose values are mixed.

use axum::Json;
use axum::extract::State;
use domain::cells::Kind;
use domain::ids::ContactId;
use domain::named::Named;
use engine::attribute_kinds::{AttributeInUse, AttributeKinds, Unified, Unify};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::may;
use crate::body::Body;
use crate::contacts::Attribute;
use crate::page::List;
use crate::problem::{Problem, Result};
use crate::schemas;

/// An attribute that people have or had, and how many have a value of each kind.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attribute)]
pub struct AttributeKind {
    /// Its name; in a text it is `{attr.KEY}`.
    pub key: String,
    /// Absent where values of several kinds are mixed.
    #[schema(required, value_type = Option<schemas::AttributeKindName>)]
    pub kind: Option<String>,
    /// Whether values are of more kinds than one: unify them.
    pub mixed: bool,
    pub counts: KindCounts,
}

/// People with a value, by what it is. Dates are texts too.
#[derive(Debug, Serialize, ToSchema)]
pub struct KindCounts {
    pub bool: u64,
    pub number: u64,
    pub text: u64,
}

impl From<AttributeInUse> for AttributeKind {
    fn from(shown: AttributeInUse) -> Self {
        let counts = KindCounts { bool: shown.flags, number: shown.numbers, text: shown.texts };
        let kinds = [counts.bool, counts.number, counts.text].into_iter().filter(|count| *count > 0).count();
        Self { key: shown.key, kind: shown.kind.map(|kind| kind.name().to_owned()), mixed: kinds > 1, counts }
    }
}

/// What is to become of an attribute.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnifyOrder {
    pub key: String,
    #[schema(value_type = schemas::AttributeKindName)]
    pub kind: String,
    /// Take values away that cannot be read as the kind; without it they are a refusal.
    #[serde(default)]
    pub drop_misfits: bool,
    /// Only tell what would be.
    #[serde(default)]
    pub dry_run: bool,
}

/// A value that cannot be read as the kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnifyMisfit {
    pub contact_id: i64,
    pub value: Attribute,
}

/// What giving an attribute one kind did, or would do.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnifyAnswer {
    /// People who have a value.
    pub people: u64,
    /// Those whose value is written anew.
    pub changed: u64,
    pub misfit_count: u64,
    /// The first twenty.
    pub misfits: Vec<UnifyMisfit>,
}

impl From<Unified> for UnifyAnswer {
    fn from(told: Unified) -> Self {
        let misfit = |(contact, value): (ContactId, _)| UnifyMisfit {
            contact_id: contact.0,
            value: Attribute::from(value),
        };
        Self {
            people: told.people,
            changed: told.changed,
            misfit_count: told.misfit_count,
            misfits: told.misfits.into_iter().map(misfit).collect(),
        }
    }
}

/// All attributes by key, with their kinds.
#[utoipa::path(get, path = "/attributes", tag = "contacts", operation_id = "list_attributes",
    responses((status = 200, body = List<AttributeKind>)))]
pub async fn list(
    State(kinds): State<AttributeKinds>,
    caller: may::Read,
) -> Result<Json<List<AttributeKind>>> {
    Ok(Json(List::of(kinds.list(caller.workspace).await?)))
}

/// Gives an attribute one kind: every value is written anew as one of it. With `dry_run` it tells how that would go.
#[utoipa::path(post, path = "/attributes/unify", tag = "contacts", operation_id = "unify_attribute",
    request_body = UnifyOrder, responses((status = 200, body = UnifyAnswer)))]
pub async fn unify(
    State(kinds): State<AttributeKinds>,
    caller: may::EditAudiences,
    Body(order): Body<UnifyOrder>,
) -> Result<Json<UnifyAnswer>> {
    let unknown = || Problem::field("/kind", "unknown_value", "must be bool, number, date or text");
    let wanted = Unify {
        key: order.key,
        kind: Kind::from_name(&order.kind).ok_or_else(unknown)?,
        drop_misfits: order.drop_misfits,
        dry_run: order.dry_run,
    };
    Ok(Json(kinds.unify(caller.workspace, wanted).await?.into()))
}
