//! Reads back what became of an enrollment, by `getLearnerReport`.
//!
//! Two questions at most: for the user's enrollments in the status that was sent, and, where ours is not among
//! them, for all of the user's. The report shows no status, so only the first tells of it.

mod judge;
mod wire;

use super::SmarterU;
use super::fields::{ENROLL, value};
use super::wire::Keys;
use crate::connectors::Item;
use crate::model::{Fields, Outcome, Verdict};
use judge::Seen;
use wire::Report;

/// The most pages of an answer that are read: of a thousand enrollments of one user each.
const PAGES: u32 = 10;

/// Looks for the enrollment of a record, and changes nothing.
pub(super) async fn read_back(account: &SmarterU, item: &Item) -> Outcome {
    if item.operation.as_str() != ENROLL {
        let reason = format!("smarteru has no operation {}", item.operation);
        return Outcome::new(Verdict::InDoubt, judge::CODE, reason);
    }
    let sent = &item.fields;
    let Some(status) = value(sent, "EnrollmentStatus").and_then(wire::shown_as) else {
        let reason = "the record has no status that the LMS could be asked for";
        return Outcome::new(Verdict::InDoubt, judge::CODE, reason);
    };
    match find(account, sent, Some(status)).await {
        Ok(Seen::Missing | Seen::Nothing) => match find(account, sent, None).await {
            Ok(seen) => judge::in_any_status(&seen),
            Err(outcome) => outcome,
        },
        Ok(seen) => judge::in_its_status(&seen),
        Err(outcome) => outcome,
    }
}

/// Goes through the user's enrollments, page by page.
async fn find(account: &SmarterU, sent: &Fields, status: Option<&str>) -> Result<Seen, Outcome> {
    let mut learners = Vec::new();
    for page in 1..=PAGES {
        let report = ask(account, sent, status, page).await?;
        let whole = report.learners.len() < wire::PAGE_SIZE;
        let rows = report.rows;
        learners.extend(report.learners);
        if let Some(seen) = judge::held(&learners, sent) {
            return Ok(seen);
        }
        if whole {
            return Ok(judge::missing(&learners, rows, sent));
        }
    }
    Ok(Seen::Endless)
}

async fn ask(account: &SmarterU, sent: &Fields, status: Option<&str>, page: u32) -> Result<Report, Outcome> {
    let keys: &Keys = &account.keys;
    let package = wire::encode(keys, sent, status, page);
    let says_more = |report: &Report| !report.errors.is_empty();
    let report = account.call(&package, wire::decode, says_more).await.map_err(judge::left_to_a_person)?;
    judge::believe(report, sent, keys)
}

#[cfg(test)]
mod tests;
