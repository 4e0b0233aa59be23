//! The same questions answered plainly, from a list of events and the definitions of the design: what tests of
//! this crate and of the engine compare with. Slow, and meant to be.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use chrono_tz::Tz;
use domain::contact::{AttributeValue, Attributes, Profile, Reachability, Source};
use domain::event::{Event, EventBody, Origin, Outcome};
use domain::expression::{
    AnswerTest, AttributeOp, AttributeTest, CampaignFacts, CampaignOutcome, CampaignTest, Catalog,
    ContactFacts, ConversationFacts, Duration, EventTest, EventWindow, Expression, FrozenGroups, Moment,
    ProfileField, ProfileTest, TagMode, TagTest, TimeField, TimeTest, Unreachable, in_sample,
};
use domain::ids::{CampaignId, ContactNumber, SegmentId, StageId, TagId};
use domain::naming::name_key;
use domain::recipient::{Answers, Detail};
use domain::time::Millis;
use roaring::RoaringBitmap;

use crate::row::{ContactRow, Frozen};

/// A workspace's names.
#[derive(Debug, Clone, Default)]
pub struct Workspace {
    pub tags: Vec<(String, TagId)>,
    pub segments: BTreeMap<SegmentId, Expression>,
    /// In their order.
    pub stages: Vec<(StageId, String, Expression)>,
    pub campaigns: Vec<CampaignId>,
    pub attributes: Vec<String>,
}

impl Catalog for Workspace {
    fn tag(&self, name: &str) -> Option<TagId> {
        self.tags.iter().find(|(known, _)| known == name).map(|(_, tag)| *tag)
    }

    fn segment(&self, id: SegmentId) -> Option<Expression> {
        self.segments.get(&id).cloned()
    }

    fn stages(&self) -> &[(StageId, String, Expression)] {
        &self.stages
    }

    fn campaign(&self, id: CampaignId) -> bool {
        self.campaigns.contains(&id)
    }

    fn attribute_known(&self, key: &str) -> bool {
        self.attributes.iter().any(|known| known == key)
    }
}

/// All events of a bot, with each contact's beside it.
#[derive(Debug, Clone)]
pub struct Oracle {
    pub workspace: Workspace,
    zone: Tz,
    contacts: BTreeMap<ContactNumber, Vec<Event>>,
    campaigns: BTreeMap<CampaignId, Frozen>,
    outcomes: HashMap<(CampaignId, ContactNumber), (Outcome, Millis)>,
    /// Beginnings of windows already searched for.
    windows: RefCell<HashMap<Millis, Millis>>,
    /// Beginnings of dates, in seconds.
    dates: RefCell<HashMap<NaiveDate, i64>>,
}

impl Oracle {
    pub fn new(workspace: Workspace, zone: Tz) -> Self {
        Self {
            workspace,
            zone,
            contacts: BTreeMap::new(),
            campaigns: BTreeMap::new(),
            outcomes: HashMap::new(),
            windows: RefCell::default(),
            dates: RefCell::default(),
        }
    }

    /// Takes an event; events come in order of their numbers.
    pub fn apply(&mut self, event: &Event) {
        match (&event.body, event.contact) {
            (EventBody::Outcomes { campaign, changes }, _) => {
                for change in changes {
                    if self
                        .campaigns
                        .get(campaign)
                        .is_some_and(|frozen| frozen.audience.contains(change.contact.0))
                    {
                        self.outcomes.insert((*campaign, change.contact), (change.outcome, change.at));
                    }
                }
            }
            (_, Some(contact)) => self.contacts.entry(contact).or_default().push(event.clone()),
            _ => {}
        }
    }

    /// Takes a campaign's frozen audience.
    pub fn freeze(&mut self, campaign: CampaignId, frozen: Frozen) {
        self.campaigns.entry(campaign).or_insert(frozen);
    }

