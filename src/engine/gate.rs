//! What waits for a person, and what needs a registration, before a claimed change may go out.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::model::{ChangeState, JobName, Outcome, RowsKind, Verdict};
use crate::store::{Before, Blocker, Queued, RunRef};

use super::EngineError;
use super::deliver::Line;
use super::links::enrolment;

/// How long a record waits until its person is looked for again who is just being delivered.
const SOON_S: i64 = 2;

impl Line {
    /// Keeps back what is about somebody who is not in the LMS yet (semantics 19).
    pub(super) async fn hold_at_gate(&mut self) -> Result<(), EngineError> {
        if self.queue.iter().all(|change| change.extras.person.is_none()) {
            return Ok(());
        }
        let mut groups: BTreeMap<(RunRef, crate::store::PushRef), Vec<Queued>> = BTreeMap::new();
        for change in self.queue.drain(..) {
            groups.entry((change.run, change.push)).or_default().push(change);
        }
        let mut free = Vec::new();
        for ((run, _), changes) in groups {
            let after = changes.first().and_then(|change| self.push(change)).map(|push| push.after.clone());
            let after = after.unwrap_or_default();
            let jobs = &self.engine.config.jobs;
            let is_full =
                |job: &&JobName| jobs.get(*job).is_some_and(|job| job.source.rows == RowsKind::Full);
            let full: Vec<JobName> = after.iter().filter(is_full).cloned().collect();
            let stage = changes.first().map_or(0, |change| change.stage);
            let persons: Vec<_> = changes.iter().filter_map(|change| change.extras.person.as_ref()).collect();
            let blockers = if stage == 0 && after.is_empty() {
                Vec::new()
            } else {
                let before = Before { jobs: &after, full: &full, stage: (run, stage) };
                self.engine.store.blockers(&persons, before).await?
            };
            for change in changes {
                let person = change.extras.person.as_ref();
                match blockers.iter().find(|blocker| Some(&blocker.person) == person) {
                    None => free.push(change),
                    Some(blocker) => self.keep_back(change, blocker).await?,
                }
            }
        }
        free.sort_by_key(|change| (change.stage, change.change_ref));
        self.queue = free.into();
        Ok(())
    }

    async fn keep_back(&mut self, change: Queued, blocker: &Blocker) -> Result<(), EngineError> {
        use ChangeState::{Claimed, Sent, Waiting};
        let state = match blocker.state {
            Waiting | Claimed | Sent if blocker.job == change.job && blocker.stopped.is_none() => {
                // Of the same run: it will be settled in a moment.
                let at = self.engine.clock.now() + TimeDelta::seconds(SOON_S);
                return Ok(self.engine.store.postpone(&change, at).await?);
            }
            Waiting | Claimed | Sent => "waits to be delivered",
            ChangeState::Held => "is held",
            ChangeState::Refused => "was refused by the LMS",
            ChangeState::Parked => "is parked",
            _ => "is in doubt",
        };
        let stopped = blocker.stopped.as_ref().map(|name| format!(", whose connection {name} is stopped"));
        let reason = format!(
            "{} {state} in job {} ({}){}; this goes once that is settled",
            blocker.person,
            blocker.job,
            blocker.push,
            stopped.unwrap_or_default()
        );
        self.settle_unsent(change, Outcome::new(Verdict::Parked, "person", reason)).await
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
