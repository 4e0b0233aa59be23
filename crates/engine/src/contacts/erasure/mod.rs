//! Erasing a person, and handing out what is known of one.
//!
//! Times, numbers and what the team named stay, so that past reports hold; everything personal goes, in one
//! transaction. An opt-out outlives it: see [`crate::former`].

#[cfg(test)]
mod tests;

use domain::event::EventBody;
use domain::ids::{BotId, ContactId, WorkspaceId};
use domain::time::Millis;
use serde_json::{Value, json};
use store::contacts::Contact;
use store::{ReadTx, WriteTx, contacts, erasure, events, visits};

use super::card::Card;
use super::{find, timeline};
use crate::journal::{self, Journal};
use crate::{Result, Secrets, former};

/// Events read at once.
const EVENTS_AT_ONCE: usize = 500;
/// Lines of a history read at once.
const LINES_AT_ONCE: usize = 500;

/// Erases. `raw` are the bot's raw events that name the person.
pub(super) fn erase(
    tx: &WriteTx<'_>,
    workspace: WorkspaceId,
    id: ContactId,
    raw: &[i64],
    secrets: &Secrets,
    now: Millis,
) -> Result<()> {
    let contact = find(tx, workspace, id)?;
    journal::append(tx, id.bot(), |journal| {
        blank_events(journal, &contact, raw)?;
        erasure::blank_messages(tx, id.bot(), contact.number)?;
        erasure::forget(tx, id.bot(), contact.number)?;
        let hashed = former::telegram_id(secrets, id.bot(), contact.telegram_id);
        contacts::blank(tx, id.bot(), contact.number, hashed)?;
        journal.record_uncharged(contact.number, now, EventBody::Erased)?;
        Ok(())
    })
}

fn blank_events(journal: &Journal<'_>, contact: &Contact, raw: &[i64]) -> Result<()> {
    let (tx, bot) = (journal.tx(), journal.bot());
    let mut below = i64::MAX;
    loop {
        let page = events::of_contact(tx, bot, contact.number, below, EVENTS_AT_ONCE)?;
        for event in &page {
            blank(tx, bot, event.number, event.body.clone())?;
        }
        match page.last() {
            Some(last) if page.len() == EVENTS_AT_ONCE => below = last.number,
            _ => break,
        }
    }
    for number in raw {
        if let Some(event) = erasure::event(tx, bot, *number)? {
            blank(tx, bot, event.number, event.body)?;
        }
    }
    Ok(())
}

fn blank(tx: &WriteTx<'_>, bot: BotId, number: i64, body: EventBody) -> Result<()> {
    let blank = body.clone().blanked();
    if blank != body {
        erasure::blank_event(tx, bot, number, &blank)?;
    }
    Ok(())
}

/// Everything that is known of a person, as one JSON document.
pub(super) fn dossier(tx: &ReadTx<'_>, workspace: WorkspaceId, id: ContactId, now: Millis) -> Result<Value> {
    let card = Card::read(tx, workspace, id, now)?;
    let contact = &card.contact;
    let tags = card.person.tags.iter();
    let tags: Vec<Value> =
        tags.map(|tag| json!({"name": tag.name, "added_at": tag.added_at, "origin": tag.origin})).collect();
    let mut history = Vec::new();
    let mut below = None;
    loop {
        let page = timeline::read(tx, workspace, id, below, LINES_AT_ONCE)?;
        history.extend(page.items.iter().map(|line| {
            json!({"at": line.at, "kind": line.kind, "object": line.object, "text": line.text,
                "by": line.by.name, "data": line.data})
        }));
        below = page.next;
        if below.is_none() {
            break;
        }
    }
    let link_visits: Vec<Value> = visits::of_contact(tx, id.bot(), contact.number)?
        .iter()
        .map(|visit| {
            json!({"at": visit.at, "link": visit.link, "address": visit.address, "country": visit.country,
                "country_by_network": visit.country_by_network,
                "browser": visit.browser, "os": visit.os, "device": visit.device, "language": visit.language,
                "referrer": visit.referrer, "user_agent": visit.user_agent, "utm": visit.utm, "query": visit.query})
        })
        .collect();
    Ok(json!({
        "telegram_id": contact.telegram_id,
        "profile": contact.profile,
        "source": contact.source,
        "attributes": contact.attributes,
        "reachability": contact.reachability,
        "first_seen": contact.first_seen,
        "last_interaction": contact.last_interaction,
        "stage": card.person.stage.as_ref().map(|(_, name)| name),
        "tags": tags,
        "history": history,
        "link_visits": link_visits,
    }))
}