    /// Everybody that was not erased.
    pub fn people(&self) -> impl Iterator<Item = Person<'_>> {
        let persons = self.contacts.iter().map(|(number, events)| Person::new(self, *number, events));
        persons.filter(|person| !person.erased)
    }

    /// One contact, unless erased or unknown.
    pub fn person(&self, number: ContactNumber) -> Option<Person<'_>> {
        let events = self.contacts.get(&number)?;
        Some(Person::new(self, number, events)).filter(|person| !person.erased)
    }

    /// Everybody who matches. Names and ids must be known to the workspace.
    pub fn set(&self, expression: &Expression, now: Millis) -> RoaringBitmap {
        let matching = self.people().filter(|person| self.matches(expression, person, now));
        matching.map(|person| person.number.0).collect()
    }

    /// Events of everybody in the order of their numbers, and each campaign's audience: what an index is built
    /// from.
    pub fn log(&self) -> Vec<&Event> {
        let mut log: Vec<&Event> = self.contacts.values().flatten().collect();
        log.sort_by_key(|event| event.number);
        log
    }

    /// Campaigns that began.
    pub fn campaigns(&self) -> &BTreeMap<CampaignId, Frozen> {
        &self.campaigns
    }

    /// Whether one person matches.
    pub fn matches(&self, expression: &Expression, person: &Person<'_>, now: Millis) -> bool {
        match expression {
            Expression::All(parts) => parts.iter().all(|part| self.matches(part, person, now)),
            Expression::Any(parts) => parts.iter().any(|part| self.matches(part, person, now)),
            Expression::Not(part) => !self.matches(part, person, now),
            Expression::Segment(id) => {
                self.workspace.segments.get(id).is_some_and(|inner| self.matches(inner, person, now))
            }
            Expression::Stage(wanted) => {
                let mut stages = self.workspace.stages.iter();
                let found = stages.find(|(_, _, rule)| self.matches(rule, person, now));
                found.is_some_and(|(_, name, _)| wanted.iter().any(|one| name_key(one) == name_key(name)))
            }
            Expression::Tag(test) => self.tag(test, person, now),
            Expression::Time(field, test) => self.time(*field, test, person, now),
            Expression::Lasted(length) => match (person.first_seen, person.last_interaction) {
                (Some(first), Some(last)) => age_s(first, last) >= length.seconds(),
                _ => false,
            },
            Expression::Event(test) => self.event(test, person, now),
            Expression::Source(test) => {
                let same = |a: &str, b: &str| match test.field {
                    "link" | "payload" => a == b,
                    _ => name_key(a) == name_key(b),
                };
                let source = person.source.get(test.field);
                source.is_some_and(|value| test.values.iter().any(|wanted| same(value, wanted)))
            }
            Expression::Profile(test) => profile(test, &person.profile),
            Expression::Attribute(test) => attribute(test, person.attributes.get(&test.key)),
            Expression::Campaign(test) => campaign(test, person) && self.answered(test, person),
            Expression::Unreachable(reason) => {
                let reach = person.reachability;
                match reason {
                    Unreachable::Blocked => reach.blocked,
                    Unreachable::Deactivated => reach.deactivated,
                    Unreachable::NoChat => reach.no_chat.is_some(),
                    Unreachable::OptedOut => reach.opted_out,
                }
            }
            Expression::Reachable(wanted) => {
                let state = person.reachability;
                state.reachable() == *wanted
            }
            Expression::Sample(test) => in_sample(test, person.number),
            Expression::Conversation(test) => person.conversation.is_some_and(|thread| {
                test.open.unwrap_or(thread.open) == thread.open
                    && test.assignee.unwrap_or(thread.assignee) == thread.assignee
            }),
        }
    }

    fn answered(&self, test: &CampaignTest, person: &Person<'_>) -> bool {
        let Some(answer) = &test.answer else { return true };
        let own = |campaign: CampaignId| campaign == test.campaign;
        person.events.iter().any(|event| match (&event.body, answer) {
            (
                EventBody::Button { campaign: Some(campaign), place, object, .. }
                | EventBody::Click { campaign, place, object },
                AnswerTest::Button(_) | AnswerTest::ButtonText(_),
            ) if own(*campaign) => match answer {
                AnswerTest::Button(wanted) => *place == Some(*wanted),
                AnswerTest::ButtonText(text) => place.is_none() && object == text,
                AnswerTest::Tag(_) => false,
            },
            (EventBody::TagAdded { tag, origin: Origin::Campaign(campaign) }, AnswerTest::Tag(name)) => {
                own(*campaign) && self.workspace.tag(name) == Some(*tag)
            }
            _ => false,
        })
    }

    fn tag(&self, test: &TagTest, person: &Person<'_>, now: Millis) -> bool {
        let has = |name: &String| {
            let tag = self.workspace.tag(name);
            let added = tag.and_then(|tag| person.tags.get(&tag));
            added.is_some_and(|added| {
                test.added_within.is_none_or(|length| age_s(*added, now) <= length.seconds())
            })
        };
        match test.mode {
            TagMode::HasAny => test.tags.iter().any(has),
            TagMode::Has | TagMode::HasAll => test.tags.iter().all(has),
        }
    }

    fn time(&self, field: TimeField, test: &TimeTest, person: &Person<'_>, now: Millis) -> bool {
        let at = match field {
            TimeField::LastInteraction => person.last_interaction,
            TimeField::FirstSeen => person.first_seen,
        };
        let Some(at) = at else { return test.never };
        let second = at.div_euclid(1_000);
        !test.never
            && test.within.is_none_or(|length| age_s(at, now) <= length.seconds())
            && test.older_than.is_none_or(|length| age_s(at, now) > length.seconds())
            && test.before.is_none_or(|moment| second < self.moment_s(moment))
            && test.after.is_none_or(|moment| second >= self.moment_s(moment))
    }

    fn moment_s(&self, moment: Moment) -> i64 {
        match moment {
            Moment::Instant(at) => at.div_euclid(1_000),
            Moment::Date(date) => {
                if let Some(known) = self.dates.borrow().get(&date) {
                    return *known;
                }
                // A local day begins at most 15 hours from the same day in UTC.
                let utc = date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis();
                let minutes = (-20 * 60..20 * 60).map(|minute| utc + minute * 60_000);
                let first = minutes.into_iter().find(|at| self.date(*at) >= date);
                let first_s = first.unwrap_or(utc).div_euclid(1_000);
                self.dates.borrow_mut().insert(date, first_s);
                first_s
            }
        }
    }

    fn date(&self, at: Millis) -> NaiveDate {
        let utc = chrono::DateTime::from_timestamp_millis(at).unwrap_or_default();
        utc.with_timezone(&self.zone).date_naive()
    }

    /// The first moment of the local day that holds a moment, minute by minute. A day has begun at the first
    /// minute that shows its date, whatever the clocks do afterwards.
    fn day_start(&self, at: Millis) -> Millis {
        if let Some(known) = self.windows.borrow().get(&at) {
            return *known;
        }
        let minute = at.div_euclid(60_000);
        let mut latest = (NaiveDate::MIN, at);
        for minute in minute - 3 * 24 * 60..=minute {
            let date = self.date(minute * 60_000);
            if date > latest.0 {
                latest = (date, minute * 60_000);
            }
        }
        self.windows.borrow_mut().insert(at, latest.1);
        latest.1
    }

    fn event(&self, test: &EventTest, person: &Person<'_>, now: Millis) -> bool {
        let since = match (test.since, test.within) {
            (Some(date), _) => Some(self.moment_s(Moment::Date(date)) * 1_000),
            (None, within) => within.map(|length: Duration| self.day_start(now - length.ms())),
        };
        let until = test.until.map(|date| self.moment_s(Moment::Date(date)) * 1_000);
        let window = EventWindow { since, until };
        let count = person.count_events(test.kind, test.object.as_deref(), window);
        match (test.at_least, test.at_most) {
            (None, None) => count >= 1,
            (least, most) => {
                least.is_none_or(|least| count >= u64::from(least))
                    && most.is_none_or(|most| count <= u64::from(most))
            }
        }
    }
}

