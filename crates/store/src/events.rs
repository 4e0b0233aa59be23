//! The log: appended in order of its numbers, read from a number on.

use domain::event::{Event, EventBody, EventKind, object_key};
use domain::expression::EventWindow;
use domain::ids::{BotId, CampaignId, ContactNumber};
use domain::named::Named;
use domain::time::Millis;

use crate::bulk::{self, Kind};
use crate::sql::{Row, params};
use crate::{Param, ReadTx, Result, StoreError, WriteTx};

const LOG: bulk::Into = bulk::Into {
    table: "events",
    columns: &[
        ("bot_id", Kind::Whole),
        ("number", Kind::Whole),
        ("contact", Kind::Whole),
        ("at", Kind::Whole),
        ("kind", Kind::Text),
        ("object", Kind::Text),
        ("campaign", Kind::Whole),
        ("windows", Kind::Text),
        ("data", Kind::Text),
    ],
};
const SEEN: bulk::Into = bulk::Into {
    table: "updates_seen",
    columns: &[("bot_id", Kind::Whole), ("update_id", Kind::Whole), ("at", Kind::Whole)],
};

// The kinds that statements name.
pub(crate) const START: &str = EventKind::Start.into_str();
pub(crate) const MESSAGE: &str = EventKind::Message.into_str();
pub(crate) const COMMAND: &str = EventKind::Command.into_str();
pub(crate) const MESSAGE_EDITED: &str = EventKind::MessageEdited.into_str();
pub(crate) const REACTED: &str = EventKind::Reacted.into_str();
pub(crate) const RAW: &str = EventKind::Raw.into_str();
pub(crate) const INGEST_FAILED: &str = EventKind::IngestFailed.into_str();
const TAG_ADDED: &str = EventKind::TagAdded.into_str();
const ERASED: &str = EventKind::Erased.into_str();

/// What counted expressions count.
const COUNTED: [EventKind; 9] = [
    EventKind::Start,
    EventKind::Message,
    EventKind::Command,
    EventKind::Button,
    EventKind::Click,
    EventKind::Conversion,
    EventKind::Blocked,
    EventKind::Imported,
    EventKind::LinkVisit,
];

const COLUMNS: &str = "number, contact, at, windows, data";

fn read(row: &Row<'_>) -> Result<Event> {
    let windows: Option<String> = row.get(3)?;
    let data: String = row.get(4)?;
    let broken = |e: serde_json::Error| StoreError::Database(format!("an event cannot be read: {e}"));
    Ok(Event {
        number: row.get(0)?,
        contact: row.get(1)?,
        at: row.get(2)?,
        windows: windows.map_or(Ok(Vec::new()), |text| serde_json::from_str(&text)).map_err(broken)?,
        body: EventBody::decode(&data).map_err(broken)?,
    })
}

/// An event's columns that are made of more than one value.
struct Texts {
    windows: Option<String>,
    data: String,
}

impl Texts {
    fn of(event: &Event) -> Self {
        let some = !event.windows.is_empty();
        let windows = some.then(|| serde_json::to_string(&event.windows).unwrap_or_default());
        Self { windows, data: event.body.encode() }
    }
}

/// The values of a row of the log, in the order of [`LOG`].
fn values<'a>(bot: BotId, event: &'a Event, texts: &'a Texts) -> [Param<'a>; 9] {
    [
        bot.into(),
        event.number.into(),
        event.contact.into(),
        event.at.into(),
        event.body.kind().into(),
        event.body.object().into(),
        event.body.campaign().into(),
        texts.windows.as_deref().into(),
        texts.data.as_str().into(),
    ]
}

/// Appends one event. Its number comes from the bot's locked row.
pub fn append(tx: &WriteTx<'_>, bot: BotId, event: &Event) -> Result<()> {
    tx.run(
        "INSERT INTO events (bot_id, number, contact, at, kind, object, campaign, windows, data) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &values(bot, event, &Texts::of(event)),
    )?;
    Ok(())
}

/// Appends many events at once.
pub fn append_all(tx: &WriteTx<'_>, bot: BotId, events: &[Event]) -> Result<()> {
    let texts: Vec<Texts> = events.iter().map(Texts::of).collect();
    let rows: Vec<_> = events.iter().zip(&texts).map(|(event, texts)| values(bot, event, texts)).collect();
    bulk::insert(tx, &LOG, &rows)
}

/// Events above `after`, in order, at most `limit`.
pub fn after(tx: &ReadTx<'_>, bot: BotId, after: i64, limit: usize) -> Result<Vec<Event>> {
    let sql =
        format!("SELECT {COLUMNS} FROM events WHERE bot_id = $1 AND number > $2 ORDER BY number LIMIT $3");
    tx.rows(&sql, params![bot, after, limit as i64], read)
}

