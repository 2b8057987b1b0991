//! Workbooks (`.xlsx`): cell by cell, never a whole sheet.

use std::borrow::Cow;
use std::io::{BufReader, Read, Seek};
use std::ops::ControlFlow;

use calamine::{DataRef, ExcelDateTime, Reader, Sheet, SheetType, SheetVisible, Xlsx, XlsxError};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::FileProblem;
use super::cell::{Cell, Cells};
use super::header::{MAX_COLUMNS, letters, listed, nearest};
use super::intake::Intake;
use super::package::{check_is_safe, damaged};

/// More rows than this no sheet has.
const MAX_ROWS: u32 = 1_048_576;

/// More cells than this are not read.
const MAX_CELLS: u64 = 200_000_000;

/// The day after the last one that Excel knows, in the epoch of 1900 and of 1904.
const LAST_DAY: [f64; 2] = [2_958_466.0, 2_957_004.0];

/// Hands on every row of the sheet that has a cell in it.
pub(super) fn read<R: Read + Seek>(
    mut input: R,
    intake: &mut Intake<'_>,
) -> Result<ControlFlow<()>, FileProblem> {
    let file = intake.plan().file_name;
    check_is_safe(&mut input, file)?;
    let mut book: Xlsx<_> = Reader::new(BufReader::new(input)).map_err(|error| problem(intake, 0, &error))?;
    let sheet = choose(book.sheets_metadata(), intake)?;
    intake.set_sheet(&sheet);
    let last_day = if book.has_1904_epoch() { LAST_DAY[1] } else { LAST_DAY[0] };
    let mut cells = book.worksheet_cells_reader(&sheet).map_err(|error| problem(intake, 0, &error))?;
    let zeros: Vec<usize> = cells
        .styles()
        .iter()
        .map(|style| style.number_format.as_ref().map_or(0, |format| zeros(&format.format_code)))
        .collect();

    let mut row = 0;
    let mut filled: Vec<Cell<'_>> = Vec::new();
    let mut count = 0;
    loop {
        let next = cells.next_cell_with_style_id().map_err(|error| problem(intake, row + 1, &error))?;
        let Some((cell, style)) = next else { break };
        let (at, column) = cell.get_position();
        let value = convert(cell.get_value(), zeros.get(style).copied().unwrap_or_default(), last_day);
        if value == Cell::Empty {
            continue;
        }
        check_bounds(at, column, intake)?;
        count += 1;
        if count > MAX_CELLS {
            return Err(intake.problem(
                format!("the sheet has more than {MAX_CELLS} cells"),
                "Export it as .csv, with the columns that are needed.",
            ));
        }
        if at != row && !filled.is_empty() {
            if at < row {
                return Err(damaged(file));
            }
            if intake.row(u64::from(row) + 1, Cells::Sheet(&filled))?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
            filled.clear();
        }
        row = at;
        let column = column as usize;
        if filled.len() <= column {
            filled.resize(column + 1, Cell::Empty);
        }
        if let Some(place) = filled.get_mut(column) {
            *place = value;
        }
    }
    if filled.is_empty() {
        return Ok(ControlFlow::Continue(()));
    }
    intake.row(u64::from(row) + 1, Cells::Sheet(&filled))
}

fn check_bounds(row: u32, column: u32, intake: &Intake<'_>) -> Result<(), FileProblem> {
    let column = column as usize;
    if column >= MAX_COLUMNS {
        return Err(intake.problem(
            format!(
                "the sheet has a value in column {} (row {}); at most {MAX_COLUMNS} columns are read",
                letters(column),
                row + 1
            ),
            "Delete what stands far to the right of the table.",
        ));
    }
    if row >= MAX_ROWS { Err(damaged(intake.plan().file_name)) } else { Ok(()) }
}

/// The sheet that the job names, else the first one that can be seen.
fn choose(sheets: &[Sheet], intake: &mut Intake<'_>) -> Result<String, FileProblem> {
    let sheets: Vec<&Sheet> = sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet).collect();
    let names: Vec<String> = sheets.iter().map(|sheet| sheet.name.clone()).collect();
    if let Some(wanted) = &intake.plan().format.sheet {
        let named = |is_it: &dyn Fn(&str) -> bool| -> Vec<&String> {
            names.iter().filter(|name| is_it(name)).collect()
        };
        let exact = named(&|name| name == wanted);
        let any_case = named(&|name| name.trim().to_lowercase() == wanted.trim().to_lowercase());
        return match (exact.as_slice(), any_case.as_slice()) {
            ([name, ..], _) | ([], [name]) => Ok((*name).clone()),
            _ => Err(intake.problem(
                format!("there is no sheet `{wanted}`{}; found: {}", nearest(wanted, &names), listed(&names)),
                "Correct `sheet` in the job's [source], or name the sheet so.",
            )),
        };
    }
    let visible: Vec<&String> = sheets
        .iter()
        .filter(|sheet| sheet.visible == SheetVisible::Visible)
        .map(|sheet| &sheet.name)
        .collect();
    let Some(first) = visible.first() else {
        return Err(intake.problem(
            "the workbook has no visible sheet with cells",
            "Name the hidden sheet by `sheet` in the job's [source], or show it.",
        ));
    };
    if visible.len() > 1 {
        intake.note(format!(
            "the workbook has {} sheets, and the first, `{first}`, was read; `sheet` in the job's [source] \
             names another",
            visible.len()
        ));
    }
    Ok((*first).clone())
}

