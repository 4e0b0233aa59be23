//! What an expression mentions: for "used by".

use std::collections::BTreeSet;

use super::Expression;
use crate::ids::{CampaignId, SegmentId};

/// Everything that an expression mentions by name or id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    pub tags: BTreeSet<String>,
    pub stages: BTreeSet<String>,
    pub attributes: BTreeSet<String>,
    pub segments: BTreeSet<SegmentId>,
    pub campaigns: BTreeSet<CampaignId>,
}

/// Lists what an expression mentions itself; what its segments mention is theirs.
pub fn names(expression: &Expression) -> Names {
    let mut found = Names::default();
    collect(expression, &mut found);
    found
}

fn collect(expression: &Expression, found: &mut Names) {
    match expression {
        Expression::All(parts) | Expression::Any(parts) => {
            parts.iter().for_each(|part| collect(part, found));
        }
        Expression::Not(part) => collect(part, found),
        Expression::Tag(test) => found.tags.extend(test.tags.iter().cloned()),
        Expression::Stage(stages) => found.stages.extend(stages.iter().cloned()),
        Expression::Attribute(test) => {
            found.attributes.insert(test.key.clone());
        }
        Expression::Segment(id) => {
            found.segments.insert(*id);
        }
        Expression::Campaign(test) => {
            found.campaigns.insert(test.campaign);
        }
        Expression::Time(..)
        | Expression::Lasted(_)
        | Expression::Event(_)
        | Expression::Source(_)
        | Expression::Profile(_)
        | Expression::Reachable(_)
        | Expression::Unreachable(_)
        | Expression::Sample(_)
        | Expression::Conversation(_) => {}
    }
}
