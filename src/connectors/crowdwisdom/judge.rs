//! What an answer means for the records of a call. Pure.
//!
//! The codes are those of the table "Error Codes" in the vendor's document; what each means for a later try
//! is our judgement, since the document has no word on it. Codes 1, 2 and 501 are about the call or its
//! form, so with them nothing was applied; any other error leaves open what was.

use secrecy::{ExposeSecret, SecretString};

use super::answer::{About, Answer, LmsError, Report};
use super::shape::{Call, Completions};
use super::signs::Code;
use super::wire::SESSION_TOKEN;
use crate::connectors::Item;
use crate::connectors::mask::clean;
use crate::model::{FieldName, Outcome, Verdict};

/// The longest reason that is kept, in characters.
pub(super) const REASON_CHARS: usize = 2_000;

/// What to look at where the identifier is refused.
pub(super) const SYSTEM_ID_UNKNOWN: &str = "is system_id the identifier that the vendor assigned?";
const PRODUCT_UNKNOWN: &str = "publish the product in the LMS under this productId, or correct productId; it \
                               is tried again at the next run";
const CATALOG_CLOSED: &str = "the catalog is not accessible; open it to the integration in the LMS, or ask \
                              the vendor; it is tried again at the next run";
const LOOK: &str = "the LMS may have it or not: look there, then settle it";

/// What an answer to completions comes to.
#[derive(Debug, PartialEq)]
pub(super) enum Judged {
    /// An outcome for each record.
    Outcomes(Vec<Outcome>),
    /// The session has ended, and nothing was applied; in the LMS's words.
    SessionEnded(String),
}

/// What an answer is judged against.
pub(super) struct Sent<'a> {
    /// The call.
    pub(super) completions: &'a Completions,
    /// The token that it carried.
    pub(super) token: &'a SecretString,
    /// The records in it, at least one.
    pub(super) items: &'a [&'a Item],
    /// What may stand in no reason.
    pub(super) secrets: &'a [&'a SecretString],
}

/// Judges the answer to completions. It is a success where it is the method's own answer and holds no sign
/// of an error: the document shows none, so nothing more can be asked of it.
pub(super) fn judge(answer: &Answer, sent: &Sent<'_>) -> Judged {
    let all = |outcome: Outcome| Judged::Outcomes(vec![outcome; sent.items.len()]);
    let (fault, report) = match answer {
        Answer::Unreadable(problem) => return all(unreadable(problem)),
        Answer::Response(_, report) => (None, report),
        Answer::Fault(code, report) => (Some(code.as_str()), report),
    };
    if report.texts(SESSION_TOKEN).any(|token| token != sent.token.expose_secret()) {
        return all(unreadable("the answer belongs to another session: it has another token"));
    }
    if !report.errors.is_empty() {
        return judge_errors(fault, report, sent);
    }
    match answer {
        Answer::Response(name, _) if is_answer(name, &sent.completions.call) => {
            all(Outcome::new(Verdict::Accepted, "success", ""))
        }
        _ => {
            let method = &sent.completions.call.method;
            all(unreadable(&format!("the answer is none of {method}: are base_url and soap_path right?")))
        }
    }
}

fn judge_errors(fault: Option<&str>, report: &Report, sent: &Sent<'_>) -> Judged {
    let count = sent.items.len();
    let words = |error: &LmsError| clean(&error.words, REASON_CHARS, sent.secrets);
    let with = |wanted: Code| report.errors.iter().find(move |error| error.code == Some(wanted));
    if let Some(error) = with(Code::SystemId) {
        let reason = format!("{}; {SYSTEM_ID_UNKNOWN}", words(error));
        return Judged::Outcomes(vec![Outcome::new(Verdict::StopConnection, "2", reason); count]);
    }
    if let Some(error) = with(Code::SessionToken) {
        return Judged::SessionEnded(words(error));
    }
    if let Some(code @ ("VersionMismatch" | "MustUnderstand")) = fault {
        let told = report.errors.first().map(words).unwrap_or_default();
        return Judged::Outcomes(vec![Outcome::new(Verdict::StopConnection, code, told); count]);
    }
    let mut outcomes: Vec<Option<Outcome>> = vec![None; count];
    let mut unplaced: Vec<&LmsError> = Vec::new();
    let mut known: Vec<&LmsError> = report.errors.iter().collect();
    // What is documented tells more than what merely looks like an error.
    known.sort_by_key(|error| weight(error.code));
    for error in known {
        let place = place(&error.about, report, sent.items);
        match place.and_then(|place| outcomes.get_mut(place)) {
            Some(outcome @ None) => *outcome = Some(of_one(error, fault, words(error), sent.secrets)),
            Some(Some(_)) => {}
            None if count == 1 && matches!(error.about, About::Record(..)) => {
                return Judged::Outcomes(vec![unreadable("the answer is about another record"); count]);
            }
            None => unplaced.push(error),
        }
    }
    if let ([None], Some(error)) = (outcomes.as_slice(), unplaced.first()) {
        return Judged::Outcomes(vec![of_one(error, fault, words(error), sent.secrets)]);
    }
    let rest = of_the_rest(&report.errors, &unplaced, count, &words);
    Judged::Outcomes(outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(|| rest.clone())).collect())
}

