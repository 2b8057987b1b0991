//! What an answer to a question means. Pure.
//!
//! The codes are those of the tables "Error Codes" in the vendor's sections "Catalog API" and "Learning/Training
//! Plan API"; what follows from them is our judgement.

use secrecy::SecretString;

use super::super::judge::{reply, same_call, told, unreadable};
use super::super::portal::Portal;
use super::super::wire::{self, LmsError};
use super::reading::Heard;
use crate::connectors::Answer;
use crate::model::{Outcome, Verdict};

/// The parameters that are the same for every learner of a pull, as the messages name them. Those of filters that
/// the table has no line for are named as their keywords suggest.
const OF_THE_QUESTION: [&str; 18] = [
    "content mode",
    "contentlist",
    "outputlist",
    "output list",
    "parameter list",
    "access",
    "accessibility",
    "certification",
    "rating",
    "validity",
    "validity days",
    "order by",
    "start date",
    "end date",
    "expiry date",
    "status",
    "completion status",
    "content",
];

const PARAMETERS: &str =
    "every question of this pull would come to the same: correct the parameters in the job";

const NO_CONTENTS: &str = "contents were asked for (contentlist = \"On\"), and no curriculum of the answer has any \
                           `Content`: nothing of it was taken, so that no content counts as gone; where there \
                           are none, ask with contentlist = \"Off\"";

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

/// Judges the portal's answer to the question that carried `token`; no secret gets into the reason.
pub(super) fn judge(answer: &wire::Answer<Heard>, token: &str, portal: &Portal) -> Result<Answer, Outcome> {
    let heard = reply(answer)?;
    // It may come back as it was sent.
    let sent = portal.cipher.encrypt(token);
    let answered = heard.token.as_deref().map(|answered| if answered == sent { token } else { answered });
    same_call(answered, token)?;
    if !heard.errors.is_empty() {
        return Err(by_errors(&heard.errors, &portal.secrets()));
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

/// Whether an answer to a question for contents says anything of them. One that does not would have all that are
/// known taken for gone. The LMS says the same of it a minute later, so it is not asked again now, and other
/// learners' answers may well have them.
///
/// # Errors
/// The outcome where no curriculum says which contents it has.
pub(super) fn has_contents(answer: &wire::Answer<Heard>) -> Result<(), Outcome> {
    match answer {
        wire::Answer::Reply(heard) if heard.curricula > 0 && !heard.contents => {
            Err(Outcome::new(Verdict::Refused, "no contents", NO_CONTENTS))
        }
        _ => Ok(()),
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
    let words = error.words().replace('_', " ");
    let named = label(&words);
    match error.number() {
        // The key and the token's cipher are the same for every call to the portal.
        Some(1 | 2) if words.contains("portal key") || words.contains("token id") => Class::Connection,
        Some(7) => Class::Connection,
        Some(500) => Class::Passing,
        Some(1 | 2 | 4) if OF_THE_QUESTION.contains(&named) => Class::Question,
        _ => Class::Learner,
    }
}

/// What stands in the last brackets: the parameter. A value of it may stand behind a colon.
fn label(words: &str) -> &str {
    let inside = words.rsplit_once('(').map_or("", |(_, inside)| inside);
    inside.split([')', ':', '=']).next().unwrap_or_default().trim()
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
