//! The sandbox over HTTP: the Bot API, the pages under `/sandbox`, and the phone.
//!
//! | path | what |
//! |---|---|
//! | `/bot<token>/<method>` | the Bot API |
//! | `/` | the phone |
//! | `GET /sandbox/state` | seed, speed, number of people |
//! | `GET /sandbox/people?search=&limit=&started=` | a JSON object a line for each person |
//! | `GET /sandbox/truth?id=` | what really happened, a JSON object a line for each who started |
//! | `GET /sandbox/people/{id}/chat` | the chat as the person sees it |
//! | `POST /sandbox/people/{id}/{act}` | `start {payload?}`, `write {text}`, `press {message_id, data}`, `follow {url, message_id?}`, `pay {currency, amount}` or `pay {message_id}` of an invoice, `block`, `unblock` |
//! | `POST /sandbox/people/{id}/send?kind=&name=&caption=` | sends the body's bytes as a `photo`, `document` or `video` |
//! | `GET /sandbox/files/{file_id}` | a file's bytes |
//! | `/file/bot<token>/<file_path>` | the same for the bot, by the path of `getFile` |
//! | `GET, POST, DELETE /sandbox/faults` | trouble on demand, see [`crate::Fault`] |
//!
//! Nothing here asks who is calling: it belongs on an address of this machine only.

mod bot_api;
mod clock;
mod data;
mod download;
mod errand;
mod faults;
mod people;
mod phone;
mod pusher;
mod socket;

pub use data::DataError;

use crate::world::World;
use axum::Router;
use axum::routing::{get, post};
use parking_lot::Mutex;
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};

/// A world that a server and others use together.
pub type SharedWorld = Arc<Mutex<World>>;

/// A running server: ends when its shutdown does, or with an error of the listener.
pub type Running = Pin<Box<dyn Future<Output = std::io::Result<()>> + Send>>;

/// How a world is served.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Port 0 takes any free one.
    pub listen: SocketAddr,
    /// Where ids and chats survive a restart; see [`World::open`].
    pub data_dir: Option<PathBuf>,
    /// Real requests are made for followed links and previews (only to this machine).
    pub follows_links: bool,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 0)), data_dir: None, follows_links: true }
    }
}

/// Serves a world.
pub struct Server;

/// What every request needs.
pub(crate) struct App {
    pub world: SharedWorld,
    /// `/bot<token>` as it stands in a path.
    pub token: String,
    /// Rises with every `getUpdates`: a waiting one that finds a newer one gives way.
    pub poll_number: AtomicU64,
    pub polls: Notify,
    /// The world's notice of new updates, without its lock.
    pub updates: Arc<Notify>,
}

/// How long requests may still run after the shutdown.
const CLOSING_MS: u64 = 500;

impl Server {
    /// Binds the address at once and returns it with the future that serves until `shutdown`
    /// ends; with a data folder the world is saved then.
    ///
    /// Dropping the future stops people's clock, but saves nothing.
    pub async fn bind(
        config: ServerConfig,
        world: SharedWorld,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<(SocketAddr, Running)> {
        let listener = TcpListener::bind(config.listen).await?;
        let address = listener.local_addr()?;
        let (token, updates) = {
            let world = world.lock();
            (world.config().token.clone(), world.update_notice())
        };
        let (poll_number, polls) = (AtomicU64::new(0), Notify::new());
        let app = Arc::new(App { world, token, poll_number, polls, updates });
        Ok((address, Box::pin(serve(config, listener, app, shutdown))))
    }
}

async fn serve(
    config: ServerConfig,
    listener: TcpListener,
    app: Arc<App>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (closing, closed) = watch::channel(false);
    let service = routes(app.clone()).into_make_service_with_connect_info::<socket::Connection>();
    let mut until_closed = closed.clone();
    let serving =
        axum::serve(socket::BreakableListener::new(listener), service).with_graceful_shutdown(async move {
            // An error means that the sender is gone, which is a shutdown too.
            let _gone = until_closed.wait_for(|closed| *closed).await;
        });
    let clock = clock::run(app.clone(), config.clone());
    let pushing = pusher::run(app.clone());
    let ending = async {
        shutdown.await;
        closing.send_replace(true);
        app.updates.notify_waiters();
        tokio::time::sleep(Duration::from_millis(CLOSING_MS)).await;
    };
    let ended = tokio::select! {
        ended = serving.into_future() => ended,
        () = clock => Ok(()),
        () = pushing => Ok(()),
        () = ending => Ok(()),
    };
    if let Some(dir) = &config.data_dir {
        app.world.lock().close(dir).map_err(std::io::Error::other)?;
    }
    ended
}

fn routes(app: Arc<App>) -> Router {
    Router::new()
        .route("/", get(phone::page))
        .route("/phone.css", get(phone::style))
        .route("/phone.js", get(phone::script))
        .route("/sandbox/state", get(people::state))
        .route("/sandbox/people", get(people::list))
        .route("/sandbox/truth", get(people::truth))
        .route("/sandbox/faults", get(faults::list).post(faults::order).delete(faults::clear))
        .route("/sandbox/people/{id}/chat", get(people::chat))
        .route("/sandbox/people/{id}/send", post(people::send))
        .route("/sandbox/people/{id}/{act}", post(people::act))
        .route("/sandbox/files/{id}", get(download::for_phone))
        .route("/file/{*path}", get(download::for_bot))
        .fallback(bot_api::call)
        .layer(axum::extract::DefaultBodyLimit::max(crate::limits::BODY_BYTES_MAX))
        .with_state(app)
}

/// The real clock, in unix milliseconds.
#[allow(clippy::disallowed_methods)] // the sandbox, which knows nothing of engine, takes its time here alone
pub(crate) fn real_now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
