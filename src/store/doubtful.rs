//! Changes that may have had their effect, without anybody knowing: what planning must not repeat.

use sqlx::Row;

use crate::model::{ChangeKind, ChangeState, Key, RunId};

use super::values::{kind, state};
use super::{PushRef, Store, StoreError};

/// The latest change of a key that is sent or in doubt.
#[derive(Clone, Debug)]
pub struct DoubtRow {
    /// The record.
    pub key: Key,
    /// Its run.
    pub run: RunId,
    /// What it was to do.
    pub kind: ChangeKind,
    /// Sent, or in doubt.
    pub state: ChangeState,
    /// Whether the LMS is asked what became of it.
    pub asked: bool,
}

impl Store {
    /// The keys of a push of which a change is sent or in doubt, whatever was planned of them since. Keys in
    /// order, in the same range as `snapshot_page`.
    pub async fn doubt_page(
        &self,
        push: PushRef,
        after: Option<&Key>,
        until: Option<&Key>,
        limit: u32,
    ) -> Result<Vec<DoubtRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT c.key, r.run, c.kind, c.state, c.look_at IS NOT NULL
             FROM change c INDEXED BY change_open JOIN run r ON r.run_ref = c.run_ref
             WHERE c.push_ref = ?1 AND c.state IN ('sent', 'in_doubt') AND c.key > ?2
               AND (?3 IS NULL OR c.key <= ?3)
               AND NOT EXISTS (SELECT 1 FROM change l INDEXED BY change_key
                               WHERE l.push_ref = ?1 AND l.key = c.key AND l.state IN ('sent', 'in_doubt')
                                 AND l.change_ref > c.change_ref)
             ORDER BY c.key LIMIT ?4",
        )
        .bind(push.0)
        .bind(after.map_or("", Key::as_str))
        .bind(until.map(Key::as_str))
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(DoubtRow {
                    key: Key::from_stored(row.try_get(0)?),
                    run: row.try_get::<String, _>(1)?.into(),
                    kind: kind(row.try_get(2)?)?,
                    state: state(row.try_get(3)?)?,
                    asked: row.try_get(4)?,
                })
            })
            .collect()
    }
}

#[cfg(test)]
impl Store {
    /// What deliveries would leave behind: all that waits is accepted, but for one key that is in doubt.
    pub(crate) async fn accept_all_but(&self, doubtful: &str) {
        let mut transaction = self.begin().await.expect("a transaction");
        for sql in [
            "PRAGMA ignore_check_constraints = ON",
            "INSERT INTO snapshot (push_ref, key, standing, fields, settled_at)
             SELECT push_ref, key, 'active', after, 0 FROM change WHERE state = 'waiting' AND key <> ?1
             ON CONFLICT (push_ref, key) DO UPDATE SET fields = excluded.fields",
            "UPDATE change SET state = 'accepted' WHERE state = 'waiting' AND key <> ?1",
            "UPDATE change SET state = 'in_doubt', code = 'timeout' WHERE state = 'waiting' AND key = ?1",
        ] {
            let query = sqlx::query(sql);
            let query = if sql.contains("?1") { query.bind(doubtful) } else { query };
            query.execute(&mut *transaction).await.expect(sql);
        }
        transaction.commit().await.expect("a commit");
    }
}
