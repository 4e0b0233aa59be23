//! Telegram's HTML dialect.
//!
//! It is not HTML: few tags, four named entities, and errors of its own. What it answers is held against
//! Telegram's published test cases.

use super::entity::{Entity, EntityKind, Formatted, sort};
use super::link;
use super::scanner::{Output, Scanner, is_space};

const TAGS: [&str; 17] = [
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
    "tg-emoji",
    "tg-time",
    "span",
    "pre",
    "code",
    "blockquote",
];

/// Reads HTML into text and entities. White space is kept as it is.
///
/// # Errors
/// What Telegram says after `can't parse entities: `.
pub fn parse(source: &str) -> Result<Formatted, String> {
    parse_telling(source, &mut Vec::new())
}

/// As [`parse`]; `dropped` takes the addresses that Telegram makes no link of.
pub(super) fn parse_telling(source: &str, dropped: &mut Vec<String>) -> Result<Formatted, String> {
    let mut parser = Parser::new(source);
    while let Some(c) = parser.scanner.peek() {
        match c {
            '&' => parser.character_reference()?,
            '<' if parser.scanner.second() == Some('/') => parser.end_tag()?,
            '<' => parser.start_tag()?,
            _ => {
                parser.scanner.bump();
                parser.output.push(c);
            }
        }
    }
    if let Some(open) = parser.open.last() {
        return Err(format!("Can't find end tag corresponding to start tag \"{}\"", open.tag));
    }
    dropped.append(&mut parser.dropped);
    let mut entities: Vec<Entity> = parser.found.into_iter().map(|found| found.entity).collect();
    sort(&mut entities);
    Ok(Formatted { text: parser.output.text, entities })
}

struct Parser<'a> {
    scanner: Scanner<'a>,
    output: Output,
    open: Vec<OpenTag>,
    found: Vec<Found>,
    dropped: Vec<String>,
}

/// A start tag that waits for its end.
struct OpenTag {
    tag: &'static str,
    attributes: Attributes,
    /// In UTF-16 code units.
    offset: usize,
    /// In bytes of the text put out.
    begin: usize,
}

/// What is kept of a tag's attributes.
#[derive(Default)]
struct Attributes {
    /// The one that the tag is about: address, language, class, emoji or time.
    main: String,
    /// Of `tg-time` only.
    format: String,
    /// Of `blockquote` only.
    expandable: bool,
}

/// A finished entity. `language` is that of a `code` tag, in case a `pre` closes around it.
struct Found {
    entity: Entity,
    language: String,
}

impl<'a> Parser<'a> {
    fn new(source: &'a str) -> Self {
        Self {
            scanner: Scanner::new(source),
            output: Output::default(),
            open: Vec::new(),
            found: Vec::new(),
            dropped: Vec::new(),
        }
    }

    fn character_reference(&mut self) -> Result<(), String> {
        match decode(&mut self.scanner)? {
            Some(c) => self.output.push(c),
            None => {
                self.scanner.bump();
                self.output.push('&');
            }
        }
        Ok(())
    }

    fn start_tag(&mut self) -> Result<(), String> {
        let begin = self.scanner.at;
        self.scanner.bump();
        let name = self.scanner.take_while(|c| !is_space(c) && c != '>').to_ascii_lowercase();
        if self.scanner.peek().is_none() {
            return Err(format!("Unclosed start tag at byte offset {begin}"));
        }
        let Some(tag) = TAGS.iter().find(|tag| **tag == name) else {
            return Err(format!("Unsupported start tag \"{name}\" at byte offset {begin}"));
        };
        let mut attributes = Attributes::default();
        loop {
            self.scanner.take_while(is_space);
            match self.scanner.peek() {
                Some('>') => break,
                None => return Err(format!("Unclosed start tag \"{tag}\" at byte offset {begin}")),
                Some(_) => self.attribute(tag, begin, &mut attributes)?,
            }
        }
        self.scanner.bump();
        if *tag == "span" && attributes.main != "spoiler" {
            return Err(format!("Tag \"span\" must have class \"tg-spoiler\" at byte offset {begin}"));
        }
        let (offset, begin) = (self.output.units, self.output.text.len());
        self.open.push(OpenTag { tag, attributes, offset, begin });
        Ok(())
    }

