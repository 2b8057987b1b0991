//! One cell of a table: always a text, and in a workbook also a number or a date where its column holds
//! such. Identifiers stay texts: a spreadsheet would take zeros from their front, and digits from their end.

use std::borrow::Cow;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};
use rust_xlsxwriter::{ExcelDateTime, Format, Worksheet, XlsxError};

/// The longest number that a spreadsheet keeps in whole.
const DIGITS: usize = 15;
/// The longest text that a cell can hold.
const CELL_CHARS: usize = 32_767;
/// How many places have a style; more are shown as a text.
const PLACES: usize = 8;

/// One cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell<'a> {
    /// What it says.
    pub(super) text: &'a str,
    /// Whether it goes into a CSV file as it stands, even where a spreadsheet takes it for a formula.
    pub(super) raw: bool,
    of: Of,
}

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// Texts and identifiers.
    Text,
    /// Numbers.
    Number,
    /// Days, as `2026-11-21`.
    Day,
    /// Points in time, as `2026-11-21T08:30:00`, perhaps with a `Z`.
    Moment,
}

/// How a cell is shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shown<'a> {
    /// As text.
    Text(&'a str),
    /// As a number with so many places.
    Number(f64, usize),
    /// As a day.
    Day(NaiveDate),
    /// As a day and a time.
    Moment(NaiveDateTime),
}

impl<'a> Cell<'a> {
    /// A cell of a column.
    pub(super) fn new(text: &'a str, of: Of) -> Self {
        Self { text, raw: false, of }
    }

    /// A text that a system takes as it stands.
    pub(super) fn raw(text: &'a str) -> Self {
        Self { text, raw: true, of: Of::Text }
    }

    /// How it is shown: what is not of its column's kind, or would not be kept in whole, is a text.
    pub(super) fn shown(&self) -> Shown<'a> {
        let found = match self.of {
            Of::Text => None,
            Of::Number => number(self.text),
            Of::Day => self.text.parse().ok().filter(|day| is_shown(*day)).map(Shown::Day),
            Of::Moment => moment(self.text).filter(|moment| is_shown(moment.date())).map(Shown::Moment),
        };
        found.unwrap_or(Shown::Text(self.text))
    }
}

fn number(text: &str) -> Option<Shown<'_>> {
    let bare = text.strip_prefix('-').unwrap_or(text);
    let (whole, places) = bare.split_once('.').unwrap_or((bare, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = !whole.is_empty() && digits(whole) && digits(places) && !bare.ends_with('.');
    // With zeros at its front it is rather an identifier.
    let counts = whole == "0" || !whole.starts_with('0');
    let fits = whole.len() + places.len() <= DIGITS && places.len() <= PLACES;
    if !(plain && counts && fits) {
        return None;
    }
    text.parse().ok().map(|number| Shown::Number(number, places.len()))
}

fn moment(text: &str) -> Option<NaiveDateTime> {
    let zoned = DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.with_timezone(&Utc).naive_utc());
    let moment = zoned.or_else(|| text.parse().ok())?;
    // A spreadsheet's clock knows no leap second.
    (moment.nanosecond() < 1_000_000_000).then_some(moment)
}

/// A spreadsheet counts days from 1900, and gets the first two months wrong.
fn is_shown(day: NaiveDate) -> bool {
    (1901..=9999).contains(&day.year())
}

/// How the cells of a workbook look: never in scientific notation, dates as the world writes them.
pub(super) struct Styles {
    numbers: Vec<Format>,
    day: Format,
    moment: Format,
}

impl Default for Styles {
    fn default() -> Self {
        let of = |style: &str| Format::new().set_num_format(style);
        let places = (1..=PLACES).map(|places| of(&format!("0.{}", "0".repeat(places))));
        Self {
            numbers: std::iter::once(of("0")).chain(places).collect(),
            day: of("yyyy-mm-dd"),
            moment: of("yyyy-mm-dd hh:mm:ss"),
        }
    }
}

