//! The client against a server that misbehaves on purpose.

mod server;

use std::io::Write;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use domain::message::Outgoing;
use secrecy::SecretString;
use serde_json::json;
use telegram::{Barrier, BotCommand, Client, ClientError, Options, SendError, Sent, Update};

use server::{Server, Step, ok, refusal};

const TOKEN: &str = "123456:Very-Secret_Token";

fn client_with(url: &str, call_timeout_ms: u64) -> Client {
    let options = Options { connect_timeout_ms: call_timeout_ms - 1, call_timeout_ms, ..Options::default() };
    Client::new(url, &SecretString::from(TOKEN), options).unwrap()
}

fn client(server: &Server) -> Client {
    client_with(&server.url, 20_000)
}

#[tokio::test]
async fn calls_say_what_they_mean() {
    let server = Server::start(vec![
        ok(&json!({"id": 123_456, "is_bot": true, "first_name": "B", "username": "b_bot", "new": 1})),
        ok(&json!({"message_id": 77, "date": 5, "chat": {"id": 9, "type": "private"}, "text": "x"})),
        ok(&json!(true)),
        ok(&json!(true)),
        ok(&json!(true)),
        ok(&json!(true)),
        ok(&json!(true)),
    ]);
    let client = client(&server);
    assert_eq!(client.get_me().await.unwrap().username, "b_bot");
    assert_eq!(
        client.send_message(9, &Outgoing::plain("爱")).await.unwrap(),
        Sent { message_id: 77, date: 5 }
    );
    client.answer_callback_query("5", Some("ok"), true).await.unwrap();
    client.delete_message(9, 77).await.unwrap();
    client.send_chat_action(9, "typing").await.unwrap();
    client
        .set_my_commands(&[BotCommand { command: "start".into(), description: "Begin".into() }])
        .await
        .unwrap();
    client.delete_webhook().await.unwrap();
    let requests = server.requests();
    let methods: Vec<&str> =
        requests.iter().map(|request| request.path.rsplit('/').next().unwrap()).collect();
    assert_eq!(
        methods,
        [
            "getMe",
            "sendMessage",
            "answerCallbackQuery",
            "deleteMessage",
            "sendChatAction",
            "setMyCommands",
            "deleteWebhook"
        ]
    );
    assert_eq!(requests[1].path, format!("/bot{TOKEN}/sendMessage"));
    assert_eq!(requests[1].body, json!({"chat_id": 9, "text": "爱"}));
    assert_eq!(requests[2].body, json!({"callback_query_id": "5", "text": "ok", "show_alert": true}));
    assert_eq!(server.connections(), 1, "one connection carries calls that follow each other");
}

#[tokio::test]
async fn a_batch_is_never_lost_to_one_update() {
    let updates = json!([
        {"update_id": 10, "message": {"message_id": 1, "chat": {"id": 5, "type": "private"}, "text": "hi"}},
        {"update_id": 11, "brand_new_kind": {"deep": [1, 2]}},
        {"update_id": 12, "callback_query": {"id": 5}},
        {"no_id": true},
        {"update_id": 13}
    ]);
    let server = Server::start(vec![ok(&updates), ok(&json!([]))]);
    let client = client(&server);
    let received = client.get_updates(Some(10), 100, 0, &["message"]).await.unwrap();
    assert_eq!(received.iter().map(|update| update.id).collect::<Vec<_>>(), [10, 11, 12, 13]);
    assert!(
        matches!(&received[1].update, Update::Unknown { kind, problem: None } if kind == "brand_new_kind")
    );
    assert!(matches!(&received[2].update, Update::Unknown { problem: Some(_), .. }));
    assert_eq!(received[1].raw, updates[1].to_string());
    client.get_updates(None, 1, 0, &[]).await.unwrap();
    let bodies: Vec<_> = server.requests().into_iter().map(|request| request.body).collect();
    assert_eq!(bodies[0], json!({"offset": 10, "limit": 100, "timeout": 0, "allowed_updates": ["message"]}));
    assert!(bodies[1].get("offset").is_none());
}

