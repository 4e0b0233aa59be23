//! PostgreSQL behind the seam: connections that come back, sessions in a transaction, values both ways.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::error::Error as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use domain::ids::NodeId;
use fallible_iterator::FallibleIterator as _;
use postgres::binary_copy::BinaryCopyInWriter;
use postgres::error::SqlState;
use postgres::types::{FromSql, IsNull, ToSql, Type};
use postgres::{Client, Config, IsolationLevel, SimpleQueryMessage, Statement, Transaction};

use crate::bulk::List;
use crate::sql::Param;
use crate::tls::Tls;
use crate::{Result, StoreError, Synchronous, tls};

/// The oldest server that is supported, as `server_version_num` counts.
const VERSION_MIN: i32 = 150_000;
/// Rows that are held at once while a long answer is walked.
const ROWS_AT_ONCE: i32 = 1_000;
/// Prepared statements that a connection keeps. Few texts are put together from parts, so this is not reached.
const STATEMENTS_MAX: usize = 1_000;
/// Held by whoever writes, to the end of the transaction: one writer at a time over all processes.
const WRITER_LOCK: i64 = 0x6d75_7374_6572_0001;
/// Held by the servers of a database for as long as their writers are connected: shared by nodes, or by one alone.
const SERVER_LOCK: i64 = 0x6d75_7374_6572_0002;
/// With a node's id: held by that node for as long as its writer is connected.
pub(crate) const NODE_LOCK: i32 = 0x6d75_7374;
/// Where a commit is told to the other processes.
const COMMITS: &str = "muster_commits";
/// How long to listen before looking whether anybody still wants to hear.
const HEARING: Duration = Duration::from_secs(1);
/// Before listening again after the connection was lost.
const HEARING_AGAIN: Duration = Duration::from_secs(1);
/// How long to ask what became of a commit.
const COMMIT_WAIT: Duration = Duration::from_secs(20);
/// How long the locks of a connection that has just ended may still be seen.
const SERVER_LOCK_WAIT: Duration = Duration::from_secs(3);

/// Which server, and what every connection of a store is like.
#[derive(Debug)]
pub(crate) struct Server {
    config: Config,
    tls: Tls,
    synchronous: Synchronous,
    occupancy: Occupancy,
    /// What this process's commits are told to the others by.
    mark: u32,
}

/// Who else may have the database while a store's writer is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occupancy {
    /// Anybody: a command beside the servers.
    Beside,
    /// The other nodes.
    Node(NodeId),
    /// No server.
    Alone,
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Reads,
    Writes,
}

