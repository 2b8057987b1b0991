//! `where`: which rows count.

use crate::model::{ANY, Where};

use super::cell::{Cell, Row, trim};
use super::header::Wanted;

/// One condition, with its column found.
pub(super) struct Filter {
    column: usize,
    name: String,
    values: Vec<String>,
}

/// What the conditions say about a row.
#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    /// All hold.
    Taken,
    /// One does not.
    Filtered,
    /// A cell that a condition asks for is an error of the spreadsheet: the row is turned down, so that
    /// nobody disappears in silence.
    Unclear(String),
}

impl Filter {
    pub(super) fn new(condition: &Where, wanted: &mut Wanted<'_>) -> Self {
        Self {
            column: wanted.column(&condition.column),
            name: condition.column.to_string(),
            values: condition.values.iter().map(|value| trim(value).to_owned()).collect(),
        }
    }

    /// How many cells a row must have to reach its column.
    pub(super) fn reach(&self) -> usize {
        self.column + 1
    }
}

/// Holds a row against all conditions.
pub(super) fn judge(filters: &[Filter], row: &Row<'_>) -> Verdict {
    let mut verdict = Verdict::Taken;
    for filter in filters {
        match row.cell(filter.column) {
            Cell::Error(error) => {
                verdict = Verdict::Unclear(format!(
                    "column `{}` holds the error {error}, so nobody can tell whether the row counts; \
                     correct the cell",
                    filter.name
                ));
            }
            cell => {
                let text = cell.into_text();
                let text = trim(&text);
                if !filter.values.iter().any(|value| value == text || value == ANY && !text.is_empty()) {
                    return Verdict::Filtered;
                }
            }
        }
    }
    verdict
}

#[cfg(test)]
mod tests {
    use super::super::cell::Cells;
    use super::super::header::Header;
    use super::*;

    fn check(cells: &[Cell<'_>], expected: bool) {
        let names = [Cell::Text("Country".into()), Cell::Text("Kind".into())];
        let header = Header::new(1, Cells::Sheet(&names));
        let mut wanted = Wanted::new(&header);
        let filters = [
            Where { column: "Country".into(), values: vec!["IN".to_owned(), " UK ".to_owned()] },
            Where { column: "Kind".into(), values: vec!["1".to_owned()] },
        ]
        .map(|condition| Filter::new(&condition, &mut wanted));
        let row = Row { cells: Cells::Sheet(cells), originals: None };
        assert_eq!(judge(&filters, &row), if expected { Verdict::Taken } else { Verdict::Filtered });
    }

    #[test]
    fn all_conditions_must_hold() {
        let text = |text: &'static str| Cell::Text(text.into());
        check(&[text("IN"), text("1")], true);
        check(&[text(" UK\u{a0}"), Cell::Number("1".into())], true);
        check(&[text("in"), text("1")], false);
        check(&[text("IN"), text("2")], false);
        check(&[text("IN")], false);
        check(&[text("*"), text("1")], false);
        check(&[Cell::Error("#N/A".into()), text("2")], false);
        check(&[text("US"), Cell::Error("#N/A".into())], false);
    }

    #[test]
    fn a_star_takes_whatever_is_there() {
        let names = [Cell::Text("Done".into())];
        let header = Header::new(1, Cells::Sheet(&names));
        let filters = ["*", ""].map(|value| {
            let condition = Where { column: "Done".into(), values: vec![value.to_owned()] };
            [Filter::new(&condition, &mut Wanted::new(&header))]
        });
        for (cell, expected) in
            [("2026-11-21", [true, false]), (" \u{a0}", [false, true]), ("*", [true, false])]
        {
            let cells = [Cell::Text(cell.into())];
            let row = Row { cells: Cells::Sheet(&cells), originals: None };
            let found = [0, 1].map(|which| judge(&filters[which], &row) == Verdict::Taken);
            assert_eq!(found, expected, "{cell}");
        }
    }
}
