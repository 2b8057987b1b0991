//! `getLearnerReport`: the enrolments of users, page by page. Pure.
//!
//! Of the filters it has those for users, groups and statuses; a package that lacks the ones that must be there,
//! or a container that is there though empty, is not taken.

use std::fmt::Write as _;

use super::complaints::Complaint;
use super::options::{SmarteruOptions, SmarteruUser};
use super::package::no_others;
use crate::sandbox::xml::{Node, escaped};

/// The usual page, and the largest.
const USUAL: usize = 50;
const LARGEST: usize = 1_000;

/// Columns that can be asked for beside those that are always there, and the tags that they become.
const COLUMNS: [(&str, &str); 6] = [
    ("COURSE_SESSION_ID", "CourseSessionID"),
    ("GRADE", "Grade"),
    ("ENROLLED_DATE", "EnrolledDate"),
    ("GROUP_NAME", "GroupName"),
    ("USER_EMAIL", "UserEmail"),
    ("EMPLOYEE_ID", "EmployeeID"),
];

/// The statuses that the filter knows, and those of enrolling that they stand for.
const STATUSES: [(&str, &str); 11] = [
    ("Completed", "Completed"),
    ("Attended", "Attended"),
    ("Did Not Attend", "NotAttended"),
    ("Enrolled", ""),
    ("Unconfirmed", ""),
    ("In Progress", ""),
    ("Warning", ""),
    ("Overdue", ""),
    ("Attending", ""),
    ("Not Attending", ""),
    ("Cancelled", ""),
];

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Question {
    page: usize,
    size: usize,
    /// E-mails and employee ids; `None`: everybody.
    pub(super) users: Option<Vec<String>>,
    groups: Option<Vec<String>>,
    /// Statuses as enrolling knows them; `None`: all.
    statuses: Option<Vec<&'static str>>,
    /// Tags beside those that are always there.
    columns: Vec<&'static str>,
}

/// An enrolment as the account holds it.
pub(super) struct Row<'a> {
    /// Its number.
    pub(super) id: usize,
    /// By the document's names.
    pub(super) get: Box<dyn Fn(&str) -> String + 'a>,
}

impl Question {
    /// Reads what stands in `Parameters`.
    pub(super) fn read(parameters: &Node) -> Result<Self, Complaint> {
        no_others(parameters, &["Report"])?;
        let report = needed(parameters, "Report")?;
        no_others(report, &["Page", "PageSize", "Filters", "Columns", "CustomFields"])?;
        let filters = needed(report, "Filters")?;
        no_others(filters, &["EnrollmentID", "Groups", "LearningModules", "Enrollments", "Users"])?;
        for container in ["LearningModules", "Enrollments"] {
            needed(filters, container)?;
        }
        needed(report, "CustomFields")?;
        let columns = names(needed(report, "Columns")?, "ColumnName")?;
        let columns = columns.iter().map(|name| {
            let known = COLUMNS.iter().find(|(column, _)| column == name);
            known.map(|(_, tag)| *tag).ok_or_else(Complaint::structure)
        });
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let statuses = match needed(filters, "LearningModules")?.child("EnrollmentStatuses") {
            None => None,
            Some(list) => Some(statuses(&names(list, "EnrollmentStatus")?)?),
        };
        let number = |tag: &str, usual: usize| match report.child_text(tag) {
            None => Ok(usual),
            Some(text) => text.parse().ok().filter(|number| *number > 0).ok_or_else(Complaint::structure),
        };
        Ok(Self {
            page: number("Page", 1)?,
            size: number("PageSize", USUAL)?.min(LARGEST),
            users: one_of(needed(filters, "Users")?, "UserStatus", |users| {
                let identifier = needed(users, "UserIdentifier")?;
                no_others_but_many(identifier, &["EmailAddress", "EmployeeID"])?;
                Ok(identifier.children.iter().map(|one| one.text.trim().to_lowercase()).collect())
            })?,
            groups: one_of(needed(filters, "Groups")?, "GroupStatus", |groups| {
                names(needed(groups, "GroupNames")?, "GroupName")
            })?,
            statuses,
            columns,
        })
    }

