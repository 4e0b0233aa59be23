//! The saved test group of a bot: a few people who are shown a message before many get it.

use std::collections::BTreeSet;

use domain::ids::{BotId, ContactId, ContactNumber, WorkspaceId};
use domain::limits::TEST_CONTACTS_MAX;
use store::{ReadTx, bots, contacts, testers};

use super::Campaigns;
use crate::{EngineError, Result};

/// Somebody of the test group.
#[derive(Debug, Clone, PartialEq)]
pub struct Tester {
    pub contact: ContactId,
    pub telegram_id: i64,
    /// First and last name, else the username, else the Telegram id.
    pub name: String,
    pub username: Option<String>,
    /// Why they cannot be written to now; none where they can.
    pub unreachable: Option<&'static str>,
}

impl Campaigns {
    /// Who is in a bot's test group.
    ///
    /// # Errors
    /// There is no such bot here.
    pub async fn testers(&self, workspace: WorkspaceId, bot: BotId) -> Result<Vec<Tester>> {
        self.store.reader().read(move |tx| shown(tx, workspace, bot)).await
    }

    /// Puts these people in the test group, and nobody else.
    ///
    /// # Errors
    /// There is no such bot here; too many are named, or somebody who is none of its people.
    pub async fn set_testers(
        &self,
        workspace: WorkspaceId,
        bot: BotId,
        people: Vec<ContactId>,
    ) -> Result<Vec<Tester>> {
        self.store
            .write(move |tx| {
                bots::get(tx, workspace, bot)?.ok_or(EngineError::NotFound("bot"))?;
                let mut numbers = BTreeSet::new();
                for (place, id) in people.into_iter().enumerate() {
                    let found = if id.bot() == bot { contacts::get(tx, bot, id.number())? } else { None };
                    let known = found.filter(|contact| !contact.erased).ok_or_else(|| {
                        let path = format!("/contacts/{place}");
                        EngineError::field(path, "unknown_contact", "this bot has no such contact")
                    })?;
                    numbers.insert(known.number);
                }
                if numbers.len() > TEST_CONTACTS_MAX {
                    let message = format!("must name at most {TEST_CONTACTS_MAX} people");
                    return Err(EngineError::field("/contacts", "too_many", message));
                }
                let numbers: Vec<ContactNumber> = numbers.into_iter().collect();
                testers::replace(tx, bot, &numbers)?;
                shown(tx, workspace, bot)
            })
            .await
    }
}

fn shown(tx: &ReadTx<'_>, workspace: WorkspaceId, bot: BotId) -> Result<Vec<Tester>> {
    bots::get(tx, workspace, bot)?.ok_or(EngineError::NotFound("bot"))?;
    let mut people = Vec::new();
    for number in testers::list(tx, bot)? {
        let Some(contact) = contacts::get(tx, bot, number)? else { continue };
        people.push(Tester {
            contact: ContactId::new(bot, number),
            telegram_id: contact.telegram_id,
            name: contact.name(),
            username: contact.profile.username,
            unreachable: contact.reachability.unreachable_reason(),
        });
    }
    Ok(people)
}
