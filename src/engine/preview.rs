//! What a sync would do, without doing it: for `rollbook plan`.

use std::fs;
use std::path::Path;

use crate::config::Job;
use crate::model::{PushCounts, RunStatus};
use crate::store::PlannedPush;

use super::conclude::push_status;
use super::reading::Export;
use super::{Engine, EngineError, Incoming, Plan};

/// A plan to be shown: nothing of it is stored.
#[derive(Debug)]
pub struct Preview {
    /// The file's name.
    pub file: String,
    /// The plan.
    pub plan: Plan,
}

impl Engine {
    /// Plans a file as a sync would, and stores nothing.
    ///
    /// # Errors
    /// When the file can't be used as a whole, or the disk or the database fails.
    pub async fn preview(&self, job: &Job, file: &Path) -> Result<Preview, EngineError> {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        self.preview_named(job, name, file).await
    }

    /// Plans what a sync would be fed, and stores nothing; `None` where the job has another source, or nothing
    /// was pulled yet.
    ///
    /// # Errors
    /// When the pull is gone, or the disk or the database fails.
    pub async fn preview_fed(&self, job: &Job) -> Result<Option<Preview>, EngineError> {
        let Some(Incoming::Fed { name, path, .. }) = self.feed(job).await? else { return Ok(None) };
        let planned = self.preview_named(job, name, &path).await;
        // Nobody but us knows of it.
        let _not_there = fs::remove_file(&path);
        planned.map(Some)
    }

    async fn preview_named(&self, job: &Job, name: String, file: &Path) -> Result<Preview, EngineError> {
        let export = Export { name: name.clone(), path: file.to_owned() };
        let plan = self.plan_export(job, &export, "plan", false).await?;
        Ok(Preview { file: name, plan })
    }
}

impl Preview {
    /// How the push would end if everything that is sent were accepted.
    pub fn verdict(push: &PlannedPush) -> RunStatus {
        let counts = PushCounts { parked: push.doubtful, ..push.counts };
        push_status(&counts, !push.findings.is_empty(), false)
    }
}
