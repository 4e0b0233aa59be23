//! A message's text as Telegram keeps it: cleaned, trimmed, with entities that fit.

use crate::entity::{Entity, Kind, sort, units};
use crate::{detection, limits};

/// A text that Telegram would show, with its entities in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormattedText {
    pub text: String,
    pub entities: Vec<Entity>,
}

/// Cleans a text and its entities as Telegram does before it looks at the length: control
/// characters become spaces, carriage returns vanish, white space is trimmed (in front only
/// as far as the first entity), entities are clipped, sorted and merged, links are found.
///
/// The error is the description without its prefix.
pub fn formatted(text: &str, entities: Vec<Entity>) -> Result<FormattedText, String> {
    let (text, entities) = cleaned(text, entities)?;
    let mut entities = without_overlaps(entities);
    entities.retain(|entity| !is_blank(&text, entity));
    let (text, front_units) = trimmed(&text, &mut entities);
    let end = units(&text);
    for entity in &mut entities {
        entity.offset -= front_units;
        entity.length = entity.length.min(end.saturating_sub(entity.offset));
    }
    detection::add(&text, &mut entities);
    sort(&mut entities);
    entities.truncate(limits::ENTITIES_MAX);
    Ok(FormattedText { text, entities })
}

/// A text without explicit entities.
pub fn plain(text: &str) -> FormattedText {
    formatted(text, Vec::new()).unwrap_or_default()
}

/// What a character becomes: `None` is removed.
fn clean_char(c: char) -> Option<char> {
    match c {
        '\r' | '\u{202a}'..='\u{202e}' => None,
        '\n' => Some('\n'),
        '\0'..=' ' | '\u{7f}' | '\u{2028}' | '\u{2029}' => Some(' '),
        other => Some(other),
    }
}

/// Replaces characters and moves the entities with them; an entity that starts or ends within
/// a surrogate pair or beyond the end is refused.
fn cleaned(text: &str, entities: Vec<Entity>) -> Result<(String, Vec<Entity>), String> {
    let mut clean = String::with_capacity(text.len());
    // For every code unit of the input: where it is now, or that it is the second half of a pair.
    let mut moved: Vec<Option<usize>> = Vec::new();
    let mut at = 0;
    let map_needed = !entities.is_empty();
    for c in text.chars() {
        if map_needed {
            moved.push(Some(at));
            if c.len_utf16() == 2 {
                moved.push(None);
            }
        }
        if let Some(kept) = clean_char(c) {
            clean.push(kept);
            at += kept.len_utf16();
        }
    }
    moved.push(Some(at));
    let end = moved.len() - 1;
    let mut fitting = Vec::with_capacity(entities.len());
    for mut entity in entities {
        let (from, to) = (entity.offset, entity.offset.saturating_add(entity.length));
        if from > end {
            return Err(format!("Entity begins after the end of the text at UTF-16 offset {from}"));
        }
        if to > end {
            return Err(format!(
                "Entity beginning at UTF-16 offset {from} ends after the end of the text at UTF-16 offset {to}"
            ));
        }
        let Some(start) = moved[from] else {
            return Err(format!(
                "Entity begins in a middle of a UTF-16 symbol at byte offset {}",
                byte_of(text, from)
            ));
        };
        let Some(stop) = moved[to] else {
            return Err(format!(
                "Entity beginning at UTF-16 offset {from} ends in a middle of a UTF-16 symbol at byte offset {}",
                byte_of(text, to)
            ));
        };
        entity.offset = start;
        entity.length = stop - start;
        if entity.length > 0 {
            fitting.push(entity);
        }
    }
    Ok((clean, fitting))
}

/// The byte of the character that a code unit belongs to.
fn byte_of(text: &str, unit: usize) -> usize {
    let mut at = 0;
    for (byte, c) in text.char_indices() {
        at += c.len_utf16();
        if at > unit {
            return byte;
        }
    }
    text.len()
}

/// The text without white space around it, and the code units taken from its front.
fn trimmed(text: &str, entities: &mut [Entity]) -> (String, usize) {
    let is_white = |c: char| c == ' ' || c == '\n';
    let back = text.trim_end_matches(is_white);
    let first_entity = entities.iter().map(|entity| entity.offset).min().unwrap_or(usize::MAX);
    let front = back.chars().take(first_entity).take_while(|c| is_white(*c)).count();
    (back[front..].to_string(), front)
}

fn is_blank(text: &str, entity: &Entity) -> bool {
    let (mut at, mut blank) = (0, true);
    for c in text.chars() {
        if at >= entity.end() {
            break;
        }
        if at >= entity.offset && c != ' ' && c != '\n' {
            blank = false;
            break;
        }
        at += c.len_utf16();
    }
    blank
}

/// Makes entities nest: same styles that touch are joined, nothing stays within code, of two
/// other entities that cross the later one is cut off, and links do not hold links.
fn without_overlaps(mut entities: Vec<Entity>) -> Vec<Entity> {
    if entities.is_empty() {
        return entities;
    }
    sort(&mut entities);
    let (styles, mut blocks): (Vec<_>, Vec<_>) = entities.into_iter().partition(|e| e.kind.is_style());
    blocks = nested_blocks(blocks);
    let mut kept: Vec<Entity> = Vec::new();
    for style in joined(styles) {
        kept.extend(outside_code(style, &blocks));
    }
    kept.append(&mut blocks);
    sort(&mut kept);
    kept
}

