//! The sandbox over real HTTP.

use parking_lot::Mutex;
use reqwest::{Client, StatusCode};
use sandbox::{Server, ServerConfig, SharedWorld, World, WorldConfig};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

#[allow(clippy::disallowed_methods)] // what the sandbox's own clock is compared with
fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}

/// A served world of people who wait for orders, and a client.
struct Bench {
    world: SharedWorld,
    base: String,
    token: String,
    client: Client,
    stop: oneshot::Sender<()>,
    running: JoinHandle<std::io::Result<()>>,
}

impl Bench {
    async fn new() -> Self {
        Self::with(None).await
    }

    async fn with(dir: Option<&Path>) -> Self {
        let _already = rustls::crypto::ring::default_provider().install_default();
        let config = WorldConfig { people: 3, lively: false, start_ms: now_ms(), ..WorldConfig::default() };
        let token = config.token.clone();
        let world = match dir {
            Some(dir) => World::open(config, dir).unwrap(),
            None => World::new(config),
        };
        let world = Arc::new(Mutex::new(world));
        let server = ServerConfig { data_dir: dir.map(Path::to_path_buf), ..ServerConfig::default() };
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async {
            let _either_way = stopped.await;
        };
        let (address, running) = Server::bind(server, world.clone(), shutdown).await.unwrap();
        let running = tokio::spawn(running);
        Self { world, base: format!("http://{address}"), token, client: Client::new(), stop, running }
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.running.await.unwrap().unwrap();
    }

    fn person(&self, number: usize) -> i64 {
        self.world.lock().person_ids().nth(number).unwrap()
    }

    fn url(&self, method: &str) -> String {
        format!("{}/bot{}/{method}", self.base, self.token)
    }

