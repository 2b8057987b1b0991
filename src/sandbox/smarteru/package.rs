//! A package as it came in: who calls which method, and the enrolments that it holds. Pure.
//!
//! The document of the method leaves the general codes to the vendor's page on answers, which numbers them
//! in the order in which a package is read. That page is public, and its numbers and texts are used here.

use super::complaints::Complaint;
use super::options::SmarteruOptions;
use super::report::Question;
use crate::sandbox::xml::{self, Node};

/// The method that enrols.
pub(super) const METHOD: &str = "enrollSessionHistory";

/// The method that tells who is enrolled.
pub(super) const REPORT: &str = "getLearnerReport";

/// A package, read as far as its method.
pub(super) struct Package {
    account_api: String,
    user_api: String,
    pub(super) method: String,
    root: Node,
}

impl Package {
    pub(super) fn read(xml: &str) -> Result<Self, Complaint> {
        let root = xml::read(xml.as_bytes()).map_err(|_| Complaint::malformed())?;
        if root.name != "SmarterU" {
            return Err(Complaint::no_root());
        }
        let text = |code, tag| {
            let found = root.child(tag).ok_or_else(|| Complaint::no_tag(code, tag));
            found.map(|element| element.text.trim().to_owned())
        };
        let account_api = text("SU:05", "AccountAPI")?;
        let user_api = text("SU:06", "UserAPI")?;
        let method = text("SU:07", "Method")?;
        let parameters = root.child("Parameters").ok_or_else(|| Complaint::no_tag("SU:08", "Parameters"))?;
        if parameters.children.is_empty() {
            return Err(Complaint::no_parameters());
        }
        Ok(Self { account_api, user_api, method, root })
    }

    /// Whose enrolments are asked for, if the caller may have that looked at.
    pub(super) fn question(&self, options: &SmarteruOptions) -> Result<Question, Complaint> {
        Question::read(self.parameters(options, REPORT)?)
    }

    fn parameters(&self, options: &SmarteruOptions, method: &str) -> Result<&Node, Complaint> {
        if self.account_api != options.account_api || self.user_api != options.user_api {
            return Err(Complaint::keys());
        }
        if self.method != method {
            return Err(Complaint::no_method());
        }
        if let Some(stray) = self.root.stray(None) {
            return Err(Complaint::unexpected(&stray.name));
        }
        no_others(&self.root, &["AccountAPI", "UserAPI", "Method", "Parameters"])?;
        self.root.child("Parameters").ok_or_else(Complaint::structure)
    }

    /// The enrolments, if the caller may have them looked at.
    pub(super) fn enrolments(&self, options: &SmarteruOptions) -> Result<Vec<Enrolment>, Complaint> {
        let parameters = self.parameters(options, METHOD)?;
        no_others(parameters, &["LearningModuleEnrollment"])?;
        let list = parameters.child("LearningModuleEnrollment").ok_or_else(Complaint::structure)?;
        if let Some(other) = list.children.iter().find(|child| child.name != "Enrollment") {
            return Err(Complaint::unexpected(&other.name));
        }
        if list.children.is_empty() {
            return Err(Complaint::structure());
        }
        list.children.iter().map(Enrolment::read).collect()
    }
}

/// One enrolment as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Enrolment {
    pub(super) user: User,
    pub(super) group: Group,
    pub(super) course: String,
    /// `None` where the tag is not there: this has a code of its own.
    pub(super) session: Option<String>,
    pub(super) status: String,
    /// `None` where the tag is not there: it applies to some enrolments only.
    pub(super) grade: Option<String>,
    pub(super) date: String,
}

/// Who is enrolled, by the one or the other identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum User {
    Email(String),
    EmployeeId(String),
}

impl User {
    /// The identifier as it was sent.
    pub(super) fn sent(&self) -> &str {
        match self {
            Self::Email(text) | Self::EmployeeId(text) => text,
        }
    }
}

/// The enrolment group, by the one or the other identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Group {
    Name(String),
    Id(String),
}

impl Group {
    /// The identifier as it was sent.
    pub(super) fn sent(&self) -> &str {
        match self {
            Self::Name(text) | Self::Id(text) => text,
        }
    }
}

impl Enrolment {
    fn read(element: &Node) -> Result<Self, Complaint> {
        const TAGS: [&str; 7] = [
            "User",
            "Group",
            "LearningModuleID",
            "LearningModuleSessionID",
            "EnrollmentStatus",
            "Grade",
            "EnrolledDate",
        ];
        no_others(element, &TAGS)?;
        let tag = |name| element.child(name).ok_or_else(Complaint::structure);
        let text = |name| tag(name).and_then(value);
        let optional = |name| element.child(name).map(value).transpose();
        let user = match one_of(tag("User")?, "Email", "EmployeeID")? {
            (true, email) => User::Email(email),
            (false, id) => User::EmployeeId(id),
        };
        let group = match one_of(tag("Group")?, "GroupName", "GroupID")? {
            (true, name) => Group::Name(name),
            (false, id) => Group::Id(id),
        };
        Ok(Self {
            user,
            group,
            course: text("LearningModuleID")?,
            session: optional("LearningModuleSessionID")?,
            status: text("EnrollmentStatus")?,
            grade: optional("Grade")?,
            date: text("EnrolledDate")?,
        })
    }
}

/// The value of the one or the other tag, and whether it was the one: they exclude each other.
fn one_of(element: &Node, one: &str, other: &str) -> Result<(bool, String), Complaint> {
    no_others(element, &[one, other])?;
    match (element.child(one), element.child(other)) {
        (Some(one), None) => Ok((true, value(one)?)),
        (None, Some(other)) => Ok((false, value(other)?)),
        _ => Err(Complaint::structure()),
    }
}

fn value(element: &Node) -> Result<String, Complaint> {
    no_others(element, &[])?;
    Ok(element.text.trim().to_owned())
}

/// Each of these at most once, and nothing else.
pub(super) fn no_others(element: &Node, allowed: &[&str]) -> Result<(), Complaint> {
    let mut seen = Vec::new();
    for child in &element.children {
        let name = child.name.as_str();
        if !allowed.contains(&name) || seen.contains(&name) {
            return Err(Complaint::unexpected(name));
        }
        seen.push(name);
    }
    Ok(())
}
