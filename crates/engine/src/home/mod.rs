//! The first page: how many people there are and where they stand, what changed over some days, and what the data
//! suggests to do next.

mod past;
mod suggestion;
mod tally;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use chrono_tz::Tz;
use domain::expression::{CampaignOutcome, EventTest, Expression, Unreachable, build};
use domain::ids::{BotId, CampaignId, StageId, WorkspaceId};
use domain::mention::Mention;
use domain::named::Named;
use domain::time::{Millis, day_number};
use parking_lot::Mutex;
use roaring::RoaringBitmap;
use serde_json::Value;
use store::campaigns::Campaign;
use store::contacts::Order;
use store::{ReadTx, Reader, bots, campaigns, flows, segments, stages};

use self::past::{Past, PastKey};
pub use self::suggestion::{Suggestion, SuggestionCode};
use self::tally::Tally;
use crate::catalog::WorkspaceCatalog;
use crate::figure::{Counted, Counter};
use crate::people::{People, Snapshot};
use crate::people_list::{self, ListPlace, ListQuery, PeoplePage};
use crate::{Clock, EngineError, Result};

/// The longest time that the page looks back, in days.
pub const HOME_DAYS_MAX: i32 = 90;

/// A stage with the movement over the days asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageLine {
    pub id: StageId,
    pub name: String,
    pub color: String,
    pub count: u64,
    /// How many were in it then, who came and who left since; `None` where the log is too long to be read again.
    pub movement: Option<Movement>,
}

/// What changed about a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Movement {
    /// Of the people who still are: an erased person is none of them.
    pub before: u64,
    /// In it now and not then; whoever joined since is among them.
    pub entered: u64,
    /// In it then and not now.
    pub left: u64,
}

/// People who went from one stage to another. [`Home::moved`] lists them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    pub from_id: StageId,
    pub from: String,
    pub to_id: StageId,
    pub to: String,
    pub count: u64,
}

/// Which people of a move are asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct MovedQuery {
    pub from: StageId,
    pub to: StageId,
    /// How far the page looks back.
    pub days: i32,
    pub after: Option<ListPlace>,
    pub limit: usize,
}

impl MovedQuery {
    fn page(&self) -> ListQuery {
        let (order, after) = (Order::FirstSeen, self.after.clone());
        ListQuery { expression: None, q: String::new(), order, after, limit: self.limit }
    }
}

/// Some people of one day of the workspace.
#[derive(Debug, Clone, PartialEq)]
pub struct DayPeople {
    /// Such as `2026-11-24`.
    pub day: String,
    pub counted: Counted,
}

/// Which steps of the loop somebody of the team has taken, since the bot came with what it has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Checklist {
    /// A flow was changed.
    pub flow: bool,
    /// A segment was saved.
    pub segment: bool,
    /// A member's own campaign was started.
    pub campaign: bool,
    /// Somebody answered it.
    pub answers: bool,
    /// A segment was made from its report.
    pub report: bool,
}

/// The page's numbers, as of one event number.
#[derive(Debug, Clone, PartialEq)]
pub struct HomeView {
    pub people: u64,
    pub reachable: u64,
    /// Who is not reachable, each counted once: blocked, else deactivated, else without a chat, else opted out.
    pub blocked: Counted,
    pub deactivated: Counted,
    pub no_chat: Counted,
    pub opted_out: Counted,
    pub stages: Vec<StageLine>,
    /// The largest first.
    pub moves: Vec<Move>,
    /// Who was first seen on each day. An import may put people on days that lie before it.
    pub joined: Vec<DayPeople>,
    /// Who acted on each day, and whoever a table says did.
    pub active: Vec<DayPeople>,
    /// Each person on the day of their latest block.
    pub blocked_by_day: Vec<DayPeople>,
    /// Who blocked the bot on any of the days, each counted once: the sum of `blocked_by_day`.
    pub blocked_in_days: Counted,
    pub suggestions: Vec<Suggestion>,
    pub checklist: Checklist,
}

/// The room.
#[derive(Clone)]
pub struct Home {
    reader: Reader,
    clock: Arc<dyn Clock>,
    people: People,
    bots: Arc<Mutex<HashMap<BotId, Arc<Kept>>>>,
}

/// What is kept of a bot from one asking to the next. All of it can be made again from the log.
#[derive(Default)]
struct Kept {
    tally: tokio::sync::Mutex<Option<Tally>>,
    pasts: tokio::sync::Mutex<HashMap<i32, Arc<Past>>>,
}

