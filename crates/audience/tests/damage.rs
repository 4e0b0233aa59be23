//! Written bytes are not believed: cut short, changed anywhere or made up, they are refused or make an index that
//! can be asked, and never more memory is wanted than a small multiple of them.
#![allow(unsafe_code)] // the allocator that watches what is asked of it

#[allow(dead_code)]
#[path = "it/agreement/world.rs"]
mod world;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use audience::{Damaged, Groups, Index, WrittenIndex};
use domain::contact::SOURCE_FIELDS;
use domain::event::{Event, EventBody, Outcome};
use domain::expression::{Expression, Resolved, resolve};
use domain::ids::TagId;
use domain::time::DAY_MS;
use proptest::prelude::prop;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::json;
use world::{Act, Step};

/// The largest piece of memory asked for since it was last set to zero.
static LARGEST: AtomicUsize = AtomicUsize::new(0);

struct Watching;

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LARGEST.fetch_max(layout.size(), Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static WATCHING: Watching = Watching;

const ZONE: chrono_tz::Tz = chrono_tz::Europe::Berlin;
const BASE: i64 = 1_792_889_100_000;
/// No value takes more memory than so many times its bytes; a chunk's bitmaps stand apart.
const MEMORY_A_BYTE: usize = 8;
const MEMORY_MIN: usize = 1 << 17;

/// A small index with something in every column, and a campaign.
fn index() -> Index {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[3; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let people = prop::collection::vec(world::create(), 12);
    let (people, rest) =
        (people, world::steps(160..161)).new_tree(&mut runner).expect("nothing is filtered out").current();
    let begin = Act::Begin { campaign: 1, chooser: 0xfeed_beef_cafe_f00d };
    let sent = Act::Outcomes { campaign: 1, chooser: u64::MAX, outcome: Outcome::Sent };
    let who = rest[0].who;
    let last = Step { act: sent.clone(), who: rest[0].who, offset: 0 };
    let first = people.into_iter().chain([begin, sent]).map(|act| Step { act, who, offset: 0 });
    // Enough of one object for a series of its own.
    let press = EventBody::Button { object: "help".into(), message_id: None, campaign: None, place: None };
    let press = Step { act: Act::Event { body: press, windows: 0 }, who, offset: 0 };
    let presses = (0..40).map(|days| Step { offset: -days * DAY_MS / 3, ..press.clone() });
    let open = EventBody::ConversationChanged { status: domain::conversation::Status::Open, assignee: None };
    let open = Step { act: Act::Event { body: open, windows: 0 }, who, offset: 0 };
    let mut steps: Vec<Step> = first.chain(rest).chain(presses).chain([open, last]).collect();
    steps.retain(|step| !matches!(&step.act, Act::Event { body: EventBody::Erased, .. }));
    let mut index = Index::new(ZONE);
    for entry in world::Writer::new(BASE, 0).write(&steps) {
        if let Some((campaign, frozen)) = &entry.frozen {
            index.freeze(*campaign, frozen);
        }
        index.apply(&entry.event).expect("the log has no gap");
    }
    index
}

fn nobody(number: i64, contact: u32) -> Event {
    let body = EventBody::ContactCreated {
        profile: Default::default(),
        source: Default::default(),
        first_seen: BASE,
        last_interaction: None,
        attributes: Default::default(),
    };
    Event { number, contact: Some(domain::ids::ContactNumber(contact)), at: BASE, body, windows: Vec::new() }
}

fn read(parts: &[Vec<u8>]) -> Result<Index, Damaged> {
    let written = WrittenIndex::read(&parts[0])?;
    let chunks = parts[1..].iter().map(|part| written.chunk(part)).collect::<Result<_, _>>()?;
    written.finish(chunks)
}

/// One question to each column, and a breakdown.
struct Questions {
    questions: Vec<Resolved>,
}

impl Questions {
    fn new() -> Self {
        let written = [
            json!({"tag":{"has_any":["vip","🎁"],"added_within":"30d"}}),
            json!({"all":[{"last_interaction":{"within":"7d"}},{"first_seen":{"older_than":"1d"}}]}),
            json!({"event":{"kind":"button","object":"pricing","at_most":1,"within":"30d"}}),
            json!({"event":{"kind":"interaction","at_least":1,"within":"7d"}}),
            json!({"event":{"kind":"interaction","at_most":300}}),
            json!({"profile":{"field":"language","in":["zh"]}}),
            json!({"profile":{"field":"username","in":["ann_lee"]}}),
            json!({"profile":{"field":"premium","in":[true]}}),
            json!({"attribute":{"key":"plan","op":"contains","value":"pro"}}),
            json!({"attribute":{"key":"score","op":"gt","value":0}}),
            json!({"campaign":{"id":1,"outcome":"sent","frozen_tag":"兴趣-科技"}}),
            json!({"campaign":{"id":1,"outcome":"not_clicked"}}),
            json!({"conversation":{"status":"open"}}),
        ];
        let workspace = world::workspace(&[], &[]);
        let parsed = written.iter().map(|one| Expression::parse(one).expect("an expression"));
        let questions = parsed.map(|one| resolve(&one, &workspace).expect("known names")).collect();
        Self { questions }
    }

    /// Asks everything, and folds something more in. Answers may be any: the bytes are not those of an index.
    fn ask(&self, mut index: Index) {
        let tags: Vec<TagId> = (1..=world::TAGS.len() as i64).map(TagId).collect();
        for question in &self.questions {
            index.count(question, BASE + DAY_MS);
        }
        let set = index.set(&self.questions[0], BASE);
        index.sample(&set, 3, 7);
        let groups = Groups {
            tags: &tags,
            stages: &self.questions[1..3],
            sources: &SOURCE_FIELDS,
            languages: true,
            silent_days: 60,
        };
        index.breakdown(&self.questions[1], BASE, &groups);
        let people = index.contact_numbers().min(64);
        let mut fold = |contact: u32, body: EventBody| {
            // A damaged number may leave no room for another.
            let number = index.number().saturating_add(1);
            let _ = index.apply(&Event { body, ..nobody(number, contact) });
        };
        for contact in 0..people {
            fold(contact, EventBody::Unblocked { told: true });
            fold(contact, EventBody::Erased);
            let press =
                EventBody::Button { object: "help".into(), message_id: None, campaign: None, place: None };
            fold(contact, press);
        }
    }
}

/// Changes one part and reads all; whether it was refused.
fn is_refused(parts: &mut [Vec<u8>], place: usize, changed: Vec<u8>, questions: &Questions) -> bool {
    let whole = std::mem::replace(&mut parts[place], changed);
    let bytes: usize = parts.iter().map(Vec::len).sum();
    LARGEST.store(0, Ordering::Relaxed);
    let read = read(parts);
    let largest = LARGEST.load(Ordering::Relaxed);
    assert!(largest <= MEMORY_MIN + bytes * MEMORY_A_BYTE, "{largest} bytes at once for {bytes}");
    parts[place] = whole;
    let refused = read.is_err();
    if let Ok(index) = read {
        questions.ask(index);
    }
    refused
}

// One test, so that nothing else asks for memory meanwhile.
#[test]
fn damaged_bytes_are_refused_or_harmless() {
    let questions = Questions::new();
    let mut parts: Vec<Vec<u8>> = index().write().collect();
    assert_eq!(parts.len(), 2);
    let known: Vec<u64> =
        questions.questions.iter().map(|one| read(&parts).unwrap().count(one, BASE)).collect();
    assert!(known.iter().all(|count| *count > 0), "a column holds nothing: {known:?}");
    let mut refused = 0;
    for place in 0..parts.len() {
        let whole = parts[place].clone();
        // Long runs of a chunk's bitmaps and times are all alike: some of their bytes stand for them.
        let step = |at: usize| if place > 0 && whole.len() - at > 2_000 && at > 4_000 { 211 } else { 1 };
        let mut at = 0;
        while at < whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= [1, 0x80, 0xff, 0x10][at % 4];
            refused += usize::from(is_refused(&mut parts, place, changed, &questions));
            let mut changed = whole.clone();
            let four = at..(at + 4).min(changed.len());
            changed[four].fill(0xff);
            refused += usize::from(is_refused(&mut parts, place, changed, &questions));
            assert!(is_refused(&mut parts, place, whole[..at].to_vec(), &questions), "cut at {at}");
            at += step(at);
        }
        let longer = [&whole[..], &[0]].concat();
        assert!(is_refused(&mut parts, place, longer, &questions), "one byte too many");
    }
    assert!(refused > 1_000, "{refused} changes were refused");
    parts.pop();
    assert!(read(&parts).is_err(), "a chunk is missing");
}
