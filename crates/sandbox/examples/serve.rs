//! Serves a sandbox for trials by hand: `serve [port] [people] [arrival seconds] [data folder]`.

use parking_lot::Mutex;
use sandbox::{Server, ServerConfig, World, WorldConfig};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number =
        |at: usize, default: u32| arguments.get(at).and_then(|text| text.parse().ok()).unwrap_or(default);
    let now_ms = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis() as i64;
    let config = WorldConfig {
        people: number(1, 200),
        start_ms: now_ms,
        arrival_ms: i64::from(number(2, 60)) * 1000,
        ..WorldConfig::default()
    };
    let token = config.token.clone();
    let data_dir = arguments.get(3).map(PathBuf::from);
    let world = match &data_dir {
        Some(dir) => World::open(config, dir)?,
        None => World::new(config),
    };
    let port = u16::try_from(number(0, 8081))?;
    let listen = ([127, 0, 0, 1], port).into();
    let server = ServerConfig { listen, data_dir, ..ServerConfig::default() };
    let shutdown = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "no shutdown on Ctrl-C");
        }
    };
    let (address, running) = Server::bind(server, Arc::new(Mutex::new(world)), shutdown).await?;
    eprintln!("http://{address}  token {token}");
    running.await?;
    Ok(())
}
