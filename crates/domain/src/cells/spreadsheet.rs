//! What a spreadsheet makes of a text that it takes for something else.

use super::numbers::{self, DecimalMark};
use super::{dates, flags};

/// Digits that a spreadsheet keeps of a number.
const DIGITS_KEPT: i32 = 15;
/// Characters of a number that a spreadsheet shows where a column has no format, the point among them; what is shown
/// is what it saves.
const CHARS_SHOWN: i32 = 11;
/// Digits of a number far below one, which is shown with its power of ten.
const DIGITS_OF_SMALL: i32 = 6;
/// A fraction of so many digits was rounded by a program; a person who writes another number writes a shorter one.
const ROUNDED_FRACTION_MIN: i32 = 6;

/// Whether a number is another as a spreadsheet that opens it and saves it again leaves it: rounded to the digits that
/// it keeps, to those that it shows, or to the many that the cell has. Such a number says nothing new.
pub fn is_number_rounded(known: f64, given: f64) -> bool {
    if known == given {
        return true;
    }
    if known == 0.0 || !known.is_finite() || !given.is_finite() {
        return false;
    }
    let given_places = given.to_string().split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let given_places = i32::try_from(given_places).unwrap_or(i32::MAX);
    let is_rounded_to = |places: i32| {
        let half = 0.5 * 10_f64.powi(-places);
        given_places <= places && (known - given).abs() <= half + known.abs() * f64::EPSILON
    };
    // Where the first digit stands: 0 for ones, 1 for tens, -1 for tenths.
    let first = known.abs().log10().floor() as i32;
    let shown = match first {
        ..-4 => Some(DIGITS_OF_SMALL - 1 - first),
        // One character is the point.
        -4..CHARS_SHOWN => Some((CHARS_SHOWN - 2 - first.max(0)).max(0)),
        // Shown with its power of ten, which is read apart.
        _ => None,
    };
    let is_fine = given_places >= ROUNDED_FRACTION_MIN && given_places + first + 1 >= ROUNDED_FRACTION_MIN;
    is_rounded_to(DIGITS_KEPT - 1 - first)
        || shown.is_some_and(is_rounded_to)
        || (is_fine && is_rounded_to(given_places))
}

/// Whether a spreadsheet that opens a text and saves it again may leave this cell: `007` becomes `7`, a long id
/// `1.23457E+15`, `true` becomes `TRUE`, `2026-05-01` becomes `5/1/2026`. Such a cell says nothing new.
pub fn is_what_a_spreadsheet_leaves(text: &str, cell: &str) -> bool {
    if text == cell {
        return true;
    }
    if let (Some(was), Some(is)) = (flags::read(text, false), flags::read(cell, false)) {
        return was == is;
    }
    if let (Some(_), Some(is)) = (dates::read(text), dates::read(cell)) {
        return is.may_be(text);
    }
    is_number_left(text, cell)
}

fn is_number_left(text: &str, cell: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let is_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if numbers::is_shortened(cell) {
        return is_shortened_of(digits, cell);
    }
    if is_digits && digits.len() > 15 {
        // Spreadsheets keep fifteen digits and write zeros for the rest.
        return cell.len() == digits.len()
            && cell[..15] == digits[..15]
            && cell[15..].bytes().all(|b| b == b'0');
    }
    // A number written shorter: zeros before and behind it are gone.
    let number = |text: &str| {
        let trimmed = digits_without_zeros(text);
        numbers::read(trimmed, DecimalMark::Point).or_else(|| numbers::read(trimmed, DecimalMark::Comma))
    };
    let is_rounded = |known: f64| number(cell).is_some_and(|given| is_number_rounded(known, given));
    cell.len() <= text.len() && number(text).is_some_and(is_rounded)
}

/// Whether a cell such as `4.91511E+12` is what is left of a number.
fn is_shortened_of(number: &str, cell: &str) -> bool {
    let value = |text: &str| text.replace(',', ".").parse::<f64>().ok().filter(|value| value.is_finite());
    let power = cell.find(['E', 'e']).unwrap_or(cell.len());
    let decimals = cell[..power].split(['.', ',']).nth(1).map_or(0, str::len);
    let shortened = |value: f64| format!("{value:.decimals$e}");
    value(number).is_some() && value(number).map(shortened) == value(cell).map(shortened)
}

/// Without a plus and the zeros before the first other digit of the whole part.
fn digits_without_zeros(text: &str) -> &str {
    let text = text.strip_prefix('+').unwrap_or(text);
    let trimmed = text.trim_start_matches('0');
    match trimmed.as_bytes().first() {
        Some(byte) if byte.is_ascii_digit() => trimmed,
        _ if text.is_empty() => text,
        _ => &text[text.len() - trimmed.len() - usize::from(text.len() > trimmed.len())..],
    }
}
