//! A start that came through a diversion link: the visit is bound to the person, in the start's transaction.

use domain::contact::Source;
use domain::event::{EventBody, Origin};
use domain::ids::FlowId;
use domain::link::source_of;
use domain::time::Millis;
use store::contacts::{self, Contact};
use store::links::{self, Link};
use store::visits::{self, Visit};

use crate::journal::Journal;
use crate::{Result, Secrets, effects, tokens};

/// A visit that a start payload names.
pub(super) struct Arrival {
    link: Link,
    visit: Visit,
}

impl Arrival {
    /// The visit of a payload. `None` for what is no token of ours, or names a visit that is gone: a plain start.
    pub(super) fn read(journal: &Journal<'_>, secrets: &Secrets, payload: &str) -> Result<Option<Self>> {
        let Some(id) = tokens::read_visit(secrets, journal.bot(), payload) else { return Ok(None) };
        let (tx, workspace) = (journal.tx(), journal.workspace());
        let Some(visit) = visits::get(tx, workspace, id)? else { return Ok(None) };
        let link = links::get(tx, workspace, visit.link)?;
        Ok(link.map(|link| Self { link, visit }))
    }

    /// The link's code.
    pub(super) fn code(&self) -> &str {
        &self.link.code
    }

    /// The source of somebody whom the start meets. A visit counts once: who comes with another's token came
    /// with a payload, and not through the link.
    pub(super) fn source(&self) -> Source {
        match self.visit.contact {
            None => source_of(&self.link.code, &self.link.channel, &self.visit.utm),
            Some(_) => Source::from([("payload".to_owned(), self.link.code.clone())]),
        }
    }

    /// Binds the visit to a person, `met` by this start or known before, applies the link's tags, and answers with the flow that it begins with this bot. A visit
    /// that was used already is told in the log and does nothing more.
    pub(super) fn bind(
        self,
        journal: &mut Journal<'_>,
        contact: &mut Contact,
        met: bool,
        at: Millis,
    ) -> Result<Option<FlowId>> {
        let (tx, workspace, link) = (journal.tx(), journal.workspace(), &self.link);
        let (object, visit) = (link.code.clone(), self.visit.id);
        if !visits::bind(tx, workspace, visit, contact.number, at)? {
            visits::reused(tx, workspace, &self.visit)?;
            let by_another = self.visit.contact != Some(contact.number);
            let body = EventBody::LinkReused { object, link: link.id, visit, by_another };
            journal.record(Some(contact.number), at, body)?;
            return Ok(None);
        }
        let body = EventBody::LinkVisit { object, link: link.id, visit, first: met };
        journal.record(Some(contact.number), at, body)?;
        self.complete_profile(journal, contact, at)?;
        effects::add_tags(journal, contact.number, &link.tags, Origin::Link(link.id), at)?;
        let bot = journal.bot();
        Ok(link.bots.iter().find(|entry| entry.bot == bot).and_then(|entry| entry.flow))
    }

    /// What the browser told stands where nothing was known, or less certain.
    fn complete_profile(&self, journal: &mut Journal<'_>, contact: &mut Contact, at: Millis) -> Result<()> {
        let mut profile = contact.profile.clone();
        for (known, told) in [(&mut profile.browser, &self.visit.browser), (&mut profile.os, &self.visit.os)]
        {
            if known.is_none() {
                known.clone_from(told);
            }
        }
        profile.learn_country(self.visit.country.as_deref(), self.visit.country_by_network);
        if profile == contact.profile {
            return Ok(());
        }
        contact.profile = profile;
        contacts::set_profile(journal.tx(), journal.bot(), contact)?;
        let body = EventBody::ProfileChanged { profile: contact.profile.clone() };
        journal.record(Some(contact.number), at, body)?;
        Ok(())
    }
}
