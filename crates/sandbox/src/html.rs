//! Telegram's HTML: a forgiving tag soup with unforgiving errors.
//!
//! The rules are those that the published test vectors of Telegram's own library show; the
//! vectors are read by a test. Byte offsets in errors count from the start of the input.

use crate::entity::{Entity, Kind, sort};
use crate::link;

const TAGS: &[&str] = &[
    "a",
    "b",
    "strong",
    "i",
    "em",
    "s",
    "strike",
    "del",
    "u",
    "ins",
    "tg-spoiler",
    "span",
    "pre",
    "code",
    "tg-emoji",
    "tg-time",
    "blockquote",
];

/// Parses HTML into text and sorted entities; nothing is trimmed yet.
///
/// The error is what follows `can't parse entities: ` in the Bot API's answer.
pub fn parse(input: &str) -> Result<(String, Vec<Entity>), String> {
    let mut parser = Parser {
        bytes: input.as_bytes(),
        input,
        at: 0,
        text: String::new(),
        units: 0,
        open: Vec::new(),
        done: Vec::new(),
    };
    parser.run()?;
    if let Some(tag) = parser.open.last() {
        return Err(format!("Can't find end tag corresponding to start tag \"{}\"", tag.name));
    }
    let mut entities: Vec<Entity> = parser.done.into_iter().map(|done| done.entity).collect();
    sort(&mut entities);
    Ok((parser.text, entities))
}

struct OpenTag {
    name: String,
    argument: String,
    format: String,
    unit: usize,
    byte: usize,
}

/// A finished entity; `language` is what a `code` tag would lend to a `pre` of the same range.
struct Done {
    entity: Entity,
    language: String,
}

struct Parser<'a> {
    input: &'a str,
    bytes: &'a [u8],
    at: usize,
    text: String,
    units: usize,
    open: Vec<OpenTag>,
    done: Vec<Done>,
}

