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
