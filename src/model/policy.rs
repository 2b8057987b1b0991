//! What a job says that its changes may do to people.

use super::{Fields, Roles};

/// Whether an export holds everybody, or only what changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowsKind {
    /// Everybody: who is absent has gone.
    Full,
    /// Only changes: absence means nothing.
    Delta,
}

/// What becomes of the first full export, when the snapshot is empty and the LMS may be full
/// (semantics 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstLoad {
    /// Everybody is new.
    Create,
    /// Everybody is in the LMS already: sent without create-only fields.
    Existing,
    /// Everybody is in the LMS with these very values: recorded as acknowledged, nothing is sent.
    Adopt,
}

/// What somebody's absence from a full export means (semantics 9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Nothing.
    Ignore,
    /// A removal: the last acknowledged fields are sent with these over them. Never a delete.
    Set(Fields),
    /// A removal from what Rollbook itself has made: the link is left out of its file. Only for links.
    Withdraw,
}

/// What becomes of a row that differs from what the LMS has acknowledged (semantics 17).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnChange {
    /// It is held for a person: the default where a repeat may grant or mail twice.
    Hold,
    /// It is sent.
    Send,
    /// It is left alone, and counted.
    Ignore,
}

/// All that planning asks of a push besides the records.
#[derive(Clone, Debug)]
pub struct PushPolicy {
    /// Whether the export holds everybody.
    pub rows: RowsKind,
    /// What the first full export means; a first load without it is held.
    pub first_load: Option<FirstLoad>,
    /// What absence means.
    pub on_missing: Missing,
    /// What a corrected row does.
    pub on_change: OnChange,
    /// Fields that are set when somebody removed comes back.
    pub on_return: Fields,
    /// Which fields mean active, manager and so on.
    pub roles: Roles,
    /// The guards' limits.
    pub guard: GuardLimits,
}

/// The limits above which a plan is held (semantics 20 and 21), each against the active snapshot
/// before the run.
#[derive(Clone, Debug, PartialEq)]
pub struct GuardLimits {
    /// Removals and deactivations, in percent.
    pub max_removed_percent: f64,
    /// Removals and deactivations that are always looked at against the median.
    pub max_removed: u64,
    /// How many times the median of the last ten settled runs is too many; 0 compares with nothing.
    pub median_factor: f64,
    /// Creations after the first load, in percent.
    pub max_created_percent: f64,
    /// Updates, in percent.
    pub max_updated_percent: f64,
    /// What a removal guard holds.
    pub hold: HoldScope,
}

impl Default for GuardLimits {
    fn default() -> Self {
        Self {
            max_removed_percent: 5.0,
            max_removed: 25,
            median_factor: 3.0,
            max_created_percent: 20.0,
            max_updated_percent: 30.0,
            hold: HoldScope::Removals,
        }
    }
}

/// What a removal guard holds back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldScope {
    /// The removals; the rest goes.
    Removals,
    /// All changes of the push.
    Push,
}
