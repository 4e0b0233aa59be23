//! The folder of the snapshots: one file a bot, put in place whole or not at all.

use std::fs::{self, File};
use std::io;
use std::path::PathBuf;

use audience::Index;
use domain::ids::BotId;

use super::file::{self, Label, Opened, Refusal};

const SUFFIX: &str = ".snapshot";
/// Of a file that is being written.
const PARTIAL: &str = ".partial";

/// Where snapshots are kept.
#[derive(Debug, Clone)]
pub struct Shelf {
    folder: PathBuf,
}

impl Shelf {
    /// Makes the folder if it is not there.
    ///
    /// # Errors
    /// The disk's.
    pub fn new(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }

    /// The file of a bot.
    pub fn path(&self, bot: BotId) -> PathBuf {
        self.folder.join(format!("bot-{bot}{SUFFIX}"))
    }

    /// Writes a bot's index beside its file.
    ///
    /// # Errors
    /// The disk's.
    pub fn write(&self, bot: BotId, label: &Label, index: &Index) -> io::Result<Draft> {
        let place = self.path(bot);
        let partial = self.folder.join(format!("bot-{bot}.{}{PARTIAL}", std::process::id()));
        let draft = Draft { partial, place };
        file::write(&draft.partial, label, index)?;
        Ok(draft)
    }

    /// Opens a bot's file.
    ///
    /// # Errors
    /// It is not there, or is none.
    pub fn open(&self, bot: BotId) -> Result<Opened, Refusal> {
        Opened::open(&self.path(bot))
    }

    /// Removes a bot's file, if there is one.
    ///
    /// # Errors
    /// The disk's.
    pub fn remove(&self, bot: BotId) -> io::Result<()> {
        match fs::remove_file(self.path(bot)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The bots that have a file.
    ///
    /// # Errors
    /// The disk's.
    pub fn bots(&self) -> io::Result<Vec<BotId>> {
        let names = self.names()?;
        let bots = names.iter().filter_map(|name| {
            let number = name.strip_prefix("bot-")?.strip_suffix(SUFFIX)?;
            number.parse().ok().map(BotId)
        });
        Ok(bots.collect())
    }

    /// Removes what a killed process was writing. Nobody may be writing.
    ///
    /// # Errors
    /// The disk's.
    pub fn clear_partials(&self) -> io::Result<()> {
        for name in self.names()?.iter().filter(|name| name.ends_with(PARTIAL)) {
            fs::remove_file(self.folder.join(name))?;
        }
        Ok(())
    }

    /// Waits until the names are on the disk.
    ///
    /// # Errors
    /// The disk's.
    pub fn sync(&self) -> io::Result<()> {
        if cfg!(unix) { File::open(&self.folder)?.sync_all() } else { Ok(()) }
    }

    fn names(&self) -> io::Result<Vec<String>> {
        let entries = fs::read_dir(&self.folder)?;
        entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    }
}

/// A file that was written and is not in its place yet. Dropped, it is gone.
#[derive(Debug)]
pub struct Draft {
    partial: PathBuf,
    place: PathBuf,
}

impl Draft {
    /// Puts it in the place of the bot's file. That its name is on the disk too is for [`Shelf::sync`].
    ///
    /// # Errors
    /// The disk's; the older file is still there then.
    pub fn publish(self) -> io::Result<()> {
        fs::rename(&self.partial, &self.place)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Not there any more when it was published.
        let _ = fs::remove_file(&self.partial);
    }
}
