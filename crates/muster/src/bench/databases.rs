//! Databases that answer the audience bench's questions, from the same columns in the same run.

use std::io::Write as _;
use std::path::Path;

use audience::bench::{Answered, Columns};
use serde::Deserialize;

use super::outside;

/// Runs of each question; the fastest counts.
const RUNS: &str = "7";

#[derive(Deserialize)]
struct Line {
    case: String,
    peer: String,
    ms: f64,
    answer: u64,
}

/// Asks DuckDB; nobody where it is not installed, which is said.
pub(crate) fn ask(peers: &Path, columns: &Columns) -> Result<Vec<Answered>, String> {
    let mut command = match outside::python(peers, "duckdb_audience.py") {
        Ok(command) => command,
        Err(why) => {
            eprintln!("DuckDB is left out: {why}");
            return Ok(Vec::new());
        }
    };
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    write(folder.path(), columns).map_err(|error| format!("the columns cannot be written: {error}"))?;
    let command = command.as_std_mut().arg(folder.path()).arg(RUNS);
    let output = command.output().map_err(|error| format!("DuckDB does not run: {error}"))?;
    if !output.status.success() {
        return Err(format!("DuckDB failed: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let lines = String::from_utf8_lossy(&output.stdout);
    let answers = lines.lines().map(|line| {
        let Line { case, peer, ms, answer } =
            serde_json::from_str(line).map_err(|error| format!("DuckDB said {line:?}: {error}"))?;
        Ok(Answered { case, peer, ms, answer })
    });
    answers.collect()
}

fn write(folder: &Path, columns: &Columns) -> std::io::Result<()> {
    numbers(folder, "tags.u64", columns.tags.iter().map(|number| number.to_le_bytes()))?;
    numbers(folder, "seconds.u32", columns.seconds.iter().map(|number| number.to_le_bytes()))?;
    numbers(folder, "press_day.i32", columns.press_day.iter().map(|number| number.to_le_bytes()))?;
    numbers(folder, "press_contact.u32", columns.press_contact.iter().map(|number| number.to_le_bytes()))?;
    std::fs::write(folder.join("reachable.u8"), &columns.reachable)?;
    std::fs::write(folder.join("stage.u8"), &columns.stage)?;
    std::fs::write(folder.join("questions.json"), columns.questions.to_string())
}

fn numbers<const N: usize>(
    folder: &Path,
    name: &str,
    bytes: impl Iterator<Item = [u8; N]>,
) -> std::io::Result<()> {
    let mut file = std::io::BufWriter::new(std::fs::File::create(folder.join(name))?);
    for number in bytes {
        file.write_all(&number)?;
    }
    file.flush()
}
