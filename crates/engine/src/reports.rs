//! Reports: what a campaign changed, with a definition behind each number and an expression behind each count.
//!
//! **No** number here is counted in a way that cannot list its people: a figure *is* the count of its expression
//! ([`crate::figure`]).

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use audience::Index;
use domain::expression::{AnswerTest, CampaignOutcome, CampaignTest, build};
use domain::ids::{BotId, CampaignId, TagId, WorkspaceId};
use domain::lift::{self, Share, Verdict};
use domain::message::{Action, ButtonPlace};
use domain::recipient::Detail;
use domain::time::{ANSWER_WINDOW_MS, Millis};
use serde_json::Value;
use store::campaigns::Campaign;
use store::campaigns::SetKind;
use store::tags::Tag;
use store::{ReadTx, Reader, bots, campaigns, tags};

use crate::catalog::WorkspaceCatalog;
use crate::clock::Clock;
use crate::figure::{Counted, Counter, Figure};
use crate::people::People;
use crate::{EngineError, Result, posts};

/// The room of reports.
#[derive(Clone)]
pub struct Reports {
    reader: Reader,
    people: People,
    clock: Arc<dyn Clock>,
}

/// People who gained a tag by the campaign's own presses.
#[derive(Debug, Clone, PartialEq)]
pub struct TagGained {
    pub tag: Tag,
    pub direct: Counted,
}

/// People who pressed or followed one button.
#[derive(Debug, Clone, PartialEq)]
pub struct ButtonLine {
    /// None for answers from before places were kept, where the text alone cannot tell which button it was.
    pub place: Option<ButtonPlace>,
    pub text: String,
    pub people: Counted,
}

/// One line of the lift.
#[derive(Debug, Clone, PartialEq)]
pub struct Lift {
    /// `messages`, `conversions` or `blocks`.
    pub measure: &'static str,
    pub reached: Figure,
    pub held_out: Figure,
    pub verdict: Verdict,
}

/// A campaign's figures in short: what a template made of it shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Results {
    pub accepted: Counted,
    pub open: Figure,
    pub replied: Figure,
    /// Blocked the bot after it: what the campaign is charged with.
    pub blocked_after: Figure,
}

/// Fewer people than this got a message: their share says too little to rank it by.
const RANKED_PEOPLE_MIN: u64 = 30;

impl Results {
    /// What the message is ranked by: the least open rate that its people make likely (Wilson's lower bound, 95 %), so
    /// that 30 lucky people do not outdo 3,000. None where too few got it.
    pub fn rank(&self) -> Option<f64> {
        if self.accepted.count() < RANKED_PEOPLE_MIN { None } else { lift::lower_bound(self.open.as_share()) }
    }
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
    fn kind(self) -> SetKind {
        match self {
            Self::Stage => SetKind::Stage,
            Self::Tag => SetKind::Tag,
            Self::Source => SetKind::Source,
            Self::Segment => SetKind::Segment,
        }
    }

