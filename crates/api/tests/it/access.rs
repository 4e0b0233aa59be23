//! Who may ask what.

use crate::house::{As, House};
use api::{ApiOptions, ApiState, router};
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, header};
use engine::team::Role;
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use tower::ServiceExt;

#[tokio::test]
async fn nobody_gets_in_without_a_session_or_a_token() {
    let house = House::build().await;
    for (method, path) in [("GET", "/bots"), ("POST", "/bots"), ("GET", "/session"), ("GET", "/members")] {
        let answer = house.ask(&As::Nobody, method, path, None).await;
        assert_eq!(answer.refusal(), (401, "unauthenticated"), "{method} {path}");
    }
    let wrong = As::Token("mst_wrong".into());
    assert_eq!(house.ask(&wrong, "GET", "/bots", None).await.refusal(), (401, "unauthenticated"));
    assert_eq!(house.ask(&house.token(house.workspace).await, "GET", "/bots", None).await.status, 200);
}

#[tokio::test]
async fn roles_bound_what_is_done() {
    let house = House::build().await;
    house.owner().await;
    let mut people = Vec::new();
    for (role, email) in [(Role::Agent, "a@example.org"), (Role::Marketer, "m@example.org")] {
        let invited = house.rooms.team.invite(house.workspace, email, "X", role).await.unwrap();
        let signed_in =
            house.rooms.team.set_up(&invited.token, "X", None, "correct horse", "").await.unwrap();
        people.push(As::Cookie(signed_in.token));
    }
    for person in people {
        assert_eq!(house.ask(&person, "GET", "/bots", None).await.status, 200);
        for (method, path, body) in [
            ("POST", "/bots", json!({"token": "5:good"})),
            ("POST", "/members", json!({"email": "e@example.org", "name": "Eve", "role": "owner"})),
            ("POST", "/tokens", json!({"name": "mine"})),
            ("PATCH", "/workspace", json!({"name": "Mine"})),
        ] {
            let answer = house.ask(&person, method, path, Some(body)).await;
            assert_eq!(answer.refusal(), (403, "forbidden"), "{method} {path}");
        }
    }
    assert_eq!(house.rooms.bots.list(house.workspace).await.unwrap(), []);
}

#[tokio::test]
async fn a_change_by_cookie_must_come_from_our_own_page() {
    let house = House::build().await;
    let owner = house.owner().await;
    let ask = |name: &'static str, value: &'static str| {
        let request = Request::post("/api/v1/tokens")
            .header(header::COOKIE, format!("muster_session={}", owner.token))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::HOST, "muster.example.org")
            .header(name, value);
        house.send(request.body(json!({"name": "ci"}).to_string().into()).unwrap())
    };
    for (name, value) in [
        ("x-nothing", ""),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        assert_eq!(ask(name, value).await.refusal(), (403, "forbidden"), "{name}: {value}");
    }
    assert_eq!(ask("origin", "https://muster.example.org").await.status, 201);
    assert_eq!(ask("sec-fetch-site", "same-origin").await.status, 201);
    assert_eq!(house.rooms.team.tokens(house.workspace).await.unwrap().len(), 2);
}

#[tokio::test]
async fn signing_in_sets_a_cookie_and_out_ends_it() {
    let house = House::build().await;
    house.owner().await;
    let body = json!({"email": "ada@example.org", "password": "correct horse"});
    let answer = house.ask(&As::Nobody, "POST", "/session", Some(body)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json["member"]["role"], "owner");
    assert_eq!(answer.json["member"]["telegram"], json!(null));
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    for part in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
        assert!(cookie.contains(part), "{cookie} lacks {part}");
    }
    let token = cookie.split(';').next().unwrap().strip_prefix("muster_session=").unwrap();
    let browser = As::Cookie(token.into());
    let listed = house.ask(&browser, "GET", "/sessions", None).await;
    let current = listed.json["items"].as_array().unwrap().iter().filter(|s| s["current"] == true).count();
    assert_eq!((listed.json["items"].as_array().unwrap().len(), current), (2, 1));
    assert_eq!(house.ask(&browser, "DELETE", "/session", None).await.status, 204);
    assert_eq!(house.ask(&browser, "GET", "/session", None).await.refusal(), (401, "unauthenticated"));
}

#[tokio::test]
async fn too_many_tries_say_how_long_to_wait() {
    let house = House::build().await;
    house.owner().await;
    let body = json!({"email": "ada@example.org", "password": "wrong"});
    for _ in 0..10 {
        let answer = house.ask(&As::Nobody, "POST", "/session", Some(body.clone())).await;
        assert_eq!(answer.refusal(), (401, "unauthenticated"));
    }
    let answer = house.ask(&As::Nobody, "POST", "/session", Some(body)).await;
    assert_eq!(answer.refusal(), (429, "too_many_tries"));
    assert_eq!(answer.headers[header::RETRY_AFTER], "900");
}

#[tokio::test]
async fn the_first_link_makes_the_owner_over_http() {
    let house = House::build().await;
    let link = house.rooms.team.owner_link(house.workspace, "http://localhost:8080/").await.unwrap().unwrap();
    let path = link.strip_prefix("http://localhost:8080").unwrap();
    let shown = house.ask(&As::Nobody, "GET", path, None).await;
    assert_eq!(shown.json, json!({"purpose": "owner", "workspace_name": "My team", "email": null}));
    let body = json!({"name": "Ada", "email": "ada@example.org", "password": "short"});
    assert_eq!(house.ask(&As::Nobody, "POST", path, Some(body)).await.fault(), ("/password", "too_short"));
    let body = json!({"name": "Ada", "email": "ada@example.org", "password": "correct horse"});
    assert_eq!(house.ask(&As::Nobody, "POST", path, Some(body.clone())).await.status, 200);
    assert_eq!(house.ask(&As::Nobody, "POST", path, Some(body)).await.refusal(), (404, "not_found"));
}

#[tokio::test]
async fn a_demo_signs_in_who_sits_at_the_machine_and_nobody_else() {
    let house = House::build().await;
    let owner = house.owner().await;
    let options =
        |demo| ApiOptions { public_url: "http://localhost:8080".into(), demo, ..ApiOptions::default() };
    let ask = async |demo, peer: &str, host: &str| {
        let state = ApiState {
            rooms: Arc::new(house.rooms.clone()),
            reader: house.store.reader().clone(),
            options: Arc::new(options(demo)),
        };
        let peer: SocketAddr = peer.parse().unwrap();
        let request = Request::get("/api/v1/session").header(header::HOST, host);
        let request = request.extension(ConnectInfo(peer)).body(Body::empty()).unwrap();
        let response = router(state).oneshot(request).await.unwrap();
        (response.status().as_u16(), response.headers().contains_key(header::SET_COOKIE))
    };
    let demo = Some((owner.workspace, owner.member));
    assert_eq!(ask(demo, "127.0.0.1:5000", "localhost:8080").await, (200, true));
    assert_eq!(ask(demo, "[::1]:5000", "localhost:8080").await, (200, true));
    let bare = ask(demo, "127.0.0.1:5000", "127.0.0.1:8080").await;
    assert_eq!(bare, (401, false), "a proxy that was told nothing but this address");
    assert_eq!(ask(demo, "192.0.2.7:5000", "localhost:8080").await, (401, false), "another machine");
    assert_eq!(ask(demo, "127.0.0.1:5000", "evil.example").await, (401, false), "a name that points here");
    assert_eq!(ask(None, "127.0.0.1:5000", "localhost:8080").await, (401, false), "no demo");
}
