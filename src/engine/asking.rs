//! Asks the questions of one pull of a run: within the limits of the connection, each again as long as that
//! may help, and never in the middle of a fold.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::config::Pull;
use crate::connectors::{Answer, Connector, Question};
use crate::model::{Outcome, PullShape};
use crate::store::{PullRef, PullStep, RunRecord};

use super::connect::open_connection;
use super::limits::Limits;
use super::remembering::{Folded, Staged, stage};
use super::verdicts::{Fate, Trouble};
use super::{Engine, EngineError};

/// How many questions are fetched at a time.
const PAGE: u32 = 256;
/// How long a call that is out is waited for once the process is to end.
const GRACE: Duration = Duration::from_secs(5);

/// One pull of a run, while its questions are asked.
pub(super) struct Asking {
    pub(super) engine: Arc<Engine>,
    pub(super) run: RunRecord,
    pub(super) pull: Pull,
    pub(super) pull_ref: PullRef,
    pub(super) shape: PullShape,
    pub(super) window: Option<(DateTime<Utc>, DateTime<Utc>)>,
    connector: Box<dyn Connector>,
    limits: Arc<Limits>,
    /// The process ends.
    stop: CancellationToken,
    /// Nothing more is asked.
    halt: CancellationToken,
    deadline: Instant,
    /// Whether the run had no time left when it was begun, or taken up.
    pub(super) late: bool,
    pub(super) trouble: Mutex<Trouble>,
    /// How many questions in a row came to nothing though each was answered somehow.
    pub(super) spoilt: AtomicU32,
}

/// What a question came to.
pub(super) enum End {
    /// It is over, one way or the other.
    Over,
    /// It stays open: the process ends, or nothing more is asked.
    Stopped,
    /// It stays open, and neither it nor any other is to be asked any more, for this reason, with its code.
    Halt(String, String),
}

/// What a call came to.
enum Call {
    Answer(Staged, Answer),
    Failed(Outcome),
    Interrupted(End),
}

impl Asking {
    /// Begins to ask.
    ///
    /// # Errors
    /// Why nobody can be asked, in words.
    pub(super) fn begin(
        engine: &Arc<Engine>,
        run: &RunRecord,
        pull: &Pull,
        pull_ref: PullRef,
        window: Option<(DateTime<Utc>, DateTime<Utc>)>,
        stop: &CancellationToken,
    ) -> Result<Arc<Self>, String> {
        let connection = engine.connection(&pull.connection).map_err(|error| error.to_string())?;
        let limits = engine.limits(&pull.connection).map_err(|error| error.to_string())?;
        let shape = pull.operation.pull.ok_or_else(|| format!("{} pulls nothing", pull.operation.name))?;
        let left = (run.deadline_at - engine.clock.now()).to_std().unwrap_or_default();
        Ok(Arc::new(Self {
            engine: Arc::clone(engine),
            run: run.clone(),
            pull: pull.clone(),
            pull_ref,
            shape,
            window,
            connector: open_connection(connection, &engine.files.processing())?,
            limits,
            stop: stop.clone(),
            halt: CancellationToken::new(),
            deadline: Instant::now() + left,
            late: left.is_zero(),
            trouble: Mutex::default(),
            spoilt: AtomicU32::new(0),
        }))
    }

    /// Asks all open questions. `false` where the process ends before.
    pub(super) async fn ask_all(self: &Arc<Self>) -> Result<bool, EngineError> {
        let (mut tasks, mut queue, mut after) = (JoinSet::new(), VecDeque::new(), None);
        let mut halted: Option<(String, String)> = None;
        let (mut stopped, mut failed) = (false, None);
        let most = self.engine.connection(&self.pull.connection)?.concurrency.max(1);
        loop {
            while tasks.len() < most && !self.halt.is_cancelled() && !self.stop.is_cancelled() {
                if queue.is_empty() {
                    let store = &self.engine.store;
                    queue = store.open_steps(self.run.run_ref, self.pull_ref, after, PAGE).await?.into();
                }
                let Some(step) = queue.pop_front() else { break };
                after = Some(step.turn);
                let own = Arc::clone(self);
                tasks.spawn(async move { own.ask(step).await });
            }
            let Some(joined) = tasks.join_next().await else { break };
            match joined.map_err(|panic| EngineError::Task(panic.to_string())).flatten() {
                Ok(End::Over) => self.engine.progress.add_answered(1),
                Ok(End::Stopped) => stopped = true,
                Ok(End::Halt(code, reason)) => {
                    halted.get_or_insert((code, reason));
                    self.halt.cancel();
                }
                Err(error) => {
                    failed.get_or_insert(error);
                    self.halt.cancel();
                }
            }
        }
        match (failed, halted) {
            (Some(error), _) => Err(error),
            (None, Some((code, reason))) => {
                let now = self.engine.clock.now();
                let store = &self.engine.store;
                let failed =
                    store.fail_open_steps(self.run.run_ref, self.pull_ref, (&code, &reason), now).await?;
                // The LMS's own words may name somebody: the report has them, the log has not.
                tracing::error!(
                    job = %self.run.job, run = %self.run.run, pull = %self.pull.id, code, questions = failed,
                    "nothing more is asked; the report says why"
                );
                self.engine.progress.add_answered(failed);
                Ok(true)
            }
            (None, None) => Ok(!stopped && !self.stop.is_cancelled()),
        }
    }

