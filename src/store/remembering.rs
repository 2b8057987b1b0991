//! The memory grows: the items of an answer are folded into it, and a question ends.

use chrono::{DateTime, Utc};
use sqlx::{QueryBuilder, Row, Sqlite, Transaction};

use crate::model::{Fields, ItemEvent, ItemStanding, Key, Pulled};

use super::pulling::add_names;
use super::values::{count, from_json, int, json, millis};
use super::{PullRef, PullStep, RunRef, Store, StoreError};

/// An item that is known, as far as its next answer asks.
#[derive(Clone, Debug)]
pub struct KnownItem {
    /// Its key.
    pub key: Key,
    /// Its values.
    pub fields: Fields,
    /// Where it stands.
    pub standing: ItemStanding,
    /// Whose it is.
    pub learner: String,
    /// Whether this run was the first to see it.
    pub new: bool,
    changed_at: i64,
}

/// An item of an answer with what became of it.
#[derive(Clone, Debug)]
pub struct FoldedItem {
    /// The item, with the values that it has from now on.
    pub item: Pulled,
    /// Whose it is; empty where it is nobody's.
    pub learner: String,
    /// What was known of it.
    pub known: Option<KnownItem>,
    /// Whether anything of it is another.
    pub touched: bool,
    /// What happened to it: the event, the field, its value before and after.
    pub events: Vec<(ItemEvent, Option<String>, Option<String>, Option<String>)>,
}

/// A part of an answer.
#[derive(Clone, Debug, Default)]
pub struct Chunk {
    /// Its items.
    pub items: Vec<FoldedItem>,
    /// Names of learners that came with them, each beside whose it is.
    pub names: Vec<(String, String)>,
    /// What the question comes to with it; nothing in the middle of an answer.
    pub turn: Option<Turn>,
}

/// Where a question goes on.
#[derive(Clone, Debug)]
pub enum Turn {
    /// Another call follows.
    Next {
        /// Where it begins.
        cursor: String,
        /// How many items the answer held.
        items: u64,
    },
    /// It is over.
    Ended {
        /// What becomes of items of the same scope that were present and not seen by this run; `None` where they
        /// stay.
        absent: Option<ItemStanding>,
        /// What is odd about the answer, with its code; then it does not count as one in whole.
        doubt: Option<(String, String)>,
    },
}

impl Store {
    /// What is known of these items of a scope; those that are not known are not in it.
    pub async fn known_items(
        &self,
        pull: PullRef,
        scope: &str,
        keys: &[&Key],
        run: RunRef,
    ) -> Result<Vec<KnownItem>, StoreError> {
        let rows = sqlx::query(
            "SELECT i.key, i.fields, i.standing, i.learner, i.changed_at,
                    i.run_ref = r.run_ref AND i.first_seen = r.started_at
             FROM json_each(?3) k JOIN item i ON i.pull_ref = ?1 AND i.scope = ?2 AND i.key = k.value
                  JOIN run r ON r.run_ref = ?4",
        )
        .bind(pull.0)
        .bind(scope)
        .bind(json(&keys)?)
        .bind(run.0)
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(KnownItem {
                    key: Key::from_stored(row.try_get(0)?),
                    fields: from_json(row.try_get(1)?)?,
                    standing: ItemStanding::parse(row.try_get(2)?),
                    learner: row.try_get(3)?,
                    changed_at: row.try_get(4)?,
                    new: row.try_get(5)?,
                })
            })
            .collect()
    }

    /// How many items of a scope count as present.
    pub async fn present_items(&self, pull: PullRef, scope: &str) -> Result<u64, StoreError> {
        let row = sqlx::query(
            "SELECT count(*) FROM item WHERE pull_ref = ? AND scope = ? AND standing = 'present'",
        )
        .bind(pull.0)
        .bind(scope)
        .fetch_one(&self.reader)
        .await?;
        Ok(count(row.try_get(0)?))
    }

    /// How many different items of a scope, parts left out, a run has seen.
    pub async fn seen_items(&self, run: RunRef, pull: PullRef, scope: &str) -> Result<u64, StoreError> {
        let row = sqlx::query(
            "SELECT count(*) FROM item WHERE pull_ref = ? AND scope = ? AND run_ref = ? AND parent IS NULL",
        )
        .bind(pull.0)
        .bind(scope)
        .bind(run.0)
        .fetch_one(&self.reader)
        .await?;
        Ok(count(row.try_get(0)?))
    }

    /// Folds a part of an answer into the memory, in one transaction; the last part ends the call or the
    /// question in the same one. `seen_at` is when the run began. Doing it again changes nothing.
    pub async fn fold(
        &self,
        run: RunRef,
        pull: PullRef,
        step: &PullStep,
        chunk: &Chunk,
        seen_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut fold = Fold { transaction: self.begin().await?, run, pull, step, at: millis(seen_at) };
        let (touched, same): (Vec<&FoldedItem>, Vec<&FoldedItem>) =
            chunk.items.iter().partition(|folded| folded.touched || folded.known.is_none());
        fold.see(&same).await?;
        let mut changed = !touched.is_empty();
        if changed {
            let refs = fold.write(&touched).await?;
            fold.tell(&touched, &refs).await?;
        }
        if !chunk.names.is_empty() {
            let names: Vec<[&str; 2]> =
                chunk.names.iter().map(|(name, learner)| [name.as_str(), learner.as_str()]).collect();
            add_names(&mut fold.transaction, pull, &names).await?;
        }
        match &chunk.turn {
            None => {}
            Some(Turn::Next { cursor, items }) => fold.go_on(cursor, *items).await?,
            Some(Turn::Ended { absent, doubt }) => {
                if let Some(standing) = absent {
                    changed |= fold.leave(*standing).await?;
                }
                fold.end(doubt.as_ref()).await?;
            }
        }
        if changed {
            sqlx::query("UPDATE pull_run SET changed = 1 WHERE run_ref = ? AND pull_ref = ? AND NOT changed")
                .bind(run.0)
                .bind(pull.0)
                .execute(&mut *fold.transaction)
                .await?;
        }
        fold.transaction.commit().await?;
        Ok(())
    }
}

struct Fold<'a> {
    transaction: Transaction<'static, Sqlite>,
    run: RunRef,
    pull: PullRef,
    step: &'a PullStep,
    at: i64,
}

impl Fold<'_> {
    /// Items of which nothing is another.
    async fn see(&mut self, items: &[&FoldedItem]) -> Result<(), StoreError> {
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
    async fn write(&mut self, items: &[&FoldedItem]) -> Result<Vec<(String, i64)>, StoreError> {
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
    async fn tell(&mut self, items: &[&FoldedItem], refs: &[(String, i64)]) -> Result<(), StoreError> {
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
            query.push_values(part, |mut values, (item, (event, field, before, after))| {
                values
                    .push_bind(*item)
                    .push_bind(run)
                    .push_bind(at)
                    .push_bind(event.as_str())
                    .push_bind(field.as_deref().unwrap_or_default())
                    .push_bind(before)
                    .push_bind(after);
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
    async fn leave(&mut self, standing: ItemStanding) -> Result<bool, StoreError> {
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

    async fn go_on(&mut self, cursor: &str, items: u64) -> Result<(), StoreError> {
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

    async fn end(&mut self, doubt: Option<&(String, String)>) -> Result<(), StoreError> {
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
