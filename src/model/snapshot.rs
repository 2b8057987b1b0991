//! What the snapshot holds of a record.

use super::Fields;

/// What the snapshot holds of a key.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// The acknowledged values.
    pub fields: Fields,
    /// Whether the record stands, or was removed.
    pub standing: Standing,
}

/// The standing of a record in the snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// In the LMS and active.
    Active,
    /// In the LMS and inactive.
    Inactive,
    /// Removed by an earlier run (semantics 11).
    Removed,
}

impl Standing {
    /// As it stands in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Removed => "removed",
        }
    }

    /// The standing of that name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Active, Self::Inactive, Self::Removed].into_iter().find(|standing| standing.as_str() == text)
    }
}
