//! Pushes and their snapshots.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::model::{ConnectionName, Fields, JobName, Key, Known, OperationName, PushId, Standing};

use super::values::{count, from_json, json};
use super::{Store, StoreError};

/// A push in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PushRef(pub(super) i64);

impl PushRef {
    /// Stands for a push that the database does not know yet.
    pub const NONE: Self = Self(0);
}

/// What planning asks of a push.
#[derive(Clone, Debug)]
pub struct PushState {
    /// The push.
    pub push: PushRef,
    /// Whether its first load has been planned.
    pub loaded: bool,
    /// Active records in its snapshot.
    pub active: u64,
    /// Removals and deactivations of its last ten settled runs.
    pub recent_removals: Vec<u64>,
}

/// One key of a snapshot.
#[derive(Clone, Debug)]
pub struct SnapshotRow {
    /// The key.
    pub key: Key,
    /// What is known; `None` where a first load presumed it to exist.
    pub known: Option<Known>,
}

impl Store {
    /// The push of that job and id to that connection and operation, made where it is new: another account
    /// has a snapshot of its own.
    pub async fn push(
        &self,
        job: &JobName,
        push: &PushId,
        connection: &ConnectionName,
        operation: &OperationName,
    ) -> Result<PushRef, StoreError> {
        let row = sqlx::query(
            "INSERT INTO push (job, push, connection, operation) VALUES (?, ?, ?, ?)
             ON CONFLICT DO UPDATE SET job = excluded.job RETURNING push_ref",
        )
        .bind(job.as_str())
        .bind(push.as_str())
        .bind(connection.as_str())
        .bind(operation.as_str())
        .fetch_one(&self.writer)
        .await?;
        Ok(PushRef(row.try_get(0)?))
    }

    /// The same without making it: for `rollbook plan`, which stores nothing.
    pub async fn find_push(
        &self,
        job: &JobName,
        push: &PushId,
        connection: &ConnectionName,
        operation: &OperationName,
    ) -> Result<Option<PushRef>, StoreError> {
        let row = sqlx::query(
            "SELECT push_ref FROM push WHERE job = ? AND push = ? AND connection = ? AND operation = ?",
        )
        .bind(job.as_str())
        .bind(push.as_str())
        .bind(connection.as_str())
        .bind(operation.as_str())
        .fetch_optional(&self.reader)
        .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?.map(PushRef))
    }

    /// What planning asks of a push.
    pub async fn push_state(&self, push: PushRef) -> Result<PushState, StoreError> {
        let row = sqlx::query(
            "SELECT loaded, (SELECT count(*) FROM snapshot s WHERE s.push_ref = p.push_ref AND standing = 'active')
             FROM push p WHERE push_ref = ?",
        )
        .bind(push.0)
        .fetch_one(&self.reader)
        .await?;
        let recent = sqlx::query(
            "SELECT coalesce(json_extract(tally, '$.deactivate'), 0) + coalesce(json_extract(tally, '$.remove'), 0)
             FROM push_run JOIN run USING (run_ref)
             WHERE push_ref = ? AND phase = 'done' AND status IN ('ok', 'partial', 'nothing')
             ORDER BY run_ref DESC LIMIT 10",
        )
        .bind(push.0)
        .fetch_all(&self.reader)
        .await?;
        Ok(PushState {
            push,
            loaded: row.try_get::<i64, _>(0)? != 0,
            active: count(row.try_get(1)?),
            recent_removals: recent
                .iter()
                .map(|row| Ok(count(row.try_get(0)?)))
                .collect::<Result<_, StoreError>>()?,
        })
    }

    /// The next rows of a snapshot in key order: after `after` (from the start where it is `None`), up to
    /// `until` (to the end where it is `None`), at most `limit`.
    pub async fn snapshot_page(
        &self,
        push: PushRef,
        after: Option<&Key>,
        until: Option<&Key>,
        limit: u32,
    ) -> Result<Vec<SnapshotRow>, StoreError> {
        // An empty text is before every key, since a key is never empty.
        let rows = sqlx::query(
            "SELECT key, standing, fields FROM snapshot
             WHERE push_ref = ?1 AND key > ?2 AND (?3 IS NULL OR key <= ?3) ORDER BY key LIMIT ?4",
        )
        .bind(push.0)
        .bind(after.map_or("", Key::as_str))
        .bind(until.map(Key::as_str))
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(snapshot).collect()
    }

    /// One key of a snapshot.
    pub async fn snapshot_row(&self, push: PushRef, key: &Key) -> Result<Option<SnapshotRow>, StoreError> {
        let row = sqlx::query("SELECT key, standing, fields FROM snapshot WHERE push_ref = ? AND key = ?")
            .bind(push.0)
            .bind(key.as_str())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(snapshot).transpose()
    }

    /// Other pushes to the same connection and operation that have acknowledged something: push and name.
    pub async fn rivals(
        &self,
        push: PushRef,
        connection: &ConnectionName,
        operation: &OperationName,
    ) -> Result<Vec<(PushRef, String)>, StoreError> {
        let rows: Vec<(i64, String)> = sqlx::query_as(
            "SELECT push_ref, job || ': ' || push FROM push p
             WHERE push_ref <> ? AND connection = ? AND operation = ?
               AND EXISTS (SELECT 1 FROM snapshot s WHERE s.push_ref = p.push_ref)",
        )
        .bind(push.0)
        .bind(connection.as_str())
        .bind(operation.as_str())
        .fetch_all(&self.reader)
        .await?;
        Ok(rows.into_iter().map(|(push, name)| (PushRef(push), name)).collect())
    }

    /// Those of `keys` whose records a push has acknowledged and not removed.
    pub async fn acknowledged(&self, push: PushRef, keys: &[&Key]) -> Result<Vec<Key>, StoreError> {
        let rows: Vec<(String,)> = sqlx::query_as(
            "SELECT key FROM snapshot WHERE push_ref = ?1 AND standing IN ('active', 'inactive')
               AND key IN (SELECT value FROM json_each(?2))",
        )
        .bind(push.0)
        .bind(json(&keys)?)
        .fetch_all(&self.reader)
        .await?;
        Ok(rows.into_iter().map(|(key,)| Key::from_stored(key)).collect())
    }
}

fn snapshot(row: &SqliteRow) -> Result<SnapshotRow, StoreError> {
    let standing = Standing::parse(row.try_get(1)?);
    let fields: Fields = from_json(row.try_get(2)?)?;
    Ok(SnapshotRow {
        key: Key::from_stored(row.try_get(0)?),
        known: standing.map(|standing| Known { fields, standing }),
    })
}
