//! What a delivery came to.

use std::time::Duration;

/// Where a change stands in the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangeState {
    /// To be sent, now or at its next try.
    Waiting,
    /// Taken by a delivery that runs now; after a crash it is waiting again.
    Claimed,
    /// Part of a hold: never sent unless a person approves.
    Held,
    /// The LMS has it.
    Accepted,
    /// The LMS had it already.
    Already,
    /// Turned down by the LMS for good.
    Refused,
    /// Put aside until something else is there; tried again at the job's next run.
    Parked,
    /// A newer change or plan took its place before it was sent.
    Superseded,
}

impl ChangeState {
    /// Every state, in the order of the life of a change.
    pub const ALL: [Self; 8] = [
        Self::Waiting,
        Self::Claimed,
        Self::Held,
        Self::Accepted,
        Self::Already,
        Self::Refused,
        Self::Parked,
        Self::Superseded,
    ];

    /// As it stands in the store and in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Claimed => "claimed",
            Self::Held => "held",
            Self::Accepted => "accepted",
            Self::Already => "already",
            Self::Refused => "refused",
            Self::Parked => "parked",
            Self::Superseded => "superseded",
        }
    }

    /// The state of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// What one call said about one change, in the connector's judgement.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The judgement.
    pub verdict: Verdict,
    /// The vendor's code (`Err005`), an HTTP status (`HTTP 503`) or our own word (`timeout`).
    pub code: String,
    /// The LMS's own words, or what happened on the way; never a secret.
    pub reason: String,
}

impl Outcome {
    /// Whether the call surely had no effect: no connection came about, or the server said that it took
    /// nothing (429 and 503). After any other failure the LMS may have it all the same.
    pub fn had_no_effect(&self) -> bool {
        matches!(self.code.as_str(), "connect" | "HTTP 429" | "HTTP 503")
    }
}

/// The classes of outcome; independent of the product.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The LMS has it.
    Accepted,
    /// The LMS had it already.
    Already,
    /// For good: the same record would be refused again.
    Refused,
    /// Something that it refers to is not there yet: tried again in rounds, then parked.
    MissingReference,
    /// Until something changes that the next run or a person brings about.
    Parked,
    /// This record's call failed in passing; try it again later.
    Retry,
    /// The connection failed in passing (no answer, HTTP 5xx, 429): pause it, then try again.
    RetryConnection {
        /// What the server asked for (`Retry-After`).
        after: Option<Duration>,
    },
    /// The connection is of no use until a person has looked (wrong key or password): stop it.
    StopConnection,
}