impl Home {
    pub fn new(reader: Reader, clock: Arc<dyn Clock>, people: People) -> Self {
        Self { reader, clock, people, bots: Arc::default() }
    }

    /// The page, looking back `days` days: from the beginning of that day in the workspace's time zone.
    ///
    /// # Errors
    /// `days` is out of range (under `/days`), or the bot is not one of this workspace.
    pub async fn get(&self, workspace: WorkspaceId, bot: BotId, days: i32) -> Result<HomeView> {
        self.check(workspace, bot, days).await?;
        let now = self.clock.now();
        let snapshot = self.people.latest(bot).await?;
        let kept = Arc::clone(self.bots.lock().entry(bot).or_default());
        let past = self.past(&kept, &snapshot, bot, days, now).await?;
        let mut held = kept.tally.lock().await;
        let tally = held.take();
        let read = self.reader.read(move |tx| {
            let tally = Tally::level(tally, tx, bot, &snapshot, now)?;
            let view = view(tx, bot, &snapshot, &tally, past.as_deref(), days, now)?;
            Ok::<_, EngineError>((tally, view))
        });
        let (tally, view) = read.await?;
        *held = Some(tally);
        Ok(view)
    }

    /// The people of a move that the page tells of, the latest to be met first.
    ///
    /// # Errors
    /// As [`Self::get`]; the two stages are one (under `/to_stage`), or the workspace has no such stage.
    pub async fn moved(&self, workspace: WorkspaceId, bot: BotId, query: MovedQuery) -> Result<PeoplePage> {
        self.check(workspace, bot, query.days).await?;
        if query.from == query.to {
            return Err(EngineError::field("/to_stage", "conflict", "must be another stage than from_stage"));
        }
        let now = self.clock.now();
        let snapshot = self.people.latest(bot).await?;
        let kept = Arc::clone(self.bots.lock().entry(bot).or_default());
        let past = self.past(&kept, &snapshot, bot, query.days, now).await?;
        let read = self.reader.read(move |tx| {
            let catalog = WorkspaceCatalog::load(tx, snapshot.workspace, bot)?;
            let ask = Ask { tx, bot, snapshot: &snapshot, catalog, now };
            let present = present_stages(&ask)?;
            let known = |wanted: StageId| present.iter().any(|(id, _, _)| *id == wanted);
            if !known(query.from) || !known(query.to) {
                return Err(EngineError::NotFound("stage"));
            }
            // Where the log is too long to be read again the page tells of no moves.
            let people = past.map(|past| moved(&past, &present, query.from, query.to)).unwrap_or_default();
            people_list::page_of(tx, bot, &snapshot, (&people, &ask.catalog), &query.page(), now)
        });
        read.await
    }

    /// Whether the page can be asked for.
    async fn check(&self, workspace: WorkspaceId, bot: BotId, days: i32) -> Result<()> {
        if !(1..=HOME_DAYS_MAX).contains(&days) {
            let message = format!("must be between 1 and {HOME_DAYS_MAX}");
            return Err(EngineError::field("/days", "out_of_range", message));
        }
        let found = self.reader.read(move |tx| bots::get(tx, workspace, bot)).await?;
        found.map(|_| ()).ok_or(EngineError::NotFound("bot"))
    }

    /// The stages as they stood at the beginning of the first day; made once a day and rules' version.
    async fn past(
        &self,
        kept: &Kept,
        snapshot: &Snapshot,
        bot: BotId,
        days: i32,
        now: Millis,
    ) -> Result<Option<Arc<Past>>> {
        let (workspace, zone) = (snapshot.workspace, snapshot.zone());
        let version = self.reader.read(move |tx| stages::version(tx, workspace)).await?;
        let key = PastKey { day: day_number(now, zone) - days + 1, version, zone };
        let mut pasts = kept.pasts.lock().await;
        if let Some(past) = pasts.get(&days).filter(|past| past.key == key) {
            return Ok(Some(Arc::clone(past)));
        }
        let read = self.reader.read(move |tx| Past::read(tx, workspace, bot, key));
        let Some(past) = read.await? else { return Ok(None) };
        let past = Arc::new(past);
        pasts.insert(days, Arc::clone(&past));
        Ok(Some(past))
    }
}

/// Everything about one asking that the parts of the page share.
struct Ask<'t> {
    tx: &'t ReadTx<'t>,
    bot: BotId,
    snapshot: &'t Snapshot,
    catalog: WorkspaceCatalog,
    now: Millis,
}

