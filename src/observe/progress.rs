//! How far the present work is, for a person who watches.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters that whoever works raises and whoever watches reads.
#[derive(Debug, Default)]
pub struct Progress {
    rows: AtomicU64,
    changes: AtomicU64,
    settled: AtomicU64,
    questions: AtomicU64,
    answered: AtomicU64,
}

impl Progress {
    /// Questions of a pull are to be asked.
    pub fn add_questions(&self, questions: u64) {
        self.questions.fetch_add(questions, Ordering::Relaxed);
    }

    /// Questions of a pull are over, answered or not.
    pub fn add_answered(&self, answered: u64) {
        self.answered.fetch_add(answered, Ordering::Relaxed);
    }

    /// Questions of pulls.
    pub fn questions(&self) -> u64 {
        self.questions.load(Ordering::Relaxed)
    }

    /// Those that are over.
    pub fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }

    /// Rows were read.
    pub fn add_rows(&self, rows: u64) {
        self.rows.fetch_add(rows, Ordering::Relaxed);
    }

    /// Changes are to be delivered.
    pub fn add_changes(&self, changes: u64) {
        self.changes.fetch_add(changes, Ordering::Relaxed);
    }

    /// Changes were settled (a change that is tried again counts each time).
    pub fn add_settled(&self, settled: u64) {
        self.settled.fetch_add(settled, Ordering::Relaxed);
    }

    /// Rows read so far.
    pub fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    /// Changes to be delivered.
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Relaxed)
    }

    /// Changes settled so far.
    pub fn settled(&self) -> u64 {
        self.settled.load(Ordering::Relaxed)
    }
}
