//! The outbox: what is to be delivered, and the settlement of what was.
//!
//! | state | meaning | next |
//! |---|---|---|
//! | waiting | to be sent, now or at `next_at` | claimed, superseded |
//! | claimed | taken by a delivery that runs now | accepted, already, refused, parked, waiting (retry, crash) |
//! | held | part of a hold | – |
//! | parked | until something else is there | waiting (next round, next run), superseded |
//! | accepted, already, refused, superseded | ended | – |

use chrono::{DateTime, Utc};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row};

use crate::model::{
    ChangeKind, ChangeState, ConnectionName, Extras, Fields, JobName, Key, OperationName, PushId, Standing,
};

use super::values::{count, from_json, json, kind, millis, time};
use super::{PushRef, RunRef, Store, StoreError};

/// A change that was claimed for delivery.
#[derive(Clone, Debug)]
pub struct Queued {
    /// Its place in the outbox.
    pub change_ref: i64,
    /// Its run.
    pub run: RunRef,
    /// Its push.
    pub push: PushRef,
    /// The job and the push, by which its secrets were sealed.
    pub job: JobName,
    /// The push.
    pub push_id: PushId,
    /// The operation, in full.
    pub operation: OperationName,
    /// Its rank within the plan.
    pub rank: u32,
    /// The record.
    pub key: Key,
    /// What it does.
    pub kind: ChangeKind,
    /// The values to send.
    pub sent: Fields,
    /// What the LMS will hold once it has accepted.
    pub after: Fields,
    /// Values to send beside.
    pub extras: Extras,
    /// Sealed secrets to send.
    pub sealed: Option<Vec<u8>>,
    /// How many calls were made before.
    pub attempts: u32,
    /// Whether the LMS has acknowledged the record: for a create, since it was planned.
    pub acknowledged: bool,
}

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
}

/// The states that a claimed change can go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
}

/// The latest earlier change of a key that did not end well.
#[derive(Clone, Debug)]
pub struct OpenRow {
    /// The key.
    pub key: Key,
    /// Where it stands.
    pub state: ChangeState,
    /// What it does.
    pub kind: ChangeKind,
    /// Whether a call may have reached the LMS without an answer.
    pub sent: bool,
}

