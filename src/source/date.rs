//! Dates in text: read by a `strftime` format, written by another, and named in words for people.

use std::fmt::Write;

use chrono::format::{Fixed, Item, ParseErrorKind, Parsed, StrftimeItems, parse_and_remainder};
use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime};

/// A way to write dates.
pub(super) struct DateFormat {
    items: Vec<Item<'static>>,
    words: String,
}

/// Why a text is no date.
#[derive(Debug, PartialEq)]
pub(super) enum Fault {
    /// It is written in another way.
    Form,
    /// It is written so, but the calendar has no such day.
    NoSuchDay,
    /// Its year has not four digits.
    Year,
    /// It has a time of day other than midnight.
    TimeOfDay,
    /// Its time of day, or its distance from UTC, is none that there is.
    NoSuchTime,
}

impl DateFormat {
    /// The way that a `strftime` format describes.
    pub(super) fn new(format: &str) -> Self {
        // A format that is none has been refused with the job file; here it would match no text.
        let items = StrftimeItems::new(format).parse_to_owned().unwrap_or_else(|_| vec![Item::Error]);
        Self { items: items.into_iter().map(or_zulu).collect(), words: words(format) }
    }

    /// As people describe it: `DD/MM/YYYY`.
    pub(super) fn words(&self) -> &str {
        &self.words
    }

    /// The date; midnight after it is let pass.
    pub(super) fn read(&self, text: &str) -> Result<NaiveDate, Fault> {
        let (date, parsed, rest) = self.parse(text)?;
        let midnight = parsed.to_naive_time().map_or(true, |time| time == NaiveTime::MIN);
        match time_of_day(rest) {
            Some(time) if time == NaiveTime::MIN && midnight => Ok(date),
            Some(_) => Err(Fault::TimeOfDay),
            None => Err(Fault::Form),
        }
    }

    /// The date, all that was read with it, and what stands behind.
    pub(super) fn parse<'t>(&self, text: &'t str) -> Result<(NaiveDate, Parsed, &'t str), Fault> {
        let mut parsed = Parsed::new();
        let fault = |error: chrono::ParseError| match error.kind() {
            ParseErrorKind::OutOfRange | ParseErrorKind::Impossible if self.looks_like(text) => {
                Fault::NoSuchDay
            }
            _ => Fault::Form,
        };
        let rest = parse_and_remainder(&mut parsed, text, self.items.iter()).map_err(fault)?;
        let date = parsed.to_naive_date().map_err(fault)?;
        if has_four_digits(date) { Ok((date, parsed, rest)) } else { Err(Fault::Year) }
    }

    /// Whether the marks between the numbers are those of this format, so that only the numbers are wrong.
    fn looks_like(&self, text: &str) -> bool {
        let marks = |text: &str| text.chars().filter(char::is_ascii_punctuation).collect::<String>();
        let model = NaiveDate::from_ymd_opt(2024, 12, 28).and_then(|date| self.write(date));
        model.is_some_and(|model| marks(text).starts_with(&marks(&model)))
    }

    /// The date as text; `None` where the format asks for more than a date.
    pub(super) fn write(&self, date: NaiveDate) -> Option<String> {
        self.write_moment(date.and_time(NaiveTime::MIN))
    }

    /// The same of a point in time, as far as the format shows it.
    pub(super) fn write_moment(&self, moment: NaiveDateTime) -> Option<String> {
        let mut text = String::new();
        write!(text, "{}", moment.format_with_items(self.items.iter())).ok()?;
        Some(text)
    }
}

/// Whether a year is written with four digits; others are slips of the hand.
pub(super) fn has_four_digits(date: NaiveDate) -> bool {
    (1_000..=9_999).contains(&date.year())
}

