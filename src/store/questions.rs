//! The questions of a pull of a run: those that are open, and those that are not answered.

use chrono::{DateTime, Utc};
use sqlx::Row;

use crate::model::Learner;

use super::values::{count, int, maybe_json, millis};
use super::{PullRef, RunRef, Store, StoreError};

/// A question that is open.
#[derive(Clone, Debug)]
pub struct PullStep {
    /// Its place.
    pub place: u64,
    /// Whose answer it is about; empty where it is everybody's.
    pub scope: String,
    /// The same as the connector takes it.
    pub learner: Option<Learner>,
    /// Whether nothing was known of it under the same parameters.
    pub baseline: bool,
    /// Where its next call begins.
    pub cursor: Option<String>,
    /// How many items its answers held so far.
    pub items: u64,
}

impl Store {
    /// The next open questions of a pull of a run, in order, behind the place `after`, at most `limit`.
    pub async fn open_steps(
        &self,
        run: RunRef,
        pull: PullRef,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Vec<PullStep>, StoreError> {
        let rows = sqlx::query(
            "SELECT place, scope, learner, baseline, cursor, items FROM pull_step
             WHERE run_ref = ? AND pull_ref = ? AND place > ? AND state = 'waiting' ORDER BY place LIMIT ?",
        )
        .bind(run.0)
        .bind(pull.0)
        .bind(after.map_or(-1, int))
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(PullStep {
                    place: count(row.try_get(0)?),
                    scope: row.try_get(1)?,
                    learner: maybe_json(row.try_get(2)?)?,
                    baseline: row.try_get(3)?,
                    cursor: row.try_get(4)?,
                    items: count(row.try_get(5)?),
                })
            })
            .collect()
    }

    /// A question was not answered, for good.
    pub async fn fail_step(
        &self,
        run: RunRef,
        pull: PullRef,
        place: u64,
        (code, reason): (&str, &str),
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE pull_step SET state = 'failed', code = ?, reason = ?, ended_at = ?
             WHERE run_ref = ? AND pull_ref = ? AND place = ? AND state = 'waiting'",
        )
        .bind(code)
        .bind(reason)
        .bind(millis(now))
        .bind(run.0)
        .bind(pull.0)
        .bind(int(place))
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// All questions of a pull of a run that are still open are not answered any more. Gives how many.
    pub async fn fail_open_steps(
        &self,
        run: RunRef,
        pull: PullRef,
        (code, reason): (&str, &str),
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let failed = sqlx::query(
            "UPDATE pull_step SET state = 'failed', code = ?, reason = ?, ended_at = ?
             WHERE run_ref = ? AND pull_ref = ? AND state = 'waiting'",
        )
        .bind(code)
        .bind(reason)
        .bind(millis(now))
        .bind(run.0)
        .bind(pull.0)
        .execute(&self.writer)
        .await?;
        Ok(failed.rows_affected())
    }
}
