use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::ids::FlowId;
use crate::limits::{FLOW_NODES_MAX, FLOW_STEP_NODES_MAX};

fn interests() -> Value {
    json!({"start": "s", "nodes": {
        "s": {"type": "start", "triggers": [{"command": "start"}, {"keyword": "价格"}], "next": "hi"},
        "fb": {"type": "start", "triggers": [{"payload": "fb-summer"}], "next": "ask"},
        "hi": {"type": "message", "message": {"text": "Hi {first_name|friend}"}, "next": "ask"},
        "ask": {"type": "menu", "message": {"text": "What do you like?"}, "columns": 2, "position": {"x": 1, "y": 2.5},
            "options": [
                {"key": "tech", "text": "科技", "add_tags": ["兴趣-科技"], "remove_tags": ["lost"], "next": "known"},
                {"key": "money", "text": "Money talk", "add_tags": ["兴趣-金融"], "next": "ask"},
                {"key": "no", "text": "No", "next": null}]},
        "known": {"type": "condition", "expression": {"tag": {"has": "vip"}}, "then": "human", "else": "bye"},
        "human": {"type": "handover", "message": {"text": "Someone comes"}},
        "bye": {"type": "message", "message": {"text": "Bye"}}
    }})
}

fn graph() -> Graph {
    Graph::parse(&interests()).unwrap()
}

fn faults(value: &Value) -> Vec<(String, &'static str)> {
    Graph::parse(value).unwrap_err().into_iter().map(|error| (error.path, error.code)).collect()
}

/// An effect as a short word.
fn word(effect: &Effect) -> String {
    match effect {
        Effect::RunStarted => "begin".into(),
        Effect::Reached { node } => format!("@{node}"),
        Effect::Chosen { node, option } => format!("{node}/{option}"),
        Effect::AddTags(tags) => format!("+{}", tags.join(",")),
        Effect::RemoveTags(tags) => format!("-{}", tags.join(",")),
        Effect::Send { message, menu, .. } => {
            let buttons =
                menu.iter().map(|row| row.iter().map(|b| b.text.as_str()).collect::<Vec<_>>().join("|"));
            format!("say {} [{}]", message.body.source(), buttons.collect::<Vec<_>>().join("/"))
        }
        Effect::HandOver => "hand over".into(),
        Effect::Ended => "end".into(),
    }
}

fn words(step: &Step) -> Vec<String> {
    step.effects.iter().map(word).collect()
}

fn command(name: &str, payload: Option<&str>) -> Input {
    Input::Started(Start::Command { name: name.into(), payload: payload.map(str::to_owned) })
}

fn press(option: &str) -> Input {
    Input::Pressed { node: "ask".into(), option: option.into() }
}

#[test]
fn a_walk_from_start_to_a_human() {
    let graph = graph();
    let first = step(&graph, None, command("START", None), 1_000);
    let menu = "say What do you like? [科技|Money talk/No]";
    assert_eq!(words(&first), ["begin", "@s", "@hi", "say Hi {first_name|friend} []", "@ask", menu]);
    let run = first.run.unwrap();
    assert_eq!((run.node.as_str(), run.waits, run.started_at), ("ask", Wait::Person, 1_000));

    let asked = step(&graph, Some(run), press("tech"), 2_000);
    assert_eq!(words(&asked), ["ask/tech", "+兴趣-科技", "-lost", "@known"]);
    let check = asked.check.unwrap();
    assert_eq!(check.expression, json!({"tag": {"has": "vip"}}));
    let run = asked.run.unwrap();
    assert_eq!((run.waits, run.started_at, run.moved_at), (Wait::Check, 1_000, 2_000));
    // Stored and read back, as between two transactions.
    let run: Run = serde_json::from_value(serde_json::to_value(&run).unwrap()).unwrap();

    let stale =
        step(&graph, Some(run.clone()), Input::CheckAnswer { id: check.id + 1, matched: true }, 2_001);
    assert_eq!((stale.run.as_ref(), stale.consumed), (Some(&run), false));
    let yes = step(&graph, Some(run.clone()), Input::CheckAnswer { id: check.id, matched: true }, 2_001);
    assert_eq!(words(&yes), ["@human", "say Someone comes []", "hand over", "end"]);
    assert_eq!(yes.run, None);
    let no = step(&graph, Some(run), Input::CheckAnswer { id: check.id, matched: false }, 2_001);
    assert_eq!(words(&no), ["@bye", "say Bye []", "end"]);
}

