//! What waits for a person, and what needs a registration, before a claimed change may go out.

use std::collections::BTreeMap;

use crate::model::{ChangeState, JobName, Key, Outcome, RowsKind, Verdict};
use crate::store::{Before, Blocker, PushRef, Queued, QueuedState, Settled};

use super::EngineError;
use super::deliver::Line;
use super::links::enrolment;

/// The code of what is put aside until its person is in the LMS.
const PERSON: &str = "person";

impl Line {
    /// Keeps back what is about somebody who is not in the LMS yet (semantics 19).
    pub(super) async fn hold_at_gate(&mut self) -> Result<(), EngineError> {
        if self.queue.iter().all(|change| change.extras.person.is_none()) {
            return Ok(());
        }
        let claimed: Vec<Queued> = self.queue.drain(..).collect();
        for (change, blocker) in self.blocked(claimed).await? {
            match blocker {
                None => self.queue.push_back(change),
                Some(blocker) => {
                    let outcome = Outcome::new(Verdict::Parked, PERSON, kept_back(&blocker));
                    self.settle_unsent(change, outcome).await?;
                }
            }
        }
        self.queue.make_contiguous().sort_by_key(|change| (change.stage, change.change_ref));
        Ok(())
    }

    /// Each change with what keeps it back, if anything does.
    async fn blocked(&self, changes: Vec<Queued>) -> Result<Vec<(Queued, Option<Blocker>)>, EngineError> {
        let mut groups: BTreeMap<PushRef, Vec<Queued>> = BTreeMap::new();
        for change in changes {
            groups.entry(change.push).or_default().push(change);
        }
        let jobs = &self.engine.config.jobs;
        let mut judged = Vec::new();
        for changes in groups.into_values() {
            let Some(first) = changes.first() else { continue };
            let after = self.push(first).map(|push| push.after.as_slice()).unwrap_or_default();
            let is_full =
                |job: &&JobName| jobs.get(*job).is_some_and(|job| job.source.rows == RowsKind::Full);
            let full: Vec<JobName> = after.iter().chain([&first.job]).filter(is_full).cloned().collect();
            let persons: Vec<_> = changes.iter().filter_map(|change| change.extras.person.as_ref()).collect();
            let blockers = if first.stage == 0 && after.is_empty() {
                Vec::new()
            } else {
                let before = Before { jobs: after, full: &full, stage: (&first.job, first.stage) };
                self.engine.store.blockers(&persons, before).await?
            };
            judged.extend(changes.into_iter().map(|change| {
                let person = change.extras.person.as_ref();
                let blocker = blockers.iter().find(|blocker| Some(&blocker.person) == person).cloned();
                (change, blocker)
            }));
        }
        Ok(judged)
    }

    /// After a commit: people whom the LMS has now keep nobody back any more; and what was put aside for
    /// somebody who was just being settled is looked at once more.
    pub(super) async fn let_through(&self, settled: &[Settled]) -> Result<(), EngineError> {
        let mut persons: Vec<Key> = Vec::new();
        let mut aside = Vec::new();
        for Settled { change, state, code, .. } in settled {
            let Some(person) = &change.extras.person else { continue };
            match state {
                QueuedState::Accepted(_) | QueuedState::Already(_) if change.stage == 0 => {
                    persons.push(person.clone());
                }
                QueuedState::Parked { .. } if code == PERSON => aside.push(change.clone()),
                _ => {}
            }
        }
        for (change, blocker) in self.blocked(aside).await? {
            persons.extend(change.extras.person.filter(|_| blocker.is_none()));
        }
        if persons.is_empty() || !self.engine.config.waits_for_people() {
            return Ok(());
        }
        if self.engine.store.resume_persons(&persons.iter().collect::<Vec<_>>()).await? > 0 {
            self.engine.wake_all();
        }
        Ok(())
    }

    /// Gives each claimed record that has one its lasting registration, made now where there is none.
    pub(super) async fn register(&mut self) -> Result<(), EngineError> {
        self.registrations.clear();
        let mut wanted = Vec::new();
        let mut changes = Vec::new();
        for change in &self.queue {
            let Some(push) = self.push(change).filter(|push| push.operation.registers.is_some()) else {
                continue;
            };
            let fields = change.sent.overlaid(&change.extras.always).overlaid(&change.extras.create);
            wanted.push((enrolment(push, &change.key, &fields), uuid::Uuid::new_v4().to_string()));
            changes.push(change.change_ref);
        }
        if !wanted.is_empty() {
            let now = self.engine.clock.now();
            let found = self.engine.store.registrations(&self.connection.name, &wanted, now).await?;
            self.registrations.extend(changes.into_iter().zip(found));
        }
        Ok(())
    }
}

/// Why a record is kept back, and until when.
fn kept_back(blocker: &Blocker) -> String {
    let state = match blocker.state {
        ChangeState::Waiting | ChangeState::Claimed | ChangeState::Sent => "waits to be delivered",
        ChangeState::Held => "is held",
        ChangeState::Refused => "was refused by the LMS",
        ChangeState::Parked => "is parked",
        _ => "is in doubt",
    };
    let stopped = blocker.stopped.as_ref().map(|name| format!(", whose connection {name} is stopped"));
    format!(
        "{} {state} in job {} ({}){}; this goes once that is settled",
        blocker.person,
        blocker.job,
        blocker.push,
        stopped.unwrap_or_default()
    )
}
