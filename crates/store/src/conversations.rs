//! The thread between one contact and the team. Its id is the contact's.

use domain::conversation::{Conversation, LineOf, Status};
use domain::ids::{BotId, ContactNumber, MemberId, WorkspaceId};
use domain::naming::search_fold;
use domain::team::Role;
use domain::time::Millis;

use crate::search::Search;
use crate::sql::{Row, params};
use crate::{Param, ReadTx, Result, WriteTx};

const OPEN: &str = Status::Open.into_str();
const CLOSED: &str = Status::Closed.into_str();
const COLUMNS: &str =
    "contact, status, assignee, waiting_since, unread, last_at, last_text, last_from, last_message";

fn read(row: &Row<'_>) -> Result<Conversation> {
    Ok(Conversation {
        contact: row.get(0)?,
        status: row.get(1)?,
        assignee: row.get(2)?,
        waiting_since: row.get(3)?,
        unread: row.get(4)?,
        last_at: row.get(5)?,
        last_text: row.get(6)?,
        last_from: row.get(7)?,
        line_of: match row.get(8)? {
            None => LineOf::Unknown,
            Some(NO_MESSAGE) => LineOf::None,
            Some(message) => LineOf::Message(message),
        },
    })
}

/// What the column holds where the line is of no message of the person's.
const NO_MESSAGE: i64 = 0;

fn column_of(line: LineOf) -> Option<i64> {
    match line {
        LineOf::Unknown => None,
        LineOf::None => Some(NO_MESSAGE),
        LineOf::Message(message) => Some(message),
    }
}

/// The conversation with one person, if there ever was one.
pub fn get(tx: &ReadTx<'_>, bot: BotId, contact: ContactNumber) -> Result<Option<Conversation>> {
    let sql = format!("SELECT {COLUMNS} FROM conversations WHERE bot_id = $1 AND contact = $2");
    tx.row(&sql, params![bot, contact], read)
}

/// Writes a conversation, new or changed; `before` is what is there. Who goes on writing waits since the same moment:
/// then that column is left out, since SQLite takes a row out of each index whose columns are named and puts it back.
pub fn put(tx: &WriteTx<'_>, bot: BotId, before: Option<&Conversation>, after: &Conversation) -> Result<()> {
    let search = search_fold(&after.last_text);
    if before.is_some_and(|before| before.waiting_since == after.waiting_since) {
        let changed = tx.run(
            "UPDATE conversations SET status = $3, assignee = $4, unread = $5, last_at = $6, last_text = $7, \
             last_from = $8, search = $9, last_message = $10 WHERE bot_id = $1 AND contact = $2",
            params![
                bot,
                after.contact,
                after.status,
                after.assignee,
                after.unread,
                after.last_at,
                &after.last_text,
                after.last_from,
                search.as_str(),
                column_of(after.line_of)
            ],
        )?;
        if changed > 0 {
            return Ok(());
        }
    }
    tx.run(
        "INSERT INTO conversations (bot_id, contact, status, assignee, waiting_since, unread, last_at, last_text, \
         last_from, search, last_message) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
         ON CONFLICT (bot_id, contact) DO UPDATE SET \
         status = excluded.status, assignee = excluded.assignee, waiting_since = excluded.waiting_since, \
         unread = excluded.unread, last_at = excluded.last_at, last_text = excluded.last_text, \
         last_from = excluded.last_from, search = excluded.search, last_message = excluded.last_message",
        params![
            bot,
            after.contact,
            after.status,
            after.assignee,
            after.waiting_since,
            after.unread,
            after.last_at,
            &after.last_text,
            after.last_from,
            search.as_str(),
            column_of(after.line_of)
        ],
    )?;
    Ok(())
}

/// Which conversations a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    Mine(MemberId),
    Unassigned,
    Open,
    Closed,
    All,
}

impl Filter {
    fn sql(self) -> (String, i64) {
        match self {
            Self::Mine(member) => (format!("status = '{OPEN}' AND assignee = $2"), member.0),
            Self::Unassigned => (format!("status = '{OPEN}' AND assignee IS NULL AND $2 = 0"), 0),
            Self::Open => (format!("status = '{OPEN}' AND $2 = 0"), 0),
            Self::Closed => (format!("status = '{CLOSED}' AND $2 = 0"), 0),
            Self::All => ("$2 = 0".into(), 0),
        }
    }
}

/// In which order a list is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Latest first.
    Latest,
    /// Those who wait for an answer and nobody else, longest first.
    Waiting,
}

impl Order {
    /// The rows after a place, and their order. The first comparison alone tells both databases where to begin in the
    /// index; the second is for those who share the moment.
    fn sql(self) -> (&'static str, &'static str) {
        match self {
            Self::Latest => {
                ("last_at <= $3 AND (last_at < $3 OR contact < $4)", "last_at DESC, contact DESC")
            }
            Self::Waiting => (
                "waiting_since IS NOT NULL AND waiting_since >= $3 AND (waiting_since > $3 OR contact > $4)",
                "waiting_since, contact",
            ),
        }
    }

