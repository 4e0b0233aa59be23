//! The rules of the house, held by a test: which crate may use which, what rooms may know of each other, where SQL
//! stands, how long files and functions are (docs/ARCHITECTURE.md).
#![allow(clippy::print_stdout)] // figures, for who runs it

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use domain::contact::NoChat;
use domain::event::EventKind;
use domain::named::Named;
use domain::{bot, campaign, conversation};
use testkit::source::{Source, collect, rust_files};

const LINES_A_FILE_MAX: usize = 600;
const LINES_A_FUNCTION_MAX: usize = 70;
/// Of a thousand functions, so many may be longer.
const LONGER_PER_MILLE_MAX: usize = 10;

/// Crate → the crates of the house that its code may use.
const EDGES: [(&str, &[&str]); 10] = [
    ("domain", &[]),
    ("telegram", &["domain"]),
    ("audience", &["domain"]),
    ("store", &["domain"]),
    ("engine", &["domain", "audience", "store", "telegram"]),
    ("api", &["domain", "engine", "store"]),
    ("sandbox", &[]),
    ("muster", &["domain", "audience", "store", "telegram", "engine", "api", "sandbox"]),
    ("cluster", &[]),
    (
        "testkit",
        &["cluster", "domain", "audience", "store", "telegram", "engine", "api", "sandbox", "muster"],
    ),
];

/// The rooms of engine.
const ROOMS: [&str; 21] = [
    "attribute_kinds",
    "bots",
    "campaigns",
    "clicks",
    "contacts",
    "conversions",
    "delivery",
    "fleet",
    "flows",
    "home",
    "imports",
    "inbox",
    "intake",
    "media",
    "reports",
    "retention",
    "segments",
    "stages",
    "tags",
    "team",
    "templates",
];

/// Room → rooms that it may import all the same. The fleet is what runs intake and delivery.
const ROOM_EDGES: [(&str, &[&str]); 1] = [("fleet", &["delivery", "intake"])];

/// What the rooms share, beside them, and the room whose narrow trait it answers.
const SHARED_EDGES: [(&str, &[&str]); 1] = [("bot_api", &["bots"])];

fn root() -> PathBuf {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    crates.parent().unwrap().to_path_buf()
}

fn sources_of(name: &str) -> Vec<Source> {
    let root = root();
    let sources = rust_files(&root, &root.join("crates").join(name).join("src")).unwrap();
    assert!(!sources.is_empty(), "crates/{name} has no source");
    sources
}

/// Everything that is built into the product: no tests, benches or examples.
fn product_of(name: &str) -> Vec<Source> {
    sources_of(name).into_iter().filter(|source| !source.is_test_only()).collect()
}

fn crates() -> Vec<&'static str> {
    EDGES.iter().map(|(name, _)| *name).collect()
}

fn assert_none(rule: &str, broken: &[String]) {
    assert!(broken.is_empty(), "{rule}\n  {}", broken.join("\n  "));
}

/// The crates of the house in `[dependencies]`: dev-dependencies are free, since they reach nobody's product.
fn dependencies_of(name: &str) -> BTreeSet<String> {
    let path = root().join("crates").join(name).join("Cargo.toml");
    let manifest: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
    let mut found = BTreeSet::new();
    for table in ["dependencies", "build-dependencies"] {
        let entries = manifest.get(table).and_then(toml::Value::as_table);
        found.extend(entries.into_iter().flat_map(|entries| entries.keys().cloned()));
    }
    let house: BTreeSet<String> = crates().into_iter().map(str::to_owned).collect();
    found.intersection(&house).cloned().collect()
}

#[test]
fn crates_use_only_what_the_map_allows() {
    let mut on_disk = BTreeSet::new();
    for entry in std::fs::read_dir(root().join("crates")).unwrap() {
        on_disk.insert(entry.unwrap().file_name().to_string_lossy().into_owned());
    }
    let on_map: BTreeSet<String> = crates().into_iter().map(str::to_owned).collect();
    assert_eq!(on_disk, on_map, "a crate without its place on the map");
    let mut broken = Vec::new();
    for (name, allowed) in EDGES {
        let strange = dependencies_of(name).into_iter().filter(|one| !allowed.contains(&one.as_str()));
        broken.extend(strange.map(|one| format!("{name} → {one}")));
    }
    assert_none("an edge that the map does not have:", &broken);
}

