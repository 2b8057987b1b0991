//! The rows of one key, and windows on rows that come in pages.

use std::collections::VecDeque;

use crate::model::{Fingerprint, Key, Origin};
use crate::plan::{Candidate, Seen};
use crate::store::{StagedRow, StagedState};

/// How many rows are asked for at a time.
pub(super) const PAGE: u32 = 1000;

/// Sealed secrets: for a create, and for an update.
pub(super) type Sealed = (Option<Vec<u8>>, Option<Vec<u8>>);

/// The rows of one key. Only the first record is kept whole: a column that is no key may give one key to
/// every row of a file.
pub(super) struct Group {
    pub(super) key: Key,
    present: bool,
    first: Option<Box<Candidate>>,
    /// The sealed secrets of the first record, for a create and for an update.
    sealed: Sealed,
    others: Vec<(Origin, Fingerprint)>,
}

impl Group {
    pub(super) fn of(row: StagedRow) -> Self {
        let mut group = Self {
            key: row.key.clone(),
            present: false,
            first: None,
            sealed: (None, None),
            others: Vec::new(),
        };
        group.add(row);
        group
    }

    pub(super) fn add(&mut self, row: StagedRow) {
        let origin = row.origin;
        match row.state {
            StagedState::Present => self.present = true,
            StagedState::Record { identity, .. } if self.first.is_some() => {
                self.others.push((origin, identity))
            }
            StagedState::Record {
                identity,
                fields,
                extras,
                missing_for_create,
                sealed_create,
                sealed_update,
            } => {
                self.first =
                    Some(Box::new(Candidate { origin, fields, extras, identity, missing_for_create }));
                self.sealed = (sealed_create, sealed_update);
            }
        }
    }

    pub(super) fn seen(self) -> (Seen, Sealed) {
        let seen = match self.first {
            Some(first) => Seen::Rows(first, self.others),
            None if self.present => Seen::Present,
            None => Seen::Absent,
        };
        (seen, self.sealed)
    }
}

/// A window on rows that come in pages.
pub(super) struct Pages<T> {
    pub(super) rows: VecDeque<T>,
    pub(super) after: Option<Key>,
    ended: bool,
}

impl<T> Pages<T> {
    pub(super) fn new(after: Option<Key>) -> Self {
        Self { rows: VecDeque::new(), after, ended: false }
    }

    pub(super) fn is_short(&self) -> bool {
        self.rows.is_empty() && !self.ended
    }

    pub(super) fn fill(&mut self, page: Vec<T>, key: impl Fn(&T) -> Key) {
        self.ended = page.len() < PAGE as usize;
        self.after = page.last().map(key).or_else(|| self.after.take());
        self.rows.extend(page);
    }
}
