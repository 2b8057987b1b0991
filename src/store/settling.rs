//! The settlement of what was delivered: outcome, attempt and snapshot in one transaction, many at a time.

use chrono::{DateTime, Utc};

use crate::model::{ChangeState, Standing};

use super::values::{json, millis};
use super::{Queued, Store, StoreError};

/// What became of a claimed change.
#[derive(Clone, Debug)]
pub struct Settled {
    /// The change.
    pub change: Queued,
    /// Its new state.
    pub state: QueuedState,
    /// When the call was made.
    pub at: DateTime<Utc>,
    /// How long it took; `None` where no call was made.
    pub duration_ms: Option<u64>,
    /// The code.
    pub code: String,
    /// The words.
    pub reason: String,
    /// Whether the LMS was asked and surely does not have it, so that no earlier call counts any more.
    pub absent: bool,
}

/// The states that a claimed change can go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueuedState {
    /// The LMS has it; so does the snapshot, in this standing.
    Accepted(Standing),
    /// The LMS had it already; so does the snapshot.
    Already(Standing),
    /// Turned down for good.
    Refused,
    /// Put aside; `reference` where something that it refers to is missing.
    Parked {
        /// Whether rounds try it again.
        reference: bool,
    },
    /// To be tried again, not before this time. `tried` says whether the try counts.
    Again {
        /// Not before.
        at: DateTime<Utc>,
        /// Whether the try counts as one of the record's own.
        tried: bool,
        /// Whether a call may have reached the LMS without an answer.
        sent: bool,
    },
    /// The LMS has taken it as a task, which is asked for at that time.
    Followed {
        /// The task, as the LMS names it.
        task: String,
        /// When it is asked for.
        look_at: DateTime<Utc>,
    },
    /// The LMS may have it or not.
    InDoubt {
        /// When the record is read back; `None` where only a person can tell.
        look_at: Option<DateTime<Utc>>,
    },
}

/// A row of the outbox after the settlement.
struct Written<'a> {
    state: ChangeState,
    reference: bool,
    next_at: i64,
    tried: bool,
    maybe_sent: bool,
    task: Option<&'a str>,
    /// Whether the call is followed or in doubt, so that its time is kept.
    open: bool,
    look_at: Option<i64>,
    standing: Option<Standing>,
}

impl<'a> Written<'a> {
    fn of(state: &'a QueuedState) -> Self {
        let plain = |state| Self {
            state,
            reference: false,
            next_at: 0,
            tried: true,
            maybe_sent: false,
            task: None,
            open: false,
            look_at: None,
            standing: None,
        };
        match state {
            QueuedState::Accepted(standing) => {
                Self { standing: Some(*standing), ..plain(ChangeState::Accepted) }
            }
            QueuedState::Already(standing) => {
                Self { standing: Some(*standing), ..plain(ChangeState::Already) }
            }
            QueuedState::Refused => plain(ChangeState::Refused),
            QueuedState::Parked { reference } => Self { reference: *reference, ..plain(ChangeState::Parked) },
            QueuedState::Again { at, tried, sent } => {
                Self { next_at: millis(*at), tried: *tried, maybe_sent: *sent, ..plain(ChangeState::Waiting) }
            }
            QueuedState::Followed { task, look_at } => Self {
                task: Some(task),
                open: true,
                look_at: Some(millis(*look_at)),
                ..plain(ChangeState::Sent)
            },
            QueuedState::InDoubt { look_at } => Self {
                maybe_sent: true,
                open: true,
                look_at: look_at.map(millis),
                ..plain(ChangeState::InDoubt)
            },
        }
    }
}

impl Store {
    /// Settles many changes at once: state, attempt and snapshot, in one transaction.
    pub async fn settle(&self, batch: &[Settled]) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        for settled in batch {
            let change = &settled.change;
            let written = Written::of(&settled.state);
            let ended = !matches!(written.state, ChangeState::Waiting | ChangeState::Sent);
            sqlx::query(
                "UPDATE change SET state = ?1, reference = ?2, next_at = ?3, attempts = attempts + ?4,
                        maybe_sent = iif(?14, 0, maybe_sent OR ?5), task = ?6,
                        sent_at = iif(?7, coalesce(sent_at, ?8), NULL), look_at = ?9, code = ?10, reason = ?11,
                        settled_at = iif(?12, ?8, NULL), sealed = iif(?13, NULL, sealed)
                 WHERE change_ref = ?15",
            )
            .bind(written.state.as_str())
            .bind(written.reference)
            .bind(written.next_at)
            .bind(written.tried)
            .bind(written.maybe_sent)
            .bind(written.task)
            .bind(written.open)
            .bind(millis(settled.at))
            .bind(written.look_at)
            .bind(&settled.code)
            .bind(&settled.reason)
            .bind(ended)
            .bind(written.standing.is_some())
            .bind(settled.absent)
            .bind(change.change_ref)
            .execute(&mut *transaction)
            .await?;
            if let Some(duration_ms) = settled.duration_ms {
                sqlx::query(
                    "INSERT INTO attempt (change_ref, at, duration_ms, code, reason) VALUES (?, ?, ?, ?, ?)",
                )
                .bind(change.change_ref)
                .bind(millis(settled.at))
                .bind(super::values::int(duration_ms))
                .bind(&settled.code)
                .bind(&settled.reason)
                .execute(&mut *transaction)
                .await?;
            }
            if let Some(standing) = written.standing {
                sqlx::query(
                    "INSERT INTO snapshot (push_ref, key, standing, fields, settled_at) VALUES (?, ?, ?, ?, ?)
                     ON CONFLICT (push_ref, key) DO UPDATE SET standing = excluded.standing,
                         fields = excluded.fields, settled_at = excluded.settled_at",
                )
                .bind(change.push.0)
                .bind(change.key.as_str())
                .bind(standing.as_str())
                .bind(json(&change.after)?)
                .bind(millis(settled.at))
                .execute(&mut *transaction)
                .await?;
                // What was put aside behind a doubt and wants the same is done with it, also where the change in
                // doubt was surely not there and has been sent once more.
                sqlx::query(
                    "UPDATE change INDEXED BY change_key SET state = 'superseded', settled_at = ?
                     WHERE push_ref = ? AND key = ? AND state IN ('parked', 'waiting') AND code = 'in doubt' AND after = ?",
                )
                .bind(millis(settled.at))
                .bind(change.push.0)
                .bind(change.key.as_str())
                .bind(json(&change.after)?)
                .execute(&mut *transaction)
                .await?;
            }
        }
        transaction.commit().await?;
        Ok(())
    }
}
