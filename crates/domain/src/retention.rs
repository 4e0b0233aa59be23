//! How long a workspace keeps what people wrote and what is known of their visits.
//!
//! What grows too old is blanked in place: kind, number and time stay, so that no count, report or segment changes.

use crate::event::EventBody;
use crate::field_error::FieldError;
use crate::named::Named;
use crate::time::{DAY_MS, Millis};

/// The shortest time, in days: Telegram gives an update again for up to 24 hours, update ids are remembered for 48,
/// and the window in which an answer is charged to a campaign is 24 hours long.
pub const DAYS_MIN: i64 = 3;
/// The longest time in days, ten years; beyond it is for ever.
pub const DAYS_MAX: i64 = 3_653;

/// What has a time of its own, in the order in which it is shown. The name stands in the database, and in front of `_days`
/// in the API.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr, strum::VariantArray,
)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Kept {
    /// What people wrote and sent, and what was written to them outside campaigns.
    Texts,
    /// Updates kept as they came: kinds that are not understood, and those that could not be taken in.
    Raw,
    /// Address, browser, language, referrer and parameters of visits of links.
    Visits,
    /// The team's notes about people.
    Notes,
}

/// Days that each is kept; `None` is for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    pub texts_days: Option<i64>,
    pub raw_days: Option<i64>,
    pub visits_days: Option<i64>,
    pub notes_days: Option<i64>,
}

impl Default for Retention {
    /// Words are the team's to judge and stay until somebody decides. Raw updates serve to find faults, and a year
    /// of visits to compare a season with the last.
    fn default() -> Self {
        Self { texts_days: None, raw_days: Some(90), visits_days: Some(365), notes_days: None }
    }
}

impl Retention {
    /// Days that one is kept.
    pub fn days(&self, kept: Kept) -> Option<i64> {
        match kept {
            Kept::Texts => self.texts_days,
            Kept::Raw => self.raw_days,
            Kept::Visits => self.visits_days,
            Kept::Notes => self.notes_days,
        }
    }

    /// What is older than this is not kept; `None` when everything is.
    pub fn before(&self, kept: Kept, now: Millis) -> Option<Millis> {
        self.days(kept).map(|days| now - days * DAY_MS)
    }

    /// The same when every time is in range.
    ///
    /// # Errors
    /// `out_of_range` under `/texts_days` and so on.
    pub fn checked(self) -> Result<Self, Vec<FieldError>> {
        let wrong = |kept: &Kept| {
            let days = self.days(*kept)?;
            (!(DAYS_MIN..=DAYS_MAX).contains(&days)).then(|| FieldError {
                path: format!("/{}_days", kept.into_str()),
                code: "out_of_range",
                message: format!("must be between {DAYS_MIN} and {DAYS_MAX} days, or null: for ever"),
            })
        };
        let faults: Vec<FieldError> = Kept::ALL.iter().filter_map(wrong).collect();
        if faults.is_empty() { Ok(self) } else { Err(faults) }
    }
}

/// What is left of an event once its words are no longer kept. Less goes than with an erased person: everything
/// that expressions and reports read stays.
pub fn without_words(body: EventBody) -> EventBody {
    match body {
        EventBody::Message { content, message_id, charged, .. } => {
            EventBody::Message { text: None, content, message_id, file: None, details: None, charged }
        }
        EventBody::MessageEdited { content, message_id, .. } => {
            EventBody::MessageEdited { message_id, text: None, content, file: None, details: None }
        }
        EventBody::Command { object, message_id, .. } => {
            EventBody::Command { object, text: String::new(), message_id }
        }
        body @ EventBody::Reacted { .. } => body.blanked(),
        EventBody::Raw { object, .. } => EventBody::Raw { object, json: String::new() },
        EventBody::IngestFailed { .. } => {
            EventBody::IngestFailed { error: String::new(), json: String::new() }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_out_of_range_are_named_and_for_ever_is_in_range() {
        let forever = Retention { texts_days: None, raw_days: None, visits_days: None, notes_days: None };
        assert_eq!(forever.checked(), Ok(forever));
        let wrong = Retention { texts_days: Some(2), visits_days: Some(3_654), ..forever };
        let paths: Vec<String> = wrong.checked().unwrap_err().into_iter().map(|fault| fault.path).collect();
        assert_eq!(paths, ["/texts_days", "/visits_days"]);
        assert!(Retention::default().checked().is_ok());
    }

    #[test]
    fn words_go_and_what_is_counted_stays() {
        let command =
            EventBody::Command { object: "price".into(), text: "/price 030 1234".into(), message_id: 4 };
        let left = without_words(command);
        assert_eq!(left.object(), Some("price"));
        assert!(!left.encode().contains("1234"));
        let press =
            EventBody::Button { object: "价格".into(), message_id: None, campaign: None, place: None };
        assert_eq!(without_words(press.clone()), press);
    }
}
