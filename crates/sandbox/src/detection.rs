//! What Telegram finds in a text by itself: links, mail addresses, mentions, hashtags, commands.

use crate::entity::{Entity, Kind};
use crate::link;

/// Endings that make a bare word an address; the real list is longer.
const ENDINGS: &[&str] = &[
    "com", "org", "net", "io", "me", "dev", "app", "cn", "de", "br", "es", "tr", "uk", "ru", "info", "shop",
    "ai", "co", "eu", "fr", "in", "jp", "xyz", "tv",
];

/// Adds what can be found outside the entities that are there.
pub fn add(text: &str, entities: &mut Vec<Entity>) {
    if !text.contains(['/', '@', '#', '$', '.', ':']) {
        return;
    }
    let mut found = Vec::new();
    let mut unit = 0;
    for word in text.split_inclusive(|c: char| c.is_whitespace()) {
        let bare = word.trim_end_matches(|c: char| c.is_whitespace());
        if let Some((kind, from, to)) = meaning(bare) {
            let before = crate::entity::units(&bare[..from]);
            found.push(Entity::new(kind, unit + before, crate::entity::units(&bare[from..to])));
        }
        unit += crate::entity::units(word);
    }
    let blocks = |e: &Entity| {
        e.kind.is_code()
            || matches!(e.kind, Kind::TextLink { .. } | Kind::TextMention { .. } | Kind::DateTime { .. })
    };
    found.retain(|new| {
        !entities.iter().any(|old| {
            let touches = new.offset < old.end() && old.offset < new.end();
            let crosses = touches && !(old.offset <= new.offset && new.end() <= old.end());
            let same = touches && old.kind == new.kind;
            (touches && blocks(old)) || same || (crosses && !old.kind.is_style())
        })
    });
    entities.append(&mut found);
}

/// The meaning of one word without white space, and its bytes.
fn meaning(word: &str) -> Option<(Kind, usize, usize)> {
    let from = word.find(|c: char| !"([{\"'«,;".contains(c))?;
    let body = &word[from..];
    let name_end = |rest: &str, extra: &str| {
        rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || extra.contains(c))).unwrap_or(rest.len())
    };
    let first = body.chars().next()?;
    let rest = &body[first.len_utf8()..];
    let (kind, length) = match first {
        '/' => (Kind::BotCommand, command_length(rest)?),
        '@' => {
            let length = name_end(rest, "");
            let plain = rest[..length].bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            ((3..=32).contains(&length) && plain).then_some((Kind::Mention, length))?
        }
        '#' => {
            let length = name_end(rest, "");
            let wordy = rest[..length].chars().any(|c| !c.is_numeric());
            (length > 0 && wordy).then_some((Kind::Hashtag, length))?
        }
        '$' => {
            let length = name_end(rest, "");
            let upper = rest[..length].bytes().all(|b| b.is_ascii_uppercase());
            ((1..=8).contains(&length) && upper).then_some((Kind::Cashtag, length))?
        }
        _ => return address(body).map(|(kind, length)| (kind, from, from + length)),
    };
    Some((kind, from, from + first.len_utf8() + length))
}

/// Bytes of a command behind its slash: a name, and perhaps the bot it is for.
fn command_length(rest: &str) -> Option<usize> {
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let name = rest.bytes().take_while(|b| is_name(*b)).count();
    if !(1..=64).contains(&name) {
        return None;
    }
    let behind = &rest[name..];
    let end = match behind.strip_prefix('@') {
        Some(bot) => {
            let bot_length = bot.bytes().take_while(|b| is_name(*b)).count();
            if bot_length >= 3 { name + 1 + bot_length } else { name }
        }
        None => name,
    };
    let next = rest[end..].chars().next();
    (!next.is_some_and(|c| c == '/' || c.is_alphanumeric())).then_some(end)
}

/// A link or mail address at the start of a word, and its bytes without closing punctuation.
fn address(word: &str) -> Option<(Kind, usize)> {
    let end = word.trim_end_matches(|c: char| ".,;:!?)]}\"'»。，！？".contains(c)).len();
    let word = &word[..end];
    if !word.contains('.') && !word.contains("://") {
        return None;
    }
    let lower = word.to_ascii_lowercase();
    if lower.starts_with("http://") || lower.starts_with("https://") || lower.starts_with("tg://") {
        return link::normalized(word).map(|_| (Kind::Url, end));
    }
    if lower.contains("://") {
        return None;
    }
    let (head, _) = lower.split_at(lower.find(['/', '?', '#']).unwrap_or(lower.len()));
    let host = head.rsplit('@').next().unwrap_or_default().split(':').next().unwrap_or_default();
    let ending = host.rsplit('.').next().unwrap_or_default();
    let labels = host.split('.').all(|l| !l.is_empty() && l.chars().all(|c| c.is_alphanumeric() || c == '-'));
    if !labels || !host.contains('.') || !ENDINGS.contains(&ending) {
        return None;
    }
    if head.contains('@') {
        let plain = head.bytes().all(|b| b.is_ascii_alphanumeric() || b"._%+-@".contains(&b));
        return (plain && head.len() == lower.len() && !head.starts_with('@')).then_some((Kind::Email, end));
    }
    link::normalized(word).map(|_| (Kind::Url, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&'static str, usize, usize)> {
        let mut entities = Vec::new();
        add(text, &mut entities);
        entities.iter().map(|e| (e.kind.name(), e.offset, e.length)).collect()
    }

    #[test]
    fn finds_what_is_meant() {
        assert_eq!(found("/start fb-summer"), [("bot_command", 0, 6)]);
        assert_eq!(found("/help@muster_bot now"), [("bot_command", 0, 16)]);
        assert_eq!(found("🏟 see https://a.test/x, ok"), [("url", 7, 16)]);
        assert_eq!(found("(example.com)"), [("url", 1, 11)]);
        assert_eq!(
            found("me@example.com @durov #科技 $USD"),
            [("email", 0, 14), ("mention", 15, 6), ("hashtag", 22, 3), ("cashtag", 26, 4)]
        );
        assert_eq!(found("http://localhost:8080/c/a.b"), [("url", 0, 27)]);
    }

    #[test]
    fn leaves_the_rest() {
        for text in [
            "and/or",
            "1/2",
            "a.b",
            "/a/b",
            "3.14",
            "#1",
            "@x",
            "e.g. this",
            "$usd",
            "/",
            "//x",
            "ftp://a.com",
            "end.",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
