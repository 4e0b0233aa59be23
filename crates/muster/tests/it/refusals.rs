//! What cannot start says why in one sentence that says what to do, and ends with a code that is not 0.

use std::process::Output;

use testkit::binary::{self, Serving, free_port};
use testkit::{Api, TestApp};

/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:9";

fn serve(folder: &std::path::Path, port: u16) -> Output {
    let listen = format!("127.0.0.1:{port}");
    binary::run(folder, &["serve", "--listen", &listen], |command| {
        command.env("MUSTER_TELEGRAM__API_URL", NOWHERE);
    })
}

fn assert_refuses(refused: &Output, says: &[&str]) {
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success(), "{told}");
    assert!(refused.stdout.is_empty(), "standard output carries results alone");
    assert_eq!(told.lines().count(), 1, "one sentence, not: {told}");
    assert!(says.iter().all(|word| told.contains(word)), "{says:?} in {told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_a_port_and_a_file_in_the_way_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let serving = Serving::start(folder.path(), port, NOWHERE).await;
    assert_refuses(&serve(folder.path(), free_port()), &["in use by another Muster", "--data"]);
    let other = tempfile::tempdir().unwrap();
    assert_refuses(&serve(other.path(), port), &[&port.to_string(), "in use", "--listen"]);
    let token = binary::token(folder.path());
    let api = Api::new(format!("http://127.0.0.1:{port}"), token);
    assert!(api.get("/bots").await["items"].as_array().unwrap().is_empty(), "a token made beside the server");
    assert!(serving.stop().await);
    let file = other.path().join("file");
    std::fs::write(&file, "").unwrap();
    assert_refuses(&serve(&file.join("data"), free_port()), &["cannot be written", "--data"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_telegram_does_not_know_is_refused_where_it_stands() {
    let app = TestApp::start(sandbox::WorldConfig { people: 1, lively: false, ..Default::default() }).await;
    let new = serde_json::json!({"token": "123456:NOT-THE-TOKEN-OF-ANY-BOT-AT-ALL-000"});
    let (status, problem) = app.api.try_ask("POST", "/bots", Some(&new)).await.unwrap();
    assert_eq!((status, problem["errors"][0]["path"].as_str()), (422, Some("/token")), "{problem}");
    assert_eq!(problem["errors"][0]["code"], "bad_token");
    app.finish().await;
}
