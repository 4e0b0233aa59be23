//! `muster backup` and `muster restore`: a data folder as one file.
//!
//! The file is a plain tar archive: `manifest.json` (what it is and the hash of the database), `muster.db`, and
//! `muster.key`, without which the bots' tokens cannot be opened. Whoever has the file has the bots.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use engine::campaigns::Campaigns;
use engine::clock::{Clock, SystemClock};
use engine::live::Live;
use engine::people::People;
use engine::restoration;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::{Store, StoreOptions, backup};

use crate::Failure;
use crate::assembly::secrets_of;
use crate::config::Config;

const KEY: &str = "muster.key";
const MANIFEST: &str = "manifest.json";
/// Which layout of the archive this is.
const FORMAT: u32 = 1;

/// Where the backup goes.
#[derive(Debug, Args)]
pub struct BackupArguments {
    /// The file to write; it must not exist.
    file: PathBuf,
}

/// Which backup to bring back.
#[derive(Debug, Args)]
pub struct RestoreArguments {
    /// A file that `muster backup` wrote.
    file: PathBuf,
}

#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    format: u32,
    /// The version of Muster that wrote it.
    muster: String,
    made_at: String,
    database_sha256: String,
    database_bytes: u64,
}

/// A backup is of a SQLite folder; PostgreSQL has its own tools.
fn on_sqlite(config: &Config, tool: &str) -> Result<(), Failure> {
    match config.postgres_url() {
        None => Ok(()),
        Some(_) => Err(Failure::new(format!(
            "the database is PostgreSQL: use {tool} for it, and keep a copy of {} from {} beside it",
            KEY,
            config.data_dir.display()
        ))),
    }
}

/// Writes the backup beside a running server and prints one JSON line.
#[allow(clippy::print_stdout)] // the result
pub(super) fn backup(config: &Config, arguments: &BackupArguments) -> Result<(), Failure> {
    on_sqlite(config, "pg_dump")?;
    let (folder, target) = (&config.data_dir, &arguments.file);
    if target.exists() {
        return Err(Failure::new(format!("{} exists already; name another file", target.display())));
    }
    let copy = Scratch(with_suffix(target, ".db.partial"));
    let partial = Scratch(with_suffix(target, ".partial"));
    copy.clear()?;
    partial.clear()?;
    backup::copy(folder, &copy.0)?;
    let (hash, bytes) = hash(&copy.0).map_err(|error| cannot("read", &copy.0, &error))?;
    let manifest = Manifest {
        format: FORMAT,
        muster: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: chrono::DateTime::from_timestamp_millis(SystemClock.now()).unwrap_or_default().to_rfc3339(),
        database_sha256: hash,
        database_bytes: bytes,
    };
    write_archive(&partial.0, &manifest, &copy.0, &folder.join(KEY))
        .map_err(|error| cannot("write", target, &error))?;
    fs::rename(&partial.0, target).map_err(|error| cannot("write", target, &error))?;
    println!(
        "{}",
        json!({"file": target, "database_bytes": bytes, "database_sha256": manifest.database_sha256})
    );
    eprintln!("It holds the key that opens the bots' tokens: keep it as safe as those.");
    Ok(())
}

fn write_archive(target: &Path, manifest: &Manifest, database: &Path, key: &Path) -> io::Result<()> {
    let mut archive = tar::Builder::new(private_file(target)?);
    let text = serde_json::to_vec_pretty(manifest)?;
    let mut header = tar::Header::new_gnu();
    header.set_size(text.len() as u64);
    header.set_mode(0o600);
    header.set_cksum();
    archive.append_data(&mut header, MANIFEST, text.as_slice())?;
    archive.append_path_with_name(key, KEY)?;
    archive.append_path_with_name(database, backup::FILE_NAME)?;
    archive.into_inner()?.sync_all()
}

