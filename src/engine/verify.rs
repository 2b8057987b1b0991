//! Looks a sample of what was accepted up in the LMS, once a run's changes are settled (`verify = "sample"`).
//!
//! The questions go through the line of their connection, like all others, so its rate and its pauses hold for
//! them. The snapshot stays as it is, whatever is found: the LMS has said that it took the change, and what an
//! answer to another question does not show may have been hidden, moved or undone by somebody. To send it once
//! more could mail or grant twice; so a person decides.

use std::time::Duration;

use crate::config::Job;
use crate::model::{Outcome, RunStatus, Verdict};
use crate::report::{Verified, VerifiedLine};
use crate::store::{Finding, Lookup, PushRef, Queued, RunRef};

use super::conclude::run_status;
use super::deliver::{Done, Line};
use super::pausing::after;
use super::{Engine, EngineError};

/// When something is asked once more that was not there at first, or could not be read: some systems show what
/// they took only after a moment.
const SECOND_LOOK: Duration = Duration::from_secs(5);

/// After how many questions in a row that fail in passing the rest of a run's sample is given up: a run does
/// not wait for reports that hang.
const PATIENCE: u32 = 2;

/// How long a pause that the LMS asks for may be, for a run to wait for what comes after it.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How long a settled run waits at most for what is looked up.
pub(super) const VERIFY_FOR: Duration = Duration::from_secs(180);

/// Why something was not looked up.
const NOT_ASKED: &str = "the run ended before the LMS could be asked";

impl Engine {
    /// Enters the samples of a settled run; whether any of it is still to be looked up.
    pub(super) async fn verify(&self, run_ref: RunRef) -> Result<bool, EngineError> {
        let run = self.store.run(run_ref).await?;
        let Some(job) = self.config.jobs.get(&run.job).filter(|job| verifies(job)) else { return Ok(false) };
        for row in self.store.push_runs(run_ref).await? {
            let push = job.pushes.iter().find(|push| push.id == row.push);
            if let Some(push) = push.filter(|push| push.verify > 0) {
                self.store.enter_sample(run_ref, row.push_ref, push.verify, self.clock.now()).await?;
            }
        }
        let stops = self.store.stops().await?;
        let mut waits = false;
        for connection in self.store.verifying(run_ref).await? {
            // A connection that is stopped, or has gone, is not asked any more.
            let asks = self.config.connections.contains_key(&connection)
                && !stops.iter().any(|stop| stop.connection == connection);
            if asks {
                self.wake(&connection);
            }
            waits |= asks;
        }
        Ok(waits)
    }

    /// Gives up what has not been looked up by the end of a run, and gives the run's status: an accepted
    /// change that the LMS does not show makes it partial.
    pub(super) async fn verified(
        &self,
        run_ref: RunRef,
        status: RunStatus,
    ) -> Result<RunStatus, EngineError> {
        let (now, stops) = (self.clock.now(), self.store.stops().await?);
        for connection in self.store.verifying(run_ref).await? {
            if let Some(stop) = stops.iter().find(|stop| stop.connection == connection) {
                let reason =
                    format!("connection {connection} was stopped before it could be asked ({})", stop.code);
                self.store.end_lookups(run_ref, Some(&connection), &reason, now).await?;
            }
        }
        self.store.end_lookups(run_ref, None, NOT_ASKED, now).await?;
        let lookups = self.store.lookups(run_ref).await?;
        let absent = lookups.iter().any(|lookup| lookup.finding == Some(Finding::Absent));
        Ok(if absent { run_status([status, RunStatus::Partial].into_iter()) } else { status })
    }
}

fn verifies(job: &Job) -> bool {
    job.pushes.iter().any(|push| push.verify > 0)
}

impl Line {
    /// Keeps what looking an accepted change up came to; `again` says whether it was asked for before.
    pub(super) async fn looked_up(&mut self, done: Done, again: bool) -> Result<(), EngineError> {
        let now = self.engine.clock.now();
        let Some((Queued { change_ref, run, .. }, outcome)) = done.changes.first().zip(done.outcomes.first())
        else {
            return Ok(());
        };
        let wait = self.pause_looks(outcome);
        let finding = finding(outcome, again).ok_or_else(|| after(now, SECOND_LOOK.max(wait)));
        self.engine.store.looked_up(*change_ref, finding, &outcome.code, &outcome.reason, now).await?;
        self.looking_up.remove(change_ref);
        if self.look_failures >= PATIENCE || wait > LONGEST_WAIT {
            for (change, _) in self.lookups.iter().filter(|(change, _)| change.run == *run) {
                self.looking_up.remove(&change.change_ref);
            }
            self.lookups.retain(|(change, _)| change.run != *run);
            let reason = format!("the LMS does not answer such questions just now: {}", outcome.reason);
            self.engine.store.end_lookups(*run, Some(&self.connection.name), &reason, now).await?;
        }
        self.engine.settled.notify_waiters();
        Ok(())
    }
}

/// What an answer means for an accepted change; `None` where it is worth another look.
fn finding(outcome: &Outcome, again: bool) -> Option<Finding> {
    match outcome.verdict {
        Verdict::Accepted | Verdict::Already => Some(Finding::There),
        Verdict::Absent | Verdict::Retry | Verdict::RetryConnection { .. } if !again => None,
        Verdict::Absent => Some(Finding::Absent),
        _ => Some(Finding::Unknown),
    }
}

/// What looking a push's sample up came to, where it has one; what is still to be asked is not known.
pub(super) fn verified(lookups: &[Lookup], push: PushRef) -> Option<Verified> {
    let mut verified = Verified::default();
    for lookup in lookups.iter().filter(|lookup| lookup.push == push) {
        verified.asked += 1;
        match lookup.finding {
            Some(Finding::There) => {
                verified.there += 1;
                continue;
            }
            Some(Finding::Absent) => verified.absent += 1,
            Some(Finding::Unknown) | None => verified.unknown += 1,
        }
        verified.lines.push(VerifiedLine {
            row: lookup.row,
            key: lookup.key.clone(),
            absent: lookup.finding == Some(Finding::Absent),
            code: lookup.code.clone(),
            reason: lookup.reason.clone(),
        });
    }
    (verified.asked > 0).then_some(verified)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_absent_or_can_not_be_read_is_asked_for_twice() {
        let check = |verdict: Verdict, first: Option<Finding>, second: Finding| {
            let outcome = Outcome::new(verdict, "code", "reason");
            assert_eq!(finding(&outcome, false), first, "{outcome:?}");
            assert_eq!(finding(&outcome, true), Some(second), "{outcome:?}");
        };
        check(Verdict::Accepted, Some(Finding::There), Finding::There);
        check(Verdict::Absent, None, Finding::Absent);
        check(Verdict::RetryConnection { after: None }, None, Finding::Unknown);
        check(Verdict::Retry, None, Finding::Unknown);
        check(Verdict::InDoubt, Some(Finding::Unknown), Finding::Unknown);
        check(Verdict::StopConnection, Some(Finding::Unknown), Finding::Unknown);
    }
}
