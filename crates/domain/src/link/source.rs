//! What a visit says about where a person came from.

use serde::{Deserialize, Serialize};

use crate::contact::Source;
use crate::naming::{is_blank, tidied};

/// The five parameters by which campaigns name themselves in addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Utm {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medium: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub term: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

impl Utm {
    /// What an address carries (`utm_source=…`), and these where it carries nothing. Names fold case, and of two
    /// the first counts, as analytics tools read them.
    pub fn of_query<'q>(&self, pairs: impl Iterator<Item = (&'q str, &'q str)>) -> Self {
        let mut found = Self::default();
        for (key, value) in pairs {
            let Some(field) = key.to_ascii_lowercase().strip_prefix("utm_").map(str::to_owned) else {
                continue;
            };
            let value = tidied(value);
            if let Some((_, slot)) = found.named_mut().into_iter().find(|(name, _)| *name == field)
                && slot.is_none()
                && !is_blank(&value)
            {
                *slot = Some(value);
            }
        }
        Self {
            source: found.source.or_else(|| self.source.clone()),
            medium: found.medium.or_else(|| self.medium.clone()),
            campaign: found.campaign.or_else(|| self.campaign.clone()),
            term: found.term.or_else(|| self.term.clone()),
            content: found.content.or_else(|| self.content.clone()),
        }
    }

    /// The fields by name.
    pub fn named_mut(&mut self) -> [(&'static str, &mut Option<String>); 5] {
        [
            ("source", &mut self.source),
            ("medium", &mut self.medium),
            ("campaign", &mut self.campaign),
            ("term", &mut self.term),
            ("content", &mut self.content),
        ]
    }
}

/// The first source of a person who was met through a link.
pub fn source_of(code: &str, channel: &str, utm: &Utm) -> Source {
    let named = [
        ("link", Some(code)),
        ("channel", Some(channel)),
        ("utm_source", utm.source.as_deref()),
        ("utm_medium", utm.medium.as_deref()),
        ("utm_campaign", utm.campaign.as_deref()),
        ("utm_term", utm.term.as_deref()),
        ("utm_content", utm.content.as_deref()),
    ];
    let known = named.into_iter().filter_map(|(name, value)| Some((name, value.filter(|v| !is_blank(v))?)));
    known.map(|(name, value)| (name.to_owned(), tidied(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contact::SOURCE_FIELDS;

    #[test]
    fn the_address_comes_before_the_links_own() {
        let own = Utm { source: Some("fb".into()), medium: Some("paid".into()), ..Utm::default() };
        let pairs = [("UTM_Source", " ig "), ("utm_source", "x"), ("utm_medium", ""), ("gclid", "1")];
        let utm = own.of_query(pairs.into_iter());
        assert_eq!((utm.source.as_deref(), utm.medium.as_deref()), (Some("ig"), Some("paid")));
    }

    #[test]
    fn a_source_holds_known_names_alone_and_no_blanks() {
        let utm = Utm { term: Some("shoes".into()), ..Utm::default() };
        let source = source_of("fb-summer", "", &utm);
        assert_eq!(source.keys().collect::<Vec<_>>(), ["link", "utm_term"]);
        assert!(source.keys().all(|name| SOURCE_FIELDS.contains(&name.as_str())));
    }
}
