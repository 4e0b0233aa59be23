//! The country of a visitor's network, from a file that the operator brings. Without one, the language that a browser
//! asks for is all there is to guess by.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use maxminddb::{LookupResult, PathElement, Reader, WithinOptions};

/// Networks of a file that are looked at before it is said to hold no countries.
const LOOKED_AT: usize = 10_000;

/// Where makers of such files keep the two letters: MaxMind and DB-IP in the first place, IPinfo in the others.
const PLACES: [&[PathElement<'static>]; 3] = [
    &[PathElement::Key("country"), PathElement::Key("iso_code")],
    &[PathElement::Key("country_code")],
    &[PathElement::Key("country")],
];

/// A file in MaxMind's format that knows the countries of networks. It is held in memory.
#[derive(Debug, Clone)]
pub struct Countries {
    reader: Arc<Reader<Vec<u8>>>,
}

impl Countries {
    /// Reads the file.
    ///
    /// # Errors
    /// In words: it cannot be read, is no such file or a damaged one, or knows no countries.
    pub fn open(path: &Path) -> Result<Self, String> {
        let bytes =
            std::fs::read(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        let damaged =
            |error| format!("{} is no whole file in MaxMind's format (.mmdb): {error}", path.display());
        let reader = Reader::from_source(bytes).map_err(damaged)?;
        let mut knows = false;
        for network in reader.networks(WithinOptions::default()).map_err(damaged)?.take(LOOKED_AT) {
            knows |= code(&network.map_err(damaged)?).is_some();
        }
        if knows {
            return Ok(Self { reader: Arc::new(reader) });
        }
        let kind = &reader.metadata().database_type;
        Err(format!("{} holds \"{kind}\" and knows no countries", path.display()))
    }

    /// The country of an address in two capital letters, where the file knows it.
    pub(super) fn of(&self, address: IpAddr) -> Option<String> {
        code(&self.reader.lookup(address.to_canonical()).ok()?)
    }
}

fn code(found: &LookupResult<'_, Vec<u8>>) -> Option<String> {
    let read = |place: &&[PathElement<'_>]| found.decode_path::<String>(place).ok().flatten();
    let code = PLACES.iter().find_map(read)?;
    let is_code = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_code.then(|| code.to_ascii_uppercase())
}

#[cfg(test)]
pub(super) mod mmdb;

#[cfg(test)]
mod tests {
    use super::mmdb::{Value, file};
    use super::*;

    fn opened(bytes: &[u8]) -> Result<Countries, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("countries.mmdb");
        std::fs::write(&path, bytes).unwrap();
        Countries::open(&path)
    }

    #[test]
    fn a_network_has_the_country_that_the_file_says() {
        let map = |key, value| Value::Map(vec![(key, value)]);
        let maxmind = map("country", map("iso_code", Value::Text("DE")));
        for (value, expected) in [
            (maxmind, Some("DE")),
            (map("country_code", Value::Text("jp")), Some("JP")),
            (map("country", Value::Text("FR")), Some("FR")),
            (map("country", Value::Text("Somewhere")), None),
        ] {
            let certain = map("country_code", Value::Text("US"));
            let bytes = file("Countries", &[("203.0.113.0/24", value), ("198.51.100.0/24", certain)]);
            let countries = opened(&bytes).unwrap();
            let of = |address: &str| countries.of(address.parse().unwrap());
            assert_eq!(of("203.0.113.77").as_deref(), expected);
            assert_eq!(of("::ffff:203.0.113.77").as_deref(), expected);
            assert_eq!((of("203.0.114.1"), of("2001:db8::1")), (None, None));
        }
    }

    #[test]
    fn a_file_that_is_no_use_is_refused_with_the_reason() {
        let missing = Countries::open(Path::new("/nowhere/countries.mmdb")).unwrap_err();
        assert!(missing.contains("/nowhere/countries.mmdb cannot be read"), "{missing}");
        let number = Value::Map(vec![("autonomous_system_organization", Value::Text("Example"))]);
        let others = opened(&file("Networks-ASN", &[("203.0.113.0/24", number)])).unwrap_err();
        assert!(others.contains("\"Networks-ASN\" and knows no countries"), "{others}");
        let whole = file("Countries", &[("203.0.113.0/24", Value::Text("DE"))]);
        for broken in [&b""[..], b"<html>", &whole[..whole.len() - 40], &whole[20..]] {
            let refused = opened(broken).unwrap_err();
            assert!(refused.contains("no whole file"), "{refused}");
        }
    }
}
