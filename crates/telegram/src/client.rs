//! The connection to one bot's Bot API.

use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::envelope;
use crate::error::SendError;

/// An answer longer than this is not read to its end. A full batch of 100 updates stays far below.
const BODY_BYTES_MAX: usize = 32 * 1024 * 1024;
/// A refusal to give a file is a sentence: what is longer is not Telegram's.
const REFUSAL_BYTES_MAX: usize = 16 * 1024;
/// Idle connections are dropped before a server's own idle limit can close them under a request: a reset then would
/// leave the call's outcome unknown.
const POOL_IDLE_MS: u64 = 15_000;

/// A wait that Telegram asks for counts up to a day.
const WAIT_S_MAX: u64 = 86_400;

/// What fetching a file is called among the methods.
const FETCH: &str = "file";

/// How a [`Client`] waits and how much it does at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// For name, TCP and TLS together; passing it proves that nothing was sent.
    pub connect_timeout_ms: u64,
    /// From the beginning of a call to its last byte; a long poll's own waiting comes on top. Longer than
    /// `connect_timeout_ms`.
    pub call_timeout_ms: u64,
    /// Connections kept open between calls.
    pub calls_in_flight_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { connect_timeout_ms: 10_000, call_timeout_ms: 40_000, calls_in_flight_max: 30 }
    }
}

/// Why there is no client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// The token cannot be one: it would change the path of a call.
    #[error("a bot token looks like 123456:ABC-DEF and holds letters, digits, _ and - only")]
    Token,
    /// The Bot API's address is not `http` or `https` with a host.
    #[error("the Bot API's address must be http:// or https:// with a host, without ? and #")]
    Address,
    /// The time-outs contradict each other.
    #[error("the time-out of a call must be longer than that of a connection")]
    Timeouts,
    /// The machine gives no TLS, mostly because it has no certificates.
    #[error("no TLS to reach the Bot API (are the system's CA certificates installed?): {reason}")]
    Tls { reason: String },
}

/// One bot's Bot API. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    /// `https://api.telegram.org/bot<token>/`
    base: SecretString,
    /// Where methods are called, read once: reading it costs a fifth of a call. Each holds the token.
    addresses: Arc<Mutex<HashMap<&'static str, reqwest::Url>>>,
    /// Until when Telegram asked to wait with each method; see [`is_clocked`] for those that the clock watches over.
    waits: Arc<Mutex<HashMap<&'static str, Instant>>>,
    /// Of the base without the token, for logs.
    host: String,
    pub(crate) call_timeout: Duration,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("host", &self.host).finish_non_exhaustive()
    }
}

