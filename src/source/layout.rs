//! What the beginning of a CSV file says about the rest: byte order mark, `sep=` line, line ends,
//! delimiter.

use std::io::Cursor;

use ::csv::StringRecord;

use super::ReadPlan;
use super::cell::Cells;
use super::csv::Rows;
use super::header::Header;

/// What is looked for where the job does not say it.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// What the first bytes say about all of them.
pub(super) struct Layout {
    /// The first byte after the byte order mark and the `sep=` line, which spreadsheets don't count as
    /// a row.
    pub(super) start: u64,
    /// What divides the cells.
    pub(super) delimiter: u8,
    /// Whether lines end with a carriage return alone, as old Macs write them.
    pub(super) bare_cr: bool,
}

impl Layout {
    pub(super) fn new(head: &[u8], plan: &ReadPlan<'_>) -> Self {
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
        let bare_cr = text.contains(&b'\r') && !text.contains(&b'\n');
        let (said, text) = match text {
            [s, e, p, b'=', delimiter, rest @ ..] if [*s, *e, *p].eq_ignore_ascii_case(b"sep") => {
                let line = rest.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(rest.len());
                let end = rest.get(..line).unwrap_or_default();
                let end = if end.starts_with(b"\r\n") { 2 } else { end.len().min(1) };
                match rest.get(end..) {
                    Some(text) if end > 0 => (Some(*delimiter), text),
                    _ => (None, text),
                }
            }
            _ => (None, text),
        };
        let start = (head.len() - text.len()) as u64;
        let mut layout = Self { start, delimiter: b',', bare_cr };
        layout.delimiter =
            plan.format.delimiter.or(said).unwrap_or_else(|| layout.likeliest_delimiter(text, plan));
        layout
    }

    /// The byte that ends a line.
    pub(super) fn line_end(&self) -> &'static [u8; 1] {
        if self.bare_cr { b"\r" } else { b"\n" }
    }

    /// The delimiter by which the header has most of the columns that the job reads; then most columns.
    fn likeliest_delimiter(&self, text: &[u8], plan: &ReadPlan<'_>) -> u8 {
        let names: Vec<&str> = plan
            .source_key
            .iter()
            .chain(plan.filters.iter().map(|filter| &filter.column))
            .chain(plan.pushes.iter().flat_map(|push| &push.key))
            .map(|name| name.as_str())
            .collect();
        let score = |delimiter: u8| {
            let layout = Layout { delimiter, ..*self };
            let mut rows = Rows::new(Cursor::new(text), &layout, None);
            while let Ok(true) = rows.advance() {
                let record = StringRecord::from_byte_record_lossy(rows.bytes.clone());
                let cells = Cells::Csv(&record);
                let header = Header::new(rows.row, cells);
                let wanted = plan.format.header_row.is_none_or(|row| row == rows.row);
                if (wanted || header.correction().is_some()) && !cells.is_blank() {
                    let found = names.iter().filter(|name| !header.find(name).is_empty()).count();
                    let is_name = |cell: &&str| cell.contains(char::is_alphanumeric);
                    return (found, record.iter().filter(is_name).count());
                }
            }
            (0, 0)
        };
        // Of equals `max_by_key` takes the last, so the commonest delimiter comes last.
        DELIMITERS.into_iter().rev().max_by_key(|delimiter| score(*delimiter)).unwrap_or(b',')
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, field, push};

    fn case<'a>() -> Case<'a> {
        Case::new(vec![push(&["id"], vec![field("name")])])
    }

    fn check(text: &str, expected: &str) {
        let lines = case().lines(text.as_bytes());
        assert!(lines.contains(expected), "{lines}\ndoes not say\n{expected}");
    }

    #[test]
    fn delimiters_are_found() {
        check("id;name\nE1;Ann\n", "2 E1 {name=Ann}");
        check("id\tname\nE1\tAnn\n", "2 E1 {name=Ann}");
        check("id|name\nE1|Ann\n", "2 E1 {name=Ann}");
        check("\u{feff}id;name;\"x, y, z, a\"\nE1;Ann;\n", "2 E1 {name=Ann}");
        check("a, b, c, d;id;name\n;E1;Ann\n", "2 E1 {name=Ann}");
        let mut said = case();
        said.format.delimiter = Some(b':');
        assert!(said.lines(b"id:name\nE1:Ann\n").contains("2 E1 {name=Ann}"));
    }

    #[test]
    fn a_sep_line_is_not_a_row() {
        check("sep=;\r\nid;name\r\nE1;Ann\r\n", "2 E1 {name=Ann}");
        check("\u{feff}SEP=|\n\nid|name\nE1|Ann\n", "3 E1 {name=Ann}");
        check("sep=,\rid,name\rE1,Ann\r", "2 E1 {name=Ann}");
    }
}
