//! What the answer to the opening of a session means, and what an HTTP status says beside an answer. Pure.
//!
//! No failure here has had an effect on a record: none was sent.

use std::time::SystemTime;

use secrecy::SecretString;

use super::answer::{Answer, Report};
use super::judge::{REASON_CHARS, SYSTEM_ID_UNKNOWN, is_answer, is_clients, unreadable, weight};
use super::shape::Call;
use super::signs::Code;
use super::wire::SESSION_TOKEN;
use crate::connectors::http::Reply;
use crate::connectors::mask::clean;
use crate::model::{Outcome, Verdict};

/// The token of a session that was opened, or why there is none: always without effect.
pub(super) fn judge_session(
    answer: &Answer,
    call: &Call,
    secrets: &[&SecretString],
) -> Result<SecretString, Outcome> {
    let found = match answer {
        Answer::Unreadable(problem) => Err(unreadable(problem)),
        Answer::Fault(code, report) => Err(session_error(Some(code), report, call, secrets)),
        Answer::Response(_, report) if !report.errors.is_empty() => {
            Err(session_error(None, report, call, secrets))
        }
        Answer::Response(name, report) => token(name, report, call).ok_or_else(|| {
            unreadable(&format!(
                "the answer of {} holds no session token: is that the right method?",
                call.method
            ))
        }),
    };
    found.map_err(Outcome::without_effect)
}

/// The document does not show the answer: the token is what bears its name, else what the method returns,
/// else the only text there is.
fn token(name: &str, report: &Report, call: &Call) -> Option<SecretString> {
    let named = report.texts(SESSION_TOKEN).next();
    let own = is_answer(name, call);
    let returned = || report.texts("return").next().filter(|_| own);
    let only = || match report.leaves.as_slice() {
        [(_, text)] if own => Some(text.as_str()),
        _ => None,
    };
    named.or_else(returned).or_else(only).map(|token| SecretString::from(token.to_owned()))
}

fn session_error(fault: Option<&str>, report: &Report, call: &Call, secrets: &[&SecretString]) -> Outcome {
    const CREDENTIALS: [&str; 9] = [
        "invalid",
        "denied",
        "unauthorized",
        "unauthorised",
        "not authorized",
        "password",
        "credential",
        "authentication",
        "forbidden",
    ];
    let worst = report.errors.iter().min_by_key(|error| weight(error.code));
    let Some(error) = worst else { return unreadable("the session method failed and says nothing") };
    let words = clean(&error.words, REASON_CHARS, secrets);
    let lower = words.to_lowercase();
    // A session has no record that a bare number could be about, so here it is a code.
    let code = error.code.or_else(|| Code::of(error.label.parse().ok()?));
    let (verdict, hint) = match code {
        Some(Code::SystemId) => (Verdict::StopConnection, SYSTEM_ID_UNKNOWN.to_owned()),
        Some(Code::Catalog) => (Verdict::RetryConnection { after: None }, String::new()),
        // The words of a server that failed in passing are seldom about who asks.
        None if !fault.is_some_and(is_clients) && !CREDENTIALS.iter().any(|word| lower.contains(word)) => {
            (Verdict::RetryConnection { after: None }, String::new())
        }
        Some(_) | None => {
            let hint = format!(
                "{} was sent {}: are system_id and session_parameters right?",
                call.method,
                call.children.join(", ")
            );
            (Verdict::StopConnection, hint)
        }
    };
    let label = match (code, fault) {
        (Some(code), _) => code.number().to_string(),
        (None, Some(fault)) if !fault.is_empty() => clean(fault, 40, secrets),
        (None, _) => clean(&error.label, 40, secrets),
    };
    let reason = if hint.is_empty() { words } else { format!("{words}; {hint}") };
    Outcome::new(verdict, label, format!("no session: {reason}"))
}

/// What an answer and its status come to: the answer, or the outcome of the status where that says more.
pub(super) fn weigh(reply: &Reply, answer: Answer, now: SystemTime) -> Result<Answer, Outcome> {
    match reply.failure() {
        // A server that asks for a pause is heard, whatever stands in its answer.
        Some(_) if !matches!(reply.status, 429 | 503) && answer.outweighs(reply.status) => Ok(answer),
        Some(failure) => Err(failure.outcome(now)),
        None => Ok(answer),
    }
}

#[cfg(test)]
#[path = "opening_tests.rs"]
mod tests;
