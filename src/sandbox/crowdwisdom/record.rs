//! A completion record: its fields, and what is wrong with one that was sent. Pure.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime};

use super::reply::Refusal;
use crate::sandbox::xml::Node;

/// What a field's text must be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Any text.
    Text,
    /// One of these words, in this case.
    Word(&'static [&'static str]),
    /// A decimal number.
    Float,
    /// A whole number of milliseconds.
    Long,
    /// `true`, `false`, `1` or `0`.
    Boolean,
    /// ISO 8601, with or without an offset.
    DateTime,
    /// Any number of `credit` elements with a name and perhaps a title.
    Credits,
}

/// One field.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) mandatory: bool,
}

const fn optional(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, mandatory: false }
}

const fn mandatory(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, mandatory: true }
}

/// In the order of the document's sample; the last seven are there and not in its table. `completion` is both
/// mandatory and has a default: what is demanded is the stricter of the two.
pub(super) const FIELDS: [Field; 19] = [
    mandatory("customerId", Kind::Text),
    mandatory("productId", Kind::Text),
    mandatory("completion", Kind::Word(&["Completed", "Passed", "Failed"])),
    optional("status", Kind::Word(&["Active", "Finished"])),
    optional("score", Kind::Float),
    optional("timeSpent", Kind::Long),
    optional("completionDate", Kind::DateTime),
    optional("grantCredits", Kind::Boolean),
    optional("issueCertificates", Kind::Boolean),
    optional("publishToAms", Kind::Boolean),
    optional("startDate", Kind::DateTime),
    optional("endDate", Kind::DateTime),
    optional("packageId", Kind::Text),
    optional("credits", Kind::Credits),
    optional("autoGrantCredits", Kind::Boolean),
    optional("customerFirstName", Kind::Text),
    optional("customerLastName", Kind::Text),
    optional("customerEmail", Kind::Text),
    optional("createDate", Kind::DateTime),
];

/// A record that has been read.
#[derive(Debug, PartialEq)]
pub(super) struct Record {
    /// What was sent, by the document's names; the credits as `credits.1.name`, `credits.1.title` and, where
    /// there is text in one, `credits.1`.
    pub(super) fields: BTreeMap<String, String>,
}

impl Record {
    /// Reads a record as a server does before its own rules come in: elements that it knows, each once, in
    /// their order, and values of their types.
    pub(super) fn read(node: &Node) -> Result<Self, Refusal> {
        let mut fields = BTreeMap::new();
        let mut left = FIELDS.iter();
        for child in &node.children {
            let Some(field) = left.find(|field| field.name == child.name) else {
                return Err(Refusal::client(format!("unexpected element {}", child.name)));
            };
            if field.kind == Kind::Credits {
                credits(child, &mut fields)?;
                continue;
            }
            let value = child.text.trim();
            // Whatever is mandatory and empty is missing, which is the portal's own affair.
            let missing = field.mandatory && value.is_empty();
            if !child.children.is_empty() || !(missing || fits(field.kind, value)) {
                return Err(Refusal::client(format!("{} does not hold what it should", field.name)));
            }
            fields.insert(field.name.to_owned(), value.to_owned());
        }
        Ok(Self { fields })
    }

    pub(super) fn text(&self, name: &str) -> &str {
        self.fields.get(name).map(String::as_str).unwrap_or_default()
    }

    /// Whether a mandatory field is missing or empty.
    pub(super) fn lacks_something(&self) -> bool {
        FIELDS.iter().any(|field| field.mandatory && self.text(field.name).is_empty())
    }

    /// A switch that is on unless it was sent as off.
    pub(super) fn is_on(&self, name: &str) -> bool {
        !matches!(self.text(name), "false" | "0")
    }

    /// What a completion is told apart by.
    pub(super) fn key(&self) -> String {
        format!("{} / {}", self.text("customerId"), self.text("productId"))
    }
}

fn credits(node: &Node, fields: &mut BTreeMap<String, String>) -> Result<(), Refusal> {
    let wrong = || Refusal::client("credits does not hold what it should");
    fields.insert("credits".to_owned(), node.children.len().to_string());
    for (number, credit) in (1..).zip(&node.children) {
        let known = |(name, _): &(String, String)| name == "name" || name == "title";
        let named = credit.attributes.iter().any(|(name, value)| name == "name" && !value.trim().is_empty());
        if credit.name != "credit" || !credit.children.is_empty() || !named {
            return Err(wrong());
        }
        if !credit.attributes.iter().all(known) {
            return Err(wrong());
        }
        for (name, value) in &credit.attributes {
            fields.insert(format!("credits.{number}.{name}"), value.clone());
        }
        if !credit.text.trim().is_empty() {
            fields.insert(format!("credits.{number}"), credit.text.trim().to_owned());
        }
    }
    Ok(())
}

