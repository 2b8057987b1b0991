//! From the rows of a format to events: the first row is the header, the others are data.

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::model::Origin;

use super::cell::Cells;
use super::contract::Contract;
use super::doubts::Doubts;
use super::header::{Header, MAX_COLUMNS};
use super::{FileProblem, ReadEvent, ReadPlan, ReadSummary};

/// Takes the rows of a file in order.
pub(super) struct Intake<'a> {
    plan: &'a ReadPlan<'a>,
    sink: &'a mut dyn FnMut(ReadEvent) -> ControlFlow<()>,
    sheet: Option<Arc<str>>,
    /// What is to be said with the header.
    notes: Vec<String>,
    /// `None` before the header.
    contract: Option<Contract<'a>>,
    summary: ReadSummary,
    doubts: Doubts,
}

impl<'a> Intake<'a> {
    pub(super) fn new(plan: &'a ReadPlan<'a>, sink: &'a mut dyn FnMut(ReadEvent) -> ControlFlow<()>) -> Self {
        Self {
            plan,
            sink,
            sheet: None,
            notes: Vec::new(),
            contract: None,
            summary: ReadSummary::default(),
            doubts: Doubts::default(),
        }
    }

    /// How the file is to be read.
    pub(super) fn plan(&self) -> &'a ReadPlan<'a> {
        self.plan
    }

    /// Names the sheet that the rows come from.
    pub(super) fn set_sheet(&mut self, name: &str) {
        self.sheet = Some(name.into());
    }

    /// Says something with the header.
    pub(super) fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// A problem of the whole file.
    pub(super) fn problem(&self, what: impl AsRef<str>, way_out: impl Into<String>) -> FileProblem {
        FileProblem::new(self.plan.file_name, what, way_out)
    }

    /// How many columns the header has; `None` before it.
    pub(super) fn width(&self) -> Option<usize> {
        self.contract.as_ref().map(|contract| contract.header().len())
    }

    /// Takes the next row; `number` is what a spreadsheet shows.
    pub(super) fn row(&mut self, number: u64, cells: Cells<'_>) -> Result<ControlFlow<()>, FileProblem> {
        let Some(contract) = &self.contract else { return self.before_data(number, cells) };
        if cells.is_blank() {
            return Ok(ControlFlow::Continue(()));
        }
        let origin = Origin { sheet: self.sheet.clone(), row: number };
        let row = contract.read(origin, cells, &mut self.doubts);
        self.summary.rows += 1;
        self.summary.filtered += u64::from(row.filtered);
        Ok((self.sink)(ReadEvent::Row(row)))
    }

    /// Ends the file; `flow` says whether it was read to its end.
    pub(super) fn finish(mut self, flow: ControlFlow<()>) -> Result<ReadSummary, FileProblem> {
        match &self.contract {
            Some(contract) => self.summary.notes = self.doubts.notes(contract.header()),
            None if flow.is_continue() => return Err(self.no_header()),
            None => {}
        }
        Ok(self.summary)
    }

    fn before_data(&mut self, number: u64, cells: Cells<'_>) -> Result<ControlFlow<()>, FileProblem> {
        let is_header = match self.plan.format.header_row {
            // A file of corrections is ours and has its header on top, whatever stands above the export's.
            Some(row) if number < row && Header::new(number, cells).correction().is_some() => true,
            Some(row) if number > row => return Err(self.no_header()),
            Some(row) => number == row && !cells.is_blank(),
            None => !cells.is_blank(),
        };
        if !is_header {
            return Ok(ControlFlow::Continue(()));
        }
        let header = Header::new(number, cells);
        if header.len() > MAX_COLUMNS {
            return Err(self.problem(
                format!("the header has {} columns; at most {MAX_COLUMNS} are read", header.len()),
                "Export only the columns that are needed.",
            ));
        }
        let (contract, mut notes) = Contract::new(header, self.plan)?;
        notes.append(&mut self.notes);
        let info = contract.info(notes);
        self.contract = Some(contract);
        Ok((self.sink)(ReadEvent::Header(info)))
    }

