//! The fine points of the design, one by one: who of a few people matches, and what the fold refuses.

use std::collections::BTreeMap;

use audience::oracle::Workspace;
use audience::{ApplyError, FreezeOrder, Frozen, FrozenNames, Index, LiveIndex};
use chrono_tz::Tz;
use domain::contact::{AttributeValue, Profile, Source};
use domain::conversation::Status;
use domain::event::{Event, EventBody, Origin, Outcome, OutcomeChange};
use domain::expression::{Expression, resolve};
use domain::ids::{CampaignId, ContactNumber, MemberId, StageId, TagId};
use domain::time::{DAY_MS, Millis};
use roaring::RoaringBitmap;
use serde_json::{Value, json};

const NOW: Millis = 1_795_537_800_000; // 2026-11-24T16:30:00Z

/// An index that is told one thing after another.
struct Bot {
    index: Index,
    zone: Tz,
}

impl Bot {
    /// With this many people, all first seen a hundred days ago.
    fn new(zone: Tz, people: u32) -> Self {
        let mut bot = Self { index: Index::new(zone), zone };
        (0..people).for_each(|number| bot.create(number, None));
        bot
    }

    fn create(&mut self, number: u32, last_interaction: Option<Millis>) {
        let body = EventBody::ContactCreated {
            profile: Profile::default(),
            source: Source::new(),
            first_seen: NOW - 100 * DAY_MS,
            last_interaction,
            attributes: BTreeMap::new(),
        };
        self.tell(number, NOW - 100 * DAY_MS, body);
    }

    fn tell(&mut self, number: u32, at: Millis, body: EventBody) {
        let event = self.next(Some(number), at, body);
        self.index.apply(&event).expect("no gap");
    }

    fn next(&self, number: Option<u32>, at: Millis, body: EventBody) -> Event {
        let number_of_event = self.index.number() + 1;
        Event { number: number_of_event, contact: number.map(ContactNumber), at, body, windows: Vec::new() }
    }

    fn who_at(&self, written: &Value, now: Millis) -> Vec<u32> {
        let workspace = Workspace {
            tags: vec![("a".into(), TagId(1)), ("b".into(), TagId(2))],
            stages: vec![(StageId(1), "everyone".into(), Expression::All(Vec::new()))],
            campaigns: vec![CampaignId(7)],
            attributes: vec!["plan".into()],
            ..Workspace::default()
        };
        assert_eq!(self.index.zone(), self.zone);
        let expression = Expression::parse(written).expect("an expression");
        let resolved = resolve(&expression, &workspace).expect("known names");
        self.index.set(&resolved, now).iter().collect()
    }

    fn who(&self, written: Value) -> Vec<u32> {
        self.who_at(&written, NOW)
    }
}

fn start() -> EventBody {
    EventBody::Start { payload: None, message_id: 1 }
}

fn press(campaign: Option<CampaignId>) -> EventBody {
    EventBody::Button { object: "pricing".into(), message_id: None, campaign, place: None }
}

fn tagged(tag: i64) -> EventBody {
    EventBody::TagAdded { tag: TagId(tag), origin: Origin::Import }
}

#[test]
fn a_start_moves_the_last_interaction_but_is_none_by_kind() {
    let mut bot = Bot::new(Tz::UTC, 2);
    bot.tell(0, NOW - DAY_MS, start());
    bot.tell(1, NOW - DAY_MS, press(None));
    assert_eq!(bot.who(json!({"last_interaction":{"within":"1d"}})), [0, 1]);
    assert_eq!(bot.who(json!({"event":{"kind":"interaction"}})), [1]);
    assert_eq!(bot.who(json!({"event":{"kind":"start"}})), [0]);
}

#[test]
fn the_last_interaction_is_the_latest_whatever_the_order() {
    let mut bot = Bot::new(Tz::UTC, 1);
    bot.tell(0, NOW - 2 * DAY_MS, press(None));
    bot.tell(0, NOW - 9 * DAY_MS, press(None));
    assert_eq!(bot.who(json!({"last_interaction":{"within":"2d"}})), [0]);
}

