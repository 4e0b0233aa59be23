//! A link as somebody wrote it, checked.

use super::Utm;
use crate::field_error::FieldError;
use crate::ids::{BotId, FlowId};
use crate::limits::{NAME_CHARS_MAX, TAG_NAME_CHARS_MAX};
use crate::naming::{is_blank, name_key, tidied};

/// A code, in characters: the public part of the address.
pub const CODE_CHARS_MAX: usize = 64;
/// Bots that one link may hand people to.
pub const LINK_BOTS_MAX: usize = 20;
/// Tags that one link may apply.
pub const LINK_TAGS_MAX: usize = 20;
/// The greatest weight of a bot.
pub const WEIGHT_MAX: i64 = 1_000;

/// One of the bots that a link hands people to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkBot {
    pub bot: BotId,
    /// Its share among the weights of all.
    pub weight: i64,
    /// The flow of this bot that a start through the link begins.
    pub flow: Option<FlowId>,
}

/// A link as somebody wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkDraft {
    /// `A-Z a-z 0-9 _ -`, so that it can also stand as a start payload.
    pub code: String,
    pub name: String,
    /// Where the link is put, in the team's own words; may be empty.
    pub channel: String,
    /// What the visit has when its address carries no `utm_…` of its own.
    pub utm: Utm,
    /// Names of the tags that a start through the link applies.
    pub tags: Vec<String>,
    pub bots: Vec<LinkBot>,
}

impl LinkDraft {
    /// Trims the texts and checks everything; every fault is told.
    ///
    /// # Errors
    /// What is wrong, each under its field.
    pub fn checked(mut self) -> Result<Self, Vec<FieldError>> {
        let mut faults = Faults::default();
        self.name = faults.text("/name", &self.name, NAME_CHARS_MAX, true);
        self.channel = faults.text("/channel", &self.channel, NAME_CHARS_MAX, false);
        if !is_code(&self.code) {
            let message = format!("must be 1 to {CODE_CHARS_MAX} of A-Z, a-z, 0-9, _ and -");
            faults.add("/code", "invalid", message);
        }
        for (field, value) in self.utm.named_mut() {
            if let Some(text) = value.take() {
                let text = faults.text(&format!("/utm/{field}"), &text, NAME_CHARS_MAX, false);
                *value = (!text.is_empty()).then_some(text);
            }
        }
        self.tags(&mut faults);
        self.bots(&mut faults);
        if faults.0.is_empty() { Ok(self) } else { Err(faults.0) }
    }

    fn tags(&mut self, faults: &mut Faults) {
        if self.tags.len() > LINK_TAGS_MAX {
            faults.add("/tags", "too_many", format!("must have at most {LINK_TAGS_MAX} entries"));
            return;
        }
        let mut kept: Vec<String> = Vec::with_capacity(self.tags.len());
        for (index, tag) in self.tags.iter().enumerate() {
            let tag = tidied(&faults.text(&format!("/tags/{index}"), tag, TAG_NAME_CHARS_MAX, true));
            if !kept.iter().any(|known| name_key(known) == name_key(&tag)) {
                kept.push(tag);
            }
        }
        self.tags = kept;
    }

    fn bots(&self, faults: &mut Faults) {
        match self.bots.len() {
            0 => faults.add("/bots", "required", "must name at least one bot".into()),
            1..=LINK_BOTS_MAX => {}
            _ => faults.add("/bots", "too_many", format!("must have at most {LINK_BOTS_MAX} entries")),
        }
        for (index, entry) in self.bots.iter().enumerate().take(LINK_BOTS_MAX) {
            if !(1..=WEIGHT_MAX).contains(&entry.weight) {
                let message = format!("must be from 1 to {WEIGHT_MAX}");
                faults.add(&format!("/bots/{index}/weight"), "out_of_range", message);
            }
            if self.bots[..index].iter().any(|before| before.bot == entry.bot) {
                faults.add(&format!("/bots/{index}/bot_id"), "conflict", "stands here already".into());
            }
        }
    }
}

/// Faults as they are found.
#[derive(Default)]
struct Faults(Vec<FieldError>);

impl Faults {
    fn add(&mut self, path: &str, code: &'static str, message: String) {
        self.0.push(FieldError { path: path.into(), code, message });
    }

    fn text(&mut self, path: &str, text: &str, chars_max: usize, required: bool) -> String {
        let text = text.trim();
        if required && is_blank(text) {
            self.add(path, "required", "must not be empty".into());
        } else if text.chars().count() > chars_max {
            self.add(path, "too_long", format!("must have at most {chars_max} characters"));
        } else if text.chars().any(char::is_control) {
            self.add(path, "bad_character", "must not hold control characters".into());
        }
        text.to_owned()
    }
}

fn is_code(code: &str) -> bool {
    (1..=CODE_CHARS_MAX).contains(&code.len())
        && code.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> LinkDraft {
        LinkDraft {
            code: "fb-summer".into(),
            name: " Facebook, summer ".into(),
            channel: String::new(),
            utm: Utm { source: Some("facebook".into()), medium: Some("  ".into()), ..Utm::default() },
            tags: vec!["vip".into(), " vip".into(), "VIP".into(), "vi\u{200b}p".into()],
            bots: vec![LinkBot { bot: BotId(1), weight: 1, flow: None }],
        }
    }

    #[test]
    fn a_good_draft_is_trimmed() {
        let checked = draft().checked().unwrap();
        assert_eq!(checked.name, "Facebook, summer");
        assert_eq!(checked.utm, Utm { source: Some("facebook".into()), ..Utm::default() });
        assert_eq!(checked.tags, ["vip"]);
    }

    #[test]
    fn every_fault_names_its_place() {
        let bad = LinkDraft {
            code: "fb summer".into(),
            name: " ".into(),
            utm: Utm { campaign: Some("x".repeat(200)), ..Utm::default() },
            tags: vec!["\u{200b}".into(), "\u{200d}\u{feff}".into()],
            bots: [(1, 0), (1, 5), (2, WEIGHT_MAX + 1)]
                .map(|(bot, weight)| LinkBot { bot: BotId(bot), weight, flow: None })
                .to_vec(),
            ..draft()
        };
        let faults = bad.checked().unwrap_err();
        let paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
        let expected = [
            "/name",
            "/code",
            "/utm/campaign",
            "/tags/0",
            "/tags/1",
            "/bots/0/weight",
            "/bots/1/bot_id",
            "/bots/2/weight",
        ];
        assert_eq!(paths, expected);
        let without = LinkDraft { bots: Vec::new(), ..draft() };
        assert_eq!(without.checked().unwrap_err()[0].path, "/bots");
    }
}