/// How many digits a format like `00000` shows at least; 0 where it is no such format.
fn zeros(format: &str) -> usize {
    let format = format.split(';').next().unwrap_or_default();
    if format.len() > 1 && format.len() <= 64 && format.bytes().all(|byte| byte == b'0') {
        format.len()
    } else {
        0
    }
}

fn convert<'a>(value: &DataRef<'a>, zeros: usize, last_day: f64) -> Cell<'a> {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::String(text) if text.is_empty() => Cell::Empty,
        DataRef::String(text) => Cell::Text(Cow::Owned(text.clone())),
        DataRef::SharedString("") => Cell::Empty,
        DataRef::SharedString(text) => Cell::Text(Cow::Borrowed(text)),
        DataRef::Int(number) => Cell::Number(format!("{number:0zeros$}").into()),
        // Rust prints a float in full: no exponent, and no `.0` for whole ones.
        DataRef::Float(number) if number.fract() == 0.0 => {
            Cell::Number(format!("{:0zeros$}", number + 0.0).into())
        }
        DataRef::Float(number) => Cell::Number(number.to_string().into()),
        DataRef::DateTime(moment) => date(moment, last_day),
        DataRef::DateTimeIso(text) => {
            iso_date(text).map_or_else(|| Cell::Text(text.clone().into()), Cell::Date)
        }
        DataRef::DurationIso(text) => Cell::Text(text.clone().into()),
        DataRef::Bool(value) => Cell::Bool(*value),
        DataRef::Error(error) => Cell::Error(error.to_string().into()),
    }
}

fn date<'a>(moment: &ExcelDateTime, last_day: f64) -> Cell<'a> {
    let days = moment.as_f64();
    if !(0.0..last_day).contains(&days) {
        // What Excel itself shows for a date that there is not.
        return Cell::Error("#####".into());
    }
    // A duration, or a time without a day.
    if moment.is_duration() || (0.0 < days && days < 1.0) {
        let seconds = (days * 86_400.0).round() as u64;
        let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
        return Cell::Text(format!("{hours:02}:{minutes:02}:{:02}", seconds % 60).into());
    }
    moment.as_datetime().map_or(Cell::Error("#####".into()), Cell::Date)
}

fn iso_date(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim_end_matches('Z');
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok().or_else(|| {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(|date| date.and_time(NaiveTime::MIN))
    })
}

/// The reader's errors may quote cells, so only their kind is passed on.
fn problem(intake: &Intake<'_>, row: u32, error: &XlsxError) -> FileProblem {
    match error {
        XlsxError::Password => intake.problem(
            "the workbook is protected by a password",
            "Take the password off (File, Info, Protect Workbook) and send it again.",
        ),
        XlsxError::CellError(_) => intake.problem(
            format!("row {row} or the one after it holds an error of an unknown kind (like #SPILL!)"),
            "Correct the formula in the spreadsheet.",
        ),
        _ => damaged(intake.plan().file_name),
    }
}

#[cfg(test)]
mod tests {
    use crate::model::FieldKind;

    use super::super::testing::{Case, field, push};
    use super::*;

    fn case<'a>(fields: &[&str]) -> Case<'a> {
        Case::new(vec![push(&["Id"], fields.iter().map(|name| field(name)).collect())])
    }

    fn check(case: &Case<'_>, bytes: &[u8], expected: &[&str]) {
        assert_eq!(case.lines(bytes).lines().collect::<Vec<_>>(), expected);
    }

    fn check_refused(bytes: &[u8], expected: &str) {
        let lines = case(&[]).lines(bytes);
        assert!(lines.contains(expected), "{lines}\ndoes not say\n{expected}");
    }

    #[test]
    fn every_kind_of_cell_is_read() {
        let note = "note the workbook has 2 sheets, and the first, `Staff`, was read; `sheet` in the job's \
                    [source] names another";
        let card = "note column `Card`: row 2 with a number of more than 15 digits; Excel has set the digits \
                    after the fifteenth to 0, so format the column as text before the numbers are entered";
        check(
            &case(&["Name", "Start", "Active", "Card", "Grade"]),
            include_bytes!("testdata/staff.xlsx"),
            &[
                "header Id|Name|Start|Active|Card|Grade",
                note,
                "Staff2 00042 rejected Grade=\"#N/A\": the cell holds the error #N/A; correct it in the \
                 spreadsheet",
                "  cells 00042|Ann|2024-03-01|TRUE|1234567890123450|#N/A",
                "Staff3 00007 {Active=FALSE, Card=1.5, Grade=E1, Name=Zo\u{eb} & <Co>, \
                 Start=2024-02-29T08:30:00}",
                "Staff5 100001 {Grade=E2}",
                "3 rows, 0 filtered",
                card,
                "note row 5 with cells right of the last named column (column G and on); not read",
            ],
        );
    }

