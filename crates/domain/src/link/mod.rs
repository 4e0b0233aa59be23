//! Diversion links: what one is made of, who opens it, and what a visit tells about a person.

mod draft;
mod source;
mod visitor;

pub use draft::{CODE_CHARS_MAX, LINK_BOTS_MAX, LINK_TAGS_MAX, LinkBot, LinkDraft, WEIGHT_MAX};
pub use source::{Utm, source_of};
pub use visitor::{Asking, Visitor, looks_ahead};
