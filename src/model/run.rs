//! How a run and its pushes ended, in the words of the JSON and the exit codes.

use serde::{Deserialize, Serialize};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunStatus {
    /// All well.
    Ok,
    /// Nothing to do: no file, an empty delta, or the same bytes as last time.
    Nothing,
    /// Something was rejected, refused, parked, in doubt, or is pending.
    Partial,
    /// A push, or a part of it, is held.
    Held,
    /// It failed: nothing of it could be done.
    Failed,
}

impl RunStatus {
    /// As it stands in the store and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Nothing => "nothing",
            Self::Partial => "partial",
            Self::Held => "held",
            Self::Failed => "failed",
        }
    }

    /// The status of that name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Ok, Self::Nothing, Self::Partial, Self::Held, Self::Failed]
            .into_iter()
            .find(|status| status.as_str() == text)
    }

    /// The exit code that says it: 0, 1, 3 or 4.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Ok | Self::Nothing => 0,
            Self::Failed => 1,
            Self::Held => 3,
            Self::Partial => 4,
        }
    }

    /// How bad it is, the worst highest: a failure, then a hold, then a part.
    pub fn severity(self) -> u8 {
        match self {
            Self::Nothing => 0,
            Self::Ok => 1,
            Self::Partial => 2,
            Self::Held => 3,
            Self::Failed => 4,
        }
    }
}

/// How one push of a run ended; the same words.
pub type PushStatus = RunStatus;
