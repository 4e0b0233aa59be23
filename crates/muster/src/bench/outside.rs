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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_that_is_not_ready_says_what_to_do() {
        let peers = tempfile::tempdir().unwrap();
        let missing = node(peers.path(), "grammy_send.mjs").unwrap_err();
        assert!(missing.contains("grammy_send.mjs") && missing.contains("--peers"), "{missing}");
        std::fs::write(peers.path().join("grammy_send.mjs"), "").unwrap();
        let bare = node(peers.path(), "grammy_send.mjs").unwrap_err();
        assert!(bare.contains("install"), "{bare}");
        std::fs::create_dir(peers.path().join("node_modules")).unwrap();
        node(peers.path(), "grammy_send.mjs").unwrap();
        python(peers.path(), "grammy_send.mjs").unwrap_err();
    }
}
