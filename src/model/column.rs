//! The columns of pulled items: what their values are, and how they are kept.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

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
                NaiveDate::parse_from_str(text, format).ok().map(|day| day.format("%Y-%m-%d").to_string())
            }
            Self::Moment { formats } => {
                if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
                    return Some(moment.with_timezone(&Utc).format("%Y-%m-%dT%H:%M:%SZ").to_string());
                }
                let mut read =
                    formats.iter().filter_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
                read.next().map(|moment| moment.format("%Y-%m-%dT%H:%M:%S").to_string())
            }
            Self::Flag { yes, no } => {
                let is = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
                [("true", is(yes)), ("false", is(no))]
                    .into_iter()
                    .find_map(|(kept, is)| is.then(|| kept.to_owned()))
            }
        }
    }
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
        check(date, "13/06/2016", None);
        let moment = ColumnKind::Moment { formats: &["%m/%d/%Y %H:%M"] };
        check(moment, "2016-05-06T10:00:00+02:00", Some("2016-05-06T08:00:00Z"));
        check(moment, "05/06/2016 08:30", Some("2016-05-06T08:30:00"));
        check(moment, "soon", None);
        let flag = ColumnKind::Flag { yes: &["Yes"], no: &["No"] };
        check(flag, "yes", Some("true"));
        check(flag, "NO", Some("false"));
        check(flag, "maybe", None);
    }
}
