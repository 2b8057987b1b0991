//! What people ask of the past: runs, their changes, and what is still open.

use chrono::{DateTime, Utc};
use sqlx::Row;

use crate::model::{
    ChangeKind, ChangeState, ConnectionName, Fields, JobName, Key, OperationName, PushId, RunId,
};

use super::runs::record;
use super::values::{count, from_json, kind, maybe_json, state};
use super::{PushRef, RunRecord, RunRef, Store, StoreError};

/// Which runs.
#[derive(Clone, Debug, Default)]
pub struct RunFilter {
    /// Only of this job.
    pub job: Option<JobName>,
    /// At most so many, the newest first.
    pub limit: Option<u32>,
}

/// A change with its outcome.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each field is the column of that name, explained in the migration")]
pub struct ChangeRow {
    pub change_ref: i64,
    pub push: PushId,
    pub key: Key,
    pub kind: ChangeKind,
    pub row: Option<u64>,
    pub before: Option<Fields>,
    pub after: Fields,
    pub state: ChangeState,
    pub code: Option<String>,
    pub reason: Option<String>,
}

/// A change of an earlier run that is still open or in doubt.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each field is the column of that name, explained in the migration")]
pub struct OpenChange {
    pub run: RunId,
    pub push: PushId,
    pub key: Key,
    pub state: ChangeState,
    pub code: String,
    pub reason: String,
}

/// One push of a run, as planned.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each field is the column of that name, explained in the migration")]
pub struct PushRunRow {
    pub push_ref: PushRef,
    pub push: PushId,
    pub connection: ConnectionName,
    pub operation: OperationName,
    pub emptied: u64,
    pub vanished: u64,
    pub notes: Vec<String>,
    pub unwritten: Option<String>,
}

/// A guard's finding: push, guard, found, limit, explanation.
pub type FindingRow = (PushId, String, String, String, String);

impl Store {
    /// Runs, the newest first.
    pub async fn runs(&self, filter: &RunFilter) -> Result<Vec<RunRecord>, StoreError> {
        let rows =
            sqlx::query("SELECT * FROM run WHERE (?1 IS NULL OR job = ?1) ORDER BY run_ref DESC LIMIT ?2")
                .bind(filter.job.as_ref().map(JobName::as_str))
                .bind(filter.limit.map_or(-1, i64::from))
                .fetch_all(&self.reader)
                .await?;
        rows.iter().map(record).collect()
    }

