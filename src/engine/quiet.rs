//! Quiet: while the pushes of a job are planned, none of their older changes is sent.
//!
//! A plan compares with what the LMS has acknowledged; a call that ends in between would make it stale,
//! and a change that was claimed before could overtake the one that replaces it.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::config::Job;
use crate::store::PushRef;

use super::{Engine, EngineError};

/// How often is looked whether calls that were out have been settled.
const LOOK: Duration = Duration::from_millis(20);

/// The pushes that are quiet.
#[derive(Debug, Default)]
pub(super) struct QuietPushes(Mutex<BTreeSet<PushRef>>);

impl QuietPushes {
    /// Those that are quiet now.
    pub(super) fn now(&self) -> Vec<PushRef> {
        self.lock().iter().copied().collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<PushRef>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps pushes quiet as long as it lives.
#[must_use = "it is quiet as long as this lives"]
pub struct Quiet<'a> {
    engine: &'a Engine,
    pushes: Vec<PushRef>,
}

impl Drop for Quiet<'_> {
    fn drop(&mut self) {
        let mut quiet = self.engine.quiet.lock();
        for push in &self.pushes {
            quiet.remove(push);
        }
        drop(quiet);
        self.engine.wake_all();
    }
}

impl Engine {
    /// Makes the pushes of a job quiet, and waits until the calls that are out have been settled.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn quiet(&self, job: &Job) -> Result<Quiet<'_>, EngineError> {
        let mut pushes = Vec::with_capacity(job.pushes.len());
        for push in &job.pushes {
            let name = &push.operation.name;
            pushes.push(self.store.push(&job.name, &push.id, &push.connection, name).await?);
        }
        self.quiet.lock().extend(&pushes);
        let quiet = Quiet { engine: self, pushes };
        for push in &quiet.pushes {
            while self.store.claimed(*push).await? > 0 {
                self.wake_all();
                tokio::time::sleep(LOOK).await;
            }
        }
        Ok(quiet)
    }
}
