//! What a learner report says of an enrollment. Pure; all of it is our judgement.

use secrecy::ExposeSecret;

use super::super::fields::value;
use super::super::wire::Keys;
use super::wire::{Learner, Report};
use crate::connectors::mask;
use crate::model::{Fields, Outcome, Verdict};

/// What stands in place of a code where nothing failed.
pub(super) const CODE: &str = "learner report";

/// How far two grades may be apart that are the same number.
const NEAR: f64 = 0.005;

const LOOK: &str = "look in the LMS whether the user is enrolled in the session";

/// What the report was found to show of an enrollment.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// It, with the grade that was sent.
    There,
    /// It, with another grade.
    OtherGrade,
    /// It, without the grade that was sent.
    NoGrade,
    /// Others of the user's, and surely not it.
    Missing,
    /// Nothing at all of the user.
    Nothing,
    /// The report is not whole, or says too little of its rows.
    Unclear(&'static str),
    /// The report had no end in sight.
    Endless,
}

/// The report in an answer.
///
/// # Errors
/// The outcome where the LMS gives none: asked again where it fails in passing, else left to a person.
pub(super) fn believe(report: Report, sent: &Fields, keys: &Keys) -> Result<Report, Outcome> {
    let Some(error) = report.errors.first() else {
        return match (report.success, report.is_report) {
            (true, true) => Ok(report),
            (true, false) => Err(in_doubt("the LMS says success and gives no report")),
            (false, _) => {
                Err(Outcome::new(Verdict::Retry, "failed", "the LMS says that it failed, and not why"))
            }
        };
    };
    let users = ["Email", "EmployeeID"].into_iter().filter_map(|name| value(sent, name));
    let masks: Vec<&str> =
        [keys.account.expose_secret(), keys.user.expose_secret()].into_iter().chain(users).collect();
    let code = mask::code(&error.code, masks.iter().copied());
    let words = mask::reason(&error.text, masks.iter().copied());
    if error.code.trim().eq_ignore_ascii_case("SU:9999") {
        return Err(Outcome::new(Verdict::Retry, code, words));
    }
    let code = if code.is_empty() { "error".to_owned() } else { code };
    let reason = format!("the learner report can't be read ({words}): {LOOK}");
    Err(Outcome::new(Verdict::InDoubt, code, reason))
}

/// A question that the LMS does not take says nothing of the record, whoever asks again, and nothing of
/// whether records can be delivered.
pub(super) fn left_to_a_person(outcome: Outcome) -> Outcome {
    match outcome.verdict {
        Verdict::Retry | Verdict::RetryConnection { .. } => outcome,
        _ => {
            let reason = format!("the learner report can't be read ({}): {LOOK}", outcome.reason);
            Outcome::new(Verdict::InDoubt, outcome.code, reason)
        }
    }
}

/// The enrollment, where it is among these; nothing is where they are not all of the one user who was asked for.
pub(super) fn held(learners: &[Learner], sent: &Fields) -> Option<Seen> {
    if learners.iter().any(|learner| is_anothers(learner, sent)) {
        return Some(Seen::Unclear(
            "the learner report shows enrollments of another user than was asked for",
        ));
    }
    let mut users = learners.iter().filter_map(|learner| learner.user.as_deref().and_then(filled));
    let first = users.next();
    if users.any(|user| Some(user) != first) {
        return Some(Seen::Unclear(
            "the learner report shows enrollments of several users, and one was asked for",
        ));
    }
    let ours = learners.iter().filter(|learner| is(learner, sent));
    let grades: Vec<Seen> = ours.map(|learner| graded(learner, sent)).collect();
    // The user may have been in the session more than once.
    if grades.contains(&Seen::There) { Some(Seen::There) } else { grades.into_iter().next() }
}

