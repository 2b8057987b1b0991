//! What has to be asked of an LMS once more: tasks that run there, and records in doubt that can be read back.

use chrono::{DateTime, Utc};
use sqlx::Row;

use crate::model::ConnectionName;

use super::outbox::{queued, select_queued};
use super::values::{json, millis, time};
use super::{Queued, Store, StoreError};

/// How many tasks, and how many records in doubt, are fetched at a time.
const LIMIT: u32 = 64;

/// Something to be asked.
#[derive(Clone, Debug)]
pub enum Look {
    /// How a task stands; all its records.
    Task {
        /// The task, as the LMS names it.
        task: String,
        /// The changes that it carries out.
        changes: Vec<Queued>,
    },
    /// Whether a record in doubt is there.
    Record(Box<Queued>),
}

impl Store {
    /// What is to be asked of a connection now, the longest due first.
    pub async fn due_looks(
        &self,
        connection: &ConnectionName,
        now: DateTime<Utc>,
    ) -> Result<Vec<Look>, StoreError> {
        if self.next_look(connection).await?.is_none_or(|due| due > now) {
            return Ok(Vec::new());
        }
        let tasks = sqlx::query(
            "SELECT task, min(look_at) FROM change INDEXED BY change_look
             WHERE connection = ? AND look_at <= ? AND state = 'sent' AND task IS NOT NULL
             GROUP BY task ORDER BY 2 LIMIT ?",
        )
        .bind(connection.as_str())
        .bind(millis(now))
        .bind(LIMIT)
        .fetch_all(&self.reader)
        .await?;
        let mut looks = Vec::with_capacity(tasks.len());
        for row in &tasks {
            let task: String = row.try_get(0)?;
            let rows = sqlx::query(select_queued!(
                "FROM change c INDEXED BY change_task JOIN push p ON p.push_ref = c.push_ref
                 WHERE c.connection = ? AND c.task = ? AND c.state = 'sent' ORDER BY c.change_ref"
            ))
            .bind(connection.as_str())
            .bind(&task)
            .fetch_all(&self.reader)
            .await?;
            let changes = rows.iter().map(queued).collect::<Result<_, _>>()?;
            looks.push(Look::Task { task, changes });
        }
        let rows = sqlx::query(select_queued!(
            "FROM change c INDEXED BY change_look JOIN push p ON p.push_ref = c.push_ref
             WHERE c.connection = ? AND c.look_at <= ? AND c.state = 'in_doubt' ORDER BY c.look_at LIMIT ?"
        ))
        .bind(connection.as_str())
        .bind(millis(now))
        .bind(LIMIT)
        .fetch_all(&self.reader)
        .await?;
        for row in &rows {
            looks.push(Look::Record(Box::new(queued(row)?)));
        }
        Ok(looks)
    }

    /// When something is to be asked of a connection; `None` where nothing is.
    pub async fn next_look(&self, connection: &ConnectionName) -> Result<Option<DateTime<Utc>>, StoreError> {
        let row = sqlx::query(
            "SELECT min(look_at) FROM change INDEXED BY change_look
             WHERE connection = ? AND look_at IS NOT NULL",
        )
        .bind(connection.as_str())
        .fetch_one(&self.reader)
        .await?;
        row.try_get::<Option<i64>, _>(0)?.map(time).transpose()
    }

    /// Nothing has been learnt: asks again at that time.
    pub async fn look_again(&self, changes: &[i64], at: DateTime<Utc>) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE change SET look_at = ? WHERE change_ref IN (SELECT value FROM json_each(?))
             AND state IN ('sent', 'in_doubt')",
        )
        .bind(millis(at))
        .bind(json(&changes)?)
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}
