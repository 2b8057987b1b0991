//! When a line pauses, and when it looks again.

use std::time::{Duration, Instant};

use backon::{BackoffBuilder, ExponentialBuilder};
use chrono::{DateTime, TimeDelta, Utc};

use crate::model::{Outcome, Verdict};

use super::EngineError;
use super::deliver::Line;

/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// How long at most a lost call that may be repeated is given to come to its end, before the LMS is asked for it.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often an idle line looks, even if nobody woke it.
const IDLE_LOOK: Duration = Duration::from_secs(30);
/// How soon it looks at the soonest.
const SHORT_LOOK: Duration = Duration::from_millis(100);

impl Line {
    pub(super) fn is_paused(&self) -> bool {
        self.paused_until.is_some_and(|until| until > Instant::now())
    }

    pub(super) fn looks_are_paused(&self) -> bool {
        self.looks_paused_until.is_some_and(|until| until > Instant::now())
    }

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

    /// Pauses the looks, and nothing else, where one could not be answered in passing: for as long as the LMS
    /// asked, or growing. Gives how long.
    pub(super) fn pause_looks(&mut self, outcome: &Outcome) -> Duration {
        let asked = match &outcome.verdict {
            Verdict::RetryConnection { after } => after.unwrap_or_default(),
            Verdict::Retry => Duration::ZERO,
            _ => {
                self.look_failures = 0;
                return Duration::ZERO;
            }
        };
        let wait = asked.max(pause(self.look_failures));
        if !self.looks_are_paused() {
            // Looks that were out together fail together.
            self.look_failures += 1;
            tracing::warn!(
                connection = %self.connection.name,
                code = outcome.code,
                wait_ms = wait.as_millis() as u64,
                "questions paused"
            );
        }
        self.looks_paused_until = self.looks_paused_until.max(Some(Instant::now() + wait));
        wait
    }

    /// How long a lost call is left alone before the LMS is asked for it: a question too early would only
    /// bring about one call too many, and the next export does not wait for ever.
    pub(super) fn patience(&self, pause: Duration) -> Duration {
        self.connection.timeout.min(PATIENCE).max(pause)
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
        if let Some(until) = self.looks_paused_until.filter(|until| *until > now) {
            alarm = alarm.min(until);
        } else if self.asks() {
            let idle = self.queue.is_empty() && self.looking_up.is_empty();
            let look =
                if self.looking.is_empty() { store.next_look(&self.connection.name).await? } else { None };
            let lookup = if idle { store.next_lookup(&self.connection.name).await? } else { None };
            due = due.into_iter().chain(look).chain(lookup).min();
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
