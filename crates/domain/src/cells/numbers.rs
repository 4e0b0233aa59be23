//! Numbers, by the manner in which a file writes them.

/// What stands before a number's fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalMark {
    /// `1,234.50`
    Point,
    /// `1.234,50`
    Comma,
}

impl DecimalMark {
    fn sign(self) -> char {
        match self {
            Self::Point => '.',
            Self::Comma => ',',
        }
    }

    /// The other mark: between thousands.
    fn between_thousands(self) -> char {
        match self {
            Self::Point => ',',
            Self::Comma => '.',
        }
    }
}

/// Between thousands whatever the decimal mark: blanks of three widths, and two apostrophes.
const BETWEEN_THOUSANDS: [char; 5] = [' ', '\u{a0}', '\u{202f}', '\'', '’'];

/// Digits that every number keeps. A whole number of more is rather an id.
const DIGITS_KEPT: usize = 15;

/// Reads a number that loses nothing by being one: a whole number keeps all of its digits, and a fraction those that
/// it can.
pub(super) fn read(cell: &str, mark: DecimalMark) -> Option<f64> {
    match cell.split_once(['E', 'e']) {
        Some((digits, power)) => read_small(digits, power, mark),
        None => read_plain(cell, mark),
    }
}

/// `3.33333E-05`: how spreadsheets and programs write what is far below one. With a plus it is [`is_shortened`].
fn read_small(digits: &str, power: &str, mark: DecimalMark) -> Option<f64> {
    let places = power.strip_prefix('-')?;
    let is_power = (1..=3).contains(&places.len()) && places.bytes().all(|byte| byte.is_ascii_digit());
    let first = read_plain(digits, mark).filter(|first| is_power && (1.0..10.0).contains(&first.abs()))?;
    format!("{first}e-{places}").parse().ok()
}

fn read_plain(cell: &str, mark: DecimalMark) -> Option<f64> {
    let (sign, rest) = match cell.strip_prefix(['-', '−']) {
        Some(rest) => ("-", rest),
        None => ("", cell),
    };
    let (whole, fraction) = match rest.split_once(mark.sign()) {
        Some((_, "")) => return None,
        Some((whole, fraction)) => (whole, fraction),
        None => (rest, ""),
    };
    let whole = without_thousands(whole, mark)?;
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let has_zeros_before = whole.len() > 1 && whole.starts_with('0');
    if !is_digits(&whole) || !is_digits(fraction) || has_zeros_before {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let number: f64 = format!("{sign}{whole}.{fraction}0").parse().ok()?;
    let comes_back = || {
        let point = if fraction.is_empty() { "" } else { "." };
        number.abs().to_string() == format!("{whole}{point}{fraction}")
    };
    (whole.len() <= DIGITS_KEPT || comes_back()).then_some(number)
}

/// The digits of `1,234,567`; `None` where the groups are not of three.
fn without_thousands(whole: &str, mark: DecimalMark) -> Option<String> {
    let is_between = |c: char| c == mark.between_thousands() || BETWEEN_THOUSANDS.contains(&c);
    let Some(between) = whole.chars().find(|c| is_between(*c)) else {
        return (!whole.is_empty()).then(|| whole.to_owned());
    };
    let groups: Vec<&str> = whole.split(between).collect();
    let fits = groups.iter().enumerate().all(|(place, group)| match place {
        0 => (1..=3).contains(&group.len()),
        _ => group.len() == 3,
    });
    fits.then(|| groups.concat())
}

/// Digits that mean more than their number: zeros before them, a plus, or more than a number keeps. One of them makes
/// its column one of texts: telephone numbers, article numbers, ids.
pub(super) fn is_code(cell: &str) -> bool {
    let digits = cell.strip_prefix('+').unwrap_or(cell);
    let is_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_digits
        && (digits.len() < cell.len()
            || digits.len() > DIGITS_KEPT
            || (digits.len() > 1 && digits.starts_with('0')))
}

/// `4,91511E+12`: what a spreadsheet leaves of a long number.
pub(super) fn is_shortened(cell: &str) -> bool {
    let Some((digits, power)) = cell.split_once(['E', 'e']) else { return false };
    let power = power.strip_prefix('+').unwrap_or("");
    let digits = digits.strip_prefix('-').unwrap_or(digits);
    !power.is_empty()
        && power.bytes().all(|byte| byte.is_ascii_digit())
        && digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
}
