//! What the calls look like, as the document has them; `described` has them as a WSDL says. Pure.

use crate::connectors::Item;
use crate::model::ChangeKind;

use super::fields;
use super::setup::{Setup, record};
use super::wire::{GRANTS, SESSION_TOKEN, SYSTEM_ID};

/// The method for one record.
pub(super) const ONE: &str = "setCompletion";
/// The method for several records.
pub(super) const MANY: &str = "setCompletions";

/// The calls of one connection.
pub(super) struct Shape {
    /// The call that opens a session.
    pub(super) session: Call,
    /// The call for one record.
    pub(super) one: Completions,
    /// The call for several records.
    pub(super) many: Completions,
    /// Whether a WSDL has said all this.
    pub(super) described: bool,
}

/// What every call has.
#[derive(Clone)]
pub(super) struct Call {
    /// The method, which is the name of its element.
    pub(super) method: String,
    /// Its namespace.
    pub(super) namespace: String,
    /// The value of `SOAPAction`, without its quotes.
    pub(super) action: String,
    /// The element of its answer.
    pub(super) response: String,
    /// The elements in it, in their order.
    pub(super) children: Vec<String>,
    /// Whether the elements in it have the namespace too; by the document they have none.
    pub(super) qualified: bool,
}

/// A call that carries records.
#[derive(Clone)]
pub(super) struct Completions {
    /// What every call has.
    pub(super) call: Call,
    /// The elements that lead to a record: the last one is the record, and is repeated.
    pub(super) path: Vec<String>,
    /// The fields of a record, in their order.
    pub(super) fields: Vec<String>,
    /// Whether a field beyond these would be an error.
    pub(super) closed: bool,
}

impl Shape {
    /// The calls as the document has them. It shows no parameter of the session method, so what was
    /// configured is sent as it stands, and the system identifier alone where nothing was.
    pub(super) fn of_document(setup: &Setup) -> Self {
        let call = |method: &str, children: Vec<String>| Call {
            method: method.to_owned(),
            namespace: setup.namespace().to_owned(),
            action: String::new(),
            response: format!("{method}Response"),
            children,
            qualified: false,
        };
        let completions = |method: &str, path: Vec<String>| Completions {
            call: call(method, [vec![SYSTEM_ID.to_owned(), SESSION_TOKEN.to_owned()], head(&path)].concat()),
            path,
            fields: fields::names().map(str::to_owned).collect(),
            closed: false,
        };
        let parameters = match setup.parameters.as_slice() {
            [] => vec![SYSTEM_ID.to_owned()],
            names => names.to_vec(),
        };
        Self {
            session: call(&setup.session_method, parameters),
            one: completions(ONE, record()),
            many: completions(MANY, setup.records()),
            described: false,
        }
    }

    /// The call for so many records.
    pub(super) fn completions(&self, records: usize) -> &Completions {
        if records > 1 { &self.many } else { &self.one }
    }

    /// Why a correction can't be sent, by whichever call.
    pub(super) fn would_grant(&self, item: &Item) -> Option<String> {
        self.one.would_grant(item).or_else(|| self.many.would_grant(item))
    }
}

impl Completions {
    /// Why these records can't be sent, where they have fields that the WSDL lacks.
    pub(super) fn lacks(&self, items: &[&Item]) -> Option<String> {
        let names = items.iter().flat_map(|item| item.fields.iter().map(|(name, _)| name.as_str()));
        let mut lacking: Vec<&str> = names.filter(|name| self.has_no(name)).collect();
        lacking.sort_unstable();
        lacking.dedup();
        (!lacking.is_empty()).then(|| {
            format!(
                "the WSDL's record of {} has no {} (it has {}): take it out of [push.fields] of the job",
                self.call.method,
                lacking.join(" and no "),
                self.fields.join(", ")
            )
        })
    }

    /// Why a correction can't be sent: the LMS takes no word on what it would grant once more.
    fn would_grant(&self, item: &Item) -> Option<String> {
        let silent = |name: &&&str| self.has_no(name);
        let name = GRANTS.iter().find(silent).filter(|_| item.kind != ChangeKind::Create)?;
        Some(format!(
            "the WSDL's record of {} has no {name}, so a correction can't be kept from granting twice; correct \
             it in the LMS, or set on_change to ignore",
            self.call.method
        ))
    }

    fn has_no(&self, name: &str) -> bool {
        self.closed && !self.fields.iter().any(|field| field == name)
    }
}

/// The element in which a way begins, if it has one.
pub(super) fn head(path: &[String]) -> Vec<String> {
    path.first().cloned().into_iter().collect()
}

#[cfg(test)]
#[path = "shape_tests.rs"]
mod tests;