impl Client {
    /// A client for the bot of `token` at `api_url`, such as `https://api.telegram.org`. Connects when first used.
    ///
    /// # Errors
    /// The address, the token or the time-outs cannot be right, or there is no TLS here.
    pub fn new(api_url: &str, token: &SecretString, options: Options) -> Result<Self, ClientError> {
        let is_token_char = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '_' | '-');
        let token = token.expose_secret();
        if !(1..=256).contains(&token.len()) || !token.chars().all(is_token_char) {
            return Err(ClientError::Token);
        }
        let address = reqwest::Url::parse(api_url).map_err(|_| ClientError::Address)?;
        let is_web = matches!(address.scheme(), "http" | "https");
        let Some(host) = address.host_str().filter(|_| is_web) else { return Err(ClientError::Address) };
        if address.query().is_some() || address.fragment().is_some() {
            return Err(ClientError::Address);
        }
        if options.connect_timeout_ms >= options.call_timeout_ms {
            return Err(ClientError::Timeouts);
        }
        let host = host.to_owned();
        let base = SecretString::from(format!("{}/bot{token}/", address.as_str().trim_end_matches('/')));
        let http = http_client(address.scheme() == "https", options)
            .map_err(|error| ClientError::Tls { reason: chain(&error) })?;
        let call_timeout = Duration::from_millis(options.call_timeout_ms);
        Ok(Self { http, base, addresses: Arc::default(), waits: Arc::default(), host, call_timeout })
    }

    /// Calls any method with JSON parameters and gives the result as it came.
    ///
    /// # Errors
    /// See [`SendError`].
    pub async fn call<P: Serialize + Sync + ?Sized>(
        &self,
        method: &'static str,
        params: &P,
    ) -> Result<Box<RawValue>, SendError> {
        self.call_within(method, params, self.call_timeout).await
    }

    pub(crate) async fn call_within<P: Serialize + Sync + ?Sized>(
        &self,
        method: &'static str,
        params: &P,
        timeout: Duration,
    ) -> Result<Box<RawValue>, SendError> {
        let body = serde_json::to_vec(params).map_err(|error| SendError::BadContent {
            description: format!("no JSON can be made of it: {error}"),
        })?;
        self.post(method, body, "application/json", timeout).await
    }

    /// Posts a body of any kind.
    pub(crate) async fn post(
        &self,
        method: &'static str,
        body: Vec<u8>,
        content_type: &str,
        timeout: Duration,
    ) -> Result<Box<RawValue>, SendError> {
        self.refuse_in_wait(method)?;
        let began = Instant::now();
        let answer = self.posted(method, body, content_type, timeout).await;
        self.remember_wait(method, &answer);
        let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        match &answer {
            Ok(_) => tracing::trace!(method, took_ms, host = %self.host, "Bot API call"),
            Err(error) => tracing::debug!(method, took_ms, host = %self.host, %error, "Bot API call failed"),
        }
        answer
    }

    /// A method that Telegram asked to wait with is not called before: its wait is told again, without a call.
    fn refuse_in_wait(&self, method: &'static str) -> Result<(), SendError> {
        let mut waits = self.waits.lock();
        let Some(left) = waits.get(method).map(|until| until.saturating_duration_since(Instant::now()))
        else {
            return Ok(());
        };
        if left.is_zero() {
            waits.remove(method);
            return Ok(());
        }
        let seconds = i64::try_from(left.as_secs() + 1).unwrap_or(i64::MAX);
        Err(SendError::RetryAfter { seconds })
    }

    fn remember_wait<T>(&self, method: &'static str, answer: &Result<T, SendError>) {
        if let Err(SendError::RetryAfter { seconds }) = answer
            && !is_clocked(method)
        {
            let wait = Duration::from_secs(seconds.unsigned_abs().min(WAIT_S_MAX));
            self.waits.lock().insert(method, Instant::now() + wait);
        }
    }

    /// Where files are fetched.
    pub(crate) fn files_base(&self) -> SecretString {
        let base = self.base.expose_secret();
        // The token holds no slash: the last `/bot` begins it.
        let at = base.rfind("/bot").unwrap_or(0);
        SecretString::from(format!("{}/file{}", &base[..at], &base[at..]))
    }

    /// The bytes at an address, at most so many.
    pub(crate) async fn fetch(&self, address: &str, bytes_max: usize) -> Result<Vec<u8>, SendError> {
        self.refuse_in_wait(FETCH)?;
        let answer = self.fetched(address, bytes_max).await;
        self.remember_wait(FETCH, &answer);
        answer
    }

    async fn fetched(&self, address: &str, bytes_max: usize) -> Result<Vec<u8>, SendError> {
        let mut response =
            self.http.get(address).timeout(self.call_timeout).send().await.map_err(transport)?;
        let status = response.status().as_u16();
        if status == 429 {
            return Err(too_many(response).await);
        }
        if status != 200 {
            return Err(SendError::Refused {
                code: status,
                description: "the file cannot be fetched".into(),
            });
        }
        let mut bytes = Vec::new();
        while let Some(more) = response.chunk().await.map_err(transport)? {
            if bytes.len() + more.len() > bytes_max {
                return Err(SendError::Refused { code: 413, description: "the file is too large".into() });
            }
            bytes.extend_from_slice(&more);
        }
        Ok(bytes)
    }

    /// Where a method is called. There are as many as methods.
    fn address(&self, method: &'static str) -> Result<reqwest::Url, SendError> {
        if let Some(address) = self.addresses.lock().get(method) {
            return Ok(address.clone());
        }
        let address = reqwest::Url::parse(&format!("{}{method}", self.base.expose_secret()))
            .map_err(|error| SendError::NotSent { reason: format!("the address of {method}: {error}") })?;
        self.addresses.lock().insert(method, address.clone());
        Ok(address)
    }

    async fn posted(
        &self,
        method: &'static str,
        body: Vec<u8>,
        content_type: &str,
        timeout: Duration,
    ) -> Result<Box<RawValue>, SendError> {
        let request = self
            .http
            .post(self.address(method)?)
            .header(CONTENT_TYPE, content_type)
            .timeout(timeout)
            .body(body);
        let mut response = request.send().await.map_err(transport)?;
        let status = response.status().as_u16();
        let wait = retry_after_s(&response);
        let mut answer = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(bytes)) if answer.len() + bytes.len() <= BODY_BYTES_MAX => {
                    answer.extend_from_slice(&bytes)
                }
                Ok(None) => break,
                Ok(Some(_)) => {
                    return Err(SendError::Unknown {
                        reason: format!("an answer above {BODY_BYTES_MAX} bytes"),
                    });
                }
                // The answer's beginning said what became of the call, unless that was success.
                Err(error) if (200..300).contains(&status) => return Err(transport(error)),
                Err(_) => break,
            }
        }
        envelope::open(status, wait, &answer)
    }
}

