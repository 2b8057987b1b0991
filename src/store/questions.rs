//! The questions of a pull of a run: those that are open, and those that are not answered.

use chrono::{DateTime, Utc};
use sqlx::Row;

use crate::model::{Fingerprint, Learner};

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
    /// Its turn: whoever was answered longest ago goes first, so that a run without time for all of them does
    /// not miss the same ones each time.
    pub turn: StepTurn,
}

/// When a question is asked among the others of its run: by its last whole answer, then by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StepTurn(i64, u64);

impl Store {
    /// Whether a question of a pull of a run is open that was entered in other words than these.
    pub async fn asks_otherwise(
        &self,
        run: RunRef,
        pull: PullRef,
        question: Fingerprint,
    ) -> Result<bool, StoreError> {
        let row = sqlx::query(
            "SELECT EXISTS (SELECT 1 FROM pull_step
                            WHERE run_ref = ? AND pull_ref = ? AND state = 'waiting' AND question <> ?)",
        )
        .bind(run.0)
        .bind(pull.0)
        .bind(question.as_bytes())
        .fetch_one(&self.reader)
        .await?;
        Ok(row.try_get(0)?)
    }

    /// The next open questions of a pull of a run, by their turn, behind that of `after`, at most `limit`.
    pub async fn open_steps(
        &self,
        run: RunRef,
        pull: PullRef,
        after: Option<StepTurn>,
        limit: u32,
    ) -> Result<Vec<PullStep>, StoreError> {
        let rows = sqlx::query(
            "SELECT s.place, s.scope, s.learner, s.baseline, s.cursor, s.items, coalesce(a.answered_at, 0) AS turn
             FROM pull_step s LEFT JOIN pull_scope a ON a.pull_ref = s.pull_ref AND a.scope = s.scope
             WHERE s.run_ref = ?1 AND s.pull_ref = ?2 AND s.state = 'waiting'
               AND (coalesce(a.answered_at, 0), s.place) > (?3, ?4)
             ORDER BY turn, s.place LIMIT ?5",
        )
        .bind(run.0)
        .bind(pull.0)
        .bind(after.map_or(-1, |StepTurn(answered, _)| answered))
        .bind(after.map_or(-1, |StepTurn(_, place)| int(place)))
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
                    turn: StepTurn(row.try_get(6)?, count(row.try_get(0)?)),
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
