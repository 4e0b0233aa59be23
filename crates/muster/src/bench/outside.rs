//! Peers that are no part of this program: scripts in `bench/peers`, each in a language of its own.

use std::path::Path;

use tokio::process::Command;

/// A script that can be run, or why it cannot.
pub(super) fn python(peers: &Path, script: &str) -> Result<Command, String> {
    let interpreter = peers.join(".venv/bin/python");
    ready(&interpreter, peers, script)?;
    let mut command = Command::new(interpreter);
    command.arg(peers.join(script));
    Ok(command)
}

/// As [`python`], for Node.
pub(super) fn node(peers: &Path, script: &str) -> Result<Command, String> {
    ready(&peers.join("node_modules"), peers, script)?;
    let mut command = Command::new("node");
    command.arg(peers.join(script));
    Ok(command)
}

fn ready(installed: &Path, peers: &Path, script: &str) -> Result<(), String> {
    if !peers.join(script).exists() {
        return Err(format!(
            "{} is not there; run from the project's folder, or give --peers",
            peers.join(script).display()
        ));
    }
    if !installed.exists() {
        return Err(format!("run {} first", peers.join("install").display()));
    }
    Ok(())
}
