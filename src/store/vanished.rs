//! Records that are absent and can't be taken back: listed for a person until they are back (semantics 9).

use sqlx::{QueryBuilder, Row, Sqlite, Transaction};

use crate::model::{Fields, Key, PushId};

use super::plans::PAGE;
use super::values::{count, json, maybe_json};
use super::{PlannedPush, PushRef, RunRef, Spool, Store, StoreError};

/// What a plan says of records that are absent and can't be taken back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Absences {
    /// Nothing: they can be taken back, or the file can't tell who is absent.
    #[default]
    Unsaid,
    /// Which of those that are listed are back; whether others are absent is unsure.
    Back,
    /// All of them.
    Listed,
}

/// A listed record.
#[derive(Clone, Debug)]
pub struct VanishedRow {
    /// The push, and its place.
    pub push_ref: PushRef,
    /// The push.
    pub push: PushId,
    /// The record.
    pub key: Key,
    /// What the LMS has acknowledged of it.
    pub fields: Fields,
}

/// How many records of a push are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VanishedCount {
    /// The push.
    pub push_ref: PushRef,
    /// Those that the run was the first to miss.
    pub new: u64,
    /// Those that an earlier run missed already.
    pub older: u64,
}

impl Spool {
    /// Adds records that are absent.
    pub async fn add_vanished(&self, push: usize, keys: &[Key]) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        for chunk in keys.chunks(1000) {
            let mut query = QueryBuilder::new("INSERT OR IGNORE INTO vanished (push, key) ");
            query.push_values(chunk, |mut values, key| {
                values.push_bind(push as i64).push_bind(key.as_str());
            });
            query.build().persistent(false).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn vanished(&self, push: usize, after: &str) -> Result<Vec<String>, StoreError> {
        let rows: Vec<(String,)> =
            sqlx::query_as("SELECT key FROM vanished WHERE push = ? AND key > ? ORDER BY key LIMIT ?")
                .bind(push as i64)
                .bind(after)
                .bind(PAGE)
                .fetch_all(&self.pool)
                .await?;
        Ok(rows.into_iter().map(|(key,)| key).collect())
    }
}

impl Store {
    /// Enters what the plan of a push says of absent records; `number` is its place in the spool.
    pub(super) async fn enter_vanished(
        &self,
        transaction: &mut Transaction<'static, Sqlite>,
        run: RunRef,
        (number, push): (usize, &PlannedPush),
        spool: &Spool,
    ) -> Result<(), StoreError> {
        let enter = match push.absences {
            Absences::Unsaid => return Ok(()),
            Absences::Back => {
                "UPDATE vanished SET last_ref = ?2 WHERE push_ref = ?1 AND key IN (SELECT value FROM json_each(?3))"
            }
            Absences::Listed => {
                "INSERT INTO vanished (push_ref, key, run_ref, last_ref)
                 SELECT ?1, value, ?2, ?2 FROM json_each(?3) WHERE true
                 ON CONFLICT DO UPDATE SET last_ref = excluded.last_ref"
            }
        };
        let mut after = String::new();
        loop {
            let page = spool.vanished(number, &after).await?;
            let Some(last) = page.last() else { break };
            after.clone_from(last);
            sqlx::query(enter)
                .bind(push.push.0)
                .bind(run.0)
                .bind(json(&page)?)
                .execute(&mut **transaction)
                .await?;
        }
        sqlx::query("DELETE FROM vanished WHERE push_ref = ? AND last_ref <> ?")
            .bind(push.push.0)
            .bind(run.0)
            .execute(&mut **transaction)
            .await?;
        Ok(())
    }

    /// The next records that a run was the first to miss and that are not back, after `after`, at most
    /// `limit`.
    pub async fn vanished(
        &self,
        run: RunRef,
        after: Option<&(PushRef, Key)>,
        limit: u32,
    ) -> Result<Vec<VanishedRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT v.push_ref, p.push, v.key, s.fields
             FROM vanished v INDEXED BY vanished_run JOIN push p ON p.push_ref = v.push_ref
                  LEFT JOIN snapshot s ON s.push_ref = v.push_ref AND s.key = v.key
             WHERE v.run_ref = ?1 AND (v.push_ref, v.key) > (?2, ?3) ORDER BY v.push_ref, v.key LIMIT ?4",
        )
        .bind(run.0)
        .bind(after.map_or(0, |(push, _)| push.0))
        .bind(after.map_or("", |(_, key)| key.as_str()))
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(VanishedRow {
                    push_ref: PushRef(row.try_get(0)?),
                    push: row.try_get::<String, _>(1)?.into(),
                    key: Key::from_stored(row.try_get(2)?),
                    fields: maybe_json(row.try_get(3)?)?.unwrap_or_default(),
                })
            })
            .collect()
    }

    /// How many records are listed for each push of a run.
    pub async fn count_vanished(&self, run: RunRef) -> Result<Vec<VanishedCount>, StoreError> {
        let rows = sqlx::query(
            "SELECT push_ref, sum(run_ref = ?1), sum(run_ref < ?1) FROM vanished
             WHERE push_ref IN (SELECT push_ref FROM push_run WHERE run_ref = ?1) GROUP BY 1",
        )
        .bind(run.0)
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(VanishedCount {
                    push_ref: PushRef(row.try_get(0)?),
                    new: count(row.try_get(1)?),
                    older: count(row.try_get(2)?),
                })
            })
            .collect()
    }
}
