//! Text with variables: `{first_name|friend}`, `{attr.plan|free}`; `{{` and `}}` are literal braces.
//!
//! Markup is read before variables are found, so a person's value can never become markup. Filling in shifts the
//! entities with the text.

use crate::contact::{AttributeValue, Attributes, Profile, attribute_of};
use crate::naming::is_blank;

use super::entity::{Entity, EntityKind, Formatted, seen, sort, units};
use super::limits::{CAPTION_UNITS_MAX, TEXT_UNITS_MAX, VALUE_UNITS_RESERVED, VARIABLES_MAX};

/// What a person's variables are filled from.
#[derive(Debug, Clone, Copy)]
pub struct Variables<'a> {
    pub profile: &'a Profile,
    pub attributes: &'a Attributes,
}

/// What a variable stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Placeholder {
    FirstName,
    LastName,
    Username,
    Language,
    Attribute(String),
}

impl Placeholder {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "first_name" => Some(Self::FirstName),
            "last_name" => Some(Self::LastName),
            "username" => Some(Self::Username),
            "language" => Some(Self::Language),
            _ => {
                let key = text.strip_prefix("attr.")?;
                let fits = !key.is_empty() && key.chars().count() <= crate::limits::ATTRIBUTE_KEY_CHARS_MAX;
                fits.then(|| Self::Attribute(key.to_owned()))
            }
        }
    }

    fn value(&self, variables: Variables<'_>) -> Option<String> {
        let profile = variables.profile;
        match self {
            Self::FirstName => profile.first_name.clone(),
            Self::LastName => profile.last_name.clone(),
            Self::Username => profile.username.clone(),
            Self::Language => profile.language.clone(),
            Self::Attribute(key) => attribute_of(variables.attributes, key).map(|value| match value {
                AttributeValue::Bool(value) => value.to_string(),
                AttributeValue::Number(value) => value.to_string(),
                AttributeValue::Text(value) => value.clone(),
            }),
        }
    }
}

/// A place where a person's value goes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Slot {
    name: Placeholder,
    fallback: String,
    /// The literal text that stands before it, since the slot before.
    before: String,
}

/// An entity's border: so many units of literal text and so many whole slots lie before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Border {
    literal_units: usize,
    slots: usize,
}

/// What a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The message itself: never empty.
    Text,
    /// Under a file: shorter, and it may be empty.
    Caption,
}

impl Role {
    fn units_max(self) -> usize {
        match self {
            Self::Text => TEXT_UNITS_MAX,
            Self::Caption => CAPTION_UNITS_MAX,
        }
    }
}

/// Text with slots, and entities that stretch over both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    role: Role,
    slots: Vec<Slot>,
    /// The literal text after the last slot.
    after: String,
    literal_units: usize,
    entities: Vec<(Border, Border, EntityKind)>,
}

/// Why a text is no template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TemplateError {
    pub(super) code: &'static str,
    pub(super) message: String,
}

fn error(code: &'static str, message: impl Into<String>) -> TemplateError {
    TemplateError { code, message: message.into() }
}

/// The first `{first_name}` of a text, blanks and a fallback allowed, that stands there as words.
fn braced_variable(literal: &str) -> Option<&str> {
    let mut rest = literal;
    while let Some(open) = rest.find('{') {
        let inside = &rest[open + 1..];
        let close = inside.find(['{', '}'])?;
        let (written, tail) = inside.split_at(close);
        let name = written.split('|').next().unwrap_or_default().trim();
        if tail.starts_with('}') && Placeholder::parse(name).is_some() {
            return Some(written);
        }
        rest = tail;
    }
    None
}

/// A stretch of the source that comes out shorter or longer than it is written.
struct Replaced {
    /// In UTF-16 code units of the source.
    begin: usize,
    end: usize,
    is_slot: bool,
}

impl Template {
    /// A variable that is written with doubled braces, as other programs write theirs: everybody would read its name.
    pub(super) fn unread_variable(&self) -> Option<&str> {
        let literals = self.slots.iter().map(|slot| slot.before.as_str()).chain([self.after.as_str()]);
        literals.into_iter().find_map(braced_variable)
    }

