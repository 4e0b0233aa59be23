//! The first page.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use domain::campaign::Status;
use domain::ids::{BotId, StageId};
use domain::named::Named as _;
use engine::campaigns::{CampaignView, Campaigns};
use engine::contacts::ListPlace;
use engine::home::{self, Home, MovedQuery};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use crate::access::may;
use crate::body::Query;
use crate::campaigns::Campaign;
use crate::contacts::ContactPage;
use crate::page::{self, Listing};
use crate::problem::Result;
use crate::reports::PeopleCount;
use crate::schemas;
use crate::state::ApiOptions;

/// Campaigns that are looked through for those to show.
const CAMPAIGNS_LOOKED_AT: usize = 50;
/// Ended campaigns that are shown.
const RECENT_MAX: usize = 5;
/// How far the page looks back unless told.
const DAYS_DEFAULT: i32 = 7;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HomeAsk {
    pub bot_id: i64,
    /// How far to look back, 1 to 90 days; 7 unless told.
    #[param(minimum = 1, maximum = 90)]
    pub days: Option<i32>,
}

/// A stage with its movement over the days. Without `before`, `in` and `out` the log is too long to tell.
#[derive(Debug, Serialize, ToSchema)]
pub struct HomeStage {
    pub id: i64,
    pub name: String,
    pub color: String,
    pub count: u64,
    /// How many were in it at the beginning of the first day.
    #[schema(required)]
    pub before: Option<u64>,
    /// In it now and not then; whoever joined since is among them.
    #[schema(required)]
    pub r#in: Option<u64>,
    /// In it then and not now.
    #[schema(required)]
    pub out: Option<u64>,
}

/// People who went from one stage to another.
#[derive(Debug, Serialize, ToSchema)]
pub struct HomeMove {
    pub from_id: i64,
    pub from: String,
    pub to_id: i64,
    pub to: String,
    /// `GET /moves` lists exactly these people.
    pub count: u64,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MovedAsk {
    pub bot_id: i64,
    /// The id of the stage in which they were.
    pub from_stage: i64,
    /// The id of the stage in which they are.
    pub to_stage: i64,
    /// How far to look back, 1 to 90 days; 7 unless told.
    #[param(minimum = 1, maximum = 90)]
    pub days: Option<i32>,
    /// Where the last page ended: its `next`.
    pub cursor: Option<String>,
    /// Items wanted, 1 to 500; 50 unless told.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<usize>,
}

/// Some people of one day of the workspace.
#[derive(Debug, Serialize, ToSchema)]
pub struct DayPeople {
    /// Such as `2026-11-24`.
    pub day: String,
    pub count: u64,
    /// Lists exactly these people.
    #[schema(value_type = schemas::Expression)]
    pub people: Value,
}

/// People who are worth a message.
#[derive(Debug, Serialize, ToSchema)]
pub struct Suggestion {
    #[schema(value_type = schemas::SuggestionCode)]
    pub code: String,
    pub count: u64,
    /// Lists exactly these people.
    #[schema(value_type = schemas::Expression)]
    pub expression: Value,
    /// What a sentence about them names.
    #[schema(value_type = BTreeMap<String, schemas::SuggestionParam>)]
    pub params: Map<String, Value>,
}

/// Which steps of the loop somebody of the team has taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct Checklist {
    pub flow: bool,
    pub segment: bool,
    pub campaign: bool,
    pub answers: bool,
    pub report: bool,
}

/// The first page's numbers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Home)]
pub struct HomePage {
    pub people: u64,
    pub reachable: u64,
    /// Who is not reachable, each counted once: blocked, else deactivated, else without a chat, else opted out.
    pub blocked: PeopleCount,
    pub opted_out: PeopleCount,
    pub deactivated: PeopleCount,
    /// Telegram has no chat in which they could be written to.
    pub no_chat: PeopleCount,
    pub stages: Vec<HomeStage>,
    /// The largest first.
    pub moves: Vec<HomeMove>,
    pub joined: Vec<DayPeople>,
    /// Who acted on each day, and whoever a table says did.
    pub active: Vec<DayPeople>,
    /// Each person on the day of their latest block.
    pub blocked_by_day: Vec<DayPeople>,
    /// Who blocked the bot on any of the days, each counted once: the sum of `blocked_by_day`.
    pub blocked_in_days: PeopleCount,
    /// Campaigns that go out now, or wait for somebody to let them go on.
    pub running: Vec<Campaign>,
    /// The latest that have ended.
    pub recent: Vec<Campaign>,
    pub suggestions: Vec<Suggestion>,
    /// In the demo only.
    #[schema(required)]
    pub checklist: Option<Checklist>,
}

