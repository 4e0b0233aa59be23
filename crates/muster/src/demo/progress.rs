//! How far the history has come, for who waits at the terminal: one bar, or plain lines where nobody sees a bar.

use std::io::{self, IsTerminal, Write};

use indicatif::{ProgressBar, ProgressStyle};

/// Days between two plain lines.
const DAYS_A_LINE: i64 = 10;

/// What is shown while days pass.
pub(super) enum Progress {
    Bar(ProgressBar),
    Lines(Lines<io::Stderr>),
}

impl Progress {
    /// For the terminal of this process.
    pub(super) fn new(days: i64) -> Self {
        if !io::stderr().is_terminal() {
            return Self::Lines(Lines::new(io::stderr(), days));
        }
        let bar = ProgressBar::new(days.unsigned_abs());
        bar.set_style(
            ProgressStyle::with_template("Making the history {bar:30} day {pos} of {len}, {eta} left")
                .unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        Self::Bar(bar)
    }

    /// So many days have passed.
    pub(super) fn reach(&mut self, day: i64) {
        match self {
            Self::Bar(bar) => bar.set_position(day.unsigned_abs()),
            Self::Lines(lines) => lines.reach(day),
        }
    }

    /// All of them have.
    pub(super) fn finish(self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

/// A line now and then.
pub(super) struct Lines<W> {
    out: W,
    days: i64,
    next: i64,
}

impl<W: Write> Lines<W> {
    fn new(out: W, days: i64) -> Self {
        Self { out, days, next: DAYS_A_LINE }
    }

    fn reach(&mut self, day: i64) {
        if day < self.next {
            return;
        }
        self.next = day - day % DAYS_A_LINE + DAYS_A_LINE;
        // Whoever closed the pipe does not want to know.
        let _ = writeln!(self.out, "Making the history: day {day} of {}", self.days);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_gets_one_line_every_ten_days() {
        let mut lines = Lines::new(Vec::new(), 30);
        for day in 0..=30 {
            // Many steps a day.
            lines.reach(day);
            lines.reach(day);
        }
        let told = String::from_utf8(lines.out).unwrap();
        assert_eq!(
            told.lines().collect::<Vec<_>>(),
            [10, 20, 30].map(|day| format!("Making the history: day {day} of 30"))
        );
    }
}
