//! What searches look in: a column of its own beside the words, folded as [`search_fold`] does, since no database folds
//! every script by itself.

use domain::naming::search_fold;

use crate::sql::{self, params};
use crate::{Result, WriteTx};

/// Rows that are folded at a time.
const BATCH: i64 = 1_000;

/// What a search for a person looks in: their name, and `@` with their username.
pub(crate) fn of_person(name: &str, username: Option<&str>) -> String {
    match username {
        Some(username) => search_fold(&format!("{name}\n@{username}")),
        None => search_fold(name),
    }
}

/// The pattern that finds a text anywhere in such a column.
pub(crate) fn containing(text: &str) -> String {
    sql::containing(&search_fold(text.trim()))
}

/// Fills the columns of what was written before there were any.
pub(crate) fn fill(tx: &WriteTx<'_>) -> Result<()> {
    let people = "SELECT bot_id, number, name, username FROM contacts \
                  WHERE bot_id > $1 OR (bot_id = $1 AND number > $2) ORDER BY bot_id, number LIMIT $3";
    let person = "UPDATE contacts SET search = $3 WHERE bot_id = $1 AND number = $2";
    fill_table(tx, people, person)?;
    let conversations = "SELECT bot_id, contact, last_text, NULL FROM conversations \
                         WHERE bot_id > $1 OR (bot_id = $1 AND contact > $2) ORDER BY bot_id, contact LIMIT $3";
    let conversation = "UPDATE conversations SET search = $3 WHERE bot_id = $1 AND contact = $2";
    fill_table(tx, conversations, conversation)
}

fn fill_table(tx: &WriteTx<'_>, select: &str, update: &str) -> Result<()> {
    let mut place = (i64::MIN, -1);
    loop {
        let rows: Vec<(i64, i64, String)> = tx.rows(select, params![place.0, place.1, BATCH], |row| {
            let (words, username): (String, Option<String>) = (row.get(2)?, row.get(3)?);
            Ok((row.get(0)?, row.get(1)?, of_person(&words, username.as_deref())))
        })?;
        for (bot, id, folded) in &rows {
            tx.run(update, params![*bot, *id, folded.as_str()])?;
        }
        match rows.last() {
            Some((bot, id, _)) if rows.len() as i64 == BATCH => place = (*bot, *id),
            _ => return Ok(()),
        }
    }
}