impl Parser<'_> {
    fn run(&mut self) -> Result<(), String> {
        while let Some(c) = self.input[self.at..].chars().next() {
            if c == '&'
                && let Some((decoded, end)) = decoded_entity(self.input, self.at)
            {
                self.push(decoded);
                self.at = end;
            } else if c != '<' {
                self.push(c);
                self.at += c.len_utf8();
            } else if self.bytes.get(self.at + 1) == Some(&b'/') {
                self.end_tag()?;
            } else {
                self.start_tag()?;
            }
        }
        Ok(())
    }

    fn push(&mut self, c: char) {
        self.text.push(c);
        self.units += c.len_utf16();
    }

    /// The byte at the cursor; the end of the input reads as zero, which counts as a space.
    fn byte(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    fn skip_while(&mut self, wanted: impl Fn(u8) -> bool) {
        while self.at < self.bytes.len() && wanted(self.bytes[self.at]) {
            self.at += 1;
        }
    }

    fn start_tag(&mut self) -> Result<(), String> {
        let begin = self.at;
        self.at += 1;
        self.skip_while(|b| !is_space(b) && b != b'>');
        if self.at >= self.bytes.len() {
            return Err(format!("Unclosed start tag at byte offset {begin}"));
        }
        let name = self.input[begin + 1..self.at].to_ascii_lowercase();
        if !TAGS.contains(&name.as_str()) {
            return Err(format!("Unsupported start tag \"{name}\" at byte offset {begin}"));
        }
        let mut tag = OpenTag {
            name,
            argument: String::new(),
            format: String::new(),
            unit: self.units,
            byte: self.text.len(),
        };
        while self.byte() != b'>' {
            self.skip_while(is_space);
            if self.byte() == b'>' {
                break;
            }
            self.attribute(begin, &mut tag)?;
        }
        if tag.name == "span" && tag.argument != "spoiler" {
            return Err(format!("Tag \"span\" must have class \"tg-spoiler\" at byte offset {begin}"));
        }
        self.at += 1;
        self.open.push(tag);
        Ok(())
    }

    fn attribute(&mut self, begin: usize, tag: &mut OpenTag) -> Result<(), String> {
        let name_at = self.at;
        self.skip_while(|b| !is_space(b) && b != b'=' && b != b'>');
        let name = self.input[name_at..self.at].to_ascii_lowercase();
        if name.is_empty() {
            return Err(format!("Empty attribute name in the tag \"{}\" at byte offset {begin}", tag.name));
        }
        self.skip_while(is_space);
        if self.at >= self.bytes.len() {
            return Err(format!("Unclosed start tag \"{}\" at byte offset {begin}", tag.name));
        }
        let value = if self.byte() == b'=' {
            self.at += 1;
            self.skip_while(is_space);
            if self.at >= self.bytes.len() {
                return Err(format!("Unclosed start tag \"{}\" at byte offset {begin}", tag.name));
            }
            self.attribute_value()?
        } else {
            String::new()
        };
        if self.at >= self.bytes.len() {
            return Err(format!("Unclosed start tag at byte offset {begin}"));
        }
        take_attribute(tag, &name, value);
        Ok(())
    }

    fn attribute_value(&mut self) -> Result<String, String> {
        let quote = self.byte();
        if quote != b'"' && quote != b'\'' {
            let token_at = self.at;
            self.skip_while(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-');
            if !is_space(self.byte()) && self.byte() != b'>' {
                return Err(format!("Unexpected end of name token at byte offset {token_at}"));
            }
            return Ok(self.input[token_at..self.at].to_ascii_lowercase());
        }
        self.at += 1;
        let mut value = String::new();
        while let Some(c) = self.input[self.at..].chars().next() {
            if c == char::from(quote) {
                self.at += 1;
                break;
            }
            match (c == '&').then(|| decoded_entity(self.input, self.at)).flatten() {
                Some((decoded, end)) => {
                    value.push(decoded);
                    self.at = end;
                }
                None => {
                    value.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
        Ok(value)
    }

    fn end_tag(&mut self) -> Result<(), String> {
        let begin = self.at;
        let Some(tag) = self.open.pop() else {
            return Err(format!("Unexpected end tag at byte offset {begin}"));
        };
        self.at += 2;
        let name_at = self.at;
        self.skip_while(|b| !is_space(b) && b != b'>');
        let name = self.input[name_at..self.at].to_ascii_lowercase();
        self.skip_while(is_space);
        if self.byte() != b'>' {
            return Err(format!("Unclosed end tag at byte offset {begin}"));
        }
        if !name.is_empty() && name != tag.name {
            let expected = tag.name;
            return Err(format!(
                "Unmatched end tag at byte offset {begin}, expected \"</{expected}>\", found \"</{name}>\""
            ));
        }
        self.at += 1;
        if self.units > tag.unit { self.close(tag) } else { Ok(()) }
    }

    fn close(&mut self, tag: OpenTag) -> Result<(), String> {
        let (offset, length) = (tag.unit, self.units - tag.unit);
        let kind = match tag.name.as_str() {
            "b" | "strong" => Kind::Bold,
            "i" | "em" => Kind::Italic,
            "u" | "ins" => Kind::Underline,
            "s" | "strike" | "del" => Kind::Strikethrough,
            "tg-spoiler" | "span" => Kind::Spoiler,
            "blockquote" if tag.argument.is_empty() => Kind::Blockquote,
            "blockquote" => Kind::ExpandableBlockquote,
            "tg-emoji" => custom_emoji(tag.argument)?,
            "tg-time" => date_time(&tag.argument, tag.format)?,
            "pre" | "code" => {
                self.close_code(&tag, offset, length);
                return Ok(());
            }
            _ => {
                let address = if tag.argument.is_empty() { &self.text[tag.byte..] } else { &tag.argument };
                match (link::mentioned_user_id(address), link::normalized(address)) {
                    (Some(user_id), _) => Kind::TextMention { user_id },
                    (None, Some(url)) => Kind::TextLink { url },
                    (None, None) => return Ok(()),
                }
            }
        };
        self.done.push(Done { entity: Entity::new(kind, offset, length), language: String::new() });
        Ok(())
    }

    /// `pre` and a `code` with a language over the same range are one block of that language,
    /// whichever is the outer one.
    fn close_code(&mut self, tag: &OpenTag, offset: usize, length: usize) {
        let is_pre = tag.name == "pre";
        if let Some(inner) = self.done.last_mut()
            && inner.entity.offset == offset
            && inner.entity.length == length
        {
            let language = match inner.entity.kind {
                Kind::Code if is_pre => &inner.language,
                Kind::Pre { language: None } if !is_pre => &tag.argument,
                _ => "",
            };
            if !language.is_empty() {
                inner.entity.kind = Kind::Pre { language: Some(language.to_string()) };
                return;
            }
        }
        let kind = if is_pre { Kind::Pre { language: None } } else { Kind::Code };
        let language = if is_pre { String::new() } else { tag.argument.clone() };
        self.done.push(Done { entity: Entity::new(kind, offset, length), language });
    }
}

fn take_attribute(tag: &mut OpenTag, name: &str, value: String) {
    match (tag.name.as_str(), name) {
        ("a", "href") | ("tg-emoji", "emoji-id") | ("tg-time", "unix") => tag.argument = value,
        ("tg-time", "format") => tag.format = value,
        ("code", "class") => tag.argument = value.strip_prefix("language-").unwrap_or_default().into(),
        ("span", "class") => tag.argument = value.strip_prefix("tg-").unwrap_or_default().into(),
        ("blockquote", "expandable") => tag.argument = "1".into(),
        _ => {}
    }
}

fn custom_emoji(id: String) -> Result<Kind, String> {
    match id.parse::<i64>() {
        Ok(number) if number != 0 => Ok(Kind::CustomEmoji { id }),
        _ => Err("Invalid custom emoji identifier specified".into()),
    }
}

/// A moment that each reader sees in their own time zone.
pub fn date_time(unix_s: &str, format: String) -> Result<Kind, String> {
    let unix_s = unix_s.parse().map_err(|_| "Invalid Unix time specified".to_string())?;
    if is_date_format(&format) {
        Ok(Kind::DateTime { unix_s, format })
    } else {
        Err("Invalid date format used".into())
    }
}

/// `r` alone, or a weekday, a date and a time in that order, each once.
pub fn is_date_format(format: &str) -> bool {
    if format == "r" {
        return true;
    }
    let rest = format.strip_prefix('w').unwrap_or(format);
    let rest = rest.strip_prefix(['d', 'D']).unwrap_or(rest);
    rest.strip_prefix(['t', 'T']).unwrap_or(rest).is_empty()
}

fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\r' | b'\n' | 0 | 0x0b)
}

/// The character that an HTML entity at `at` stands for, and the byte behind it. The semicolon
/// may be left out; unknown names and impossible numbers stay as they are written.
fn decoded_entity(input: &str, at: usize) -> Option<(char, usize)> {
    let bytes = input.as_bytes();
    let digits_from =
        |from: usize, wanted: fn(&u8) -> bool| from + bytes[from..].iter().take_while(|b| wanted(b)).count();
    let (c, end) = if bytes.get(at + 1) == Some(&b'#') {
        let (from, end, radix) = if bytes.get(at + 2) == Some(&b'x') {
            (at + 3, digits_from(at + 3, u8::is_ascii_hexdigit), 16)
        } else {
            (at + 2, digits_from(at + 2, u8::is_ascii_digit), 10)
        };
        if end - at >= 10 {
            return None;
        }
        let code = u32::from_str_radix(&input[from..end], radix).ok()?;
        (char::from_u32(code).filter(|c| *c != '\0' && code < 0x10_ffff)?, end)
    } else {
        let end = digits_from(at + 1, u8::is_ascii_alphabetic);
        let c = match &input[at + 1..end] {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "quot" => '"',
            _ => return None,
        };
        (c, end)
    };
    Some((c, if bytes.get(end) == Some(&b';') { end + 1 } else { end }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    proptest! {
        /// Whatever is typed, the parser ends, and its entities lie within its text.
        #[test]
        fn any_input_ends_well(input in "([<>/&;=\"' ab🏟]|<b>|</b>|<a href=|<code>|</|&lt;|&#x1F|<pre>){0,24}") {
            if let Ok((text, entities)) = parse(&input) {
                let units = text.encode_utf16().count();
                for entity in entities {
                    prop_assert!(entity.length > 0 && entity.end() <= units);
                }
            }
        }
    }

    #[test]
    fn numbers_of_characters_have_at_most_seven_digits() {
        assert_eq!(parse("&#0000065;&#x41&#65 ").unwrap().0, "AAA ");
        assert_eq!(parse("&#00000065;&#0;&#xD800;").unwrap().0, "&#00000065;&#0;&#xD800;");
    }

    #[test]
    fn passes_every_published_vector() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/telegram_html_vectors.json");
        let Ok(file) = std::fs::read_to_string(path) else {
            println!("skipped: the published vectors are not at hand");
            return;
        };
        let file: Value = serde_json::from_str(&file).unwrap();
        let vectors = file["vectors"].as_array().unwrap();
        for vector in vectors {
            let input = vector["input"].as_str().unwrap();
            match parse(input) {
                Err(error) => assert_eq!(Value::from(error), vector["error"], "{input}"),
                Ok((text, entities)) => {
                    assert_eq!(Value::from(text), vector["text"], "{input}");
                    let entities: Vec<Value> = entities.iter().map(|e| e.to_json(|id| json!(id))).collect();
                    assert_eq!(Value::from(entities), vector["entities"], "{input}");
                }
            }
        }
        println!("{} vectors passed", vectors.len());
        assert_eq!(vectors.len(), 78);
    }
}
