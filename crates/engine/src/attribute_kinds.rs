//! The attributes of a workspace with the kind of each, and giving one kind to one whose values are mixed.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::cells::{FileManner, Kind, Reading, Survey, written};
use domain::contact::AttributeValue;
use domain::ids::{BotId, ContactId, ContactNumber, WorkspaceId};
use domain::limits::IMPORT_BATCH_MAX;
use domain::time::Millis;
use store::{ReadTx, Store, WriteTx, bots, contacts, tags};

use crate::attributes::{self, AttributeChanges};
use crate::people::People;
use crate::{Clock, EngineError, Result, journal};

/// Values that cannot be read as the wanted kind, shown of all.
pub const MISFITS_SHOWN_MAX: usize = 20;

/// An attribute with its kind and how many people have a value of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeInUse {
    pub key: String,
    /// `None` where values of several kinds are mixed.
    pub kind: Option<Kind>,
    pub flags: u64,
    pub numbers: u64,
    /// Days are texts too.
    pub texts: u64,
}

/// What giving an attribute one kind does, or would do.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Unified {
    /// People who have a value.
    pub people: u64,
    /// Those whose value is written anew.
    pub changed: u64,
    /// Those whose value cannot be read as the kind.
    pub misfit_count: u64,
    pub misfits: Vec<(ContactId, AttributeValue)>,
}

/// The room.
#[derive(Clone)]
pub struct AttributeKinds {
    store: Store,
    clock: Arc<dyn Clock>,
    people: People,
}

/// What is to become of an attribute.
#[derive(Debug, Clone)]
pub struct Unify {
    pub key: String,
    pub kind: Kind,
    /// Take values away that cannot be read as the kind.
    pub drop_misfits: bool,
    /// Only tell what would be.
    pub dry_run: bool,
}

impl AttributeKinds {
    pub fn new(store: Store, clock: Arc<dyn Clock>, people: People) -> Self {
        Self { store, clock, people }
    }

    /// All attributes by key, counted over everybody.
    ///
    /// # Errors
    /// The database failed.
    pub async fn list(&self, workspace: WorkspaceId) -> Result<Vec<AttributeInUse>> {
        let read = self.store.reader().read(move |tx| {
            let bots: Vec<BotId> = bots::list(tx, workspace)?.into_iter().map(|bot| bot.id).collect();
            Ok::<_, EngineError>((bots, tags::attribute_kinds(tx, workspace)?))
        });
        let (bots, kinds) = read.await?;
        let mut counts: BTreeMap<String, [u64; 3]> = BTreeMap::new();
        for bot in bots {
            for (key, found) in self.people.latest(bot).await?.index.attribute_counts() {
                let sums = counts.entry(key).or_default();
                sums.iter_mut().zip(found).for_each(|(sum, count)| *sum += count);
            }
        }
        let shown = kinds.into_iter().map(|(key, kind)| {
            let [flags, numbers, texts] = counts.get(&key).copied().unwrap_or_default();
            AttributeInUse { key, kind, flags, numbers, texts }
        });
        Ok(shown.collect())
    }

    /// Gives an attribute one kind: every value is written anew as one of it.
    ///
    /// # Errors
    /// There is no such attribute; some values cannot be read as the kind and are not to be dropped.
    pub async fn unify(&self, workspace: WorkspaceId, wanted: Unify) -> Result<Unified> {
        let asked = wanted.clone();
        let (told, reading, work) = self.store.reader().read(move |tx| look(tx, workspace, &asked)).await?;
        if wanted.dry_run {
            return Ok(told);
        }
        if told.misfit_count > 0 && !wanted.drop_misfits {
            let message = format!(
                "{} people have a value that is none of {}; drop_misfits takes those away",
                told.misfit_count,
                wanted.kind.plural()
            );
            return Err(EngineError::field("/kind", "misfits", message));
        }
        let (key, kind) = (wanted.key.clone(), wanted.kind);
        // From here on no value of another kind comes in.
        self.store
            .write(move |tx| Ok::<_, EngineError>(tags::set_attribute_kind(tx, workspace, &key, Some(kind))?))
            .await?;
        for (bot, numbers) in work {
            for part in numbers.chunks(IMPORT_BATCH_MAX) {
                let (part, key, now) = (part.to_vec(), wanted.key.clone(), self.clock.now());
                self.store.write(move |tx| rewrite(tx, workspace, bot, &part, &key, reading, now)).await?;
            }
        }
        Ok(told)
    }
}

/// Whose values are to be written anew, by bot.
type Work = Vec<(BotId, Vec<ContactNumber>)>;

