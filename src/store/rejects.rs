//! Rejected rows, and what is needed to give them back for correction.

use sqlx::Row;

use crate::model::{Key, PushId, RowReject};

use super::spool::origin;
use super::values::{count, from_json, int};
use super::{RunRef, Store, StoreError};

/// A rejected row of a run.
#[derive(Clone, Debug)]
pub struct StoredReject {
    /// The push.
    pub push: PushId,
    /// The row and its problems.
    pub reject: RowReject,
}

/// The cells of a rejected row.
#[derive(Clone, Debug)]
pub struct OriginalCells {
    /// All cells in the order of the file's header; those of secret columns are empty.
    pub cells: Vec<String>,
    /// The cells of the secret columns, sealed.
    pub sealed: Option<Vec<u8>>,
}

impl Store {
    /// The next rejects of a run in the order of their rows, after `after` (row and place), at most
    /// `limit`, each with its place.
    pub async fn rejects(
        &self,
        run: RunRef,
        after: Option<(u64, u64)>,
        limit: u32,
    ) -> Result<Vec<(u64, StoredReject)>, StoreError> {
        let rows = sqlx::query(
            "SELECT reject_ref, push, sheet, row, key, problems FROM reject JOIN push USING (push_ref)
             WHERE run_ref = ? AND (row, reject_ref) > (?, ?) ORDER BY row, reject_ref LIMIT ?",
        )
        .bind(run.0)
        .bind(after.map_or(-1, |(row, _)| int(row)))
        .bind(after.map_or(-1, |(_, place)| int(place)))
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                let key: Option<String> = row.try_get(4)?;
                let reject = StoredReject {
                    push: row.try_get::<String, _>(1)?.into(),
                    reject: RowReject {
                        origin: origin(row.try_get(2)?, row.try_get(3)?),
                        key: key.map(Key::from_stored),
                        problems: from_json(row.try_get(5)?)?,
                    },
                };
                Ok((count(row.try_get(0)?), reject))
            })
            .collect()
    }

    /// How many rows of a run were rejected, each counted once a push.
    pub async fn count_rejects(&self, run: RunRef) -> Result<u64, StoreError> {
        let row = sqlx::query("SELECT count(*) FROM reject WHERE run_ref = ?")
            .bind(run.0)
            .fetch_one(&self.reader)
            .await?;
        Ok(count(row.try_get(0)?))
    }

    /// The cells of a rejected row of a run.
    pub async fn original_cells(&self, run: RunRef, row: u64) -> Result<Option<OriginalCells>, StoreError> {
        let row = sqlx::query("SELECT cells, sealed FROM reject_row WHERE run_ref = ? AND row = ?")
            .bind(run.0)
            .bind(int(row))
            .fetch_optional(&self.reader)
            .await?;
        row.map(|row| Ok(OriginalCells { cells: from_json(row.try_get(0)?)?, sealed: row.try_get(1)? }))
            .transpose()
    }
}