    async fn call(&self, method: &str, params: Value) -> (StatusCode, Value) {
        let answer = self.client.post(self.url(method)).json(&params).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    async fn act(&self, id: i64, act: &str, body: Value) -> (StatusCode, Value) {
        let url = format!("{}/sandbox/people/{id}/{act}", self.base);
        let answer = self.client.post(url).json(&body).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    async fn order(&self, fault: Value) {
        let url = format!("{}/sandbox/faults", self.base);
        let answer = self.client.post(url).json(&fault).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    }

    fn received(&self, id: i64) -> Vec<String> {
        let truth = self.world.lock().truth_of(id).unwrap();
        truth["received"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["text"].as_str().unwrap().to_string())
            .collect()
    }
}

fn encoded(fields: &[(&str, String)]) -> String {
    let escaped = |text: &str| text.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
    fields.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect::<Vec<_>>().join("&")
}

#[tokio::test]
async fn every_way_of_calling_is_understood() {
    let bench = Bench::new().await;
    let id = bench.person(0);
    bench.act(id, "start", json!({"payload": "x-1"})).await;
    let client = &bench.client;
    let markup = r#"{"inline_keyboard":[[{"text":"é & ü","callback_data":"a=b&c"}]]}"#;
    let fields =
        [("chat_id", id.to_string()), ("text", "ü & 🏟".to_string()), ("reply_markup", markup.to_string())];
    let query =
        client.get(format!("{}?{}", bench.url("SENDMESSAGE"), encoded(&fields))).send().await.unwrap();
    let form = client
        .post(bench.url("sendmessage"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(encoded(&fields))
        .send()
        .await
        .unwrap();
    let boundary = "7d3b";
    let parts: String = fields
        .iter()
        .map(|(name, value)| {
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        })
        .collect();
    let multipart = client
        .post(bench.url("sendMessage"))
        .header("Content-Type", format!("multipart/form-data; boundary={boundary}"))
        .body(format!("{parts}--{boundary}--\r\n"))
        .send()
        .await
        .unwrap();
    let mixed = client
        .post(format!("{}?chat_id={id}", bench.url("sendMessage")))
        .json(&json!({"text": "ü & 🏟", "reply_markup": serde_json::from_str::<Value>(markup).unwrap()}))
        .send()
        .await
        .unwrap();
    for answer in [query, form, multipart, mixed] {
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["result"]["text"], "ü & 🏟", "{body}");
        assert_eq!(body["result"]["reply_markup"]["inline_keyboard"][0][0]["callback_data"], "a=b&c");
    }
}

#[tokio::test]
async fn wrong_paths_and_tokens_are_refused() {
    let bench = Bench::new().await;
    for (path, status, want) in [
        (format!("bot{}/nope", bench.token), 404, "Not Found: method not found"),
        ("bot123456:wrong/getMe".into(), 401, "Unauthorized"),
        ("botx/getMe".into(), 401, "Unauthorized: invalid token specified"),
        ("elsewhere".into(), 404, "Not Found"),
    ] {
        let answer = bench.client.get(format!("{}/{path}", bench.base)).send().await.unwrap();
        assert_eq!(answer.status(), status, "{path}");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body, json!({"ok": false, "error_code": status, "description": want}));
    }
    let (status, body) = bench.call("getMe", json!({})).await;
    assert_eq!((status.as_u16(), &body["result"]["id"]), (200, &json!(123456)));
}

#[tokio::test]
async fn a_long_poll_wakes_at_once_and_gives_way_to_a_newer_one() {
    let bench = Arc::new(Bench::new().await);
    let poll = |bench: &Arc<Bench>| {
        let bench = bench.clone();
        tokio::spawn(async move { bench.call("getUpdates", json!({"timeout": 30})).await })
    };
    let begun = Instant::now();
    let (mut first, mut second) = (poll(&bench), poll(&bench));
    // Whichever poll came first is ended by the other.
    let (ended, other) = tokio::select! {
        ended = &mut first => (ended.unwrap(), second),
        ended = &mut second => (ended.unwrap(), first),
    };
    assert_eq!(ended.0, 409);
    let want =
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
    assert_eq!(ended.1["description"], want);
    bench.act(bench.person(0), "start", json!({})).await;
    let (status, body) = other.await.unwrap();
    assert_eq!(status, 200);
    assert_eq!(body["result"][0]["message"]["text"], "/start");
    assert!(begun.elapsed() < Duration::from_secs(20), "nobody waited for the time-out");
}

#[tokio::test]
async fn an_idle_poll_ends_with_its_timeout() {
    let bench = Bench::new().await;
    let begun = Instant::now();
    let (status, body) = bench.call("getUpdates", json!({"timeout": 1})).await;
    assert_eq!((status.as_u16(), &body["result"]), (200, &json!([])));
    assert!(begun.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn resets_before_are_not_executed_and_resets_after_are() {
    let bench = Bench::new().await;
    let id = bench.person(0);
    bench.act(id, "start", json!({})).await;
    let text = |text: &str| json!({"chat_id": id, "text": text});
    bench.order(json!({"kind": "reset_before", "methods": ["sendMessage"], "count": 1})).await;
    let broken = bench.client.post(bench.url("sendMessage")).json(&text("before")).send().await;
    assert!(broken.is_err_and(|error| !error.is_connect()), "the connection broke behind the request");
    bench.order(json!({"kind": "reset_after", "methods": ["sendMessage"], "count": 1})).await;
    let broken = bench.client.post(bench.url("sendMessage")).json(&text("after")).send().await;
    assert!(broken.is_err_and(|error| !error.is_connect()));
    assert_eq!(bench.call("sendMessage", text("whole")).await.0, 200);
    assert_eq!(bench.received(id), ["after", "whole"]);
}

#[tokio::test]
async fn waits_errors_and_delays_come_on_demand() {
    let bench = Bench::new().await;
    let id = bench.person(0);
    bench.act(id, "start", json!({})).await;
    let text = |text: &str| json!({"chat_id": id, "text": text});
    bench.order(json!({"kind": "429", "retry_after_s": 7, "count": 1})).await;
    let answer = bench.client.post(bench.url("sendMessage")).json(&text("1")).send().await.unwrap();
    assert_eq!(answer.status(), 429);
    assert_eq!(answer.headers()["retry-after"], "7");
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["parameters"]["retry_after"], 7);
    bench
        .order(json!([
            {"kind": "5xx", "status": 502, "count": 1},
            {"kind": "5xx", "executed": true, "count": 1},
            {"kind": "delay", "delay_ms": 300, "count": 1},
        ]))
        .await;
    let (status, body) = bench.call("sendMessage", text("2")).await;
    assert_eq!((status.as_u16(), &body["description"]), (502, &json!("Bad Gateway")));
    let (status, body) = bench.call("sendMessage", text("3")).await;
    assert_eq!((status.as_u16(), &body["description"]), (500, &json!("Internal Server Error: restart")));
    let begun = Instant::now();
    assert_eq!(bench.call("sendMessage", text("4")).await.0, 200);
    assert!(begun.elapsed() >= Duration::from_millis(300));
    assert_eq!(bench.received(id), ["3", "4"]);
    let faults: Value = bench
        .client
        .get(format!("{}/sandbox/faults", bench.base))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert!(faults["faults"].as_array().unwrap().iter().all(|fault| fault["hits"] == 1), "{faults}");
    let refused = bench.client.post(format!("{}/sandbox/faults", bench.base)).json(&json!({"kind": "fire"}));
    assert_eq!(refused.send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn people_are_moved_by_hand() {
    let bench = Bench::new().await;
    let id = bench.person(1);
    assert_eq!(bench.act(id, "write", json!({"text": "x"})).await.0, 409, "not started");
    assert_eq!(bench.act(77, "start", json!({})).await.0, 404);
    assert_eq!(bench.act(id, "start", json!({"payload": "a b"})).await.0, 409);
    assert_eq!(bench.act(id, "dance", json!({})).await.0, 404);
    assert_eq!(bench.act(id, "start", json!({})).await.0, 200);
    let keyboard = json!({"inline_keyboard": [[{"text": "Go", "callback_data": "go"}, {"text": "Web", "url": format!("{}/sandbox/state", bench.base)}]]});
    let sent =
        bench.call("sendMessage", json!({"chat_id": id, "text": "hi", "reply_markup": keyboard})).await.1;
    let message_id = sent["result"]["message_id"].clone();
    let (_, pressed) = bench.act(id, "press", json!({"message_id": message_id, "data": "go"})).await;
    let answer = json!({"callback_query_id": pressed["callback_query_id"], "text": "done"});
    assert_eq!(bench.call("answerCallbackQuery", answer).await.0, 200);
    let url = keyboard["inline_keyboard"][0][1]["url"].clone();
    assert_eq!(bench.act(id, "follow", json!({"message_id": message_id, "url": url})).await.0, 200);
    assert_eq!(bench.act(id, "pay", json!({"currency": "XTR", "amount": 5})).await.0, 200);
    assert_eq!(bench.act(id, "block", json!({})).await.0, 200);
    assert_eq!(bench.act(id, "write", json!({"text": "x"})).await.0, 409, "blocked");
    assert_eq!(bench.act(id, "unblock", json!({})).await.0, 200);
    // The visit is made by a task: wait until it is recorded.
    let status = async {
        loop {
            let truth = bench.world.lock().truth_of(id).unwrap();
            if !truth["followed"][0]["status"].is_null() {
                return truth["followed"][0]["status"].clone();
            }
            tokio::task::yield_now().await;
        }
    };
    assert_eq!(tokio::time::timeout(Duration::from_secs(10), status).await.unwrap(), 200);
    let chat = bench.client.get(format!("{}/sandbox/people/{id}/chat", bench.base)).send().await.unwrap();
    let chat: Value = chat.json().await.unwrap();
    assert_eq!(chat["messages"].as_array().unwrap().len(), 3, "{chat}");
    assert_eq!(chat["answers"][0]["text"], "done");
    let kinds: Vec<String> = bench
        .world
        .lock()
        .drain_history()
        .iter()
        .map(|one| one.update.as_object().unwrap().keys().find(|key| *key != "update_id").unwrap().clone())
        .collect();
    assert_eq!(kinds, ["message", "callback_query", "message", "my_chat_member", "my_chat_member"]);
}

#[tokio::test]
async fn lists_are_json_lines() {
    let bench = Bench::new().await;
    bench.act(bench.person(0), "start", json!({})).await;
    for (path, lines) in [("people", 3), ("truth", 1), ("people?limit=2", 2), ("people?started=true", 1)] {
        let text = bench
            .client
            .get(format!("{}/sandbox/{path}", bench.base))
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        let objects: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(objects.len(), lines, "{path}");
    }
    let page = bench.client.get(&bench.base).send().await.unwrap();
    assert!(page.headers()["content-security-policy"].to_str().unwrap().contains("script-src 'self'"));
    assert!(page.text().await.unwrap().contains("phone.js"));
}

#[tokio::test]
async fn a_restart_keeps_ids_and_chats() {
    let dir = tempfile::tempdir().unwrap();
    let bench = Bench::with(Some(dir.path())).await;
    let id = bench.person(0);
    bench.act(id, "start", json!({})).await;
    let sent = bench.call("sendMessage", json!({"chat_id": id, "text": "before"})).await.1;
    let update = bench.call("getUpdates", json!({})).await.1["result"][0]["update_id"].as_i64().unwrap();
    bench.call("getUpdates", json!({"offset": update + 1})).await;
    bench.act(id, "write", json!({"text": "unheard"})).await;
    bench.stop().await;

    let bench = Bench::with(Some(dir.path())).await;
    assert_eq!(bench.received(id), ["before"]);
    bench.act(id, "write", json!({"text": "hello"})).await;
    let updates = bench.call("getUpdates", json!({})).await.1["result"].clone();
    let told = |number: usize, field: &str| updates[number]["message"][field].clone();
    assert_eq!(updates.as_array().unwrap().len(), 2, "what was confirmed stays so: {updates}");
    assert_eq!((&updates[0]["update_id"], told(0, "text")), (&json!(update + 1), json!("unheard")));
    assert_eq!((&updates[1]["update_id"], told(1, "text")), (&json!(update + 2), json!("hello")));
    let last_message = sent["result"]["message_id"].as_i64().unwrap();
    assert_eq!(told(1, "message_id"), last_message + 2);
    let edit = json!({"chat_id": id, "message_id": last_message, "text": "after"});
    assert_eq!(bench.call("editMessageText", edit).await.0, 200);
    // As in a crash: nothing is saved from here on.
    let crashed = tempfile::tempdir().unwrap();
    for name in ["world.json", "ids.json"] {
        std::fs::copy(dir.path().join(name), crashed.path().join(name)).unwrap();
    }
    let bench = Bench::with(Some(crashed.path())).await;
    bench.act(id, "write", json!({"text": "hello again"})).await;
    let updates = bench.call("getUpdates", json!({"offset": -1})).await.1["result"].clone();
    assert!(updates[0]["update_id"].as_i64().unwrap() > update + 2, "an id handed out is never given twice");
    assert!(updates[0]["message"]["message_id"].as_i64().unwrap() > last_message + 2);
}

/// A listener that answers every request with a status and keeps what it read.
async fn hook(status: &'static str) -> (String, tokio::sync::mpsc::UnboundedReceiver<String>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (pushed, received) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let pushed = pushed.clone();
            tokio::spawn(async move {
                let mut buffer = vec![0; 64 * 1024];
                // A push is small: it comes in one piece or a few.
                let mut text = String::new();
                while !text.contains("update_id") {
                    let count = stream.read(&mut buffer).await.unwrap();
                    if count == 0 {
                        return;
                    }
                    text.push_str(&String::from_utf8_lossy(&buffer[..count]));
                }
                let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
                let _gone = pushed.send(text);
            });
        }
    });
    (url, received)
}

#[tokio::test]
async fn a_webhook_is_pushed_to_with_its_secret_and_ends_polling() {
    let bench = Bench::new().await;
    let (url, mut received) = hook("200 OK").await;
    let id = bench.world.lock().person_ids().next().unwrap();
    let waiting = bench.client.post(bench.url("getUpdates")).json(&json!({"timeout": 30})).send();
    let waiting = tokio::spawn(waiting);
    // Whether the poll came first or not, it ends with a conflict.
    let set = json!({"url": url, "secret_token": "s-1"});
    let (status, body) = bench.call("setWebhook", set.clone()).await;
    assert_eq!((status, &body["description"]), (StatusCode::OK, &json!("Webhook was set")), "{body}");
    let ended: Value = waiting.await.unwrap().unwrap().json().await.unwrap();
    assert_eq!(ended["error_code"], 409, "{ended}");
    bench.world.lock().person_start(id, None, now_ms()).unwrap();
    let pushed = received.recv().await.unwrap();
    assert!(pushed.to_ascii_lowercase().contains("x-telegram-bot-api-secret-token: s-1"), "{pushed}");
    assert!(pushed.contains("\"/start\""), "{pushed}");
    let (_, body) = bench.call("getUpdates", json!({})).await;
    let words = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
    assert_eq!((&body["error_code"], &body["description"]), (&json!(409), &json!(words)));
    let (_, body) = bench.call("setWebhook", set).await;
    assert_eq!(body["description"], "Webhook is already set");
    bench.stop().await;
}

#[tokio::test]
async fn a_webhook_that_fails_is_told_in_its_info_and_keeps_the_update() {
    let bench = Bench::new().await;
    let (url, mut received) = hook("503 Service Unavailable").await;
    let id = bench.world.lock().person_ids().next().unwrap();
    bench.call("setWebhook", json!({"url": url, "max_connections": 7})).await;
    bench.world.lock().person_start(id, None, now_ms()).unwrap();
    let first = received.recv().await.unwrap();
    let again = received.recv().await.unwrap();
    let body_of = |push: &str| push.split("\r\n\r\n").nth(1).unwrap().to_string();
    assert_eq!(body_of(&first), body_of(&again), "the same update, at once");
    let info = loop {
        let (_, body) = bench.call("getWebhookInfo", json!({})).await;
        if body["result"]["last_error_message"].is_string() {
            break body["result"].clone();
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(info["last_error_message"], "Wrong response from the webhook: 503 Service Unavailable");
    assert_eq!((&info["pending_update_count"], &info["max_connections"]), (&json!(1), &json!(7)));
    bench.call("deleteWebhook", json!({})).await;
    let (_, body) = bench.call("getUpdates", json!({})).await;
    assert_eq!(body["result"].as_array().unwrap().len(), 1, "polling gets what was never taken");
    bench.stop().await;
}

#[tokio::test]
async fn a_file_goes_up_and_comes_down() {
    let bench = Bench::new().await;
    let id = bench.world.lock().person_ids().next().unwrap();
    bench.world.lock().person_start(id, None, now_ms()).unwrap();
    let content = vec![7_u8; 3 * 1024 * 1024];
    let mut body = format!(
        "--b\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n{id}\r\n--b\r\nContent-Disposition: form-data; \
         name=\"document\"; filename=\"seven.bin\"\r\nContent-Type: application/octet-stream\r\n\r\n"
    )
    .into_bytes();
    body.extend(&content);
    body.extend(b"\r\n--b--\r\n");
    let sent = bench.client.post(bench.url("sendDocument"));
    let sent =
        sent.header("Content-Type", "multipart/form-data; boundary=b").body(body).send().await.unwrap();
    let sent: Value = sent.json().await.unwrap();
    let file_id = &sent["result"]["document"]["file_id"];
    let (_, file) = bench.call("getFile", json!({"file_id": file_id})).await;
    let path = file["result"]["file_path"].as_str().unwrap();
    let address = format!("{}/file/bot{}/{path}", bench.base, bench.token);
    let down = bench.client.get(address).send().await.unwrap();
    assert_eq!(down.bytes().await.unwrap().as_ref(), &content[..]);
    let stranger = format!("{}/file/bot1:x/{path}", bench.base);
    assert_eq!(bench.client.get(stranger).send().await.unwrap().status(), StatusCode::NOT_FOUND);
    bench.stop().await;
}
