//! Random workspaces and logs, as values that proptest can shrink.

use std::collections::BTreeMap;

use audience::Frozen;
use audience::oracle::Workspace;
use chrono_tz::Tz;
use domain::contact::{AttributeValue, Attributes, NoChat, Profile, Source};
use domain::conversation::Status;
use domain::event::{Event, EventBody, Origin, Outcome, OutcomeChange};
use domain::ids::{CampaignId, ContactNumber, FlowId, LinkId, MemberId, TagId};
use domain::message::ButtonPlace;
use domain::named::Named;
use domain::time::{DAY_MS, Millis};
use proptest::prelude::*;

pub const TAGS: [&str; 6] = ["兴趣-科技", "兴趣-金融", "vip", "Coupon Claimed", "пробный", "🎁"];
pub const STAGES: [&str; 4] = ["churned", "customer", "活跃", "rest"];
pub const OBJECTS: [&str; 5] = ["pricing", "价格", "Pricing", "help", ""];
pub const CAMPAIGNS: i64 = 3;
pub const TEXTS: [&str; 5] = ["pro", "Pro plan", "straße", "10", "pro·"];
pub const LANGUAGES: [&str; 5] = ["zh-hans", "zh", "en", "EN-gb", "zhx"];
pub const PLACES: [&str; 4] = ["fb-summer", "tg", "TG", "夏"];
pub const NAMES: [&str; 4] = ["Ann_Lee", "ann_lee", "bob", "bob-2"];
pub const KEYS: [&str; 2] = ["plan", "score"];

/// Zones with a moment at which their clocks did something odd, or not.
pub fn zone_and_moment() -> impl Strategy<Value = (Tz, Millis)> {
    prop_oneof![
        Just((Tz::UTC, 1_795_537_800_000)),
        Just((chrono_tz::Asia::Shanghai, 1_795_537_800_000)),
        // Midnight came twice, and a minute of the new day before the second hour of the old one.
        Just((chrono_tz::America::St_Johns, 1_289_097_060_000)),
        // Midnight was skipped.
        Just((chrono_tz::Africa::Cairo, 1_682_632_800_000)),
        Just((chrono_tz::America::Sao_Paulo, 1_541_300_400_000)),
        // A whole day was skipped.
        Just((chrono_tz::Pacific::Apia, 1_325_239_200_000)),
        // An ordinary change of the clocks in the night.
        Just((chrono_tz::Europe::Berlin, 1_792_889_100_000)),
    ]
}

/// Times before and after the moment: whole days from it, to the second and to the millisecond beside them.
pub fn offset() -> impl Strategy<Value = i64> {
    let day = prop_oneof![Just(0), Just(1), Just(2), Just(7), Just(14), Just(30), 0..45_i64];
    let beside = prop_oneof![
        Just(0),
        Just(1),
        Just(-1),
        Just(1_000),
        Just(-1_000),
        -DAY_MS..DAY_MS,
        (-30..30_i64).prop_map(|half_hours| half_hours * 1_800_000)
    ];
    (day, beside).prop_map(|(day, beside)| -day * DAY_MS + beside)
}

fn pick(from: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(from).prop_map(str::to_owned)
}

fn profile() -> impl Strategy<Value = Profile> {
    let maybe = |from| prop::option::of(pick(from));
    (maybe(&LANGUAGES), maybe(&NAMES), maybe(&NAMES), maybe(&PLACES), any::<bool>()).prop_map(
        |(language, username, first_name, country, premium)| Profile {
            language,
            username,
            last_name: first_name.clone(),
            first_name,
            country_by_network: false,
            browser: country.clone(),
            os: None,
            country,
            premium,
        },
    )
}

fn source() -> impl Strategy<Value = Source> {
    prop::collection::btree_map(pick(&["link", "utm_source", "payload"]), pick(&PLACES), 0..3)
}

pub fn value() -> impl Strategy<Value = AttributeValue> {
    prop_oneof![
        pick(&TEXTS).prop_map(AttributeValue::Text),
        (-3..4_i32).prop_map(|number| AttributeValue::Number(f64::from(number) / 2.0)),
        any::<bool>().prop_map(AttributeValue::Bool),
    ]
}

