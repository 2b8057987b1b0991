//! What an answer holds: the LMS's errors, and which record each is about. Pure.
//!
//! The document lists error codes and shows no answer at all, so an error is looked for wherever services
//! of this make put one: in a fault, or in elements and attributes of these names, by the documented words
//! or by the number. What merely may be an error counts as one without a code: a false success would lose
//! a completion, while a doubt is seen and settled by a person.

use crate::connectors::http::looks_like;
use crate::connectors::soap::{self, SoapAnswer};
use crate::connectors::xml::Element;

use super::signs::{Code, Sign, is_code_name, is_words_name, plain, sign};

/// An answer as it was read.
pub(super) enum Answer {
    /// The element of an answer, by its local name.
    Response(String, Report),
    /// A fault, by the local part of its code.
    Fault(String, Report),
    /// Nothing of the LMS's; what is wrong with it, in words that hold nothing of it.
    Unreadable(String),
}

/// What stands in an answer.
#[derive(Default)]
pub(super) struct Report {
    /// The errors, in its order.
    pub(super) errors: Vec<LmsError>,
    /// All elements without others in them that have a text, in its order.
    pub(super) leaves: Vec<(String, String)>,
    /// All numbers of records in it, whatever they are counted from.
    pub(super) indexes: Vec<i64>,
}

/// An error that the LMS tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LmsError {
    /// The documented code; `None` for an error that the document does not know.
    pub(super) code: Option<Code>,
    /// The code as it stands there, or the name of the element that holds the error.
    pub(super) label: String,
    /// The LMS's own words.
    pub(super) words: String,
    /// The record that it names.
    pub(super) about: About,
}

/// The record that an error names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// None.
    Call,
    /// By `customerId` and `productId`.
    Record(String, String),
    /// By a number.
    Index(i64),
}

/// Reads an answer.
pub(super) fn decode(body: &[u8]) -> Answer {
    match soap::read(body) {
        Ok(SoapAnswer::Body(element)) => {
            let report = read(&element, false);
            Answer::Response(element.name, report)
        }
        Ok(SoapAnswer::Fault { code, text, fault }) => {
            let mut report = read(&fault, true);
            if report.errors.is_empty() {
                let words = if text.is_empty() { "a fault without words".to_owned() } else { text };
                let about = About::Call;
                report.errors.push(LmsError { code: None, label: code.clone(), words, about });
            }
            Answer::Fault(code, report)
        }
        Err(problem) => Answer::Unreadable(format!(
            "no SOAP answer of the LMS but {}: {problem}; are base_url and soap_path right?",
            looks_like(body)
        )),
    }
}

impl Answer {
    /// Whether it says more than an HTTP status that is no success: a documented error, or a fault under a
    /// status that faults have.
    pub(super) fn outweighs(&self, status: u16) -> bool {
        let known = |report: &Report| report.errors.iter().any(|error| error.code.is_some());
        match self {
            Self::Response(_, report) => known(report),
            Self::Fault(_, report) => known(report) || matches!(status, 400 | 500),
            Self::Unreadable(_) => false,
        }
    }
}

impl Report {
    /// The texts of the leaves of that name, in any case.
    pub(super) fn texts<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = move |(other, _): &&(String, String)| other.eq_ignore_ascii_case(name);
        self.leaves.iter().filter(named).map(|(_, text)| text.as_str())
    }
}

fn read(root: &Element, fault: bool) -> Report {
    let mut report = Report::default();
    visit(root, &mut Vec::new(), fault, &mut report);
    report
}

fn visit<'a>(element: &'a Element, above: &mut Vec<&'a Element>, fault: bool, report: &mut Report) {
    if element.children.is_empty() && !element.text.is_empty() {
        report.leaves.push((element.name.clone(), element.text.clone()));
    }
    report.indexes.extend(index(element));
    let own_group = above.is_empty() || !element.children.is_empty() || coded(element);
    above.push(element);
    let parts = if own_group { parts(element, above.len() == 1) } else { Vec::new() };
    if let Some((sign, label, words)) = group_error(&parts) {
        let about = about(above, fault);
        let code = match sign {
            Sign::Words(code) => Some(code),
            // A session and a system are the call's: beside a record, 1 and 2 are numbers of another meaning.
            Sign::Number(Code::SessionToken | Code::SystemId) if about != About::Call => None,
            Sign::Number(code) => Some(code),
            Sign::Unsure => None,
        };
        report.errors.push(LmsError { code, label, words, about });
    }
    for child in &element.children {
        visit(child, above, fault, report);
    }
    above.pop();
}

