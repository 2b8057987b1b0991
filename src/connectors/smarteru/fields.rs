//! The fields of `smarteru.enroll_session_history`: the vendor's section "Enrollment Tag Group", as one
//! table, and what must hold between them.

use chrono::NaiveDate;

use FieldKind::{Date, Email, Grade, OneOf, Text};

use crate::connectors::Settings;
use crate::model::{Field, FieldKind, Fields, Operation, OperationKind, Rule};

/// The operation's name in full.
pub(super) const ENROLL: &str = "smarteru.enroll_session_history";

/// What `date_format` may say, the default first. The document has no word on the form of a date. A public
/// client sends other dates to the same API with the day first and the month's name, and with four digits of
/// the year no part of that can be taken for another: a judgement.
pub(super) const DATE_FORMATS: &[&str] = &["%d-%b-%Y", "%d-%b-%y", "%Y-%m-%d", "%m/%d/%Y", "%d/%m/%Y"];

/// How many enrollments go into a call unless said; the document names no limit.
const BATCH: u64 = 25;

/// The most enrollments of a call that may be set.
pub(super) const LARGEST_BATCH: u64 = 200;

/// "Acceptable values" of EnrollmentStatus.
const STATUSES: [&str; 3] = ["NotAttended", "Attended", "Completed"];

/// The longest letter grade.
const GRADE_CHARS: usize = 5;

const RULES: [Rule; 3] = [
    Rule::ExactlyOne(&["Email", "EmployeeID"]),
    Rule::ExactlyOne(&["GroupName", "GroupID"]),
    Rule::OnlyWith { field: "Grade", other: "EnrollmentStatus", value: "Completed" },
];

/// `smarteru.enroll_session_history` as the account of these settings takes it.
pub(super) fn enroll(settings: &Settings) -> Operation {
    let asked = settings.text("date_format");
    let format = DATE_FORMATS.iter().find(|format| Some(**format) == asked).or(DATE_FORMATS.first());
    let statuses = OneOf(STATUSES.map(str::to_owned).to_vec());
    // Name, label, whether the LMS demands it, and kind, in the document's order.
    let table = [
        ("Email", "Email address", false, Email),
        ("EmployeeID", "Employee ID", false, Text),
        ("GroupName", "Group name", false, Text),
        ("GroupID", "Group identifier", false, Text),
        ("LearningModuleID", "Learning Module ID", true, Text),
        ("LearningModuleSessionID", "Learning Module Session ID", true, Text),
        ("EnrollmentStatus", "Enrollment Status", true, statuses),
        ("Grade", "Grade", false, Grade),
        ("EnrolledDate", "Enrolled date", true, Date { format: format.copied().unwrap_or_default() }),
    ];
    let fields = table.map(|(name, label, required, kind)| Field::new(name, label, required, kind));
    let summary = "enrolls a user in a past session of an instructor-led course, with status and grade";
    let batch = settings.whole("batch").unwrap_or(BATCH).clamp(1, LARGEST_BATCH);
    Operation {
        batch: u32::try_from(batch).unwrap_or(1),
        // "One call at a time per account", says the vendor.
        concurrency: Some(1),
        reads_back: true,
        rules: RULES.to_vec(),
        ..Operation::new(ENROLL, OperationKind::PushCompletions, summary, fields.to_vec())
    }
}

/// The value of a field, where it has one.
pub(super) fn value<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    let found = fields.iter().find(|(other, _)| other.as_str() == name);
    found.map(|(_, value)| value).filter(|value| !value.is_empty())
}

/// Why a record can't be sent, in words without its values. All this is checked when a file is read; a record
/// that comes here all the same would be refused by the LMS, or spoil the call for others.
pub(super) fn problem(operation: &Operation, fields: &Fields) -> Option<String> {
    let required = operation.fields.iter().filter(|field| field.required);
    let missing = required.map(|field| field.name.as_str()).find(|name| value(fields, name).is_none());
    if let Some(name) = missing {
        return Some(format!("{name} is empty; the LMS demands it"));
    }
    let broken = operation.rules.iter().find_map(|rule| broken(rule, fields));
    broken.or_else(|| {
        operation.fields.iter().find_map(|field| unfit(field, value(fields, field.name.as_str())?))
    })
}

fn broken(rule: &Rule, fields: &Fields) -> Option<String> {
    let filled = |names: &[&str]| names.iter().filter(|name| value(fields, name).is_some()).count();
    match rule {
        Rule::ExactlyOne(names) => {
            let found = match filled(names) {
                0 => "neither has a value",
                1 => return None,
                _ => "more than one has a value",
            };
            Some(format!("{found} of {}; the LMS takes exactly one of them", names.join(" and ")))
        }
        Rule::AtLeastOne(names) => {
            (filled(names) == 0).then(|| format!("one of {} must have a value", names.join(" and ")))
        }
        Rule::OnlyWith { field, other, value: needed } => {
            let breaks = value(fields, field).is_some() && value(fields, other) != Some(*needed);
            breaks.then(|| format!("{field} goes only with {other} {needed}; leave it out or change {other}"))
        }
    }
}

