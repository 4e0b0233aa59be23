//! The ledger: one row for each person of a campaign, in the campaign's random order.

use std::collections::BTreeMap;
use std::ops::Range;

use domain::event::Outcome;
use domain::ids::{BotId, CampaignId, ContactNumber};
use domain::recipient::Answers;
use domain::time::Millis;

use crate::bulk::{self, Kind};
use crate::sql::{Row, params};
use crate::{Param, ReadTx, Result, StoreError, WriteTx};

// The states that statements name. They stand in the text itself, since SQLite takes an index of a part of a table only
// where a statement says that part in the same words.
pub(crate) const PENDING: u8 = Outcome::Pending as u8;
pub(crate) const LEASED: u8 = Outcome::Leased as u8;
pub(crate) const SKIPPED: u8 = Outcome::Skipped as u8;
pub(crate) const UNKNOWN: u8 = Outcome::Unknown as u8;
const HELD_OUT: u8 = Outcome::HeldOut as u8;
const HELD_OUT_REACHED: u8 = Outcome::HeldOutReached as u8;

/// One line of the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipient {
    pub campaign: CampaignId,
    pub position: i64,
    pub contact: ContactNumber,
    pub outcome: Outcome,
    /// When the call began: the time of the lease. For a held-out person, when the turn came.
    pub at: Option<Millis>,
    pub message_id: Option<i64>,
    pub reason: Option<String>,
    pub answers: Answers,
}

const LINES: bulk::Into = bulk::Into {
    table: "recipients",
    columns: &[
        ("bot_id", Kind::Whole),
        ("campaign", Kind::Whole),
        ("position", Kind::Whole),
        ("contact", Kind::Whole),
        ("state", Kind::Whole),
        ("answers", Kind::Whole),
    ],
};

const COLUMNS: &str = "campaign, position, contact, state, at, message_id, reason, answers";

fn read(row: &Row<'_>) -> Result<Recipient> {
    Ok(Recipient {
        campaign: row.get(0)?,
        position: row.get(1)?,
        contact: row.get(2)?,
        outcome: row.get(3)?,
        at: row.get(4)?,
        message_id: row.get(5)?,
        reason: row.get(6)?,
        answers: Answers(row.get(7)?),
    })
}

