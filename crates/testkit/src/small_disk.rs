//! A disk of a few mebibytes that a test can fill: a file system in memory, in a mount namespace of its own, so that
//! nothing of it is seen or left outside.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// The disk, for as long as this is kept.
pub struct SmallDisk {
    /// Keeps the namespace, and with it the disk.
    holder: Child,
    is_ours_by_users: bool,
}

/// Where it is mounted inside; the folder is there on every Linux.
pub const PLACE: &str = "/mnt";
/// What is written at once to fill it: a page of a database.
const BLOCK: [u8; 4_096] = [0; 4_096];

impl SmallDisk {
    /// Makes one. Nothing, with a line that says so, where this system lets us mount none.
    pub fn mount(mebibytes: u32) -> Option<Self> {
        // As root at once, otherwise as root of a namespace of users.
        let disk = [false, true].into_iter().find_map(|by_users| Self::mount_by(by_users, mebibytes));
        if disk.is_none() {
            eprintln!("skipped: this system lets nobody mount a file system of their own (unshare, mount)");
        }
        disk
    }

    fn mount_by(is_ours_by_users: bool, mebibytes: u32) -> Option<Self> {
        // It ends with its standard input, so that it never outlives the test.
        let script = format!("mount -t tmpfs -o size={mebibytes}m none {PLACE} && echo mounted && exec cat");
        let mut command = Command::new("unshare");
        if is_ours_by_users {
            command.args(["--user", "--map-root-user"]);
        }
        command.args(["--mount", "--", "sh", "-c", &script]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut holder = command.spawn().ok()?;
        let mut said = String::new();
        let read = BufReader::new(holder.stdout.take()?).read_line(&mut said);
        let disk = Self { holder, is_ours_by_users };
        (read.is_ok() && said.trim() == "mounted").then_some(disk)
    }

    /// A command that is not begun yet, begun where the disk is seen as [`PLACE`].
    pub fn command(&self, inside: &Command) -> Command {
        let mut command = Command::new("nsenter");
        command.arg(format!("--target={}", self.holder.id())).arg("--mount");
        if self.is_ours_by_users {
            command.args(["--user", "--preserve-credentials"]);
        }
        command.arg("--").arg(inside.get_program()).args(inside.get_args());
        for (name, value) in inside.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.stdin(Stdio::null());
        command
    }

    /// A file of the disk, from outside.
    pub fn file(&self, name: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root{PLACE}", self.holder.id())).join(name)
    }

    fn filler(&self) -> PathBuf {
        self.file("filler")
    }

    /// Leaves no room.
    ///
    /// # Panics
    /// Something else than a full disk stopped it.
    pub fn fill(&self) {
        let mut filler = File::options().create(true).append(true).open(self.filler()).expect("a file");
        loop {
            if let Err(error) = filler.write_all(&BLOCK) {
                assert_eq!(error.kind(), std::io::ErrorKind::StorageFull, "{error}");
                return;
            }
        }
    }

    /// Makes room again.
    ///
    /// # Panics
    /// It was not filled.
    pub fn free(&self) {
        std::fs::remove_file(self.filler()).expect("a file that filled the disk");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
