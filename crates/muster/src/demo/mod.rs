//! `muster demo`: the real server on a sandbox, with three months of history that went through the real intake,
//! flows, campaigns and clicks, in virtual time.

mod content;
mod history;
mod progress;
mod team;
mod transport;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use domain::ids::{MemberId, WorkspaceId};
use domain::time::{DAY_MS, Millis};
use engine::clock::{Clock, ManualClock, SystemClock};
use engine::nodes::ThisNode;
use parking_lot::Mutex;
use sandbox::{Server, ServerConfig, SharedWorld, Source, World, WorldConfig};
use store::{Synchronous, settings};
use tokio_util::sync::CancellationToken;

use crate::Failure;
use crate::assembly::{Muster, Plan, Visitors, bind};
use crate::commands::serve::stop_when_asked;

use self::team::Team;

pub use history::Replay;
pub use transport::Direct;

/// Days of history.
const HISTORY_DAYS: i64 = 90;
/// The setting that says that the folder holds a whole demo.
const READY: &str = "demo_ready";

/// How to run the demo.
#[derive(Debug, Clone, Args)]
pub struct DemoArguments {
    /// Simulated people who come by within the three months; about four of five start the bot.
    #[arg(long, default_value_t = 5_000)]
    pub people: u32,
    /// The same seed gives the same people and the same three months.
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
    /// People's pauses are divided by this; clocks stay real.
    #[arg(long, default_value_t = 20.0)]
    pub speed: f64,
    /// Where the console listens.
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// Where the sandbox and its phone listen.
    #[arg(long, default_value_t = 8081)]
    pub sandbox_port: u16,
}

/// Runs the demo until it is asked to stop.
///
/// # Errors
/// A port is in use, or the folder cannot be used.
pub async fn run(arguments: DemoArguments, data: Option<PathBuf>) -> Result<(), Failure> {
    let folder = data.unwrap_or_else(|| PathBuf::from("demo-data"));
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port));
    let listener = bind(listen).await?;
    let demo = Demo::prepare(&arguments, &folder).await?;
    let (workspace, _) = demo.signed_in;
    let bot = content::bot(&demo.muster, workspace).await?;
    let team = Team::of(&demo.muster, workspace, bot).await?;
    let stop = CancellationToken::new();
    let (sandbox, sandbox_running) =
        demo.serve_sandbox(&folder, arguments.sandbox_port, stop.clone()).await?;
    let met = demo.world.lock().people_met();
    eprintln!("\nThe console: http://localhost:{}   (signed in)", arguments.port);
    eprintln!("The phone:   http://localhost:{}   (be any of the people)", sandbox.port());
    eprintln!("{met} people have met the bot; more come while this runs.");
    eprintln!("Stop with Ctrl-C; the next start goes on from here.\n");
    let sandbox_task = tokio::spawn(sandbox_running);
    let signed_in = Some(demo.signed_in);
    let answering = tokio::spawn(team.live(stop.clone()));
    let running = tokio::spawn(demo.muster.run(listener, signed_in, stop.clone()));
    let ended = stop_when_asked(running, &stop).await;
    stop.cancel();
    // A panic of the team has lost nothing.
    let _ = answering.await;
    sandbox_task
        .await
        .map_err(|error| Failure::new(format!("the sandbox failed: {error}")))?
        .map_err(|error| Failure::new(format!("the sandbox stopped: {error}")))?;
    ended.map_err(|error| Failure::new(format!("the server failed: {error}")))?
}

/// A demo that is ready to run.
pub struct Demo {
    pub muster: Muster,
    pub world: SharedWorld,
    pub signed_in: (WorkspaceId, MemberId),
    /// Stands at the end of the history until it goes live.
    pub clock: Arc<ManualClock>,
}

impl Demo {
    /// Opens a folder's demo, or makes it: people, flow, campaigns, three months. People go on living.
    ///
    /// # Errors
    /// The folder is in use or holds something else.
    pub async fn prepare(arguments: &DemoArguments, folder: &std::path::Path) -> Result<Self, Failure> {
        let demo = Self::at(SystemClock.now(), arguments, folder).await?;
        demo.clock.go_live();
        let mut live = demo.world.lock();
        live.set_flood_limits(true);
        live.set_speed(arguments.speed, SystemClock.now());
        drop(live);
        Ok(demo)
    }