    /// The answer, and how many enrolments it shows.
    pub(super) fn answer<'a>(
        &self,
        rows: impl Iterator<Item = Row<'a>>,
        options: &SmarteruOptions,
    ) -> (String, usize) {
        let fits = |row: &Row<'_>| {
            let identifiers = ["Email", "EmployeeID"].map(|name| (row.get)(name).to_lowercase());
            let known = options.users.iter().find(|user| is(user, &identifiers));
            let also = known.map(|user| [user.email.to_lowercase(), user.employee_id.to_lowercase()]);
            let names = || identifiers.iter().chain(also.iter().flatten()).filter(|name| !name.is_empty());
            let user = self.users.as_ref().is_none_or(|users| names().any(|name| users.contains(name)));
            let group = self.groups.as_ref().is_none_or(|groups| groups.contains(&(row.get)("GroupName")));
            let status = (row.get)("EnrollmentStatus");
            user && group && self.statuses.as_ref().is_none_or(|all| all.contains(&status.as_str()))
        };
        let all: Vec<Row<'_>> = rows.filter(fits).collect();
        let shown: Vec<&Row<'_>> =
            all.iter().skip((self.page - 1).saturating_mul(self.size)).take(self.size).collect();
        let mut xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<SmarterU>\n<Result>Success</Result>\n\
             <Info><LearnerReport rows=\"{}\">",
            shown.len()
        );
        for row in &shown {
            let tag = |name: &str| match (row.get)(source(name)) {
                value if value.is_empty() => format!("<{name}/>"),
                value => format!("<{name}><![CDATA[{}]]></{name}>", value.replace("]]>", "]]]]><![CDATA[>")),
            };
            let columns: String = self.columns.iter().map(|name| tag(name)).collect();
            // Writing to a string never fails.
            let _ = write!(
                xml,
                "<Learner><ID>{}</ID><CourseName>{}</CourseName><LastName>User</LastName>\
                 <FirstName>Some</FirstName>{}<UserID>1</UserID>{columns}</Learner>",
                row.id,
                escaped("A course"),
                tag("LearningModuleID"),
            );
        }
        xml.push_str("</LearnerReport></Info>\n<Errors>\n</Errors>\n</SmarterU>\n");
        (xml, shown.len())
    }
}

/// What a tag of the report is called when somebody is enrolled.
fn source(tag: &str) -> &str {
    match tag {
        "CourseSessionID" => "LearningModuleSessionID",
        "UserEmail" => "Email",
        other => other,
    }
}

fn is(user: &SmarteruUser, identifiers: &[String; 2]) -> bool {
    let [email, id] = identifiers;
    (!email.is_empty() && user.email.eq_ignore_ascii_case(email))
        || (!id.is_empty() && user.employee_id.eq_ignore_ascii_case(id))
}

fn statuses(names: &[String]) -> Result<Vec<&'static str>, Complaint> {
    let known = |name: &String| STATUSES.iter().find(|(filter, _)| filter == name);
    names.iter().map(|name| known(name).map(|(_, status)| *status).ok_or_else(Complaint::structure)).collect()
}

/// A status, of which `All` alone is known here, or else what `read` finds.
fn one_of(
    filter: &Node,
    status: &str,
    read: impl FnOnce(&Node) -> Result<Vec<String>, Complaint>,
) -> Result<Option<Vec<String>>, Complaint> {
    match filter.child_text(status) {
        Some("All" | "Active") if filter.children.len() == 1 => Ok(None),
        Some(_) => Err(Complaint::structure()),
        None => read(filter).map(Some),
    }
}

fn needed<'a>(node: &'a Node, tag: &str) -> Result<&'a Node, Complaint> {
    node.child(tag).ok_or_else(Complaint::structure)
}

fn names(list: &Node, tag: &str) -> Result<Vec<String>, Complaint> {
    no_others_but_many(list, &[tag])?;
    Ok(list.children.iter().map(|child| child.text.trim().to_owned()).collect())
}

fn no_others_but_many(list: &Node, tags: &[&str]) -> Result<(), Complaint> {
    match list.children.iter().find(|child| !tags.contains(&child.name.as_str())) {
        Some(other) => Err(Complaint::unexpected(&other.name)),
        None => Ok(()),
    }
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
