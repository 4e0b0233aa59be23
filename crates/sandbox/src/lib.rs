//! A Telegram Bot API emulator with a population, for rehearsals, demos and tests.
//!
//! [`World`] holds everything and does no I/O: one bot, its people, their chats, and the truth
//! about what they did. Time is an argument everywhere and chance comes from the seed alone, so
//! the same calls give the same world. It depends on no other crate of this project, so that a
//! mistake on one side shows on the other.

mod acts;
mod arrivals;
mod behaviour;
mod callback;
mod chat;
mod checkout;
mod detection;
mod dice;
mod entity;
mod faults;
mod files;
mod flood;
mod follow;
mod html;
mod interests;
mod legacy_markdown;
pub mod limits;
mod link;
mod markdown;
mod markup;
mod methods;
mod mind;
mod names;
mod offers;
mod params;
mod person;
mod phrases;
mod picture;
mod queue;
mod reaction;
mod reply;
mod schedule;
mod server;
mod snapshot;
mod telling;
pub mod temperament;
mod text;
mod truth;
mod webhook;
mod world;

pub use acts::ActError;
pub use faults::{Fault, FaultKind, Faults};
pub use files::FileKind;
pub use follow::{Follow, Visitor};
pub use params::{Params, Upload};
pub use queue::TimedUpdate;
pub use reply::{Refusal, Reply};
pub use server::{DataError, Running, Server, ServerConfig, SharedWorld};
pub use world::{Source, World, WorldConfig};