#[test]
fn an_imported_interaction_counts_once_at_its_time() {
    let mut bot = Bot::new(Tz::UTC, 1);
    bot.create(1, Some(NOW - 5 * DAY_MS));
    assert_eq!(bot.who(json!({"event":{"kind":"interaction","within":"5d"}})), [1]);
    assert_eq!(bot.who(json!({"event":{"kind":"interaction","at_most":0,"within":"4d"}})), [0, 1]);
    assert_eq!(bot.who(json!({"event":{"kind":"message"}})), [0_u32; 0]);
    assert_eq!(bot.who(json!({"last_interaction":{"never":true}})), [0]);
    assert_eq!(bot.who(json!({"not":{"last_interaction":{"within":"1d"}}})), [0, 1]);
    assert_eq!(bot.who(json!({"last_interaction":{"older_than":"1d"}})), [1]);
}

#[test]
fn a_tag_is_as_old_as_its_latest_application() {
    let mut bot = Bot::new(Tz::UTC, 2);
    bot.tell(0, NOW - 20 * DAY_MS, tagged(1));
    bot.tell(1, NOW - 20 * DAY_MS, tagged(1));
    bot.tell(0, NOW - DAY_MS, tagged(1));
    bot.tell(0, NOW - 20 * DAY_MS, tagged(2));
    assert_eq!(bot.who(json!({"tag":{"has":"a","added_within":"7d"}})), [0]);
    assert_eq!(bot.who(json!({"tag":{"has_all":["a","b"]}})), [0]);
    assert_eq!(bot.who(json!({"tag":{"has_all":["a","b"],"added_within":"7d"}})), [0_u32; 0]);
    assert_eq!(bot.who(json!({"tag":{"has_any":["a","b"],"added_within":"7d"}})), [0]);
}

#[test]
fn a_missing_attribute_compares_with_nothing() {
    let mut bot = Bot::new(Tz::UTC, 3);
    for (number, text) in [(0, "Pro"), (1, "free")] {
        let set = [("plan".to_owned(), Some(AttributeValue::Text(text.into())))].into();
        bot.tell(number, NOW, EventBody::AttributesSet { set });
    }
    let plan = |op: &str, value: &str| json!({"attribute":{"key":"plan","op":op,"value":value}});
    assert_eq!(bot.who(plan("eq", "pro")), [0_u32; 0]);
    assert_eq!(bot.who(plan("contains", "pro")), [0]);
    assert_eq!(bot.who(plan("ne", "free")), [0]);
    bot.tell(0, NOW, EventBody::AttributesSet { set: [("plan".to_owned(), None)].into() });
    assert_eq!(bot.who(json!({"attribute":{"key":"plan","op":"exists"}})), [1]);
}

#[test]
fn a_language_matches_its_regions_and_a_name_only_itself() {
    let mut bot = Bot::new(Tz::UTC, 2);
    for (number, text) in [(0, "zh-hans"), (1, "zh")] {
        let profile =
            Profile { language: Some(text.into()), first_name: Some(text.into()), ..Profile::default() };
        bot.tell(number, NOW, EventBody::ProfileChanged { profile });
    }
    assert_eq!(bot.who(json!({"profile":{"field":"language","in":["ZH"]}})), [0, 1]);
    assert_eq!(bot.who(json!({"profile":{"field":"first_name","in":["zh"]}})), [1]);
}

#[test]
fn a_day_that_began_stays_begun_when_the_clocks_go_back_across_midnight() {
    // Newfoundland: at 00:01 on 7 November 2010 it was 23:01 of the 6th again.
    let change = 1_289_097_060_000;
    let mut bot = Bot::new(chrono_tz::America::St_Johns, 1);
    bot.tell(0, change + 30 * 60_000, press(None));
    // A day later the window begins with the 7th, whose first minute came before the press.
    assert_eq!(bot.who_at(&json!({"event":{"kind":"button","within":"1d"}}), change + DAY_MS), [0]);
}

