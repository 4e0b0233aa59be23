//! The keeper: looks at every workspace now and every hour, and blanks what is older than its rules.
//!
//! It works in small commits and rests as long as each took, so that whoever sends or takes updates in has at
//! least half of the writer. Where it is interrupted it goes on: what is blank has no words and is not found again.

use std::time::{Duration, Instant};

use domain::ids::{BotId, WorkspaceId};
use domain::named::Named;
use domain::retention::{Kept, Retention};
use domain::time::{DAY_MS, Millis};
use store::retention::{self, Walk, Worded};
use store::{bots, team};
use tokio_util::sync::CancellationToken;

use super::Keeper;
use crate::Result;

/// How often the keeper looks.
const EVERY: Duration = Duration::from_secs(3_600);
/// Rows that one commit blanks.
const BATCH_MAX: usize = 200;
/// A walk ends at a row that is so much newer than what is kept. Rows stand in the order in which they were received;
/// what Telegram gives late, within its 24 hours, stands behind newer ones.
const DISORDER_MS: i64 = 2 * DAY_MS;

impl Keeper {
    /// Blanks what is too old, now, every hour and after every decision, until told to stop.
    pub async fn keep(self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                kept = self.keep_once() => match kept {
                    Ok(0) => {}
                    Ok(rows) => tracing::info!(rows, "what is no longer kept was blanked"),
                    Err(error) => tracing::error!(%error, "what is no longer kept could not be blanked"),
                },
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.decided.notified() => {}
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    /// Blanks everything that is too old now. Returns how many rows.
    ///
    /// # Errors
    /// The database failed; what was blanked before stays so.
    pub async fn keep_once(&self) -> Result<usize> {
        let now = self.clock.now();
        let read = self.store.reader().read(|tx| {
            let mut all = Vec::new();
            for workspace in team::workspaces(tx)? {
                let bots: Vec<BotId> = bots::list(tx, workspace.id)?.iter().map(|bot| bot.id).collect();
                all.push((workspace.id, bots, retention::get(tx, workspace.id)?.retention));
            }
            Ok::<_, crate::EngineError>(all)
        });
        let mut blanked = 0;
        for (workspace, bots, rules) in read.await? {
            for bot in bots {
                blanked += self.keep_bot(workspace, bot, &rules, now).await?;
            }
            if let Some(before) = rules.before(Kept::Visits, now) {
                blanked += self
                    .in_batches(move |tx| Ok(retention::blank_visits(tx, workspace, before, BATCH_MAX)?))
                    .await?;
            }
        }
        Ok(blanked)
    }

    async fn keep_bot(
        &self,
        workspace: WorkspaceId,
        bot: BotId,
        rules: &Retention,
        now: Millis,
    ) -> Result<usize> {
        let mut blanked = 0;
        for walk in Walk::ALL.iter().copied() {
            if let Some(before) = rules.before(walk.kept(), now) {
                blanked += self.walk(workspace, bot, walk, before).await?;
            }
        }
        if let Some(before) = rules.before(Kept::Texts, now) {
            // They are the words of a message that was counted above.
            self.in_batches(move |tx| Ok(retention::blank_last_words(tx, bot, before, BATCH_MAX)?)).await?;
        }
        if let Some(before) = rules.before(Kept::Notes, now) {
            blanked +=
                self.in_batches(move |tx| Ok(retention::blank_notes(tx, bot, before, BATCH_MAX)?)).await?;
        }
        Ok(blanked)
    }

    /// Walks rows that have words, from the mark on.
    async fn walk(&self, workspace: WorkspaceId, bot: BotId, walk: Walk, before: Millis) -> Result<usize> {
        let mut place = {
            let read = self.store.reader().read(move |tx| retention::mark(tx, workspace, bot, walk));
            read.await?
        };
        let (mut blanked, mut kept_from) = (0, None);
        loop {
            let read = self.store.reader().read(move |tx| retention::worded(tx, bot, walk, place, BATCH_MAX));
            let rows: Vec<Worded> = read.await?;
            let Some(last) = rows.last() else { return Ok(blanked) };
            place = last.id;
            let is_over = |row: &Worded| row.at < before && row.is_settled;
            kept_from = kept_from.or_else(|| rows.iter().find(|row| !is_over(row)).map(|row| row.id));
            let ids: Vec<i64> = rows.iter().filter(|row| is_over(row)).map(|row| row.id).collect();
            if !ids.is_empty() {
                blanked += ids.len();
                let mark = kept_from.map_or(place, |id| id - 1);
                self.rested(move |tx| {
                    retention::blank(tx, bot, walk, &ids)?;
                    Ok(retention::set_mark(tx, workspace, bot, walk, mark)?)
                })
                .await?;
            }
            if rows.len() < BATCH_MAX || rows.iter().any(|row| row.at >= before + DISORDER_MS) {
                return Ok(blanked);
            }
        }
    }

    /// Repeats a piece of work that says how many rows it found, until there are no more.
    async fn in_batches(
        &self,
        work: impl Fn(&store::WriteTx<'_>) -> Result<usize> + Clone + Send + 'static,
    ) -> Result<usize> {
        let mut all = 0;
        loop {
            let found = self.rested(work.clone()).await?;
            all += found;
            if found < BATCH_MAX {
                return Ok(all);
            }
        }
    }

    async fn rested<T: Send + 'static>(
        &self,
        work: impl FnOnce(&store::WriteTx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let began = Instant::now();
        let done = self.store.write(work).await?;
        tokio::time::sleep(began.elapsed()).await;
        Ok(done)
    }
}
