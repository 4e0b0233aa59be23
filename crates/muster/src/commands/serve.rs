//! `muster serve`.

use std::sync::Arc;

use engine::clock::SystemClock;
use store::Synchronous;
use tokio_util::sync::CancellationToken;

use super::asked_to_stop;
use crate::Failure;
use crate::assembly::{Muster, Plan, Visitors, bind};
use crate::config::Config;

/// Runs the server until it is asked to stop.
pub(super) async fn run(config: &Config) -> Result<(), Failure> {
    let public_url = config.reached_at();
    let plan = Plan {
        data_dir: &config.data_dir,
        postgres_url: config.postgres_url(),
        api_url: &config.telegram.api_url,
        public_url: &public_url,
        webhook: !config.public_url.is_empty(),
        node: config.node.this(),
        synchronous: Synchronous::Full,
        visitors: Visitors {
            trusted_proxies: config.trusted_proxies.clone(),
            address_days: config.links.address_days,
            country_database: config.geo.country_database(),
        },
    };
    let muster = Muster::assemble(&plan, Arc::new(SystemClock))?;
    let listener = bind(config.listen).await?;
    let workspace = muster.rooms.team.ensure_workspace().await?;
    eprintln!("Muster {} at {public_url}", env!("CARGO_PKG_VERSION"));
    if let Some(link) = muster.rooms.team.owner_link(workspace, &public_url).await? {
        eprintln!("Make the owner's account here (works once):\n  {link}");
    }
    let stop = CancellationToken::new();
    let running = tokio::spawn(muster.run(listener, None, stop.clone()));
    let running = stop_when_asked(running, &stop).await;
    running.map_err(|error| Failure::new(format!("the server failed: {error}")))?
}

/// Waits for the server's end, and asks for it when the process is asked to stop.
pub(crate) async fn stop_when_asked<T>(
    mut running: tokio::task::JoinHandle<T>,
    stop: &CancellationToken,
) -> Result<T, tokio::task::JoinError> {
    tokio::select! {
        ended = &mut running => return ended,
        () = asked_to_stop() => {}
    }
    tracing::info!("stopping: calls in flight may still land");
    stop.cancel();
    running.await
}
