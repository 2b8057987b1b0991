//! Pulls: what names a memory, and how each pull of a run ended.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::model::{ConnectionName, ItemEvent, JobName, OperationName, PushId};

use super::values::{count, from_json, maybe_time};
use super::{RunRef, Store, StoreError};

/// A pull in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PullRef(pub(super) i64);

/// One pull of a run.
#[derive(Clone, Debug, Default)]
pub struct PullRunRow {
    /// The pull.
    pub pull: String,
    /// The account.
    pub connection: String,
    /// The operation, in full.
    pub operation: String,
    /// From when to when it asked, where it asked for a span of time.
    pub window: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// How many questions there were: learners, or one.
    pub asked: u64,
    /// How many were answered in whole.
    pub answered: u64,
    /// How many were not, for good.
    pub failed: u64,
    /// Items of each kind that the answers held, by kind.
    pub items: Vec<(String, u64)>,
    /// Items that are new, by their own events; none of a baseline.
    pub added: u64,
    /// Items with another value.
    pub changed: u64,
    /// Items that are gone.
    pub retired: u64,
    /// Items that had been gone.
    pub returned: u64,
    /// Questions that were asked for the first time in these words.
    pub baselines: u64,
    /// Questions that were answered, with something odd about the answer.
    pub doubtful: u64,
    /// Whether it is over.
    pub ended: bool,
    /// What is to be known.
    pub notes: Vec<String>,
    /// Why its file could not be written.
    pub unwritten: Option<String>,
    /// Why learners whom it asks for no longer were kept all the same.
    pub held: Option<String>,
}

/// A question that was not answered, or whose answer is odd (`emptied`, `total`).
#[derive(Clone, Debug)]
pub struct FailedStep {
    /// The pull.
    pub pull: PushId,
    /// Whose answer was wanted; empty where it is everybody's. Of a learner whom nobody can ask for, where they
    /// stand.
    pub scope: String,
    /// The vendor's code, an HTTP status or our word.
    pub code: String,
    /// Why.
    pub reason: String,
}

/// What the answers of a pull came to, in numbers.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Tally {
    items: Vec<(String, u64)>,
    added: u64,
    changed: u64,
    retired: u64,
    returned: u64,
    asked: u64,
    answered: u64,
    failed: u64,
    doubtful: u64,
    baselines: u64,
}

impl Store {
    /// The pull of that job and id to that connection and operation, made where it is new.
    pub async fn pull(
        &self,
        job: &JobName,
        pull: &PushId,
        connection: &ConnectionName,
        operation: &OperationName,
    ) -> Result<PullRef, StoreError> {
        let row = sqlx::query(
            "INSERT INTO pull (job, pull, connection, operation) VALUES (?, ?, ?, ?)
             ON CONFLICT DO UPDATE SET job = excluded.job RETURNING pull_ref",
        )
        .bind(job.as_str())
        .bind(pull.as_str())
        .bind(connection.as_str())
        .bind(operation.as_str())
        .fetch_one(&self.writer)
        .await?;
        Ok(PullRef(row.try_get(0)?))
    }

