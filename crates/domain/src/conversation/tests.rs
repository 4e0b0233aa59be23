//! Every happening to every state, and what holds whatever happens.

use proptest::prelude::*;

use super::*;

const AT: Millis = 2_000;
const ANN: MemberId = MemberId(1);
const BEN: MemberId = MemberId(2);
/// The person's messages, the one that stands there and the one that comes.
const OLD: i64 = 7;
const NEW: i64 = 8;

/// Status, assignee, waiting since, unread, last words, who said them.
type State = (Status, Option<MemberId>, Option<Millis>, i64, &'static str, Speaker);

fn conversation((status, assignee, waiting_since, unread, text, last_from): State) -> Conversation {
    let line_of = match (text, last_from) {
        ("old" | "other", _) => LineOf::Message(OLD),
        ("new", Speaker::Person) => LineOf::Message(NEW),
        _ => LineOf::None,
    };
    let silent = Conversation::silent(ContactNumber(3), 1_000);
    let last_text = text.into();
    Conversation { status, assignee, waiting_since, unread, last_text, last_from, line_of, ..silent }
}

/// Nobody spoke; somebody waits for whoever comes, or for Ann; Ann has answered; it is over.
const STATES: [State; 5] = [
    (Status::Closed, None, None, 0, "", Speaker::Person),
    (Status::Open, None, Some(500), 2, "old", Speaker::Person),
    (Status::Open, Some(ANN), Some(500), 2, "old", Speaker::Person),
    (Status::Open, Some(ANN), None, 0, "answer", Speaker::Agent),
    (Status::Closed, Some(ANN), None, 0, "answer", Speaker::Agent),
];

const OPEN: Status = Status::Open;
const CLOSED: Status = Status::Closed;
const PERSON: Speaker = Speaker::Person;
const AGENT: Speaker = Speaker::Agent;

/// For each happening what becomes of each of [`STATES`]; nothing where it is refused.
fn table() -> Vec<(Happening<'static>, [Option<State>; 5])> {
    vec![
        (
            Happening::Written { message: NEW, text: "new" },
            [
                Some((OPEN, None, Some(AT), 1, "new", PERSON)),
                Some((OPEN, None, Some(500), 3, "new", PERSON)),
                Some((OPEN, Some(ANN), Some(500), 3, "new", PERSON)),
                Some((OPEN, Some(ANN), Some(AT), 1, "new", PERSON)),
                Some((OPEN, Some(ANN), Some(AT), 1, "new", PERSON)),
            ],
        ),
        (
            Happening::HandedOver { turn: Some(BEN) },
            [
                Some((OPEN, Some(BEN), Some(AT), 1, "", PERSON)),
                Some((OPEN, Some(BEN), Some(500), 2, "old", PERSON)),
                Some((OPEN, Some(ANN), Some(500), 2, "old", PERSON)),
                Some((OPEN, Some(ANN), Some(AT), 1, "answer", PERSON)),
                Some((OPEN, Some(ANN), Some(AT), 1, "answer", PERSON)),
            ],
        ),
        (
            Happening::Answered { by: BEN, text: "new" },
            [
                Some((OPEN, Some(BEN), None, 0, "new", AGENT)),
                Some((OPEN, Some(BEN), None, 0, "new", AGENT)),
                Some((OPEN, Some(ANN), None, 0, "new", AGENT)),
                Some((OPEN, Some(ANN), None, 0, "new", AGENT)),
                Some((OPEN, Some(ANN), None, 0, "new", AGENT)),
            ],
        ),
        (
            Happening::Assigned { to: Some(BEN) },
            [
                Some((CLOSED, Some(BEN), None, 0, "", PERSON)),
                Some((OPEN, Some(BEN), Some(500), 2, "old", PERSON)),
                Some((OPEN, Some(BEN), Some(500), 2, "old", PERSON)),
                Some((OPEN, Some(BEN), None, 0, "answer", AGENT)),
                Some((CLOSED, Some(BEN), None, 0, "answer", AGENT)),
            ],
        ),
        (Happening::Assigned { to: None }, STATES.map(|(s, _, w, u, t, f)| Some((s, None, w, u, t, f)))),
        (Happening::Opened, STATES.map(|(_, a, w, u, t, f)| Some((OPEN, a, w, u, t, f)))),
        (Happening::Closed, STATES.map(|(_, a, _, _, t, f)| Some((CLOSED, a, None, 0, t, f)))),
        (Happening::Read, STATES.map(|(s, a, w, _, t, f)| Some((s, a, w, 0, t, f)))),
        (
            Happening::Reworded { message: OLD, written_at: None, text: "other" },
            [
                None,
                Some((OPEN, None, Some(500), 2, "other", PERSON)),
                Some((OPEN, Some(ANN), Some(500), 2, "other", PERSON)),
                None,
                None,
            ],
        ),
        (Happening::Reworded { message: NEW, written_at: Some(AT), text: "other" }, [None; 5]),
    ]
}

/// Its row in the table; a happening without one does not compile.
fn row_of(happening: Happening<'_>) -> usize {
    match happening {
        Happening::Written { .. } => 0,
        Happening::HandedOver { .. } => 1,
        Happening::Answered { .. } => 2,
        Happening::Assigned { .. } => 3,
        Happening::Opened => 4,
        Happening::Closed => 5,
        Happening::Read => 6,
        Happening::Reworded { .. } => 7,
    }
}

#[test]
fn each_happening_makes_of_each_state_what_the_table_says() {
    let mut rows = std::collections::BTreeSet::new();
    for (happening, expected) in table() {
        rows.insert(row_of(happening));
        for (state, expected) in STATES.into_iter().zip(expected) {
            let found = conversation(state).step(happening, AT);
            // Words and hand-overs move the last moment on; what a member does beside them does not.
            let speaks = matches!(
                happening,
                Happening::Written { .. } | Happening::HandedOver { .. } | Happening::Answered { .. }
            );
            let last_at = if speaks { AT } else { 1_000 };
            let expected = expected.map(|state| Conversation { last_at, ..conversation(state) });
            assert_eq!(found, expected.ok_or(Refusal::OtherWordsSince), "{happening:?} to {state:?}");
        }
    }
    assert_eq!(rows.len(), 8, "a happening is not in the table");
}

#[test]
fn what_comes_late_does_not_turn_the_clock_back_and_a_line_is_short() {
    let long = Happening::Written { message: NEW, text: &"x".repeat(300) };
    let late = conversation(STATES[2]).step(long, 10).unwrap();
    assert_eq!((late.last_at, late.waiting_since), (1_000, Some(500)));
    assert_eq!(late.last_text.len(), LAST_TEXT_CHARS);
    let overtaken = Happening::Written { message: OLD - 1, text: "earlier" };
    let late = conversation(STATES[2]).step(overtaken, 10).unwrap();
    assert_eq!((late.last_text.as_str(), late.line_of, late.unread), ("old", LineOf::Message(OLD), 3));
    // Of one second, and heard of a moment later.
    let late = conversation(STATES[2]).step(overtaken, 1_400).unwrap();
    assert_eq!((late.last_text.as_str(), late.line_of), ("old", LineOf::Message(OLD)));
}

#[test]
fn a_line_from_before_its_message_was_kept_is_told_by_its_time() {
    let reworded = |state, written_at| {
        let before = Conversation { line_of: LineOf::Unknown, ..conversation(state) };
        before.step(Happening::Reworded { message: OLD, written_at, text: "other" }, AT).ok()
    };
    assert_eq!(reworded(STATES[1], Some(1_000)).map(|after| after.line_of), Some(LineOf::Message(OLD)));
    assert_eq!(reworded(STATES[1], Some(999)), None, "something was said since");
    assert_eq!(reworded(STATES[1], None), None, "it is not the last that the person wrote");
    assert_eq!(reworded(STATES[3], Some(1_000)), None, "the team spoke last");
}

#[test]
fn status_and_assignee_alone_are_told() {
    let open = conversation(STATES[1]);
    assert!(open.is_told_after(None));
    let after = |happening| open.step(happening, AT).unwrap();
    assert!(!after(Happening::Written { message: NEW, text: "more" }).is_told_after(Some(&open)));
    assert!(!after(Happening::Read).is_told_after(Some(&open)));
    assert!(after(Happening::Closed).is_told_after(Some(&open)));
    assert!(after(Happening::Assigned { to: Some(BEN) }).is_told_after(Some(&open)));
    assert!(after(Happening::Answered { by: BEN, text: "yes" }).is_told_after(Some(&open)));
}

fn happenings() -> impl Strategy<Value = Vec<(Happening<'static>, Millis)>> {
    let member = || prop::option::of(prop::sample::select(vec![ANN, BEN]));
    let happening = prop_oneof![
        (1..9_i64).prop_map(|message| Happening::Written { message, text: "words" }),
        member().prop_map(|turn| Happening::HandedOver { turn }),
        prop::sample::select(vec![ANN, BEN]).prop_map(|by| Happening::Answered { by, text: "answer" }),
        member().prop_map(|to| Happening::Assigned { to }),
        Just(Happening::Opened),
        Just(Happening::Closed),
        Just(Happening::Read),
        (1..9_i64, prop::option::of(0..3_000_i64)).prop_map(|(message, written_at)| {
            Happening::Reworded { message, written_at, text: "other words" }
        }),
    ];
    prop::collection::vec((happening, 0..3_000_i64), 0..60)
}

proptest! {
    #[test]
    fn whatever_happens_what_is_known_belongs_together(happenings in happenings()) {
        let mut before = Conversation::silent(ContactNumber(3), 1_000);
        for (happening, at) in happenings {
            let Ok(after) = before.step(happening, at) else { continue };
            prop_assert_eq!(after.contact, before.contact);
            prop_assert!(after.status.is_open() || (after.waiting_since.is_none() && after.unread == 0));
            prop_assert!(after.waiting_since.is_none() || after.last_from == Speaker::Person);
            prop_assert!(after.last_at >= before.last_at && after.unread >= 0);
            // Who waits goes on waiting since the same moment until the team answers or ends it.
            if let (Some(since), Some(still)) = (before.waiting_since, after.waiting_since) {
                prop_assert_eq!(since, still);
            }
            let ends = matches!(happening, Happening::Answered { .. } | Happening::Closed);
            prop_assert!(ends || after.waiting_since.is_some() || before.waiting_since.is_none());
            // Nobody loses a conversation that they have but by a member's hand.
            let by_hand = matches!(happening, Happening::Assigned { .. });
            prop_assert!(by_hand || before.assignee.is_none() || after.assignee == before.assignee);
            before = after;
        }
    }
}
