//! A load of HTTP requests: a fixed number of connections, each with one request under way. Requests are ready-made
//! bytes and answers are read no further than needed, so that little of what is measured is this.

use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Failure;

/// Requests to one server.
#[derive(Debug, Clone)]
pub(super) struct Load {
    pub address: SocketAddr,
    pub connections: usize,
    /// One after the other, and from the beginning again.
    pub requests: Arc<Vec<Vec<u8>>>,
    /// How many to make.
    pub total: usize,
    /// What an answer's status must be in.
    pub wanted: Range<u16>,
}

/// How a load went.
#[derive(Debug)]
pub(super) struct Driven {
    pub seconds: f64,
    pub total: usize,
    /// Of every request, rising.
    latencies_us: Vec<u32>,
}

impl Driven {
    pub fn per_second(&self) -> f64 {
        self.total as f64 / self.seconds
    }

    /// The latency that so many of a thousand requests did not exceed.
    pub fn latency_ms(&self, per_mille: usize) -> f64 {
        percentile(&self.latencies_us, per_mille) / 1_000.0
    }
}

/// The value of a rising list that so many of a thousand do not exceed; 0 of an empty one.
pub(super) fn percentile(rising: &[u32], per_mille: usize) -> f64 {
    let at = (rising.len() * per_mille / 1_000).min(rising.len().saturating_sub(1));
    rising.get(at).copied().map_or(0.0, f64::from)
}

/// A `POST` of JSON.
pub(super) fn post(path: &str, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A `GET`.
pub(super) fn get(path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n").into_bytes()
}

impl Load {
    /// Makes every request; all must be answered as wanted.
    pub async fn drive(self) -> Result<Driven, Failure> {
        let next = Arc::new(AtomicUsize::new(0));
        let mut lines = Vec::with_capacity(self.connections);
        for _ in 0..self.connections {
            lines.push(Connection::to(self.address).await?);
        }
        let total = self.total;
        let begun = Instant::now();
        let mut working = tokio::task::JoinSet::new();
        for line in lines {
            working.spawn(work(line, self.clone(), Arc::clone(&next)));
        }
        let mut latencies_us = Vec::with_capacity(total);
        while let Some(done) = working.join_next().await {
            latencies_us
                .extend(done.map_err(|error| Failure::new(format!("a connection failed: {error}")))??);
        }
        let seconds = begun.elapsed().as_secs_f64();
        latencies_us.sort_unstable();
        Ok(Driven { seconds, total, latencies_us })
    }
}

async fn work(mut line: Connection, load: Load, next: Arc<AtomicUsize>) -> Result<Vec<u32>, Failure> {
    let mut latencies_us = Vec::new();
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        if index >= load.total {
            return Ok(latencies_us);
        }
        let sent = Instant::now();
        let status = line.ask(&load.requests[index % load.requests.len()]).await?;
        if !load.wanted.contains(&status) {
            return Err(Failure::new(format!("request {index} was answered with {status}")));
        }
        latencies_us.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
}

/// One connection.
struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn to(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await.map_err(failed)?;
        stream.set_nodelay(true).map_err(failed)?;
        Ok(Self { stream, buffer: Vec::with_capacity(4_096) })
    }

    /// The status of the answer, which is read to its end.
    async fn ask(&mut self, request: &[u8]) -> Result<u16, Failure> {
        self.stream.write_all(request).await.map_err(failed)?;
        self.buffer.clear();
        let head = loop {
            self.more().await?;
            if let Some(at) = find(&self.buffer, b"\r\n\r\n") {
                break at + 4;
            }
        };
        let (status, length) = read_head(&self.buffer[..head])?;
        while self.buffer.len() < head + length {
            self.more().await?;
        }
        Ok(status)
    }

    async fn more(&mut self) -> Result<(), Failure> {
        match self.stream.read_buf(&mut self.buffer).await.map_err(failed)? {
            0 => Err(Failure::new("the server closed a connection")),
            _ => Ok(()),
        }
    }
}

fn failed(error: std::io::Error) -> Failure {
    Failure::new(format!("a connection failed: {error}"))
}

pub(super) fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// Status and length of the body.
fn read_head(head: &[u8]) -> Result<(u16, usize), Failure> {
    let text = String::from_utf8_lossy(head);
    let status = text.get(9..12).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| Failure::new(format!("no answer of HTTP: {text}")))?;
    Ok((status, content_length(&text).unwrap_or(0)))
}

/// What a head says about the length of its body.
pub(super) fn content_length(head: &str) -> Option<usize> {
    head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_rising_list() {
        let rising: Vec<u32> = (1..=1_000).collect();
        assert_eq!(
            (percentile(&rising, 500), percentile(&rising, 990), percentile(&[], 500)),
            (501.0, 991.0, 0.0)
        );
        assert_eq!(percentile(&rising, 1_000), 1_000.0);
    }

    #[tokio::test]
    async fn every_request_is_made_once_and_a_wrong_answer_fails_the_load() {
        let seen = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&seen);
        let app = axum::Router::new().route(
            "/yes",
            axum::routing::post(async move |body: String| {
                counted.fetch_add(1, Ordering::SeqCst);
                body.repeat(9_000)
            }),
        );
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let load = |path: &str| Load {
            address,
            connections: 7,
            requests: Arc::new(vec![post(path, "", "ab"), post(path, "x: y\r\n", "c")]),
            total: 101,
            wanted: 200..300,
        };
        let driven = load("/yes").drive().await.unwrap();
        assert_eq!((seen.load(Ordering::SeqCst), driven.latencies_us.len()), (101, 101));
        assert!(load("/no").drive().await.unwrap_err().to_string().contains("404"));
    }
}
