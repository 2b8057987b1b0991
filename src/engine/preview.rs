//! What a sync would do, without doing it: for `rollbook plan`.

use std::path::Path;

use crate::config::Job;
use crate::model::{PushCounts, RunStatus};
use crate::store::PlannedPush;

use super::conclude::push_status;
use super::reading::Export;
use super::{Engine, EngineError, Plan};

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
