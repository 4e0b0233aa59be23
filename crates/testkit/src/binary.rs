//! The real binary, as processes that can be killed.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;

use crate::{Api, until};

/// How long a server may take to answer after its start.
const START_S: u64 = 30;

/// The binary of this build. Cargo builds it before the tests of its package, which are those that ask for it.
///
/// # Panics
/// A test of another package asks, and nobody has built it.
pub fn path() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        // A test's own program lies in <target>/<profile>/deps.
        let own = std::env::current_exe().expect("a test has a program");
        let profile = own.ancestors().nth(2).expect("deps lies in the folder of a profile");
        let built = profile.join("muster");
        assert!(built.exists(), "{} is missing: `cargo test -p muster --test it` builds it", built.display());
        built
    })
}

/// Runs a command of the binary to its end, with nothing configured but what `configure` says.
///
/// # Panics
/// It cannot be run.
pub fn run(folder: &Path, arguments: &[&str], configure: impl FnOnce(&mut Command)) -> Output {
    let mut command = command(folder, arguments);
    configure(&mut command);
    command.output().expect("the binary runs")
}

/// A command of the binary that is not begun yet, with nothing configured: what this test was told is not for it.
///
/// # Panics
/// The binary is not built.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(path());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MUSTER_")) {
        command.env_remove(name);
    }
    command.arg("--data").arg(folder).args(arguments).stdin(Stdio::null());
    command
}

/// A new bearer token with the owner's rights.
///
/// # Panics
/// The binary makes none.
pub fn token(folder: &Path) -> String {
    token_with(folder, &[])
}

/// The same with more of the environment.
///
/// # Panics
/// The binary makes none.
pub fn token_with(folder: &Path, environment: &[(&str, String)]) -> String {
    let made = run(folder, &["token", "create", "tests"], |command| {
        command.envs(environment.iter().map(|(name, value)| (*name, value)));
    });
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    String::from_utf8_lossy(&made.stdout).trim().to_owned()
}

async fn answers(port: u16) {
    let api = Api::new(format!("http://127.0.0.1:{port}"), "");
    until("the server to answer", START_S, async || api.try_ask("GET", "/session", None).await.ok()).await;
}

/// A running `muster serve`. Dropping it kills it.
pub struct Serving {
    child: Child,
}

impl Serving {
    /// Starts a server and waits until it answers. Its log goes to `serve.log` in the folder.
    ///
    /// # Panics
    /// It does not start.
    pub async fn start(folder: &Path, port: u16, api_url: &str) -> Self {
        Self::start_with(folder, port, api_url, &[]).await
    }

    /// The same with more of the environment.
    ///
    /// # Panics
    /// It does not start.
    pub async fn start_with(folder: &Path, port: u16, api_url: &str, environment: &[(&str, String)]) -> Self {
        let serving = Self::spawn_with(folder, port, api_url, environment);
        answers(port).await;
        serving
    }

    /// Starts a server by a command and waits until it answers.
    ///
    /// # Panics
    /// It does not start.
    pub async fn start_by(mut command: Command, port: u16) -> Self {
        let serving = Self { child: command.spawn().expect("the binary runs") };
        answers(port).await;
        serving
    }

    /// Starts a server without waiting for it.
    ///
    /// # Panics
    /// It does not start.
    pub fn spawn(folder: &Path, port: u16, api_url: &str) -> Self {
        Self::spawn_with(folder, port, api_url, &[])
    }

    /// The same with more of the environment.
    ///
    /// # Panics
    /// It does not start.
    pub fn spawn_with(folder: &Path, port: u16, api_url: &str, environment: &[(&str, String)]) -> Self {
        let listen = format!("127.0.0.1:{port}");
        let log = File::options().create(true).append(true).open(folder.join("serve.log")).expect("a log");
        let mut command = command(folder, &["serve", "--listen", &listen]);
        command.envs(environment.iter().map(|(name, value)| (*name, value)));
        command.env("MUSTER_TELEGRAM__API_URL", api_url).stdout(Stdio::null()).stderr(log);
        Self { child: command.spawn().expect("the binary runs") }
    }

    /// `kill -9`: no destructor, no farewell.
    ///
    /// # Panics
    /// The process was gone already.
    pub fn kill(mut self) {
        let early = self.child.try_wait().expect("a child of ours");
        assert!(early.is_none(), "the server ended by itself: {early:?}");
        self.child.kill().expect("a running process");
        self.child.wait().expect("a child of ours");
    }

    /// `kill -STOP`: the process stands still, with its memory and its connections.
    ///
    /// # Panics
    /// It is gone.
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    /// `kill -CONT`: it goes on as if nothing had been.
    ///
    /// # Panics
    /// It is gone.
    pub fn wake(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, name: &str) {
        let told = Command::new("kill").args([name, &self.child.id().to_string()]).status();
        assert!(told.expect("kill is everywhere").success(), "the server is gone");
    }

    /// Asks the server to stop and waits for its end; whether it ended well.
    ///
    /// # Panics
    /// It does not end within half a minute.
    pub async fn stop(mut self) -> bool {
        self.signal("-TERM");
        let look = async || self.child.try_wait().expect("a child of ours");
        until("the server to end", 30, look).await.0.success()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already, and then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that nobody listens at, at this moment.
///
/// # Panics
/// This machine has none.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("a bound address").port()
}
