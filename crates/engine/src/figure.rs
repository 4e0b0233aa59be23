//! Numbers of people that are the counts of the lists that they hand out.
//!
//! **No** number of people reaches a page in another way: a [`Counted`] is made by counting its expression, and its
//! fields cannot be set. What shows a figure shows the same expression, so that figure and list cannot part.

use audience::Index;
use domain::lift::Share;
use domain::time::Millis;
use serde_json::Value;

use crate::Result;
use crate::catalog::WorkspaceCatalog;

/// Some people: the expression that lists exactly them, and how many it finds.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted {
    people: Value,
    count: u64,
}

impl Counted {
    /// How many they are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The expression that lists exactly them.
    pub fn people(&self) -> &Value {
        &self.people
    }
}

/// Counts on one version of the index, at one moment.
pub struct Counter<'a> {
    pub catalog: &'a WorkspaceCatalog,
    pub index: &'a Index,
    pub now: Millis,
}

impl Counter<'_> {
    /// Counts the people of an expression that the server made itself.
    ///
    /// # Errors
    /// The expression is not valid: a fault of the server.
    pub fn count(&self, people: Value) -> Result<Counted> {
        let (_, resolved) = self.catalog.resolve_at("", &people)?;
        Ok(Counted { count: self.index.count(&resolved, self.now), people })
    }
}

/// Some people as a part of others.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    pub counted: Counted,
    pub of: u64,
}

impl Figure {
    /// The part that some people are of others.
    pub fn new(counted: Counted, of: &Counted) -> Self {
        Self { of: of.count(), counted }
    }

    /// The part of the whole, as a fraction; none of nothing.
    pub fn share(&self) -> Option<f64> {
        (self.of > 0).then(|| self.counted.count as f64 / self.of as f64)
    }

    /// The same for a comparison.
    pub fn as_share(&self) -> Share {
        Share { n: self.of, hits: self.counted.count }
    }
}
