//! A run of a pull job: its pulls side by side, and its end.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::config::{Job, Learners, Pull};
use crate::model::{JobName, RunStatus};
use crate::store::{PullRef, PullRunRow, RunRecord, RunRef};

use super::asking::Asking;
use super::entering::fingerprint;
use super::leaving::leaving;
use super::pullstatus::pulls_status;
use super::{Engine, EngineError};

impl Engine {
    /// Enters a run of a pull job; `follow` asks.
    ///
    /// # Errors
    /// When the job is gone or the database fails.
    pub async fn run_pulls(self: &Arc<Self>, job: &JobName, cause: &str) -> Result<RunRef, EngineError> {
        let run = self.enter(self.find_job(job)?, cause, None, None).await?;
        self.process(&run).await?;
        Ok(run.run_ref)
    }

    /// Why nobody can carry out a run of pulls any more, where that is so.
    pub(super) fn orphaned(&self, run: &RunRecord) -> Option<String> {
        match self.config.jobs.get(&run.job) {
            None => Some(EngineError::JobIsGone(run.job.clone()).to_string()),
            Some(job) if job.pulls.is_empty() => Some(format!(
                "the job `{}` pulls nothing any more: its file was changed after the run began",
                run.job
            )),
            Some(_) => None,
        }
    }

    /// Carries out a run of pulls from wherever it stands, and reports it. `false` where `stop` came first.
    pub(super) async fn ask_pulls(
        self: &Arc<Self>,
        run: &RunRecord,
        stop: &CancellationToken,
    ) -> Result<bool, EngineError> {
        let job = self.find_job(&run.job)?;
        let mut pulls = JoinSet::new();
        for place in 0..job.pulls.len() {
            let (engine, run, stop) = (Arc::clone(self), run.clone(), stop.clone());
            pulls.spawn(async move { engine.ask_pull(&run, place, &stop).await });
        }
        let (mut over, mut failure, mut failed) = (true, None, None);
        while let Some(joined) = pulls.join_next().await {
            match joined.map_err(|panic| EngineError::Task(panic.to_string())) {
                Ok(Ok(ended)) => over &= ended,
                // A panic ends this run alone.
                Ok(Err(error @ EngineError::Task(_))) | Err(error) => {
                    failure.get_or_insert(error.to_string());
                }
                Ok(Err(error)) => {
                    failed.get_or_insert(error);
                }
            }
        }
        match failed {
            Some(error) => return Err(error),
            None if !over => return Ok(false),
            None => {}
        }
        self.conclude_pulls(run, failure).await?;
        Ok(true)
    }

    /// One pull of a run. `false` where `stop` came before its end.
    async fn ask_pull(
        self: &Arc<Self>,
        run: &RunRecord,
        place: usize,
        stop: &CancellationToken,
    ) -> Result<bool, EngineError> {
        let job = self.find_job(&run.job)?;
        let Some(pull) = job.pulls.get(place) else { return Ok(true) };
        let name = &pull.operation.name;
        let pull_ref = self.store.pull(&job.name, &pull.id, &pull.connection, name).await?;
        if self.store.entered_pull(run.run_ref, pull_ref).await?.is_none() {
            self.enter_questions(run, place, pull, pull_ref).await?;
        }
        let Some(entered) = self.store.entered_pull(run.run_ref, pull_ref).await? else {
            return Err(EngineError::Task("a pull was not entered".to_owned()));
        };
        self.progress.add_questions(entered.asked);
        self.progress.add_answered(entered.over);
        if entered.ended {
            return Ok(true);
        }
        let question = fingerprint(pull, &self.connection(&pull.connection)?.base_url);
        if self.store.asks_otherwise(run.run_ref, pull_ref, question).await? {
            // The answer would be taken for one to the old question, and retire what the new one leaves out.
            let reason = "the parameters or the address of this pull were changed while the run was interrupted; the \
                          next run asks in the new words";
            let now = self.clock.now();
            self.store.fail_open_steps(run.run_ref, pull_ref, ("parameters", reason), now).await?;
        } else if entered.over < entered.asked {
            match Asking::begin(self, run, pull, pull_ref, entered.window, stop) {
                Ok(asking) => {
                    if !asking.ask_all().await? {
                        return Ok(false);
                    }
                }
                Err(reason) => {
                    let now = self.clock.now();
                    self.store.fail_open_steps(run.run_ref, pull_ref, ("settings", &reason), now).await?;
                }
            }
        }
        self.end_pull(run, job, pull, pull_ref).await?;
        Ok(true)
    }

    async fn end_pull(
        &self,
        run: &RunRecord,
        job: &Job,
        pull: &Pull,
        pull_ref: PullRef,
    ) -> Result<(), EngineError> {
        // Before it has ended, so that a crash in between writes the file once more.
        let unasked = self.store.unasked(run.run_ref, pull_ref).await?;
        let leaving = leaving(&unasked, pull.learners != Learners::Nobody);
        self.store.end_pull(run.run_ref, pull_ref, &leaving).await?;
        self.note_nobodys(run, pull, pull_ref).await?;
        self.write_pull_export(run, job, pull).await?;
        let retention = TimeDelta::from_std(pull.retention).ok();
        let before = retention.and_then(|kept| run.started_at.checked_sub_signed(kept));
        self.store.close_pull(run.run_ref, pull_ref, before.unwrap_or(DateTime::<Utc>::MIN_UTC)).await?;
        self.store.forget_calls(run.started_at).await?;
        Ok(())
    }

    /// Notes how many items bear no registration of ours, where they should.
    async fn note_nobodys(&self, run: &RunRecord, pull: &Pull, pull_ref: PullRef) -> Result<(), EngineError> {
        if pull.operation.pull.is_none_or(|shape| shape.registration.is_none()) {
            return Ok(());
        }
        let (all, nobodys) = self.store.nobodys_items(run.run_ref, pull_ref).await?;
        if nobodys > 0 {
            let note = format!("{nobodys} of {all} records bear no registration of ours");
            self.store.note_pull(run.run_ref, pull_ref, &note).await?;
        }
        Ok(())
    }

    async fn conclude_pulls(&self, run: &RunRecord, failure: Option<String>) -> Result<(), EngineError> {
        let rows = self.store.pull_runs(run.run_ref).await?;
        let status = match &failure {
            Some(_) => RunStatus::Failed,
            None => pulls_status(&rows),
        };
        let now = self.clock.now();
        self.store.end_run(run.run_ref, status, failure.as_deref(), &[], now).await?;
        let sum = |count: fn(&PullRunRow) -> u64| rows.iter().map(count).sum::<u64>();
        tracing::info!(
            job = %run.job, run = %run.run, status = status.as_str(), asked = sum(|row| row.asked),
            answered = sum(|row| row.answered), failed = sum(|row| row.failed), added = sum(|row| row.added),
            changed = sum(|row| row.changed), retired = sum(|row| row.retired),
            duration_ms = (now - run.started_at).num_milliseconds(), "run ended"
        );
        self.report(run.run_ref).await
    }
}

#[cfg(test)]
#[path = "pulling_tests.rs"]
mod tests;