/// Age in whole seconds.
fn age_s(at: Millis, now: Millis) -> i64 {
    now.div_euclid(1_000) - at.div_euclid(1_000)
}

fn profile(test: &ProfileTest, profile: &Profile) -> bool {
    let (field, wanted) = match test {
        ProfileTest::Premium(wanted) => return profile.premium == *wanted,
        ProfileTest::In(field, wanted) => (field, wanted),
    };
    let lower = |text: &str| text.to_ascii_lowercase();
    let any = |value: &Option<String>, same: &dyn Fn(&str, &str) -> bool| {
        value.as_ref().is_some_and(|value| wanted.iter().any(|wanted| same(value, wanted)))
    };
    match field {
        ProfileField::Language => any(&profile.language, &|value, wanted| {
            lower(value) == lower(wanted) || lower(value).starts_with(&format!("{}-", lower(wanted)))
        }),
        ProfileField::Country => any(&profile.country, &|value, wanted| value.eq_ignore_ascii_case(wanted)),
        ProfileField::Username => any(&profile.username, &|value, wanted| {
            lower(value.trim_start_matches('@')) == lower(wanted.trim_start_matches('@'))
        }),
        ProfileField::Browser => any(&profile.browser, &|value, wanted| value == wanted),
        ProfileField::Os => any(&profile.os, &|value, wanted| value == wanted),
        ProfileField::FirstName => any(&profile.first_name, &|value, wanted| value == wanted),
        ProfileField::LastName => any(&profile.last_name, &|value, wanted| value == wanted),
    }
}

