//! What holds for every address: the shape of refusals, reading bodies, repeated creates, health.

use crate::house::{As, House};
use axum::body::Body;
use axum::http::{Request, header};
use serde_json::json;

#[tokio::test]
async fn refusals_are_problem_json() {
    let house = House::build().await;
    let token = house.token(house.workspace).await;
    let answer = house.ask(&token, "POST", "/bots", Some(json!({"token": "nonsense"}))).await;
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/problem+json");
    let told = "is not a token that Telegram knows; copy it from @BotFather";
    assert_eq!(
        answer.json,
        json!({
            "type": "about:blank", "title": "The request is not valid", "status": 422, "code": "invalid",
            "detail": format!("token: {told}"),
            "errors": [{"path": "/token", "code": "bad_token", "message": told}],
        })
    );
    let unknown = house.ask(&token, "GET", "/nothing", None).await;
    assert_eq!(unknown.refusal(), (404, "not_found"));
    assert_eq!(house.ask(&token, "PUT", "/bots", None).await.refusal(), (405, "method_not_allowed"));
    assert_eq!(house.ask(&token, "GET", "/bots/abc", None).await.refusal(), (404, "not_found"));
}

#[tokio::test]
async fn bodies_are_read_strictly() {
    let house = House::build().await;
    let token = house.token(house.workspace).await;
    let fault = async |body| {
        let answer = house.ask(&token, "POST", "/bots", Some(body)).await;
        assert_eq!(answer.refusal(), (422, "invalid"));
        let (path, code) = answer.fault();
        (path.to_owned(), code.to_owned())
    };
    assert_eq!(fault(json!({"token": "5:good", "rate": 3})).await, ("/rate".into(), "unknown_field".into()));
    assert_eq!(fault(json!({"token": 5})).await, ("/token".into(), "wrong_type".into()));
    let As::Token(secret) = &token else { unreachable!() };
    let raw = |body: &str, kind: &str| {
        let request = Request::post("/api/v1/bots")
            .header(header::AUTHORIZATION, format!("Bearer {secret}"))
            .header(header::CONTENT_TYPE, kind);
        house.send(request.body(Body::from(body.to_owned())).unwrap())
    };
    assert_eq!(raw("{", "application/json").await.refusal(), (400, "malformed"));
    assert_eq!(raw(r#"{"token":"5:good"}"#, "text/plain").await.refusal(), (400, "malformed"));
    let huge = format!(r#"{{"token":"{}"}}"#, "x".repeat(5 << 20));
    assert_eq!(raw(&huge, "application/json").await.refusal(), (413, "too_large"));
    assert_eq!(house.rooms.bots.list(house.workspace).await.unwrap(), []);
}

#[tokio::test]
async fn a_key_makes_one_of_many_asks() {
    let house = House::build().await;
    let token = house.token(house.workspace).await;
    let body = json!({"token": "5:good"});
    let key = [("idempotency-key", "k1")];
    let first = house.ask_with(&token, "POST", "/bots", Some(body.clone()), &key).await;
    assert_eq!(first.status, 201);
    // Without the key the second would be a conflict: the bot is connected.
    let second = house.ask_with(&token, "POST", "/bots", Some(body.clone()), &key).await;
    assert_eq!((second.status, &second.json), (first.status, &first.json));
    assert_eq!(second.headers["idempotency-replayed"], "true");
    let other = house.ask_with(&token, "POST", "/bots", Some(json!({"token": "6:good"})), &key).await;
    assert_eq!(other.refusal(), (409, "idempotency_mismatch"));
    house.clock.set(crate::house::NOON + 86_400_001);
    let later = house.ask_with(&token, "POST", "/bots", Some(body), &key).await;
    assert_eq!(later.refusal(), (409, "conflict"));
}

#[tokio::test]
async fn a_refused_create_leaves_its_key_free_and_a_secret_is_not_kept() {
    let house = House::build().await;
    let token = house.token(house.workspace).await;
    let key = [("idempotency-key", "k2")];
    let refused = house.ask_with(&token, "POST", "/tokens", Some(json!({"name": ""})), &key).await;
    assert_eq!(refused.refusal(), (422, "invalid"));
    let made = house.ask_with(&token, "POST", "/tokens", Some(json!({"name": "ci"})), &key).await;
    assert_eq!(made.status, 201);
    let secret = made.json["token"].as_str().unwrap().to_owned();
    let again = house.ask_with(&token, "POST", "/tokens", Some(json!({"name": "ci"})), &key).await;
    assert_eq!(again.refusal(), (409, "conflict"));
    let workspace = house.workspace;
    let read = move |tx: &store::ReadTx<'_>| store::idempotency::get(tx, workspace, "k2", 0);
    let kept = house.store.reader().read(read).await.unwrap().unwrap();
    assert!(!kept.body.contains(&secret), "a secret was written down");
    let bad = house.ask_with(&token, "POST", "/tokens", Some(json!({})), &[("idempotency-key", "")]).await;
    assert_eq!(bad.refusal(), (400, "malformed"));
}

#[tokio::test]
async fn health_and_headers() {
    let house = House::build().await;
    for path in ["/healthz", "/readyz"] {
        let answer = house.send(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 204, "{path}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert!(answer.headers.contains_key("x-request-id"));
    }
}
