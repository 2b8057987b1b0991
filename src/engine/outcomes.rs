//! What becomes of the calls of a line: judged, kept, and committed many at a time.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use crate::model::{Outcome, Verdict};
use crate::store::{Queued, QueuedState, Settled, Stop};

use super::EngineError;
use super::deliver::{Done, Line, Work};
use super::fates::{Fate, Pause};

/// How long outcomes may gather before they are committed.
const COMMIT_WINDOW: Duration = Duration::from_millis(50);
/// How many outcomes may gather.
const COMMIT_SIZE: usize = 500;
/// After how many lost calls in a row, with something harmless answered in between, the connection is stopped
/// rather than one more record put in doubt.
const LOST_CALLS: u32 = 4;

impl Line {
    /// Judges the outcomes of a call and keeps them for the next commit.
    pub(super) async fn take(&mut self, done: Done) -> Result<(), EngineError> {
        if let Work::LookUp { again } = done.work {
            // It says nothing of whether records can be delivered, and settles nothing.
            return self.looked_up(done, again).await;
        }
        let Done { work, changes, outcomes, at, begun, duration } = done;
        self.out.retain(|out| !changes.iter().any(|change| change.change_ref == out.change_ref));
        // What can't be read back says nothing of whether records can be delivered.
        let troubles: Vec<&Outcome> = outcomes
            .iter()
            .filter(|outcome| {
                let trouble =
                    matches!(outcome.verdict, Verdict::RetryConnection { .. } | Verdict::StopConnection);
                trouble && work != Work::ReadBack
            })
            .collect();
        // A connection that was well until now fails because of the record, most likely.
        let was_well = self.failures == 0;
        // A call that was out already when the pause began says nothing of what came after.
        if troubles.is_empty()
            && work != Work::ReadBack
            && self.paused_at.is_none_or(|paused| begun >= paused)
        {
            // An answer to something harmless is no proof that records come through.
            self.probed = work == Work::Probe;
            self.failures = if self.probed { self.failures } else { 0 };
            self.paused_until = None;
        } else {
            self.probed = false;
        }
        let stop = troubles.iter().find(|outcome| outcome.verdict == Verdict::StopConnection);
        let stop = stop.map(|outcome| (outcome.code.clone(), outcome.reason.clone()));
        let wait = troubles.iter().find_map(|outcome| match outcome.verdict {
            Verdict::RetryConnection { after } => Some((after, *outcome)),
            _ => None,
        });
        let wait = wait.map(|(asked, outcome)| self.pause(asked, outcome)).unwrap_or_default();
        let pause = Pause { wait, was_well };
        let looks_wait = match outcomes.first() {
            Some(outcome) if work == Work::ReadBack => self.pause_looks(outcome),
            _ => Duration::ZERO,
        };
        let alone = changes.len() == 1;
        let mut again = Vec::new();
        for (place, change) in changes.into_iter().enumerate() {
            let outcome = match work {
                Work::Deliver => outcomes.get(place),
                Work::Follow | Work::ReadBack | Work::LookUp { .. } | Work::Probe => outcomes.first(),
            };
            let outcome = outcome.cloned().unwrap_or_else(|| {
                let reason = "the connector gave no outcome for this record of its call";
                Outcome::new(Verdict::InDoubt, "no outcome", reason)
            });
            let fate = match work {
                Work::Deliver => self.delivered(&change, &outcome, alone, pause),
                Work::Follow => self.followed(&change, &outcome, alone, pause),
                Work::ReadBack | Work::LookUp { .. } | Work::Probe => {
                    self.read_back(&change, &outcome, looks_wait)
                }
            };
            match fate {
                Fate::LookAgain(look_at) => again.push((change.change_ref, look_at)),
                Fate::Settled(state) => {
                    let duration = Some(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX));
                    self.keep(change, state, &outcome, at, duration);
                }
            }
        }
        if let Some(look_at) = again.iter().map(|(_, look_at)| *look_at).max() {
            let changes: Vec<i64> = again.iter().map(|(change_ref, _)| *change_ref).collect();
            self.engine.store.look_again(&changes, look_at).await?;
            changes.iter().for_each(|change_ref| {
                self.looking.remove(change_ref);
            });
        }
        let lost = self.outcomes.iter().any(|kept| matches!(kept.state, QueuedState::InDoubt { .. }));
        if let Some((code, reason)) = stop {
            self.stop(&code, &reason).await?;
        } else if lost && self.failures >= LOST_CALLS {
            let reason = format!(
                "{LOST_CALLS} calls in a row have come back without an answer, and none of them may be repeated: \
                 look what is wrong over there; the next run tries again"
            );
            self.stop("lost answers", &reason).await?;
        } else if self.is_paused() {
            self.give_back().await?;
        }
        if self.outcomes.len() >= COMMIT_SIZE {
            self.commit().await?;
        }
        Ok(())
    }

    /// Settles a change for which no call was made.
    pub(super) async fn settle_unsent(
        &mut self,
        change: Queued,
        outcome: Outcome,
    ) -> Result<(), EngineError> {
        let state = match outcome.verdict {
            Verdict::InDoubt => QueuedState::InDoubt { look_at: None },
            _ => QueuedState::Parked { reference: false },
        };
        let at = self.engine.clock.now();
        self.keep(change, state, &outcome, at, None);
        if self.outcomes.len() >= COMMIT_SIZE { self.commit().await } else { Ok(()) }
    }

    fn keep(
        &mut self,
        change: Queued,
        state: QueuedState,
        outcome: &Outcome,
        at: DateTime<Utc>,
        duration_ms: Option<u64>,
    ) {
        self.commit_at.get_or_insert(Instant::now() + COMMIT_WINDOW);
        let mut reason = outcome.reason.clone();
        if change.task.is_some() && matches!(state, QueuedState::Parked { .. }) {
            reason = format!(
                "{reason}; it was followed as long as the connection allows (`task_deadline_s`): look in the LMS whether \
                 it has ended; the record is sent again at the job's next run"
            );
        }
        if outcome.verdict == Verdict::Already && state == QueuedState::Refused {
            let words = reason.trim_end_matches(['.', ' ']);
            reason = format!("{words}; the LMS holds the earlier version, and this correction was not taken");
        }
        let code = outcome.code.clone();
        let absent = outcome.verdict == Verdict::Absent;
        self.outcomes.push(Settled { change, state, at, duration_ms, code, reason, absent });
    }

    /// Stops the connection until its next run, and gives back what it has not sent.
    pub(super) async fn stop(&mut self, code: &str, reason: &str) -> Result<(), EngineError> {
        self.stopped = true;
        self.connector = None;
        // The LMS's own words may name somebody: the report has them, the log has not.
        tracing::error!(connection = %self.connection.name, code, "connection stopped; the report says why");
        let stop = Stop {
            connection: self.connection.name.clone(),
            code: code.to_owned(),
            reason: reason.to_owned(),
        };
        self.give_back().await?;
        self.commit().await?;
        self.engine.store.stop_connection(&stop, self.engine.clock.now()).await?;
        self.engine.settled.notify_waiters();
        Ok(())
    }

    pub(super) async fn give_back(&mut self) -> Result<(), EngineError> {
        let queue: Vec<Queued> = self.queue.drain(..).collect();
        self.engine.store.unclaim(&queue).await?;
        Ok(())
    }

    pub(super) async fn commit(&mut self) -> Result<(), EngineError> {
        self.commit_at = None;
        if self.outcomes.is_empty() {
            return Ok(());
        }
        self.engine.store.settle(&self.outcomes).await?;
        let settled = std::mem::take(&mut self.outcomes);
        self.let_through(&settled).await?;
        for Settled { change, state, .. } in settled {
            self.looking.remove(&change.change_ref);
            if !matches!(state, QueuedState::Again { .. } | QueuedState::Followed { .. }) {
                self.most.remove(&change.change_ref);
                self.ask_first.remove(&change.change_ref);
                self.engine.progress.add_settled(1);
            }
        }
        self.engine.settled.notify_waiters();
        Ok(())
    }
}