/// How long the answer's header asks to wait.
fn retry_after_s(response: &reqwest::Response) -> Option<i64> {
    response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
}

/// What a 429 for a file says: a wait where it is in Telegram's own words, and nothing where a machine in between is
/// busy.
async fn too_many(mut response: reqwest::Response) -> SendError {
    let (status, wait) = (response.status().as_u16(), retry_after_s(&response));
    let mut told = Vec::new();
    while let Ok(Some(bytes)) = response.chunk().await {
        told.extend_from_slice(&bytes);
        if told.len() > REFUSAL_BYTES_MAX {
            break;
        }
    }
    match envelope::open(status, wait, &told) {
        Err(error) => error,
        Ok(_) => SendError::NotTelegram { status, wait_s: wait },
    }
}

/// Methods that go to one chat: whether the chat or the bot must wait is the sender's [`crate::Clock`] to find out.
fn is_clocked(method: &str) -> bool {
    method.starts_with("send")
        || method.starts_with("edit")
        || method.starts_with("delete") && method != "deleteWebhook"
}

fn http_client(tls: bool, options: Options) -> Result<reqwest::Client, reqwest::Error> {
    // Fails when another part of the program was faster, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder()
        .http1_only()
        .connect_timeout(Duration::from_millis(options.connect_timeout_ms))
        .pool_max_idle_per_host(options.calls_in_flight_max)
        .pool_idle_timeout(Duration::from_millis(POOL_IDLE_MS))
        // A call that went out twice is a message that arrives twice.
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .user_agent(concat!("muster/", env!("CARGO_PKG_VERSION")));
    // Without TLS no certificates are needed, and a machine may have none.
    let builder = if tls { builder } else { builder.tls_certs_only([]) };
    builder.build()
}

/// Only a failure to connect proves that nothing was sent; everything later may have come after the request was
/// written.
fn transport(error: reqwest::Error) -> SendError {
    // The address holds the token.
    let error = error.without_url();
    let reason = chain(&error);
    if error.is_connect() { SendError::NotSent { reason } } else { SendError::Unknown { reason } }
}

/// An error with its causes, each said once.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    text
}
