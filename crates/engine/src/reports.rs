//! Reports: what a campaign changed, with a definition behind each number and an expression behind each count
//! (DESIGN 3.9).
//!
//! **No** number here is counted in a way that cannot list its people: a figure *is* the count of its expression.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use audience::Index;
use domain::event::EventBody;
use domain::ids::{BotId, CampaignId, ContactNumber, TagId, WorkspaceId};
use domain::lift::{self, Share};
use domain::time::{ANSWER_WINDOW_MS, Millis};
use serde_json::{Value, json};
use store::campaigns::Campaign;
use store::tags::Tag;
use store::{ReadTx, Reader, bots, campaigns, events, tags};

use crate::catalog::WorkspaceCatalog;
use crate::clock::Clock;
use crate::people::People;
use crate::{EngineError, Result};

/// The room of reports.
#[derive(Clone)]
pub struct Reports {
    reader: Reader,
    people: People,
    clock: Arc<dyn Clock>,
}

/// A number of people, what it is a part of, and who they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    pub count: i64,
    pub of: i64,
    pub people: Value,
}

impl Figure {
    /// The part of the whole, as a fraction; none of nothing.
    pub fn share(&self) -> Option<f64> {
        (self.of > 0).then(|| self.count as f64 / self.of as f64)
    }
}

/// People who gained a tag by the campaign's own presses.
#[derive(Debug, Clone, PartialEq)]
pub struct TagGained {
    pub tag: Tag,
    pub direct: i64,
    /// Recipients of the campaign with a direct tag who have this one.
    pub people: Value,
}

/// One line of the lift.
#[derive(Debug, Clone, PartialEq)]
pub struct Lift {
    /// `messages`, `tags`, `conversions` or `blocks`.
    pub measure: &'static str,
    pub reached: Share,
    pub reached_people: Value,
    pub held_out: Share,
    pub held_out_people: Value,
    pub difference: Option<lift::Difference>,
    /// Enough people and acts to tell a difference from chance.
    pub enough: bool,
}

/// The figures of one part of the audience, by what was frozen with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub name: String,
    pub accepted: Figure,
    pub open: Figure,
    pub replied: Figure,
    pub blocked: Figure,
}

/// What parts a report is broken into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Stage,
    Tag,
    Source,
    Segment,
}

impl By {
    /// The kind of the frozen sets.
    fn kind(self) -> &'static str {
        match self {
            Self::Stage => "stage",
            Self::Tag => "tag",
            Self::Source => "source",
            Self::Segment => "segment",
        }
    }
}

/// A campaign's report.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub accepted: Figure,
    /// Named figures, in the order of the page.
    pub figures: Vec<(&'static str, Figure)>,
    pub tags: Vec<TagGained>,
    /// How many different people pressed or followed each button.
    pub buttons: Vec<(String, i64)>,
    pub lift: Vec<Lift>,
    /// When the last window ends: until then replies and lift still grow.
    pub settles_at: Option<Millis>,
    pub parts: Vec<Part>,
    /// The event number that everything was counted at.
    pub number: i64,
}

/// The figures of a report: its name, the outcome that it counts, and its definition.
pub const FIGURES: [(&str, &str, &str); 11] = [
    ("open_rate", "clicked", "People who pressed a button or followed a link, of those Telegram accepted."),
    ("pressed", "pressed", "People who pressed a button of the message."),
    ("followed", "followed", "People who followed a tracked link of the message. Previewers do not count."),
    (
        "replied",
        "replied",
        "People who wrote within 24 hours after it, when it was the latest bulk message before. Commands, starts and presses are no replies.",
    ),
    (
        "tagged",
        "tagged",
        "People to whom a press of this message gave a tag, or within 24 hours another act of theirs.",
    ),
    ("tagged_direct", "tagged_direct", "People to whom a press of this message gave a tag."),
    (
        "tagged_assisted",
        "tagged_assisted",
        "People to whom another act of theirs within 24 hours gave a tag.",
    ),
    ("converted", "converted", "People with a conversion within 24 hours after it."),
    ("blocked", "blocked", "People whom Telegram refused with 403: an older block, found out."),
    (
        "blocked_after",
        "blocked_after",
        "People who blocked the bot within 24 hours after it, when it was the latest bulk message before.",
    ),
    (
        "opted_out",
        "opted_out",
        "People who opted out within 24 hours after it, when it was the latest bulk message before.",
    ),
];

const MEASURES: [(&str, &str); 4] = [
    ("messages", "window_message"),
    ("tags", "window_tag"),
    ("conversions", "window_conversion"),
    ("blocks", "window_block"),
];

impl Reports {
    /// The reports of every campaign of the store.
    pub fn new(reader: Reader, people: People, clock: Arc<dyn Clock>) -> Self {
        Self { reader, people, clock }
    }

    /// The report of a campaign that was started.
    ///
    /// # Errors
    /// There is none in this workspace, or it was never started.
    pub async fn report(&self, workspace: WorkspaceId, id: CampaignId, by: By) -> Result<Report> {
        let bot = self
            .reader
            .read(move |tx| {
                let missing = || EngineError::NotFound("campaign");
                let bot = campaigns::bot_of(tx, id)?.ok_or_else(missing)?;
                bots::get(tx, workspace, bot)?.ok_or_else(missing)?;
                Ok::<_, EngineError>(bot)
            })
            .await?;
        let index = self.people.latest(bot).await?.index;
        let now = self.clock.now();
        self.reader.read(move |tx| Counting::load(tx, workspace, bot, id, index, now)?.report(tx, by)).await
    }
}

