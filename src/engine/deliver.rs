//! Delivers the outbox of one connection, within its limits and in order, and settles the outcomes many a
//! commit.
//!
//! A line serves one connection alone, so a slow or broken LMS never delays another. It claims changes
//! on disk before it sends them, and no transaction is open while a call is out.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use backon::{BackoffBuilder, ExponentialBuilder};
use chrono::{DateTime, TimeDelta, Utc};
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::task::JoinSet;
use tokio::time::sleep_until;
use tokio_util::sync::CancellationToken;

use crate::config::{Connection, Push};
use crate::connectors::{Call, Connector};
use crate::model::{ChangeKind, ConnectionName, FieldName, Outcome, Send, Standing, Verdict};
use crate::store::{Queued, QueuedState, Settled, Stop};

use super::connect::open_connection;
use super::planning::standing;
use super::staging::open_secrets;
use super::{Engine, EngineError};

/// How long outcomes may gather before they are committed.
const COMMIT_WINDOW: Duration = Duration::from_millis(50);
/// How many outcomes may gather.
const COMMIT_SIZE: usize = 500;
/// How many changes are claimed at a time.
const CLAIM: u32 = 256;
/// How often one record is tried that fails in passing, before it is parked.
const RECORD_TRIES: u32 = 6;
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// How often an idle line looks, even if nobody woke it.
const IDLE_LOOK: Duration = Duration::from_secs(30);

impl Engine {
    /// Delivers everything that waits for a connection, until `stop`.
    ///
    /// # Errors
    /// When the database fails; what is under way is then lost to us and repeated after a restart.
    pub async fn deliver(
        self: Arc<Self>,
        name: ConnectionName,
        stop: CancellationToken,
    ) -> Result<(), EngineError> {
        let connection = self.connection(&name)?.clone();
        let Some(woken) = self.queued.get(&name).cloned() else { return Ok(()) };
        let mut line = Line::new(self, connection);
        loop {
            if stop.is_cancelled() {
                return line.drain().await;
            }
            if line.commit_at.is_some_and(|at| at <= Instant::now()) {
                line.commit().await?;
            }
            line.return_quiet().await?;
            line.fill().await?;
            line.start_calls().await?;
            let alarm = line.alarm().await?;
            tokio::select! {
                () = stop.cancelled() => {}
                Some(done) = line.calls.join_next() => {
                    line.take(done.map_err(|error| EngineError::Task(error.to_string()))?).await?;
                }
                () = sleep_until(alarm.into()) => {}
                () = woken.notified() => {}
            }
        }
    }
}

/// A call that has ended.
struct Done {
    change: Queued,
    outcome: Outcome,
    at: DateTime<Utc>,
    begun: Instant,
    duration: Duration,
}

struct Line {
    engine: Arc<Engine>,
    connection: Connection,
    connector: Option<Arc<dyn Connector>>,
    limiter: Option<DefaultDirectRateLimiter>,
    queue: VecDeque<Queued>,
    calls: JoinSet<Done>,
    /// Push and rank of the calls that are out.
    out: Vec<(i64, crate::store::RunRef, crate::store::PushRef, u32)>,
    outcomes: Vec<Settled>,
    /// When the outcomes are committed; `None` while there are none.
    commit_at: Option<Instant>,
    /// When the rate allows the next call, where it is what keeps us.
    ready_at: Option<Instant>,
    /// No call before this time, and only one until it has gone well.
    paused_until: Option<Instant>,
    /// When the last pause began.
    paused_at: Option<Instant>,
    failures: u32,
    stopped: bool,
}

impl Line {
    fn new(engine: Arc<Engine>, connection: Connection) -> Self {
        let limiter = std::num::NonZeroU32::new(connection.requests_per_second).map(|rate| {
            // A burst of one keeps calls evenly apart: "5 a second" is never ten at once.
            RateLimiter::direct(Quota::per_second(rate).allow_burst(std::num::NonZeroU32::MIN))
        });
        Self {
            engine,
            connection,
            connector: None,
            limiter,
            queue: VecDeque::new(),
            calls: JoinSet::new(),
            out: Vec::new(),
            outcomes: Vec::new(),
            commit_at: None,
            ready_at: None,
            paused_until: None,
            paused_at: None,
            failures: 0,
            stopped: false,
        }
    }

    /// Claims more where nothing is at hand.
    async fn fill(&mut self) -> Result<(), EngineError> {
        if !self.queue.is_empty() || self.is_paused() {
            return Ok(());
        }
        if self.calls.is_empty() || self.stopped {
            let stops = self.engine.store.stops().await?;
            self.stopped = stops.iter().any(|stop| stop.connection == self.connection.name);
        }
        if self.stopped {
            return Ok(());
        }
        let now = self.engine.clock.now();
        let quiet: Vec<_> = self.engine.quiet.now().into_iter().collect();
        self.queue = self.engine.store.claim_changes(&self.connection.name, now, CLAIM, &quiet).await?.into();
        if !self.queue.is_empty() && self.connector.is_none() {
            match open_connection(&self.connection) {
                Ok(connector) => self.connector = Some(Arc::from(connector)),
                Err(reason) => self.stop("settings", &reason).await?,
            }
        }
        Ok(())
    }

