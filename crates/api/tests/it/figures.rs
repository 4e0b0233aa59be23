//! `/metrics`: who may read it, and that its figures are the installation's.

use std::net::SocketAddr;

use crate::house::{As, House};
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, header};
use serde_json::json;
use tower::ServiceExt;

/// Status and text of an answer to somebody at an address who says `headers`.
async fn figures(house: &House, peer: &str, headers: &[(&str, &str)]) -> (u16, String) {
    let peer: SocketAddr = peer.parse().unwrap();
    let mut request = Request::get("/metrics").extension(ConnectInfo(peer));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = house.app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = response.status().as_u16();
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

#[tokio::test]
async fn this_machine_reads_it_and_others_need_a_token() {
    let house = House::reached_at("http://127.0.0.1:8080").await;
    let host = ("host", "localhost:8080");
    assert_eq!(figures(&house, "127.0.0.1:5000", &[host]).await.0, 200);
    assert_eq!(figures(&house, "192.0.2.7:5000", &[host]).await.0, 401);
    let proxied = [host, ("x-forwarded-for", "203.0.113.9")];
    assert_eq!(
        figures(&house, "127.0.0.1:5000", &proxied).await.0,
        401,
        "a proxy on this machine asks for others"
    );
    // `proxy_pass http://127.0.0.1:8080` and nothing else: it says of nobody for whom it asks.
    let bare = ("host", "127.0.0.1:8080");
    assert_eq!(figures(&house, "127.0.0.1:5000", &[bare]).await.0, 401, "a proxy that says nothing");
    // A proxy that hands names on hands on any name that a stranger gives.
    let public = House::build().await;
    assert_eq!(figures(&public, "127.0.0.1:5000", &[host]).await.0, 401, "a server that the world knows");
    let As::Token(token) = house.token(house.workspace).await else { panic!("a program is meant") };
    let bearer = format!("Bearer {token}");
    let signed = [("host", "muster.example.org"), (header::AUTHORIZATION.as_str(), bearer.as_str())];
    assert_eq!(figures(&house, "192.0.2.7:5000", &signed).await.0, 200);
}

#[tokio::test]
async fn the_figures_are_those_of_the_bots_and_routes_are_told_without_ids() {
    let house = House::build().await;
    let token = house.token(house.workspace).await;
    let bot = house.ask(&token, "POST", "/bots", Some(json!({"token": "5:good"}))).await;
    let username = bot.json["username"].as_str().unwrap().to_owned();
    assert_eq!(house.ask(&token, "GET", "/contacts/123456", None).await.status, 404);
    let As::Token(bearer) = &token else { panic!("a program is meant") };
    let bearer = format!("Bearer {bearer}");
    let (_, text) = figures(&house, "192.0.2.7:5000", &[(header::AUTHORIZATION.as_str(), &bearer)]).await;
    let line = |start: &str| {
        text.lines().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{start} in {text}"))
    };
    assert!(line(&format!("muster_bot_running{{bot=\"{username}\"}}")).ends_with(" 1.0"));
    assert!(line(&format!("muster_contacts{{bot=\"{username}\"}}")).ends_with(" 0.0"));
    assert!(
        line(&format!("muster_messages_waiting{{bot=\"{username}\",lane=\"agents\"}}")).ends_with(" 0.0")
    );
    assert!(line("muster_answers_dropped_total").ends_with(" 0"));
    let of_route = "muster_http_request_duration_seconds_count{method=\"GET\",route=\"/api/v1/contacts/{id}\",status=\"404\"}";
    assert!(line(of_route).ends_with(" 1"));
    assert!(!text.contains("123456"));
    assert!(text.ends_with("# EOF\n") && text.matches("# EOF").count() == 1);
}

#[tokio::test]
async fn what_a_stranger_calls_a_method_is_not_kept() {
    let house = House::build().await;
    let As::Token(token) = house.token(house.workspace).await else { panic!("a program is meant") };
    let bearer = format!("Bearer {token}");
    let lines = async || {
        let headers = [(header::AUTHORIZATION.as_str(), bearer.as_str())];
        let (_, text) = figures(&house, "192.0.2.7:5000", &headers).await;
        text.lines().filter(|line| line.starts_with("muster_http_request")).count()
    };
    let ask = async |method: &str| {
        let request = Request::builder().method(method).uri("/api/v1/contacts").body(Body::empty()).unwrap();
        house.app.clone().oneshot(request).await.unwrap();
    };
    ask("M0").await;
    // The reading itself is counted from the next on.
    lines().await;
    let before = lines().await;
    for number in 1..100 {
        ask(&format!("M{number}")).await;
    }
    assert_eq!(lines().await, before, "a hundred words are one label");
}
