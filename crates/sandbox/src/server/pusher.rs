//! Pushes updates to the bot's webhook, on this machine only, as the world says when.

use super::{App, real_now_ms};
use crate::limits;
use crate::webhook::{Push, Pushed};
use reqwest::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// How often a push that has waited its time is looked for.
const LOOK_EVERY_MS: u64 = 100;
/// A webhook's answer is read no further than this.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Runs until it is dropped.
pub async fn run(app: Arc<App>) {
    let client = match client() {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(%error, "the sandbox has no HTTP client: webhooks get nothing");
            return std::future::pending().await;
        }
    };
    let ended = Arc::new(Notify::new());
    loop {
        let (update, push_ended) = (app.updates.notified(), ended.notified());
        tokio::pin!(update, push_ended);
        update.as_mut().enable();
        push_ended.as_mut().enable();
        let pushes = app.world.lock().take_pushes(real_now_ms());
        for push in pushes {
            let (app, client, ended) = (app.clone(), client.clone(), ended.clone());
            tokio::spawn(async move {
                let pushed = pushed(&client, &push).await;
                app.world.lock().push_ended(&push, pushed, real_now_ms());
                ended.notify_waiters();
            });
        }
        tokio::select! {
            () = update => {}
            () = push_ended => {}
            () = tokio::time::sleep(Duration::from_millis(LOOK_EVERY_MS)) => {}
        }
    }
}

fn client() -> Result<reqwest::Client, reqwest::Error> {
    // Fails when another part of the program was faster, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(limits::WEBHOOK_TIMEOUT_S))
        .tls_certs_only([])
        .build()
}

async fn pushed(client: &reqwest::Client, push: &Push) -> Pushed {
    let mut request = client
        .post(&push.url)
        .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
        .body(push.body.clone());
    if let Some(secret) = &push.secret {
        request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
    }
    let mut response = match request.send().await {
        Ok(response) => response,
        Err(error) if error.is_connect() => return Pushed::Failed("Connection refused"),
        Err(error) if error.is_timeout() => return Pushed::Failed("Read timeout expired"),
        Err(_) => return Pushed::Failed("Connection closed"),
    };
    let status = response.status();
    // Read to its end, so that the connection may be used again.
    let mut seen = 0;
    while let Ok(Some(bytes)) = response.chunk().await {
        seen += bytes.len();
        if seen > ANSWER_BYTES_MAX {
            break;
        }
    }
    if status.is_success() {
        return Pushed::Taken;
    }
    let wait = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let reason = status.canonical_reason().unwrap_or("Unknown").to_string();
    Pushed::Refused { status: status.as_u16(), reason, retry_after_s: wait }
}
