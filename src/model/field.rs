//! The fields of an operation: the one table that validation, `rollbook fields`, the job checker and
//! the messages all read.

use super::FieldName;

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

/// What the values of a list are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListOf {
    /// Any text that does not hold the separator.
    Text,
    /// E-mail addresses, which can't hold a comma: a comma in the cell always separates.
    Email,
}
