//! Cells and rows, the same for every format.

use std::borrow::Cow;
use std::collections::BTreeMap;

use ::csv::StringRecord;
use chrono::{NaiveDateTime, NaiveTime};
use secrecy::{ExposeSecret, SecretString};

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell<'a> {
    /// Nothing.
    Empty,
    /// Text as found.
    Text(Cow<'a, str>),
    /// A number, printed exactly.
    Number(Cow<'a, str>),
    /// A date, by its format.
    Date(NaiveDateTime),
    /// TRUE or FALSE.
    Bool(bool),
    /// `#N/A` and its like.
    Error(Cow<'a, str>),
}

impl<'a> Cell<'a> {
    fn borrowed(&self) -> Cell<'_> {
        match self {
            Cell::Empty => Cell::Empty,
            Cell::Text(text) => Cell::Text(Cow::Borrowed(text)),
            Cell::Number(text) => Cell::Number(Cow::Borrowed(text)),
            Cell::Date(moment) => Cell::Date(*moment),
            Cell::Bool(value) => Cell::Bool(*value),
            Cell::Error(text) => Cell::Error(Cow::Borrowed(text)),
        }
    }

    /// The cell as text: dates as ISO writes them, without a time at midnight.
    pub(super) fn into_text(self) -> Cow<'a, str> {
        match self {
            Cell::Empty => Cow::Borrowed(""),
            Cell::Text(text) | Cell::Number(text) | Cell::Error(text) => text,
            Cell::Date(moment) if moment.time() == NaiveTime::MIN => moment.date().to_string().into(),
            Cell::Date(moment) => moment.format("%Y-%m-%dT%H:%M:%S").to_string().into(),
            Cell::Bool(true) => Cow::Borrowed("TRUE"),
            Cell::Bool(false) => Cow::Borrowed("FALSE"),
        }
    }

    /// Whether there is nothing to be seen in it.
    pub(super) fn is_blank(&self) -> bool {
        match self {
            Cell::Empty => true,
            Cell::Text(text) => text.chars().all(|c| c.is_whitespace() || c.is_control() || is_invisible(c)),
            _ => false,
        }
    }
}

/// Characters that nobody sees, which exports and copied text leave behind.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
    )
}

/// The text without blanks (no-break spaces among them) and invisible characters around it.
pub(super) fn trim(text: &str) -> &str {
    match (text.as_bytes().first(), text.as_bytes().last()) {
        // The ordinary case, which is worth not to look at twice.
        (Some(first), Some(last)) if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c)),
    }
}

/// The cells of a row as their format keeps them.
#[derive(Clone, Copy)]
pub(super) enum Cells<'a> {
    /// Of a CSV file; the last one may still have its carriage return.
    Csv(&'a StringRecord),
    /// Of a sheet.
    Sheet(&'a [Cell<'a>]),
}

impl Cells<'_> {
    /// The cell of a column; what the row does not reach is empty.
    pub(super) fn get(&self, column: usize) -> Cell<'_> {
        match self {
            Cells::Csv(record) => {
                let text = record.get(column).unwrap_or_default();
                let text = match text.strip_suffix('\r') {
                    Some(stripped) if column + 1 == record.len() => stripped,
                    _ => text,
                };
                if text.is_empty() { Cell::Empty } else { Cell::Text(Cow::Borrowed(text)) }
            }
            Cells::Sheet(cells) => cells.get(column).map_or(Cell::Empty, Cell::borrowed),
        }
    }

    /// How many cells the row has.
    pub(super) fn len(&self) -> usize {
        match self {
            Cells::Csv(record) => record.len(),
            Cells::Sheet(cells) => cells.len(),
        }
    }

    /// Whether all cells are blank.
    pub(super) fn is_blank(&self) -> bool {
        (0..self.len()).all(|column| self.get(column).is_blank())
    }
}

/// A row of data.
pub(super) struct Row<'a> {
    /// What stands in it.
    pub(super) cells: Cells<'a>,
    /// In a correction file: the secret cells of the original row, by column.
    pub(super) originals: Option<BTreeMap<usize, SecretString>>,
}

impl Row<'_> {
    /// The cell of a column; in a correction file, as it stood in the original.
    pub(super) fn cell(&self, column: usize) -> Cell<'_> {
        let cell = self.cells.get(column);
        match &self.originals {
            None => cell,
            Some(secrets) => match (cell, secrets.get(&column)) {
                (cell, Some(secret)) if cell.is_blank() => Cell::Text(Cow::Borrowed(secret.expose_secret())),
                (Cell::Text(text), _) => Cell::Text(unguarded(text)),
                (cell, _) => cell,
            },
        }
    }
}

/// Takes off the apostrophe that keeps spreadsheets from running a cell as a formula.
fn unguarded(text: Cow<'_, str>) -> Cow<'_, str> {
    // What began so behind an apostrophe of its own got another one.
    let guarded =
        text.starts_with('\'') && text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r']);
    match text {
        Cow::Borrowed(text) if guarded => Cow::Borrowed(text.get(1..).unwrap_or_default()),
        Cow::Owned(text) if guarded => Cow::Owned(text.get(1..).unwrap_or_default().to_owned()),
        text => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_of_every_kind_fall_away() {
        let check = |text: &str, expected: &str| assert_eq!(trim(text), expected);
        check("E1", "E1");
        check(" \u{a0}E 1\u{a0}\t", "E 1");
        check("\u{feff}E1\u{200b}", "E1");
        check("\u{3000}", "");
        check("", "");
    }

    #[test]
    fn dates_read_as_iso() {
        let date = chrono::NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        let check = |cell: Cell<'_>, expected: &str| assert_eq!(cell.into_text(), expected);
        check(Cell::Date(date.and_hms_opt(0, 0, 0).unwrap()), "2026-03-01");
        check(Cell::Date(date.and_hms_opt(8, 30, 0).unwrap()), "2026-03-01T08:30:00");
        check(Cell::Bool(false), "FALSE");
        check(Cell::Empty, "");
    }

    #[test]
    fn a_guard_against_formulas_is_taken_off() {
        let check = |text: &str, expected: &str| assert_eq!(unguarded(text.into()), expected);
        check("'+44 20", "+44 20");
        check("'=1+1", "=1+1");
        check("'t Hooft", "'t Hooft");
        check("'", "'");
        check("''=1", "'=1");
        check("''tis", "''tis");
    }
}
