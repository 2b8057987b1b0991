//! Connections that are of no use until a person has looked.

use chrono::{DateTime, Utc};
use sqlx::Row;

use crate::model::ConnectionName;

use super::values::millis;
use super::{Store, StoreError};

/// A connection that was stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The account.
    pub connection: ConnectionName,
    /// The code.
    pub code: String,
    /// The words.
    pub reason: String,
}

impl Store {
    /// Stops a connection until the next run of its own.
    pub async fn stop_connection(&self, stop: &Stop, now: DateTime<Utc>) -> Result<(), StoreError> {
        sqlx::query("INSERT OR REPLACE INTO stop (connection, code, reason, at) VALUES (?, ?, ?, ?)")
            .bind(stop.connection.as_str())
            .bind(&stop.code)
            .bind(&stop.reason)
            .bind(millis(now))
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Lets every stopped connection, and every change that waits for its next try, have another try now.
    pub async fn clear_stops(&self) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query("DELETE FROM stop").execute(&mut *transaction).await?;
        sqlx::query("UPDATE change SET next_at = 0 WHERE state = 'waiting' AND next_at > 0")
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Connections that are stopped.
    pub async fn stops(&self) -> Result<Vec<Stop>, StoreError> {
        let rows = sqlx::query("SELECT connection, code, reason FROM stop ORDER BY connection")
            .fetch_all(&self.reader)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Stop {
                    connection: row.try_get::<String, _>(0)?.into(),
                    code: row.try_get(1)?,
                    reason: row.try_get(2)?,
                })
            })
            .collect()
    }
}
