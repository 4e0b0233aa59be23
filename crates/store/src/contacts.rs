//! Contacts, their tags and attributes.

use std::collections::{BTreeMap, HashSet};

use domain::contact::{Attributes, Profile, Reachability, Source};
use domain::event::Origin;
use domain::ids::{BotId, ContactNumber, TagId};
use domain::message::seen;
use domain::time::Millis;

use crate::bulk::{self, Kind};
use crate::search::{self, Search};
use crate::sql::{Row, json, params};
use crate::{Param, ReadTx, Result, StoreError, WriteTx};

/// What stands in the place of an erased person's name.
const ERASED_NAME: &str = "Erased";

/// A contact as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Contact {
    pub number: ContactNumber,
    /// After erasing: a keyed hash, so that an opt-out survives.
    pub telegram_id: i64,
    pub profile: Profile,
    pub source: Source,
    pub attributes: Attributes,
    pub reachability: Reachability,
    pub first_seen: Millis,
    /// The latest time of all interactions, whatever the order they arrive in.
    pub last_interaction: Option<Millis>,
    /// An import's `last_interaction`, which counts as one interaction at that time.
    pub imported_interaction: Option<Millis>,
    pub erased: bool,
}

impl Contact {
    /// What is seen of first and last name, else the username, else the Telegram id.
    pub fn name(&self) -> String {
        if self.erased {
            return ERASED_NAME.into();
        }
        display_name(&self.profile, self.telegram_id)
    }
}

fn display_name(profile: &Profile, telegram_id: i64) -> String {
    let parts = [profile.first_name.as_deref(), profile.last_name.as_deref()];
    let name = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    match (seen(&name), &profile.username) {
        (Some(name), _) => name,
        (None, Some(username)) => format!("@{username}"),
        (None, None) => telegram_id.to_string(),
    }
}

const COLUMNS: &str = "number, telegram_id, profile, source, attributes, blocked, deactivated, opted_out, \
     first_seen, last_interaction, imported_interaction, erased, no_chat";

const PEOPLE: bulk::Into = bulk::Into {
    table: "contacts",
    columns: &[
        ("bot_id", Kind::Whole),
        ("number", Kind::Whole),
        ("telegram_id", Kind::Whole),
        ("profile", Kind::Text),
        ("name", Kind::Text),
        ("username", Kind::Text),
        ("source", Kind::Text),
        ("attributes", Kind::Text),
        ("blocked", Kind::Whole),
        ("deactivated", Kind::Whole),
        ("opted_out", Kind::Whole),
        ("first_seen", Kind::Whole),
        ("last_interaction", Kind::Whole),
        ("imported_interaction", Kind::Whole),
        ("erased", Kind::Whole),
        ("no_chat", Kind::Text),
        ("search", Kind::Text),
    ],
};
const TAGS: bulk::Into = bulk::Into {
    table: "contact_tags",
    columns: &[
        ("bot_id", Kind::Whole),
        ("contact", Kind::Whole),
        ("tag_id", Kind::Whole),
        ("added_at", Kind::Whole),
        ("origin", Kind::Text),
    ],
};

fn read(row: &Row<'_>) -> Result<Contact> {
    Ok(Contact {
        number: row.get(0)?,
        telegram_id: row.get(1)?,
        profile: json(row, 2)?,
        source: json(row, 3)?,
        attributes: json(row, 4)?,
        reachability: Reachability {
            blocked: row.get(5)?,
            deactivated: row.get(6)?,
            no_chat: row.get(12)?,
            opted_out: row.get(7)?,
        },
        first_seen: row.get(8)?,
        last_interaction: row.get(9)?,
        imported_interaction: row.get(10)?,
        erased: row.get(11)?,
    })
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| StoreError::Database(e.to_string()))
}

/// A contact's columns that are made of more than one value, or of none that a database knows.
struct Texts {
    profile: String,
    name: String,
    source: String,
    attributes: String,
    search: String,
}

