//! Delivers the outbox of one connection, within its limits and in order, and settles the outcomes many a
//! commit.
//!
//! A line serves one connection alone, so a slow or broken LMS never delays another. It claims changes
//! on disk before it sends them, and no transaction is open while a call is out.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::task::JoinSet;
use tokio::time::sleep_until;
use tokio_util::sync::CancellationToken;

use crate::config::{Connection, Push};
use crate::connectors::{Connector, Item};
use crate::model::{ChangeKind, ConnectionName, FieldName, Outcome, Send, Verdict};
use crate::store::{Queued, Settled};

use super::connect::open_connection;
use super::staging::open_secrets;
use super::{Engine, EngineError};

/// How many changes are claimed at a time.
const CLAIM: u32 = 256;

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
pub(super) struct Done {
    pub(super) change: Queued,
    pub(super) outcome: Outcome,
    pub(super) at: DateTime<Utc>,
    pub(super) begun: Instant,
    pub(super) duration: Duration,
}

pub(super) struct Line {
    pub(super) engine: Arc<Engine>,
    pub(super) connection: Connection,
    pub(super) connector: Option<Arc<dyn Connector>>,
    pub(super) limiter: Option<DefaultDirectRateLimiter>,
    pub(super) queue: VecDeque<Queued>,
    pub(super) calls: JoinSet<Done>,
    /// Push and rank of the calls that are out.
    pub(super) out: Vec<(i64, crate::store::RunRef, crate::store::PushRef, u32)>,
    pub(super) outcomes: Vec<Settled>,
    /// When the outcomes are committed; `None` while there are none.
    pub(super) commit_at: Option<Instant>,
    /// When the rate allows the next call, where it is what keeps us.
    pub(super) ready_at: Option<Instant>,
    /// No call before this time, and only one until it has gone well.
    pub(super) paused_until: Option<Instant>,
    /// When the last pause began.
    pub(super) paused_at: Option<Instant>,
    pub(super) failures: u32,
    pub(super) stopped: bool,
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
        let quiet = self.engine.quiet.now();
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
                    let reason = format!("its secret fields: {error}");
                    let outcome = Outcome::new(Verdict::Parked, "sealed", reason);
                    let at = self.engine.clock.now();
                    self.take(Done { change, outcome, at, begun: Instant::now(), duration: Duration::ZERO })
                        .await?;
                    continue;
                }
            };
            self.out.push((change.change_ref, change.run, change.push, change.rank));
            let at = self.engine.clock.now();
            // Not within the task: one that has yet to run when a pause begins is out already.
            let begun = Instant::now();
            self.calls.spawn(async move {
                let mut outcomes = connector.deliver(std::slice::from_ref(&call)).await;
                let outcome = outcomes.remove(0);
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

    pub(super) fn is_paused(&self) -> bool {
        self.paused_until.is_some_and(|until| until > Instant::now())
    }

    fn call(&self, change: &Queued) -> Result<Item, EngineError> {
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
        Ok(Item {
            operation: change.operation.clone(),
            key: change.key.clone(),
            kind: change.kind,
            resend: false,
            fields,
            secrets,
            registration: None,
        })
    }

    fn is_always_sent(&self, change: &Queued, field: &FieldName) -> bool {
        let mappings = self.push(change).map(|push| push.mapping.fields.as_slice()).unwrap_or_default();
        mappings.iter().any(|mapping| mapping.name() == field && mapping.send == Send::Always)
    }

    /// The push of a change, where its job still has it.
    pub(super) fn push(&self, change: &Queued) -> Option<&Push> {
        let job = self.engine.config.jobs.get(&change.job)?;
        job.pushes.iter().find(|push| push.id == change.push_id)
    }
}
