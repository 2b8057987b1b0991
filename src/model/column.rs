//! The columns of pulled items: what their values are, and how they are kept.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};

/// One column of an item.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// The vendor's keyword.
    pub name: &'static str,
    /// The vendor's label.
    pub label: &'static str,
    /// What its values are.
    pub kind: ColumnKind,
    /// Other spellings under which the vendor sends it.
    pub spellings: &'static [&'static str],
    /// Which of two values counts.
    pub keep: Keep,
    /// Whether it is an ID of the vendor's that is not to be exposed, so it is exported only on demand.
    pub internal: bool,
}

impl Column {
    /// A column whose latest value counts.
    pub const fn new(name: &'static str, label: &'static str, kind: ColumnKind) -> Self {
        Self { name, label, kind, spellings: &[], keep: Keep::Latest, internal: false }
    }

    /// The same, also spelt in these ways.
    pub const fn also(self, spellings: &'static [&'static str]) -> Self {
        Self { spellings, ..self }
    }

    /// The same, as an ID that is not to be exposed.
    pub const fn internal(self) -> Self {
        Self { internal: true, ..self }
    }

    /// The same, with another rule for two values.
    pub const fn keeping(self, keep: Keep) -> Self {
        Self { keep, ..self }
    }
}

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Any text; also identifiers, which may begin with zeros.
    Text,
    /// A whole number.
    Whole,
    /// A decimal number, with as many places as were sent.
    Decimal,
    /// A day, sent in this `strftime` format; kept as `2026-11-21`.
    Date {
        /// The vendor's format.
        format: &'static str,
    },
    /// A point in time, sent as RFC 3339 or in one of these `strftime` formats; kept as
    /// `2026-11-21T08:30:00`, with `Z` behind it where the zone was sent.
    Moment {
        /// The vendor's formats.
        formats: &'static [&'static str],
    },
    /// `true` or `false`, sent as any of these words, in any case.
    Flag {
        /// What means true.
        yes: &'static [&'static str],
        /// What means false.
        no: &'static [&'static str],
    },
}

/// Which of two values of a column counts, the one known or the one read now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// The latest.
    Latest,
    /// The greater number: it never goes down.
    Greatest,
    /// The latest, unless it is empty: once there, it never becomes empty.
    Filled,
}

impl ColumnKind {
    /// A value as it is kept; `None` where it is not of this kind. The text has no blanks around it and is not
    /// empty.
    pub fn canonical(self, text: &str) -> Option<String> {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match self {
            Self::Text => Some(text.to_owned()),
            Self::Whole => {
                let bare = text.strip_prefix('-').unwrap_or(text);
                let number: i64 = text.parse().ok()?;
                digits(bare).then(|| number.to_string())
            }
            Self::Decimal => {
                let bare = text.strip_prefix('-').unwrap_or(text);
                let (whole, places) = bare.split_once('.').unwrap_or((bare, "0"));
                (digits(whole) && digits(places)).then(|| text.to_owned())
            }
            Self::Date { format } => {
                let day = NaiveDate::parse_from_str(text, format).ok().filter(has_whole_year)?;
                Some(day.format("%Y-%m-%d").to_string())
            }
            Self::Moment { formats } => {
                if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
                    let moment = Some(moment.with_timezone(&Utc)).filter(has_whole_year)?;
                    return Some(moment.format("%Y-%m-%dT%H:%M:%SZ").to_string());
                }
                let mut read =
                    formats.iter().filter_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
                read.find(has_whole_year).map(|moment| moment.format("%Y-%m-%dT%H:%M:%S").to_string())
            }
            Self::Flag { yes, no } => {
                let is = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
                [("true", is(yes)), ("false", is(no))]
                    .into_iter()
                    .find_map(|(kept, is)| is.then(|| kept.to_owned()))
            }
        }
    }

    /// Whether two values as they are kept are one: `10.00` and `10.0` are the same number.
    pub fn same(self, one: &str, other: &str) -> bool {
        let is_one = || number(one).is_some_and(|one| number(other) == Some(one));
        one == other || (self == Self::Decimal && is_one())
    }
}

/// Whether its year has four digits: a reader of `%Y` takes `16` for the year 16.
fn has_whole_year(day: &impl Datelike) -> bool {
    (1000..=9999).contains(&day.year())
}

/// A decimal number's sign and digits before and behind its point, without the zeros that say nothing.
fn number(text: &str) -> Option<(bool, &str, &str)> {
    ColumnKind::Decimal.canonical(text)?;
    let bare = text.strip_prefix('-').unwrap_or(text);
    let (whole, places) = bare.split_once('.').unwrap_or((bare, ""));
    let (whole, places) = (whole.trim_start_matches('0'), places.trim_end_matches('0'));
    let negative = text.starts_with('-') && !(whole.is_empty() && places.is_empty());
    Some((negative, whole, places))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: ColumnKind, text: &str, expected: Option<&str>) {
        assert_eq!(kind.canonical(text).as_deref(), expected, "{text}");
    }

    #[test]
    fn values_are_kept_in_one_form() {
        check(ColumnKind::Whole, "007", Some("7"));
        check(ColumnKind::Whole, "-3", Some("-3"));
        check(ColumnKind::Whole, "+3", None);
        check(ColumnKind::Whole, "3.0", None);
        check(ColumnKind::Decimal, "10.00", Some("10.00"));
        check(ColumnKind::Decimal, "10", Some("10"));
        check(ColumnKind::Decimal, "1,5", None);
        check(ColumnKind::Decimal, ".5", None);
        let date = ColumnKind::Date { format: "%m/%d/%Y" };
        check(date, "05/06/2016", Some("2016-05-06"));
        check(date, "5/6/2016", Some("2016-05-06"));
        check(date, "13/06/2016", None);
        check(date, "05/06/16", None);
        check(date, "05/06/0016", None);
        check(date, "05/06/+12016", None);
        let moment = ColumnKind::Moment { formats: &["%m/%d/%Y %H:%M"] };
        check(moment, "2016-05-06T10:00:00+02:00", Some("2016-05-06T08:00:00Z"));
        check(moment, "05/06/2016 08:30", Some("2016-05-06T08:30:00"));
        check(moment, "05/06/16 08:30", None);
        check(moment, "0016-05-06T10:00:00Z", None);
        check(moment, "soon", None);
        let flag = ColumnKind::Flag { yes: &["Yes"], no: &["No"] };
        check(flag, "yes", Some("true"));
        check(flag, "NO", Some("false"));
        check(flag, "maybe", None);
    }
    #[test]
    fn a_number_is_the_same_with_other_zeros() {
        let same = |one, other| ColumnKind::Decimal.same(one, other);
        for (one, other) in [
            ("10.00", "10.0"),
            ("10", "10.000"),
            ("010.5", "10.50"),
            ("-0.0", "0"),
            ("-1.0", "-1"),
            ("NA", "NA"),
        ] {
            assert!(same(one, other) && same(other, one), "{one} {other}");
        }
        for (one, other) in [("10", "100"), ("10.0", "10.01"), ("1", "-1"), ("1,0", "1"), ("0.1", "1")] {
            assert!(!same(one, other) && !same(other, one), "{one} {other}");
        }
        assert!(!ColumnKind::Text.same("10.00", "10.0"));
    }
}