/// Every event that an index is built from: what counted expressions count, and the tags that campaigns gave.
pub fn each_counted(tx: &ReadTx<'_>, bot: BotId, mut visit: impl FnMut(&Event)) -> Result<()> {
    let sql = format!(
        "SELECT {COLUMNS} FROM events WHERE bot_id = $1 AND kind IN ('{}') \
         OR bot_id = $1 AND kind = '{TAG_ADDED}' AND campaign IS NOT NULL ORDER BY number",
        COUNTED.map(Named::name).join("', '")
    );
    tx.each(&sql, params![bot], |row| {
        visit(&read(row)?);
        Ok(true)
    })
}

/// Whether somebody was erased after an event.
pub fn has_erased_after(tx: &ReadTx<'_>, bot: BotId, after: i64) -> Result<bool> {
    let sql = format!("SELECT 1 FROM events WHERE bot_id = $1 AND number > $2 AND kind = '{ERASED}' LIMIT 1");
    Ok(tx.row(&sql, params![bot, after], |_| Ok(()))?.is_some())
}

/// One person's events, newest first, below `before`.
pub fn of_contact(
    tx: &ReadTx<'_>,
    bot: BotId,
    contact: ContactNumber,
    before: i64,
    limit: usize,
) -> Result<Vec<Event>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM events WHERE bot_id = $1 AND contact = $2 AND number < $3 \
         ORDER BY number DESC LIMIT $4"
    );
    tx.rows(&sql, params![bot, contact, before, limit as i64], read)
}

/// How a person changed what they had written: the latest changes, newest first.
pub fn edits_of_contact(
    tx: &ReadTx<'_>,
    bot: BotId,
    contact: ContactNumber,
    limit: usize,
) -> Result<Vec<Event>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM events WHERE bot_id = $1 AND contact = $2 AND kind = '{MESSAGE_EDITED}' \
         ORDER BY number DESC LIMIT $3"
    );
    tx.rows(&sql, params![bot, contact, limit as i64], read)
}

/// Every message, command and start of a person, oldest first.
pub fn each_said(
    tx: &ReadTx<'_>,
    bot: BotId,
    contact: ContactNumber,
    mut visit: impl FnMut(&EventBody),
) -> Result<()> {
    let sql = format!(
        "SELECT {COLUMNS} FROM events WHERE bot_id = $1 AND contact = $2 \
         AND kind IN ('{MESSAGE}', '{COMMAND}', '{START}') ORDER BY number"
    );
    tx.each(&sql, params![bot, contact], |row| {
        visit(&read(row)?.body);
        Ok(true)
    })
}

/// One person's events of some kinds from a moment on, in order.
pub fn since(
    tx: &ReadTx<'_>,
    bot: BotId,
    contact: ContactNumber,
    kinds: &[&str],
    from: Millis,
) -> Result<Vec<Event>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM events WHERE bot_id = $1 AND contact = $2 AND at >= $3 ORDER BY number"
    );
    let mut found = tx.rows(&sql, params![bot, contact, from], read)?;
    found.retain(|event| kinds.contains(&event.body.kind()));
    Ok(found)
}

/// One person's events of the given kind (and object) within a window: what a counted expression asks.
pub fn count_of_contact(
    tx: &ReadTx<'_>,
    bot: BotId,
    contact: ContactNumber,
    kinds: &[&str],
    object: Option<&str>,
    window: EventWindow,
) -> Result<u64> {
    let mut count = 0;
    tx.each(
        "SELECT kind, object FROM events WHERE bot_id = $1 AND contact = $2 AND at >= $3 AND at < $4",
        params![bot, contact, window.since.unwrap_or(i64::MIN), window.until.unwrap_or(i64::MAX)],
        |row| {
            let kind: String = row.get(0)?;
            let found: Option<String> = row.get(1)?;
            let is_object = |wanted: &str| {
                found.as_deref().is_some_and(|found| object_key(&kind, found) == object_key(&kind, wanted))
            };
            if kinds.contains(&kind.as_str()) && object.is_none_or(is_object) {
                count += 1;
            }
            Ok(true)
        },
    )?;
    Ok(count)
}

/// Whether an event of one person says what is asked, among those that are charged to a campaign.
pub fn any_charged(
    tx: &ReadTx<'_>,
    bot: BotId,
    contact: ContactNumber,
    campaign: CampaignId,
    is: impl Fn(&EventBody) -> bool,
) -> Result<bool> {
    let sql = format!("SELECT {COLUMNS} FROM events WHERE bot_id = $1 AND contact = $2 AND campaign = $3");
    let mut found = false;
    tx.each(&sql, params![bot, contact, campaign], |row| {
        found = is(&read(row)?.body);
        Ok(!found)
    })?;
    Ok(found)
}

