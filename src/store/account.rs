//! What the outbox comes to: accounts of runs, what is still open, and rounds of what waits for something.

use sqlx::Row;

use crate::model::{ChangeState, ConnectionName, Key, PushCounts, PushId};

use super::values::{count, from_json, kind, state};
use super::{OpenRow, PushRef, RunRef, Store, StoreError};

impl Store {
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
                    (SELECT count(*) FROM change WHERE push_ref = ?2 AND state IN ('waiting', 'claimed', 'sent')),
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
               AND (state IN ('waiting', 'claimed', 'sent', 'in_doubt', 'parked', 'refused')
                    OR (state = 'superseded' AND maybe_sent = 1))
               AND change_ref = coalesce(
                   -- A doubt stands until it is settled, whatever came after it.
                   (SELECT max(change_ref) FROM change l INDEXED BY change_key
                    WHERE l.push_ref = ?1 AND l.key = c.key AND l.state IN ('sent', 'in_doubt')),
                   (SELECT max(change_ref) FROM change l INDEXED BY change_key
                    WHERE l.push_ref = ?1 AND l.key = c.key AND l.state <> 'held'
                      AND (l.state <> 'superseded' OR l.maybe_sent = 1)))
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
                        ChangeState::Waiting | ChangeState::Claimed | ChangeState::Sent => {
                            counts.pending += number
                        }
                        ChangeState::Held => counts.held += number,
                        ChangeState::Accepted => counts.accepted += number,
                        ChangeState::Already => counts.already += number,
                        ChangeState::Refused => counts.refused += number,
                        ChangeState::Parked => counts.parked += number,
                        ChangeState::InDoubt => counts.in_doubt += number,
                        ChangeState::Superseded => counts.superseded += number,
                    }
                }
                Ok((push, row.try_get::<String, _>(1)?.into(), counts))
            })
            .collect()
    }

    /// What of a run is still under way: waiting, claimed and sent changes, and those in doubt that are read
    /// back, by push and connection, and those of
    /// earlier runs of its pushes that get their next try with it (semantics 25).
    ///
    /// The count is that of the claimed ones: calls that may be out.
    pub async fn under_way(&self, run: RunRef) -> Result<Vec<(PushRef, ConnectionName, u64)>, StoreError> {
        let rows = sqlx::query(
            "SELECT push_ref, connection, sum(state = 'claimed' OR (state = 'sent' AND task IS NULL)) FROM (
                 SELECT push_ref, connection, state, task FROM change
                 WHERE run_ref = ?1 AND (state IN ('waiting', 'claimed', 'sent')
                                         OR (state = 'in_doubt' AND look_at IS NOT NULL))
                 UNION ALL
                 SELECT push_ref, connection, state, task FROM change
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

    /// How many changes of each connection wait.
    pub async fn waiting(&self) -> Result<Vec<(ConnectionName, u64)>, StoreError> {
        let rows = sqlx::query(
            "SELECT connection, count(*) FROM change WHERE state IN ('waiting', 'claimed', 'sent') GROUP BY 1 ORDER BY 1",
        )
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(|row| Ok((row.try_get::<String, _>(0)?.into(), count(row.try_get(1)?)))).collect()
    }
}
