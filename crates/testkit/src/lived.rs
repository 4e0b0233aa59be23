//! Days in seconds: the real intake, flows, couriers, clicks and API on a clock that is moved by hand, with the
//! sandbox's people living beside them.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use domain::campaign::Status;
use domain::expression::{Expression, Resolved, resolve};
use domain::ids::{BotId, CampaignId, WorkspaceId};
use domain::time::Millis;
use engine::EngineError;
use engine::catalog::{self, WorkspaceCatalog};
use engine::clock::{Clock, ManualClock};
use engine::delivery::Courier;
use engine::facts::RowFacts;
use engine::intake::{Arrived, Taken};
use engine::live::Live;
use engine::nodes::ThisNode;
use engine::people::People;
use engine::segments::Segments;
use muster::assembly::{Muster, Plan, Visitors, bind};
use muster::demo::{Demo, DemoArguments, Direct, Replay};
use parking_lot::Mutex;
use sandbox::{SharedWorld, TimedUpdate, World, WorldConfig};
use serde_json::{Value, json};
use store::bots::{self, NewBot};
use store::contacts;
use telegram::{Rate, Received};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{Api, Mishaps};

/// Between two looks at a campaign that goes out.
const SENDING_STEP_MS: i64 = 1_000;
/// Messages a second of a campaign.
const BULK_PER_SECOND: u32 = 30;

/// A server in virtual time. Its API is served on a port; its bot calls the sandbox without a network.
pub struct Lived {
    pub api: Api,
    pub bot: i64,
    pub world: SharedWorld,
    pub mishaps: Arc<Mishaps>,
    muster: Muster,
    clock: Arc<ManualClock>,
    workspace: WorkspaceId,
    courier: Courier,
    stop: CancellationToken,
    folder: TempDir,
}

impl Drop for Lived {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Lived {
    /// A server and a bot at the moment when the world begins.
    ///
    /// # Panics
    /// Something does not start.
    pub async fn begin(config: WorldConfig) -> Self {
        Self::begin_on(config, None).await
    }

    /// The same on a PostgreSQL database where one is given.
    ///
    /// # Panics
    /// Something does not start.
    pub async fn begin_on(config: WorldConfig, postgres_url: Option<&str>) -> Self {
        let now = config.start_ms;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let clock = Arc::new(ManualClock::new(now));
        let listener = bind((Ipv4Addr::LOCALHOST, 0).into()).await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("a bound address"));
        let plan = Plan {
            data_dir: folder.path(),
            postgres_url,
            // Never called: every message goes through `mishaps`.
            api_url: "http://127.0.0.1:9",
            public_url: &base,
            webhook: false,
            node: ThisNode::with_all_roles("tests"),
            synchronous: store::Synchronous::Normal,
            visitors: Visitors::default(),
        };
        let muster = Muster::assemble(&plan, Arc::clone(&clock) as Arc<dyn Clock>).expect("an empty folder");
        let workspace = muster.rooms.team.ensure_workspace().await.expect("a workspace");
        let bot = add_bot(&muster, workspace, &config).await;
        let world: SharedWorld = Arc::new(Mutex::new(World::new(config)));
        Self::over(muster, world, clock, (workspace, bot), listener, folder).await
    }

