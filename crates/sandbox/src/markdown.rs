//! MarkdownV2: strict where HTML is forgiving. Everything reserved is escaped or opens something.
//!
//! The legacy `Markdown` mode is in [`crate::legacy_markdown`]. Byte offsets in errors count from
//! the start of the input.

use crate::entity::{Entity, Kind, sort};
use crate::html;
use crate::link;

const RESERVED: &[u8] = b"_*[]()~`>#+-=|{}.!\n";

/// What an open part of the text will become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Bold,
    Italic,
    Underline,
    Strikethrough,
    Spoiler,
    Code,
    Pre,
    PreCode,
    Link,
    Emoji,
    Quote,
}

impl Mark {
    /// The name in Telegram's errors.
    fn name(self) -> &'static str {
        match self {
            Mark::Bold => "Bold",
            Mark::Italic => "Italic",
            Mark::Underline => "Underline",
            Mark::Strikethrough => "Strikethrough",
            Mark::Spoiler => "Spoiler",
            Mark::Code => "Code",
            Mark::Pre => "Pre",
            Mark::PreCode => "PreCode",
            Mark::Link => "TextUrl",
            Mark::Emoji => "CustomEmoji",
            Mark::Quote => "BlockQuote",
        }
    }
}

struct Open {
    mark: Mark,
    language: String,
    unit: usize,
    /// Where it begins in the input, for errors.
    input_at: usize,
    /// Where its content begins in the text.
    text_at: usize,
}

struct Parser<'a> {
    input: &'a str,
    at: usize,
    text: String,
    units: usize,
    open: Vec<Open>,
    done: Vec<Entity>,
    /// A `>` here would begin or continue a quote.
    at_line_start: bool,
    in_quote: bool,
}

/// Parses MarkdownV2 into text and sorted entities; nothing is trimmed yet.
///
/// The error is what follows `can't parse entities: ` in the Bot API's answer.
pub fn parse(input: &str) -> Result<(String, Vec<Entity>), String> {
    let mut parser = Parser {
        input,
        at: 0,
        text: String::with_capacity(input.len()),
        units: 0,
        open: Vec::new(),
        done: Vec::new(),
        at_line_start: true,
        in_quote: false,
    };
    parser.run()?;
    if parser.in_quote {
        parser.end_quote()?;
    }
    if let Some(open) = parser.open.last() {
        return Err(never_ended(open));
    }
    let mut entities = parser.done;
    sort(&mut entities);
    Ok((parser.text, entities))
}

fn never_ended(open: &Open) -> String {
    format!("Can't find end of {} entity at byte offset {}", open.mark.name(), open.input_at)
}

