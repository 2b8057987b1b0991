//! Workbooks (`.xlsx`): cell by cell, never a whole sheet.

use std::borrow::Cow;
use std::io::{BufReader, Read, Seek};
use std::ops::ControlFlow;

use calamine::{DataRef, ExcelDateTime, Reader, Sheet, SheetType, SheetVisible, Xlsx, XlsxError};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, SubsecRound};

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
    let shown: Vec<Shown> = cells
        .styles()
        .iter()
        .map(|style| style.number_format.as_ref().map_or(Shown::AsItIs, |format| shown(&format.format_code)))
        .collect();

    let mut row = 0;
    let mut filled: Vec<Cell<'_>> = Vec::new();
    let mut count = 0;
    loop {
        let next = cells.next_cell_with_style_id().map_err(|error| problem(intake, row + 1, &error))?;
        let Some((cell, style)) = next else { break };
        let (at, column) = cell.get_position();
        let value = convert(cell.get_value(), shown.get(style).copied().unwrap_or_default(), last_day);
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

/// How the format of a cell shows its number, as far as that says what was entered.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Shown {
    /// As the number that it is.
    #[default]
    AsItIs,
    /// With at least so many digits (`00000`).
    Zeros(usize),
    /// A hundred times as large, with a percent sign behind it.
    Percent,
}

fn shown(format: &str) -> Shown {
    let format = format.split(';').next().unwrap_or_default();
    if format.len() > 1 && format.len() <= 64 && format.bytes().all(|byte| byte == b'0') {
        Shown::Zeros(format.len())
    } else if !format.contains(['"', '\\']) && format.contains('%') {
        Shown::Percent
    } else {
        Shown::AsItIs
    }
}

fn convert<'a>(value: &DataRef<'a>, shown: Shown, last_day: f64) -> Cell<'a> {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::String(text) if text.is_empty() => Cell::Empty,
        DataRef::String(text) => Cell::Text(Cow::Owned(text.clone())),
        DataRef::SharedString("") => Cell::Empty,
        DataRef::SharedString(text) => Cell::Text(Cow::Borrowed(text)),
        DataRef::Int(number) => numeric(number.to_string(), shown),
        // Rust prints a float in full: no exponent, and no `.0` for whole ones.
        DataRef::Float(number) => numeric((number + 0.0).to_string(), shown),
        DataRef::DateTime(moment) => date(moment, last_day),
        DataRef::DateTimeIso(text) => {
            iso_date(text).map_or_else(|| Cell::Text(text.clone().into()), Cell::Date)
        }
        DataRef::DurationIso(text) => Cell::Text(text.clone().into()),
        DataRef::Bool(value) => Cell::Bool(*value),
        DataRef::Error(error) => Cell::Error(error.to_string().into()),
    }
}

/// A number as its format shows it, and as an export to CSV would have it.
fn numeric<'a>(number: String, shown: Shown) -> Cell<'a> {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number.as_str()), |digits| ("-", digits));
    match shown {
        Shown::Zeros(least) if !digits.contains('.') => {
            let width = least.saturating_sub(sign.len());
            Cell::Number(format!("{sign}{digits:0>width$}").into())
        }
        // 0.875 is entered and read as 87.5 %, and must never be taken for less than one.
        Shown::Percent => Cell::Text(format!("{sign}{}%", a_hundred_times(digits)).into()),
        _ => Cell::Number(number.into()),
    }
}

/// Moves the decimal point, for a product of floats would not be exact.
fn a_hundred_times(digits: &str) -> String {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = format!("{fraction:0<2}");
    let (moved, left) = fraction.split_at_checked(2).unwrap_or((&fraction, ""));
    let all = format!("{whole}{moved}");
    let whole = match all.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    if left.is_empty() { whole.to_owned() } else { format!("{whole}.{left}") }
}

fn date<'a>(moment: &ExcelDateTime, last_day: f64) -> Cell<'a> {
    let days = moment.as_f64();
    if !(0.0..last_day).contains(&days) {
        // What Excel itself shows for a date that there is not.
        return Cell::Error("#####".into());
    }
    // A duration, or a time without a day; in the epoch of 1904 a nought may be its first day.
    let midnight = days == 0.0 && last_day == LAST_DAY[0];
    if moment.is_duration() || midnight || (0.0 < days && days < 1.0) {
        let seconds = (days * 86_400.0).round() as u64;
        let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
        return Cell::Text(format!("{hours:02}:{minutes:02}:{:02}", seconds % 60).into());
    }
    // Days are kept as fractions, which miss a full second by a little.
    let moment = moment.as_datetime().map(|moment| moment.round_subsecs(0));
    moment.map_or(Cell::Error("#####".into()), Cell::Date)
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
#[path = "excel_tests.rs"]
mod tests;