#[test]
fn presses_on_older_menus_and_on_none() {
    let graph = graph();
    let ended = step(&graph, None, press("money"), 5);
    let menu = "say What do you like? [科技|Money talk/No]";
    assert_eq!(words(&ended), ["begin", "ask/money", "+兴趣-金融", "@ask", menu]);
    assert_eq!(words(&step(&graph, ended.run.clone(), press("no"), 6)), ["ask/no", "end"]);
    let mut elsewhere = ended.run.clone().unwrap();
    elsewhere.node = "hi".into();
    assert_eq!(words(&step(&graph, Some(elsewhere), press("no"), 6)), ["ask/no", "end"]);
    for input in [press("gone"), Input::Pressed { node: "hi".into(), option: "tech".into() }] {
        let step = step(&graph, ended.run.clone(), input, 6);
        assert_eq!((step.run, step.effects, step.consumed), (ended.run.clone(), vec![], false));
    }
}

#[test]
fn a_text_may_name_an_option() {
    let graph = graph();
    let run = step(&graph, None, command("start", None), 0).run;
    let chosen = |text: &str| {
        let step = step(&graph, run.clone(), Input::Text(text.into()), 1);
        step.consumed.then(|| words(&step)[0].clone())
    };
    assert_eq!(chosen("我喜欢科技").as_deref(), Some("ask/tech"));
    assert_eq!(chosen(" MONEY talk! ").as_deref(), Some("ask/money"));
    assert_eq!(chosen("no").as_deref(), Some("ask/no"));
    assert_eq!(chosen("nothing"), None, "a part of a word is not the word");
    assert_eq!(chosen("No 科技"), None, "two options are none");
    assert_eq!(chosen("How much is it?"), None);
}

#[test]
fn triggers() {
    let graph = graph();
    let node = |input: &Input| graph.trigger_for(input).map(|found| found.node);
    assert_eq!(node(&command("start", Some("fb-summer"))), Some("fb"));
    assert_eq!(node(&command("start", Some("other"))), Some("s"));
    assert_eq!(node(&command("help", None)), None);
    assert_eq!(node(&Input::Text("请问价格多少".into())), Some("s"));
    assert_eq!(node(&Input::Text("hello".into())), None);
    let by_payload = graph.trigger_for(&command("start", Some("fb-summer")));
    assert!(by_payload > graph.trigger_for(&command("start", None)));
    // A start without a trigger that fits begins at the graph's own, and ends the run that was under way.
    let run = step(&graph, None, command("start", None), 0).run;
    let again = step(&graph, run, Input::Started(Start::Direct), 1);
    assert_eq!(words(&again)[..3], ["end", "begin", "@s"]);
    let by_text = step(&graph, None, Input::Text("价格".into()), 1);
    assert_eq!(words(&by_text)[..2], ["begin", "@s"]);
}

#[test]
fn keywords() {
    for (keyword, text, expected) in [
        ("price", "What's the PRICE?", true),
        ("price", "prices", false),
        ("Free Trial", "a free  trial, please", true),
        ("free trial", "free of trial", false),
        ("价格", "价格是多少", true),
        ("ราคา", "ขอราคาหน่อย", true),
        ("ÉTÉ", "l'été", true),
        ("été", "L'ETE", true),
        ("precio", "¿PRECÍO?", true),
        ("price", "ＰＲＩＣＥ", true),
        ("Cafe\u{301}", "café", true),
        ("vip", "v\u{200b}ip", true),
        ("елка", "Ёлка", true),
        ("\u{301}", "a b", false),
        ("?", "what?", true),
        (" ", "a b", false),
    ] {
        assert_eq!(keyword_matches(keyword, text), expected, "{keyword:?} in {text:?}");
    }
}