    /// Asks one question to its end, call by call.
    async fn ask(&self, mut step: PullStep) -> Result<End, EngineError> {
        let mut tries = 0;
        loop {
            let (staged, answer) = match self.call(&step).await? {
                Call::Answer(staged, answer) => (staged, answer),
                Call::Interrupted(end) => return Ok(end),
                Call::Failed(outcome) => match self.judge(&outcome, &mut tries) {
                    Fate::Again(None) => continue,
                    Fate::Again(Some(pause)) => {
                        match self.unless_interrupted(Duration::ZERO, tokio::time::sleep(pause)).await {
                            Ok(()) => continue,
                            Err(end) => return Ok(end),
                        }
                    }
                    Fate::Halt(reason) => return Ok(End::Halt(outcome.code, reason)),
                    Fate::Failed(reason) => return self.fail(&step, &outcome.code, &reason).await,
                },
            };
            self.answered();
            tries = 0;
            if answer.next.is_some() && answer.next == step.cursor {
                let reason = "the answer says that it goes on where it began";
                return self.fail(&step, "cursor", reason).await;
            }
            match self.remember(&mut step, staged, answer, &[&self.stop, &self.halt]).await? {
                Folded::Over => return Ok(End::Over),
                Folded::Stopped => return Ok(End::Stopped),
                Folded::More => {}
            }
        }
    }

    async fn fail(&self, step: &PullStep, code: &str, reason: &str) -> Result<End, EngineError> {
        let (store, now) = (&self.engine.store, self.engine.clock.now());
        store.fail_step(self.run.run_ref, self.pull_ref, step.place, (code, reason), now).await?;
        Ok(End::Over)
    }

    /// Makes one call, once the limits and the state of the connection allow it.
    async fn call(&self, step: &PullStep) -> Result<Call, EngineError> {
        if self.stop.is_cancelled() {
            return Ok(Call::Interrupted(End::Stopped));
        }
        if self.deadline <= Instant::now() {
            return Ok(Call::Interrupted(self.too_late()));
        }
        // Others may find out meanwhile that the connection is to be left alone.
        let leave = async {
            loop {
                self.calm().await;
                let permit = self.limits.permit().await;
                if !self.is_troubled() {
                    self.limits.rate().await;
                    return permit;
                }
            }
        };
        let permit = match self.unless_interrupted(Duration::ZERO, leave).await {
            Ok(permit) => permit,
            Err(end) => return Ok(Call::Interrupted(end)),
        };
        if let Some(most) = self.shape.daily_calls {
            let now = self.engine.clock.now();
            if !self.engine.store.count_call(&self.pull.connection, most, now).await? {
                return Ok(Call::Interrupted(used_up(most, now)));
            }
        }
        let question = Question {
            operation: self.pull.operation.name.clone(),
            parameters: self.pull.parameters.clone(),
            learner: step.learner.clone(),
            window: self.window,
            cursor: step.cursor.clone(),
        };
        let (sender, receiver) = mpsc::channel(4);
        let folder = self.engine.files.processing();
        let shape = self.shape;
        let staging = tokio::task::spawn_blocking(move || stage(receiver, &shape, &folder));
        let answered = self.unless_interrupted(GRACE, self.connector.pull(&question, sender)).await;
        drop(permit);
        let staged = staging.await.map_err(|error| EngineError::Task(error.to_string()))??;
        Ok(match answered {
            Ok(Ok(answer)) => Call::Answer(staged, answer),
            Ok(Err(outcome)) => Call::Failed(outcome),
            Err(end) => Call::Interrupted(end),
        })
    }

    /// What `work` gives, unless the pull ends before, or the process has to and `grace` is over.
    async fn unless_interrupted<T>(&self, grace: Duration, work: impl Future<Output = T>) -> Result<T, End> {
        let stopped = async {
            self.stop.cancelled().await;
            tokio::time::sleep(grace).await;
        };
        tokio::select! {
            biased;
            () = self.halt.cancelled() => Err(End::Stopped),
            done = work => Ok(done),
            () = stopped => Err(End::Stopped),
            () = tokio::time::sleep_until(self.deadline) => Err(self.too_late()),
        }
    }

    pub(super) fn troubled(&self) -> std::sync::MutexGuard<'_, Trouble> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the vendor allows in a day is used up.
fn used_up(most: u32, now: DateTime<Utc>) -> End {
    let tomorrow = (now + chrono::TimeDelta::days(1)).format("%Y-%m-%d 00:00 UTC");
    let reason = format!(
        "the {most} calls that the vendor allows in a day (`calls_per_day` of the connection) are used up; the first \
         run after {tomorrow} asks again, and one before that can't"
    );
    End::Halt("quota".to_owned(), reason)
}

#[cfg(test)]
#[path = "asking_tests.rs"]
mod tests;
