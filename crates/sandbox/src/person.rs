//! Who a person is. All of it follows from the seed and the person's number.

use crate::chat::Chat;
use crate::dice::{Dice, mixed};
use crate::interests::{ALL, TOPICS};
use crate::mind::Mind;
use crate::names::{BROWSER_SHARES, BROWSERS, CULTURES, Culture};
use crate::temperament;
use crate::truth::Act;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Telegram ids of people start here; they need more than 32 bits, as real ones do.
const FIRST_ID: i64 = 5_000_000_000;
/// Each person owns a range of this many ids and has one of them.
const ID_STEP: i64 = 1009;

/// What does not change about a person.
pub struct Profile {
    pub first_name: &'static str,
    pub last_name: Option<&'static str>,
    pub username: Option<String>,
    /// One of the people's languages, in two letters.
    pub language: &'static str,
    /// What the client sends, such as `zh-hans`; some clients send nothing.
    pub language_code: Option<&'static str>,
    pub premium: bool,
    pub zone: Tz,
    pub browser: &'static str,
    /// Interest in each topic, from 0 to 1.
    pub interests: [f32; TOPICS],
    pub habits: Habits,
}

/// How a person uses a messenger.
pub struct Habits {
    /// Local hour at which the day begins.
    pub wakes_hour: f64,
    /// Hours from there until sleep.
    pub awake_hours: f64,
    pub visits_per_day: f64,
    /// Irrelevant messages that are borne before the person blocks or turns away.
    pub patience: f64,
    /// Days from the first start until the person falls silent.
    pub lively_days: f64,
    /// Starts, looks, and never says a word.
    pub only_looks: bool,
}

/// What changes about a person, and goes into a snapshot.
#[derive(Serialize, Deserialize)]
pub struct State {
    pub dice: Dice,
    pub mind: Mind,
    /// `None` until the first /start.
    pub chat: Option<Chat>,
    pub deactivated: bool,
    pub acts: Vec<Act>,
    /// The start that a page led to and that was not made yet.
    #[serde(default)]
    pub led: Option<Led>,
}

/// A start that a page led to.
#[derive(Serialize, Deserialize)]
pub struct Led {
    pub payload: String,
    /// The page.
    pub by: Box<str>,
}

/// A person of the population.
pub struct Person {
    pub id: i64,
    pub profile: Profile,
    pub state: State,
}

/// The Telegram id of the person with this number.
pub fn id_of(seed: u64, index: u32) -> i64 {
    let within = mixed(seed ^ mixed(u64::from(index) ^ 0x6964)) % ID_STEP as u64;
    FIRST_ID + i64::from(index) * ID_STEP + within as i64
}

/// The number that an id belongs to if it belongs to anyone; the caller compares the id.
pub fn index_of(id: i64) -> Option<u32> {
    u32::try_from((id - FIRST_ID).checked_div(ID_STEP)?).ok().filter(|_| id >= FIRST_ID)
}

impl Person {
    /// The person with this number in the population of a seed.
    pub fn new(seed: u64, index: u32) -> Self {
        let mut dice = Dice::new(seed, u64::from(index) + 1);
        let profile = Profile::drawn(&mut dice, index);
        let mind = Mind::new(&profile.habits);
        let state = State { dice, mind, chat: None, deactivated: false, acts: Vec::new(), led: None };
        Self { id: id_of(seed, index), profile, state }
    }

    /// The `User` object of the Bot API.
    pub fn user(&self) -> Value {
        let mut user = self.named();
        user.insert("is_bot".into(), false.into());
        if let Some(code) = self.profile.language_code {
            user.insert("language_code".into(), code.into());
        }
        if self.profile.premium {
            user.insert("is_premium".into(), true.into());
        }
        Value::Object(user)
    }

    /// The `Chat` object of the private chat.
    pub fn chat(&self) -> Value {
        let mut chat = self.named();
        chat.insert("type".into(), "private".into());
        Value::Object(chat)
    }

