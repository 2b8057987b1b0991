//! What an answer of iSpring Learn means for the records of a call. Pure.
//!
//! The errors are those that the vendor's documents name, by their words: its faults have no codes of their
//! own. What a later try can mend, and whom an error concerns, is our judgement.

mod named;

use std::time::Duration;

use secrecy::SecretString;

use super::wire::{Answer, Denial, Grant};
use crate::connectors::http::{asks_for_pause, unreadable};
use crate::connectors::mask;
use crate::connectors::soap::{Blame, blame};
use crate::model::{Outcome, Verdict};
use named::Named;

/// Errors of OAuth that a later try mends.
const PASSING: [&str; 3] = ["temporarily_unavailable", "server_error", "slow_down"];

/// How an answer came: the word of HTTP, and what its body holds.
pub(super) struct Heard<T> {
    /// The HTTP status.
    pub(super) status: u16,
    /// What the status alone says; none for 2xx.
    pub(super) failure: Option<Outcome>,
    /// What the body holds.
    pub(super) answer: T,
}

/// Where an answer came from: which of its statuses have the LMS's own words behind them, and which setting
/// leads there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    /// SOAP, where a fault may come under any status.
    Soap,
    /// REST, whose statuses mean what they say.
    Rest,
}

impl Heard<Answer> {
    /// Whether the LMS does not take the token of the call.
    pub(super) fn refuses_token(&self) -> bool {
        let fault = matches!(&self.answer, Answer::Fault { text, .. }
            if Named::of(text) == Some(Named::AuthorizationFailed));
        self.status == 401 || (fault && !asks_for_pause(self.status))
    }

    /// The LMS's own words, where they say more than the status over them.
    fn words(&self, door: Door) -> Result<&Answer, Outcome> {
        let Some(failure) = &self.failure else { return Ok(&self.answer) };
        let speaks = match door {
            Door::Soap => !asks_for_pause(self.status),
            // What is not there may be anything, also where a gateway says so in JSON.
            Door::Rest => matches!(self.status, 400..=403),
        };
        if speaks && matches!(self.answer, Answer::Fault { .. }) {
            return Ok(&self.answer);
        }
        let setting = match door {
            Door::Soap => "soap_path",
            Door::Rest => "rest_path",
        };
        let reason = match self.status {
            401 => format!("{}; a new token was refused too", failure.reason),
            404 | 405 | 410 => format!("{}; is {setting} right?", failure.reason),
            _ => failure.reason.clone(),
        };
        Err(Outcome { reason, ..failure.clone() })
    }
}

/// Judges the answer to a call for a token.
///
/// # Errors
/// Why there is none. Nothing has had an effect yet.
pub(super) fn token(
    heard: Heard<Grant>,
    secrets: &[&SecretString],
) -> Result<(SecretString, Duration), Outcome> {
    let outcome = match (heard.failure, heard.answer) {
        (None, Grant::Token(token, lifetime)) => return Ok((token, lifetime)),
        (None, Grant::Denied(denial)) => denied(&denial, secrets),
        (Some(_), Grant::Denied(denial)) if matches!(heard.status, 400 | 401 | 403) => {
            denied(&denial, secrets)
        }
        (None, Grant::Unreadable(kind)) => unreadable(format!(
            "the answer to the call for a token is no token but {kind}: are base_url and api_path right?"
        )),
        // Without a token no record gets through: it is the connection that waits.
        (Some(failure), _) if failure.verdict == Verdict::Retry => {
            Outcome { verdict: Verdict::RetryConnection { after: None }, ..failure }
        }
        (Some(failure), _) => failure,
    };
    Err(outcome.without_effect())
}

fn denied(denial: &Denial, secrets: &[&SecretString]) -> Outcome {
    let code = denial.code.as_deref().unwrap_or("token");
    let words = mask::reason(&denial.text, mask::texts(secrets));
    let (verdict, reason) = if PASSING.contains(&code) {
        (Verdict::RetryConnection { after: None }, words)
    } else {
        let advice = "the LMS gives no token for these credentials: are client_id and client_secret those of \
                      an API key that is still there, and base_url that of its account?";
        (Verdict::StopConnection, format!("{words}; {advice}"))
    };
    Outcome::new(verdict, mask::code(code, mask::texts(secrets)), reason)
}

/// Judges the answer to `updateModulesStatuses` with these enrolments.
pub(super) fn delivered(heard: &Heard<Answer>, enrolments: &[&str], secrets: &[&SecretString]) -> Outcome {
    let records = enrolments.len();
    let (code, text) = match heard.words(Door::Soap) {
        Err(failure) => return failure,
        Ok(Answer::Said(task)) => {
            let shown = mask::reason(task, mask::texts(secrets));
            let reason = format!("the LMS took it as task {shown}, which is followed to its end");
            return Outcome::new(Verdict::Queued { task: task.clone() }, "queued", reason);
        }
        Ok(Answer::Unreadable(what)) => {
            return unreadable(format!("the answer is {what}: are base_url and soap_path right?"));
        }
        Ok(Answer::Fault { code, text }) => (code, text),
    };
    let named = Named::of(text);
    let (verdict, advice) = match named {
        Some(Named::AuthorizationFailed) => (Verdict::StopConnection, named::NEW_TOKEN_REFUSED),
        Some(Named::SubscriptionExpired) => (Verdict::StopConnection, named::RENEW_SUBSCRIPTION),
        Some(Named::WrongParameters) => (culprit(records), named::CHECK_PARAMETERS),
        // It may concern the people of some departments only, so the others are tried without them.
        Some(Named::PermissionDenied) => (culprit(records), named::CHECK_PERMISSIONS),
        // All records of the call share the module, so halving would not help. It may be made later, though
        // by nothing that Rollbook sends: another round of this run would only ask again.
        Some(Named::UnknownContentItem) => (Verdict::Parked, named::CHECK_CONTENT_ITEM),
        None => match blame(code) {
            Blame::Call => (culprit(records), named::CHECK_PARAMETERS),
            Blame::Envelope => (Verdict::StopConnection, named::CHECK_ENVELOPE),
            // A server that fails fails for all; one that is well and says so may mean these records.
            Blame::Server if heard.status >= 500 => (Verdict::RetryConnection { after: None }, ""),
            Blame::Server => (Verdict::Retry, ""),
        },
    };
    let text = match verdict {
        // It is shown apart from its records.
        Verdict::StopConnection | Verdict::RetryConnection { .. } => {
            mask::impersonal(text, enrolments.iter().copied())
        }
        _ => text.clone(),
    };
    said(verdict, named, code, &text, advice, secrets)
}

