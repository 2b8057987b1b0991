//! Calls of a day, for accounts that allow only so many.

use chrono::{DateTime, Utc};
use sqlx::Row;

use crate::model::ConnectionName;

use super::values::count;
use super::{Store, StoreError};

/// How many days are remembered.
const DAYS: i64 = 30;

impl Store {
    /// Counts a call that is to be made now, unless so many have been made on this day (UTC) already. Whether it
    /// may be made.
    pub async fn count_call(
        &self,
        connection: &ConnectionName,
        most: u32,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let counted = sqlx::query(
            "INSERT INTO call_count (connection, day, calls) SELECT ?1, ?2, 1 WHERE ?3 > 0
             ON CONFLICT DO UPDATE SET calls = calls + 1 WHERE calls < ?3",
        )
        .bind(connection.as_str())
        .bind(day(now))
        .bind(most)
        .execute(&self.writer)
        .await?;
        Ok(counted.rows_affected() == 1)
    }

    /// How many calls were made on this day (UTC).
    pub async fn calls_today(
        &self,
        connection: &ConnectionName,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let row =
            sqlx::query("SELECT coalesce(sum(calls), 0) FROM call_count WHERE connection = ? AND day = ?")
                .bind(connection.as_str())
                .bind(day(now))
                .fetch_one(&self.reader)
                .await?;
        Ok(count(row.try_get(0)?))
    }

    /// Forgets the calls of days long gone.
    pub async fn forget_calls(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM call_count WHERE day < ?")
            .bind(day(now - chrono::TimeDelta::days(DAYS)))
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

fn day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d").to_string()
}
