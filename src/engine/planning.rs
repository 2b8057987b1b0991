//! Plans a run: every push of a job over one reading of the export.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::config::{Job, Push};
use crate::model::{ChangeKind, Fields, FirstLoad, OnChange, OperationKind, RowsKind, Standing};
use crate::plan::{Corrections, Load, Order};
use crate::store::{PlannedPush, PushRef, PushState, Spool, SpooledSummary};

use super::reading::Export;
use super::staging::Staged;
use super::walking::Planner;
use super::{Engine, EngineError};

/// A plan that is ready to be shown or committed.
#[derive(Debug)]
pub struct Plan {
    /// What was read.
    pub summary: SpooledSummary,
    /// Each push, in the order of the job file.
    pub pushes: Vec<PlannedPush>,
    /// Changes and rejects.
    pub spool: Spool,
}

impl Engine {
    /// Reads an export and plans every push of a job. Nothing is stored but in the spool;
    /// only the pushes themselves are entered where `record` is set.
    ///
    /// # Errors
    /// When the file can't be used as a whole, or the disk or the database fails.
    pub(super) async fn plan_export(
        &self,
        job: &Job,
        export: &Export,
        run: &str,
        record: bool,
    ) -> Result<Plan, EngineError> {
        let staged = self.stage(job, export, run).await?;
        let today = self.today(job);
        let mut pushes = Vec::with_capacity(job.pushes.len());
        let mut late = BTreeSet::new();
        let mut next_seq = 0;
        for (number, push) in job.pushes.iter().enumerate() {
            let state = self.push_state(job, push, record).await?;
            let mut planner = Planner {
                engine: self,
                push,
                number,
                staged: &staged,
                load: load(push, &staged, &state),
                on_change: on_change(push),
                today,
                tally: staged.tallies.get(number).copied().unwrap_or_default(),
                corrections: Corrections::default(),
                doubtful: 0,
                order: Order::default(),
                seq: next_seq,
                first_seq: next_seq,
                changes: Vec::new(),
                rejects: Vec::new(),
                withdrawn: Vec::new(),
                marks: Vec::new(),
                vanished: Vec::new(),
                late_rejects: BTreeSet::new(),
            };
            planner.walk(&state).await?;
            pushes.push(planner.conclude(&state).await?);
            next_seq = planner.seq;
            late.append(&mut planner.late_rejects);
        }
        self.keep_cells(job, export, run, &staged.spool, late).await?;
        Ok(Plan { summary: staged.summary, pushes, spool: staged.spool })
    }

    /// The day on which dates are judged: in the job's time zone.
    pub(super) fn today(&self, job: &Job) -> NaiveDate {
        let now = self.clock.now();
        job.schedule.timezone.map_or_else(|| now.date_naive(), |zone| now.with_timezone(&zone).date_naive())
    }

    async fn push_state(&self, job: &Job, push: &Push, record: bool) -> Result<PushState, EngineError> {
        let found = if record {
            Some(self.store.push(&job.name, &push.id, &push.connection, &push.operation.name).await?)
        } else {
            self.store.find_push(&job.name, &push.id, &push.connection, &push.operation.name).await?
        };
        Ok(match found {
            Some(found) => self.store.push_state(found).await?,
            None => PushState { push: PushRef::NONE, loaded: false, active: 0, recent_removals: Vec::new() },
        })
    }
}

/// Whether this is the first load. Corrections that come before one that was carried out are held: only a
/// whole export can say who is there.
fn load(push: &Push, staged: &Staged, state: &PushState) -> Load {
    match (push.policy.rows, staged.summary.correction) {
        (RowsKind::Full, _) if state.loaded => Load::Later,
        // Links reach nobody, so there is nothing to ask first.
        (RowsKind::Full, false) if push.operation.kind == OperationKind::Links => {
            Load::First(push.policy.first_load.or(Some(FirstLoad::Create)))
        }
        (RowsKind::Full, false) => Load::First(push.policy.first_load),
        (RowsKind::Full, true) => Load::First(None),
        (RowsKind::Delta, _) => Load::Later,
    }
}

/// What a corrected row does: somebody's data and links are there to be kept up to date.
fn on_change(push: &Push) -> OnChange {
    match push.operation.kind {
        OperationKind::PushUsers | OperationKind::Links | OperationKind::Pull => OnChange::Send,
        OperationKind::PushAssignments | OperationKind::PushCompletions => push.policy.on_change,
    }
}

/// The standing of a record once the LMS has accepted these values.
pub(super) fn standing(push: &Push, kind: ChangeKind, after: &Fields, today: NaiveDate) -> Standing {
    if kind == ChangeKind::Remove {
        Standing::Removed
    } else if push.policy.roles.inactive(after, today) {
        Standing::Inactive
    } else {
        Standing::Active
    }
}

#[cfg(test)]
#[path = "planning_tests.rs"]
mod tests;