/// Adds a part of a frozen audience from `first` on: each person, and whether held out.
pub fn insert(
    tx: &WriteTx<'_>,
    bot: BotId,
    campaign: CampaignId,
    first: i64,
    people: &[(ContactNumber, bool)],
) -> Result<()> {
    let line = |(offset, (contact, held)): (usize, &(ContactNumber, bool))| {
        let state = if *held { Outcome::HeldOut } else { Outcome::Pending };
        let position = first + offset as i64;
        [bot.into(), campaign.into(), position.into(), (*contact).into(), state.into(), 0_i64.into()]
    };
    let lines: Vec<[Param<'_>; 6]> = people.iter().enumerate().map(line).collect();
    bulk::insert(tx, &LINES, &lines)?;
    let held_out = people.iter().filter(|(_, held)| *held).count() as i64;
    count(tx, bot, campaign, Outcome::HeldOut, held_out)?;
    count(tx, bot, campaign, Outcome::Pending, people.len() as i64 - held_out)
}

/// The position of the next line to be added.
pub fn next_position(tx: &ReadTx<'_>, bot: BotId, campaign: CampaignId) -> Result<i64> {
    let next = tx.row(
        "SELECT COALESCE(MAX(position) + 1, 0) FROM recipients WHERE bot_id = $1 AND campaign = $2",
        params![bot, campaign],
        |row| row.get(0),
    )?;
    Ok(next.unwrap_or(0))
}

/// Moves a count by `change`. The counts are kept beside the lines, in the same transaction, so that a page of
/// a campaign to a million people reads nine rows.
fn count(tx: &WriteTx<'_>, bot: BotId, campaign: CampaignId, outcome: Outcome, change: i64) -> Result<()> {
    if change == 0 {
        return Ok(());
    }
    tx.run(
        "INSERT INTO campaign_counts (bot_id, campaign, state, count) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (bot_id, campaign, state) DO UPDATE SET count = campaign_counts.count + $4",
        params![bot, campaign, outcome, change],
    )?;
    Ok(())
}

/// How many lines stand at each outcome.
pub fn counts(tx: &ReadTx<'_>, bot: BotId, campaign: CampaignId) -> Result<Vec<(Outcome, i64)>> {
    tx.rows(
        "SELECT state, count FROM campaign_counts WHERE bot_id = $1 AND campaign = $2 AND count <> 0",
        params![bot, campaign],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// How many lines of all campaigns of a bot stand at each outcome.
pub fn totals(tx: &ReadTx<'_>, bot: BotId) -> Result<Vec<(Outcome, i64)>> {
    tx.rows(
        "SELECT state, CAST(SUM(count) AS BIGINT) FROM campaign_counts WHERE bot_id = $1 GROUP BY state ORDER BY state",
        params![bot],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// The next lines whose turn has come, pending and held out alike, in a range of positions. `beside_waits` leaves people
/// out whose chats wait at that moment.
pub fn waiting(
    tx: &ReadTx<'_>,
    bot: BotId,
    campaign: CampaignId,
    positions: Range<i64>,
    beside_waits: Option<Millis>,
    limit: usize,
) -> Result<Vec<Recipient>> {
    let (from, to) = (positions.start, positions.end);
    let Some(now) = beside_waits else {
        let sql = format!(
            "SELECT {COLUMNS} FROM recipients WHERE bot_id = $1 AND campaign = $2 AND state IN ({PENDING}, {HELD_OUT}) \
             AND position >= $3 AND position < $4 ORDER BY position LIMIT $5"
        );
        return tx.rows(&sql, params![bot, campaign, from, to, limit as i64], read);
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM recipients WHERE bot_id = $1 AND campaign = $2 AND state IN ({PENDING}, {HELD_OUT}) \
         AND position >= $3 AND position < $4 \
         AND NOT EXISTS (SELECT 1 FROM chat_waits WHERE chat_waits.bot_id = $1 \
         AND chat_waits.contact = recipients.contact AND chat_waits.until > $6) ORDER BY position LIMIT $5"
    );
    tx.rows(&sql, params![bot, campaign, from, to, limit as i64, now], read)
}

/// Lines that wait to be written to, held-out ones apart, in order.
pub fn pending(tx: &ReadTx<'_>, bot: BotId, campaign: CampaignId, limit: usize) -> Result<Vec<Recipient>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM recipients WHERE bot_id = $1 AND campaign = $2 AND state IN ({PENDING}, {HELD_OUT}) AND state = {PENDING} \
         ORDER BY position LIMIT $3"
    );
    tx.rows(&sql, params![bot, campaign, limit as i64], read)
}

/// The position after the `n`-th person to be written to: where a canary ends.
pub fn position_after(tx: &ReadTx<'_>, bot: BotId, campaign: CampaignId, n: i64) -> Result<Option<i64>> {
    let sql = format!(
        "SELECT position + 1 FROM recipients WHERE bot_id = $1 AND campaign = $2 AND state = {PENDING} \
         ORDER BY position LIMIT 1 OFFSET $3"
    );
    tx.row(&sql, params![bot, campaign, n - 1], |row| row.get(0))
}

/// Lines whose call may have begun: after a start, those of a process that is gone.
pub fn leased(tx: &ReadTx<'_>, bot: BotId, campaign: CampaignId) -> Result<Vec<Recipient>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM recipients WHERE bot_id = $1 AND campaign = $2 AND state = {LEASED} ORDER BY position"
    );
    tx.rows(&sql, params![bot, campaign], read)
}

/// A change of one line.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    pub position: i64,
    /// What the line must stand at; another state leaves it alone.
    pub from: Outcome,
    pub to: Outcome,
    pub at: Option<Millis>,
    pub message_id: Option<i64>,
    pub reason: Option<&'a str>,
}

/// Moves one line, and the counts with it; false when it stood elsewhere.
pub fn change(tx: &WriteTx<'_>, bot: BotId, campaign: CampaignId, change: &Change<'_>) -> Result<bool> {
    let mut tally = Tally::default();
    let moved = tally.change(tx, bot, campaign, change)?;
    tally.keep(tx, bot)?;
    Ok(moved)
}

/// What moves of many lines change about the counts: they are written once.
#[derive(Debug, Default)]
#[must_use = "the counts are wrong until it is kept"]
pub struct Tally {
    changes: BTreeMap<(CampaignId, Outcome), i64>,
}

impl Tally {
    /// Moves one line; false when it stood elsewhere.
    pub fn change(
        &mut self,
        tx: &WriteTx<'_>,
        bot: BotId,
        campaign: CampaignId,
        change: &Change<'_>,
    ) -> Result<bool> {
        let moved = move_line(tx, bot, campaign, change)?;
        if moved {
            *self.changes.entry((campaign, change.from)).or_default() -= 1;
            *self.changes.entry((campaign, change.to)).or_default() += 1;
        }
        Ok(moved)
    }

    /// Leases lines, whose positions rise, in as few statements as there are gaps between them.
    ///
    /// # Errors
    /// One of them does not wait any more: nothing that was written may stay.
    pub fn lease(
        &mut self,
        tx: &WriteTx<'_>,
        bot: BotId,
        campaign: CampaignId,
        positions: &[i64],
        at: Millis,
    ) -> Result<()> {
        for run in positions.chunk_by(|one, next| one + 1 == *next) {
            let (first, after) = (run[0], run[0] + run.len() as i64);
            if lease_run(tx, bot, campaign, first..after, at)? != run.len() {
                return Err(StoreError::Database("a ledger line moved inside its own transaction".into()));
            }
        }
        let count = positions.len() as i64;
        *self.changes.entry((campaign, Outcome::Pending)).or_default() -= count;
        *self.changes.entry((campaign, Outcome::Leased)).or_default() += count;
        Ok(())
    }

    /// Writes the counts, in the transaction that moved the lines.
    pub fn keep(self, tx: &WriteTx<'_>, bot: BotId) -> Result<()> {
        for ((campaign, outcome), by) in self.changes {
            count(tx, bot, campaign, outcome, by)?;
        }
        Ok(())
    }
}

/// Leases every line of a range of positions that waits; how many those are.
fn lease_run(
    tx: &WriteTx<'_>,
    bot: BotId,
    campaign: CampaignId,
    positions: Range<i64>,
    at: Millis,
) -> Result<usize> {
    let sql = format!(
        "UPDATE recipients SET state = {LEASED}, at = $5, message_id = NULL, reason = NULL \
         WHERE bot_id = $1 AND campaign = $2 AND position >= $3 AND position < $4 AND state = {PENDING}"
    );
    tx.run(&sql, params![bot, campaign, positions.start, positions.end, at])
}

fn move_line(tx: &WriteTx<'_>, bot: BotId, campaign: CampaignId, change: &Change<'_>) -> Result<bool> {
    let moved = tx.run(
        "UPDATE recipients SET state = $5, at = COALESCE($6, at), message_id = $7, reason = $8 \
         WHERE bot_id = $1 AND campaign = $2 AND position = $3 AND state = $4",
        params![
            bot,
            campaign,
            change.position,
            change.from,
            change.to,
            change.at,
            change.message_id,
            change.reason
        ],
    )?;
    Ok(moved > 0)
}

/// One person's line in one campaign.
pub fn get(
    tx: &ReadTx<'_>,
    bot: BotId,
    campaign: CampaignId,
    contact: ContactNumber,
) -> Result<Option<Recipient>> {
    let sql =
        format!("SELECT {COLUMNS} FROM recipients WHERE bot_id = $1 AND contact = $2 AND campaign = $3");
    tx.row(&sql, params![bot, contact, campaign], read)
}

/// A person's lines whose answer window `(at, at + length]` holds a moment, latest first.
pub fn open_windows(
    tx: &ReadTx<'_>,
    bot: BotId,
    contact: ContactNumber,
    moment: Millis,
    length_ms: i64,
) -> Result<Vec<Recipient>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM recipients WHERE bot_id = $1 AND contact = $2 AND at < $3 AND at >= $4 \
         ORDER BY at DESC, campaign DESC"
    );
    tx.rows(&sql, params![bot, contact, moment, moment - length_ms], read)
}

