//! A campaign's report: each number with what it is a part of and the expression that lists its people.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use domain::ids::CampaignId;
use engine::figure::{self, Counted};
use engine::reports::{self, By, DEFINITIONS, FIGURES, Reports};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::access::may;
use crate::body::{Path, Query};
use crate::problem::Result;
use crate::schemas;

/// Some people.
#[derive(Debug, Serialize, ToSchema)]
pub struct PeopleCount {
    pub count: u64,
    /// Lists exactly these people.
    #[schema(value_type = schemas::Expression)]
    pub people: Value,
}

impl From<Counted> for PeopleCount {
    fn from(counted: Counted) -> Self {
        Self { count: counted.count(), people: counted.people().clone() }
    }
}

/// A number of people.
#[derive(Debug, Serialize, ToSchema)]
pub struct Figure {
    pub count: u64,
    pub of: u64,
    /// A fraction; absent of nothing.
    #[schema(required)]
    pub share: Option<f64>,
    /// The expression that lists exactly these people.
    #[schema(value_type = schemas::Expression)]
    pub people: Value,
}

impl From<figure::Figure> for Figure {
    fn from(figure: figure::Figure) -> Self {
        let share = figure.share();
        let PeopleCount { count, people } = figure.counted.into();
        Self { count, of: figure.of, share, people }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ReportTag {
    pub id: i64,
    pub name: String,
    pub color: String,
}

/// A tag that presses of the message gave.
#[derive(Debug, Serialize, ToSchema)]
pub struct TagGained {
    pub tag: ReportTag,
    pub direct: u64,
    #[schema(value_type = schemas::Expression)]
    pub people: Value,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ButtonFigure {
    /// Row and column of the button, from 0; null for answers from before places were kept, where several buttons
    /// say the same.
    #[schema(required)]
    pub place: Option<String>,
    pub text: String,
    pub people_count: u64,
    /// Lists exactly these people.
    #[schema(value_type = schemas::Expression)]
    pub people: Value,
}

/// One side of the lift.
#[derive(Debug, Serialize, ToSchema)]
pub struct Side {
    pub n: u64,
    pub hits: u64,
    /// Those who did it.
    #[schema(value_type = schemas::Expression)]
    pub people: Value,
}

/// One line of the lift: fractions, with their 95 % interval.
#[derive(Debug, Serialize, ToSchema)]
pub struct Lift {
    #[schema(value_type = schemas::LiftMeasure)]
    pub measure: String,
    pub reached: Side,
    pub held_out: Side,
    #[schema(required)]
    pub difference: Option<f64>,
    #[schema(required)]
    pub low: Option<f64>,
    #[schema(required)]
    pub high: Option<f64>,
    /// How probable such a difference is by chance alone, corrected for the lines told; null where there is too little.
    #[schema(required)]
    pub p: Option<f64>,
    /// More than chance explains, once all windows have ended.
    pub clear: bool,
    /// Chance alone would put five people or more into each cell of the smaller group.
    pub enough: bool,
}

/// A part of the audience, as it was frozen.
#[derive(Debug, Serialize, ToSchema)]
pub struct Part {
    pub key: String,
    pub name: String,
    pub accepted: Figure,
    pub open: Figure,
    pub replied: Figure,
    pub blocked: Figure,
}

/// What a campaign changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Report {
    pub accepted: Figure,
    pub open_rate: Figure,
    pub pressed: Figure,
    pub followed: Figure,
    pub replied: Figure,
    pub tagged: Figure,
    pub tagged_direct: Figure,
    pub tagged_assisted: Figure,
    pub converted: Figure,
    pub blocked: Figure,
    pub blocked_after: Figure,
    pub opted_out: Figure,
    pub tags: Vec<TagGained>,
    pub buttons: Vec<ButtonFigure>,
    pub lift: Vec<Lift>,
    /// When the last answer window ends.
    #[schema(required)]
    pub settles_at: Option<i64>,
    pub breakdown: Vec<Part>,
    /// What each figure means, by its name.
    pub definitions: BTreeMap<String, String>,
    /// The event number that everything was counted at.
    pub number: i64,
}

/// What the breakdown is by.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BreakdownBy {
    #[default]
    Stage,
    Tag,
    Source,
    /// Of the segments that were saved when it started; people can be in several.
    Segment,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportQuery {
    /// `stage` unless told.
    #[serde(default)]
    #[param(inline)]
    pub by: BreakdownBy,
}

/// The report of a campaign that was started.
#[utoipa::path(get, path = "/campaigns/{id}/report", tag = "reports", operation_id = "get_report",
    params(("id" = i64, Path), ReportQuery), responses((status = 200, body = Report)))]
