//! `muster token create`: works beside a running server.

use std::sync::Arc;

use engine::clock::SystemClock;
use engine::team::Team;
use store::Store;

use crate::Failure;
use crate::config::Config;

/// Makes a token of the first workspace and prints it.
#[allow(clippy::print_stdout)] // the result
pub(super) async fn create(config: &Config, name: &str) -> Result<(), Failure> {
    let store = Store::open(&config.store_beside())?;
    let team = Team::new(store.clone(), Arc::new(SystemClock));
    let workspace = team.ensure_workspace().await?;
    let token = team.create_token(workspace, name).await?;
    println!("{}", token.token);
    drop(team);
    store.close().await;
    Ok(())
}
