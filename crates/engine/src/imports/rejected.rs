//! The lines that an import refused, as a table beside the file.

/// A refused line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedRow {
    /// Where it begins in the file; the head is line 1.
    pub line: u64,
    /// Empty when the line as a whole is meant.
    pub column: String,
    pub reason: String,
}

/// The table of refused lines: its head, then a line each.
pub fn rejected_csv<'r>(rows: impl IntoIterator<Item = &'r RejectedRow>) -> String {
    let mut table = String::from("line,column,reason\n");
    for row in rows {
        table.push_str(&format!("{},{},{}\n", row.line, quoted(&row.column), quoted(&row.reason)));
    }
    table
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