impl Server {
    /// Reads a URL such as `postgres://muster:secret@db.example.com/muster`.
    pub(crate) fn of(url: &str, synchronous: Synchronous, occupancy: Occupancy) -> Result<Self> {
        let unreadable = |reason| StoreError::Unreachable { server: "PostgreSQL".into(), reason };
        let (mut config, tls) = tls::settings(url).map_err(unreadable)?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(10));
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(Duration::from_secs(20));
        }
        if config.get_application_name().is_none() {
            config.application_name("muster");
        }
        Ok(Self { config, tls, synchronous, occupancy, mark: rand::random() })
    }

    /// Whether other nodes may be there.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self.occupancy, Occupancy::Node(_))
    }

    /// Whether commits of other processes are to be heard of.
    pub(crate) fn is_listening(&self) -> bool {
        self.occupancy != Occupancy::Beside
    }

    /// Calls `heard` for every commit of another process, until it answers false. What came while the server was away
    /// is told by one call.
    pub(crate) fn listen(&self, mut heard: impl FnMut(bool) -> bool) {
        loop {
            let listening = self.connect(Side::Reads).and_then(|mut client| {
                client.batch_execute(&format!("LISTEN {COMMITS}"))?;
                Ok(client)
            });
            let is_open = match listening {
                Ok(client) => heard(true) && self.hear(client, &mut heard),
                Err(_) => heard(false),
            };
            if !is_open {
                return;
            }
            std::thread::sleep(HEARING_AGAIN);
        }
    }

    /// Whether to listen anew once the connection is lost.
    fn hear(&self, mut client: Client, heard: &mut impl FnMut(bool) -> bool) -> bool {
        let own = self.mark.to_string();
        loop {
            match client.notifications().timeout_iter(HEARING).next() {
                Ok(told) => {
                    if !heard(told.is_some_and(|told| told.payload() != own)) {
                        return false;
                    }
                }
                Err(_) => return true,
            }
        }
    }

    /// Host and database, without the password.
    pub(crate) fn name(&self) -> String {
        let host = match self.config.get_hosts().first() {
            Some(postgres::config::Host::Tcp(host)) => host.clone(),
            Some(postgres::config::Host::Unix(path)) => path.display().to_string(),
            None => "localhost".into(),
        };
        format!("{host}/{}", self.config.get_dbname().unwrap_or("postgres"))
    }

    fn connect(&self, side: Side) -> Result<Client> {
        let mut client = self.config.connect(self.tls.connector()).map_err(|error| self.refused(&error))?;
        let version: String = client.query_one("SHOW server_version_num", &[])?.try_get(0)?;
        if version.parse::<i32>().unwrap_or(0) < VERSION_MIN {
            let found: String = client.query_one("SHOW server_version", &[])?.try_get(0)?;
            return Err(StoreError::TooOld { found });
        }
        // A writer that was paused or cut off in a transaction must not hold up the others for long.
        client.batch_execute(
            "SET idle_in_transaction_session_timeout = '10s'; SET tcp_user_timeout = '20s'; \
             SET standard_conforming_strings = on; SET client_min_messages = warning",
        )?;
        if side == Side::Writes {
            if self.synchronous == Synchronous::Normal {
                client.batch_execute("SET synchronous_commit = off")?;
            }
            match self.occupancy {
                Occupancy::Beside => {}
                Occupancy::Node(node) => {
                    self.take_lock(&mut client, &format!("pg_try_advisory_lock_shared({SERVER_LOCK})"))?;
                    self.take_lock(&mut client, &format!("pg_try_advisory_lock({NODE_LOCK}, {node})"))?;
                }
                Occupancy::Alone => {
                    self.take_lock(&mut client, &format!("pg_try_advisory_lock({SERVER_LOCK})"))?;
                }
            }
        }
        Ok(client)
    }

    fn take_lock(&self, client: &mut Client, lock: &str) -> Result<()> {
        let deadline = Instant::now() + SERVER_LOCK_WAIT;
        loop {
            let taken = client.query_one(&format!("SELECT {lock}"), &[])?.try_get(0)?;
            if taken {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(StoreError::DatabaseInUse(self.name()));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn refused(&self, error: &postgres::Error) -> StoreError {
        let server = self.name();
        if let Some(reason) = tls::refusal(error) {
            return StoreError::Untrusted { server, reason };
        }
        let refusal = error.code().is_some_and(|code| {
            [SqlState::INVALID_PASSWORD, SqlState::INVALID_AUTHORIZATION_SPECIFICATION].contains(code)
        });
        // Without any password at all it is the client that gives up.
        let missing = error.to_string().starts_with("invalid configuration")
            && error.source().is_some_and(|source| source.to_string().contains("password"));
        let reason = said(error);
        if refusal || missing {
            StoreError::Refused { server, reason }
        } else {
            StoreError::Unreachable { server, reason }
        }
    }
}

/// One connection, made again when it was lost.
pub(crate) struct Connection {
    server: Arc<Server>,
    side: Side,
    /// Absent while the server cannot be reached.
    client: Option<Client>,
    /// The client is not used again: the next piece of work connects anew.
    is_given_up: bool,
    statements: RefCell<HashMap<String, Vec<Statement>>>,
}

impl Connection {
    pub(crate) fn open(server: &Arc<Server>, side: Side) -> Result<Self> {
        let client = Some(server.connect(side)?);
        Ok(Self {
            server: Arc::clone(server),
            side,
            client,
            is_given_up: false,
            statements: RefCell::default(),
        })
    }

    /// The client, alive a moment ago: nothing that was begun on a lost one is begun again here.
    fn client(&mut self) -> Result<&mut Client> {
        let alive = self.client.as_mut().is_some_and(|client| client.check_connection().is_ok());
        if !alive || self.is_given_up {
            self.client = None;
            self.is_given_up = false;
            self.statements.borrow_mut().clear();
            self.client = Some(self.server.connect(self.side)?);
        }
        self.client.as_mut().ok_or(StoreError::Closed)
    }

    /// What became of a commit whose answer was lost: asked over a new connection, until the server knows.
    pub(crate) fn outcome_of(&mut self, commit: NotCommitted) -> Result<()> {
        let Some(transaction) = &commit.transaction else { return Err(commit.error) };
        let sql = format!("SELECT pg_xact_status('{transaction}'::xid8)");
        let deadline = Instant::now() + COMMIT_WAIT;
        while Instant::now() < deadline {
            match self.client().and_then(|client| Ok(client.query_one(&sql, &[])?.try_get(0)?)) {
                Ok(Some(status)) if status == "committed" => return Ok(()),
                Ok(Some(status)) if status == "aborted" => return Err(commit.error),
                Ok(None::<String> | Some(_)) => {}
                Err(error) => tracing::warn!(%error, "a commit's outcome is not known yet"),
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Err(commit.error)
    }

    /// Begins a transaction: a snapshot to read, or the turn of the one writer.
    ///
    /// A writer's connection that may not write is given up: what a database has set about that holds for connections
    /// made later, so that this one would be refused for ever.
    pub(crate) fn begin(&mut self) -> Result<Session<'_>> {
        let side = self.side;
        self.client()?;
        let Self { client: Some(client), statements, server, is_given_up, .. } = self else {
            return Err(StoreError::Closed);
        };
        let transaction = match side {
            Side::Reads => client
                .build_transaction()
                .isolation_level(IsolationLevel::RepeatableRead)
                .read_only(true)
                .start()?,
            Side::Writes => {
                let mut transaction =
                    client.build_transaction().isolation_level(IsolationLevel::ReadCommitted).start()?;
                if !takes_turn(&mut transaction)? {
                    *is_given_up = true;
                    return Err(StoreError::ReadOnly(server.name()));
                }
                transaction
            }
        };
        Ok(Session { transaction: RefCell::new(transaction), statements, mark: server.mark })
    }
}

/// Waits for the writer's turn; false where the transaction may write nothing.
fn takes_turn(transaction: &mut Transaction<'_>) -> Result<bool> {
    let sql =
        format!("SELECT pg_advisory_xact_lock({WRITER_LOCK}), current_setting('transaction_read_only')");
    let answers = transaction.simple_query(&sql)?;
    Ok(!answers.iter().any(|answer| match answer {
        SimpleQueryMessage::Row(row) => row.get(1) == Some("on"),
        _ => false,
    }))
}

impl Drop for Connection {
    fn drop(&mut self) {
        // Saying good-bye waits for the server, which a thread of an async runtime may not.
        if let Some(client) = self.client.take() {
            let _ = off_the_runtime(move || drop(client));
        }
    }
}

/// Runs `work` on a thread of its own, since the client brings its own runtime.
pub(crate) fn off_the_runtime<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let thread = std::thread::spawn(work);
    thread.join().map_err(|_| StoreError::Database("a connection's thread panicked".into()))
}

/// A commit that was not answered well.
pub(crate) struct NotCommitted {
    /// Which transaction it was, where the COMMIT was sent and the answer may only be lost.
    pub(crate) transaction: Option<String>,
    pub(crate) error: StoreError,
}

impl From<NotCommitted> for StoreError {
    fn from(commit: NotCommitted) -> Self {
        commit.error
    }
}

/// A transaction on a connection. Dropping it undoes it.
pub(crate) struct Session<'a> {
    transaction: RefCell<Transaction<'a>>,
    statements: &'a RefCell<HashMap<String, Vec<Statement>>>,
    mark: u32,
}

impl Session<'_> {
    /// Commits. PostgreSQL answers the COMMIT of a broken transaction with a rollback and no error, so that the
    /// transaction is asked for its id first, which a broken one does not tell. The same question leaves the news for
    /// the other processes, which get it with the commit.
    pub(crate) fn commit(self) -> std::result::Result<(), NotCommitted> {
        let mut transaction = self.transaction.into_inner();
        let sql = format!(
            "SELECT id, CASE WHEN id IS NOT NULL THEN pg_notify('{COMMITS}', '{}')::text END \
             FROM (SELECT pg_current_xact_id_if_assigned()::text AS id) AS this",
            self.mark
        );
        let id = transaction
            .query_one(&sql, &[])
            .and_then(|row| row.try_get::<_, Option<String>>(0))
            .map_err(|error| NotCommitted { transaction: None, error: error.into() })?;
        transaction.commit().map_err(|error| NotCommitted { transaction: id, error: error.into() })
    }

    /// Copies rows into a table in the binary form of COPY: `fill` writes them. How many were taken.
    pub(crate) fn copy_in(
        &self,
        sql: &str,
        types: &[Type],
        fill: impl FnOnce(&mut BinaryCopyInWriter<'_>) -> Result<()>,
    ) -> Result<u64> {
        let mut transaction = self.transaction.borrow_mut();
        let mut writer = BinaryCopyInWriter::new(transaction.copy_in(sql)?, types);
        fill(&mut writer)?;
        Ok(writer.finish()?)
    }

    /// The prepared statement of a text. Its types are those of the values it was first given; a value of another
    /// type makes another statement.
    fn statement(&self, sql: &str, params: &[Param<'_>]) -> std::result::Result<Statement, postgres::Error> {
        let types: Vec<Type> = params.iter().map(type_of).collect();
        self.prepared(sql, &types)
    }

    /// As [`Session::statement`], of types; an unknown one fits whatever the statement wants.
    fn prepared(&self, sql: &str, types: &[Type]) -> std::result::Result<Statement, postgres::Error> {
        let fits = |statement: &&Statement| {
            let wanted = statement.params();
            wanted.len() == types.len()
                && types.iter().zip(wanted).all(|(kind, wanted)| *kind == Type::UNKNOWN || kind == wanted)
        };
        let known = self.statements.borrow().get(sql).and_then(|kept| kept.iter().find(fits).cloned());
        if let Some(statement) = known {
            return Ok(statement);
        }
        let statement = self.transaction.borrow_mut().prepare_typed(sql, types)?;
        let mut statements = self.statements.borrow_mut();
        if statements.len() >= STATEMENTS_MAX {
            statements.clear();
        }
        statements.entry(sql.to_owned()).or_default().push(statement.clone());
        Ok(statement)
    }
}

/// What a transaction is asked, without the lifetime of its connection: the cell that holds it would make every
/// [`crate::ReadTx`] invariant, and closures could not hand theirs on.
pub(crate) trait Statements {
    /// Runs statements without parameters that answer nothing.
    fn batch(&self, sql: &str) -> Result<()>;
    /// The number of rows that a statement changed.
    fn execute(&self, sql: &str, params: &[Param<'_>]) -> std::result::Result<usize, postgres::Error>;
    /// As [`Statements::execute`] with a list of values for each parameter; the whole numbers that the statement
    /// answers with, if it answers.
    fn run_lists(&self, sql: &str, lists: &[List<'_>]) -> Result<(usize, Vec<i64>)>;
    /// All rows.
    fn query(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<postgres::Row>>;
    /// Walks an answer in parts, so that it is never held as a whole; `visit` may ask other things meanwhile.
    fn walk(
        &self,
        sql: &str,
        params: &[Param<'_>],
        visit: &mut dyn FnMut(&postgres::Row) -> Result<bool>,
    ) -> Result<()>;
}

impl Statements for Session<'_> {
    fn batch(&self, sql: &str) -> Result<()> {
        Ok(self.transaction.borrow_mut().batch_execute(sql)?)
    }

    fn execute(&self, sql: &str, params: &[Param<'_>]) -> std::result::Result<usize, postgres::Error> {
        let statement = self.statement(sql, params)?;
        let changed = self.transaction.borrow_mut().execute(&statement, &by_reference(params))?;
        Ok(usize::try_from(changed).unwrap_or(usize::MAX))
    }

    fn run_lists(&self, sql: &str, lists: &[List<'_>]) -> Result<(usize, Vec<i64>)> {
        let types: Vec<Type> = lists.iter().map(List::kind).collect();
        let statement = self.prepared(sql, &types)?;
        let mut transaction = self.transaction.borrow_mut();
        let mut rows = transaction.query_raw(&statement, lists.iter().map(List::value))?;
        let mut answers = Vec::new();
        while let Some(row) = rows.next()? {
            answers.push(row.try_get(0)?);
        }
        let changed = rows.rows_affected().unwrap_or(0);
        Ok((usize::try_from(changed).unwrap_or(usize::MAX), answers))
    }

    fn query(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<postgres::Row>> {
        let statement = self.statement(sql, params)?;
        Ok(self.transaction.borrow_mut().query(&statement, &by_reference(params))?)
    }

    fn walk(
        &self,
        sql: &str,
        params: &[Param<'_>],
        visit: &mut dyn FnMut(&postgres::Row) -> Result<bool>,
    ) -> Result<()> {
        let statement = self.statement(sql, params)?;
        let portal = self.transaction.borrow_mut().bind(&statement, &by_reference(params))?;
        loop {
            let rows = self.transaction.borrow_mut().query_portal(&portal, ROWS_AT_ONCE)?;
            for row in &rows {
                if !visit(row)? {
                    return Ok(());
                }
            }
            if rows.len() < ROWS_AT_ONCE as usize {
                return Ok(());
            }
        }
    }
}

fn by_reference<'a>(params: &'a [Param<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    params.iter().map(|param| param as &(dyn ToSql + Sync)).collect()
}

/// Values say their type themselves; an absent one takes what the statement wants in its place.
fn type_of(param: &Param<'_>) -> Type {
    match param {
        Param::Null => Type::UNKNOWN,
        Param::Int(_) => Type::INT8,
        Param::Real(_) => Type::FLOAT8,
        Param::Text(_) => Type::TEXT,
        Param::Blob(_) => Type::BYTEA,
    }
}

/// A text as PostgreSQL can have it, which has no NUL in its texts; a person's name may hold one.
pub(crate) fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { text.into() }
}

impl ToSql for Param<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(value) => value.to_sql(kind, out),
            Self::Real(value) => value.to_sql(kind, out),
            Self::Text(value) => without_nul(value).to_sql(kind, out),
            Self::Blob(value) => value.to_sql(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    postgres::types::to_sql_checked!();
}

/// A whole number of whatever width, or a truth.
pub(crate) struct Whole(pub(crate) i64);

impl<'a> FromSql<'a> for Whole {
    fn from_sql(
        kind: &Type,
        raw: &'a [u8],
    ) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(match *kind {
            Type::INT4 => i64::from(i32::from_sql(kind, raw)?),
            Type::BOOL => i64::from(bool::from_sql(kind, raw)?),
            _ => i64::from_sql(kind, raw)?,
        }))
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT8, Type::INT4, Type::BOOL].contains(kind)
    }
}

/// Whatever it is, it is there.
pub(crate) struct Present;

impl<'a> FromSql<'a> for Present {
    fn from_sql(
        _: &Type,
        _: &'a [u8],
    ) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// What the server said, or what the client met.
pub(crate) fn said(error: &postgres::Error) -> String {
    match (error.as_db_error(), error.source()) {
        (Some(answer), _) => answer.message().to_owned(),
        (None, Some(source)) => format!("{error}: {source}"),
        (None, None) => error.to_string(),
    }
}

/// Whether a uniqueness rule refused a row.
pub(crate) fn is_duplicate(error: &postgres::Error) -> bool {
    error.code() == Some(&SqlState::UNIQUE_VIOLATION)
}
