//! What else a settled run brings about: the files of its links, what looking its sample up came to, and the
//! next try of what waited for its people.

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::config::Push;
use crate::model::{JobName, OperationKind, RunStatus};
use crate::store::{PushRef, PushRunRow, RunRef};

use super::conclude::{LOOK, run_status};
use super::links::Exported;
use super::{Engine, EngineError};

/// How long a command waits for what it has resumed of other jobs; what is left goes on with the next one.
const PATIENCE: Duration = Duration::from_secs(60);

impl Engine {
    /// Writes the files of a run's links, ends its verification, and resumes what waits for its people. Gives
    /// the run's status.
    pub(super) async fn after_delivery(
        &self,
        run_ref: RunRef,
        pushes: &[PushRunRow],
        status: RunStatus,
    ) -> Result<RunStatus, EngineError> {
        let run = self.store.run(run_ref).await?;
        let mut worst = self.verified(run_ref, status).await?;
        let Some(job) = self.config.jobs.get(&run.job) else { return Ok(worst) };
        for row in pushes {
            let Some(push) = job.pushes.iter().find(|push| push.id == row.push) else { continue };
            // Also where no record has changed: the connection may have, or the last file was not written.
            let Some(exported) = self.export_links(push, row.push_ref).await? else { continue };
            let what = if push.operation.makes_forms() { "forms" } else { "links" };
            let (unwritten, note) = match exported {
                Exported::Failed(reason) => (Some(reason), None),
                Exported::Written { failed: 0, changed: false, .. } => (None, None),
                Exported::Written { links, failed: 0, path, .. } => {
                    (None, Some(format!("{links} {what} are in {}", path.display())))
                }
                Exported::Written { links, failed, reason, path, .. } => (
                    Some(format!("{failed} records have none; the first: {}", reason.unwrap_or_default())),
                    Some(format!("{links} {what} are in {}", path.display())),
                ),
            };
            self.store.links_written(run_ref, row.push_ref, unwritten.as_deref()).await?;
            if unwritten.is_some() {
                worst = run_status([worst, RunStatus::Partial].into_iter());
            }
            if let Some(note) = note {
                self.store.note_push(run_ref, row.push_ref, &note).await?;
            }
        }
        if self.store.resume_people(&self.waiting_for(&run.job).await?).await? > 0 {
            self.wake_all();
        }
        Ok(worst)
    }

    /// Gives what a run's own pushes have put aside for a person its next try, once the people have had
    /// theirs. Gives how many.
    pub(super) async fn resume_own(&self, run_ref: RunRef) -> Result<u64, EngineError> {
        let run = self.store.run(run_ref).await?;
        let own = self.config.jobs.get(&run.job).map(|job| job.pushes.as_slice()).unwrap_or_default();
        let users = |push: &&Push| push.operation.kind == OperationKind::PushUsers;
        if !own.iter().any(|push| users(&push)) {
            return Ok(0);
        }
        let about = own.iter().filter(|push| !push.mapping.person.is_empty() && !users(push));
        let pushes = self.found(about.map(|push| (&run.job, push)).collect()).await?;
        let resumed = self.store.resume_people(&pushes).await?;
        if resumed > 0 {
            self.wake_all();
        }
        Ok(resumed)
    }

    /// Waits until what the end of a run of this job has resumed has had its try.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn follow_resumed(&self, job: &JobName, stop: &CancellationToken) -> Result<(), EngineError> {
        let pushes = self.waiting_for(job).await?;
        let last = Instant::now() + PATIENCE;
        while !pushes.is_empty() && Instant::now() < last && self.store.resumed(&pushes).await? > 0 {
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.settled.notified() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
        Ok(())
    }

    /// The pushes that wait for the people of a job.
    async fn waiting_for(&self, job: &JobName) -> Result<Vec<PushRef>, EngineError> {
        let all =
            self.config.jobs.values().flat_map(|other| other.pushes.iter().map(|push| (&other.name, push)));
        self.found(all.filter(|(_, push)| push.after.contains(job)).collect()).await
    }

    async fn found(&self, pushes: Vec<(&JobName, &Push)>) -> Result<Vec<PushRef>, EngineError> {
        let mut found = Vec::new();
        for (job, push) in pushes {
            let name = &push.operation.name;
            found.extend(self.store.find_push(job, &push.id, &push.connection, name).await?);
        }
        Ok(found)
    }
}
