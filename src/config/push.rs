//! `[[push]]`: an account, one of its operations, and what its changes may do.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::model::{
    ColumnName, FieldMapping, GuardLimits, JobName, Operation, OperationKind, PushId, PushMapping,
    PushPolicy, RowsKind, Send,
};

use super::across::{After, Export, Mentions};
use super::address::name_problem;
use super::check::Thing;
use super::cursor::Table;
use super::options::Dates;
use super::settings::Main;
use super::target::{Target, target};
use super::{Push, guard, mapping, policy, source};

/// How many accepted changes are looked up with `verify = "sample"`.
const SAMPLE: u32 = 20;

/// What a push needs to know of the rest.
pub(super) struct Around<'a> {
    /// `rollbook.toml`.
    pub(super) main: &'a Main,
    /// `rows` of the source, where it is known.
    pub(super) rows: Option<RowsKind>,
    /// `key` of the source.
    pub(super) key: Option<Vec<ColumnName>>,
    /// How the source writes dates.
    pub(super) dates: Dates,
    /// The limits of the job.
    pub(super) guard: GuardLimits,
}

/// Reads a push; gives its id, and the push where its account and operation are known. What it says of other
/// files goes to `mentions`.
pub(super) fn push(
    table: &Table<'_>,
    around: &Around<'_>,
    mentions: &mut Mentions,
) -> (Option<String>, Option<Push>) {
    let Target { account, operation, id, misplaced } = target(table, around.main, false);
    if misplaced {
        return (id, None);
    }
    let key = match table.get("key").map(|value| source::columns(&value)).or(around.key.clone()) {
        Some(key) => key,
        None => {
            table.missing(
                "key",
                "missing; the columns that tell one record from the other, here or in [source]",
            );
            Vec::new()
        }
    };
    let fields = table.get("fields");
    if fields.is_none() {
        table.missing("fields", "missing; which column goes into which field");
    }
    let fields = fields.and_then(|value| value.table());
    let push_id = id.clone().map(PushId::from);
    let fields = fields
        .map(|fields| mapping::mappings(&fields, operation, push_id.as_ref(), around.main, around.dates))
        .unwrap_or_default();
    let first_load = policy::first_load(table, around.rows, operation, &fields);
    let on_missing = policy::on_missing(table, around.rows, operation);
    let on_change = policy::on_change(table, operation);
    let on_return = table.get("on_return").and_then(|value| value.table());
    let on_return = on_return.map(|values| policy::values_of(&values, operation)).unwrap_or_default();
    let person = person(table, operation, &key);
    let after = after(table, operation, &person, mentions);
    let export = export(table, operation, mentions);
    let verify = verify(table, operation, around.main);
    let learners = learners(table, operation);
    forbid_send(&fields, operation, table);
    let shared = table.get("shared").and_then(|value| value.flag()).unwrap_or(false);
    let limits = table.get("guard").and_then(|value| value.table());
    let guard = limits.map_or(around.guard.clone(), |limits| guard::limits(limits, around.guard.clone()));
    table.finish();
    let push = account.zip(operation).zip(push_id).map(|((account, operation), id)| Push {
        id: id.clone(),
        connection: account.name.clone(),
        operation: operation.clone(),
        mapping: PushMapping { push: id, key, person, rules: operation.rules.clone(), fields },
        policy: PushPolicy {
            rows: around.rows.unwrap_or(RowsKind::Delta),
            first_load,
            on_missing,
            on_change,
            on_return,
            roles: operation.roles.clone(),
            guard,
        },
        shared,
        after,
        learners,
        export,
        verify,
    });
    (id, push)
}

/// `person` (semantics 19): the columns that name the person, by default the key of a push of users.
fn person(table: &Table<'_>, operation: Option<&Operation>, key: &[ColumnName]) -> Vec<ColumnName> {
    match table.get("person") {
        Some(value) => source::columns(&value),
        None if operation.is_some_and(|operation| operation.kind == OperationKind::PushUsers) => key.to_vec(),
        None => Vec::new(),
    }
}

