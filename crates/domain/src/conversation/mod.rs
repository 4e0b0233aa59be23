//! The conversation between a person and the team, and how it moves: one function says how it stands after something
//! has happened, or why that cannot be.
//!
//! What is known of a [`Conversation`] changes together, here alone: whoever has to do with one tells what happened.

use serde::{Deserialize, Serialize};

use crate::ids::{ContactNumber, MemberId};
use crate::time::{Millis, SECOND_MS};

#[cfg(test)]
mod tests;

/// How much of what was said last a conversation keeps, in characters: what its line in a list shows.
pub const LAST_TEXT_CHARS: usize = 200;

/// Whether a conversation waits for the team.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Status {
    Open,
    Closed,
}

impl Status {
    /// That of a conversation which waits, or does not.
    pub fn of(is_open: bool) -> Self {
        if is_open { Self::Open } else { Self::Closed }
    }

    /// It waits for the team.
    pub fn is_open(self) -> bool {
        self == Self::Open
    }
}

/// Who wrote something.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Speaker {
    Person,
    Bot,
    Agent,
    Campaign,
    Flow,
}

/// What the last line of a conversation is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineOf {
    /// It was stored before this was kept, and nothing was said since.
    Unknown,
    /// No message of the person's: there are no words yet, or the team's.
    None,
    /// The person's message of this number of Telegram's.
    Message(i64),
}

/// The conversation with one person: who waits, who has it, what was said last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    pub contact: ContactNumber,
    pub status: Status,
    pub assignee: Option<MemberId>,
    /// Since when the person waits for an answer.
    pub waiting_since: Option<Millis>,
    /// Messages of the person that nobody of the team has looked at.
    pub unread: i64,
    pub last_at: Millis,
    pub last_text: String,
    pub last_from: Speaker,
    /// What the last line is of: edits of that message word it anew.
    pub line_of: LineOf,
}

/// What happens to a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening<'t> {
    /// The person wrote something that nothing answered, as the message of that number.
    Written { message: i64, text: &'t str },
    /// A flow gives the person to the team; whose turn it is gets the conversation, if nobody has it.
    HandedOver { turn: Option<MemberId> },
    /// A member writes as the bot; it becomes theirs, if nobody has it.
    Answered { by: MemberId, text: &'t str },
    /// A member gives it to somebody, or to nobody.
    Assigned { to: Option<MemberId> },
    /// A member opens it.
    Opened,
    /// A member ends it. The person's next words open it again.
    Closed,
    /// A member has looked at everything in it.
    Read,
    /// The person words a message anew. Where it is the last that they wrote, `written_at` tells when: a line of which
    /// nobody knows what it is of can be told by that alone.
    Reworded { message: i64, written_at: Option<Millis>, text: &'t str },
}

/// Why something cannot happen to a conversation as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// What is worded anew is not what stands at its head.
    #[error("other words have been said since")]
    OtherWordsSince,
}

impl Conversation {
    /// That with somebody with whom there was none.
    pub fn silent(contact: ContactNumber, last_at: Millis) -> Self {
        Self {
            contact,
            status: Status::Closed,
            assignee: None,
            waiting_since: None,
            unread: 0,
            last_at,
            last_text: String::new(),
            last_from: Speaker::Person,
            line_of: LineOf::None,
        }
    }

    /// How the conversation stands once this has happened.
    ///
    /// # Errors
    /// It cannot happen as the conversation stands.
    pub fn step(&self, happening: Happening<'_>, at: Millis) -> Result<Self, Refusal> {
        let kept = self.clone();
        let last_at = self.last_at.max(at);
        Ok(match happening {
            Happening::Written { message, text } => {
                let is_last = !self.has_overtaken(message, at);
                Self {
                    status: Status::Open,
                    waiting_since: self.waiting_since.or(Some(at)),
                    unread: self.unread + 1,
                    last_at,
                    last_text: if is_last { shortened(text) } else { self.last_text.clone() },
                    last_from: Speaker::Person,
                    line_of: if is_last { LineOf::Message(message) } else { self.line_of },
                    ..kept
                }
            }
            Happening::HandedOver { turn } => Self {
                status: Status::Open,
                assignee: self.assignee.or(turn),
                waiting_since: self.waiting_since.or(Some(at)),
                // What the person pressed is no text of theirs, and still somebody has to look.
                unread: self.unread.max(1),
                last_at,
                last_from: Speaker::Person,
                ..kept
            },
            Happening::Answered { by, text } => Self {
                status: Status::Open,
                assignee: self.assignee.or(Some(by)),
                waiting_since: None,
                unread: 0,
                last_at,
                last_text: shortened(text),
                last_from: Speaker::Agent,
                line_of: LineOf::None,
                ..kept
            },
            Happening::Assigned { to } => Self { assignee: to, ..kept },
            Happening::Opened => Self { status: Status::Open, ..kept },
            Happening::Closed => Self { status: Status::Closed, waiting_since: None, unread: 0, ..kept },
            Happening::Read => Self { unread: 0, ..kept },
            Happening::Reworded { message, written_at, text } => {
                if !self.is_line_of(message, written_at) {
                    return Err(Refusal::OtherWordsSince);
                }
                Self { last_text: shortened(text), line_of: LineOf::Message(message), ..kept }
            }
        })
    }

    /// Whether a message comes after a later one of the person's: pushes come in any order. Telegram tells whole seconds;
    /// within one the ids say which came first.
    fn has_overtaken(&self, message: i64, at: Millis) -> bool {
        let second = |at: Millis| at.div_euclid(SECOND_MS);
        matches!(self.line_of, LineOf::Message(shown) if message < shown && second(at) <= second(self.last_at))
    }

    /// Whether the last line is of a message. What something else answered never was that line.
    fn is_line_of(&self, message: i64, written_at: Option<Millis>) -> bool {
        match self.line_of {
            LineOf::Message(shown) => shown == message,
            LineOf::None => false,
            LineOf::Unknown => {
                self.last_from == Speaker::Person && written_at.is_some_and(|at| self.last_at <= at)
            }
        }
    }

    /// Whether the team's people and the index are told of the way from `before` to this: by status and assignee alone
    /// they are found.
    pub fn is_told_after(&self, before: Option<&Self>) -> bool {
        before.is_none_or(|before| (before.status, before.assignee) != (self.status, self.assignee))
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(LAST_TEXT_CHARS).collect()
}
