//! What the lists say of a record. Pure; all of it is our judgement.

use chrono::{DateTime, NaiveDate, TimeDelta};
use secrecy::SecretString;

use super::super::wire::field;
use super::wire::{Listing, Page, Standing, same};
use crate::connectors::http::unreadable;
use crate::connectors::mask;
use crate::model::{ChangeKind, Fields, Outcome, Verdict};

/// What stands in place of a code where nothing failed.
pub(super) const CODE: &str = "results";

const LOOK: &str = "look in the LMS how the module stands";

/// Statuses that mean the same thing done, whatever the module is.
const DONE: [&str; 3] = ["complete", "passed", "accepted"];
/// Statuses that mean the same thing not done.
const UNDONE: [&str; 3] = ["incomplete", "failed", "declined"];

/// How far two numbers may be apart that are the same: the LMS holds scores as floating-point numbers.
const NEAR: f64 = 0.01;

/// What the LMS was found to show.
#[derive(Debug)]
pub(super) enum Seen {
    /// The course lists no module of the content item.
    NoModule,
    /// A list had no end in sight.
    Endless,
    /// The rows of the enrolment, and the modules that the content item is.
    Rows {
        /// Any of them may be meant: the document's call names the content item alone.
        modules: Vec<String>,
        /// The rows.
        rows: Vec<Standing>,
    },
}

/// A page of a list, or why there is none.
///
/// # Errors
/// The outcome of the question: it is asked again, or left to a person.
pub(super) fn page<T>(
    failure: Option<Outcome>,
    status: u16,
    listing: Listing<T>,
    secrets: &[&SecretString],
) -> Result<Page<T>, Outcome> {
    match (failure, listing) {
        (None, Listing::Page(page)) => Ok(page),
        (None, Listing::Unreadable(what)) => {
            let reason = format!("the answer to the question for results is {what}: is rest_path right?");
            Err(unreadable(reason))
        }
        // What the status says counts for more than the words, but for those of the LMS itself.
        (Some(failure), Listing::Denied(_)) if !matches!(status, 400..=403) => Err(left_to_a_person(failure)),
        (_, Listing::Denied(denial)) => {
            let code = denial.code.as_deref().unwrap_or(CODE);
            let words = mask::reason(&denial.text, mask::texts(secrets));
            let reason = format!("the results can't be read ({words}): {LOOK}");
            Err(Outcome::new(Verdict::InDoubt, mask::code(code, mask::texts(secrets)), reason))
        }
        (Some(failure), Listing::Page(_) | Listing::Unreadable(_)) => Err(left_to_a_person(failure)),
    }
}

/// A question that the LMS does not take says nothing of the record, whoever asks again, and nothing of
/// whether records can be delivered.
pub(super) fn left_to_a_person(outcome: Outcome) -> Outcome {
    match outcome.verdict {
        Verdict::Retry | Verdict::RetryConnection { .. } => outcome,
        _ => {
            let reason = format!("the results can't be read ({}): {LOOK}", outcome.reason);
            Outcome::new(Verdict::InDoubt, outcome.code, reason)
        }
    }
}