    /// The pulls of a run, in the order of the job file.
    pub async fn pull_runs(&self, run: RunRef) -> Result<Vec<PullRunRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT pull_ref, pull, connection, operation, from_at, to_at, ended, tally, notes, unwritten, held
             FROM pull_run JOIN pull USING (pull_ref) WHERE run_ref = ? ORDER BY pull_run.place",
        )
        .bind(run.0)
        .fetch_all(&self.reader)
        .await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            let tally = match row.try_get::<Option<&str>, _>("tally")? {
                Some(tally) => from_json(tally)?,
                None => self.tally(run, PullRef(row.try_get("pull_ref")?)).await?,
            };
            found.push(pull_run(row, tally)?);
        }
        Ok(found)
    }

    /// What the answers of a pull of a run have come to so far, counted in the tables.
    pub(super) async fn tally(&self, run: RunRef, pull: PullRef) -> Result<Tally, StoreError> {
        let steps = sqlx::query(
            "SELECT count(*), coalesce(sum(state = 'answered'), 0), coalesce(sum(state = 'failed'), 0),
                    coalesce(sum(state = 'answered' AND code IS NOT NULL), 0), coalesce(sum(baseline AND state = 'answered'), 0)
             FROM pull_step WHERE run_ref = ? AND pull_ref = ?",
        )
        .bind(run.0)
        .bind(pull.0)
        .fetch_one(&self.reader)
        .await?;
        let items: Vec<(String, i64)> = sqlx::query_as(
            "SELECT kind, count(*) FROM item WHERE pull_ref = ? AND run_ref = ? GROUP BY kind ORDER BY min(item_ref)",
        )
        .bind(pull.0)
        .bind(run.0)
        .fetch_all(&self.reader)
        .await?;
        let events: Vec<(String, i64)> = sqlx::query_as(
            "SELECT e.event, count(DISTINCT e.item_ref)
             FROM item_event e JOIN item i ON i.item_ref = e.item_ref
             WHERE e.run_ref = ? AND i.pull_ref = ? GROUP BY e.event",
        )
        .bind(run.0)
        .bind(pull.0)
        .fetch_all(&self.reader)
        .await?;
        let of = |event: ItemEvent| {
            let found = events.iter().find(|(found, _)| found == event.as_str());
            found.map_or(0, |(_, number)| count(*number))
        };
        Ok(Tally {
            items: items.into_iter().map(|(kind, number)| (kind, count(number))).collect(),
            added: of(ItemEvent::Added),
            changed: of(ItemEvent::Changed),
            retired: of(ItemEvent::Retired),
            returned: of(ItemEvent::Returned),
            asked: count(steps.try_get(0)?),
            answered: count(steps.try_get(1)?),
            failed: count(steps.try_get(2)?),
            doubtful: count(steps.try_get(3)?),
            baselines: count(steps.try_get(4)?),
        })
    }

    /// Questions of a run that were not answered, or whose answer is odd, at most `limit`.
    pub async fn failed_steps(&self, run: RunRef, limit: u32) -> Result<Vec<FailedStep>, StoreError> {
        let rows = sqlx::query(
            "SELECT p.pull, s.scope, s.code, coalesce(s.reason, '')
             FROM pull_step s JOIN pull p USING (pull_ref) JOIN pull_run r USING (run_ref, pull_ref)
             WHERE s.run_ref = ? AND s.code IS NOT NULL ORDER BY r.place, s.place LIMIT ?",
        )
        .bind(run.0)
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(FailedStep {
                    pull: row.try_get::<String, _>(0)?.into(),
                    scope: row.try_get(1)?,
                    code: row.try_get(2)?,
                    reason: row.try_get(3)?,
                })
            })
            .collect()
    }

    /// The last run of a pull that changed what is remembered of it, where there is one. What a run changed
    /// without any whole answer counts with the first one after it that had one; what became of other pulls of
    /// those runs does not matter.
    pub async fn last_pull(&self, job: &JobName, pull: &PushId) -> Result<Option<RunRef>, StoreError> {
        let row = sqlx::query(
            "SELECT max(first) FROM (
                 SELECT (SELECT min(w.run_ref) FROM pull_run w JOIN run ON run.run_ref = w.run_ref
                         WHERE w.pull_ref = c.pull_ref AND w.run_ref >= c.run_ref AND run.phase = 'done'
                           AND (coalesce(w.tally ->> '$.answered', 0) > 0
                                OR EXISTS (SELECT 1 FROM pull_step s WHERE s.run_ref = w.run_ref
                                           AND s.pull_ref = w.pull_ref AND s.state = 'answered'))) AS first
                 FROM pull_run c JOIN pull p ON p.pull_ref = c.pull_ref
                 WHERE p.job = ?1 AND p.pull = ?2 AND c.changed)",
        )
        .bind(job.as_str())
        .bind(pull.as_str())
        .fetch_one(&self.reader)
        .await?;
        Ok(row.try_get::<Option<i64>, _>(0)?.map(RunRef))
    }

    /// The run of the job `source` whose items the last run of `job` was made of.
    pub async fn last_fed(&self, job: &JobName, source: &JobName) -> Result<Option<RunRef>, StoreError> {
        let row = sqlx::query(
            "SELECT max(r.fed_by) FROM run r JOIN run s ON s.run_ref = r.fed_by WHERE r.job = ? AND s.job = ?",
        )
            .bind(job.as_str())
            .bind(source.as_str())
            .fetch_one(&self.reader)
            .await?;
        Ok(row.try_get::<Option<i64>, _>(0)?.map(RunRef))
    }

    /// Notes something of a pull of a run, once, and not without end.
    pub async fn note_pull(&self, run: RunRef, pull: PullRef, note: &str) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE pull_run SET notes = json_insert(notes, '$[#]', ?1)
             WHERE run_ref = ?2 AND pull_ref = ?3 AND json_array_length(notes) < 20
               AND NOT EXISTS (SELECT 1 FROM json_each(notes) WHERE value = ?1)",
        )
        .bind(note)
        .bind(run.0)
        .bind(pull.0)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Says why the file of a pull could not be written, or that it was.
    pub async fn pull_written(
        &self,
        run: RunRef,
        pull: PullRef,
        unwritten: Option<&str>,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE pull_run SET unwritten = ? WHERE run_ref = ? AND pull_ref = ?")
            .bind(unwritten)
            .bind(run.0)
            .bind(pull.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

fn pull_run(row: &SqliteRow, tally: Tally) -> Result<PullRunRow, StoreError> {
    let [from, to] = ["from_at", "to_at"].map(|name| row.try_get::<Option<i64>, _>(name));
    Ok(PullRunRow {
        pull: row.try_get("pull")?,
        connection: row.try_get("connection")?,
        operation: row.try_get("operation")?,
        window: maybe_time(from?)?.zip(maybe_time(to?)?),
        asked: tally.asked,
        answered: tally.answered,
        failed: tally.failed,
        items: tally.items,
        added: tally.added,
        changed: tally.changed,
        retired: tally.retired,
        returned: tally.returned,
        baselines: tally.baselines,
        doubtful: tally.doubtful,
        ended: row.try_get("ended")?,
        notes: from_json(row.try_get("notes")?)?,
        unwritten: row.try_get("unwritten")?,
        held: row.try_get("held")?,
    })
}
