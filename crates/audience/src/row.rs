//! What the index is built from: rows of the store.

use domain::contact::{Attributes, Profile, Reachability, Source};
use domain::expression::ConversationFacts;
use domain::ids::ContactNumber;
use domain::time::Millis;
use roaring::RoaringBitmap;

/// One contact as the store has it.
#[derive(Debug, Clone)]
pub struct ContactRow {
    pub number: ContactNumber,
    pub profile: Profile,
    pub source: Source,
    pub attributes: Attributes,
    pub first_seen: Millis,
    /// The latest of all interactions, an imported one included.
    pub last_interaction: Option<Millis>,
    pub reachability: Reachability,
    pub conversation: Option<ConversationFacts>,
}

/// A campaign's audience as it was frozen, with the breakdowns of that moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Frozen {
    /// Everybody, held out included.
    pub audience: RoaringBitmap,
    /// The part that is not written to.
    pub held_out: RoaringBitmap,
    /// By the stage's name. Each contact is in one at most.
    pub stages: Vec<(String, RoaringBitmap)>,
    /// By the tag's name.
    pub tags: Vec<(String, RoaringBitmap)>,
    /// By `field=value`, such as `link=fb-summer`.
    pub sources: Vec<(String, RoaringBitmap)>,
    /// By the saved segment's name.
    pub segments: Vec<(String, RoaringBitmap)>,
}
