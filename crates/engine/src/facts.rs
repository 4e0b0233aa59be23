//! One person as a transaction sees them, its own effects so far included: what `explain` and the conditions of
//! a flow are evaluated on.

use std::cell::RefCell;
use std::collections::HashMap;

use chrono_tz::Tz;
use domain::contact::{AttributeValue, Profile, Reachability, Source};
use domain::event::EventBody;
use domain::expression::{
    CampaignFacts, ContactFacts, ConversationFacts, EventWindow, Explanation, FrozenGroups, Resolved,
    evaluate_one, explain_one,
};
use domain::ids::{BotId, CampaignId, ContactNumber, TagId};
use domain::recipient::Detail;
use domain::time::Millis;
use roaring::RoaringBitmap;
use store::campaigns::SetKind;
use store::contacts::Contact;
use store::{ReadTx, StoreError, campaigns, contacts, conversations, events, recipients};

use crate::{EngineError, Result};

/// One person's rows.
pub struct RowFacts<'t> {
    tx: &'t ReadTx<'t>,
    bot: BotId,
    contact: Contact,
    tags: HashMap<TagId, Millis>,
    /// The evaluator asks without room for a failure; the first is kept and told afterwards.
    failure: RefCell<Option<StoreError>>,
}

impl<'t> RowFacts<'t> {
    /// Reads the person.
    ///
    /// # Errors
    /// There is no such person, or the database failed.
    pub fn load(tx: &'t ReadTx<'t>, bot: BotId, number: ContactNumber) -> Result<Self> {
        let contact = contacts::get(tx, bot, number)?.ok_or(EngineError::NotFound("contact"))?;
        let tags = contacts::tags(tx, bot, number)?.into_iter().map(|tag| (tag.tag, tag.added_at)).collect();
        Ok(Self { tx, bot, contact, tags, failure: RefCell::new(None) })
    }

    /// Whether the person matches.
    ///
    /// # Errors
    /// The database failed while it was asked.
    pub fn matches(&self, resolved: &Resolved, now: Millis, zone: Tz) -> Result<bool> {
        let matched = evaluate_one(resolved, self, now, zone);
        self.checked(matched)
    }

    /// Why the person matches, or not.
    ///
    /// # Errors
    /// The database failed while it was asked.
    pub fn explain(&self, resolved: &Resolved, now: Millis, zone: Tz) -> Result<Explanation> {
        let explanation = explain_one(resolved, self, now, zone);
        self.checked(explanation)
    }

    fn checked<T>(&self, value: T) -> Result<T> {
        match self.failure.borrow_mut().take() {
            Some(error) => Err(error.into()),
            None => Ok(value),
        }
    }

    fn asked<T: Default>(&self, answer: store::Result<T>) -> T {
        answer.unwrap_or_else(|error| {
            self.failure.borrow_mut().get_or_insert(error);
            T::default()
        })
    }

    fn frozen(&self, campaign: CampaignId) -> store::Result<FrozenNames> {
        let mut names = FrozenNames::default();
        for set in campaigns::sets(self.tx, self.bot, campaign)? {
            let bitmap = RoaringBitmap::deserialize_from(set.bitmap.as_slice())
                .map_err(|error| StoreError::Database(format!("a frozen set cannot be read: {error}")))?;
            let groups = match set.kind {
                SetKind::Stage => &mut names.stages,
                SetKind::Tag => &mut names.tags,
                SetKind::Source => &mut names.sources,
                SetKind::Segment => &mut names.segments,
                SetKind::Audience | SetKind::HeldOut => continue,
            };
            groups.insert(set.key, bitmap.contains(self.contact.number.0));
        }
        Ok(names)
    }
}

/// What a person belonged to when a campaign began.
#[derive(Default)]
struct FrozenNames {
    stages: FrozenGroups,
    tags: FrozenGroups,
    sources: FrozenGroups,
    segments: FrozenGroups,
}

impl ContactFacts for RowFacts<'_> {
    fn number(&self) -> ContactNumber {
        self.contact.number
    }

    fn tag_added_at(&self, tag: TagId) -> Option<Millis> {
        self.tags.get(&tag).copied()
    }

    fn last_interaction(&self) -> Option<Millis> {
        self.contact.last_interaction
    }

    fn first_seen(&self) -> Option<Millis> {
        Some(self.contact.first_seen)
    }

    fn count_events(&self, kind: &str, object: Option<&str>, window: EventWindow) -> u64 {
        let (tx, bot, number) = (self.tx, self.bot, self.contact.number);
        if kind != "interaction" {
            return self.asked(events::count_of_contact(tx, bot, number, &[kind], object, window));
        }
        let kinds = ["message", "command", "button", "click", "imported"];
        let counted = self.asked(events::count_of_contact(tx, bot, number, &kinds, object, window));
        let imported = self.contact.imported_interaction.is_some_and(|at| window.holds(at));
        counted + u64::from(imported && object.is_none())
    }

    fn profile(&self) -> &Profile {
        &self.contact.profile
    }

    fn source(&self) -> &Source {
        &self.contact.source
    }

    fn attribute(&self, key: &str) -> Option<&AttributeValue> {
        self.contact.attributes.get(key)
    }

    fn reachability(&self) -> Reachability {
        self.contact.reachability
    }

    fn campaign(&self, campaign: CampaignId) -> Option<CampaignFacts> {
        let line = self.asked(recipients::get(self.tx, self.bot, campaign, self.contact.number))?;
        let frozen = self.asked(self.frozen(campaign));
        Some(CampaignFacts {
            outcome: line.outcome,
            at: line.at,
            answers: line.answers,
            frozen_stages: frozen.stages,
            frozen_tags: frozen.tags,
            frozen_sources: frozen.sources,
            frozen_segments: frozen.segments,
        })
    }

    fn answered(&self, campaign: CampaignId, answer: &Detail) -> bool {
        let is = |body: &EventBody| Detail::of(body).is_some_and(|(_, detail)| detail == *answer);
        self.asked(events::any_charged(self.tx, self.bot, self.contact.number, campaign, is))
    }

    fn conversation(&self) -> Option<ConversationFacts> {
        let found = self.asked(conversations::get(self.tx, self.bot, self.contact.number))?;
        Some(ConversationFacts { open: found.status.is_open(), assignee: found.assignee })
    }
}