fn attribute(test: &AttributeTest, actual: Option<&AttributeValue>) -> bool {
    use AttributeValue::{Number, Text};
    match (test.op, actual, &test.value) {
        (_, None, _) => false,
        (AttributeOp::Exists, Some(_), _) => true,
        (_, Some(_), None) => false,
        (AttributeOp::Eq, Some(actual), Some(wanted)) => actual == wanted,
        (AttributeOp::Ne, Some(actual), Some(wanted)) => actual != wanted,
        (AttributeOp::Contains, Some(Text(actual)), Some(Text(wanted))) => {
            actual.to_lowercase().contains(&wanted.to_lowercase())
        }
        (AttributeOp::Gt, Some(Number(actual)), Some(Number(wanted))) => actual > wanted,
        (AttributeOp::Gte, Some(Number(actual)), Some(Number(wanted))) => actual >= wanted,
        (AttributeOp::Lt, Some(Number(actual)), Some(Number(wanted))) => actual < wanted,
        (AttributeOp::Lte, Some(Number(actual)), Some(Number(wanted))) => actual <= wanted,
        (AttributeOp::Gt, Some(Text(actual)), Some(Text(wanted))) => actual > wanted,
        (AttributeOp::Gte, Some(Text(actual)), Some(Text(wanted))) => actual >= wanted,
        (AttributeOp::Lt, Some(Text(actual)), Some(Text(wanted))) => actual < wanted,
        (AttributeOp::Lte, Some(Text(actual)), Some(Text(wanted))) => actual <= wanted,
        _ => false,
    }
}

fn campaign(test: &CampaignTest, person: &Person<'_>) -> bool {
    let Some(facts) = person.campaign(test.campaign) else { return false };
    let sent = facts.outcome == Outcome::Sent;
    let waits = matches!(facts.outcome, Outcome::Pending | Outcome::Leased | Outcome::HeldOut);
    let did = |answer: Answers| facts.answers.intersects(answer);
    let in_group = match test.outcome {
        CampaignOutcome::Audience => true,
        CampaignOutcome::Called => {
            matches!(facts.outcome, Outcome::Sent | Outcome::Failed | Outcome::Blocked | Outcome::Unknown)
        }
        CampaignOutcome::Sent => sent,
        CampaignOutcome::Failed => facts.outcome == Outcome::Failed,
        CampaignOutcome::Blocked => facts.outcome == Outcome::Blocked,
        CampaignOutcome::Skipped => facts.outcome == Outcome::Skipped,
        CampaignOutcome::Unknown => facts.outcome == Outcome::Unknown,
        CampaignOutcome::Pending => matches!(facts.outcome, Outcome::Pending | Outcome::Leased),
        CampaignOutcome::Clicked => sent && (did(Answers::PRESSED) || did(Answers::FOLLOWED)),
        CampaignOutcome::NotClicked => sent && !did(Answers::PRESSED) && !did(Answers::FOLLOWED),
        CampaignOutcome::Pressed => sent && did(Answers::PRESSED),
        CampaignOutcome::Followed => sent && did(Answers::FOLLOWED),
        CampaignOutcome::Replied => sent && did(Answers::REPLIED),
        CampaignOutcome::Tagged => sent && (did(Answers::TAGGED_DIRECT) || did(Answers::TAGGED_ASSISTED)),
        CampaignOutcome::TaggedDirect => sent && did(Answers::TAGGED_DIRECT),
        CampaignOutcome::TaggedAssisted => sent && did(Answers::TAGGED_ASSISTED),
        CampaignOutcome::Converted => sent && did(Answers::WINDOW_CONVERSION),
        CampaignOutcome::BlockedAfter => sent && did(Answers::BLOCKED_AFTER),
        CampaignOutcome::OptedOut => sent && did(Answers::OPTED_OUT_AFTER),
        CampaignOutcome::HeldOut => matches!(facts.outcome, Outcome::HeldOut | Outcome::HeldOutReached),
        CampaignOutcome::Reached => !waits,
        CampaignOutcome::WindowMessage => !waits && did(Answers::WINDOW_MESSAGE),
        CampaignOutcome::WindowTag => !waits && did(Answers::WINDOW_TAG),
        CampaignOutcome::WindowConversion => !waits && did(Answers::WINDOW_CONVERSION),
        CampaignOutcome::WindowBlock => !waits && did(Answers::WINDOW_BLOCK),
    };
    in_group
        && belonged(&test.frozen_stage, &facts.frozen_stages)
        && belonged(&test.frozen_tag, &facts.frozen_tags)
        && belonged(&test.frozen_source, &facts.frozen_sources)
        && belonged(&test.frozen_segment, &facts.frozen_segments)
}

