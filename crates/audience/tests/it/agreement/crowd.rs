//! A crowd in one chunk and a few in the next: sets large enough to be bits instead of lists, series of events
//! in several segments, most of them late.

use audience::LiveIndex;
use audience::oracle::Oracle;
use domain::event::{EventBody, Outcome};
use domain::expression::resolve;
use domain::time::DAY_MS;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::world::{Act, Step, Writer, offset, workspace};
use super::{Case, build, contact_numbers, expressions, follow, read_again};

const ZONE: chrono_tz::Tz = chrono_tz::America::St_Johns;
const BASE: i64 = 1_289_097_060_000;

fn draw<T>(runner: &mut TestRunner, strategy: impl Strategy<Value = T>) -> T {
    strategy.new_tree(runner).expect("nothing is filtered out").current()
}

/// Creations first, then presses and tags of one kind by the thousand, then anything.
fn steps(runner: &mut TestRunner) -> Vec<Step> {
    let step = |act: BoxedStrategy<Act>| {
        (act, any::<prop::sample::Index>(), offset()).prop_map(|(act, who, offset)| Step { act, who, offset })
    };
    let create = step(super::world::create().boxed());
    let common = prop_oneof![
        3 => Just(EventBody::TagAdded {
            tag: domain::ids::TagId(1),
            origin: domain::event::Origin::Import,
        }),
        1 => Just(EventBody::TagRemoved {
            tag: domain::ids::TagId(1),
            origin: domain::event::Origin::Import,
        }),
        4 => Just(EventBody::Button { object: "pricing".into(), message_id: None, campaign: None, place: None }),
    ];
    let common = step(common.prop_map(|body| Act::Event { body, windows: 0 }).boxed());
    let begin = step(Just(Act::Begin { campaign: 1, chooser: 0xfeed_beef_cafe_f00d }).boxed());
    let sent = step(
        Just(Act::Outcomes { campaign: 1, chooser: 0x0f0f_3333_5555_ffff, outcome: Outcome::Sent }).boxed(),
    );
    let mut steps = draw(runner, prop::collection::vec(create, 7_000));
    steps.push(draw(runner, begin));
    steps.push(draw(runner, sent));
    steps.append(&mut draw(runner, prop::collection::vec(common, 30_000)));
    steps.append(&mut draw(runner, super::world::steps(4_000..4_001)));
    steps
}

#[test]
fn a_crowd_is_counted_as_the_oracle_counts_it() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let rules = draw(&mut runner, prop::collection::vec(expressions::rule(BASE), 6));
    // 6,500 of them end the first chunk, the others begin the second.
    let first_contact = 65_536 - 6_500;
    let log = Writer::new(BASE, first_contact).write(&steps(&mut runner));
    let workspace = workspace(&rules[..4], &rules[4..]);
    let expressions = draw(&mut runner, prop::collection::vec(expressions::expression(BASE), 10));
    let known = super::expressions::of_a_crowd();
    let mut case = Case {
        expressions: known
            .into_iter()
            .chain(expressions)
            .map(|expression| {
                let resolved = resolve(&expression, &workspace).expect("known names");
                (expression, resolved)
            })
            .collect(),
        oracle: Oracle::new(workspace, ZONE),
        zone: ZONE,
        moments: vec![BASE + 3 * DAY_MS],
    };
    let (before, after) = log.split_at(24_000);
    for entry in before {
        if let Some((campaign, frozen)) = &entry.frozen {
            case.oracle.freeze(*campaign, frozen.clone());
        }
        case.oracle.apply(&entry.event);
    }
    let numbers = contact_numbers(before, first_contact);
    let live = LiveIndex::new(build(&case.oracle, ZONE, numbers, before.len() as i64));
    let old = live.snapshot();
    let oracle_then = case.oracle.clone();
    let again = LiveIndex::new(read_again(&old));
    follow(&again, &mut case.oracle.clone(), after);
    follow(&live, &mut case.oracle, after);
    case.check(&again.snapshot(), "written, read, and at the end").unwrap();
    case.check_breakdown(&again.snapshot()).unwrap();
    case.check(&read_again(&live.snapshot()), "at the end, written and read").unwrap();
    case.check(&live.snapshot(), "at the end").unwrap();
    case.check_breakdown(&live.snapshot()).unwrap();
    let then =
        Case { oracle: oracle_then, zone: ZONE, expressions: case.expressions.clone(), moments: vec![BASE] };
    then.check(&old, "the old version, afterwards").unwrap();
}
