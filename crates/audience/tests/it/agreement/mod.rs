//! The index, the one-contact evaluator and the plain oracle give the same answers: for random workspaces, logs
//! and expressions, built from rows or followed from the first event, at several moments, while events arrive.

mod crowd;
mod expressions;
mod world;

use audience::oracle::Oracle;
use audience::{Groups, Index, IndexBuilder, LiveIndex, WrittenIndex};
use chrono_tz::Tz;
use domain::contact::SOURCE_FIELDS;
use domain::expression::build::days;
use domain::expression::{
    ContactFacts, Expression, ProfileField, ProfileTest, Resolved, SourceTest, TimeField, TimeTest,
    evaluate_one, explain_one, resolve,
};
use domain::ids::TagId;
use domain::time::{DAY_MS, Millis};
use proptest::prelude::*;

use self::world::{Entry, Writer};

/// Days of silence that a breakdown tells apart.
const SILENT_DAYS: usize = 9;

/// Builds an index the way a store would: from rows, at the log's present end.
fn build(oracle: &Oracle, zone: Tz, contact_numbers: u32, last_number: i64) -> Index {
    let mut builder = IndexBuilder::new(zone);
    for person in oracle.people() {
        builder.contact(&person.row());
    }
    builder.contact_numbers(contact_numbers);
    for person in oracle.people() {
        person.tags.iter().for_each(|(tag, added_at)| builder.tag(person.number, *tag, *added_at));
    }
    // Payloads of an erased person are gone from the store, so their events may well be handed over.
    oracle.log().into_iter().for_each(|event| builder.event(event));
    for (campaign, frozen) in oracle.campaigns() {
        builder.campaign(*campaign, frozen);
        for person in oracle.people() {
            if let Some(facts) = person.campaign(*campaign) {
                builder.recipient(*campaign, person.number, facts.outcome, facts.answers);
            }
        }
    }
    builder.finish(last_number)
}

/// The index as it comes back from its bytes.
fn read_again(index: &Index) -> Index {
    let mut parts = index.write();
    let written = WrittenIndex::read(&parts.next().expect("a first part")).expect("a first part that is one");
    let chunks = parts.map(|part| written.chunk(&part).expect("a chunk that is one")).collect();
    written.finish(chunks).expect("every chunk")
}

struct Case {
    oracle: Oracle,
    zone: Tz,
    expressions: Vec<(Expression, Resolved)>,
    moments: Vec<Millis>,
}

impl Case {
    /// Every expression at every moment: index against oracle, and each person evaluated alone.
    fn check(&self, index: &Index, stage: &str) -> Result<(), TestCaseError> {
        for (expression, resolved) in &self.expressions {
            for now in &self.moments {
                let wanted = self.oracle.set(expression, *now);
                let context = format!("{stage}, {}, now {now}, {}", expression.to_json(), self.zone);
                prop_assert_eq!(index.set(resolved, *now), wanted.clone(), "set: {}", context);
                prop_assert_eq!(index.count(resolved, *now), wanted.len(), "count: {}", context);
                let counts = index.counts(resolved, *now);
                let reachable = wanted.intersection_len(&index.reachable());
                prop_assert_eq!((counts.count, counts.reachable), (wanted.len(), reachable), "{}", context);
                for person in self.oracle.people() {
                    let alone = evaluate_one(resolved, &person, *now, self.zone);
                    prop_assert_eq!(alone, wanted.contains(person.number.0), "alone: {}", context);
                }
                if let Some(person) = self.oracle.people().last() {
                    let number = person.number;
                    prop_assert_eq!(index.contains(resolved, *now, number), wanted.contains(number.0));
                }
            }
        }
        Ok(())
    }

