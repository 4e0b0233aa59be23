//! The only HTTP JSON of Muster.
//!
//! [`routes`] is the map. Each resource has a file with its shapes and its handlers; a handler's signature says who
//! may ask ([`access`]) and what is read ([`body`]), and its body calls one room of the engine. Shapes are converted
//! by hand here, at the border: nothing of the engine or the store is serialised as it is.

pub mod access;
pub mod body;
pub mod idempotency;
pub mod page;
pub mod phrases;
mod problem;
pub mod schemas;
pub mod state;

mod attributes;
mod bots;
mod campaigns;
mod clicks;
mod contacts;
mod conversations;
mod document;
mod events;
mod flows;
mod health;
mod home;
mod layers;
mod link_pages;
mod links;
mod live;
mod markup;
mod media;
mod members;
mod metrics;
mod ranges;
mod reports;
mod retention;
mod routes;
mod segments;
mod sessions;
mod setup;
mod stages;
mod tags;
mod templates;
mod tokens;
mod usage;
mod webhook;
mod workspace;

pub use routes::{BASE, health_router, openapi, router};
pub use state::{ApiOptions, ApiState, Rooms};
