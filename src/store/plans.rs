//! Plans: from the spool into the outbox, invisible until one short transaction shows them.

use chrono::{DateTime, Utc};
use sqlx::{Sqlite, Transaction};

use crate::model::{ConnectionName, Fingerprint, OperationName, PushCounts, PushId};

use super::values::{int, json, millis};
use super::{Absences, PushRef, RunRef, Spool, Store, StoreError};

pub(super) const PAGE: u32 = 400;

/// One push of a plan that is ready to be committed.
#[derive(Clone, Debug)]
pub struct PlannedPush {
    /// The push.
    pub push: PushRef,
    /// Its id.
    pub push_id: PushId,
    /// Its account.
    pub connection: ConnectionName,
    /// Its operation, in full.
    pub operation: OperationName,
    /// The place of its operation in delivery.
    pub stage: i64,
    /// Whether its operation may be repeated.
    pub repeatable: bool,
    /// The fingerprint of its changes.
    pub fingerprint: Fingerprint,
    /// Rows and changes.
    pub counts: PushCounts,
    /// Unchanged records of which a value became empty.
    pub emptied: u64,
    /// Absent records that are left alone.
    pub vanished: u64,
    /// Things to know.
    pub notes: Vec<String>,
    /// What the guards found: guard, found, limit, explanation.
    pub findings: Vec<[String; 4]>,
    /// Whether changes that remove are held.
    pub hold_removals: bool,
    /// Whether changes that correct what the LMS has acknowledged are held.
    pub hold_updates: bool,
    /// Whether all changes are held.
    pub hold_all: bool,
    /// How many changes are put aside from the start, since an earlier one of their record is in doubt.
    pub doubtful: u64,
    /// What it says of absent records that can't be taken back.
    pub absences: Absences,
    /// Whether this load is the first one, and is carried out.
    pub first_load: bool,
}

/// What was read of the file.
#[derive(Clone, Debug, Default)]
pub struct SpooledSummary {
    /// Data rows.
    pub rows: u64,
    /// Rows that `where` left out.
    pub filtered: u64,
    /// The columns.
    pub header: Vec<String>,
    /// Things to know.
    pub notes: Vec<String>,
    /// Whether the file is one of corrected rejects.
    pub correction: bool,
}

