//! Delivers the outbox of one connection, within its limits and in order, and settles the outcomes many a
//! commit.
//!
//! A line serves one connection alone, so a slow or broken LMS never delays another. It claims changes
//! on disk before it sends them, and no transaction is open while a call is out.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::task::JoinSet;
use tokio::time::sleep_until;
use tokio_util::sync::CancellationToken;

use crate::config::{Connection, Push};
use crate::connectors::Connector;
use crate::model::{ConnectionName, Operation, OperationName, Outcome};
use crate::store::{Look, PushRef, Queued, RunRef, Settled};

use super::connect::open_connection;
use super::limits::{Limits, Permit, PermitFuture};
use super::{Engine, EngineError};

/// How many changes are claimed at a time.
const CLAIM: u32 = 256;

impl Engine {
    /// Delivers everything that waits for a connection, until `stop`.
    ///
    /// # Errors
    /// When the database fails; what is under way is then lost to us, and after a restart it is repeated or
    /// in doubt.
    pub async fn deliver(
        self: Arc<Self>,
        name: ConnectionName,
        stop: CancellationToken,
    ) -> Result<(), EngineError> {
        let connection = self.connection(&name)?.clone();
        let Some(woken) = self.queued.get(&name).cloned() else { return Ok(()) };
        let limits = self.limits(&name)?;
        let mut line = Line::new(self, connection, limits);
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
                permit = granted(&mut line.wanted) => line.spare = Some(permit),
            }
        }
    }
}

/// What a call was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// Records were sent: one outcome each.
    Deliver,
    /// A task was asked for: one outcome for all its records.
    Follow,
    /// A record in doubt was read back.
    ReadBack,
    /// An accepted record was looked up; whether it was asked for before.
    LookUp {
        /// Whether it was.
        again: bool,
    },
    /// Something harmless was asked, to learn whether the connection is well again.
    Probe,
}

/// An accepted record to be looked up, and whether it was asked for before.
type Lookup = (Queued, bool);

/// A call that has ended.
pub(super) struct Done {
    pub(super) work: Work,
    pub(super) changes: Vec<Queued>,
    pub(super) outcomes: Vec<Outcome>,
    pub(super) at: DateTime<Utc>,
    pub(super) begun: Instant,
    pub(super) duration: Duration,
}

/// A change that is out.
pub(super) struct Out {
    pub(super) change_ref: i64,
    pub(super) run: RunRef,
    pub(super) push: PushRef,
    pub(super) rank: u32,
}

pub(super) struct Line {
    pub(super) engine: Arc<Engine>,
    pub(super) connection: Connection,
    pub(super) connector: Option<Arc<dyn Connector>>,
    pub(super) limits: Arc<Limits>,
    /// The leave for the next call that is waited for, and the one that came.
    pub(super) wanted: Option<PermitFuture>,
    pub(super) spare: Option<Permit>,
    /// Whether the limits are what keeps us.
    pub(super) limited: bool,
    pub(super) queue: VecDeque<Queued>,
    /// Records that may be repeated and whose call was lost: the LMS is asked for them before they are sent
    /// again. Where Rollbook is started anew in between they are sent unasked.
    pub(super) ask_first: HashSet<i64>,
    /// What is to be asked once more.
    pub(super) looks: VecDeque<Look>,
    /// Whether a look goes before the next delivery.
    pub(super) looks_turn: bool,
    /// The changes of those, until what was learnt is committed.
    pub(super) looking: HashSet<i64>,
    /// Accepted records that are to be looked up once nothing is at hand to be delivered, and those that are
    /// under way with them.
    pub(super) lookups: VecDeque<Lookup>,
    pub(super) looking_up: HashSet<i64>,
    /// Records that go in smaller calls: the most of theirs.
    pub(super) most: HashMap<i64, u32>,
    pub(super) registrations: HashMap<i64, String>,
    pub(super) calls: JoinSet<Done>,
    pub(super) out: Vec<Out>,
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
    /// No look before this time, and how many have failed in passing since one was answered.
    pub(super) looks_paused_until: Option<Instant>,
    pub(super) look_failures: u32,
    /// Whether something harmless was answered since the last failure.
    pub(super) probed: bool,
    pub(super) stopped: bool,
}

