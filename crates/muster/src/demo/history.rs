//! Three months in seconds: the sandbox's people live in virtual time, and everything they do goes through the
//! real intake, the real flows, the real couriers and the real clicks.

use std::sync::Arc;

use domain::campaign::Status;
use domain::ids::{BotId, CampaignId, WorkspaceId};
use domain::time::{DAY_MS, Millis, SECOND_MS};
use engine::campaigns::NewCampaign;
use engine::clock::{Clock, ManualClock};
use engine::delivery::{Courier, CourierOptions, Transport};
use engine::intake::Arrived;
use engine::links::Opened;
use sandbox::{Follow, SharedWorld, Visitor};
use telegram::{Rate, Received};

use super::content::{self, PastCampaign};
use super::progress::Progress;
use super::team::Team;
use super::transport::Direct;
use crate::Failure;
use crate::assembly::Muster;

/// How far the clock moves at once. An answer of the bot waits for the end of a step.
const STEP_MS: i64 = 15 * 60 * SECOND_MS;
/// While a campaign goes out.
const CAMPAIGN_STEP_MS: i64 = SECOND_MS;
/// Updates that one commit takes in.
const BATCH_MAX: usize = 500;

/// A server whose people live in the sandbox's virtual time.
pub struct Replay<'a> {
    muster: &'a Muster,
    world: &'a SharedWorld,
    clock: &'a ManualClock,
    workspace: WorkspaceId,
    bot: BotId,
    transport: Arc<dyn Transport>,
}

/// Lives from `from` to `to`.
pub(super) async fn replay(
    muster: &Muster,
    world: &SharedWorld,
    clock: &Arc<ManualClock>,
    from: Millis,
    to: Millis,
) -> Result<(), Failure> {
    clock.set(from);
    let (workspace, _) = content::signed_in(muster).await?;
    let bot = content::bot(muster, workspace).await?;
    let transport = Direct { world: Arc::clone(world), clock: Arc::clone(clock) as Arc<dyn Clock> };
    let replay = Replay::new(muster, world, clock, (workspace, bot), Arc::new(transport));
    let team = Team::of(muster, workspace, bot).await?;
    let mut progress = Progress::new((to - from) / DAY_MS);
    let mut past: Vec<PastCampaign> = content::campaigns().into();
    past.reverse();
    let mut courier = replay.courier(Rate::Unlimited).await?;
    let mut now = from;
    while now < to {
        now = (now + STEP_MS).min(to);
        replay.live_until(now, &mut courier).await?;
        team.work().await?;
        progress.reach((now - from) / DAY_MS);
        if past.last().is_some_and(|next| now >= to - next.days_ago * DAY_MS)
            && let Some(campaign) = past.pop()
        {
            drop(courier);
            now = replay.send(campaign, now).await?;
            courier = replay.courier(Rate::Unlimited).await?;
        }
    }
    progress.finish();
    Ok(())
}

impl<'a> Replay<'a> {
    /// A replay of one bot's life whose messages go out through `transport`.
    pub fn new(
        muster: &'a Muster,
        world: &'a SharedWorld,
        clock: &'a ManualClock,
        (workspace, bot): (WorkspaceId, BotId),
        transport: Arc<dyn Transport>,
    ) -> Self {
        Self { muster, world, clock, workspace, bot, transport }
    }

    /// The bot's courier, which sends at a rate.
    ///
    /// # Errors
    /// The database failed.
    pub async fn courier(&self, rate: Rate) -> Result<Courier, Failure> {
        let public_url = self.muster.public_url.clone();
        let options = CourierOptions {
            node: self.muster.node.id,
            rate,
            in_flight_max: 200,
            public_url,
            // The transport of a demo's history is no call to Telegram, and refuses no token.
            token_sealed: Vec::new(),
        };
        let courier = Courier::take_over(
            self.bot,
            self.muster.store.clone(),
            self.muster.secrets.clone(),
            Arc::clone(&self.muster.clock),
            Arc::clone(&self.transport),
            options,
        );
        let courier = courier.await?;
        courier.ok_or_else(|| Failure::new("another server sends for this bot"))
    }

    /// Lets people act until a moment, and the bot answer at it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn live_until(&self, now: Millis, courier: &mut Courier) -> Result<(), Failure> {
        let (updates, follows) = {
            let mut world = self.world.lock();
            world.advance(now);
            (world.drain_history(), world.take_follows())
        };
        self.clock.set(now);
        if updates.is_empty() && follows.is_empty() {
            return Ok(());
        }
        let arrived: Vec<Arrived> = updates
            .into_iter()
            .filter_map(|timed| {
                let received = Received::parse(&timed.update.to_string()).ok()?;
                Some(Arrived { received, at: timed.at_ms })
            })
            .collect();
        for batch in arrived.chunks(BATCH_MAX) {
            self.muster.intake.take(self.bot, batch.to_vec(), None).await?;
        }
        for follow in &follows {
            self.follow(follow).await?;
        }
        courier.drain().await?;
        Ok(())
    }

    async fn follow(&self, follow: &sandbox::Follow) -> Result<(), Failure> {
        let Some(path) = follow.url.strip_prefix(&self.muster.public_url) else { return Ok(()) };
        let present = self.clock.now();
        self.clock.set(follow.at_ms);
        let led_to = match (path.strip_prefix("/c/"), path.strip_prefix("/l/")) {
            (Some(token), _) => self.click(follow, token).await?,
            (_, Some(link)) => Some(self.open(follow, link).await?),
            _ => None,
        };
        self.clock.set(present);
        if let Some(location) = led_to {
            // What the redirect would have answered.
            self.world.lock().record_follow(follow, 302, Some(&location));
        }
        Ok(())
    }

    async fn click(&self, follow: &Follow, token: &str) -> Result<Option<String>, Failure> {
        if follow.visitor != Visitor::Person {
            return Ok(None);
        }
        let target = self.muster.rooms.clicks.target(token).await?;
        self.muster.rooms.clicks.record(&target).await?;
        Ok(Some(target.url))
    }

    async fn open(&self, follow: &Follow, link: &str) -> Result<String, Failure> {
        let (code, query) = link.split_once('?').unwrap_or((link, ""));
        // The people's addresses hold no escaped signs.
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let opened = Opened {
            user_agent: follow.user_agent.clone(),
            language: follow.language.to_owned(),
            query: pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
            ..Opened::default()
        };
        Ok(self.muster.rooms.links.open(code, opened).await?)
    }

    /// Sends one campaign at Telegram's usual rate; the moment it ended.
    async fn send(&self, past: PastCampaign, mut now: Millis) -> Result<Millis, Failure> {
        let campaigns = &self.muster.rooms.campaigns;
        let new = NewCampaign {
            bot: self.bot,
            name: past.name.into(),
            audience: past.audience,
            message: past.message,
            held_out_percent: past.held_out_percent,
            created_by: None,
        };
        let id: CampaignId = campaigns.create(self.workspace, new).await?.campaign.id;
        campaigns.start(self.workspace, id, None).await?;
        let mut courier = self.courier(Rate::PerSecond(engine::rates::BULK_PER_SECOND_DEFAULT)).await?;
        loop {
            now += CAMPAIGN_STEP_MS;
            self.live_until(now, &mut courier).await?;
            courier.drain().await?;
            let status = campaigns.get(self.workspace, id).await?.campaign.course.status;
            if status != Status::Sending {
                return Ok(now);
            }
        }
    }
}
