//! What an answer holds: what it says of the call, and what of single records. Pure.
//!
//! The document shows no answer at all. What is read here is a closed set of forms, and whatever else stands
//! in an answer makes it doubtful: a false success would lose a completion and a false failure grant it
//! twice, while a doubt is seen and settled by a person.

use std::collections::HashSet;

use crate::connectors::http::looks_like;
use crate::connectors::soap::{self, SoapAnswer};
use crate::connectors::xml::Element;

use super::signs::{Code, Sign, is_telling, names_a_record, plain, sign};

/// The most texts of an answer that are weighed: more than a call has records, with four for each.
const MOST_MARKS: usize = 2_000;

/// The most texts that are put together into the words of an error.
const MOST_WORDS: usize = 5;

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
    /// What it says outside of the results of single records.
    call: Vec<Mark>,
    /// What it says of single records, in its order.
    results: Vec<RecordResult>,
    /// Whether something in it may speak of single records, in whatever form.
    pub(super) of_records: bool,
    /// All elements without others in them that have a text, in its order.
    pub(super) leaves: Vec<(String, String)>,
    fault: bool,
    marks: usize,
}

/// What an answer says of one record.
struct RecordResult {
    customer: String,
    product: String,
    marks: Vec<Mark>,
}

/// A text that says something.
struct Mark {
    sign: Sign,
    name: String,
    text: String,
}

/// What several marks come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// Nothing at all.
    Nothing,
    /// That it went well.
    Success,
    /// A documented code, and nothing that speaks against it; in the LMS's own words.
    Error(Code, String),
    /// Anything else: the code or the name that it stands under, and the words.
    Unsure(String, String),
}

/// Reads an answer.
pub(super) fn decode(body: &[u8]) -> Answer {
    match soap::read(body) {
        Ok(SoapAnswer::Body(element)) => {
            let report = Report::of(&element, false);
            Answer::Response(element.name, report)
        }
        Ok(SoapAnswer::Fault { code, fault, .. }) => Answer::Fault(code, Report::of(&fault, true)),
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
        let known = |report: &Report| matches!(report.whole(), Said::Error(..));
        match self {
            Self::Response(_, report) => known(report),
            Self::Fault(_, report) => known(report) || matches!(status, 400 | 500),
            Self::Unreadable(_) => false,
        }
    }
}

impl Report {
    fn of(root: &Element, fault: bool) -> Self {
        let mut report = Self { fault, ..Self::default() };
        let mut call = Vec::new();
        report.visit(root, Place::Root, &mut call);
        report.call = call;
        if report.marks >= MOST_MARKS {
            let text = format!("the answer has more than {MOST_MARKS} texts");
            report.call = vec![Mark { sign: Sign::Bad, name: "answer".to_owned(), text }];
            report.results.clear();
            report.of_records = true;
        }
        report
    }

    /// What all of it comes to, as the answer to a call with one record.
    pub(super) fn whole(&self) -> Said {
        let marks = self.results.iter().flat_map(|result| &result.marks).chain(&self.call);
        self.failed(said(&marks.collect::<Vec<_>>(), self.fault))
    }

    /// What it comes to of the call.
    pub(super) fn call(&self) -> Said {
        self.failed(said(&self.call.iter().collect::<Vec<_>>(), self.fault))
    }

    /// What it says of single records: `customerId`, `productId`, and what that comes to.
    pub(super) fn results(&self) -> impl Iterator<Item = (&str, &str, Said)> {
        self.results.iter().map(|result| {
            let said = said(&result.marks.iter().collect::<Vec<_>>(), self.fault);
            (result.customer.as_str(), result.product.as_str(), said)
        })
    }

