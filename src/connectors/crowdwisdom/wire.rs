//! What goes over the wire: the call that opens a session, and those that carry completions. Pure.
//!
//! Only the element of the method has a namespace, as in the document's example, unless the WSDL of a client
//! says that others have one.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};

use crate::connectors::Item;
use crate::connectors::soap::envelope;
use crate::connectors::xml::Document;
use crate::model::{ChangeKind, FieldName};

use super::fields::{CREDIT_SEPARATOR, TITLE_SIGN};
use super::shape::{Call, Completions, Name};

/// The client's identifier, in every call.
pub(super) const SYSTEM_ID: &str = "systemId";
/// What a session is known by.
pub(super) const SESSION_TOKEN: &str = "sessionToken";

/// What `credits` holds.
pub(super) const CREDIT: &str = "credit";

/// What a completion grants unless it says no.
pub(super) const GRANTS: [&str; 2] = ["grantCredits", "issueCertificates"];
/// The same, where the LMS knows of it: only the document's example has it, with no word on its default.
const AUTO_GRANT: &str = "autoGrantCredits";

/// The call that opens a session; `values` has a value for every element of it that is sent.
pub(super) fn encode_session(call: &Call, values: &BTreeMap<String, SecretString>) -> SecretString {
    envelope(|body| {
        open(body, call);
        for name in &call.children {
            if let Some(value) = values.get(&name.local) {
                open_as(body, call, name, &[]).put(value.expose_secret()).close();
            }
        }
        body.close();
    })
}

/// The call that carries these completions.
pub(super) fn encode_completions(
    completions: &Completions,
    system_id: &SecretString,
    token: &SecretString,
    items: &[&Item],
) -> SecretString {
    let call = &completions.call;
    envelope(|body| {
        open(body, call);
        for name in &call.children {
            match name.local.as_str() {
                SYSTEM_ID => open_as(body, call, name, &[]).put(system_id.expose_secret()).close(),
                SESSION_TOKEN => open_as(body, call, name, &[]).put(token.expose_secret()).close(),
                _ => records(body, completions, items),
            };
        }
        body.close();
    })
}

/// Why a record can't be put into a call, in words that hold no value of it.
pub(super) fn unsendable(item: &Item) -> Option<&'static str> {
    let credits = item.fields.get(&FieldName::from("credits"))?;
    credits.split(CREDIT_SEPARATOR).any(|credit| split_credit(credit).0.is_empty()).then_some(
        "credits has one without a name: each is NAME or NAME=TITLE, and `separator` of the field in the job \
         says what stands between several",
    )
}

fn open(body: &mut Document, call: &Call) {
    body.open(&format!("int:{}", call.method), &[("xmlns:int", &call.namespace)]);
}

/// Opens an element of a call.
fn open_as<'a>(
    body: &'a mut Document,
    call: &Call,
    name: &Name,
    attributes: &[(&str, &str)],
) -> &'a mut Document {
    let Name { local, namespace } = name;
    match namespace {
        None => body.open(local, attributes),
        Some(namespace) if *namespace == call.namespace => body.open(&format!("int:{local}"), attributes),
        Some(namespace) => {
            let own = [("xmlns:own", namespace.as_str())];
            body.open(&format!("own:{local}"), &[&own, attributes].concat())
        }
    }
}

fn records<'a>(body: &'a mut Document, completions: &Completions, items: &[&Item]) -> &'a mut Document {
    let Completions { call, path, fields, .. } = completions;
    let Some((record, wrappers)) = path.split_last() else { return body };
    for wrapper in wrappers {
        open_as(body, call, wrapper, &[]);
    }
    for item in items {
        open_as(body, call, record, &[]);
        for name in fields {
            field(body, completions, name, item);
        }
        body.close();
    }
    for _ in wrappers {
        body.close();
    }
    body
}

/// A field that has a value; of what is left out the LMS has a default of its own.
fn field(body: &mut Document, completions: &Completions, name: &Name, item: &Item) {
    let Completions { call, credit, .. } = completions;
    match (item.fields.get(&FieldName::from(name.local.as_str())), name.local.as_str()) {
        (Some(credits), "credits") => {
            open_as(body, call, name, &[]);
            for one in credits.split(CREDIT_SEPARATOR) {
                let (name, title) = split_credit(one);
                let attributes: Vec<_> =
                    [("name", name)].into_iter().chain(title.map(|title| ("title", title))).collect();
                open_as(body, call, credit, &attributes).close();
            }
            body.close();
        }
        (Some(value), _) => {
            open_as(body, call, name, &[]).put(value).close();
        }
        (None, local) if turned_off(item, local) => {
            open_as(body, call, name, &[]).put("false").close();
        }
        (None, _) => {}
    }
}

/// Whether a field without a value is sent as `false`: a correction is no second achievement, and the LMS's
/// default would grant once more (semantics 17).
pub(super) fn turned_off(item: &Item, name: &str) -> bool {
    item.kind != ChangeKind::Create && (GRANTS.contains(&name) || name == AUTO_GRANT)
}

/// The name of a credit, and its title if it has one. A title may hold the sign, a name may not.
fn split_credit(credit: &str) -> (&str, Option<&str>) {
    match credit.split_once(TITLE_SIGN) {
        Some((name, title)) => (name.trim(), Some(title.trim()).filter(|title| !title.is_empty())),
        None => (credit.trim(), None),
    }
}

#[cfg(test)]
#[path = "wire_tests.rs"]
mod tests;