/// How many people there are and where they stand, what changed, what goes out, and what to do next.
#[utoipa::path(get, path = "/home", tag = "home", operation_id = "home", params(HomeAsk),
    responses((status = 200, body = HomePage)))]
pub async fn get(
    State(home): State<Home>,
    State(campaigns): State<Campaigns>,
    State(options): State<Arc<ApiOptions>>,
    caller: may::Read,
    Query(ask): Query<HomeAsk>,
) -> Result<Json<HomePage>> {
    let (workspace, bot) = (caller.workspace, BotId(ask.bot_id));
    let view = home.get(workspace, bot, ask.days.unwrap_or(DAYS_DEFAULT)).await?;
    let campaigns = campaigns.list(workspace, bot, None, None, CAMPAIGNS_LOOKED_AT).await?;
    Ok(Json(shown(view, campaigns, options.demo.is_some())))
}

/// The people of one of the page's moves, page by page: in the one stage at the beginning of the first day, in the
/// other now. The latest to be met first.
#[utoipa::path(get, path = "/moves", tag = "home", operation_id = "list_moved", params(MovedAsk),
    responses((status = 200, body = ContactPage)))]
pub async fn moved(
    State(home): State<Home>,
    caller: may::Read,
    Query(ask): Query<MovedAsk>,
) -> Result<Json<ContactPage>> {
    let days = ask.days.unwrap_or(DAYS_DEFAULT);
    let listing = Listing::of(&("moved", ask.bot_id, ask.from_stage, ask.to_stage, days));
    let query = MovedQuery {
        from: StageId(ask.from_stage),
        to: StageId(ask.to_stage),
        days,
        after: listing.cursor::<ListPlace>(ask.cursor.as_deref())?,
        limit: page::limit(ask.limit)?,
    };
    let found = home.moved(caller.workspace, BotId(ask.bot_id), query).await?;
    Ok(Json(ContactPage::of(found, &listing)))
}

fn shown(view: home::HomeView, campaigns: Vec<CampaignView>, is_demo: bool) -> HomePage {
    let (mut running, mut recent) = (Vec::new(), Vec::new());
    for campaign in campaigns {
        match campaign.campaign.course.status {
            Status::Starting | Status::Canary | Status::Sending | Status::Paused => {
                running.push(Campaign::from(campaign));
            }
            Status::Done | Status::Cancelled if recent.len() < RECENT_MAX => {
                recent.push(Campaign::from(campaign));
            }
            Status::Draft | Status::Done | Status::Cancelled => {}
        }
    }
    let list = view.checklist;
    let checklist = Checklist {
        flow: list.flow,
        segment: list.segment,
        campaign: list.campaign,
        answers: list.answers,
        report: list.report,
    };
    HomePage {
        people: view.people,
        reachable: view.reachable,
        blocked: view.blocked.into(),
        opted_out: view.opted_out.into(),
        deactivated: view.deactivated.into(),
        no_chat: view.no_chat.into(),
        stages: view.stages.into_iter().map(HomeStage::from).collect(),
        moves: view.moves.into_iter().map(HomeMove::from).collect(),
        joined: people_of(view.joined),
        active: people_of(view.active),
        blocked_by_day: people_of(view.blocked_by_day),
        blocked_in_days: PeopleCount::from(view.blocked_in_days),
        running,
        recent,
        suggestions: view.suggestions.into_iter().map(Suggestion::from).collect(),
        checklist: is_demo.then_some(checklist),
    }
}

fn people_of(days: Vec<home::DayPeople>) -> Vec<DayPeople> {
    let of = |day: home::DayPeople| DayPeople {
        day: day.day,
        count: day.counted.count(),
        people: day.counted.people().clone(),
    };
    days.into_iter().map(of).collect()
}

impl From<home::StageLine> for HomeStage {
    fn from(line: home::StageLine) -> Self {
        let movement = line.movement;
        Self {
            id: line.id.0,
            name: line.name,
            color: line.color,
            count: line.count,
            before: movement.map(|movement| movement.before),
            r#in: movement.map(|movement| movement.entered),
            out: movement.map(|movement| movement.left),
        }
    }
}

impl From<home::Move> for HomeMove {
    fn from(step: home::Move) -> Self {
        let (from_id, to_id) = (step.from_id.0, step.to_id.0);
        Self { from_id, from: step.from, to_id, to: step.to, count: step.count }
    }
}

impl From<home::Suggestion> for Suggestion {
    fn from(suggestion: home::Suggestion) -> Self {
        Self {
            code: suggestion.code.name().to_owned(),
            count: suggestion.people.count(),
            expression: suggestion.people.people().clone(),
            params: suggestion.params,
        }
    }
}
