//! The state of each contact's thread with the team.

use domain::conversation::Status;
use domain::expression::ConversationFacts;
use domain::ids::MemberId;
use domain::named::Named;

use super::codes::Codes;
use crate::bytes::{Damaged, Input, Output};
use crate::dictionary::{Dictionary, Occurring, Renumbering};

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

impl ConversationColumn {
    pub(crate) fn write(&self, numbers: &Renumbering, out: &mut Output) {
        self.codes.write(numbers, out);
    }

    pub(crate) fn read(input: &mut Input<'_>, names: &ConversationDictionary) -> Result<Self, Damaged> {
        Ok(Self { codes: Codes::read(input, names.pairs.len())? })
    }
}

impl ConversationDictionary {
    /// Writes the pairs that occur in the columns.
    pub(crate) fn write<'c>(
        &self,
        columns: impl Iterator<Item = &'c ConversationColumn>,
        out: &mut Output,
    ) -> Renumbering {
        let mut occurring = Occurring::default();
        columns.for_each(|column| column.codes.note(&mut occurring));
        self.pairs.write(&occurring, out)
    }

    pub(crate) fn read(input: &mut Input<'_>) -> Result<Self, Damaged> {
        Ok(Self { pairs: Dictionary::read(input)? })
    }
}

fn written(state: ConversationFacts) -> String {
    let status = Status::of(state.open).name();
    match state.assignee {
        Some(MemberId(member)) => format!("{status} {member}"),
        None => status.to_owned(),
    }
}

fn read(text: &str) -> ConversationFacts {
    let (status, member) = text.split_once(' ').unwrap_or((text, ""));
    ConversationFacts {
        open: Status::from_name(status).is_some_and(Status::is_open),
        assignee: member.parse().ok().map(MemberId),
    }
}