    /// Gives back what belongs to pushes that are being planned.
    async fn return_quiet(&mut self) -> Result<(), EngineError> {
        let quiet = self.engine.quiet.now();
        if quiet.is_empty() || self.queue.is_empty() {
            return Ok(());
        }
        let (back, kept): (Vec<Queued>, Vec<Queued>) =
            self.queue.drain(..).partition(|change| quiet.contains(&change.push));
        self.queue = kept.into();
        Ok(self.engine.store.unclaim(&back).await?)
    }

    /// Starts as many calls as the limits and the order allow.
    async fn start_calls(&mut self) -> Result<(), EngineError> {
        self.ready_at = None;
        while let Some(connector) = self.connector.clone()
            && !self.is_paused()
            && !self.stopped
            && self.calls.len() < self.allowed_calls()
            && self.front_may_go()
        {
            if let Some(Err(not_yet)) = self.limiter.as_ref().map(DefaultDirectRateLimiter::check) {
                let wait = not_yet.wait_time_from(DefaultClock::default().now());
                self.ready_at = Some(Instant::now() + wait);
                return Ok(());
            }
            let Some(change) = self.queue.pop_front() else { break };
            let call = match self.call(&change) {
                Ok(call) => call,
                Err(error) => {
                    let outcome = Outcome {
                        verdict: Verdict::Parked,
                        code: "sealed".to_owned(),
                        reason: format!("its secret fields: {error}"),
                    };
                    let at = self.engine.clock.now();
                    self.take(Done { change, outcome, at, begun: Instant::now(), duration: Duration::ZERO })
                        .await?;
                    continue;
                }
            };
            self.out.push((change.change_ref, change.run, change.push, change.rank));
            let at = self.engine.clock.now();
            self.calls.spawn(async move {
                let begun = Instant::now();
                let outcome = connector.deliver(&call).await;
                Done { change, outcome, at, begun, duration: begun.elapsed() }
            });
        }
        Ok(())
    }

    /// After a failure of the connection, one call alone tells whether it is well again.
    fn allowed_calls(&self) -> usize {
        if self.failures > 0 { 1 } else { self.connection.concurrency }
    }

    /// Managers go before those they manage: no call of a higher rank while one of a lower is out.
    fn front_may_go(&self) -> bool {
        self.queue.front().is_some_and(|next| {
            !self
                .out
                .iter()
                .any(|(_, run, push, rank)| *run == next.run && *push == next.push && *rank < next.rank)
        })
    }

    fn is_paused(&self) -> bool {
        self.paused_until.is_some_and(|until| until > Instant::now())
    }

    fn call(&self, change: &Queued) -> Result<Call, EngineError> {
        let mut secrets = match &change.sealed {
            Some(sealed) => open_secrets(self.engine.sealer()?, change.key.as_str(), sealed)?,
            None => Vec::new(),
        };
        let mut fields = change.sent.overlaid(&change.extras.always);
        if change.kind == ChangeKind::Create && change.acknowledged {
            // An earlier run's create was under way while this one was planned: the record is there now, and
            // no password is reset (semantics 13).
            secrets.retain(|(field, _)| self.is_always_sent(change, field));
        } else {
            fields = fields.overlaid(&change.extras.create);
        }
        Ok(Call { operation: change.operation.clone(), key: change.key.clone(), fields, secrets })
    }

    fn is_always_sent(&self, change: &Queued, field: &FieldName) -> bool {
        let mappings = self.push(change).map(|push| push.mapping.fields.as_slice()).unwrap_or_default();
        mappings.iter().any(|mapping| mapping.name() == field && mapping.send == Send::Always)
    }

    /// The push of a change, where its job still has it.
    fn push(&self, change: &Queued) -> Option<&Push> {
        let job = self.engine.config.jobs.get(&change.job)?;
        job.pushes.iter().find(|push| push.id == change.push_id)
    }

    /// Judges an outcome and keeps it for the next commit.
    async fn take(&mut self, done: Done) -> Result<(), EngineError> {
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
                QueuedState::Again { at: after(now, wait + Duration::from_secs(1)), tried: false, sent: !outcome.had_no_effect() }
            }
            Verdict::StopConnection => QueuedState::Again { at: now, tried: false, sent: false },
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
    async fn stop(&mut self, code: &str, reason: &str) -> Result<(), EngineError> {
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

    async fn commit(&mut self) -> Result<(), EngineError> {
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
    async fn alarm(&self) -> Result<Instant, EngineError> {
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
            let due = self.engine.store.next_due(&self.connection.name).await?;
            let wait = due.map(|due| (due - self.engine.clock.now()).to_std().unwrap_or_default());
            alarm = alarm.min(now + wait.unwrap_or(IDLE_LOOK));
        }
        Ok(alarm)
    }

    /// Ends cleanly: what is out is waited for and settled, the rest is given back.
    async fn drain(mut self) -> Result<(), EngineError> {
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