#[test]
fn following_a_link_is_a_click_too() {
    let mut bot = Bot::new(Tz::UTC, 4);
    let campaign = CampaignId(7);
    let audience: RoaringBitmap = (0..4).collect();
    bot.index.freeze(campaign, &Frozen { audience, held_out: [3].into(), ..Frozen::default() });
    let began = bot.next(None, NOW, EventBody::CampaignStarted { campaign });
    bot.index.apply(&began).unwrap();
    let change = |contact, outcome| OutcomeChange { contact: ContactNumber(contact), outcome, at: NOW };
    let changes = vec![
        change(0, Outcome::Sent),
        change(1, Outcome::Sent),
        change(2, Outcome::Unknown),
        change(3, Outcome::HeldOutReached),
    ];
    let told = bot.next(None, NOW, EventBody::Outcomes { campaign, changes });
    bot.index.apply(&told).unwrap();
    bot.tell(0, NOW, EventBody::Click { object: "shop".into(), campaign, place: None });
    bot.tell(2, NOW, press(Some(campaign)));
    let group = |outcome: &str| bot.who(json!({"campaign":{"id":7,"outcome":outcome}}));
    assert_eq!(group("clicked"), [0]);
    assert_eq!(group("followed"), [0]);
    assert_eq!(group("pressed"), [0_u32; 0], "an unknown send is not among those sent");
    assert_eq!(group("not_clicked"), [1]);
    assert_eq!(group("reached"), [0, 1, 2, 3]);
    assert_eq!(group("held_out"), [3]);
    assert_eq!(group("audience"), [0, 1, 2, 3]);
}

#[test]
fn whoever_was_erased_is_in_no_byte_that_is_written() {
    let mut bot = Bot::new(Tz::UTC, 2);
    let texts = ["zuleika", "Zürich-Å", "pay-load", "/secret-word", "attribute-x", "very-own"];
    let profile =
        Profile { username: Some(texts[0].into()), first_name: Some(texts[1].into()), ..Profile::default() };
    let set = [(texts[4].to_owned(), Some(AttributeValue::Text(texts[5].into())))];
    for body in [
        EventBody::ProfileChanged { profile },
        EventBody::HistoryImported {
            source: Some(Source::from([("payload".to_owned(), texts[2].to_owned())])),
            first_seen: None,
        },
        EventBody::Command { object: texts[3].into(), text: String::new(), message_id: 1 },
        EventBody::AttributesSet { set: set.into() },
    ] {
        bot.tell(0, NOW, body);
    }
    let holds = |bot: &Bot, text: &str| {
        let bytes: Vec<u8> = bot.index.write().flatten().collect();
        bytes.windows(text.len()).any(|part| part == text.as_bytes())
    };
    assert!(texts.iter().all(|text| holds(&bot, text)), "the bytes are of the living");
    bot.tell(0, NOW, EventBody::Erased);
    for text in texts {
        assert!(!holds(&bot, text), "{text} lives on");
    }
}

#[test]
fn whoever_was_erased_matches_nothing() {
    let mut bot = Bot::new(Tz::UTC, 2);
    bot.tell(0, NOW, tagged(1));
    bot.tell(0, NOW, EventBody::Erased);
    assert_eq!(bot.who(json!({"all":[]})), [1]);
    assert_eq!(bot.who(json!({"not":{"tag":{"has":"a"}}})), [1]);
    assert_eq!(bot.who(json!({"reachable":false})), [0_u32; 0]);
    // Numbers are never given again.
    bot.create(2, None);
    assert_eq!(bot.who(json!({"stage":{"in":["everyone"]}})), [1, 2]);
}

#[test]
fn a_conversation_is_open_closed_or_not_there() {
    let mut bot = Bot::new(Tz::UTC, 3);
    let changed = |status, assignee| EventBody::ConversationChanged { status, assignee };
    bot.tell(0, NOW, changed(Status::Open, None));
    bot.tell(1, NOW, changed(Status::Closed, Some(MemberId(5))));
    assert_eq!(bot.who(json!({"conversation":{"status":"open"}})), [0]);
    assert_eq!(bot.who(json!({"conversation":{"assignee":5}})), [1]);
    assert_eq!(bot.who(json!({"conversation":{"assignee":null}})), [0]);
}

#[test]
fn the_fold_refuses_gaps_and_passes_over_what_it_knows() {
    let mut bot = Bot::new(Tz::UTC, 1);
    let known = Event { number: 1, ..bot.next(Some(0), NOW, tagged(1)) };
    assert_eq!(bot.index.apply(&known), Ok(()));
    assert_eq!(bot.who(json!({"tag":{"has":"a"}})), [0_u32; 0]);
    let far = Event { number: 3, ..bot.next(Some(0), NOW, tagged(1)) };
    assert_eq!(bot.index.apply(&far), Err(ApplyError::Gap { have: 1, got: 3 }));
    let campaign = CampaignId(7);
    let began = bot.next(None, NOW, EventBody::CampaignStarted { campaign });
    assert_eq!(bot.index.apply(&began), Err(ApplyError::NotFrozen(campaign)));
    assert_eq!(bot.index.number(), 1, "a refused event changes nothing");
    bot.index.freeze(campaign, &Frozen::default());
    assert_eq!(bot.index.apply(&began), Ok(()));
    let body = EventBody::ContactCreated {
        profile: Profile::default(),
        source: Source::new(),
        first_seen: NOW,
        last_interaction: None,
        attributes: BTreeMap::new(),
    };
    let twice = bot.next(Some(5), NOW, body);
    assert_eq!(
        bot.index.apply(&twice),
        Err(ApplyError::ContactOutOfOrder { number: 3, contact: 5, next: 1 })
    );
}

