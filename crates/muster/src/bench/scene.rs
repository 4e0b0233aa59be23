//! A running server with one bot, as `muster serve` runs it, in a folder of its own.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::ids::{BotId, WorkspaceId};
use engine::clock::SystemClock;
use engine::fleet::{Fleet, FleetOptions, WEBHOOK_LOOK_EVERY, webhook_of};
use engine::nodes::ThisNode;
use store::{Synchronous, bots};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{folder_in, load};
use crate::Failure;
use crate::assembly::{Muster, Plan, Visitors, bind};

/// The token of the bot that the stub answers for.
pub(super) const TOKEN: &str = "42:bench";
/// Above any limit that the API lets an owner set: the bot's clock keeps none (`engine::rates`). It is written into the
/// database by hand, since no bot that talks to Telegram may have it.
const UNLIMITED_PER_SECOND: i64 = 1_000_000;
/// How long the bot may take to run.
const START_MAX: Duration = Duration::from_secs(10);

/// A folder with a workspace and a bot in it, whose server is not running.
pub(super) struct Ground {
    pub folder: TempDir,
    pub muster: Muster,
    pub workspace: WorkspaceId,
    pub bot: BotId,
    listener: tokio::net::TcpListener,
}

impl Ground {
    /// Makes the folder, the database (every commit waits for the disk) and the bot.
    pub async fn make(place: &Path, api_url: &str, in_flight_max: usize) -> Result<Self, Failure> {
        let folder = folder_in(place)?;
        let listener = bind((Ipv4Addr::LOCALHOST, 0).into()).await?;
        let public_url = format!("http://{}", address_of(&listener)?);
        let plan = Plan {
            data_dir: folder.path(),
            postgres_url: None,
            api_url,
            public_url: &public_url,
            webhook: true,
            node: ThisNode::with_all_roles("bench"),
            synchronous: Synchronous::Full,
            visitors: Visitors::default(),
        };
        let mut muster = Muster::assemble(&plan, Arc::new(SystemClock))?;
        muster.fleet = Fleet::new(
            muster.store.clone(),
            muster.secrets.clone(),
            Arc::clone(&muster.clock),
            muster.intake.clone(),
            muster.people.clone(),
            FleetOptions {
                in_flight_max,
                webhook_look_every: Some(WEBHOOK_LOOK_EVERY),
                ..FleetOptions::new(muster.node.clone(), api_url, &public_url)
            },
        );
        let workspace = muster.rooms.team.ensure_workspace().await?;
        let sealed = muster.secrets.seal(TOKEN)?;
        let now = muster.clock.now();
        let insert = muster.store.write(move |tx| {
            let new = bots::NewBot {
                telegram_id: 42,
                username: "bench_bot",
                name: "Bench",
                token_sealed: &sealed,
                bulk_per_second: Some(UNLIMITED_PER_SECOND),
                now,
            };
            bots::insert(tx, workspace, &new)
        });
        let bot = insert.await?;
        Ok(Self { folder, muster, workspace, bot, listener })
    }

    /// Closes the database; the folder stays until it is dropped.
    pub async fn close(self) -> TempDir {
        let Self { folder, muster, .. } = self;
        let store = muster.store.clone();
        drop(muster);
        store.close().await;
        folder
    }

    /// Runs the server, and waits until its bot is asked to push.
    pub async fn run(self) -> Result<Scene, Failure> {
        let Self { folder, muster, workspace, bot, listener } = self;
        let address = address_of(&listener)?;
        let stop = CancellationToken::new();
        let running = tokio::spawn(muster.clone().run(listener, None, stop.clone()));
        let scene = Scene { folder, muster, workspace, bot, address, stop, running };
        let deadline = tokio::time::Instant::now() + START_MAX;
        loop {
            let row = scene.muster.store.reader().read(move |tx| bots::of(tx, bot)).await?;
            if row.is_some_and(|row| row.intake == domain::bot::Intake::Webhook) {
                return Ok(scene);
            }
            if tokio::time::Instant::now() > deadline {
                return Err(Failure::new("the bot does not run; is the stub there?"));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

fn address_of(listener: &tokio::net::TcpListener) -> Result<SocketAddr, Failure> {
    listener.local_addr().map_err(|error| Failure::new(format!("no address: {error}")))
}

/// A running server.
pub(super) struct Scene {
    folder: TempDir,
    pub muster: Muster,
    pub workspace: WorkspaceId,
    pub bot: BotId,
    pub address: SocketAddr,
    stop: CancellationToken,
    running: JoinHandle<Result<(), Failure>>,
}

impl Scene {
    /// A request that pushes an update.
    pub fn push(&self, update: &str) -> Vec<u8> {
        let (name, secret) = webhook_of(&self.muster.secrets, self.bot);
        let header = format!("x-telegram-bot-api-secret-token: {secret}\r\n");
        load::post(&format!("/telegram/{name}"), &header, update)
    }

    /// Stops the server; the folder stays until it is dropped.
    pub async fn close(self) -> Result<TempDir, Failure> {
        let Self { folder, muster, stop, running, .. } = self;
        // The database is closed once nobody holds it.
        drop(muster);
        stop.cancel();
        running.await.map_err(|error| Failure::new(format!("the server failed: {error}")))??;
        Ok(folder)
    }
}
