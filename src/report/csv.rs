//! The attachments: rejected rows to correct and drop again, and every change with its outcome. Pure.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::model::{ColumnName, FieldName, RunId};

use super::{ChangeLine, RejectLine};

/// Tells Excel that the file is UTF-8.
pub(super) const BOM: &str = "\u{feff}";

/// The columns that a file of rejects has after its own.
const MARKS: [&str; 3] = ["rollbook_run", "rollbook_row", "rollbook_reason"];

const CHANGE_COLUMNS: [&str; 11] = [
    "rollbook_run",
    "push",
    "key",
    "action",
    "row",
    "changed_fields",
    "from",
    "to",
    "outcome",
    "code",
    "reason",
];

/// A cell that no spreadsheet takes for a formula: where it begins with `=`, `+`, `-`, `@`, TAB or CR,
/// a `'` goes before it. One that begins so behind its own `'` gets another, so that [`restore`] gives
/// back every cell as it was.
pub fn neutralise(cell: &str) -> Cow<'_, str> {
    if starts_formula(cell) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// The cell that [`neutralise`] was given.
pub fn restore(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| starts_formula(rest)).unwrap_or(cell)
}

fn starts_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// The rejected rows as they came, with what is wrong: corrected and dropped again, they are a delta
/// of the run that they name.
pub struct RejectsCsv<W: Write> {
    out: csv::Writer<W>,
    run: RunId,
    /// Per column of the export, whether to keep, blank or leave it out.
    columns: Vec<Column>,
}

#[derive(Clone, Copy, PartialEq)]
enum Column {
    Kept,
    /// A password: its column stays, so that the header is the export's, its cells are empty.
    Secret,
    /// A mark of ours, in a file of rejects that was dropped and rejected again.
    Mark,
}

impl<W: Write> RejectsCsv<W> {
    /// Begins the file with its header. `columns` are those of the export, in order; `delimiter` is
    /// the export's own (`,` for a workbook), since the file goes back through the same job.
    ///
    /// # Errors
    /// What `out` says.
    pub fn new(
        mut out: W,
        run: &RunId,
        columns: &[ColumnName],
        secret: &[ColumnName],
        delimiter: u8,
    ) -> io::Result<Self> {
        out.write_all(BOM.as_bytes())?;
        let mut file = Self {
            out: writer(out, delimiter),
            run: run.clone(),
            columns: columns.iter().map(|name| column(name, secret)).collect(),
        };
        let kept = columns.iter().zip(&file.columns).filter(|(_, column)| **column != Column::Mark);
        let names = kept.map(|(name, _)| name.as_str()).chain(MARKS);
        file.out.write_record(names.map(|name| neutralise(name).into_owned()))?;
        Ok(file)
    }

    /// Writes one rejected row: its number, its cells as text in the order of the columns, and its
    /// problems in all pushes.
    ///
    /// # Errors
    /// What `out` says.
    pub fn write(&mut self, row: u64, cells: &[impl AsRef<str>], problems: &[RejectLine]) -> io::Result<()> {
        for (position, column) in self.columns.iter().enumerate() {
            let cell = cells.get(position).map_or("", AsRef::as_ref);
            match column {
                Column::Kept => self.out.write_field(neutralise(cell).as_bytes())?,
                Column::Secret => self.out.write_field("")?,
                Column::Mark => {}
            }
        }
        self.out.write_field(self.run.as_str())?;
        self.out.write_field(row.to_string())?;
        self.out.write_field(neutralise(&reasons(problems)).as_bytes())?;
        self.out.write_record(None::<&[u8]>)?;
        Ok(())
    }

    /// Ends the file and gives back `out`.
    ///
    /// # Errors
    /// What `out` says.
    pub fn finish(self) -> io::Result<W> {
        self.out.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

fn column(name: &ColumnName, secret: &[ColumnName]) -> Column {
    if MARKS.contains(&name.as_str()) {
        Column::Mark
    } else if secret.contains(name) {
        Column::Secret
    } else {
        Column::Kept
    }
}

/// Every reason once, though several pushes may have the same.
fn reasons(problems: &[RejectLine]) -> String {
    let mut said: Vec<String> = Vec::new();
    for problem in problems {
        let reason = match &problem.field {
            Some(field) => format!("{field}: {}", problem.reason),
            None => problem.reason.clone(),
        };
        if !said.contains(&reason) {
            said.push(reason);
        }
    }
    said.join("; ")
}

/// Every change of a run, with the values before and after, and its outcome.
pub struct ChangesCsv<W: Write> {
    out: csv::Writer<W>,
    run: RunId,
}

impl<W: Write> ChangesCsv<W> {
    /// Begins the file with its header.
    ///
    /// # Errors
    /// What `out` says.
    pub fn new(mut out: W, run: &RunId) -> io::Result<Self> {
        out.write_all(BOM.as_bytes())?;
        let mut out = writer(out, b',');
        out.write_record(CHANGE_COLUMNS)?;
        Ok(Self { out, run: run.clone() })
    }

    /// Writes one change; of its fields, only those whose value changes.
    ///
    /// # Errors
    /// What `out` says.
    pub fn write(&mut self, change: &ChangeLine) -> io::Result<()> {
        let before = |name: &FieldName| change.before.as_ref().and_then(|fields| fields.get(name));
        let changed: Vec<_> =
            change.after.iter().filter(|(name, after)| before(name) != Some(*after)).collect();
        let names = joined(changed.iter().map(|(name, _)| name.to_string()));
        let from = joined(changed.iter().filter_map(|(name, _)| Some(format!("{name}={}", before(name)?))));
        let to = joined(changed.iter().map(|(name, after)| format!("{name}={after}")));
        let cells = [
            self.run.to_string(),
            change.push.to_string(),
            change.key.to_string(),
            change.kind.as_str().to_owned(),
            change.row.map(|row| row.to_string()).unwrap_or_default(),
            names,
            from,
            to,
            change.state.as_str().to_owned(),
            change.code.clone().unwrap_or_default(),
            change.reason.clone().unwrap_or_default(),
        ];
        self.out.write_record(cells.iter().map(|cell| neutralise(cell).into_owned()))?;
        Ok(())
    }

    /// Ends the file and gives back `out`.
    ///
    /// # Errors
    /// What `out` says.
    pub fn finish(self) -> io::Result<W> {
        self.out.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join("; ")
}

pub(super) fn writer<W: Write>(out: W, delimiter: u8) -> csv::Writer<W> {
    csv::WriterBuilder::new().delimiter(delimiter).terminator(csv::Terminator::CRLF).from_writer(out)
}

#[cfg(test)]
mod tests;
