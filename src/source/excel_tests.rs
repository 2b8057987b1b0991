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
    check_refused(include_bytes!("testdata/book.xlsb"), "a binary Excel workbook (.xlsb)\nSave it as .xlsx");
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
        let shown = if zeros == 0 { Shown::AsItIs } else { Shown::Zeros(zeros) };
        assert_eq!(convert(&DataRef::Float(number), shown, LAST_DAY[0]).into_text(), expected);
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
fn percentages_are_read_as_they_are_shown() {
    let check = |number: f64, expected: &str| {
        let cell = convert(&DataRef::Float(number), Shown::Percent, LAST_DAY[0]);
        assert_eq!(cell, Cell::Text(expected.into()));
    };
    check(0.87, "87%");
    check(0.875, "87.5%");
    check(0.29, "29%");
    check(1.0, "100%");
    check(0.0, "0%");
    check(-0.005, "-0.5%");
    check(12.3, "1230%");
}

#[test]
fn formats_are_known_by_what_they_show() {
    let check = |format: &str, expected: Shown| assert_eq!(shown(format), expected, "{format}");
    check("00000", Shown::Zeros(5));
    check("000000;@", Shown::Zeros(6));
    check("0%", Shown::Percent);
    check("0.00%;[Red]-0.00%", Shown::Percent);
    check("0", Shown::AsItIs);
    check("0.00", Shown::AsItIs);
    check("General", Shown::AsItIs);
    check("0\"%\"", Shown::AsItIs);
    check("0\\%", Shown::AsItIs);
}

#[test]
fn days_that_excel_does_not_know_are_errors() {
    use calamine::ExcelDateTimeType::{DateTime, TimeDelta};
    let check = |days: f64, kind, expected: &str| {
        let cell = DataRef::DateTime(ExcelDateTime::new(days, kind, false));
        assert_eq!(convert(&cell, Shown::AsItIs, LAST_DAY[0]).into_text(), expected, "{days}");
    };
    check(45_292.0, DateTime, "2024-01-01");
    check(45_292.5, DateTime, "2024-01-01T12:00:00");
    check(45_292.354_166_666_66, DateTime, "2024-01-01T08:30:00");
    check(0.35, DateTime, "08:24:00");
    check(0.0, DateTime, "00:00:00");
    check(1.5, TimeDelta, "36:00:00");
    check(2_958_465.0, DateTime, "9999-12-31");
    check(2_958_466.0, DateTime, "#####");
    check(-1e300, DateTime, "#####");
    check(f64::NAN, DateTime, "#####");
}
