//! Plans: from the spool into the outbox, invisible until one short transaction shows them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::{QueryBuilder, Sqlite, Transaction};

use crate::model::{ChangeState, ConnectionName, Fingerprint, Key, OperationName, PushCounts, PushId};

use super::spool::change_texts;
use super::values::{int, json, millis};
use super::{PushRef, RunRef, Spool, SpoolChange, Store, StoreError};

const PAGE: u32 = 400;

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
    /// The fingerprint of its changes.
    pub fingerprint: Fingerprint,
    /// Rows and changes.
    pub counts: PushCounts,
    /// Unchanged records of which a value became empty.
    pub emptied: u64,
    /// Absent people who are left alone.
    pub vanished: u64,
    /// Things to know.
    pub notes: Vec<String>,
    /// What the guards found: guard, found, limit, explanation.
    pub findings: Vec<[String; 4]>,
    /// Whether changes that remove are held.
    pub hold_removals: bool,
    /// Whether all changes are held.
    pub hold_all: bool,
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
                "INSERT INTO push_run (run_ref, push_ref, fingerprint, tally, emptied, vanished, notes)
                 VALUES (?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(run.0)
            .bind(push.push.0)
            .bind(push.fingerprint.as_bytes())
            .bind(json(&push.counts)?)
            .bind(int(push.emptied))
            .bind(int(push.vanished))
            .bind(json(&push.notes)?)
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
                // What earlier runs have parked and nothing has replaced gets its next try (semantics 25).
                sqlx::query(
                    "UPDATE change INDEXED BY change_open
                     SET state = 'waiting', attempts = 0, next_at = 0, round = 0
                     WHERE push_ref = ? AND state = 'parked' AND run_ref <> ?",
                )
                .bind(push.push.0)
                .bind(run.0)
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
                             AND (n.state = 'waiting' OR change.kind IN ('deactivate', 'remove')))",
        )
        .bind(run.0)
        .bind(push.push.0)
        .bind(millis(now))
        .execute(&mut **transaction)
        .await?;
        Ok(())
    }

    /// Enters what a first load says of the snapshot. Keys that are known already stay as they are.
    async fn copy_marks(
        &self,
        pushes: &[PlannedPush],
        spool: &Spool,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        for (number, push) in pushes.iter().enumerate().filter(|(_, push)| push.first_load) {
            let mut after = 0_i64;
            loop {
                let page: Vec<(i64, String, String, String)> = sqlx::query_as(
                    "SELECT seq, key, standing, fields FROM mark WHERE push = ? AND seq > ? ORDER BY seq LIMIT ?",
                )
                .bind(number as i64)
                .bind(after)
                .bind(PAGE)
                .fetch_all(&spool.pool)
                .await?;
                let Some((last, ..)) = page.last() else { break };
                after = *last;
                let mut query =
                    QueryBuilder::new("INSERT INTO snapshot (push_ref, key, standing, fields, settled_at) ");
                query.push_values(page, |mut values, (_, key, standing, fields)| {
                    values
                        .push_bind(push.push.0)
                        .push_bind(key)
                        .push_bind(standing)
                        .push_bind(fields)
                        .push_bind(millis(now));
                });
                query.push(" ON CONFLICT DO NOTHING");
                query.build().persistent(false).execute(&self.writer).await?;
            }
        }
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

    async fn copy_changes(
        &self,
        run: RunRef,
        push: &PlannedPush,
        page: &[SpoolChange],
    ) -> Result<(), StoreError> {
        let rows = page.iter().map(change_texts).collect::<Result<Vec<_>, _>>()?;
        let mut query = QueryBuilder::new(
            "INSERT INTO change (run_ref, push_ref, connection, operation, stage, rank, key, kind, sheet, row, \
             before, after, sent, extras, sealed, state) ",
        );
        query.push_values(rows, |mut values, (spooled, before, after, sent, extras)| {
            let change = &spooled.change;
            let held = push.hold_all || (push.hold_removals && change.kind.removes());
            let state = if held { ChangeState::Held } else { ChangeState::Waiting };
            values
                .push_bind(run.0)
                .push_bind(push.push.0)
                .push_bind(push.connection.as_str())
                .push_bind(push.operation.as_str())
                .push_bind(push.stage)
                .push_bind(i64::from(spooled.rank))
                .push_bind(change.key.as_str())
                .push_bind(change.kind.as_str())
                .push_bind(change.origin.as_ref().and_then(|origin| origin.sheet.as_deref()))
                .push_bind(change.origin.as_ref().map(|origin| int(origin.row)))
                .push_bind(before)
                .push_bind(after)
                .push_bind(sent)
                .push_bind(extras)
                .push_bind(spooled.sealed.as_deref())
                .push_bind(state.as_str());
        });
        query.build().persistent(false).execute(&self.writer).await?;
        Ok(())
    }

    async fn copy_rejects(
        &self,
        run: RunRef,
        pushes: &[PlannedPush],
        spool: &Spool,
    ) -> Result<(), StoreError> {
        let refs: HashMap<usize, PushRef> = pushes.iter().map(|push| push.push).enumerate().collect();
        let mut after = None;
        loop {
            let page = spool.rejects(after, PAGE).await?;
            let Some((_, seq, last)) = page.last() else { break };
            after = Some((last.origin.row, *seq));
            let rows = page
                .iter()
                .filter_map(|(number, _, reject)| refs.get(number).map(|push| (push, reject)))
                .map(|(push, reject)| Ok((push, reject, json(&reject.problems)?)))
                .collect::<Result<Vec<_>, StoreError>>()?;
            let mut query =
                QueryBuilder::new("INSERT INTO reject (run_ref, push_ref, sheet, row, key, problems) ");
            query.push_values(rows, |mut values, (push, reject, problems)| {
                values
                    .push_bind(run.0)
                    .push_bind(push.0)
                    .push_bind(reject.origin.sheet.as_deref())
                    .push_bind(int(reject.origin.row))
                    .push_bind(reject.key.as_ref().map(Key::as_str))
                    .push_bind(problems);
            });
            query.build().persistent(false).execute(&self.writer).await?;
        }
        let mut after = -1_i64;
        loop {
            let page: Vec<(i64, String, Option<Vec<u8>>)> = sqlx::query_as(
                "SELECT row, cells, sealed FROM reject_row WHERE row > ? ORDER BY row LIMIT ?",
            )
            .bind(after)
            .bind(PAGE)
            .fetch_all(&spool.pool)
            .await?;
            let Some((last, _, _)) = page.last() else { break };
            after = *last;
            let mut query = QueryBuilder::new("INSERT INTO reject_row (run_ref, row, cells, sealed) ");
            query.push_values(page, |mut values, (row, cells, sealed)| {
                values.push_bind(run.0).push_bind(row).push_bind(cells).push_bind(sealed);
            });
            query.build().persistent(false).execute(&self.writer).await?;
        }
        Ok(())
    }
}