    /// Before everything.
    fn start(self) -> Place {
        match self {
            Self::Latest => (i64::MAX, ContactNumber(u32::MAX)),
            Self::Waiting => (i64::MIN, ContactNumber(0)),
        }
    }
}

/// A place in a list: the moment that it is ordered by, and who is there.
pub type Place = (Millis, ContactNumber);

/// The statement of a list: bot, member, place's moment and contact, limit and the search's patterns are its parameters.
pub(crate) fn list_sql(filter: Filter, order: Order, search: &Search) -> String {
    let (condition, _) = filter.sql();
    let (after, by) = order.sql();
    // Some words may stand in the person's name, and others in what was said last.
    let found = search.condition(6, |word| {
        let (said, named) = (word.within("search"), word.within_names("c.search"));
        format!(
            "({said} OR EXISTS (SELECT 1 FROM contacts c WHERE c.bot_id = $1 \
             AND c.number = conversations.contact AND {named}))"
        )
    });
    format!(
        "SELECT {COLUMNS} FROM conversations WHERE bot_id = $1 AND {condition} AND {after} AND {found} \
         ORDER BY {by} LIMIT $5"
    )
}

/// Conversations of a filter in an order, after a place or from the start.
pub fn list(
    tx: &ReadTx<'_>,
    bot: BotId,
    filter: Filter,
    q: &str,
    order: Order,
    after: Option<Place>,
    limit: usize,
) -> Result<Vec<Conversation>> {
    let (_, member) = filter.sql();
    let (at, contact) = after.unwrap_or_else(|| order.start());
    let search = Search::of(q);
    let sql = list_sql(filter, order, &search);
    let mut args = vec![bot.into(), member.into(), at.into(), contact.into(), (limit as i64).into()];
    args.extend(search.patterns().map(Param::Text));
    tx.rows(&sql, &args, read)
}

/// How many conversations a filter shows.
pub fn count(tx: &ReadTx<'_>, bot: BotId, filter: Filter) -> Result<i64> {
    let (condition, member) = filter.sql();
    let sql = format!("SELECT COUNT(*) FROM conversations WHERE bot_id = $1 AND {condition}");
    Ok(tx.row(&sql, params![bot, member], |row| row.get(0))?.unwrap_or(0))
}

/// Every conversation's person, status and assignee: what an index is built from.
pub fn each(
    tx: &ReadTx<'_>,
    bot: BotId,
    mut visit: impl FnMut(ContactNumber, Status, Option<MemberId>),
) -> Result<()> {
    tx.each(
        "SELECT contact, status, assignee FROM conversations WHERE bot_id = $1 ORDER BY contact",
        params![bot],
        |row| {
            visit(row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(true)
        },
    )
}

/// The member whose turn it is: agents first in the order of their last assignment.
pub fn next_assignee(tx: &ReadTx<'_>, workspace: WorkspaceId) -> Result<Option<MemberId>> {
    tx.row(
        "SELECT id FROM members WHERE workspace_id = $1 AND password_hash IS NOT NULL \
         ORDER BY CASE WHEN role = $2 THEN 0 ELSE 1 END, last_assigned_at, id LIMIT 1",
        params![workspace, Role::Agent],
        |row| row.get(0),
    )
}

/// Puts a member at the end of the round.
pub fn assigned(tx: &WriteTx<'_>, workspace: WorkspaceId, member: MemberId, at: Millis) -> Result<()> {
    tx.run(
        "UPDATE members SET last_assigned_at = $3 WHERE workspace_id = $1 AND id = $2",
        params![workspace, member, at],
    )?;
    Ok(())
}

/// A note that only the team sees.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    pub id: i64,
    pub member: MemberId,
    pub at: Millis,
    pub text: String,
}

/// Adds a note.
pub fn add_note(
    tx: &WriteTx<'_>,
    bot: BotId,
    contact: ContactNumber,
    member: MemberId,
    text: &str,
    now: Millis,
) -> Result<i64> {
    let id = tx.next_id("note")?;
    tx.run(
        "INSERT INTO notes (bot_id, contact, id, member_id, at, text) VALUES ($1, $2, $3, $4, $5, $6)",
        params![bot, contact, id, member, now, text],
    )?;
    Ok(id)
}

/// Notes about one person, newest first, below a moment.
pub fn notes(
    tx: &ReadTx<'_>,
    bot: BotId,
    contact: ContactNumber,
    before: Millis,
    limit: usize,
) -> Result<Vec<Note>> {
    tx.rows(
        "SELECT id, member_id, at, text FROM notes WHERE bot_id = $1 AND contact = $2 AND at < $3 \
         ORDER BY at DESC, id DESC LIMIT $4",
        params![bot, contact, before, limit as i64],
        |row| Ok(Note { id: row.get(0)?, member: row.get(1)?, at: row.get(2)?, text: row.get(3)? }),
    )
}
