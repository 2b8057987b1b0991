//! Readers given, rows out: CSV and workbooks, the header contract, rows to records.
//!
//! Nothing here opens a file, reads a clock or the environment. Files are read as a stream: a row is
//! mapped, handed on and forgotten. Only a broken header contract or an unreadable file turns a whole
//! file down ([`FileProblem`]); all else is a problem of one row.

mod sniff;

mod csv;
mod excel;
mod layout;
mod package;

mod cell;
mod contract;
mod header;
mod intake;

mod date;
mod doubts;
mod filter;
mod mapping;
mod moment;
mod person;
mod rules;
mod times;
mod value;

#[cfg(test)]
mod testing;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek};
use std::ops::ControlFlow;

use secrecy::SecretString;

use crate::model::{ColumnName, Key, Origin, Problem, PushMapping, Record, SourceFormat, Where};

/// How one file is to be read.
pub struct ReadPlan<'a> {
    /// The file's name, for messages.
    pub file_name: &'a str,
    /// What the job says about the format; the rest is detected.
    pub format: &'a SourceFormat,
    /// Which rows count; all must hold.
    pub filters: &'a [Where],
    /// The key columns of the source, which the header must have.
    pub source_key: &'a [ColumnName],
    /// The pushes that the rows are mapped for.
    pub pushes: &'a [PushMapping],
    /// For a correction file: where the secret cells that it leaves empty are found.
    pub originals: Option<&'a Originals<'a>>,
    /// Rows whose cells are wanted though nothing is wrong with them here: they were turned down later.
    pub cells_of: Option<&'a BTreeSet<u64>>,
}

/// From the run and the row, as a spreadsheet shows it, of the original file to the secret cells of
/// that row, by column name.
pub type Originals<'a> = dyn Fn(&str, u64) -> Option<BTreeMap<String, SecretString>> + 'a;

/// What comes out of a file, in order.
pub enum ReadEvent {
    /// The header: exactly once, first, and only if the header contract holds.
    Header(HeaderInfo),
    /// One row that is not blank.
    Row(ReadRow),
}

/// What the header says.
pub struct HeaderInfo {
    /// The cleaned names in the order of the file, without the columns that are Rollbook's own
    /// (`rollbook_run`, `rollbook_row`, `rollbook_reason` of a correction file).
    pub columns: Vec<String>,
    /// The places in `columns` that any push maps to a secret field.
    pub secret_columns: Vec<usize>,
    /// Whether this is a correction file.
    pub correction: bool,
    /// What somebody should know about how the file was understood.
    pub notes: Vec<String>,
}

/// One row.
pub struct ReadRow {
    /// Where it stands.
    pub origin: Origin,
    /// Whether a filter leaves it out.
    pub filtered: bool,
    /// Whether it has more or fewer cells than the header: each may stand under another's name.
    pub shifted: bool,
    /// What it is for each push of the plan, in order; of a filtered row only the keys.
    pub pushes: Vec<Mapped>,
    /// The cells as text in the order of [`HeaderInfo::columns`], where any push turned the row down;
    /// longer than these where the row has too many cells. Cells of secret columns are in it.
    pub cells: Option<Vec<String>>,
}

/// What a row is for one push.
pub enum Mapped {
    /// A record.
    Record(Record),
    /// Turned down, with every reason.
    Rejected {
        /// Its key, where it could be read with certainty.
        key: Option<Key>,
        /// All that is wrong.
        problems: Vec<Problem>,
    },
    /// Left out by a filter.
    Filtered {
        /// Its key, where it could be read.
        key: Option<Key>,
    },
}

/// What a file came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadSummary {
    /// The rows that are not blank, filtered ones included.
    pub rows: u64,
    /// The rows that a filter left out.
    pub filtered: u64,
    /// What somebody should know about the data.
    pub notes: Vec<String>,
}

/// Why a whole file can't be used.
///
/// The texts name columns, rows and sheets and never quote a row of data. But they do quote the header,
/// and an export that has lost its header shows its first row there: they are for the people who get the
/// report, not for a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}\n{way_out}")]
pub struct FileProblem {
    /// The file, and what was found.
    pub what: String,
    /// What to do about it.
    pub way_out: String,
}

impl FileProblem {
    fn new(file: &str, what: impl AsRef<str>, way_out: impl Into<String>) -> Self {
        Self { what: format!("`{file}`: {}", what.as_ref()), way_out: way_out.into() }
    }

    fn unreadable(file: &str, error: &std::io::Error) -> Self {
        Self::new(file, format!("could not be read ({})", error.kind()), "Try again, or send the file again.")
    }
}

/// Reads a file from its first byte, row by row; `sink` ends the reading early by breaking.
///
/// # Errors
/// When the file as a whole can't be used. Rows may have been handed on before that is known (a file
/// that is cut off): they are void.
pub fn read_export<R: Read + Seek>(
    mut input: R,
    plan: &ReadPlan<'_>,
    sink: &mut dyn FnMut(ReadEvent) -> ControlFlow<()>,
) -> Result<ReadSummary, FileProblem> {
    let kind = sniff::sniff(&mut input, plan.file_name)?;
    let mut intake = intake::Intake::new(plan, sink);
    let flow = match kind {
        sniff::Kind::Text(head) => csv::read(input, &head, &mut intake)?,
        sniff::Kind::Workbook => excel::read(input, &mut intake)?,
    };
    intake.finish(flow)
}
