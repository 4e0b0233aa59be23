//! Visits of diversion links, counted in the transaction that records them: a funnel reads a few rows, however many
//! visits there were. What is blanked or erased of a visit changes no count.

use domain::ids::{BotId, LinkId, WorkspaceId};
use domain::link::{Utm, Visitor};
use domain::time::Millis;
use sha2::{Digest, Sha256};

use crate::sql::params;
use crate::visits::Visit;
use crate::{ReadTx, Result, WriteTx};

/// A quarter of an hour.
pub const QUARTER_MS: i64 = 900_000;
/// Bytes of a hash that stand in a key.
const KEY_BYTES: usize = 16;
const HEX: &[u8; 16] = b"0123456789abcdef";

/// Counts a visit that has just been written.
pub(crate) fn add(tx: &WriteTx<'_>, workspace: WorkspaceId, visit: &Visit) -> Result<()> {
    add_to_totals(tx, workspace, visit, 1, 0)?;
    tx.run(
        "INSERT INTO visit_quarters (workspace_id, bot_id, link_id, quarter, visitor, visits) \
         VALUES ($1, $2, $3, $4, $5, 1) ON CONFLICT (workspace_id, bot_id, link_id, quarter, visitor) \
         DO UPDATE SET visits = visit_quarters.visits + 1",
        params![workspace, visit.bot, visit.link, visit.at / QUARTER_MS, visit.visitor],
    )?;
    Ok(())
}

/// Counts a further start through a visit.
pub(crate) fn add_reuse(tx: &WriteTx<'_>, workspace: WorkspaceId, visit: &Visit) -> Result<()> {
    add_to_totals(tx, workspace, visit, 0, 1)
}

fn add_to_totals(
    tx: &WriteTx<'_>,
    workspace: WorkspaceId,
    visit: &Visit,
    visits: i64,
    reuses: i64,
) -> Result<()> {
    let utm = &visit.utm;
    tx.run(
        "INSERT INTO visit_totals (workspace_id, bot_id, link_id, visitor, set_key, utm_source, utm_medium, \
         utm_campaign, utm_term, utm_content, visits, reuses) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
         ON CONFLICT (workspace_id, bot_id, link_id, visitor, set_key) DO UPDATE SET \
         visits = visit_totals.visits + excluded.visits, reuses = visit_totals.reuses + excluded.reuses",
        params![
            workspace,
            visit.bot,
            visit.link,
            visit.visitor,
            &key(utm),
            utm.source.as_deref(),
            utm.medium.as_deref(),
            utm.campaign.as_deref(),
            utm.term.as_deref(),
            utm.content.as_deref(),
            visits,
            reuses
        ],
    )?;
    Ok(())
}

/// Stands for a set of parameters: the texts themselves could be longer than PostgreSQL takes in a key.
fn key(utm: &Utm) -> String {
    let mut hash = Sha256::new();
    for value in [&utm.source, &utm.medium, &utm.campaign, &utm.term, &utm.content] {
        // What is absent, and where one ends, is told by a length.
        let length = value.as_ref().map_or(-1, |text| text.len() as i64);
        hash.update(length.to_le_bytes());
        hash.update(value.as_deref().unwrap_or_default());
    }
    let digits = |byte: &u8| [byte >> 4, byte & 15].map(|half| char::from(HEX[usize::from(half)]));
    hash.finalize()[..KEY_BYTES].iter().flat_map(digits).collect()
}

/// All visits of one link to one bot, of one kind of visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    pub link: LinkId,
    pub visitor: Visitor,
    pub visits: i64,
    /// Further starts through used visits.
    pub reuses: i64,
}

/// The visits of a bot's links, or of one.
pub fn totals(
    tx: &ReadTx<'_>,
    workspace: WorkspaceId,
    bot: BotId,
    link: Option<LinkId>,
) -> Result<Vec<Total>> {
    let which = if link.is_some() { "link_id = $3" } else { "$3 = 0" };
    let sql = format!(
        "SELECT link_id, visitor, CAST(SUM(visits) AS BIGINT), CAST(SUM(reuses) AS BIGINT) FROM visit_totals \
         WHERE workspace_id = $1 AND bot_id = $2 AND {which} GROUP BY link_id, visitor ORDER BY 1, 2"
    );
    tx.rows(&sql, params![workspace, bot, link.unwrap_or(LinkId(0))], |row| {
        let (visits, reuses) = (row.get(2)?, row.get(3)?);
        Ok(Total { link: row.get(0)?, visitor: row.get(1)?, visits, reuses })
    })
}

/// Visits of one link to one bot in one quarter of an hour: every time zone's days are made of whole quarters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quarter {
    /// Its beginning.
    pub at: Millis,
    pub visitor: Visitor,
    pub visits: i64,
}

/// The visits of a link to a bot since the beginning of a quarter, by quarters.
pub fn by_quarter(
    tx: &ReadTx<'_>,
    workspace: WorkspaceId,
    bot: BotId,
    link: LinkId,
    since: Millis,
) -> Result<Vec<Quarter>> {
    tx.rows(
        "SELECT quarter, visitor, visits FROM visit_quarters \
         WHERE workspace_id = $1 AND bot_id = $2 AND link_id = $3 AND quarter >= $4 ORDER BY quarter, visitor",
        params![workspace, bot, link, since.div_euclid(QUARTER_MS)],
        |row| {
            let at = row.get::<i64>(0)? * QUARTER_MS;
            Ok(Quarter { at, visitor: row.get(1)?, visits: row.get(2)? })
        },
    )
}

/// A column that visits are told apart by: its name is also the field's of a person's source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum By {
    UtmSource,
    UtmMedium,
    UtmCampaign,
    UtmTerm,
    UtmContent,
}

/// People's visits of a link by a column's values, the most frequent first; `None` is no value.
pub fn by_value(
    tx: &ReadTx<'_>,
    workspace: WorkspaceId,
    bot: BotId,
    link: LinkId,
    by: By,
    limit: usize,
) -> Result<Vec<(Option<String>, i64)>> {
    let column = by.into_str();
    let sql = format!(
        "SELECT {column}, CAST(SUM(visits) AS BIGINT) FROM visit_totals WHERE workspace_id = $1 AND bot_id = $2 \
         AND link_id = $3 AND visitor = $5 GROUP BY {column} HAVING SUM(visits) > 0 ORDER BY 2 DESC, 1 LIMIT $4"
    );
    tx.rows(&sql, params![workspace, bot, link, limit as i64, Visitor::Person], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}