/// Whether somebody was in the group of a name: of its own spelling, or where there is none the first that differs in
/// case alone. Codes of links and payloads have one spelling.
fn belonged(wanted: &Option<String>, groups: &FrozenGroups) -> bool {
    let Some(wanted) = wanted else { return true };
    let is_code = wanted.starts_with("link=") || wanted.starts_with("payload=");
    let exact = groups.get(wanted);
    let other = || groups.iter().find(|(name, _)| !is_code && name_key(name) == name_key(wanted));
    exact.or_else(|| other().map(|(_, was)| was)) == Some(&true)
}

/// One contact, with everything that its events say.
#[derive(Debug, Clone)]
pub struct Person<'o> {
    oracle: &'o Oracle,
    events: &'o [Event],
    pub number: ContactNumber,
    pub profile: Profile,
    pub source: Source,
    pub attributes: Attributes,
    pub first_seen: Option<Millis>,
    pub last_interaction: Option<Millis>,
    imported: Option<Millis>,
    /// When each tag that the person has was last applied.
    pub tags: BTreeMap<TagId, Millis>,
    pub reachability: Reachability,
    pub conversation: Option<ConversationFacts>,
    erased: bool,
}

impl<'o> Person<'o> {
    fn new(oracle: &'o Oracle, number: ContactNumber, events: &'o [Event]) -> Self {
        let mut person = Self {
            oracle,
            events,
            number,
            profile: Profile::default(),
            source: Source::new(),
            attributes: Attributes::new(),
            first_seen: None,
            last_interaction: None,
            imported: None,
            tags: BTreeMap::new(),
            reachability: Reachability::default(),
            conversation: None,
            erased: false,
        };
        events.iter().for_each(|event| person.follow(event));
        person
    }

    fn follow(&mut self, event: &Event) {
        match &event.body {
            EventBody::ContactCreated { profile, source, first_seen, last_interaction, attributes } => {
                self.profile = profile.clone();
                self.source = source.clone();
                self.attributes = attributes.clone();
                self.first_seen = Some(*first_seen);
                self.imported = *last_interaction;
                self.last_interaction = *last_interaction;
            }
            EventBody::HistoryImported { source, first_seen } => {
                self.source = source.clone().unwrap_or_else(|| self.source.clone());
                self.first_seen = first_seen.or(self.first_seen);
            }
            EventBody::Imported
            | EventBody::Start { .. }
            | EventBody::Message { .. }
            | EventBody::Command { .. }
            | EventBody::Button { .. }
            | EventBody::Click { .. } => self.last_interaction = self.last_interaction.max(Some(event.at)),
            EventBody::TagAdded { tag, .. } => {
                self.tags.insert(*tag, event.at);
            }
            EventBody::TagRemoved { tag, .. } => {
                self.tags.remove(tag);
            }
            EventBody::ProfileChanged { profile } => self.profile = profile.clone(),
            EventBody::AttributesSet { set } => {
                for (key, value) in set {
                    match value {
                        Some(value) => self.attributes.insert(key.clone(), value.clone()),
                        None => self.attributes.remove(key),
                    };
                }
            }
            EventBody::Blocked { .. } => self.reachability.blocked = true,
            EventBody::Unblocked { .. } => self.reachability = self.reachability.heard(),
            EventBody::Deactivated => self.reachability.deactivated = true,
            EventBody::NoChat { reason } => self.reachability.no_chat = Some(*reason),
            EventBody::OptedOut { .. } => self.reachability.opted_out = true,
            EventBody::OptedIn => self.reachability.opted_out = false,
            EventBody::ConversationChanged { status, assignee } => {
                self.conversation = Some(ConversationFacts { open: status.is_open(), assignee: *assignee });
            }
            EventBody::Erased => self.erased = true,
            _ => {}
        }
    }

