//! How a campaign moves: one function says where it stands after something has happened, or why that cannot be.
//!
//! The fields of a [`Course`] move together, here alone: whoever has to do with a campaign tells what happened.

use super::{Action, PauseReason, Status};
use crate::time::Millis;

/// Where a campaign stands, with all that changes as it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    pub status: Status,
    /// Why it is paused: there is one exactly while it is.
    pub pause: Option<Pause>,
    /// Lines of its ledger; 0 until its audience is frozen.
    pub audience_count: i64,
    /// Positions below this may be sent: the end of the present wave.
    pub send_up_to: i64,
    pub started_at: Option<Millis>,
    pub finished_at: Option<Millis>,
}

/// A pause: why, and what may be said besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    pub reason: PauseReason,
    /// What was found, in words: Telegram's refusal, or the share that passed its limit.
    pub detail: Option<String>,
}

impl From<PauseReason> for Pause {
    fn from(reason: PauseReason) -> Self {
        Self { reason, detail: None }
    }
}

/// What happens to a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// Its audience was frozen, with so many people.
    Frozen { audience_count: i64 },
    /// Its ledger is whole. The first wave ends before this position; `None` where it is everyone.
    LedgerWritten { wave_end: Option<i64> },
    /// Everyone's turn in this wave has come, and no call is in flight.
    WaveEnded,
    /// Somebody pauses it, or Muster does.
    Paused(Pause),
    /// Somebody lets it go on.
    Resumed,
    /// Somebody ends it: who was not written to never is.
    Cancelled,
    /// Sends of unknown fate are to be made again after its end.
    Reopened,
}

/// What cannot happen to a campaign where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a campaign that is {} cannot be {what}", .status.into_str())]
pub struct OutOfCourse {
    pub status: Status,
    /// What was tried, as a participle.
    what: &'static str,
}

impl OutOfCourse {
    /// What a member tried.
    pub fn of_action(status: Status, action: Action) -> Self {
        let what = match action {
            Action::Edit => "edited",
            Action::Delete => "deleted",
            Action::Test => "tested",
            Action::Start => "started",
            Action::Pause => "paused",
            Action::Resume => "resumed",
            Action::Cancel => "cancelled",
            Action::Resolve => "resolved",
        };
        Self { status, what }
    }
}

impl Course {
    /// A draft's.
    pub fn draft() -> Self {
        Self {
            status: Status::Draft,
            pause: None,
            audience_count: 0,
            send_up_to: 0,
            started_at: None,
            finished_at: None,
        }
    }

    /// Where the campaign stands once this has happened.
    ///
    /// # Errors
    /// It cannot happen where the campaign stands.
    pub fn step(&self, happening: Happening, now: Millis) -> Result<Self, OutOfCourse> {
        let out_of_course = |what| Err(OutOfCourse { status: self.status, what });
        let next = match (happening, self.status) {
            (Happening::Frozen { audience_count }, Status::Draft) => {
                Self { audience_count, started_at: Some(now), ..self.moved(Status::Starting) }
            }
            (Happening::LedgerWritten { wave_end }, Status::Starting) => match wave_end {
                // A first wave as large as everyone is none: nothing would be left to decide about.
                Some(end) if end < self.audience_count => {
                    Self { send_up_to: end, ..self.moved(Status::Canary) }
                }
                _ => self.everyone(),
            },
            (Happening::WaveEnded, Status::Canary) => self.paused(PauseReason::Canary.into()),
            (Happening::WaveEnded, Status::Sending) => {
                Self { finished_at: Some(now), ..self.moved(Status::Done) }
            }
            (Happening::Paused(pause), status) if pauses(pause.reason, status) => self.paused(pause),
            (Happening::Resumed, Status::Paused) => self.resumed(),
            (Happening::Cancelled, status) if status.allows(Action::Cancel) => {
                Self { finished_at: Some(now), ..self.moved(Status::Cancelled) }
            }
            (Happening::Reopened, Status::Done) => self.everyone(),
            (Happening::Frozen { .. }, _) => return out_of_course("started"),
            (Happening::LedgerWritten { .. }, _) => return out_of_course("sent for the first time"),
            (Happening::WaveEnded, _) => return out_of_course("at the end of a wave"),
            (Happening::Paused(_), _) => return out_of_course("paused"),
            (Happening::Resumed, _) => return out_of_course("resumed"),
            (Happening::Cancelled, _) => return out_of_course("cancelled"),
            (Happening::Reopened, _) => return out_of_course("sent once more"),
        };
        Ok(next)
    }

    /// Goes on where it stopped. A first wave that is out is followed by everyone; one that was stopped within goes on
    /// as a first wave.
    fn resumed(&self) -> Self {
        let wave_is_out = self.pause.as_ref().is_some_and(|pause| pause.reason == PauseReason::Canary);
        if self.send_up_to < self.audience_count && !wave_is_out {
            self.moved(Status::Canary)
        } else {
            self.everyone()
        }
    }

    fn everyone(&self) -> Self {
        Self { send_up_to: self.audience_count, finished_at: None, ..self.moved(Status::Sending) }
    }

