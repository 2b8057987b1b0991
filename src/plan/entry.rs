//! What is known about one key: what the export says, what the LMS is known to hold, what is still open.

use crate::model::{
    ChangeKind, Extras, FieldName, Fields, Fingerprint, FirstLoad, Key, Known, Origin, RunId,
};

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
    /// Sent by a call that must not be repeated, and nobody knows yet what became of it.
    InDoubt,
}

impl Prior {
    /// What a row, or its absence, withdraws that wants nothing of the LMS: what surely never reached it.
    pub(super) fn withdrawn(self) -> Withdraw {
        match self {
            // Only what stands behind a doubt is withdrawn, never the change that is in doubt.
            Self::Waiting | Self::Unsuccessful | Self::InDoubt => Withdraw::Everything,
            Self::None | Self::Uncertain => Withdraw::Nothing,
        }
    }

    /// Whether the LMS surely holds what it has acknowledged, and nothing else.
    pub(super) fn is_certain(self) -> bool {
        !matches!(self, Self::Uncertain | Self::InDoubt)
    }
}

/// An earlier change of a key whose call may have had its effect, without anybody knowing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// The run that sent it, where it is known.
    pub run: Option<RunId>,
    /// What it was to do.
    pub kind: ChangeKind,
    /// Whether it may settle by itself: the call is out, the LMS works on it, or is asked about it.
    pub under_way: bool,
}

impl Doubt {
    /// The code of a change that is put aside because of it.
    pub const CODE: &'static str = "in doubt";

    /// Why a newer change of the key is put aside, and what to do.
    pub fn reason(&self) -> String {
        let run = self.run.as_ref().map(|run| format!(" (run {run})")).unwrap_or_default();
        if self.under_way {
            format!(
                "an earlier change of this record{run} was sent, and Rollbook is still finding out what \
                 became of it; this one is not sent before that is settled"
            )
        } else {
            format!(
                "an earlier change of this record{run} is in doubt: find out in the LMS whether it is \
                 there, and say so with `rollbook settle`; nothing more is sent of it before"
            )
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