#[test]
fn rooms_of_engine_meet_in_tables_and_events() {
    let folder = root().join("crates/engine/src");
    let mut broken = Vec::new();
    for source in product_of("engine") {
        let inside = root().join(&source.path);
        let first =
            inside.strip_prefix(&folder).unwrap().iter().next().unwrap().to_string_lossy().into_owned();
        let module = first.trim_end_matches(".rs").to_owned();
        if module == "lib" {
            continue;
        }
        let edges: BTreeMap<&str, &[&str]> = ROOM_EDGES.into_iter().chain(SHARED_EDGES).collect();
        let allowed = edges.get(module.as_str()).copied().unwrap_or_default();
        for named in source.own_modules() {
            let foreign = ROOMS.contains(&named.as_str()) && named != module;
            if foreign && !allowed.contains(&named.as_str()) {
                broken.push(format!("{}: {module} → {named}", source.path.display()));
            }
        }
    }
    assert_none("rooms do not import each other:", &broken);
}

#[test]
fn only_the_store_holds_sql() {
    let sql = |literal: &str| {
        let words = ["SELECT ", "INSERT INTO ", "DELETE FROM ", "CREATE TABLE ", "PRAGMA "];
        words.iter().any(|word| literal.contains(word))
            || (literal.contains("UPDATE ") && literal.contains(" SET "))
    };
    let mut broken = Vec::new();
    let mut in_the_store = 0;
    for name in crates() {
        for source in product_of(name) {
            let found = source.literals.iter().filter(|literal| sql(literal)).count();
            match name {
                "store" => in_the_store += found,
                "testkit" => {}
                _ if found > 0 => broken.push(source.path.display().to_string()),
                _ => {}
            }
        }
    }
    assert!(in_the_store > 50, "the rule sees no SQL in the store either: {in_the_store}");
    assert_none("SQL outside the store:", &broken);
}

/// The columns that hold a value of an enum.
const NAMED_COLUMNS: [&str; 12] = [
    "duty",
    "intake",
    "kind",
    "lane",
    "last_from",
    "no_chat",
    "outcome",
    "purpose",
    "role",
    "state",
    "status",
    "visitor",
];

/// The first bare number or name of an enum's value in a text that may be a statement, or a part of one.
fn bare_value<'l>(literal: &'l str, names: &BTreeSet<&str>) -> Option<&'l str> {
    let quoted = literal.split('\'').skip(1).step_by(2).find(|text| names.contains(text));
    let numbered = NAMED_COLUMNS.iter().find_map(|column| {
        literal.match_indices(column).find_map(|(at, _)| {
            let before = literal[..at].chars().next_back();
            let rest = literal[at + column.len()..].trim_start();
            let compared = ["=", "<>", "NOT IN (", "IN ("].iter().find_map(|sign| rest.strip_prefix(sign));
            let is_whole = before.is_none_or(|c| !c.is_alphanumeric() && c != '_');
            let is_bare =
                compared.is_some_and(|value| value.trim_start().starts_with(|c: char| c.is_ascii_digit()));
            (is_whole && is_bare).then(|| literal[at..].split(" AND ").next().unwrap_or_default())
        })
    });
    quoted.or(numbered)
}

#[test]
fn statements_take_names_and_numbers_from_the_enums() {
    let names: BTreeSet<&str> = [
        bot::Status::names().chain(bot::Intake::names()).collect::<Vec<_>>(),
        campaign::Status::names().chain(campaign::PauseReason::names()).collect(),
        conversation::Status::names().chain(conversation::Speaker::names()).collect(),
        EventKind::names().chain(NoChat::names()).collect(),
        domain::flow::Status::names().chain(domain::team::Role::names()).collect(),
        store::campaigns::SetKind::names().chain(store::team::Purpose::names()).collect(),
    ]
    .into_iter()
    .flatten()
    .collect();
    let bare = |sources: Vec<Source>| -> Vec<String> {
        let found = |source: &Source| {
            let values = source.literals.iter().filter_map(|literal| bare_value(literal, &names));
            values.map(|value| format!("{}: {value}", source.path.display())).collect::<Vec<_>>()
        };
        sources.iter().flat_map(found).collect()
    };
    // Tests hold the enums to the numbers that stand in files: there the rule must see some.
    let in_tests = bare(sources_of("store").into_iter().filter(Source::is_test_only).collect());
    assert!(in_tests.len() > 3, "the rule sees no bare value in tests either: {in_tests:?}");
    // What the store is measured against is written without it.
    let product =
        product_of("store").into_iter().filter(|source| !source.path.ends_with("bench.rs")).collect();
    assert_none("a statement's states and kinds are those of an enum:", &bare(product));
}

#[test]
fn the_api_is_handed_nothing_that_writes() {
    let mut broken = Vec::new();
    for source in product_of("api") {
        for forbidden in ["Store", "StoreOptions", "WriteTx"] {
            if source.names(&format!("store::{forbidden}")) || imports(&source.code, forbidden) {
                broken.push(format!("{}: store::{forbidden}", source.path.display()));
            }
        }
    }
    assert_none("the API takes the read side of the store alone:", &broken);
}

