//! The way between Muster and the Bot API: slow in both directions, and cut on demand.
//!
//! A call that was written and a call that was executed are different moments here, as they are in the world: a
//! server that is killed between them leaves a message that arrives all the same.

use std::net::SocketAddr;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// What one direction of a connection carries at once.
const CHUNK_BYTES: usize = 64 * 1024;

/// How long each piece of a request and of an answer is under way.
#[derive(Debug, Clone)]
pub struct Delays {
    pub request_ms: Range<u64>,
    pub answer_ms: Range<u64>,
}

impl Delays {
    /// No delay at all.
    pub fn none() -> Self {
        Self { request_ms: 0..1, answer_ms: 0..1 }
    }
}

/// A listener that hands everything on.
pub struct Network {
    pub address: SocketAddr,
    upstream: SocketAddr,
    delays: Delays,
    /// Ends the listener and every connection.
    open: CancellationToken,
    accepting: JoinHandle<()>,
}

impl Drop for Network {
    fn drop(&mut self) {
        self.open.cancel();
    }
}

impl Network {
    /// Listens on a port of its own and hands on to `upstream`.
    ///
    /// # Panics
    /// This machine gives no port.
    pub async fn to(upstream: SocketAddr, delays: Delays) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound address");
        let open = CancellationToken::new();
        let accepting = tokio::spawn(accept(listener, upstream, delays.clone(), open.clone()));
        Self { address, upstream, delays, open, accepting }
    }

    /// Where Muster finds the Bot API.
    pub fn api_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Breaks every connection, and refuses new ones.
    pub async fn cut(&mut self) {
        self.open.cancel();
        // The port is free once the listener is gone; a listener that panicked is gone too.
        let _ = (&mut self.accepting).await;
    }

    /// Lets connections through again, at the same address.
    ///
    /// # Panics
    /// Somebody else took the port meanwhile.
    pub async fn mend(&mut self) {
        let listener = TcpListener::bind(self.address).await.expect("the port that was ours");
        self.open = CancellationToken::new();
        let accepting = accept(listener, self.upstream, self.delays.clone(), self.open.clone());
        self.accepting = tokio::spawn(accepting);
    }
}

async fn accept(listener: TcpListener, upstream: SocketAddr, delays: Delays, open: CancellationToken) {
    loop {
        tokio::select! {
            () = open.cancelled() => return,
            accepted = listener.accept() => {
                let Ok((client, _)) = accepted else { return };
                tokio::spawn(carried(client, upstream, delays.clone(), open.clone()));
            }
        }
    }
}

async fn carried(client: TcpStream, upstream: SocketAddr, delays: Delays, until: CancellationToken) {
    let Ok(server) = TcpStream::connect(upstream).await else { return };
    // Without this the pieces of a call would wait for each other.
    let (_, _) = (client.set_nodelay(true), server.set_nodelay(true));
    let (client_read, client_write) = client.into_split();
    let (server_read, server_write) = server.into_split();
    // The request goes on even when the client is gone: what was written is under way.
    let request = tokio::spawn(pass(client_read, server_write, delays.request_ms));
    let answer = pass(server_read, client_write, delays.answer_ms);
    tokio::select! {
        () = answer => {}
        () = until.cancelled() => request.abort(),
    }
}

async fn pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, delay_ms: Range<u64>) {
    let mut chunk = vec![0; CHUNK_BYTES];
    while let Ok(length @ 1..) = from.read(&mut chunk).await {
        let delay_ms = within(&delay_ms);
        if delay_ms > 0 {
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
        }
        if to.write_all(&chunk[..length]).await.is_err() {
            break;
        }
    }
    // The other side may be gone already.
    let _ = to.shutdown().await;
}

/// Spread over the range, whatever the caller.
fn within(range: &Range<u64>) -> u64 {
    static TURN: AtomicU64 = AtomicU64::new(0);
    let turn = TURN.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
    range.start + (turn >> 33) % (range.end - range.start).max(1)
}
