//! The data folder. `world.json` is the whole state at the last save; `ids.json` is a mark above
//! every id that was handed out, written ahead, so that ids keep rising even after a crash.

use crate::snapshot;
use crate::world::{World, WorldConfig};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Why a data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    #[error("{path}: {source}", path = path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("{path} is not a saved sandbox ({source}); remove it or choose another folder", path = path.display())]
    Unreadable { path: PathBuf, source: serde_json::Error },
    #[error("{path} holds another population ({saved}); use the same seed and people, or another folder", path = path.display())]
    OtherPopulation { path: PathBuf, saved: String },
}

/// Ids at or above these have never been handed out.
#[derive(Serialize, Deserialize)]
struct Mark {
    update_id: i64,
    message_id: i64,
}

/// How far ahead the mark is set; a tick uses far fewer.
const AHEAD: i64 = 100_000;

impl World {
    /// A world that continues what a data folder holds, or a new one. The folder is made if need be.
    pub fn open(config: WorldConfig, dir: &Path) -> Result<Self, DataError> {
        fs::create_dir_all(dir).map_err(|source| DataError::File { path: dir.to_path_buf(), source })?;
        let path = dir.join("world.json");
        let mut world = match read(&path)? {
            None => World::new(config),
            Some(text) => {
                let saved: snapshot::Saved = serde_json::from_str(&text)
                    .map_err(|source| DataError::Unreadable { path: path.clone(), source })?;
                saved
                    .into_world(config)
                    .map_err(|saved| DataError::OtherPopulation { path: path.clone(), saved })?
            }
        };
        world.read_files(dir)?;
        let path = dir.join("ids.json");
        if let Some(text) = read(&path)? {
            let mark: Mark =
                serde_json::from_str(&text).map_err(|source| DataError::Unreadable { path, source })?;
            world.queue.raise_next_id(mark.update_id);
            world.next_message_id = world.next_message_id.max(mark.message_id);
        }
        world.reserve_ids(dir)?;
        Ok(world)
    }

    /// Saves everything for the last time; the mark is set back to what was really used.
    pub fn close(&mut self, dir: &Path) -> Result<(), DataError> {
        self.save(dir)?;
        self.write_mark(dir, 0)
    }

    /// Saves everything; the mark stays ahead.
    pub fn save(&self, dir: &Path) -> Result<(), DataError> {
        self.write_files(dir)?;
        let path = dir.join("world.json");
        let text = serde_json::to_vec(&snapshot::Saving::of(self))
            .map_err(|source| DataError::Unreadable { path: path.clone(), source })?;
        write(&path, &text)
    }

    /// Writes the bytes of files that are not there yet; a file never changes.
    fn write_files(&self, dir: &Path) -> Result<(), DataError> {
        let folder = dir.join("files");
        for file in self.files.all() {
            let path = folder.join(file.number().to_string());
            if let Some(bytes) = file.bytes()
                && !path.exists()
            {
                fs::create_dir_all(&folder)
                    .map_err(|source| DataError::File { path: folder.clone(), source })?;
                write(&path, bytes)?;
            }
        }
        Ok(())
    }

    fn read_files(&mut self, dir: &Path) -> Result<(), DataError> {
        let numbers: Vec<u64> = self.files.all().map(|file| file.number()).collect();
        for number in numbers {
            let path = dir.join("files").join(number.to_string());
            match fs::read(&path) {
                Ok(bytes) => self.files.restore_bytes(number, bytes),
                // Its bytes had been forgotten for others' sake.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(source) => return Err(DataError::File { path, source }),
            }
        }
        Ok(())
    }

    /// Sets the mark ahead if it is near.
    pub(crate) fn reserve_ids(&mut self, dir: &Path) -> Result<(), DataError> {
        let near = |next: i64, mark: i64| next > mark - AHEAD / 2 || next < mark - 2 * AHEAD;
        if near(self.queue.next_id(), self.marked_ids.0) || near(self.next_message_id, self.marked_ids.1) {
            self.write_mark(dir, AHEAD)?;
        }
        Ok(())
    }

    fn write_mark(&mut self, dir: &Path, ahead: i64) -> Result<(), DataError> {
        let mark = Mark { update_id: self.queue.next_id() + ahead, message_id: self.next_message_id + ahead };
        self.marked_ids = (mark.update_id, mark.message_id);
        let path = dir.join("ids.json");
        let text = serde_json::to_vec(&mark)
            .map_err(|source| DataError::Unreadable { path: path.clone(), source })?;
        write(&path, &text)
    }
}

fn read(path: &Path) -> Result<Option<String>, DataError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(DataError::File { path: path.to_path_buf(), source }),
    }
}

/// Writes beside, syncs, then renames: the old file or the new one is there, never half of one.
fn write(path: &Path, content: &[u8]) -> Result<(), DataError> {
    let beside = path.with_extension("new");
    let written = (|| {
        let mut file = fs::File::create(&beside)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    })();
    written.map_err(|source| DataError::File { path: path.to_path_buf(), source })
}
