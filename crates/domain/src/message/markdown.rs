//! Telegram's MarkdownV2 dialect, with Muster's variables inside.
//!
//! Braces are reserved in MarkdownV2. Here an unescaped `{name|fallback}` is a variable and passes as it is; an
//! escaped brace comes out doubled, which is how a template writes a literal one.

use super::entity::{Entity, EntityKind, Formatted, sort};
use super::html::custom_emoji;
use super::link;
use super::scanner::{Output, Scanner, is_space};

/// Reads MarkdownV2 into a template's text and its entities. White space is kept as it is.
///
/// # Errors
/// What Telegram says after `can't parse entities: `, or a sentence about a brace.
pub fn parse(source: &str) -> Result<Formatted, String> {
    parse_telling(source, &mut Vec::new())
}

/// As [`parse`]; `dropped` takes the addresses that Telegram makes no link of.
pub(super) fn parse_telling(source: &str, dropped: &mut Vec<String>) -> Result<Formatted, String> {
    let mut parser = Parser {
        scanner: Scanner::new(source),
        output: Output::default(),
        open: Vec::new(),
        entities: Vec::new(),
        line_begins: true,
        dropped: Vec::new(),
    };
    while let Some(c) = parser.scanner.peek() {
        parser.step(c)?;
    }
    if parser.in_quote() {
        parser.end_quote()?;
    }
    if let Some(open) = parser.open.last() {
        return Err(format!("Can't find end of {} entity at byte offset {}", open.mark.name(), open.at));
    }
    dropped.append(&mut parser.dropped);
    let mut entities = parser.entities;
    sort(&mut entities);
    Ok(Formatted { text: parser.output.text, entities })
}

struct Parser<'a> {
    scanner: Scanner<'a>,
    output: Output,
    open: Vec<Open>,
    entities: Vec<Entity>,
    /// A `>` here begins a quotation.
    line_begins: bool,
    dropped: Vec<String>,
}

/// An entity that waits for its end.
struct Open {
    mark: Mark,
    /// In bytes of the source.
    at: usize,
    /// In UTF-16 code units of the text put out.
    offset: usize,
    /// In bytes of the text put out.
    begin: usize,
}

#[derive(Clone, PartialEq)]
enum Mark {
    Bold,
    Italic,
    Underline,
    Strikethrough,
    Spoiler,
    Code,
    Pre { language: Option<String> },
    Link,
    Emoji,
    Quote,
}

impl Mark {
    /// As Telegram names it in errors.
    fn name(&self) -> &'static str {
        match self {
            Self::Bold => "Bold",
            Self::Italic => "Italic",
            Self::Underline => "Underline",
            Self::Strikethrough => "Strikethrough",
            Self::Spoiler => "Spoiler",
            Self::Code => "Code",
            Self::Pre { language: None } => "Pre",
            Self::Pre { language: Some(_) } => "PreCode",
            Self::Link => "TextUrl",
            Self::Emoji => "CustomEmoji",
            Self::Quote => "BlockQuote",
        }
    }

    /// What ends it. A quotation ends with its line.
    fn end(&self) -> Option<&'static str> {
        match self {
            Self::Bold => Some("*"),
            Self::Italic => Some("_"),
            Self::Underline => Some("__"),
            Self::Strikethrough => Some("~"),
            Self::Spoiler => Some("||"),
            Self::Code => Some("`"),
            Self::Pre { .. } => Some("```"),
            Self::Link | Self::Emoji => Some("]"),
            Self::Quote => None,
        }
    }
}

