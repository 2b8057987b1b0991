//! The outbox: what is to be delivered.
//!
//! | state | meaning | next |
//! |---|---|---|
//! | waiting | to be sent, now or at `next_at` | claimed, superseded |
//! | claimed | taken by a delivery that runs now | sent, accepted, already, refused, parked, waiting (retry, crash) |
//! | sent | marked before a call that may not be repeated, or taken by the LMS as a task | as claimed, and in doubt (lost answer, crash) |
//! | held | part of a hold | – |
//! | parked | until something else is there | waiting (next round, next run), superseded |
//! | in doubt | sent, and nobody knows what became of it | accepted, waiting (read back and not there) |
//! | accepted, already, refused, superseded | ended | – |

use chrono::{DateTime, Utc};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::model::{
    ChangeKind, ChangeState, ConnectionName, Extras, Fields, JobName, Key, OperationName, PushId,
};

use super::values::{count, from_json, json, kind, maybe_time, millis};
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
    /// Whether an earlier call may have reached the LMS without an answer.
    pub resend: bool,
    /// When the call was made that is followed or in doubt.
    pub sent_at: Option<DateTime<Utc>>,
    /// The place of its operation in delivery.
    pub stage: i64,
    /// The LMS's task that it has become.
    pub task: Option<String>,
}

/// A query whose rows are read by `queued`, from `change c` and `push p`.
macro_rules! select_queued {
    ($from:literal) => {
        concat!(
            "SELECT c.change_ref, c.run_ref, c.push_ref, p.job, p.push, c.operation, c.rank, c.key, c.kind, c.sent,
                    c.after, c.extras, c.sealed, c.attempts,
                    EXISTS (SELECT 1 FROM snapshot s WHERE s.push_ref = c.push_ref AND s.key = c.key
                            AND s.standing <> 'presumed'),
                    c.maybe_sent, c.sent_at, c.stage, c.task ",
            $from
        )
    };
}
pub(super) use select_queued;

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
    /// Marks claimed changes as sent, on disk, before a call that may not be repeated goes out.
    pub async fn mark_sent(&self, changes: &[i64], at: DateTime<Utc>) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query(
            "UPDATE change SET state = 'sent', sent_at = ?, task = NULL, look_at = NULL
             WHERE change_ref IN (SELECT value FROM json_each(?)) AND state = 'claimed'",
        )
        .bind(millis(at))
        .bind(json(&changes)?)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// How many changes of a push are claimed, or out without a task that could be followed.
    pub async fn claimed(&self, push: PushRef) -> Result<u64, StoreError> {
        let row = sqlx::query(
            "SELECT count(*) FROM change INDEXED BY change_open
             WHERE push_ref = ? AND state IN ('claimed', 'sent') AND (state = 'claimed' OR task IS NULL)",
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

    /// After a crash: what was claimed is waiting again, and what was sent without a task to follow is in
    /// doubt; it is read back at that time where its connection and operation are among these. Only the
    /// holder of the data directory may ask. Gives how many of each.
    pub async fn recover_claims(
        &self,
        unrepeatable: &[&OperationName],
        reads_back: &[(&ConnectionName, &OperationName, DateTime<Utc>)],
        now: DateTime<Utc>,
    ) -> Result<(u64, u64), StoreError> {
        let mut transaction = self.begin().await?;
        // What may not be repeated is marked as sent before it goes out: so this was not.
        let waiting = sqlx::query(
            "UPDATE change SET state = 'waiting',
                    maybe_sent = maybe_sent OR operation NOT IN (SELECT value FROM json_each(?))
             WHERE state = 'claimed'",
        )
        .bind(json(&unrepeatable.iter().map(|name| name.as_str()).collect::<Vec<_>>())?)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
        for (connection, operation, look_at) in reads_back {
            sqlx::query(
                "UPDATE change SET look_at = ? WHERE connection = ? AND operation = ? AND state = 'sent'
                 AND task IS NULL",
            )
            .bind(millis(*look_at))
            .bind(connection.as_str())
            .bind(operation.as_str())
            .execute(&mut *transaction)
            .await?;
        }
        let doubtful = sqlx::query(
            "UPDATE change SET state = 'in_doubt', maybe_sent = 1, code = 'interrupted', settled_at = ?1,
                    reason = 'Rollbook was stopped while the call was out, so its answer was never read'
             WHERE state = 'sent' AND task IS NULL",
        )
        .bind(millis(now))
        .execute(&mut *transaction)
        .await?
        .rows_affected();
        transaction.commit().await?;
        Ok((waiting, doubtful))
    }
}

pub(super) fn queued(row: &SqliteRow) -> Result<Queued, StoreError> {
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
        resend: row.try_get(15)?,
        sent_at: maybe_time(row.try_get(16)?)?,
        stage: row.try_get(17)?,
        task: row.try_get(18)?,
    })
}
