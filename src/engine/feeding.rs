//! Feeding: what a pull has learnt becomes an export for another job, as a file of our own making. From
//! there on it is read, mapped, planned and delivered as any other.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::config::{Job, Pull};
use crate::model::{ColumnName, JobName, SourceFormat, Take};

use super::acquire::{ASKED, private_name};
use super::files::{private, sync_folder};
use super::itemtable::{ItemTable, fed_columns};
use super::tablecell::Cell;
use super::{Engine, EngineError, Incoming};

impl Engine {
    /// What is present of the pull that a job feeds on, as a file in `processing/`; `None` where the job has
    /// another source, or nothing was pulled yet.
    ///
    /// # Errors
    /// When the database fails, the file can't be written, or the pull is gone from the configuration.
    pub async fn feed(&self, job: &Job) -> Result<Option<Incoming>, EngineError> {
        let Some(feed) = job.source.feed() else { return Ok(None) };
        let pulls = &self.find_job(&feed.job)?.pulls;
        let Some(pull) = pulls.iter().find(|pull| pull.id == feed.pull) else {
            return Err(EngineError::JobIsGone(feed.job.clone()));
        };
        // Asked before the items are: what a later run adds meanwhile is fed again with that run.
        let Some(by) = self.store.last_pull(&feed.job, &feed.pull).await? else { return Ok(None) };
        let run = self.store.run(by).await?;
        let name = format!("{}-{}.csv", feed.job, run.run);
        let path = self.files.processing().join(format!("{ASKED}{}", private_name(&name)));
        let written = self.write_feed(job, pull, &feed.job, &path).await;
        if written.is_err() {
            let _not_there = fs::remove_file(&path);
        }
        let rows = written?;
        tracing::info!(job = %job.name, pull = %run.run, rows, "what a pull has learnt is fed");
        Ok(Some(Incoming::Fed { name, path, by }))
    }

    async fn write_feed(
        &self,
        job: &Job,
        pull: &Pull,
        pulled_by: &JobName,
        path: &Path,
    ) -> Result<u64, EngineError> {
        let failed = |error: io::Error| EngineError::file("write the pulled items to", path, &error);
        let Some(table) = ItemTable::new(pull, fed_columns(pull, &columns_read(job))) else {
            return Err(EngineError::JobIsGone(pulled_by.clone()));
        };
        let table = if each_item_counts(job, pull) { table } else { table.one_row() };
        let mut file = FeedFile::begin(path, &table.header()).map_err(failed)?;
        let rows = self.each_row(pulled_by, pull, &table, &mut |row| file.add(row).map_err(failed)).await?;
        file.finish(path).map_err(failed)?;
        Ok(rows)
    }
}

/// How the file of a job is read: one of our own making as it is written, whatever it looks like.
pub(super) fn format_of(job: &Job) -> SourceFormat {
    match job.source.feed() {
        Some(_) => fed_format(),
        None => job.source.format.clone(),
    }
}

fn fed_format() -> SourceFormat {
    SourceFormat { delimiter: Some(b','), sheet: None, header_row: Some(1) }
}

/// Whether a job tells items by their own ID: then each of them is a record, also of one registration.
fn each_item_counts(job: &Job, pull: &Pull) -> bool {
    let id = pull.operation.pull.and_then(|shape| shape.main().map(|main| main.id));
    let mut keys = job.pushes.iter().flat_map(|push| &push.mapping.key);
    keys.any(|column| Some(column.as_str()) == id)
}

/// Every column that a job reads.
fn columns_read(job: &Job) -> BTreeSet<&str> {
    let filters = job.source.filters.iter().map(|filter| filter.column.as_str());
    let of_pushes = job.pushes.iter().flat_map(|push| {
        let taken = push.mapping.fields.iter().filter_map(|field| match &field.take {
            Take::Column(column) => Some(column.as_str()),
            Take::Constant(_) => None,
        });
        let named = push.mapping.key.iter().chain(&push.mapping.person);
        named.map(ColumnName::as_str).chain(taken)
    });
    filters.chain(of_pushes).collect()
}

/// The file in the making: comma and UTF-8, for this user alone, every cell as it is known.
struct FeedFile(csv::Writer<BufWriter<File>>);

impl FeedFile {
    fn begin(path: &Path, header: &[String]) -> io::Result<Self> {
        let mut writer = csv::Writer::from_writer(BufWriter::new(private(path)?));
        writer.write_record(header)?;
        Ok(Self(writer))
    }

    fn add(&mut self, row: &[Cell<'_>]) -> io::Result<()> {
        for cell in row {
            // A file with one is taken for binary, and turned down as a whole.
            if cell.text.contains('\0') {
                self.0.write_field(cell.text.replace('\0', ""))?;
            } else {
                self.0.write_field(cell.text)?;
            }
        }
        Ok(self.0.write_record(None::<&[u8]>)?)
    }

    fn finish(self, path: &Path) -> io::Result<()> {
        let mut out = self.0.into_inner().map_err(csv::IntoInnerError::into_error)?;
        out.flush()?;
        out.get_ref().sync_all()?;
        sync_folder(path)
    }
}

#[cfg(test)]
#[path = "feeding_tests.rs"]
mod tests;