    /// The keys of the attributes that its variables show.
    pub(super) fn attributes(&self) -> impl Iterator<Item = &str> {
        self.slots.iter().filter_map(|slot| match &slot.name {
            Placeholder::Attribute(key) => Some(key.as_str()),
            Placeholder::FirstName
            | Placeholder::LastName
            | Placeholder::Username
            | Placeholder::Language => None,
        })
    }

    /// Finds the variables of a text, and binds its entities to what is literal and what is not.
    pub(super) fn parse(formatted: &Formatted, role: Role) -> Result<Self, TemplateError> {
        let mut template =
            Self { role, slots: Vec::new(), after: String::new(), literal_units: 0, entities: Vec::new() };
        let mut replaced: Vec<Replaced> = Vec::new();
        let (mut rest, mut at, mut literal) = (formatted.text.as_str(), 0, String::new());
        while let Some(brace) = rest.find(['{', '}']) {
            let (plain, tail) = rest.split_at(brace);
            literal.push_str(plain);
            at += units(plain);
            let taken = if let Some(c) = doubled_brace(tail) {
                literal.push(c);
                2
            } else {
                let (name, fallback, taken) = placeholder(tail)?;
                let before = std::mem::take(&mut literal);
                template.literal_units += units(&before);
                template.slots.push(Slot { name, fallback, before });
                taken
            };
            let length = units(&tail[..taken]);
            replaced.push(Replaced { begin: at, end: at + length, is_slot: taken > 2 });
            at += length;
            rest = &tail[taken..];
        }
        literal.push_str(rest);
        template.literal_units += units(&literal);
        template.after = literal;
        if template.slots.len() > VARIABLES_MAX {
            return Err(error("too_many", format!("has more than {VARIABLES_MAX} variables")));
        }
        template.bind(&formatted.entities, &replaced)?;
        Ok(template)
    }

    fn bind(&mut self, entities: &[Entity], replaced: &[Replaced]) -> Result<(), TemplateError> {
        for entity in entities {
            let begin = border(entity.offset, replaced)?;
            let end = border(entity.offset + entity.length, replaced)?;
            self.entities.push((begin, end, entity.kind.clone()));
        }
        Ok(())
    }

    /// Checks that the text can be sent to everyone: that it is never empty, and that it leaves each variable the
    /// room of [`VALUE_UNITS_RESERVED`] or of its fallback, whichever is longer, so that a longer value can be
    /// clipped to fit.
    pub(super) fn check_length(&self) -> Result<(), TemplateError> {
        let shows = |text: &str| !is_blank(text);
        let never_empty =
            shows(&self.after) || self.slots.iter().any(|s| shows(&s.before) || shows(&s.fallback));
        if !never_empty && self.role == Role::Text {
            let hint =
                if self.slots.is_empty() { "" } else { " for who lacks the value; give it a fallback" };
            return Err(error("empty", format!("must not be empty{hint}")));
        }
        let reserved =
            self.slots.iter().map(|slot| units(&slot.fallback).max(VALUE_UNITS_RESERVED)).sum::<usize>();
        let total = self.literal_units + reserved;
        let max = self.role.units_max();
        if total > max {
            let room =
                if reserved > 0 { format!(", {reserved} of them kept for variables") } else { String::new() };
            return Err(error("too_long", format!("has {total} characters{room}; Telegram allows {max}")));
        }
        Ok(())
    }

    pub(super) fn has_variables(&self) -> bool {
        !self.slots.is_empty()
    }

    /// The literal text of a template without variables.
    pub(super) fn literal(&self) -> &str {
        &self.after
    }

