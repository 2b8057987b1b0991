//! What an answer of `enrollSessionHistory` means for the records of the call. Pure.
//!
//! The codes `ESH:…` are those of the document's "Error Codes", the codes `SU:…` those of the vendor's page
//! "API Response XML Package"; which of them a later try can mend is our judgement.

use secrecy::ExposeSecret;

use super::fields::value;
use super::rows::{Told, sort};
use super::wire::{Keys, LmsError, Reply};
use crate::connectors::{http, mask};
use crate::model::{Fields, Outcome, Verdict};

const FAILED: &str = "the LMS says that it failed, and not why";
const NO_PERMISSION: &str = "the user of user_api lacks a permission: have an administrator of SmarterU grant \
                             it; the row is tried again at the job's next run";
const NOT_ASSIGNED: &str = "assign the course to the group in SmarterU; the row is tried again at the job's \
                            next run";
const NO_DATA: &str = "base_url must begin with https://, for the LMS takes no data over plain HTTP";
const WRONG_KEYS: &str = "check account_api and user_api of the connection";
const NOT_UNDERSTOOD: &str = "the LMS does not understand our calls: are base_url and path right?";

/// The classes of an error, the weightiest last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Already,
    /// The LMS says that it did not enroll, and that it may another time.
    Failed,
    Unknown,
    NotAssigned,
    NoPermission,
    Refused,
    /// From here on it is about the call, whoever is in it.
    MayNotCall,
    NotUnderstood,
    NoData,
    WrongKeys,
}

/// Judges the answer to a call with these records: one outcome each, in their order. Nothing of `keys` gets
/// into a reason, and no user where the reason is about the connection, for that is logged.
pub(super) fn judge(reply: &Reply, records: &[&Fields], keys: &Keys) -> Vec<Outcome> {
    let general: Vec<_> = reply.errors.iter().filter(|error| class(error) >= Class::MayNotCall).collect();
    if !general.is_empty() {
        return vec![of_errors(&general, &masks(keys, records)); records.len()];
    }
    let told = sort(reply, records);
    let left_over = told.rows.iter().any(|row| !row.taken && row.errors.is_empty());
    let outcomes = told.rows.iter().map(|row| match (row.taken, row.errors.as_slice()) {
        (taken, []) if taken && (left_over || told.nobodys.is_empty()) => {
            Outcome::new(Verdict::Accepted, "success", "")
        }
        (taken, []) if records.len() > 1 => one_by_one(&told, taken),
        (_, []) if reply.success => Outcome::new(
            Verdict::Retry,
            "absent",
            "the LMS says success, and the enrollment is not among those that it says it processed",
        ),
        (_, []) => Outcome::new(Verdict::Retry, "failed", FAILED),
        (_, errors) => of_errors(errors, &masks(keys, &[])),
    });
    outcomes.collect()
}

/// Judges the answer to a call without any enrollment.
pub(super) fn judge_probe(reply: &Reply, keys: &Keys) -> Outcome {
    let harmless = |error: &&LmsError| match number(&error.code) {
        // The keys come before these in the LMS's own list, and it has no complaint of them.
        Some(("SU", 9 | 12 | 13)) => true,
        Some(("ESH", number)) => number != 11,
        // Of an account that is closed, or of anything else that no list has.
        _ => false,
    };
    let errors: Vec<_> = reply.errors.iter().filter(|error| !harmless(error)).collect();
    if !errors.is_empty() {
        return of_errors(&errors, &masks(keys, &[]));
    }
    if reply.errors.is_empty() && !reply.success {
        return Outcome::new(Verdict::Retry, "failed", FAILED);
    }
    let code = reply.errors.first().map_or("success", |error| &error.code);
    let reason = "the LMS answers to the keys; it was sent no enrollment";
    Outcome::new(Verdict::Accepted, mask::code(code, masks(keys, &[])), reason)
}

/// The outcome where the answer is none of the LMS's.
pub(super) fn unreadable(problem: &str) -> Outcome {
    http::unreadable(format!("{problem}: are base_url and path right?"))
}

