//! A pull of a run is entered: its questions, with the names of their learners, and its span of time.

use chrono::{DateTime, Utc};
use sqlx::{QueryBuilder, Row};

use crate::model::{Fingerprint, Learner};

use super::names::enter_names;
use super::values::{count, int, json, millis, time};
use super::{PullRef, RunRef, Store, StoreError};

/// A question to be entered.
#[derive(Clone, Debug)]
pub struct NewStep {
    /// Whose answer it is about; empty where it is everybody's.
    pub scope: String,
    /// The same as the connector takes it.
    pub learner: Option<Learner>,
    /// All names by which people may call the learner.
    pub names: Vec<String>,
    /// Why nobody can be asked for, with a code, where that is so.
    pub unusable: Option<(&'static str, String)>,
}

/// What a pull of a run asks for, once its questions are entered.
#[derive(Clone, Copy, Debug)]
pub struct EnteredPull {
    /// The span of time, where it asks for one.
    pub window: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Its questions.
    pub asked: u64,
    /// Those that have ended.
    pub over: u64,
    /// Whether the pull itself has.
    pub ended: bool,
}

impl Store {
    /// A pull of a run, where all its questions are entered.
    pub async fn entered_pull(&self, run: RunRef, pull: PullRef) -> Result<Option<EnteredPull>, StoreError> {
        let row = sqlx::query(
            "SELECT from_at, to_at, ended,
                    (SELECT count(*) FROM pull_step WHERE run_ref = ?1 AND pull_ref = ?2),
                    (SELECT count(*) FROM pull_step WHERE run_ref = ?1 AND pull_ref = ?2 AND state <> 'waiting')
             FROM pull_run WHERE run_ref = ?1 AND pull_ref = ?2",
        )
        .bind(run.0)
        .bind(pull.0)
        .fetch_optional(&self.reader)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let [from, to]: [Option<i64>; 2] = [row.try_get(0)?, row.try_get(1)?];
        let window = match from.zip(to) {
            Some((from, to)) => Some((time(from)?, time(to)?)),
            None => None,
        };
        Ok(Some(EnteredPull {
            window,
            asked: count(row.try_get(3)?),
            over: count(row.try_get(4)?),
            ended: row.try_get(2)?,
        }))
    }

    /// Removes questions of a run that were entered before a crash, as long as not all of them were.
    pub async fn discard_steps(&self, run: RunRef, pull: PullRef) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM pull_step WHERE run_ref = ? AND pull_ref = ?")
            .bind(run.0)
            .bind(pull.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Enters questions behind those that are there, with the names of their learners. Nobody asks them before
    /// `enter_pull`.
    pub async fn enter_steps(
        &self,
        run: RunRef,
        pull: PullRef,
        question: Fingerprint,
        steps: &[NewStep],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let row = sqlx::query(
            "SELECT coalesce(max(place) + 1, 0) FROM pull_step WHERE run_ref = ? AND pull_ref = ?",
        )
        .bind(run.0)
        .bind(pull.0)
        .fetch_one(&mut *transaction)
        .await?;
        let mut first: i64 = row.try_get(0)?;
        for chunk in steps.chunks(400) {
            let texts = chunk
                .iter()
                .map(|step| Ok((step, step.learner.as_ref().map(json).transpose()?)))
                .collect::<Result<Vec<_>, StoreError>>()?;
            let mut query = QueryBuilder::new(
                "INSERT INTO pull_step (run_ref, pull_ref, place, scope, learner, question, baseline, state, code, \
                 reason, ended_at) ",
            );
            query.push_values((first..).zip(texts), |mut values, (place, (step, learner))| {
                let unusable = step.unusable.as_ref();
                values
                    .push_bind(run.0)
                    .push_bind(pull.0)
                    .push_bind(place)
                    .push_bind(&step.scope)
                    .push_bind(learner)
                    .push_bind(question.as_bytes())
                    .push_bind(false)
                    .push_bind(if unusable.is_some() { "failed" } else { "waiting" })
                    .push_bind(unusable.map(|(code, _)| *code))
                    .push_bind(unusable.map(|(_, reason)| reason))
                    .push_bind(unusable.map(|_| millis(now)));
            });
            query.build().persistent(false).execute(&mut *transaction).await?;
            first += chunk.len() as i64;
            let usable: Vec<&NewStep> =
                chunk.iter().filter(|step| step.unusable.is_none() && !step.names.is_empty()).collect();
            enter_names(&mut transaction, pull, &usable).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Enters a pull of a run, all of whose questions are there: from now on they are asked.
    pub async fn enter_pull(
        &self,
        run: RunRef,
        pull: PullRef,
        place: u64,
        window: Option<(DateTime<Utc>, DateTime<Utc>)>,
        notes: &[String],
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query(
            "UPDATE pull_step SET baseline = 1
             WHERE run_ref = ?1 AND pull_ref = ?2 AND state = 'waiting'
               AND NOT EXISTS (SELECT 1 FROM pull_scope s WHERE s.pull_ref = ?2 AND s.scope = pull_step.scope
                               AND s.question = pull_step.question)",
        )
        .bind(run.0)
        .bind(pull.0)
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "INSERT INTO pull_run (run_ref, pull_ref, place, from_at, to_at, notes) VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT DO NOTHING",
        )
        .bind(run.0)
        .bind(pull.0)
        .bind(int(place))
        .bind(window.map(|(from, _)| millis(from)))
        .bind(window.map(|(_, to)| millis(to)))
        .bind(json(&notes)?)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Where the earliest of the last spans of time ended that a pull has asked for in these words and that were
    /// answered in whole; `None` where there is none.
    pub async fn window_end(
        &self,
        pull: PullRef,
        question: Fingerprint,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let row = sqlx::query("SELECT min(to_at) FROM pull_scope WHERE pull_ref = ? AND question = ?")
            .bind(pull.0)
            .bind(question.as_bytes())
            .fetch_one(&self.reader)
            .await?;
        row.try_get::<Option<i64>, _>(0)?.map(time).transpose()
    }
}
