//! One normal form of names and words: what looks the same is the same.
//!
//! A name is *kept* as [`tidied`] makes it, *compared* by [`name_key`], and *searched* by [`search_fold`].

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// What a name is kept as: composed (NFC), without characters that nobody sees, blanks inside it single, none at its
/// ends. Joiners stay: they shape emoji and Persian, Arabic and Indic words.
pub fn tidied(name: &str) -> String {
    let seen = name.nfc().filter(|c| !is_unseen(*c));
    let mut tidy = String::with_capacity(name.len());
    for c in seen {
        if !c.is_whitespace() {
            tidy.push(c);
        } else if !tidy.is_empty() && !tidy.ends_with(' ') {
            tidy.push(' ');
        }
    }
    tidy.truncate(tidy.trim_end().len());
    tidy
}

/// What names are compared by: tidied, without case and what only shapes the characters beside it. Accents tell names
/// apart; whether a heart is drawn as an emoji or as a sign does not, since phones and tables write it differently.
pub fn name_key(name: &str) -> String {
    let plain: String = tidied(name).chars().filter(|c| !is_joiner(*c) && !is_form(*c)).collect();
    // Between blanks there may have been nothing but what was taken out.
    tidied(&plain.to_lowercase())
}

/// Whether nothing of it is seen: such a name is none, and Telegram calls such a text empty.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(shows_nothing)
}

/// White space, controls, unseen marks, joiners, fillers, selectors of a form.
fn shows_nothing(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(u32::from(c),
            0xad | 0x34f | 0x61c | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180f
            | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0x2800 | 0x3164
            | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0xfff9..=0xfffc | 0xe0000..=0xe0fff)
}

/// Which of these names is meant: the one of this spelling, or else the first, in the order of spellings, that is the
/// same by `key`. Two of one name are from before there was a normal form: each is found by its own spelling.
pub fn meant<'n>(
    names: impl Iterator<Item = &'n str> + Clone,
    wanted: &str,
    key: impl Fn(&str) -> String,
) -> Option<&'n str> {
    let other = || {
        let wanted = key(wanted);
        names.clone().filter(|name| key(name) == wanted).min()
    };
    names.clone().find(|name| *name == wanted).or_else(other)
}

/// What a whole message is compared with a word by: its name key, with wide and narrow letters alike (ＳＴＯＰ is stop).
pub fn word_key(text: &str) -> String {
    name_key(&text.nfkc().collect::<String>())
}

/// What is searched in, and for: without case, accents, width and unseen characters, in every script. Both sides are
/// folded, so that more is found than was typed to the letter, and never less.
pub fn search_fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    // A zero byte is nothing to be found, and PostgreSQL holds none.
    let is_left_out = |c: &char| is_combining_mark(*c) || is_unseen(*c) || is_joiner(*c) || *c == '\0';
    for c in text.nfkd().filter(|c| !is_left_out(c)) {
        for lower in c.to_lowercase().filter(|c| !is_combining_mark(*c)) {
            match plain_letters(lower) {
                Some(plain) => folded.push_str(plain),
                None if lower.is_whitespace() => folded.push(' '),
                None => folded.push(lower),
            }
        }
    }
    folded.nfc().collect()
}

/// Letters that have no accent to take off and are typed without one all the same.
fn plain_letters(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ı' => "i",
        'ł' => "l",
        'þ' => "th",
        'ς' => "σ",
        _ => return None,
    })
}

/// Zero-width and direction marks, soft hyphens, byte order marks.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// What chooses a form of the character before it (variation selectors), and fillers that have no form at all.
fn is_form(c: char) -> bool {
    matches!(c, '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{e0100}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_looks_the_same_is_one_name() {
        let same = ["Café", "Cafe\u{301}", " café ", "CAF\u{c9}", "Ca\u{200b}fé", "\u{feff}Café"];
        for name in same {
            assert_eq!(name_key(name), "café", "{name:?}");
        }
        assert_ne!(name_key("Cafe"), name_key("Café"), "an accent tells names apart");
        assert_eq!(tidied("  two \t words\u{200b} "), "two words");
        assert_eq!(tidied("👨\u{200d}👩\u{200d}👧"), "👨\u{200d}👩\u{200d}👧", "a family stays together");
        for heart in ["❤", "❤\u{fe0f}", "❤\u{fe0e}"] {
            assert_eq!(name_key(heart), "❤", "{heart:?}");
            assert_eq!(tidied(heart), heart, "it is shown as it was written");
        }
        assert_ne!(name_key("👍"), name_key("👍🏽"), "a colour is seen");
        assert_eq!(word_key(" ＳＴＯＰ "), "stop");
        assert_eq!(word_key("退订"), "退订");
    }

    #[test]
    fn a_name_means_its_own_spelling_or_the_first_other() {
        let names = ["vip", "VIP", "Café"];
        for (wanted, found) in [
            ("VIP", Some("VIP")),
            ("vip", Some("vip")),
            ("Vip", Some("VIP")),
            ("CAFÉ", Some("Café")),
            ("v", None),
        ] {
            assert_eq!(meant(names.into_iter(), wanted, name_key), found, "{wanted}");
        }
    }

    #[test]
    fn a_name_of_nothing_that_is_seen_is_none() {
        for name in ["", "  ", "\u{200b}", "\u{feff}", "\u{200d}", "\u{fe0f}", "\u{3164}", "\u{ad} \u{2060}"]
        {
            assert!(is_blank(name), "{name:?}");
        }
        for name in ["a", "❤\u{fe0f}", ".", "\u{200b}x", "한"] {
            assert!(!is_blank(name), "{name:?}");
        }
    }

    #[test]
    fn a_search_finds_every_case_and_accent() {
        for (typed, name) in [
            ("иван", "Иван"),
            ("jose", "José"),
            ("strasse", "Straße"),
            ("lodz", "Łódź"),
            ("σας", "ΣΑΣ"),
            ("istanbul", "İstanbul"),
            ("елка", "Ёлка"),
            ("ﾃｽﾄ", "テスト"),
            ("小明", "王小明"),
            ("한", "한국"),
        ] {
            assert!(
                search_fold(name).contains(&search_fold(typed)),
                "{typed} in {name}: {}",
                search_fold(name)
            );
        }
    }

    proptest! {
        #[test]
        fn a_form_made_twice_is_the_same(text in "\\PC{0,20}") {
            prop_assert_eq!(tidied(&tidied(&text)), tidied(&text));
            prop_assert_eq!(name_key(&tidied(&text)), name_key(&text));
        }
    }
}
