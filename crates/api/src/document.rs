//! The OpenAPI document: made from the handlers, completed with what holds for all of them.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::path::{HttpMethod, Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, ObjectBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Required,
    ResponseBuilder, Schema, Type,
};
use utoipa::{PartialSchema, ToSchema};

use crate::access::COOKIE;
use crate::idempotency;
use crate::problem::{Code, ProblemBody, ProblemField};

/// Routes that anybody may ask.
const PUBLIC: [&str; 2] = ["/api/v1/session", "/api/v1/setup/{token}"];

/// The document without its routes.
pub fn frame() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Muster")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Times are integers: milliseconds since 1970 in UTC. Errors are application/problem+json. \
             docs/API.md says it in words.",
        ))
        .build();
    OpenApiBuilder::new().info(info).build()
}

/// Completes the document: who may ask, how refusals look, and the header of creates.
pub fn finished(mut document: OpenApi) -> OpenApi {
    let components = document.components.get_or_insert_default();
    for (name, schema) in [
        (ProblemBody::name(), ProblemBody::schema()),
        (ProblemField::name(), ProblemField::schema()),
        (Code::name(), Code::schema()),
    ] {
        components.schemas.insert(name.into_owned(), schema);
    }
    name_variants(&mut components.schemas);
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(COOKIE)));
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    components.security_schemes.insert("session".into(), cookie.into());
    components.security_schemes.insert("token".into(), bearer.into());
    for (path, item) in &mut document.paths.paths {
        let is_public = PUBLIC.contains(&path.as_str());
        for (method, operation) in operations(item) {
            complete(operation, &method, is_public);
        }
    }
    document
}

/// Gives each object that is one variant of a shape a name of its own, such as `ExpressionTag`: makers of clients
/// follow names, and lose a shape that holds itself in a variant without one.
fn name_variants(schemas: &mut BTreeMap<String, RefOr<Schema>>) {
    let mut named = Vec::new();
    for (name, schema) in schemas.iter_mut() {
        let RefOr::T(Schema::OneOf(shape)) = schema else { continue };
        let words: Vec<Option<String>> = (0..shape.items.len()).map(|at| word_of(&shape.items, at)).collect();
        for (variant, word) in shape.items.iter_mut().zip(words) {
            let Some(word) = word else { continue };
            let name = format!("{name}{word}");
            let whole = std::mem::replace(variant, Ref::from_schema_name(&name).into());
            named.push((name, whole));
        }
    }
    for (name, variant) in named {
        let taken = schemas.insert(name.clone(), variant);
        debug_assert!(taken.is_none(), "{name} is the name of two shapes");
    }
}

/// What tells a variant from the others: the one value that a field of it may have, or the field that it alone must
/// have. Nothing where it is no object, or has a name.
fn word_of(variants: &[RefOr<Schema>], at: usize) -> Option<String> {
    let RefOr::T(Schema::Object(variant)) = &variants[at] else { return None };
    let only_value = variant.properties.values().find_map(|field| match field {
        RefOr::T(Schema::Object(field)) => match field.enum_values.as_deref() {
            Some([serde_json::Value::String(value)]) => Some(value.clone()),
            _ => None,
        },
        _ => None,
    });
    let others = || variants.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| other);
    let is_own = |field: &&String| {
        !others()
            .any(|other| matches!(other, RefOr::T(Schema::Object(other)) if other.required.contains(field)))
    };
    let word = only_value.or_else(|| variant.required.iter().find(is_own).cloned())?;
    Some(word.split('_').map(capitalized).collect())
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What an answer of a status means where its handler says no more: a document must say something.
fn meaning(status: &str) -> &'static str {
    match status {
        "201" => "Made",
        "202" => "Taken; it goes on by itself",
        "204" => "Done; there is nothing to tell",
        _ => "Answered",
    }
}

fn complete(operation: &mut Operation, method: &HttpMethod, is_public: bool) {
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            response.description = meaning(status).into();
        }
    }
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let refusal =
        ResponseBuilder::new().description("A refusal").content("application/problem+json", content).build();
    operation.responses.responses.insert("default".into(), refusal.into());
    if is_public {
        return;
    }
    let none: [&str; 0] = [];
    operation.security =
        Some(vec![SecurityRequirement::new("session", none), SecurityRequirement::new("token", none)]);
    if *method == HttpMethod::Post {
        let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(128));
        let key = ParameterBuilder::new()
            .name(idempotency::HEADER)
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some("Asked twice with one key within 24 hours, it happens once."))
            .schema(Some(text))
            .build();
        operation.parameters.get_or_insert_default().push(key.into());
    }
}

/// The operations of a path.
fn operations(item: &mut utoipa::openapi::PathItem) -> impl Iterator<Item = (HttpMethod, &mut Operation)> {
    let all = [
        (HttpMethod::Get, item.get.as_mut()),
        (HttpMethod::Put, item.put.as_mut()),
        (HttpMethod::Post, item.post.as_mut()),
        (HttpMethod::Patch, item.patch.as_mut()),
        (HttpMethod::Delete, item.delete.as_mut()),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation?)))
}

/// The document as it is served.
pub fn served(document: &OpenApi) -> Bytes {
    // A document made of maps with text keys always becomes JSON.
    Bytes::from(document.to_json().unwrap_or_default())
}

/// Answers with the document.
pub async fn answer(document: Bytes) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], document).into_response()
}