fn attributes() -> impl Strategy<Value = Attributes> {
    prop::collection::btree_map(pick(&KEYS), value(), 0..3)
}

/// One thing that happens. Contacts are chosen among those there are when it does.
#[derive(Debug, Clone)]
pub enum Act {
    Create { profile: Profile, source: Source, attributes: Attributes, imported: Option<i64> },
    Event { body: EventBody, windows: u8 },
    Begin { campaign: i64, chooser: u64 },
    Outcomes { campaign: i64, chooser: u64, outcome: Outcome },
}

#[derive(Debug, Clone)]
pub struct Step {
    pub act: Act,
    pub who: prop::sample::Index,
    pub offset: i64,
}

/// The first often, so that much happens in one.
pub fn campaign() -> impl Strategy<Value = CampaignId> {
    prop_oneof![3 => Just(1), 1 => 1..=CAMPAIGNS].prop_map(CampaignId)
}

fn tag() -> impl Strategy<Value = TagId> {
    // The first two often, so that a tag comes and goes at one person.
    prop_oneof![2 => 1..=2_i64, 1 => 1..=TAGS.len() as i64].prop_map(TagId)
}

fn origin() -> impl Strategy<Value = Origin> {
    prop_oneof![
        Just(Origin::Flow(FlowId(1))),
        Just(Origin::Agent(MemberId(1))),
        campaign().prop_map(Origin::Campaign),
        Just(Origin::Import),
    ]
}

/// Where a button stands; none as before places were kept.
fn place() -> impl Strategy<Value = Option<ButtonPlace>> {
    prop::option::of((0..2_u8, 0..2_u8).prop_map(|(row, column)| ButtonPlace { row, column }))
}

fn interaction() -> impl Strategy<Value = EventBody> {
    let charged = || prop::option::of(campaign());
    prop_oneof![
        prop::option::of(pick(&OBJECTS)).prop_map(|payload| EventBody::Start { payload, message_id: 1 }),
        charged().prop_map(|charged| EventBody::Message {
            text: None,
            content: "text".into(),
            message_id: 1,
            file: None,
            details: None,
            charged
        }),
        pick(&OBJECTS).prop_map(|object| EventBody::Command { object, text: String::new(), message_id: 1 }),
        (pick(&OBJECTS), charged(), place()).prop_map(|(object, campaign, place)| EventBody::Button {
            object,
            message_id: None,
            campaign,
            place
        }),
        (pick(&OBJECTS), campaign(), place()).prop_map(|(object, campaign, place)| EventBody::Click {
            object,
            campaign,
            place
        }),
        (pick(&OBJECTS), any::<bool>()).prop_map(|(object, first)| EventBody::LinkVisit {
            object,
            link: LinkId(1),
            visit: 1,
            first
        }),
        pick(&OBJECTS).prop_map(|object| EventBody::Conversion { object, value: None, currency: None }),
        Just(EventBody::Imported),
    ]
}

fn change() -> impl Strategy<Value = EventBody> {
    let charged = || prop::option::of(campaign());
    prop_oneof![
        9 => (tag(), origin()).prop_map(|(tag, origin)| EventBody::TagAdded { tag, origin }),
        2 => (tag(), origin()).prop_map(|(tag, origin)| EventBody::TagRemoved { tag, origin }),
        1 => profile().prop_map(|profile| EventBody::ProfileChanged { profile }),
        1 => (prop::option::of(source()), prop::option::of(Just(1_700_000_000_000)))
            .prop_map(|(source, first_seen)| EventBody::HistoryImported { source, first_seen }),
        2 => prop::collection::btree_map(pick(&KEYS), prop::option::of(value()), 1..3)
            .prop_map(|set| EventBody::AttributesSet { set }),
        1 => charged().prop_map(|charged| EventBody::Blocked { charged, found: false }),
        1 => Just(EventBody::Unblocked { told: true }),
        1 => Just(EventBody::Deactivated),
        1 => proptest::sample::select(NoChat::ALL).prop_map(|reason| EventBody::NoChat { reason }),
        1 => charged().prop_map(|charged| EventBody::OptedOut { charged }),
        1 => Just(EventBody::OptedIn),
        2 => (proptest::sample::select(Status::ALL), prop::option::of((1..3_i64).prop_map(MemberId)))
            .prop_map(|(status, assignee)| EventBody::ConversationChanged { status, assignee }),
        1 => Just(EventBody::FlowStarted { flow: FlowId(1), version: 1 }),
        1 => Just(EventBody::Erased),
    ]
}

