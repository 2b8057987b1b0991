//! Times of the schedule: each is taken once, whoever looks and however often.

use chrono::{DateTime, Utc};
use sqlx::Row;

use crate::model::JobName;

use super::values::{maybe_time, millis};
use super::{Store, StoreError};

/// What a time stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TickKind {
    /// A time of `cron`.
    Cron,
    /// A time of `due_by`.
    Due,
}

impl TickKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Cron => "cron",
            Self::Due => "due",
        }
    }
}

impl Store {
    /// Takes a time; `false` where it was taken before.
    pub async fn take_tick(
        &self,
        job: &JobName,
        kind: TickKind,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let done =
            sqlx::query("INSERT INTO tick (job, kind, scheduled_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
                .bind(job.as_str())
                .bind(kind.as_str())
                .bind(millis(at))
                .execute(&self.writer)
                .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Whether a time was taken.
    pub async fn tick_is_taken(
        &self,
        job: &JobName,
        kind: TickKind,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let row = sqlx::query("SELECT 1 FROM tick WHERE job = ? AND kind = ? AND scheduled_at = ?")
            .bind(job.as_str())
            .bind(kind.as_str())
            .bind(millis(at))
            .fetch_optional(&self.reader)
            .await?;
        Ok(row.is_some())
    }

    /// The last time that was taken.
    pub async fn last_tick(
        &self,
        job: &JobName,
        kind: TickKind,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let row = sqlx::query("SELECT max(scheduled_at) FROM tick WHERE job = ? AND kind = ?")
            .bind(job.as_str())
            .bind(kind.as_str())
            .fetch_one(&self.reader)
            .await?;
        maybe_time(row.try_get(0)?)
    }
}
