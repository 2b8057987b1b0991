//! CSV: rows with the numbers that a spreadsheet shows, and where a file was cut off.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::ControlFlow;

use ::csv::{ByteRecord, ErrorKind, Reader, ReaderBuilder, StringRecord, Terminator};

use super::FileProblem;
use super::cell::Cells;
use super::intake::Intake;
use super::layout::Layout;

/// The longest row: beyond it a quotation mark was never closed.
const MAX_ROW: u64 = 16 * 1024 * 1024;

/// Hands on every row that is not blank.
pub(super) fn read<R: Read + Seek>(
    mut input: R,
    head: &[u8],
    intake: &mut Intake<'_>,
) -> Result<ControlFlow<()>, FileProblem> {
    let file = intake.plan().file_name;
    let unreadable = |error: io::Error| FileProblem::unreadable(file, &error);
    let layout = Layout::new(head, intake.plan());
    let length = input.seek(SeekFrom::End(0)).map_err(unreadable)?;
    let ends_a_line = length > layout.start && {
        input.seek(SeekFrom::End(-1)).map_err(unreadable)?;
        let mut last = [0];
        input.read_exact(&mut last).map_err(unreadable)?;
        last == *layout.line_end()
    };
    input.seek(SeekFrom::Start(layout.start)).map_err(unreadable)?;

    let mut rows = Rows::new(input, &layout, (!ends_a_line).then_some(length - layout.start));
    let mut any_short = false;
    let mut last_is_short = false;
    while let Some(number) = rows.next(intake)? {
        let record = rows.record(number, intake)?;
        let cells = Cells::Csv(record);
        any_short |= last_is_short;
        last_is_short = intake.width().is_some_and(|width| record.len() < width) && !cells.is_blank();
        if intake.row(number, cells)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    let (row, begin) = (rows.row, rows.begin + layout.start);
    let mut tail = Vec::new();
    let mut input = rows.into_input();
    input.seek(SeekFrom::Start(begin)).map_err(unreadable)?;
    input.take(MAX_ROW).read_to_end(&mut tail).map_err(unreadable)?;
    // A last row with fewer cells than any before it and no line end is half a row, quoted or not.
    let half = !ends_a_line && last_is_short && !any_short;
    if half || is_open(&tail, &layout) {
        return Err(intake.problem(
            format!(
                "the file ends in the middle of row {row}: it was cut off, or a quotation mark is not closed"
            ),
            "Send the whole file again; if it is whole, correct this row and end it with a line break.",
        ));
    }
    Ok(ControlFlow::Continue(()))
}

/// The rows of a CSV file, with the numbers that a spreadsheet shows.
///
/// The parser skips empty lines without a word and counts line breaks wherever they stand, so the row
/// number is made of the line breaks so far, without those inside of cells.
pub(super) struct Rows<R> {
    reader: Reader<Feed<R>>,
    pub(super) bytes: ByteRecord,
    text: StringRecord,
    /// The number of the current row.
    pub(super) row: u64,
    /// The byte at which the current row begins, or an empty line before it.
    begin: u64,
    /// Line breaks inside of cells so far.
    inner: u64,
    /// The length of a file whose last line has no end.
    unended: Option<u64>,
}

impl<R: Read> Rows<R> {
    pub(super) fn new(input: R, layout: &Layout, unended: Option<u64>) -> Self {
        let feed = Feed { input, left: MAX_ROW, bare_cr: layout.bare_cr };
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(layout.delimiter)
            // Not also at carriage returns: so no empty line of a Windows file is skipped.
            .terminator(Terminator::Any(b'\n'))
            .buffer_capacity(64 * 1024)
            .from_reader(feed);
        let (bytes, text) = (ByteRecord::new(), StringRecord::new());
        Self { reader, bytes, text, row: 0, begin: 0, inner: 0, unended }
    }

    /// Goes to the next row; false at the end.
    pub(super) fn advance(&mut self) -> Result<bool, ::csv::Error> {
        let before = self.reader.position().clone();
        self.reader.get_mut().left = MAX_ROW;
        if !self.reader.read_byte_record(&mut self.bytes)? {
            return Ok(false);
        }
        let after = self.reader.position();
        // A row that takes one line, and most do, has no line breaks to look for.
        if after.line() - before.line() > 1 || self.unended.is_some() {
            self.inner += self.bytes.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
        }
        let unended = self.unended == Some(after.byte());
        self.begin = before.byte();
        self.row = (after.line() - 1 + u64::from(unended)).saturating_sub(self.inner);
        Ok(true)
    }

    fn next(&mut self, intake: &Intake<'_>) -> Result<Option<u64>, FileProblem> {
        match self.advance() {
            Ok(more) => Ok(more.then_some(self.row)),
            Err(_) if self.reader.get_ref().left == 0 => Err(intake.problem(
                format!(
                    "row {} does not end within {} MB: a quotation mark is not closed",
                    self.row + 1,
                    MAX_ROW / (1024 * 1024)
                ),
                "Close the quotation mark, or double it where it is part of a value.",
            )),
            Err(error) => match error.into_kind() {
                ErrorKind::Io(error) => Err(FileProblem::unreadable(intake.plan().file_name, &error)),
                _ => Err(intake.problem("it can not be read as CSV", "Export it again.")),
            },
        }
    }

    /// The current row as text.
    fn record(&mut self, number: u64, intake: &Intake<'_>) -> Result<&StringRecord, FileProblem> {
        if self.bytes.as_slice().contains(&0) {
            return Err(intake.problem(
                format!("row {number} holds NUL bytes: the file is damaged, or encoded as UTF-16"),
                "Send the file again, encoded as UTF-8.",
            ));
        }
        let before = std::mem::take(&mut self.text).into_byte_record();
        let bytes = std::mem::replace(&mut self.bytes, before);
        match StringRecord::from_byte_record(bytes) {
            Ok(text) => {
                self.text = text;
                Ok(&self.text)
            }
            Err(error) => {
                let (column, at) = (error.utf8_error().field(), error.utf8_error().valid_up_to());
                let record = error.into_byte_record();
                let byte = record.get(column).and_then(|cell| cell.get(at)).copied().unwrap_or_default();
                Err(intake.problem(
                    format!(
                        "row {number}, cell {} holds the byte 0x{byte:02X}, which is not UTF-8 text",
                        column + 1
                    ),
                    "Save it as UTF-8 (in Excel: \"CSV UTF-8\").",
                ))
            }
        }
    }

    fn into_input(self) -> R {
        self.reader.into_inner().input
    }
}

/// Feeds the parser, as far as a row may go.
struct Feed<R> {
    input: R,
    left: u64,
    bare_cr: bool,
}

impl<R: Read> Read for Feed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::other("a row without an end"));
        }
        let count = self.input.read(buffer)?;
        self.left = self.left.saturating_sub(count as u64);
        if self.bare_cr {
            let read = buffer.iter_mut().take(count);
            read.filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
        }
        Ok(count)
    }
}

