//! Holds every request that was taken and every answer to the OpenAPI document.

use std::sync::LazyLock;

use axum::http::Method;
use serde_json::{Value, json};

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(&api::openapi().to_json().unwrap()).unwrap());

/// The body of a request that was taken is as described.
pub fn check_request(method: &Method, path: &str, body: &Value) {
    let place = operation(method, path);
    check(&format!("{place}/requestBody/content/application~1json/schema"), body, "request");
}

/// The body of an answer is as described.
pub fn check_answer(method: &Method, path: &str, status: u16, body: &Value) {
    let place = operation(method, path);
    check(&format!("{place}/responses/{status}/content/application~1json/schema"), body, "answer");
}

/// A value against the schema at a pointer of the document.
pub fn check(pointer: &str, value: &Value, what: &str) {
    assert!(DOCUMENT.pointer(pointer).is_some(), "the document says nothing of the {what} at {pointer}");
    let faults = faults(pointer, value);
    assert!(faults.is_empty(), "the {what} is not as described at {pointer}: {faults:#?}\n{value:#}");
}

/// Where a value differs from the schema at a pointer of the document.
pub fn faults(pointer: &str, value: &Value) -> Vec<String> {
    let mut schema = DOCUMENT.clone();
    schema["$ref"] = json!(format!("#{}", pointer.replace('{', "%7B").replace('}', "%7D")));
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// The pointer of the operation that answers at a path.
fn operation(method: &Method, path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let steps: Vec<&str> = path.split('/').collect();
    let fits = |template: &str| {
        let parts: Vec<&str> = template.split('/').collect();
        parts.len() == steps.len()
            && parts.iter().zip(&steps).all(|(part, step)| part.starts_with('{') || part == step)
    };
    let method = method.as_str().to_lowercase();
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let templates = paths.iter().filter(|(template, item)| fits(template) && item.get(&method).is_some());
    // The more literal one wins, as in the router.
    let found = templates.min_by_key(|(template, _)| template.matches('{').count());
    let (template, _) = found.unwrap_or_else(|| panic!("the document knows no {method} {path}"));
    format!("/paths/{}/{method}", template.replace('~', "~0").replace('/', "~1"))
}