    /// The row that a store would have.
    pub fn row(&self) -> ContactRow {
        ContactRow {
            number: self.number,
            profile: self.profile.clone(),
            source: self.source.clone(),
            attributes: self.attributes.clone(),
            first_seen: self.first_seen.unwrap_or(0),
            last_interaction: self.last_interaction,
            reachability: self.reachability,
            conversation: self.conversation,
        }
    }
}

impl ContactFacts for Person<'_> {
    fn number(&self) -> ContactNumber {
        self.number
    }

    fn tag_added_at(&self, tag: TagId) -> Option<Millis> {
        self.tags.get(&tag).copied()
    }

    fn last_interaction(&self) -> Option<Millis> {
        self.last_interaction
    }

    fn first_seen(&self) -> Option<Millis> {
        self.first_seen
    }

    fn count_events(&self, kind: &str, object: Option<&str>, window: EventWindow) -> u64 {
        let in_window = |at: Millis| window.holds(at);
        let counted = self.events.iter().filter(|event| {
            let of_kind = match kind {
                "interaction" => {
                    matches!(event.body.kind(), "message" | "command" | "button" | "click" | "imported")
                }
                kind => event.body.kind() == kind,
            };
            of_kind && in_window(event.at) && object.is_none_or(|object| is_object(&event.body, object))
        });
        let imported = self.imported.filter(|at| kind == "interaction" && object.is_none() && in_window(*at));
        counted.count() as u64 + u64::from(imported.is_some())
    }

    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn source(&self) -> &Source {
        &self.source
    }

    fn attribute(&self, key: &str) -> Option<&AttributeValue> {
        self.attributes.get(key)
    }

    fn reachability(&self) -> Reachability {
        self.reachability
    }

    fn campaign(&self, campaign: CampaignId) -> Option<CampaignFacts> {
        let frozen = self.oracle.campaigns.get(&campaign)?;
        if !frozen.audience.contains(self.number.0) {
            return None;
        }
        let first = if frozen.held_out.contains(self.number.0) { Outcome::HeldOut } else { Outcome::Pending };
        let known = self.oracle.outcomes.get(&(campaign, self.number));
        let answers = self.events.iter().flat_map(|event| Answers::of(&event.body, &event.windows));
        let own = answers.filter(|(answered, _)| *answered == campaign);
        let named = |groups: &[(String, RoaringBitmap)]| -> FrozenGroups {
            groups.iter().map(|(name, members)| (name.clone(), members.contains(self.number.0))).collect()
        };
        Some(CampaignFacts {
            outcome: known.map_or(first, |(outcome, _)| *outcome),
            at: known.map(|(_, at)| *at),
            answers: own.fold(Answers::default(), |all, (_, answer)| all.union(answer)),
            frozen_stages: named(&frozen.stages),
            frozen_tags: named(&frozen.tags),
            frozen_sources: named(&frozen.sources),
            frozen_segments: named(&frozen.segments),
        })
    }

    fn answered(&self, campaign: CampaignId, answer: &Detail) -> bool {
        let given = self.events.iter().filter_map(|event| Detail::of(&event.body));
        given.into_iter().any(|(of, detail)| of == campaign && detail == *answer)
    }

    fn conversation(&self) -> Option<ConversationFacts> {
        self.conversation
    }
}

/// Whether an event is of an object: conversions and commands are names, everything else is to the letter.
fn is_object(body: &EventBody, wanted: &str) -> bool {
    match body {
        EventBody::Conversion { object, .. } | EventBody::Command { object, .. } => {
            name_key(object) == name_key(wanted)
        }
        _ => body.object() == Some(wanted),
    }
}
