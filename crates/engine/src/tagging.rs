//! Putting tags on people and taking them off: the row and the event together.

use domain::event::{EventBody, Origin};
use domain::field_error::FieldError;
use domain::ids::{ContactNumber, TagId};
use domain::limits::TAG_NAME_CHARS_MAX;
use domain::naming::name_key;
use domain::time::Millis;
use store::contacts;

use crate::error::checked_name;
use crate::journal::Journal;
use crate::{EngineError, Result};

/// Tags that one call or one row may name.
pub const TAGS_NAMED_MAX: usize = 100;

/// Puts a tag on a person; no event when they have it. Returns whether they got it.
///
/// # Errors
/// The database failed.
pub fn add(
    journal: &mut Journal<'_>,
    contact: ContactNumber,
    tag: TagId,
    at: Millis,
    origin: Origin,
) -> Result<bool> {
    let added = contacts::add_tag(journal.tx(), journal.bot(), contact, tag, at, origin)?;
    if added {
        journal.record(Some(contact), at, EventBody::TagAdded { tag, origin })?;
    }
    Ok(added)
}

/// Takes a tag off a person; no event when they do not have it. Returns whether they had it.
///
/// # Errors
/// The database failed.
pub fn remove(
    journal: &mut Journal<'_>,
    contact: ContactNumber,
    tag: TagId,
    at: Millis,
    origin: Origin,
) -> Result<bool> {
    let removed = contacts::remove_tag(journal.tx(), journal.bot(), contact, tag)?;
    if removed {
        journal.record(Some(contact), at, EventBody::TagRemoved { tag, origin })?;
    }
    Ok(removed)
}

/// Checks the names of tags that a call wants added and removed: each list below its path, every fault told.
///
/// # Errors
/// [`EngineError::Invalid`]: too many, a name that cannot be one, or one that stands in both lists.
pub fn checked_names(add: &[String], remove: &[String]) -> Result<(Vec<String>, Vec<String>)> {
    let mut errors = Vec::new();
    let add = checked_list("/add", add, &mut errors)?;
    let remove = checked_list("/remove", remove, &mut errors)?;
    for (index, name) in remove.iter().enumerate().filter(|(_, name)| is_among(&add, name)) {
        let message = format!("\"{name}\" is also added");
        errors.push(FieldError { path: format!("/remove/{index}"), code: "conflict", message });
    }
    if errors.is_empty() { Ok((add, remove)) } else { Err(EngineError::Invalid(errors)) }
}

fn is_among(names: &[String], name: &str) -> bool {
    let key = name_key(name);
    names.iter().any(|other| name_key(other) == key)
}

fn checked_list(path: &str, names: &[String], errors: &mut Vec<FieldError>) -> Result<Vec<String>> {
    if names.len() > TAGS_NAMED_MAX {
        let message = format!("must have at most {TAGS_NAMED_MAX} entries");
        errors.push(FieldError { path: path.into(), code: "too_many", message });
        return Ok(Vec::new());
    }
    let mut checked = Vec::with_capacity(names.len());
    for (index, name) in names.iter().enumerate() {
        match checked_name(&format!("{path}/{index}"), name, TAG_NAME_CHARS_MAX) {
            Ok(name) => checked.push(name),
            Err(EngineError::Invalid(faults)) => errors.extend(faults),
            Err(other) => return Err(other),
        }
    }
    Ok(checked)
}
