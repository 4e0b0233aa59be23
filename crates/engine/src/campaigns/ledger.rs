//! The ledger's pages: one line for each person.

use domain::event::Outcome;
use domain::expression::{AnswerTest, CampaignOutcome, CampaignTest, build};
use domain::ids::{BotId, CampaignId, ContactId, ContactNumber, WorkspaceId};
use domain::message::ButtonPlace;
use domain::named::Named;
use domain::time::Millis;
use roaring::RoaringBitmap;
use store::campaigns::Campaign;
use store::campaigns::SetKind;
use store::recipients::Recipient;
use store::{ReadTx, campaigns, contacts, recipients};

use super::{Campaigns, owned};
use crate::catalog::WorkspaceCatalog;
use crate::{EngineError, Result, posts};

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerLine {
    pub contact: ContactId,
    pub telegram_id: i64,
    pub name: String,
    /// The stage at the freeze.
    pub stage: Option<String>,
    /// `pending`, `leased`, `sent`, `failed`, `blocked`, `skipped`, `unknown` or `held_out`.
    pub outcome: Outcome,
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

/// The outcomes that the ledger tells by a name.
fn outcomes_of(name: &str) -> Option<Vec<Outcome>> {
    let told = |outcome: &Outcome| outcome.told().name() == name;
    let found: Vec<Outcome> = Outcome::ALL.iter().copied().filter(told).collect();
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
    let message = posts::read(campaign).map_err(EngineError::Invalid)?;
    let mut found = vec![AnswerTest::ButtonText(button.to_owned())];
    for (row, buttons) in message.buttons.iter().enumerate() {
        let of_text = buttons.iter().enumerate().filter(|(_, each)| each.text == button);
        found.extend(of_text.map(|(column, _)| AnswerTest::Button(ButtonPlace::new(row, column))));
    }
    Ok(found)
}

/// Lines that are read at once where only some of them are wanted.
const LOOKED_AT: usize = 1_000;
/// How many lines can be read one after the other in the time in which one is found by its person.
const FOUND_COSTS: u64 = 5;

/// Which lines are asked for: at one of some outcomes where given, after a position, at most so many.
struct Wanted<'a> {
    outcomes: &'a [Outcome],
    after: i64,
    limit: usize,
}

impl Wanted<'_> {
    /// The lines of some people or of all, in order. Few among many are found one by one, many are met on the way. They
    /// need not be spread evenly – while a campaign sends, whoever pressed stands at its beginning – so the way ends
    /// where finding them would have cost as much, and the rest of the page is found: a page costs at most twice the
    /// cheaper of both.
    fn lines(
        &self,
        tx: &ReadTx<'_>,
        (bot, id): (BotId, CampaignId),
        only: Option<&RoaringBitmap>,
        of: u64,
    ) -> Result<Vec<Recipient>> {
        match only {
            None => Ok(recipients::list(tx, bot, id, self.outcomes, self.after, self.limit)?),
            Some(people) if self.is_rare(people.len(), of) => self.found(tx, (bot, id), people),
            Some(people) => {
                let bound = people.len().saturating_mul(FOUND_COSTS);
                let Met { mut lines, rest_after, .. } = self.met(tx, (bot, id), people, bound)?;
                if let Some(after) = rest_after {
                    let rest = Wanted { after, limit: self.limit - lines.len(), ..*self };
                    lines.extend(rest.found(tx, (bot, id), people)?);
                }
                Ok(lines)
            }
        }
    }

    /// Whether finding each of so many people costs less than reading lines until a page of them is full.
    fn is_rare(&self, people: u64, of: u64) -> bool {
        people.saturating_mul(people).saturating_mul(FOUND_COSTS) <= (self.limit as u64).saturating_mul(of)
    }

    fn found(
        &self,
        tx: &ReadTx<'_>,
        (bot, id): (BotId, CampaignId),
        people: &RoaringBitmap,
    ) -> Result<Vec<Recipient>> {
        let mut found = Vec::new();
        for number in people {
            let line = recipients::get(tx, bot, id, ContactNumber(number))?;
            let is_asked = |line: &Recipient| {
                line.position > self.after
                    && (self.outcomes.is_empty() || self.outcomes.contains(&line.outcome))
            };
            found.extend(line.filter(is_asked));
        }
        found.sort_unstable_by_key(|line| line.position);
        found.truncate(self.limit);
        Ok(found)
    }

    /// Reads on until the page is full, the ledger ends, or about `lines_max` lines were read.
    fn met(
        &self,
        tx: &ReadTx<'_>,
        (bot, id): (BotId, CampaignId),
        people: &RoaringBitmap,
        lines_max: u64,
    ) -> Result<Met> {
        let (mut met, mut after) = (Met::default(), self.after);
        while met.read < lines_max {
            let rows = recipients::list(tx, bot, id, self.outcomes, after, LOOKED_AT)?;
            met.read += rows.len() as u64;
            let Some(last) = rows.last() else { return Ok(met) };
            after = last.position;
            met.lines.extend(rows.into_iter().filter(|row| people.contains(row.contact.0)));
            if met.lines.len() >= self.limit {
                met.lines.truncate(self.limit);
                return Ok(met);
            }
        }
        Ok(Met { rest_after: Some(after), ..met })
    }
}