impl Parser<'_> {
    fn run(&mut self) -> Result<(), String> {
        while let Some(c) = self.input[self.at..].chars().next() {
            if c == '\\' && self.is_escape(self.at) {
                self.at += 1;
                self.literal(char::from(self.byte(0)));
            } else if !self.is_reserved(c) {
                self.literal(c);
            } else if self.ends_innermost(c) {
                self.end_innermost(c)?;
            } else {
                self.begin(c)?;
            }
        }
        Ok(())
    }

    /// The byte so far behind the cursor; zero beyond the end.
    fn byte(&self, ahead: usize) -> u8 {
        self.input.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    /// A backslash escapes any ASCII character.
    fn is_escape(&self, at: usize) -> bool {
        matches!(self.input.as_bytes().get(at + 1), Some(1..=126))
    }

    fn literal(&mut self, c: char) {
        if c != '\r' {
            self.at_line_start = c == '\n' && self.byte(0) == b'\n';
        }
        self.push(c);
    }

    fn push(&mut self, c: char) {
        self.text.push(c);
        self.units += c.len_utf16();
        self.at += c.len_utf8();
    }

    fn is_reserved(&self, c: char) -> bool {
        match self.open.last().map(|open| open.mark) {
            Some(Mark::Code | Mark::Pre | Mark::PreCode) => c == '`',
            _ => u8::try_from(c).is_ok_and(|b| RESERVED.contains(&b)),
        }
    }

    fn ends_innermost(&self, c: char) -> bool {
        let next = self.byte(1);
        if c == '\n' {
            return self.in_quote && next != b'>';
        }
        let Some(open) = self.open.last() else { return false };
        match open.mark {
            Mark::Bold => c == '*',
            Mark::Italic => c == '_' && next != b'_',
            Mark::Underline => c == '_' && next == b'_',
            Mark::Strikethrough => c == '~',
            Mark::Spoiler => c == '|' && next == b'|',
            Mark::Code => c == '`',
            Mark::Pre | Mark::PreCode => c == '`' && next == b'`' && self.byte(2) == b'`',
            Mark::Link | Mark::Emoji => c == ']',
            Mark::Quote => false,
        }
    }

    fn begin(&mut self, c: char) -> Result<(), String> {
        let input_at = self.at;
        let (next, third) = (self.byte(1), self.byte(2));
        let (mark, length) = match c {
            '\n' => {
                self.push('\n');
                self.at_line_start = true;
                return Ok(());
            }
            '>' if self.at_line_start => {
                self.at += 1;
                self.at_line_start = false;
                if !self.in_quote {
                    self.in_quote = true;
                    self.push_open(Mark::Quote, input_at, String::new());
                }
                return Ok(());
            }
            '_' if next == b'_' => (Mark::Underline, 2),
            '_' => (Mark::Italic, 1),
            '*' => (Mark::Bold, 1),
            '~' => (Mark::Strikethrough, 1),
            '|' if next == b'|' => (Mark::Spoiler, 2),
            '[' => (Mark::Link, 1),
            '!' if next == b'[' => (Mark::Emoji, 2),
            '`' if next == b'`' && third == b'`' => return self.begin_pre(),
            '`' => (Mark::Code, 1),
            _ => {
                return Err(format!(
                    "Character '{c}' is reserved and must be escaped with the preceding '\\'"
                ));
            }
        };
        self.at += length;
        self.push_open(mark, input_at, String::new());
        Ok(())
    }

    /// Three ticks, perhaps a language, and one line break that is not shown.
    fn begin_pre(&mut self) -> Result<(), String> {
        let input_at = self.at;
        self.at += 3;
        let rest = &self.input[self.at..];
        let end = rest.find([' ', '\t', '\r', '\n', '\0', '\u{b}', '`']);
        let language = match end {
            Some(end) if end > 0 && !rest[end..].starts_with('`') => rest[..end].to_string(),
            _ => String::new(),
        };
        self.at += language.len();
        let first = self.byte(0);
        if first == b'\n' || first == b'\r' {
            let second = self.byte(1);
            let is_pair = (second == b'\n' || second == b'\r') && second != first;
            self.at += if is_pair { 2 } else { 1 };
        }
        let mark = if language.is_empty() { Mark::Pre } else { Mark::PreCode };
        self.push_open(mark, input_at, language);
        Ok(())
    }

    fn push_open(&mut self, mark: Mark, input_at: usize, language: String) {
        self.open.push(Open { mark, language, unit: self.units, input_at, text_at: self.text.len() });
    }

    fn end_innermost(&mut self, c: char) -> Result<(), String> {
        if c == '\n' {
            self.push('\n');
            self.at_line_start = true;
            return self.end_quote();
        }
        let Some(open) = self.open.pop() else { return Ok(()) };
        self.at += match open.mark {
            Mark::Underline | Mark::Spoiler => 2,
            Mark::Pre | Mark::PreCode => 3,
            _ => 1,
        };
        let kind = match open.mark {
            Mark::Bold => Some(Kind::Bold),
            Mark::Italic => Some(Kind::Italic),
            Mark::Underline => Some(Kind::Underline),
            Mark::Strikethrough => Some(Kind::Strikethrough),
            Mark::Spoiler => Some(Kind::Spoiler),
            Mark::Code => Some(Kind::Code),
            Mark::Pre => Some(Kind::Pre { language: None }),
            Mark::PreCode => Some(Kind::Pre { language: Some(open.language.clone()) }),
            Mark::Quote => Some(Kind::Blockquote),
            Mark::Link => self.linked(&open)?,
            Mark::Emoji => Some(self.emoji()?),
        };
        self.close(&open, kind);
        Ok(())
    }

    fn close(&mut self, open: &Open, kind: Option<Kind>) {
        if let Some(kind) = kind
            && self.units > open.unit
        {
            self.done.push(Entity::new(kind, open.unit, self.units - open.unit));
        }
    }

    /// A quote ends with its line or the text. A spoiler that was opened at its very end makes it
    /// an expandable one.
    fn end_quote(&mut self) -> Result<(), String> {
        self.in_quote = false;
        let below = self.open.len().checked_sub(2).map(|at| self.open[at].mark);
        let opens_at_end = self.open.last().is_some_and(|open| {
            open.mark == Mark::Spoiler && self.text[open.text_at..].trim_matches(['\r', '\n']).is_empty()
        });
        let mut kind = Kind::Blockquote;
        if opens_at_end && below == Some(Mark::Quote) {
            self.open.pop();
            kind = Kind::ExpandableBlockquote;
        }
        match self.open.pop() {
            Some(open) if open.mark == Mark::Quote => self.close(&open, Some(kind)),
            Some(open) => return Err(never_ended(&open)),
            None => {}
        }
        Ok(())
    }

    /// The address behind a link's text; without one the text is the address.
    fn linked(&mut self, open: &Open) -> Result<Option<Kind>, String> {
        let address =
            if self.byte(0) == b'(' { self.address("a URL")? } else { self.text[open.text_at..].to_string() };
        Ok(match (link::mentioned_user_id(&address), link::normalized(&address)) {
            (Some(user_id), _) => Some(Kind::TextMention { user_id }),
            (None, Some(url)) => Some(Kind::TextLink { url }),
            (None, None) => None,
        })
    }

    fn emoji(&mut self) -> Result<Kind, String> {
        if self.byte(0) != b'(' {
            return Err("Custom emoji entity must contain a tg://emoji URL".into());
        }
        let address = self.address("a custom emoji URL")?;
        in_app_kind(&address)
    }

    /// What stands between the brackets at the cursor, unescaped; the cursor moves behind them.
    fn address(&mut self, what: &str) -> Result<String, String> {
        self.at += 1;
        let begin = self.at;
        let mut address = String::new();
        while let Some(c) = self.input[self.at..].chars().next() {
            if c == ')' {
                self.at += 1;
                return Ok(address);
            }
            let c = if c == '\\' && self.is_escape(self.at) {
                self.at += 1;
                char::from(self.byte(0))
            } else {
                c
            };
            address.push(c);
            self.at += c.len_utf8();
        }
        Err(format!("Can't find end of {what} at byte offset {begin}"))
    }
}

