//! A plain loop over SQLite to measure against: the tables and rows of Muster, and nothing else of it. No rules, no
//! savepoints, no reading besides what a row cannot be written without; prepared statements and group commit, as
//! anyone would write it who wants it fast.
//!
//! It is driven by `muster bench`, and works on a file that [`crate::Store::open`] made, so that the indexes are the same.

use std::path::Path;

use domain::ids::{BotId, LinkId, WorkspaceId};
use rusqlite::{Connection, OptionalExtension, params};
use tokio::sync::{mpsc, oneshot};

use crate::writer::{Synchronous, connect};
use crate::{ReadTx, Result, StoreError, WriteTx};

/// Pieces of work that may wait, and that one commit may hold.
const QUEUE_MAX: usize = 1_024;
const GROUP_MAX: usize = 250;

/// An update, as far as it becomes rows.
#[derive(Debug, Clone)]
pub struct PlainUpdate {
    pub bot: i64,
    pub update_id: i64,
    pub telegram_id: i64,
    /// The person's profile as JSON, and what they are called.
    pub profile: String,
    pub name: String,
    pub at: i64,
    /// The kind of the event, and the event as JSON.
    pub kind: &'static str,
    pub data: String,
    /// What the head of the conversation shows; none for what is no message.
    pub text: Option<String>,
}

/// A visit of a link, as far as it becomes a row.
#[derive(Debug, Clone)]
pub struct PlainVisit {
    pub workspace: i64,
    pub id: i64,
    pub link: i64,
    pub bot: i64,
    pub at: i64,
    pub address: String,
    /// Country, browser, system, kind of device.
    pub traits: [Option<String>; 4],
    pub language: Option<String>,
    pub referrer: Option<String>,
    pub user_agent: Option<String>,
    pub utm_source: Option<String>,
    pub query: String,
}

/// A click on a tracked link, as far as it becomes rows.
#[derive(Debug, Clone)]
pub struct PlainClick {
    pub bot: i64,
    pub contact: i64,
    pub campaign: i64,
    pub at: i64,
    pub object: String,
    /// The event as JSON.
    pub data: String,
}

/// One piece of work.
#[derive(Debug, Clone)]
pub enum PlainWork {
    Update(PlainUpdate),
    Visit(PlainVisit),
    Click(PlainClick),
    /// The rows of an update whose person and event number are known: its id, its event, the latest interaction.
    Known {
        update: PlainUpdate,
        contact: i64,
        number: i64,
    },
}

type Waiting = (PlainWork, oneshot::Sender<bool>);

/// The loop. Dropping it ends it.
#[derive(Clone)]
pub struct PlainLoop {
    work: mpsc::Sender<Waiting>,
}

impl PlainLoop {
    /// Starts the loop on a folder's database.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn start(folder: &Path) -> Result<Self> {
        let connection = connect(&folder.join(crate::backup::FILE_NAME), Synchronous::Full)?;
        let (work, queue) = mpsc::channel(QUEUE_MAX);
        std::thread::Builder::new()
            .name("plain-loop".into())
            .spawn(move || run(&connection, queue))
            .map_err(|error| StoreError::Database(error.to_string()))?;
        Ok(Self { work })
    }

    /// Hands one piece of work in; true once it is durable.
    pub async fn take(&self, work: PlainWork) -> bool {
        let (answer, heard) = oneshot::channel();
        self.work.send((work, answer)).await.is_ok() && heard.await.unwrap_or(false)
    }
}

fn run(connection: &Connection, mut queue: mpsc::Receiver<Waiting>) {
    while let Some(first) = queue.blocking_recv() {
        let mut group = vec![first];
        let written = write_group(connection, &mut group, &mut queue);
        if let Err(error) = &written {
            tracing::error!(%error, "the plain loop failed");
            // What failed may have left its transaction open.
            let _ = connection.execute_batch("ROLLBACK");
        }
        for (_, answer) in group {
            let _ = answer.send(written.is_ok());
        }
    }
}

fn write_group(
    connection: &Connection,
    group: &mut Vec<Waiting>,
    queue: &mut mpsc::Receiver<Waiting>,
) -> Result<()> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let mut counters = Counters::default();
    let mut done = 0;
    while let Some((work, _)) = group.get(done) {
        write(connection, work, &mut counters)?;
        done += 1;
        if done == group.len()
            && done < GROUP_MAX
            && let Ok(next) = queue.try_recv()
        {
            group.push(next);
        }
    }
    counters.keep(connection)?;
    connection.execute_batch("COMMIT")?;
    Ok(())
}

/// Writes rows one after the other, `batch` to a commit: no queue, nobody who waits.
///
/// # Errors
/// What the database said.
pub fn write_in_batches(folder: &Path, rows: &[PlainWork], batch: usize) -> Result<()> {
    let connection = connect(&folder.join(crate::backup::FILE_NAME), Synchronous::Full)?;
    for part in rows.chunks(batch.max(1)) {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        let mut counters = Counters::default();
        for work in part {
            write(&connection, work, &mut counters)?;
        }
        counters.keep(&connection)?;
        connection.execute_batch("COMMIT")?;
    }
    Ok(())
}