    /// The same, standing still at a moment: of a demo that is made here, its three months end then.
    ///
    /// # Errors
    /// As [`Demo::prepare`].
    pub async fn at(
        now: Millis,
        arguments: &DemoArguments,
        folder: &std::path::Path,
    ) -> Result<Self, Failure> {
        let clock = Arc::new(ManualClock::new(now));
        let api_url = format!("http://127.0.0.1:{}", arguments.sandbox_port);
        let public_url = format!("http://localhost:{}", arguments.port);
        let plan = Plan {
            data_dir: folder,
            postgres_url: None,
            api_url: &api_url,
            public_url: &public_url,
            webhook: false,
            node: ThisNode::with_all_roles("demo"),
            // Three months in seconds, and nothing here that a power cut may not take.
            synchronous: Synchronous::Normal,
            visitors: Visitors::default(),
        };
        let muster = Muster::assemble(&plan, Arc::clone(&clock) as Arc<dyn Clock>)?;
        let ready = muster.store.reader().read(|tx| settings::get(tx, READY)).await?;
        let start_ms =
            ready.as_deref().and_then(|text| text.parse().ok()).unwrap_or(now - HISTORY_DAYS * DAY_MS);
        let config = world_config(arguments, start_ms, &public_url);
        let sandbox_folder = folder.join("sandbox");
        let signed_in = if ready.is_some() {
            content::signed_in(&muster).await?
        } else {
            if sandbox_folder.exists() {
                return Err(Failure::new(format!(
                    "{} holds a demo that was cut short while it was made; remove the folder",
                    folder.display()
                )));
            }
            eprintln!(
                "Making the demo in {}: {} people come by within {HISTORY_DAYS} days. This takes a moment, once.",
                folder.display(),
                arguments.people
            );
            // What the team has made is as old as its history.
            clock.set(start_ms);
            content::furnish(&muster, &config).await?
        };
        let mut world = World::open(config, &sandbox_folder)
            .map_err(|error| Failure::new(format!("{} cannot be used: {error}", sandbox_folder.display())))?;
        world.set_flood_limits(ready.is_some());
        let world: SharedWorld = Arc::new(Mutex::new(world));
        if ready.is_none() {
            history::replay(&muster, &world, &clock, start_ms, now).await?;
            world.lock().save(&sandbox_folder).map_err(|error| Failure::new(error.to_string()))?;
            muster.store.write(move |tx| settings::set(tx, READY, &start_ms.to_string())).await?;
        }
        Ok(Self { muster, world, signed_in, clock })
    }

    async fn serve_sandbox(
        &self,
        folder: &std::path::Path,
        port: u16,
        stop: CancellationToken,
    ) -> Result<(SocketAddr, sandbox::Running), Failure> {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let config =
            ServerConfig { listen, data_dir: Some(folder.join("sandbox")), ..ServerConfig::default() };
        Server::bind(config, Arc::clone(&self.world), stop.cancelled_owned()).await.map_err(|error| {
            Failure::new(format!("cannot listen at {listen}: {error}; choose another --sandbox-port"))
        })
    }
}

fn world_config(arguments: &DemoArguments, start_ms: i64, public_url: &str) -> WorldConfig {
    let plain =
        |payload: Option<&str>, share| Source { payload: payload.map(str::to_owned), link: None, share };
    let through = content::LINKS.iter().map(|place| Source {
        payload: None,
        link: Some(format!("{public_url}/l/{}", place.code)),
        share: place.share,
    });
    WorldConfig {
        seed: arguments.seed,
        people: arguments.people,
        newcomers: arguments.people,
        bot_name: "Lantern Daily".into(),
        // No name on Telegram has two underscores side by side: no link of the demo leads to anybody's bot.
        bot_username: "lantern__daily_bot".into(),
        start_ms,
        arrival_ms: HISTORY_DAYS * DAY_MS,
        sources: [plain(None, 0.25), plain(Some("friend"), 0.10)].into_iter().chain(through).collect(),
        ..WorldConfig::default()
    }
}

#[cfg(test)]
mod tests {
    use store::conversations::{self, Filter};

    use super::*;

    /// Conversations that a first look at the inbox finds.
    const LOOKED_AT: std::ops::RangeInclusive<i64> = 7..=20;

    #[tokio::test]
    async fn a_visitor_finds_an_inbox_whose_team_answers_and_a_loop_nobody_has_gone() {
        let folder = tempfile::tempdir().unwrap();
        let arguments = DemoArguments { people: 400, seed: 7, speed: 20.0, port: 8080, sandbox_port: 8081 };
        let demo = Demo::prepare(&arguments, folder.path()).await.unwrap();
        let (workspace, _) = demo.signed_in;
        let bot = content::bot(&demo.muster, workspace).await.unwrap();
        let reader = demo.muster.store.reader();
        let (open, closed) = reader
            .read(move |tx| {
                let count = |filter| conversations::count(tx, bot, filter);
                Ok::<_, store::StoreError>((count(Filter::Open)?, count(Filter::Closed)?))
            })
            .await
            .unwrap();
        assert!(LOOKED_AT.contains(&open), "{open} are open");
        assert!(closed > open, "{closed} are closed");
        let checklist = demo.muster.rooms.home.get(workspace, bot, 7).await.unwrap().checklist;
        assert_eq!(checklist, engine::home::Checklist::default());
        let bot = reader.read(move |tx| store::bots::get(tx, workspace, bot)).await.unwrap().unwrap();
        assert!(bot.username.contains("__"), "{} may be somebody's", bot.username);
    }
}