impl Store {
    /// Commits a plan: changes and rejects are copied in pages that nobody sees, then one short
    /// transaction shows the run, replaces older changes that are still waiting, and starts delivery.
    ///
    /// # Errors
    /// When the database fails; then nothing of the plan is visible, and it can be made again.
    pub async fn commit_plan(
        &self,
        run: RunRef,
        summary: &SpooledSummary,
        pushes: &[PlannedPush],
        spool: &Spool,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.discard_plan(run).await?;
        for (number, push) in pushes.iter().enumerate() {
            let mut after = None;
            loop {
                let page = spool.changes(number, after, PAGE).await?;
                let Some(last) = page.last() else { break };
                after = Some((last.rank, last.seq));
                self.copy_changes(run, push, &page).await?;
            }
        }
        self.copy_rejects(run, pushes, spool).await?;

        self.copy_marks(pushes, spool, now).await?;
        let withdrawn: Vec<(i64, String, bool)> =
            sqlx::query_as("SELECT push, key, removals FROM withdrawn").fetch_all(&spool.pool).await?;
        let mut transaction = self.begin().await?;
        for (number, push) in pushes.iter().enumerate() {
            sqlx::query(
                "INSERT INTO push_run (run_ref, push_ref, fingerprint, tally, emptied, vanished, notes, stage)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(run.0)
            .bind(push.push.0)
            .bind(push.fingerprint.as_bytes())
            .bind(json(&push.counts)?)
            .bind(int(push.emptied))
            .bind(int(push.vanished))
            .bind(json(&push.notes)?)
            .bind(push.stage)
            .execute(&mut *transaction)
            .await?;
            for [guard, found, allowed, explanation] in &push.findings {
                sqlx::query(
                    "INSERT INTO finding (run_ref, push_ref, guard, found, allowed, explanation)
                     VALUES (?, ?, ?, ?, ?, ?)",
                )
                .bind(run.0)
                .bind(push.push.0)
                .bind(guard)
                .bind(found)
                .bind(allowed)
                .bind(explanation)
                .execute(&mut *transaction)
                .await?;
            }
            if push.first_load {
                sqlx::query("UPDATE push SET loaded = 1 WHERE push_ref = ?")
                    .bind(push.push.0)
                    .execute(&mut *transaction)
                    .await?;
            }
            self.enter_vanished(&mut transaction, run, (number, push), spool).await?;
            self.replace_older(&mut transaction, run, push, now).await?;
            for (_, key, removals) in withdrawn.iter().filter(|(place, ..)| *place == number as i64) {
                // A file in doubt takes nothing back, but nobody who is in it is removed by an older one.
                if push.hold_all && !removals {
                    continue;
                }
                sqlx::query(
                    "UPDATE change INDEXED BY change_key SET state = 'superseded', settled_at = ?
                     WHERE push_ref = ? AND key = ? AND state IN ('waiting', 'parked') AND run_ref <> ?
                       AND (NOT ? OR kind IN ('deactivate', 'remove'))",
                )
                .bind(millis(now))
                .bind(push.push.0)
                .bind(key)
                .bind(run.0)
                .bind(removals)
                .execute(&mut *transaction)
                .await?;
            }
            if !push.hold_all {
                // What earlier runs have parked and nothing has replaced gets its next try (semantics 25), but
                // for what waits until a doubt about the record is settled.
                sqlx::query(
                    "UPDATE change INDEXED BY change_open
                     SET state = 'waiting', attempts = 0, next_at = 0, round = 0
                     WHERE push_ref = ? AND state = 'parked' AND run_ref <> ?
                       AND NOT EXISTS (SELECT 1 FROM change d INDEXED BY change_key
                                       WHERE d.push_ref = change.push_ref AND d.key = change.key
                                       AND (d.state IN ('sent', 'in_doubt')
                                            OR (d.state IN ('waiting', 'claimed')
                                                AND d.change_ref < change.change_ref)))
                       -- Nor is a second create sent that might mail or grant twice.
                       AND (? OR kind <> 'create' OR code IS NOT 'in doubt'
                            OR NOT EXISTS (SELECT 1 FROM snapshot s WHERE s.push_ref = change.push_ref
                                           AND s.key = change.key AND s.standing <> 'presumed'))",
                )
                .bind(push.push.0)
                .bind(run.0)
                .bind(push.repeatable)
                .execute(&mut *transaction)
                .await?;
            }
        }
        sqlx::query(
            "UPDATE run SET phase = 'delivering', rows = ?, filtered = ?, header = ?, notes = ?, correction = ?
             WHERE run_ref = ?",
        )
        .bind(int(summary.rows))
        .bind(int(summary.filtered))
        .bind(json(&summary.header)?)
        .bind(json(&summary.notes)?)
        .bind(summary.correction)
        .bind(run.0)
        .execute(&mut *transaction)
        .await?;
        // A new run is a new try for connections that were stopped.
        for push in pushes {
            sqlx::query("DELETE FROM stop WHERE connection = ?")
                .bind(push.connection.as_str())
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// A newer change takes the place of an older one that is not under way. A held one does not, but no
    /// older removal goes while a newer change of the record waits for a person.
    async fn replace_older(
        &self,
        transaction: &mut Transaction<'static, Sqlite>,
        run: RunRef,
        push: &PlannedPush,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE change INDEXED BY change_open SET state = 'superseded', settled_at = ?3
             WHERE push_ref = ?2 AND state IN ('waiting', 'parked') AND run_ref <> ?1
               AND EXISTS (SELECT 1 FROM change n INDEXED BY change_key
                           WHERE n.push_ref = change.push_ref AND n.key = change.key AND n.run_ref = ?1
                             AND (n.state IN ('waiting', 'parked') OR change.kind IN ('deactivate', 'remove')))",
        )
        .bind(run.0)
        .bind(push.push.0)
        .bind(millis(now))
        .execute(&mut **transaction)
        .await?;
        Ok(())
    }

    /// Removes what an earlier attempt to commit this run's plan left behind.
    async fn discard_plan(&self, run: RunRef) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query("DELETE FROM change WHERE run_ref = ?").bind(run.0).execute(&mut *transaction).await?;
        sqlx::query("DELETE FROM reject WHERE run_ref = ?").bind(run.0).execute(&mut *transaction).await?;
        sqlx::query("DELETE FROM reject_row WHERE run_ref = ?")
            .bind(run.0)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }
}
