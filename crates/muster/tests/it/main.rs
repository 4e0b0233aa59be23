//! The whole, as its users meet it: the real app or the real program against a sandbox, its own record being the truth.
#![allow(clippy::print_stdout)] // figures, for who runs it

mod crash;
mod faults;
mod figures;
mod full_disk;
mod limits;
mod links;
mod log;
mod media;
mod month;
mod moving;
mod nodes;
mod operate;
mod program;
mod rebuilt;
mod refusals;
mod report;
mod retention;
mod test_group;
mod topics;
mod webhook;
mod whole_loop;
