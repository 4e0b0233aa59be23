//! Who uses a tag or a segment.

use engine::mentions::{User, UserKind};
use serde::Serialize;
use utoipa::ToSchema;

/// What kind of thing uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = UserKind)]
pub enum UsedByKind {
    Segment,
    Stage,
    Flow,
    Campaign,
    Template,
    Canned,
    Link,
}

/// Something that names a tag or a segment.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsedBy {
    pub kind: UsedByKind,
    pub id: i64,
    pub name: String,
}

impl From<User> for UsedBy {
    fn from(user: User) -> Self {
        let kind = match user.kind {
            UserKind::Segment => UsedByKind::Segment,
            UserKind::Stage => UsedByKind::Stage,
            UserKind::Flow => UsedByKind::Flow,
            UserKind::Campaign => UsedByKind::Campaign,
            UserKind::Template => UsedByKind::Template,
            UserKind::Canned => UsedByKind::Canned,
            UserKind::Link => UsedByKind::Link,
        };
        Self { kind, id: user.id, name: user.name }
    }
}