/// `tg://emoji?id=…`, or `tg://time?unix=…&format=…`.
fn in_app_kind(address: &str) -> Result<Kind, String> {
    let lower = address.to_ascii_lowercase();
    let rest = lower.strip_prefix("tg:").ok_or("Custom emoji URL must have scheme tg")?;
    let rest_at = address.len() - rest.strip_prefix("//").unwrap_or(rest).len();
    let rest = address[rest_at..].split('#').next().unwrap_or_default();
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let value = |name: &str| {
        query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, v)| v)
    };
    match path.split('/').next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "emoji" => {
            let id = value("id").ok_or("Custom emoji URL must have an emoji identifier")?;
            let is_number = id.parse::<i64>().is_ok_and(|number| number != 0) && !id.starts_with('0');
            let invalid = || "Invalid custom emoji identifier specified".to_string();
            is_number.then(|| Kind::CustomEmoji { id: id.to_string() }).ok_or_else(invalid)
        }
        "time" => {
            html::date_time(value("unix").unwrap_or_default(), value("format").unwrap_or_default().into())
        }
        _ => Err("Custom emoji URL must have host \"emoji\"".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(input: &str) -> String {
        match parse(input) {
            Err(error) => format!("error: {error}"),
            Ok((text, entities)) => {
                let parts = entities.iter().map(|e| format!(" {}@{}+{}", e.kind.name(), e.offset, e.length));
                format!("{text:?}{}", parts.collect::<String>())
            }
        }
    }

    /// Every printable character alone: it is itself, or reserved, or opens something.
    #[test]
    fn reserved_characters_want_a_backslash() {
        for c in ' '..='~' {
            let alone = shown(&c.to_string());
            if "]()#+-=|{}.!".contains(c) {
                let words =
                    format!("error: Character '{c}' is reserved and must be escaped with the preceding '\\'");
                assert_eq!(alone, words);
            } else if !"_*[~`>".contains(c) {
                assert_eq!(alone, format!("{:?}", c.to_string()));
            }
            if c.is_ascii_punctuation() {
                assert_eq!(parse(&format!("\\{c}")), Ok((c.to_string(), Vec::new())), "{c} escaped");
            }
        }
    }

    #[test]
    fn nests_and_counts_utf16() {
        let cases = [
            ("Hi 🙂 *bold _both_*", "\"Hi 🙂 bold both\" bold@6+9 italic@11+4"),
            ("_both __under___", "\"both under\" italic@0+10 underline@5+5"),
            ("~gone~ ||secret||", "\"gone secret\" strikethrough@0+4 spoiler@5+6"),
            ("`a_*b` 1\\.5", "\"a_*b 1.5\" code@0+4"),
            ("```rust\nlet x = 1;```", "\"let x = 1;\" pre@0+10"),
            ("``` a```", "\" a\" pre@0+2"),
            ("[Shop](https://a.test/x_\\)y)", "\"Shop\" text_link@0+4"),
            ("[a\\.test]", "\"a.test\" text_link@0+6"),
            ("[nobody](nowhere)", "\"nobody\""),
            ("[Ann](tg://user?id=12)", "\"Ann\" text_mention@0+3"),
            ("![👍](tg://emoji?id=5368)", "\"👍\" custom_emoji@0+2"),
            ("**empty", "\"empty\""),
            ("😀``x", "\"😀x\""),
        ];
        for (input, wanted) in cases {
            assert_eq!(shown(input), wanted, "{input}");
        }
    }

    #[test]
    fn quotes_are_lines() {
        let cases = [
            (">one\n>two\nafter", "\"one\\ntwo\\nafter\" blockquote@0+8"),
            (">one\n**>two", "\"one\\ntwo\" blockquote@0+4 blockquote@4+3"),
            (">one\n>two||\nafter", "\"one\\ntwo\\nafter\" expandable_blockquote@0+8"),
            (">one||two||", "\"onetwo\" blockquote@0+6 spoiler@3+3"),
            ("*all\n>in\nbold*", "\"all\\nin\\nbold\" bold@0+11 blockquote@4+3"),
            (">", "\"\""),
            (">||", "\"\""),
            ("a>b", "error: Character '>' is reserved and must be escaped with the preceding '\\'"),
            (">*a\nb*", "error: Can't find end of Bold entity at byte offset 1"),
        ];
        for (input, wanted) in cases {
            assert_eq!(shown(input), wanted, "{input}");
        }
    }

    #[test]
    fn errors_name_the_byte() {
        let cases = [
            ("🙂 *x", "Can't find end of Bold entity at byte offset 5"),
            ("🙂 _x__", "Can't find end of Underline entity at byte offset 7"),
            ("```x", "Can't find end of Pre entity at byte offset 0"),
            ("```x y", "Can't find end of PreCode entity at byte offset 0"),
            ("[x](y", "Can't find end of a URL at byte offset 4"),
            ("[x", "Can't find end of TextUrl entity at byte offset 0"),
            ("![x]", "Custom emoji entity must contain a tg://emoji URL"),
            ("![x](http://emoji?id=1)", "Custom emoji URL must have scheme tg"),
            ("![x](tg://emoji)", "Custom emoji URL must have an emoji identifier"),
            ("![x](tg://emoji?id=01)", "Invalid custom emoji identifier specified"),
        ];
        for (input, wanted) in cases {
            assert_eq!(parse(input), Err(wanted.to_string()), "{input}");
        }
    }

    proptest! {
        /// Nothing crashes it, and what it gives lies within the text.
        #[test]
        fn takes_anything(input in "[_*\\[\\]()~`>|!\\\\a🙂\\n\\r ]{0,24}") {
            if let Ok((text, entities)) = parse(&input) {
                let units = text.encode_utf16().count();
                prop_assert!(entities.iter().all(|e| e.length > 0 && e.end() <= units));
            }
        }

        /// A text that is escaped throughout comes back whole.
        #[test]
        fn escaping_keeps_everything(text in "[ -~🙂é]{0,40}") {
            let mut escaped = String::new();
            for c in text.chars() {
                if c.is_ascii_punctuation() {
                    escaped.push('\\');
                }
                escaped.push(c);
            }
            prop_assert_eq!(parse(&escaped), Ok((text, Vec::new())));
        }
    }
}
