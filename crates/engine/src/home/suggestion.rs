//! What the data suggests to do next: a few groups of people, each with the expression that lists them.

use std::collections::HashMap;

use domain::campaign::Status;
use domain::expression::{CampaignOutcome, CampaignTest, Duration, EventTest, Expression, TimeField, build};
use domain::ids::CampaignId;
use domain::time::{DAY_MS, day_number};
use serde_json::{Map, Value, json};
use store::campaigns;
use store::campaigns::SetKind;

use super::tally::Tally;
use super::{Ask, campaigns_looked_at};
use crate::Result;
use crate::figure::Counted;

/// Suggestions that a page shows.
const SUGGESTIONS_MAX: usize = 3;
/// How close to churning is close, in days.
const CHURNING_DAYS: i64 = 5;
/// The window of presses that are looked at, in days.
const PRESS_DAYS: i32 = 30;
/// The most pressed buttons that are looked at.
const BUTTONS_LOOKED_AT: usize = 5;
/// Fewer people than this got a campaign: their share says little.
const SHARE_PEOPLE_MIN: u64 = 30;

/// Why people are worth a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum SuggestionCode {
    ChurningSoon,
    PressedNoPurchase,
    ResponsiveTag,
    BeganAndStopped,
}

/// A group of people who are worth a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    pub code: SuggestionCode,
    /// How many, and the expression that lists them.
    pub people: Counted,
    /// What the sentence about them names.
    pub params: Map<String, Value>,
}

/// At most [`SUGGESTIONS_MAX`], none about nobody.
pub(super) fn all(ask: &Ask<'_>, tally: &Tally) -> Result<Vec<Suggestion>> {
    let found = [
        churning_soon(ask)?,
        pressed_no_purchase(ask, tally)?,
        responsive_tag(ask)?,
        began_and_stopped(ask)?,
    ];
    Ok(found.into_iter().flatten().filter(|found| found.people.count() > 0).take(SUGGESTIONS_MAX).collect())
}

fn suggestion(ask: &Ask<'_>, code: SuggestionCode, parts: Vec<Value>, params: &Value) -> Result<Suggestion> {
    let mut parts = parts;
    parts.push(build::reachable());
    let people = ask.counted(build::all(parts))?;
    Ok(Suggestion { code, people, params: params.as_object().cloned().unwrap_or_default() })
}

/// Whose last interaction will soon be older than a stage allows. Without such a stage there is no line to cross.
fn churning_soon(ask: &Ask<'_>) -> Result<Option<Suggestion>> {
    use domain::expression::Catalog;
    let lines = ask.catalog.stages().iter().filter_map(|(_, _, rule)| match rule {
        Expression::Time(TimeField::LastInteraction, test) => test.older_than,
        _ => None,
    });
    let Some(line) = lines.map(Duration::ms).filter(|line| *line > CHURNING_DAYS * DAY_MS).max() else {
        return Ok(None);
    };
    let days = line / DAY_MS;
    let parts = vec![
        build::older_than(TimeField::LastInteraction, build::days(days - CHURNING_DAYS)),
        build::within(TimeField::LastInteraction, build::days(days)),
    ];
    suggestion(ask, SuggestionCode::ChurningSoon, parts, &json!({"days": CHURNING_DAYS})).map(Some)
}

/// Who pressed the same button three times (twice, where nobody did) within 30 days and never converted: for the
/// button with the most of them.
fn pressed_no_purchase(ask: &Ask<'_>, tally: &Tally) -> Result<Option<Suggestion>> {
    let mut presses: HashMap<&str, u64> = HashMap::new();
    let first = day_number(ask.now, ask.zone()) - PRESS_DAYS;
    for (object, count) in tally.days_from(first).flat_map(|day| &day.presses) {
        *presses.entry(object).or_default() += count;
    }
    let mut buttons: Vec<(&str, u64)> = presses.into_iter().collect();
    buttons.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    for times in [3, 2] {
        let mut best: Option<Suggestion> = None;
        for (object, _) in buttons.iter().take(BUTTONS_LOOKED_AT) {
            let pressed = EventTest {
                object: Some((*object).to_owned()),
                at_least: Some(times),
                within: Some(build::days(PRESS_DAYS.into())),
                ..build::happened("button")
            };
            let converted = build::event(build::happened("conversion"));
            let parts = vec![build::event(pressed), build::not(converted)];
            let params = json!({"object": object, "times": times});
            let found = suggestion(ask, SuggestionCode::PressedNoPurchase, parts, &params)?;
            if best.as_ref().is_none_or(|best| best.people.count() < found.people.count()) {
                best = Some(found);
            }
        }
        if best.as_ref().is_some_and(|best| best.people.count() > 0) {
            return Ok(best);
        }
    }
    Ok(None)
}

/// The tag whose people answered the latest campaign best, and better than everyone together: those who have it
/// and did not get that campaign.
fn responsive_tag(ask: &Ask<'_>) -> Result<Option<Suggestion>> {
    let latest = campaigns::list(ask.tx, ask.bot, Some(Status::Done), i64::MAX, campaigns_looked_at())?;
    let Some(campaign) = latest.first().map(|campaign| campaign.id) else { return Ok(None) };
    let (sent, clicked) = answered(ask, campaign, None)?;
    if sent < SHARE_PEOPLE_MIN || clicked == 0 {
        return Ok(None);
    }
    let overall = clicked as f64 / sent as f64;
    let mut best: Option<(String, f64)> = None;
    for set in campaigns::sets(ask.tx, ask.bot, campaign)?.iter().filter(|set| set.kind == SetKind::Tag) {
        use domain::expression::Catalog;
        // A tag that was renamed or deleted since cannot be asked for by the name that it had.
        if ask.catalog.tag(&set.key).is_none() {
            continue;
        }
        let (sent, clicked) = answered(ask, campaign, Some(&set.key))?;
        let share = clicked as f64 / sent.max(1) as f64;
        let above = best.as_ref().map_or(overall, |(_, share)| *share);
        if sent >= SHARE_PEOPLE_MIN && share > above {
            best = Some((set.key.clone(), share));
        }
    }
    let Some((tag, share)) = best else { return Ok(None) };
    let got_it = build::campaign(build::outcome(campaign, CampaignOutcome::Sent));
    let parts = vec![build::tag(&tag), build::not(got_it)];
    let params = json!({"percent": (share * 100.0).round(), "tag": tag});
    suggestion(ask, SuggestionCode::ResponsiveTag, parts, &params).map(Some)
}

/// How many got a campaign, and pressed or followed; of those with a tag at its start where one is given.
fn answered(ask: &Ask<'_>, campaign: CampaignId, tag: Option<&str>) -> Result<(u64, u64)> {
    let count = |outcome| {
        let frozen_tag = tag.map(str::to_owned);
        ask.count(build::campaign(CampaignTest { frozen_tag, ..build::outcome(campaign, outcome) }))
    };
    Ok((count(CampaignOutcome::Sent)?, count(CampaignOutcome::Clicked)?))
}

/// Who came in the last two weeks and did nothing since the start, for two days or more.
fn began_and_stopped(ask: &Ask<'_>) -> Result<Option<Suggestion>> {
    let parts = vec![
        build::within(TimeField::FirstSeen, build::days(14)),
        build::older_than(TimeField::FirstSeen, build::days(2)),
        build::not(build::event(build::happened("interaction"))),
    ];
    suggestion(ask, SuggestionCode::BeganAndStopped, parts, &json!({"days": 2})).map(Some)
}
