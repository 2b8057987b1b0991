//! The memory grows: the items of an answer are folded into it, and a question ends.

use chrono::{DateTime, Utc};
use sqlx::Row;

use crate::model::{FieldName, Fields, ItemEvent, ItemStanding, Key, Pulled};

use super::fold::Fold;
use super::names::add_names;
use super::values::{count, from_json, json, millis};
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
    pub(super) changed_at: i64,
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
    /// What happened to it.
    pub events: Vec<NewEvent>,
}

/// Something that happened to an item.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// What.
    pub event: ItemEvent,
    /// The field that changed.
    pub field: Option<FieldName>,
    /// Its value before; `None` where it was empty.
    pub before: Option<String>,
    /// Its value now.
    pub after: Option<String>,
}

/// It is there for the first time, gone, or back.
impl From<ItemEvent> for NewEvent {
    fn from(event: ItemEvent) -> Self {
        Self { event, field: None, before: None, after: None }
    }
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
             -- In this order: the other way round all items of the scope are gone through for each chunk.
             FROM json_each(?3) k
                  CROSS JOIN item i ON i.pull_ref = ?1 AND i.scope = ?2 AND i.key = k.value
                  CROSS JOIN run r ON r.run_ref = ?4",
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
