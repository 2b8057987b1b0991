//! What a report says of pulls, as values.

use chrono::{DateTime, Utc};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::model::{ConnectionName, FieldName, ItemEvent, OperationName, PushId, RunStatus};

/// One pull of a run.
#[derive(Clone, Debug, Serialize)]
pub struct PullSection {
    /// The pull.
    pub pull: PushId,
    /// The account.
    pub connection: ConnectionName,
    /// The operation, in full.
    pub operation: OperationName,
    /// How it ended.
    pub status: RunStatus,
    /// Whether each question is one learner's.
    #[serde(skip)]
    pub by_learner: bool,
    /// How many questions there were.
    pub asked: u64,
    /// How many were answered in whole.
    pub answered: u64,
    /// How many were not, for good.
    pub failed: u64,
    /// How many of the answers are odd: empty, or less than the LMS says there is.
    pub doubtful: u64,
    /// What the answers held, kind by kind, the main one first.
    #[serde(serialize_with = "by_kind")]
    pub items: Vec<KindLine>,
    /// Items that are new.
    pub added: u64,
    /// Items with another value.
    pub changed: u64,
    /// Items that are gone.
    pub retired: u64,
    /// Items that had been gone.
    pub returned: u64,
    /// Answers to questions that were asked for the first time in these words.
    pub baselines: u64,
    /// Whether anything had been remembered of this pull before this run.
    #[serde(skip)]
    pub known: bool,
    /// From when to when it asked, where it asked for a span of time.
    #[serde(skip)]
    pub window: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Things to know.
    #[serde(skip)]
    pub notes: Vec<String>,
    /// Why its file could not be written.
    #[serde(skip)]
    pub unwritten: Option<String>,
    /// Why learners whom it asks for no longer were kept all the same.
    #[serde(skip)]
    pub held: Option<String>,
}

impl PullSection {
    /// Whether every question was asked for the first time, so that nothing can be said of changes.
    pub fn is_baseline(&self) -> bool {
        self.answered > 0 && self.baselines >= self.answered
    }

    /// Whether it learnt something: a change, or all of it for the first time.
    pub fn has_news(&self) -> bool {
        self.is_baseline() || self.added + self.changed + self.retired + self.returned > 0
    }

    /// To how many items this happened.
    pub fn happened_to(&self, event: ItemEvent) -> u64 {
        match event {
            ItemEvent::Added => self.added,
            ItemEvent::Changed => self.changed,
            ItemEvent::Retired => self.retired,
            ItemEvent::Returned => self.returned,
        }
    }

    /// How many questions have neither an answer nor a failure.
    pub fn unasked(&self) -> u64 {
        self.asked.saturating_sub(self.answered + self.failed)
    }
}

/// Items of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KindLine {
    /// The kind, in the vendor's words.
    pub kind: String,
    /// What people call one, and many.
    pub nouns: (String, String),
    /// How many the answers held.
    pub found: u64,
    /// How many of them are new.
    pub added: u64,
    /// How many have another value.
    pub changed: u64,
    /// How many are gone.
    pub retired: u64,
    /// How many had been gone.
    pub returned: u64,
}

impl KindLine {
    /// How many of them something happened to.
    pub fn events(&self) -> u64 {
        self.added + self.changed + self.retired + self.returned
    }
}

fn by_kind<S: Serializer>(kinds: &[KindLine], serializer: S) -> Result<S::Ok, S::Error> {
    let found: Vec<_> = kinds.iter().filter(|line| line.found > 0).collect();
    let mut map = serializer.serialize_map(Some(found.len()))?;
    for line in found {
        map.serialize_entry(&line.kind, &line.found)?;
    }
    map.end()
}

/// What happened to an item; of a changed one, to one of its fields.
#[derive(Clone, Debug, Serialize)]
pub struct EventLine {
    /// The pull.
    pub pull: PushId,
    /// When a run saw it.
    #[serde(serialize_with = "seconds")]
    pub at: DateTime<Utc>,
    /// What happened.
    pub event: ItemEvent,
    /// The kind of the item, in the vendor's words.
    pub kind: String,
    /// What people call one of them.
    #[serde(skip)]
    pub noun: String,
    /// Whether it is a part of another item.
    #[serde(skip)]
    pub part: bool,
    /// What people know it by; `None` where it has nothing of that sort.
    pub title: Option<String>,
    /// What people know the item by that it is a part of.
    pub part_of: Option<String>,
    /// Whose it is; empty where it is nobody's.
    pub learner: String,
    /// Whether it is the same item as in the line before.
    #[serde(skip)]
    pub same_item: bool,
    /// The field that changed.
    #[serde(flatten)]
    pub change: Option<FieldLine>,
}

/// A field that changed. Those of IDs that are not to be exposed have no values here.
#[derive(Clone, Debug, Serialize)]
pub struct FieldLine {
    /// The vendor's keyword.
    pub field: FieldName,
    /// The vendor's label.
    pub label: String,
    /// The value before.
    pub before: Option<String>,
    /// The value after.
    pub after: Option<String>,
    /// Whether it is an ID that is not to be exposed.
    #[serde(skip)]
    pub internal: bool,
}

/// A question that was not answered, or whose answer is odd.
#[derive(Clone, Debug, Serialize)]
pub struct FailureLine {
    /// The pull.
    pub pull: PushId,
    /// Whose answer was wanted; empty where it is everybody's.
    pub learner: String,
    /// The vendor's code, an HTTP status or our word.
    pub code: String,
    /// Why.
    pub reason: String,
}

fn seconds<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
}