fn fits(kind: Kind, value: &str) -> bool {
    match kind {
        Kind::Text | Kind::Credits => true,
        Kind::Word(words) => words.contains(&value),
        Kind::Float => {
            let shape = value.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
            shape && value.parse::<f32>().is_ok_and(f32::is_finite)
        }
        Kind::Long => value.parse::<i64>().is_ok_and(|milliseconds| milliseconds >= 0),
        Kind::Boolean => ["true", "false", "1", "0"].contains(&value),
        Kind::DateTime => is_date_time(value),
    }
}

/// `YYYY-MM-DDThh:mm:ss`, perhaps with a fraction, perhaps with `Z` or an offset.
fn is_date_time(value: &str) -> bool {
    let padded = value.bytes().enumerate().take(19).all(|(index, byte)| match index {
        4 | 7 => byte == b'-',
        10 => byte == b'T',
        13 | 16 => byte == b':',
        _ => byte.is_ascii_digit(),
    });
    padded
        && value.len() >= 19
        && (DateTime::parse_from_rfc3339(value).is_ok()
            || NaiveDateTime::parse_from_str(value, "%Y-%m-%dT%H:%M:%S%.f").is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::xml;

    fn read(inside: &str) -> Result<Record, Refusal> {
        Record::read(&xml::read(format!("<record>{inside}</record>").as_bytes()).expect("XML"))
    }

    #[track_caller]
    fn check(inside: &str, good: bool) {
        assert_eq!(read(inside).is_ok(), good, "{inside}");
    }

    #[test]
    fn values_have_their_types() {
        let cases: [(&str, &[&str], &[&str]); 7] = [
            ("completion", &["Completed", "Passed", "Failed", ""], &["completed", "Done", "COMPLETED"]),
            ("status", &["Active", "Finished"], &["active", "Inactive", ""]),
            ("score", &["0", "87.5", "-1", "1e2"], &["", "87,5", "INF", "nan", "x", "1 2"]),
            ("timeSpent", &["0", "5400000", "9223372036854775807"], &["", "1.5", "01:30", "-1", "1h"]),
            ("grantCredits", &["true", "false", "1", "0", " true "], &["", "True", "yes", "Y"]),
            (
                "completionDate",
                &["2026-03-05T09:30:00", "2026-03-05T09:30:00Z", "2026-03-05T09:30:00.5+01:00"],
                &[
                    "",
                    "2026-03-05",
                    "03/05/2026",
                    "2026-02-30T00:00:00",
                    "2026-3-5T9:30:00",
                    "2026-03-05 09:30:00",
                    "2026-03-05T09:30",
                    "2026-03-05T09:30:00+1",
                ],
            ),
            ("customerEmail", &["", "x", "a@example.org"], &[]),
        ];
        for (name, good, bad) in cases {
            good.iter().for_each(|value| check(&format!("<{name}>{value}</{name}>"), true));
            bad.iter().for_each(|value| check(&format!("<{name}>{value}</{name}>"), false));
        }
    }

    #[test]
    fn elements_are_known_once_and_in_order() {
        check(
            "<customerId>1</customerId><productId>2</productId><createDate>2026-03-05T00:00:00</createDate>",
            true,
        );
        check("<productId>2</productId><customerId>1</customerId>", false);
        check("<customerId>1</customerId><customerId>1</customerId>", false);
        check("<customerID>1</customerID>", false);
        check("<customerId><b/></customerId>", false);
    }

    #[test]
    fn what_is_lacking() {
        let all = "<customerId>1</customerId><productId>2</productId><completion>Passed</completion>";
        assert!(!read(all).expect("a record").lacks_something());
        for name in ["customerId", "productId", "completion"] {
            let (open, close) = (format!("<{name}>"), format!("</{name}>"));
            let (start, end) = (all.find(&open).expect(name), all.find(&close).expect(name) + close.len());
            let without = format!("{}{}", &all[..start], &all[end..]);
            assert!(read(&without).expect("a record").lacks_something(), "{without}");
            let empty = format!("{}{open}  {close}{}", &all[..start], &all[end..]);
            assert!(read(&empty).expect("a record").lacks_something(), "{empty}");
        }
    }

    #[test]
    fn credits_have_names() {
        let read =
            read("<credits><credit name='CME' title='Medical'>1.5</credit><credit name='A'/></credits>");
        let fields = read.expect("a record").fields;
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(
            fields,
            [
                ("credits", "2"),
                ("credits.1", "1.5"),
                ("credits.1.name", "CME"),
                ("credits.1.title", "Medical"),
                ("credits.2.name", "A")
            ]
        );
        check("<credits/>", true);
        check("<credits><credit title='x'/></credits>", false);
        check("<credits><credit name=''/></credits>", false);
        check("<credits><credit name='x' hours='1'/></credits>", false);
        check("<credits><credits name='x'/></credits>", false);
    }
}
