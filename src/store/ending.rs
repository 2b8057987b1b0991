//! How runs end.

use chrono::{DateTime, Utc};
use sqlx::Row;

use crate::model::{PushCounts, RunStatus};

use super::values::{from_json, json, millis};
use super::{PushRef, RunRef, Store, StoreError};

impl Store {
    /// Whether every row of a run was settled as accepted or already there, or was unchanged: only then
    /// can the same bytes be passed over (semantics 28).
    pub async fn settled_well(&self, run: RunRef) -> Result<bool, StoreError> {
        let row = sqlx::query(
            "SELECT (SELECT count(*) FROM change WHERE run_ref = ?1 AND state NOT IN ('accepted', 'already'))
                  + (SELECT count(*) FROM reject WHERE run_ref = ?1)
                  + (SELECT count(*) FROM finding WHERE run_ref = ?1)",
        )
        .bind(run.0)
        .fetch_one(&self.reader)
        .await?;
        Ok(row.try_get::<i64, _>(0)? == 0)
    }

    /// Ends a run without a plan: it failed, or there was nothing to do. Rows are those of the file where
    /// it was passed over.
    pub async fn end_run(
        &self,
        run: RunRef,
        status: RunStatus,
        failure: Option<&str>,
        notes: &[String],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE run SET phase = 'done', status = ?, failure = ?, notes = ?, finished_at = ?,
                    reports_due = reports_due + 1
             WHERE run_ref = ?",
        )
        .bind(status.as_str())
        .bind(failure)
        .bind(json(&notes)?)
        .bind(millis(now))
        .bind(run.0)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Takes over the account of the run with the same bytes: every row of it is unchanged now.
    pub async fn repeat_account(&self, run: RunRef, same: RunRef) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query(
            "UPDATE run SET rows = s.rows, filtered = s.filtered, header = s.header
             FROM (SELECT rows, filtered, header FROM run WHERE run_ref = ?1) s WHERE run_ref = ?2",
        )
        .bind(same.0)
        .bind(run.0)
        .execute(&mut *transaction)
        .await?;
        let rows = sqlx::query("SELECT push_ref, tally FROM push_run WHERE run_ref = ?")
            .bind(same.0)
            .fetch_all(&mut *transaction)
            .await?;
        for row in &rows {
            let before: PushCounts = from_json(row.try_get(1)?)?;
            let duplicates = before.duplicates;
            let unchanged = before.rows() - duplicates - before.rejected;
            let now = PushCounts { duplicates, unchanged, ..PushCounts::default() };
            // The step may have been taken before a crash.
            sqlx::query(
                "INSERT OR REPLACE INTO push_run (run_ref, push_ref, fingerprint, tally, emptied, vanished, notes)
                 SELECT ?2, push_ref, fingerprint, ?4, emptied, vanished, '[]'
                 FROM push_run WHERE run_ref = ?1 AND push_ref = ?3",
            )
            .bind(same.0)
            .bind(run.0)
            .bind(row.try_get::<i64, _>(0)?)
            .bind(json(&now)?)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Notes something of a push of a run.
    pub async fn note_push(&self, run: RunRef, push: PushRef, note: &str) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE push_run SET notes = json_insert(notes, '$[#]', ?) WHERE run_ref = ? AND push_ref = ?",
        )
        .bind(note)
        .bind(run.0)
        .bind(push.0)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Says why the file of a push's links could not be written, or that it was.
    pub async fn links_written(
        &self,
        run: RunRef,
        push: PushRef,
        unwritten: Option<&str>,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE push_run SET unwritten = ? WHERE run_ref = ? AND push_ref = ?")
            .bind(unwritten)
            .bind(run.0)
            .bind(push.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Ends the delivery of a run, with its status; again when more has settled after its deadline.
    pub async fn finish_run(
        &self,
        run: RunRef,
        status: RunStatus,
        finished_at: Option<DateTime<Utc>>,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE run SET phase = 'done', status = ?, finished_at = ?, reports_due = reports_due + 1
             WHERE run_ref = ? AND finished_at IS NULL",
        )
        .bind(status.as_str())
        .bind(finished_at.map(millis))
        .bind(run.0)
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}