fn unfit(field: &Field, value: &str) -> Option<String> {
    let name = &field.name;
    // XML 1.0 has no way to write these, so the whole call would be no XML for the LMS.
    let unwritable = |c: char| {
        (c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    if value.chars().any(unwritable) {
        return Some(format!("{name} holds a control character, which XML can't carry; remove it"));
    }
    match &field.kind {
        OneOf(allowed) if !allowed.iter().any(|allowed| allowed == value) => {
            Some(format!("{name} is none of {}", allowed.join(", ")))
        }
        Date { format } if NaiveDate::parse_from_str(value, format).is_err() => {
            Some(format!("{name} is no date in the form {format}, which date_format of the connection says"))
        }
        Grade if value.chars().count() > GRADE_CHARS && value.parse::<f64>().is_err() => {
            Some(format!("{name} is no number and longer than {GRADE_CHARS} characters"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::SettingValue;

    const WHOLE: [(&str, &str); 7] = [
        ("Email", "dana.brown@finashoes.com"),
        ("GroupName", "Shoes"),
        ("LearningModuleID", "3860"),
        ("LearningModuleSessionID", "77"),
        ("EnrollmentStatus", "Completed"),
        ("Grade", "95.25"),
        ("EnrolledDate", "01-Nov-2026"),
    ];

    #[track_caller]
    fn check(changed: &[(&str, &str)], expected: Option<&str>) {
        let mut fields: Fields = WHOLE.into_iter().collect();
        for (name, value) in changed {
            fields.set((*name).into(), *value);
        }
        let found = problem(&enroll(&Settings::default()), &fields);
        assert_eq!(found.as_deref(), expected, "{changed:?}");
    }

    #[test]
    fn the_table_is_the_documents() {
        let operation = enroll(&Settings::default());
        let names: Vec<_> = operation.fields.iter().map(|field| field.name.as_str()).collect();
        let document = "Email EmployeeID GroupName GroupID LearningModuleID LearningModuleSessionID \
                        EnrollmentStatus Grade EnrolledDate";
        assert_eq!(names.join(" "), document);
        let required = operation.fields.iter().filter(|field| field.required);
        assert_eq!(
            required.map(|field| field.name.as_str()).collect::<Vec<_>>(),
            ["LearningModuleID", "LearningModuleSessionID", "EnrollmentStatus", "EnrolledDate"],
        );
        assert!(!operation.can_take_back && !operation.mails_people);
        assert!(operation.repeatable && operation.reads_back);
        assert_eq!((operation.concurrency, operation.batch), (Some(1), 25));
    }

    #[test]
    fn the_settings_shape_the_date_and_the_batch() {
        let mut settings = Settings::default();
        settings.set("date_format", SettingValue::Text("%m/%d/%Y".to_owned()));
        settings.set("batch", SettingValue::Whole(200));
        let operation = enroll(&settings);
        assert_eq!(operation.field("EnrolledDate").unwrap().kind, Date { format: "%m/%d/%Y" });
        assert_eq!((operation.concurrency, operation.batch), (Some(1), 200));
        let operation = enroll(&Settings::default());
        assert_eq!(operation.field("EnrolledDate").unwrap().kind, Date { format: "%d-%b-%Y" });
    }

    #[test]
    fn a_whole_record_has_no_problem() {
        check(&[], None);
        check(&[("Email", ""), ("EmployeeID", "7"), ("GroupName", ""), ("GroupID", "g")], None);
        check(&[("EnrollmentStatus", "NotAttended"), ("Grade", "")], None);
        check(&[("Grade", "A+")], None);
        check(&[("Grade", "Pass")], None);
        check(&[("GroupName", "R&D <\u{e9}>\n]]>")], None);
    }

    #[test]
    fn what_the_lms_would_refuse_is_found() {
        let one = "; the LMS takes exactly one of them";
        check(
            &[("EmployeeID", "7")],
            Some(&format!("more than one has a value of Email and EmployeeID{one}")),
        );
        check(&[("Email", "")], Some(&format!("neither has a value of Email and EmployeeID{one}")));
        check(&[("GroupID", "g")], Some(&format!("more than one has a value of GroupName and GroupID{one}")));
        check(&[("GroupName", "")], Some(&format!("neither has a value of GroupName and GroupID{one}")));
        check(&[("LearningModuleID", "")], Some("LearningModuleID is empty; the LMS demands it"));
        check(
            &[("EnrollmentStatus", "Attended")],
            Some("Grade goes only with EnrollmentStatus Completed; leave it out or change EnrollmentStatus"),
        );
        check(
            &[("EnrollmentStatus", "completed"), ("Grade", "")],
            Some("EnrollmentStatus is none of NotAttended, Attended, Completed"),
        );
        check(
            &[("EnrolledDate", "2026-11-01")],
            Some("EnrolledDate is no date in the form %d-%b-%Y, which date_format of the connection says"),
        );
        check(&[("Grade", "Passed")], Some("Grade is no number and longer than 5 characters"));
        check(
            &[("GroupName", "a\u{1}b")],
            Some("GroupName holds a control character, which XML can't carry; remove it"),
        );
    }
}
