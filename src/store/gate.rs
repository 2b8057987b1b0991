//! Who waits for whom: records about a person go after the person's own (semantics 19).

use sqlx::Row;

use crate::model::{ChangeState, ConnectionName, JobName, Key, PushId};

use super::values::{count, json, state};
use super::{PushRef, Store, StoreError};

/// A change of a person that is not in the LMS yet, as far as is known.
#[derive(Clone, Debug)]
pub struct Blocker {
    /// The person.
    pub person: Key,
    /// The job of that change.
    pub job: JobName,
    /// Its push.
    pub push: PushId,
    /// Where it stands.
    pub state: ChangeState,
    /// Its connection, where that is stopped.
    pub stopped: Option<ConnectionName>,
}

/// Whom a change about somebody may have to wait for.
#[derive(Clone, Copy, Debug)]
pub struct Before<'a> {
    /// Changes of these jobs.
    pub jobs: &'a [JobName],
    /// Those of them whose exports are full: what a newer one does not want any more is void.
    pub full: &'a [JobName],
    /// Users of this job, where the change is of a later stage.
    pub stage: (&'a JobName, i64),
}

impl Store {
    /// Of these people, the latest changes that go before and are not settled well.
    pub async fn blockers(&self, persons: &[&Key], before: Before<'_>) -> Result<Vec<Blocker>, StoreError> {
        if persons.is_empty() {
            return Ok(Vec::new());
        }
        let persons: Vec<&str> = persons.iter().map(|person| person.as_str()).collect();
        let Before { jobs, full, stage: (job, stage) } = before;
        let [jobs, full] = [jobs, full].map(|jobs| jobs.iter().map(JobName::as_str).collect::<Vec<_>>());
        let rows = sqlx::query(
            "SELECT u.person, p.job, p.push, u.state,
                    (SELECT s.connection FROM stop s WHERE s.connection = u.connection)
             FROM change u INDEXED BY change_person JOIN push p ON p.push_ref = u.push_ref
             WHERE u.person IN (SELECT value FROM json_each(?1))
               AND u.state IN ('waiting', 'claimed', 'sent', 'held', 'refused', 'parked', 'in_doubt')
               AND u.stage = 0 AND (p.job IN (SELECT value FROM json_each(?2)) OR (p.job = ?3 AND ?4 > 0))
               -- Whom the LMS has acknowledged is there, whatever has become of a later change.
               AND NOT EXISTS (SELECT 1 FROM snapshot s WHERE s.push_ref = u.push_ref AND s.key = u.key
                               AND s.standing IN ('active', 'inactive'))
               AND u.change_ref = (SELECT max(change_ref) FROM change l INDEXED BY change_key
                                   WHERE l.push_ref = u.push_ref AND l.key = u.key AND l.state <> 'superseded')
               -- What was held or refused of an export is void once a newer one has been planned without it.
               AND NOT (u.state IN ('held', 'refused') AND p.job IN (SELECT value FROM json_each(?5))
                        AND EXISTS (SELECT 1 FROM push_run n JOIN run r USING (run_ref)
                                    WHERE n.run_ref > u.run_ref AND n.push_ref = u.push_ref AND r.correction = 0
                                      AND NOT EXISTS (SELECT 1 FROM finding f WHERE f.run_ref = n.run_ref
                                                      AND f.push_ref = n.push_ref)))
             ORDER BY u.change_ref",
        )
        .bind(json(&persons)?)
        .bind(json(&jobs)?)
        .bind(job.as_str())
        .bind(stage)
        .bind(json(&full)?)
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Blocker {
                    person: Key::from_stored(row.try_get(0)?),
                    job: row.try_get::<String, _>(1)?.into(),
                    push: row.try_get::<String, _>(2)?.into(),
                    state: state(row.try_get(3)?)?,
                    stopped: row.try_get::<Option<String>, _>(4)?.map(Into::into),
                })
            })
            .collect()
    }

    /// Gives what was parked for a person its next try: the people's own job has gone on. Gives how many.
    pub async fn resume_people(&self, pushes: &[PushRef]) -> Result<u64, StoreError> {
        let pushes: Vec<i64> = pushes.iter().map(|push| push.0).collect();
        let done = sqlx::query(
            "UPDATE change INDEXED BY change_open SET state = 'waiting', attempts = 0, next_at = 0
             WHERE push_ref IN (SELECT value FROM json_each(?)) AND state = 'parked' AND code = 'person'",
        )
        .bind(json(&pushes)?)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected())
    }

    /// Gives what was parked for these people its next try: the LMS has them now. Runs that had ended with
    /// it are open again, so that they report once more. Gives how many.
    pub async fn resume_persons(&self, persons: &[&Key]) -> Result<u64, StoreError> {
        let persons: Vec<&str> = persons.iter().map(|person| person.as_str()).collect();
        let mut transaction = self.begin().await?;
        let runs: Vec<i64> = sqlx::query_scalar(
            "UPDATE change INDEXED BY change_person SET state = 'waiting', attempts = 0, next_at = 0
             WHERE person IN (SELECT value FROM json_each(?)) AND state = 'parked' AND code = 'person'
             RETURNING run_ref",
        )
        .bind(json(&persons)?)
        .fetch_all(&mut *transaction)
        .await?;
        let resumed = runs.len() as u64;
        if resumed > 0 {
            sqlx::query(
                "UPDATE run SET finished_at = NULL
                 WHERE run_ref IN (SELECT value FROM json_each(?)) AND phase = 'done'",
            )
            .bind(json(&runs)?)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(resumed)
    }

    /// How many of what was resumed has not had its try yet, connections that are stopped aside.
    pub async fn resumed(&self, pushes: &[PushRef]) -> Result<u64, StoreError> {
        let pushes: Vec<i64> = pushes.iter().map(|push| push.0).collect();
        let row = sqlx::query(
            "SELECT count(*) FROM change INDEXED BY change_open
             WHERE push_ref IN (SELECT value FROM json_each(?)) AND state IN ('waiting', 'claimed', 'sent')
               AND code = 'person' AND next_at = 0 AND connection NOT IN (SELECT connection FROM stop)",
        )
        .bind(json(&pushes)?)
        .fetch_one(&self.reader)
        .await?;
        Ok(count(row.try_get(0)?))
    }
}
