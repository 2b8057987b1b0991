//! What an answer to a question means. Pure.
//!
//! The codes are those of the tables "Error Codes" in the vendor's sections "Catalog API" and "Learning/Training
//! Plan API"; what follows from them is our judgement.

use secrecy::SecretString;

use super::super::judge::{reply, same_call, told, unreadable};
use super::super::wire::{self, LmsError};
use super::reading::Heard;
use crate::connectors::Answer;
use crate::model::{Outcome, Verdict};

/// The parameters that are the same for every learner of a pull, as the messages name them. Those of filters that
/// the table has no line for are named as their keywords suggest.
const OF_THE_QUESTION: [&str; 12] = [
    "content mode",
    "output list",
    "parameter list",
    "access",
    "certification",
    "rating",
    "validity",
    "order by",
    "start date",
    "end date",
    "expiry date",
    "status",
];

const PARAMETERS: &str =
    "every question of this pull would come to the same: correct the parameters in the job";

/// The classes of an error item, the weightiest last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    /// It is about this question's learner, or not known to be about anything else.
    Learner,
    Passing,
    /// The parameters of the job: no other question of the pull would get through. Deliveries would.
    Question,
    Connection,
}

/// Judges the answer to the question that carried `token`; no text of `secrets` gets into the reason.
pub(super) fn judge(
    answer: &wire::Answer<Heard>,
    token: &str,
    secrets: &[&SecretString],
) -> Result<Answer, Outcome> {
    let heard = reply(answer)?;
    same_call(heard.token.as_deref(), token)?;
    if !heard.errors.is_empty() {
        return Err(by_errors(&heard.errors, secrets));
    }
    match (heard.no_data, heard.curricula) {
        // Nothing stands behind it that could be cut off, and what it is about is known.
        (true, 0) => Ok(Answer::default()),
        (true, _) => Err(unreadable("the answer holds curricula and says that there are none")),
        (false, _) if heard.token.is_none() => Err(unreadable(
            "the answer came without the token of the question at its end: it may be cut off, or another's",
        )),
        (false, _) => Ok(Answer::default()),
    }
}

/// Judges what the LMS says of itself that went wrong.
pub(super) fn by_errors(errors: &[LmsError], secrets: &[&SecretString]) -> Outcome {
    let worst = errors.iter().map(class).max().unwrap_or(Class::Learner);
    let verdict = match worst {
        Class::Learner => Verdict::Refused,
        Class::Passing => Verdict::Retry,
        // The verdict that ends a pull, and a pull alone.
        Class::Question | Class::Connection => Verdict::StopConnection,
    };
    let code = errors.iter().find(|error| class(error) == worst).map(|error| error.code.as_str());
    let told = told(verdict, code.unwrap_or_default(), &errors.iter().collect::<Vec<_>>(), secrets);
    match worst {
        Class::Question => Outcome { reason: format!("{}; {PARAMETERS}", told.reason), ..told },
        _ => told,
    }
}

fn class(error: &LmsError) -> Class {
    let words = error.words();
    let names = |label: &str| words.contains(&format!("({label}"));
    match error.number() {
        // The key and the token's cipher are the same for every call to the portal.
        Some(1 | 2) if words.contains("portal key") || words.contains("token id") => Class::Connection,
        Some(7) => Class::Connection,
        Some(500) => Class::Passing,
        Some(1 | 2 | 4) if OF_THE_QUESTION.iter().any(|label| names(label)) => Class::Question,
        _ => Class::Learner,
    }
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