pub async fn get(
    State(reports): State<Reports>,
    caller: may::Read,
    Path(id): Path<i64>,
    Query(query): Query<ReportQuery>,
) -> Result<Json<Report>> {
    let by = match query.by {
        BreakdownBy::Stage => By::Stage,
        BreakdownBy::Tag => By::Tag,
        BreakdownBy::Source => By::Source,
        BreakdownBy::Segment => By::Segment,
    };
    let report = reports.report(caller.workspace, CampaignId(id), by).await?;
    Ok(Json(Report::from(report)))
}

impl From<reports::Report> for Report {
    fn from(report: reports::Report) -> Self {
        let mut figures: BTreeMap<&str, Figure> =
            report.figures.into_iter().map(|(name, figure)| (name, figure.into())).collect();
        let mut take = |name: &str| {
            // Each name stands in `FIGURES`; a test walks the document.
            figures.remove(name).unwrap_or(Figure { count: 0, of: 0, share: None, people: Value::Null })
        };
        Self {
            accepted: report.accepted.into(),
            open_rate: take("open_rate"),
            pressed: take("pressed"),
            followed: take("followed"),
            replied: take("replied"),
            tagged: take("tagged"),
            tagged_direct: take("tagged_direct"),
            tagged_assisted: take("tagged_assisted"),
            converted: take("converted"),
            blocked: take("blocked"),
            blocked_after: take("blocked_after"),
            opted_out: take("opted_out"),
            tags: report.tags.into_iter().map(TagGained::from).collect(),
            buttons: report.buttons.into_iter().map(ButtonFigure::from).collect(),
            lift: report.lift.into_iter().map(Lift::from).collect(),
            settles_at: report.settles_at,
            breakdown: report.parts.into_iter().map(Part::from).collect(),
            definitions: definitions(),
            number: report.number,
        }
    }
}

impl From<reports::TagGained> for TagGained {
    fn from(gained: reports::TagGained) -> Self {
        let tag = ReportTag { id: gained.tag.id.0, name: gained.tag.name, color: gained.tag.color };
        let PeopleCount { count, people } = gained.direct.into();
        Self { tag, direct: count, people }
    }
}

impl From<reports::ButtonLine> for ButtonFigure {
    fn from(line: reports::ButtonLine) -> Self {
        let PeopleCount { count, people } = line.people.into();
        Self {
            place: line.place.map(|place| place.to_string()),
            text: line.text,
            people_count: count,
            people,
        }
    }
}

fn definitions() -> BTreeMap<String, String> {
    let figures = FIGURES.iter().map(|(name, _, text)| (*name, *text));
    figures.chain(DEFINITIONS).map(|(name, text)| (name.into(), text.into())).collect()
}

impl From<reports::Lift> for Lift {
    fn from(lift: reports::Lift) -> Self {
        let side = |figure: figure::Figure| {
            let PeopleCount { count, people } = figure.counted.into();
            Side { n: figure.of, hits: count, people }
        };
        let verdict = lift.verdict;
        Self {
            measure: lift.measure.to_owned(),
            reached: side(lift.reached),
            held_out: side(lift.held_out),
            difference: verdict.difference.map(|d| d.difference),
            low: verdict.difference.map(|d| d.low),
            high: verdict.difference.map(|d| d.high),
            p: verdict.p,
            clear: verdict.clear,
            enough: verdict.enough,
        }
    }
}

impl From<reports::Part> for Part {
    fn from(part: reports::Part) -> Self {
        Self {
            key: part.name.clone(),
            name: part.name,
            accepted: part.accepted.into(),
            open: part.open.into(),
            replied: part.replied.into(),
            blocked: part.blocked.into(),
        }
    }
}
