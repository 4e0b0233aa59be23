//! The first `Markdown` mode, kept by Telegram for old bots: no nesting, few escapes.

use crate::entity::{Entity, Kind, sort, units};
use crate::link;

/// Parses legacy Markdown into text and sorted entities.
///
/// The error is what follows `can't parse entities: ` in the Bot API's answer.
pub fn parse(input: &str) -> Result<(String, Vec<Entity>), String> {
    let (mut text, mut entities, mut rest) = (String::with_capacity(input.len()), Vec::new(), input);
    while let Some(c) = rest.chars().next() {
        let at = input.len() - rest.len();
        let after = &rest[c.len_utf8()..];
        if c == '\\' && after.starts_with(['_', '*', '`', '[']) {
            text.push_str(&after[..1]);
            rest = &after[1..];
        } else if !matches!(c, '_' | '*' | '`' | '[') {
            text.push(c);
            rest = after;
        } else {
            let never = || format!("Can't find end of the entity starting at byte offset {at}");
            rest = entity(rest, &mut text, &mut entities).ok_or_else(never)?;
        }
    }
    sort(&mut entities);
    Ok((text, entities))
}

/// Takes the entity at the front: the text behind it, or nothing if it has no end.
fn entity<'a>(rest: &'a str, text: &mut String, entities: &mut Vec<Entity>) -> Option<&'a str> {
    let offset = units(text);
    let (kind, content, rest) = if let Some(inner) = rest.strip_prefix("```") {
        let (content, rest) = inner.split_once("```")?;
        let (language, content) = code_block(content);
        (Some(Kind::Pre { language }), content, rest)
    } else if let Some(inner) = rest.strip_prefix('[') {
        let (content, behind) = inner.split_once(']')?;
        let (address, rest) = match behind.strip_prefix('(') {
            Some(address) => address.split_once(')').unwrap_or((address, "")),
            None => (content, behind),
        };
        let kind = match (link::mentioned_user_id(address), link::normalized(address)) {
            (Some(user_id), _) => Some(Kind::TextMention { user_id }),
            (None, url) => url.map(|url| Kind::TextLink { url }),
        };
        (kind, content, rest)
    } else {
        let mark = rest.chars().next()?;
        let (content, rest) = rest[1..].split_once(mark)?;
        let kind = match mark {
            '_' => Kind::Italic,
            '*' => Kind::Bold,
            _ => Kind::Code,
        };
        (Some(kind), content, rest)
    };
    text.push_str(content);
    let length = units(content);
    if let Some(kind) = kind
        && length > 0
    {
        entities.push(Entity::new(kind, offset, length));
    }
    Some(rest)
}

/// The language in the first line of a block, if any, and the code.
fn code_block(content: &str) -> (Option<String>, &str) {
    let end = content.find(char::is_whitespace).unwrap_or(0);
    let (language, code) = content.split_at(end);
    let code = code.strip_prefix("\r\n").or_else(|| code.strip_prefix('\n')).unwrap_or(code);
    (Some(language.to_string()).filter(|language| !language.is_empty()), code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_do_not_nest() {
        let (text, entities) = parse("🙂 *a_b* \\_c [d](https://a.test) ```py\ne``` `f`").unwrap();
        assert_eq!(text, "🙂 a_b _c d e f");
        let names: Vec<_> = entities.iter().map(|e| (e.kind.name(), e.offset, e.length)).collect();
        assert_eq!(names, [("bold", 3, 3), ("text_link", 10, 1), ("pre", 12, 1), ("code", 14, 1)]);
        let error = "Can't find end of the entity starting at byte offset 5";
        assert_eq!(parse("🙂 *a"), Err(error.to_string()));
    }
}
