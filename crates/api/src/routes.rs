//! The map: every address of the API.

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Extension, Router};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

use crate::metrics::Metrics;
use crate::problem::{Code, Problem};
use crate::state::ApiState;
use crate::{
    attributes, bots, campaigns, clicks, contacts, conversations, document, events, flows, health, home,
    idempotency, layers, link_pages, links, live, markup, media, members, metrics, phrases, reports,
    retention, segments, sessions, setup, stages, tags, templates, tokens, webhook, workspace,
};

/// Where the API begins.
pub const BASE: &str = "/api/v1";

fn resources() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        // Session and team
        .routes(routes!(sessions::current, sessions::sign_in, sessions::sign_out))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::end))
        .routes(routes!(setup::show, setup::accept))
        .routes(routes!(members::list, members::invite))
        .routes(routes!(members::update, members::remove))
        .routes(routes!(members::bind_telegram))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::delete))
        .routes(routes!(workspace::update))
        .routes(routes!(phrases::show, phrases::decide))
        .routes(routes!(retention::show, retention::decide))
        .routes(routes!(retention::preview))
        // Bots
        .routes(routes!(bots::list, bots::add))
        .routes(routes!(bots::get, bots::update, bots::delete))
        .merge(people())
        .merge(names())
        .merge(sending())
}

fn people() -> OpenApiRouter<ApiState> {
    let upload = DefaultBodyLimit::max(contacts::IMPORT_BYTES_MAX);
    OpenApiRouter::new()
        // Contacts
        .routes(routes!(contacts::list))
        .routes(routes!(contacts::tag_all))
        .routes(routes!(contacts::import).layer(upload))
        .routes(routes!(contacts::export))
        .routes(routes!(contacts::get, contacts::update, contacts::erase))
        .routes(routes!(contacts::dossier))
        .routes(routes!(contacts::tag))
        .routes(routes!(contacts::timeline))
        .routes(routes!(contacts::visits))
        .routes(routes!(contacts::campaigns))
        .routes(routes!(contacts::stages))
        .routes(routes!(contacts::explain))
        .routes(routes!(attributes::list))
        .routes(routes!(attributes::unify))
        // Conversations
        .routes(routes!(conversations::list))
        .routes(routes!(conversations::get))
        .routes(routes!(conversations::messages, conversations::reply))
        .routes(routes!(conversations::resend))
        .routes(routes!(conversations::assign))
        .routes(routes!(conversations::close))
        .routes(routes!(conversations::open))
        .routes(routes!(conversations::read))
        .routes(routes!(conversations::add_note))
        .routes(routes!(media::received))
        // Home, events in
        .routes(routes!(home::get))
        .routes(routes!(home::moved))
        .routes(routes!(events::record))
}

fn names() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        // Tags, segments, stages
        .routes(routes!(tags::list, tags::create))
        .routes(routes!(tags::update, tags::delete))
        .routes(routes!(tags::merge))
        .routes(routes!(segments::list, segments::create))
        .routes(routes!(segments::preview))
        .routes(routes!(segments::get, segments::update, segments::delete))
        .routes(routes!(stages::list, stages::replace))
        .routes(routes!(stages::preview))
        // Diversion links
        .routes(routes!(links::list, links::create))
        .routes(routes!(links::get, links::update))
        .routes(routes!(links::funnel))
        // Files
        .routes(routes!(media::upload, media::list).layer(DefaultBodyLimit::max(media::UPLOAD_BYTES_MAX)))
        .routes(routes!(media::get, media::delete))
        .routes(routes!(media::content))
        // Texts of messages, saved messages
        .routes(routes!(markup::read))
        .routes(routes!(templates::list, templates::create))
        .routes(routes!(templates::update, templates::delete))
        .routes(routes!(templates::list_canned, templates::create_canned))
        .routes(routes!(templates::delete_canned))
}

fn sending() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        // Flows
        .routes(routes!(flows::list, flows::create))
        .routes(routes!(flows::get, flows::update))
        .routes(routes!(flows::publish))
        .routes(routes!(flows::stop))
        .routes(routes!(flows::versions))
        // Campaigns
        .routes(routes!(campaigns::list, campaigns::create))
        .routes(routes!(campaigns::preview_draft))
        .routes(routes!(campaigns::get, campaigns::update, campaigns::delete))
        .routes(routes!(campaigns::preview))
        .routes(routes!(campaigns::test))
        .routes(routes!(campaigns::testers::list, campaigns::testers::set))
        .routes(routes!(campaigns::start))
        .routes(routes!(campaigns::pause))
        .routes(routes!(campaigns::resume))
        .routes(routes!(campaigns::cancel))
        .routes(routes!(campaigns::resolve))
        .routes(routes!(campaigns::ledger))
        .routes(routes!(reports::get))
        // What changes
        .routes(routes!(live::watch))
}

fn documented() -> (Router<ApiState>, OpenApi) {
    let root = OpenApiRouter::with_openapi(document::frame());
    let (routes, document) = root.nest(BASE, resources()).split_for_parts();
    (routes, document::finished(document))
}

/// The machine-readable description of the API.
pub fn openapi() -> OpenApi {
    documented().1
}

/// The whole HTTP side but the console's own files: the caller adds those as the fallback.
pub fn router(state: ApiState) -> Router {
    let (routes, document) = documented();
    let document = document::served(&document);
    let metrics = Arc::new(Metrics::default());
    let routes = routes.layer(middleware::from_fn_with_state(state.clone(), idempotency::answer_once));
    let routes = watched()
        .merge(routes)
        .route("/api/v1/openapi.json", get(move || document::answer(document.clone())))
        .route("/api/{*rest}", any(unknown))
        .route("/c/{*token}", get(clicks::follow))
        .route("/C/{*token}", get(clicks::follow))
        .route(
            "/telegram/{hook}",
            post(webhook::receive).layer(DefaultBodyLimit::max(webhook::UPDATE_BYTES_MAX)),
        )
        .route("/l/{*code}", get(link_pages::open))
        .route("/L/{*code}", get(link_pages::open))
        .merge(beside_public())
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(Arc::clone(&metrics), metrics::measure))
        .layer(Extension(metrics))
        .with_state(state);
    layers::around(routes)
}

/// What lies beside the addresses that strangers are given.
fn beside_public() -> Router<ApiState> {
    let places = [
        "/l",
        "/l/",
        "/L",
        "/L/",
        "/c",
        "/c/",
        "/C",
        "/C/",
        "/telegram",
        "/telegram/",
        "/telegram/{hook}/{*rest}",
    ];
    places.into_iter().fold(Router::new(), |router, place| router.route(place, get(link_pages::nowhere)))
}

/// The HTTP side of a node that only works in the background: whoever watches it can.
pub fn health_router(state: ApiState) -> Router {
    let routes = watched()
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(Extension(Arc::new(Metrics::default())))
        .with_state(state);
    layers::around(routes)
}

/// What every node answers.
fn watched() -> Router<ApiState> {
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::show))
}

async fn unknown() -> Response {
    Problem::new(Code::NotFound, "there is no such address in this API").into_response()
}

async fn wrong_method() -> Response {
    Problem::new(Code::MethodNotAllowed, "this address does not take this method").into_response()
}
