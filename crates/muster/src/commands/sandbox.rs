//! `muster sandbox`: the emulator alone.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use engine::clock::{Clock, SystemClock};
use parking_lot::Mutex;
use sandbox::{Server, ServerConfig, World, WorldConfig};

use super::asked_to_stop;
use crate::Failure;

/// How to run the sandbox.
#[derive(Debug, Args)]
pub struct SandboxArguments {
    /// Where it listens, on this machine only.
    #[arg(long, default_value_t = 8081)]
    port: u16,
    /// Simulated people.
    #[arg(long, default_value_t = 200)]
    people: u32,
    /// The same seed gives the same people.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The bot token to accept, such as 123456:ABC.
    #[arg(long)]
    token: Option<String>,
    /// People's pauses are divided by this.
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// Interest makes no difference: for rehearsing what chance alone looks like.
    #[arg(long)]
    placebo: bool,
}

/// Runs the sandbox until it is asked to stop. Prints the bot token that it accepts.
#[allow(clippy::print_stdout)] // the result
pub(super) async fn run(arguments: SandboxArguments, data_dir: Option<PathBuf>) -> Result<(), Failure> {
    let mut config = WorldConfig {
        seed: arguments.seed,
        people: arguments.people,
        placebo: arguments.placebo,
        speed: arguments.speed,
        start_ms: SystemClock.now(),
        ..WorldConfig::default()
    };
    if let Some(token) = arguments.token {
        config.token = token;
    }
    let token = config.token.clone();
    let world = match &data_dir {
        Some(folder) => World::open(config, folder).map_err(|error| {
            Failure::new(format!("the folder {} cannot be used: {error}", folder.display()))
        })?,
        None => World::new(config),
    };
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port));
    let server = ServerConfig { listen, data_dir, ..ServerConfig::default() };
    let (address, running) =
        Server::bind(server, Arc::new(Mutex::new(world)), asked_to_stop()).await.map_err(|error| {
            Failure::new(format!("cannot listen at {listen}: {error}; choose another --port"))
        })?;
    eprintln!("Bot API and phone at http://{address}, bot token:");
    println!("{token}");
    running.await.map_err(|error| Failure::new(format!("the sandbox stopped: {error}")))
}
