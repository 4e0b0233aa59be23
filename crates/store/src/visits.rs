//! Visits of diversion links: rows of their own, written without the bot's lock.

use domain::ids::{BotId, ContactNumber, LinkId, WorkspaceId};
use domain::link::{Utm, Visitor};
use domain::time::Millis;

use crate::sql::{Row, params};
use crate::{ReadTx, Result, WriteTx, visit_counts};

/// One visit as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Visit {
    /// Rises with time; see the engine's room of links.
    pub id: i64,
    pub link: LinkId,
    /// Whom the visitor was handed to.
    pub bot: BotId,
    pub at: Millis,
    pub visitor: Visitor,
    pub address: Option<String>,
    pub country: Option<String>,
    /// The country is the one of the address, no guess by the language.
    pub country_by_network: bool,
    pub browser: Option<String>,
    pub os: Option<String>,
    /// `smartphone`, `pc` and the like.
    pub device: Option<String>,
    pub language: Option<String>,
    pub referrer: Option<String>,
    pub user_agent: Option<String>,
    /// With the link's own where the address carried none.
    pub utm: Utm,
    /// Every parameter of the address as a JSON list of pairs.
    pub query: String,
    /// Who started the bot through it.
    pub contact: Option<ContactNumber>,
    pub started_at: Option<Millis>,
}

/// Bits of a visit's id below the milliseconds of its time.
pub const ID_DRAWN_BITS: u32 = 20;

/// Below the ids of all visits at a moment and after it.
pub fn first_id(at: Millis) -> i64 {
    at << ID_DRAWN_BITS
}

const COLUMNS: &str = "id, link_id, bot_id, at, visitor, address, country, browser, os, device, language, \
     referrer, user_agent, utm_source, utm_medium, utm_campaign, utm_term, utm_content, query, contact, started_at, \
     country_by_network";

fn read(row: &Row<'_>) -> Result<Visit> {
    Ok(Visit {
        id: row.get(0)?,
        link: row.get(1)?,
        bot: row.get(2)?,
        at: row.get(3)?,
        visitor: row.get(4)?,
        address: row.get(5)?,
        country: row.get(6)?,
        browser: row.get(7)?,
        os: row.get(8)?,
        device: row.get(9)?,
        language: row.get(10)?,
        referrer: row.get(11)?,
        user_agent: row.get(12)?,
        utm: Utm {
            source: row.get(13)?,
            medium: row.get(14)?,
            campaign: row.get(15)?,
            term: row.get(16)?,
            content: row.get(17)?,
        },
        query: row.get(18)?,
        contact: row.get(19)?,
        started_at: row.get(20)?,
        country_by_network: row.get(21)?,
    })
}

/// Adds a visit that nobody has started through yet; false when its id is taken: draw another.
pub fn insert(tx: &WriteTx<'_>, workspace: WorkspaceId, visit: &Visit) -> Result<bool> {
    let added = tx.run(
        "INSERT INTO visits (workspace_id, id, link_id, bot_id, at, visitor, address, address_whole, country, \
         browser, os, device, language, referrer, user_agent, utm_source, utm_medium, utm_campaign, utm_term, \
         utm_content, query, country_by_network, reuses) VALUES ($1, $2, $3, $4, $5, $6, $7, CASE WHEN CAST($7 AS TEXT) IS NULL THEN 0 ELSE 1 END, \
         $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, 0) ON CONFLICT DO NOTHING",
        params![
            workspace,
            visit.id,
            visit.link,
            visit.bot,
            visit.at,
            visit.visitor,
            visit.address.as_deref(),
            visit.country.as_deref(),
            visit.browser.as_deref(),
            visit.os.as_deref(),
            visit.device.as_deref(),
            visit.language.as_deref(),
            visit.referrer.as_deref(),
            visit.user_agent.as_deref(),
            visit.utm.source.as_deref(),
            visit.utm.medium.as_deref(),
            visit.utm.campaign.as_deref(),
            visit.utm.term.as_deref(),
            visit.utm.content.as_deref(),
            &visit.query,
            visit.country_by_network
        ],
    )?;
    if added == 1 {
        visit_counts::add(tx, workspace, visit)?;
    }
    Ok(added == 1)
}

/// One visit.
pub fn get(tx: &ReadTx<'_>, workspace: WorkspaceId, id: i64) -> Result<Option<Visit>> {
    let sql = format!("SELECT {COLUMNS} FROM visits WHERE workspace_id = $1 AND id = $2");
    tx.row(&sql, params![workspace, id], read)
}

/// The visits that one person started through, oldest first.
pub fn of_contact(tx: &ReadTx<'_>, bot: BotId, contact: ContactNumber) -> Result<Vec<Visit>> {
    let sql = format!("SELECT {COLUMNS} FROM visits WHERE bot_id = $1 AND contact = $2 ORDER BY id");
    tx.rows(&sql, params![bot, contact], read)
}

/// The latest visits that one person started through, latest first, at most `limit`.
pub fn latest_of_contact(
    tx: &ReadTx<'_>,
    bot: BotId,
    contact: ContactNumber,
    limit: usize,
) -> Result<Vec<Visit>> {
    let sql =
        format!("SELECT {COLUMNS} FROM visits WHERE bot_id = $1 AND contact = $2 ORDER BY id DESC LIMIT $3");
    tx.rows(&sql, params![bot, contact, limit as i64], read)
}

/// Binds a visit to who started through it; false when somebody had already.
pub fn bind(
    tx: &WriteTx<'_>,
    workspace: WorkspaceId,
    id: i64,
    contact: ContactNumber,
    at: Millis,
) -> Result<bool> {
    let bound = tx.run(
        "UPDATE visits SET contact = $3, started_at = $4 WHERE workspace_id = $1 AND id = $2 AND contact IS NULL",
        params![workspace, id, contact, at],
    )?;
    Ok(bound == 1)
}

/// Counts a start through a visit that was used already.
pub fn reused(tx: &WriteTx<'_>, workspace: WorkspaceId, visit: &Visit) -> Result<()> {
    tx.run(
        "UPDATE visits SET reuses = reuses + 1 WHERE workspace_id = $1 AND id = $2",
        params![workspace, visit.id],
    )?;
    visit_counts::add_reuse(tx, workspace, visit)
}

/// The oldest visits before a moment whose address is still whole: workspace, id, address.
pub fn whole_addresses(
    tx: &ReadTx<'_>,
    before: Millis,
    limit: usize,
) -> Result<Vec<(WorkspaceId, i64, String)>> {
    tx.rows(
        "SELECT workspace_id, id, address FROM visits WHERE address_whole = 1 AND at < $1 ORDER BY at LIMIT $2",
        params![before, limit as i64],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )
}

/// Puts what is kept of an address in its place.
pub fn shorten_address(tx: &WriteTx<'_>, workspace: WorkspaceId, id: i64, kept: Option<&str>) -> Result<()> {
    tx.run(
        "UPDATE visits SET address = $3, address_whole = 0 WHERE workspace_id = $1 AND id = $2",
        params![workspace, id, kept],
    )?;
    Ok(())
}
