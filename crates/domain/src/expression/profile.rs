//! Tests of what Telegram and links tell about a person.

use crate::contact::Profile;

/// A text field of a profile.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, strum::IntoStaticStr, strum::VariantArray,
)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum ProfileField {
    /// `zh` also matches `zh-hans`; case is of no matter.
    Language,
    /// Case is of no matter.
    Country,
    Browser,
    Os,
    /// Case is of no matter, nor is a leading `@`.
    Username,
    FirstName,
    LastName,
}

impl ProfileField {
    /// The contact's value.
    pub fn of(self, profile: &Profile) -> Option<&str> {
        match self {
            Self::Language => profile.language.as_deref(),
            Self::Country => profile.country.as_deref(),
            Self::Browser => profile.browser.as_deref(),
            Self::Os => profile.os.as_deref(),
            Self::Username => profile.username.as_deref(),
            Self::FirstName => profile.first_name.as_deref(),
            Self::LastName => profile.last_name.as_deref(),
        }
    }

    /// The form in which two values compare.
    pub fn key(self, value: &str) -> String {
        match self {
            Self::Language | Self::Country => value.to_ascii_lowercase(),
            Self::Username => value.strip_prefix('@').unwrap_or(value).to_ascii_lowercase(),
            Self::Browser | Self::Os | Self::FirstName | Self::LastName => value.to_owned(),
        }
    }

    /// Whether a value's key matches a wanted key.
    pub fn key_matches(self, actual: &str, wanted: &str) -> bool {
        let regional = || actual.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('-'));
        actual == wanted || (self == Self::Language && regional())
    }
}

/// A test of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProfileTest {
    /// Any of these; at least one. Somebody without a value matches nothing.
    In(ProfileField, Vec<String>),
    /// Has Telegram Premium, or not.
    Premium(bool),
}

impl ProfileTest {
    /// Whether a contact matches.
    pub fn matches(&self, profile: &Profile) -> bool {
        match self {
            Self::Premium(wanted) => profile.premium == *wanted,
            Self::In(field, values) => field.of(profile).is_some_and(|actual| {
                let actual = field.key(actual);
                values.iter().any(|wanted| field.key_matches(&actual, &field.key(wanted)))
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_language_matches_its_regions_and_case_matters_only_in_names() {
        let profile = Profile {
            language: Some("zh-Hans".into()),
            first_name: Some("bob-2".into()),
            username: Some("Ann_Lee".into()),
            ..Profile::default()
        };
        let matches = |field, wanted: &str| ProfileTest::In(field, vec![wanted.into()]).matches(&profile);
        assert!(matches(ProfileField::Language, "ZH"));
        assert!(!matches(ProfileField::Language, "z"));
        assert!(matches(ProfileField::FirstName, "bob-2"));
        assert!(!matches(ProfileField::FirstName, "bob"), "a name has no regions");
        assert!(!matches(ProfileField::FirstName, "Bob-2"));
        assert!(matches(ProfileField::Username, "@ann_lee"));
        assert!(!matches(ProfileField::Country, "zh"));
    }
}
