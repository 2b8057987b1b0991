//! What a connector can do, described: fields, kind and the meanings that planning needs.

use std::fmt;
use std::time::Duration;

use chrono::NaiveDate;

use super::{Field, FieldName, Fields, OperationName, PullShape};

/// One thing that a connector can do, with the fields of one connection's portal.
#[derive(Clone, Debug)]
pub struct Operation {
    /// In full: `upsidelms.manage_user`.
    pub name: OperationName,
    /// What kind of data it moves.
    pub kind: OperationKind,
    /// One sentence for people.
    pub summary: &'static str,
    /// Its fields in the order of the vendor's document.
    pub fields: Vec<Field>,
    /// The fields whose meaning planning needs.
    pub roles: Roles,
    /// Whether a later call can take an effect back, so that `on_missing` may be set (semantics 9).
    pub can_take_back: bool,
    /// Whether the LMS mails the person at a create, so that `first_load` must be chosen (semantics 6).
    pub mails_people: bool,
    /// Whether a call may be made again after its answer was lost. Where it may not, it is marked as sent
    /// on disk before it goes out, and a lost answer leaves its records in doubt.
    pub repeatable: bool,
    /// Whether the connector can ask the LMS what became of a record that is in doubt.
    pub reads_back: bool,
    /// The most records that go into one call; at least 1.
    pub batch: u32,
    /// The fields in which the records of one call must agree.
    pub agree: &'static [&'static str],
    /// The most calls at one time, whatever the connection says.
    pub concurrency: Option<usize>,
    /// How long a task of the LMS is followed that a call has begun; zero where calls begin none.
    pub follow: Duration,
    /// What must hold between the fields of one record.
    pub rules: Vec<Rule>,
    /// Fields that had better be mapped, and what happens where they are not.
    pub advice: &'static [(&'static str, &'static str)],
    /// The fields that, with the learner, tell one registration from another; only for launch links.
    pub registers: Option<&'static [&'static str]>,
    /// What it asks for and gives; only for pulls, whose fields are the parameters of the question.
    pub pull: Option<PullShape>,
}

/// What must hold between the fields of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Exactly one of these fields has a value.
    ExactlyOne(&'static [&'static str]),
    /// At least one of these fields has a value.
    AtLeastOne(&'static [&'static str]),
    /// `field` has a value only where `other` has this one.
    OnlyWith {
        /// The field that may be there.
        field: &'static str,
        /// The field that decides.
        other: &'static str,
        /// Its value then.
        value: &'static str,
    },
}

impl Rule {
    /// The fields that it is about.
    pub fn fields(&self) -> Vec<&'static str> {
        match self {
            Self::ExactlyOne(names) | Self::AtLeastOne(names) => names.to_vec(),
            Self::OnlyWith { field, other, .. } => vec![field, other],
        }
    }
}

/// As people read it: "exactly one of `Email` and `EmployeeID`".
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ExactlyOne(names) => write!(f, "exactly one of {}", named(names)),
            Self::AtLeastOne(names) => write!(f, "at least one of {}", named(names)),
            Self::OnlyWith { field, other, value } => {
                write!(f, "`{field}` only where `{other}` is `{value}`")
            }
        }
    }
}

fn named(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

/// The kinds of operation, in the order in which they are delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OperationKind {
    /// Creates and updates people.
    PushUsers,
    /// Assigns learning to people.
    PushAssignments,
    /// Says what people have completed.
    PushCompletions,
    /// Makes links; no call goes out.
    Links,
    /// Asks the LMS what it holds, and changes nothing there.
    Pull,
}

