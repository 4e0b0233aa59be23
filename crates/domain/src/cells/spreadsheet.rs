//! What a spreadsheet makes of a text that it takes for something else.

use super::numbers::{self, DecimalMark};
use super::{dates, flags};

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
    let value = |text: &str| text.replace(',', ".").parse::<f64>().ok().filter(|value| value.is_finite());
    if is_digits && numbers::is_shortened(cell) {
        let power = cell.find(['E', 'e']).unwrap_or(cell.len());
        let decimals = cell[..power].split(['.', ',']).nth(1).map_or(0, str::len);
        let shortened = |value: f64| format!("{value:.decimals$e}");
        return value(digits).map(shortened) == value(cell).map(shortened);
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
    cell.len() <= text.len() && number(text).is_some() && number(text) == number(cell)
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
