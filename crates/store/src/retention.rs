//! How long a workspace keeps what, and blanking what is older: in place, so that numbers, times and counts stay.

use domain::event::Outcome;
use domain::ids::{BotId, MemberId, OutboxId, WorkspaceId};
use domain::retention::{Kept, Retention, without_words};
use domain::time::Millis;

use crate::events::{COMMAND, INGEST_FAILED, MESSAGE, MESSAGE_EDITED, RAW, REACTED};
use crate::recipients::{LEASED, PENDING};
use crate::sql::params;
use crate::{ReadTx, Result, WriteTx, erasure};

/// What a workspace has decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    pub retention: Retention,
    /// Rises with every change; 0 is nobody's decision: the defaults.
    pub version: i64,
    pub changed_at: Option<Millis>,
    /// `None` is a program with a token.
    pub changed_by: Option<MemberId>,
}

/// What a workspace keeps.
pub fn get(tx: &ReadTx<'_>, workspace: WorkspaceId) -> Result<Decision> {
    let found = tx.row(
        "SELECT texts_days, raw_days, visits_days, notes_days, version, changed_at, changed_by FROM retention \
         WHERE workspace_id = $1",
        params![workspace],
        |row| {
            let retention = Retention {
                texts_days: row.get(0)?,
                raw_days: row.get(1)?,
                visits_days: row.get(2)?,
                notes_days: row.get(3)?,
            };
            let changed_at = Some(row.get(5)?);
            Ok(Decision { retention, version: row.get(4)?, changed_at, changed_by: row.get(6)? })
        },
    )?;
    let nobodys =
        Decision { retention: Retention::default(), version: 0, changed_at: None, changed_by: None };
    Ok(found.unwrap_or(nobodys))
}

/// Writes a decision in place of the last.
pub fn put(tx: &WriteTx<'_>, workspace: WorkspaceId, decision: &Decision) -> Result<()> {
    let kept = &decision.retention;
    tx.run(
        "INSERT INTO retention (workspace_id, version, texts_days, raw_days, visits_days, notes_days, changed_at, \
         changed_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (workspace_id) DO UPDATE SET \
         version = excluded.version, texts_days = excluded.texts_days, raw_days = excluded.raw_days, \
         visits_days = excluded.visits_days, notes_days = excluded.notes_days, changed_at = excluded.changed_at, \
         changed_by = excluded.changed_by",
        params![
            workspace,
            decision.version,
            kept.texts_days,
            kept.raw_days,
            kept.visits_days,
            kept.notes_days,
            decision.changed_at.unwrap_or_default(),
            decision.changed_by
        ],
    )?;
    Ok(())
}

/// A table in which rows are blanked in the order of their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Walk {
    /// Words of events of a bot.
    EventTexts,
    /// Raw JSON of events of a bot.
    EventRaw,
    /// Messages outside campaigns.
    Outbox,
}

impl Walk {
    /// Rows of a bot that still have words: id, time, and whether it may be blanked. The conditions on `data` are on
    /// JSON that serde_json wrote: a quote inside somebody's words stands there with a backslash.
    fn sql(self) -> String {
        match self {
            Self::EventTexts => format!(
                "SELECT number, at, 1 FROM events WHERE bot_id = $1 AND number > $2 \
                 AND kind IN ('{MESSAGE}', '{COMMAND}', '{MESSAGE_EDITED}', '{REACTED}') \
                 AND ((data LIKE '%\"text\":\"%' AND data NOT LIKE '%\"text\":\"\"%') OR data LIKE '%\"file\":\"%' \
                 OR data LIKE '%\"details\":{{%' OR (kind = '{REACTED}' AND data NOT LIKE '%\"emoji\":\"\"%'))"
            ),
            Self::EventRaw => format!(
                "SELECT number, at, 1 FROM events WHERE bot_id = $1 AND number > $2 \
                 AND kind IN ('{RAW}', '{INGEST_FAILED}') \
                 AND data LIKE '%\"json\":\"%' AND data NOT LIKE '%\"json\":\"\"%'"
            ),
            // What waits or is under way must still be sent.
            Self::Outbox => format!(
                "SELECT id, created_at, CASE WHEN state IN ({PENDING}, {LEASED}) THEN 0 ELSE 1 END FROM outbox \
                 WHERE bot_id = $1 AND id > $2 AND params <> '{{}}'"
            ),
        }
    }

