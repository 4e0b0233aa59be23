//! The index built from the store's rows.
//!
//! Whatever is read here changes only with an event in the same transaction, so that an older index and the events
//! since come to the same.

use std::collections::HashMap;

use audience::{ContactRow, Frozen, Index, IndexBuilder};
use domain::contact::{Attributes, Profile, Source};
use domain::event::{Event, EventBody};
use domain::expression::ConversationFacts;
use domain::ids::{BotId, CampaignId, ContactNumber, WorkspaceId};
use domain::time::Millis;
use roaring::RoaringBitmap;
use store::campaigns::SetKind;
use store::{ReadTx, StoreError, bots, campaigns, contacts, conversations, events, recipients};

use crate::{EngineError, Result, catalog};

/// The sets that were frozen with a campaign's audience.
///
/// # Errors
/// The database failed, or a set is damaged.
pub fn frozen_sets(tx: &ReadTx<'_>, bot: BotId, campaign: CampaignId) -> Result<Frozen> {
    let mut frozen = Frozen::default();
    for set in campaigns::sets(tx, bot, campaign)? {
        let bitmap = RoaringBitmap::deserialize_from(set.bitmap.as_slice())
            .map_err(|error| StoreError::Database(format!("a frozen set cannot be read: {error}")))?;
        match set.kind {
            SetKind::Audience => frozen.audience = bitmap,
            SetKind::HeldOut => frozen.held_out = bitmap,
            SetKind::Stage => frozen.stages.push((set.key, bitmap)),
            SetKind::Tag => frozen.tags.push((set.key, bitmap)),
            SetKind::Segment => frozen.segments.push((set.key, bitmap)),
            SetKind::Source => frozen.sources.push((set.key, bitmap)),
        }
    }
    Ok(frozen)
}

/// Builds an index from rows, all of one moment.
pub(super) fn build(tx: &ReadTx<'_>, workspace: WorkspaceId, bot: BotId) -> Result<Index> {
    let row = bots::of(tx, bot)?.ok_or(EngineError::NotFound("bot"))?;
    let mut builder = IndexBuilder::new(catalog::zone_of(tx, workspace)?);
    let mut threads: HashMap<ContactNumber, ConversationFacts> = HashMap::new();
    conversations::each(tx, bot, |contact, status, assignee| {
        threads.insert(contact, ConversationFacts { open: status.is_open(), assignee });
    })?;
    contacts::each(tx, bot, |contact| {
        if contact.erased {
            // Belongs to nothing any more, not even to everybody.
            return Ok(true);
        }
        builder.contact(&ContactRow {
            number: contact.number,
            conversation: threads.get(&contact.number).copied(),
            profile: contact.profile,
            source: contact.source,
            attributes: contact.attributes,
            first_seen: contact.first_seen,
            last_interaction: contact.last_interaction.max(contact.imported_interaction),
            reachability: contact.reachability,
        });
        if let Some(at) = contact.imported_interaction {
            builder.event(&imported(contact.number, at));
        }
        Ok(true)
    })?;
    builder.contact_numbers(u32::try_from(row.next_contact).unwrap_or(u32::MAX));
    contacts::each_tag(tx, bot, |contact, tag, at| builder.tag(contact, tag, at))?;
    events::each_counted(tx, bot, |event| builder.event(event))?;
    for campaign in campaigns::frozen(tx, bot)? {
        builder.campaign(campaign, &frozen_sets(tx, bot, campaign)?);
        recipients::each(tx, bot, campaign, |line| {
            builder.recipient(campaign, line.contact, line.outcome, line.answers);
        })?;
    }
    Ok(builder.finish(row.next_event - 1))
}

/// The event that an index counts an imported interaction by.
fn imported(number: ContactNumber, at: Millis) -> Event {
    let body = EventBody::ContactCreated {
        profile: Profile::default(),
        source: Source::default(),
        first_seen: at,
        last_interaction: Some(at),
        attributes: Attributes::default(),
    };
    Event { number: 0, contact: Some(number), at, body, windows: Vec::new() }
}
