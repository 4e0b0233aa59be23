//! The saved test group of a bot: whom a message is shown to before many get it.

use domain::ids::{BotId, ContactNumber};

use crate::sql::params;
use crate::{ReadTx, Result, WriteTx};

/// Who is in it, in the order of their numbers.
pub fn list(tx: &ReadTx<'_>, bot: BotId) -> Result<Vec<ContactNumber>> {
    tx.rows("SELECT contact FROM testers WHERE bot_id = $1 ORDER BY contact", params![bot], |row| row.get(0))
}

/// Puts these in the place of those who were in it.
pub fn replace(tx: &WriteTx<'_>, bot: BotId, contacts: &[ContactNumber]) -> Result<()> {
    tx.run("DELETE FROM testers WHERE bot_id = $1", params![bot])?;
    for contact in contacts.iter().copied() {
        tx.run("INSERT INTO testers (bot_id, contact) VALUES ($1, $2)", params![bot, contact])?;
    }
    Ok(())
}
