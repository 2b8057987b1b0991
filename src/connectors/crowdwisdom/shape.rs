//! What the calls look like, as the document has them; `described` has them as a WSDL says. Pure.

use crate::connectors::Item;
use crate::model::{ChangeKind, FieldName};

use super::fields;
use super::setup::{Setup, record};
use super::wire::{CREDIT, GRANTS, SESSION_TOKEN, SYSTEM_ID, turned_off};

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

/// The name of an element as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// Without a prefix.
    pub(super) local: String,
    /// Its namespace; by the document only methods have one.
    pub(super) namespace: Option<String>,
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
    pub(super) children: Vec<Name>,
}

/// A call that carries records.
#[derive(Clone)]
pub(super) struct Completions {
    /// What every call has.
    pub(super) call: Call,
    /// The elements that lead to a record: the last one is the record, and is repeated.
    pub(super) path: Vec<Name>,
    /// The fields of a record, in their order.
    pub(super) fields: Vec<Name>,
    /// The fields that a record has to have.
    pub(super) required: Vec<String>,
    /// The element of each of the credits.
    pub(super) credit: Name,
    /// Whether a field beyond these would be an error.
    pub(super) closed: bool,
}

impl Shape {
    /// The calls as the document has them. It shows no parameter of the session method: the system identifier
    /// is sent, which every call has, and what was configured.
    pub(super) fn of_document(setup: &Setup) -> Self {
        let call = |method: &str, children: Vec<Name>| Call {
            method: method.to_owned(),
            namespace: setup.namespace().to_owned(),
            action: String::new(),
            response: format!("{method}Response"),
            children,
        };
        let completions = |method: &str, path: Vec<String>| {
            let path: Vec<Name> = path.into_iter().map(Name::bare).collect();
            let own = [SYSTEM_ID, SESSION_TOKEN].map(Name::bare).to_vec();
            Completions {
                call: call(method, [own, head(&path)].concat()),
                path,
                fields: fields::names().map(Name::bare).collect(),
                required: Vec::new(),
                credit: Name::bare(CREDIT),
                closed: false,
            }
        };
        let placed = setup.parameters.iter().any(|name| name == SYSTEM_ID);
        let by_itself = Some(SYSTEM_ID.to_owned()).filter(|_| !placed);
        let parameters = by_itself.into_iter().chain(setup.parameters.iter().cloned()).map(Name::bare);
        Self {
            session: call(&setup.session_method, parameters.collect()),
            one: completions(ONE, record()),
            many: completions(MANY, setup.records()),
            described: false,
        }
    }

    /// The call for so many records.
    pub(super) fn completions(&self, records: usize) -> &Completions {
        if records > 1 { &self.many } else { &self.one }
    }

    /// Why a record can't be sent, by whichever call: a correction that would grant, or one that lacks what the
    /// WSDL demands.
    pub(super) fn unfit(&self, item: &Item) -> Option<String> {
        [&self.one, &self.many].iter().find_map(|call| call.would_grant(item).or_else(|| call.demands(item)))
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
                locals(&self.fields).join(", ")
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

    /// Why a record can't be sent that has no value where the WSDL demands one.
    fn demands(&self, item: &Item) -> Option<String> {
        let missing = self.required.iter().filter(|name| {
            let value = item.fields.get(&FieldName::from(name.as_str())).unwrap_or_default();
            value.is_empty() && !turned_off(item, name)
        });
        let missing: Vec<&str> = missing.map(String::as_str).collect();
        (!missing.is_empty()).then(|| {
            format!(
                "the WSDL's record of {} must have {}, and this one has none: map it in [push.fields] of the \
                 job, or ask the vendor",
                self.call.method,
                missing.join(" and ")
            )
        })
    }

    fn has_no(&self, name: &str) -> bool {
        self.closed && !self.fields.iter().any(|field| field.local == name)
    }
}

impl Name {
    /// A name without a namespace.
    pub(super) fn bare(name: impl Into<String>) -> Self {
        Self { local: name.into(), namespace: None }
    }
}

/// The names without their namespaces.
pub(super) fn locals(names: &[Name]) -> Vec<&str> {
    names.iter().map(|name| name.local.as_str()).collect()
}

/// The element in which a way begins, if it has one.
pub(super) fn head(path: &[Name]) -> Vec<Name> {
    path.first().cloned().into_iter().collect()
}

#[cfg(test)]
#[path = "shape_tests.rs"]
mod tests;
