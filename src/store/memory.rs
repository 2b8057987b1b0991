//! What pulls have learnt, for those who ask: items, their events, and how each pull of a run ended.

use chrono::{DateTime, Utc};

use crate::model::{
    ConnectionName, FieldName, Fields, ItemEvent, ItemStanding, JobName, Key, OperationName, PushId, RunId,
};

use super::{RunRef, Store, StoreError};

/// An item in the memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ItemRef(pub(super) i64);

impl ItemRef {
    /// Stands for an item that the database does not know.
    pub const NONE: Self = Self(0);
}

/// An event of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventRef(pub(super) i64);

/// An item as it is known.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each field is the column of that name, explained in the migration")]
pub struct MemoryItem {
    pub item_ref: ItemRef,
    pub job: JobName,
    pub pull: PushId,
    pub operation: OperationName,
    pub scope: String,
    pub learner: String,
    pub kind: String,
    pub key: Key,
    pub parent: Option<Key>,
    pub fields: Fields,
    pub standing: ItemStanding,
    pub first_seen: DateTime<Utc>,
    pub last_seen: DateTime<Utc>,
    pub changed_at: DateTime<Utc>,
    pub retired_at: Option<DateTime<Utc>>,
}

/// Which items; all of these must hold.
#[derive(Clone, Debug, Default)]
pub struct ItemFilter {
    /// Of this account.
    pub connection: Option<ConnectionName>,
    /// Of this job.
    pub job: Option<JobName>,
    /// Of this pull.
    pub pull: Option<PushId>,
    /// Of this learner, by any of their names, in any case; an empty text means items that are nobody's.
    pub learner: Option<String>,
    /// Only those that hold this text in any field, in any case.
    pub search: Option<String>,
    /// Only those with an event since then.
    pub changed_since: Option<DateTime<Utc>>,
    /// Only present ones, unless others are wanted too.
    pub gone_too: bool,
}

/// One event of an item.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each field is the column of that name, explained in the migration")]
pub struct EventRow {
    pub event_ref: EventRef,
    pub run: RunId,
    pub at: DateTime<Utc>,
    pub event: ItemEvent,
    pub field: Option<FieldName>,
    pub before: Option<String>,
    pub after: Option<String>,
    pub item: MemoryItem,
}

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
    /// What is to be known.
    pub notes: Vec<String>,
    /// Why its file could not be written.
    pub unwritten: Option<String>,
}

/// A question that was not answered.
#[derive(Clone, Debug)]
pub struct FailedStep {
    /// The pull.
    pub pull: PushId,
    /// Whose answer was wanted; empty where it is everybody's.
    pub scope: String,
    /// The vendor's code, an HTTP status or our word.
    pub code: String,
    /// Why.
    pub reason: String,
}

impl Store {
    /// Items in the order in which they were first seen, behind `after`, at most `limit`.
    pub async fn items(
        &self,
        filter: &ItemFilter,
        after: Option<ItemRef>,
        limit: u32,
    ) -> Result<Vec<MemoryItem>, StoreError> {
        let _ = (filter, after, limit);
        Err(StoreError::Other("not there yet".to_owned()))
    }

    /// The events of one item, oldest first.
    pub async fn item_events(&self, item: ItemRef) -> Result<Vec<EventRow>, StoreError> {
        let _ = item;
        Err(StoreError::Other("not there yet".to_owned()))
    }

    /// The events that a run saw, in order, behind `after`, at most `limit`.
    pub async fn run_events(
        &self,
        run: RunRef,
        after: Option<EventRef>,
        limit: u32,
    ) -> Result<Vec<EventRow>, StoreError> {
        let _ = (run, after, limit);
        Err(StoreError::Other("not there yet".to_owned()))
    }

    /// The pulls of a run, in the order of the job file.
    pub async fn pull_runs(&self, run: RunRef) -> Result<Vec<PullRunRow>, StoreError> {
        let _ = run;
        Ok(Vec::new())
    }

    /// Questions of a run that were not answered, at most `limit`.
    pub async fn failed_steps(&self, run: RunRef, limit: u32) -> Result<Vec<FailedStep>, StoreError> {
        let _ = (run, limit);
        Ok(Vec::new())
    }

    /// The parts of an item (contents of a curriculum) that are present, in the order of their answer.
    pub async fn parts(&self, item: &MemoryItem) -> Result<Vec<MemoryItem>, StoreError> {
        let _ = item;
        Ok(Vec::new())
    }

    /// The last run of a job that changed what is remembered, where there is one.
    pub async fn last_pull(&self, job: &JobName) -> Result<Option<RunRef>, StoreError> {
        let _ = job;
        Ok(None)
    }

    /// The run of a pull whose items the last run of this job was made of.
    pub async fn last_fed(&self, job: &JobName) -> Result<Option<RunRef>, StoreError> {
        let _ = job;
        Ok(None)
    }
}