impl Ask<'_> {
    fn zone(&self) -> Tz {
        self.snapshot.zone()
    }

    /// The people of an expression that the server made itself, counted.
    fn counted(&self, people: Value) -> Result<Counted> {
        Counter { catalog: &self.catalog, index: &self.snapshot.index, now: self.now }.count(people)
    }

    fn count(&self, people: Value) -> Result<u64> {
        Ok(self.counted(people)?.count())
    }
}

fn view(
    tx: &ReadTx<'_>,
    bot: BotId,
    snapshot: &Snapshot,
    tally: &Tally,
    past: Option<&Past>,
    days: i32,
    now: Millis,
) -> Result<HomeView> {
    let catalog = WorkspaceCatalog::load(tx, snapshot.workspace, bot)?;
    let ask = Ask { tx, bot, snapshot, catalog, now };
    let present = present_stages(&ask)?;
    let days = day_number(now, ask.zone()) - days + 1..=day_number(now, ask.zone());
    let [blocked_now, deactivated, no_chat, opted_out] = unreachable(&ask)?;
    Ok(HomeView {
        people: snapshot.index.everyone().len(),
        reachable: snapshot.index.reachable().len(),
        blocked: blocked_now,
        deactivated,
        no_chat,
        opted_out,
        moves: past.map(|past| moves(past, &present)).unwrap_or_default(),
        joined: joined(&ask, days.clone())?,
        active: active(&ask, days.clone())?,
        blocked_by_day: blocked(&ask, days.clone())?,
        blocked_in_days: ask.counted(blocked_since(*days.start()))?,
        suggestions: suggestion::all(&ask, tally)?,
        checklist: checklist(&ask)?,
        stages: stage_lines(&ask, past, present)?,
    })
}

/// The people of each stage now, in the order of the rules.
fn present_stages(ask: &Ask<'_>) -> Result<Vec<(StageId, String, RoaringBitmap)>> {
    let stages = ask.catalog.resolved_stages()?.into_iter();
    Ok(stages.map(|(id, name, is)| (id, name, ask.snapshot.index.set(&is, ask.now))).collect())
}

fn stage_lines(
    ask: &Ask<'_>,
    past: Option<&Past>,
    present: Vec<(StageId, String, RoaringBitmap)>,
) -> Result<Vec<StageLine>> {
    let colors: HashMap<StageId, String> = stages::list(ask.tx, ask.snapshot.workspace)?
        .into_iter()
        .map(|stage| (stage.id, stage.color))
        .collect();
    let everyone = ask.snapshot.index.everyone();
    let line = |(id, name, now): (StageId, String, RoaringBitmap)| {
        let movement = past.map(|past| {
            let then = past.stage(id, &everyone);
            Movement {
                before: then.len(),
                entered: now.difference_len(&then),
                left: then.difference_len(&now),
            }
        });
        StageLine {
            id,
            name,
            color: colors.get(&id).cloned().unwrap_or_default(),
            count: now.len(),
            movement,
        }
    };
    Ok(present.into_iter().map(line).collect())
}

/// Who was in the one stage then and is in the other now: what a move counts and what its list holds.
fn moved(
    past: &Past,
    present: &[(StageId, String, RoaringBitmap)],
    from: StageId,
    to: StageId,
) -> RoaringBitmap {
    let now = present.iter().find(|(id, _, _)| *id == to);
    now.map(|(_, _, now)| past.stage(from, now)).unwrap_or_default()
}

fn moves(past: &Past, present: &[(StageId, String, RoaringBitmap)]) -> Vec<Move> {
    let mut moves = Vec::new();
    for (from_id, from, _) in present {
        for (to_id, to, _) in present.iter().filter(|(to, _, _)| to != from_id) {
            let count = moved(past, present, *from_id, *to_id).len();
            if count > 0 {
                let (from, to) = (from.clone(), to.clone());
                moves.push(Move { from_id: *from_id, from, to_id: *to_id, to, count });
            }
        }
    }
    moves.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| (&a.from, &a.to).cmp(&(&b.from, &b.to))));
    moves
}

/// Who cannot be written to, each at the first reason that holds.
fn unreachable(ask: &Ask<'_>) -> Result<[Counted; 4]> {
    let count = |reason: Unreachable| {
        let before = Unreachable::ALL.iter().copied().take_while(|other| *other != reason);
        let others = before.map(|other| build::not(build::unreachable(other)));
        let parts: Vec<Value> = std::iter::once(build::unreachable(reason)).chain(others).collect();
        ask.counted(build::all(parts))
    };
    use Unreachable::{Blocked, Deactivated, NoChat, OptedOut};
    Ok([count(Blocked)?, count(Deactivated)?, count(NoChat)?, count(OptedOut)?])
}