    /// The groups of a breakdown against one set each.
    fn check_breakdown(&self, index: &Index) -> Result<(), TestCaseError> {
        let (expression, resolved) = &self.expressions[0];
        let now = self.moments[0];
        let workspace = &self.oracle.workspace;
        let tags: Vec<TagId> = workspace.tags.iter().map(|(_, tag)| *tag).collect();
        let rules: Vec<Resolved> = workspace
            .stages
            .iter()
            .map(|(_, _, rule)| resolve(rule, workspace).expect("known names"))
            .collect();
        let groups = Groups {
            tags: &tags,
            stages: &rules,
            sources: &SOURCE_FIELDS,
            languages: true,
            silent_days: SILENT_DAYS,
        };
        let found = index.breakdown(resolved, now, &groups);
        let size =
            |part: Expression| self.oracle.set(&Expression::All(vec![expression.clone(), part]), now).len();
        prop_assert_eq!(found.counts, index.counts(resolved, now));
        for ((name, _), count) in workspace.tags.iter().zip(&found.tags) {
            let test = domain::expression::TagTest {
                mode: domain::expression::TagMode::Has,
                tags: vec![name.clone()],
                added_within: None,
            };
            prop_assert_eq!(size(Expression::Tag(test)), *count, "tag {}", name);
        }
        for ((_, name, _), count) in workspace.stages.iter().zip(&found.stages) {
            prop_assert_eq!(size(Expression::Stage(vec![name.clone()])), *count, "stage {}", name);
        }
        let members = self.oracle.set(expression, now);
        let people = || self.oracle.people().filter(|person| members.contains(person.number.0));
        let with_source: usize = people().map(|person| person.source.len()).sum();
        let counted: u64 = found.sources.iter().map(|source| source.count).sum();
        prop_assert_eq!(counted, with_source as u64);
        for source in &found.sources {
            let field = *SOURCE_FIELDS.iter().find(|field| **field == source.field).unwrap();
            let named = SourceTest { field, values: vec![source.value.clone()] };
            let them = Expression::All(vec![expression.clone(), Expression::Source(named)]);
            prop_assert_eq!(self.oracle.set(&them, now).len(), source.count, "{:?}", source);
        }
        let with_language = people().filter(|person| person.profile.language.is_some()).count();
        let counted: u64 = found.languages.iter().map(|(_, count)| count).sum();
        prop_assert_eq!(counted, with_language as u64);
        for (language, count) in &found.languages {
            let speaks = ProfileTest::In(ProfileField::Language, vec![language.clone()]);
            prop_assert_eq!(size(Expression::Profile(speaks)), *count, "language {}", language);
        }
        let silent = |test: TimeTest| size(Expression::Time(TimeField::LastInteraction, test));
        for length in 1..=SILENT_DAYS {
            let within = TimeTest { within: Some(days(length as i64)), ..TimeTest::default() };
            let counted: u64 = found.silence[..length].iter().sum();
            prop_assert_eq!(silent(within), counted, "within {} days", length);
        }
        let beyond = TimeTest { older_than: Some(days(SILENT_DAYS as i64)), ..TimeTest::default() };
        prop_assert_eq!(silent(beyond), found.silence[SILENT_DAYS], "silent for longer");
        Ok(())
    }
}

fn follow(live: &LiveIndex, oracle: &mut Oracle, entries: &[Entry]) {
    for entry in entries {
        if let Some((campaign, frozen)) = &entry.frozen {
            live.freeze(*campaign, frozen);
            oracle.freeze(*campaign, frozen.clone());
        }
        oracle.apply(&entry.event);
        live.apply_batch(std::slice::from_ref(&entry.event)).expect("the log has no gap");
    }
}

fn contact_numbers(entries: &[Entry], first: u32) -> u32 {
    let numbers = entries.iter().filter_map(|entry| entry.event.contact);
    numbers.map(|contact| contact.0 + 1).max().unwrap_or(first)
}

fn run(
    (zone, base): (Tz, Millis),
    first_contact: u32,
    steps: &[world::Step],
    (rules, segments, expressions): (Vec<Expression>, Vec<Expression>, Vec<Expression>),
    later_ms: i64,
) -> Result<(), TestCaseError> {
    let log = Writer::new(base, first_contact).write(steps);
    let workspace = world::workspace(&rules, &segments);
    let resolved = |expression: Expression| {
        let resolved = resolve(&expression, &workspace).expect("known names");
        // What people wrote can be stored and read again.
        assert_eq!(Expression::parse(&expression.to_json()), Ok(expression.clone()));
        (expression, resolved)
    };
    let expressions = expressions.into_iter().map(resolved).collect();
    let mut case = Case {
        oracle: Oracle::new(workspace, zone),
        zone,
        expressions,
        moments: vec![base, base + later_ms, base + 40 * DAY_MS],
    };
    let (before, after) = log.split_at(log.len() / 2);
    for entry in before {
        if let Some((campaign, frozen)) = &entry.frozen {
            case.oracle.freeze(*campaign, frozen.clone());
        }
        case.oracle.apply(&entry.event);
    }
    let numbers = contact_numbers(before, first_contact);
    let live = LiveIndex::new(build(&case.oracle, zone, numbers, before.len() as i64));
    let old = live.snapshot();
    case.check(&old, "built from rows")?;
    let (middle, end) = after.split_at(after.len() / 2);
    let oracle_then = case.oracle.clone();
    follow(&live, &mut case.oracle, middle);
    case.check(&live.snapshot(), "some events later")?;
    let again = LiveIndex::new(read_again(&live.snapshot()));
    case.check(&again.snapshot(), "written and read")?;
    let mut oracle_again = case.oracle.clone();
    follow(&live, &mut case.oracle, end);
    follow(&again, &mut oracle_again, end);
    case.check(&again.snapshot(), "written, read, and at the end")?;
    case.check_breakdown(&again.snapshot())?;
    let present = live.snapshot();
    case.check(&present, "at the end")?;
    case.check_breakdown(&present)?;
    prop_assert_eq!(present.number(), log.len() as i64);
    // Whoever kept the old version sees what it saw.
    let then = Case { oracle: oracle_then, zone, expressions: case.expressions.clone(), moments: vec![base] };
    then.check(&old, "the old version, afterwards")?;
    check_difference(&case, &present)
}

