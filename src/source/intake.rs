//! From the rows of a format to events: the first row is the header, the others are data.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::model::{Origin, Take};

use super::cell::{Cell, Cells, Row, trim};
use super::filter::{Filter, Verdict, judge};
use super::header::{Header, MAX_COLUMNS, Wanted, letters};
use super::mapping::{PushPlan, Shape, turned_down};
use super::{FileProblem, HeaderInfo, Mapped, ReadEvent, ReadPlan, ReadRow, ReadSummary};

/// Takes the rows of a file in order.
pub(super) struct Intake<'a> {
    plan: &'a ReadPlan<'a>,
    sink: &'a mut dyn FnMut(ReadEvent) -> ControlFlow<()>,
    sheet: Option<Arc<str>>,
    /// What is to be said with the header.
    notes: Vec<String>,
    contract: Option<Contract<'a>>,
    summary: ReadSummary,
    doubts: BTreeMap<(Doubt, usize), (u64, u64)>,
}

/// A header that holds what the job wants, with every column found.
struct Contract<'a> {
    header: Header,
    data: Vec<usize>,
    filters: Vec<Filter>,
    pushes: Vec<PushPlan<'a>>,
    secret: Vec<usize>,
    used: BTreeSet<usize>,
    keys: BTreeSet<usize>,
}

