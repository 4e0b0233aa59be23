//! Campaigns and their frozen sets.

use domain::campaign::{Course, Pause, PauseReason, Status};
use domain::ids::{BotId, CampaignId, MemberId};
use domain::time::Millis;
use serde_json::Value;

use crate::sql::{Row, json, params};
use crate::{ReadTx, Result, WriteTx};

/// A campaign as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Campaign {
    pub id: CampaignId,
    pub name: String,
    pub course: Course,
    pub audience: Value,
    pub message: Value,
    pub held_out_percent: f64,
    pub canary: Option<i64>,
    pub frozen_at: Option<Millis>,
    /// The bot's last event when the audience was frozen.
    pub frozen_number: Option<i64>,
    pub left_out: i64,
    /// Rises with every edit of a draft.
    pub version: i64,
    pub created_by: Option<MemberId>,
    pub created_at: Millis,
}

const COLUMNS: &str = "id, name, status, pause_reason, pause_detail, audience, message, held_out_percent, canary, \
     send_up_to, frozen_at, frozen_number, audience_count, left_out, version, created_by, created_at, started_at, \
     finished_at";

fn read(row: &Row<'_>) -> Result<Campaign> {
    Ok(Campaign {
        id: row.get(0)?,
        name: row.get(1)?,
        course: course(row)?,
        audience: json(row, 5)?,
        message: json(row, 6)?,
        held_out_percent: row.get(7)?,
        canary: row.get(8)?,
        frozen_at: row.get(10)?,
        frozen_number: row.get(11)?,
        left_out: row.get(13)?,
        version: row.get(14)?,
        created_by: row.get(15)?,
        created_at: row.get(16)?,
    })
}

fn course(row: &Row<'_>) -> Result<Course> {
    let reason: Option<PauseReason> = row.get(3)?;
    let pause = match reason {
        Some(reason) => Some(Pause { reason, detail: row.get(4)? }),
        None => None,
    };
    Ok(Course {
        status: row.get(2)?,
        pause,
        audience_count: row.get(12)?,
        send_up_to: row.get(9)?,
        started_at: row.get(17)?,
        finished_at: row.get(18)?,
    })
}

/// Adds a draft; id and version are given here.
pub fn insert(tx: &WriteTx<'_>, bot: BotId, campaign: &Campaign) -> Result<CampaignId> {
    let id = tx.next_id("campaign")?;
    tx.run(
        "INSERT INTO campaigns (bot_id, id, name, status, audience, message, held_out_percent, send_up_to, \
         audience_count, left_out, version, created_by, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0, 1, $8, $9)",
        params![
            bot,
            id,
            &campaign.name,
            Status::Draft,
            campaign.audience.to_string().as_str(),
            campaign.message.to_string().as_str(),
            campaign.held_out_percent,
            campaign.created_by,
            campaign.created_at
        ],
    )?;
    Ok(CampaignId(id))
}

/// Writes a campaign's state as a whole: everything but id and creation.
pub fn update(tx: &WriteTx<'_>, bot: BotId, campaign: &Campaign) -> Result<()> {
    let Course { status, pause, audience_count, send_up_to, started_at, finished_at } = &campaign.course;
    tx.run(
        "UPDATE campaigns SET name = $3, status = $4, pause_reason = $5, pause_detail = $6, audience = $7, \
         message = $8, held_out_percent = $9, canary = $10, send_up_to = $11, frozen_at = $12, frozen_number = $13, \
         audience_count = $14, left_out = $15, version = $16, started_at = $17, finished_at = $18 \
         WHERE bot_id = $1 AND id = $2",
        params![
            bot,
            campaign.id,
            &campaign.name,
            *status,
            pause.as_ref().map(|pause| pause.reason),
            pause.as_ref().and_then(|pause| pause.detail.as_deref()),
            campaign.audience.to_string().as_str(),
            campaign.message.to_string().as_str(),
            campaign.held_out_percent,
            campaign.canary,
            *send_up_to,
            campaign.frozen_at,
            campaign.frozen_number,
            *audience_count,
            campaign.left_out,
            campaign.version,
            *started_at,
            *finished_at
        ],
    )?;
    Ok(())
}