/// A person's lines in all campaigns whose audience they were in, the latest campaign first.
pub fn latest_of_contact(
    tx: &ReadTx<'_>,
    bot: BotId,
    contact: ContactNumber,
    limit: usize,
) -> Result<Vec<Recipient>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM recipients WHERE bot_id = $1 AND contact = $2 ORDER BY campaign DESC LIMIT $3"
    );
    tx.rows(&sql, params![bot, contact, limit as i64], read)
}

/// What was sent to one person by campaigns, newest first, below a moment.
pub fn of_contact(
    tx: &ReadTx<'_>,
    bot: BotId,
    contact: ContactNumber,
    before: Millis,
    limit: usize,
) -> Result<Vec<Recipient>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM recipients WHERE bot_id = $1 AND contact = $2 AND at < $3 AND state NOT IN ({HELD_OUT}, {HELD_OUT_REACHED}) \
         ORDER BY at DESC LIMIT $4"
    );
    tx.rows(&sql, params![bot, contact, before, limit as i64], read)
}

impl Recipient {
    /// The names of the answers that count: a block is charged to what arrived. One that was told while a call was open,
    /// which was refused then, is its refusal.
    pub fn told(&self) -> Vec<&'static str> {
        let arrived = matches!(self.outcome, Outcome::Sent | Outcome::Unknown);
        let counts = |answer: Answers| arrived || answer != Answers::BLOCKED_AFTER;
        let given = Answers::NAMED.iter().filter(|(_, answer)| self.answers.intersects(*answer));
        given.filter(|(_, answer)| counts(*answer)).map(|(name, _)| *name).collect()
    }
}

