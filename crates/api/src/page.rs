//! Keyset pages: `{items, next}`, where `next` is an opaque text that asks for what follows.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::limits::PAGE_ITEMS_MAX;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::problem::{Problem, Result};

/// Items on a page unless told otherwise.
const ITEMS_DEFAULT: usize = 50;

/// Which page is wanted. Where a query has more fields, these two are among them and go to [`limit`] and
/// [`cursor`].
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Where the last page ended: its `next`.
    pub cursor: Option<String>,
    /// Items wanted, 1 to 500; 50 unless told.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<usize>,
}

impl PageQuery {
    /// Items wanted.
    ///
    /// # Errors
    /// Out of range, under `/limit`.
    pub fn limit(&self) -> Result<usize> {
        limit(self.limit)
    }

    /// Where the last page ended.
    ///
    /// # Errors
    /// The cursor is none of ours, under `/cursor`.
    pub fn cursor<K: DeserializeOwned>(&self) -> Result<Option<K>> {
        cursor(self.cursor.as_deref())
    }
}

/// Checks a `limit`.
///
/// # Errors
/// Out of range, under `/limit`.
pub fn limit(limit: Option<usize>) -> Result<usize> {
    match limit.unwrap_or(ITEMS_DEFAULT) {
        limit @ 1..=PAGE_ITEMS_MAX => Ok(limit),
        _ => {
            let message = format!("must be between 1 and {PAGE_ITEMS_MAX}");
            Err(Problem::field("/limit", "out_of_range", message))
        }
    }
}

/// Reads a `cursor`.
///
/// # Errors
/// It is none of ours, under `/cursor`.
pub fn cursor<K: DeserializeOwned>(text: Option<&str>) -> Result<Option<K>> {
    let read = |text: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        serde_json::from_slice(&bytes).ok()
    };
    let refused = || Problem::field("/cursor", "bad_cursor", "is not the \"next\" of a page of this list");
    text.map(|text| read(text).ok_or_else(refused)).transpose()
}

/// Writes a cursor: the key that the next page begins after.
pub fn next<K: Serialize>(key: &K) -> String {
    // Keys are tuples of numbers and texts, which always become JSON.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).unwrap_or_default())
}

/// A page of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Asks for the next page as `?cursor=…`; absent on the last.
    #[schema(required)]
    pub next: Option<String>,
}

/// A whole list: short by its nature.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct List<T> {
    pub items: Vec<T>,
}

impl<T> List<T> {
    /// Converts each item.
    pub fn of<F>(items: Vec<F>) -> Self
    where
        T: From<F>,
    {
        Self { items: items.into_iter().map(T::from).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back_and_foreign_ones_are_refused() {
        let key = (7_i64, "名".to_owned());
        assert_eq!(cursor(Some(&next(&key))).unwrap(), Some(key));
        assert_eq!(cursor::<(i64, String)>(None).unwrap(), None);
        for foreign in ["", "x", "%%%", &next(&"other")] {
            assert!(cursor::<(i64, String)>(Some(foreign)).is_err(), "{foreign:?}");
        }
    }

    #[test]
    fn limits_are_bounded() {
        assert_eq!(limit(None).unwrap(), 50);
        assert!(limit(Some(0)).is_err() && limit(Some(501)).is_err() && limit(Some(500)).is_ok());
    }
}
