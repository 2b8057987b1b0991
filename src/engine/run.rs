//! Takes a run from its file to its outbox.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::{Archive, Job};
use crate::model::{JobName, RunStatus};
use crate::store::{Phase, RunKind, RunRecord, RunRef};

use super::reading::Export;
use super::{Acquired, Engine, EngineError, Incoming};

impl Engine {
    /// Makes a run of a file and takes it as far as its outbox; `None` where the file was gone.
    ///
    /// # Errors
    /// When disk or database fail; the run goes on from there at the next start. What is wrong with the
    /// file itself is no error here: that run has failed, and says so in its report.
    pub async fn run_file(
        self: &Arc<Self>,
        job: &JobName,
        incoming: &Incoming,
        cause: &str,
    ) -> Result<Option<RunRef>, EngineError> {
        let job = self.find_job(job)?;
        match self.acquire(job, incoming, cause).await? {
            Acquired::Gone => Ok(None),
            Acquired::Run(run) => {
                self.process(&run).await?;
                Ok(Some(run.run_ref))
            }
        }
    }

    /// A run that found no file.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn run_nothing(self: &Arc<Self>, job: &JobName, cause: &str) -> Result<RunRef, EngineError> {
        let run = self.enter_nothing(self.find_job(job)?, cause).await?;
        self.process(&run).await?;
        Ok(run.run_ref)
    }

    /// Takes an entered run as far as its outbox, from wherever it stands.
    ///
    /// # Errors
    /// As `run_file`.
    pub async fn process(self: &Arc<Self>, run: &RunRecord) -> Result<(), EngineError> {
        if run.phase == Phase::Acquired && run.kind == RunKind::Pull {
            // `follow` asks, as long as there is somebody who can say what.
            if let Some(failure) = self.orphaned(run) {
                tracing::error!(job = %run.job, run = %run.run, "run failed; `rollbook show` says why");
                let now = self.clock.now();
                self.store.end_run(run.run_ref, RunStatus::Failed, Some(&failure), &[], now).await?;
            }
        } else if run.phase == Phase::Acquired && run.file.is_none() {
            let notes = [self.nothing_there(run)];
            let now = self.clock.now();
            self.store.end_run(run.run_ref, RunStatus::Nothing, None, &notes, now).await?;
        } else if run.phase == Phase::Acquired {
            // A panic while a file is read or planned ends this run alone.
            let engine = Arc::clone(self);
            let own = run.clone();
            let planned = tokio::spawn(async move { engine.plan_and_commit(&own).await }).await;
            let failure = match planned {
                Ok(Ok(())) => None,
                Ok(Err(EngineError::Export(problem))) => Some(problem.to_string()),
                Ok(Err(
                    error @ (EngineError::JobIsGone(_)
                    | EngineError::ReadsNoFile(_)
                    | EngineError::NoDataKey
                    | EngineError::CopyIsGone(_)),
                )) => Some(error.to_string()),
                Ok(Err(error)) => return Err(error),
                Err(panic) => Some(EngineError::Task(panic.to_string()).to_string()),
            };
            if let Some(failure) = failure {
                // What was found in the file may hold somebody's data: the report has it, the log has not.
                tracing::error!(job = %run.job, run = %run.run, "run failed; `rollbook show` says why");
                let now = self.clock.now();
                self.store.end_run(run.run_ref, RunStatus::Failed, Some(&failure), &[], now).await?;
            }
        }
        let run = self.store.run(run.run_ref).await?;
        self.file_away(&run).await?;
        if run.phase == Phase::Done && run.reports == 0 {
            self.report(run.run_ref).await?;
        }
        self.wake_all();
        Ok(())
    }

    /// What a run found that had nothing to read.
    fn nothing_there(&self, run: &RunRecord) -> String {
        let feed = self.config.jobs.get(&run.job).and_then(|job| job.source.feed());
        match feed {
            Some(feed) => format!("the pull {} of the job {} has brought nothing yet", feed.pull, feed.job),
            None => "no file was there".to_owned(),
        }
    }

    async fn plan_and_commit(&self, run: &RunRecord) -> Result<(), EngineError> {
        let job = self.find_job(&run.job)?;
        if job.pushes.is_empty() {
            return Err(EngineError::ReadsNoFile(run.job.clone()));
        }
        if let Some(same) = self.same_bytes(job, run).await? {
            let note = format!(
                "the file has the same bytes as the one of run {}, the job is the same, and all of it was settled: \
                 nothing was to be done",
                same.run
            );
            self.store.repeat_account(run.run_ref, same.run_ref).await?;
            let now = self.clock.now();
            self.store.end_run(run.run_ref, RunStatus::Nothing, None, &[note], now).await?;
            tracing::info!(job = %run.job, run = %run.run, same = %same.run, "same bytes as before");
            return Ok(());
        }
        let export = export_of(run)?;
        // While a push is planned none of its older changes is sent: the plan would be stale.
        let _quiet = self.quiet(job).await?;
        let plan = self.plan_export(job, &export, run.run.as_str(), true).await?;
        let changes: u64 = plan.pushes.iter().map(|push| push.counts.changes()).sum();
        self.progress.add_changes(changes);
        self.store
            .commit_plan(run.run_ref, &plan.summary, &plan.pushes, &plan.spool, self.clock.now())
            .await?;
        for push in &plan.pushes {
            tracing::info!(
                job = %run.job, run = %run.run, push = %push.push_id, rows = plan.summary.rows,
                rejected = push.counts.rejected, unchanged = push.counts.unchanged, create = push.counts.create,
                update = push.counts.update, deactivate = push.counts.deactivate, remove = push.counts.remove,
                held = push.hold_all || push.hold_removals, "planned"
            );
        }
        Ok(())
    }

    /// The run whose file had the same bytes, where passing over this one loses nothing (semantics 28).
    async fn same_bytes(&self, job: &Job, run: &RunRecord) -> Result<Option<RunRecord>, EngineError> {
        let Some(before) = self.store.file_before(&run.job, run.run_ref).await? else { return Ok(None) };
        // Links are written also where the rows are the same: the connection or the file may not be.
        let makes_files = job.pushes.iter().any(|push| push.export.is_some());
        let same = !makes_files
            && before.sha256 == run.sha256
            && before.job_hash == job.hash
            && matches!(before.status, Some(RunStatus::Ok | RunStatus::Nothing))
            && self.store.settled_well(before.run_ref).await?;
        Ok(same.then_some(before))
    }

    /// Moves the private copy of a run that is planned or done to `archive/` or `failed/`.
    pub(super) async fn file_away(&self, run: &RunRecord) -> Result<(), EngineError> {
        let (Some(processing), Some(name)) = (&run.processing, &run.file) else { return Ok(()) };
        let from = PathBuf::from(processing);
        let failed = run.status == Some(RunStatus::Failed);
        // Where the job is gone nobody can tell whether its export holds secrets.
        let unknown = if self.config.data_key.is_some() { Archive::Sealed } else { Archive::Keep };
        let archive = self.config.jobs.get(&run.job).map_or(unknown, |job| job.archive);
        // What failed is kept in any case: somebody has to look at it.
        if archive == Archive::Delete && !failed {
            remove(&from)?;
            return Ok(self.store.file_moved(run.run_ref, None).await?);
        }
        let sealer = match archive {
            Archive::Sealed => Some(self.sealer()?),
            Archive::Keep | Archive::Delete => None,
        };
        let to = self.files.destination(failed, run.run.as_str(), name, sealer.is_some());
        self.files.file_away(&from, &to, sealer)?;
        Ok(self.store.file_moved(run.run_ref, Some(&to.to_string_lossy())).await?)
    }
}

fn export_of(run: &RunRecord) -> Result<Export, EngineError> {
    match (&run.file, &run.processing) {
        (Some(name), Some(path)) if Path::new(path).exists() => {
            Ok(Export { name: name.clone(), path: path.into() })
        }
        _ => Err(EngineError::CopyIsGone(run.run.clone())),
    }
}

fn remove(path: &Path) -> Result<(), EngineError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(EngineError::file("delete the processed file", path, &error))
        }
        _ => Ok(()),
    }
}
