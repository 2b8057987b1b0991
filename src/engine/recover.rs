//! After a start: takes up what the last process left, wherever it was ended.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::store::{Phase, RunRef};

use super::acquire::{CLAIMED, claimed_by};
use super::{Engine, EngineError};

impl Engine {
    /// Brings everything back to where it can go on: claimed changes wait again, claimed files become
    /// runs, planned runs are filed away. Gives the runs that are not done. Only the holder of the data
    /// directory may ask.
    ///
    /// # Errors
    /// When disk or database fail.
    pub async fn recover(self: &Arc<Self>) -> Result<Vec<RunRef>, EngineError> {
        let claims = self.store.recover_claims().await?;
        if claims > 0 {
            tracing::info!(changes = claims, "changes of an interrupted delivery wait again");
        }
        // Whoever starts us may have mended what stopped a connection.
        self.store.clear_stops().await?;
        self.recover_claimed_files().await?;
        for run in self.store.unmoved().await? {
            self.file_away(&run).await?;
        }
        for run in self.store.open_runs().await? {
            if let Some(claimed) = &run.claimed {
                self.drop_claim(&run, Path::new(claimed)).await?;
            }
            if run.phase == Phase::Acquired {
                tracing::info!(job = %run.job, run = %run.run, "run taken up again");
                self.process(&run).await?;
            }
        }
        self.conclude_late().await?;
        Ok(self.store.open_runs().await?.into_iter().map(|run| run.run_ref).collect())
    }

    /// A file in `.rollbook/` was claimed; unless it was entered as a run, it becomes one now.
    async fn recover_claimed_files(self: &Arc<Self>) -> Result<(), EngineError> {
        for job in self.config.jobs.values() {
            let folder = job.source.folder.join(CLAIMED);
            let Ok(entries) = fs::read_dir(&folder) else { continue };
            for entry in entries.flatten() {
                let path = entry.path();
                let private = entry.file_name().to_string_lossy().into_owned();
                // Two jobs may share a folder; each takes its own.
                let Some((claimer, name)) = claimed_by(&private) else { continue };
                if claimer != job.name.as_str() {
                    continue;
                }
                if self.store.run_of_claim(&path.to_string_lossy()).await?.is_some() {
                    continue;
                }
                tracing::info!(job = %job.name, "a claimed file is taken up again");
                self.enter_claimed(job, name, &path, "taken up after a restart").await?;
            }
        }
        Ok(())
    }
}