    /// The demo with its three months, which end at a moment; from there on people live as the test says.
    ///
    /// # Panics
    /// Something does not start.
    pub async fn in_demo(people: u32, now: Millis) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let listener = bind((Ipv4Addr::LOCALHOST, 0).into()).await.expect("a free port");
        let port = listener.local_addr().expect("a bound address").port();
        // The sandbox is asked without a network, so that its port is never bound.
        let arguments = DemoArguments { people, seed: 7, speed: 1.0, port, sandbox_port: 9 };
        let demo = Demo::at(now, &arguments, folder.path()).await.expect("an empty folder");
        let workspace = demo.signed_in.0;
        let bots = demo.muster.store.reader().read(move |tx| bots::list(tx, workspace)).await;
        let bot = bots.expect("a database that works").first().expect("the demo's bot").id;
        Self::over(demo.muster, demo.world, demo.clock, (workspace, bot), listener, folder).await
    }

    async fn over(
        muster: Muster,
        world: SharedWorld,
        clock: Arc<ManualClock>,
        (workspace, bot): (WorkspaceId, BotId),
        listener: TcpListener,
        folder: TempDir,
    ) -> Self {
        let base = format!("http://{}", listener.local_addr().expect("a bound address"));
        let token = muster.rooms.team.create_token(workspace, "tests").await.expect("a token");
        let direct = Direct { world: Arc::clone(&world), clock: Arc::clone(&clock) as Arc<dyn Clock> };
        let mishaps = Arc::new(Mishaps::before(direct));
        let replay = Replay::new(&muster, &world, &clock, (workspace, bot), mishaps.clone());
        let courier = replay.courier(Rate::Unlimited).await.expect("a bot that nobody else sends for");
        let stop = CancellationToken::new();
        let service = muster.router(None).into_make_service_with_connect_info::<SocketAddr>();
        let serving = axum::serve(listener, service).with_graceful_shutdown(stop.clone().cancelled_owned());
        tokio::spawn(serving.into_future());
        let api = Api::new(base, token.token);
        Self { api, bot: bot.0, world, mishaps, muster, clock, workspace, courier, stop, folder }
    }

    /// The moment at which the clock stands.
    pub fn now(&self) -> Millis {
        self.clock.now()
    }

    /// Lets everyone live for a while; the bot answers after each step.
    ///
    /// # Panics
    /// The database failed.
    pub async fn live(&mut self, for_ms: i64, step_ms: i64) {
        let until = self.now() + for_ms;
        while self.now() < until {
            self.step((self.now() + step_ms).min(until)).await;
        }
    }

    async fn step(&mut self, now: Millis) {
        let ids = (self.workspace, BotId(self.bot));
        let replay = Replay::new(&self.muster, &self.world, &self.clock, ids, self.mishaps.clone());
        replay.live_until(now, &mut self.courier).await.expect("a database that works");
        // A step in which nobody acted still sends what waits.
        self.courier.drain().await.expect("a database that works");
    }

    /// Moves the clock, and lets nobody act.
    pub fn pass(&self, for_ms: i64) {
        self.clock.set(self.now() + for_ms);
    }

    /// Takes updates in, as one batch.
    ///
    /// # Panics
    /// One cannot be read, or the database failed.
    pub async fn take(&self, updates: &[TimedUpdate]) -> Taken {
        let arrived = updates.iter().map(|timed| {
            let received = Received::parse(&timed.update.to_string()).expect("an update");
            Arrived { received, at: timed.at_ms }
        });
        self.muster
            .intake
            .take(BotId(self.bot), arrived.collect(), None)
            .await
            .expect("a database that works")
    }

    /// Blanks what the workspace does not keep any more, as the running server does every hour. Returns how many rows.
    ///
    /// # Panics
    /// The database failed.
    pub async fn keep(&self) -> usize {
        self.muster.rooms.retention.keep_once().await.expect("a database that works")
    }

    /// How many match an expression by an index that is built anew from the database, as after a restart.
    ///
    /// # Panics
    /// The expression is not valid, or the database failed.
    pub async fn count_anew(&self, expression: &serde_json::Value) -> u64 {
        let people = People::new(self.muster.store.reader().clone(), Live::default());
        let segments = Segments::new(self.muster.store.clone(), Arc::clone(&self.muster.clock), people);
        let wanted = (self.workspace, BotId(self.bot));
        let found = segments.preview(wanted.0, wanted.1, expression.clone(), None).await;
        found.expect("a valid expression").count
    }

    /// The numbers of those who match each expression, by the index that lived through everything so far.
    ///
    /// # Panics
    /// An expression is not valid, or the database failed.
    pub async fn by_living_index(&self, expressions: &[Value]) -> Vec<Vec<u32>> {
        self.by_index(&self.muster.people, expressions).await
    }

    /// The same by an index that is built anew from the database, as after a restart.
    ///
    /// # Panics
    /// As [`Lived::by_living_index`].
    pub async fn by_rebuilt_index(&self, expressions: &[Value]) -> Vec<Vec<u32>> {
        self.by_index(&People::new(self.muster.store.reader().clone(), Live::default()), expressions).await
    }

    async fn by_index(&self, people: &People, expressions: &[Value]) -> Vec<Vec<u32>> {
        let now = self.now();
        let resolved = self.resolved(expressions).await;
        let snapshot = people.latest(BotId(self.bot)).await.expect("a database that works");
        resolved.iter().map(|one| snapshot.index.set(one, now).into_iter().collect()).collect()
    }

    /// The same by the evaluator of one person, who is asked of everybody: what flows and "why" go by.
    ///
    /// # Panics
    /// As [`Lived::by_living_index`].
    pub async fn by_each_alone(&self, expressions: &[Value]) -> Vec<Vec<u32>> {
        let (workspace, bot, now) = (self.workspace, BotId(self.bot), self.now());
        let resolved = self.resolved(expressions).await;
        let read = self.muster.store.reader().read(move |tx| {
            let zone = catalog::zone_of(tx, workspace)?;
            let mut numbers = Vec::new();
            contacts::each(tx, bot, |contact| {
                numbers.extend((!contact.erased).then_some(contact.number));
                Ok(true)
            })?;
            let mut found = vec![Vec::new(); resolved.len()];
            for number in numbers {
                let person = RowFacts::load(tx, bot, number)?;
                for (one, found) in resolved.iter().zip(&mut found) {
                    if person.matches(one, now, zone)? {
                        found.push(number.0);
                    }
                }
            }
            Ok::<_, EngineError>(found)
        });
        read.await.expect("a database that works")
    }

    async fn resolved(&self, expressions: &[Value]) -> Vec<Resolved> {
        let (workspace, bot) = (self.workspace, BotId(self.bot));
        let read = self.muster.store.reader().read(move |tx| WorkspaceCatalog::load(tx, workspace, bot));
        let catalog = read.await.expect("a database that works");
        let resolved = |written: &Value| {
            let expression = Expression::parse(written).expect("a valid expression");
            resolve(&expression, &catalog).unwrap_or_else(|error| panic!("{written}: {error:?}"))
        };
        expressions.iter().map(resolved).collect()
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Sends a campaign that was started, at Telegram's usual rate, to its end.
    ///
    /// # Panics
    /// It ends otherwise than `done`.
    pub async fn send_out(&mut self, campaign: i64) {
        self.take_courier(Rate::PerSecond(BULK_PER_SECOND)).await;
        loop {
            self.step(self.now() + SENDING_STEP_MS).await;
            let found = self.muster.rooms.campaigns.get(self.workspace, CampaignId(campaign)).await;
            let found = found.expect("a campaign that exists").campaign;
            if found.course.status != Status::Sending {
                assert_eq!(found.course.status, Status::Done, "{:?}", found.course.pause);
                break;
            }
        }
        self.take_courier(Rate::Unlimited).await;
    }

    async fn take_courier(&mut self, rate: Rate) {
        let ids = (self.workspace, BotId(self.bot));
        let replay = Replay::new(&self.muster, &self.world, &self.clock, ids, self.mishaps.clone());
        self.courier = replay.courier(rate).await.expect("a database that works");
    }

    /// Imports a CSV table.
    ///
    /// # Panics
    /// A row is refused.
    pub async fn import(&self, table: String) {
        let input = std::io::Cursor::new(table.into_bytes());
        let imports = &self.muster.rooms.imports;
        let imported = imports
            .import(
                self.workspace,
                BotId(self.bot),
                input,
                engine::imports::ImportOptions::default(),
                Box::new(|_| {}),
            )
            .await;
        let imported = imported.expect("a table that can be read");
        assert_eq!(imported.rejected_count, 0, "{:?}", imported.rejected);
    }
}