fn is_quote(kind: &Kind) -> bool {
    matches!(kind, Kind::Blockquote | Kind::ExpandableBlockquote)
}

fn nested_blocks(blocks: Vec<Entity>) -> Vec<Entity> {
    let mut kept: Vec<Entity> = Vec::new();
    for block in blocks {
        let clash = kept.iter().any(|outer| {
            let crosses = block.offset < outer.end() && outer.offset < block.end();
            let inside = block.end() <= outer.end();
            crosses && !(is_quote(&outer.kind) && inside && !is_quote(&block.kind))
        });
        if !clash {
            kept.push(block);
        }
    }
    kept
}

fn joined(styles: Vec<Entity>) -> Vec<Entity> {
    let mut kept: Vec<Entity> = Vec::new();
    for style in styles {
        match kept.iter_mut().rev().find(|one| one.kind == style.kind && one.end() >= style.offset) {
            Some(one) => one.length = one.length.max(style.end() - one.offset),
            None => kept.push(style),
        }
    }
    kept
}

fn outside_code(style: Entity, blocks: &[Entity]) -> Vec<Entity> {
    let mut pieces = Vec::new();
    let mut from = style.offset;
    for code in blocks.iter().filter(|block| block.kind.is_code()) {
        if code.end() <= from || code.offset >= style.end() {
            continue;
        }
        if code.offset > from {
            pieces.push(Entity::new(style.kind.clone(), from, code.offset - from));
        }
        from = code.end();
    }
    if from < style.end() {
        pieces.push(Entity::new(style.kind.clone(), from, style.end() - from));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bold(offset: usize, length: usize) -> Entity {
        Entity::new(Kind::Bold, offset, length)
    }

    #[test]
    fn trims_and_moves_entities() {
        let got = formatted("  \n hi 🏟 there \n", vec![bold(4, 5)]).unwrap();
        assert_eq!(got, FormattedText { text: "hi 🏟 there".into(), entities: vec![bold(0, 5)] });
        let got = formatted("  x  ", vec![bold(1, 4)]).unwrap();
        assert_eq!(got, FormattedText { text: " x".into(), entities: vec![bold(0, 2)] });
        assert_eq!(formatted(" \n ", vec![bold(0, 3)]).unwrap().text, "");
        assert_eq!(formatted("a\r\nb\u{1}c", vec![bold(3, 3)]).unwrap().entities, vec![bold(2, 3)]);
    }

    #[test]
    fn refuses_half_a_character() {
        let begins = formatted("a🏟b", vec![bold(2, 2)]).unwrap_err();
        assert_eq!(begins, "Entity begins in a middle of a UTF-16 symbol at byte offset 1");
        let ends = formatted("a🏟b", vec![bold(0, 2)]).unwrap_err();
        assert_eq!(
            ends,
            "Entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 1"
        );
    }

    #[test]
    fn refuses_what_lies_beyond_the_text() {
        let ends = formatted("aba caba", vec![bold(3, 6)]).unwrap_err();
        assert_eq!(
            ends,
            "Entity beginning at UTF-16 offset 3 ends after the end of the text at UTF-16 offset 9"
        );
        let begins = formatted("aba caba", vec![bold(9, 1)]).unwrap_err();
        assert_eq!(begins, "Entity begins after the end of the text at UTF-16 offset 9");
        assert!(formatted("aba caba", vec![bold(3, 5)]).is_ok());
    }

    #[test]
    fn joins_styles_and_keeps_code_bare() {
        let got = formatted("abcdef", vec![bold(0, 2), bold(2, 2), Entity::new(Kind::Code, 3, 2)]).unwrap();
        assert_eq!(got.entities, vec![bold(0, 3), Entity::new(Kind::Code, 3, 2)]);
    }

    proptest! {
        /// Whatever comes in, what comes out lies within the text and on character borders.
        #[test]
        fn entities_fit_the_text(
            text in "[ \\n\\ra-c🏟é@/.:#\u{202a}]{0,24}",
            ranges in proptest::collection::vec((0usize..14, 0usize..10, 0u8..5), 0..5),
        ) {
            let kinds = |n| match n {
                0 => Kind::Bold,
                1 => Kind::Italic,
                2 => Kind::Code,
                3 => Kind::Blockquote,
                _ => Kind::TextLink { url: "http://a.b/".into() },
            };
            let entities = ranges.into_iter().map(|(o, l, k)| Entity::new(kinds(k), o, l)).collect();
            if let Ok(got) = formatted(&text, entities) {
                let wide: Vec<u16> = got.text.encode_utf16().collect();
                prop_assert!(got.text.trim_end_matches([' ', '\n']).len() == got.text.len());
                for entity in &got.entities {
                    prop_assert!(entity.length > 0 && entity.end() <= wide.len());
                    prop_assert!(String::from_utf16(&wide[entity.offset..entity.end()]).is_ok());
                }
                let order: Vec<_> = got.entities.iter().map(|e| e.offset).collect();
                prop_assert!(order.is_sorted());
                let again = formatted(&got.text, got.entities.clone()).unwrap();
                prop_assert_eq!(again, got, "a second cleaning changes nothing");
            }
        }
    }
}
