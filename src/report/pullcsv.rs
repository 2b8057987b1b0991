//! The attachments of a pull: everything that happened, and every question without a good answer. Pure.

use std::io::{self, Write};

use chrono::SecondsFormat;

use super::csv::{BOM, neutralise, writer};
use super::{EventLine, FailureLine};

const COLUMNS: [&str; 9] =
    ["time", "event", "kind", "title", "part_of", "learner", "field", "before", "after"];

/// Everything that a run of pulls saw happen; a changed item has a line for each field.
pub struct EventsCsv<W: Write> {
    out: csv::Writer<W>,
}

impl<W: Write> EventsCsv<W> {
    /// Begins the file with its header.
    ///
    /// # Errors
    /// What `out` says.
    pub fn new(mut out: W) -> io::Result<Self> {
        out.write_all(BOM.as_bytes())?;
        let mut out = writer(out, b',');
        out.write_record(COLUMNS)?;
        Ok(Self { out })
    }

    /// Writes one event. A change of an ID that is not to be exposed has no values.
    ///
    /// # Errors
    /// What `out` says.
    pub fn write(&mut self, line: &EventLine) -> io::Result<()> {
        let time = line.at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let change = line.change.as_ref();
        let text = |value: Option<&String>| value.cloned().unwrap_or_default();
        let cells = [
            time,
            line.event.as_str().to_owned(),
            line.kind.clone(),
            text(line.title.as_ref()),
            text(line.part_of.as_ref()),
            line.learner.clone(),
            change.map(|change| change.field.to_string()).unwrap_or_default(),
            text(change.and_then(|change| change.before.as_ref())),
            text(change.and_then(|change| change.after.as_ref())),
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

/// Every question that was not answered, or not in whole.
pub struct FailuresCsv<W: Write> {
    out: csv::Writer<W>,
}

impl<W: Write> FailuresCsv<W> {
    /// Begins the file with its header.
    ///
    /// # Errors
    /// What `out` says.
    pub fn new(mut out: W) -> io::Result<Self> {
        out.write_all(BOM.as_bytes())?;
        let mut out = writer(out, b',');
        out.write_record(["pull", "learner", "code", "reason"])?;
        Ok(Self { out })
    }

    /// Writes one question.
    ///
    /// # Errors
    /// What `out` says.
    pub fn write(&mut self, line: &FailureLine) -> io::Result<()> {
        let cells = [line.pull.as_str(), &line.learner, &line.code, &line.reason];
        self.out.write_record(cells.map(|cell| neutralise(cell).into_owned()))?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::pullsamples;

    #[test]
    fn every_event_is_a_line_and_no_cell_a_formula() {
        let mut events = pullsamples::catalog().events;
        events[0].title = Some("=1+1".to_owned());
        let mut csv = EventsCsv::new(Vec::new()).unwrap();
        events.iter().for_each(|line| csv.write(line).unwrap());
        let text = String::from_utf8(csv.finish().unwrap()).unwrap();
        let rows = text.strip_prefix(BOM).expect("Excel is told that it is UTF-8").replace("\r\n", "\n");
        insta::assert_snapshot!(rows, @r#"
        time,event,kind,title,part_of,learner,field,before,after
        2026-11-21T02:00:04Z,added,Course,'=1+1,Working at heights,,,,
        2026-11-21T02:00:04Z,added,Course,"Scaffolds, ""light""",Working at heights,,,,
        2026-11-21T02:00:04Z,added,curriculum,Working at heights,,,,,
        2026-11-21T02:00:04Z,added,curriculum,First aid <advanced>,,,,,
        2026-11-21T02:00:04Z,added,curriculum,,,,,,
        2026-11-21T02:00:04Z,changed,curriculum,Fire safety,,,price,10.00,12.50
        2026-11-21T02:00:04Z,changed,curriculum,Fire safety,,,avail_to,,2027-03-31
        2026-11-21T02:00:04Z,changed,curriculum,Forklift,,,certificate_id,,
        2026-11-21T02:00:04Z,retired,curriculum,Fax machines,,,,,
        2026-11-21T02:00:04Z,returned,Reference Material,Harness check,Working at heights,,,,
        "#);
    }
}
