//! `muster import`: works beside a running server.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use domain::cells::Kind;
use domain::ids::{BotId, WorkspaceId};
use domain::named::Named;
use engine::clock::SystemClock;
use engine::imports::{ColumnReport, ImportNote, ImportOptions, Imports, RejectedRow};
use engine::team::Team;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use store::{Store, bots};

use super::counted;
use crate::Failure;
use crate::assembly::secrets_of;
use crate::config::Config;

/// What to import, and where.
#[derive(Debug, Args)]
pub struct ImportArguments {
    /// A CSV file with a column `telegram_id`.
    file: PathBuf,
    /// The bot, by its username or id.
    #[arg(long)]
    bot: String,
    /// Try everything, keep nothing.
    #[arg(long)]
    dry_run: bool,
    /// What the file is written in, such as windows-1251; without it it must be UTF-8.
    #[arg(long)]
    encoding: Option<String>,
    /// The kind of an attribute that has none yet: bool, number, date or text.
    #[arg(long, value_name = "ATTRIBUTE=KIND", value_parser = attribute_kind)]
    kind: Vec<(String, Kind)>,
}

fn attribute_kind(text: &str) -> Result<(String, Kind), String> {
    let read = text.rsplit_once('=').and_then(|(key, kind)| Some((key.to_owned(), Kind::from_name(kind)?)));
    read.ok_or_else(|| "must be such as plan=text; the kinds are bool, number, date and text".to_owned())
}

/// The file, where it can be read twice; else a copy of it: a pipe ends once.
fn open_file(path: &Path) -> std::io::Result<File> {
    let mut file = File::open(path)?;
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    let mut copy = tempfile::tempfile()?;
    std::io::copy(&mut file, &mut copy)?;
    Ok(copy)
}

/// Imports, shows progress on standard error, prints one JSON line at the end.
#[allow(clippy::print_stdout)] // the result
pub(super) async fn run(config: &Config, arguments: ImportArguments) -> Result<(), Failure> {
    let path = &arguments.file;
    let input = open_file(path)
        .map_err(|error| Failure::new(format!("{} cannot be read: {error}", path.display())))?;
    let store = Store::open(&config.store_beside())?;
    let secrets = secrets_of(&config.data_dir)?;
    let team = Team::new(store.clone(), Arc::new(SystemClock));
    let workspace = team.ensure_workspace().await?;
    let bot = find_bot(&store, workspace, &arguments.bot).await?;
    let rejected_path = rejected_path(path);
    let mut rejected = RejectedFile { path: rejected_path.clone(), file: None };
    let progress = ProgressBar::new_spinner();
    progress.set_style(spinner());
    let imports = Imports::new(store.clone(), secrets, Arc::new(SystemClock));
    let bar = progress.clone();
    let watcher = Box::new(move |note: ImportNote<'_>| match note {
        ImportNote::Rejected(row) => rejected.write(row),
        ImportNote::Progress(report) => {
            bar.set_position(report.rows);
            bar.tick();
        }
    });
    let options = ImportOptions {
        dry_run: arguments.dry_run,
        encoding: arguments.encoding,
        kinds: arguments.kind.into_iter().collect(),
    };
    let dry_run = options.dry_run;
    let report = imports.import(workspace, bot, input, options, watcher).await?;
    progress.finish_and_clear();
    println!(
        "{}",
        json!({
            "rows": report.rows, "created": report.created, "updated": report.updated,
            "unchanged": report.unchanged, "rejected": report.rejected_count, "dry_run": dry_run,
            "encoding": report.encoding, "separator": report.separator.to_string(),
            "columns": report.columns.iter().map(told).collect::<Vec<_>>(),
        })
    );
    if report.rejected_count > 0 {
        let rows = counted(report.rejected_count, "row was", "rows were");
        eprintln!("{rows} rejected; see {}", rejected_path.display());
    }
    drop((team, imports));
    store.close().await;
    Ok(())
}

/// A column as it is printed.
fn told(column: &ColumnReport) -> serde_json::Value {
    let misfits: Vec<serde_json::Value> = column
        .misfits
        .iter()
        .map(|cell| json!({"line": cell.line, "value": cell.value, "reason": cell.reason}))
        .collect();
    json!({
        "name": column.name, "kind": column.kind, "manner": column.manner, "cells": column.cells,
        "misfit_count": column.misfit_count, "misfits": misfits,
    })
}

fn spinner() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {pos} rows, {per_sec}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
}

pub(super) async fn find_bot(store: &Store, workspace: WorkspaceId, named: &str) -> Result<BotId, Failure> {
    let all = store.reader().read(move |tx| bots::list(tx, workspace)).await?;
    let named = named.trim_start_matches('@');
    let found = all.iter().find(|bot| bot.username == named || bot.id.to_string() == named);
    found.map(|bot| bot.id).ok_or_else(|| {
        let known: Vec<String> = all.iter().map(|bot| format!("@{}", bot.username)).collect();
        Failure::new(format!("--bot: no bot is called {named:?}; connected are: {}", known.join(", ")))
    })
}

/// `people.csv` → `people.rejected.csv`.
fn rejected_path(path: &Path) -> PathBuf {
    path.with_extension("rejected.csv")
}

/// Made with the first row that is refused.
struct RejectedFile {
    path: PathBuf,
    file: Option<csv::Writer<File>>,
}

impl RejectedFile {
    fn write(&mut self, row: &RejectedRow) {
        if self.file.is_none() {
            match File::create(&self.path) {
                Ok(file) => {
                    let mut file = csv::Writer::from_writer(file);
                    self.keep(file.write_record(["line", "column", "reason"]));
                    self.file = Some(file);
                }
                Err(error) => {
                    tracing::error!(%error, path = %self.path.display(), "rejected rows cannot be kept")
                }
            }
        }
        if let Some(mut file) = self.file.take() {
            self.keep(file.write_record([row.line.to_string(), row.column.to_string(), row.reason.clone()]));
            self.keep(file.flush().map_err(csv::Error::from));
            self.file = Some(file);
        }
    }

    /// A row that cannot be noted does not stop the import: it is counted all the same.
    fn keep(&self, written: Result<(), csv::Error>) {
        if let Err(error) = written {
            tracing::error!(%error, path = %self.path.display(), "a rejected row cannot be kept");
        }
    }
}
