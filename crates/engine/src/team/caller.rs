//! Who asks, and what their role allows.

use domain::ids::{MemberId, WorkspaceId};
use domain::team::Rights;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    pub workspace: WorkspaceId,
    pub rights: Rights,
    /// The member; absent for a program with a token.
    pub member: Option<MemberId>,
    /// The session that a browser asks in.
    pub session: Option<i64>,
}
