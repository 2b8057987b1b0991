//! What goes over the wire to iSpring Learn, and what comes back. Pure.
//!
//! The vendor's sections are "Method: updateModulesStatuses", "Method: getTaskStatus", and its pages on
//! the access token and on REST's `GET /task/{task_id}/status`.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::connectors::http::looks_like;
use crate::connectors::soap::{self, SoapAnswer};
use crate::connectors::xml::{self, Document, Element, XmlProblem};
use crate::model::Fields;

/// The lifetime of a token whose answer does not say: "1800 seconds (30 minutes)".
const TOKEN_LIFETIME: Duration = Duration::from_secs(1_800);

/// No token is trusted for longer.
const LONGEST_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// The longest name of a task that is kept.
const TASK_CHARS: usize = 200;

/// The form that asks for a token.
pub(super) fn token_form<'a>(id: &'a SecretString, secret: &'a SecretString) -> [(&'static str, &'a str); 3] {
    [
        ("client_id", id.expose_secret()),
        ("client_secret", secret.expose_secret()),
        ("grant_type", "client_credentials"),
    ]
}

/// The call that sets the status of one module for the enrolments of these records, which agree in all
/// else. A record without a reason has `default_reason`.
pub(super) fn update_modules_statuses(
    namespace: &str,
    token: &SecretString,
    records: &[&Fields],
    default_reason: &str,
) -> SecretString {
    let module = |name| records.first().map_or("", |first| field(first, name));
    let reason = match module("reason") {
        "" => default_reason,
        reason => reason,
    };
    soap::envelope(|body| {
        open_request(body, "updateModulesStatusesRequest", namespace, token);
        body.open("enrollmentIds", &[]);
        for record in records {
            body.text("id", field(record, "enrollmentId"));
        }
        body.close().text("courseId", module("courseId"));
        body.open("moduleStatuses", &[])
            .open("moduleStatus", &[])
            .text("contentItemId", module("contentItemId"))
            .text("date", module("date"))
            .text("reason", reason)
            .text("status", module("status"))
            .text("awardedScore", module("awardedScore"));
    })
}

/// The call that asks by SOAP how a task stands. The vendor's sample leaves the credentials out, which its
/// table requires.
pub(super) fn get_task_status(namespace: &str, token: &SecretString, task: &str) -> SecretString {
    soap::envelope(|body| {
        open_request(body, "getTaskStatusRequest", namespace, token);
        body.text("taskId", task);
    })
}

/// Where REST says how a task stands.
pub(super) fn task_path(rest_path: &str, task: &str) -> String {
    format!("{rest_path}/task/{}/status", escape(task))
}

/// A value as it stands in an address.
pub(super) fn escape(value: &str) -> String {
    let escaped = value.bytes().map(|byte| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    });
    escaped.collect()
}

fn open_request(body: &mut Document, name: &str, namespace: &str, token: &SecretString) {
    // The default namespace is the children's as well, as in the sample.
    body.open(name, &[("xmlns", namespace)])
        .open("credentials", &[])
        .text("token", token.expose_secret())
        .close();
}

/// The value of a field; empty where there is none.
pub(super) fn field<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.iter().find(|(other, _)| other.as_str() == name).map_or("", |(_, value)| value)
}

/// What the answer to a call for a token holds.
#[derive(Debug)]
pub(super) enum Grant {
    /// A token, and how long it is good for.
    Token(SecretString, Duration),
    /// The LMS says why there is none.
    Denied(Denial),
    /// Nothing of the LMS's; what it looks like instead.
    Unreadable(&'static str),
}

/// The words of a failure, in REST's form or OAuth's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Denial {
    /// Its code, where it has one.
    pub(super) code: Option<String>,
    /// Its words; the code where it has none.
    pub(super) text: String,
}