impl Texts {
    fn of(contact: &Contact) -> Result<Self> {
        let name = contact.name();
        Ok(Self {
            profile: to_json(&contact.profile)?,
            search: search::of_person(&name, contact.profile.username.as_deref()),
            name,
            source: to_json(&contact.source)?,
            attributes: to_json(&contact.attributes)?,
        })
    }
}

/// The values of a contact's whole row, in the order of its columns.
fn values<'a>(bot: BotId, contact: &'a Contact, texts: &'a Texts) -> [Param<'a>; 17] {
    [
        bot.into(),
        contact.number.into(),
        contact.telegram_id.into(),
        texts.profile.as_str().into(),
        texts.name.as_str().into(),
        contact.profile.username.as_deref().into(),
        texts.source.as_str().into(),
        texts.attributes.as_str().into(),
        contact.reachability.blocked.into(),
        contact.reachability.deactivated.into(),
        contact.reachability.opted_out.into(),
        contact.first_seen.into(),
        contact.last_interaction.into(),
        contact.imported_interaction.into(),
        contact.erased.into(),
        contact.reachability.no_chat.into(),
        texts.search.as_str().into(),
    ]
}

/// Adds a person. The number comes from the bot's locked row.
pub fn insert(tx: &WriteTx<'_>, bot: BotId, contact: &Contact) -> Result<()> {
    let texts = Texts::of(contact)?;
    tx.run_unique(
        "this person",
        "INSERT INTO contacts (bot_id, number, telegram_id, profile, name, username, source, attributes, blocked, \
         deactivated, opted_out, first_seen, last_interaction, imported_interaction, erased, no_chat, search) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        &values(bot, contact, &texts),
    )?;
    Ok(())
}

/// Adds people who are not there yet, many at once.
pub fn insert_all(tx: &WriteTx<'_>, bot: BotId, people: &[Contact]) -> Result<()> {
    let texts = people.iter().map(Texts::of).collect::<Result<Vec<_>>>()?;
    let rows: Vec<_> = people.iter().zip(&texts).map(|(one, texts)| values(bot, one, texts)).collect();
    bulk::insert(tx, &PEOPLE, &rows)
}

/// Changes what Telegram, links and imports tell of a person, and the name that follows from it. Nothing else is
/// written: the rest of `contact` may be older than its row.
pub fn set_profile(tx: &WriteTx<'_>, bot: BotId, contact: &Contact) -> Result<()> {
    let (profile, name) = (to_json(&contact.profile)?, contact.name());
    let username = contact.profile.username.as_deref();
    let search = search::of_person(&name, username);
    tx.run(
        "UPDATE contacts SET profile = $3, name = $4, username = $5, search = $6 WHERE bot_id = $1 AND number = $2",
        params![bot, contact.number, profile.as_str(), name.as_str(), username, search.as_str()],
    )?;
    Ok(())
}

/// Changes a person's attributes: all of them are given.
pub fn set_attributes(
    tx: &WriteTx<'_>,
    bot: BotId,
    number: ContactNumber,
    attributes: &Attributes,
) -> Result<()> {
    let attributes = to_json(attributes)?;
    tx.run(
        "UPDATE contacts SET attributes = $3 WHERE bot_id = $1 AND number = $2",
        params![bot, number, attributes.as_str()],
    )?;
    Ok(())
}

/// Changes whether a person can be written to.
pub fn set_reachability(
    tx: &WriteTx<'_>,
    bot: BotId,
    number: ContactNumber,
    reachability: Reachability,
) -> Result<()> {
    let Reachability { blocked, deactivated, no_chat, opted_out } = reachability;
    tx.run(
        "UPDATE contacts SET blocked = $3, deactivated = $4, opted_out = $5, no_chat = $6 \
         WHERE bot_id = $1 AND number = $2",
        params![bot, number, blocked, deactivated, opted_out, no_chat],
    )?;
    Ok(())
}

/// Changes where a person came from and when they were first seen.
pub fn set_beginning(
    tx: &WriteTx<'_>,
    bot: BotId,
    number: ContactNumber,
    source: &Source,
    first_seen: Millis,
) -> Result<()> {
    let source = to_json(source)?;
    tx.run(
        "UPDATE contacts SET source = $3, first_seen = $4 WHERE bot_id = $1 AND number = $2",
        params![bot, number, source.as_str(), first_seen],
    )?;
    Ok(())
}

