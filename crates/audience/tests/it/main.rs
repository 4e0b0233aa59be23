//! The index against the one-contact evaluator and an oracle that does not know how it works.

mod agreement;
mod fine_points;