/// What is shown of a record: `Accepted` where its module stands as it was sent, `Absent` where it plainly
/// stands otherwise, `InDoubt` where that can't be told. After an update the LMS may still show what was sent
/// before, so there all that was sent must be seen.
pub(super) fn judge(seen: &Seen, sent: &Fields, kind: ChangeKind) -> Outcome {
    let in_doubt = |why: &str| Outcome::new(Verdict::InDoubt, CODE, format!("{why}: {LOOK}"));
    let (modules, rows) = match seen {
        Seen::NoModule => {
            return in_doubt("the course lists no module of this content item (GET /courses/modules)");
        }
        Seen::Endless => return in_doubt("the LMS lists more than can be read"),
        Seen::Rows { modules, rows } => (modules, rows),
    };
    let is = |found: &Option<String>, name: &str| {
        found.as_deref().is_some_and(|found| same(found, field(sent, name)))
    };
    let of_module: Vec<&Standing> = rows
        .iter()
        .filter(|row| {
            row.module.as_deref().is_some_and(|module| modules.iter().any(|known| same(known, module)))
        })
        .collect();
    // Where the filter is not heeded others' rows are there too.
    let ours = |row: &Standing| is(&row.enrolment, "enrollmentId");
    let found: Vec<Shown> =
        of_module.iter().filter(|row| ours(row)).map(|row| shown(row, sent, kind)).collect();
    let holds = |wanted: &Shown| found.iter().any(|shown| shown == wanted);
    if holds(&Shown::AsSent) {
        return Outcome::new(Verdict::Accepted, CODE, "the module stands as it was sent");
    }
    if let Some(Shown::Unclear(why)) = found.iter().find(|shown| matches!(shown, Shown::Unclear(_))) {
        return in_doubt(why);
    }
    if let Some(Shown::Otherwise(status)) = found.first() {
        let sent = field(sent, "status");
        let reason = format!("the LMS shows the module as {status}, and {sent} was sent");
        return Outcome::new(Verdict::Absent, CODE, reason);
    }
    if of_module.iter().any(|row| row.enrolment.is_none()) {
        return in_doubt("the LMS does not say whose the module's results are");
    }
    if !rows.iter().any(ours) {
        // The account of the API key may not see the person, or the enrolment may be gone.
        return in_doubt("the LMS shows no module of this enrolment");
    }
    Outcome::new(
        Verdict::Absent,
        CODE,
        "the LMS shows the enrolment's modules, and this one is not among them",
    )
}

/// How a module is shown, beside what was sent.
#[derive(Debug, PartialEq)]
enum Shown {
    /// As it was sent, as far as the results have it.
    AsSent,
    /// In another status.
    Otherwise(&'static str),
    /// Not quite as it was sent, and not plainly otherwise.
    Unclear(String),
}

fn shown(row: &Standing, sent: &Fields, kind: ChangeKind) -> Shown {
    let Some(status) = &row.status else {
        return Shown::Unclear("the LMS shows the module without its status".to_owned());
    };
    let wanted = field(sent, "status");
    let status = status.trim().to_lowercase();
    if status != wanted {
        let alike =
            [DONE, UNDONE].iter().any(|alike| alike.contains(&status.as_str()) && alike.contains(&wanted));
        let Some(known) = KNOWN.into_iter().find(|known| *known == status) else {
            return Shown::Unclear("the LMS shows the module in a status that no document has".to_owned());
        };
        if alike {
            return Shown::Unclear(format!("the LMS shows the module as {known}, and {wanted} was sent"));
        }
        return Shown::Otherwise(known);
    }
    let strict = kind != ChangeKind::Create;
    let apart = row.completed.as_deref().and_then(|shown| apart(shown, field(sent, "date")));
    if strict && apart.is_none() && !field(sent, "date").is_empty() {
        return Shown::Unclear("the module stands as it was sent, but without its date".to_owned());
    }
    // The day sent has no zone, so a day before or after may be the same: unless it may be an earlier one.
    let near = TimeDelta::days(if strict { 0 } else { 1 });
    if apart.is_some_and(|apart| apart > near) {
        return Shown::Unclear("the module stands as it was sent, but with another date".to_owned());
    }
    let score = field(sent, "awardedScore").parse::<f64>().ok();
    if strict && score.is_some() && row.score.is_none() {
        return Shown::Unclear("the module stands as it was sent, but without its score".to_owned());
    }
    if row.score.zip(score).is_some_and(|(shown, sent)| (shown - sent).abs() > NEAR) {
        return Shown::Unclear("the module stands as it was sent, but with another score".to_owned());
    }
    Shown::AsSent
}

/// `completionStatus`, as the vendor's pages have it.
const KNOWN: [&str; 9] = [
    "not_started",
    "in_progress",
    "pending",
    "complete",
    "passed",
    "accepted",
    "incomplete",
    "failed",
    "declined",
];

/// How far a time is from the day that was sent; `None` where either can't be read.
fn apart(shown: &str, sent: &str) -> Option<TimeDelta> {
    let day = DateTime::parse_from_rfc3339(shown.trim()).map(|time| time.date_naive()).or_else(|_| {
        let day = shown.trim().get(..10).unwrap_or_default();
        NaiveDate::parse_from_str(day, "%Y-%m-%d")
    });
    Some((day.ok()? - NaiveDate::parse_from_str(sent, "%Y-%m-%d").ok()?).abs())
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
