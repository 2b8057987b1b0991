//! What becomes of a pull outside of the memory: its file, and whose registrations its items bear.

use sqlx::Row;

use crate::model::{ConnectionName, PushId};

use super::values::from_json;
use super::{Enrolment, RunRef, Store, StoreError};

impl Store {
    /// Says why the file of a pull could not be written, or that it was.
    pub async fn pull_unwritten(
        &self,
        run: RunRef,
        pull: &PushId,
        why: Option<&str>,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE pull_run SET unwritten = ?
             WHERE run_ref = ? AND pull_ref IN (SELECT pull_ref FROM pull WHERE pull = ?)",
        )
        .bind(why)
        .bind(run.0)
        .bind(pull.as_str())
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// What a registration is for, where it is one of ours.
    pub async fn registered(
        &self,
        connection: &ConnectionName,
        registration: &str,
    ) -> Result<Option<Enrolment>, StoreError> {
        let row = sqlx::query(
            "SELECT learner, instance FROM registration WHERE connection = ? AND registration = ?",
        )
        .bind(connection.as_str())
        .bind(registration)
        .fetch_optional(&self.reader)
        .await?;
        row.map(|row| Ok(Enrolment { learner: row.try_get(0)?, instance: from_json(row.try_get(1)?)? }))
            .transpose()
    }
}