/// Brings a backup back into a folder without a database, and prints one JSON line.
#[allow(clippy::print_stdout)] // the result
pub(super) async fn restore(config: &Config, arguments: &RestoreArguments) -> Result<(), Failure> {
    on_sqlite(config, "pg_restore")?;
    let (folder, source) = (&config.data_dir, &arguments.file);
    for name in [backup::FILE_NAME, KEY] {
        if folder.join(name).exists() {
            return Err(Failure::new(format!(
                "{} has a {name} already; move it away, or give an empty folder with --data",
                folder.display()
            )));
        }
    }
    fs::create_dir_all(folder).map_err(|error| cannot("make", folder, &error))?;
    let database = Scratch(folder.join("muster.db.restoring"));
    let key = Scratch(folder.join("muster.key.restoring"));
    database.clear()?;
    key.clear()?;
    let manifest = unpack(source, &database.0, &key.0)?;
    let (found, _) = hash(&database.0).map_err(|error| cannot("read", &database.0, &error))?;
    if found != manifest.database_sha256 {
        return Err(Failure::new(format!("{} is damaged: the database's hash differs", source.display())));
    }
    if let Some(fault) = backup::faults(&database.0, true)?.first() {
        return Err(Failure::new(format!("{} is damaged: {fault}", source.display())));
    }
    for (from, to) in [(&key.0, KEY), (&database.0, backup::FILE_NAME)] {
        fs::rename(from, folder.join(to)).map_err(|error| cannot("write", folder, &error))?;
    }
    let settled = settle(folder).await?;
    println!(
        "{}",
        json!({"made_at": manifest.made_at, "muster": manifest.muster, "campaigns_paused": settled.campaigns,
            "recipients_unknown": settled.recipients, "messages_unknown": settled.messages})
    );
    if settled.recipients > 0 {
        eprintln!(
            "{} recipients of {} campaigns may have been written to after the backup. They are `unknown` until somebody \
             decides on the campaigns' pages.",
            settled.recipients, settled.campaigns
        );
    }
    Ok(())
}

/// Whatever waited when the backup was taken may have been sent since.
async fn settle(folder: &Path) -> Result<restoration::Settled, Failure> {
    let store = Store::open(&StoreOptions::new(folder))?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let people = People::new(store.reader().clone(), Live::default());
    let campaigns = Campaigns::new(store.clone(), secrets_of(folder)?, Arc::clone(&clock), people, "");
    campaigns.resume_starts().await?;
    let settled = restoration::settle(&store, clock.now()).await?;
    drop(campaigns);
    store.close().await;
    Ok(settled)
}

/// Takes the three parts out of an archive, and nothing else: names in it decide no path.
fn unpack(source: &Path, database: &Path, key: &Path) -> Result<Manifest, Failure> {
    let unreadable = |error: io::Error| {
        Failure::new(format!("{} is no backup of Muster, or is damaged: {error}", source.display()))
    };
    let file = File::open(source).map_err(|error| cannot("read", source, &error))?;
    let mut archive = tar::Archive::new(BufReader::new(file));
    let (mut manifest, mut has_key, mut has_database) = (None, false, false);
    for entry in archive.entries().map_err(unreadable)? {
        let mut entry = entry.map_err(unreadable)?;
        let name = entry.path().map_err(unreadable)?.display().to_string();
        match name.as_str() {
            MANIFEST => {
                let mut text = String::new();
                entry.by_ref().take(1 << 16).read_to_string(&mut text).map_err(unreadable)?;
                manifest = serde_json::from_str::<Manifest>(&text).ok();
            }
            KEY => {
                io::copy(&mut entry, &mut private_file(key).map_err(unreadable)?).map_err(unreadable)?;
                has_key = true;
            }
            backup::FILE_NAME => {
                let mut file = private_file(database).map_err(unreadable)?;
                io::copy(&mut entry, &mut file).map_err(unreadable)?;
                file.sync_all().map_err(unreadable)?;
                has_database = true;
            }
            _ => {}
        }
    }
    match manifest {
        Some(manifest) if manifest.format == FORMAT && has_key && has_database => Ok(manifest),
        Some(manifest) if manifest.format > FORMAT => Err(Failure::new(format!(
            "{} was written by a newer Muster ({}); restore it with that version",
            source.display(),
            manifest.muster
        ))),
        _ => Err(Failure::new(format!("{} is no backup of Muster, or is damaged", source.display()))),
    }
}

fn hash(path: &Path) -> io::Result<(String, u64)> {
    let mut hasher = Sha256::new();
    let mut file = File::open(path)?;
    let mut part = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        let read = file.read(&mut part)?;
        if read == 0 {
            let hex = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
            return Ok((hex, bytes));
        }
        hasher.update(&part[..read]);
        bytes += read as u64;
    }
}

/// A file that only its owner reads.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn cannot(what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("cannot {what} {}: {error}", path.display()))
}

/// A file of a half-done backup: gone when the command ends, however it ends.
struct Scratch(PathBuf);

impl Scratch {
    /// Removes what a killed command left behind.
    fn clear(&self) -> Result<(), Failure> {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(cannot("remove", &self.0, &error)),
            _ => Ok(()),
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Renamed into place when all went well: then there is nothing left to remove.
        let _ = fs::remove_file(&self.0);
    }
}
