//! What a delivery came to.

use std::time::Duration;

/// Where a change stands in the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangeState {
    /// To be sent, now or at its next try.
    Waiting,
    /// Taken by a delivery that runs now; after a crash it is waiting again.
    Claimed,
    /// Marked before a call that may not be repeated, or taken by the LMS as a task that is followed. After
    /// a crash it is in doubt, unless there is a task to follow.
    Sent,
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
    /// Sent, and nobody knows what became of it: never sent again blindly.
    InDoubt,
    /// A newer change or plan took its place before it was sent.
    Superseded,
}

impl ChangeState {
    /// Every state, in the order of the life of a change.
    pub const ALL: [Self; 10] = [
        Self::Waiting,
        Self::Claimed,
        Self::Sent,
        Self::Held,
        Self::Accepted,
        Self::Already,
        Self::Refused,
        Self::Parked,
        Self::InDoubt,
        Self::Superseded,
    ];

    /// As it stands in the store and in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Claimed => "claimed",
            Self::Sent => "sent",
            Self::Held => "held",
            Self::Accepted => "accepted",
            Self::Already => "already",
            Self::Refused => "refused",
            Self::Parked => "parked",
            Self::InDoubt => "in_doubt",
            Self::Superseded => "superseded",
        }
    }

    /// The state of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// What one call said about one record, in the connector's judgement.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The judgement.
    pub verdict: Verdict,
    /// The vendor's code (`Err005`), an HTTP status (`HTTP 503`) or our own word (`timeout`).
    pub code: String,
    /// The LMS's own words, or what happened on the way; never a secret.
    pub reason: String,
    /// Whether the call surely had no effect: nothing was sent, or the LMS said that it took nothing. Where
    /// this is unsure the LMS may have it, whatever the verdict.
    pub had_no_effect: bool,
}

impl Outcome {
    /// An outcome whose effect is as the verdict has it: `StopConnection` and what is refused, parked or
    /// waits for something had none; a failure in passing may have had one.
    pub fn new(verdict: Verdict, code: impl Into<String>, reason: impl Into<String>) -> Self {
        let unsure = matches!(
            verdict,
            Verdict::Accepted
                | Verdict::Queued { .. }
                | Verdict::Retry
                | Verdict::RetryConnection { .. }
                | Verdict::InDoubt
        );
        Self { verdict, code: code.into(), reason: reason.into(), had_no_effect: !unsure }
    }

    /// The same, of a call that surely had no effect.
    pub fn without_effect(self) -> Self {
        Self { had_no_effect: true, ..self }
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
    /// The LMS has taken the call as a task, which is followed to its end.
    Queued {
        /// The task, as the LMS names it.
        task: String,
    },
    /// Of a task: it has not ended yet.
    InProgress,
    /// The call as a whole came to nothing, and one record of it may be why: send its records again at
    /// once, at most so many a call.
    Smaller {
        /// The most records of a call; at least 1 and fewer than before.
        most: u32,
    },
    /// The LMS may have it or not, and its answer does not tell.
    InDoubt,
    /// Of a reading back: the LMS surely does not have it.
    Absent,
}
