//! What the answer to the opening of a session means, and what an HTTP status says beside an answer. Pure.
//!
//! No failure here has had an effect on a record: none was sent.

use std::time::SystemTime;

use secrecy::SecretString;

use super::answer::{Answer, Report, Said};
use super::judge::{SYSTEM_ID_UNKNOWN, is_answer};
use super::shape::{Call, locals};
use super::signs::Code;
use super::wire::SESSION_TOKEN;
use crate::connectors::http::{Reply, unreadable};
use crate::connectors::mask;
use crate::connectors::soap::{Blame, blame};
use crate::model::{Outcome, Verdict};

/// The token of a session that was opened, or why there is none: always without effect.
pub(super) fn judge_session(
    answer: &Answer,
    call: &Call,
    secrets: &[&SecretString],
) -> Result<SecretString, Outcome> {
    let found = match answer {
        Answer::Unreadable(problem) => Err(unreadable(problem)),
        Answer::Fault(code, report) => Err(session_error(Some(code), report.whole(), call, secrets)),
        Answer::Response(name, report) => match (token(name, report, call), report.whole()) {
            // A token outweighs all that is not surely an error: what else stands there nobody knows.
            (Some(token), said) if !matches!(said, Said::Error(..)) => Ok(token.to_owned().into()),
            (_, said @ Said::Error(..)) => Err(session_error(None, said, call, secrets)),
            (_, Said::Unsure(label, _)) if is_answer(name, call) && tells(&label, report) => {
                // Only what is surely words: a token may stand there under any name.
                let words = report.leaves.iter().map(|(_, text)| text.as_str()).filter(|text| is_words(text));
                let words = words.take(5).collect::<Vec<_>>().join("; ");
                let words = if words.is_empty() { format!("{} answers {label}", call.method) } else { words };
                Err(session_error(None, Said::Unsure(label, words), call, secrets))
            }
            _ => Err(unreadable(format!(
                "the answer of {} holds no session token: is that the right method?",
                call.method
            ))),
        },
    };
    found.map_err(Outcome::without_effect)
}

/// The document does not show the answer: the token is what bears its name, else what the method returns,
/// else the only text there is.
fn token<'a>(name: &str, report: &'a Report, call: &Call) -> Option<&'a str> {
    let own = is_answer(name, call);
    let returned = || report.texts("return").next().filter(|text| own && may_be_token(text));
    let only = || match report.leaves.as_slice() {
        [(_, text)] => Some(text.as_str()).filter(|text| own && may_be_token(text)),
        _ => None,
    };
    report.texts(SESSION_TOKEN).next().or_else(returned).or_else(only)
}

/// Whether a text that does not say so may be a token: no words, no state and no code.
fn may_be_token(text: &str) -> bool {
    let number = text.parse::<i64>().ok();
    let state =
        ["true", "false", "null", "error", "failed"].iter().any(|word| text.eq_ignore_ascii_case(word));
    !is_words(text) && !state && number.is_none_or(|number| number > 0 && Code::of(number).is_none())
}

/// Whether an answer says why there is no token.
fn tells(label: &str, report: &Report) -> bool {
    label.parse::<i64>().is_ok() || report.leaves.iter().any(|(_, text)| is_words(text))
}

fn is_words(text: &str) -> bool {
    text.contains(char::is_whitespace)
}

fn session_error(fault: Option<&str>, said: Said, call: &Call, secrets: &[&SecretString]) -> Outcome {
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
    let (code, label, words) = match said {
        Said::Error(code, words) => (Some(code), code.number().to_string(), words),
        // A session has no record that a bare number could be about, so here it is a code.
        Said::Unsure(label, words) => (label.parse().ok().and_then(Code::of), label, words),
        Said::Nothing | Said::Success => (None, String::new(), "it failed, and does not say why".to_owned()),
    };
    let words = mask::reason(&words, mask::texts(secrets));
    let lower = words.to_lowercase();
    let of_caller = fault.is_some_and(|code| blame(code) != Blame::Server)
        || CREDENTIALS.iter().any(|word| lower.contains(word));
    let (verdict, hint) = match code {
        Some(Code::SystemId) => (Verdict::StopConnection, SYSTEM_ID_UNKNOWN.to_owned()),
        Some(Code::Catalog) => (Verdict::RetryConnection { after: None }, String::new()),
        // The words of a server that failed in passing are seldom about who asks.
        None if !of_caller => (Verdict::RetryConnection { after: None }, String::new()),
        Some(_) | None => {
            let hint = format!(
                "{} was sent {}: are system_id and session_parameters right?",
                call.method,
                locals(&call.children).join(", ")
            );
            (Verdict::StopConnection, hint)
        }
    };
    let label = match (code, fault) {
        (None, Some(fault)) if !fault.is_empty() => fault,
        (None, _) if label.is_empty() => "fault",
        _ => &label,
    };
    let reason = if hint.is_empty() { words } else { format!("{words}; {hint}") };
    Outcome::new(verdict, mask::code(label, mask::texts(secrets)), format!("no session: {reason}"))
}

/// What an answer and its status come to: the answer, or the outcome of the status where that says more.
pub(super) fn weigh(reply: &Reply, answer: Answer, now: SystemTime) -> Result<Answer, Outcome> {
    match reply.failure_unless(answer.outweighs(reply.status)) {
        Some(failure) => Err(failure.outcome(now)),
        None => Ok(answer),
    }
}

#[cfg(test)]
#[path = "opening_tests.rs"]
mod tests;
