//! The fields of an operation: the one table that validation, `rollbook fields`, the job checker and
//! the messages all read.

use super::FieldName;
use super::form::bounds;

/// One field of an operation, in the vendor's words.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The vendor's parameter name (`joining_data`).
    pub name: FieldName,
    /// The vendor's label (`Date of Joining`), which its error messages use.
    pub label: String,
    /// Whether the LMS demands a value.
    pub required: bool,
    /// What a value looks like.
    pub kind: FieldKind,
    /// The longest value allowed, in characters.
    pub max_chars: Option<u32>,
    /// Whether the value is kept out of logs, reports and the clear database.
    pub secret: bool,
}

impl Field {
    /// A field that is no secret and of any length.
    pub fn new(name: &str, label: &str, required: bool, kind: FieldKind) -> Self {
        Self { name: name.into(), label: label.to_owned(), required, kind, max_chars: None, secret: false }
    }
}

/// What the values of a field look like.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldKind {
    /// Any text.
    Text,
    /// A calendar date, sent in this `strftime` format (`%m/%d/%Y`).
    Date {
        /// The format that the vendor takes.
        format: &'static str,
    },
    /// A point in time, sent as `2026-11-21T08:30:00`, with `Z` behind it where the cell says its zone.
    DateTime,
    /// `true` or `false`.
    Bool,
    /// A decimal number with a point, within these bounds.
    Number {
        /// The least value allowed.
        least: f64,
        /// The greatest value allowed.
        greatest: f64,
    },
    /// A span of time, sent as whole milliseconds.
    Milliseconds,
    /// A grade as instructors give it: up to 5 characters, or a number from 0 to 100.
    Grade,
    /// An `https` address; `http` on loopback only.
    Url {
        /// The hosts allowed; none named means any.
        hosts: Vec<String>,
    },
    /// Text that goes into a longer one, so may hold none of the signs that separate values there
    /// (semantics 16).
    Part {
        /// The signs.
        forbidden: &'static [char],
        /// Whether it is an e-mail address.
        email: bool,
    },
    /// One e-mail address.
    Email,
    /// One of these values, exactly as spelt.
    OneOf(Vec<String>),
    /// Several values in one, put together with the vendor's separator, which no value may hold
    /// (semantics 16).
    List {
        /// What the vendor puts between the values.
        separator: char,
        /// What each value is.
        of: ListOf,
    },
}

impl FieldKind {
    /// What a value looks like and how it is sent, in words for people.
    pub fn words(&self) -> String {
        match self {
            Self::Text => "text".to_owned(),
            Self::Date { format } => format!("date, sent as {}", date_pattern(format)),
            Self::DateTime => {
                "date and time, sent as YYYY-MM-DDThh:mm:ss, with Z where the zone is known".to_owned()
            }
            Self::Bool => "yes or no, sent as true or false".to_owned(),
            Self::Number { least, greatest } => bounds(*least, *greatest),
            Self::Milliseconds => {
                "span of time in milliseconds, or by `unit`: seconds, minutes, hours, hh:mm".to_owned()
            }
            Self::Grade => "up to 5 characters, or a number from 0 to 100".to_owned(),
            Self::Url { hosts } if hosts.is_empty() => "https address".to_owned(),
            Self::Url { hosts } => format!("https address at {}", hosts.join(" or ")),
            Self::Part { forbidden, email } => {
                let signs: Vec<_> = forbidden.iter().map(|sign| format!("`{sign}`")).collect();
                let what = if *email { "e-mail address" } else { "text" };
                format!("{what} without {}", signs.join(", "))
            }
            Self::Email => "e-mail address".to_owned(),
            Self::OneOf(values) => format!("one of {}", values.join(", ")),
            Self::List { separator, of: ListOf::Email } => {
                format!("e-mail addresses, `{separator}` between them")
            }
            Self::List { separator, of: ListOf::Text } => {
                format!("several values, `{separator}` between them")
            }
            Self::List { separator, of: ListOf::Words(words) } => {
                format!("one or several of {}, `{separator}` between them", words.join(", "))
            }
            Self::List { separator, of: ListOf::Whole { least, greatest } } => {
                format!("one or several whole numbers from {least} to {greatest}, `{separator}` between them")
            }
        }
    }
}

/// A `strftime` format as people write one: `MM/DD/YYYY`.
pub fn date_pattern(format: &str) -> String {
    let words = [
        ("%m", "MM"),
        ("%d", "DD"),
        ("%Y", "YYYY"),
        ("%b", "Mon"),
        ("%y", "YY"),
        ("%H", "hh"),
        ("%M", "mm"),
        ("%S", "ss"),
    ];
    words.iter().fold(format.to_owned(), |text, (sign, word)| text.replace(sign, word))
}

/// What the values of a list are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListOf {
    /// Any text that does not hold the separator.
    Text,
    /// E-mail addresses, which can't hold a comma: a comma in the cell always separates.
    Email,
    /// Any of these words, exactly as spelt.
    Words(&'static [&'static str]),
    /// Whole numbers within these bounds.
    Whole {
        /// The least value allowed.
        least: u64,
        /// The greatest value allowed.
        greatest: u64,
    },
}
