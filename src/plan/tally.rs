//! The account of a plan while it is being made.

use crate::model::{ChangeKind, PushCounts};

use super::{Decision, Step};

/// Counts every row and every change of a plan exactly once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows and changes.
    pub counts: PushCounts,
    /// Changes that are news: no earlier change of the same key was open or unsuccessful. Guards judge
    /// by these, so that a slow LMS or a nightly refusal never looks like a mass change.
    pub fresh: PushCounts,
    /// Unchanged records of which a value became empty.
    pub emptied: u64,
    /// Rows that differ and are left alone (semantics 17); they count as unchanged.
    pub ignored: u64,
    /// Absent records that are left alone.
    pub vanished: u64,
    /// Rows whose key could not be read.
    pub unreadable_keys: u64,
}

impl Tally {
    /// Adds the decision on one key.
    pub fn add(&mut self, decision: &Decision) {
        self.counts.duplicates += decision.duplicates;
        let contradictory = decision.contradiction.as_ref().map_or(0, |found| found.rows.len());
        self.counts.rejected += contradictory as u64 + u64::from(decision.reject.is_some());
        match &decision.step {
            Step::Nothing => {}
            Step::Unchanged { emptied, ignored } => {
                self.counts.unchanged += 1;
                self.emptied += u64::from(*emptied);
                self.ignored += u64::from(*ignored);
            }
            Step::Adopt(_) => self.counts.unchanged += 1,
            Step::Vanished => self.vanished += 1,
            Step::Change { change, repeated } => {
                *slot(&mut self.counts, change.kind) += 1;
                *slot(&mut self.fresh, change.kind) += u64::from(!repeated);
            }
        }
    }

    /// Adds a row that was rejected before it could be compared.
    pub fn add_reject(&mut self, key_is_readable: bool) {
        self.counts.rejected += 1;
        self.unreadable_keys += u64::from(!key_is_readable);
    }
}

fn slot(counts: &mut PushCounts, kind: ChangeKind) -> &mut u64 {
    match kind {
        ChangeKind::Create => &mut counts.create,
        ChangeKind::Update => &mut counts.update,
        ChangeKind::Deactivate => &mut counts.deactivate,
        ChangeKind::Remove => &mut counts.remove,
    }
}
