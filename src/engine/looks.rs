//! Questions beside the deliveries: whether the connection is well again, how a task stands, what became of a
//! record, and whether an accepted one is there.

use std::time::Instant;

use crate::model::{Outcome, Verdict};
use crate::store::{Look, Queued};

use super::EngineError;
use super::deliver::{Done, Line, Out, Work};
use super::limits::Permit;

impl Line {
    /// Asks something harmless before the next record goes.
    pub(super) fn start_probe(&mut self, permit: Permit) {
        let Some(connector) = self.connector.clone() else { return };
        let (at, begun) = (self.engine.clock.now(), Instant::now());
        self.calls.spawn(async move {
            let outcomes = vec![connector.probe().await];
            drop(permit);
            let duration = begun.elapsed();
            Done { work: Work::Probe, changes: Vec::new(), outcomes, at, begun, duration }
        });
    }

    /// The next record where its call was lost, so that the LMS is asked for it once. Where no question is
    /// answered just now it is sent unasked: a repeat does no harm.
    pub(super) fn front_is_asked_first(&mut self) -> Option<i64> {
        let change_ref = self.queue.front()?.change_ref;
        if self.looks_are_paused() {
            self.ask_first.remove(&change_ref);
        }
        self.ask_first.contains(&change_ref).then_some(change_ref)
    }

    /// Asks for the next record before it is sent again.
    pub(super) fn start_asking(&mut self, permit: Permit) {
        let Some(connector) = self.connector.clone() else { return };
        let Some(change) = self.queue.pop_front() else { return };
        let Ok(item) = self.item(&change) else {
            // What is wrong with it is said where it is sent.
            self.queue.push_front(change);
            return;
        };
        let Queued { change_ref, run, push, rank, .. } = change;
        self.out.push(Out { change_ref, run, push, rank });
        let (at, begun) = (self.engine.clock.now(), Instant::now());
        self.calls.spawn(async move {
            let outcomes = vec![connector.read_back(&item).await];
            drop(permit);
            let changes = vec![change];
            Done { work: Work::ReadBack, changes, outcomes, at, begun, duration: begun.elapsed() }
        });
    }

    /// Looks the next accepted record up.
    pub(super) fn start_lookup(&mut self, permit: Permit) {
        let Some(connector) = self.connector.clone() else { return };
        let Some((change, again)) = self.lookups.pop_front() else { return };
        // Its secrets went with it, and no question needs them.
        let item = self.item(&Queued { sealed: None, ..change.clone() });
        let Ok(item) = item else {
            self.looking_up.remove(&change.change_ref);
            return;
        };
        let (at, begun) = (self.engine.clock.now(), Instant::now());
        self.calls.spawn(async move {
            let outcomes = vec![connector.read_back(&item).await];
            drop(permit);
            let (work, changes) = (Work::LookUp { again }, vec![change]);
            Done { work, changes, outcomes, at, begun, duration: begun.elapsed() }
        });
    }

    /// Asks how a task stands, or what became of a record.
    pub(super) async fn start_look(&mut self, look: Look, permit: Permit) -> Result<(), EngineError> {
        let Some(connector) = self.connector.clone() else { return Ok(()) };
        let (at, begun) = (self.engine.clock.now(), Instant::now());
        match look {
            Look::Task { task, changes } => {
                self.calls.spawn(async move {
                    let outcomes = vec![connector.follow(&task, changes.len()).await];
                    drop(permit);
                    Done { work: Work::Follow, changes, outcomes, at, begun, duration: begun.elapsed() }
                });
            }
            Look::Record(change) => match self.item(&change) {
                Ok(item) => {
                    self.calls.spawn(async move {
                        let outcomes = vec![connector.read_back(&item).await];
                        drop(permit);
                        let changes = vec![*change];
                        Done { work: Work::ReadBack, changes, outcomes, at, begun, duration: begun.elapsed() }
                    });
                }
                Err(error) => {
                    let reason = format!("its secret fields: {error}");
                    self.settle_unsent(*change, Outcome::new(Verdict::InDoubt, "sealed", reason)).await?;
                }
            },
        }
        Ok(())
    }
}
