//! The only place that orders two effects.
//!
//! A *room* is a part of the product (the team, the tags, campaigns, delivery …). Rooms do not import each other:
//! they meet in tables and events. What they share stands beside them: the clock, the secrets, the [`journal`]
//! that appends events, and the [`people`] index that answers who matches what.

pub mod acts;
pub mod attachments;
pub mod attribute_kinds;
pub mod attributes;
pub mod authors;
pub mod bot_api;
pub mod bots;
pub mod campaigns;
pub mod catalog;
mod cell_lists;
pub mod clicks;
pub mod clock;
pub mod contacts;
pub mod conversation;
pub mod conversions;
pub mod dead_token;
pub mod delivery;
pub mod diagnosis;
pub mod draft_catalog;
mod effects;
pub mod error;
pub mod facts;
pub mod figure;
pub mod fleet;
pub mod flows;
pub mod former;
pub mod gauges;
pub mod history;
pub mod home;
pub mod idempotency;
pub mod imports;
pub mod inbox;
pub mod intake;
pub mod journal;
pub mod links;
pub mod live;
pub mod media;
pub mod mentions;
pub mod nodes;
pub mod people;
mod people_list;
pub mod person;
pub mod phrasing;
mod posts;
pub mod presets;
mod proof;
pub mod rates;

pub mod reports;
pub mod restoration;
pub mod retention;
pub mod secrets;
pub mod segments;
pub mod stages;
pub mod tagging;
pub mod tags;
pub mod team;
pub mod telegram_binding;
pub mod templates;
pub mod tokens;
pub mod wires;

#[cfg(test)]
mod test_house;

pub use clock::{Clock, ManualClock, SystemClock};
pub use error::{EngineError, Result};
pub use secrets::Secrets;
