//! One transaction of the memory: what it writes.

use sqlx::{QueryBuilder, Row, Sqlite, Transaction};

use crate::model::{FieldName, ItemStanding, Key};

use super::values::{int, json};
use super::{FoldedItem, PullRef, PullStep, RunRef, StoreError};

/// The folding of a part of an answer.
pub(super) struct Fold<'a> {
    pub(super) transaction: Transaction<'static, Sqlite>,
    pub(super) run: RunRef,
    pub(super) pull: PullRef,
    pub(super) step: &'a PullStep,
    pub(super) at: i64,
}

impl Fold<'_> {
    /// Items of which nothing is another.
    pub(super) async fn see(&mut self, items: &[&FoldedItem]) -> Result<(), StoreError> {
        if items.is_empty() {
            return Ok(());
        }
        let keys: Vec<&str> = items.iter().map(|folded| folded.item.key.as_str()).collect();
        sqlx::query(
            "UPDATE item SET last_seen = ?, run_ref = ?
             WHERE pull_ref = ? AND scope = ? AND key IN (SELECT value FROM json_each(?))",
        )
        .bind(self.at)
        .bind(self.run.0)
        .bind(self.pull.0)
        .bind(&self.step.scope)
        .bind(json(&keys)?)
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Items that are new or have something new. Gives their places, by key.
    pub(super) async fn write(&mut self, items: &[&FoldedItem]) -> Result<Vec<(String, i64)>, StoreError> {
        let rows = items
            .iter()
            .map(|folded| Ok((folded, json(&folded.item.fields)?)))
            .collect::<Result<Vec<_>, StoreError>>()?;
        let mut query = QueryBuilder::new(
            "INSERT INTO item (pull_ref, scope, key, kind, parent, learner, fields, standing, first_seen, last_seen, \
             changed_at, run_ref) ",
        );
        let (pull, scope, at, run) = (self.pull.0, self.step.scope.as_str(), self.at, self.run.0);
        query.push_values(rows, |mut values, (folded, fields)| {
            let item = &folded.item;
            let told = folded.known.as_ref().filter(|_| folded.events.is_empty());
            values
                .push_bind(pull)
                .push_bind(scope)
                .push_bind(item.key.as_str())
                .push_bind(&item.kind)
                .push_bind(item.parent.as_ref().map(Key::as_str))
                .push_bind(&folded.learner)
                .push_bind(fields)
                .push_bind(ItemStanding::Present.as_str())
                .push_bind(at)
                .push_bind(at)
                .push_bind(told.map_or(at, |known| known.changed_at))
                .push_bind(run);
        });
        query.push(
            " ON CONFLICT (pull_ref, scope, key) DO UPDATE SET kind = excluded.kind, parent = excluded.parent, \
             learner = excluded.learner, fields = excluded.fields, standing = excluded.standing, \
             last_seen = excluded.last_seen, changed_at = excluded.changed_at, retired_at = NULL, \
             run_ref = excluded.run_ref RETURNING key, item_ref",
        );
        let rows = query.build().persistent(false).fetch_all(&mut *self.transaction).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }

    /// What happened to them.
    pub(super) async fn tell(
        &mut self,
        items: &[&FoldedItem],
        refs: &[(String, i64)],
    ) -> Result<(), StoreError> {
        let refs: std::collections::HashMap<&str, i64> =
            refs.iter().map(|(key, item)| (key.as_str(), *item)).collect();
        let events: Vec<_> = items
            .iter()
            .filter_map(|folded| Some((refs.get(folded.item.key.as_str())?, &folded.events)))
            .flat_map(|(item, events)| events.iter().map(move |event| (*item, event)))
            .collect();
        for part in events.chunks(1000) {
            let mut query = QueryBuilder::new(
                "INSERT INTO item_event (item_ref, run_ref, at, event, field, before, after) ",
            );
            let (run, at) = (self.run.0, self.at);
            query.push_values(part, |mut values, (item, told)| {
                values
                    .push_bind(*item)
                    .push_bind(run)
                    .push_bind(at)
                    .push_bind(told.event.as_str())
                    .push_bind(told.field.as_ref().map_or("", FieldName::as_str))
                    .push_bind(&told.before)
                    .push_bind(&told.after);
            });
            // Within a run a value may change more than once: told is how it was before the run.
            query.push(" ON CONFLICT (item_ref, run_ref, event, field) DO UPDATE SET after = excluded.after");
            query.build().persistent(false).execute(&mut *self.transaction).await?;
        }
        if !events.is_empty() {
            let told: Vec<i64> = events.iter().map(|(item, _)| *item).collect();
            sqlx::query(
                "DELETE FROM item_event WHERE item_ref IN (SELECT value FROM json_each(?)) AND run_ref = ?
                   AND event = 'changed' AND before IS after",
            )
            .bind(json(&told)?)
            .bind(self.run.0)
            .execute(&mut *self.transaction)
            .await?;
        }
        Ok(())
    }

    /// Items of the scope that the whole answer did not hold. Whether there are any.
    pub(super) async fn leave(&mut self, standing: ItemStanding) -> Result<bool, StoreError> {
        let retired = standing == ItemStanding::Retired;
        // What was only not asked for in between, and was in the last whole answer, is gone as well.
        let left = sqlx::query(
            "UPDATE item SET standing = ?1, retired_at = iif(?2, ?3, retired_at)
             WHERE pull_ref = ?4 AND scope = ?5 AND run_ref <> ?6
               AND (standing = 'present'
                    OR (?2 AND standing = 'outside'
                        AND run_ref >= (SELECT s.run_ref FROM pull_scope s
                                        WHERE s.pull_ref = ?4 AND s.scope = ?5)))
             RETURNING item_ref",
        )
        .bind(standing.as_str())
        .bind(retired)
        .bind(self.at)
        .bind(self.pull.0)
        .bind(&self.step.scope)
        .bind(self.run.0)
        .fetch_all(&mut *self.transaction)
        .await?;
        let items = left.iter().map(|row| row.try_get::<i64, _>(0)).collect::<Result<Vec<_>, _>>()?;
        if retired && !items.is_empty() {
            sqlx::query(
                "INSERT OR IGNORE INTO item_event (item_ref, run_ref, at, event, field)
                 SELECT value, ?2, ?3, 'retired', '' FROM json_each(?1) ORDER BY value",
            )
            .bind(json(&items)?)
            .bind(self.run.0)
            .bind(self.at)
            .execute(&mut *self.transaction)
            .await?;
        }
        Ok(!items.is_empty())
    }

    pub(super) async fn go_on(&mut self, cursor: &str, items: u64) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE pull_step SET cursor = ?, items = items + ?, calls = calls + 1
             WHERE run_ref = ? AND pull_ref = ? AND place = ?",
        )
        .bind(cursor)
        .bind(int(items))
        .bind(self.run.0)
        .bind(self.pull.0)
        .bind(int(self.step.place))
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    pub(super) async fn end(&mut self, doubt: Option<&(String, String)>) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE pull_step SET state = 'answered', cursor = NULL, calls = calls + 1, code = ?, reason = ?,
                    ended_at = ?
             WHERE run_ref = ? AND pull_ref = ? AND place = ?",
        )
        .bind(doubt.map(|(code, _)| code))
        .bind(doubt.map(|(_, reason)| reason))
        .bind(self.at)
        .bind(self.run.0)
        .bind(self.pull.0)
        .bind(int(self.step.place))
        .execute(&mut *self.transaction)
        .await?;
        if doubt.is_none() {
            sqlx::query(
                "INSERT OR REPLACE INTO pull_scope (pull_ref, scope, question, run_ref, answered_at, to_at)
                 SELECT s.pull_ref, s.scope, s.question, s.run_ref, ?4, r.to_at
                 FROM pull_step s JOIN pull_run r USING (run_ref, pull_ref)
                 WHERE s.run_ref = ?1 AND s.pull_ref = ?2 AND s.place = ?3",
            )
            .bind(self.run.0)
            .bind(self.pull.0)
            .bind(int(self.step.place))
            .bind(self.at)
            .execute(&mut *self.transaction)
            .await?;
        }
        Ok(())
    }
}
