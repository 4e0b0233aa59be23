//! The state of each contact's thread with the team.

use domain::expression::ConversationFacts;
use domain::ids::MemberId;

use super::codes::Codes;
use crate::dictionary::Dictionary;

/// One chunk: a number for each pair of status and assignee.
#[derive(Debug, Clone, Default)]
pub(crate) struct ConversationColumn {
    pub(crate) codes: Codes,
}

/// The pairs that occur.
#[derive(Debug, Default)]
pub(crate) struct ConversationDictionary {
    pub(crate) pairs: Dictionary,
}

impl ConversationDictionary {
    pub(crate) fn code(&self, state: Option<ConversationFacts>) -> u32 {
        state.map_or(0, |state| self.pairs.code(&written(state)))
    }

    /// The numbers of the pairs that satisfy a test.
    pub(crate) fn matching(&self, test: impl Fn(ConversationFacts) -> bool) -> Vec<u32> {
        self.pairs.matching(|text| test(read(text)))
    }
}

fn written(state: ConversationFacts) -> String {
    let status = if state.open { "open" } else { "closed" };
    match state.assignee {
        Some(MemberId(member)) => format!("{status} {member}"),
        None => status.to_owned(),
    }
}

fn read(text: &str) -> ConversationFacts {
    let (status, member) = text.split_once(' ').unwrap_or((text, ""));
    ConversationFacts { open: status == "open", assignee: member.parse().ok().map(MemberId) }
}
