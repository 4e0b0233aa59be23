//! True and false, as programs and spreadsheets write them.

/// What spreadsheets write in the languages that they translate it to: true, false.
const TRANSLATED: [(&str, &str); 17] = [
    ("WAHR", "FALSCH"),
    ("VRAI", "FAUX"),
    ("VERDADERO", "FALSO"),
    ("VERDADEIRO", "FALSO"),
    ("VERO", "FALSO"),
    ("WAAR", "ONWAAR"),
    ("PRAWDA", "FAŁSZ"),
    ("ИСТИНА", "ЛОЖЬ"),
    ("ІСТИНА", "ХИБНІСТЬ"),
    ("SANT", "FALSKT"),
    ("SAND", "FALSK"),
    ("SANN", "USANN"),
    ("TOSI", "EPÄTOSI"),
    ("PRAVDA", "NEPRAVDA"),
    ("IGAZ", "HAMIS"),
    ("DOĞRU", "YANLIŞ"),
    ("ADEVĂRAT", "FALS"),
];

/// Reads a flag. `known` says that the column is one of flags: then `yes` and `no`, `1` and `0` are understood too,
/// which elsewhere are a text and a number.
pub(super) fn read(cell: &str, known: bool) -> Option<bool> {
    if cell.eq_ignore_ascii_case("true") {
        return Some(true);
    }
    if cell.eq_ignore_ascii_case("false") {
        return Some(false);
    }
    if let Some((yes, _)) = TRANSLATED.iter().find(|(yes, no)| cell == *yes || cell == *no) {
        return Some(cell == *yes);
    }
    match cell.to_ascii_lowercase().as_str() {
        "yes" | "1" if known => Some(true),
        "no" | "0" if known => Some(false),
        _ => None,
    }
}
