//! What is known about one key: what the export says, what the LMS is known to hold, what is still open.

use crate::model::{ChangeKind, Extras, FieldName, Fields, Fingerprint, FirstLoad, Key, Known, Origin};

use super::Withdraw;

/// Everything known about one key of one push.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: Key,
    /// What the export says.
    pub seen: Seen,
    /// What the LMS has acknowledged.
    pub known: Option<Known>,
    /// The latest change of an earlier run that did not end well, if there is one.
    pub prior: Prior,
    /// What that change was to do.
    pub prior_kind: Option<ChangeKind>,
    /// Whether the key was in a first load of people who exist already, and was not acknowledged yet.
    pub presumed: bool,
}

/// The rows of one key.
#[derive(Clone, Debug)]
pub enum Seen {
    /// No row at all.
    Absent,
    /// Only rows that were rejected or filtered: present, and left alone (semantics 1 and 4).
    Present,
    /// The first accepted row, and place and identity of any further ones.
    Rows(Box<Candidate>, Vec<(Origin, Fingerprint)>),
}

/// A row that was mapped and validated.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The row.
    pub origin: Origin,
    /// The values that are compared.
    pub fields: Fields,
    /// The values beside the comparison.
    pub extras: Extras,
    /// Tells rows of one key apart, secrets included.
    pub identity: Fingerprint,
    /// Required create-only fields that are empty.
    pub missing_for_create: Vec<FieldName>,
}

/// What became of the latest earlier change of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prior {
    /// There is none, or it ended well.
    None,
    /// Not sent yet: it can be replaced without a trace.
    Waiting,
    /// Perhaps sent: what the LMS holds is not certain.
    Uncertain,
    /// Refused or parked.
    Unsuccessful,
}

impl Prior {
    /// What a row, or its absence, withdraws that wants nothing of the LMS: what surely never reached it.
    pub(super) fn withdrawn(self) -> Withdraw {
        match self {
            Self::Waiting | Self::Unsuccessful => Withdraw::Everything,
            Self::None | Self::Uncertain => Withdraw::Nothing,
        }
    }
}

/// Whether this is the first load of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Load {
    /// The first full export, and what the job says it means.
    First(Option<FirstLoad>),
    /// Any other.
    Later,
}
