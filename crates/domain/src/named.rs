//! Lists of values of which each has one name: in JSON, in the database and in the API's document.
//!
//! An enum derives its names by `strum`; whoever needs them takes them from here, so that no list of them is written a
//! second time. Where a constant is wanted, as in the text of a statement, `into_str` is one.

/// A value with a name. Every enum that derives `strum::VariantArray` and `strum::IntoStaticStr` is one.
pub trait Named: Copy + Into<&'static str> + strum::VariantArray {
    /// All of them, in the order in which they are written down.
    const ALL: &'static [Self] = Self::VARIANTS;

    /// Its name.
    fn name(self) -> &'static str {
        self.into()
    }

    /// Reads a name.
    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.name() == name)
    }

    /// Every name, in the same order.
    fn names() -> impl Iterator<Item = &'static str> {
        Self::ALL.iter().map(|one| one.name())
    }
}

impl<T: Copy + Into<&'static str> + strum::VariantArray> Named for T {}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    use super::*;

    fn assert_one_name<T: Named + Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>() {
        assert!(T::ALL.len() > 1);
        for one in T::ALL {
            assert_eq!(T::from_name(one.name()), Some(*one));
            assert_eq!(serde_json::json!(one), one.name(), "JSON and the database call it the same");
            assert_eq!(serde_json::from_value::<T>(one.name().into()).unwrap(), *one);
        }
        assert_eq!(T::from_name("no such name"), None);
    }

    #[test]
    fn what_is_named_has_the_same_name_in_json() {
        assert_one_name::<crate::bot::Status>();
        assert_one_name::<crate::bot::Intake>();
        assert_one_name::<crate::campaign::Status>();
        assert_one_name::<crate::campaign::PauseReason>();
        assert_one_name::<crate::contact::NoChat>();
        assert_one_name::<crate::conversation::Status>();
        assert_one_name::<crate::conversation::Speaker>();
        assert_one_name::<crate::event::Outcome>();
        assert_one_name::<crate::flow::Status>();
        assert_one_name::<crate::message::MediaKind>();
        assert_one_name::<crate::team::Role>();
    }
}