    /// By whose time it goes.
    pub fn kept(self) -> Kept {
        match self {
            Self::EventTexts | Self::Outbox => Kept::Texts,
            Self::EventRaw => Kept::Raw,
        }
    }

    /// The column that the rows are in order of.
    fn id(self) -> &'static str {
        if self == Self::Outbox { "id" } else { "number" }
    }
}

/// A row that still has words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Worded {
    pub id: i64,
    pub at: Millis,
    /// False while it is still to be sent.
    pub is_settled: bool,
}

/// Rows that still have words above a place, in order.
pub fn worded(tx: &ReadTx<'_>, bot: BotId, walk: Walk, after: i64, limit: usize) -> Result<Vec<Worded>> {
    let sql = format!("{} ORDER BY {} LIMIT $3", walk.sql(), walk.id());
    tx.rows(&sql, params![bot, after, limit as i64], |row| {
        Ok(Worded { id: row.get(0)?, at: row.get(1)?, is_settled: row.get(2)? })
    })
}

/// Rows above a place that still have words and are older than a moment.
pub fn count_worded(tx: &ReadTx<'_>, bot: BotId, walk: Walk, after: i64, before: Millis) -> Result<i64> {
    let sql = format!(
        "WITH worded (id, at, is_settled) AS ({}) SELECT COUNT(*) FROM worded WHERE at < $3 AND is_settled = 1",
        walk.sql()
    );
    Ok(tx.row(&sql, params![bot, after, before], |row| row.get(0))?.unwrap_or(0))
}

/// Blanks rows of a walk.
pub fn blank(tx: &WriteTx<'_>, bot: BotId, walk: Walk, ids: &[i64]) -> Result<()> {
    for id in ids {
        if walk == Walk::Outbox {
            let sql =
                "UPDATE outbox SET params = '{}' WHERE bot_id = $1 AND id = $2 AND state NOT IN ($3, $4)";
            tx.run(sql, params![bot, OutboxId(*id), Outcome::Pending, Outcome::Leased])?;
        } else if let Some(event) = erasure::event(tx, bot, *id)? {
            // As it stands now: the person may have been erased meanwhile.
            erasure::blank_event(tx, bot, *id, &without_words(event.body))?;
        }
    }
    Ok(())
}

/// Where a walk goes on: everything up to there is blank. For visits the bot is 0.
pub fn mark(tx: &ReadTx<'_>, workspace: WorkspaceId, bot: BotId, walk: Walk) -> Result<i64> {
    mark_of(tx, workspace, bot, walk.into_str())
}

/// Moves a walk's mark.
pub fn set_mark(tx: &WriteTx<'_>, workspace: WorkspaceId, bot: BotId, walk: Walk, mark: i64) -> Result<()> {
    set_mark_of(tx, workspace, bot, walk.into_str(), mark)
}

fn mark_of(tx: &ReadTx<'_>, workspace: WorkspaceId, bot: BotId, what: &str) -> Result<i64> {
    let found = tx.row(
        "SELECT mark FROM retention_marks WHERE workspace_id = $1 AND bot_id = $2 AND what = $3",
        params![workspace, bot, what],
        |row| row.get(0),
    )?;
    Ok(found.unwrap_or(0))
}

/// A mark never goes back: two nodes may walk at a time.
fn set_mark_of(tx: &WriteTx<'_>, workspace: WorkspaceId, bot: BotId, what: &str, mark: i64) -> Result<()> {
    tx.run(
        "INSERT INTO retention_marks (workspace_id, bot_id, what, mark) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (workspace_id, bot_id, what) DO UPDATE SET mark = excluded.mark \
         WHERE retention_marks.mark < excluded.mark",
        params![workspace, bot, what, mark],
    )?;
    Ok(())
}

