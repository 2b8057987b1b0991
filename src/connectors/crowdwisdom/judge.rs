//! What an answer means for the records of a call. Pure.
//!
//! The codes are those of the table "Error Codes" in the vendor's document; what each means for a later try
//! is our judgement, since the document has no word on it. Codes 1, 2 and 501 are about the call or its
//! form, so where they are about the call as a whole nothing was applied; whatever else leaves open what was
//! leaves it in doubt.

use std::collections::HashMap;

use secrecy::{ExposeSecret, SecretString};

use super::answer::{Answer, Report, Said};
use super::shape::{Call, Completions};
use super::signs::Code;
use super::wire::SESSION_TOKEN;
use crate::connectors::Item;
use crate::connectors::http::unreadable;
use crate::connectors::mask;
use crate::connectors::soap::{Blame, blame};
use crate::model::{FieldName, Outcome, Verdict};

/// What to look at where the identifier is refused.
pub(super) const SYSTEM_ID_UNKNOWN: &str = "is system_id the identifier that the vendor assigned?";
const PRODUCT_UNKNOWN: &str = "publish the product in the LMS under this productId, or correct productId; it \
                               is tried again at the next run";
const CATALOG_CLOSED: &str = "the catalog is not accessible; open it to the integration in the LMS, or ask \
                              the vendor; it is tried again at the next run";
const LOOK: &str = "the LMS may have it or not: look there, then settle it";

/// Words by which services say that a call is not of their form: it got no further.
const OF_FORM: [&str; 8] = [
    "unmarshal",
    "unexpected element",
    "unexpected wrapper",
    "unknown element",
    "cvc-",
    "no such operation",
    "dispatch method",
    "does not hold what it should",
];

/// What an answer to completions comes to.
#[derive(Debug, PartialEq)]
pub(super) enum Judged {
    /// An outcome for each record.
    Outcomes(Vec<Outcome>),
    /// The session has ended, and nothing was applied; in the LMS's words.
    SessionEnded(String),
}

/// What an answer is judged against.
pub(super) struct Sent<'a> {
    /// The call.
    pub(super) completions: &'a Completions,
    /// The token that it carried.
    pub(super) token: &'a SecretString,
    /// The records in it, at least one.
    pub(super) items: &'a [&'a Item],
    /// What may stand in no reason.
    pub(super) secrets: &'a [&'a SecretString],
}

/// Judges the answer to completions.
pub(super) fn judge(answer: &Answer, sent: &Sent<'_>) -> Judged {
    let all = |outcome: Outcome| Judged::Outcomes(vec![outcome; sent.items.len()]);
    let (report, fault, is_own) = match answer {
        Answer::Unreadable(problem) => return all(unreadable(problem)),
        Answer::Response(name, report) => (report, None, is_answer(name, &sent.completions.call)),
        Answer::Fault(code, report) => (report, Some(code.as_str()), false),
    };
    if report.texts(SESSION_TOKEN).any(|token| token != sent.token.expose_secret()) {
        return all(unreadable("the answer belongs to another session: it has another token"));
    }
    let one_by_one = report.of_records && sent.items.len() > 1;
    let said = if one_by_one { report.call() } else { report.whole() };
    let places = sent.places();
    let known = |customer: &str, product: &str| places.contains_key(&(customer.trim(), product.trim()));
    if !one_by_one && report.results().any(|(customer, product, _)| !known(customer, product)) {
        return all(unreadable("the answer is about another record"));
    }
    if fault.is_none() && !is_own && !matches!(said, Said::Error(..)) {
        let method = &sent.completions.call.method;
        return all(unreadable(format!("the answer is none of {method}: are base_url and soap_path right?")));
    }
    if let (Said::Unsure(_, words), Some(code)) = (&said, fault)
        && blame(code) == Blame::Envelope
    {
        return all(Outcome::new(Verdict::StopConnection, sent.code(code), sent.words_on_call(words)));
    }
    if one_by_one {
        return Judged::Outcomes(sent.of_each(report, &said));
    }
    match said {
        Said::Nothing | Said::Success => all(Outcome::new(Verdict::Accepted, "success", "")),
        Said::Error(Code::SessionToken, words) => Judged::SessionEnded(sent.words_on_call(&words)),
        Said::Error(Code::SystemId, words) => {
            let reason = format!("{}; {SYSTEM_ID_UNKNOWN}", sent.words_on_call(&words));
            all(Outcome::new(Verdict::StopConnection, "2", reason))
        }
        said if sent.items.len() == 1 => all(sent.of_one(&said, fault)),
        Said::Error(Code::Parameter, words) => {
            // Nothing was applied, so the culprit can be looked for.
            let most = u32::try_from(sent.items.len() / 2).unwrap_or(u32::MAX).max(1);
            all(Outcome::new(Verdict::Smaller { most }, "501", sent.words(&words)))
        }
        Said::Error(code, words) => all(sent.of_nobody(&code.number().to_string(), &words)),
        Said::Unsure(label, words) => all(sent.of_nobody(fault.unwrap_or(&label), &words)),
    }
}