pub fn create() -> impl Strategy<Value = Act> {
    (profile(), source(), attributes(), prop::option::of(offset())).prop_map(
        |(profile, source, attributes, imported)| Act::Create { profile, source, attributes, imported },
    )
}

fn act() -> impl Strategy<Value = Act> {
    let event = |body: BoxedStrategy<EventBody>| {
        (body, 0..8_u8).prop_map(|(body, windows)| Act::Event { body, windows })
    };
    let outcome = prop::sample::select(
        &[
            Outcome::Pending,
            Outcome::Sent,
            Outcome::Sent,
            Outcome::Failed,
            Outcome::Blocked,
            Outcome::Skipped,
            Outcome::Unknown,
            Outcome::HeldOutReached,
        ][..],
    );
    prop_oneof![
        2 => create(),
        8 => event(interaction().boxed()),
        8 => event(change().boxed()),
        1 => (1..=CAMPAIGNS, any::<u64>()).prop_map(|(campaign, chooser)| Act::Begin { campaign, chooser }),
        2 => (1..=CAMPAIGNS, any::<u64>(), outcome)
            .prop_map(|(campaign, chooser, outcome)| Act::Outcomes { campaign, chooser, outcome }),
    ]
}

/// Anything; half of the time after a few people were met and sent a campaign.
pub fn steps(size: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Step>> {
    let step = |act: BoxedStrategy<Act>| {
        (act, any::<prop::sample::Index>(), offset()).prop_map(|(act, who, offset)| Step { act, who, offset })
    };
    let sent = any::<u64>().prop_flat_map(move |chooser| {
        let begin = Act::Begin { campaign: 1, chooser };
        let sent = Act::Outcomes { campaign: 1, chooser, outcome: Outcome::Sent };
        (
            prop::collection::vec(step(create().boxed()), 4),
            step(Just(begin).boxed()),
            step(Just(sent).boxed()),
        )
    });
    (prop::option::of(sent), prop::collection::vec(step(act().boxed()), size)).prop_map(|(first, rest)| {
        let Some((mut steps, begin, sent)) = first else { return rest };
        steps.extend([begin, sent]);
        steps.extend(rest);
        steps
    })
}

/// One entry of a log: an event, and the audience that was frozen just before it.
pub struct Entry {
    pub event: Event,
    pub frozen: Option<(CampaignId, Frozen)>,
}

/// Turns steps into a log that a store could hold.
pub struct Writer {
    base: Millis,
    next_contact: u32,
    contacts: Vec<ContactNumber>,
    audiences: BTreeMap<CampaignId, Frozen>,
    log: Vec<Entry>,
}

impl Writer {
    /// The first contact gets `first_contact` as its number, so that a log can cross from one chunk to the next.
    pub fn new(base: Millis, first_contact: u32) -> Self {
        Self {
            base,
            next_contact: first_contact,
            contacts: Vec::new(),
            audiences: BTreeMap::new(),
            log: Vec::new(),
        }
    }

    pub fn write(mut self, steps: &[Step]) -> Vec<Entry> {
        steps.iter().for_each(|step| self.step(step));
        self.log
    }

    fn push(
        &mut self,
        contact: Option<ContactNumber>,
        at: Millis,
        body: EventBody,
        windows: Vec<CampaignId>,
    ) {
        let number = self.log.len() as i64 + 1;
        self.log.push(Entry { event: Event { number, contact, at, body, windows }, frozen: None });
    }

    fn step(&mut self, step: &Step) {
        let at = self.base + step.offset;
        match &step.act {
            Act::Create { profile, source, attributes, imported } => {
                let number = ContactNumber(self.next_contact);
                self.next_contact += 1;
                self.contacts.push(number);
                let body = EventBody::ContactCreated {
                    profile: profile.clone(),
                    source: source.clone(),
                    first_seen: at,
                    last_interaction: imported.map(|offset| self.base + offset),
                    attributes: attributes.clone(),
                };
                self.push(Some(number), at, body, Vec::new());
            }
            Act::Event { body, windows } => {
                if self.contacts.is_empty()
                    || body.campaign().is_some_and(|id| !self.audiences.contains_key(&id))
                {
                    return;
                }
                let contact = *step.who.get(&self.contacts);
                let began = self.audiences.keys().copied();
                let windows = began.filter(|campaign| windows >> campaign.0 & 1 == 1).collect();
                self.push(Some(contact), at, body.clone(), windows);
            }
            Act::Begin { campaign, chooser } => self.begin(CampaignId(*campaign), *chooser, at),
            Act::Outcomes { campaign, chooser, outcome } => {
                let campaign = CampaignId(*campaign);
                let Some(frozen) = self.audiences.get(&campaign) else { return };
                let chosen = frozen.audience.iter().filter(|number| chosen(*chooser, *number, 0));
                let change = |number| {
                    let held_out = frozen.held_out.contains(number);
                    let outcome = if held_out { Outcome::HeldOutReached } else { *outcome };
                    OutcomeChange { contact: ContactNumber(number), outcome, at }
                };
                let changes = chosen.map(change).collect();
                self.push(None, at, EventBody::Outcomes { campaign, changes }, Vec::new());
            }
        }
    }

    fn begin(&mut self, campaign: CampaignId, chooser: u64, at: Millis) {
        if self.audiences.contains_key(&campaign) {
            return;
        }
        let part = |salt| {
            let numbers = self.contacts.iter().map(|number| number.0);
            numbers.filter(|number| chosen(chooser, *number, salt)).collect::<roaring::RoaringBitmap>()
        };
        let audience = part(0);
        let active = part(3);
        let frozen = Frozen {
            held_out: part(1) & part(2) & &audience,
            // Two of one name are from before names had a normal form.
            tags: vec![
                (TAGS[0].into(), part(4) & &audience),
                ("vip".into(), part(7) & &audience),
                ("VIP".into(), part(8) & &audience),
            ],
            sources: vec![
                ("link=fb-summer".into(), part(5) & &audience),
                ("utm_source=Tg".into(), part(9) & &audience),
            ],
            segments: vec![("readers".into(), part(6) & &audience)],
            stages: vec![(STAGES[2].into(), &audience & &active), (STAGES[3].into(), &audience - &active)],
            audience,
        };
        self.audiences.insert(campaign, frozen.clone());
        self.push(None, at, EventBody::CampaignStarted { campaign }, Vec::new());
        if let Some(entry) = self.log.last_mut() {
            entry.frozen = Some((campaign, frozen));
        }
    }
}

/// A coin toss for a contact.
fn chosen(chooser: u64, number: u32, salt: u32) -> bool {
    chooser.rotate_right(number.wrapping_mul(7).wrapping_add(salt * 11) % 64) & 1 == 1
}

/// A workspace that knows everything that the steps and expressions name.
pub fn workspace(
    rules: &[domain::expression::Expression],
    segments: &[domain::expression::Expression],
) -> Workspace {
    let numbered = |place: usize| place as i64 + 1;
    Workspace {
        tags: TAGS
            .iter()
            .enumerate()
            .map(|(place, name)| ((*name).to_owned(), TagId(numbered(place))))
            .collect(),
        stages: STAGES
            .iter()
            .zip(rules)
            .enumerate()
            .map(|(place, (name, rule))| {
                (domain::ids::StageId(numbered(place)), (*name).to_owned(), rule.clone())
            })
            .collect(),
        segments: segments
            .iter()
            .enumerate()
            .map(|(place, rule)| (domain::ids::SegmentId(numbered(place)), rule.clone()))
            .collect(),
        campaigns: (1..=CAMPAIGNS).map(CampaignId).collect(),
        attributes: KEYS.iter().map(|key| (*key).to_owned()).collect(),
    }
}
