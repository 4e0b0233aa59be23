//! Scripts that share no line with the server: each derives from a dump what the server should have said, and compares.
#![allow(clippy::print_stdout)] // what they found, for who runs them

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::lived::Dump;

/// Whether the scripts can run here. Says so where they cannot: the test is skipped then.
pub fn is_at_hand() -> bool {
    let found = Command::new("python3").arg("--version").output().is_ok_and(|out| out.status.success());
    if !found {
        println!("skipped: python3 is missing");
    }
    found
}

/// Lets a script of `oracle/` compare a dump, and prints what it says. `MUSTER_DUMP` says where the dump is kept.
///
/// # Panics
/// The server and the truth differ, or the script does not run.
pub fn compare(script: &str, dump: &Dump) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = std::env::var_os("MUSTER_DUMP").map_or(folder.path().join("dump.json"), PathBuf::from);
    dump.write(&path);
    let script = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/oracle")).join(script);
    // They import each other: what Python would keep of that does not belong beside them.
    let compared = Command::new("python3").arg("-B").arg(script).arg(&path).output().expect("python3 runs");
    println!("{}", String::from_utf8_lossy(&compared.stdout));
    let complaint = String::from_utf8_lossy(&compared.stderr);
    assert!(compared.status.success(), "the server and the truth differ (see above) {complaint}");
}