/// What is suspect in a cell and yet no reason to turn its row down.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Doubt {
    /// A number of more digits than Excel keeps.
    LongNumber,
    /// A key like `1.9E+18`, as Excel writes a long number into CSV.
    ShortenedNumber,
    /// A cell right of the last named column of a sheet.
    Beyond,
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
            doubts: BTreeMap::new(),
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
        self.contract.as_ref().map(|contract| contract.header.len())
    }

    /// Takes the next row; `number` is what a spreadsheet shows.
    pub(super) fn row(&mut self, number: u64, cells: Cells<'_>) -> Result<ControlFlow<()>, FileProblem> {
        let Some(contract) = &self.contract else { return self.before_data(number, cells) };
        if cells.is_blank() {
            return Ok(ControlFlow::Continue(()));
        }
        let row = Row { number, cells, originals: contract.originals(self.plan, cells) };
        let origin = Origin { sheet: self.sheet.clone(), row: number };
        let shape = contract.shape(cells);
        contract.doubts(&row, &mut self.doubts);
        self.summary.rows += 1;
        let verdict = match shape {
            // The cell that the filter would look at may be another one: the row is turned down.
            Shape::TooLong(..) => Verdict::Taken,
            Shape::Fits(_) => judge(&contract.filters, &row),
        };
        let filtered = verdict == Verdict::Filtered;
        self.summary.filtered += u64::from(filtered);
        let pushes: Vec<Mapped> = contract
            .pushes
            .iter()
            .map(|push| match &verdict {
                Verdict::Taken => push.map(&row, &origin, shape),
                Verdict::Filtered => Mapped::Filtered { key: push.key(&row).ok() },
                Verdict::Unclear(reason) => turned_down(push.key(&row).ok(), reason.clone()),
            })
            .collect();
        let rejected = pushes.iter().any(|mapped| matches!(mapped, Mapped::Rejected { .. }));
        let cells = rejected.then(|| contract.texts(&row));
        Ok((self.sink)(ReadEvent::Row(ReadRow { origin, filtered, pushes, cells })))
    }

    /// Ends the file; `flow` says whether it was read to its end.
    pub(super) fn finish(mut self, flow: ControlFlow<()>) -> Result<ReadSummary, FileProblem> {
        let Some(contract) = &self.contract else {
            return if flow.is_break() { Ok(self.summary) } else { Err(self.no_header()) };
        };
        for ((doubt, column), (first, count)) in &self.doubts {
            let name = contract.header.name(*column);
            let rows = if *count == 1 {
                format!("row {first}")
            } else {
                format!("{count} rows from row {first} on")
            };
            self.summary.notes.push(match doubt {
                Doubt::LongNumber => format!(
                    "column `{name}`: {rows} with a number of more than 15 digits; Excel has set the digits \
                     after the fifteenth to 0, so format the column as text before the numbers are entered"
                ),
                Doubt::ShortenedNumber => format!(
                    "column `{name}`: {rows} with a key like `1.9E+18`, which is how Excel shortens long \
                     numbers; format the column as text before it is saved as CSV"
                ),
                Doubt::Beyond => format!(
                    "{rows} with cells right of the last named column (first in column {}); not read",
                    letters(*column)
                ),
            });
        }
        Ok(self.summary)
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

    fn before_data(&mut self, number: u64, cells: Cells<'_>) -> Result<ControlFlow<()>, FileProblem> {
        let is_header = match self.plan.format.header_row {
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
}

impl<'a> Contract<'a> {
    fn new(header: Header, plan: &'a ReadPlan<'a>) -> Result<(Self, Vec<String>), FileProblem> {
        let mut wanted = Wanted::new(&header);
        for name in plan.source_key {
            wanted.column(name);
        }
        let filters = plan.filters.iter().map(|filter| Filter::new(filter, &mut wanted)).collect();
        let mut secret: Vec<usize> = plan
            .pushes
            .iter()
            .flat_map(|push| &push.fields)
            .filter(|field| field.field.secret)
            .filter_map(|field| match &field.take {
                Take::Column(name) => Some(wanted.column(name)),
                Take::Constant(_) => None,
            })
            .collect();
        secret.sort_unstable();
        secret.dedup();
        let pushes: Vec<PushPlan<'a>> =
            plan.pushes.iter().map(|push| PushPlan::new(push, &secret, &mut wanted)).collect();
        let (used, notes) = wanted.verdict(plan.file_name)?;
        let keys = pushes.iter().flat_map(PushPlan::key_columns).collect();
        Ok((Self { data: header.data(), header, filters, pushes, secret, used, keys }, notes))
    }

    fn info(&self, notes: Vec<String>) -> HeaderInfo {
        let is_secret = |column: &usize| self.secret.contains(column);
        HeaderInfo {
            columns: self.data.iter().map(|column| self.header.name(*column).to_owned()).collect(),
            secret_columns: (0..)
                .zip(&self.data)
                .filter(|(_, column)| is_secret(column))
                .map(|(i, _)| i)
                .collect(),
            correction: self.header.correction().is_some(),
            notes,
        }
    }

    fn shape(&self, cells: Cells<'_>) -> Shape {
        match cells {
            Cells::Csv(record) => {
                let extra = (self.header.len()..record.len()).any(|column| !cells.get(column).is_blank());
                if extra {
                    Shape::TooLong(record.len(), self.header.len())
                } else {
                    Shape::Fits(record.len())
                }
            }
            // A sheet keeps no empty cells, and what stands right of the table moves nothing in it.
            Cells::Sheet(_) => Shape::Fits(usize::MAX),
        }
    }

    /// The secret cells of the row that a correction stands for, where it leaves them empty.
    fn originals(
        &self,
        plan: &ReadPlan<'_>,
        cells: Cells<'_>,
    ) -> Option<BTreeMap<usize, secrecy::SecretString>> {
        let (run, row) = self.header.correction()?;
        let mut found = BTreeMap::new();
        if let (Some(originals), Some(row), false) = (plan.originals, row, self.secret.is_empty()) {
            let run = cells.get(run).into_text();
            let row = cells.get(row).into_text();
            let original = trim(&row).parse().ok().and_then(|row| originals(trim(&run), row));
            for (name, secret) in original.into_iter().flatten() {
                if let [column] = self.header.find(&name).as_slice()
                    && self.secret.contains(column)
                {
                    found.insert(*column, secret);
                }
            }
        }
        Some(found)
    }

    /// All cells as text, those beyond the header too.
    fn texts(&self, row: &Row<'_>) -> Vec<String> {
        let beyond = self.header.len()..row.cells.len();
        self.data
            .iter()
            .copied()
            .chain(beyond)
            .map(|column| row.cell(column).into_text().into_owned())
            .collect()
    }

    fn doubts(&self, row: &Row<'_>, doubts: &mut BTreeMap<(Doubt, usize), (u64, u64)>) {
        let mut doubt = |kind, column| doubts.entry((kind, column)).or_insert((row.number, 0)).1 += 1;
        match row.cells {
            Cells::Csv(_) => {
                for column in &self.keys {
                    if is_shortened(&row.cells.get(*column).into_text()) {
                        doubt(Doubt::ShortenedNumber, *column);
                    }
                }
            }
            Cells::Sheet(cells) => {
                for column in &self.used {
                    if let Some(Cell::Number(digits)) = cells.get(*column)
                        && is_too_long(digits)
                    {
                        doubt(Doubt::LongNumber, *column);
                    }
                }
                if cells.iter().skip(self.header.len()).any(|cell| !cell.is_blank()) {
                    doubt(Doubt::Beyond, self.header.len());
                }
            }
        }
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
    use secrecy::SecretString;

    use crate::model::{SourceFormat, Where};

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
        let lines = case().lines(b"\n \n,,\n");
        assert!(
            lines.starts_with("problem `hr.csv`: there is no header: the file holds nothing but blanks\n")
        );
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
    fn filtered_rows_still_have_keys() {
        let mut case = case();
        case.filters = vec![Where { column: "country".into(), values: vec!["IN".to_owned()] }];
        let expected = [
            "header id|name|country",
            "2 E1 {name=Ann}",
            "3 E2 filtered",
            "4 ? filtered",
            "3 rows, 2 filtered",
        ];
        check(&case, "id,name,country\nE1,Ann,IN\nE2,Ben,UK\n,Cid,\n", &expected);
    }

    #[test]
    fn a_row_in_disorder_is_not_filtered() {
        let mut case = case();
        case.filters = vec![Where { column: "country".into(), values: vec!["IN".to_owned()] }];
        let lines = case.lines(b"id,name,country\nE1,Doe, Ann,IN\n");
        assert!(lines.contains("2 E1 rejected"), "{lines}");
        assert!(lines.contains("  cells E1|Doe| Ann|IN"), "{lines}");
    }

    #[test]
    fn each_push_has_its_own_key() {
        let pushes = vec![push(&["id"], vec![field("name")]), push(&["name", "id"], vec![])];
        let expected = ["header id|name", "2 E1 {name=D,A} ## \"D,A\",E1 {}", "1 rows, 0 filtered"];
        check(&Case::new(pushes), "id,name\nE1,\"D,A\"\n", &expected);
    }

    #[test]
    fn a_correction_gets_back_what_was_kept_from_it() {
        let originals = |run: &str, row: u64| {
            let secret = SecretString::from(format!("{run}/{row}"));
            (row == 7).then(|| BTreeMap::from([("password".to_owned(), secret)]))
        };
        let mut password = field("password");
        password.field.secret = true;
        let mut case = Case::new(vec![push(&["id"], vec![field("name"), password])]);
        case.originals = Some(&originals);
        let header = "rollbook_run,rollbook_row,rollbook_reason,id,name,password";
        check(
            &case,
            &format!(
                "{header}\n2026-11-21.3,7,too long,E1,'=Ann,\n\
                 2026-11-21.3,7,too long,E2,'t Hooft,mine\n\
                 2026-11-21.3,8,too long,E3,'+44,\n"
            ),
            &[
                "header id|name|password",
                "secret [2] correction true",
                "2 E1 {name==Ann, secret create password=2026-11-21.3/7}",
                "3 E2 {name='t Hooft, secret create password=mine}",
                "4 E3 {name=+44}",
                "3 rows, 0 filtered",
            ],
        );
    }

    #[test]
    fn an_ordinary_file_keeps_its_apostrophes() {
        check(&case(), "id,name\nE1,'=x\n", &["header id|name", "2 E1 {name='=x}", "1 rows, 0 filtered"]);
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
        };
        let mut events = 0;
        let input = std::io::Cursor::new(b"id,name\nE1,Ann\nE2,\"cut off");
        let summary = super::super::read_export(input, &plan, &mut |_| {
            events += 1;
            if events == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!((events, summary.unwrap().rows), (2, 1));
    }

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