impl Line {
    fn new(engine: Arc<Engine>, connection: Connection, limits: Arc<Limits>) -> Self {
        Self {
            engine,
            connection,
            connector: None,
            limits,
            wanted: None,
            spare: None,
            limited: false,
            queue: VecDeque::new(),
            ask_first: HashSet::new(),
            looks: VecDeque::new(),
            looks_turn: true,
            looking: HashSet::new(),
            lookups: VecDeque::new(),
            looking_up: HashSet::new(),
            most: HashMap::new(),
            registrations: HashMap::new(),
            calls: JoinSet::new(),
            out: Vec::new(),
            outcomes: Vec::new(),
            commit_at: None,
            ready_at: None,
            paused_until: None,
            paused_at: None,
            failures: 0,
            looks_paused_until: None,
            look_failures: 0,
            probed: false,
            stopped: false,
        }
    }

    /// Claims more where nothing is at hand.
    async fn fill(&mut self) -> Result<(), EngineError> {
        let asks = self.asks() && self.looking.is_empty() && !self.looks_are_paused();
        if self.is_paused() || !(self.queue.is_empty() || asks) {
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
        if asks {
            self.looks = self.engine.store.due_looks(&self.connection.name, now).await?.into();
            self.looking = self.looks.iter().flat_map(changes_of).map(|change| change.change_ref).collect();
        }
        if self.queue.is_empty() {
            let quiet = self.engine.quiet.now();
            let claimed = self.engine.store.claim_changes(&self.connection.name, now, CLAIM, &quiet).await?;
            self.queue = claimed.into();
            self.hold_at_gate().await?;
            self.register().await?;
        }
        let asks = self.asks() && self.looking_up.is_empty() && !self.looks_are_paused();
        if self.queue.is_empty() && asks {
            self.lookups = self.engine.store.due_lookups(&self.connection.name, now).await?.into();
            self.looking_up = self.lookups.iter().map(|(change, _)| change.change_ref).collect();
        }
        let idle = self.queue.is_empty() && self.looks.is_empty() && self.lookups.is_empty();
        if !idle && self.connector.is_none() {
            match open_connection(&self.connection, &self.engine.files.processing()) {
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

    /// Whether anything can be asked of this product once more.
    pub(super) fn asks(&self) -> bool {
        self.connection.operations.iter().any(|operation| operation.reads_back || !operation.follow.is_zero())
    }

    /// Leave to make a call now; if there is none, it is waited for.
    pub(super) fn permit(&mut self) -> Option<Permit> {
        let queues = self.wanted.is_some();
        let permit = self.spare.take().or_else(|| self.limits.permit_now().filter(|_| !queues));
        let Some(permit) = permit else {
            self.limited = true;
            self.wanted.get_or_insert_with(|| self.limits.permit());
            return None;
        };
        let Err(wait) = self.limits.rate_now() else { return Some(permit) };
        self.limited = true;
        self.ready_at = Some(Instant::now() + wait);
        self.spare = Some(permit);
        None
    }

    /// How many calls may be out. After a failure of the connection, one call alone tells whether it is
    /// well again.
    pub(super) fn allowed_calls(&self) -> usize {
        let products = self.connection.operations.iter().filter_map(|operation| operation.concurrency).min();
        match self.failures {
            0 => self.connection.concurrency.min(products.unwrap_or(usize::MAX)),
            _ => 1,
        }
    }

    /// The operation of that name, as this connection has it.
    pub(super) fn operation(&self, name: &OperationName) -> Option<&Operation> {
        self.connection.operations.iter().find(|operation| operation.name == *name)
    }

    /// The push of a change, where its job still has it.
    pub(super) fn push(&self, change: &Queued) -> Option<&Push> {
        let job = self.engine.config.jobs.get(&change.job)?;
        job.pushes.iter().find(|push| push.id == change.push_id)
    }
}

/// The leave for a call, once it comes.
async fn granted(wanted: &mut Option<PermitFuture>) -> Permit {
    match wanted {
        Some(permit) => {
            let permit = permit.await;
            *wanted = None;
            permit
        }
        None => std::future::pending().await,
    }
}

fn changes_of(look: &Look) -> &[Queued] {
    match look {
        Look::Task { changes, .. } => changes,
        Look::Record(change) => std::slice::from_ref(change),
    }
}
