//! How the rows of an export become records: what a job file says about its source and fields.

use std::collections::BTreeMap;

use chrono_tz::Tz;

use super::{ColumnName, Field, FieldName, PushId, Rule};

/// How to read a file; `None` means that it is detected or has its usual default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceFormat {
    /// The delimiter of a CSV file.
    pub delimiter: Option<u8>,
    /// The sheet of a workbook by name; the first visible one unless said.
    pub sheet: Option<String>,
    /// The row that holds the header, as a spreadsheet shows it; 1 unless said.
    pub header_row: Option<u64>,
}

/// In the place of a value of a condition: any that is not empty.
pub const ANY: &str = "*";

/// Which rows count: a column, and the values that it may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Where {
    /// The column.
    pub column: ColumnName,
    /// The values (after trimming) of the rows that are taken; other rows are filtered.
    pub values: Vec<String>,
}

/// How one push reads a row.
#[derive(Clone, Debug)]
pub struct PushMapping {
    /// The push.
    pub push: PushId,
    /// The columns whose values are the key, in order.
    pub key: Vec<ColumnName>,
    /// The columns whose values name the person whom the record is about, in order (semantics 19); none
    /// where nothing waits for a person.
    pub person: Vec<ColumnName>,
    /// What must hold between the fields of one record.
    pub rules: Vec<Rule>,
    /// The fields, in the order of the operation's table.
    pub fields: Vec<FieldMapping>,
}

/// Where the value of one field comes from and what happens to it on the way.
#[derive(Clone, Debug)]
pub struct FieldMapping {
    /// The field as the operation declares it.
    pub field: Field,
    /// Where the value comes from.
    pub take: Take,
    /// How dates are written in a text cell (`strftime`); dates of a workbook need no format. A time may
    /// have ISO 8601's without one.
    pub date: Option<String>,
    /// For a date that stands as a point in time in the cell: the zone whose day it is.
    pub day_in: Option<Tz>,
    /// What a span of time in the cell is written in; milliseconds unless said.
    pub unit: Option<TimeUnit>,
    /// A value table: what stands in the cell, and what is sent for it.
    pub values: Option<BTreeMap<String, String>>,
    /// What an empty cell stands for: written as the cells are or, beside a value table, as it is sent or as
    /// one of the table's cells.
    pub default: Option<String>,
    /// What separates several values in the cell; only for list fields.
    pub separator: Option<String>,
    /// Whether blanks around the value fall away (they do unless said).
    pub trim: bool,
    /// What an empty value means (semantics 15).
    pub empty: Empty,
    /// When the value is sent (semantics 13).
    pub send: Send,
}

impl FieldMapping {
    /// The field's name.
    pub fn name(&self) -> &FieldName {
        &self.field.name
    }
}

/// What a span of time is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeUnit {
    /// Whole milliseconds.
    Milliseconds,
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// `hh:mm` or `hh:mm:ss`; in a workbook also a cell that holds a time.
    Clock,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Take {
    /// The cell of this column.
    Column(ColumnName),
    /// Always this value.
    Constant(String),
}

/// What an empty value means (semantics 15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Empty {
    /// The field is left out; what the LMS has stays.
    Omit,
    /// The field is sent empty.
    Clear,
    /// The row is rejected.
    Reject,
}

/// When a value is sent (semantics 13).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Send {
    /// With every change, and a difference makes a change: the ordinary case.
    Compared,
    /// Only when the record is made; never compared.
    Create,
    /// With every create and update; never compared.
    Always,
}
