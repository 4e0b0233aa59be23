//! The OpenAPI document: made from the handlers, completed with what holds for all of them.

use axum::body::Bytes;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::path::{HttpMethod, Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, ObjectBuilder, OpenApi, OpenApiBuilder, Ref, Required, ResponseBuilder, Type,
};
use utoipa::{PartialSchema, ToSchema};

use crate::access::COOKIE;
use crate::problem::{Code, ProblemBody, ProblemField};
use crate::repeat;

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

fn complete(operation: &mut Operation, method: &HttpMethod, is_public: bool) {
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
            .name(repeat::HEADER)
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