/// How many events a bot's log has, and the number of its last.
pub fn extent(tx: &ReadTx<'_>, bot: BotId) -> Result<(i64, i64)> {
    let sql = "SELECT COUNT(*), COALESCE(MAX(number), 0) FROM events WHERE bot_id = $1";
    Ok(tx.row(sql, params![bot], |row| Ok((row.get(0)?, row.get(1)?)))?.unwrap_or((0, 0)))
}

/// Remembers an update id; false when it was seen before.
pub fn first_sight(tx: &WriteTx<'_>, bot: BotId, update_id: i64, at: Millis) -> Result<bool> {
    let inserted = tx.run(
        "INSERT INTO updates_seen (bot_id, update_id, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        params![bot, update_id, at],
    )?;
    Ok(inserted == 1)
}

/// As [`first_sight`] of many ids, each with the time of its arrival: of two that are the same, the first is new.
pub fn first_sights(tx: &WriteTx<'_>, bot: BotId, updates: &[(i64, Millis)]) -> Result<Vec<bool>> {
    if let [(id, at)] = updates {
        return Ok(vec![first_sight(tx, bot, *id, *at)?]);
    }
    let row = |(id, at): &(i64, Millis)| [bot.into(), (*id).into(), (*at).into()];
    let rows: Vec<[Param<'_>; 3]> = updates.iter().map(row).collect();
    bulk::insert_new(tx, &SEEN, &rows, 1)
}

/// Remembers a press; false when it is the person's last one on that message once more, less than `window` after it. The
/// window begins with the press that counted.
pub fn first_press(
    tx: &WriteTx<'_>,
    bot: BotId,
    contact: ContactNumber,
    (message_id, data): (i64, &str),
    at: Millis,
    window: Millis,
) -> Result<bool> {
    if !remember(tx, bot, contact, (message_id, data), at, at - window)? {
        return Ok(false);
    }
    // What was pressed before it is not the last any more: pressed again it is a press of its own.
    tx.run(
        "DELETE FROM presses_seen WHERE bot_id = $1 AND contact = $2 AND message_id = $3 AND data <> $4",
        params![bot, contact, message_id, data],
    )?;
    Ok(true)
}

/// False when the same is remembered from a moment after `before`.
fn remember(
    tx: &WriteTx<'_>,
    bot: BotId,
    contact: ContactNumber,
    (message_id, data): (i64, &str),
    at: Millis,
    before: Millis,
) -> Result<bool> {
    let counted = tx.run(
        "INSERT INTO presses_seen (bot_id, contact, message_id, data, at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (bot_id, contact, message_id, data) DO UPDATE SET at = excluded.at \
         WHERE presses_seen.at <= $6",
        params![bot, contact, message_id, data, at, before],
    )?;
    Ok(counted == 1)
}

/// Remembers a payment by the number that Telegram gave it; false when it was recorded before.
pub fn first_payment(tx: &WriteTx<'_>, bot: BotId, charge_id: &str, at: Millis) -> Result<bool> {
    let sql = "INSERT INTO payments_seen (bot_id, charge_id, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    Ok(tx.run(sql, params![bot, charge_id, at])? == 1)
}

/// Remembers that an album was answered.
pub fn answer_album(
    tx: &WriteTx<'_>,
    bot: BotId,
    contact: ContactNumber,
    album: &str,
    at: Millis,
) -> Result<()> {
    remember(tx, bot, contact, (ALBUM, album), at, at)?;
    Ok(())
}

/// Whether an album was answered, as long as presses are remembered.
pub fn is_album_answered(tx: &ReadTx<'_>, bot: BotId, contact: ContactNumber, album: &str) -> Result<bool> {
    let sql =
        "SELECT 1 FROM presses_seen WHERE bot_id = $1 AND contact = $2 AND message_id = $3 AND data = $4";
    Ok(tx.row(sql, params![bot, contact, ALBUM, album], |_| Ok(()))?.is_some())
}

/// In the place of a message's id: what is remembered is no press, but an album that was answered.
const ALBUM: i64 = -1;

/// Forgets presses older than a moment.
pub fn forget_presses(tx: &WriteTx<'_>, bot: BotId, before: Millis) -> Result<usize> {
    tx.run("DELETE FROM presses_seen WHERE bot_id = $1 AND at < $2", params![bot, before])
}

/// Forgets update ids older than a moment.
pub fn forget_updates(tx: &WriteTx<'_>, bot: BotId, before: Millis) -> Result<usize> {
    tx.run("DELETE FROM updates_seen WHERE bot_id = $1 AND at < $2", params![bot, before])
}
