//! Keyset pages: `{items, next}`, where `next` is an opaque text that asks for what follows. It knows the list that it is
//! of, with its order and filter: in another one it would skip people without a word.

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
/// [`Listing::cursor`].
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
    /// As [`Listing::cursor`].
    pub fn cursor<K: DeserializeOwned>(&self, listing: Listing) -> Result<Option<K>> {
        listing.cursor(self.cursor.as_deref())
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

/// A list as it was asked for: which one, of what, in which order, with which filter. How many items a page has is no
/// part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listing(u64);

impl Listing {
    /// The list that was asked for in these words, its name first. Every node and every start must find the same.
    pub fn of(asked: &impl Serialize) -> Self {
        // Names, numbers and texts always become JSON.
        let words = serde_json::to_vec(asked).unwrap_or_default();
        // FNV-1a: it tells lists apart, and guards nothing.
        let mixed = words.iter().fold(0xcbf2_9ce4_8422_2325_u64, |mixed, byte| {
            (mixed ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(mixed)
    }

    /// Reads a `cursor`.
    ///
    /// # Errors
    /// It is none of ours, or of a list in another order or with another filter, under `/cursor`.
    pub fn cursor<K: DeserializeOwned>(self, text: Option<&str>) -> Result<Option<K>> {
        let Some(text) = text else { return Ok(None) };
        let read = || {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            serde_json::from_slice::<(u64, serde_json::Value)>(&bytes).ok()
        };
        let refused =
            || Problem::field("/cursor", "bad_cursor", "is not the \"next\" of a page of this list");
        let (of, key) = read().ok_or_else(refused)?;
        if of != self.0 {
            let told = "is the \"next\" of a list in another order or with another filter; begin with its first page";
            return Err(Problem::field("/cursor", "bad_cursor", told));
        }
        serde_json::from_value(key).map(Some).map_err(|_| refused())
    }

    /// Writes a cursor: the key that the next page begins after.
    pub fn next<K: Serialize>(self, key: &K) -> String {
        // Keys are tuples of numbers and texts, which always become JSON.
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&(self.0, key)).unwrap_or_default())
    }
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
        let (key, listing) = ((7_i64, "名".to_owned()), Listing::of(&("people", 1, "recent")));
        let read = |listing: Listing, text: &str| listing.cursor::<(i64, String)>(Some(text));
        assert_eq!(read(listing, &listing.next(&key)).unwrap(), Some(key.clone()));
        assert_eq!(listing.cursor::<(i64, String)>(None).unwrap(), None);
        for foreign in ["", "x", "%%%", &listing.next(&"other")] {
            assert!(read(listing, foreign).is_err(), "{foreign:?}");
        }
        for other in [("people", 1, "name"), ("people", 2, "recent"), ("links", 1, "recent")] {
            let refused = read(Listing::of(&other), &listing.next(&key)).unwrap_err();
            assert_eq!((refused.errors[0].path.as_str(), refused.errors[0].code), ("/cursor", "bad_cursor"));
            assert!(refused.errors[0].message.contains("another order"), "{}", refused.detail);
        }
    }

    #[test]
    fn limits_are_bounded() {
        assert_eq!(limit(None).unwrap(), 50);
        assert!(limit(Some(0)).is_err() && limit(Some(501)).is_err() && limit(Some(500)).is_ok());
    }
}
