//! Several values in one cell of a table: `;` stands between them, and `%3B` for one inside a value.

/// A value as it stands in such a cell. A `%` is written out only where it would be taken for one of the two marks.
pub(crate) fn listed(value: &str) -> String {
    value.replace("%25", "%2525").replace("%3B", "%253B").replace(';', "%3B")
}

/// The value that [`listed`] wrote.
pub(crate) fn unlisted(cell: &str) -> String {
    let mut value = String::with_capacity(cell.len());
    let mut rest = cell;
    while let Some(at) = rest.find('%') {
        let (before, mark) = rest.split_at(at);
        value.push_str(before);
        let (meant, bytes) = match mark.get(..3) {
            Some("%3B") => (';', 3),
            Some("%25") => ('%', 3),
            _ => ('%', 1),
        };
        value.push(meant);
        rest = &mark[bytes..];
    }
    value.push_str(rest);
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_what_would_be_misread_is_written_differently() {
        for plain in ["50% off", "%2", "100%", "a=b", "%3b"] {
            assert_eq!((listed(plain), unlisted(plain)), (plain.to_owned(), plain.to_owned()));
        }
        assert_eq!(listed("Jones; Jr."), "Jones%3B Jr.");
        assert_eq!(listed("%3B"), "%253B");
    }

    proptest! {
        /// Whatever a value is: it comes back, and nothing in it stands between values.
        #[test]
        fn every_value_comes_back(value in "[%;235Bé ]{0,12}") {
            prop_assert!(!listed(&value).contains(';'));
            prop_assert_eq!(unlisted(&listed(&value)), value);
        }
    }
}
