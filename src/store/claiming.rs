//! What a connection may send next: what is due, stands behind nobody, and is not under way.

use chrono::{DateTime, Utc};
use sqlx::Row;

use crate::model::ConnectionName;

use super::outbox::{queued, select_queued};
use super::values::{json, millis, time};
use super::{PushRef, Queued, Store, StoreError};

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
        let barriers = self.barriers(connection).await?;
        // Looking costs no lock: only to mark what is there is the writer asked.
        let rows = sqlx::query(select_queued!(
            "FROM change c INDEXED BY change_queue
                  JOIN run r ON r.run_ref = c.run_ref JOIN push p ON p.push_ref = c.push_ref
             WHERE c.connection = ?1 AND c.state = 'waiting' AND r.phase <> 'acquired' AND c.next_at <= ?2
               AND c.push_ref NOT IN (SELECT value FROM json_each(?3))
               AND NOT EXISTS (SELECT 1 FROM json_each(?4) b
                               WHERE c.run_ref = b.value ->> 0 AND c.stage > b.value ->> 1
                                 AND (b.value ->> 2 OR c.person IS NOT NULL))
               AND NOT EXISTS (SELECT 1 FROM change e INDEXED BY change_key
                               WHERE e.push_ref = c.push_ref AND e.key = c.key
                               AND (e.state IN ('claimed', 'sent', 'in_doubt')
                                    OR (e.state = 'waiting' AND e.change_ref < c.change_ref)))
             ORDER BY c.stage, c.change_ref LIMIT ?5"
        ))
        .bind(connection.as_str())
        .bind(millis(now))
        .bind(refs(quiet)?)
        .bind(&barriers)
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        let mut found = rows.iter().map(queued).collect::<Result<Vec<_>, _>>()?;
        if found.is_empty() {
            return Ok(found);
        }
        let wanted: Vec<i64> = found.iter().map(|change| change.change_ref).collect();
        // What a plan has replaced in between is not ours any more.
        let marked: Vec<(i64,)> = sqlx::query_as(
            "UPDATE change SET state = 'claimed'
             WHERE change_ref IN (SELECT value FROM json_each(?)) AND state = 'waiting' RETURNING change_ref",
        )
        .bind(json(&wanted)?)
        .fetch_all(&self.writer)
        .await?;
        let marked: std::collections::BTreeSet<i64> =
            marked.into_iter().map(|(change_ref,)| change_ref).collect();
        found.retain(|change| marked.contains(&change.change_ref));
        Ok(found)
    }

    /// When the next waiting change of a connection is due, those of `quiet` pushes and those that stand
    /// behind others aside; `None` where none waits.
    pub async fn next_due(
        &self,
        connection: &ConnectionName,
        quiet: &[PushRef],
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let row = sqlx::query(
            "SELECT c.next_at FROM change c INDEXED BY change_due JOIN run r ON r.run_ref = c.run_ref
             WHERE c.connection = ? AND c.state = 'waiting' AND r.phase <> 'acquired'
               AND c.push_ref NOT IN (SELECT value FROM json_each(?))
               AND NOT EXISTS (SELECT 1 FROM json_each(?) b
                               WHERE c.run_ref = b.value ->> 0 AND c.stage > b.value ->> 1
                                 AND (b.value ->> 2 OR c.person IS NOT NULL))
             ORDER BY c.next_at LIMIT 1",
        )
        .bind(connection.as_str())
        .bind(refs(quiet)?)
        .bind(self.barriers(connection).await?)
        .fetch_optional(&self.reader)
        .await?;
        row.map(|row| time(row.try_get(0)?)).transpose()
    }

    /// Runs whose users still go out: run, stage, and whether it is on this connection. What comes after
    /// them on the same connection waits, and on others what is about a person. Who is being tried again,
    /// and whose connection is stopped, keeps only those back who are about that very person.
    async fn barriers(&self, connection: &ConnectionName) -> Result<String, StoreError> {
        let rows: Vec<(i64, i64, bool)> = sqlx::query_as(
            "SELECT l.run_ref, l.stage, p.connection = ?1
             FROM run r INDEXED BY run_unfinished JOIN push_run l ON l.run_ref = r.run_ref
                  JOIN push p ON p.push_ref = l.push_ref
             WHERE r.finished_at IS NULL AND r.phase <> 'acquired'
               AND EXISTS (SELECT 1 FROM push_run h WHERE h.run_ref = l.run_ref AND h.stage > l.stage)
               AND p.connection NOT IN (SELECT s.connection FROM stop s)
               AND (EXISTS (SELECT 1 FROM change e INDEXED BY change_run
                            WHERE e.run_ref = l.run_ref AND e.push_ref = l.push_ref
                              AND e.state IN ('claimed', 'sent'))
                    OR EXISTS (SELECT 1 FROM change e INDEXED BY change_run
                               WHERE e.run_ref = l.run_ref AND e.push_ref = l.push_ref
                                 AND e.state = 'waiting' AND e.next_at = 0))",
        )
        .bind(connection.as_str())
        .fetch_all(&self.reader)
        .await?;
        json(&rows)
    }
}

/// Pushes as one bound value.
fn refs(pushes: &[PushRef]) -> Result<String, StoreError> {
    json(&pushes.iter().map(|push| push.0).collect::<Vec<_>>())
}