    /// The pushes of a run, in the order of the job file.
    pub async fn push_runs(&self, run: RunRef) -> Result<Vec<PushRunRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT push_ref, push, connection, operation, emptied, vanished, notes, unwritten
             FROM push_run JOIN push USING (push_ref) WHERE run_ref = ? ORDER BY push_run.rowid",
        )
        .bind(run.0)
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(PushRunRow {
                    push_ref: PushRef(row.try_get(0)?),
                    push: row.try_get::<String, _>(1)?.into(),
                    connection: row.try_get::<String, _>(2)?.into(),
                    operation: row.try_get::<String, _>(3)?.into(),
                    emptied: count(row.try_get(4)?),
                    vanished: count(row.try_get(5)?),
                    notes: from_json(row.try_get(6)?)?,
                    unwritten: row.try_get(7)?,
                })
            })
            .collect()
    }

    /// What the guards of a run found.
    pub async fn findings(&self, run: RunRef) -> Result<Vec<FindingRow>, StoreError> {
        let rows: Vec<(String, String, String, String, String)> = sqlx::query_as(
            "SELECT push, guard, found, allowed, explanation FROM finding JOIN push USING (push_ref)
             WHERE run_ref = ? ORDER BY finding.rowid",
        )
        .bind(run.0)
        .fetch_all(&self.reader)
        .await?;
        Ok(rows
            .into_iter()
            .map(|(push, guard, found, limit, explanation)| (push.into(), guard, found, limit, explanation))
            .collect())
    }

    /// The next changes of a run after `after`, at most `limit`, in order of delivery; only those in one of
    /// `states` where any are named.
    pub async fn changes(
        &self,
        run: RunRef,
        states: &[ChangeState],
        after: i64,
        limit: u32,
    ) -> Result<Vec<ChangeRow>, StoreError> {
        let words = serde_json::to_string(&states.iter().map(|state| state.as_str()).collect::<Vec<_>>())?;
        let rows = sqlx::query(
            "SELECT c.change_ref, p.push, c.key, c.kind, c.row, c.before, c.after, c.state, c.code, c.reason
             FROM change c INDEXED BY change_of_run JOIN push p USING (push_ref)
             WHERE c.run_ref = ?1 AND c.change_ref > ?2
               AND (?3 = '[]' OR c.state IN (SELECT value FROM json_each(?3)))
             ORDER BY c.change_ref LIMIT ?4",
        )
        .bind(run.0)
        .bind(after)
        .bind(words)
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(ChangeRow {
                    change_ref: row.try_get(0)?,
                    push: row.try_get::<String, _>(1)?.into(),
                    key: Key::from_stored(row.try_get(2)?),
                    kind: kind(row.try_get(3)?)?,
                    row: row.try_get::<Option<i64>, _>(4)?.map(count),
                    before: maybe_json(row.try_get(5)?)?,
                    after: from_json(row.try_get(6)?)?,
                    state: state(row.try_get(7)?)?,
                    code: row.try_get(8)?,
                    reason: row.try_get(9)?,
                })
            })
            .collect()
    }

    /// Changes of earlier runs of a job that are still parked, waiting or in doubt: the doubts first, then the
    /// oldest, at most `limit`.
    pub async fn still_open(
        &self,
        job: &JobName,
        run: RunRef,
        limit: u32,
    ) -> Result<Vec<OpenChange>, StoreError> {
        let rows = sqlx::query(
            "SELECT r.run, p.push, c.key, c.state, coalesce(c.code, ''), coalesce(c.reason, '')
             FROM push p JOIN change c INDEXED BY change_open ON c.push_ref = p.push_ref
                  JOIN run r ON r.run_ref = c.run_ref
             WHERE p.job = ? AND c.run_ref < ?
               AND c.state IN ('parked', 'waiting', 'claimed', 'sent', 'in_doubt')
             ORDER BY c.state <> 'in_doubt', c.change_ref LIMIT ?",
        )
        .bind(job.as_str())
        .bind(run.0)
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(OpenChange {
                    run: row.try_get::<String, _>(0)?.into(),
                    push: row.try_get::<String, _>(1)?.into(),
                    key: Key::from_stored(row.try_get(2)?),
                    state: state(row.try_get(3)?)?,
                    code: row.try_get(4)?,
                    reason: row.try_get(5)?,
                })
            })
            .collect()
    }

    /// Runs of a job with changes that are held, or that were held without a change (an empty file), as
    /// long as no later file was planned.
    pub async fn held_runs(&self, job: &JobName) -> Result<Vec<RunId>, StoreError> {
        let rows: Vec<(String,)> = sqlx::query_as(
            "SELECT run FROM run r WHERE job = ?1 AND (
                 EXISTS (SELECT 1 FROM change c WHERE c.run_ref = r.run_ref AND c.state = 'held')
                 OR (status = 'held' AND run_ref = (SELECT max(run_ref) FROM run WHERE job = ?1 AND file IS NOT NULL)))
             ORDER BY run_ref",
        )
        .bind(job.as_str())
        .fetch_all(&self.reader)
        .await?;
        Ok(rows.into_iter().map(|(run,)| run.into()).collect())
    }

    /// Runs that ended with changes still open, of which nothing is under way any more: their second
    /// report is due (semantics 25).
    pub async fn settled_late(&self) -> Result<Vec<RunRecord>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM run r WHERE phase = 'done' AND finished_at IS NULL
               AND NOT EXISTS (SELECT 1 FROM change c WHERE c.run_ref = r.run_ref
                               AND (c.state IN ('waiting', 'claimed', 'sent')
                                    OR (c.state = 'in_doubt' AND c.look_at IS NOT NULL)))
             ORDER BY run_ref",
        )
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(record).collect()
    }

    /// The newest run of a job that ended with changes open which still are.
    pub async fn unsettled(&self, job: &JobName) -> Result<Option<RunRef>, StoreError> {
        let row = sqlx::query(
            "SELECT run_ref FROM run r WHERE job = ? AND phase = 'done' AND finished_at IS NULL
               AND EXISTS (SELECT 1 FROM change c WHERE c.run_ref = r.run_ref
                           AND (c.state IN ('waiting', 'claimed', 'sent')
                                OR (c.state = 'in_doubt' AND c.look_at IS NOT NULL)))
             ORDER BY run_ref DESC LIMIT 1",
        )
        .bind(job.as_str())
        .fetch_optional(&self.reader)
        .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?.map(RunRef))
    }

    /// Whether something of a run can still settle by itself: it waits, is out, or is read back.
    pub async fn is_open(&self, run: RunRef) -> Result<bool, StoreError> {
        let row = sqlx::query(
            "SELECT EXISTS (SELECT 1 FROM change WHERE run_ref = ?
                            AND (state IN ('waiting', 'claimed', 'sent')
                                 OR (state = 'in_doubt' AND look_at IS NOT NULL)))",
        )
        .bind(run.0)
        .fetch_one(&self.reader)
        .await?;
        Ok(row.try_get(0)?)
    }

    /// Runs that ended and have not been reported, since a crash came between.
    pub async fn unreported(&self) -> Result<Vec<RunRecord>, StoreError> {
        let rows =
            sqlx::query("SELECT * FROM run WHERE phase = 'done' AND reports < reports_due ORDER BY run_ref")
                .fetch_all(&self.reader)
                .await?;
        rows.iter().map(record).collect()
    }

    /// When the job's last file came: the start of its last run that had one.
    pub async fn last_file(&self, job: &JobName) -> Result<Option<DateTime<Utc>>, StoreError> {
        let row = sqlx::query("SELECT max(started_at) FROM run WHERE job = ? AND file IS NOT NULL")
            .bind(job.as_str())
            .fetch_one(&self.reader)
            .await?;
        super::values::maybe_time(row.try_get(0)?)
    }
}
