//! Who uses a tag or a segment.

use engine::mentions::{User, UserKind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::schemas;

/// Something that names a tag or a segment.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsedBy {
    #[schema(value_type = schemas::UserKind)]
    pub kind: UserKind,
    pub id: i64,
    pub name: String,
}

impl From<User> for UsedBy {
    fn from(user: User) -> Self {
        Self { kind: user.kind, id: user.id, name: user.name }
    }
}
