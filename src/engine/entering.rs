//! What a pull of a run asks for: its questions, one a learner or one for all, and the span of time.

use std::collections::HashSet;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

use crate::config::{Learners, Pull};
use crate::model::{Digest, Fingerprint};
use crate::store::{NewStep, PullRef, RunRecord};

use super::{Engine, EngineError};

/// How many questions are entered at a time.
const BATCH: usize = 400;
/// How far back the first window reaches where the job does not say.
const YEAR: TimeDelta = TimeDelta::days(365);

/// Questions that are being entered; the same learner is asked for once.
pub(super) struct Entering<'a> {
    engine: &'a Engine,
    run: &'a RunRecord,
    pull: PullRef,
    question: Fingerprint,
    seen: HashSet<Fingerprint>,
    batch: Vec<NewStep>,
    /// What is to be known.
    pub(super) notes: Vec<String>,
}

impl Engine {
    /// Enters all questions of a pull of a run. Taking the step again after a crash is harmless.
    pub(super) async fn enter_questions(
        &self,
        run: &RunRecord,
        place: usize,
        pull: &Pull,
        pull_ref: PullRef,
    ) -> Result<(), EngineError> {
        let question = fingerprint(pull, &self.connection(&pull.connection)?.base_url);
        self.store.discard_steps(run.run_ref, pull_ref).await?;
        let mut entering = Entering {
            engine: self,
            run,
            pull: pull_ref,
            question,
            seen: HashSet::new(),
            batch: Vec::new(),
            notes: Vec::new(),
        };
        match &pull.learners {
            Learners::Nobody => entering.add(everybody()).await?,
            Learners::Job(job) => entering.people_of(job, pull).await?,
            Learners::File(path) => entering.people_in(path, pull).await?,
            Learners::These(learners) => entering.these(learners).await?,
        }
        entering.flush().await?;
        if entering.seen.is_empty() {
            entering.notes.push("nobody was asked for: the list of learners is empty".to_owned());
        }
        let notes = entering.notes;
        let windowed = pull.operation.pull.is_some_and(|shape| shape.windowed);
        let window = match windowed {
            true => Some(self.window(run, pull, pull_ref, question).await?),
            false => None,
        };
        self.store.enter_pull(run.run_ref, pull_ref, place as u64, window, &notes).await?;
        Ok(())
    }

    /// The span of time that is asked for: from the end of the last one that was answered in whole, and some days
    /// before it, until the run began.
    async fn window(
        &self,
        run: &RunRecord,
        pull: &Pull,
        pull_ref: PullRef,
        question: Fingerprint,
    ) -> Result<(DateTime<Utc>, DateTime<Utc>), EngineError> {
        let to = run.started_at;
        let since = pull.since.map(|day| day.and_time(NaiveTime::MIN).and_utc());
        let from = match self.store.window_end(pull_ref, question).await? {
            Some(end) => {
                let overlap = TimeDelta::from_std(pull.overlap).unwrap_or(YEAR).min(YEAR);
                // An end in the future is of a clock that was ahead.
                (end.min(to) - overlap).max(since.unwrap_or(DateTime::<Utc>::MIN_UTC))
            }
            None => since.unwrap_or(to - YEAR),
        };
        Ok((from.min(to), to))
    }
}

impl Entering<'_> {
    /// Adds a question, unless the same learner is asked for already.
    pub(super) async fn add(&mut self, step: NewStep) -> Result<(), EngineError> {
        if !self.seen.insert(Digest::new().part(&step.scope).finish()) {
            return Ok(());
        }
        self.batch.push(step);
        if self.batch.len() >= BATCH { self.flush().await } else { Ok(()) }
    }

    async fn flush(&mut self) -> Result<(), EngineError> {
        let batch = std::mem::take(&mut self.batch);
        let (run, now) = (self.run.run_ref, self.run.started_at);
        Ok(self.store().enter_steps(run, self.pull, self.question, &batch, now).await?)
    }

    pub(super) fn engine(&self) -> &Engine {
        self.engine
    }

    pub(super) fn store(&self) -> &crate::store::Store {
        &self.engine.store
    }
}

/// The question for all.
fn everybody() -> NewStep {
    NewStep { scope: String::new(), learner: None, names: Vec::new(), unusable: None }
}

/// What is asked, and where, whoever is asked for: another one begins a new baseline (semantics 27).
pub(super) fn fingerprint(pull: &Pull, base_url: &str) -> Fingerprint {
    let mut digest = Digest::new();
    digest.part(base_url);
    digest.part(pull.operation.name.as_str()).part(pull.parameters.fingerprint().as_bytes());
    digest.finish()
}