    fn attribute(&mut self, tag: &str, begin: usize, attributes: &mut Attributes) -> Result<(), String> {
        let name = self.scanner.take_while(|c| !is_space(c) && c != '=' && c != '>');
        if name.is_empty() {
            return Err(format!("Empty attribute name in the tag \"{tag}\" at byte offset {begin}"));
        }
        self.scanner.take_while(is_space);
        let value = if self.scanner.eat("=") { self.attribute_value(tag, begin)? } else { String::new() };
        match (tag, name) {
            ("a", "href") | ("tg-emoji", "emoji-id") | ("tg-time", "unix") => attributes.main = value,
            ("code", "class") => attributes.main = value.strip_prefix("language-").unwrap_or("").to_owned(),
            ("span", "class") => attributes.main = value.strip_prefix("tg-").unwrap_or("").to_owned(),
            ("tg-time", "format") => attributes.format = value,
            ("blockquote", "expandable") => attributes.expandable = true,
            _ => {}
        }
        Ok(())
    }

    fn attribute_value(&mut self, tag: &str, begin: usize) -> Result<String, String> {
        self.scanner.take_while(is_space);
        match self.scanner.peek() {
            None => Err(format!("Unclosed start tag \"{tag}\" at byte offset {begin}")),
            Some(quote @ ('"' | '\'')) => {
                self.scanner.bump();
                let value = self.quoted(quote)?;
                // What follows the closing quote directly, such as a comma, belongs to the next attribute's name.
                if self.scanner.peek().is_none() {
                    return Err(format!("Unclosed start tag at byte offset {begin}"));
                }
                Ok(value)
            }
            Some(_) => {
                let token_begin = self.scanner.at;
                let token = self.scanner.take_while(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-');
                match self.scanner.peek() {
                    None => Err(format!("Unclosed start tag at byte offset {begin}")),
                    Some(c) if is_space(c) || c == '>' => Ok(token.to_ascii_lowercase()),
                    Some(_) => Err(format!("Unexpected end of name token at byte offset {token_begin}")),
                }
            }
        }
    }

    fn quoted(&mut self, quote: char) -> Result<String, String> {
        let mut value = String::new();
        while let Some(c) = self.scanner.peek() {
            if c == quote {
                self.scanner.bump();
                break;
            }
            let decoded = if c == '&' { decode(&mut self.scanner)? } else { None };
            value.push(decoded.unwrap_or(c));
            if decoded.is_none() {
                self.scanner.bump();
            }
        }
        Ok(value)
    }

    fn end_tag(&mut self) -> Result<(), String> {
        let begin = self.scanner.at;
        let Some(open) = self.open.pop() else {
            return Err(format!("Unexpected end tag at byte offset {begin}"));
        };
        self.scanner.eat("</");
        let name = self.scanner.take_while(|c| !is_space(c) && c != '>');
        self.scanner.take_while(is_space);
        if !self.scanner.eat(">") {
            return Err(format!("Unclosed end tag at byte offset {begin}"));
        }
        if !name.is_empty() && !name.eq_ignore_ascii_case(open.tag) {
            return Err(format!(
                "Unmatched end tag at byte offset {begin}, expected \"</{}>\", found \"</{name}>\"",
                open.tag
            ));
        }
        if self.output.units > open.offset {
            self.finish(open)?;
        }
        Ok(())
    }

    fn finish(&mut self, open: OpenTag) -> Result<(), String> {
        let (offset, length) = (open.offset, self.output.units - open.offset);
        let inner = self.found.last_mut().filter(|f| f.entity.offset == offset && f.entity.length == length);
        let attributes = open.attributes;
        let mut language = String::new();
        let kind = match open.tag {
            "b" | "strong" => EntityKind::Bold,
            "i" | "em" => EntityKind::Italic,
            "u" | "ins" => EntityKind::Underline,
            "s" | "strike" | "del" => EntityKind::Strikethrough,
            "tg-spoiler" | "span" => EntityKind::Spoiler,
            "tg-emoji" => custom_emoji(attributes.main)?,
            "tg-time" => date_time(&attributes.main, &attributes.format)?,
            "blockquote" if attributes.expandable => EntityKind::ExpandableBlockquote,
            "blockquote" => EntityKind::Blockquote,
            "pre" => match inner {
                Some(code) if code.entity.kind == EntityKind::Code && !code.language.is_empty() => {
                    code.entity.kind = EntityKind::Pre { language: Some(std::mem::take(&mut code.language)) };
                    return Ok(());
                }
                _ => EntityKind::Pre { language: None },
            },
            "code" => match inner {
                Some(pre)
                    if pre.entity.kind == (EntityKind::Pre { language: None })
                        && !attributes.main.is_empty() =>
                {
                    pre.entity.kind = EntityKind::Pre { language: Some(attributes.main) };
                    return Ok(());
                }
                _ => {
                    language = attributes.main;
                    EntityKind::Code
                }
            },
            _ => {
                let target = if attributes.main.is_empty() {
                    &self.output.text[open.begin..]
                } else {
                    &attributes.main
                };
                match link::normalised(target) {
                    Some(url) => EntityKind::TextLink { url },
                    None => {
                        self.dropped.push(target.to_owned());
                        return Ok(());
                    }
                }
            }
        };
        self.found.push(Found { entity: Entity { offset, length, kind }, language });
        Ok(())
    }
}

/// A custom emoji's id is a 64-bit number.
pub(super) fn custom_emoji(id: String) -> Result<EntityKind, String> {
    match id.parse::<i64>() {
        Ok(number) if number != 0 => Ok(EntityKind::CustomEmoji { custom_emoji_id: id }),
        _ => Err("Invalid custom emoji identifier specified".to_owned()),
    }
}

/// A moment, and how to show it: `r`, or in this order an optional `w`, `d` or `D`, `t` or `T`.
pub(super) fn date_time(unix: &str, format: &str) -> Result<EntityKind, String> {
    let unix_time = unix.parse::<i64>().ok().filter(|at| (1..=i64::from(i32::MAX)).contains(at));
    let Some(unix_time) = unix_time else { return Err("Invalid Unix time used".to_owned()) };
    let rest = format.strip_prefix('w').unwrap_or(format);
    let rest = rest.strip_prefix(['d', 'D']).unwrap_or(rest);
    let rest = rest.strip_prefix(['t', 'T']).unwrap_or(rest);
    if format != "r" && !rest.is_empty() {
        return Err("Invalid date format used".to_owned());
    }
    let date_time_format = Some(format.to_owned()).filter(|format| !format.is_empty());
    Ok(EntityKind::DateTime { unix_time, date_time_format })
}

/// Reads a character reference and steps over it; what Telegram does not know stays as it is written.
fn decode(scanner: &mut Scanner<'_>) -> Result<Option<char>, String> {
    let begin = scanner.at;
    scanner.eat("&");
    let code = if scanner.eat("#") {
        let (digits, radix) = if scanner.eat("x") {
            (scanner.take_while(|c| c.is_ascii_hexdigit()), 16)
        } else {
            (scanner.take_while(|c| c.is_ascii_digit()), 10)
        };
        let number = u32::from_str_radix(digits, radix).unwrap_or(0);
        if number < 0x10_ffff && scanner.at - begin < 10 { number } else { 0 }
    } else {
        match scanner.take_while(|c| c.is_ascii_alphabetic()) {
            "lt" => u32::from('<'),
            "gt" => u32::from('>'),
            "amp" => u32::from('&'),
            "quot" => u32::from('"'),
            _ => 0,
        }
    };
    if code == 0 {
        scanner.at = begin;
        return Ok(None);
    }
    scanner.eat(";");
    // Half of a surrogate pair is the only number left that is no character.
    let sentence = "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched \
                    surrogate code units";
    char::from_u32(code).map(Some).ok_or_else(|| sentence.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Telegram's own test cases, where they are at hand.
    #[test]
    fn telegram_s_vectors() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/telegram_html_vectors.json");
        let Ok(file) = std::fs::read_to_string(path) else {
            println!("skipped: no telegram_html_vectors.json beside this repository");
            return;
        };
        let file: serde_json::Value = serde_json::from_str(&file).unwrap();
        let vectors = file["vectors"].as_array().unwrap();
        for vector in vectors {
            let input = vector["input"].as_str().unwrap();
            let found = match parse(input) {
                Err(error) => serde_json::json!({"input": input, "error": error}),
                Ok(Formatted { text, entities }) => {
                    serde_json::json!({"input": input, "text": text, "entities": entities})
                }
            };
            assert_eq!(&found, vector);
        }
        println!("{} vectors", vectors.len());
    }

    #[test]
    fn a_half_of_a_pair_is_an_error_and_times_are_read() {
        assert!(parse("&#55357;").is_err());
        let formatted = parse("at <tg-time unix=\"12345\" format=\"wDT\">noon</tg-time>").unwrap();
        let kind = EntityKind::DateTime { unix_time: 12_345, date_time_format: Some("wDT".into()) };
        assert_eq!(formatted.entities, [Entity { offset: 3, length: 4, kind }]);
        assert!(parse("<span class=\"x\">a</span>").unwrap_err().contains("must have class"));
    }
}