impl Parser<'_> {
    fn step(&mut self, c: char) -> Result<(), String> {
        if c == '\\' && self.scanner.second().is_some_and(|next| ('\x01'..='\x7e').contains(&next)) {
            self.scanner.bump();
            self.escaped();
            return Ok(());
        }
        if c == '{' || c == '}' {
            return self.brace(c);
        }
        let in_code = matches!(self.open.last(), Some(Open { mark: Mark::Code | Mark::Pre { .. }, .. }));
        let reserved = if in_code { c == '`' } else { "_*[]()~`>#+-=|.!\n".contains(c) };
        if !reserved {
            self.scanner.bump();
            self.output.push(c);
            self.line_begins = false;
            return Ok(());
        }
        if c == '\n' {
            return self.line_end();
        }
        if self.ends_the_innermost() { self.end() } else { self.begin(c) }
    }

    fn escaped(&mut self) {
        if let Some(c) = self.scanner.bump() {
            self.output.push(c);
            if c == '{' || c == '}' {
                self.output.push(c);
            }
        }
        self.line_begins = false;
    }

    fn brace(&mut self, c: char) -> Result<(), String> {
        let doubled = if c == '{' { "{{" } else { "}}" };
        self.line_begins = false;
        if self.scanner.eat(doubled) {
            self.output.push_str(doubled);
            return Ok(());
        }
        let rest = self.scanner.rest();
        match rest.find('}') {
            Some(end) if c == '{' => {
                self.output.push_str(&rest[..=end]);
                self.scanner.at += end + 1;
                Ok(())
            }
            _ => Err(format!("Character '{c}' is reserved and must be escaped with the preceding '\\'")),
        }
    }

    fn in_quote(&self) -> bool {
        self.open.first().is_some_and(|open| open.mark == Mark::Quote)
    }

    fn line_end(&mut self) -> Result<(), String> {
        let goes_on = self.scanner.second() == Some('>');
        if self.in_quote() && !goes_on {
            self.end_quote()?;
        }
        self.scanner.bump();
        self.output.push('\n');
        if self.in_quote() && goes_on {
            self.scanner.bump();
            self.line_begins = false;
        } else {
            self.line_begins = true;
        }
        Ok(())
    }

    /// Closes the quotation. A spoiler mark that opened nothing before it says that the quotation can be folded.
    fn end_quote(&mut self) -> Result<(), String> {
        let units = self.output.units;
        let folded = self.open.last().is_some_and(|o| o.mark == Mark::Spoiler && o.offset == units);
        if folded {
            self.open.pop();
        }
        match self.open.last() {
            Some(open) if open.mark != Mark::Quote => {
                Err(format!("Can't find end of {} entity at byte offset {}", open.mark.name(), open.at))
            }
            _ => {
                let kind = if folded { EntityKind::ExpandableBlockquote } else { EntityKind::Blockquote };
                if let Some(open) = self.open.pop() {
                    self.add(open.offset, kind);
                }
                Ok(())
            }
        }
    }

    fn ends_the_innermost(&self) -> bool {
        let rest = self.scanner.rest();
        match self.open.last() {
            // Two underscores are always read as one mark.
            Some(open) if open.mark == Mark::Italic => rest.starts_with('_') && !rest.starts_with("__"),
            Some(open) => open.mark.end().is_some_and(|end| rest.starts_with(end)),
            None => false,
        }
    }

    fn begin(&mut self, c: char) -> Result<(), String> {
        let at = self.scanner.at;
        let mark = if self.scanner.eat("```") {
            Mark::Pre { language: self.language() }
        } else if self.scanner.eat("`") {
            Mark::Code
        } else if self.scanner.eat("__") {
            Mark::Underline
        } else if self.scanner.eat("_") {
            Mark::Italic
        } else if self.scanner.eat("*") {
            Mark::Bold
        } else if self.scanner.eat("~") {
            Mark::Strikethrough
        } else if self.scanner.eat("||") {
            Mark::Spoiler
        } else if self.scanner.eat("![") {
            Mark::Emoji
        } else if self.scanner.eat("[") {
            Mark::Link
        } else if self.line_begins && self.open.is_empty() && self.scanner.eat(">") {
            Mark::Quote
        } else {
            return Err(format!("Character '{c}' is reserved and must be escaped with the preceding '\\'"));
        };
        // `**` before `>` parts two quotations, so an empty mark leaves the line at its beginning.
        if mark != Mark::Bold {
            self.line_begins = false;
        }
        self.open.push(Open { mark, at, offset: self.output.units, begin: self.output.text.len() });
        Ok(())
    }

    /// The language after three backquotes, and the line break that follows them.
    fn language(&mut self) -> Option<String> {
        let begin = self.scanner.at;
        let word = self.scanner.take_while(|c| !is_space(c) && c != '`');
        let language = match self.scanner.peek() {
            Some(next) if next != '`' && !word.is_empty() => Some(word.to_owned()),
            _ => {
                self.scanner.at = begin;
                None
            }
        };
        if self.scanner.eat("\n") {
            self.scanner.eat("\r");
        } else if self.scanner.eat("\r") {
            self.scanner.eat("\n");
        }
        language
    }

    fn end(&mut self) -> Result<(), String> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        self.scanner.eat(open.mark.end().unwrap_or_default());
        let kind = match open.mark {
            Mark::Bold => EntityKind::Bold,
            Mark::Italic => EntityKind::Italic,
            Mark::Underline => EntityKind::Underline,
            Mark::Strikethrough => EntityKind::Strikethrough,
            Mark::Spoiler => EntityKind::Spoiler,
            Mark::Code => EntityKind::Code,
            Mark::Pre { language } => EntityKind::Pre { language },
            Mark::Quote => EntityKind::Blockquote,
            Mark::Link => {
                let target = match self.target()? {
                    Some(target) => target,
                    None => self.output.text[open.begin..].to_owned(),
                };
                match link::normalised(&target) {
                    Some(url) => EntityKind::TextLink { url },
                    None => {
                        self.dropped.push(target);
                        return Ok(());
                    }
                }
            }
            Mark::Emoji => {
                let target = self.target()?.unwrap_or_default();
                let Some(id) = target.strip_prefix("tg://emoji?id=") else {
                    return Err("Custom emoji entity must contain a tg://emoji URL".to_owned());
                };
                custom_emoji(id.to_owned())?
            }
        };
        self.add(open.offset, kind);
        Ok(())
    }

    /// The address in round brackets, if there is one.
    fn target(&mut self) -> Result<Option<String>, String> {
        if !self.scanner.eat("(") {
            return Ok(None);
        }
        let begin = self.scanner.at;
        let mut target = String::new();
        while let Some(c) = self.scanner.bump() {
            match (c, self.scanner.peek()) {
                (')', _) => return Ok(Some(target)),
                ('\\', Some(next)) if ('\x01'..='\x7e').contains(&next) => {
                    self.scanner.bump();
                    target.push(next);
                }
                _ => target.push(c),
            }
        }
        Err(format!("Can't find end of a URL at byte offset {begin}"))
    }

    fn add(&mut self, offset: usize, kind: EntityKind) {
        let length = self.output.units - offset;
        if length > 0 {
            self.entities.push(Entity { offset, length, kind });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(offset: usize, length: usize, kind: EntityKind) -> Entity {
        Entity { offset, length, kind }
    }

    /// The sample that Telegram's documentation gives for the dialect, and what its clients show.
    #[test]
    fn marks_nest() {
        let source =
            "*bold _italic bold ~italic bold strikethrough ||spoiler||~ __underline italic bold___ bold*";
        let formatted = parse(source).unwrap();
        assert_eq!(
            formatted.text,
            "bold italic bold italic bold strikethrough spoiler underline italic bold bold"
        );
        let expected = [
            entity(0, 77, EntityKind::Bold),
            entity(5, 67, EntityKind::Italic),
            entity(17, 33, EntityKind::Strikethrough),
            entity(43, 7, EntityKind::Spoiler),
            entity(51, 21, EntityKind::Underline),
        ];
        assert_eq!(formatted.entities, expected);
    }

    #[test]
    fn links_emoji_and_code() {
        let formatted =
            parse("[a](example.org/x\\)y) ![🏟](tg://emoji?id=5) `a\\`b` ```rust\nfn\n```").unwrap();
        assert_eq!(formatted.text, "a 🏟 a`b fn\n");
        let expected = [
            entity(0, 1, EntityKind::TextLink { url: "http://example.org/x)y".into() }),
            entity(2, 2, EntityKind::CustomEmoji { custom_emoji_id: "5".into() }),
            entity(5, 3, EntityKind::Code),
            entity(9, 3, EntityKind::Pre { language: Some("rust".into()) }),
        ];
        assert_eq!(formatted.entities, expected);
    }

    #[test]
    fn quotations() {
        let formatted = parse(">one\n>*two*\nafter\n>three||").unwrap();
        assert_eq!(formatted.text, "one\ntwo\nafter\nthree");
        let expected = [
            entity(0, 7, EntityKind::Blockquote),
            entity(4, 3, EntityKind::Bold),
            entity(14, 5, EntityKind::ExpandableBlockquote),
        ];
        assert_eq!(formatted.entities, expected);
    }

    #[test]
    fn braces_are_variables_or_doubled() {
        assert_eq!(
            parse("*{first_name|dear *friend*}* \\{x\\} {{y}}").unwrap().text,
            "{first_name|dear *friend*} {{x}} {{y}}"
        );
        assert!(parse("a } b").is_err());
        assert!(parse("a { b").is_err());
    }

    #[test]
    fn errors_are_telegram_s() {
        for (source, error) in [
            ("a.b", "Character '.' is reserved and must be escaped with the preceding '\\'"),
            ("a *b", "Can't find end of Bold entity at byte offset 2"),
            ("[a](b", "Can't find end of a URL at byte offset 4"),
            ("![a](http://b.c)", "Custom emoji entity must contain a tg://emoji URL"),
            ("a > b", "Character '>' is reserved and must be escaped with the preceding '\\'"),
        ] {
            assert_eq!(parse(source).unwrap_err(), error, "{source}");
        }
    }
}
