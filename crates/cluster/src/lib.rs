//! A PostgreSQL that lives as long as the process: for tests.
//!
//! Where [`SHARED`] names one that runs already, a test makes its database there: a test run that gives each test a
//! process of its own would start a server for each (`cluster <command>` starts one for a whole command).
//!
//! The cluster stands in a temporary folder and listens on a socket there alone. When the process ends, however it
//! ends, the server stops and the folder goes: a small shell waits for that at the other end of a pipe.

use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use postgres::{Client, Config, NoTls};

/// How long a server may take to start on a busy machine.
const START_WAIT: Duration = Duration::from_secs(60);
/// The folder's end comes with the pipe's: `$1` the server's program, `$2` the folder, then the server's arguments.
const KEEPER: &str = "program=\"$1\"; folder=\"$2\"; shift 2; \
     \"$program\" -D \"$folder/data\" -k \"$folder\" -h '' -c fsync=off -c full_page_writes=off \
     -c synchronous_commit=off -c max_connections=200 -c shared_buffers=64MB \"$@\" >\"$folder/log\" 2>&1 </dev/null & \
     cat >/dev/null; kill -QUIT $!; wait; rm -rf \"$folder\"";
/// Of the user `muster`, where a server asks for one.
pub const PASSWORD: &str = "lantern";

/// The environment variable that names the folder of a server which is shared by several processes.
pub const SHARED: &str = "MUSTER_TEST_CLUSTER";

/// A running server.
pub struct Cluster {
    folder: PathBuf,
    /// In the name of its socket; it listens there alone unless told otherwise.
    port: u16,
    /// Holds the pipe; the shell at its end stops the server once this process is gone.
    _keeper: Child,
}

/// In the name of a server's socket; only [`encrypted`] ones listen elsewhere.
const PORT: u16 = 5432;

static CLUSTER: OnceLock<Result<Cluster, String>> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// The URL of a new, empty database on the shared server, or else on this process's; why there is none otherwise, in
/// one line.
///
/// # Errors
/// PostgreSQL is not installed, or did not start.
pub fn database() -> Result<String, String> {
    let number = DATABASES.fetch_add(1, Ordering::Relaxed);
    let name = format!("muster_{}_{number}", std::process::id());
    let folder = match std::env::var_os(SHARED) {
        Some(folder) => PathBuf::from(folder),
        None => CLUSTER.get_or_init(start).as_ref().map_err(Clone::clone)?.folder.clone(),
    };
    run(&folder, PORT, format!("CREATE DATABASE {name}"))?;
    let host = folder.display().to_string().replace('/', "%2F");
    Ok(format!("postgres://muster@{host}/{name}"))
}

/// Starts a server that other processes may share: the folder goes to them as [`SHARED`].
///
/// # Errors
/// PostgreSQL is not installed, or did not start.
pub fn start() -> Result<Cluster, String> {
    start_with(PORT, &[], &[])
}

/// As [`database`], for a test that passes without PostgreSQL and says so, also where its output is held back.
///
/// # Panics
/// PostgreSQL is there and does not start, or `MUSTER_TEST_POSTGRES=required` and it is not there.
pub fn database_or_skip() -> Option<String> {
    match database() {
        Ok(url) => Some(url),
        Err(reason) => {
            let required = std::env::var("MUSTER_TEST_POSTGRES").is_ok_and(|value| value == "required");
            assert!(!required && programs().is_none(), "PostgreSQL does not start: {reason}");
            // Nobody to tell is no reason to fail.
            let _ = writeln!(std::io::stderr(), "skipped: {reason}");
            None
        }
    }
}

/// A server of its own that listens on this machine's address too, and takes nobody there who does not speak TLS and
/// knows [`PASSWORD`].
pub struct Encrypted {
    pub port: u16,
    _cluster: Cluster,
}

/// Starts such a server with a certificate and its key, as PEM.
///
/// # Errors
/// PostgreSQL is not installed, or did not start.
pub fn encrypted(certificate: &str, key: &str) -> Result<Encrypted, String> {
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let port = port.map_err(|error| error.to_string())?.port();
    let rules = "local all all trust\nhostssl all all samehost scram-sha-256\n";
    let files = [("server.crt", certificate), ("server.key", key), ("pg_hba.conf", rules)];
    let arguments = ["-h", "localhost,127.0.0.1", "-c", "ssl=on"];
    let cluster = start_with(port, &files, &arguments)?;
    run(&cluster.folder, port, format!("ALTER ROLE muster PASSWORD '{PASSWORD}'"))?;
    Ok(Encrypted { port, _cluster: cluster })
}