impl Store {
    /// Claims the next changes of a connection that are due, at most `limit`, in order of delivery; none of
    /// the pushes that are `quiet` while they are planned.
    pub async fn claim_changes(
        &self,
        connection: &ConnectionName,
        now: DateTime<Utc>,
        limit: u32,
        quiet: &[PushRef],
    ) -> Result<Vec<Queued>, StoreError> {
        // Looking costs no lock: only where something is due is the writer asked.
        if self.next_due(connection, quiet).await?.is_none_or(|due| due > now) {
            return Ok(Vec::new());
        }
        let mut transaction = self.begin().await?;
        let rows = sqlx::query(
            "SELECT c.change_ref, c.run_ref, c.push_ref, p.job, p.push, c.operation, c.rank, c.key, c.kind, c.sent,
                    c.after, c.extras, c.sealed, c.attempts,
                    EXISTS (SELECT 1 FROM snapshot s WHERE s.push_ref = c.push_ref AND s.key = c.key
                            AND s.standing <> 'presumed')
             FROM change c INDEXED BY change_queue
                  JOIN run r ON r.run_ref = c.run_ref JOIN push p ON p.push_ref = c.push_ref
             WHERE c.connection = ? AND c.state = 'waiting' AND r.phase <> 'acquired' AND c.next_at <= ?
               AND c.push_ref NOT IN (SELECT value FROM json_each(?))
               AND NOT EXISTS (SELECT 1 FROM change e WHERE e.push_ref = c.push_ref AND e.key = c.key
                               AND e.state = 'claimed')
             ORDER BY c.stage, c.change_ref LIMIT ?",
        )
        .bind(connection.as_str())
        .bind(millis(now))
        .bind(refs(quiet)?)
        .bind(limit)
        .fetch_all(&mut *transaction)
        .await?;
        let queued = rows.iter().map(queued).collect::<Result<Vec<_>, _>>()?;
        if !queued.is_empty() {
            let mut query = QueryBuilder::new("UPDATE change SET state = 'claimed' WHERE change_ref IN (");
            let mut list = query.separated(", ");
            for change in &queued {
                list.push_bind(change.change_ref);
            }
            query.push(")");
            query.build().persistent(false).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(queued)
    }

    /// When the next waiting change of a connection is due, those of `quiet` pushes aside; `None` where none
    /// waits.
    pub async fn next_due(
        &self,
        connection: &ConnectionName,
        quiet: &[PushRef],
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let row = sqlx::query(
            "SELECT c.next_at FROM change c INDEXED BY change_due JOIN run r ON r.run_ref = c.run_ref
             WHERE c.connection = ? AND c.state = 'waiting' AND r.phase <> 'acquired'
               AND c.push_ref NOT IN (SELECT value FROM json_each(?))
             ORDER BY c.next_at LIMIT 1",
        )
        .bind(connection.as_str())
        .bind(refs(quiet)?)
        .fetch_optional(&self.reader)
        .await?;
        row.map(|row| time(row.try_get(0)?)).transpose()
    }

    /// Settles many changes at once: state, attempt and snapshot, in one transaction.
    pub async fn settle(&self, batch: &[Settled]) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        for settled in batch {
            let change = &settled.change;
            let (state, reference, next_at, tried, standing) = match settled.state {
                QueuedState::Accepted(standing) => (ChangeState::Accepted, false, 0, true, Some(standing)),
                QueuedState::Already(standing) => (ChangeState::Already, false, 0, true, Some(standing)),
                QueuedState::Refused => (ChangeState::Refused, false, 0, true, None),
                QueuedState::Parked { reference } => (ChangeState::Parked, reference, 0, true, None),
                QueuedState::Again { at, tried, .. } => {
                    (ChangeState::Waiting, false, millis(at), tried, None)
                }
            };
            let sent = matches!(settled.state, QueuedState::Again { sent: true, .. });
            let ended = state != ChangeState::Waiting;
            sqlx::query(
                "UPDATE change SET state = ?, reference = ?, next_at = ?, attempts = attempts + ?, maybe_sent = maybe_sent OR ?, code = ?,
                        reason = ?, settled_at = ?, sealed = CASE WHEN ? THEN NULL ELSE sealed END
                 WHERE change_ref = ?",
            )
            .bind(state.as_str())
            .bind(reference)
            .bind(next_at)
            .bind(tried)
            .bind(sent)
            .bind(&settled.code)
            .bind(&settled.reason)
            .bind(ended.then(|| millis(settled.at)))
            .bind(standing.is_some())
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
            if let Some(standing) = standing {
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
            }
        }
        transaction.commit().await?;
        Ok(())
    }

    /// How many changes of a push are claimed.
    pub async fn claimed(&self, push: PushRef) -> Result<u64, StoreError> {
        let row = sqlx::query(
            "SELECT count(*) FROM change INDEXED BY change_open WHERE push_ref = ? AND state = 'claimed'",
        )
        .bind(push.0)
        .fetch_one(&self.reader)
        .await?;
        Ok(count(row.try_get(0)?))
    }

    /// Gives claimed changes back unsent.
    pub async fn unclaim(&self, changes: &[Queued]) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        for change in changes {
            sqlx::query("UPDATE change SET state = 'waiting' WHERE change_ref = ? AND state = 'claimed'")
                .bind(change.change_ref)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// After a crash: what was claimed is waiting again. Only the holder of the data directory may ask.
    pub async fn recover_claims(&self) -> Result<u64, StoreError> {
        let done = sqlx::query("UPDATE change SET state = 'waiting', maybe_sent = 1 WHERE state = 'claimed'")
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected())
    }
}

/// Pushes as one bound value.
fn refs(pushes: &[PushRef]) -> Result<String, StoreError> {
    json(&pushes.iter().map(|push| push.0).collect::<Vec<_>>())
}

fn queued(row: &SqliteRow) -> Result<Queued, StoreError> {
    Ok(Queued {
        change_ref: row.try_get(0)?,
        run: RunRef(row.try_get(1)?),
        push: PushRef(row.try_get(2)?),
        job: row.try_get::<String, _>(3)?.into(),
        push_id: row.try_get::<String, _>(4)?.into(),
        operation: row.try_get::<String, _>(5)?.into(),
        rank: u32::try_from(row.try_get::<i64, _>(6)?).unwrap_or_default(),
        key: Key::from_stored(row.try_get(7)?),
        kind: kind(row.try_get(8)?)?,
        sent: from_json(row.try_get(9)?)?,
        after: from_json(row.try_get(10)?)?,
        extras: from_json(row.try_get(11)?)?,
        sealed: row.try_get(12)?,
        attempts: u32::try_from(row.try_get::<i64, _>(13)?).unwrap_or_default(),
        acknowledged: row.try_get(14)?,
    })
}
