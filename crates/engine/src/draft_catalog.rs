//! A workspace's names as they would be after a change that is being considered: what an edited segment or new
//! stage rules would break is seen before they are saved.

use domain::cells::Kind;
use domain::expression::{Catalog, Expression};
use domain::ids::{CampaignId, SegmentId, StageId, TagId};

use crate::catalog::WorkspaceCatalog;

/// The present names with a change laid over them.
pub struct DraftCatalog<'c> {
    base: &'c WorkspaceCatalog,
    segment: Option<(SegmentId, Expression)>,
    stages: Option<Vec<(StageId, String, Expression)>>,
}

impl<'c> DraftCatalog<'c> {
    /// With another expression for one segment.
    pub fn with_segment(base: &'c WorkspaceCatalog, id: SegmentId, expression: Expression) -> Self {
        Self { base, segment: Some((id, expression)), stages: None }
    }

    /// With other stages.
    pub fn with_stages(base: &'c WorkspaceCatalog, stages: Vec<(StageId, String, Expression)>) -> Self {
        Self { base, segment: None, stages: Some(stages) }
    }
}

impl Catalog for DraftCatalog<'_> {
    fn tag(&self, name: &str) -> Option<TagId> {
        self.base.tag(name)
    }

    fn segment(&self, id: SegmentId) -> Option<Expression> {
        match &self.segment {
            Some((changed, expression)) if *changed == id => Some(expression.clone()),
            _ => self.base.segment(id),
        }
    }

    fn stages(&self) -> &[(StageId, String, Expression)] {
        self.stages.as_deref().unwrap_or_else(|| self.base.stages())
    }

    fn campaign(&self, id: CampaignId) -> bool {
        self.base.campaign(id)
    }

    fn attribute_spelling(&self, key: &str) -> Option<String> {
        self.base.attribute_spelling(key)
    }

    fn attribute_known(&self, key: &str) -> bool {
        self.base.attribute_known(key)
    }

    fn attribute_kind(&self, key: &str) -> Option<Kind> {
        self.base.attribute_kind(key)
    }
}