#[test]
fn a_typed_option_is_found_in_every_spelling_and_none_is_guessed() {
    let option = |key: &str, text: &str| json!({"key": key, "text": text, "next": null});
    let graph = Graph::parse(&json!({"start": "s", "nodes": {"s": {"type": "start", "next": "m"}, "m": {"type": "menu", "message": {"text": "?"}, "options": [
        option("yes", "Sí"), option("if", "Si"), option("later", "Más  tarde"), option("now", "Now")]}}})).unwrap();
    let run = step(&graph, None, Input::Started(Start::Direct), 0).run;
    let chosen = |text: &str| {
        let typed = step(&graph, run.clone(), Input::Text(text.into()), 1);
        typed.effects.iter().find_map(|effect| match effect {
            Effect::Chosen { option, .. } => Some(option.clone()),
            _ => None,
        })
    };
    for (text, option) in [
        ("SI\u{301}", Some("yes")),
        ("si", Some("if")),
        ("mas tarde", Some("later")),
        ("ＮＯＷ", Some("now")),
        ("n\u{200b}ow", Some("now")),
        ("sì", None),
    ] {
        assert_eq!(chosen(text).as_deref(), option, "{text:?}");
    }
}

#[test]
fn an_option_that_adds_and_removes_one_tag_is_refused_and_a_stored_one_adds_it() {
    let document = json!({"start": "s", "nodes": {
        "s": {"type": "start", "triggers": [{"command": "a"}], "next": "m"},
        "m": {"type": "menu", "message": {"text": "x"}, "options": [
            {"key": "a", "text": "A", "add_tags": ["VIP"], "remove_tags": ["vip", "\u{200b}"]}]}}});
    let places: Vec<String> = faults(&document).into_iter().map(|(path, _)| path).collect();
    assert_eq!(places, ["/nodes/m/options/0/remove_tags/1", "/nodes/m/options/0/remove_tags/0"]);
    let graph = Graph::parse_stored(&document).unwrap();
    assert_eq!(graph.tags().into_iter().collect::<Vec<_>>(), ["VIP"]);
}

#[test]
fn faults_of_parts_name_their_place() {
    let document = json!({"start": "s", "extra": 1, "nodes": {
        "s": {"type": "start", "triggers": [{"command": "/a"}, {"payload": "a b"}, {"keyword": " "}, {}], "next": 5},
        "b c": {"type": "end", "next": "s"},
        "m": {"type": "menu", "columns": 9, "message": {"text": "x", "buttons": [[{"text": "y", "press": {}}]]}, "options": [
            {"key": "a", "text": "A", "add_tags": ["t"], "remove_tags": ["t"]}, {"key": "a", "text": "B"},
            {"key": "c", "text": ""}]},
        "n": {"type": "menu", "message": {"text": "{nick}"}, "options": []},
        "c": {"type": "condition", "expression": 1, "then": "s"},
        "x": {"type": "timer"}
    }});
    let found: BTreeSet<_> = faults(&document).into_iter().collect();
    let expected: BTreeSet<_> = [
        ("/extra", "unknown_key"),
        ("/nodes/s/triggers/0/command", "invalid"),
        ("/nodes/s/triggers/1/payload", "invalid"),
        ("/nodes/s/triggers/2/keyword", "invalid"),
        ("/nodes/s/triggers/3", "conflict"),
        ("/nodes/s/next", "wrong_type"),
        ("/nodes/b c", "invalid_key"),
        ("/nodes/b c/next", "unknown_key"),
        ("/nodes/m/columns", "out_of_range"),
        ("/nodes/m/message/buttons", "conflict"),
        ("/nodes/m/options/0/remove_tags/0", "conflict"),
        ("/nodes/m/options/1/key", "duplicate"),
        ("/nodes/m/options/2/text", "empty"),
        ("/nodes/n/message/text", "unknown_variable"),
        ("/nodes/n/options", "empty"),
        ("/nodes/c/expression", "wrong_type"),
        ("/nodes/c/else", "required"),
        ("/nodes/x/type", "unknown_value"),
    ]
    .map(|(path, code)| (path.to_owned(), code))
    .into();
    assert_eq!(found, expected);
}

