//! Makes the calls of a line: chooses the records that go together, marks what may not be sent twice, and
//! sends.

use std::time::Instant;

use crate::connectors::Item;
use crate::model::{ChangeKind, FieldName, Operation, OperationKind, Outcome, Send, Verdict};
use crate::store::Queued;

use super::EngineError;
use super::deliver::{Done, Line, Out, Work};
use super::limits::Permit;
use super::staging::open_secrets;

/// A call that is ready to go out.
struct Ready {
    changes: Vec<Queued>,
    items: Vec<Item>,
    /// The leave to make it; none is needed where nothing leaves the machine.
    permit: Option<Permit>,
}

impl Line {
    /// Starts as many calls as the limits and the order allow.
    pub(super) async fn start_calls(&mut self) -> Result<(), EngineError> {
        (self.ready_at, self.limited) = (None, false);
        let mut ready = Vec::new();
        while self.connector.is_some()
            && !self.is_paused()
            && !self.stopped
            && self.calls.len() + ready.len() < self.allowed_calls()
        {
            // In turns: neither do deliveries keep what was sent from being settled, nor looks the deliveries.
            let looks_go = !self.looks_are_paused();
            if looks_go && !self.looks.is_empty() && (self.looks_turn || self.queue.is_empty()) {
                let Some(permit) = self.permit() else { break };
                if let Some(look) = self.looks.pop_front() {
                    self.start_look(look, permit).await?;
                }
                self.looks_turn = false;
                continue;
            }
            // Nobody waits for what is only looked up.
            if looks_go && self.queue.is_empty() && !self.lookups.is_empty() {
                let Some(permit) = self.permit() else { break };
                self.start_lookup(permit);
                continue;
            }
            if self.failures > 0 && !self.probed && self.calls.is_empty() && self.front_must_not_fail() {
                if let Some(permit) = self.permit() {
                    self.start_probe(permit);
                }
                break;
            }
            if !self.front_may_go() {
                break;
            }
            if let Some(change_ref) = self.front_is_asked_first() {
                let Some(permit) = self.permit() else { break };
                self.ask_first.remove(&change_ref);
                self.start_asking(permit);
                continue;
            }
            let permit = if self.front_stays_here() { None } else { Some(self.permit()) };
            if matches!(permit, Some(None)) {
                break;
            }
            let changes = self.next_batch();
            self.looks_turn = true;
            let prepared = self.prepare(changes).await?;
            ready.extend(prepared.map(|call| Ready { permit: permit.flatten(), ..call }));
        }
        if !self.limited {
            // Others may have what is not needed here.
            (self.wanted, self.spare) = (None, None);
        }
        let unrepeatable: Vec<i64> = ready
            .iter()
            .flat_map(|call| &call.changes)
            .filter(|change| !self.is_repeatable(change))
            .map(|change| change.change_ref)
            .collect();
        if !unrepeatable.is_empty() {
            self.engine.store.mark_sent(&unrepeatable, self.engine.clock.now()).await?;
        }
        for Ready { changes, items, permit } in ready {
            let Some(connector) = self.connector.clone() else { break };
            let at = self.engine.clock.now();
            // Not within the task: one that has yet to run when a pause begins is out already.
            let begun = Instant::now();
            self.calls.spawn(async move {
                let outcomes = connector.deliver(&items).await;
                drop(permit);
                Done { work: Work::Deliver, changes, outcomes, at, begun, duration: begun.elapsed() }
            });
        }
        Ok(())
    }

    /// Whether a call with the change may be made again when its answer is lost. Of an operation that the
    /// connection does not have any more nobody knows.
    pub(super) fn is_repeatable(&self, change: &Queued) -> bool {
        self.operation(&change.operation).is_some_and(|operation| operation.repeatable)
    }

    /// Managers go before those they manage: no call of a higher rank while one of a lower is out.
    fn front_may_go(&self) -> bool {
        self.queue.front().is_some_and(|next| {
            !self.out.iter().any(|out| out.run == next.run && out.push == next.push && out.rank < next.rank)
        })
    }

    /// Whether the next record must not be what a connection is tried with that has failed: every try might
    /// leave one more in doubt.
    fn front_must_not_fail(&self) -> bool {
        self.queue.front().is_some_and(|next| !self.is_repeatable(next))
    }

