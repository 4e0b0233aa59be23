//! The ledger's pages: one line for each person.

use domain::event::Outcome;
use domain::ids::{CampaignId, ContactId, WorkspaceId};
use domain::time::Millis;
use roaring::RoaringBitmap;
use store::{ReadTx, campaigns, contacts, recipients};

use super::{Campaigns, owned};
use crate::{EngineError, Result};

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerLine {
    pub contact: ContactId,
    pub telegram_id: i64,
    pub name: String,
    /// The stage at the freeze.
    pub stage: Option<String>,
    /// `pending`, `leased`, `sent`, `failed`, `blocked`, `skipped`, `unknown` or `held_out`.
    pub outcome: &'static str,
    pub reason: Option<String>,
    pub message_id: Option<i64>,
    /// When its call began, or a held-out person's turn came.
    pub at: Option<Millis>,
}

/// Which lines are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerAsk {
    /// By its name in the ledger.
    pub outcome: Option<String>,
    /// Those who pressed or followed the button with this text.
    pub button: Option<String>,
    /// The position after which the page begins.
    pub after: Option<i64>,
    pub limit: usize,
}

/// A page, and the position after which the next begins.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerPage {
    pub lines: Vec<LedgerLine>,
    pub next: Option<i64>,
}

/// The name of an outcome in the ledger.
pub fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pending => "pending",
        Outcome::Leased => "leased",
        Outcome::Sent => "sent",
        Outcome::Failed => "failed",
        Outcome::Blocked => "blocked",
        Outcome::Skipped => "skipped",
        Outcome::Unknown => "unknown",
        Outcome::HeldOut | Outcome::HeldOutReached => "held_out",
    }
}

fn outcomes_of(name: &str) -> Option<Vec<Outcome>> {
    let all = [
        Outcome::Pending,
        Outcome::Leased,
        Outcome::Sent,
        Outcome::Failed,
        Outcome::Blocked,
        Outcome::Skipped,
        Outcome::Unknown,
        Outcome::HeldOut,
        Outcome::HeldOutReached,
    ];
    let found: Vec<Outcome> = all.into_iter().filter(|outcome| outcome_name(*outcome) == name).collect();
    (!found.is_empty()).then_some(found)
}

impl Campaigns {
    /// Lines in the campaign's order.
    ///
    /// # Errors
    /// There is no such campaign, or no such outcome.
    pub async fn ledger(&self, workspace: WorkspaceId, id: CampaignId, ask: LedgerAsk) -> Result<LedgerPage> {
        let outcomes = match ask.outcome.as_deref() {
            None => Vec::new(),
            Some(name) => outcomes_of(name).ok_or_else(|| {
                EngineError::field("/outcome", "unknown", "is not an outcome of the ledger")
            })?,
        };
        self.store.reader().read(move |tx| page(tx, workspace, id, &outcomes, &ask)).await
    }
}

fn page(
    tx: &ReadTx<'_>,
    workspace: WorkspaceId,
    id: CampaignId,
    outcomes: &[Outcome],
    ask: &LedgerAsk,
) -> Result<LedgerPage> {
    let (bot, _) = owned(tx, workspace, id)?;
    let mut stages = Vec::new();
    for set in campaigns::sets(tx, bot, id)?.into_iter().filter(|set| set.kind == "stage") {
        let bitmap = RoaringBitmap::deserialize_from(set.bitmap.as_slice())
            .map_err(|error| EngineError::Internal(format!("a frozen set cannot be read: {error}")))?;
        stages.push((set.key, bitmap));
    }
    let limit = ask.limit;
    let after = ask.after.unwrap_or(-1);
    let mut rows = recipients::list(tx, bot, id, outcomes, ask.button.as_deref(), after, limit + 1)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = if more { rows.last().map(|row| row.position) } else { None };
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        let contact = contacts::get(tx, bot, row.contact)?
            .ok_or_else(|| EngineError::Internal("a ledger line without a person".into()))?;
        let stage = stages.iter().find(|(_, set)| set.contains(row.contact.0)).map(|(name, _)| name.clone());
        lines.push(LedgerLine {
            contact: ContactId::new(bot, row.contact),
            telegram_id: contact.telegram_id,
            name: contact.name(),
            stage,
            outcome: outcome_name(row.outcome),
            reason: row.reason,
            message_id: row.message_id,
            at: row.at,
        });
    }
    Ok(LedgerPage { lines, next })
}

#[cfg(test)]
mod tests {
    use domain::expression::CampaignOutcome;

    use super::*;

    #[test]
    fn every_ledger_name_is_an_outcome_that_expressions_know() {
        for outcome in [Outcome::Pending, Outcome::Sent, Outcome::Failed, Outcome::Blocked, Outcome::HeldOut]
        {
            let name = outcome_name(outcome);
            assert!(CampaignOutcome::NAMED.iter().any(|(known, _)| *known == name), "{name}");
            assert!(outcomes_of(name).unwrap().contains(&outcome));
        }
        assert_eq!(outcomes_of("clicked"), None);
    }
}
