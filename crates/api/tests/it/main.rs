//! The API over a real database in a temporary folder.

mod access;
mod described;
mod document;
mod figures;
mod frame;
mod house;
mod links;
mod names;
mod people;
mod retention;
mod rights;
mod testers;
mod walls;