    #[test]
    fn dates_count_from_the_epoch_of_their_workbook() {
        let mut case = case(&["Start"]);
        case.pushes[0].fields[0].field.kind = FieldKind::Date { format: "%m/%d/%Y" };
        let expected = ["header Id|Start", "Staff2 E1 {Start=03/01/2024}", "1 rows, 0 filtered"];
        check(&case, include_bytes!("testdata/epoch1904.xlsx"), &expected);
    }

    #[test]
    fn formulas_give_their_last_result() {
        let error = "Sheet14 ? rejected -=\"#DIV/0!\": the key column `Id` holds the error #DIV/0!; correct it \
                     in the spreadsheet";
        let expected =
            ["header Id|Name", "Sheet12 E1 {Name=Ann}", error, "  cells #DIV/0!|", "2 rows, 0 filtered"];
        check(&case(&["Name"]), include_bytes!("testdata/formulas.xlsx"), &expected);
    }

    #[test]
    fn a_sheet_is_found_by_name_or_its_names_are_listed() {
        let sheet = |name: &str| {
            let mut case = case(&[]);
            case.format.sheet = Some(name.to_owned());
            case.lines(include_bytes!("testdata/staff.xlsx"))
        };
        assert!(sheet("Staff").contains("Staff5 100001"));
        assert!(sheet(" staff").contains("Staff5 100001"));
        assert!(sheet("Lists").contains("found: `not this one`"));
        assert!(sheet("Stuff").contains(
            "there is no sheet `Stuff` (nearest: `Staff`); found: `Lists`, `Staff`, `More`\nCorrect `sheet`"
        ));
    }

    #[test]
    fn a_value_at_the_end_of_the_world_is_refused() {
        check_refused(
            include_bytes!("testdata/far.xlsx"),
            "the sheet has a value in column XFD (row 1048576); at most 1000 columns are read",
        );
    }

    #[test]
    fn hostile_packages_are_refused() {
        check_refused(include_bytes!("testdata/bomb.xlsx"), "unpacks to more than 19 MB");
        check_refused(include_bytes!("testdata/count.xlsx"), "cut off or damaged");
        check_refused(include_bytes!("testdata/liar.xlsx"), "cut off or damaged");
    }

    #[test]
    fn other_packages_are_named() {
        check_refused(
            include_bytes!("testdata/book.xlsb"),
            "a binary Excel workbook (.xlsb)\nSave it as .xlsx",
        );
        check_refused(include_bytes!("testdata/book.ods"), "an OpenDocument file (.ods)\nSave it as .xlsx");
        check_refused(include_bytes!("testdata/hr.zip"), "a ZIP archive\nUnpack it");
    }

    #[test]
    fn a_workbook_cut_off_anywhere_is_refused() {
        let whole = include_bytes!("testdata/staff.xlsx");
        for length in (4..whole.len()).step_by(97) {
            check_refused(&whole[..length], "problem `hr.csv`: ");
        }
    }

    #[test]
    fn no_broken_byte_makes_it_panic() {
        let whole = include_bytes!("testdata/epoch1904.xlsx");
        for place in (0..whole.len()).step_by(3) {
            let mut bytes = whole.to_vec();
            bytes[place] ^= 0x15;
            case(&["Start"]).lines(&bytes);
        }
    }

    #[test]
    fn numbers_are_printed_in_full() {
        let check = |number: f64, zeros: usize, expected: &str| {
            assert_eq!(convert(&DataRef::Float(number), zeros, LAST_DAY[0]).into_text(), expected);
        };
        check(42.0, 0, "42");
        check(42.0, 5, "00042");
        check(-42.0, 5, "-0042");
        check(-0.0, 0, "0");
        check(1.5, 3, "1.5");
        check(1e21, 0, "1000000000000000000000");
        check(9_007_199_254_740_993.0, 0, "9007199254740992");
        check(0.1, 0, "0.1");
    }

    #[test]
    fn formats_of_zeros_are_known() {
        let check = |format: &str, expected: usize| assert_eq!(zeros(format), expected, "{format}");
        check("00000", 5);
        check("000000;@", 6);
        check("0", 0);
        check("0.00", 0);
        check("General", 0);
    }

    #[test]
    fn days_that_excel_does_not_know_are_errors() {
        use calamine::ExcelDateTimeType::{DateTime, TimeDelta};
        let check = |days: f64, kind, expected: &str| {
            let cell = DataRef::DateTime(ExcelDateTime::new(days, kind, false));
            assert_eq!(convert(&cell, 0, LAST_DAY[0]).into_text(), expected, "{days}");
        };
        check(45_292.0, DateTime, "2024-01-01");
        check(45_292.5, DateTime, "2024-01-01T12:00:00");
        check(0.35, DateTime, "08:24:00");
        check(1.5, TimeDelta, "36:00:00");
        check(2_958_465.0, DateTime, "9999-12-31");
        check(2_958_466.0, DateTime, "#####");
        check(-1e300, DateTime, "#####");
        check(f64::NAN, DateTime, "#####");
    }
}