/// Conversations and notes of a bot whose words are older than a moment are blanked, so many at once. Returns how
/// many were.
pub fn blank_last_words(tx: &WriteTx<'_>, bot: BotId, before: Millis, limit: usize) -> Result<usize> {
    tx.run(
        "UPDATE conversations SET last_text = '', search = '' WHERE bot_id = $1 AND contact IN (SELECT contact FROM conversations \
         WHERE bot_id = $1 AND last_at < $2 AND last_text <> '' ORDER BY contact LIMIT $3)",
        params![bot, before, limit as i64],
    )
}

/// Blanks notes of a bot from before a moment, so many at once. Returns how many were.
pub fn blank_notes(tx: &WriteTx<'_>, bot: BotId, before: Millis, limit: usize) -> Result<usize> {
    tx.run(
        "UPDATE notes SET text = '' WHERE bot_id = $1 AND id IN (SELECT id FROM notes \
         WHERE bot_id = $1 AND at < $2 AND text <> '' ORDER BY id LIMIT $3)",
        params![bot, before, limit as i64],
    )
}

/// Notes of a bot from before a moment that still have words.
pub fn count_notes(tx: &ReadTx<'_>, bot: BotId, before: Millis) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM notes WHERE bot_id = $1 AND at < $2 AND text <> ''";
    Ok(tx.row(sql, params![bot, before], |row| row.get(0))?.unwrap_or(0))
}

const VISITS: &str = "visits";
/// Visits belong to the workspace.
const NO_BOT: BotId = BotId(0);

/// Blanks what visits from before a moment told of their visitors, so many at once; link, bot, time, kind of visitor,
/// campaign parameters and the person stay. Returns how many rows were looked at: fewer than `limit` is the end.
pub fn blank_visits(tx: &WriteTx<'_>, workspace: WorkspaceId, before: Millis, limit: usize) -> Result<usize> {
    let (mark, end) = (mark_of(tx, workspace, NO_BOT, VISITS)?, crate::visits::first_id(before));
    let ids: Vec<i64> = tx.rows(
        "SELECT id FROM visits WHERE workspace_id = $1 AND id > $2 AND id < $3 ORDER BY id LIMIT $4",
        params![workspace, mark, end, limit as i64],
        |row| row.get(0),
    )?;
    let Some(last) = ids.last() else { return Ok(0) };
    tx.run(
        "UPDATE visits SET address = NULL, address_whole = 0, country = NULL, country_by_network = 0, browser = NULL, os = NULL, device = NULL, \
         language = NULL, referrer = NULL, user_agent = NULL, query = '[]' \
         WHERE workspace_id = $1 AND id > $2 AND id <= $3",
        params![workspace, mark, *last],
    )?;
    set_mark_of(tx, workspace, NO_BOT, VISITS, *last)?;
    Ok(ids.len())
}

/// Visits from before a moment that still tell of their visitors.
pub fn count_visits(tx: &ReadTx<'_>, workspace: WorkspaceId, before: Millis) -> Result<i64> {
    let (mark, end) = (mark_of(tx, workspace, NO_BOT, VISITS)?, crate::visits::first_id(before));
    let count = tx.row(
        "SELECT COUNT(*) FROM visits WHERE workspace_id = $1 AND id > $2 AND id < $3 AND (query <> '[]' \
         OR address IS NOT NULL OR country IS NOT NULL OR browser IS NOT NULL OR os IS NOT NULL \
         OR device IS NOT NULL OR language IS NOT NULL OR referrer IS NOT NULL OR user_agent IS NOT NULL)",
        params![workspace, mark, end],
        |row| row.get(0),
    )?;
    Ok(count.unwrap_or(0))
}
