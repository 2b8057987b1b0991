//! `learners` of a pull: whose answers are wanted.

use std::collections::BTreeSet;

use crate::model::{Asks, Learner, Operation, OperationKind, PullShape};

use super::across::{Asked, Mentions};
use super::check::Thing;
use super::cursor::{Table, Value, quoted};
use super::fits::fits;
use super::problem::hint;
use super::{Connection, Learners};

/// Account, operation and shape of a pull.
pub(super) type Known<'a> = (&'a Connection, &'a Operation, &'a PullShape);

/// Reads `learners`. Whether a job that it names is there is seen once all jobs are read.
pub(super) fn learners(
    table: &Table<'_>,
    value: Option<&Value<'_>>,
    known: Option<Known<'_>>,
    mentions: &mut Mentions,
) -> Learners {
    let asks = known.map(|(_, operation, shape)| (shape.learners, operation));
    let Some(value) = value else {
        if let Some((Asks::EachLearner, operation)) = asks {
            table.missing(
                "learners",
                format!("missing; {} asks for each learner, so say whose: {}", operation.name, ways(known)),
            );
        }
        return Learners::Nobody;
    };
    if let Some((Asks::Nobody, operation)) = asks {
        value.problem(format!("means nothing here: {} asks for nobody in particular", operation.name));
        return Learners::Nobody;
    }
    if let Some(table) = value.as_table() {
        return job(&table, value, known, mentions);
    }
    if value.as_text().is_none() && !value.value.is_array() {
        value.wrong(&ways(known));
        return Learners::Nobody;
    }
    if let Some(text) = value.as_text().filter(|text| is_file(text, known)) {
        let path = value.page.path(text);
        value.requires(match known {
            Some((.., shape)) if !shape.identifiers.is_empty() => {
                let names = shape.identifiers.iter().map(|(name, _)| *name).collect();
                Thing::Learners(path.clone(), names)
            }
            _ => Thing::File(path.clone()),
        });
        return Learners::File(path);
    }
    let mut found: Vec<Learner> = Vec::new();
    let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
    for (text, place) in value.one_or_texts() {
        let Some(learner) = learner(text, &place, known) else { continue };
        match learner.names.iter().find(|name| seen.contains(name)) {
            Some((name, value)) => {
                place.problem(format!(
                    "found {}; the learner `{name}={value}` stands here twice",
                    place.found()
                ));
            }
            None => {
                seen.extend(learner.names.iter().cloned());
                found.push(learner);
            }
        }
    }
    Learners::These(found)
}

/// `{ job = "hr-users" }`.
fn job(table: &Table<'_>, value: &Value<'_>, known: Option<Known<'_>>, mentions: &mut Mentions) -> Learners {
    let name = table.need("job", "the job that pushes the learners to this connection");
    let name = name.as_ref().and_then(Value::text);
    table.finish();
    let Some(name) = name else { return Learners::Nobody };
    let about = known.map(|(account, _, shape)| {
        let fields = shape.identifiers.iter().map(|(_, field)| *field).collect();
        (account.name.clone(), fields)
    });
    mentions.asked.extend(value.place().map(|place| Asked { place, job: name.to_owned(), about }));
    Learners::Job(name.into())
}

/// Whether a text means a file: it ends so, and does not begin as a learner does.
fn is_file(text: &str, known: Option<Known<'_>>) -> bool {
    let begins = text.split_once('=').map(|(name, _)| name.trim());
    let is_name =
        |name| known.is_none_or(|(.., shape)| shape.identifiers.iter().any(|(one, _)| *one == name));
    text.trim().to_lowercase().ends_with(".csv") && !begins.is_some_and(is_name)
}

/// Reads `Email=amrita@example.org~Uniqueid=101`.
fn learner(text: &str, place: &Value<'_>, known: Option<Known<'_>>) -> Option<Learner> {
    let (account, _, shape) = known?;
    let identifiers: Vec<&str> = shape.identifiers.iter().map(|(name, _)| *name).collect();
    let mut names: Vec<(String, String)> = Vec::new();
    for part in text.split('~') {
        let Some((name, value)) = part.split_once('=') else {
            match text.contains('~') {
                true => place.problem(format!(
                    "found {}, and {} is no NAME=VALUE; `~` stands between two names of one learner, so no value \
                     may hold it",
                    place.found(),
                    quoted(part.trim())
                )),
                false => place.wrong(&ways(known)),
            }
            return None;
        };
        let (name, value) = (name.trim(), value.trim());
        let field = shape.identifiers.iter().find(|(one, _)| *one == name).map(|(_, field)| *field);
        let Some(field) = field else {
            let hint = hint(name, &identifiers, "there are ");
            place.problem(format!("no learner is named by {}{hint}", quoted(name)));
            return None;
        };
        let problem = if value.is_empty() {
            Some(format!("found nothing behind `{name}=`"))
        } else if value.contains('=') {
            Some(format!("found {}, and no value may hold `=`", quoted(value)))
        } else if names.iter().any(|(other, _)| other == name) {
            Some(format!("`{name}` stands in {} twice", place.found()))
        } else {
            let mut users = account.operations.iter().filter(|one| one.kind == OperationKind::PushUsers);
            users.find_map(|one| one.field(field)).and_then(|field| fits(field, value).err())
        };
        if let Some(problem) = problem {
            place.problem(problem);
            return None;
        }
        names.push((name.to_owned(), value.to_owned()));
    }
    names.sort_by_key(|(name, _)| identifiers.iter().position(|one| one == name));
    Some(Learner { names })
}

/// The ways to name learners.
fn ways(known: Option<Known<'_>>) -> String {
    let first = known.and_then(|(.., shape)| shape.identifiers.first()).map_or("Uniqueid", |(name, _)| name);
    format!(
        "{{ job = \"…\" }}, a file such as \"learners.csv\", or learners such as \"{first}=101\", one or a list"
    )
}
