//! What the command line asks of the daemon that holds the data directory.

use chrono::{DateTime, Utc};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::model::JobName;

use super::values::millis;
use super::{RunRef, Store, StoreError};

/// A run that somebody asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its place.
    pub request_ref: i64,
    /// The job.
    pub job: JobName,
    /// The name of the file, where one was named.
    pub file: Option<String>,
    /// Where a private copy of it lies.
    pub path: Option<String>,
}

impl Store {
    /// Asks for a run.
    pub async fn ask(
        &self,
        job: &JobName,
        file: Option<(&str, &str)>,
        now: DateTime<Utc>,
    ) -> Result<i64, StoreError> {
        let row = sqlx::query(
            "INSERT INTO request (job, file, path, created_at) VALUES (?, ?, ?, ?) RETURNING request_ref",
        )
        .bind(job.as_str())
        .bind(file.map(|(name, _)| name))
        .bind(file.map(|(_, path)| path))
        .bind(millis(now))
        .fetch_one(&self.writer)
        .await?;
        Ok(row.try_get(0)?)
    }

    /// Requests that have no answer, oldest first.
    pub async fn requests(&self) -> Result<Vec<Request>, StoreError> {
        let rows = sqlx::query(
            "SELECT request_ref, job, file, path FROM request WHERE run_ref IS NULL AND error IS NULL ORDER BY 1",
        )
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(request).collect()
    }

    /// A request, unless it has an answer.
    pub async fn open_request(&self, request_ref: i64) -> Result<Option<Request>, StoreError> {
        let row = sqlx::query(
            "SELECT request_ref, job, file, path FROM request
             WHERE request_ref = ? AND run_ref IS NULL AND error IS NULL",
        )
        .bind(request_ref)
        .fetch_optional(&self.reader)
        .await?;
        row.as_ref().map(request).transpose()
    }

    /// Answers all requests that have no answer with why there will be none.
    pub async fn drop_requests(&self, reason: &str) -> Result<(), StoreError> {
        sqlx::query("UPDATE request SET error = ? WHERE run_ref IS NULL AND error IS NULL")
            .bind(reason)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Answers a request with its run, or with why there is none.
    pub async fn answer(&self, request_ref: i64, run: Result<RunRef, &str>) -> Result<(), StoreError> {
        sqlx::query("UPDATE request SET run_ref = ?, error = ? WHERE request_ref = ?")
            .bind(run.ok().map(|run| run.0))
            .bind(run.err())
            .bind(request_ref)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// The answer to a request: `None` while there is none; `Ok(None)` where there was no file to run.
    pub async fn answered(&self, request_ref: i64) -> Result<Option<Result<RunRef, String>>, StoreError> {
        let row = sqlx::query("SELECT run_ref, error FROM request WHERE request_ref = ?")
            .bind(request_ref)
            .fetch_one(&self.reader)
            .await?;
        let (run, error): (Option<i64>, Option<String>) = (row.try_get(0)?, row.try_get(1)?);
        Ok(match (run, error) {
            (Some(run), _) => Some(Ok(RunRef(run))),
            (None, Some(error)) => Some(Err(error)),
            (None, None) => None,
        })
    }
}

fn request(row: &SqliteRow) -> Result<Request, StoreError> {
    Ok(Request {
        request_ref: row.try_get(0)?,
        job: row.try_get::<String, _>(1)?.into(),
        file: row.try_get(2)?,
        path: row.try_get(3)?,
    })
}
