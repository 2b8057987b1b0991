//! Rows that we turn down before sending, with every reason.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{FieldName, Key};

/// Where a row stands, as a spreadsheet shows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Origin {
    /// The sheet of a workbook; `None` for CSV.
    pub sheet: Option<Arc<str>>,
    /// The row number that a spreadsheet program shows (the first line is 1).
    pub row: u64,
}

/// One thing that is wrong with a row, in words for the person who owns the data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The field of the operation, where the problem is one field's.
    pub field: Option<FieldName>,
    /// What stood in the cell; `None` where there was nothing, or it is secret.
    pub value: Option<String>,
    /// What is wrong, what is allowed, and what to do.
    pub reason: String,
}

/// A row turned down for one push, with all its problems.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowReject {
    /// The row.
    pub origin: Origin,
    /// Its key, where it could be read.
    pub key: Option<Key>,
    /// All that is wrong with it, never only the first.
    pub problems: Vec<Problem>,
}