impl Styles {
    /// Writes a row.
    ///
    /// # Errors
    /// What the sheet says.
    pub(super) fn write(&self, sheet: &mut Worksheet, row: u32, cells: &[Cell<'_>]) -> Result<(), XlsxError> {
        for (column, cell) in (0..).zip(cells) {
            match cell.shown() {
                Shown::Text("") => {}
                Shown::Text(text) => drop(sheet.write_string(row, column, whole(text))?),
                Shown::Number(number, places) => match self.numbers.get(places) {
                    Some(style) => drop(sheet.write_number_with_format(row, column, number, style)?),
                    None => drop(sheet.write_string(row, column, cell.text)?),
                },
                Shown::Day(day) => {
                    let day = excel(day.and_time(NaiveTime::MIN))?;
                    sheet.write_datetime_with_format(row, column, day, &self.day)?;
                }
                Shown::Moment(moment) => {
                    sheet.write_datetime_with_format(row, column, excel(moment)?, &self.moment)?;
                }
            }
        }
        Ok(())
    }
}

fn excel(moment: NaiveDateTime) -> Result<ExcelDateTime, XlsxError> {
    let small = |number: u32| u8::try_from(number).unwrap_or_default();
    let year = u16::try_from(moment.year()).unwrap_or_default();
    let day = ExcelDateTime::from_ymd(year, small(moment.month()), small(moment.day()))?;
    let hour = u16::try_from(moment.hour()).unwrap_or_default();
    day.and_hms(hour, small(moment.minute()), f64::from(moment.second()))
}

/// A text that a cell can hold: of a longer one its beginning, and `…`.
fn whole(text: &str) -> Cow<'_, str> {
    // What counts there are units of UTF-16.
    if text.len() <= CELL_CHARS || text.encode_utf16().count() <= CELL_CHARS {
        return Cow::Borrowed(text);
    }
    let mut room = CELL_CHARS - 1;
    let kept = text.chars().take_while(|sign| {
        let fits = sign.len_utf16() <= room;
        room = room.saturating_sub(sign.len_utf16());
        fits
    });
    Cow::Owned(kept.chain(['…']).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(of: Of, text: &str, expected: Shown<'_>) {
        assert_eq!(Cell::new(text, of).shown(), expected, "{text}");
    }

    #[test]
    fn cells_are_shown_as_what_they_are() {
        check(Of::Text, "7", Shown::Text("7"));
        check(Of::Number, "7", Shown::Number(7.0, 0));
        check(Of::Number, "-10.50", Shown::Number(-10.5, 2));
        check(Of::Number, "0.125", Shown::Number(0.125, 3));
        check(Of::Number, "123456789012345", Shown::Number(123_456_789_012_345.0, 0));
        let day = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        check(Of::Day, "2026-11-21", Shown::Day(day));
        let moment = day.and_hms_opt(8, 30, 5).unwrap();
        check(Of::Moment, "2026-11-21T08:30:05", Shown::Moment(moment));
        check(Of::Moment, "2026-11-21T08:30:05Z", Shown::Moment(moment));
    }

    #[test]
    fn what_a_spreadsheet_would_spoil_is_a_text() {
        for text in ["007", "1234567890123456", "0.123456789", "1e5", "+3", "3.", ".5", "", "-", "=1+1", "∞"]
        {
            check(Of::Number, text, Shown::Text(text));
        }
        for text in ["1899-12-31", "1900-02-28", "2026-02-29", "21/11/2026", "soon", ""] {
            check(Of::Day, text, Shown::Text(text));
        }
        for text in ["2026-11-21", "1850-01-01T00:00:00", "2026-06-30T23:59:60Z", "soon"] {
            check(Of::Moment, text, Shown::Text(text));
        }
    }

    #[test]
    fn a_text_that_is_too_long_keeps_its_beginning() {
        let long = "é".repeat(CELL_CHARS);
        assert_eq!(whole(&long), long);
        let cut = whole(&format!("{long}é")).into_owned();
        assert_eq!(cut.chars().count(), CELL_CHARS);
        assert!(cut.ends_with("é…"));
        let wide = whole(&"𝄞".repeat(CELL_CHARS)).into_owned();
        assert_eq!((wide.encode_utf16().count(), wide.ends_with("𝄞…")), (CELL_CHARS, true));
    }
}