    fn named(&self) -> Map<String, Value> {
        let mut map = Map::new();
        map.insert("id".into(), self.id.into());
        map.insert("first_name".into(), self.profile.first_name.into());
        if let Some(last) = self.profile.last_name {
            map.insert("last_name".into(), last.into());
        }
        if let Some(username) = &self.profile.username {
            map.insert("username".into(), username.as_str().into());
        }
        map
    }

    /// The person as the sandbox's own pages tell it.
    pub fn told(&self) -> Map<String, Value> {
        let mut map = self.named();
        let profile = &self.profile;
        let interests: Map<String, Value> = ALL
            .iter()
            .zip(profile.interests)
            .map(|(topic, weight)| (topic.name.to_string(), json!(weight)))
            .collect();
        map.insert("language".into(), profile.language.into());
        map.insert("language_code".into(), json!(profile.language_code));
        map.insert("premium".into(), profile.premium.into());
        map.insert("time_zone".into(), profile.zone.name().into());
        map.insert("browser".into(), profile.browser.into());
        map.insert("interests".into(), Value::Object(interests));
        map.insert("has_started".into(), self.state.chat.is_some().into());
        map.insert("is_blocking".into(), self.state.chat.as_ref().is_some_and(|chat| chat.blocked).into());
        map.insert("is_deactivated".into(), self.state.deactivated.into());
        map
    }
}

impl Profile {
    fn drawn(dice: &mut Dice, index: u32) -> Self {
        let shares: Vec<f64> = CULTURES.iter().map(|culture| culture.share).collect();
        let culture = &CULTURES[dice.weighted(&shares)];
        Self {
            first_name: *dice.one_of(culture.first),
            last_name: dice.chance(0.6).then(|| *dice.one_of(culture.last)),
            username: username(dice, culture, index),
            language: culture.language,
            language_code: (!dice.chance(0.03)).then(|| *dice.one_of(culture.codes)),
            premium: dice.chance(temperament::PREMIUM_SHARE),
            zone: *dice.one_of(culture.zones),
            browser: BROWSERS[dice.weighted(BROWSER_SHARES)],
            interests: interests(dice),
            habits: Habits::drawn(dice),
        }
    }
}

fn username(dice: &mut Dice, culture: &Culture, index: u32) -> Option<String> {
    let has_one = dice.chance(temperament::USERNAME_SHARE);
    let handle = dice.one_of(culture.handles);
    has_one.then(|| format!("{handle}_{:x}", mixed(u64::from(index)) & 0xff_ffff))
}

/// One to three topics matter, the others hardly.
fn interests(dice: &mut Dice) -> [f32; TOPICS] {
    let mut weights = [0.0; TOPICS];
    for weight in &mut weights {
        *weight = dice.between(0.0, temperament::WEAK_INTEREST_MAX) as f32;
    }
    for _ in 0..1 + dice.weighted(&[0.4, 0.4, 0.2]) {
        weights[dice.weighted(temperament::TOPIC_SHARES)] =
            dice.between(temperament::STRONG_INTEREST_MIN, 1.0) as f32;
    }
    weights
}

impl Habits {
    fn drawn(dice: &mut Dice) -> Self {
        let lively_days = if dice.chance(temperament::LOYAL_SHARE) {
            dice.exponential(temperament::LOYAL_DAYS_MEAN)
        } else {
            dice.exponential(temperament::LIVELY_DAYS_MEAN)
        };
        Self {
            wakes_hour: dice.between(6.5, 10.5),
            awake_hours: dice.between(13.0, 17.0),
            visits_per_day: dice
                .log_normal(temperament::VISITS_PER_DAY_MEDIAN, temperament::VISITS_SPREAD)
                .clamp(0.05, 12.0),
            patience: dice.log_normal(temperament::PATIENCE_MEDIAN, temperament::PATIENCE_SPREAD),
            lively_days: lively_days.max(0.2),
            only_looks: dice.chance(temperament::ONLY_LOOKS_SHARE),
        }
    }
}