/// Looks all values over: how they are read, what becomes of them, and whose change.
fn look(tx: &ReadTx<'_>, workspace: WorkspaceId, wanted: &Unify) -> Result<(Unified, Reading, Work)> {
    let known = tags::attribute_kind(tx, workspace, &wanted.key)?;
    known.ok_or(EngineError::NotFound("attribute"))?;
    let bots: Vec<BotId> = bots::list(tx, workspace)?.into_iter().map(|bot| bot.id).collect();
    let mut survey = Survey::default();
    for bot in &bots {
        contacts::each(tx, *bot, |contact| {
            if let Some(value) = contact.attributes.get(&wanted.key) {
                survey.add(written(value).trim());
            }
            Ok(true)
        })?;
    }
    let mut manner = FileManner::new(false);
    manner.add(&survey);
    let reading = survey.decide(Some(wanted.kind), &manner);
    let (mut told, mut work) = (Unified::default(), Work::new());
    for bot in bots {
        let mut numbers = Vec::new();
        contacts::each(tx, bot, |contact| {
            let Some(value) = contact.attributes.get(&wanted.key) else { return Ok(true) };
            told.people += 1;
            match reread(reading, value) {
                Some(after) if after == *value => return Ok(true),
                Some(_) => told.changed += 1,
                None => {
                    told.misfit_count += 1;
                    if told.misfits.len() < MISFITS_SHOWN_MAX {
                        told.misfits.push((ContactId::new(bot, contact.number), value.clone()));
                    }
                }
            }
            numbers.push(contact.number);
            Ok(true)
        })?;
        work.push((bot, numbers));
    }
    Ok((told, reading, work))
}

/// A value as one of the kind, by the manner in which the texts are written.
fn reread(reading: Reading, value: &AttributeValue) -> Option<AttributeValue> {
    match value {
        AttributeValue::Text(text) => reading.read(text.trim()).ok(),
        other => reading.kind.take(other.clone()).ok(),
    }
}

fn rewrite(
    tx: &WriteTx<'_>,
    workspace: WorkspaceId,
    bot: BotId,
    numbers: &[ContactNumber],
    key: &str,
    reading: Reading,
    now: Millis,
) -> Result<()> {
    journal::append(tx, bot, |journal| {
        for number in numbers {
            let Some(mut contact) = contacts::get(tx, bot, *number)? else { continue };
            let Some(value) = contact.attributes.get(key) else { continue };
            let changes = AttributeChanges::from([(key.to_owned(), reread(reading, value))]);
            attributes::apply(journal, workspace, &mut contact, changes, "", now)?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use domain::contact::AttributeValue::{Bool, Number, Text};

    use super::*;
    use crate::test_house::House;

    /// People with values of an attribute that came in before attributes had kinds.
    async fn with_values(house: &House, values: &[AttributeValue]) -> Vec<ContactId> {
        let mut people = Vec::new();
        for (id, value) in (1..).zip(values) {
            let person = house.person(id, "P", 1).await;
            let (workspace, value) = (house.workspace, value.clone());
            house
                .write(move |tx| {
                    let mut contact = contacts::get(tx, person.bot(), person.number())?.unwrap();
                    journal::append(tx, person.bot(), |journal| {
                        let changes = AttributeChanges::from([("spent".to_owned(), Some(value))]);
                        attributes::apply(journal, workspace, &mut contact, changes, "", 1)
                    })?;
                    Ok(tags::set_attribute_kind(tx, workspace, "spent", None)?)
                })
                .await;
            people.push(person);
        }
        people
    }

    async fn values(house: &House, people: &[ContactId]) -> Vec<Option<AttributeValue>> {
        let mut values = Vec::new();
        for person in people {
            values.push(house.row(*person).await.attributes.get("spent").cloned());
        }
        values
    }

    #[tokio::test]
    async fn mixed_kinds_are_shown_and_unified() {
        let house = House::new().await;
        let room = AttributeKinds::new(house.store.clone(), house.clock(), house.people.clone());
        let mixed =
            [Text("19,90".into()), Number(7.0), Text("n/a".into()), Text("1.000,50".into()), Bool(true)];
        let people = with_values(&house, &mixed).await;
        let listed = room.list(house.workspace).await.unwrap();
        let shown = AttributeInUse { key: "spent".into(), kind: None, flags: 1, numbers: 1, texts: 3 };
        assert_eq!(listed, [shown]);

        let wanted = Unify { key: "spent".into(), kind: Kind::Number, drop_misfits: false, dry_run: true };
        let told = room.unify(house.workspace, wanted.clone()).await.unwrap();
        assert_eq!((told.people, told.changed, told.misfit_count), (5, 2, 2));
        assert_eq!(told.misfits, [(people[2], Text("n/a".into())), (people[4], Bool(true))]);
        assert_eq!(values(&house, &people).await, mixed.map(Some), "a look changes nothing");
        let refused = room.unify(house.workspace, Unify { dry_run: false, ..wanted.clone() }).await;
        assert!(matches!(refused, Err(EngineError::Invalid(faults)) if faults[0].code == "misfits"));

        let order = Unify { drop_misfits: true, dry_run: false, ..wanted };
        room.unify(house.workspace, order.clone()).await.unwrap();
        let after = [Some(Number(19.9)), Some(Number(7.0)), None, Some(Number(1000.5)), None];
        assert_eq!(values(&house, &people).await, after);
        let listed = room.list(house.workspace).await.unwrap();
        let shown =
            AttributeInUse { key: "spent".into(), kind: Some(Kind::Number), flags: 0, numbers: 3, texts: 0 };
        assert_eq!(listed, [shown], "the index learnt it from the log");
        let again = room.unify(house.workspace, order).await.unwrap();
        assert_eq!((again.changed, again.misfit_count), (0, 0));

        let (other, _, _) = house.neighbour().await;
        let foreign = Unify { key: "spent".into(), kind: Kind::Text, drop_misfits: false, dry_run: false };
        assert_eq!(room.unify(other, foreign).await, Err(EngineError::NotFound("attribute")));
    }
}
