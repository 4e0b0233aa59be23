//! The sandbox, as a bot meets it.

mod files;
mod population;
mod server;
mod world;