#[test]
fn a_frozen_audience_is_whom_it_may_write_to_in_an_order_of_its_seed() {
    let mut bot = Bot::new(Tz::UTC, 1_000);
    (0..100).for_each(|number| bot.tell(number, NOW, EventBody::OptedOut { charged: None }));
    (50..300).for_each(|number| bot.tell(number, NOW, tagged(1)));
    let everyone = resolve(&Expression::All(Vec::new()), &Workspace::default()).unwrap();
    let tags = [(TagId(1), "a".to_owned()), (TagId(2), "b".to_owned())];
    let stages = [("everyone".to_owned(), everyone.clone())];
    let workspace = Workspace { tags: vec![("a".to_owned(), TagId(1))], ..Workspace::default() };
    let tagged_a = resolve(&Expression::parse(&json!({"tag": {"has": "a"}})).unwrap(), &workspace).unwrap();
    let segments = [("tagged".to_owned(), tagged_a)];
    let names = FrozenNames { tags: &tags, stages: &stages, sources: &["link"], segments: &segments };
    let order = FreezeOrder { seed: 11, held_out_basis_points: 1_000 };
    let taken = bot.index.frozen(&everyone, NOW, order, &names);
    assert_eq!((taken.left_out, taken.order.len(), taken.number), (100, 900, bot.index.number()));
    let ordered: RoaringBitmap = taken.order.iter().map(|number| number.0).collect();
    assert_eq!(ordered, taken.frozen.audience);
    assert_eq!((ordered.min(), ordered.len()), (Some(100), 900));
    assert!(taken.order.windows(2).any(|two| two[0] > two[1]), "it is no rising order");
    assert_eq!(taken.frozen.held_out.len(), 90);
    assert!(taken.frozen.held_out.is_subset(&taken.frozen.audience));
    assert_eq!(taken.frozen.tags, [("a".to_owned(), (100..300).collect())]);
    assert_eq!(taken.frozen.segments, [("tagged".to_owned(), (100..300).collect())]);
    assert_eq!(taken.frozen.stages, [("everyone".to_owned(), taken.frozen.audience.clone())]);
    assert_eq!(bot.index.frozen(&everyone, NOW, order, &names), taken, "the same seed, the same order");
    let other = FreezeOrder { seed: 12, ..order };
    assert_ne!(bot.index.frozen(&everyone, NOW, other, &names).order, taken.order);
}

#[test]
fn readers_see_whole_batches_of_one_version_while_events_come() {
    // Each batch tags one person and presses once for the same: whoever sees one without the other saw half.
    let bot = Bot::new(Tz::UTC, 4_000);
    let first = bot.index.number();
    let live = LiveIndex::new(bot.index);
    let workspace = Workspace { tags: vec![("a".into(), TagId(1))], ..Workspace::default() };
    let resolved = |written: Value| resolve(&Expression::parse(&written).unwrap(), &workspace).unwrap();
    let tags = resolved(json!({"tag":{"has":"a"}}));
    let presses = resolved(json!({"event":{"kind":"button"}}));
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for person in 0..4_000_i64 {
                let event = |offset: i64, body| Event {
                    number: first + person * 2 + offset,
                    contact: Some(ContactNumber(person as u32)),
                    at: NOW,
                    body,
                    windows: Vec::new(),
                };
                live.apply_batch(&[event(1, tagged(1)), event(2, press(None))]).unwrap();
            }
        });
        let mut last = 0;
        while last < first + 8_000 {
            assert!(!writer.is_finished() || live.snapshot().number() == first + 8_000, "the writer failed");
            let index = live.snapshot();
            assert!(index.number() >= last, "a later look went back");
            last = index.number();
            let done = ((last - first) / 2) as u64;
            assert_eq!((index.count(&tags, NOW), index.count(&presses, NOW)), (done, done));
        }
    });
}
