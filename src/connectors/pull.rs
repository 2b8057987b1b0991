//! The contract of pulls: a question, the items of its answer, and what becomes of the rest.

use std::future::Future;
use std::pin::Pin;

use chrono::{DateTime, Utc};
use tokio::sync::mpsc;

use crate::model::{Fields, Learner, OperationName, Outcome, Pulled};

/// One question to an LMS: one call.
#[derive(Clone, Debug)]
pub struct Question {
    /// The operation, in full.
    pub operation: OperationName,
    /// The parameters that the job gives, as the operation's fields have them; several values of one stand in
    /// one text, with the field's separator between them.
    pub parameters: Fields,
    /// Whose answer is wanted.
    pub learner: Option<Learner>,
    /// From when to when, where the operation asks for a span of time.
    pub window: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// What the answer before this one said of where it goes on.
    pub cursor: Option<String>,
}

/// What an answer says beside its items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Where the next question of the same kind begins; `None` where this answer was the last.
    pub next: Option<String>,
    /// How many items the LMS says there are in all.
    pub total: Option<u64>,
    /// What is to be known about the answer, which is right all the same.
    pub notes: Vec<String>,
    /// What is odd about all answers to the question together, where this one is the last: what came is taken,
    /// and the question counts as not answered in whole.
    pub doubt: Option<String>,
}

/// Where a connector puts the items of an answer while it reads them, in the order of the answer. They are void
/// unless the answer turns out to be whole. A receiver that is gone ends the reading.
pub type ItemSender = mpsc::Sender<Vec<Pulled>>;

/// A future with an answer, or with the outcome that says why there is none: an outcome's verdict has the same
/// meaning as for a delivery, and `Refused` ends this question alone.
pub type PullFuture<'a> = Pin<Box<dyn Future<Output = Result<Answer, Outcome>> + Send + 'a>>;