/// Reads the answer to a call for a token.
pub(super) fn decode_token(body: &[u8]) -> Grant {
    let Ok(value) = serde_json::from_slice::<Value>(body.trim_ascii()) else {
        return Grant::Unreadable(looks_like(body));
    };
    if let Some(token) = value.get("access_token").and_then(word) {
        let seconds = value.get("expires_in").and_then(word).and_then(|text| text.parse::<f64>().ok());
        let lifetime = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        return Grant::Token(token.into(), lifetime.unwrap_or(TOKEN_LIFETIME).min(LONGEST_LIFETIME));
    }
    match denial(|key| value.get(key).and_then(word)) {
        Some(denial) => Grant::Denied(denial),
        None => Grant::Unreadable("JSON of another kind"),
    }
}

/// What an answer to one of the calls holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// What was asked for: the task, or how it stands.
    Said(String),
    /// The LMS names an error: a SOAP fault with its `faultcode`, or REST's `code` and `message`.
    Fault {
        /// The code.
        code: String,
        /// The words.
        text: String,
    },
    /// Nothing of the LMS's; what it is instead.
    Unreadable(String),
}

/// Reads the answer to `updateModulesStatuses`: the task that the call became.
pub(super) fn decode_update(body: &[u8]) -> Answer {
    match decode_soap(body, "updateModulesStatuses", "taskId") {
        // A name of dots alone would lead to another place in an address.
        Answer::Said(task)
            if task.chars().count() > TASK_CHARS || !task.contains(|c: char| c.is_alphanumeric()) =>
        {
            Answer::Unreadable("a SOAP answer whose taskId names no task".to_owned())
        }
        answer => answer,
    }
}

/// Reads the answer to `getTaskStatus`.
pub(super) fn decode_task_status(body: &[u8]) -> Answer {
    decode_soap(body, "getTaskStatus", "status")
}

/// Reads the answer of `GET /task/{task_id}/status`: JSON as we ask for it, or XML, which is what the LMS
/// sends where the request does not say `application/json`.
pub(super) fn decode_rest(body: &[u8]) -> Answer {
    if let Ok(value) = serde_json::from_slice::<Value>(body.trim_ascii()) {
        return rest_answer(|key| value.get(key).and_then(word), "JSON of another kind");
    }
    match xml::parse(body) {
        Ok(root) => {
            let texts = |key: &str| root.find(key).map(|found| found.text.clone()).filter(|t| !t.is_empty());
            rest_answer(texts, "XML of another kind")
        }
        Err(_) => Answer::Unreadable(looks_like(body).to_owned()),
    }
}

fn rest_answer(get: impl Fn(&str) -> Option<String>, otherwise: &str) -> Answer {
    if let Some(status) = get("status") {
        return Answer::Said(status);
    }
    match denial(get) {
        Some(Denial { code, text }) => Answer::Fault { code: code.unwrap_or_default(), text },
        None => Answer::Unreadable(otherwise.to_owned()),
    }
}

fn decode_soap(body: &[u8], method: &str, wanted: &str) -> Answer {
    match soap::read(body) {
        Ok(SoapAnswer::Fault { code, text, .. }) => Answer::Fault { code, text },
        // By its local name, whatever stands behind the method's: Result in the sample.
        Ok(SoapAnswer::Body(element)) if element.name.starts_with(method) => {
            match text_in(&element, wanted) {
                Some(text) => Answer::Said(text),
                None => Answer::Unreadable(format!("a SOAP answer without {wanted}")),
            }
        }
        Ok(SoapAnswer::Body(_)) => Answer::Unreadable("a SOAP answer to another call".to_owned()),
        Err(XmlProblem::Malformed) => Answer::Unreadable(format!("no SOAP but {}", looks_like(body))),
        Err(problem) => Answer::Unreadable(format!("{} ({problem})", looks_like(body))),
    }
}

fn text_in(element: &Element, name: &str) -> Option<String> {
    element.find(name).map(|found| found.text.clone()).filter(|text| !text.is_empty())
}

/// The words of a failure, where an answer is one.
pub(super) fn denial(get: impl Fn(&str) -> Option<String>) -> Option<Denial> {
    let code = get("error").or_else(|| get("code"));
    let text = get("error_description").or_else(|| get("message")).or_else(|| code.clone())?;
    Some(Denial { code, text })
}

/// A value that says something, as text: codes and counts are numbers in JSON.
pub(super) fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
pub(super) mod tests;
