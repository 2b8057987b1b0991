//! What becomes of the calls of a line: judged, kept, and committed many at a time.

use std::time::{Duration, Instant};

use backon::{BackoffBuilder, ExponentialBuilder};
use chrono::{DateTime, TimeDelta, Utc};

use crate::model::{ChangeKind, Outcome, Standing, Verdict};
use crate::store::{Queued, QueuedState, Settled, Stop};

use super::EngineError;
use super::deliver::{Done, Line};
use super::planning::standing;

/// How long outcomes may gather before they are committed.
const COMMIT_WINDOW: Duration = Duration::from_millis(50);
/// How many outcomes may gather.
const COMMIT_SIZE: usize = 500;
/// How often one record is tried that fails in passing, before it is parked.
const RECORD_TRIES: u32 = 6;
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// How often an idle line looks, even if nobody woke it.
const IDLE_LOOK: Duration = Duration::from_secs(30);

impl Line {
    /// Judges an outcome and keeps it for the next commit.
    pub(super) async fn take(&mut self, done: Done) -> Result<(), EngineError> {
        let Done { change, outcome, at, begun, duration } = done;
        self.out.retain(|(change_ref, ..)| *change_ref != change.change_ref);
        let now = self.engine.clock.now();
        // A call that was out already when the pause began says nothing of what came after.
        let since_pause = self.paused_at.is_none_or(|paused| begun >= paused);
        let well = !matches!(outcome.verdict, Verdict::RetryConnection { .. } | Verdict::StopConnection);
        if well && since_pause {
            self.failures = 0;
            self.paused_until = None;
        }
        let state = match &outcome.verdict {
            Verdict::Accepted => QueuedState::Accepted(self.standing(&change)),
            Verdict::Already => QueuedState::Already(self.standing(&change)),
            Verdict::Refused => QueuedState::Refused,
            Verdict::MissingReference => QueuedState::Parked { reference: true },
            Verdict::Parked => QueuedState::Parked { reference: false },
            Verdict::Retry if change.attempts + 1 >= RECORD_TRIES => QueuedState::Parked { reference: false },
            Verdict::Retry => {
                QueuedState::Again { at: after(now, pause(change.attempts)), tried: true, sent: true }
            }
            Verdict::RetryConnection { after: asked } => {
                let wait = self.pause(*asked, &outcome);
                // Behind the others: one record that makes the server hang does not keep them waiting.
                QueuedState::Again {
                    at: after(now, wait + Duration::from_secs(1)),
                    tried: false,
                    sent: !outcome.had_no_effect,
                }
            }
            Verdict::Queued { .. }
            | Verdict::InProgress
            | Verdict::Smaller { .. }
            | Verdict::InDoubt
            | Verdict::Absent
            | Verdict::StopConnection => QueuedState::Again { at: now, tried: false, sent: false },
        };
        let stop = (outcome.verdict == Verdict::StopConnection)
            .then(|| (outcome.code.clone(), outcome.reason.clone()));
        self.commit_at.get_or_insert(Instant::now() + COMMIT_WINDOW);
        self.outcomes.push(Settled {
            change,
            state,
            at,
            duration_ms: Some(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)),
            code: outcome.code,
            reason: outcome.reason,
        });
        if let Some((code, reason)) = stop {
            self.stop(&code, &reason).await?;
        } else if self.is_paused() {
            self.give_back().await?;
        }
        if self.outcomes.len() >= COMMIT_SIZE {
            self.commit().await?;
        }
        Ok(())
    }

    fn standing(&self, change: &Queued) -> Standing {
        let job = self.engine.config.jobs.get(&change.job);
        let today = job.map_or_else(|| self.engine.clock.now().date_naive(), |job| self.engine.today(job));
        match self.push(change) {
            Some(push) => standing(push, change.kind, &change.after, today),
            None if change.kind == ChangeKind::Remove => Standing::Removed,
            None => Standing::Active,
        }
    }

    /// Pauses the connection: for as long as it asked, or growing. Gives how long.
    fn pause(&mut self, asked: Option<Duration>, outcome: &Outcome) -> Duration {
        if self.is_paused() {
            // Calls that were out together fail together: one outage is one failure.
            let until = asked.map(|asked| Instant::now() + asked);
            self.paused_until = self.paused_until.max(until);
            return asked.unwrap_or_default().max(pause(0));
        }
        let wait = asked
            .unwrap_or_default()
            .max(pause(self.failures))
            .min(LONGEST_PAUSE.max(asked.unwrap_or_default()));
        self.failures += 1;
        self.paused_at = Some(Instant::now());
        self.paused_until = Some(Instant::now() + wait);
        tracing::warn!(
            connection = %self.connection.name,
            code = outcome.code,
            reason = outcome.reason,
            wait_ms = wait.as_millis() as u64,
            "connection paused"
        );
        wait
    }

    /// Stops the connection until its next run, and gives back what it has not sent.
    pub(super) async fn stop(&mut self, code: &str, reason: &str) -> Result<(), EngineError> {
        self.stopped = true;
        self.connector = None;
        tracing::error!(connection = %self.connection.name, code, reason, "connection stopped");
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

    async fn give_back(&mut self) -> Result<(), EngineError> {
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
        self.engine.progress.add_settled(self.outcomes.len() as u64);
        self.outcomes.clear();
        self.engine.settled.notify_waiters();
        Ok(())
    }

    /// When to look again, even if no call ends and nobody wakes the line.
    pub(super) async fn alarm(&self) -> Result<Instant, EngineError> {
        let now = Instant::now();
        let mut alarm = now + IDLE_LOOK;
        alarm = [self.commit_at, self.ready_at].into_iter().flatten().fold(alarm, Instant::min);
        if self.stopped {
            return Ok(alarm);
        }
        if let Some(until) = self.paused_until.filter(|until| *until > now) {
            return Ok(alarm.min(until));
        }
        if self.queue.is_empty() && self.calls.is_empty() && self.outcomes.is_empty() {
            let due = self.engine.store.next_due(&self.connection.name, &self.engine.quiet.now()).await?;
            let wait = due.map(|due| (due - self.engine.clock.now()).to_std().unwrap_or_default());
            alarm = alarm.min(now + wait.unwrap_or(IDLE_LOOK));
        }
        Ok(alarm)
    }

    /// Ends cleanly: what is out is waited for and settled, the rest is given back.
    pub(super) async fn drain(mut self) -> Result<(), EngineError> {
        self.give_back().await?;
        while let Some(done) = self.calls.join_next().await {
            self.take(done.map_err(|error| EngineError::Task(error.to_string()))?).await?;
        }
        self.commit().await
    }
}

/// The pause before the try after `failures` failed ones: growing, with jitter.
fn pause(failures: u32) -> Duration {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_secs(1))
        .with_max_delay(LONGEST_PAUSE)
        .with_jitter()
        .without_max_times()
        .build()
        .nth(failures as usize)
        .unwrap_or(LONGEST_PAUSE)
}

fn after(now: DateTime<Utc>, pause: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(pause).map_or(now, |pause| now + pause)
}
