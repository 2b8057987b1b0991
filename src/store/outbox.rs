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
    ChangeKind, ChangeState, ConnectionName, Extras, Fields, JobName, Key, OperationName, PushCounts, PushId,
    Standing,
};

use super::values::{count, from_json, json, kind, millis, state, time};
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

/// A connection that was stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The account.
    pub connection: ConnectionName,
    /// The code.
    pub code: String,
    /// The words.
    pub reason: String,
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
        let due = sqlx::query(
            "SELECT 1 FROM change c JOIN run r ON r.run_ref = c.run_ref
             WHERE c.connection = ? AND c.state = 'waiting' AND r.phase <> 'acquired' AND c.next_at <= ? LIMIT 1",
        )
        .bind(connection.as_str())
        .bind(millis(now))
        .fetch_optional(&self.reader)
        .await?;
        if due.is_none() {
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
        .bind(json(&quiet.iter().map(|push| push.0).collect::<Vec<_>>())?)
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

    /// When the next waiting change of a connection is due; `None` where none waits.
    pub async fn next_due(&self, connection: &ConnectionName) -> Result<Option<DateTime<Utc>>, StoreError> {
        let row = sqlx::query(
            "SELECT c.next_at FROM change c JOIN run r ON r.run_ref = c.run_ref
             WHERE c.connection = ? AND c.state = 'waiting' AND r.phase <> 'acquired'
             ORDER BY c.next_at LIMIT 1",
        )
        .bind(connection.as_str())
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

    /// Begins the next round of changes that wait for something they refer to, where the last round got
    /// something accepted and nothing of the push is under way (semantics 12). What earlier runs have
    /// parked takes part: it may have waited for what this run has made. Gives how many.
    pub async fn next_round(&self, run: RunRef, push: PushRef) -> Result<u64, StoreError> {
        // Looking costs no lock, and mostly nothing is parked.
        let parked = sqlx::query(
            "SELECT 1 FROM change WHERE push_ref = ? AND state = 'parked' AND reference = 1 LIMIT 1",
        )
        .bind(push.0)
        .fetch_optional(&self.reader)
        .await?;
        if parked.is_none() {
            return Ok(0);
        }
        let mut transaction = self.begin().await?;
        let row = sqlx::query(
            "SELECT p.round,
                    (SELECT count(*) FROM change WHERE push_ref = ?2 AND state IN ('waiting', 'claimed')),
                    (SELECT count(*) FROM change c JOIN run r ON r.run_ref = ?1
                     WHERE c.push_ref = ?2 AND c.round = p.round AND c.state IN ('accepted', 'already')
                       AND (c.run_ref = ?1 OR (c.run_ref < ?1 AND c.settled_at >= r.started_at)))
             FROM push_run p WHERE p.run_ref = ?1 AND p.push_ref = ?2",
        )
        .bind(run.0)
        .bind(push.0)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(row) = row else { return Ok(0) };
        let (round, open, accepted): (i64, i64, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        if open > 0 || accepted == 0 {
            return Ok(0);
        }
        let again = sqlx::query(
            "UPDATE change SET state = 'waiting', reference = 0, attempts = 0, next_at = 0, round = ?3
             WHERE run_ref <= ?1 AND push_ref = ?2 AND state = 'parked' AND reference = 1",
        )
        .bind(run.0)
        .bind(push.0)
        .bind(round + 1)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
        sqlx::query("UPDATE push_run SET round = ?3 WHERE run_ref = ?1 AND push_ref = ?2")
            .bind(run.0)
            .bind(push.0)
            .bind(round + 1)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(again)
    }

    /// The latest earlier change of each key that did not end well: what planning must know of the open
    /// outbox. Keys in order, in the same range as `snapshot_page`.
    pub async fn open_page(
        &self,
        push: PushRef,
        after: Option<&Key>,
        until: Option<&Key>,
        limit: u32,
    ) -> Result<Vec<OpenRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT key, state, kind, maybe_sent FROM change c INDEXED BY change_open
             WHERE push_ref = ?1 AND key > ?2 AND (?3 IS NULL OR key <= ?3)
               AND (state IN ('waiting', 'claimed', 'parked', 'refused') OR (state = 'superseded' AND maybe_sent = 1))
               AND change_ref = (SELECT max(change_ref) FROM change l INDEXED BY change_key
                                 WHERE l.push_ref = ?1 AND l.key = c.key AND l.state <> 'held'
                                   AND (l.state <> 'superseded' OR l.maybe_sent = 1))
             ORDER BY key LIMIT ?4",
        )
        .bind(push.0)
        .bind(after.map_or("", Key::as_str))
        .bind(until.map(Key::as_str))
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(OpenRow {
                    key: Key::from_stored(row.try_get(0)?),
                    state: state(row.try_get(1)?)?,
                    kind: kind(row.try_get(2)?)?,
                    sent: row.try_get(3)?,
                })
            })
            .collect()
    }

    /// The account of each push of a run: plan and outcomes.
    pub async fn account(&self, run: RunRef) -> Result<Vec<(PushRef, PushId, PushCounts)>, StoreError> {
        let plans = sqlx::query(
            "SELECT push_ref, push, tally FROM push_run JOIN push USING (push_ref) WHERE run_ref = ?
             ORDER BY push_run.rowid",
        )
        .bind(run.0)
        .fetch_all(&self.reader)
        .await?;
        let states =
            sqlx::query("SELECT push_ref, state, count(*) FROM change WHERE run_ref = ? GROUP BY 1, 2")
                .bind(run.0)
                .fetch_all(&self.reader)
                .await?;
        plans
            .iter()
            .map(|row| {
                let push = PushRef(row.try_get(0)?);
                let mut counts: PushCounts = from_json(row.try_get(2)?)?;
                for outcome in &states {
                    if outcome.try_get::<i64, _>(0)? != push.0 {
                        continue;
                    }
                    let number = count(outcome.try_get(2)?);
                    match state(outcome.try_get(1)?)? {
                        ChangeState::Waiting | ChangeState::Claimed => counts.pending += number,
                        ChangeState::Held => counts.held += number,
                        ChangeState::Accepted => counts.accepted += number,
                        ChangeState::Already => counts.already += number,
                        ChangeState::Refused => counts.refused += number,
                        ChangeState::Parked => counts.parked += number,
                        ChangeState::Superseded => counts.superseded += number,
                    }
                }
                Ok((push, row.try_get::<String, _>(1)?.into(), counts))
            })
            .collect()
    }

    /// What of a run is still under way: waiting and claimed changes by push and connection, and those of
    /// earlier runs of its pushes that get their next try with it (semantics 25).
    ///
    /// The count is that of the claimed ones: calls that may be out.
    pub async fn under_way(&self, run: RunRef) -> Result<Vec<(PushRef, ConnectionName, u64)>, StoreError> {
        let rows = sqlx::query(
            "SELECT push_ref, connection, sum(state = 'claimed') FROM (
                 SELECT push_ref, connection, state FROM change
                 WHERE run_ref = ?1 AND state IN ('waiting', 'claimed')
                 UNION ALL
                 SELECT push_ref, connection, state FROM change
                 WHERE push_ref IN (SELECT push_ref FROM push_run WHERE run_ref = ?1)
                   AND state IN ('waiting', 'claimed') AND run_ref < ?1 AND attempts = 0)
             GROUP BY 1, 2",
        )
        .bind(run.0)
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                Ok((PushRef(row.try_get(0)?), row.try_get::<String, _>(1)?.into(), count(row.try_get(2)?)))
            })
            .collect()
    }

    /// Stops a connection until the next run of its own.
    pub async fn stop_connection(&self, stop: &Stop, now: DateTime<Utc>) -> Result<(), StoreError> {
        sqlx::query("INSERT OR REPLACE INTO stop (connection, code, reason, at) VALUES (?, ?, ?, ?)")
            .bind(stop.connection.as_str())
            .bind(&stop.code)
            .bind(&stop.reason)
            .bind(millis(now))
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Lets every stopped connection, and every change that waits for its next try, have another try now.
    pub async fn clear_stops(&self) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query("DELETE FROM stop").execute(&mut *transaction).await?;
        sqlx::query("UPDATE change SET next_at = 0 WHERE state = 'waiting' AND next_at > 0")
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Connections that are stopped.
    pub async fn stops(&self) -> Result<Vec<Stop>, StoreError> {
        let rows = sqlx::query("SELECT connection, code, reason FROM stop ORDER BY connection")
            .fetch_all(&self.reader)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Stop {
                    connection: row.try_get::<String, _>(0)?.into(),
                    code: row.try_get(1)?,
                    reason: row.try_get(2)?,
                })
            })
            .collect()
    }

    /// How many changes of each connection wait.
    pub async fn waiting(&self) -> Result<Vec<(ConnectionName, u64)>, StoreError> {
        let rows = sqlx::query(
            "SELECT connection, count(*) FROM change WHERE state IN ('waiting', 'claimed') GROUP BY 1 ORDER BY 1",
        )
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(|row| Ok((row.try_get::<String, _>(0)?.into(), count(row.try_get(1)?)))).collect()
    }
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