/// Blanks an erased person's row: who it was, where they came from, what was noted of them. `hashed` takes the Telegram
/// id's place. What they had forbidden, when they came and when they were last here stay.
pub fn blank(tx: &WriteTx<'_>, bot: BotId, number: ContactNumber, hashed: i64) -> Result<()> {
    tx.run(
        "UPDATE contacts SET telegram_id = $3, profile = '{}', name = $4, username = NULL, source = '{}', \
         attributes = '{}', search = '', topic = NULL, erased = 1 WHERE bot_id = $1 AND number = $2",
        params![bot, number, hashed, ERASED_NAME],
    )?;
    Ok(())
}

/// Moves `last_interaction` forward; an older time changes nothing.
pub fn touch(tx: &WriteTx<'_>, bot: BotId, number: ContactNumber, at: Millis) -> Result<()> {
    tx.run(
        "UPDATE contacts SET last_interaction = $3 WHERE bot_id = $1 AND number = $2 \
         AND (last_interaction IS NULL OR last_interaction < $3)",
        params![bot, number, at],
    )?;
    Ok(())
}

/// As [`touch`], by what somebody wrote or pressed: the topic in which they did is where they are to be answered.
pub fn touch_in(
    tx: &WriteTx<'_>,
    bot: BotId,
    number: ContactNumber,
    at: Millis,
    topic: Option<i64>,
) -> Result<()> {
    tx.run(
        "UPDATE contacts SET last_interaction = $3, topic = $4 WHERE bot_id = $1 AND number = $2 \
         AND (last_interaction IS NULL OR last_interaction <= $3)",
        params![bot, number, at, topic],
    )?;
    Ok(())
}

/// The topic in which somebody wrote or pressed last; none for the chat's general part.
pub fn topic(tx: &ReadTx<'_>, bot: BotId, number: ContactNumber) -> Result<Option<i64>> {
    let found = tx.row(
        "SELECT topic FROM contacts WHERE bot_id = $1 AND number = $2",
        params![bot, number],
        |row| row.get(0),
    )?;
    Ok(found.flatten())
}

/// Forgets a topic that is gone, where the person was not in another since.
pub fn leave_topic(tx: &WriteTx<'_>, bot: BotId, number: ContactNumber, topic: i64) -> Result<()> {
    tx.run(
        "UPDATE contacts SET topic = NULL WHERE bot_id = $1 AND number = $2 AND topic = $3",
        params![bot, number, topic],
    )?;
    Ok(())
}

/// One person by number.
pub fn get(tx: &ReadTx<'_>, bot: BotId, number: ContactNumber) -> Result<Option<Contact>> {
    let sql = format!("SELECT {COLUMNS} FROM contacts WHERE bot_id = $1 AND number = $2");
    tx.row(&sql, params![bot, number], read)
}

/// One person by Telegram id.
pub fn by_telegram_id(tx: &ReadTx<'_>, bot: BotId, telegram_id: i64) -> Result<Option<Contact>> {
    let sql = format!("SELECT {COLUMNS} FROM contacts WHERE bot_id = $1 AND telegram_id = $2");
    tx.row(&sql, params![bot, telegram_id], read)
}

/// People by number, in the order of the numbers; unknown numbers are left out.
pub fn by_numbers(tx: &ReadTx<'_>, bot: BotId, numbers: &[u32]) -> Result<Vec<Contact>> {
    let mut found = Vec::with_capacity(numbers.len());
    for number in numbers {
        found.extend(get(tx, bot, ContactNumber(*number))?);
    }
    Ok(found)
}

/// Which of some Telegram ids are people of the bot.
pub fn known(tx: &ReadTx<'_>, bot: BotId, telegram_ids: &[i64]) -> Result<HashSet<i64>> {
    let one = "SELECT telegram_id FROM contacts WHERE bot_id = $1 AND telegram_id = $2";
    let all = "SELECT telegram_id FROM UNNEST($1::BIGINT[], $2::BIGINT[]) AS wanted (bot_id, telegram_id) \
               JOIN contacts USING (bot_id, telegram_id)";
    bulk::found(tx, one, all, bot, telegram_ids)
}