#[test]
fn faults_of_the_whole() {
    let end = json!({"type": "end"});
    let say = |next: &str| json!({"type": "message", "message": {"text": "x"}, "next": next});
    let start = |next: &str| json!({"type": "start", "triggers": [{"command": "go"}], "next": next});
    let fault = |nodes: Value| faults(&json!({"start": "s", "nodes": nodes}));
    let one = |path: &str, code| vec![(path.to_owned(), code)];
    assert_eq!(fault(json!({"s": start("gone")})), one("/nodes/s/next", "unknown_node"));
    assert_eq!(fault(json!({"s": end})), one("/start", "unknown_node"));
    assert_eq!(fault(json!({"s": start("e"), "e": end, "z": say("e")})), one("/nodes/z", "unreachable"));
    let twice = json!({"s": start("e"), "t": start("e"), "e": end});
    assert_eq!(fault(twice), one("/nodes/t/triggers/0", "duplicate_trigger"));
    let idle = json!({"s": start("e"), "t": {"type": "start", "next": "e"}, "e": end});
    assert_eq!(fault(idle), one("/nodes/t", "unreachable"));
    let turn = json!({"s": start("a"), "a": say("b"), "b": say("a")});
    let codes: Vec<_> = fault(turn).into_iter().map(|(_, code)| code).collect();
    assert_eq!(codes, ["endless_loop"; 3]);
    // A start, and so many messages in a row.
    let chain = |length: usize| {
        let mut nodes = json!({"s": start("n1")});
        for at in 1..length {
            nodes[format!("n{at}")] =
                if at + 1 == length { end.clone() } else { say(&format!("n{}", at + 1)) };
        }
        Graph::parse(&json!({"start": "s", "nodes": nodes}))
    };
    let whole = chain(FLOW_STEP_NODES_MAX).unwrap();
    let walked = step(&whole, None, Input::Started(Start::Direct), 0);
    assert!(walked.run.is_none() && words(&walked).contains(&format!("@n{}", FLOW_STEP_NODES_MAX - 1)));
    assert_eq!(chain(FLOW_STEP_NODES_MAX + 1).unwrap_err()[0].code, "too_long");
    assert_eq!(chain(FLOW_NODES_MAX + 1).unwrap_err()[0].code, "too_many");
}

#[test]
fn what_publishing_needs() {
    let graph = graph();
    assert_eq!(graph.tags().into_iter().collect::<Vec<_>>(), ["lost", "兴趣-科技", "兴趣-金融"]);
    let expressions: Vec<_> = graph.expressions().map(|(path, _)| path).collect();
    assert_eq!(expressions, ["/nodes/known/expression"]);
}

#[test]
fn a_press_is_told_by_places() {
    let graph = graph();
    let press = MenuPress::new(&graph, FlowId(7), 3, "ask", "money").unwrap();
    assert_eq!(press.resolve(&graph), Some(("ask".to_owned(), "money".to_owned())));
    assert_eq!(MenuPress { node: 0, ..press }.resolve(&graph).map(|(node, _)| node).as_deref(), Some("ask"));
    assert_eq!(MenuPress { node: 1, ..press }.resolve(&graph), None);
}

/// Graphs of a start and up to a dozen nodes with edges anywhere.
fn any_graph() -> impl Strategy<Value = Value> {
    let id = |count: usize| (0..count).prop_map(|at| format!("n{at}"));
    (2_usize..12).prop_flat_map(move |count| {
        let node = prop_oneof![
            3 => (id(count)).prop_map(|next| json!({"type": "message", "message": {"text": "x"}, "next": next})),
            3 => (id(count), id(count)).prop_map(|(a, b)| json!({"type": "menu", "message": {"text": "?"}, "options": [
                {"key": "a", "text": "A", "next": a}, {"key": "b", "text": "B", "next": b}]})),
            2 => (id(count), id(count)).prop_map(|(a, b)| {
                json!({"type": "condition", "expression": {"all": []}, "then": a, "else": b})
            }),
            1 => Just(json!({"type": "end"})),
            1 => Just(json!({"type": "handover"})),
        ];
        let start = id(count).prop_map(|next| json!({"type": "start", "next": next}));
        (start, prop::collection::vec(node, count - 1)).prop_map(|(start, nodes)| {
            let entries = std::iter::once(start).chain(nodes).enumerate();
            let nodes: serde_json::Map<String, Value> = entries.map(|(at, node)| (format!("n{at}"), node)).collect();
            json!({"start": "n0", "nodes": nodes})
        })
    })
}

