//! What the guards look at, and what they find.

use crate::model::{OperationKind, RowsKind};

use super::{Load, Tally};

/// What the guards look at.
#[derive(Clone, Debug)]
pub struct Evidence<'a> {
    /// The account of the plan.
    pub tally: &'a Tally,
    /// Active records in the snapshot before the run.
    pub active: u64,
    /// Whether this is the first load.
    pub load: Load,
    /// Whether the export holds everybody.
    pub rows: RowsKind,
    /// Data rows in the file.
    pub rows_in_file: u64,
    /// Rows that `where` left out.
    pub filtered: u64,
    /// Removals and deactivations of the last settled runs, at most ten.
    pub recent_removals: &'a [u64],
    /// What kind of data it is.
    pub kind: OperationKind,
    /// Whether the LMS mails people when a record is made.
    pub mails_people: bool,
    /// Whether a call may be made twice without harm.
    pub repeatable: bool,
}

/// Something that a guard found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The guard; for the limits that can be set, the key in `[guard]`.
    pub guard: &'static str,
    /// What was found.
    pub found: String,
    /// What is allowed.
    pub limit: String,
    /// What it means, and what to do.
    pub explanation: String,
    /// What is held.
    pub scope: Scope,
}

/// What a finding holds back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Removals and deactivations; the rest goes.
    Removals,
    /// Updates of what the LMS has acknowledged; the rest goes.
    Updates,
    /// Every change of the push.
    Push,
}
