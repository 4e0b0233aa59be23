//! Whether what is stored is whole: the promises of the log and of the ledger, counted anew.

use domain::bot;
use domain::campaign::Status;
use domain::ids::BotId;
use domain::time::Millis;
use store::bots::Bot;
use store::{ReadTx, bots, campaigns, events, recipients};

use crate::Result;

/// A bot and what was found about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BotFindings {
    pub bot: BotId,
    pub username: String,
    pub status: bot::Status,
    pub token_sealed: Vec<u8>,
    pub last_error: Option<String>,
    /// Telegram asked to wait until then.
    pub blocked_until: Option<Millis>,
    /// Updates that could not be taken in.
    pub ingest_failed: i64,
    pub events: i64,
    /// Promises that do not hold, each in a sentence.
    pub broken: Vec<String>,
}

/// Looks at every bot. Counts the whole log: seconds for millions of events.
///
/// # Errors
/// The database failed.
pub fn all(tx: &ReadTx<'_>) -> Result<Vec<BotFindings>> {
    bots::all(tx)?.into_iter().map(|bot| of_bot(tx, bot)).collect()
}

fn of_bot(tx: &ReadTx<'_>, bot: Bot) -> Result<BotFindings> {
    let mut broken = Vec::new();
    let (count, last) = events::extent(tx, bot.id)?;
    if count != last || last != bot.next_event - 1 {
        broken.push(format!(
            "the log has {count} events, the last is number {last}, and the next would be {}",
            bot.next_event
        ));
    }
    for campaign in campaigns::frozen(tx, bot.id)? {
        let Some(row) = campaigns::get(tx, bot.id, campaign)? else { continue };
        let lines: i64 = recipients::counts(tx, bot.id, campaign)?.iter().map(|(_, count)| count).sum();
        if row.course.status != Status::Starting && lines != row.course.audience_count {
            broken.push(format!(
                "campaign {campaign} ({}) froze {} people, and its ledger has {lines}",
                row.name, row.course.audience_count
            ));
        }
    }
    Ok(BotFindings {
        bot: bot.id,
        username: bot.username,
        status: bot.status,
        token_sealed: bot.token_sealed,
        last_error: bot.last_error,
        blocked_until: bot.blocked_until,
        ingest_failed: bot.ingest_failed,
        events: count,
        broken,
    })
}
