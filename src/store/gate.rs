//! Who waits for whom: records about a person go after the person's own (semantics 19).

use sqlx::Row;

use crate::model::{ChangeState, JobName, Key, PushId};

use super::values::{json, state};
use super::{PushRef, RunRef, Store, StoreError};

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
}

impl Store {
    /// Of these people, the latest changes that are not settled well: those of the jobs in `after`, and those
    /// of the same run that are delivered before `stage`.
    pub async fn blockers(
        &self,
        persons: &[&Key],
        after: &[JobName],
        run: RunRef,
        stage: i64,
    ) -> Result<Vec<Blocker>, StoreError> {
        if persons.is_empty() {
            return Ok(Vec::new());
        }
        let persons: Vec<&str> = persons.iter().map(|person| person.as_str()).collect();
        let after: Vec<&str> = after.iter().map(JobName::as_str).collect();
        let rows = sqlx::query(
            "SELECT u.person, p.job, p.push, u.state
             FROM change u INDEXED BY change_person JOIN push p ON p.push_ref = u.push_ref
             WHERE u.person IN (SELECT value FROM json_each(?1))
               AND u.state IN ('waiting', 'claimed', 'sent', 'held', 'refused', 'parked', 'in_doubt')
               AND (p.job IN (SELECT value FROM json_each(?2)) OR (u.run_ref = ?3 AND u.stage < ?4))
               AND u.change_ref = (SELECT max(change_ref) FROM change l INDEXED BY change_key
                                   WHERE l.push_ref = u.push_ref AND l.key = u.key AND l.state <> 'superseded')
             ORDER BY u.change_ref",
        )
        .bind(json(&persons)?)
        .bind(json(&after)?)
        .bind(run.0)
        .bind(stage)
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Blocker {
                    person: Key::from_stored(row.try_get(0)?),
                    job: row.try_get::<String, _>(1)?.into(),
                    push: row.try_get::<String, _>(2)?.into(),
                    state: state(row.try_get(3)?)?,
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
}
