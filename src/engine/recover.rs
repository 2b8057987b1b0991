//! After a start: takes up what the last process left, wherever it was ended.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::model::JobName;
use crate::store::RunRef;

use super::acquire::{ASKED, CLAIMED, claimed_by};
use super::pausing::after;
use super::tablefile::tidy;
use super::{Engine, EngineError};

/// How long a copy that a command has made may wait for its run or its request to be entered.
const ASKING: Duration = Duration::from_secs(3600);

impl Engine {
    /// Brings everything back to where it can go on: claimed changes wait again, claimed files become
    /// runs, files of planned runs are filed away. Gives the runs that are not done: `process` and `follow`
    /// take them on. Only the holder of the data
    /// directory may ask.
    ///
    /// # Errors
    /// When disk or database fail.
    pub async fn recover(self: &Arc<Self>) -> Result<Vec<RunRef>, EngineError> {
        let now = self.clock.now();
        let (mut unrepeatable, mut reads_back) = (Vec::new(), Vec::new());
        for connection in self.config.connections.values() {
            // Not before the call has surely come to its end over there.
            let look_at = after(now, connection.timeout);
            let operations = || connection.operations.iter();
            let once = operations().filter(|operation| !operation.repeatable);
            unrepeatable.extend(once.map(|operation| &operation.name));
            let doubtful = operations().filter(|operation| operation.reads_back);
            reads_back.extend(doubtful.map(|operation| (&connection.name, &operation.name, look_at)));
        }
        let (waiting, doubtful) = self.store.recover_claims(&unrepeatable, &reads_back, now).await?;
        if waiting > 0 {
            tracing::info!(changes = waiting, "changes of an interrupted delivery wait again");
        }
        if doubtful > 0 {
            tracing::warn!(changes = doubtful, "changes of an interrupted delivery are in doubt");
        }
        // A start is a new try for connections that were stopped: somebody may have mended them.
        self.store.clear_stops().await?;
        self.recover_claimed_files(&BTreeSet::new()).await?;
        self.tidy_processing().await?;
        for job in self.config.jobs.values() {
            let of_pushes = job.pushes.iter().filter_map(|push| push.export.as_deref());
            of_pushes.chain(job.pulls.iter().filter_map(|pull| pull.export.as_deref())).for_each(tidy);
        }
        for run in self.store.unmoved().await? {
            passed(&run.job, self.file_away(&run).await)?;
        }
        let open = self.store.open_runs().await?;
        for run in &open {
            if let Some(claimed) = &run.claimed {
                passed(&run.job, self.drop_claim(run, Path::new(claimed)).await)?;
            }
        }
        self.conclude_late(&BTreeSet::new()).await?;
        Ok(open.into_iter().map(|run| run.run_ref).collect())
    }

    /// A file in `.rollbook/` was claimed; unless it was entered as a run, it becomes one now, the oldest
    /// first. Jobs that are `busy` may be claiming a file this very moment.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn recover_claimed_files(&self, busy: &BTreeSet<JobName>) -> Result<(), EngineError> {
        for job in self.config.jobs.values().filter(|job| !busy.contains(&job.name)) {
            let Some(source) = job.source.drop_folder() else { continue };
            let folder = source.folder.join(CLAIMED);
            let Ok(entries) = fs::read_dir(&folder) else { continue };
            let modified = |entry: &fs::DirEntry| entry.metadata().and_then(|file| file.modified()).ok();
            let mut entries: Vec<_> = entries.flatten().collect();
            entries.sort_by_key(modified);
            for entry in entries {
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
                let entered = self.enter_claimed(job, name, &path, "taken up after an interruption").await;
                passed(&job.name, entered.map(|_| ()))?;
            }
        }
        Ok(())
    }

    /// Removes what a crash has left half-made in `processing/`: copies that belong to no run, and spools.
    /// They hold personal data, and nobody would ever look at them again.
    async fn tidy_processing(&self) -> Result<(), EngineError> {
        let known: BTreeSet<String> = self.store.known_copies().await?.into_iter().collect();
        let folder = self.files.processing();
        let failed = |error: io::Error| EngineError::file("tidy", &folder, &error);
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = entry.path();
            let asked = entry.file_name().to_string_lossy().starts_with(ASKED);
            if known.contains(&*path.to_string_lossy()) || asked && is_young(&path) {
                continue;
            }
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
                _ => tracing::info!("an unfinished file of an interrupted run is removed"),
            }
        }
        Ok(())
    }
}

/// Whether another process may still be at work on a file.
fn is_young(path: &Path) -> bool {
    let modified = fs::metadata(path).and_then(|file| file.modified());
    modified.is_ok_and(|modified| SystemTime::now().duration_since(modified).unwrap_or_default() < ASKING)
}

/// Lets a failure pass that is one job's, and says it: it never keeps the others from starting.
fn passed(job: &JobName, step: Result<(), EngineError>) -> Result<(), EngineError> {
    match step {
        Err(error @ EngineError::Store(_)) => Err(error),
        Err(error) => {
            tracing::error!(%job, %error, "a step of the recovery did not work");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}