/// Every person, in order of numbers.
pub fn each(tx: &ReadTx<'_>, bot: BotId, mut visit: impl FnMut(Contact) -> Result<bool>) -> Result<()> {
    let sql = format!("SELECT {COLUMNS} FROM contacts WHERE bot_id = $1 ORDER BY number");
    tx.each(&sql, params![bot], |row| visit(read(row)?))
}

/// The order of a list of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Latest interaction first; those who never did come last.
    Recent,
    /// Latest to be met first: the highest number.
    FirstSeen,
    /// By name.
    Name,
}

/// Where a page of people begins: after this key and number.
#[derive(Debug, Clone, PartialEq)]
pub struct After {
    pub key: String,
    pub number: ContactNumber,
}

/// People in an order, from a place on, until `visit` answers false. Each word of `q` is searched in name and
/// username (with or without its `@`), in any order and whatever its case and accents; a number also as a Telegram id. With each comes the key that [`After`] wants.
pub fn each_in_order(
    tx: &ReadTx<'_>,
    bot: BotId,
    order: Order,
    after: Option<&After>,
    q: &str,
    mut visit: impl FnMut(ContactNumber, String) -> Result<bool>,
) -> Result<()> {
    // -1 stands for "never", below every time.
    let (key, direction, compare) = match order {
        Order::Recent => ("COALESCE(last_interaction, -1)", "DESC", "<"),
        Order::FirstSeen => ("number", "DESC", "<"),
        Order::Name => ("name", "ASC", ">"),
    };
    let search = Search::of(q);
    let found = search.condition(6, |word| word.within_names("search"));
    let telegram_id = q.trim().parse::<i64>().unwrap_or(-1);
    let sql = format!(
        "SELECT number, {key} FROM contacts WHERE bot_id = $1 AND (({found}) OR telegram_id = $2) \
         AND ($3 = 0 OR {key} {compare} $4 OR ({key} = $4 AND number {compare} $5)) \
         ORDER BY {key} {direction}, number {direction}"
    );
    let has_after = i64::from(after.is_some());
    let number = after.map_or(0, |after| i64::from(after.number.0));
    let text = after.map(|after| after.key.clone()).unwrap_or_default();
    let place = match order {
        Order::Name => Param::Text(&text),
        Order::Recent | Order::FirstSeen => Param::Int(text.parse().unwrap_or(0)),
    };
    let mut args = vec![bot.into(), telegram_id.into(), has_after.into(), place, number.into()];
    args.extend(search.patterns().map(Param::Text));
    tx.each(&sql, &args, |row| {
        let key = match order {
            Order::Name => row.get::<String>(1)?,
            Order::Recent | Order::FirstSeen => row.get::<i64>(1)?.to_string(),
        };
        visit(row.get(0)?, key)
    })
}

/// A tag that a person has.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactTag {
    pub tag: TagId,
    pub added_at: Millis,
    pub origin: Origin,
}

/// The tags of one person, latest first.
pub fn tags(tx: &ReadTx<'_>, bot: BotId, number: ContactNumber) -> Result<Vec<ContactTag>> {
    tx.rows(
        "SELECT tag_id, added_at, origin FROM contact_tags WHERE bot_id = $1 AND contact = $2 \
         ORDER BY added_at DESC, tag_id",
        params![bot, number],
        |row| Ok(ContactTag { tag: row.get(0)?, added_at: row.get(1)?, origin: json(row, 2)? }),
    )
}