/// Rows of each table that intake and links write: contestants must have done the same.
///
/// # Errors
/// The file cannot be read.
pub fn row_counts(folder: &Path) -> Result<Vec<(&'static str, i64)>> {
    let connection = connect(&folder.join(crate::backup::FILE_NAME), Synchronous::Full)?;
    let tables = ["updates_seen", "contacts", "events", "conversations", "visits"];
    let count = |table: &'static str| {
        let sql = format!("SELECT COUNT(*) FROM {table}");
        Ok((table, connection.query_row(&sql, [], |row| row.get(0))?))
    };
    tables.into_iter().map(count).collect()
}

/// The numbers of the bot that a group writes for, read once and written back once.
#[derive(Default)]
struct Counters {
    of: Option<(i64, i64, i64)>,
    changed: bool,
}

impl Counters {
    /// The next event's number, and the next person's.
    fn read(&mut self, connection: &Connection, bot: i64) -> Result<(i64, i64)> {
        if let Some((held, event, contact)) = self.of
            && held == bot
        {
            return Ok((event, contact));
        }
        self.keep(connection)?;
        let mut statement =
            connection.prepare_cached("SELECT next_event, next_contact FROM bots WHERE id = ?1")?;
        let (event, contact) = statement.query_row([bot], |row| Ok((row.get(0)?, row.get(1)?)))?;
        self.of = Some((bot, event, contact));
        Ok((event, contact))
    }

    fn moved(&mut self, bot: i64, next_event: i64, next_contact: i64) {
        self.of = Some((bot, next_event, next_contact));
        self.changed = true;
    }

    fn keep(&mut self, connection: &Connection) -> Result<()> {
        if let (Some((bot, event, contact)), true) = (self.of, self.changed) {
            connection
                .prepare_cached("UPDATE bots SET next_event = ?2, next_contact = ?3 WHERE id = ?1")?
                .execute(params![bot, event, contact])?;
        }
        self.changed = false;
        Ok(())
    }
}

fn write(connection: &Connection, work: &PlainWork, counters: &mut Counters) -> Result<()> {
    match work {
        PlainWork::Update(update) => write_update(connection, update, counters),
        PlainWork::Visit(visit) => write_visit(connection, visit),
        PlainWork::Click(click) => write_click(connection, click, counters),
        PlainWork::Known { update, contact, number } => {
            if see(connection, update)? {
                append(
                    connection,
                    update.bot,
                    *number,
                    *contact,
                    update.at,
                    update.kind,
                    None,
                    &update.data,
                )?;
                touch(connection, update.bot, *contact, update.at)?;
            }
            Ok(())
        }
    }
}

