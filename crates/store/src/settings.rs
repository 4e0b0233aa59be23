//! Settings of the installation: one text by name.

use crate::sql::params;
use crate::{ReadTx, Result, WriteTx};

/// The value of a setting.
pub fn get(tx: &ReadTx<'_>, name: &str) -> Result<Option<String>> {
    tx.row("SELECT value FROM settings WHERE name = $1", params![name], |row| row.get(0))
}

/// Sets a value, in place of any other.
pub fn set(tx: &WriteTx<'_>, name: &str, value: &str) -> Result<()> {
    tx.run(
        "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        params![name, value],
    )?;
    Ok(())
}
