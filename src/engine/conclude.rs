//! Follows a run to its end: rounds, deadline, status, report.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;

use crate::model::{ConnectionName, JobName, PushCounts, PushStatus, RunStatus};
use crate::store::{Phase, RunKind, RunRecord, RunRef};

use super::verify::VERIFY_FOR;
use super::{Engine, EngineError};

/// How often a run is looked at while nobody says that something was settled.
pub(super) const LOOK: Duration = Duration::from_millis(500);
/// How often at most, while much is settled.
const REST: Duration = Duration::from_millis(100);

impl Engine {
    /// Waits until a run is settled, its deadline has passed or its connections are stopped, and reports
    /// it; a run of pulls is carried out here. `false` where `stop` came first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn follow(
        self: &Arc<Self>,
        run_ref: RunRef,
        stop: &CancellationToken,
    ) -> Result<bool, EngineError> {
        let run = self.store.run(run_ref).await?;
        if run.phase == Phase::Done {
            return Ok(true);
        }
        if run.kind == RunKind::Pull {
            return self.ask_pulls(&run, stop).await;
        }
        let ended = self.wait(run_ref, run.deadline_at, stop).await?;
        if ended {
            self.conclude(run_ref).await?;
        }
        Ok(ended)
    }

    /// Waits once more for a run that was reported with changes open, as long as it might take the first
    /// time, and reports it again if they are settled now. `false` where `stop` came first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn follow_late(&self, run_ref: RunRef, stop: &CancellationToken) -> Result<bool, EngineError> {
        let run = self.store.run(run_ref).await?;
        let until = self.clock.now() + (run.deadline_at - run.started_at);
        let ended = self.wait(run_ref, until, stop).await?;
        self.conclude_late(&BTreeSet::new()).await?;
        Ok(ended)
    }

    /// Waits until nothing of a run can go on by itself, or until then.
    async fn wait(
        &self,
        run_ref: RunRef,
        until: DateTime<Utc>,
        stop: &CancellationToken,
    ) -> Result<bool, EngineError> {
        let (mut resumed, mut verifying) = (false, None);
        loop {
            let settled = self.settled.notified();
            if self.clock.now() >= until {
                return Ok(true);
            }
            if self.is_over(run_ref).await? {
                let again = !resumed && self.resume_own(run_ref).await? > 0;
                if !again && !self.verify(run_ref).await? {
                    return Ok(true);
                }
                if !again && verifying.get_or_insert_with(Instant::now).elapsed() >= VERIFY_FOR {
                    return Ok(true);
                }
                // Once a wait: what its people still keep back is put aside again.
                resumed = true;
            }
            tokio::select! {
                () = stop.cancelled() => return Ok(false),
                () = settled => tokio::time::sleep(REST).await,
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    /// Whether nothing of a run can go on by itself.
    async fn is_over(&self, run: RunRef) -> Result<bool, EngineError> {
        let mut again = 0;
        for push in self.store.push_runs(run).await? {
            let begun = self.store.next_round(run, push.push_ref).await?;
            if begun > 0 {
                self.wake(&push.connection);
            }
            again += begun;
        }
        if again > 0 {
            return Ok(false);
        }
        let under_way = self.store.under_way(run).await?;
        if under_way.is_empty() {
            return Ok(true);
        }
        let stopped: BTreeSet<ConnectionName> =
            self.store.stops().await?.into_iter().map(|stop| stop.connection).collect();
        // What a stopped connection has still out is waited for.
        Ok(under_way.iter().all(|(_, connection, claimed)| *claimed == 0 && stopped.contains(connection)))
    }

    /// Ends a run as it stands, and reports it.
    pub(super) async fn conclude(&self, run_ref: RunRef) -> Result<(), EngineError> {
        let account = self.store.account(run_ref).await?;
        let findings = self.store.findings(run_ref).await?;
        let pushes = self.store.push_runs(run_ref).await?;
        let stops = self.store.stops().await?;
        let statuses = account.iter().map(|(push_ref, push, counts)| {
            let held = findings.iter().any(|(found, ..)| found == push);
            let connection = pushes.iter().find(|row| row.push_ref == *push_ref).map(|row| &row.connection);
            let stopped = stops.iter().any(|stop| Some(&stop.connection) == connection);
            push_status(counts, held, stopped)
        });
        let status = run_status(statuses);
        let status = self.after_delivery(run_ref, &pushes, status).await?;
        let pending: u64 = account.iter().map(|(_, _, counts)| counts.pending).sum();
        let now = self.clock.now();
        // What is still read back may settle after the deadline as well as what still waits.
        let open = self.store.is_open(run_ref).await?;
        self.store.finish_run(run_ref, status, (!open).then_some(now)).await?;
        let run = self.store.run(run_ref).await?;
        tracing::info!(
            job = %run.job, run = %run.run, status = status.as_str(), pending,
            duration_ms = (now - run.started_at).num_milliseconds(), "run ended"
        );
        self.report(run_ref).await
    }

    /// Reports runs that ended with changes open and have settled since, and runs whose report a crash
    /// prevented; none of the `busy` jobs, whose own run does that. One that fails keeps no other back.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn conclude_late(&self, busy: &BTreeSet<JobName>) -> Result<(), EngineError> {
        let free = |run: &RunRecord| !busy.contains(&run.job);
        for run in self.store.unreported().await?.iter().filter(|run| free(run)) {
            said(run, self.report(run.run_ref).await)?;
        }
        for run in self.store.settled_late().await?.iter().filter(|run| free(run)) {
            said(run, self.conclude(run.run_ref).await)?;
        }
        // A run whose job has been removed has nobody to follow it.
        for run in self.store.open_runs().await? {
            if !self.config.jobs.contains_key(&run.job) && run.phase == Phase::Delivering {
                let over = self.is_over(run.run_ref).await? || self.clock.now() >= run.deadline_at;
                if over {
                    said(&run, self.conclude(run.run_ref).await)?;
                }
            }
        }
        Ok(())
    }
}

/// Lets a failure pass that is one run's, and says it.
fn said(run: &RunRecord, ended: Result<(), EngineError>) -> Result<(), EngineError> {
    match ended {
        Ok(()) => Ok(()),
        Err(error @ EngineError::Store(_)) => Err(error),
        Err(error) => {
            tracing::error!(job = %run.job, run = %run.run, %error, "the run could not be reported yet");
            Ok(())
        }
    }
}

/// How a push ended.
pub(super) fn push_status(counts: &PushCounts, held: bool, stopped: bool) -> PushStatus {
    if stopped && counts.pending > 0 && counts.accepted + counts.already == 0 {
        RunStatus::Failed
    } else if held {
        RunStatus::Held
    } else if counts.rejected + counts.refused + counts.parked + counts.in_doubt + counts.pending > 0
        || counts.superseded > 0
    {
        RunStatus::Partial
    } else if counts.rows() + counts.changes() == 0 {
        RunStatus::Nothing
    } else {
        RunStatus::Ok
    }
}

/// How a run ended: as the worst of its pushes did.
pub fn run_status(pushes: impl Iterator<Item = PushStatus>) -> RunStatus {
    pushes.max_by_key(|status| status.severity()).unwrap_or(RunStatus::Nothing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(counts: PushCounts, held: bool, stopped: bool, expected: RunStatus) {
        assert_eq!(push_status(&counts, held, stopped), expected, "{counts:?}");
    }

    #[test]
    fn green_is_earned() {
        let none = PushCounts::default();
        check(none, false, false, RunStatus::Nothing);
        check(PushCounts { unchanged: 1, ..none }, false, false, RunStatus::Ok);
        check(PushCounts { create: 1, accepted: 1, ..none }, false, false, RunStatus::Ok);
        check(PushCounts { rejected: 1, ..none }, false, false, RunStatus::Partial);
        check(PushCounts { create: 1, pending: 1, ..none }, false, false, RunStatus::Partial);
        check(PushCounts { create: 1, pending: 1, ..none }, false, true, RunStatus::Failed);
        check(PushCounts { rejected: 1, held: 1, ..none }, true, false, RunStatus::Held);
        check(none, true, false, RunStatus::Held);
        check(PushCounts { create: 1, superseded: 1, ..none }, false, false, RunStatus::Partial);
    }

    #[test]
    fn a_run_is_as_bad_as_its_worst_push() {
        use RunStatus::*;
        assert_eq!(run_status([Ok, Held, Partial].into_iter()), Held);
        assert_eq!(run_status([Held, Failed].into_iter()), Failed);
        assert_eq!(run_status([Ok, Nothing].into_iter()), Ok);
        assert_eq!(run_status([].into_iter()), Nothing);
    }
}