/// `after`: the jobs whose changes of the same person go first. Whether there are such is seen once all
/// jobs are read.
fn after(
    table: &Table<'_>,
    operation: Option<&Operation>,
    person: &[ColumnName],
    mentions: &mut Mentions,
) -> Vec<JobName> {
    let Some(value) = table.get("after") else { return Vec::new() };
    let names = value.one_or_texts();
    if operation.is_some() && person.is_empty() && table.get("person").is_none() {
        table.missing(
            "person",
            "missing; `after` stands without it: the columns that name the person, as the jobs of `after` have \
             them",
        );
    }
    let columns = (!person.is_empty()).then_some(person.len());
    for (name, place) in &names {
        let place = place.place();
        mentions.after.extend(place.map(|place| After { place, job: (*name).to_owned(), columns }));
    }
    names.into_iter().map(|(name, _)| name.into()).collect()
}

/// `verify`: how many of a run's accepted changes are looked up in the LMS afterwards.
fn verify(table: &Table<'_>, operation: Option<&Operation>, main: &Main) -> u32 {
    let Some(value) = table.get("verify") else { return 0 };
    match value.text() {
        Some("sample") => {}
        Some("off") | None => return 0,
        Some(_) => {
            value.wrong("`sample` or `off`");
            return 0;
        }
    }
    if let Some(operation) = operation.filter(|operation| !operation.reads_back) {
        let all = main.connections.values().flat_map(|account| &account.operations);
        let able: BTreeSet<_> =
            all.filter(|other| other.reads_back).map(|other| other.name.as_str()).collect();
        let name = &operation.name;
        let others = if able.is_empty() {
            "nor can any other of rollbook.toml's connections".to_owned()
        } else {
            format!("of rollbook.toml's connections these can: {}", Vec::from_iter(able).join(", "))
        };
        value.problem(format!("{name} can't be looked up in the LMS afterwards; {others}"));
        return 0;
    }
    SAMPLE
}

/// `learners`: the name under which registrations are kept; empty stands for the job's.
fn learners(table: &Table<'_>, operation: Option<&Operation>) -> String {
    let Some(value) = table.get("learners") else { return String::new() };
    if operation.is_some_and(|operation| operation.registers.is_none()) {
        value.problem("means something only for links with registrations");
        return String::new();
    }
    let text = value.text().unwrap_or_default();
    if let Some(problem) = name_problem(text, false).filter(|_| !text.is_empty()) {
        value.problem(problem);
    }
    text.to_owned()
}

/// A link is made of what is acknowledged, so every field of it has to be compared.
fn forbid_send(fields: &[FieldMapping], operation: Option<&Operation>, table: &Table<'_>) {
    if operation.is_none_or(|operation| operation.kind != OperationKind::Links) {
        return;
    }
    let beside: Vec<_> = fields.iter().filter(|mapping| mapping.send != Send::Compared).collect();
    if let Some(place) = table.get("fields").filter(|_| !beside.is_empty()) {
        let names: Vec<_> = beside.iter().map(|mapping| format!("`{}`", mapping.name())).collect();
        place.problem(format!(
            "`send` means nothing for links, which are made anew; take it out of {}",
            names.join(", ")
        ));
    }
}

/// `export`: where links go.
fn export(table: &Table<'_>, operation: Option<&Operation>, mentions: &mut Mentions) -> Option<PathBuf> {
    let value = table.get("export")?;
    let path = value.path()?;
    // Without the operation nobody knows what is written there.
    let operation = operation?;
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_lowercase();
    let is_table = ["csv", "xlsx"].contains(&ending.as_str());
    let forms = operation.makes_forms();
    let name = &operation.name;
    if operation.kind != OperationKind::Links {
        value.problem(format!("{name} makes no links; only a push of links has an export"));
        return None;
    }
    match (forms, is_table) {
        (true, true) => {
            value.problem(format!("found {}; {name} makes one form a row; allowed: a folder", value.found()));
            return None;
        }
        (false, false) => {
            value.wrong("a file for the links that ends in .csv or .xlsx");
            return None;
        }
        (true, false) => value.requires(Thing::OwnFolder(path.clone())),
        (false, true) => value.requires(Thing::OwnFile(path.clone())),
    }
    mentions.exports.extend(value.place().map(|place| Export { place, path: path.clone(), pulled: false }));
    Some(path)
}
