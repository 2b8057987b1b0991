//! Accepted changes that are looked up in the LMS afterwards, a sample of each push of a run.

use chrono::{DateTime, Utc};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::model::{ConnectionName, Key};

use super::outbox::{queued, select_queued};
use super::values::{count, millis, time};
use super::{PushRef, Queued, RunRef, Store, StoreError};

/// How many are fetched at a time.
const LIMIT: u32 = 64;

/// The states of a later change of the same record that may have overtaken an accepted one.
macro_rules! later_states {
    () => {
        "('accepted', 'already', 'sent', 'claimed', 'in_doubt')"
    };
}

/// What looking an accepted change up came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The LMS shows it.
    There,
    /// It surely does not.
    Absent,
    /// Nobody can tell.
    Unknown,
}

impl Finding {
    fn as_str(self) -> &'static str {
        match self {
            Self::There => "there",
            Self::Absent => "absent",
            Self::Unknown => "unknown",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::There, Self::Absent, Self::Unknown].into_iter().find(|finding| finding.as_str() == text)
    }
}

/// What became of one change of a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// The push.
    pub push: PushRef,
    /// The row; `None` where it has none.
    pub row: Option<u64>,
    /// The record.
    pub key: Key,
    /// What was found; `None` while it is still to be asked.
    pub finding: Option<Finding>,
    /// The code.
    pub code: String,
    /// The words.
    pub reason: String,
}