    /// Whether the next record makes no call, so that no rate holds for it.
    fn front_stays_here(&self) -> bool {
        let next = self.queue.front().and_then(|next| self.operation(&next.operation));
        next.is_some_and(|operation| operation.kind == OperationKind::Links)
    }

    /// Takes the next change, and those that go with it in one call.
    fn next_batch(&mut self) -> Vec<Queued> {
        let Some(first) = self.queue.pop_front() else { return Vec::new() };
        let operation = self.operation(&first.operation);
        let agree = operation.map_or(&[][..], |operation| operation.agree);
        let mut most = self.most_with(&first, operation);
        let mut batch = vec![first];
        let mut kept = std::collections::VecDeque::with_capacity(self.queue.len());
        while let Some(change) = self.queue.pop_front() {
            let of_change = self.most_with(&change, self.operation(&change.operation));
            let room = batch.len() < most.min(of_change);
            if room && batch.first().is_some_and(|first| goes_with(first, &change, agree)) {
                most = most.min(of_change);
                batch.push(change);
            } else {
                kept.push_back(change);
            }
            if batch.len() >= most {
                break;
            }
        }
        kept.append(&mut self.queue);
        self.queue = kept;
        batch
    }

    /// The most records of a call with this one.
    fn most_with(&self, change: &Queued, operation: Option<&Operation>) -> usize {
        let batch = operation.map_or(1, |operation| operation.batch);
        // What is tried first after a failure, and might be lost again, is one record.
        let careful = self.failures > 0 && operation.is_some_and(|operation| !operation.repeatable);
        let batch = if careful { 1 } else { batch };
        let asked = self.ask_first.contains(&change.change_ref);
        let most = if asked { 1 } else { self.most.get(&change.change_ref).copied().unwrap_or(u32::MAX) };
        usize::try_from(batch.min(most).max(1)).unwrap_or(1)
    }

    /// Makes the records of a call; those whose secrets can't be opened are parked.
    async fn prepare(&mut self, changes: Vec<Queued>) -> Result<Option<Ready>, EngineError> {
        let mut ready = Ready { changes: Vec::with_capacity(changes.len()), items: Vec::new(), permit: None };
        for change in changes {
            if change.kind == ChangeKind::Create && change.acknowledged && !self.is_repeatable(&change) {
                let reason = "an earlier change of this record was accepted after this one was planned, so it would \
                              be a correction: drop the row again to have it compared";
                self.settle_unsent(change, Outcome::new(Verdict::Parked, "overtaken", reason)).await?;
                continue;
            }
            match self.item(&change) {
                Ok(item) => {
                    let Queued { change_ref, run, push, rank, .. } = change;
                    self.out.push(Out { change_ref, run, push, rank });
                    ready.items.push(item);
                    ready.changes.push(change);
                }
                Err(error) => {
                    let reason = format!("its secret fields: {error}");
                    self.settle_unsent(change, Outcome::new(Verdict::Parked, "sealed", reason)).await?;
                }
            }
        }
        Ok((!ready.items.is_empty()).then_some(ready))
    }

    pub(super) fn item(&self, change: &Queued) -> Result<Item, EngineError> {
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
            resend: change.resend,
            fields,
            secrets,
            registration: self.registrations.get(&change.change_ref).cloned(),
        })
    }

    fn is_always_sent(&self, change: &Queued, field: &FieldName) -> bool {
        let mappings = self.push(change).map(|push| push.mapping.fields.as_slice()).unwrap_or_default();
        mappings.iter().any(|mapping| mapping.name() == field && mapping.send == Send::Always)
    }
}

/// Whether two records may go in one call: of one push and run, of one rank, and of one mind where the
/// operation demands it.
fn goes_with(first: &Queued, other: &Queued, agree: &[&str]) -> bool {
    let value = |change: &Queued, field: &&str| {
        let name: FieldName = (*field).into();
        let extras = [&change.extras.always, &change.extras.create];
        let beside = extras.into_iter().find_map(|extras| extras.get(&name));
        beside.or(change.sent.get(&name)).map(str::to_owned)
    };
    first.push == other.push
        && first.run == other.run
        && first.rank == other.rank
        && agree.iter().all(|field| value(first, field) == value(other, field))
}
