//! What becomes of a record after a call with it: the one table of verdicts and what they lead to.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::model::{ChangeKind, Outcome, Standing, Verdict};
use crate::store::{Queued, QueuedState};

use super::deliver::Line;
use super::pausing::{after, pause};
use super::planning::standing;

/// How often one record is tried that fails in passing, before it is parked.
const RECORD_TRIES: u32 = 6;
/// How long a record in doubt is read back that can't be read in passing.
const READ_BACK_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// What a failure of the connection means for the records of its call.
#[derive(Clone, Copy)]
pub(super) struct Pause {
    /// How long it is paused.
    pub(super) wait: Duration,
    /// Whether it was well until then.
    pub(super) was_well: bool,
}

/// What is to be done with a change after a call.
pub(super) enum Fate {
    /// It is settled so.
    Settled(QueuedState),
    /// The LMS is asked again then.
    LookAgain(DateTime<Utc>),
}

impl Line {
    /// The fate of a record that was sent.
    pub(super) fn delivered(
        &mut self,
        change: &Queued,
        outcome: &Outcome,
        alone: bool,
        pause: Pause,
    ) -> Fate {
        let now = self.engine.clock.now();
        let unsure = !outcome.had_no_effect && !self.is_repeatable(change);
        let state = match &outcome.verdict {
            Verdict::Accepted => QueuedState::Accepted(self.standing(change)),
            // For an update of what the LMS has acknowledged it only says that the LMS holds the earlier
            // version (semantics 18), also where the update is sent again.
            Verdict::Already if change.kind == ChangeKind::Create || !change.acknowledged => {
                QueuedState::Already(self.standing(change))
            }
            Verdict::Already | Verdict::Refused => QueuedState::Refused,
            Verdict::MissingReference => QueuedState::Parked { reference: true },
            Verdict::Parked => QueuedState::Parked { reference: false },
            Verdict::Queued { task } => {
                QueuedState::Followed { task: task.clone(), look_at: after(now, Duration::from_secs(1)) }
            }
            Verdict::Smaller { most } if !alone => {
                self.most.insert(change.change_ref, (*most).max(1));
                QueuedState::Again { at: now, tried: false, sent: !outcome.had_no_effect }
            }
            // Nothing else may be made of a lost answer where a repeat might mail or grant twice.
            Verdict::InDoubt | Verdict::Retry | Verdict::RetryConnection { .. } | Verdict::StopConnection
                if unsure =>
            {
                QueuedState::InDoubt { look_at: self.read_back_at(change, now) }
            }
            // A repeat would do no harm, and yet the LMS is asked first what it has.
            Verdict::InDoubt | Verdict::Retry | Verdict::RetryConnection { .. }
                if self.is_asked_first(change, outcome, alone, pause) =>
            {
                self.ask_first.insert(change.change_ref);
                QueuedState::Again { at: after(now, self.patience(pause.wait)), tried: true, sent: true }
            }
            Verdict::RetryConnection { .. } if pause.was_well && is_tried_out(change) => {
                QueuedState::Parked { reference: false }
            }
            Verdict::RetryConnection { .. } => {
                // Behind the others: one record that makes the server hang does not keep them waiting.
                let at = after(now, pause.wait + Duration::from_secs(1));
                QueuedState::Again { at, tried: pause.was_well, sent: !outcome.had_no_effect }
            }
            Verdict::StopConnection => QueuedState::Again { at: now, tried: false, sent: false },
            Verdict::Retry
            | Verdict::InDoubt
            | Verdict::InProgress
            | Verdict::Absent
            | Verdict::Smaller { .. } => again(change, now, true),
        };
        Fate::Settled(state)
    }

    /// Whether what became of a call that may be repeated is found out before it is. Not for the records of a
    /// call of several, nor in the middle of an outage: that would be a question for each, and none is answered.
    fn is_asked_first(&self, change: &Queued, outcome: &Outcome, alone: bool, pause: Pause) -> bool {
        let outage = matches!(outcome.verdict, Verdict::RetryConnection { .. }) && !pause.was_well;
        let reads_back = self.operation(&change.operation).is_some_and(|operation| operation.reads_back);
        reads_back
            && may_be_asked_first(change)
            && alone
            && !outage
            && !outcome.had_no_effect
            && !is_tried_out(change)
    }

