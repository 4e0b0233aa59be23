//! The rules of Muster, without I/O.
//!
//! Nothing here reads a clock, draws a random number, touches a disk or a socket: the present moment and every
//! id are arguments. Other crates bring facts in and carry effects out.

pub mod bot;
pub mod campaign;
pub mod cells;
pub mod contact;
pub mod conversation;
pub mod event;
pub mod expression;
pub mod field_error;
pub mod flow;
pub mod ids;
pub mod lift;
pub mod limits;
pub mod link;
pub mod mention;
pub mod message;
pub mod money;
pub mod named;
pub mod naming;
pub mod phrases;
pub mod recipient;
pub mod retention;
pub mod team;
pub mod time;