fn active(ask: &Ask<'_>, days: std::ops::RangeInclusive<i32>) -> Result<Vec<DayPeople>> {
    let of = |day: i32| {
        let on_it = |kind| {
            let (since, until) = (Some(day_of(day)), Some(day_of(day + 1)));
            build::event(EventTest { since, until, ..build::happened(kind) })
        };
        // A start is not among what an expression counts as interactions, and whoever starts is here.
        let acted = build::any([on_it("interaction"), on_it("start")]);
        Ok(DayPeople { day: date(day), counted: ask.counted(acted)? })
    };
    days.map(of).collect()
}

fn joined(ask: &Ask<'_>, days: std::ops::RangeInclusive<i32>) -> Result<Vec<DayPeople>> {
    let of = |day: i32| {
        let counted = ask.counted(build::seen_between(day_of(day), day_of(day + 1)))?;
        Ok(DayPeople { day: date(day), counted })
    };
    days.map(of).collect()
}

/// Whose latest block was on each day: those who blocked since its beginning, without those who blocked since the
/// next. So the days add up to those who blocked since the first, whatever the clocks did meanwhile.
fn blocked(ask: &Ask<'_>, days: std::ops::RangeInclusive<i32>) -> Result<Vec<DayPeople>> {
    let of = |day: i32| {
        let on_it = build::all([blocked_since(day), build::not(blocked_since(day + 1))]);
        Ok(DayPeople { day: date(day), counted: ask.counted(on_it)? })
    };
    days.map(of).collect()
}

fn blocked_since(day: i32) -> Value {
    build::event(EventTest { since: Some(day_of(day)), ..build::happened("blocked") })
}

/// What was done here since the bot came: what it came with is nobody's doing.
fn checklist(ask: &Ask<'_>) -> Result<Checklist> {
    let (tx, bot) = (ask.tx, ask.bot);
    let born = bots::get(tx, ask.snapshot.workspace, bot)?.map_or(0, |bot| bot.created_at);
    let segments = segments::list(tx, ask.snapshot.workspace, Some(bot))?;
    let started = campaigns::list(tx, bot, None, i64::MAX, campaigns_looked_at())?;
    let own = |campaign: &&Campaign| campaign.created_by.is_some() && campaign.frozen_at.is_some();
    let own: Vec<CampaignId> = started.iter().filter(own).map(|campaign| campaign.id).collect();
    let mut answers = false;
    for campaign in &own {
        let count = |outcome| ask.count(build::campaign(build::outcome(*campaign, outcome)));
        answers |= count(CampaignOutcome::Clicked)? > 0 || count(CampaignOutcome::Replied)? > 0;
    }
    let from_report = segments.iter().any(|segment| {
        // A segment that cannot be read was not made from a report.
        Expression::parse(&segment.expression).is_ok_and(|expression| {
            expression
                .mentions()
                .found()
                .any(|(_, mention)| matches!(mention, Mention::Campaign(campaign) if own.contains(campaign)))
        })
    });
    Ok(Checklist {
        flow: flows::list(tx, bot)?.iter().any(|flow| flow.updated_at > born),
        segment: segments.iter().any(|segment| segment.updated_at > born),
        campaign: !own.is_empty(),
        answers,
        report: from_report,
    })
}

/// The latest campaigns alone are looked at: this is a first page, not a report.
fn campaigns_looked_at() -> usize {
    20
}

/// A day of the workspace, as it is written.
fn day_of(number: i32) -> NaiveDate {
    let epoch = NaiveDate::default();
    epoch.checked_add_signed(chrono::Duration::days(i64::from(number))).unwrap_or(epoch)
}

fn date(day: i32) -> String {
    day_of(day).format("%Y-%m-%d").to_string()
}

/// The number of the latest event before a moment: the log as it stood then. Events are told late now and then,
/// never early, so the latest time of a few neighbours is what is compared.
fn number_at(tx: &ReadTx<'_>, bot: BotId, last: i64, moment: Millis) -> Result<i64> {
    const NEIGHBOURS: usize = 32;
    let (mut before, mut after) = (0, last + 1);
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        let neighbours = store::events::after(tx, bot, (middle - NEIGHBOURS as i64).max(0), NEIGHBOURS)?;
        let known = neighbours.iter().filter(|event| event.number <= middle);
        if known.map(|event| event.at).max().is_some_and(|at| at >= moment) {
            after = middle;
        } else {
            before = middle;
        }
    }
    Ok(before)
}