    /// The fate of a record whose task was asked for.
    pub(super) fn followed(&mut self, change: &Queued, outcome: &Outcome, alone: bool, pause: Pause) -> Fate {
        let now = self.engine.clock.now();
        let age = (now - change.sent_at.unwrap_or(now)).to_std().unwrap_or_default();
        let open = matches!(outcome.verdict, Verdict::InProgress | Verdict::RetryConnection { .. });
        let follow = self.operation(&change.operation).map_or(Duration::ZERO, |known| known.follow);
        if open && age >= follow {
            return Fate::Settled(QueuedState::Parked { reference: false });
        }
        match &outcome.verdict {
            Verdict::InProgress => {
                Fate::LookAgain(after(now, age.clamp(Duration::from_secs(1), Duration::from_secs(30))))
            }
            Verdict::RetryConnection { .. } => {
                Fate::LookAgain(after(now, pause.wait + Duration::from_secs(1)))
            }
            Verdict::StopConnection => Fate::LookAgain(now),
            _ => self.delivered(change, outcome, alone, pause),
        }
    }

    /// The fate of a record in doubt that was read back. What fails in passing is asked again, ever more
    /// seldom, not before the LMS wants to be asked, and not for ever; what fails otherwise is left to a
    /// person.
    pub(super) fn read_back(&mut self, change: &Queued, outcome: &Outcome, wait: Duration) -> Fate {
        let now = self.engine.clock.now();
        let age = (now - change.sent_at.unwrap_or(now)).to_std().unwrap_or_default();
        match &outcome.verdict {
            Verdict::Accepted => Fate::Settled(QueuedState::Accepted(self.standing(change))),
            // A repeat does no harm, so neither does one too many: what is not there yet, or can't be asked for,
            // is sent again as if nobody had asked, which was no try.
            verdict if self.is_repeatable(change) => {
                let sent = *verdict != Verdict::Absent;
                Fate::Settled(QueuedState::Again { at: now, tried: false, sent })
            }
            // Once more, and not for ever: what the LMS loses twice is for a person.
            Verdict::Absent if change.attempts < 2 => Fate::Settled(again(change, now, false)),
            Verdict::Retry | Verdict::RetryConnection { .. } if age < READ_BACK_FOR => {
                let next = age.clamp(Duration::from_secs(2), Duration::from_secs(300)).max(wait);
                Fate::LookAgain(after(now, next))
            }
            _ => Fate::Settled(QueuedState::InDoubt { look_at: None }),
        }
    }

    /// When a record in doubt is read back: not before the call has surely come to its end over there.
    fn read_back_at(&self, change: &Queued, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let reads_back = self.operation(&change.operation).is_some_and(|operation| operation.reads_back);
        reads_back.then(|| after(now, self.connection.timeout))
    }

    fn standing(&self, change: &Queued) -> Standing {
        let job = self.engine.config.jobs.get(&change.job);
        let today = job.map_or_else(|| self.engine.clock.now().date_naive(), |job| self.engine.today(job));
        match self.push(change) {
            Some(push) => standing(push, change.kind, &change.after, today),
            None if change.kind == ChangeKind::Remove => Standing::Removed,
            None => Standing::Active,
        }
    }
}

/// Whether the LMS's answer to what it has can tell of this very call. An older version of the record, which the
/// LMS has acknowledged or an earlier call may have left there, can look the same: not all that is sent can be
/// seen.
fn may_be_asked_first(change: &Queued) -> bool {
    change.kind == ChangeKind::Create && !change.acknowledged && !change.resend
}

fn is_tried_out(change: &Queued) -> bool {
    change.attempts + 1 >= RECORD_TRIES
}

/// A record that failed in passing: tried again, a limited number of times.
fn again(change: &Queued, now: DateTime<Utc>, sent: bool) -> QueuedState {
    if is_tried_out(change) {
        return QueuedState::Parked { reference: false };
    }
    QueuedState::Again { at: after(now, pause(change.attempts)), tried: true, sent }
}
