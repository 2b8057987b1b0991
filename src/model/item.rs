//! What a pull brings: items, whose they are, and what happened to them over time.

use serde::{Deserialize, Serialize};

use super::{FieldName, Fields, Key};

/// An item as a connector read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pulled {
    /// Its kind, as the operation names it.
    pub kind: String,
    /// What tells it from every other item of the same answer: its ID, behind those of its parent.
    pub key: Key,
    /// The item that it is a part of.
    pub parent: Option<Key>,
    /// Its values by column, as they are kept; what is empty is not there.
    pub fields: Fields,
    /// The columns whose values are not of their kind and are kept as they came.
    pub odd: Vec<FieldName>,
}

/// A learner, as questions name one: `Uniqueid` and `101`; at least one name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Learner {
    /// Each identifier with its value, in the order of the operation's `identifiers`.
    pub names: Vec<(String, String)>,
}

/// `Uniqueid=101~Email=amrita@example.org`, as people write it.
impl std::fmt::Display for Learner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<_> = self.names.iter().map(|(name, value)| format!("{name}={value}")).collect();
        f.write_str(&names.join("~"))
    }
}

/// Where an item stands in the memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemStanding {
    /// In the last complete answer to the question.
    Present,
    /// Absent from a complete, non-empty answer to the same question (semantics 27).
    Retired,
    /// No longer asked for: the parameters changed, or the learner is not in the list any more.
    Outside,
}

impl ItemStanding {
    /// As the database has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Retired => "retired",
            Self::Outside => "outside",
        }
    }

    /// The one of that name.
    pub fn parse(text: &str) -> Self {
        match text {
            "present" => Self::Present,
            "retired" => Self::Retired,
            _ => Self::Outside,
        }
    }
}

/// What happened to an item, as a run saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemEvent {
    /// It is there for the first time.
    Added,
    /// A value of it is another.
    Changed,
    /// It is no longer there.
    Retired,
    /// It had been retired, and is there again.
    Returned,
}

impl ItemEvent {
    /// As the database and people have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Retired => "retired",
            Self::Returned => "returned",
        }
    }

    /// The one of that name.
    pub fn parse(text: &str) -> Self {
        match text {
            "added" => Self::Added,
            "retired" => Self::Retired,
            "returned" => Self::Returned,
            _ => Self::Changed,
        }
    }
}
