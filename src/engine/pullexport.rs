//! The file of a pull: what is present of it, in its place after each run.

use std::path::Path;

use crate::config::{Job, Pull};
use crate::store::RunRecord;

use super::itemtable::{ItemTable, usual_columns};
use super::tablefile::TableFile;
use super::{Engine, EngineError};

impl Engine {
    /// Writes the file of a pull that has come to its end, where it has one: also where nothing is new, since
    /// whoever picks it up may have taken it away. Where it can't be written the one before stays, and the run
    /// says why. A run without an answer has nothing to write, and as long as no answer was ever whole nobody
    /// knows what is there: the file is left alone.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn write_pull_export(
        &self,
        run: &RunRecord,
        job: &Job,
        pull: &Pull,
    ) -> Result<(), EngineError> {
        let Some(path) = &pull.export else { return Ok(()) };
        let operation = &pull.operation.name;
        let found = self.store.pull(&job.name, &pull.id, &pull.connection, operation).await?;
        if !self.store.has_answer(run.run_ref, found).await? {
            return Ok(());
        }
        // One at a time: a late one never puts its older items in the place of newer ones.
        let turn = self.exporting.lock().await;
        let written = self.write_items(job, pull, path).await;
        drop(turn);
        let why = match written {
            Ok(changed) => {
                tracing::info!(job = %job.name, pull = %pull.id, changed, "the file of a pull is there");
                None
            }
            Err(error @ EngineError::Store(_)) => return Err(error),
            Err(error) => {
                tracing::error!(job = %job.name, pull = %pull.id, %error, "the file of a pull is as it was");
                Some(error.to_string())
            }
        };
        Ok(self.store.pull_written(run.run_ref, found, why.as_deref()).await?)
    }

    async fn write_items(&self, job: &Job, pull: &Pull, path: &Path) -> Result<bool, EngineError> {
        let failed = |error: std::io::Error| EngineError::file("write the pulled items to", path, &error);
        let names = match &pull.columns {
            Some(columns) => columns.iter().map(ToString::to_string).collect(),
            None => usual_columns(pull),
        };
        let Some(table) = ItemTable::new(pull, names) else { return Ok(false) };
        let file = TableFile::begin(path, &table.header()).and_then(TableFile::for_people);
        let mut file = file.map_err(failed)?;
        self.each_row(&job.name, pull, &table, &mut |row| file.add(row).map_err(failed)).await?;
        file.finish().map_err(failed)
    }
}