/// Whether a `use store::{…}` names a type.
fn imports(code: &str, name: &str) -> bool {
    code.split("use store::{").skip(1).any(|group| {
        let group = group.split(';').next().unwrap_or_default();
        group.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name)
    })
}

#[test]
fn the_rules_know_no_clock_no_chance_and_no_io() {
    let forbidden = [
        "SystemTime",
        "Instant::now",
        "std::fs",
        "std::net",
        "std::env",
        "tokio",
        "rand::",
        "Utc::now",
        "Local::now",
        "thread::sleep",
    ];
    let mut broken = Vec::new();
    for name in ["domain", "audience"] {
        // What measures or compares is no part of the rules; it is driven by the binary.
        for source in product_of(name).into_iter().filter(|s| !s.path.iter().any(|part| part == "bench")) {
            for word in forbidden.iter().filter(|word| source.names(word)) {
                broken.push(format!("{}: {word}", source.path.display()));
            }
        }
    }
    assert_none("domain and audience are pure:", &broken);
}

/// Whether a literal is a name, or a text that quotes it.
fn quotes(source: &Source, name: &str) -> bool {
    let quoted = [format!("\"{name}\""), format!("\\\"{name}\\\"")];
    source.literals.iter().any(|literal| quoted.iter().any(|quoted| literal.contains(quoted.as_str())))
}

#[test]
fn only_the_wire_knows_telegrams_parameters() {
    let names = [
        "chat_id",
        "message_thread_id",
        "reply_markup",
        "inline_keyboard",
        "callback_data",
        "caption",
        "caption_entities",
        "parse_mode",
        "link_preview_options",
    ];
    let mut broken = Vec::new();
    let mut on_the_wire = BTreeSet::new();
    for name in crates().into_iter().filter(|name| *name != "testkit") {
        for source in product_of(name) {
            for field in names.iter().filter(|field| source.names(field) || quotes(&source, field)) {
                match name {
                    "telegram" | "sandbox" => _ = on_the_wire.insert(*field),
                    _ => broken.push(format!("{}: {field}", source.path.display())),
                }
            }
        }
    }
    assert_eq!(on_the_wire.len(), names.len(), "the rule sees only {on_the_wire:?} on the wire");
    assert_none("Telegram's parameters outside its crate and the sandbox:", &broken);
}

#[test]
fn engine_quotes_no_expression() {
    let is_quoted = |source: &Source| {
        let braces = source.code.bytes().enumerate().filter(|(_, byte)| *byte == b'{');
        let mut after = braces.map(|(at, _)| source.text[at + 1..].trim_start());
        after.any(|rest| {
            domain::expression::FORMS.iter().any(|form| {
                let rest = rest.strip_prefix('"').and_then(|rest| rest.strip_prefix(form));
                rest.is_some_and(|rest| rest.starts_with("\":"))
            })
        })
    };
    let quoted = |sources: Vec<Source>| -> Vec<String> {
        let found = sources.into_iter().filter(is_quoted);
        found.map(|source| source.path.display().to_string()).collect()
    };
    // Tests quote, as people write: there the rule must see some.
    let in_tests = quoted(sources_of("engine").into_iter().filter(Source::is_test_only).collect());
    assert!(in_tests.len() > 5, "the rule sees no quoted expression in tests either: {in_tests:?}");
    assert_none("expressions are built by domain::expression::build:", &quoted(product_of("engine")));
}

#[test]
fn what_a_document_mentions_is_read_by_its_grammar_alone() {
    let keys = ["add_tags", "remove_tags", "has_any", "has_all", "added_within", "frozen_tag"];
    let grammar: BTreeSet<&str> = keys
        .into_iter()
        .filter(|key| product_of("domain").iter().any(|source| quotes(source, key)))
        .collect();
    assert_eq!(grammar.len(), keys.len(), "the rule sees only {grammar:?} in the grammar itself");
    let mut broken = Vec::new();
    for source in product_of("engine") {
        for key in keys.iter().filter(|key| quotes(&source, key)) {
            broken.push(format!("{}: {key}", source.path.display()));
        }
        if source.names("FORMS") {
            broken.push(format!("{}: the forms of an expression", source.path.display()));
        }
    }
    assert_none("a document is searched by domain::mention:", &broken);
}

#[test]
fn a_conversation_moves_by_what_happens_to_it() {
    // A field that is given another value, or a row that is made by hand.
    let moves = |source: &Source| {
        let fields = ["waiting_since", "last_text", "last_from", "unread"];
        let assigned = |field: &&str| {
            source.code.split(&format!(".{field} ")).skip(1).any(|rest| {
                let rest = rest.trim_start_matches(['+', '-']);
                rest.starts_with('=') && !rest.starts_with("==")
            })
        };
        source.names("conversations::put")
            || source.code.contains("Conversation {")
            || fields.iter().any(assigned)
    };
    let by_hand = |sources: Vec<Source>| -> Vec<String> {
        sources
            .iter()
            .filter(|source| moves(source))
            .map(|source| source.path.display().to_string())
            .collect()
    };
    assert_eq!(by_hand(product_of("engine")), ["crates/engine/src/conversation.rs"]);
    assert!(
        !by_hand(sources_of("store")).is_empty(),
        "the rule sees no row that is made in the store either"
    );
}