/// Judges the answer to the question how the task of a call with so many records stands.
pub(super) fn followed(
    door: Door,
    heard: &Heard<Answer>,
    task: &str,
    records: usize,
    secrets: &[&SecretString],
) -> Outcome {
    let task = &mask::reason(task, mask::texts(secrets));
    let (code, text) = match heard.words(door) {
        Err(failure) => return failure,
        Ok(Answer::Said(state)) => return stands(state, task, records, secrets),
        Ok(Answer::Unreadable(what)) => {
            return unreadable(format!("the answer about task {task} is {what}: is base_url right?"));
        }
        Ok(Answer::Fault { code, text }) => (code, text),
    };
    let named = Named::of(text);
    let of_rest = (door == Door::Rest).then_some(heard.status);
    let (verdict, advice) = match (named, of_rest) {
        (Some(Named::AuthorizationFailed), _) | (_, Some(401)) => {
            (Verdict::StopConnection, named::NEW_TOKEN_REFUSED)
        }
        (Some(Named::SubscriptionExpired), _) => (Verdict::StopConnection, named::RENEW_SUBSCRIPTION),
        // Asking again would be answered alike, and so would sending again.
        (Some(Named::PermissionDenied), _) | (_, Some(403)) => (Verdict::Parked, named::TASK_NOT_SHOWN),
        // "The request ID hasn't been found": to set a status again changes nothing.
        (Some(Named::UnknownContentItem | Named::WrongParameters), _) | (_, Some(400)) => {
            (Verdict::Retry, named::TASK_UNKNOWN)
        }
        (None, Some(_)) => (Verdict::RetryConnection { after: None }, ""),
        (None, None) => match blame(code) {
            Blame::Call => (Verdict::Retry, named::TASK_UNKNOWN),
            Blame::Envelope => (Verdict::StopConnection, named::CHECK_ENVELOPE),
            Blame::Server => (Verdict::RetryConnection { after: None }, ""),
        },
    };
    said(verdict, named, code, text, advice, secrets)
}

/// What the state of a task means: SOAP's words and those of the vendor's OpenAPI file, which spell
/// differently what is the same.
fn stands(state: &str, task: &str, records: usize, secrets: &[&SecretString]) -> Outcome {
    let plain: String = state
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-'))
        .flat_map(char::to_lowercase)
        .collect();
    let shown = mask::code(state, mask::texts(secrets));
    match plain.as_str() {
        "complete" => Outcome::new(Verdict::Accepted, shown, format!("task {task} is complete")),
        "waiting" | "inprogress" => {
            Outcome::new(Verdict::InProgress, shown, format!("task {task} has not ended yet"))
        }
        "failed" | "error" | "cancelled" if records > 1 => {
            let reason = format!(
                "task {task} of {records} enrolments ended as {shown}, and the LMS does not say for whom: \
                 they are sent again in smaller groups"
            );
            Outcome::new(culprit(records), shown, reason)
        }
        "failed" | "error" | "cancelled" => {
            let reason = format!(
                "task {task} ended as {shown}, and the LMS does not say why; {}",
                named::CHECK_RECORD
            );
            Outcome::new(Verdict::Refused, shown, reason)
        }
        // Neither an end nor a wait that we know: it is asked again until the deadline.
        _ => {
            let reason = format!(
                "task {task} stands as {shown:?}, which is no state in the vendor's documents: complete, \
                 failed, in progress, waiting, cancelled and error are; it is asked again"
            );
            Outcome::new(Verdict::InProgress, shown, reason)
        }
    }
}

/// The call again with half of its records, or the end of the only one.
fn culprit(records: usize) -> Verdict {
    if records > 1 {
        let most = u32::try_from(records.div_ceil(2)).unwrap_or(u32::MAX);
        Verdict::Smaller { most }
    } else {
        Verdict::Refused
    }
}

fn said(
    verdict: Verdict,
    named: Option<Named>,
    code: &str,
    text: &str,
    advice: &str,
    secrets: &[&SecretString],
) -> Outcome {
    let code = named.map_or_else(|| mask::code(code, mask::texts(secrets)), |named| named.words().to_owned());
    let code = if code.is_empty() { "fault".to_owned() } else { code };
    let words = match mask::reason(text, mask::texts(secrets)) {
        words if words.is_empty() => "the LMS says that it failed, and not why".to_owned(),
        words => words,
    };
    let advice = match verdict {
        Verdict::Smaller { .. } => "its records are sent again in smaller groups",
        _ => advice,
    };
    Outcome::new(verdict, code, if advice.is_empty() { words } else { format!("{words}; {advice}") })
}

#[cfg(test)]
mod tests;