/// One campaign.
pub fn get(tx: &ReadTx<'_>, bot: BotId, id: CampaignId) -> Result<Option<Campaign>> {
    tx.row(&format!("SELECT {COLUMNS} FROM campaigns WHERE bot_id = $1 AND id = $2"), params![bot, id], read)
}

/// The bot of a campaign: for callers that know the campaign alone and check the bot's workspace next.
pub fn bot_of(tx: &ReadTx<'_>, id: CampaignId) -> Result<Option<BotId>> {
    tx.row("SELECT bot_id FROM campaigns WHERE id = $1", params![id], |row| row.get(0))
}

/// Latest first, below an id, at one status where given.
pub fn list(
    tx: &ReadTx<'_>,
    bot: BotId,
    status: Option<Status>,
    below: i64,
    limit: usize,
) -> Result<Vec<Campaign>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM campaigns WHERE bot_id = $1 AND (CAST($2 AS TEXT) IS NULL OR status = $2) AND id < $3 \
         ORDER BY id DESC LIMIT $4"
    );
    tx.rows(&sql, params![bot, status, below, limit as i64], read)
}

/// Campaigns that the sender has work with, or had when the process ended.
pub fn unfinished(tx: &ReadTx<'_>, bot: BotId) -> Result<Vec<Campaign>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM campaigns WHERE bot_id = $1 AND status <> $2 AND status <> $3 ORDER BY id"
    );
    tx.rows(&sql, params![bot, Status::Draft, Status::Done], read)
}

/// Campaigns whose sending goes on now, oldest first.
pub fn sending(tx: &ReadTx<'_>, bot: BotId) -> Result<Vec<Campaign>> {
    let sql = format!("SELECT {COLUMNS} FROM campaigns WHERE bot_id = $1 AND status IN ($2, $3) ORDER BY id");
    tx.rows(&sql, params![bot, Status::Canary, Status::Sending], read)
}

/// What the sender asks of a campaign in every round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wave {
    pub campaign: CampaignId,
    /// As [`Course::send_up_to`].
    pub send_up_to: i64,
    /// A decision follows at its end, and then everyone else.
    pub is_first: bool,
}

/// As [`sending`], without what a round mostly does not need.
pub fn waves(tx: &ReadTx<'_>, bot: BotId) -> Result<Vec<Wave>> {
    tx.rows(
        "SELECT id, send_up_to, status FROM campaigns WHERE bot_id = $1 AND status IN ($2, $3) ORDER BY id",
        params![bot, Status::Canary, Status::Sending],
        |row| {
            let is_first = row.get::<Status>(2)? == Status::Canary;
            Ok(Wave { campaign: row.get(0)?, send_up_to: row.get(1)?, is_first })
        },
    )
}

/// Counts failures that lie with people who cannot be written to.
pub fn count_unreachable(tx: &WriteTx<'_>, bot: BotId, id: CampaignId, more: i64) -> Result<()> {
    tx.run(
        "UPDATE campaigns SET unreachable = unreachable + $3 WHERE bot_id = $1 AND id = $2",
        params![bot, id, more],
    )?;
    Ok(())
}

/// How many failures lie with people who cannot be written to.
pub fn unreachable(tx: &ReadTx<'_>, bot: BotId, id: CampaignId) -> Result<i64> {
    let sql = "SELECT unreachable FROM campaigns WHERE bot_id = $1 AND id = $2";
    Ok(tx.row(sql, params![bot, id], |row| row.get(0))?.unwrap_or(0))
}

