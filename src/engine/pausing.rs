//! When a line pauses, and when it looks again.

use std::time::{Duration, Instant};

use backon::{BackoffBuilder, ExponentialBuilder};
use chrono::{DateTime, TimeDelta, Utc};

use crate::model::Outcome;

use super::EngineError;
use super::deliver::Line;

/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// How often an idle line looks, even if nobody woke it.
const IDLE_LOOK: Duration = Duration::from_secs(30);
/// How soon it looks at the soonest.
const SHORT_LOOK: Duration = Duration::from_millis(100);

impl Line {
    /// Pauses the connection: for as long as it asked, or growing. Gives how long.
    pub(super) fn pause(&mut self, asked: Option<Duration>, outcome: &Outcome) -> Duration {
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
            wait_ms = wait.as_millis() as u64,
            "connection paused"
        );
        wait
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
        let store = &self.engine.store;
        let mut due = None;
        if self.queue.is_empty() && self.calls.is_empty() && self.outcomes.is_empty() {
            due = store.next_due(&self.connection.name, &self.engine.quiet.now()).await?;
        }
        if self.asks() && self.looking.is_empty() {
            let look = store.next_look(&self.connection.name).await?;
            due = due.into_iter().chain(look).min();
        }
        // What is due and was not claimed just now waits for something else: a call of the same record, or
        // people who go before it.
        let wait =
            due.map(|due| (due - self.engine.clock.now()).to_std().unwrap_or_default().max(SHORT_LOOK));
        Ok(alarm.min(now + wait.unwrap_or(IDLE_LOOK)))
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
pub(super) fn pause(failures: u32) -> Duration {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_secs(1))
        .with_max_delay(LONGEST_PAUSE)
        .with_jitter()
        .without_max_times()
        .build()
        .nth(failures as usize)
        .unwrap_or(LONGEST_PAUSE)
}

/// That time after now.
pub(super) fn after(now: DateTime<Utc>, pause: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(pause).map_or(now, |pause| now + pause)
}