    /// Those of a group who were in one of the frozen sets.
    fn part_of(self, group: CampaignTest, set: &str) -> CampaignTest {
        let set = Some(set.to_owned());
        match self {
            Self::Stage => CampaignTest { frozen_stage: set, ..group },
            Self::Tag => CampaignTest { frozen_tag: set, ..group },
            Self::Source => CampaignTest { frozen_source: set, ..group },
            Self::Segment => CampaignTest { frozen_segment: set, ..group },
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
    /// In the message's order, those that nobody pressed too. Addresses that are not tracked tell of nobody.
    pub buttons: Vec<ButtonLine>,
    pub lift: Vec<Lift>,
    /// When the last window ends: until then replies and lift still grow. None while it goes out.
    pub settles_at: Option<Millis>,
    pub parts: Vec<Part>,
    /// The event number that everything was counted at.
    pub number: i64,
}

/// The figures of a report: its name, the outcome that it counts, and its definition.
pub const FIGURES: [(&str, CampaignOutcome, &str); 11] = [
    (
        "open_rate",
        CampaignOutcome::Clicked,
        "People who pressed a button or followed a link, of those Telegram accepted.",
    ),
    ("pressed", CampaignOutcome::Pressed, "People who pressed a button of the message."),
    (
        "followed",
        CampaignOutcome::Followed,
        "People who followed a tracked link of the message. Previewers do not count.",
    ),
    (
        "replied",
        CampaignOutcome::Replied,
        "People who wrote within 24 hours after it, when it was the latest bulk message before. Commands, starts and presses are no replies.",
    ),
    (
        "tagged",
        CampaignOutcome::Tagged,
        "People to whom a press of this message gave a tag, or within 24 hours another act of theirs.",
    ),
    ("tagged_direct", CampaignOutcome::TaggedDirect, "People to whom a press of this message gave a tag."),
    (
        "tagged_assisted",
        CampaignOutcome::TaggedAssisted,
        "People to whom another act of theirs within 24 hours gave a tag.",
    ),
    ("converted", CampaignOutcome::Converted, "People with a conversion within 24 hours after it."),
    (
        "blocked",
        CampaignOutcome::Blocked,
        "People who had blocked the bot before, of those called: found out by the refusal.",
    ),
    (
        "blocked_after",
        CampaignOutcome::BlockedAfter,
        "People who blocked the bot within 24 hours after it, when it was the latest bulk message before.",
    ),
    (
        "opted_out",
        CampaignOutcome::OptedOut,
        "People who opted out within 24 hours after it, when it was the latest bulk message before.",
    ),
];

/// What the other parts of a report mean, as [`FIGURES`].
pub const DEFINITIONS: [(&str, &str); 6] = [
    (
        "accepted",
        "People whose message Telegram accepted, of those for whom a call began. Who was held out or left the \
         audience before their turn was not called, and is in no share.",
    ),
    (
        "forwarded",
        "A tracked link is the recipient's own: when they forward it and a friend opens it, it counts as theirs. \
         People are counted once, however often it is opened.",
    ),
    (
        "buttons",
        "People who pressed or followed each button, told apart by its place. Presses on a test of the message \
         count nowhere. Addresses that are not tracked have no line.",
    ),
    ("tags", "People to whom a press of this message gave the tag, whether they still have it or not."),
    (
        "lift",
        "All reached people against all held out, whatever became of the message. A line is told only where chance \
         alone would put five people or more into each cell of the smaller group (Cochran 1954).",
    ),
    (
        "clear",
        "Fisher's exact test (mid-P) below 5 % after Holm's correction for all lines that are told, the interval \
         without zero, and all windows ended. The interval is Newcombe's, 95 % for its line alone.",
    ),
];

/// What the lift compares: acts that people held out can do as well. Tags are none of them, since most come from the
/// campaign's own buttons, which only those who got it can press.
/// What the lift compares, each with the outcome that counts it.
pub const MEASURES: [(&str, CampaignOutcome); 3] = [
    ("messages", CampaignOutcome::WindowMessage),
    ("conversions", CampaignOutcome::WindowConversion),
    ("blocks", CampaignOutcome::WindowBlock),
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
        self.counted(workspace, id, move |counting, tx| counting.report(tx, by)).await
    }

    /// A campaign's figures in short.
    ///
    /// # Errors
    /// As [`Reports::report`].
    pub async fn results(&self, workspace: WorkspaceId, id: CampaignId) -> Result<Results> {
        self.counted(workspace, id, |counting, _| counting.results()).await
    }

    async fn counted<T: Send + 'static>(
        &self,
        workspace: WorkspaceId,
        id: CampaignId,
        count: impl FnOnce(Counting, &ReadTx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
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
        self.reader.read(move |tx| count(Counting::load(tx, workspace, bot, id, index, now)?, tx)).await
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
        let called = self.count(self.outcome(CampaignOutcome::Called))?;
        let accepted = self.count(self.outcome(CampaignOutcome::Sent))?;
        let mut figures = Vec::with_capacity(FIGURES.len());
        for (name, outcome, _) in FIGURES {
            // Refused sends are a part of those called, not of those accepted.
            let of = if outcome == CampaignOutcome::Blocked { &called } else { &accepted };
            figures.push((name, self.figure(self.outcome(outcome), of)?));
        }
        let settles_at = self.campaign.course.finished_at.map(|at| at + ANSWER_WINDOW_MS);
        let answers = self.index.answers_to(self.campaign.id);
        Ok(Report {
            accepted: Figure::new(accepted, &called),
            figures,
            tags: self.tags(tx, &answers)?,
            buttons: self.buttons(&answers)?,
            lift: self.lift(settles_at.is_some_and(|at| at <= self.now))?,
            settles_at,
            parts: self.parts(tx, by)?,
            number: self.index.number(),
        })
    }

    fn results(&self) -> Result<Results> {
        let accepted = self.count(self.outcome(CampaignOutcome::Sent))?;
        let figure = |outcome| self.figure(self.outcome(outcome), &accepted);
        let (open, replied) = (figure(CampaignOutcome::Clicked)?, figure(CampaignOutcome::Replied)?);
        let blocked_after = figure(CampaignOutcome::BlockedAfter)?;
        Ok(Results { accepted, open, replied, blocked_after })
    }

    fn outcome(&self, outcome: CampaignOutcome) -> Value {
        build::campaign(build::outcome(self.campaign.id, outcome))
    }

    fn count(&self, people: Value) -> Result<Counted> {
        Counter { catalog: &self.catalog, index: &self.index, now: self.now }.count(people)
    }

    fn figure(&self, people: Value, of: &Counted) -> Result<Figure> {
        Ok(Figure::new(self.count(people)?, of))
    }

    fn lift(&self, settled: bool) -> Result<Vec<Lift>> {
        let held_out = self.outcome(CampaignOutcome::HeldOut);
        let reached = build::all([self.outcome(CampaignOutcome::Reached), build::not(held_out.clone())]);
        let held_out = build::all([self.outcome(CampaignOutcome::Reached), held_out]);
        let (all_reached, all_held_out) = (self.count(reached.clone())?, self.count(held_out.clone())?);
        let mut figures = Vec::with_capacity(MEASURES.len());
        for (_, bit) in MEASURES {
            let who_did = |side: &Value| build::all([side.clone(), self.outcome(bit)]);
            let reached = self.figure(who_did(&reached), &all_reached)?;
            figures.push((reached, self.figure(who_did(&held_out), &all_held_out)?));
        }
        let shares: Vec<(Share, Share)> =
            figures.iter().map(|(reached, held_out)| (reached.as_share(), held_out.as_share())).collect();
        let lines = MEASURES.iter().zip(figures).zip(lift::judge(&shares, settled));
        let lines = lines.map(|(((measure, _), (reached, held_out)), verdict)| Lift {
            measure,
            reached,
            held_out,
            verdict,
        });
        Ok(lines.collect())
    }

    fn answer(&self, outcome: CampaignOutcome, with: AnswerTest) -> Value {
        let answer = Some(with);
        build::campaign(CampaignTest { answer, ..build::outcome(self.campaign.id, outcome) })
    }

    fn tags(&self, tx: &ReadTx<'_>, answers: &BTreeSet<Detail>) -> Result<Vec<TagGained>> {
        let known: HashMap<TagId, Tag> =
            tags::list(tx, self.workspace)?.into_iter().map(|tag| (tag.id, tag)).collect();
        let mut gained = Vec::new();
        for answer in answers {
            let Detail::Tag(tag) = answer else { continue };
            // A deleted tag cannot be asked for.
            let Some(tag) = known.get(tag) else { continue };
            let direct =
                self.count(self.answer(CampaignOutcome::TaggedDirect, AnswerTest::Tag(tag.name.clone())))?;
            if direct.count() > 0 {
                gained.push(TagGained { tag: tag.clone(), direct });
            }
        }
        gained.sort_by(|a, b| {
            b.direct.count().cmp(&a.direct.count()).then_with(|| a.tag.name.cmp(&b.tag.name))
        });
        Ok(gained)
    }

    /// A line for each button that tells of its people. Answers from before places were kept belong to the one button
    /// of their text; where there are several, they have a line of their own.
    fn buttons(&self, answers: &BTreeSet<Detail>) -> Result<Vec<ButtonLine>> {
        // The message was valid when it was sent.
        let message = posts::read(&self.campaign).map_err(EngineError::Invalid)?;
        let rows = message.buttons.iter().enumerate();
        let places = rows.flat_map(|(row, buttons)| {
            let counted = buttons.iter().enumerate();
            let counted =
                counted.filter(|(_, button)| !matches!(button.action, Action::Url { tracked: false, .. }));
            counted.map(move |(column, button)| (ButtonPlace::new(row, column), button.text.as_str()))
        });
        let places: Vec<(ButtonPlace, &str)> = places.collect();
        let mut old: BTreeSet<&str> = answers
            .iter()
            .filter_map(|answer| match answer {
                Detail::ButtonText(text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        let by_text =
            |text: &str| self.answer(CampaignOutcome::Clicked, AnswerTest::ButtonText(text.to_owned()));
        let mut lines = Vec::with_capacity(places.len());
        for (place, text) in &places {
            let mut people = self.answer(CampaignOutcome::Clicked, AnswerTest::Button(*place));
            let only = places.iter().filter(|(_, other)| other == text).count() == 1;
            if only && old.remove(text) {
                people = build::any([people, by_text(text)]);
            }
            lines.push(ButtonLine {
                place: Some(*place),
                text: (*text).to_owned(),
                people: self.count(people)?,
            });
        }
        for text in old {
            let people = self.count(by_text(text))?;
            lines.push(ButtonLine { place: None, text: text.to_owned(), people });
        }
        Ok(lines)
    }

    fn parts(&self, tx: &ReadTx<'_>, by: By) -> Result<Vec<Part>> {
        let kind = by.kind();
        let sets = campaigns::sets(tx, self.bot, self.campaign.id)?;
        let mut parts = Vec::new();
        for set in sets.into_iter().filter(|set| set.kind == kind) {
            let group = |outcome| build::outcome(self.campaign.id, outcome);
            let of_part = |outcome| build::campaign(by.part_of(group(outcome), &set.key));
            let called = self.count(of_part(CampaignOutcome::Called))?;
            let accepted = self.count(of_part(CampaignOutcome::Sent))?;
            parts.push(Part {
                open: self.figure(of_part(CampaignOutcome::Clicked), &accepted)?,
                replied: self.figure(of_part(CampaignOutcome::Replied), &accepted)?,
                blocked: self.figure(of_part(CampaignOutcome::BlockedAfter), &accepted)?,
                accepted: Figure::new(accepted, &called),
                name: set.key,
            });
        }
        parts.sort_by_key(|part| std::cmp::Reverse(part.accepted.of));
        Ok(parts)
    }
}