impl Sent<'_> {
    /// The outcomes where an answer may speak of single records: only what names one counts for it.
    fn of_each(&self, report: &Report, call: &Said) -> Vec<Outcome> {
        let mut found: Vec<Option<Said>> = vec![None; self.items.len()];
        let mut well = *call == Said::Success;
        let places = self.places();
        for (customer, product, said) in report.results() {
            well &= matches!(said, Said::Success | Said::Nothing);
            let place = places.get(&(customer.trim(), product.trim())).copied().flatten();
            match place.and_then(|place| found.get_mut(place)) {
                Some(result @ None) => *result = Some(said),
                // Of two results of one record either may be the true one.
                Some(Some(other)) if *other == said => {}
                Some(result) => *result = Some(Said::Unsure("batch".to_owned(), "two results".to_owned())),
                None => well = false,
            }
        }
        let of_one = |said: Option<Said>| match said {
            Some(Said::Success) => Outcome::new(Verdict::Accepted, "success", ""),
            None | Some(Said::Nothing) if well => Outcome::new(Verdict::Accepted, "success", ""),
            // The session is the call's, and the others may have had it: alone it will be told again.
            Some(Said::Error(Code::SessionToken | Code::SystemId, words)) => {
                Outcome::new(Verdict::Smaller { most: 1 }, "batch", self.words(&words))
            }
            Some(said @ (Said::Error(..) | Said::Unsure(..))) => self.of_one(&said, None),
            None | Some(Said::Nothing) => match call {
                Said::Error(code, words) => self.of_nobody(&code.number().to_string(), words),
                Said::Unsure(label, words) => self.of_nobody(label, words),
                Said::Nothing | Said::Success => {
                    let reason =
                        format!("the answer tells of records of the call, and not of this one; {LOOK}");
                    Outcome::new(Verdict::InDoubt, "batch", reason)
                }
            },
        };
        found.into_iter().map(of_one).collect()
    }

    /// The outcome of the record that an error is about.
    fn of_one(&self, said: &Said, fault: Option<&str>) -> Outcome {
        let (label, words) = match said {
            Said::Error(code, words) => (code.number().to_string(), words.as_str()),
            Said::Unsure(label, words) => (fault.unwrap_or(label).to_owned(), words.as_str()),
            Said::Nothing | Said::Success => (String::new(), ""),
        };
        let (verdict, hint) = match said {
            Said::Error(Code::Parameter, _) => (Verdict::Refused, None),
            Said::Error(Code::Product, _) => (Verdict::Parked, Some(PRODUCT_UNKNOWN)),
            Said::Error(Code::Catalog, _) => (Verdict::Parked, Some(CATALOG_CLOSED)),
            // The same record would have the same form again.
            Said::Unsure(_, words) if fault.is_some_and(|code| is_of_form(code, words)) => {
                (Verdict::Refused, None)
            }
            // Nobody says that nothing of it was applied.
            _ => (Verdict::InDoubt, Some(LOOK)),
        };
        let words = self.words(words);
        let reason = hint.map_or(words.clone(), |hint| format!("{words}; {hint}"));
        let code = self.code(if label.is_empty() { "fault" } else { &label });
        Outcome::new(verdict, code, reason)
    }

    /// The outcome of each record of a batch where an error does not say which it is about.
    fn of_nobody(&self, label: &str, words: &str) -> Outcome {
        let (words, count) = (self.words(words), self.items.len());
        let reason = format!("{words}; the answer to {count} records does not say which it means; {LOOK}");
        Outcome::new(Verdict::InDoubt, self.code(if label.is_empty() { "fault" } else { label }), reason)
    }

    /// The places of records by their values; none where several share them.
    fn places(&self) -> HashMap<(&str, &str), Option<usize>> {
        let mut places = HashMap::new();
        for (place, item) in self.items.iter().enumerate() {
            let value = |name: &str| item.fields.get(&FieldName::from(name)).unwrap_or_default().trim();
            let names = (value("customerId"), value("productId"));
            places.entry(names).and_modify(|place| *place = None).or_insert(Some(place));
        }
        places
    }

    fn words(&self, words: &str) -> String {
        mask::reason(words, mask::texts(self.secrets))
    }

    /// The LMS's words on a whole call or connection, which are shown apart from its records: without people.
    fn words_on_call(&self, words: &str) -> String {
        const PEOPLE: [&str; 4] = ["customerId", "customerFirstName", "customerLastName", "customerEmail"];
        let people = self.items.iter().flat_map(|item| {
            PEOPLE.iter().filter_map(|name| item.fields.get(&FieldName::from(*name))).map(str::trim)
        });
        self.words(&mask::impersonal(words, people))
    }

    fn code(&self, code: &str) -> String {
        mask::code(code, mask::texts(self.secrets))
    }
}

/// Whether an element answers the call, by the names that services give their answers.
pub(super) fn is_answer(name: &str, call: &Call) -> bool {
    let endings = ["Response", "Result", "Return", "Reply"];
    name == call.response
        || endings.iter().any(|ending| name.eq_ignore_ascii_case(&format!("{}{ending}", call.method)))
}

/// Whether a fault says that a call was not of the service's form.
fn is_of_form(code: &str, words: &str) -> bool {
    let words = words.to_lowercase();
    blame(code) == Blame::Call && OF_FORM.iter().any(|of_form| words.contains(of_form))
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