/// One report in the making.
struct Counting {
    bot: BotId,
    campaign: Campaign,
    catalog: WorkspaceCatalog,
    index: Arc<Index>,
    workspace: WorkspaceId,
    now: Millis,
}

impl Counting {
    fn load(
        tx: &ReadTx<'_>,
        workspace: WorkspaceId,
        bot: BotId,
        id: CampaignId,
        index: Arc<Index>,
        now: Millis,
    ) -> Result<Self> {
        let campaign = campaigns::get(tx, bot, id)?.ok_or(EngineError::NotFound("campaign"))?;
        if campaign.frozen_at.is_none() {
            return Err(EngineError::WrongState("a campaign that was never started has no report".into()));
        }
        let catalog = WorkspaceCatalog::load(tx, workspace, bot)?;
        Ok(Self { bot, campaign, catalog, index, workspace, now })
    }

    fn report(&self, tx: &ReadTx<'_>, by: By) -> Result<Report> {
        let accepted = self.count(&self.outcome("sent"))?;
        let audience = self.campaign.audience_count;
        let mut figures = Vec::with_capacity(FIGURES.len());
        for (name, outcome, _) in FIGURES {
            // Refused sends are a part of those called, not of those accepted.
            let of = if outcome == "blocked" { audience } else { accepted };
            figures.push((name, self.figure(self.outcome(outcome), of)?));
        }
        Ok(Report {
            accepted: Figure { count: accepted, of: audience, people: self.outcome("sent") },
            figures,
            tags: self.tags(tx)?,
            buttons: events::buttons(tx, self.bot, self.campaign.id)?,
            lift: MEASURES.iter().map(|(measure, bit)| self.lift(measure, bit)).collect::<Result<_>>()?,
            settles_at: self
                .campaign
                .finished_at
                .or(self.campaign.started_at)
                .map(|at| at + ANSWER_WINDOW_MS),
            parts: self.parts(tx, by)?,
            number: self.index.number(),
        })
    }

    fn outcome(&self, outcome: &str) -> Value {
        json!({"campaign": {"id": self.campaign.id, "outcome": outcome}})
    }

    fn count(&self, expression: &Value) -> Result<i64> {
        let (_, resolved) = self.catalog.resolve_at("", expression)?;
        Ok(self.index.count(&resolved, self.now) as i64)
    }

    fn figure(&self, people: Value, of: i64) -> Result<Figure> {
        Ok(Figure { count: self.count(&people)?, of, people })
    }

    fn lift(&self, measure: &'static str, bit: &str) -> Result<Lift> {
        let held_out = self.outcome("held_out");
        let reached = json!({"all": [self.outcome("reached"), {"not": held_out}]});
        let held_out_reached = json!({"all": [self.outcome("reached"), held_out]});
        let side = |people: &Value| -> Result<(Share, Value)> {
            let hit = json!({"all": [people, self.outcome(bit)]});
            let share =
                Share { n: self.count(people)?.unsigned_abs(), hits: self.count(&hit)?.unsigned_abs() };
            Ok((share, hit))
        };
        let (reached, reached_people) = side(&reached)?;
        let (held_out, held_out_people) = side(&held_out_reached)?;
        Ok(Lift {
            measure,
            reached,
            reached_people,
            held_out,
            held_out_people,
            difference: lift::difference(reached, held_out),
            enough: lift::enough(reached, held_out),
        })
    }

    fn tags(&self, tx: &ReadTx<'_>) -> Result<Vec<TagGained>> {
        let mut gained: BTreeMap<TagId, BTreeSet<ContactNumber>> = BTreeMap::new();
        for event in events::direct_tags(tx, self.bot, self.campaign.id)? {
            if let (EventBody::TagAdded { tag, .. }, Some(contact)) = (&event.body, event.contact) {
                gained.entry(*tag).or_default().insert(contact);
            }
        }
        let known: HashMap<TagId, Tag> =
            tags::list(tx, self.workspace)?.into_iter().map(|tag| (tag.id, tag)).collect();
        let mut all = Vec::with_capacity(gained.len());
        for (tag, people) in gained {
            let Some(tag) = known.get(&tag) else { continue };
            let expression = json!({"all": [self.outcome("tagged_direct"), {"tag": {"has": tag.name}}]});
            all.push(TagGained { tag: tag.clone(), direct: people.len() as i64, people: expression });
        }
        all.sort_by(|a, b| b.direct.cmp(&a.direct).then_with(|| a.tag.name.cmp(&b.tag.name)));
        Ok(all)
    }

    fn parts(&self, tx: &ReadTx<'_>, by: By) -> Result<Vec<Part>> {
        let kind = by.kind();
        let sets = campaigns::sets(tx, self.bot, self.campaign.id)?;
        let mut parts = Vec::new();
        for set in sets.into_iter().filter(|set| set.kind == kind) {
            let of_part = |outcome: &str| {
                let mut test = self.outcome(outcome);
                test["campaign"][format!("frozen_{kind}")] = json!(set.key);
                test
            };
            let audience = self.count(&of_part("audience"))?;
            let accepted = self.figure(of_part("sent"), audience)?;
            let of = accepted.count;
            parts.push(Part {
                open: self.figure(of_part("clicked"), of)?,
                replied: self.figure(of_part("replied"), of)?,
                blocked: self.figure(of_part("blocked_after"), of)?,
                accepted,
                name: set.key,
            });
        }
        parts.sort_by_key(|part| std::cmp::Reverse(part.accepted.of));
        Ok(parts)
    }
}