/// Where a distance from UTC is read, `Z` is one too.
fn or_zulu(item: Item<'static>) -> Item<'static> {
    match item {
        Item::Fixed(Fixed::TimezoneOffset) => Item::Fixed(Fixed::TimezoneOffsetZ),
        Item::Fixed(Fixed::TimezoneOffsetColon) => Item::Fixed(Fixed::TimezoneOffsetColonZ),
        item => item,
    }
}

/// The time that stands after a date; midnight where nothing does.
pub(super) fn time_of_day(rest: &str) -> Option<NaiveTime> {
    let rest = rest.strip_prefix('T').unwrap_or(rest).trim();
    if rest.is_empty() {
        return Some(NaiveTime::MIN);
    }
    ["%H:%M", "%H:%M:%S%.f", "%I:%M %p", "%I:%M:%S %p"]
        .iter()
        .find_map(|format| NaiveTime::parse_from_str(rest, format).ok())
}

/// A `strftime` format in words that people understand.
fn words(format: &str) -> String {
    let mut words = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            words.push(c);
            continue;
        }
        match chars.find(|c| !matches!(c, '-' | '_' | '0' | ':' | '#')) {
            Some('d' | 'e') => words.push_str("DD"),
            Some('m') => words.push_str("MM"),
            Some('Y') => words.push_str("YYYY"),
            Some('y') => words.push_str("YY"),
            Some('b' | 'h') => words.push_str("Jan"),
            Some('B') => words.push_str("January"),
            Some('F') => words.push_str("YYYY-MM-DD"),
            Some('D') => words.push_str("MM/DD/YY"),
            Some('T') => words.push_str("HH:MM:SS"),
            Some('R') => words.push_str("HH:MM"),
            Some('H' | 'I') => words.push_str("HH"),
            Some('M') => words.push_str("MM"),
            Some('S') => words.push_str("SS"),
            Some('p' | 'P') => words.push_str("AM"),
            Some('z') => words.push_str("+HH:MM"),
            Some('%') => words.push('%'),
            Some(other) => words.extend(['%', other]),
            None => {}
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(format: &str, text: &str, expected: Result<&str, Fault>) {
        let found = DateFormat::new(format).read(text).map(|date| date.to_string());
        assert_eq!(found, expected.map(str::to_owned), "{text} by {format}");
    }

    #[test]
    fn dates_are_read_by_their_format() {
        check("%d/%m/%Y", "01/02/2024", Ok("2024-02-01"));
        check("%m/%d/%Y", "01/02/2024", Ok("2024-01-02"));
        check("%d/%m/%Y", "1/2/2024", Ok("2024-02-01"));
        check("%Y%m%d", "20240201", Ok("2024-02-01"));
        check("%d-%b-%y", "01-Feb-24", Ok("2024-02-01"));
        check("%d/%m/%Y", "29/02/2024", Ok("2024-02-29"));
    }

    #[test]
    fn what_is_no_date_says_why() {
        check("%d/%m/%Y", "2024-02-01", Err(Fault::Form));
        check("%d/%m/%Y", "soon", Err(Fault::Form));
        check("%d/%m/%Y", "29/02/2023", Err(Fault::NoSuchDay));
        check("%d/%m/%Y", "02/13/2024", Err(Fault::NoSuchDay));
        check("%m/%d/%Y", "2024-02-01", Err(Fault::Form));
        check("%d/%m/%Y", "01/02/24", Err(Fault::Year));
        check("%d/%m/%Y", "01/02/20245", Err(Fault::Form));
        check("no %Q format", "01/02/2024", Err(Fault::Form));
    }

    #[test]
    fn only_midnight_may_follow() {
        check("%Y-%m-%d", "2024-02-01 00:00:00", Ok("2024-02-01"));
        check("%Y-%m-%d", "2024-02-01T00:00:00.000", Ok("2024-02-01"));
        check("%Y-%m-%d", "2024-02-01 12:00:00 AM", Ok("2024-02-01"));
        check("%Y-%m-%d", "2024-02-01 23:00", Err(Fault::TimeOfDay));
        check("%Y-%m-%d %H:%M", "2024-02-01 00:00", Ok("2024-02-01"));
        check("%Y-%m-%d %H:%M", "2024-02-01 08:30", Err(Fault::TimeOfDay));
    }

    #[test]
    fn formats_have_words() {
        let check = |format: &str, expected: &str| assert_eq!(words(format), expected);
        check("%d/%m/%Y", "DD/MM/YYYY");
        check("%-d %b %Y", "DD Jan YYYY");
        check("%F %T", "YYYY-MM-DD HH:MM:SS");
        check("100%", "100");
    }

    #[test]
    fn a_format_that_asks_for_a_zone_writes_nothing() {
        let date = NaiveDate::from_ymd_opt(2024, 2, 1).unwrap();
        assert_eq!(DateFormat::new("%m/%d/%Y").write(date).as_deref(), Some("02/01/2024"));
        assert_eq!(DateFormat::new("%FT%T").write(date).as_deref(), Some("2024-02-01T00:00:00"));
        assert_eq!(DateFormat::new("%F %z").write(date), None);
    }
}
