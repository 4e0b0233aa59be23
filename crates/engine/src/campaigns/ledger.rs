//! The ledger's pages: one line for each person.

use domain::event::Outcome;
use domain::expression::{AnswerTest, CampaignOutcome, CampaignTest, build};
use domain::ids::{BotId, CampaignId, ContactId, WorkspaceId};
use domain::message::{ButtonPlace, Message};
use domain::time::Millis;
use roaring::RoaringBitmap;
use store::campaigns::Campaign;
use store::recipients::Recipient;
use store::{ReadTx, campaigns, contacts, recipients};

use super::{Campaigns, owned};
use crate::catalog::WorkspaceCatalog;
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
    /// Those who pressed or followed the button at this place (`0.1`), or any button with this text.
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
    /// There is no such campaign, or no such outcome or button.
    pub async fn ledger(&self, workspace: WorkspaceId, id: CampaignId, ask: LedgerAsk) -> Result<LedgerPage> {
        let outcomes = match ask.outcome.as_deref() {
            None => Vec::new(),
            Some(name) => outcomes_of(name).ok_or_else(|| {
                EngineError::field("/outcome", "unknown", "is not an outcome of the ledger")
            })?,
        };
        let only = match &ask.button {
            None => None,
            Some(button) => Some(self.who_pressed(workspace, id, button).await?),
        };
        self.store.reader().read(move |tx| page(tx, workspace, id, &outcomes, only.as_ref(), &ask)).await
    }

    /// Exactly those whom the report counts for the button: nobody, before the campaign has begun.
    async fn who_pressed(
        &self,
        workspace: WorkspaceId,
        id: CampaignId,
        button: &str,
    ) -> Result<RoaringBitmap> {
        let (bot, campaign) = self.store.reader().read(move |tx| owned(tx, workspace, id)).await?;
        if campaign.frozen_at.is_none() {
            return Ok(RoaringBitmap::new());
        }
        let of = answers(&campaign, button)?.into_iter().map(|answer| {
            let clicked = build::outcome(id, CampaignOutcome::Clicked);
            build::campaign(CampaignTest { answer: Some(answer), ..clicked })
        });
        let pressed = build::any(of.collect::<Vec<_>>());
        let snapshot = self.people.latest(bot).await?;
        let read = self.store.reader().read(move |tx| {
            let catalog = WorkspaceCatalog::load(tx, workspace, bot)?;
            Ok::<_, EngineError>(catalog.resolve_at("/button", &pressed)?.1)
        });
        Ok(snapshot.index.set(&read.await?, self.clock.now()))
    }
}

/// What is meant by a button's place or text. A text means every button that has it, and the answers from before
/// places were kept.
fn answers(campaign: &Campaign, button: &str) -> Result<Vec<AnswerTest>> {
    if let Ok(place) = button.parse() {
        return Ok(vec![AnswerTest::Button(place)]);
    }
    let message = Message::parse(&campaign.message).map_err(EngineError::Invalid)?;
    let mut found = vec![AnswerTest::ButtonText(button.to_owned())];
    for (row, buttons) in message.buttons.iter().enumerate() {
        let of_text = buttons.iter().enumerate().filter(|(_, each)| each.text == button);
        found.extend(of_text.map(|(column, _)| AnswerTest::Button(ButtonPlace::new(row, column))));
    }
    Ok(found)
}

/// Lines that are read at once where only some of them are wanted.
const LOOKED_AT: usize = 1_000;

/// The wanted lines after a position, at most `limit`.
fn wanted(
    tx: &ReadTx<'_>,
    (bot, id): (BotId, CampaignId),
    outcomes: &[Outcome],
    only: Option<&RoaringBitmap>,
    mut after: i64,
    limit: usize,
) -> Result<Vec<Recipient>> {
    let Some(only) = only else { return Ok(recipients::list(tx, bot, id, outcomes, after, limit)?) };
    let mut found = Vec::new();
    loop {
        let rows = recipients::list(tx, bot, id, outcomes, after, LOOKED_AT)?;
        let Some(last) = rows.last() else { return Ok(found) };
        after = last.position;
        found.extend(rows.into_iter().filter(|row| only.contains(row.contact.0)));
        if found.len() >= limit {
            found.truncate(limit);
            return Ok(found);
        }
    }
}

fn page(
    tx: &ReadTx<'_>,
    workspace: WorkspaceId,
    id: CampaignId,
    outcomes: &[Outcome],
    only: Option<&RoaringBitmap>,
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
    let mut rows = wanted(tx, (bot, id), outcomes, only, after, limit + 1)?;
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