/// Deletes a draft.
pub fn delete(tx: &WriteTx<'_>, bot: BotId, id: CampaignId) -> Result<bool> {
    let sql = "DELETE FROM campaigns WHERE bot_id = $1 AND id = $2 AND status = $3";
    let gone = tx.run(sql, params![bot, id, Status::Draft])?;
    Ok(gone == 1)
}

/// What a frozen set holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum SetKind {
    /// Everybody.
    Audience,
    HeldOut,
    /// Who was in a stage: one of the parts of a report, as those after it.
    Stage,
    Tag,
    Source,
    Segment,
}

/// A frozen set: its kind, its key and its portable bitmap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrozenSet {
    pub kind: SetKind,
    pub key: String,
    pub bitmap: Vec<u8>,
}

/// Stores a frozen set.
pub fn put_set(tx: &WriteTx<'_>, bot: BotId, campaign: CampaignId, set: &FrozenSet) -> Result<()> {
    tx.run(
        "INSERT INTO campaign_sets (bot_id, campaign, kind, key, bitmap) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (bot_id, campaign, kind, key) DO UPDATE SET bitmap = excluded.bitmap",
        params![bot, campaign, set.kind, &set.key, &set.bitmap],
    )?;
    Ok(())
}

/// The frozen sets of a campaign.
pub fn sets(tx: &ReadTx<'_>, bot: BotId, campaign: CampaignId) -> Result<Vec<FrozenSet>> {
    tx.rows(
        "SELECT kind, key, bitmap FROM campaign_sets WHERE bot_id = $1 AND campaign = $2 ORDER BY kind, key",
        params![bot, campaign],
        |row| Ok(FrozenSet { kind: row.get(0)?, key: row.get(1)?, bitmap: row.get(2)? }),
    )
}

/// Every campaign that has a frozen audience, oldest first.
pub fn frozen(tx: &ReadTx<'_>, bot: BotId) -> Result<Vec<CampaignId>> {
    tx.rows(
        "SELECT id FROM campaigns WHERE bot_id = $1 AND frozen_at IS NOT NULL ORDER BY id",
        params![bot],
        |row| row.get(0),
    )
}

/// One frozen set, as it was stored.
pub fn set(
    tx: &ReadTx<'_>,
    bot: BotId,
    campaign: CampaignId,
    kind: SetKind,
    key: &str,
) -> Result<Option<Vec<u8>>> {
    tx.row(
        "SELECT bitmap FROM campaign_sets WHERE bot_id = $1 AND campaign = $2 AND kind = $3 AND key = $4",
        params![bot, campaign, kind, key],
        |row| row.get(0),
    )
}

/// Stores the frozen order, contact numbers of four little-endian bytes each, until the ledger is written.
pub fn put_order(tx: &WriteTx<'_>, bot: BotId, campaign: CampaignId, order: &[u8]) -> Result<()> {
    tx.run(
        "INSERT INTO campaign_orders (bot_id, campaign, contacts) VALUES ($1, $2, $3)",
        params![bot, campaign, order],
    )?;
    Ok(())
}

/// A part of the frozen order, in bytes.
pub fn order_part(
    tx: &ReadTx<'_>,
    bot: BotId,
    campaign: CampaignId,
    first: usize,
    length: usize,
) -> Result<Vec<u8>> {
    // substr counts from 1.
    let part = tx.row(
        "SELECT substr(contacts, CAST($3 AS INTEGER), CAST($4 AS INTEGER)) FROM campaign_orders WHERE bot_id = $1 AND campaign = $2",
        params![bot, campaign, first as i64 + 1, length as i64],
        |row| row.get(0),
    )?;
    Ok(part.unwrap_or_default())
}

/// Forgets the order once the ledger holds it.
pub fn forget_order(tx: &WriteTx<'_>, bot: BotId, campaign: CampaignId) -> Result<()> {
    tx.run("DELETE FROM campaign_orders WHERE bot_id = $1 AND campaign = $2", params![bot, campaign])?;
    Ok(())
}