impl Store {
    /// Enters a sample of the accepted creates and updates of a push of a run, at most so many and spread
    /// evenly over them, to be looked up from `now` on. Once a push and run: a sample that is there stays as
    /// it is.
    pub async fn enter_sample(
        &self,
        run: RunRef,
        push: PushRef,
        most: u32,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        // What a later change has overtaken is no longer as this one left it.
        sqlx::query(concat!(
            "WITH accepted AS (
                 SELECT change_ref, row_number() OVER (ORDER BY change_ref) - 1 AS place, count(*) OVER () AS total
                 FROM change c INDEXED BY change_run
                 WHERE run_ref = ?1 AND push_ref = ?2 AND state = 'accepted' AND kind IN ('create', 'update')
                   AND NOT EXISTS (SELECT 1 FROM change l INDEXED BY change_key
                                   WHERE l.push_ref = c.push_ref AND l.key = c.key
                                     AND l.change_ref > c.change_ref
                                     AND l.state IN ",
            later_states!(),
            "))
             INSERT INTO verification (change_ref, run_ref, push_ref, state, at)
             SELECT change_ref, ?1, ?2, 'waiting', ?4 FROM accepted
             WHERE (place = 0 OR total <= ?3 OR place * ?3 / total > (place - 1) * ?3 / total)
               AND NOT EXISTS (SELECT 1 FROM verification WHERE run_ref = ?1 AND push_ref = ?2)",
        ))
        .bind(run.0)
        .bind(push.0)
        .bind(most)
        .bind(millis(now))
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// The connections of a run that have still to be asked.
    pub async fn verifying(&self, run: RunRef) -> Result<Vec<ConnectionName>, StoreError> {
        let rows: Vec<(String,)> = sqlx::query_as(
            "SELECT DISTINCT c.connection FROM verification v JOIN change c USING (change_ref)
             WHERE v.run_ref = ? AND v.state = 'waiting'",
        )
        .bind(run.0)
        .fetch_all(&self.reader)
        .await?;
        Ok(rows.into_iter().map(|(connection,)| connection.into()).collect())
    }

    /// What of a connection is to be looked up now, the longest due first; with it, whether it was asked for
    /// before.
    pub async fn due_lookups(
        &self,
        connection: &ConnectionName,
        now: DateTime<Utc>,
    ) -> Result<Vec<(Queued, bool)>, StoreError> {
        let asked: Vec<(i64, bool)> = sqlx::query_as(
            "SELECT v.change_ref, v.code IS NOT NULL
             FROM verification v INDEXED BY verification_due JOIN change c USING (change_ref)
             WHERE v.state = 'waiting' AND v.at <= ? AND c.connection = ? ORDER BY v.at, v.change_ref LIMIT ?",
        )
        .bind(millis(now))
        .bind(connection.as_str())
        .bind(LIMIT)
        .fetch_all(&self.reader)
        .await?;
        let mut due = Vec::with_capacity(asked.len());
        for (change, again) in asked {
            let row = sqlx::query(select_queued!(
                "FROM change c JOIN push p ON p.push_ref = c.push_ref WHERE c.change_ref = ?"
            ))
            .bind(change)
            .fetch_one(&self.reader)
            .await?;
            due.push((queued(&row)?, again));
        }
        Ok(due)
    }

    /// When something of a connection is to be looked up; `None` where nothing is.
    pub async fn next_lookup(
        &self,
        connection: &ConnectionName,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let row = sqlx::query(
            "SELECT min(v.at) FROM verification v INDEXED BY verification_due JOIN change c USING (change_ref)
             WHERE v.state = 'waiting' AND c.connection = ?",
        )
        .bind(connection.as_str())
        .fetch_one(&self.reader)
        .await?;
        row.try_get::<Option<i64>, _>(0)?.map(time).transpose()
    }

    /// Keeps what was found of a change: for good, or to be asked once more then.
    pub async fn looked_up(
        &self,
        change: i64,
        finding: Result<Finding, DateTime<Utc>>,
        code: &str,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (state, at) = match finding {
            Ok(finding) => (finding.as_str(), now),
            Err(again) => ("waiting", again),
        };
        // What a later change has overtaken in the meantime may well be there no more, as it was meant.
        sqlx::query(concat!(
            "WITH late AS (SELECT ?1 IN ('absent', 'waiting') AND EXISTS (
                 SELECT 1 FROM change c JOIN change l INDEXED BY change_key
                     ON l.push_ref = c.push_ref AND l.key = c.key AND l.change_ref > c.change_ref
                 WHERE c.change_ref = ?5 AND l.state IN ",
            later_states!(),
            ") AS overtaken)
             UPDATE verification SET state = iif(overtaken, 'unknown', ?1), code = iif(overtaken, 'overtaken', ?2),
                    reason = iif(overtaken, 'a later change of the record has been sent since', ?3), at = ?4
             FROM late WHERE change_ref = ?5 AND state = 'waiting'",
        ))
        .bind(state)
        .bind(code)
        .bind(reason)
        .bind(millis(at))
        .bind(change)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Gives up what of a run is still to be looked up, on one connection or on all: nobody knows.
    pub async fn end_lookups(
        &self,
        run: RunRef,
        connection: Option<&ConnectionName>,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE verification SET state = 'unknown', code = 'not asked', reason = ?1, at = ?2
             WHERE run_ref = ?3 AND state = 'waiting'
               AND (?4 IS NULL OR change_ref IN (SELECT change_ref FROM change WHERE run_ref = ?3
                                                 AND connection = ?4))",
        )
        .bind(reason)
        .bind(millis(now))
        .bind(run.0)
        .bind(connection.map(ConnectionName::as_str))
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// The samples of a run, push by push in the order of delivery.
    pub async fn lookups(&self, run: RunRef) -> Result<Vec<Lookup>, StoreError> {
        let rows = sqlx::query(
            "SELECT v.push_ref, c.row, c.key, v.state, coalesce(v.code, ''), coalesce(v.reason, '')
             FROM verification v JOIN change c USING (change_ref) WHERE v.run_ref = ?
             ORDER BY v.push_ref, v.change_ref",
        )
        .bind(run.0)
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(lookup).collect()
    }
}

fn lookup(row: &SqliteRow) -> Result<Lookup, StoreError> {
    Ok(Lookup {
        push: PushRef(row.try_get(0)?),
        row: row.try_get::<Option<i64>, _>(1)?.map(count),
        key: Key::from_stored(row.try_get(2)?),
        finding: Finding::parse(row.try_get(3)?),
        code: row.try_get(4)?,
        reason: row.try_get(5)?,
    })
}

#[cfg(test)]
#[path = "verifying_tests.rs"]
mod tests;