/// Every tag of every person.
pub fn each_tag(
    tx: &ReadTx<'_>,
    bot: BotId,
    mut visit: impl FnMut(ContactNumber, TagId, Millis),
) -> Result<()> {
    tx.each(
        "SELECT contact, tag_id, added_at FROM contact_tags WHERE bot_id = $1 ORDER BY contact, tag_id",
        params![bot],
        |row| {
            visit(row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(true)
        },
    )
}

/// When a person got a tag.
pub fn tag_added_at(
    tx: &ReadTx<'_>,
    bot: BotId,
    number: ContactNumber,
    tag: TagId,
) -> Result<Option<Millis>> {
    tx.row(
        "SELECT added_at FROM contact_tags WHERE bot_id = $1 AND contact = $2 AND tag_id = $3",
        params![bot, number, tag],
        |row| row.get(0),
    )
}

/// Applies a tag; false when the person has it already.
pub fn add_tag(
    tx: &WriteTx<'_>,
    bot: BotId,
    number: ContactNumber,
    tag: TagId,
    at: Millis,
    origin: Origin,
) -> Result<bool> {
    let origin = to_json(&origin)?;
    let added = tx.run(
        "INSERT INTO contact_tags (bot_id, contact, tag_id, added_at, origin) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT DO NOTHING",
        params![bot, number, tag, at, origin.as_str()],
    )?;
    Ok(added == 1)
}

/// Applies tags to people who do not have them yet, many at once.
pub fn insert_tags(
    tx: &WriteTx<'_>,
    bot: BotId,
    tags: &[(ContactNumber, TagId)],
    at: Millis,
    origin: Origin,
) -> Result<()> {
    let origin = to_json(&origin)?;
    let row = |(number, tag): &(ContactNumber, TagId)| {
        [bot.into(), (*number).into(), (*tag).into(), at.into(), origin.as_str().into()]
    };
    let rows: Vec<[Param<'_>; 5]> = tags.iter().map(row).collect();
    bulk::insert(tx, &TAGS, &rows)
}

/// Takes a tag away; false when the person did not have it.
pub fn remove_tag(tx: &WriteTx<'_>, bot: BotId, number: ContactNumber, tag: TagId) -> Result<bool> {
    let removed = tx.run(
        "DELETE FROM contact_tags WHERE bot_id = $1 AND contact = $2 AND tag_id = $3",
        params![bot, number, tag],
    )?;
    Ok(removed == 1)
}

/// Everyone with a tag, in order of numbers.
pub fn with_tag(tx: &ReadTx<'_>, bot: BotId, tag: TagId) -> Result<Vec<ContactNumber>> {
    tx.rows(
        "SELECT contact FROM contact_tags WHERE bot_id = $1 AND tag_id = $2 ORDER BY contact",
        params![bot, tag],
        |row| row.get(0),
    )
}

/// How many people each origin gave a tag to: by tag, then by the origin's name.
pub fn tag_origins(tx: &ReadTx<'_>, bot: BotId) -> Result<BTreeMap<TagId, BTreeMap<String, i64>>> {
    let mut all: BTreeMap<TagId, BTreeMap<String, i64>> = BTreeMap::new();
    tx.each(
        "SELECT tag_id, origin, COUNT(*) FROM contact_tags WHERE bot_id = $1 GROUP BY tag_id, origin",
        params![bot],
        |row| {
            let origin: serde_json::Value = json(row, 1)?;
            let by = origin["by"].as_str().unwrap_or("unknown").to_string();
            *all.entry(row.get(0)?).or_default().entry(by).or_default() += row.get::<i64>(2)?;
            Ok(true)
        },
    )?;
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_which_nothing_is_seen_gives_way_and_none_turns_the_line() {
        let named = |first: &str, username: Option<&str>| {
            let profile = Profile {
                first_name: Some(first.into()),
                username: username.map(str::to_owned),
                ..Profile::default()
            };
            display_name(&profile, 7)
        };
        for blank in ["", " ", "\u{3164}", "\u{200b}\u{200d}", "\u{202e}"] {
            assert_eq!(named(blank, None), "7", "{blank:?}");
            assert_eq!(named(blank, Some("ada")), "@ada", "{blank:?}");
        }
        assert_eq!(named("\u{202e}abc", None), "abc");
        assert_eq!(named("👩\u{200d}👧", None), "👩\u{200d}👧");
    }
}
