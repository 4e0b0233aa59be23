//! `muster export`: people as a table that `muster import` reads. Works beside a running server.

use std::io::Write;
use std::sync::Arc;

use clap::Args;
use engine::clock::SystemClock;
use engine::contacts::Contacts;
use engine::live::Live;
use engine::people::People;
use engine::team::Team;
use store::Store;

use super::import::find_bot;
use crate::Failure;
use crate::assembly::secrets_of;
use crate::config::Config;

/// Whom to export.
#[derive(Debug, Args)]
pub struct ExportArguments {
    /// The bot, by its username or id.
    #[arg(long)]
    bot: String,
    /// A segment's expression as JSON; everybody where absent.
    #[arg(long, value_name = "JSON")]
    expression: Option<String>,
}

/// Writes the table to standard output.
pub(super) async fn run(config: &Config, arguments: ExportArguments) -> Result<(), Failure> {
    let expression = arguments.expression.as_deref().map(serde_json::from_str).transpose();
    let expression =
        expression.map_err(|error| Failure::new(format!("--expression: is not JSON: {error}")))?;
    let store = Store::open(&config.store_beside())?;
    let workspace = Team::new(store.clone(), Arc::new(SystemClock)).ensure_workspace().await?;
    let bot = find_bot(&store, workspace, &arguments.bot).await?;
    let people = People::new(store.reader().clone(), Live::default());
    let contacts = Contacts::new(store.clone(), secrets_of(&config.data_dir)?, Arc::new(SystemClock), people);
    let mut export = contacts.export(workspace, bot, expression).await?;
    let mut output = std::io::stdout().lock();
    while let Some(piece) = export.next().await {
        output
            .write_all(&piece?)
            .map_err(|error| Failure::new(format!("the table cannot be written: {error}")))?;
    }
    output.flush().map_err(|error| Failure::new(format!("the table cannot be written: {error}")))?;
    drop((contacts, export));
    store.close().await;
    Ok(())
}