/// Starts a server with more files in its folder and more arguments.
fn start_with(port: u16, files: &[(&str, &str)], arguments: &[&str]) -> Result<Cluster, String> {
    let programs =
        programs().ok_or("PostgreSQL is not installed (on Debian: apt-get install postgresql)".to_owned())?;
    let temporary = tempfile::Builder::new().prefix("muster-pg-").tempdir().map_err(|e| e.to_string())?;
    let owner = other_user();
    if let Some((user, group)) = owner {
        chown(temporary.path(), Some(user), Some(group)).map_err(|error| error.to_string())?;
    }
    let data = temporary.path().join("data");
    // A collation that orders unlike bytes, where the server has one: queries must not depend on it.
    let collations: [&[&str]; 2] = [&["--locale-provider=icu", "--icu-locale=en"], &["--no-locale"]];
    let mut said = String::new();
    let made = collations.iter().any(|collation| {
        let mut command = as_user(&programs.join("initdb"), owner);
        command.args(["--no-sync", "--auth=trust", "--username=muster", "--encoding=UTF8", "-D"]);
        let output = command.arg(&data).args(*collation).output();
        output.is_ok_and(|output| succeeded(&output, &mut said))
    });
    if !made {
        return Err(format!("initdb failed: {said}"));
    }
    for (name, text) in files {
        put(&data.join(name), text, owner).map_err(|error| format!("{name}: {error}"))?;
    }
    let folder = temporary.keep();
    let mut keeper = as_user(Path::new("sh"), owner);
    keeper.args(["-c", KEEPER, "keeper"]).arg(programs.join("postgres")).arg(&folder).stdin(Stdio::piped());
    keeper.args(["-p", &port.to_string()]).args(arguments);
    let keeper = keeper.process_group(0).spawn().map_err(|error| format!("sh: {error}"))?;
    let cluster = Cluster { folder, port, _keeper: keeper };
    cluster.wait_until_ready()?;
    Ok(cluster)
}

/// Writes a file that its owner alone reads: the server takes no other key.
fn put(path: &Path, text: &str, owner: Option<(u32, u32)>) -> std::io::Result<()> {
    std::fs::write(path, text)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    owner.map_or(Ok(()), |(user, group)| chown(path, Some(user), Some(group)))
}

impl Cluster {
    /// Where it stands.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn wait_until_ready(&self) -> Result<(), String> {
        let deadline = Instant::now() + START_WAIT;
        let (folder, port) = (self.folder.clone(), self.port);
        let thread = std::thread::spawn(move || {
            loop {
                match connect(&folder, port) {
                    Ok(_) => return Ok(()),
                    Err(error) if Instant::now() > deadline => {
                        let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
                        return Err(format!("the server did not start: {error}\n{log}"));
                    }
                    Err(_) => std::thread::sleep(Duration::from_millis(20)),
                }
            }
        });
        thread.join().map_err(|_| "the client panicked".to_owned())?
    }
}

/// Runs a statement in the database `postgres`.
fn run(folder: &Path, port: u16, sql: String) -> Result<(), String> {
    let folder = folder.to_path_buf();
    // The client brings a runtime of its own, which must not meet the caller's.
    let thread = std::thread::spawn(move || {
        connect(&folder, port)?.batch_execute(&sql).map_err(|error| error.to_string())
    });
    thread.join().map_err(|_| "the client panicked".to_owned())?
}

fn connect(folder: &Path, port: u16) -> Result<Client, String> {
    let mut config = Config::new();
    config.host_path(folder).port(port).user("muster").dbname("postgres");
    config.connect(NoTls).map_err(|error| error.to_string())
}

fn succeeded(output: &Output, said: &mut String) -> bool {
    said.push_str(&String::from_utf8_lossy(&output.stderr));
    output.status.success()
}

/// A command, as another user where this one is root: PostgreSQL refuses to run as root.
fn as_user(program: &Path, owner: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    if let Some((user, group)) = owner {
        command.uid(user).gid(group).current_dir("/");
    }
    command
}

/// The user that a root's server runs as: `postgres`, which its package makes, or `nobody`.
fn other_user() -> Option<(u32, u32)> {
    let own = Command::new("id").arg("-u").output().ok()?;
    if own.stdout.trim_ascii() != b"0" {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    let find = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    find("postgres").or_else(|| find("nobody"))
}

/// The folder of `initdb` and `postgres`: what `pg_config` says, Debian's, the newest first, or one of `PATH`.
fn programs() -> Option<PathBuf> {
    let complete = |folder: &PathBuf| ["initdb", "postgres"].iter().all(|name| folder.join(name).exists());
    let mut folders = Vec::new();
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        folders.push(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = installed.map(|version| version.path().join("bin")).collect();
    versions.sort();
    folders.extend(versions.into_iter().rev());
    folders.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
    folders.into_iter().find(complete)
}
