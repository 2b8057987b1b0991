//! The files that go with a report: rejects to correct and drop again, and every change.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use crate::config::Job;
use crate::model::ColumnName;
use crate::report::{
    ChangesCsv, EventsCsv, FailuresCsv, NOT_ANSWERED, RejectLine, RejectsCsv, Report, left_out,
};
use crate::store::RunRecord;

use super::folding::{change_line, reject_lines};
use super::learnt::{EventReader, failure_line};
use super::{Engine, EngineError};

/// How many lines are fetched at a time.
const PAGE: u32 = 1000;

impl Engine {
    /// Writes the files that go with a report, where they have something to say.
    pub(super) async fn attachment_files(
        &self,
        job: &Job,
        run: &RunRecord,
        report: &mut Report,
    ) -> Result<Vec<(String, PathBuf)>, EngineError> {
        let mut files = Vec::new();
        if report.rejects_total > 0 {
            let file = run.file.as_deref().unwrap_or("export");
            let source = job.source.drop_folder();
            let name = source.and_then(|source| source.rejects_name(file)).unwrap_or_else(|| {
                let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
                if report.fed_by.is_some() {
                    return format!("{stem}-rejects.csv");
                }
                // A file that somebody handed over under a name of his own.
                let name = format!("{file}-rejects.csv");
                let why = match source {
                    Some(source) => {
                        let pattern = &source.pattern;
                        format!("does not fit the pattern of the job ({pattern}), so hand it over as you did with {file}")
                    }
                    None => "can't be dropped, since this job has no drop folder: hand it over once it is corrected".to_owned(),
                };
                let quoted = name.replace('\'', r"'\''");
                report.notes.push(format!("{name} {why}: rollbook sync {} --file '{quoted}'", job.name));
                name
            });
            let path = self.files.reports().join(format!("{}.rejects.csv", run.run));
            self.write_rejects(job, run, &path).await?;
            files.push((name, path));
        }
        if report.pushes.iter().any(|push| push.counts.changes() > 0) {
            let path = self.files.reports().join(format!("{}.changes.csv", run.run));
            self.write_changes(run, &path).await?;
            files.push(("changes.csv".to_owned(), path));
        }
        if !report.events.is_empty() {
            let path = self.files.reports().join(format!("{}.pulled-changes.csv", run.run));
            self.write_events(run, &path).await?;
            files.push(("pulled-changes.csv".to_owned(), path));
        }
        if left_out(report).1 {
            let name = format!("{NOT_ANSWERED}.csv");
            let path = self.files.reports().join(format!("{}.{name}", run.run));
            self.write_failures(run, &path).await?;
            files.push((name, path));
        }
        Ok(files)
    }

    async fn write_failures(&self, run: &RunRecord, path: &PathBuf) -> Result<(), EngineError> {
        let failed = |error: io::Error| EngineError::file("write", path, &error);
        let out = BufWriter::new(File::create(path).map_err(failed)?);
        let mut csv = FailuresCsv::new(out).map_err(failed)?;
        for step in self.store.failed_steps(run.run_ref, u32::MAX).await? {
            csv.write(&failure_line(step)).map_err(failed)?;
        }
        csv.finish().and_then(|mut out| out.flush()).map_err(failed)
    }

    async fn write_rejects(&self, job: &Job, run: &RunRecord, path: &PathBuf) -> Result<(), EngineError> {
        let failed = |error: io::Error| EngineError::file("write", path, &error);
        let columns: Vec<ColumnName> = run.header.iter().map(|name| name.as_str().into()).collect();
        let secret = secret_columns(job);
        let delimiter = job.source.format.delimiter.unwrap_or(b',');
        let out = BufWriter::new(File::create(path).map_err(failed)?);
        let mut csv = RejectsCsv::new(out, &run.run, &columns, &secret, delimiter).map_err(failed)?;
        let mut after = None;
        let mut same_row: Vec<RejectLine> = Vec::new();
        loop {
            let page = self.store.rejects(run.run_ref, after, PAGE).await?;
            let ended = page.is_empty();
            for (place, stored) in page {
                let row = stored.reject.origin.row;
                after = Some((row, place));
                if same_row.first().is_some_and(|line| line.row != row) {
                    self.write_rejected_row(run, &mut csv, &std::mem::take(&mut same_row)).await?;
                }
                same_row.extend(reject_lines(stored));
            }
            if ended {
                self.write_rejected_row(run, &mut csv, &same_row).await?;
                csv.finish().and_then(|mut out| out.flush()).map_err(failed)?;
                return Ok(());
            }
        }
    }

    async fn write_rejected_row<W: Write>(
        &self,
        run: &RunRecord,
        csv: &mut RejectsCsv<W>,
        lines: &[RejectLine],
    ) -> Result<(), EngineError> {
        let Some(first) = lines.first() else { return Ok(()) };
        let cells = self.store.original_cells(run.run_ref, first.row).await?;
        let cells = cells.map(|original| original.cells).unwrap_or_default();
        csv.write(first.row, &cells, lines)
            .map_err(|error| EngineError::File(format!("the rejects: {error}")))
    }

    async fn write_changes(&self, run: &RunRecord, path: &PathBuf) -> Result<(), EngineError> {
        let failed = |error: io::Error| EngineError::file("write", path, &error);
        let out = BufWriter::new(File::create(path).map_err(failed)?);
        let mut csv = ChangesCsv::new(out, &run.run).map_err(failed)?;
        let mut after = 0;
        loop {
            let page = self.store.changes(run.run_ref, &[], after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.change_ref;
            for row in page {
                csv.write(&change_line(row)).map_err(failed)?;
            }
        }
        csv.finish().and_then(|mut out| out.flush()).map_err(failed)
    }

    async fn write_events(&self, run: &RunRecord, path: &PathBuf) -> Result<(), EngineError> {
        let failed = |error: io::Error| EngineError::file("write", path, &error);
        let out = BufWriter::new(File::create(path).map_err(failed)?);
        let mut csv = EventsCsv::new(out).map_err(failed)?;
        let mut events = EventReader::new(self, run.run_ref);
        loop {
            let page = events.page().await?;
            if page.is_empty() {
                break;
            }
            page.iter().try_for_each(|line| csv.write(line)).map_err(failed)?;
        }
        csv.finish().and_then(|mut out| out.flush()).map_err(failed)
    }
}

/// The columns of a job's export that are mapped to secret fields.
fn secret_columns(job: &Job) -> Vec<ColumnName> {
    let fields = job.pushes.iter().flat_map(|push| &push.mapping.fields);
    fields
        .filter(|mapping| mapping.field.secret)
        .filter_map(|mapping| match &mapping.take {
            crate::model::Take::Column(column) => Some(column.clone()),
            crate::model::Take::Constant(_) => None,
        })
        .collect()
}
