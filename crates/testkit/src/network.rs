//! The way between two processes, such as Muster and the Bot API: slow in both directions, cut and held up on demand.
//!
//! A call that was written and a call that was executed are different moments here, as they are in the world: a
//! server that is killed between them leaves a message that arrives all the same.

use std::net::SocketAddr;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
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

/// Where connections lead.
#[derive(Debug, Clone)]
enum Upstream {
    /// Each connection to the next of these.
    InTurn(Arc<[SocketAddr]>, Arc<AtomicUsize>),
    /// A socket in the file system.
    Socket(PathBuf),
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Upstream {
    async fn connect(&self) -> std::io::Result<Box<dyn Stream>> {
        match self {
            Self::InTurn(all, turn) => {
                let turn = turn.fetch_add(1, Ordering::Relaxed);
                let stream = TcpStream::connect(all[turn % all.len()]).await?;
                // Without this the pieces of a call would wait for each other.
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
            Self::Socket(path) => Ok(Box::new(UnixStream::connect(path).await?)),
        }
    }
}

/// A listener that hands everything on.
pub struct Network {
    pub address: SocketAddr,
    way: Way,
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
        Self::in_turn(vec![upstream], delays).await
    }

    /// The same, each connection to the next of several.
    ///
    /// # Panics
    /// This machine gives no port.
    pub async fn in_turn(upstream: Vec<SocketAddr>, delays: Delays) -> Self {
        Self::open(Upstream::InTurn(upstream.into(), Arc::default()), delays).await
    }

    /// The same, to a socket in the file system.
    ///
    /// # Panics
    /// This machine gives no port.
    pub async fn to_socket(path: PathBuf) -> Self {
        Self::open(Upstream::Socket(path), Delays::none()).await
    }

    async fn open(upstream: Upstream, delays: Delays) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound address");
        let open = CancellationToken::new();
        let way = Way { upstream, delays, is_held: watch::Sender::new(false) };
        let accepting = tokio::spawn(accept(listener, way.clone(), open.clone()));
        Self { address, way, open, accepting }
    }

    /// Lets nothing through any more, in either direction, and tells nobody: as when a cable is pulled.
    pub fn hold_up(&self) {
        self.way.is_held.send_replace(true);
    }

    /// Lets through what was held up, and everything after it.
    pub fn let_go(&self) {
        self.way.is_held.send_replace(false);
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
        self.accepting = tokio::spawn(accept(listener, self.way.clone(), self.open.clone()));
    }
}

/// What a connection goes through.
#[derive(Debug, Clone)]
struct Way {
    upstream: Upstream,
    delays: Delays,
    is_held: watch::Sender<bool>,
}

async fn accept(listener: TcpListener, way: Way, open: CancellationToken) {
    loop {
        tokio::select! {
            () = open.cancelled() => return,
            accepted = listener.accept() => {
                let Ok((client, _)) = accepted else { return };
                tokio::spawn(carried(client, way.clone(), open.clone()));
            }
        }
    }
}

async fn carried(client: TcpStream, way: Way, until: CancellationToken) {
    let Ok(server) = way.upstream.connect().await else { return };
    // As above; a connection that is gone already shows soon enough.
    let _ = client.set_nodelay(true);
    let (client_read, client_write) = client.into_split();
    let (server_read, server_write) = tokio::io::split(server);
    let held = || way.is_held.subscribe();
    // The request goes on even when the client is gone: what was written is under way.
    let request = tokio::spawn(pass(client_read, server_write, way.delays.request_ms.clone(), held()));
    let answer = pass(server_read, client_write, way.delays.answer_ms.clone(), held());
    tokio::select! {
        () = answer => {}
        () = until.cancelled() => request.abort(),
    }
}

async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    delay_ms: Range<u64>,
    mut is_held: watch::Receiver<bool>,
) {
    let mut chunk = vec![0; CHUNK_BYTES];
    while let Ok(length @ 1..) = from.read(&mut chunk).await {
        let delay_ms = within(&delay_ms);
        if delay_ms > 0 {
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
        }
        // The sender lives as long as the listener does.
        let _ = is_held.wait_for(|held| !held).await;
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
