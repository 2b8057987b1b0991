//! Where a list of progress goes on. Pure.
//!
//! The vendor's page does not say whether `start` counts rows or pages, nor whether `count` is that of the page or
//! of all, nor how many rows an answer may have at most. So nothing of it is taken for granted: the second question
//! is for start 1, whose answer tells rows from pages, and a list ends where an answer behind its last row is empty
//! or has nothing new, or where as many rows were read as a `count` says that can't be the page's own. What is
//! unsure is asked for: a row that is read twice does no harm, and one that is never read does.

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
    /// How many of the rows were another's in the same answer, or nobody's.
    doubled: u64,
    nameless: u64,
    /// How many rows there are in all, as far as an answer has said so.
    total: Option<u64>,
    /// The page at 0, by its first two rows, and how many rows it had.
    opening: Face,
    opened: u64,
    /// The page before, by its first two rows.
    before: Face,
    /// The rows that may come once more: while it is not known what `start` counts, those of the page at 0; then
    /// the last ones.
    known: Vec<String>,
    /// The LMS has sent one page for three places.
    stuck: bool,
}

/// What `start` counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Counts {
    #[default]
    Unknown,
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

    /// Whether its first row is in a page.
    fn leads(&self, keys: &[&str]) -> bool {
        self.0.as_deref().is_some_and(|key| keys.contains(&key))
    }

    /// Whether a page begins within it: then `start` counts rows.
    fn precedes(&self, keys: &[&str]) -> bool {
        !self.leads(keys) && self.1.as_deref().is_some_and(|key| keys.contains(&key))
    }
}

/// The rows of an answer, as far as paging looks at them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen<'a> {
    /// What names each, in the order of the page.
    pub(super) keys: &'a [&'a str],
    /// What the answer says of how many there are.
    pub(super) count: Option<u64>,
    /// How many are another's.
    pub(super) doubled: u64,
    /// How many are nobody's.
    pub(super) nameless: u64,
}

/// What follows an answer.
#[derive(Debug, PartialEq)]
pub(super) struct Step {
    /// Where the next question begins; `None` after the last.
    pub(super) next: Option<Place>,
    /// How many items there are in all, as far as it is known.
    pub(super) total: Option<u64>,
    /// What is to be known of the list.
    pub(super) note: Option<String>,
    /// How many rows so far had nothing to be known by.
    pub(super) nameless: u64,
}

impl Step {
    fn on(next: Place) -> Self {
        Self { total: next.items(), note: None, nameless: next.nameless, next: Some(next) }
    }
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

    /// Whether a row of this page came before, and comes again because pages overlap.
    pub(super) fn has(&self, key: &str) -> bool {
        self.known.iter().any(|known| known == key)
    }

    /// What follows an answer.
    ///
    /// # Errors
    /// Where there is no way to read on, and there may be more.
    pub(super) fn after(mut self, seen: Seen<'_>) -> Result<Step, Outcome> {
        let keys = seen.keys;
        // It may be that of the page alone unless it is more.
        self.total = seen.count.filter(|count| *count > length(keys)).or(self.total);
        self.doubled += seen.doubled;
        self.nameless += seen.nameless;
        self.answers += 1;
        let step = match self.counts {
            Counts::Unknown if self.answers == 1 => self.open(keys),
            Counts::Unknown => self.step_on(keys),
            Counts::Rows => self.by_rows(keys)?,
            Counts::Pages => self.by_pages(keys),
        };
        match step.next {
            Some(place) if place.answers >= MOST_ANSWERS => Err(endless(place.number)),
            _ => Ok(step),
        }
    }

    /// The page at 0.
    fn open(mut self, keys: &[&str]) -> Step {
        (self.opening, self.opened, self.read) = (Face::of(keys), length(keys), length(keys));
        if keys.is_empty() && self.total.is_none() {
            return self.end();
        }
        self.known = keys.iter().map(|key| (*key).to_owned()).collect();
        Step::on(Self { start: 1, before: self.opening.clone(), ..self })
    }

    /// What 1 is, and where that is the page at 0 once more, 2.
    fn step_on(mut self, keys: &[&str]) -> Step {
        if keys.is_empty() {
            return self.end();
        }
        if self.before.precedes(keys) {
            return self.rows_on(keys);
        }
        if !self.before.leads(keys) {
            self.read += length(keys);
            return self.pages_on(keys);
        }
        if self.start == 1 {
            // Pages may begin with 1, so that 0 and 1 are one page.
            return Step::on(Self { start: 2, before: Face::of(keys), ..self });
        }
        // `start` says nothing; or there is but one page; or as many rows came as were skipped.
        let overlap = overlap(self.opened);
        let start = self.opened - overlap;
        Step::on(Self { counts: Counts::Rows, start, before: Face::of(keys), stuck: true, ..self })
    }

