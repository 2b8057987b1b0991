//! What goes over the wire for `getLearnerReport`, and what comes back. Pure.
//!
//! Documented: `Report` with `Page`, `PageSize` (50 unless said, at most 1,000) and `Filters`, of which one for
//! groups and one for users must be there, and containers that are there though they are empty. Seen in
//! recorded calls: `Columns` and `CustomFields` stand in `Report`, and a package without `EnrollmentID` is
//! taken. The names of columns and statuses are those that a public client lists.

use secrecy::{ExposeSecret, SecretString};

use super::super::fields::value;
use super::super::wire::{Keys, LmsError, errors, root};
use crate::connectors::xml::{Document, Element};
use crate::model::Fields;

/// The enrollments of one page: the most that the LMS gives.
pub(super) const PAGE_SIZE: usize = 1_000;

/// The columns beside those that are always there; with them the one that names the user as we asked for them.
const COLUMNS: [&str; 2] = ["COURSE_SESSION_ID", "GRADE"];
const EMAIL_COLUMN: &str = "USER_EMAIL";
const EMPLOYEE_COLUMN: &str = "EMPLOYEE_ID";

/// The status that the report's filter knows an enrollment's by.
pub(super) fn shown_as(status: &str) -> Option<&'static str> {
    match status {
        "NotAttended" => Some("Did Not Attend"),
        "Attended" => Some("Attended"),
        "Completed" => Some("Completed"),
        _ => None,
    }
}

/// The package that asks for a page of a user's enrollments, in one status or in any. Of all groups: the user
/// narrows it enough, and an identifier of ours for a group is no name that the filter takes.
pub(super) fn encode(keys: &Keys, sent: &Fields, status: Option<&str>, page: u32) -> SecretString {
    let mut package = Document::new();
    package
        .open("SmarterU", &[])
        .cdata("AccountAPI", keys.account.expose_secret())
        .cdata("UserAPI", keys.user.expose_secret())
        .text("Method", "getLearnerReport")
        .open("Parameters", &[])
        .open("Report", &[])
        .text("Page", &page.to_string())
        .text("PageSize", &PAGE_SIZE.to_string())
        .open("Filters", &[])
        .open("Groups", &[])
        .cdata("GroupStatus", "All")
        .close()
        .open("LearningModules", &[]);
    if let Some(status) = status {
        package.open("EnrollmentStatuses", &[]).cdata("EnrollmentStatus", status).close();
    }
    package.close().open("Enrollments", &[]).close();
    package.open("Users", &[]).open("UserIdentifier", &[]);
    let mut user_column = None;
    if let Some(email) = value(sent, "Email") {
        package.cdata("EmailAddress", email);
        user_column = Some(EMAIL_COLUMN);
    } else if let Some(id) = value(sent, "EmployeeID") {
        package.cdata("EmployeeID", id);
        user_column = Some(EMPLOYEE_COLUMN);
    }
    package.close().close().close().open("Columns", &[]);
    for column in COLUMNS.into_iter().chain(user_column) {
        package.cdata("ColumnName", column);
    }
    package.close().open("CustomFields", &[]);
    package.finish()
}

/// An answer of the LMS.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Report {
    /// Whether `Result` is `Success`.
    pub(super) success: bool,
    /// Whether `Info` holds a `LearnerReport` at all.
    pub(super) is_report: bool,
    /// `rows` of the report.
    pub(super) rows: Option<usize>,
    /// The enrollments.
    pub(super) learners: Vec<Learner>,
    /// `Errors`.
    pub(super) errors: Vec<LmsError>,
}

/// One `Learner`: an enrollment of one user, as far as it tells of what was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Learner {
    /// `LearningModuleID`. Another document says that it is what the report calls `ID`, which a public client
    /// takes for the enrollment's: it is not read.
    pub(super) module: Option<String>,
    /// `CourseSessionID`; empty for what is no session.
    pub(super) session: Option<String>,
    /// `Grade`.
    pub(super) grade: Option<String>,
    /// `UserID`: the system's own.
    pub(super) user: Option<String>,
    /// `UserEmail`.
    pub(super) email: Option<String>,
    /// `EmployeeID`.
    pub(super) employee: Option<String>,
}

/// Reads an answer.
///
/// # Errors
/// When it is none, in words that hold nothing of it.
pub(super) fn decode(body: &[u8]) -> Result<Report, String> {
    let (root, success) = root(body)?;
    let report = root.child("Info").and_then(|info| info.find("LearnerReport"));
    let learners = report.map(|report| report.all("Learner").map(learner).collect());
    Ok(Report {
        success,
        is_report: report.is_some(),
        rows: report.and_then(|report| report.attribute("rows")?.trim().parse().ok()),
        learners: learners.unwrap_or_default(),
        errors: root.child("Errors").map(errors).unwrap_or_default(),
    })
}

fn learner(row: &Element) -> Learner {
    let text = |name: &str| row.child(name).map(|child| child.text.clone());
    Learner {
        module: text("LearningModuleID"),
        session: text("CourseSessionID"),
        grade: text("Grade"),
        user: text("UserID"),
        email: text("UserEmail"),
        employee: text("EmployeeID"),
    }
}

#[cfg(test)]
#[path = "wire_tests.rs"]
mod tests;