/// Whether a row names another user than the record does, by the identifier that was asked for.
fn is_anothers(learner: &Learner, sent: &Fields) -> bool {
    let (shown, wanted) = match value(sent, "Email") {
        Some(email) => (&learner.email, Some(email)),
        None => (&learner.employee, value(sent, "EmployeeID")),
    };
    let shown = shown.as_deref().and_then(filled);
    shown.zip(wanted).is_some_and(|(shown, wanted)| !same(shown, wanted))
}

fn filled(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// What a whole answer without the enrollment comes to.
pub(super) fn missing(learners: &[Learner], rows: Option<usize>, sent: &Fields) -> Seen {
    if learners.is_empty() {
        return Seen::Nothing;
    }
    if rows.is_some_and(|rows| rows > learners.len()) {
        return Seen::Unclear("the learner report says that it has more rows than it shows");
    }
    let silent = |learner: &&Learner| learner.session.is_none() && may_be_module(learner, sent);
    if learners.iter().any(|learner| silent(&learner)) {
        return Seen::Unclear("the learner report does not show the sessions of enrollments");
    }
    Seen::Missing
}

/// A session's identifier is the system's own, so it alone tells; the course must not speak against it.
fn is(learner: &Learner, sent: &Fields) -> bool {
    let session = learner.session.as_deref().map(str::trim).filter(|session| !session.is_empty());
    session.is_some_and(|session| value(sent, "LearningModuleSessionID").map(str::trim) == Some(session))
        && may_be_module(learner, sent)
}

fn may_be_module(learner: &Learner, sent: &Fields) -> bool {
    let module = learner.module.as_deref().map(str::trim).filter(|module| !module.is_empty());
    module.is_none_or(|module| value(sent, "LearningModuleID").map(str::trim) == Some(module))
}

/// How an enrollment stands beside the grade that was sent, if one was. What is shown otherwise may be the LMS's
/// own form of it, or an older version: nobody can tell.
fn graded(learner: &Learner, sent: &Fields) -> Seen {
    let Some(sent) = value(sent, "Grade").and_then(filled) else { return Seen::There };
    let Some(shown) = learner.grade.as_deref().and_then(filled) else { return Seen::NoGrade };
    let number = |grade: &str| grade.trim_end_matches('%').trim().parse::<f64>().ok();
    let alike = match (number(shown), number(sent)) {
        // The LMS may show a percentage with fewer decimals.
        (Some(shown), Some(sent)) => {
            (shown - sent).abs() < NEAR
                || [sent.trunc(), sent.round(), (sent * 10.0).round() / 10.0].contains(&shown)
        }
        _ => same(shown, sent),
    };
    if alike { Seen::There } else { Seen::OtherGrade }
}

/// What the answer to the question for enrollments in the status that was sent comes to.
pub(super) fn in_its_status(seen: &Seen) -> Outcome {
    match seen {
        Seen::There => Outcome::new(
            Verdict::Accepted,
            CODE,
            "the user is enrolled in the session, in the status that was sent",
        ),
        other => in_any_status(other),
    }
}

/// What the answer to the question for all enrollments of the user comes to.
pub(super) fn in_any_status(seen: &Seen) -> Outcome {
    match seen {
        Seen::There => in_doubt("the user is enrolled in the session, and in another status than was sent"),
        Seen::OtherGrade => in_doubt("the user is enrolled in the session, and with another grade"),
        Seen::NoGrade => {
            in_doubt("the user is enrolled in the session, and the learner report shows no grade")
        }
        Seen::Missing => {
            let reason = "the learner report shows other enrollments of the user, and not this one";
            Outcome::new(Verdict::Absent, CODE, reason)
        }
        Seen::Nothing => in_doubt(
            "the learner report shows nothing of the user; the user of user_api may lack the permission to view \
             it",
        ),
        Seen::Unclear(why) => in_doubt(why),
        Seen::Endless => in_doubt("the learner report has more pages than can be read"),
    }
}

fn in_doubt(why: &str) -> Outcome {
    Outcome::new(Verdict::InDoubt, CODE, format!("{why}: {LOOK}"))
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
