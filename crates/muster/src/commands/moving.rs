//! `muster move`: a SQLite folder into PostgreSQL, and the proof that both are equal.

use std::path::Path;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use store::moving::{MARK_NAME, Move};

use crate::Failure;
use crate::config::{Config, is_postgres};

const KEY: &str = "muster.key";

/// Where to move.
#[derive(Debug, Args)]
pub struct MoveArguments {
    /// An empty database, such as postgres://user:password@host/database; the configured database_url where absent.
    #[arg(long, value_name = "URL")]
    to: Option<String>,
}

/// Moves the data folder's database and prints one JSON line a table.
pub(super) async fn run(config: &Config, arguments: MoveArguments) -> Result<(), Failure> {
    let url = match arguments.to {
        Some(url) if is_postgres(&url) => url,
        Some(_) => return Err(Failure::new("--to: must begin with postgres:// or postgresql://")),
        None => config.postgres_url().map(str::to_owned).ok_or_else(|| {
            Failure::new(
                "--to: name the database to move into, such as postgres://user:password@host/database",
            )
        })?,
    };
    let folder = config.data_dir.clone();
    // Both databases are waited for.
    let moved = tokio::task::spawn_blocking(move || carry(&folder, &url)).await;
    moved.map_err(|error| Failure::new(format!("the move failed: {error}")))?
}

fn carry(folder: &Path, url: &str) -> Result<(), Failure> {
    let key = folder.join(KEY);
    let mut moving = Move::begin(folder, url)?;
    if moving.rows("bots")? > 0 && !key.exists() {
        return Err(Failure::new(format!(
            "{} is missing: without it nobody can open the bots' tokens, here or there",
            key.display()
        )));
    }
    let tables = moving.tables();
    let mut nul_counts = Vec::with_capacity(tables.len());
    for table in &tables {
        let bar = bar("copying", table, moving.rows(table)?);
        let copied = moving.copy(table, |rows| bar.set_position(rows))?;
        bar.finish_and_clear();
        for place in &copied.nul_places {
            eprintln!("{place}: a NUL, which PostgreSQL has no place for, became U+FFFD");
        }
        nul_counts.push(copied.nul_count);
    }
    let (mut rows, mut different) = (0, Vec::new());
    for (table, nul_count) in tables.iter().zip(nul_counts) {
        let bar = bar("comparing", table, moving.rows(table)?);
        let proof = moving.prove(table, |rows| bar.set_position(rows))?;
        bar.finish_and_clear();
        tell(table, &proof, nul_count);
        rows += proof.rows;
        if !proof.is_equal() {
            different.push(format!("{table} ({})", proof.difference.unwrap_or_default()));
        }
    }
    if !different.is_empty() {
        return Err(Failure::new(format!(
            "the two databases are not equal: {}. Nothing was changed in the folder, and the target stays unfinished",
            different.join("; ")
        )));
    }
    moving.finish()?;
    eprintln!(
        "{rows} rows of {} tables are the same on both sides. Serve with this database_url and the same data_dir: \
         {KEY} stays in {}, and whoever serves needs it there. muster.db is kept as it was and not opened any more; \
         {MARK_NAME} beside it says how to go back.",
        tables.len(),
        folder.display()
    );
    Ok(())
}

#[allow(clippy::print_stdout)] // the result
fn tell(table: &str, proof: &store::moving::Proof, nul_count: u64) {
    println!(
        "{}",
        json!({
            "table": table, "equal": proof.is_equal(), "rows": proof.rows, "rows_moved": proof.rows_moved,
            "sha256": proof.digest, "sha256_moved": proof.digest_moved, "nul_replaced": nul_count,
            "difference": proof.difference,
        })
    );
}

fn bar(what: &'static str, table: &str, rows: u64) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{prefix} {msg} {bar:30} {human_pos} of {human_len} rows, {per_sec}");
    let bar = ProgressBar::new(rows).with_prefix(what).with_message(table.to_owned());
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