async fn add_bot(muster: &Muster, workspace: WorkspaceId, config: &WorldConfig) -> BotId {
    let sealed = muster.secrets.seal(&config.token).expect("a key");
    let (username, name, now) = (config.bot_username.clone(), config.bot_name.clone(), config.start_ms);
    let telegram_id = config.token.split(':').next().and_then(|id| id.parse().ok());
    let telegram_id = telegram_id.expect("a token begins with the bot's id");
    let added = muster.store.write(move |tx| {
        let new = NewBot {
            telegram_id,
            username: &username,
            name: &name,
            token_sealed: &sealed,
            bulk_per_second: None,
            now,
        };
        bots::insert(tx, workspace, &new)
    });
    added.await.expect("a database that works")
}

/// A campaign's report, ledger and lists, and everything else that an independent reader needs to check them.
#[derive(Debug, Default)]
pub struct Dump(serde_json::Map<String, serde_json::Value>);

impl Dump {
    /// Adds one part.
    pub fn put(&mut self, name: &str, part: impl serde::Serialize) {
        self.0.insert(name.to_owned(), json!(part));
    }

    /// Writes it as one JSON file.
    ///
    /// # Panics
    /// The file cannot be written.
    pub fn write(&self, path: &std::path::Path) {
        std::fs::write(path, serde_json::to_vec(&self.0).expect("JSON")).expect("a writable file");
    }
}