    /// Fills in one person's values. The result is trimmed, and always fits.
    pub(super) fn fill(&self, variables: Variables<'_>) -> Formatted {
        let mut values: Vec<String> = self.slots.iter().map(|slot| shown(slot, variables)).collect();
        clip_to(&mut values, self.role.units_max().saturating_sub(self.literal_units));
        let mut text = String::with_capacity(self.after.len() + 32 * values.len());
        // Entry n: the units of the first n values.
        let mut value_units = vec![0];
        let mut sum = 0;
        for (slot, value) in self.slots.iter().zip(&values) {
            text.push_str(&slot.before);
            text.push_str(value);
            sum += units(value);
            value_units.push(sum);
        }
        text.push_str(&self.after);
        let place =
            |border: &Border| border.literal_units + value_units.get(border.slots).copied().unwrap_or(sum);
        let entities = self.entities.iter().map(|(begin, end, kind)| {
            let offset = place(begin);
            Entity { offset, length: place(end) - offset, kind: kind.clone() }
        });
        let mut formatted = Formatted { text, entities: entities.collect() };
        formatted.trim();
        sort(&mut formatted.entities);
        formatted
    }
}

/// `{{` or `}}` at the beginning of `tail`, as the brace that it stands for.
fn doubled_brace(tail: &str) -> Option<char> {
    ['{', '}'].into_iter().find(|c| tail.starts_with(*c) && tail[1..].starts_with(*c))
}

/// Reads `{name|fallback}` at the beginning of `tail`; its length in bytes is above 2, since a name is not empty.
fn placeholder(tail: &str) -> Result<(Placeholder, String, usize), TemplateError> {
    let lonely =
        || error("lonely_brace", "has a brace that opens or closes no variable; write {{ or }} for a brace");
    let inner = tail.strip_prefix('{').ok_or_else(lonely)?;
    let inner = &inner[..inner.find('}').ok_or_else(lonely)?];
    if inner.contains('{') {
        return Err(lonely());
    }
    let (name, fallback) = inner.split_once('|').unwrap_or((inner, ""));
    let Some(name) = Placeholder::parse(name.trim()) else {
        let known = "first_name, last_name, username, language and attr.KEY";
        let message =
            format!("names the variable \"{name}\"; known: {known}; write {{{{ and }}}} for braces");
        return Err(error("unknown_variable", message));
    };
    Ok((name, fallback.trim().to_owned(), inner.len() + 2))
}

/// Turns a place in the source into a border.
fn border(at: usize, replaced: &[Replaced]) -> Result<Border, TemplateError> {
    let (mut removed, mut slots) = (0, 0);
    for stretch in replaced.iter().take_while(|stretch| stretch.begin < at) {
        if stretch.is_slot {
            if at < stretch.end {
                return Err(error(
                    "markup_in_variable",
                    "has formatting that begins or ends inside a variable",
                ));
            }
            removed += stretch.end - stretch.begin;
            slots += 1;
        } else {
            // A doubled brace is one unit; a border in its middle counts as behind it.
            removed += (at.min(stretch.end) - stretch.begin).saturating_sub(1);
        }
    }
    Ok(Border { literal_units: at - removed, slots })
}

/// What a person sees in a slot: a value of which nothing can be seen gives way to the fallback.
fn shown(slot: &Slot, variables: Variables<'_>) -> String {
    let value = slot.name.value(variables);
    value.and_then(|value| seen(&value)).unwrap_or_else(|| slot.fallback.clone())
}

/// Clips the longest values, all to the same length, until their sum is at most `units_max`. Telegram refuses a
/// text that is too long, and one person's long value must not cost them the message.
fn clip_to(values: &mut [String], units_max: usize) {
    let mut lengths: Vec<usize> = values.iter().map(|value| units(value)).collect();
    if lengths.iter().sum::<usize>() <= units_max {
        return;
    }
    lengths.sort_unstable();
    let mut room = units_max;
    let mut cap = usize::MAX;
    for (index, length) in lengths.iter().enumerate() {
        let share = room / (lengths.len() - index);
        if *length > share {
            cap = share;
            break;
        }
        room -= length;
    }
    for value in values.iter_mut().filter(|value| units(value) > cap) {
        clip(value, cap);
    }
}

/// Cuts a value to `units_max`, an ellipsis included.
fn clip(value: &mut String, units_max: usize) {
    let mut kept_units = 0;
    let end = value.char_indices().find(|(_, c)| {
        kept_units += c.len_utf16();
        kept_units + 1 > units_max
    });
    if let Some((end, _)) = end {
        value.truncate(end);
    }
    value.truncate(value.trim_end().len());
    if units_max > 0 {
        value.push('…');
    }
}