    fn no_header(&self) -> FileProblem {
        match self.plan.format.header_row {
            Some(row) => self.problem(
                format!("row {row}, where the job expects the header, is empty"),
                "Correct `header_row` in the job's [source], or the export.",
            ),
            None => self.problem(
                "there is no header: the file holds nothing but blanks",
                "Look at the export that writes it, and send the file again.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use crate::model::SourceFormat;

    use super::super::read_export;
    use super::super::testing::{Case, field, push};
    use super::*;

    fn case<'a>() -> Case<'a> {
        Case::new(vec![push(&["id"], vec![field("name")])])
    }

    fn check(case: &Case<'_>, text: &str, expected: &[&str]) {
        assert_eq!(case.lines(text.as_bytes()).lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_header_alone_is_an_export_without_rows() {
        check(&case(), "id,name\n", &["header id|name", "0 rows, 0 filtered"]);
        check(&case(), "id,name", &["header id|name", "0 rows, 0 filtered"]);
    }

    #[test]
    fn a_file_without_a_header_is_refused() {
        for blanks in ["\n \n,,\n", "\u{feff}", "\r\n\r\n"] {
            let lines = case().lines(blanks.as_bytes());
            let expected = "problem `hr.csv`: there is no header: the file holds nothing but blanks\n";
            assert!(lines.starts_with(expected), "{lines}");
        }
    }

    #[test]
    fn the_header_stands_where_the_job_says() {
        let mut case = case();
        case.format = SourceFormat { header_row: Some(3), ..SourceFormat::default() };
        let expected = ["header id|name", "4 E1 {name=Ann}", "1 rows, 0 filtered"];
        check(&case, "Staff list\n\nid;name\nE1;Ann\n", &expected);
        let lines = case.lines(b"Staff list\n\n\nid,name\n");
        assert!(lines.contains("row 3, where the job expects the header, is empty\n"), "{lines}");
    }

    #[test]
    fn the_header_of_a_correction_stands_on_top() {
        let mut case = case();
        case.format = SourceFormat { header_row: Some(3), ..SourceFormat::default() };
        let text = "id;name;rollbook_run;rollbook_row\nE1;Ann;2026-11-21.1;7\nE2;Ben;2026-11-21.1;8\n";
        let expected = [
            "header id|name",
            "secret [] correction true",
            "2 E1 {name=Ann}",
            "3 E2 {name=Ben}",
            "2 rows, 0 filtered",
        ];
        check(&case, text, &expected);
    }

    #[test]
    fn rows_of_blanks_are_no_data() {
        let text = "id,name\n,\n \u{a0},\t\nE1,Ann\n\x1a";
        check(&case(), text, &["header id|name", "4 E1 {name=Ann}", "1 rows, 0 filtered"]);
    }

    #[test]
    fn keys_that_excel_has_shortened_are_noted() {
        let lines = case().lines(b"id,name\n1.9E+18,1.9E+18\n1.8E+18,b\n");
        assert!(
            lines.contains("note column `id`: 2 rows from row 2 on with a key like `1.9E+18`"),
            "{lines}"
        );
        assert_eq!(lines.matches("note").count(), 1);
    }

    #[test]
    fn a_reader_that_has_enough_stops() {
        let case = case();
        let plan = ReadPlan {
            file_name: "hr.csv",
            format: &case.format,
            filters: &[],
            source_key: &case.key,
            pushes: &case.pushes,
            originals: None,
            cells_of: None,
        };
        let mut events = 0;
        let input = Cursor::new(b"id,name\nE1,Ann\nE2,\"cut off");
        let summary = read_export(input, &plan, &mut |_| {
            events += 1;
            if events == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!((events, summary.unwrap().rows), (2, 1));
    }
}