    fn paused(&self, pause: Pause) -> Self {
        Self { pause: Some(pause), ..self.moved(Status::Paused) }
    }

    fn moved(&self, status: Status) -> Self {
        Self { status, pause: None, ..self.clone() }
    }
}

/// Whether a campaign of this status can be paused for this reason. After a restoration a paused one needs a decision
/// of its own: whom it wrote to since the backup is not known.
fn pauses(reason: PauseReason, status: Status) -> bool {
    status.is_sending() || (reason == PauseReason::Restored && status == Status::Paused)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::named::Named;

    const NOW: Millis = 1_795_521_600_000;
    fn after(happenings: &[Happening]) -> Course {
        happenings
            .iter()
            .fold(Course::draft(), |course, happening| course.step(happening.clone(), NOW).unwrap())
    }

    fn started(wave_end: Option<i64>) -> Vec<Happening> {
        vec![Happening::Frozen { audience_count: 600 }, Happening::LedgerWritten { wave_end }]
    }

    #[test]
    fn a_first_wave_waits_for_a_decision_and_then_everyone_gets_it() {
        let mut told = started(Some(150));
        assert_eq!((after(&told).status, after(&told).send_up_to), (Status::Canary, 150));
        told.push(Happening::WaveEnded);
        assert_eq!(after(&told).pause, Some(PauseReason::Canary.into()));
        told.push(Happening::Resumed);
        assert_eq!((after(&told).status, after(&told).send_up_to), (Status::Sending, 600));
        told.push(Happening::WaveEnded);
        assert_eq!((after(&told).status, after(&told).finished_at), (Status::Done, Some(NOW)));
    }

    #[test]
    fn a_first_wave_that_was_stopped_within_goes_on_as_one() {
        let mut told = started(Some(150));
        let pause = Pause { reason: PauseReason::GuardRail, detail: Some("blocked: 26 of 100".into()) };
        told.extend([Happening::Paused(pause), Happening::Resumed]);
        let course = after(&told);
        assert_eq!((course.status, course.send_up_to, course.pause), (Status::Canary, 150, None));
    }

    #[test]
    fn a_first_wave_of_everyone_is_none() {
        for wave_end in [None, Some(600), Some(601)] {
            let course = after(&started(wave_end));
            assert_eq!((course.status, course.send_up_to), (Status::Sending, 600));
        }
    }

    #[test]
    fn after_a_restoration_even_what_was_paused_needs_a_decision_of_its_own() {
        let mut told = started(Some(150));
        let content = Pause { reason: PauseReason::Content, detail: Some("Bad Request: …".into()) };
        told.extend([Happening::Paused(content), Happening::Paused(PauseReason::Restored.into())]);
        assert_eq!(after(&told).pause, Some(PauseReason::Restored.into()));
        let again = after(&told).step(Happening::Paused(PauseReason::Member.into()), NOW);
        assert_eq!(again.unwrap_err().to_string(), "a campaign that is paused cannot be paused");
    }

    #[test]
    fn what_a_member_may_do_is_what_can_happen() {
        let course = |status| Course { status, audience_count: 600, send_up_to: 150, ..Course::draft() };
        for status in Status::ALL.iter().copied() {
            let works = |happening| course(status).step(happening, NOW).is_ok();
            assert_eq!(
                status.allows(Action::Start),
                works(Happening::Frozen { audience_count: 1 }),
                "{status:?}"
            );
            let by_member = Happening::Paused(PauseReason::Member.into());
            assert_eq!(status.allows(Action::Pause), works(by_member), "{status:?}");
            assert_eq!(status.allows(Action::Resume), works(Happening::Resumed), "{status:?}");
            assert_eq!(status.allows(Action::Cancel), works(Happening::Cancelled), "{status:?}");
        }
    }

    fn happenings() -> impl Strategy<Value = Vec<Happening>> {
        let reason = prop::sample::select(PauseReason::ALL);
        let happening = prop_oneof![
            (1..1_000_i64).prop_map(|audience_count| Happening::Frozen { audience_count }),
            prop::option::of(1..1_000_i64).prop_map(|wave_end| Happening::LedgerWritten { wave_end }),
            Just(Happening::WaveEnded),
            reason.prop_map(|reason| Happening::Paused(reason.into())),
            Just(Happening::Resumed),
            Just(Happening::Cancelled),
            Just(Happening::Reopened),
        ];
        prop::collection::vec(happening, 0..40)
    }

    proptest! {
        #[test]
        fn whatever_happens_the_fields_belong_together(happenings in happenings()) {
            let mut course = Course::draft();
            for (at, happening) in happenings.into_iter().enumerate() {
                let Ok(next) = course.step(happening, at as Millis) else { continue };
                prop_assert_eq!(next.pause.is_some(), next.status == Status::Paused);
                let ended = matches!(next.status, Status::Done | Status::Cancelled);
                prop_assert_eq!(next.finished_at.is_some(), ended);
                prop_assert_eq!(next.started_at.is_some(), next.status != Status::Draft);
                // Nobody who might be written to falls out of what may be sent.
                prop_assert!(next.send_up_to >= course.send_up_to);
                prop_assert!(next.send_up_to <= next.audience_count);
                course = next;
            }
        }
    }
}
