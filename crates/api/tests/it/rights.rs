//! Every route of the document asks for one right, or is open: tried with a caller who has one right alone.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use domain::named::Named;
use domain::team::{Right, Rights, Role};
use engine::team::{Caller, SignedIn};
use tower::ServiceExt;

use crate::house::House;
use crate::walls::routes;

/// What asks for no right: signing in and out, the page of a one-time link, and what is a member's own.
const OPEN: [&str; 8] = [
    "DELETE /session",
    "DELETE /sessions/{id}",
    "GET /session",
    "GET /sessions",
    "GET /setup/{token}",
    "POST /members/me/telegram",
    "POST /session",
    "POST /setup/{token}",
];

/// Whether a member with these rights alone is let through; what becomes of the request then is of no matter.
async fn lets(house: &House, owner: &SignedIn, method: &str, path: &str, rights: Rights) -> bool {
    let address = path.replace("{entry}", "message-1").replace("{token}", "none");
    let address = address.replace("{id}", "1").replace("{event}", "1");
    let caller = Caller { workspace: owner.workspace, rights, member: Some(owner.member), session: None };
    let request = Request::builder()
        .method(method)
        .uri(format!("{}{address}", api::BASE))
        .header("sec-fetch-site", "same-origin")
        .extension(caller);
    let answer = house.app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_ne!(answer.status(), StatusCode::UNAUTHORIZED, "{method} {path}");
    answer.status() != StatusCode::FORBIDDEN
}

#[tokio::test]
async fn every_route_asks_for_one_right_or_is_open() {
    let house = House::build().await;
    let owner = house.owner().await;
    let (mut open, mut asked) = (BTreeSet::new(), BTreeSet::new());
    for (method, path, _) in routes() {
        let route = format!("{method} {path}");
        if lets(&house, &owner, &method, &path, Rights::default()).await {
            open.insert(route);
            continue;
        }
        let mut enough = Vec::new();
        for right in Right::ALL.iter().copied() {
            if lets(&house, &owner, &method, &path, Rights::from_iter([right])).await {
                enough.push(right.name());
            }
        }
        assert_eq!(enough.len(), 1, "{route} asks for one right: {enough:?}");
        assert!(method == "GET" || enough != ["read"] || is_reading(&route), "{route} changes something");
        asked.extend(enough);
    }
    assert_eq!(open, OPEN.iter().map(|route| (*route).to_owned()).collect());
    // Whether an address is shown is asked inside a route that everybody may read.
    let used = asked.into_iter().chain([Right::SeeAddresses.name()]);
    assert_eq!(used.collect::<BTreeSet<_>>(), Right::names().collect(), "a right that nothing asks for");
}

/// Asks something with a body, and changes nothing.
fn is_reading(route: &str) -> bool {
    route.ends_with("/preview") || route == "POST /messages/read"
}

#[test]
fn the_document_for_people_has_the_table_of_rights() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/API.md")).unwrap();
    let (_, table) = text.split_once("\n## Rights\n").unwrap();
    let table = table.split("\n## ").next().unwrap();
    let told: Vec<(String, Vec<bool>)> = table
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            (cells[0].trim_matches('`').to_owned(), cells[2..].iter().map(|cell| *cell == "yes").collect())
        })
        .collect();
    let is_held = |right: Right| Role::ALL.iter().map(|role| role.rights().contains(right)).collect();
    let meant: Vec<_> = Right::ALL.iter().map(|right| (right.name().to_owned(), is_held(*right))).collect();
    assert_eq!(told, meant);
}