/// What was met on the way through the ledger.
#[derive(Default)]
struct Met {
    lines: Vec<Recipient>,
    /// Lines that were read for it.
    read: u64,
    /// Where the rest begins, if the way ended before the page.
    rest_after: Option<i64>,
}

fn page(
    tx: &ReadTx<'_>,
    workspace: WorkspaceId,
    id: CampaignId,
    outcomes: &[Outcome],
    only: Option<&RoaringBitmap>,
    ask: &LedgerAsk,
) -> Result<LedgerPage> {
    let (bot, campaign) = owned(tx, workspace, id)?;
    let mut stages = Vec::new();
    for set in campaigns::sets(tx, bot, id)?.into_iter().filter(|set| set.kind == SetKind::Stage) {
        let bitmap = RoaringBitmap::deserialize_from(set.bitmap.as_slice())
            .map_err(|error| EngineError::Internal(format!("a frozen set cannot be read: {error}")))?;
        stages.push((set.key, bitmap));
    }
    let limit = ask.limit;
    let wanted = Wanted { outcomes, after: ask.after.unwrap_or(-1), limit: limit + 1 };
    let of = u64::try_from(campaign.course.audience_count).unwrap_or(0);
    let mut rows = wanted.lines(tx, (bot, id), only, of)?;
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
            outcome: row.outcome.told(),
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
    use crate::test_house::House;

    #[tokio::test]
    async fn few_people_and_many_have_the_same_pages_in_the_same_order() {
        let (house, id) = (House::new().await, CampaignId(1));
        let bot = house.bot;
        // Positions run against the numbers, and every third was held out.
        let people: Vec<(ContactNumber, bool)> =
            (0..2_500).rev().map(|number| (ContactNumber(number), number % 3 == 0)).collect();
        house.write(move |tx| Ok(recipients::insert(tx, bot, id, 0, &people)?)).await;
        let reader = house.store.reader();
        let pressed: RoaringBitmap = (0..2_500).filter(|number| number % 40 == 0).chain([9_000]).collect();
        for outcomes in [&[][..], &[Outcome::HeldOut], &[Outcome::Failed]] {
            let mut after = -1;
            loop {
                let pressed = pressed.clone();
                let read = reader.read(move |tx| {
                    let wanted = Wanted { outcomes, after, limit: 10 };
                    let found = wanted.found(tx, (bot, id), &pressed)?;
                    Ok::<_, EngineError>((found, wanted.met(tx, (bot, id), &pressed, u64::MAX)?.lines))
                });
                let (found, met) = read.await.unwrap();
                assert_eq!(found, met, "{outcomes:?} after {after}");
                let Some(last) = found.last() else { break };
                after = last.position;
            }
            assert!(after > 2_400 || outcomes.contains(&Outcome::Failed), "all pages were read");
        }
    }

    #[tokio::test]
    async fn the_last_page_of_those_who_stand_first_does_not_read_the_rest() {
        const LINES: u32 = 20_000;
        const PRESSED: u32 = 320;
        let (house, id) = (House::new().await, CampaignId(1));
        let bot = house.bot;
        // Every tenth line is held out, and it sends still: whoever pressed is among the first.
        let people: Vec<(ContactNumber, bool)> =
            (0..LINES).map(|number| (ContactNumber(number), number % 10 == 9)).collect();
        house.write(move |tx| Ok(recipients::insert(tx, bot, id, 0, &people)?)).await;
        let pressed: RoaringBitmap =
            (0..LINES).filter(|number| number % 10 != 9).take(PRESSED as usize).collect();
        for (outcomes, after, count) in [(&[][..], 349, 5), (&[Outcome::HeldOut], -1, 0)] {
            let pressed = pressed.clone();
            let read = house.store.reader().read(move |tx| {
                let wanted = Wanted { outcomes, after, limit: 11 };
                assert!(!wanted.is_rare(pressed.len(), u64::from(LINES)), "they are met");
                let bound = pressed.len() * FOUND_COSTS;
                let read = wanted.met(tx, (bot, id), &pressed, bound)?.read;
                Ok::<_, EngineError>((wanted.lines(tx, (bot, id), Some(&pressed), u64::from(LINES))?, read))
            });
            let (lines, read) = read.await.unwrap();
            assert_eq!(lines.len(), count, "{outcomes:?}");
            assert!(read <= u64::from(PRESSED) * FOUND_COSTS + LOOKED_AT as u64, "{read} lines were read");
        }
    }

    #[test]
    fn a_page_never_costs_the_ledger() {
        const LINES: u64 = 1_000_000;
        let wanted = Wanted { outcomes: &[], after: -1, limit: 51 };
        for people in [0, 1, 51, 1_000, 3_000, 3_500, 10_000, LINES / 2, LINES] {
            let costs = match wanted.is_rare(people, LINES) {
                true => people * FOUND_COSTS,
                false => 51 * LINES / people,
            };
            assert!(costs <= 20_000, "{people} people: {costs} lines");
        }
    }

    #[test]
    fn every_ledger_name_is_an_outcome_that_expressions_know() {
        for outcome in [Outcome::Pending, Outcome::Sent, Outcome::Failed, Outcome::Blocked, Outcome::HeldOut]
        {
            let name = outcome.name();
            assert!(CampaignOutcome::from_name(name).is_some(), "{name}");
            assert!(outcomes_of(name).unwrap().contains(&outcome));
        }
        assert_eq!(outcomes_of("clicked"), None);
    }
}