fn check_difference(case: &Case, index: &Index) -> Result<(), TestCaseError> {
    let (expression, resolved) = &case.expressions[0];
    let (before, after) =
        (case.oracle.set(expression, case.moments[0]), case.oracle.set(expression, case.moments[2]));
    let found = index.difference(resolved, case.moments[0], case.moments[2]);
    prop_assert_eq!(found.entered, &after - &before);
    prop_assert_eq!(found.left, &before - &after);
    Ok(())
}

fn rules(base: Millis) -> impl Strategy<Value = (Vec<Expression>, Vec<Expression>, Vec<Expression>)> {
    (
        prop::collection::vec(expressions::rule(base), world::STAGES.len()),
        prop::collection::vec(expressions::rule(base), 2),
        prop::collection::vec(expressions::expression(base), 3),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_500, max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn index_oracle_and_evaluator_agree(
        (place, rules) in world::zone_and_moment().prop_flat_map(|place| (Just(place), rules(place.1))),
        first_contact in prop_oneof![4 => Just(0_u32), 1 => Just(65_530), 1 => Just(131_000)],
        steps in world::steps(0..70),
        later_ms in prop_oneof![Just(1_000), Just(DAY_MS), 0..30 * DAY_MS],
    ) {
        run(place, first_contact, &steps, rules, later_ms)?;
    }

    #[test]
    fn an_explanation_turns_when_it_says(
        (place, rules) in world::zone_and_moment().prop_flat_map(|place| (Just(place), rules(place.1))),
        steps in world::steps(0..40),
    ) {
        let mut oracle = Oracle::new(world::workspace(&rules.0, &rules.1), place.0);
        for entry in Writer::new(place.1, 0).write(&steps) {
            if let Some((campaign, frozen)) = entry.frozen {
                oracle.freeze(campaign, frozen);
            }
            oracle.apply(&entry.event);
        }
        for expression in &rules.2 {
            let resolved = resolve(expression, &oracle.workspace).expect("known names");
            for person in oracle.people() {
                check_turns(&resolved, &person, place)?;
            }
        }
    }
}

/// The whole is explained as it is evaluated, and each part that names a moment turns round then.
fn check_turns(
    resolved: &Resolved,
    person: &dyn ContactFacts,
    (zone, now): (Tz, Millis),
) -> Result<(), TestCaseError> {
    let told = explain_one(resolved, person, now, zone);
    prop_assert_eq!(told.matched, evaluate_one(resolved, person, now, zone));
    let mut open = vec![(told, &resolved.root)];
    while let Some((told, node)) = open.pop() {
        let single = Resolved { root: node.clone() };
        prop_assert_eq!(told.matched, evaluate_one(&single, person, now, zone));
        if let Some(turn) = told.changes_at {
            prop_assert!(turn > now, "{} turned at {turn}, before {now}", told.path);
            prop_assert_eq!(
                evaluate_one(&single, person, turn - 1, zone),
                told.matched,
                "{} too early",
                told.path
            );
            prop_assert_eq!(
                evaluate_one(&single, person, turn, zone),
                !told.matched,
                "{} too late",
                told.path
            );
        }
        use domain::expression::Test;
        let nodes: Vec<_> = match &node.test {
            Test::All(parts) | Test::Any(parts) => parts.iter().collect(),
            Test::Not(part) | Test::Segment(_, part) => vec![&**part],
            Test::Stage(rules) => rules.iter().map(|stage| &stage.rule).collect(),
            _ => Vec::new(),
        };
        open.extend(told.parts.into_iter().zip(nodes));
    }
    Ok(())
}
