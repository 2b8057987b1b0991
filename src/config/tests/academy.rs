//! A second product of our own, with operations that grant, that mail, and that make links.

use super::*;
use crate::connectors::{Mistake, Peer};
use crate::model::Rule;

pub(super) static PRODUCT: Product = Product {
    name: "academy",
    settings: &[
        setting("environment", SettingKind::OneOf(&["staging", "production"]), true),
        setting("batch", SettingKind::Whole { least: 1, greatest: 100 }, false),
        setting("session", SettingKind::Parameters, false),
    ],
    operations: |_| vec![set_done(), enroll(), launch(), form(), questions::progress()],
    connect: |_| Err(ConnectError("not in these tests".to_owned())),
    mistakes,
};

/// A staging address in production, and two connections of one address.
fn mistakes(peers: &[Peer<'_>]) -> Vec<Mistake> {
    let mut found = Vec::new();
    for (at, peer) in peers.iter().enumerate() {
        let mistake = |key, message: &str| Mistake {
            connection: peer.connection.clone(),
            key,
            message: message.to_owned(),
        };
        if peer.settings.text("environment") == Some("production") && peer.base_url.contains("staging") {
            found.push(mistake("environment", "`production`, and the address is one of staging"));
        }
        if peers[..at].iter().any(|other| other.base_url == peer.base_url) {
            found.push(mistake("base_url", "two connections have this address"));
            found.push(mistake("batch", "set it where an address is shared"));
        }
    }
    found
}

fn optional(name: &str, kind: FieldKind) -> Field {
    Field { required: false, ..field(name, name, kind, None) }
}

/// Every kind of field, and nothing demanded but the learner.
fn set_done() -> Operation {
    let kinds = [
        ("done_at", FieldKind::DateTime),
        ("granted", FieldKind::Bool),
        ("score", FieldKind::Number { least: 0.0, greatest: 100.0 }),
        ("spent", FieldKind::Milliseconds),
        ("grade", FieldKind::Grade),
        ("page", FieldKind::Url { hosts: vec!["courses.example.org".to_owned()] }),
        ("part", FieldKind::Part { forbidden: &['~', '='], email: false }),
        ("mail_part", FieldKind::Part { forbidden: &['~', '='], email: true }),
    ];
    let mut fields = vec![Field { required: true, ..optional("learner", FieldKind::Text) }];
    fields.extend(kinds.map(|(name, kind)| optional(name, kind)));
    Operation {
        repeatable: false,
        advice: &[("done_at", "the LMS takes the time of each call")],
        ..Operation::new("academy.set_done", OperationKind::PushCompletions, "says who is done", fields)
    }
}

fn enroll() -> Operation {
    let names = ["mail", "number", "group", "team", "status", "grade"];
    Operation {
        repeatable: false,
        concurrency: Some(1),
        rules: vec![
            Rule::ExactlyOne(&["mail", "number"]),
            Rule::AtLeastOne(&["group", "team"]),
            Rule::OnlyWith { field: "grade", other: "status", value: "Completed" },
        ],
        fields: names.map(|name| optional(name, FieldKind::Text)).into(),
        name: "academy.enroll".into(),
        advice: &[],
        ..set_done()
    }
}

fn launch() -> Operation {
    Operation {
        name: "academy.launch".into(),
        kind: OperationKind::Links,
        repeatable: true,
        registers: Some(&["learner"]),
        advice: &[],
        ..set_done()
    }
}

fn form() -> Operation {
    Operation { name: "academy.form".into(), registers: None, ..launch() }
}

/// The sound `rollbook.toml` with an account on this product.
pub(super) fn main() -> String {
    format!(
        "{MAIN}\n[connections.academy]\nproduct = \"academy\"\nbase_url = \"https://academy.example.org\"\n\
         environment = \"production\"\n"
    )
}

/// A job of one push to it, with these lines in the push and these fields.
pub(super) fn job(operation: &str, lines: &str, fields: &str) -> String {
    format!(
        "[source]\nfolder = \"in\"\nkey = [\"id\"]\nrows = \"full\"\n\n[[push]]\nconnection = \"academy\"\n\
         operation = \"{operation}\"\n{lines}\n[push.fields]\n{fields}\n"
    )
}

/// What is said of such a job.
pub(super) fn said(operation: &str, lines: &str, fields: &str) -> String {
    Files::new(&main(), &[("done.toml", &job(operation, lines, fields))]).problems()
}
