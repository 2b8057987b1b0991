//! What is suspect in a cell and yet no reason to turn its row down: counted, and said once at the end.

use std::collections::{BTreeMap, BTreeSet};

use super::cell::{Cell, Cells, Row, trim};
use super::header::{Header, letters};
use super::person::names_somebody;

/// The doubts of a file: by kind and column, the first row and how many.
#[derive(Default)]
pub(super) struct Doubts(BTreeMap<(Doubt, usize), (u64, u64)>);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Doubt {
    /// A number of more digits than Excel keeps.
    LongNumber,
    /// A key like `1.9E+18`, as Excel writes a long number into CSV.
    ShortenedNumber,
    /// A cell right of the last named column of a sheet.
    Beyond,
    /// A cell that should name the person whom a row waits for, and names nobody.
    Nobody,
}

impl Doubts {
    /// Looks at a row: at its keys, at all columns that are read, and at what stands beyond `width`.
    pub(super) fn look(
        &mut self,
        row: u64,
        cells: Cells<'_>,
        keys: &BTreeSet<usize>,
        read: &BTreeSet<usize>,
        width: usize,
    ) {
        match cells {
            Cells::Csv(record) => {
                for column in keys {
                    if record.get(*column).is_some_and(is_shortened) {
                        self.add(Doubt::ShortenedNumber, *column, row);
                    }
                }
            }
            Cells::Sheet(cells) => {
                for column in read {
                    if let Some(Cell::Number(digits)) = cells.get(*column)
                        && is_too_long(digits)
                    {
                        self.add(Doubt::LongNumber, *column, row);
                    }
                }
                if cells.iter().skip(width).any(|cell| !cell.is_blank()) {
                    self.add(Doubt::Beyond, width, row);
                }
            }
        }
    }

    /// Looks at the cells that say for whom a row waits.
    pub(super) fn look_for_persons(&mut self, row: u64, cells: &Row<'_>, columns: &BTreeSet<usize>) {
        for column in columns {
            if !names_somebody(&cells.cell(*column)) {
                self.add(Doubt::Nobody, *column, row);
            }
        }
    }

    fn add(&mut self, doubt: Doubt, column: usize, row: u64) {
        self.0.entry((doubt, column)).or_insert((row, 0)).1 += 1;
    }

    /// The doubts in words.
    pub(super) fn notes(&self, header: &Header) -> Vec<String> {
        let note = |((doubt, column), (first, count)): (&(Doubt, usize), &(u64, u64))| {
            let name = header.name(*column);
            let rows = if *count == 1 {
                format!("row {first}")
            } else {
                format!("{count} rows from row {first} on")
            };
            match doubt {
                Doubt::LongNumber => format!(
                    "column `{name}`: {rows} with a number of more than 15 digits; Excel has set the digits \
                     after the fifteenth to 0, so format the column as text before the numbers are entered"
                ),
                Doubt::ShortenedNumber => format!(
                    "column `{name}`: {rows} with a key like `1.9E+18`, which is how Excel shortens long \
                     numbers; format the column as text before it is saved as CSV"
                ),
                Doubt::Beyond => format!(
                    "{rows} with cells right of the last named column (column {} and on); not read",
                    letters(*column)
                ),
                Doubt::Nobody => format!(
                    "column `{name}`: {rows} without a person (`person` of the push), so nobody's other \
                     changes are waited for there"
                ),
            }
        };
        self.0.iter().map(note).collect()
    }
}

/// Whether a whole number has more digits than Excel keeps; leading zeros are a matter of format.
fn is_too_long(number: &str) -> bool {
    let digits = number.trim_start_matches(['-', '0']);
    digits.len() > 15 && !digits.contains('.')
}

/// Whether a text looks like `1.9E+18`.
fn is_shortened(text: &str) -> bool {
    let Some((digits, power)) = trim(text).split_once("E+") else { return false };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number(power) && is_number(&digits.replacen(['.', ','], "", 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortened_numbers_are_known() {
        let check = |text: &str, expected: bool| assert_eq!(is_shortened(text), expected, "{text}");
        check("1.9E+18", true);
        check("1,23457E+15", true);
        check("E+18", false);
        check("1900000000000000000", false);
        check("A1E+18", false);
        check("", false);
    }

    #[test]
    fn only_whole_numbers_have_lost_digits() {
        let check = |text: &str, expected: bool| assert_eq!(is_too_long(text), expected, "{text}");
        check("123456789012345", false);
        check("1234567890123450", true);
        check("-1234567890123450", true);
        check("0000000000000042", false);
        check("0.30000000000000004", false);
    }
}