    /// The texts of the leaves of that name, in any case.
    pub(super) fn texts<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = move |(other, _): &&(String, String)| other.eq_ignore_ascii_case(name);
        self.leaves.iter().filter(named).map(|(_, text)| text.as_str())
    }

    /// A fault is a failure, though it says nothing.
    fn failed(&self, said: Said) -> Said {
        match said {
            Said::Nothing if self.fault => Said::Unsure(String::new(), "a fault without words".to_owned()),
            said => said,
        }
    }

    fn visit(&mut self, element: &Element, place: Place<'_>, marks: &mut Vec<Mark>) {
        if self.marks >= MOST_MARKS {
            return;
        }
        let mut own = Vec::new();
        let named = match place {
            Place::Record(..) => None,
            Place::Root => own_ids(element),
            Place::Sole => own_ids(element),
            Place::Inner => own_ids(element).or_else(|| childs_ids(element)),
        };
        let inner = match (&named, place) {
            (Some((customer, product)), _) => Place::Record(customer, product),
            (None, Place::Root) if element.children.len() == 1 => Place::Sole,
            (None, Place::Record(..)) => place,
            (None, _) => Place::Inner,
        };
        let into = if named.is_some() { &mut own } else { &mut *marks };
        self.mark(element, inner, matches!(place, Place::Root), into);
        let mut names = HashSet::new();
        for child in &element.children {
            // Several of one name are a list, and it may be one of the records.
            self.of_records |= !names.insert(child.name.as_str());
            self.visit(child, inner, into);
        }
        if let Some((customer, product)) = named {
            self.results.push(RecordResult { customer, product, marks: own });
        }
    }

    /// Takes what an element says by itself.
    fn mark(&mut self, element: &Element, place: Place<'_>, is_root: bool, into: &mut Vec<Mark>) {
        if element.children.is_empty() && !element.text.is_empty() {
            self.leaves.push((element.name.clone(), element.text.clone()));
        }
        // The element of an answer that holds nothing but a text returns it.
        let name = if is_root { "return".to_owned() } else { plain(&element.name) };
        let attributes = element.attributes.iter().map(|(name, value)| (plain(name), value.trim()));
        let telling = attributes.filter(|(name, _)| is_telling(name) || names_a_record(name));
        for (name, text) in telling.chain([(name, element.text.as_str())]) {
            self.of_records |= names_a_record(&name);
            let strange = match (place, name.as_str()) {
                (Place::Record(customer, _), "customerid") => text != customer,
                (Place::Record(_, product), "productid") => text != product,
                _ => false,
            };
            let sign = if strange && !text.is_empty() { Some(Sign::Bad) } else { sign(&name, text) };
            if let Some(sign) = sign {
                self.marks += 1;
                into.push(Mark { sign, name, text: text.to_owned() });
            }
        }
    }
}

/// Where an element stands in an answer.
#[derive(Clone, Copy)]
enum Place<'a> {
    /// It is the answer.
    Root,
    /// It is all that the answer holds, and so as good as the answer.
    Sole,
    /// Within the answer.
    Inner,
    /// Within the result of the record with this `customerId` and `productId`.
    Record(&'a str, &'a str),
}

/// The record that an element names by its own leaves and attributes, where it names one.
fn own_ids(element: &Element) -> Option<(String, String)> {
    let one = |name: &str| {
        let attributes = element.attributes.iter().filter(|(other, _)| plain(other) == name);
        let leaves =
            element.children.iter().filter(|child| child.children.is_empty() && plain(&child.name) == name);
        let mut found =
            attributes.map(|(_, value)| value.trim()).chain(leaves.map(|leaf| leaf.text.as_str()));
        found.next().filter(|text| !text.is_empty() && found.next().is_none()).map(str::to_owned)
    };
    Some((one("customerid")?, one("productid")?))
}

/// The record that stands in an element as the only one.
fn childs_ids(element: &Element) -> Option<(String, String)> {
    let mut records = element.children.iter().filter(|child| plain(&child.name).ends_with("record"));
    own_ids(records.next().filter(|_| records.next().is_none())?)
}

/// What marks come to. An error is what the document has words for, or a number in a fault, where nothing
/// beside it says something else; a success is what says so, where nothing speaks against it.
fn said(marks: &[&Mark], fault: bool) -> Said {
    let has = |wanted: Sign| marks.iter().any(|mark| mark.sign == wanted);
    let mut codes = marks.iter().filter_map(|mark| match mark.sign {
        Sign::Words(code) | Sign::Number(code) => Some(code),
        Sign::Good | Sign::Bad | Sign::Free => None,
    });
    let code = codes.next();
    let told = fault || marks.iter().any(|mark| matches!(mark.sign, Sign::Words(_)));
    match code {
        Some(code) if told && !has(Sign::Good) && codes.all(|other| other == code) => {
            Said::Error(code, words(marks))
        }
        None if !fault && !has(Sign::Bad) && has(Sign::Good) => Said::Success,
        None if marks.is_empty() => Said::Nothing,
        _ => Said::Unsure(label(marks), words(marks)),
    }
}

/// What stands where codes stand, or else the name of what is doubtful.
fn label(marks: &[&Mark]) -> String {
    let first = |wanted: fn(&Sign) -> bool| marks.iter().find(|mark| wanted(&mark.sign));
    let mark = first(|sign| matches!(sign, Sign::Number(_) | Sign::Words(_)))
        .or_else(|| first(|sign| matches!(sign, Sign::Bad)))
        .or_else(|| marks.first());
    mark.map_or_else(String::new, |mark| match mark.sign {
        Sign::Number(code) | Sign::Words(code) => code.number().to_string(),
        _ if mark.text.parse::<i64>().is_ok() => mark.text.clone(),
        _ => mark.name.clone(),
    })
}

/// The LMS's own words: all that is not a bare number, or else what stands there under its name.
fn words(marks: &[&Mark]) -> String {
    let mut words: Vec<&str> = Vec::new();
    for mark in marks.iter().filter(|mark| mark.text.parse::<i64>().is_err()) {
        if words.len() < MOST_WORDS && !words.contains(&mark.text.as_str()) {
            words.push(&mark.text);
        }
    }
    match (words.is_empty(), marks.first()) {
        (false, _) => words.join("; "),
        (true, Some(mark)) => format!("{} {}", mark.name, mark.text),
        (true, None) => String::new(),
    }
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