/// A row of several of which the answer does not tell enough: alone it will. Its answer has the words.
fn one_by_one(told: &Told<'_>, taken: bool) -> Outcome {
    let verdict = Verdict::Smaller { most: 1 };
    let Some(error) = told.nobodys.first() else {
        let reason = "the answer does not name this row; the rows without an answer are sent one by one";
        return Outcome::new(verdict, "absent", reason);
    };
    let reason = "the answer has an error and does not say of which row; the rows are sent one by one";
    let outcome = Outcome::new(verdict, mask::code(&error.code, []), reason);
    // Every row is named as processed and yet one of them failed: most of them will be there already.
    Outcome { had_no_effect: !taken, ..outcome }
}

/// The weightiest error decides, and all are told.
fn of_errors(errors: &[&LmsError], masks: &[&str]) -> Outcome {
    let worst = errors.iter().max_by_key(|error| class(error));
    let class = worst.map_or(Class::Unknown, |error| class(error));
    let words = errors.iter().map(|LmsError { code, text }| match (code.as_str(), text.as_str()) {
        ("", "") => "an error without code and words".to_owned(),
        (code, "") => code.to_owned(),
        // A single error's code stands beside its words already.
        (_, text) if errors.len() == 1 => text.to_owned(),
        (code, text) => format!("{code}: {text}"),
    });
    let words = mask::reason(&words.collect::<Vec<_>>().join("; "), masks.iter().copied());
    let (verdict, hint) = match class {
        Class::Already => (Verdict::Already, None),
        Class::Failed | Class::Unknown => (Verdict::Retry, None),
        Class::NotAssigned => (Verdict::Parked, Some(NOT_ASSIGNED)),
        Class::NoPermission | Class::MayNotCall => (Verdict::Parked, Some(NO_PERMISSION)),
        Class::Refused => (Verdict::Refused, None),
        Class::NotUnderstood => (Verdict::StopConnection, Some(NOT_UNDERSTOOD)),
        Class::NoData => (Verdict::StopConnection, Some(NO_DATA)),
        Class::WrongKeys => (Verdict::StopConnection, Some(WRONG_KEYS)),
    };
    let reason = match hint {
        Some(hint) => format!("{}; {hint}", words.trim_end_matches('.')),
        None => words,
    };
    let code = worst.map(|error| error.code.as_str()).filter(|code| !code.is_empty());
    let outcome = Outcome::new(verdict, mask::code(code.unwrap_or("error"), masks.iter().copied()), reason);
    if class == Class::Failed { outcome.without_effect() } else { outcome }
}

fn class(error: &LmsError) -> Class {
    match number(&error.code) {
        Some(("ESH", 26)) => Class::Already,
        Some(("ESH", 28)) => Class::Failed,
        Some(("ESH", 27)) => Class::NotAssigned,
        Some(("ESH", 25)) => Class::NoPermission,
        Some(("ESH", 11)) => Class::MayNotCall,
        Some(("SU", 1)) => Class::NoData,
        Some(("SU", 10)) => Class::WrongKeys,
        Some(("SU", 2..=13)) => Class::NotUnderstood,
        // General errors that the list lacks, and its own SU:9999, say nothing against the row.
        Some(("SU", _)) => Class::Unknown,
        None if error.code.is_empty() && error.text.is_empty() => Class::Unknown,
        _ => Class::Refused,
    }
}

/// Family and number of a code: `ESH:08` is `("ESH", 8)`.
fn number(code: &str) -> Option<(&'static str, u32)> {
    let (family, number) = code.split_once(':')?;
    let known = ["ESH", "SU"].into_iter().find(|known| known.eq_ignore_ascii_case(family.trim()))?;
    Some((known, number.trim().parse().ok()?))
}

/// The texts that stay out of a reason.
fn masks<'a>(keys: &'a Keys, records: &[&'a Fields]) -> Vec<&'a str> {
    let users = records.iter().flat_map(|row| ["Email", "EmployeeID"].map(|name| value(row, name)));
    let keys = [keys.account.expose_secret(), keys.user.expose_secret()];
    keys.into_iter().chain(users.flatten()).collect()
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
