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

#[cfg(test)]
mod tests {
    use store::outbox;

    use super::super::trial::Trial;
    use super::super::{NewCampaign, TrialOrder};
    use super::*;
    use crate::contacts::Contacts;
    use crate::journal::{self, Reach};
    use crate::test_house::{House, NOW};

    fn room(house: &House) -> Campaigns {
        let (store, secrets) = (house.store.clone(), house.secrets.clone());
        Campaigns::new(store, secrets, house.clock(), house.people.clone(), "http://localhost:8080")
    }

    fn named(testers: &[Tester]) -> Vec<(&str, Option<&'static str>)> {
        testers.iter().map(|tester| (tester.name.as_str(), tester.unreachable)).collect()
    }

    fn fault<T: std::fmt::Debug>(answer: Result<T>) -> (String, &'static str) {
        match answer {
            Err(EngineError::Invalid(faults)) => (faults[0].path.clone(), faults[0].code),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_test_group_is_the_bots_own_and_forgets_who_is_erased() {
        let house = House::new().await;
        let room = room(&house);
        let (here, bot) = (house.workspace, house.bot);
        let (ada, bob) = (house.person(1, "Ada", 1).await, house.person(2, "Bob", 1).await);
        assert_eq!(room.testers(here, bot).await.unwrap(), []);
        let saved = room.set_testers(here, bot, vec![bob, ada, bob]).await.unwrap();
        assert_eq!(named(&saved), [("Ada", None), ("Bob", None)], "each once");
        house
            .write(move |tx| {
                let mut contact = contacts::get(tx, bot, bob.number())?.unwrap();
                journal::append(tx, bot, |journal| {
                    journal.set_reachability(&mut contact, NOW, Reach::Blocked)
                })
            })
            .await;
        let testers = room.testers(here, bot).await.unwrap();
        assert_eq!(
            named(&testers),
            [("Ada", None), ("Bob", Some("blocked"))],
            "and says who cannot be reached"
        );
        let people =
            Contacts::new(house.store.clone(), house.secrets.clone(), house.clock(), house.people.clone());
        people.erase(here, ada).await.unwrap();
        assert_eq!(named(&room.testers(here, bot).await.unwrap()), [("Bob", Some("blocked"))]);
        assert_eq!(
            fault(room.set_testers(here, bot, vec![ada]).await),
            ("/contacts/0".into(), "unknown_contact")
        );
        let (there, foreign, _) = house.neighbour().await;
        let eve = house.person_of(foreign, 9, "Eve", 1).await;
        let refused = room.set_testers(here, bot, vec![bob, eve]).await;
        assert_eq!(fault(refused), ("/contacts/1".into(), "unknown_contact"), "another bot's person");
        for answer in [room.testers(there, bot).await, room.set_testers(there, bot, vec![bob]).await] {
            assert_eq!(answer, Err(EngineError::NotFound("bot")), "another workspace's group");
        }
        assert_eq!(room.set_testers(here, bot, Vec::new()).await.unwrap(), [], "none empties it");
    }

    #[tokio::test]
    async fn a_test_goes_to_everybody_who_is_meant_once() {
        let house = House::new().await;
        let room = room(&house);
        let (here, bot) = (house.workspace, house.bot);
        let mut people = Vec::new();
        for number in 1..=3 {
            people.push(house.person(number, "P", 1).await);
        }
        let new = NewCampaign {
            bot,
            name: "Issue".into(),
            audience: serde_json::json!({"all": []}),
            message: serde_json::json!({"text": "Hi"}),
            held_out_percent: 0.0,
            created_by: None,
        };
        let campaign = room.create(here, new).await.unwrap().campaign.id;
        let secrets = house.secrets.clone();
        let trial = async |order: TrialOrder| {
            let secrets = secrets.clone();
            let queue = house.store.write(move |tx| {
                let url = "http://localhost:8080";
                Trial { workspace: here, campaign, secrets: &secrets, public_url: url, now: NOW }
                    .queue(tx, order)
            });
            queue.await
        };
        let group = TrialOrder { group: true, ..TrialOrder::default() };
        assert_eq!(fault(trial(group.clone()).await), ("/group".into(), "empty_group"));
        room.set_testers(here, bot, vec![people[0], people[1]]).await.unwrap();
        // Unsorted, twice, and in the group as well.
        let order = TrialOrder { contacts: vec![people[2], people[0], people[2], people[0]], ..group };
        let (_, queued) = trial(order).await.unwrap();
        let to: Vec<ContactId> = queued.iter().map(|(contact, _)| *contact).collect();
        assert_eq!(to, [people[2], people[0], people[1]]);
        for person in people {
            let read = house
                .store
                .reader()
                .read(move |tx| outbox::of_contact(tx, bot, person.number(), i64::MAX, 9));
            assert_eq!(read.await.unwrap().len(), 1);
        }
    }
}
