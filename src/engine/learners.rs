//! Whom a pull asks for: the active people of a job, those of a CSV, or those of a list.

use std::path::Path;

use crate::config::Pull;
use crate::model::{JobName, Key, Learner, OperationKind, Standing};
use crate::store::{NewStep, SnapshotRow};

use super::EngineError;
use super::entering::Entering;
use super::learnerlist::read_list;

/// How many people are fetched at a time.
const PAGE: u32 = 500;

/// How learners are named: each identifier, and the field of a push of users that holds it.
pub(super) type Identifiers = &'static [(&'static str, &'static str)];

impl Entering<'_> {
    /// The active people whom a job pushes to the same connection.
    pub(super) async fn people_of(&mut self, job: &JobName, pull: &Pull) -> Result<(), EngineError> {
        let identifiers = identifiers(pull);
        let found = self.engine().config.jobs.get(job).map(|job| job.pushes.clone()).unwrap_or_default();
        let users = |push: &&crate::config::Push| {
            push.operation.kind == OperationKind::PushUsers && push.connection == pull.connection
        };
        let mut people = 0_u64;
        for push in found.iter().filter(users) {
            let name = &push.operation.name;
            let Some(push) = self.store().find_push(job, &push.id, &push.connection, name).await? else {
                continue;
            };
            let mut after: Option<Key> = None;
            loop {
                let page = self.store().snapshot_page(push, after.as_ref(), None, PAGE).await?;
                let Some(last) = page.last() else { break };
                after = Some(last.key.clone());
                for row in &page {
                    if let Some(step) = person(job, row, identifiers) {
                        people += 1;
                        self.add(step).await?;
                    }
                }
            }
        }
        if people == 0 {
            self.notes.push(format!(
                "the job {job} has nobody active on {} whom the LMS has acknowledged: run it first",
                pull.connection
            ));
        }
        Ok(())
    }

    /// Those of a list in the job file.
    pub(super) async fn these(&mut self, learners: &[Learner]) -> Result<(), EngineError> {
        for learner in learners {
            self.add(named(learner.clone())).await?;
        }
        Ok(())
    }

    /// Those of a CSV whose columns bear the names of identifiers.
    pub(super) async fn people_in(&mut self, path: &Path, pull: &Pull) -> Result<(), EngineError> {
        let (path, identifiers) = (path.to_owned(), identifiers(pull));
        let read = tokio::task::spawn_blocking(move || read_list(&path, identifiers)).await;
        match read.map_err(|error| EngineError::Task(error.to_string()))? {
            Ok(steps) => {
                for step in steps {
                    self.add(step).await?;
                }
                Ok(())
            }
            // Nobody can be asked for: that is one failure, and nobody counts as left out.
            Err(reason) => self.add(unusable(String::new(), reason)).await,
        }
    }
}

fn identifiers(pull: &Pull) -> Identifiers {
    pull.operation.pull.map(|shape| shape.identifiers).unwrap_or_default()
}

/// The question for one active record; `None` for any other.
fn person(job: &JobName, row: &SnapshotRow, identifiers: Identifiers) -> Option<NewStep> {
    let known = row.known.as_ref().filter(|known| known.standing == Standing::Active)?;
    let values = identifiers.iter().filter_map(|(name, field)| {
        let value = known.fields.get(&(*field).into())?.trim();
        (!value.is_empty()).then(|| ((*name).to_owned(), value.to_owned()))
    });
    let all: Vec<(String, String)> = values.collect();
    let Some(first) = all.first().cloned() else {
        let fields: Vec<_> = identifiers.iter().map(|(_, field)| format!("`{field}`")).collect();
        let reason = format!(
            "the record {} of the job {job} can't be asked for: it has none of {}, so map one of them",
            row.key,
            fields.join(", ")
        );
        return Some(unusable(row.key.to_string(), reason));
    };
    // The LMS is asked by the first; people may call the learner by any.
    let mut step = named(Learner { names: all });
    step.learner = Some(Learner { names: vec![first] });
    step.names.push(row.key.to_string());
    Some(step)
}

/// The question for a learner. Its scope is the first name alone: another column of the list makes nobody new.
pub(super) fn named(learner: Learner) -> NewStep {
    let texts = || learner.names.iter().map(|(name, value)| format!("{name}={value}"));
    let mut names = vec![learner.to_string()];
    names.extend(learner.names.iter().map(|(_, value)| value.clone()));
    names.extend(texts());
    NewStep { scope: texts().next().unwrap_or_default(), learner: Some(learner), names, unusable: None }
}

pub(super) fn unusable(scope: String, reason: String) -> NewStep {
    NewStep { scope, learner: None, names: Vec::new(), unusable: Some(("learner", reason)) }
}
