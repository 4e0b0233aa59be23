//! One server of several on one PostgreSQL, as a process, with ways to the database and to Telegram of its own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::binary::{self, Serving, free_port};
use crate::{Api, Delays, Network};

/// A database that nodes share.
#[derive(Debug, Clone)]
pub struct Shared {
    /// As the tests reach it, past everybody's own way.
    pub url: String,
    socket: PathBuf,
    name: String,
}

impl Shared {
    /// The database of a URL that names a folder in place of a host, as those of `cluster` do.
    ///
    /// # Panics
    /// It names no folder.
    pub fn of(url: String) -> Self {
        let after = url.split_once('@').expect("a user").1;
        let (host, name) = after.split_once('/').expect("a database");
        let socket = Path::new(&host.replace("%2F", "/")).join(".s.PGSQL.5432");
        let name = name.to_owned();
        Self { url, socket, name }
    }
}

/// A place for a server: its folder, its port, its ways; and the server, while it runs.
pub struct Seat {
    pub api: Api,
    pub port: u16,
    /// Between the server and the Bot API.
    pub to_telegram: Network,
    /// Between the server and the database.
    pub to_database: Network,
    folder: TempDir,
    environment: Vec<(&'static str, String)>,
    serving: Option<Serving>,
}

impl Seat {
    /// A place on a database for a server of a name; nothing runs yet. Everybody's key is `key_of`'s, the first's own.
    ///
    /// # Panics
    /// The place cannot be made.
    pub async fn new(name: &str, shared: &Shared, sandbox: SocketAddr, key_of: Option<&Self>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        if let Some(first) = key_of {
            let copied =
                std::fs::copy(first.folder.path().join("muster.key"), folder.path().join("muster.key"));
            copied.expect("a first server with a key");
        }
        let to_telegram = Network::to(sandbox, Delays { request_ms: 3..15, answer_ms: 3..20 }).await;
        let to_database = Network::to_socket(shared.socket.clone()).await;
        let url = format!("postgres://muster@{}/{}", to_database.address, shared.name);
        let environment = vec![("MUSTER_DATABASE_URL", url), ("MUSTER_NODE__NAME", name.to_owned())];
        let port = free_port();
        let token = key_of.map(|first| first.api.token.clone());
        let token = token.unwrap_or_else(|| {
            let made = binary::run(folder.path(), &["token", "create", "tests"], |command| {
                command.envs(environment.iter().map(|(name, value)| (*name, value)));
            });
            assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
            String::from_utf8_lossy(&made.stdout).trim().to_owned()
        });
        let api = Api::new(format!("http://127.0.0.1:{port}"), token);
        Self { api, port, to_telegram, to_database, folder, environment, serving: None }
    }

    /// Adds to what the server is configured with.
    pub fn configure(&mut self, name: &'static str, value: impl Into<String>) {
        self.environment.push((name, value.into()));
    }

    /// Starts the server and waits until it answers.
    ///
    /// # Panics
    /// It does not start.
    pub async fn start(&mut self) {
        let api_url = self.to_telegram.api_url();
        let serving = Serving::start_with(self.folder.path(), self.port, &api_url, &self.environment);
        self.serving = Some(serving.await);
    }

    /// The running server.
    ///
    /// # Panics
    /// None runs.
    pub fn serving(&self) -> &Serving {
        self.serving.as_ref().expect("a running server")
    }

    /// The running server, to be ended.
    ///
    /// # Panics
    /// None runs.
    pub fn take(&mut self) -> Serving {
        self.serving.take().expect("a running server")
    }

    /// What the server said, to be shown when a test fails.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("serve.log")).unwrap_or_default()
    }
}
