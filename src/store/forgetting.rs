//! The end of a pull of a run: what was not asked for any more, what it came to, and what has grown old.

use chrono::{DateTime, Utc};

use super::values::{json, millis};
use super::{PullRef, RunRef, Store, StoreError};

/// What has grown old before `?2`, of the pull `?1`; the run that ends is `?3`. Present items never have.
const OLD: [&str; 7] = [
    "DELETE FROM item_event WHERE at < ?2 AND item_ref IN (SELECT item_ref FROM item WHERE pull_ref = ?1)",
    "DELETE FROM item_event WHERE item_ref IN (
         SELECT item_ref FROM item WHERE pull_ref = ?1
           AND ((standing = 'retired' AND retired_at < ?2) OR (standing = 'outside' AND last_seen < ?2)))",
    "DELETE FROM item WHERE pull_ref = ?1
       AND ((standing = 'retired' AND retired_at < ?2) OR (standing = 'outside' AND last_seen < ?2))",
    "DELETE FROM pull_scope WHERE pull_ref = ?1 AND answered_at < ?2",
    "DELETE FROM learner_name WHERE pull_ref = ?1
       AND learner NOT IN (SELECT learner FROM item WHERE pull_ref = ?1)
       AND learner NOT IN (SELECT scope FROM pull_step WHERE pull_ref = ?1 AND run_ref = ?3)",
    // Those that were answered are in the sums of their run.
    "DELETE FROM pull_step WHERE pull_ref = ?1 AND run_ref < ?3 AND code IS NULL",
    "DELETE FROM pull_step WHERE pull_ref = ?1 AND run_ref < ?3
       AND run_ref IN (SELECT run_ref FROM run WHERE started_at < ?2)",
];

impl Store {
    /// None of the questions of a pull of a run is open any more: what no question asked for stands outside,
    /// unless none at all was answered.
    pub async fn end_pull(&self, run: RunRef, pull: PullRef) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let outside = sqlx::query(
            "UPDATE item SET standing = 'outside'
             WHERE pull_ref = ?1 AND standing = 'present'
               AND scope NOT IN (SELECT scope FROM pull_step WHERE run_ref = ?2 AND pull_ref = ?1)
               AND EXISTS (SELECT 1 FROM pull_step WHERE run_ref = ?2 AND pull_ref = ?1 AND state = 'answered')",
        )
        .bind(pull.0)
        .bind(run.0)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
        if outside > 0 {
            sqlx::query("UPDATE pull_run SET changed = 1 WHERE run_ref = ? AND pull_ref = ?")
                .bind(run.0)
                .bind(pull.0)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Closes a pull of a run that has ended: its numbers are kept, and what is older than `before` is forgotten.
    pub async fn close_pull(
        &self,
        run: RunRef,
        pull: PullRef,
        before: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        // Counted before anything of it is forgotten, however short the retention is.
        let tally = json(&self.tally(run, pull).await?)?;
        let mut transaction = self.begin().await?;
        sqlx::query(
            "UPDATE pull_run SET tally = ?, ended = 1 WHERE run_ref = ? AND pull_ref = ? AND NOT ended",
        )
        .bind(tally)
        .bind(run.0)
        .bind(pull.0)
        .execute(&mut *transaction)
        .await?;
        for old in OLD {
            sqlx::query(old).bind(pull.0).bind(millis(before)).bind(run.0).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}