/// How little an error tells of the call: the least decides.
pub(super) fn weight(code: Option<Code>) -> u8 {
    match code {
        Some(Code::SystemId | Code::SessionToken) => 0,
        Some(Code::Parameter) => 1,
        Some(Code::Catalog) => 2,
        Some(Code::Product) => 3,
        None => 4,
    }
}

/// The outcome of the record that an error is about.
fn of_one(error: &LmsError, fault: Option<&str>, words: String, secrets: &[&SecretString]) -> Outcome {
    let (verdict, hint) = match error.code {
        Some(Code::SystemId | Code::SessionToken) => (Verdict::StopConnection, None),
        Some(Code::Parameter) => (Verdict::Refused, None),
        Some(Code::Product) => (Verdict::Parked, Some(PRODUCT_UNKNOWN)),
        Some(Code::Catalog) => (Verdict::Parked, Some(CATALOG_CLOSED)),
        // A fault of the client's is about the form of the call, which the same record would have again.
        None if fault.is_some_and(is_clients) => (Verdict::Refused, None),
        // It failed, but nobody says that nothing of it was applied.
        None => (Verdict::InDoubt, Some(LOOK)),
    };
    let code = match (error.code, fault) {
        (None, Some(fault)) if !fault.is_empty() => fault,
        _ => &error.label,
    };
    let reason = match hint {
        Some(hint) => format!("{words}; {hint}"),
        None => words,
    };
    Outcome::new(verdict, clean(code, 40, secrets), reason)
}

/// The outcome of the records of a batch that no error names.
fn of_the_rest(
    errors: &[LmsError],
    unplaced: &[&LmsError],
    count: usize,
    words: &impl Fn(&LmsError) -> String,
) -> Outcome {
    let parameter = |error: &&&LmsError| error.code == Some(Code::Parameter);
    let told = unplaced.iter().find(parameter).or(unplaced.first()).map(|error| words(error));
    if errors.iter().all(|error| error.code == Some(Code::Parameter)) {
        // Nothing was applied, so the culprit can be looked for.
        let most = u32::try_from(count / 2).unwrap_or(u32::MAX).max(1);
        let reason = told.unwrap_or_else(|| "another record of the call lacks a parameter".to_owned());
        return Outcome::new(Verdict::Smaller { most }, "501", reason);
    }
    let code = unplaced.first().map_or("batch", |error| error.label.as_str());
    let reason = match told {
        Some(told) => format!("{told}; the answer to {count} records does not say which it means; {LOOK}"),
        None => format!("the answer names other records of the call, and is silent on this one; {LOOK}"),
    };
    Outcome::new(Verdict::InDoubt, code.chars().take(40).collect::<String>(), reason)
}

/// The record that an error means, where that is sure.
fn place(about: &About, report: &Report, items: &[&Item]) -> Option<usize> {
    match about {
        About::Call => None,
        About::Record(customer, product) => {
            let holds = |item: &Item, name: &str, text: &str| {
                item.fields.get(&FieldName::from(name)).is_some_and(|value| value.trim() == text.trim())
            };
            let mut fits = items
                .iter()
                .enumerate()
                .filter(|(_, item)| holds(item, "customerId", customer) && holds(item, "productId", product));
            let place = fits.next().map(|(place, _)| place);
            place.filter(|_| fits.next().is_none())
        }
        About::Index(index) => {
            // Nobody says what they are counted from; the ends of the row tell, or else it stays open.
            let last = i64::try_from(items.len()).ok()?;
            let from = match (report.indexes.contains(&0), report.indexes.contains(&last)) {
                (true, false) => 0,
                (false, true) => 1,
                _ => return None,
            };
            usize::try_from(index.checked_sub(from)?).ok()
        }
    }
}

/// Whether an element answers the call, by the names that services give their answers.
pub(super) fn is_answer(name: &str, call: &Call) -> bool {
    let endings = ["Response", "Result", "Return", "Reply"];
    name == call.response
        || endings.iter().any(|ending| name.eq_ignore_ascii_case(&format!("{}{ending}", call.method)))
}

/// Whether a fault says that the call was wrong.
pub(super) fn is_clients(fault: &str) -> bool {
    let class = fault.split('.').next().unwrap_or_default();
    matches!(class, "Client" | "Sender" | "VersionMismatch" | "MustUnderstand")
}

/// An answer that is none of the LMS's.
pub(super) fn unreadable(reason: &str) -> Outcome {
    Outcome::new(Verdict::RetryConnection { after: None }, "unreadable", reason)
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