/// Adds answers to a line.
pub fn answer(
    tx: &WriteTx<'_>,
    bot: BotId,
    campaign: CampaignId,
    contact: ContactNumber,
    answers: Answers,
) -> Result<()> {
    tx.run(
        "UPDATE recipients SET answers = answers | $4 WHERE bot_id = $1 AND contact = $2 AND campaign = $3",
        params![bot, contact, campaign, answers.0],
    )?;
    Ok(())
}

/// Lines of a ledger after a position: at one of some outcomes where given.
pub fn list(
    tx: &ReadTx<'_>,
    bot: BotId,
    campaign: CampaignId,
    outcomes: &[Outcome],
    after: i64,
    limit: usize,
) -> Result<Vec<Recipient>> {
    let states: Vec<String> = outcomes.iter().map(|outcome| (*outcome as u8).to_string()).collect();
    let condition =
        if states.is_empty() { String::new() } else { format!("AND state IN ({})", states.join(", ")) };
    let sql = format!(
        "SELECT {COLUMNS} FROM recipients WHERE bot_id = $1 AND campaign = $2 {condition} AND position > $3 \
         ORDER BY position LIMIT $4"
    );
    tx.rows(&sql, params![bot, campaign, after, limit as i64], read)
}

/// Every line of a campaign, in order.
pub fn each(
    tx: &ReadTx<'_>,
    bot: BotId,
    campaign: CampaignId,
    mut visit: impl FnMut(Recipient),
) -> Result<()> {
    let sql =
        format!("SELECT {COLUMNS} FROM recipients WHERE bot_id = $1 AND campaign = $2 ORDER BY position");
    tx.each(&sql, params![bot, campaign], |row| {
        visit(read(row)?);
        Ok(true)
    })
}
