//! The end of a pull of a run: what was not asked for any more, what it came to, and what has grown old.

use chrono::{DateTime, Utc};
use sqlx::Row;

use super::values::{count, json, millis};
use super::{PullRef, RunRef, Store, StoreError};

/// What has grown old before `?2`, of the pull `?1`; the run that ends is `?3`. Present items never have.
const OLD: [&str; 7] = [
    "DELETE FROM item_event WHERE at < ?2 AND item_ref IN (SELECT item_ref FROM item WHERE pull_ref = ?1)",
    "DELETE FROM item_event WHERE item_ref IN (
         SELECT item_ref FROM item WHERE pull_ref = ?1
           AND ((standing = 'retired' AND retired_at < ?2) OR (standing = 'outside' AND last_seen < ?2)))",
    "DELETE FROM item WHERE pull_ref = ?1
       AND ((standing = 'retired' AND retired_at < ?2) OR (standing = 'outside' AND last_seen < ?2))",
    "DELETE FROM pull_scope WHERE pull_ref = ?1 AND answered_at < ?2",
    "DELETE FROM learner_name WHERE pull_ref = ?1
       AND learner NOT IN (SELECT learner FROM item WHERE pull_ref = ?1)
       AND learner NOT IN (SELECT scope FROM pull_step WHERE pull_ref = ?1 AND run_ref = ?3)",
    // Those that were answered are in the sums of their run.
    "DELETE FROM pull_step WHERE pull_ref = ?1 AND run_ref < ?3 AND code IS NULL",
    "DELETE FROM pull_step WHERE pull_ref = ?1 AND run_ref < ?3
       AND run_ref IN (SELECT run_ref FROM run WHERE started_at < ?2)",
];

/// Whom a pull of a run asks for, and whom it does not any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unasked {
    /// Questions of the run.
    pub asked: u64,
    /// Those that were answered.
    pub answered: u64,
    /// Rows of the list that name nobody.
    pub unusable: u64,
    /// Learners who had present items before the run.
    pub known: u64,
    /// Learners with present items of whom no question is.
    pub learners: u64,
    /// Their items, parts left out.
    pub items: u64,
}

/// What becomes of those who are not asked for any more; unless said, they leave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leaving {
    /// Whether they stay.
    pub stay: bool,
    /// What is to be known.
    pub note: Option<String>,
    /// Why they stay, where that is a problem.
    pub held: Option<String>,
}

impl Store {
    /// Whom a pull of a run does not ask for any more, before `end_pull`.
    pub async fn unasked(&self, run: RunRef, pull: PullRef) -> Result<Unasked, StoreError> {
        let steps = sqlx::query(
            "SELECT count(*), coalesce(sum(state = 'answered'), 0),
                    coalesce(sum(state = 'failed' AND learner IS NULL AND scope <> ''), 0)
             FROM pull_step WHERE run_ref = ? AND pull_ref = ?",
        )
        .bind(run.0)
        .bind(pull.0)
        .fetch_one(&self.reader)
        .await?;
        let people = sqlx::query(
            "SELECT coalesce(sum(known), 0), coalesce(sum(gone), 0), coalesce(sum(gone * items), 0)
             FROM (SELECT min(first_seen) < (SELECT started_at FROM run WHERE run_ref = ?1) AS known,
                          scope NOT IN (SELECT scope FROM pull_step WHERE run_ref = ?1 AND pull_ref = ?2) AS gone,
                          sum(parent IS NULL) AS items
                   FROM item WHERE pull_ref = ?2 AND standing = 'present' AND scope <> '' GROUP BY scope)",
        )
        .bind(run.0)
        .bind(pull.0)
        .fetch_one(&self.reader)
        .await?;
        Ok(Unasked {
            asked: count(steps.try_get(0)?),
            answered: count(steps.try_get(1)?),
            unusable: count(steps.try_get(2)?),
            known: count(people.try_get(0)?),
            learners: count(people.try_get(1)?),
            items: count(people.try_get(2)?),
        })
    }

    /// None of the questions of a pull of a run is open any more: what no question asked for stands outside,
    /// unless none at all was answered, or all of it is to stay.
    pub async fn end_pull(&self, run: RunRef, pull: PullRef, leaving: &Leaving) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let outside = sqlx::query(
            "UPDATE item SET standing = 'outside'
             WHERE pull_ref = ?1 AND standing = 'present' AND NOT ?3
               AND scope NOT IN (SELECT scope FROM pull_step WHERE run_ref = ?2 AND pull_ref = ?1)
               AND EXISTS (SELECT 1 FROM pull_step WHERE run_ref = ?2 AND pull_ref = ?1 AND state = 'answered')",
        )
        .bind(pull.0)
        .bind(run.0)
        .bind(leaving.stay)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
        if outside > 0 {
            sqlx::query("UPDATE pull_run SET changed = 1 WHERE run_ref = ? AND pull_ref = ?")
                .bind(run.0)
                .bind(pull.0)
                .execute(&mut *transaction)
                .await?;
        }
        // In the same transaction: once they are outside nobody can tell how many left.
        if leaving.note.is_some() || leaving.held.is_some() {
            sqlx::query(
                "UPDATE pull_run SET held = ?1,
                        notes = CASE WHEN ?2 IS NULL THEN notes ELSE json_insert(notes, '$[#]', ?2) END
                 WHERE run_ref = ?3 AND pull_ref = ?4",
            )
            .bind(&leaving.held)
            .bind(&leaving.note)
            .bind(run.0)
            .bind(pull.0)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// How many items, parts left out, a pull of a run has seen, and how many of them are no learner's.
    pub async fn nobodys_items(&self, run: RunRef, pull: PullRef) -> Result<(u64, u64), StoreError> {
        let row = sqlx::query(
            "SELECT count(*), coalesce(sum(learner = scope), 0)
             FROM item WHERE pull_ref = ? AND run_ref = ? AND parent IS NULL",
        )
        .bind(pull.0)
        .bind(run.0)
        .fetch_one(&self.reader)
        .await?;
        Ok((count(row.try_get(0)?), count(row.try_get(1)?)))
    }

    /// Whether a run has an answer to a question of a pull, and any run has had one in whole.
    pub async fn has_answer(&self, run: RunRef, pull: PullRef) -> Result<bool, StoreError> {
        let row = sqlx::query(
            "SELECT EXISTS (SELECT 1 FROM pull_step WHERE run_ref = ?1 AND pull_ref = ?2 AND state = 'answered')
                    AND EXISTS (SELECT 1 FROM pull_scope WHERE pull_ref = ?2)",
        )
        .bind(run.0)
        .bind(pull.0)
        .fetch_one(&self.reader)
        .await?;
        Ok(row.try_get(0)?)
    }

    /// Closes a pull of a run that has ended: its numbers are kept, and what is older than `before` is forgotten.
    pub async fn close_pull(
        &self,
        run: RunRef,
        pull: PullRef,
        before: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        // Counted before anything of it is forgotten, however short the retention is.
        let tally = json(&self.tally(run, pull).await?)?;
        let mut transaction = self.begin().await?;
        sqlx::query(
            "UPDATE pull_run SET tally = ?, ended = 1 WHERE run_ref = ? AND pull_ref = ? AND NOT ended",
        )
        .bind(tally)
        .bind(run.0)
        .bind(pull.0)
        .execute(&mut *transaction)
        .await?;
        for old in OLD {
            sqlx::query(old).bind(pull.0).bind(millis(before)).bind(run.0).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}