#[tokio::test]
async fn no_connection_proves_that_nothing_was_sent() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let refused = client_with(&format!("http://127.0.0.1:{port}"), 5_000).get_me().await;
    assert!(matches!(refused, Err(SendError::NotSent { .. })), "{refused:?}");
    let nameless = client_with("http://no-such-host.invalid", 20_000).get_me().await;
    assert!(matches!(nameless, Err(SendError::NotSent { .. })), "{nameless:?}");
}

#[tokio::test]
async fn a_failed_handshake_proves_that_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let _ = stream.write_all(b"this is not TLS at all\n");
        }
    });
    let url = format!("https://127.0.0.1:{port}");
    let client = match Client::new(&url, &SecretString::from(TOKEN), Options::default()) {
        Ok(client) => client,
        Err(error @ ClientError::Tls { .. }) => {
            println!("skipped: {error}");
            return;
        }
        Err(error) => panic!("{error}"),
    };
    let failed = client.get_me().await;
    assert!(matches!(failed, Err(SendError::NotSent { .. })), "{failed:?}");
}

#[tokio::test]
async fn what_comes_after_the_request_proves_nothing() {
    let server = Server::start(vec![
        ok(&json!({"id": 1})),
        Step::Close,
        Step::Truncate("{\"ok\":true,\"result\":{\"mess".into()),
        Step::Answer("200 OK", "", "<html>hello</html>".into()),
        Step::Answer("502 Bad Gateway", "", "<html>nginx</html>".into()),
        refusal("500 Internal Server Error", 500, "Internal Server Error: restart"),
        ok(&json!("sent, but what?")),
    ]);
    let client = client(&server);
    // The connection that is closed below is one that had worked: just there a client might repeat by itself.
    client.get_me().await.unwrap();
    for case in ["closed", "truncated", "garbage", "gateway", "restart", "no message id"] {
        let failed = client.send_message(1, &Outgoing::plain("x")).await;
        assert!(matches!(failed, Err(SendError::Unknown { .. })), "{case}: {failed:?}");
    }
    assert_eq!(server.requests().len(), 7, "no call was made twice");
}

#[tokio::test]
async fn a_silent_server_runs_into_the_time_out() {
    let server = Server::start(vec![Step::Hang]);
    let failed = client_with(&server.url, 300).send_message(1, &Outgoing::plain("x")).await;
    assert!(matches!(failed, Err(SendError::Unknown { .. })), "{failed:?}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn refusals_are_sorted() {
    let wait = json!({"ok": false, "error_code": 429, "description": "Too Many Requests: retry after 2282",
        "parameters": {"retry_after": 2282}});
    let server = Server::start(vec![
        Step::Answer("429 Too Many Requests", "retry-after: 3\r\n", wait.to_string()),
        Step::Answer("429 Too Many Requests", "Retry-After: 17\r\n", "slow down".into()),
        refusal("403 Forbidden", 403, "Forbidden: bot was blocked by the user"),
        refusal("409 Conflict", 409, "Conflict: terminated by other getUpdates request"),
        Step::Answer("302 Found", "location: /elsewhere\r\n", String::new()),
    ]);
    let client = client(&server);
    let mut failures = Vec::new();
    for _ in 0..5 {
        failures.push(client.send_message(1, &Outgoing::plain("x")).await.unwrap_err());
    }
    assert_eq!(failures[0], SendError::RetryAfter { seconds: 2_282 });
    assert_eq!(failures[1], SendError::NotTelegram { status: 429, wait_s: Some(17) });
    assert!(matches!(failures[2], SendError::Unreachable { why: Barrier::Blocked, .. }));
    assert!(matches!(failures[3], SendError::Conflict { .. }));
    assert_eq!(failures[4], SendError::NotTelegram { status: 302, wait_s: None });
    assert_eq!(server.requests().len(), 5, "a redirect is not followed");
}

/// Sends have the clock; every other method keeps its own wait.
#[tokio::test]
async fn a_method_is_not_called_inside_its_wait() {
    let wait = json!({"ok": false, "error_code": 429, "description": "Too Many Requests: retry after 40",
        "parameters": {"retry_after": 40}});
    let server = Server::start(vec![
        Step::Answer("429 Too Many Requests", "", wait.to_string()),
        ok(&json!({"url": ""})),
    ]);
    let client = client(&server);
    let told = client.set_webhook(&webhook()).await;
    assert_eq!(told, Err(SendError::RetryAfter { seconds: 40 }));
    let again = client.clone().set_webhook(&webhook()).await;
    assert!(matches!(again, Err(SendError::RetryAfter { seconds: 39..=40 })), "{again:?}");
    client.get_webhook_info().await.unwrap();
    assert_eq!(server.requests().len(), 2, "the second was not made, and another method was");
}

fn webhook() -> telegram::Webhook<'static> {
    telegram::Webhook { url: "https://a", secret_token: "s", max_connections: 1, allowed_updates: &[] }
}

