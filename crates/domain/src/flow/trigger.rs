//! What begins a run: a command, a payload of `/start`, a keyword in a text.

use serde_json::Value;

use crate::message::{Findings, Object};
use crate::naming::search_fold;

use super::{Graph, Input, KEYWORD_CHARS_MAX, Node, Start, TRIGGERS_MAX};

/// One way into a flow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trigger {
    /// Without its slash, in lower case.
    Command(String),
    /// What a deep link carries to `/start`.
    Payload(String),
    /// A word or phrase in what the person writes.
    Keyword(String),
}

/// A trigger that fits an input. Of several flows that could begin, the greatest wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TriggerMatch<'g> {
    /// 2 for a payload, 1 for a command, 0 for a keyword.
    rank: u8,
    /// The longer keyword says more.
    keyword_chars: usize,
    /// The start node.
    pub node: &'g str,
}

impl Graph {
    /// The start node that an input begins a run at. A payload goes before the command that carries it; of several
    /// keywords the longest counts. `None` also for inputs that begin nothing.
    pub fn trigger_for(&self, input: &Input) -> Option<TriggerMatch<'_>> {
        let starts = self.nodes().filter_map(|(id, node)| match node {
            Node::Start { triggers, .. } => Some((id, triggers)),
            _ => None,
        });
        let pairs = starts.flat_map(|(id, triggers)| triggers.iter().map(move |trigger| (id, trigger)));
        pairs.filter_map(|(node, trigger)| trigger.matches(input).map(|m| TriggerMatch { node, ..m })).max()
    }
}

impl Trigger {
    fn matches(&self, input: &Input) -> Option<TriggerMatch<'static>> {
        let (rank, keyword_chars) = match (self, input) {
            (Self::Payload(wanted), Input::Started(Start::Command { name, payload: Some(payload) }))
                if name == "start" && payload == wanted =>
            {
                (2, 0)
            }
            (Self::Command(wanted), Input::Started(Start::Command { name, .. }))
                if name.eq_ignore_ascii_case(wanted) =>
            {
                (1, 0)
            }
            (Self::Keyword(keyword), Input::Text(text)) if keyword_matches(keyword, text) => {
                (0, keyword.chars().count())
            }
            _ => return None,
        };
        Some(TriggerMatch { rank, keyword_chars, node: "" })
    }
}

/// Whether a text holds a keyword: as whole words, whatever their case, accents and width. Scripts that are written
/// without spaces, and keywords without letters or digits, match anywhere; a word of another script ends where one of
/// those begins.
pub fn keyword_matches(keyword: &str, text: &str) -> bool {
    let (keyword, text) = (closed_up(&search_fold(keyword)), closed_up(&search_fold(text)));
    let keyword = keyword.trim();
    if keyword.is_empty() {
        return false;
    }
    let wanted = words(keyword);
    if wanted.is_empty() || keyword.chars().any(is_unspaced) {
        return text.contains(keyword);
    }
    words(&text).windows(wanted.len()).any(|window| window == wanted)
}

fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric()).flat_map(cut).collect()
}

/// Cuts where a script without spaces begins or ends: in 我要VIP服务 stands the word VIP.
fn cut(run: &str) -> Vec<&str> {
    let (mut parts, mut rest) = (Vec::new(), run);
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| is_unspaced(c) != is_unspaced(first)).unwrap_or(rest.len());
        let (part, behind) = rest.split_at(end);
        parts.push(part);
        rest = behind;
    }
    parts
}

/// Leaves out blanks beside Chinese and Japanese letters, where they part nothing: VIP 会员 is VIP会员.
fn closed_up(text: &str) -> String {
    let mut closed = String::with_capacity(text.len());
    let mut after = text.chars().peekable();
    while let Some(c) = after.next() {
        if c != ' ' {
            closed.push(c);
            continue;
        }
        // A run of blanks at once: somebody may send thousands.
        let mut blanks = 1;
        while after.next_if_eq(&' ').is_some() {
            blanks += 1;
        }
        let beside = [closed.chars().next_back(), after.peek().copied()];
        if !beside.into_iter().flatten().any(parts_nothing) {
            closed.extend(std::iter::repeat_n(' ', blanks));
        }
    }
    closed
}

fn parts_nothing(c: char) -> bool {
    matches!(u32::from(c), 0x3040..=0x30ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x3ffff)
}

/// Thai, Lao, Myanmar, Khmer, Chinese, Japanese; Korean too, whose particles cling to the word.
fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c),
        0x0e00..=0x0eff | 0x1000..=0x109f | 0x1100..=0x11ff | 0x1780..=0x17ff | 0x3040..=0x30ff | 0x3100..=0x318f
        | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xac00..=0xd7af | 0xf900..=0xfaff | 0x20000..=0x3ffff)
}

/// Reads a start's `triggers`; absent is the same as none.
pub(super) fn read_all(findings: &mut Findings, object: Object<'_, '_>) -> Vec<Trigger> {
    let path = object.at("triggers");
    let Some(value) = object.get("triggers") else { return Vec::new() };
    let items = findings.list(value, &path, TRIGGERS_MAX).unwrap_or_default();
    let read = |(index, item)| read(findings, item, &format!("{path}/{index}"));
    items.iter().enumerate().filter_map(read).collect()
}

fn read(findings: &mut Findings, item: &Value, path: &str) -> Option<Trigger> {
    let object = findings.object(item, path, &["command", "payload", "keyword"])?;
    let mut fields = object.map.iter();
    let (Some((key, value)), None) = (fields.next(), fields.next()) else {
        findings.add(path, "conflict", "must be exactly one of command, payload and keyword");
        return None;
    };
    let place = object.at(key);
    let text = findings.text(value, &place)?;
    let (is_form, form) = match key.as_str() {
        "command" => (is_command(text), "must be 1 to 32 of a-z, 0-9 and _, without the slash"),
        "payload" => (is_payload(text), "must be 1 to 64 of A-Z, a-z, 0-9, _ and -"),
        _ => (is_keyword(text), "must be 1 to 64 characters, not blank"),
    };
    if !is_form {
        findings.add(place, "invalid", form);
        return None;
    }
    match key.as_str() {
        "command" => Some(Trigger::Command(text.to_owned())),
        "payload" => Some(Trigger::Payload(text.to_owned())),
        "keyword" => Some(Trigger::Keyword(text.trim().to_owned())),
        _ => None,
    }
}

fn is_command(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// Whether a link can carry it: Telegram's clients pass on nothing else behind `?start=`.
pub fn is_payload(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

fn is_keyword(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= KEYWORD_CHARS_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_cut_where_scripts_without_spaces_begin_and_end() {
        for (keyword, text) in [
            ("退款", "我要退款!"),
            ("退款", "我要 退 款"),
            ("退 款", "退款"),
            ("vip", "我要VIP服务"),
            ("vip", "ＶＩＰ会员"),
            ("VIP 会员", "vip会员价"),
            ("vip会员", "我是 VIP 会员"),
            ("ガブ", "カ\u{3099}フ\u{3099}リエル"),
            ("ｶﾞﾌﾞ", "ガブリエル"),
            ("vip", "VIP는 얼마"),
            ("ราคา", "ขอทราบราคาค่ะ"),
        ] {
            assert!(keyword_matches(keyword, text), "{keyword} in {text}");
        }
        for (keyword, text) in
            [("vip", "vipers"), ("나이", "나 이거"), ("退款", "退 了 款"), ("stop", "nonstop")]
        {
            assert!(!keyword_matches(keyword, text), "{keyword} in {text}");
        }
    }
}
