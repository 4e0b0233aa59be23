//! Parts of a file (RFC 9110, section 14): the headers are read and written by a library; which part is meant is
//! decided here. A request for several parts gets the whole, which the standard allows.

use std::ops::Bound;

use axum::http::HeaderMap;
use axum_extra::headers::{AcceptRanges, ContentRange, ETag, HeaderMapExt, IfNoneMatch, IfRange, Range};

/// What a request wants of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The asker has it already.
    Nothing,
    Whole,
    /// From a byte to another, both among them.
    Part(u64, u64),
    NoSuchPart,
}

/// The tag of a file, by the hash of its bytes.
pub fn tag(hash: &str) -> Option<ETag> {
    format!("\"{hash}\"").parse().ok()
}

/// What is wanted of a file of so many bytes.
pub fn wanted(headers: &HeaderMap, byte_count: u64, tag: Option<&ETag>) -> Wanted {
    if let (Some(known), Some(tag)) = (headers.typed_get::<IfNoneMatch>(), tag)
        && !known.precondition_passes(tag)
    {
        return Wanted::Nothing;
    }
    let is_other = headers.typed_get::<IfRange>().is_some_and(|known| known.is_modified(tag, None));
    match headers.typed_get::<Range>() {
        Some(range) if !is_other && byte_count > 0 => part(&range, byte_count),
        // What is no range of bytes is passed over.
        _ => Wanted::Whole,
    }
}

fn part(range: &Range, byte_count: u64) -> Wanted {
    // By the greatest length, the last N bytes are told from those that begin at N: no file has so many.
    let mut parts = range.satisfiable_ranges(u64::MAX);
    let (Some(only), None) = (parts.next(), parts.next()) else { return Wanted::Whole };
    let (Bound::Included(first), end) = only else { return Wanted::Whole };
    let (first, last) = match end {
        Bound::Unbounded if first > u64::MAX / 2 => {
            let wanted = u64::MAX - first;
            (byte_count - wanted.min(byte_count), byte_count - 1)
        }
        Bound::Included(last) if last < first => return Wanted::Whole,
        Bound::Included(last) => (first, last.min(byte_count - 1)),
        _ => (first, byte_count - 1),
    };
    if first < byte_count { Wanted::Part(first, last) } else { Wanted::NoSuchPart }
}

/// Says in an answer what it holds.
pub fn describe(headers: &mut HeaderMap, wanted: Wanted, byte_count: u64, tag: Option<ETag>) {
    headers.typed_insert(AcceptRanges::bytes());
    if let Some(tag) = tag {
        headers.typed_insert(tag);
    }
    match wanted {
        Wanted::Part(first, last) => {
            if let Ok(range) = ContentRange::bytes(first..=last, byte_count) {
                headers.typed_insert(range);
            }
        }
        Wanted::NoSuchPart => headers.typed_insert(ContentRange::unsatisfied_bytes(byte_count)),
        Wanted::Nothing | Wanted::Whole => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(range: &str, more: &[(&'static str, &str)]) -> Wanted {
        let mut headers = HeaderMap::new();
        headers.insert("range", range.parse().unwrap());
        for (name, value) in more {
            headers.insert(*name, value.parse().unwrap());
        }
        wanted(&headers, 1_000, tag("abc").as_ref())
    }

    #[test]
    fn the_examples_of_the_standard_are_understood() {
        for (range, expected) in [
            ("bytes=0-499", Wanted::Part(0, 499)),
            ("bytes=500-999", Wanted::Part(500, 999)),
            ("bytes=-500", Wanted::Part(500, 999)),
            ("bytes=500-", Wanted::Part(500, 999)),
            ("bytes=0-0", Wanted::Part(0, 0)),
            ("bytes=-1", Wanted::Part(999, 999)),
            // Longer than the file.
            ("bytes=900-5000", Wanted::Part(900, 999)),
            ("bytes=-5000", Wanted::Part(0, 999)),
            ("bytes=1000-", Wanted::NoSuchPart),
            ("bytes=-0", Wanted::NoSuchPart),
            // Several parts, and what is no range.
            ("bytes=0-0,-1", Wanted::Whole),
            ("bytes=9-1", Wanted::Whole),
            ("bytes=x-1", Wanted::Whole),
            ("items=0-1", Wanted::Whole),
        ] {
            assert_eq!(asked(range, &[]), expected, "{range}");
        }
    }

    #[test]
    fn a_part_of_another_file_is_not_given() {
        assert_eq!(asked("bytes=0-9", &[("if-range", "\"abc\"")]), Wanted::Part(0, 9));
        assert_eq!(asked("bytes=0-9", &[("if-range", "\"other\"")]), Wanted::Whole);
        assert_eq!(asked("bytes=0-9", &[("if-range", "Wed, 21 Oct 2026 07:28:00 GMT")]), Wanted::Whole);
        assert_eq!(asked("bytes=0-9", &[("if-none-match", "\"abc\"")]), Wanted::Nothing);
    }
}