fn see(connection: &Connection, update: &PlainUpdate) -> Result<bool> {
    let seen = connection
        .prepare_cached(
            "INSERT INTO updates_seen (bot_id, update_id, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        )?
        .execute(params![update.bot, update.update_id, update.at])?;
    Ok(seen == 1)
}

fn write_update(connection: &Connection, update: &PlainUpdate, counters: &mut Counters) -> Result<()> {
    if !see(connection, update)? {
        return Ok(());
    }
    let bot = update.bot;
    let (mut event, mut next_contact) = counters.read(connection, bot)?;
    let known: Option<i64> = connection
        .prepare_cached("SELECT number FROM contacts WHERE bot_id = ?1 AND telegram_id = ?2")?
        .query_row(params![bot, update.telegram_id], |row| row.get(0))
        .optional()?;
    let contact = match known {
        Some(number) => number,
        None => {
            connection
                .prepare_cached(
                    "INSERT INTO contacts (bot_id, number, telegram_id, profile, name, username, source, attributes, \
                     blocked, deactivated, opted_out, first_seen, erased) \
                     VALUES (?1, ?2, ?3, ?4, ?5, NULL, '{}', '{}', 0, 0, 0, ?6, 0)",
                )?
                .execute(params![bot, next_contact, update.telegram_id, update.profile, update.name, update.at])?;
            append(
                connection,
                bot,
                event,
                next_contact,
                update.at,
                "contact_created",
                None,
                &update.profile,
            )?;
            event += 1;
            next_contact += 1;
            next_contact - 1
        }
    };
    append(connection, bot, event, contact, update.at, update.kind, None, &update.data)?;
    event += 1;
    touch(connection, bot, contact, update.at)?;
    if let Some(text) = &update.text {
        let unread: i64 = connection
            .prepare_cached(
                "INSERT INTO conversations (bot_id, contact, status, waiting_since, unread, last_at, last_text, \
                 last_from) VALUES (?1, ?2, 'open', ?3, 1, ?3, ?4, 'person') ON CONFLICT (bot_id, contact) DO UPDATE \
                 SET unread = unread + 1, last_at = max(last_at, excluded.last_at), last_text = excluded.last_text \
                 RETURNING unread",
            )?
            .query_row(params![bot, contact, update.at, text], |row| row.get(0))?;
        if unread == 1 {
            let data = r#"{"kind":"conversation_changed","status":"open","assignee":null}"#;
            append(connection, bot, event, contact, update.at, "conversation_changed", None, data)?;
            event += 1;
        }
    }
    counters.moved(bot, event, next_contact);
    Ok(())
}

fn touch(connection: &Connection, bot: i64, contact: i64, at: i64) -> Result<()> {
    connection
        .prepare_cached(
            "UPDATE contacts SET last_interaction = ?3 WHERE bot_id = ?1 AND number = ?2 \
             AND (last_interaction IS NULL OR last_interaction < ?3)",
        )?
        .execute(params![bot, contact, at])?;
    Ok(())
}

#[allow(clippy::too_many_arguments)] // one row's columns
fn append(
    connection: &Connection,
    bot: i64,
    number: i64,
    contact: i64,
    at: i64,
    kind: &str,
    object_and_campaign: Option<(&str, i64)>,
    data: &str,
) -> Result<()> {
    let (object, campaign) = object_and_campaign.unzip();
    connection
        .prepare_cached(
            "INSERT INTO events (bot_id, number, contact, at, kind, object, campaign, data) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![bot, number, contact, at, kind, object, campaign, data])?;
    Ok(())
}

fn write_visit(connection: &Connection, visit: &PlainVisit) -> Result<()> {
    let [country, browser, os, device] = &visit.traits;
    connection
        .prepare_cached(
            "INSERT INTO visits (workspace_id, id, link_id, bot_id, at, visitor, address, address_whole, country, \
             browser, os, device, language, referrer, user_agent, utm_source, query, reuses) \
             VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, 1, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, 0)",
        )?
        .execute(params![
            visit.workspace,
            visit.id,
            visit.link,
            visit.bot,
            visit.at,
            visit.address,
            country,
            browser,
            os,
            device,
            visit.language,
            visit.referrer,
            visit.user_agent,
            visit.utm_source,
            visit.query
        ])?;
    Ok(())
}

fn write_click(connection: &Connection, click: &PlainClick, counters: &mut Counters) -> Result<()> {
    let (number, next_contact) = counters.read(connection, click.bot)?;
    let about = Some((click.object.as_str(), click.campaign));
    append(connection, click.bot, number, click.contact, click.at, "click", about, &click.data)?;
    counters.moved(click.bot, number + 1, next_contact);
    touch(connection, click.bot, click.contact, click.at)?;
    connection
        .prepare_cached(
            "UPDATE recipients SET answers = answers | ?4 WHERE bot_id = ?1 AND contact = ?2 AND campaign = ?3",
        )?
        .execute(params![click.bot, click.contact, click.campaign, 2])?;
    Ok(())
}

/// What a funnel's numbers are without counts: every visit of a bot is read and grouped, by an index that fits. Answers
/// with how many groups there are.
///
/// # Errors
/// The database failed.
pub fn group_every_visit(tx: &ReadTx<'_>, workspace: WorkspaceId, bot: BotId) -> Result<usize> {
    let groups = tx.rows(
        "SELECT link_id, at / 900000, visitor, COUNT(*), COUNT(contact), SUM(reuses) FROM visits \
         WHERE workspace_id = $1 AND bot_id = $2 AND at >= 0 GROUP BY link_id, at / 900000, visitor ORDER BY 1, 2, 3",
        crate::sql::params![workspace, bot],
        |row| row.get::<i64>(3),
    )?;
    Ok(groups.len())
}

/// The same for one link, and by the values of a parameter.
///
/// # Errors
/// The database failed.
pub fn group_visits_of(tx: &ReadTx<'_>, workspace: WorkspaceId, bot: BotId, link: LinkId) -> Result<usize> {
    let quarters = tx.rows(
        "SELECT at / 900000, visitor, COUNT(*), COUNT(contact), SUM(reuses) FROM visits WHERE workspace_id = $1 \
         AND link_id = $2 AND bot_id = $3 AND at >= 0 GROUP BY at / 900000, visitor ORDER BY 1, 2",
        crate::sql::params![workspace, link, bot],
        |row| row.get::<i64>(2),
    )?;
    let values = tx.rows(
        "SELECT utm_source, COUNT(*) FROM visits WHERE workspace_id = $1 AND link_id = $2 AND bot_id = $3 \
         AND at >= 0 AND visitor = 0 GROUP BY utm_source ORDER BY 2 DESC, 1 LIMIT 500",
        crate::sql::params![workspace, link, bot],
        |row| row.get::<i64>(1),
    )?;
    Ok(quarters.len() + values.len())
}

/// The index that such reading wants; the tables do not have it.
///
/// # Errors
/// The database failed.
pub fn index_visits(tx: &WriteTx<'_>) -> Result<()> {
    tx.run("CREATE INDEX visits_link ON visits (workspace_id, link_id, bot_id, at)", &[])?;
    tx.run("ANALYZE visits_link", &[])?;
    Ok(())
}
