//! The OpenAPI document: the same as the committed one, from which the console's types are made.
//!
//! `MUSTER_UPDATE=1 cargo test -p api --test it document` writes it anew.

use std::collections::BTreeSet;

use serde_json::Value;

fn document() -> Value {
    serde_json::from_str(&api::openapi().to_json().unwrap()).unwrap()
}

#[test]
fn the_committed_document_is_the_present_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let mut present = serde_json::to_string_pretty(&document()).unwrap();
    present.push('\n');
    if std::env::var_os("MUSTER_UPDATE").is_some() {
        std::fs::write(path, &present).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    let differs = committed.lines().zip(present.lines()).find(|(committed, present)| committed != present);
    assert!(
        committed == present,
        "openapi.json is not up to date ({differs:?}): run with MUSTER_UPDATE=1 and commit what changed"
    );
}

#[test]
fn every_reference_leads_somewhere_and_every_operation_has_its_own_name() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut references = Vec::new();
    walk(&document, &mut |key, value| {
        if key == "$ref" {
            references.push(value.as_str().unwrap().to_owned());
        }
    });
    for reference in &references {
        let name = reference.strip_prefix("#/components/schemas/").unwrap();
        assert!(schemas.contains_key(name), "{reference} is missing");
    }
    let mut names = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap_or_default();
            assert!(!name.is_empty() && names.insert(name.to_owned()), "{method} {path}: {name:?} is taken");
            assert!(operation["responses"]["default"].is_object(), "{method} {path} refuses nothing");
        }
    }
}

#[test]
fn two_shapes_never_share_a_name() {
    // The later would silently take the earlier one's place in the document.
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    let mut seen = BTreeSet::new();
    let mut folders = vec![std::path::PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            for name in shapes(&std::fs::read_to_string(&path).unwrap()) {
                assert!(seen.insert(name.clone()), "a second shape is named {name}, in {}", path.display());
            }
        }
    }
    assert!(seen.len() > 80, "only {} shapes were found", seen.len());
}

/// The names under which a file's shapes stand in the document.
fn shapes(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut renamed: Option<String> = None;
    let mut is_shape = false;
    for line in source.lines() {
        if line.starts_with("#[derive(") {
            is_shape = line.contains("ToSchema");
            renamed = None;
        }
        if let Some(name) = line.strip_prefix("#[schema(as = ") {
            renamed = Some(name.trim_end_matches(")]").to_owned());
        }
        let declared = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "));
        if let (true, Some(rest)) = (is_shape, declared) {
            let name: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
            names.push(renamed.take().unwrap_or(name));
            is_shape = false;
        }
    }
    names
}

fn walk(value: &Value, visit: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| {
            visit(key, value);
            walk(value, visit);
        }),
        Value::Array(items) => items.iter().for_each(|item| walk(item, visit)),
        _ => {}
    }
}