impl OperationKind {
    /// The place of this kind in delivery: users go before all that refers to them.
    pub fn stage(self) -> i64 {
        match self {
            Self::PushUsers => 0,
            Self::PushAssignments => 1,
            Self::PushCompletions => 2,
            Self::Links => 3,
            Self::Pull => 4,
        }
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::PushUsers => "push users",
            Self::PushAssignments => "push assignments",
            Self::PushCompletions => "push completions",
            Self::Links => "links",
            Self::Pull => "pull",
        }
    }

    /// What people call its records: one, and many.
    pub fn nouns(self) -> (&'static str, &'static str) {
        match self {
            Self::PushUsers => ("person", "people"),
            Self::PushAssignments => ("assignment", "assignments"),
            Self::PushCompletions => ("completion", "completions"),
            Self::Links => ("link", "links"),
            Self::Pull => ("item", "items"),
        }
    }
}

/// Which fields carry a meaning that planning needs; all may be absent from a job.
#[derive(Clone, Debug, Default)]
pub struct Roles {
    /// The person's e-mail address.
    pub email: Option<FieldName>,
    /// The manager's e-mail address: orders managers before those they manage (semantics 12).
    pub manager: Option<FieldName>,
    /// The field that says whether somebody is active, and the values (any case) that mean inactive.
    pub status: Option<(FieldName, Vec<String>)>,
    /// Dates that make somebody inactive once they are reached, and their format.
    pub end_dates: Vec<(FieldName, &'static str)>,
}

impl Roles {
    /// Whether a record with these fields is inactive on `today` (semantics 10).
    pub fn inactive(&self, fields: &Fields, today: NaiveDate) -> bool {
        let by_status = self.status.as_ref().is_some_and(|(name, inactive)| {
            fields.get(name).is_some_and(|value| {
                inactive.iter().any(|inactive| inactive.to_lowercase() == value.to_lowercase())
            })
        });
        let by_date = self.end_dates.iter().any(|(name, format)| {
            fields
                .get(name)
                .and_then(|value| NaiveDate::parse_from_str(value, format).ok())
                .is_some_and(|date| date <= today)
        });
        by_status || by_date
    }
}

impl Operation {
    /// An operation of the simplest sort: one record a call, which may be repeated, mails nobody and can't
    /// be taken back. What differs is set beside it.
    pub fn new(name: &str, kind: OperationKind, summary: &'static str, fields: Vec<Field>) -> Self {
        Self {
            name: name.into(),
            kind,
            summary,
            fields,
            roles: Roles::default(),
            can_take_back: false,
            mails_people: false,
            repeatable: true,
            reads_back: false,
            batch: 1,
            agree: &[],
            concurrency: None,
            follow: Duration::ZERO,
            rules: Vec::new(),
            advice: &[],
            registers: None,
            pull: None,
        }
    }

    /// Whether its links are forms, each a page of its own, and not addresses in one table. What a lasting
    /// registration stands in is an address.
    pub fn makes_forms(&self) -> bool {
        self.kind == OperationKind::Links && self.registers.is_none()
    }

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(fields: &[(&str, &str)], expected: bool) {
        let roles = Roles {
            status: Some(("status".into(), vec!["Inactive".into()])),
            end_dates: vec![("termination_date".into(), "%m/%d/%Y")],
            ..Roles::default()
        };
        let today = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        let fields: Fields = fields.iter().copied().collect();
        assert_eq!(roles.inactive(&fields, today), expected, "{fields:?}");
    }

    #[test]
    fn rules_read_as_sentences() {
        let check = |rule: Rule, expected: &str| assert_eq!(rule.to_string(), expected);
        check(Rule::ExactlyOne(&["Email", "EmployeeID"]), "exactly one of `Email` and `EmployeeID`");
        check(Rule::AtLeastOne(&["a", "b", "c"]), "at least one of `a`, `b` and `c`");
        let grade = Rule::OnlyWith { field: "Grade", other: "EnrollmentStatus", value: "Completed" };
        check(grade, "`Grade` only where `EnrollmentStatus` is `Completed`");
    }

    #[test]
    fn inactive_by_status_or_by_a_date_that_is_reached() {
        check(&[], false);
        check(&[("status", "Active")], false);
        check(&[("status", "inactive")], true);
        check(&[("termination_date", "11/21/2026")], true);
        check(&[("termination_date", "11/22/2026")], false);
        check(&[("termination_date", "")], false);
    }
}
