//! What goes over the wire for the two lists, and what comes back. Pure.
//!
//! Documented: the parameters, `pageSize` (1,000 where it is not said), `pageToken` and `nextPageToken`, and
//! the names of the fields. `name[]=value` for a parameter that is a list is how clients are seen to write it.

use serde_json::Value;

use super::super::wire::{Denial, denial, escape, word};
use crate::connectors::http::looks_like;

/// The rows of one page: the most that the vendor's pages name.
const PAGE_SIZE: &str = "pageSize=1000";

/// Active, inactive and terminated: by default the answer shows active users alone. The help page knows the
/// first two (1 and 3), the OpenAPI file all three.
const EVERYBODY: &str = "userStatuses[]=1&userStatuses[]=3&userStatuses[]=5";

/// Where the modules of a course are listed.
pub(super) fn modules_path(rest_path: &str, course: &str) -> String {
    format!("{rest_path}/courses/modules?courseIds[]={}&{PAGE_SIZE}", escape(course))
}

/// Where the modules of an enrolment are listed with how they stand. All of them, not only the one that is
/// looked for: that others are there says that the enrolment is shown to us.
pub(super) fn results_path(rest_path: &str, course: &str, enrolment: &str) -> String {
    format!(
        "{rest_path}/learners/modules/results?enrollmentIds[]={}&courseIds[]={}&{EVERYBODY}&{PAGE_SIZE}",
        escape(enrolment),
        escape(course)
    )
}

/// The path of a page: the first, or the one with this token.
pub(super) fn page_path(first: &str, token: Option<&str>) -> String {
    match token {
        Some(token) => format!("{first}&pageToken={}", escape(token)),
        None => first.to_owned(),
    }
}

/// One page of a list.
#[derive(Debug, PartialEq)]
pub(super) struct Page<T> {
    /// Its rows.
    pub(super) rows: Vec<T>,
    /// `nextPageToken`: what leads to the next page.
    pub(super) next: Option<String>,
}

/// What an answer holds.
#[derive(Debug, PartialEq)]
pub(super) enum Listing<T> {
    /// A page.
    Page(Page<T>),
    /// The LMS names an error.
    Denied(Denial),
    /// Nothing of the LMS's; what it looks like instead.
    Unreadable(&'static str),
}

/// A row of `modules`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Module {
    /// `moduleId`.
    pub(super) id: String,
    /// `contentItemId`.
    pub(super) content: String,
    /// `courseId`.
    pub(super) course: String,
}

/// A row of `results`, as far as it tells of what was sent.
#[derive(Debug, PartialEq)]
pub(super) struct Standing {
    /// `enrollmentId`; it is not among the fields that a row must have.
    pub(super) enrolment: Option<String>,
    /// `courseId`.
    pub(super) course: Option<String>,
    /// `moduleId`.
    pub(super) module: Option<String>,
    /// `completionStatus`.
    pub(super) status: Option<String>,
    /// `completionDate`: a date with a time.
    pub(super) completed: Option<String>,
    /// `awardedScore`.
    pub(super) score: Option<f64>,
}

/// Reads a page of `GET /courses/modules`. A row without its ids maps nothing.
pub(super) fn modules(body: &[u8]) -> Listing<Module> {
    read(body, "modules", |row| {
        let text = |key: &str| row.get(key).and_then(word);
        Some(Module { id: text("moduleId")?, content: text("contentItemId")?, course: text("courseId")? })
    })
}

/// Reads a page of `GET /learners/modules/results`.
pub(super) fn results(body: &[u8]) -> Listing<Standing> {
    read(body, "results", |row| {
        let text = |key: &str| row.get(key).and_then(word);
        Some(Standing {
            enrolment: text("enrollmentId"),
            course: text("courseId"),
            module: text("moduleId"),
            status: text("completionStatus"),
            completed: text("completionDate"),
            score: text("awardedScore").and_then(|score| score.parse().ok()),
        })
    })
}

fn read<T>(body: &[u8], list: &str, row: fn(&Value) -> Option<T>) -> Listing<T> {
    let Ok(value) = serde_json::from_slice::<Value>(body.trim_ascii()) else {
        return Listing::Unreadable(looks_like(body));
    };
    let rows = match value.get(list) {
        Some(Value::Array(rows)) => rows.as_slice(),
        Some(Value::Null) => &[],
        _ => {
            return match denial(|key| value.get(key).and_then(word)) {
                Some(denial) => Listing::Denied(denial),
                None => Listing::Unreadable("JSON of another kind"),
            };
        }
    };
    let next = value.get("nextPageToken").and_then(word);
    Listing::Page(Page { rows: rows.iter().filter_map(row).collect(), next })
}

/// Whether two ids are the same: they are UUIDs, which are written in either case.
pub(super) fn same(one: &str, other: &str) -> bool {
    one.trim().eq_ignore_ascii_case(other.trim())
}

#[cfg(test)]
#[path = "wire_tests.rs"]
mod tests;
