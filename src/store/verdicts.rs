//! What is in doubt, for people, and a person's verdict on it.

use chrono::{DateTime, Utc};
use sqlx::Row;

use crate::model::{ConnectionName, JobName, Key, PushId, RunId, Standing};

use super::values::{maybe_time, millis};
use super::{RunRef, Store, StoreError};

/// A change that is in doubt.
#[derive(Clone, Debug)]
pub struct Doubtful {
    /// Its place in the outbox.
    pub change_ref: i64,
    /// Its run.
    pub run: RunId,
    /// Its job.
    pub job: JobName,
    /// Its push.
    pub push: PushId,
    /// Its account.
    pub connection: ConnectionName,
    /// The record.
    pub key: Key,
    /// When the call was made.
    pub sent_at: Option<DateTime<Utc>>,
    /// When Rollbook looks for itself; `None` where only a person can.
    pub look_at: Option<DateTime<Utc>>,
    /// The code.
    pub code: String,
    /// The words.
    pub reason: String,
}

/// What a person has found out about a change in doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonsVerdict {
    /// The LMS has it.
    Accepted(Standing),
    /// The LMS does not have it, so it may be sent again.
    Resend,
}

impl Store {
    /// Everything in doubt, oldest first; only of one run and key where these are given.
    pub async fn doubts(&self, run: Option<RunRef>, key: Option<&Key>) -> Result<Vec<Doubtful>, StoreError> {
        let rows = sqlx::query(
            "SELECT c.change_ref, r.run, p.job, p.push, c.connection, c.key, c.sent_at, c.look_at,
                    coalesce(c.code, ''), coalesce(c.reason, '')
             FROM change c JOIN run r ON r.run_ref = c.run_ref JOIN push p ON p.push_ref = c.push_ref
             WHERE c.state = 'in_doubt' AND (?1 IS NULL OR c.run_ref = ?1) AND (?2 IS NULL OR c.key = ?2)
             ORDER BY c.change_ref",
        )
        .bind(run.map(|run| run.0))
        .bind(key.map(Key::as_str))
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Doubtful {
                    change_ref: row.try_get(0)?,
                    run: row.try_get::<String, _>(1)?.into(),
                    job: row.try_get::<String, _>(2)?.into(),
                    push: row.try_get::<String, _>(3)?.into(),
                    connection: row.try_get::<String, _>(4)?.into(),
                    key: Key::from_stored(row.try_get(5)?),
                    sent_at: maybe_time(row.try_get(6)?)?,
                    look_at: maybe_time(row.try_get(7)?)?,
                    code: row.try_get(8)?,
                    reason: row.try_get(9)?,
                })
            })
            .collect()
    }

    /// Settles a change in doubt by a person's word, who is named. `false` where it is in doubt no more.
    pub async fn settle_doubt(
        &self,
        change: i64,
        verdict: PersonsVerdict,
        person: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let (state, words) = match verdict {
            PersonsVerdict::Accepted(_) => ("accepted", "says that the LMS has it"),
            PersonsVerdict::Resend => ("waiting", "says that the LMS does not have it, so it is sent again"),
        };
        let reason = format!("{person} {words}");
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "UPDATE change SET state = ?1, code = 'settled', reason = ?2, look_at = NULL, maybe_sent = 0,
                    next_at = 0, attempts = 0, sent_at = NULL, settled_at = iif(?1 = 'accepted', ?3, NULL)
             WHERE change_ref = ?4 AND state = 'in_doubt'",
        )
        .bind(state)
        .bind(&reason)
        .bind(millis(now))
        .bind(change)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
        if done == 0 {
            return Ok(false);
        }
        sqlx::query(
            "INSERT INTO attempt (change_ref, at, duration_ms, code, reason) VALUES (?, ?, 0, 'settled', ?)",
        )
        .bind(change)
        .bind(millis(now))
        .bind(&reason)
        .execute(&mut *transaction)
        .await?;
        if let PersonsVerdict::Accepted(standing) = verdict {
            sqlx::query(
                "INSERT INTO snapshot (push_ref, key, standing, fields, settled_at)
                 SELECT push_ref, key, ?, after, ? FROM change WHERE change_ref = ?
                 ON CONFLICT (push_ref, key) DO UPDATE SET standing = excluded.standing,
                     fields = excluded.fields, settled_at = excluded.settled_at",
            )
            .bind(standing.as_str())
            .bind(millis(now))
            .bind(change)
            .execute(&mut *transaction)
            .await?;
        }
        // What was put aside behind the doubt and wants the same goes with it.
        sqlx::query(
            "UPDATE change SET state = 'superseded', settled_at = ?
             FROM (SELECT push_ref AS push, key AS record, after AS wanted FROM change WHERE change_ref = ?) d
             WHERE push_ref = d.push AND key = d.record AND after = d.wanted
               AND state = 'parked' AND code = 'in doubt'",
        )
        .bind(millis(now))
        .bind(change)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(true)
    }
}