#[test]
fn what_cannot_be_a_client_is_refused() {
    let new =
        |url: &str, token: &str, options| Client::new(url, &SecretString::from(token), options).map(drop);
    let options = Options::default();
    assert_eq!(new("http://a", "1:a/../b", options), Err(ClientError::Token));
    assert_eq!(new("http://a", "", options), Err(ClientError::Token));
    for url in ["a.b", "ftp://a", "http://", "http://a/?x", "http://a/#x"] {
        assert_eq!(new(url, TOKEN, options), Err(ClientError::Address), "{url}");
    }
    let options = Options { connect_timeout_ms: 5, call_timeout_ms: 5, ..options };
    assert_eq!(new("http://a", TOKEN, options), Err(ClientError::Timeouts));
    assert_eq!(new("http://a/base/", TOKEN, Options::default()), Ok(()));
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Every library's log at its finest, every error and every `Debug` text.
#[tokio::test]
async fn the_token_is_never_told() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .init();
    let server = Server::start(vec![
        ok(&json!({"id": 1})),
        Step::Close,
        Step::Truncate(String::new()),
        refusal("401 Unauthorized", 401, "Unauthorized"),
        Step::Hang,
    ]);
    let good = client_with(&server.url, 300);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut told = format!("{good:?}");
    for client in [&good, &good, &good, &good, &good, &client_with(&format!("http://127.0.0.1:{port}"), 300)]
    {
        let answer = client.get_me().await;
        told += &format!("{answer:?}");
        if let Err(error) = answer {
            told += &format!("{error}{}", serde_json::to_string(&error).unwrap());
        }
    }
    let log = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(log.contains("Bot API call failed"), "the log was not caught");
    for (place, text) in [("log", &log), ("errors", &told)] {
        assert!(!text.contains("Very-Secret"), "the {place} holds the token: {text}");
    }
}

#[tokio::test]
async fn a_file_is_not_fetched_before_the_wait_that_was_asked_for() {
    let found = json!({"file_id": "x", "file_path": "photos/file_1.jpg"});
    let by = |body: String| Step::Answer("429 Too Many Requests", "Retry-After: 17\r\n", body);
    let told = json!({"ok": false, "error_code": 429, "description": "Too Many Requests: retry after 17",
        "parameters": {"retry_after": 17}});
    let page = by("<html>busy</html>".into());
    let server = Server::start(vec![ok(&found), page, ok(&found), by(told.to_string()), ok(&found)]);
    let client = client(&server);
    let gateway = client.download("x").await;
    assert_eq!(gateway, Err(SendError::NotTelegram { status: 429, wait_s: Some(17) }), "no word of Telegram");
    assert_eq!(client.download("x").await, Err(SendError::RetryAfter { seconds: 17 }));
    let again = client.download("x").await;
    assert!(matches!(again, Err(SendError::RetryAfter { seconds: 1..=17 })), "{again:?}");
    let paths: Vec<String> = server.requests().into_iter().map(|request| request.path).collect();
    let files = paths.iter().filter(|path| path.contains("/file/")).count();
    assert_eq!(files, 2, "{paths:?}");
}
