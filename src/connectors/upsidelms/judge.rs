//! What is judged alike whatever the call: answers that are no reply of the LMS's, and the words of those
//! that are. Pure.

use secrecy::SecretString;

use super::wire::{Answer, LmsError};
pub(super) use crate::connectors::http::unreadable;
use crate::connectors::mask;
use crate::model::{Outcome, Verdict};

/// What to look at where the portal does not know its key.
const WRONG_KEY: &str = "is portal_key that of the portal at base_url?";

/// The reply in an answer.
///
/// # Errors
/// The outcome where there is none.
pub(super) fn reply<T>(answer: &Answer<T>) -> Result<&T, Outcome> {
    match answer {
        Answer::Reply(reply) => Ok(reply),
        Answer::WrongKey => Err(Outcome::new(
            Verdict::StopConnection,
            "undecipherable",
            "the answer does not decrypt: is the password right, and the cipher (cbc or ecb)?",
        )),
        Answer::Spoilt(what) => {
            Err(unreadable(format!("the LMS answers with {what}; nothing of the answer was taken")))
        }
        Answer::Unreadable(kind) => {
            Err(unreadable(format!("the answer is no reply of the LMS but {kind}: is base_url right?")))
        }
    }
}

/// Whether a reply that bears this token may be the one to the call that carried ours.
///
/// # Errors
/// The outcome where it is another call's: a failure of another call's would refuse the wrong person, so
/// this holds for failures too.
pub(super) fn same_call(answered: Option<&str>, token: &str) -> Result<(), Outcome> {
    match answered {
        Some(answered) if answered != token => {
            Err(unreadable("the answer belongs to another call: it has another token".to_owned()))
        }
        _ => Ok(()),
    }
}

/// An outcome of the LMS's own words, with its code; no text of `secrets` gets into it.
pub(super) fn told(verdict: Verdict, code: &str, errors: &[&LmsError], secrets: &[&SecretString]) -> Outcome {
    let alone = errors.len() == 1;
    let words = errors.iter().map(|LmsError { code, text }| match text.as_str() {
        "" => code.clone(),
        // A single item's code stands beside its words already.
        text if alone => text.to_owned(),
        text => format!("{code}: {text}"),
    });
    let words = mask::reason(&words.collect::<Vec<_>>().join("; "), mask::texts(secrets));
    let names_key = errors.iter().any(|error| error.words().contains("portal key"));
    let words =
        if verdict == Verdict::StopConnection && names_key { format!("{words}; {WRONG_KEY}") } else { words };
    Outcome::new(verdict, mask::code(code, mask::texts(secrets)), words)
}
