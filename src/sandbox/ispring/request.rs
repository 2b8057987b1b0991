//! `updateModulesStatusesRequest`: what it says, and what is wrong with one. Pure.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::options::IspringOptions;
use super::refusal::Refusal;
use crate::sandbox::xml::Node;

const STATUSES: [&str; 6] = ["complete", "incomplete", "passed", "failed", "accepted", "declined"];

/// The elements of a module's status, in the order of the document's sample.
const PARTS: [&str; 5] = ["contentItemId", "date", "reason", "status", "awardedScore"];

/// A request that can be queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Update {
    pub(super) enrollments: Vec<String>,
    pub(super) course: String,
    /// The statuses, by the document's names.
    pub(super) statuses: Vec<BTreeMap<String, String>>,
}

impl Update {
    /// How many records it changes: every status goes to every enrolment.
    pub(super) fn records(&self) -> usize {
        self.enrollments.len() * self.statuses.len()
    }

    /// The content items that it is about.
    pub(super) fn items(&self) -> impl Iterator<Item = &str> {
        self.statuses.iter().filter_map(|status| status.get("contentItemId")).map(String::as_str)
    }

    pub(super) fn read(operation: &Node, options: &IspringOptions) -> Result<Self, Refusal> {
        let wrong = Refusal::WrongParameters;
        let [_, enrollments, course, statuses] =
            parts(operation, ["credentials", "enrollmentIds", "courseId", "moduleStatuses"]).ok_or(wrong)?;
        let enrollments = list(enrollments, "id").ok_or(wrong)?;
        let enrollments = enrollments.into_iter().map(text).collect::<Option<Vec<_>>>().ok_or(wrong)?;
        let course = text(course).ok_or(wrong)?;
        let statuses = list(statuses, "moduleStatus").ok_or(wrong)?;
        let read = |status| status_of(status, options.reason_required);
        let statuses = statuses.into_iter().map(read).collect::<Option<Vec<_>>>().ok_or(wrong)?;
        Ok(Self { enrollments, course, statuses })
    }

    /// What of the account's own forbids it.
    pub(super) fn admit(&self, options: &IspringOptions) -> Result<(), Refusal> {
        let known = |item: &String| options.content_items.as_ref().is_none_or(|items| items.contains(item));
        if !self.statuses.iter().filter_map(|status| status.get("contentItemId")).all(known) {
            return Err(Refusal::UnknownContentItem);
        }
        if self.enrollments.iter().any(|id| options.denied_enrollments.contains(id)) {
            return Err(Refusal::PermissionDenied);
        }
        Ok(())
    }
}

/// The enrolments that a request names, good or not.
pub(super) fn named(operation: &Node) -> Vec<String> {
    let ids = operation.child("enrollmentIds").map_or(&[][..], |ids| &ids.children);
    ids.iter().filter_map(text).collect()
}

/// The children, if they are just these.
fn parts<'a, const N: usize>(node: &'a Node, names: [&str; N]) -> Option<[&'a Node; N]> {
    let same = node.children.iter().map(|child| child.name.as_str()).eq(names);
    let children: [&Node; N] = node.children.iter().collect::<Vec<_>>().try_into().ok()?;
    same.then_some(children)
}

/// The children, if there are any and all have this name.
fn list<'a>(node: &'a Node, name: &str) -> Option<Vec<&'a Node>> {
    let same = node.children.iter().all(|child| child.name == name);
    (same && !node.children.is_empty()).then(|| node.children.iter().collect())
}

fn text(node: &Node) -> Option<String> {
    let text = node.text.trim();
    (node.children.is_empty() && !text.is_empty()).then(|| text.to_owned())
}

fn status_of(node: &Node, reason_required: bool) -> Option<BTreeMap<String, String>> {
    let mut left = PARTS.iter();
    let mut status = BTreeMap::new();
    for child in &node.children {
        let name = left.find(|name| **name == child.name)?;
        // A reason may be there and say nothing.
        let value = if *name == "reason" { child.text.trim().to_owned() } else { text(child)? };
        status.insert((*name).to_owned(), value);
    }
    let filled = |name: &&&str| status.get(**name).is_some_and(|value| !value.is_empty());
    let optional = |name: &&&str| **name == "reason" && !reason_required;
    let whole = PARTS.iter().filter(|name| !optional(name)).all(|name| filled(&name));
    let says = |name: &str| status.get(name).map(String::as_str).unwrap_or_default();
    let good = is_date(says("date")) && STATUSES.contains(&says("status")) && is_score(says("awardedScore"));
    (whole && good).then_some(status)
}

/// `YYYY-MM-DD`, and a day of the calendar.
fn is_date(value: &str) -> bool {
    let shape = value.len() == 10
        && value.bytes().enumerate().all(|(index, byte)| match index {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    shape && NaiveDate::parse_from_str(value, "%Y-%m-%d").is_ok()
}

/// A number that is not negative.
fn is_score(value: &str) -> bool {
    let shape = value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    shape && value.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::xml;

    const STATUS: &str = "<contentItemId>I</contentItemId><date>2020-03-12</date><reason>R</reason>\
        <status>complete</status><awardedScore>100</awardedScore>";

    fn good(status: &str, reason_required: bool) -> bool {
        let node = xml::read(format!("<moduleStatus>{status}</moduleStatus>").as_bytes()).expect("XML");
        status_of(&node, reason_required).is_some()
    }

    #[test]
    fn a_status_has_its_parts_in_their_order() {
        assert!(good(STATUS, true));
        for (from, to, without, with) in [
            ("<reason>R</reason>", "", true, false),
            ("R<", "<", true, false),
            ("<contentItemId>I</contentItemId>", "", false, false),
            ("<date>2020-03-12</date>", "", false, false),
            ("<status>complete</status>", "", false, false),
            ("<awardedScore>100</awardedScore>", "", false, false),
            (">I<", "><", false, false),
            ("<reason>R</reason>", "<note>R</note>", false, false),
            ("<reason>R</reason>", "<reason>R</reason><reason>R</reason>", false, false),
            (
                "<reason>R</reason><status>complete</status>",
                "<status>complete</status><reason>R</reason>",
                false,
                false,
            ),
        ] {
            let status = STATUS.replace(from, to);
            assert_ne!(status, STATUS, "{from}");
            assert_eq!((good(&status, false), good(&status, true)), (without, with), "{status}");
        }
    }

    #[test]
    fn values_are_the_documents() {
        let with = |from: &str, to: &str| good(&STATUS.replace(from, to), false);
        for word in STATUSES {
            assert!(with("complete", word), "{word}");
        }
        for word in ["Complete", "completed", "not_started", "\u{441}omplete"] {
            assert!(!with("complete", word), "{word}");
        }
        for date in ["2020-02-29", "1999-12-31"] {
            assert!(with("2020-03-12", date), "{date}");
        }
        for date in ["2021-02-29", "03/12/2020", "2020-3-12", "2020-03-12T00:00:00", "20200312"] {
            assert!(!with("2020-03-12", date), "{date}");
        }
        for score in ["0", "87.5", "1000"] {
            assert!(with("100", score), "{score}");
        }
        for score in ["-1", "1e2", "87,5", "A", "10%", "."] {
            assert!(!with("100", score), "{score}");
        }
    }
}
