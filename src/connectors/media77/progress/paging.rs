//! Where a list of progress goes on. Pure.
//!
//! The vendor's page does not say whether `start` counts rows or pages. Its keys (`start`, `number`, `search`,
//! `sort`, `order`, ten rows where no number is sent) are those of a table widget of the time whose `start` is
//! a row, so rows are tried first. Where that comes to an end too soon, or leads nowhere, pages are tried. What
//! is unsure is asked for: a row that is read twice does no harm, and one that is never read does.

use serde::{Deserialize, Serialize};

use crate::model::{Outcome, Verdict};

/// The most answers to one question. What is larger can be asked for in smaller spans of time.
const MOST_ANSWERS: u32 = 1_000;

/// The most rows that a page reads of the one before, where `start` counts rows: so many may leave the list
/// between two answers, and none is missed.
const OVERLAP: u64 = 10;

/// Where a question stands: what a cursor holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    start: u64,
    counts: Counts,
    /// The rows that are asked for at a time.
    number: u64,
    /// The answers before.
    answers: u32,
    /// How many rows of the list have been read.
    read: u64,
    /// How many of the rows were another's in the same answer.
    doubled: u64,
    /// How many rows there are in all, as far as an answer has said so.
    total: Option<u64>,
    /// The page at 0, by its first two rows, and how many rows it had.
    opening: Face,
    opened: u64,
    /// The page before, by its first two rows.
    before: Face,
    /// The rows at its end that come once more.
    tail: Vec<String>,
    /// The LMS has sent one page for two places.
    stuck: bool,
}

/// What `start` is taken to count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Counts {
    #[default]
    Rows,
    Pages,
}

/// A page by its first two rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Face(Option<String>, Option<String>);

impl Face {
    fn of(keys: &[&str]) -> Self {
        let key = |place: usize| keys.get(place).map(|key| (*key).to_owned());
        Self(key(0), key(1))
    }
}

/// What follows an answer.
#[derive(Debug, PartialEq)]
pub(super) struct Step {
    /// Where the next question begins; `None` after the last.
    pub(super) next: Option<Place>,
    /// Whether any of the rows can be new.
    pub(super) fresh: bool,
    /// How many items there are in all, as far as it is known.
    pub(super) total: Option<u64>,
}

impl Place {
    /// Where a cursor points, in pages of so many rows; without one, and with one of pages of another size, at
    /// the beginning.
    pub(super) fn of(cursor: Option<&str>, number: u64) -> Self {
        let known = cursor.and_then(|text| serde_json::from_str::<Self>(text).ok());
        let known = known.filter(|place| place.number == number);
        known.unwrap_or(Self { number, ..Self::default() })
    }

    /// The cursor.
    pub(super) fn text(&self) -> String {
        // Numbers and texts alone: this can't fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// `start` of the question.
    pub(super) fn start(&self) -> u64 {
        self.start
    }

    /// Whether a row of this page came with the page before, and comes again because pages overlap.
    pub(super) fn has(&self, key: &str) -> bool {
        self.tail.iter().any(|known| known == key)
    }

    /// What follows an answer with these rows, of which some are another's, and this `count`.
    ///
    /// # Errors
    /// Where there is no way to read on, and there may be more.
    pub(super) fn after(mut self, keys: &[&str], count: Option<u64>, doubled: u64) -> Result<Step, Outcome> {
        let rows = length(keys);
        self.total = self.believed(rows, count).or(self.total);
        self.doubled += doubled;
        self.answers += 1;
        if self.answers == 1 {
            (self.opening, self.opened) = (Face::of(keys), rows);
        }
        let total = self.total.map(|total| total.saturating_sub(self.doubled));
        let (fresh, next) = match self.counts {
            Counts::Rows => self.by_rows(keys),
            Counts::Pages => self.by_pages(keys)?,
        };
        match next {
            Some(place) if place.answers >= MOST_ANSWERS => Err(endless()),
            next => Ok(Step { next, fresh, total }),
        }
    }

    /// The whole number of rows, where `count` can be nothing else: it may also be that of the page alone.
    fn believed(&self, rows: u64, count: Option<u64>) -> Option<u64> {
        let alone = self.answers == 0 && rows < self.number;
        count.filter(|count| *count > rows || (*count == rows && alone))
    }

    fn by_rows(mut self, keys: &[&str]) -> (bool, Option<Self>) {
        let (rows, face) = (length(keys), Face::of(keys));
        let first = self.answers == 1;
        if rows == 0 {
            // Past the end; or `start` is a page, and there are not so many. An empty list may say nothing.
            let more = self.total.map_or(!first, |total| self.read < total);
            return (false, more.then(|| self.pages()));
        }
        if !first && (face == self.before || face == self.opening) {
            self.stuck = true;
            return (false, Some(self.pages()));
        }
        self.read = self.start + rows;
        if !self.goes_on(rows) {
            return (true, None);
        }
        // A page of few rows overlaps with none of them, or there might be no way on.
        let overlap = OVERLAP.min(rows / 50);
        let tail = keys.iter().rev().take(usize::try_from(overlap).unwrap_or_default());
        self.tail = tail.map(|key| (*key).to_owned()).collect();
        (true, Some(Self { start: self.read - overlap, before: face, ..self }))
    }

    /// The same question once more, by pages: that at 0 is there already.
    fn pages(self) -> Self {
        let (before, tail) = (self.opening.clone(), Vec::new());
        Self { counts: Counts::Pages, start: 1, read: self.opened, before, tail, ..self }
    }

    fn by_pages(mut self, keys: &[&str]) -> Result<(bool, Option<Self>), Outcome> {
        let (rows, face) = (length(keys), Face::of(keys));
        let holds = |key: &Option<String>| key.as_deref().is_some_and(|key| keys.contains(&key));
        let (first, second) = (holds(&self.opening.0), holds(&self.opening.1));
        // Pages may begin with 1, so that 0 and 1 are one page.
        if self.start == 1 && first {
            return Ok((false, Some(Self { start: 2, before: face, ..self })));
        }
        // Nothing is there, or `start` counts rows after all: then all of them have been read. Where it makes
        // no difference, nobody knows.
        if rows == 0 || first || second || face == self.before {
            return if self.stuck { Err(stuck()) } else { Ok((false, None)) };
        }
        self.stuck = false;
        self.read += rows;
        let more = self.goes_on(rows);
        Ok((true, more.then(|| Self { start: self.start + 1, before: face, ..self })))
    }

    /// Whether there is more behind a page. A short one is the last, unless the LMS sends fewer rows at a time
    /// than it is asked for.
    fn goes_on(&self, rows: u64) -> bool {
        self.total.map_or(rows >= self.number, |total| self.read < total)
    }
}

fn length(keys: &[&str]) -> u64 {
    u64::try_from(keys.len()).unwrap_or(u64::MAX)
}

fn stuck() -> Outcome {
    let reason = "the LMS sends the same rows whatever `start` says, so there may be more than can be read; \
                  raise page_rows of the connection, or ask in smaller spans of time";
    Outcome::new(Verdict::Refused, "paging", reason)
}

fn endless() -> Outcome {
    let reason = format!(
        "the list has no end after {MOST_ANSWERS} answers; raise page_rows of the connection, or ask in smaller \
         spans of time"
    );
    Outcome::new(Verdict::Refused, "paging", reason)
}

#[cfg(test)]
#[path = "paging_tests.rs"]
mod tests;
