//! The client against a Bot API that does what a test tells it.

mod limits;
mod wire;
