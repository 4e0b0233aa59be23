//! The real app with a data folder of its own, against a sandbox in the same process.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use domain::ids::BotId;
use engine::clock::SystemClock;
use engine::nodes::ThisNode;
use muster::Failure;
use muster::assembly::{Muster, Plan, Visitors, bind};
use sandbox::WorldConfig;
use serde_json::{Value, json};
use store::StoreOptions;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::stored::{self, Stored};
use crate::{Api, Delays, Network, Rehearsal, leases, until};

/// Messages a second, so that a test does not wait for Telegram's pace.
const BULK_PER_SECOND: i64 = 1_000;

/// A running server, its bot, and the people who write to it.
///
/// **No** test ends before [`TestApp::finish`] found that nothing is left leased.
pub struct TestApp {
    pub api: Api,
    pub bot: i64,
    pub sandbox: Rehearsal,
    /// Between the server and the sandbox.
    pub network: Network,
    folder: Option<TempDir>,
    postgres_url: Option<String>,
    stop: CancellationToken,
    running: Option<JoinHandle<Result<(), Failure>>>,
}

impl TestApp {
    /// Starts the server and connects its bot through the API.
    ///
    /// # Panics
    /// Something does not start.
    pub async fn start(world: WorldConfig) -> Self {
        Self::start_on(world, None).await
    }

    /// As [`TestApp::start`], on a PostgreSQL database where one is given.
    ///
    /// # Panics
    /// Something does not start.
    pub async fn start_on(world: WorldConfig, postgres_url: Option<String>) -> Self {
        Self::start_with(world, postgres_url, false).await
    }

    /// The same, with updates pushed to the server.
    ///
    /// # Panics
    /// Something does not start.
    pub async fn start_pushed(world: WorldConfig) -> Self {
        Self::start_with(world, None, true).await
    }

    async fn start_with(world: WorldConfig, postgres_url: Option<String>, webhook: bool) -> Self {
        let sandbox = Rehearsal::serve(world).await;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let listener = bind((Ipv4Addr::LOCALHOST, 0).into()).await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("a bound address"));
        let network = Network::to(sandbox.address, Delays::none()).await;
        let api_url = network.api_url();
        let plan = Plan {
            data_dir: folder.path(),
            postgres_url: postgres_url.as_deref(),
            api_url: &api_url,
            public_url: &base,
            webhook,
            node: ThisNode::with_all_roles("tests"),
            synchronous: store::Synchronous::Full,
            visitors: Visitors::default(),
        };
        let muster = Muster::assemble(&plan, Arc::new(SystemClock)).expect("an empty folder");
        let workspace = muster.rooms.team.ensure_workspace().await.expect("a workspace");
        let token = muster.rooms.team.create_token(workspace, "tests").await.expect("a token");
        let stop = CancellationToken::new();
        let running = Some(tokio::spawn(muster.run(listener, None, stop.clone())));
        let api = Api::new(base, token.token);
        let new = json!({"token": sandbox.token, "bulk_per_second": BULK_PER_SECOND});
        let bot = api.post("/bots", new).await["id"].as_i64().expect("a bot's id");
        Self { api, bot, sandbox, network, folder: Some(folder), postgres_url, stop, running }
    }

    /// The contact of a person.
    ///
    /// # Panics
    /// The person is not known yet.
    pub async fn contact(&self, telegram_id: i64) -> Value {
        self.try_contact(telegram_id).await.expect("a known person")
    }

    /// The contact of a person, once known.
    pub async fn try_contact(&self, telegram_id: i64) -> Option<Value> {
        let found = self.api.get(&format!("/contacts?bot_id={}&q={telegram_id}", self.bot)).await;
        let items = found["items"].as_array()?;
        items.iter().find(|item| item["telegram_id"] == telegram_id).cloned()
    }

    /// Waits until a campaign stands so; the campaign.
    pub async fn campaign_at(&self, id: i64, status: &str, reason: Option<&str>) -> Value {
        let what = format!("campaign {id} at {status} {reason:?}");
        let look = async || {
            let campaign = self.api.get(&format!("/campaigns/{id}")).await;
            let there = campaign["status"] == status && campaign["pause_reason"].as_str() == reason;
            there.then_some(campaign)
        };
        until(&what, 60, look).await.0
    }

    /// The data folder.
    ///
    /// # Panics
    /// The test is over.
    pub fn folder(&self) -> &Path {
        self.folder.as_ref().expect("finished once").path()
    }

    /// Stops the server, and looks into what it left behind.
    ///
    /// # Panics
    /// The server failed, or something is left leased.
    pub async fn finish(mut self) -> Stored {
        self.stop.cancel();
        let running = self.running.take().expect("finished once");
        running.await.expect("a server that does not panic").expect("a server that ends well");
        let folder = self.folder.take().expect("finished once");
        let postgres_url = self.postgres_url.take();
        let options = StoreOptions { postgres_url, ..StoreOptions::new(folder.path()) };
        let left = leases::left(&options).await;
        assert_eq!(left, (0, 0), "rows left leased in outbox and ledger");
        stored::of(&options, BotId(self.bot)).await
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.stop.cancel();
        let finished = self.running.is_none() || std::thread::panicking();
        assert!(finished, "a test ends with finish(), so that what it leaves behind is looked at");
    }
}