/// Whether the last row ends inside a quoted cell.
fn is_open(row: &[u8], layout: &Layout) -> bool {
    enum State {
        CellStart,
        Plain,
        Quoted,
        /// After a quotation mark in a quoted cell: its end, or the first of two.
        Quote,
    }
    let mut state = State::CellStart;
    for byte in row {
        state = match (state, byte) {
            (State::CellStart, b'"') | (State::Quote, b'"') => State::Quoted,
            (State::Quoted, b'"') => State::Quote,
            (State::Quoted, _) => State::Quoted,
            (_, b'\n') => State::CellStart,
            (_, byte) if *byte == layout.delimiter || [*byte] == *layout.line_end() => State::CellStart,
            _ => State::Plain,
        };
    }
    matches!(state, State::Quoted)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{Case, field, push};

    fn case<'a>() -> Case<'a> {
        Case::new(vec![push(&["id"], vec![field("name")])])
    }

    fn check(bytes: impl AsRef<[u8]>, expected: &str) {
        let lines = case().lines(bytes.as_ref());
        assert!(lines.contains(expected), "{lines}\ndoes not say\n{expected}");
    }

    /// All rows with their cells, as the Python script beside the files counted them.
    fn check_rows(csv: &[u8], counted: &str) {
        let columns = ["id", "name"];
        let mut fields: Vec<_> = columns.map(field).into();
        for field in &mut fields {
            field.trim = false;
            // A value is never like this, so every row is turned down and shows its cells.
            field.field.kind = crate::model::FieldKind::OneOf(Vec::new());
            field.empty = crate::model::Empty::Reject;
        }
        let case = Case::new(vec![push(&["id"], fields)]);
        let found: Vec<String> = cells_of(&case, csv)
            .into_iter()
            .map(|(number, cells)| format!("{number}:{}", cells.join("|")))
            .collect();
        let unquoted = |line: &str| {
            let line = line.replacen(":'", ":", 1).replace("\\n", "\n").replace("\\r", "\r");
            line.strip_suffix('\'').unwrap_or(&line).to_owned()
        };
        assert_eq!(found, counted.lines().skip(1).map(unquoted).collect::<Vec<_>>());
    }

    #[test]
    fn rows_have_the_numbers_that_another_program_gives_them() {
        macro_rules! check_files {
            ($($name:literal)*) => {$(
                check_rows(
                    include_bytes!(concat!("testdata/", $name, ".csv")),
                    include_str!(concat!("testdata/", $name, ".txt")),
                );
            )*};
        }
        check_files!("blanks" "crlf" "multiline" "mixed" "mac" "unended");
    }

    #[test]
    fn quoted_cells_are_read_as_meant() {
        check("id,name\nE1,\"a \"\"b\"\", c\"\r\n", "2 E1 {name=a \"b\", c}");
        check("id,name\nE1,5\" pipe\n", "2 E1 {name=5\" pipe}");
        check("id,name\r\n\"E1\",\"Ann\"\r\n", "2 E1 {name=Ann}");
    }

    #[test]
    fn text_that_is_not_utf_8_is_refused() {
        check(
            b"id,name\nE1,Ann\nE2,Zo\xeb\n",
            "row 3, cell 2 holds the byte 0xEB, which is not UTF-8 text\nSave it as UTF-8",
        );
        check(b"id,name\nE1,\xc3\nE2,x\n", "row 2, cell 2 holds the byte 0xC3");
        check(b"id,n\xe9name\n", "row 1, cell 2");
    }

    #[test]
    fn nul_bytes_after_the_head_are_found() {
        let mut bytes = b"id,name\n".to_vec();
        bytes.extend(b"E1,Ann\n".repeat(20_000));
        bytes.extend([0; 100]);
        check(&bytes, "row 20002 holds NUL bytes");
    }

    #[test]
    fn a_file_that_is_cut_off_is_refused() {
        let cut = "problem `hr.csv`: the file ends in the middle of row 3";
        check("id,name\nE1,Ann\nE2,\"Be", cut);
        check("id,name\nE1,Ann\nE2,\"Be\n", cut);
        check("id,name\nE1,Ann\nE2", cut);
        check("id,name\nE1,Ann\nE2,Ben", "3 E2 {name=Ben}\n2 rows");
        check("id,name\nE1,Ann\nE2,\"Ben\"", "3 E2 {name=Ben}\n2 rows");
        check("id,name\nE1,Ann\nE2,\"B \"\"en\"\"\"", "3 E2 {name=B \"en\"}\n2 rows");
        check("id,name\nE1,Ann\nE2,5\"", "3 E2 {name=5\"}\n2 rows");
        check("id,name,city\nE1,Ann,X\nE2,Ben\n ", "3 E2 {name=Ben}\n2 rows");
        check("id,name,city\nE1,Ann\nE2,Ben", "3 E2 {name=Ben}\n2 rows");
    }

    #[test]
    fn a_quotation_mark_that_swallows_the_file_is_found_early() {
        let mut bytes = b"id,name\nE1,\"Ann\n".to_vec();
        bytes.resize(17 * 1024 * 1024, b'x');
        check(&bytes, "row 2 does not end within 16 MB: a quotation mark is not closed");
    }

    /// As other programs write CSV: quotation marks where they are needed, or everywhere.
    fn written(rows: &[Vec<String>], delimiter: char, end: &str, always: bool) -> String {
        let mut text = String::new();
        for row in rows {
            for (place, cell) in row.iter().enumerate() {
                if place > 0 {
                    text.push(delimiter);
                }
                if always || cell.contains([delimiter, '"', '\n', '\r']) {
                    text.push_str(&format!("\"{}\"", cell.replace('"', "\"\"")));
                } else {
                    text.push_str(cell);
                }
            }
            text.push_str(end);
        }
        text
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            cells in proptest::collection::vec(("[a-z,;\"\u{e9}\n \t|']{0,8}", "[a-z,;\"\r\n|]{0,8}"), 0..20),
            delimiter in proptest::sample::select(vec![',', ';', '\t', '|']),
            end in proptest::sample::select(vec!["\n", "\r\n"]),
            always: bool,
        ) {
            let mut rows = vec![vec!["id".to_owned(), "name".to_owned(), "z".to_owned()]];
            rows.extend(cells.iter().map(|(one, two)| vec![one.clone(), two.clone(), "!".to_owned()]));
            let mut fields: Vec<_> = ["name", "z"].map(field).into();
            fields[1].field.kind = crate::model::FieldKind::OneOf(Vec::new());
            let case = Case::new(vec![push(&["id"], fields)]);
            let mut expected = Vec::new();
            for (number, (one, two)) in (2..).zip(&cells) {
                expected.push((number, vec![one.clone(), two.clone(), "!".to_owned()]));
            }
            prop_assert_eq!(cells_of(&case, written(&rows, delimiter, end, always).as_bytes()), expected);
        }

        #[test]
        fn no_bytes_make_it_panic(
            bytes in proptest::collection::vec(any::<u8>(), 0..400),
            start in 0..4_usize,
        ) {
            let start = [&b""[..], b"id,name\n", b"sep=", b"PK\x03\x04"][start];
            case().lines(&[start, &bytes].concat());
        }

        #[test]
        fn no_text_makes_it_panic(text in "(id,name\n)?[id,name;\"\r\n=\u{feff}|\t ]{0,60}") {
            case().lines(text.as_bytes());
        }
    }

    /// Row numbers and cells of all rows that were turned down.
    fn cells_of(case: &Case<'_>, bytes: &[u8]) -> Vec<(u64, Vec<String>)> {
        let plan = super::super::ReadPlan {
            file_name: "hr.csv",
            format: &case.format,
            filters: &[],
            source_key: &case.key,
            pushes: &case.pushes,
            originals: None,
            cells_of: None,
        };
        let mut found = Vec::new();
        let _ = super::super::read_export(super::io::Cursor::new(bytes), &plan, &mut |event| {
            if let super::super::ReadEvent::Row(row) = event {
                found.extend(row.cells.map(|cells| (row.origin.row, cells)));
            }
            super::ControlFlow::Continue(())
        });
        found
    }
}
