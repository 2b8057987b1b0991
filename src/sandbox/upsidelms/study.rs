//! How far a learner is with a curriculum. Pure.

use chrono::NaiveDate;

/// How far a learner is with a curriculum; nowhere, by default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UpsideLmsStudy {
    /// The day of the first look at it.
    pub started_on: Option<NaiveDate>,
    /// The day of the last look at it; the day of completion or of the start where it is not said.
    pub last_access_on: Option<NaiveDate>,
    /// The day on which the learner was through with it.
    pub completed_on: Option<NaiveDate>,
    /// The day on which it ended for the learner.
    pub expired_on: Option<NaiveDate>,
    /// How the learner rates it, from 1 to 5.
    pub rating: Option<u8>,
    /// What the learner says of it.
    pub feedback: Option<String>,
    /// How many of its contents the learner is through with, in their order; the next one is under way. Those who
    /// have completed the curriculum are through with all.
    pub contents_done: usize,
}

/// How far a learner is with one of the contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nowhere.
    Untouched,
    /// Under way.
    Begun { first: NaiveDate, last: NaiveDate },
    /// Through with it.
    Done { first: NaiveDate, last: NaiveDate },
}

impl UpsideLmsStudy {
    /// Under way since that day.
    pub fn started(on: NaiveDate) -> Self {
        Self { started_on: Some(on), ..Self::default() }
    }

    /// Begun on one day and completed on another.
    pub fn completed(started_on: NaiveDate, on: NaiveDate) -> Self {
        Self { started_on: Some(started_on), completed_on: Some(on), ..Self::default() }
    }

    pub(super) fn is_completed(&self) -> bool {
        self.completed_on.is_some()
    }

    pub(super) fn last_access(&self) -> Option<NaiveDate> {
        self.last_access_on.or(self.completed_on).or(self.started_on)
    }

    /// The sample has the first of these words; the others are made after it.
    pub(super) fn word(&self) -> &'static str {
        match (self.completed_on, self.started_on) {
            (Some(_), _) => "completed",
            (None, Some(_)) => "in progress",
            (None, None) => "not started",
        }
    }

    /// How far the learner is with the content at that place.
    pub(super) fn stage(&self, place: usize) -> Stage {
        let first = self.started_on.or(self.completed_on);
        let (Some(first), Some(last)) = (first, self.last_access()) else { return Stage::Untouched };
        if self.is_completed() || place < self.contents_done {
            Stage::Done { first, last }
        } else if place == self.contents_done {
            Stage::Begun { first, last }
        } else {
            Stage::Untouched
        }
    }
}
