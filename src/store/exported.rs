//! What became of the file of a pull.

use crate::model::PushId;

use super::{RunRef, Store, StoreError};

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
}
