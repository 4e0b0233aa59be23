//! A Bot API that accepts everything at once and has no limits, so that what is measured is the sender. It reads each
//! request to its end and no closer than needed. It runs as a process of its own, which keeps its processor time apart.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use clap::Args;
use parking_lot::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;

use super::load::{content_length, find};
use super::process::Process;
use crate::Failure;

/// How the stub answers.
#[derive(Debug, Clone, Args)]
pub struct StubArguments {
    /// Milliseconds that each call takes.
    #[arg(long, default_value_t = 0)]
    delay_ms: u64,
}

/// What the stub saw.
#[derive(Debug, Default)]
pub(super) struct Seen {
    messages: AtomicI64,
    in_flight: AtomicUsize,
    in_flight_max: AtomicUsize,
    /// The last body of `setWebhook`'s address, since the server asks for it.
    webhook: Mutex<String>,
}

/// Runs the stub until the process is killed, and prints its address.
#[allow(clippy::print_stdout)] // the result
pub async fn run(arguments: &StubArguments) -> Result<(), Failure> {
    let listener = crate::assembly::bind((Ipv4Addr::LOCALHOST, 0).into()).await?;
    let address = listener.local_addr().map_err(failed)?;
    println!("{address}");
    serve(listener, Arc::new(Seen::default()), Duration::from_millis(arguments.delay_ms)).await;
    Ok(())
}

/// Starts the stub as a process.
pub(super) async fn start(delay_ms: u64) -> Result<(Process, SocketAddr), Failure> {
    let own = std::env::current_exe().map_err(failed)?;
    let mut command = Command::new(own);
    command.args(["bench", "stub", "--delay-ms", &delay_ms.to_string()]);
    let mut process = Process::start(command)?;
    let address = process.address().await?;
    Ok((process, address))
}

/// What a stub of another process saw.
pub(super) async fn seen(address: SocketAddr) -> Result<serde_json::Value, Failure> {
    let mut stream = TcpStream::connect(address).await.map_err(failed)?;
    stream.write_all(b"GET /seen HTTP/1.1\r\nhost: localhost\r\n\r\n").await.map_err(failed)?;
    let mut buffer = Vec::new();
    let none = || Failure::new("the stub does not say what it saw");
    let head = read_request(&mut stream, &mut buffer).await.ok_or_else(none)?;
    serde_json::from_slice(&buffer[head..]).map_err(|_| none())
}

/// Serves in this process, until dropped with the runtime.
pub(super) async fn serve_here(seen: Arc<Seen>) -> Result<SocketAddr, Failure> {
    let listener = crate::assembly::bind((Ipv4Addr::LOCALHOST, 0).into()).await?;
    let address = listener.local_addr().map_err(failed)?;
    tokio::spawn(serve(listener, seen, Duration::ZERO));
    Ok(address)
}

fn failed(error: std::io::Error) -> Failure {
    Failure::new(format!("the stub failed: {error}"))
}

async fn serve(listener: TcpListener, seen: Arc<Seen>, delay: Duration) {
    while let Ok((stream, _)) = listener.accept().await {
        // Without it answers would wait for acknowledgements; a stream that refuses is slower, and no worse.
        let _ = stream.set_nodelay(true);
        tokio::spawn(answer_all(stream, Arc::clone(&seen), delay));
    }
}

async fn answer_all(mut stream: TcpStream, seen: Arc<Seen>, delay: Duration) {
    let mut buffer = Vec::with_capacity(8_192);
    while let Some(head) = read_request(&mut stream, &mut buffer).await {
        let path = String::from_utf8_lossy(&buffer[..head]);
        let method =
            path.split_whitespace().nth(1).and_then(|path| path.rsplit('/').next()).unwrap_or_default();
        let in_flight = seen.in_flight.fetch_add(1, Ordering::Relaxed) + 1;
        if method == "sendMessage" {
            seen.in_flight_max.fetch_max(in_flight, Ordering::Relaxed);
        }
        let body = seen.answer(method, &buffer[head..]);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        seen.in_flight.fetch_sub(1, Ordering::Relaxed);
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
        buffer.clear();
    }
}

/// Reads one request; where its body begins. `None` at the end of the connection.
async fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<usize> {
    let mut more = async |buffer: &mut Vec<u8>| stream.read_buf(buffer).await.ok().filter(|read| *read > 0);
    let head = loop {
        if let Some(at) = find(buffer, b"\r\n\r\n") {
            break at + 4;
        }
        more(buffer).await?;
    };
    let text = String::from_utf8_lossy(&buffer[..head]).into_owned();
    match content_length(&text) {
        Some(length) => {
            while buffer.len() < head + length {
                more(buffer).await?;
            }
        }
        None if text.to_ascii_lowercase().contains("transfer-encoding: chunked") => {
            while !buffer.ends_with(b"\r\n0\r\n\r\n") {
                more(buffer).await?;
            }
        }
        None => {}
    }
    Some(head)
}

impl Seen {
    fn answer(&self, method: &str, body: &[u8]) -> String {
        let id = match method {
            "sendMessage" => self.messages.fetch_add(1, Ordering::Relaxed) + 1,
            _ => 0,
        };
        match method {
            "sendMessage" => {
                format!(
                    r#"{{"ok":true,"result":{{"message_id":{id},"date":1790000000,"text":"…","chat":{{"id":1,"type":"private","first_name":"P"}},"from":{{"id":42,"is_bot":true,"first_name":"Bench"}}}}}}"#
                )
            }
            "getMe" => {
                r#"{"ok":true,"result":{"id":42,"is_bot":true,"first_name":"Bench","username":"bench_bot"}}"#
                    .into()
            }
            "getUpdates" => r#"{"ok":true,"result":[]}"#.into(),
            "setWebhook" => {
                let asked: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
                *self.webhook.lock() = asked["url"].as_str().unwrap_or_default().to_owned();
                r#"{"ok":true,"result":true}"#.into()
            }
            "getWebhookInfo" => {
                let url = serde_json::Value::from(self.webhook.lock().clone());
                format!(
                    r#"{{"ok":true,"result":{{"url":{url},"has_custom_certificate":false,"pending_update_count":0}}}}"#
                )
            }
            "seen" => {
                let (messages, most) =
                    (self.messages.load(Ordering::Relaxed), self.in_flight_max.load(Ordering::Relaxed));
                format!(r#"{{"messages":{messages},"in_flight_max":{most}}}"#)
            }
            _ => r#"{"ok":true,"result":true}"#.into(),
        }
    }
}
