//! Other processes, and what this one used.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::Failure;

/// How long a process may take to say that it is ready.
const READY_MAX: Duration = Duration::from_secs(30);

/// A process that tells lines on its standard output. It is killed when dropped.
pub(super) struct Process {
    _child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// Starts a program.
    pub fn start(mut command: Command) -> Result<Self, Failure> {
        let started = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn();
        let mut child =
            started.map_err(|error| Failure::new(format!("{command:?} does not start: {error}")))?;
        let output = child.stdout.take().ok_or_else(|| Failure::new("a process without output"))?;
        Ok(Self { _child: child, lines: BufReader::new(output).lines() })
    }

    /// The next line.
    pub async fn line(&mut self, within: Duration) -> Result<String, Failure> {
        let silent = || Failure::new("a process ended, or said nothing in time");
        let line = tokio::time::timeout(within, self.lines.next_line()).await.map_err(|_| silent())?;
        line.ok().flatten().ok_or_else(silent)
    }

    /// The address that the process says it listens at, in its first line.
    pub async fn address(&mut self) -> Result<SocketAddr, Failure> {
        let line = self.line(READY_MAX).await?;
        line.trim().parse().map_err(|_| Failure::new(format!("not an address: {line:?}")))
    }
}

/// Processor time that this process used so far, in seconds; none where it cannot be told.
pub(super) fn cpu_s() -> Option<f64> {
    /// Linux counts in hundredths of a second, whatever its own clock does.
    const TICKS_A_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name in brackets may hold spaces.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / TICKS_A_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Process {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Process::start(command).unwrap()
    }

    #[tokio::test]
    async fn a_peer_tells_its_address_or_why_not() {
        let mut peer = shell("echo 127.0.0.1:8080; echo 12.5");
        assert_eq!(peer.address().await.unwrap().port(), 8_080);
        assert_eq!(peer.line(READY_MAX).await.unwrap(), "12.5");
        assert!(peer.line(READY_MAX).await.unwrap_err().to_string().contains("ended"));
        let told = shell("echo ready").address().await.unwrap_err().to_string();
        assert!(told.contains("ready"), "{told}");
    }

    #[test]
    fn a_missing_program_is_named() {
        let told = Process::start(Command::new("muster-has-no-such-peer")).err().unwrap().to_string();
        assert!(told.contains("muster-has-no-such-peer"), "{told}");
    }
}