/// The part of a graph that can be reached; random graphs seldom hang together.
fn connected(mut document: Value) -> Option<Graph> {
    match Graph::parse(&document) {
        Ok(graph) => Some(graph),
        Err(found) if found.iter().all(|error| error.code == "unreachable") => {
            let nodes = document["nodes"].as_object_mut()?;
            found.iter().for_each(|error| drop(nodes.remove(error.path.trim_start_matches("/nodes/"))));
            Graph::parse(&document).ok()
        }
        Err(_) => None,
    }
}

/// Which nodes can come back to themselves without a menu between, found by closing over all pairs.
fn has_endless_walk(document: &Value) -> bool {
    let nodes = document["nodes"].as_object().unwrap();
    let names: Vec<&String> = nodes.keys().collect();
    let mut leads = vec![vec![false; names.len()]; names.len()];
    for (from, name) in names.iter().enumerate() {
        for field in ["next", "then", "else"] {
            if let Some(next) = nodes[*name][field].as_str() {
                leads[from][names.iter().position(|other| *other == next).unwrap()] = true;
            }
        }
    }
    for via in 0..names.len() {
        for from in 0..names.len() {
            for to in 0..names.len() {
                leads[from][to] |= leads[from][via] && leads[via][to];
            }
        }
    }
    (0..names.len()).any(|at| leads[at][at])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn loops_are_found_and_only_loops(document in any_graph()) {
        let found = Graph::parse(&document).err().unwrap_or_default();
        let told = found.iter().any(|error| error.code == "endless_loop");
        prop_assert_eq!(told, has_endless_walk(&document), "{:?}", found);
    }

    /// Whatever people do and whatever the evaluator answers, a step ends, and effects are of one piece.
    #[test]
    fn every_step_ends(document in any_graph(), acts in prop::collection::vec((0_u8..6, any::<bool>()), 1..40)) {
        let Some(graph) = connected(document) else { return Ok(()) };
        let mut run: Option<Run> = None;
        let mut running = false;
        let menus: Vec<String> = graph.nodes().filter(|(_, n)| n.waits()).map(|(id, _)| id.to_owned()).collect();
        for (act, side) in acts {
            let option = if side { "a" } else { "b" };
            let input = match act {
                0 => Input::Started(Start::Direct),
                1 => Input::Text(option.into()),
                2 => Input::Text("neither".into()),
                _ => match menus.get(usize::from(act - 3)) {
                    Some(node) => Input::Pressed { node: node.clone(), option: option.into() },
                    None => Input::Started(Start::Direct),
                },
            };
            let mut passed = 0;
            let mut next = step(&graph, run, input, 0);
            loop {
                passed += next.effects.iter().filter(|effect| matches!(effect, Effect::Reached { .. })).count();
                prop_assert!(passed <= FLOW_STEP_NODES_MAX);
                for effect in &next.effects {
                    match effect {
                        Effect::RunStarted => { prop_assert!(!running); running = true; }
                        Effect::Ended => { prop_assert!(running); running = false; }
                        _ => prop_assert!(running),
                    }
                }
                prop_assert_eq!(running, next.run.is_some());
                let Some(check) = next.check else { break };
                next = step(&graph, next.run, Input::CheckAnswer { id: check.id, matched: side }, 0);
            }
            run = next.run;
            if let Some(run) = &run {
                prop_assert!(run.waits == Wait::Person && menus.contains(&run.node));
            }
        }
    }

    #[test]
    fn no_document_breaks_the_reader(document in crate::message::tests::any_json()) {
        let _ = Graph::parse(&document);
        let _ = Graph::parse(&json!({"start": "a", "nodes": {"a": document}}));
    }

    #[test]
    fn no_text_breaks_the_matcher(keyword in "\\PC{0,12}", text in "\\PC{0,40}") {
        let found = keyword_matches(&keyword, &text);
        prop_assert!(!found || !keyword.trim().is_empty());
    }
}
