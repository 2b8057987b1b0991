//! A change: create, update or removal of one record, with the fields before and after.

use serde::{Deserialize, Serialize};

use super::{Extras, FieldName, Fields, Key, Origin};

/// What a change does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// A record that the LMS does not have yet.
    Create,
    /// Other values for a record that the LMS has.
    Update,
    /// An update by a row that makes somebody inactive: guards count it as a removal (semantics 10).
    Deactivate,
    /// Somebody absent from a full export.
    Remove,
}

impl ChangeKind {
    /// As it stands in the store, in JSON and in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Deactivate => "deactivate",
            Self::Remove => "remove",
        }
    }

    /// The kind of that name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Create, Self::Update, Self::Deactivate, Self::Remove]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }

    /// Whether guards count it as a removal.
    pub fn removes(self) -> bool {
        matches!(self, Self::Deactivate | Self::Remove)
    }
}

/// One change of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Who or what it is about.
    pub key: Key,
    /// What it does.
    pub kind: ChangeKind,
    /// The row it comes from; `None` for a removal.
    pub origin: Option<Origin>,
    /// What the LMS is known to hold; `None` where it is not known to hold the record.
    pub before: Option<Fields>,
    /// What the LMS will hold once it has accepted the change.
    pub after: Fields,
    /// The fields that go into the call: what the row says, or for a removal all of `after`.
    pub sent: Fields,
    /// Values sent beside them, as far as this kind of change sends them.
    pub extras: Extras,
}

impl Change {
    /// The fields whose value changes, with the value before (`None` where there was none) and after.
    pub fn differences(&self) -> impl Iterator<Item = (&FieldName, Option<&str>, &str)> {
        self.after.iter().filter_map(|(name, after)| {
            let before = self.before.as_ref().and_then(|before| before.get(name));
            (before != Some(after)).then_some((name, before, after))
        })
    }

    /// Whether a row of it says something else than the LMS has acknowledged (semantics 17); one of a first
    /// load corrects nothing, since nothing is known yet.
    pub fn corrects(&self) -> bool {
        self.before.is_some() && matches!(self.kind, ChangeKind::Update | ChangeKind::Deactivate)
    }
}

/// The account of one push: where every row went, and what became of every change.
///
/// `read = duplicates + rejected + unchanged + create + update + deactivate`, and
/// `create + update + deactivate + remove` is the sum of the outcomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each count bears the name of what it counts")]
pub struct PushCounts {
    pub duplicates: u64,
    pub rejected: u64,
    pub unchanged: u64,
    pub create: u64,
    pub update: u64,
    pub deactivate: u64,
    pub remove: u64,
    pub accepted: u64,
    pub already: u64,
    pub refused: u64,
    pub parked: u64,
    pub in_doubt: u64,
    pub pending: u64,
    pub superseded: u64,
    pub held: u64,
}

impl PushCounts {
    /// How many changes were planned.
    pub fn changes(&self) -> u64 {
        self.create + self.update + self.deactivate + self.remove
    }

    /// How many changes have an outcome or a place to wait for one.
    pub fn outcomes(&self) -> u64 {
        self.accepted
            + self.already
            + self.refused
            + self.parked
            + self.in_doubt
            + self.pending
            + self.superseded
            + self.held
    }

    /// How many rows are accounted for.
    pub fn rows(&self) -> u64 {
        self.duplicates + self.rejected + self.unchanged + self.create + self.update + self.deactivate
    }
}