#[test]
fn what_a_campaign_sends_is_read_in_one_place() {
    let calls = ["parse(&", "parse_stored(&"];
    let parses_a_row = |source: &Source| {
        let mut found = calls.iter().flat_map(|call| source.code.match_indices(call));
        found.any(|(at, text)| {
            let argument = source.code[at + text.len()..].split(')').next().unwrap_or_default();
            argument.trim().ends_with(".message")
        })
    };
    let found = product_of("engine").into_iter().filter(parses_a_row);
    let found: Vec<String> = found.map(|source| source.path.display().to_string()).collect();
    assert_eq!(found, ["crates/engine/src/posts.rs"], "a campaign's message is read by engine::posts");
}

#[test]
fn one_thing_has_one_word() {
    // What the API, the tables and the glossary call a conversation.
    let others = ["Talk", "Talks", "TalkQuery", "TalkOrder", "TalkCounts", "TalkPlace", "TalkView"];
    let mut broken = Vec::new();
    for name in ["domain", "store", "engine", "api"] {
        for source in product_of(name) {
            let found = others.iter().filter(|word| source.names(word));
            broken.extend(found.map(|word| format!("{}: {word}", source.path.display())));
        }
    }
    assert_none("a conversation is called by its name:", &broken);
}

#[test]
fn files_and_functions_are_short() {
    let (mut long_files, mut long, mut functions) = (Vec::new(), Vec::new(), 0);
    let mut sources = Vec::new();
    for name in crates() {
        sources.extend(rust_files(&root(), &root().join("crates").join(name)).unwrap());
    }
    for source in &sources {
        if source.lines() > LINES_A_FILE_MAX {
            long_files.push(format!("{}: {} lines", source.path.display(), source.lines()));
        }
        for function in source.functions() {
            functions += 1;
            if function.lines > LINES_A_FUNCTION_MAX {
                let place = format!("{}:{}", source.path.display(), function.line);
                long.push(format!("{place} {}: {} lines", function.name, function.lines));
            }
        }
    }
    assert!(functions > 1_000, "the rule sees only {functions} functions");
    println!(
        "{} files, {functions} functions, {} over {LINES_A_FUNCTION_MAX} lines",
        sources.len(),
        long.len()
    );
    assert_none(&format!("files over {LINES_A_FILE_MAX} lines:"), &long_files);
    let too_many = long.len() * 1_000 > functions * LONGER_PER_MILLE_MAX;
    assert!(
        !too_many,
        "over {LONGER_PER_MILLE_MAX} of 1000 functions are too long:\n  {}",
        long.join("\n  ")
    );
}

#[test]
fn modules_are_named_after_nouns() {
    let vague = ["utils", "util", "helpers", "helper", "common", "misc", "shared", "stuff"];
    let mut broken = Vec::new();
    for name in crates() {
        for source in rust_files(&root(), &root().join("crates").join(name)).unwrap() {
            let stem = source.path.file_stem().unwrap().to_string_lossy().into_owned();
            let parts = source.path.iter().map(|part| part.to_string_lossy().into_owned());
            if parts.chain([stem]).any(|part| vague.contains(&part.as_str())) {
                broken.push(source.path.display().to_string());
            }
        }
    }
    assert_none("a module is named after what it is about:", &broken);
}

#[test]
fn nothing_names_the_machine_it_was_written_on() {
    // Put together here, so that this file does not break its own rule.
    let paths = ["work", "root", "home"].map(|place| format!("/{place}/"));
    let mut files = Vec::new();
    for folder in ["crates", "docs", "console", ".ci"] {
        collect(&root().join(folder), &mut files).unwrap();
    }
    files.extend(["Makefile", "README.md", "CHANGELOG.md", "Cargo.toml"].map(|name| root().join(name)));
    let mut broken = Vec::new();
    let mut read = 0;
    for file in files {
        // What is no text has no words in it.
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        read += 1;
        for (number, line) in text.lines().enumerate() {
            if paths.iter().any(|path| names_path(line, path)) {
                broken.push(format!("{}:{}", file.strip_prefix(root()).unwrap().display(), number + 1));
            }
        }
    }
    assert!(read > 200, "the rule reads only {read} files");
    assert_none("an absolute path of one machine:", &broken);
}

/// The path stands at its beginning, not inside another one or an address.
fn names_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric() && !"./-_}$~*@".contains(c))
    })
}
