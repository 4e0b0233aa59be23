//! The commands. Each prints its result, and nothing else, to standard output.

mod backup;
mod bench;
mod doctor;
mod export;
mod import;
mod moving;
mod openapi;
mod sandbox;
pub(crate) mod serve;
mod token;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::prelude::*;

use crate::config::{Config, Log, LogFormat};
use crate::{Failure, demo};

/// An engagement server for Telegram bots.
#[derive(Debug, Parser)]
#[command(name = "muster", version, about)]
pub struct Arguments {
    /// A TOML file laid over the defaults.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The folder of the database and its keys.
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server: console, API and bots.
    Serve(Serve),
    /// Run the server on a sandbox with simulated people and three months of history.
    Demo(demo::DemoArguments),
    /// Run a Telegram Bot API emulator with simulated people.
    Sandbox(sandbox::SandboxArguments),
    /// Bring people in from a CSV file.
    Import(import::ImportArguments),
    /// Write people as a CSV file to standard output.
    Export(export::ExportArguments),
    /// Write the database and its key into one file, also while the server runs.
    Backup(backup::BackupArguments),
    /// Bring a backup back into an empty data folder.
    Restore(backup::RestoreArguments),
    /// Move the data folder's SQLite database into an empty PostgreSQL database, and prove that both are equal.
    Move(moving::MoveArguments),
    /// Look whether everything is in order.
    Doctor(doctor::DoctorArguments),
    /// Work with API tokens.
    Token {
        #[command(subcommand)]
        command: TokenCommand,
    },
    /// Print the OpenAPI document.
    Openapi,
    /// Measure Muster and its peers on the same data in one run.
    Bench {
        #[command(subcommand)]
        bench: bench::Bench,
    },
}

#[derive(Debug, Args)]
struct Serve {
    /// Where to listen, such as 127.0.0.1:8080.
    #[arg(long)]
    listen: Option<SocketAddr>,
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Make a bearer token with the owner's rights and print it.
    Create {
        /// What it is for.
        name: String,
    },
}

/// Runs the command that the arguments name.
///
/// # Errors
/// One sentence that says what went wrong and what to do.
pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    let mut flags = Vec::new();
    if let Some(data) = &arguments.data {
        flags.push(("data_dir", data.display().to_string()));
    }
    if let Command::Serve(Serve { listen: Some(listen) }) = &arguments.command {
        flags.push(("listen", listen.to_string()));
    }
    let config = Config::load(arguments.config.as_deref(), std::env::vars(), &flags)?;
    log_to_standard_error(&config.log)?;
    match arguments.command {
        Command::Serve(_) => serve::run(&config).await,
        Command::Demo(demo) => demo::run(demo, arguments.data).await,
        Command::Sandbox(sandbox) => sandbox::run(sandbox, arguments.data).await,
        Command::Import(import) => import::run(&config, import).await,
        Command::Export(export) => export::run(&config, export).await,
        Command::Backup(backup) => backup::backup(&config, &backup),
        Command::Restore(restore) => backup::restore(&config, &restore).await,
        Command::Move(arguments) => moving::run(&config, arguments).await,
        Command::Doctor(doctor) => doctor::run(&config, &doctor).await,
        Command::Token { command: TokenCommand::Create { name } } => token::create(&config, &name).await,
        Command::Openapi => openapi::print(),
        Command::Bench { bench } => bench::run(bench, arguments.data).await,
    }
}

/// Libraries that write people's data into the log below these levels: the parameters of every statement.
const SILENCED: [&str; 2] = ["tokio_postgres=info", "postgres=info"];

fn log_to_standard_error(log: &Log) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&log.level)
        .map_err(|error| Failure::new(format!("log.level: {:?} is not valid: {error}", log.level)))?;
    let filter = SILENCED.iter().fold(filter, |filter, part| match part.parse() {
        Ok(directive) => filter.add_directive(directive),
        Err(_) => filter,
    });
    let layer = fmt::layer().with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry().with(filter);
    let set = match log.format {
        LogFormat::Text => registry.with(layer.with_target(false)).try_init(),
        LogFormat::Json => registry.with(layer.json()).try_init(),
    };
    set.map_err(|error| Failure::new(format!("the log cannot be set up: {error}")))
}

/// Ends when the process is asked to: Ctrl-C, or SIGTERM.
pub(crate) async fn asked_to_stop() {
    #[cfg(unix)]
    {
        let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        match terminate {
            Ok(mut terminate) => tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            },
            Err(error) => {
                tracing::warn!(%error, "only Ctrl-C stops this process");
                let _ = tokio::signal::ctrl_c().await;
            }
        }
    }
    #[cfg(not(unix))]
    {
        let _ = tokio::signal::ctrl_c().await;
    }
}

/// A count with its noun: `1 bot`, `2 bots`.
fn counted(count: impl std::fmt::Display + PartialEq + From<u8>, one: &str, many: &str) -> String {
    let noun = if count == 1.into() { one } else { many };
    format!("{count} {noun}")
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn one_is_one_and_none_are_many() {
        assert_eq!([0_i64, 1, 2].map(|count| counted(count, "bot", "bots")), ["0 bots", "1 bot", "2 bots"]);
    }
}
