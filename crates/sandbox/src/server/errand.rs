//! One real visit of a link, by a person's browser or Telegram's crawler. Plain HTTP to this
//! machine only; redirects are not followed.

use super::SharedWorld;
use crate::follow::Follow;
use crate::link;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

const TIMEOUT_S: u64 = 10;

/// Makes the visit and records the status; a visit that fails keeps none.
pub async fn run(world: SharedWorld, turns: Arc<Semaphore>, follow: Follow) {
    if !link::is_loopback(&follow.url) {
        return;
    }
    let Ok(_turn) = turns.acquire().await else { return };
    match tokio::time::timeout(Duration::from_secs(TIMEOUT_S), visited(&follow)).await {
        Ok(Ok((status, location))) => world.lock().record_follow(&follow, status, location.as_deref()),
        Ok(Err(error)) => tracing::debug!(%error, url = follow.url, "a link leads nowhere"),
        Err(_) => tracing::debug!(url = follow.url, "a link did not answer in time"),
    }
}

/// The status, and the address in `Location`.
async fn visited(follow: &Follow) -> std::io::Result<(u16, Option<String>)> {
    let bad = |what: &str| std::io::Error::new(std::io::ErrorKind::InvalidData, what.to_string());
    let rest = follow.url.strip_prefix("http://").ok_or_else(|| bad("not plain HTTP"))?;
    let (authority, path) = match rest.find(['/', '?', '#']) {
        Some(at) => (&rest[..at], rest[at..].split('#').next().unwrap_or("/")),
        None => (rest, "/"),
    };
    let host = authority.rsplit('@').next().unwrap_or_default();
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let address = if has_port { host.to_string() } else { format!("{host}:80") };
    let mut stream = TcpStream::connect(address).await?;
    let slash = if path.starts_with('/') { "" } else { "/" };
    let request = format!(
        "GET {slash}{} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {}\r\nAccept: text/html,*/*\r\n\
         Accept-Language: {}\r\nConnection: close\r\n\r\n",
        ascii(path),
        follow.user_agent,
        follow.language,
    );
    stream.write_all(request.as_bytes()).await?;
    let mut head = Vec::new();
    // The head is all that is needed; the rest is read so that the other side may finish.
    stream.take(64 * 1024).read_to_end(&mut head).await?;
    let status = head.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok());
    let status = status.and_then(|digits| digits.parse().ok()).ok_or_else(|| bad("not an HTTP answer"))?;
    Ok((status, location(&String::from_utf8_lossy(&head))))
}

fn location(answer: &str) -> Option<String> {
    let head = answer.lines().skip(1).take_while(|line| !line.is_empty());
    let mut fields = head.filter_map(|line| line.split_once(':'));
    let found = fields.find(|(name, _)| name.eq_ignore_ascii_case("location"));
    found.map(|(_, value)| value.trim().to_string())
}

/// The path with everything that is not ASCII in percent signs.
fn ascii(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for b in path.bytes() {
        if b.is_ascii_graphic() {
            out.push(char::from(b));
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}