/// A name in plain letters, and the text that stands under it.
type Part<'a> = (String, &'a str);

/// What belongs together: the attributes of an element that tell a code, and the leaves in it. A leaf that
/// tells a code itself is a group of its own.
fn parts(element: &Element, is_root: bool) -> Vec<Part<'_>> {
    let attributes = element.attributes.iter().map(|(name, value)| (plain(name), value.as_str()));
    let mut parts: Vec<Part<'_>> = attributes.filter(|(name, _)| is_code_name(name)).collect();
    let leaves = element.children.iter().filter(|child| child.children.is_empty() && !coded(child));
    parts.extend(leaves.map(|leaf| (plain(&leaf.name), leaf.text.as_str())));
    if element.children.is_empty() {
        // The element of an answer without others in it returns its text.
        let name = if is_root { "return".to_owned() } else { plain(&element.name) };
        parts.push((name, element.text.as_str()));
    }
    parts.retain(|(_, text)| !text.is_empty());
    parts
}

fn coded(element: &Element) -> bool {
    element.attributes.iter().any(|(name, _)| is_code_name(&plain(name)))
}

/// The error that stands in a group: its sign, its label and its words. The documented words count before
/// the number, and a number before what merely looks like an error.
fn group_error(parts: &[Part<'_>]) -> Option<(Sign, String, String)> {
    let signs: Vec<_> =
        parts.iter().filter_map(|part| sign(&part.0, part.1).map(|sign| (sign, part))).collect();
    let first = |wanted: fn(&Sign) -> bool| signs.iter().find(|(sign, _)| wanted(sign));
    let (sign, part) = first(|sign| matches!(sign, Sign::Words(_)))
        .or_else(|| first(|sign| matches!(sign, Sign::Number(_))))
        .or_else(|| signs.first())?;
    let label = match (sign, part.1.parse::<i64>()) {
        (Sign::Words(code) | Sign::Number(code), _) => code.number().to_string(),
        (Sign::Unsure, Ok(number)) => number.to_string(),
        (Sign::Unsure, Err(_)) => part.0.clone(),
    };
    let told = |part: &&Part<'_>| is_words_name(&part.0) && part.1.parse::<i64>().is_err();
    let mut words: Vec<&str> = Vec::new();
    for text in parts.iter().filter(told).map(|part| part.1) {
        if !words.contains(&text) {
            words.push(text);
        }
    }
    let words = if words.is_empty() { format!("{} {}", part.0, part.1) } else { words.join("; ") };
    Some((*sign, label, words))
}

/// The record that an error is about: the nearest element around it that names exactly one. The answer as a
/// whole may well name one that fared well, unless it is a fault, so there only its own leaves count.
fn about(above: &[&Element], fault: bool) -> About {
    for (depth, element) in above.iter().enumerate().rev() {
        let whole = depth > 0 || fault;
        let one = |name: &str| {
            let mut found = Vec::new();
            texts_of(element, name, whole, &mut found);
            found.dedup();
            match found.as_slice() {
                [only] => Some((*only).to_owned()),
                _ => None,
            }
        };
        if let (Some(customer), Some(product)) = (one("customerid"), one("productid")) {
            return About::Record(customer, product);
        }
        if let Some(index) = index(element).or_else(|| element.children.iter().find_map(leaf_index)) {
            return About::Index(index);
        }
    }
    About::Call
}

fn texts_of<'a>(element: &'a Element, name: &str, whole: bool, found: &mut Vec<&'a str>) {
    let attributes = element.attributes.iter().filter(|(other, _)| plain(other) == name);
    found.extend(attributes.map(|(_, value)| value.trim()));
    for child in &element.children {
        if child.children.is_empty() && plain(&child.name) == name {
            found.push(child.text.as_str());
        } else if whole {
            texts_of(child, name, whole, found);
        }
    }
}

/// The number of a record that an element bears as an attribute, or is.
fn index(element: &Element) -> Option<i64> {
    let attribute = element.attributes.iter().find(|(name, _)| is_index(name));
    attribute.and_then(|(_, value)| value.trim().parse().ok()).or_else(|| leaf_index(element))
}

fn leaf_index(element: &Element) -> Option<i64> {
    let leaf = element.children.is_empty() && is_index(&element.name);
    leaf.then(|| element.text.parse().ok()).flatten()
}

fn is_index(name: &str) -> bool {
    matches!(
        plain(name).as_str(),
        "index" | "recordindex" | "recordnumber" | "row" | "rownumber" | "position"
    )
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