    fn by_rows(self, keys: &[&str]) -> Result<Step, Outcome> {
        let face = Face::of(keys);
        if self.stuck && (self.opening.leads(keys) || self.before.leads(keys)) {
            let more = self.opened >= self.number || self.total.is_some_and(|total| total > self.read);
            return if more { Err(stuck(self.number)) } else { Ok(self.end_stuck()) };
        }
        if face == self.before || keys.iter().all(|key| self.has(key)) {
            return Ok(self.end());
        }
        Ok(self.rows_on(keys))
    }

    /// Behind a page of a list by rows. A short one is the last only where that is known: an LMS may send fewer
    /// rows than it is asked for.
    fn rows_on(mut self, keys: &[&str]) -> Step {
        let news = keys.iter().any(|key| !self.has(key));
        self.read = self.read.max(self.start + length(keys));
        if self.is_whole() || (!news && self.total.is_none()) {
            return self.end();
        }
        // A page of few rows overlaps with none of them, or there might be no way on.
        let overlap = overlap(length(keys));
        let last = keys.iter().rev().take(usize::try_from(overlap).unwrap_or_default());
        self.known = last.map(|key| (*key).to_owned()).collect();
        let start = self.start + length(keys) - overlap;
        Step::on(Self { counts: Counts::Rows, start, before: Face::of(keys), stuck: false, ..self })
    }

    fn by_pages(mut self, keys: &[&str]) -> Step {
        if self.before.precedes(keys) {
            return self.rows_on(keys);
        }
        // Nothing is there; or one that was there stands in for it.
        if keys.is_empty() || self.before.leads(keys) || self.opening.leads(keys) {
            return self.end();
        }
        self.read += length(keys);
        self.pages_on(keys)
    }

    fn pages_on(self, keys: &[&str]) -> Step {
        if self.is_whole() {
            return self.end();
        }
        let (start, known) = (self.start + 1, keys.iter().map(|key| (*key).to_owned()).collect());
        Step::on(Self { counts: Counts::Pages, start, before: Face::of(keys), known, ..self })
    }

    /// Whether as many rows were read as there are said to be.
    fn is_whole(&self) -> bool {
        self.total.is_some_and(|total| self.read >= total)
    }

    /// How many items there are in all.
    fn items(&self) -> Option<u64> {
        self.total.map(|total| total.saturating_sub(self.doubled + self.nameless))
    }

    /// After the last page. Where there is nothing behind it, a `count` that is somewhat higher is wrong; where
    /// a page and more is missing, the list was rather cut off.
    fn end(self) -> Step {
        let (read, nameless) = (self.read, self.nameless);
        match self.total.filter(|total| *total > read) {
            Some(total) if read > 0 && total - read < self.number => {
                let note = format!(
                    "the LMS counts {total} rows, and has {read}: there is nothing behind the last of them"
                );
                Step { next: None, total: None, note: Some(note), nameless }
            }
            _ => Step { next: None, total: self.items(), note: None, nameless },
        }
    }

    fn end_stuck(self) -> Step {
        let note = format!(
            "the LMS sends the same {} rows whatever `start` says; they are fewer than the {} asked for (page_rows), \
             so they are taken for all",
            self.opened, self.number
        );
        Step { note: Some(note), ..self.end() }
    }
}

fn overlap(rows: u64) -> u64 {
    OVERLAP.min(rows / 50)
}

fn length(keys: &[&str]) -> u64 {
    u64::try_from(keys.len()).unwrap_or(u64::MAX)
}

fn stuck(number: u64) -> Outcome {
    let reason = format!(
        "the LMS sends the same rows whatever `start` says, so there may be more than the {number} that can be read; \
         {SMALLER}"
    );
    Outcome::new(Verdict::Refused, "paging", reason)
}

fn endless(number: u64) -> Outcome {
    let reason = format!("the list has no end after {MOST_ANSWERS} answers of {number} rows; {SMALLER}");
    Outcome::new(Verdict::Refused, "paging", reason)
}

/// What can be set.
const SMALLER: &str = "raise `page_rows` of the connection (1000 at most), or let one question ask for less: a \
                       later `since` or a shorter `overlap` of the pull";

#[cfg(test)]
#[path = "paging_tests.rs"]
mod tests;
