//! A made-up population, skewed the way real ones are, the same for the same seed.

use chrono_tz::Tz;
use domain::contact::{Attributes, Profile, Reachability, Source};
use domain::event::{Event, EventBody};
use domain::ids::{ContactNumber, TagId};
use domain::time::{DAY_MS, Millis, day_number};

use super::days_ago;
use crate::builder::IndexBuilder;
use crate::freeze::Generator;
use crate::index::Index;
use crate::row::ContactRow;

/// The moment of all questions: noon of a day in UTC, the workspace's zone here.
pub const NOW: Millis = 1_795_521_600_000;
/// The day that holds it.
pub(crate) const LAST_DAY: i32 = 20_781;
/// Tags of the workspace.
pub(crate) const TAGS: usize = 60;
/// Events kept.
pub(crate) const EVENTS_A_CONTACT: f64 = 4.5;
/// Days over which the events are spread.
const EVENT_DAYS: i64 = 90;

/// Contacts with tags, recency, profiles and events.
#[derive(Debug)]
pub struct Population {
    contacts: u32,
    seed: u64,
    random: Generator,
}

impl Population {
    /// A population of this many contacts.
    pub fn new(contacts: u32, seed: u64) -> Self {
        Self { contacts, seed, random: Generator::new(seed) }
    }

    /// Uniform from zero to below one.
    fn share(&mut self) -> f64 {
        (self.random.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number below a bound, low ones much more often.
    fn skewed(&mut self, bound: u64) -> u64 {
        let share = self.share();
        ((share * share * share) * bound as f64) as u64
    }

    /// Builds the index as a store's rows would.
    pub fn build(mut self) -> Index {
        let mut builder = IndexBuilder::new(Tz::UTC);
        for number in 0..self.contacts {
            let row = self.row(ContactNumber(number));
            builder.contact(&row);
            for tag in 0..TAGS {
                if self.share() < tag_share(tag) {
                    let added_at = days_ago(self.skewed(400) as i64) - self.skewed(86_400) as i64 * 1_000;
                    builder.tag(row.number, TagId(tag as i64 + 1), added_at);
                }
            }
        }
        self.each_event(&mut |event| builder.event(event));
        builder.finish((f64::from(self.contacts) * EVENTS_A_CONTACT) as i64)
    }

    fn row(&mut self, number: ContactNumber) -> ContactRow {
        let first_seen = days_ago(self.random.below(700) as i64) - self.random.below(86_400_000) as i64;
        // Exponential with a mean of thirty days; some never interacted.
        let age_ms = (-30.0 * (1.0 - self.share()).ln() * DAY_MS as f64) as i64;
        let last_interaction = (self.share() > 0.08).then_some(NOW - age_ms);
        let state = self.share();
        let reachability = Reachability {
            blocked: state < 0.08,
            deactivated: state > 0.99,
            no_chat: None,
            opted_out: (0.08..0.12).contains(&state),
        };
        let mut source = Source::new();
        if self.share() < 0.6 {
            source.insert("link".into(), format!("link-{}", self.skewed(40)));
        }
        ContactRow {
            number,
            profile: self.profile(number),
            source,
            attributes: Attributes::new(),
            first_seen,
            last_interaction,
            reachability,
            conversation: None,
        }
    }

    fn profile(&mut self, number: ContactNumber) -> Profile {
        let mut named = |chance: f64, prefix: &str, values: u64| {
            (self.share() < chance).then(|| format!("{prefix}{}", self.skewed(values)))
        };
        let mut profile = Profile {
            language: named(0.95, "l", 12),
            country: named(0.5, "c", 40),
            browser: named(0.5, "b", 6),
            os: named(0.5, "o", 5),
            first_name: named(1.0, "first", 3_000),
            last_name: named(0.6, "last", 8_000),
            ..Profile::default()
        };
        profile.premium = self.share() < 0.08;
        profile.username = (self.share() < 0.55).then(|| format!("user{number}"));
        profile
    }

    /// Every event in order of time: many by few people, a tenth of them presses of `pricing`.
    pub(crate) fn each_event(&mut self, take: &mut dyn FnMut(&Event)) {
        // Events follow from the seed alone, so that peers can be given the same.
        let mut random = Self::new(self.contacts, self.seed ^ 0xe7e7);
        let all = (f64::from(self.contacts) * EVENTS_A_CONTACT) as u64;
        for number in 0..all {
            let spread_ms = EVENT_DAYS * DAY_MS / all.max(1) as i64;
            let at = days_ago(EVENT_DAYS) + number as i64 * spread_ms;
            take(&random.event(number as i64 + 1, at));
        }
    }

    pub(crate) fn event(&mut self, number: i64, at: Millis) -> Event {
        // A prime step spreads the busy ones over all numbers.
        let contacts = u64::from(self.contacts);
        let contact = self.skewed(contacts) * 2_654_435_761 % contacts;
        let body = match self.random.below(100) {
            0..10 => button("pricing"),
            10..40 => button(["menu", "help", "offers", "account"][self.random.below(4) as usize]),
            40..75 => EventBody::Message {
                text: None,
                content: "text".into(),
                message_id: 1,
                file: None,
                details: None,
                charged: None,
            },
            75..90 => EventBody::Command {
                object: ["help", "menu", "stop"][self.random.below(3) as usize].into(),
                text: String::new(),
                message_id: 1,
            },
            90..98 => EventBody::Start { payload: None, message_id: 1 },
            _ => EventBody::Conversion { object: "order".into(), value: None, currency: None },
        };
        Event { number, contact: Some(ContactNumber(contact as u32)), at, body, windows: Vec::new() }
    }
}

fn button(object: &str) -> EventBody {
    EventBody::Button { object: object.into(), message_id: None, campaign: None, place: None }
}

/// The first tags are common, the last rare: about three a contact.
fn tag_share(tag: usize) -> f64 {
    0.45 / ((tag + 1) as f64).powf(0.8)
}

/// The day of a moment in the population's zone.
pub(crate) fn day_of(at: Millis) -> i32 {
    day_number(at, Tz::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_holds_now() {
        assert_eq!(day_of(NOW), LAST_DAY);
    }
}
