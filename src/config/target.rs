//! `connection`, `operation` and `id`: the account, what to do there, and the name under which that is kept.

use crate::model::{Operation, OperationKind};

use super::Connection;
use super::address::name_problem;
use super::cursor::{Table, Value};
use super::problem::hint;
use super::settings::Main;

/// What a `[[push]]` or a `[[pull]]` is about, as far as it could be read.
pub(super) struct Target<'a> {
    /// The account.
    pub(super) account: Option<&'a Connection>,
    /// The operation; never one that belongs under the other table.
    pub(super) operation: Option<&'a Operation>,
    /// The id.
    pub(super) id: Option<String>,
    /// Whether the operation belongs under the other table, which has been said; what else stands here means
    /// something else there.
    pub(super) misplaced: bool,
}

/// Reads the target of a `[[pull]]`, or of a `[[push]]`.
pub(super) fn target<'a>(table: &Table<'_>, main: &'a Main, pulls: bool) -> Target<'a> {
    let connection = table.need("connection", "the account, as rollbook.toml names it");
    let name = connection.as_ref().and_then(Value::text);
    let account = connection.and_then(|value| account(&value, main));
    let operation = table.need("operation", if pulls { "what to ask there" } else { "what to do there" });
    let short = operation.as_ref().and_then(Value::text);
    let short = short.map(|text| text.rsplit('.').next().unwrap_or(text));
    let found = operation.as_ref().zip(account).and_then(|(value, account)| find(value, account, pulls));
    // Of an account that nobody knows the operation may be one of any product, but of none it is not.
    if let Some(value) = operation.as_ref().filter(|_| account.is_none()) {
        of_any(value, main);
    }
    let misplaced = found.filter(|found| is_pull(found) != pulls);
    if let Some((found, value)) = misplaced.zip(operation) {
        value.problem(match pulls {
            true => format!("{} pushes; it goes under [[push]], in a job with [source]", found.name),
            false => format!("{} pulls; it goes under [[pull]], in a job without [source]", found.name),
        });
    }
    let id = match table.get("id") {
        Some(value) => id(&value),
        None => name.zip(short).map(|(name, short)| format!("{name}.{short}")),
    };
    let operation = found.filter(|found| is_pull(found) == pulls);
    Target { account, operation, id, misplaced: misplaced.is_some() }
}

fn is_pull(operation: &Operation) -> bool {
    operation.kind == OperationKind::Pull
}

fn account<'a>(value: &Value<'_>, main: &'a Main) -> Option<&'a Connection> {
    let text = value.as_text().filter(|text| !text.trim().is_empty())?;
    if !main.names.contains(text) && main.complete {
        let names: Vec<_> = main.names.iter().map(String::as_str).collect();
        let near = hint(text, &names, "rollbook.toml has ");
        value.problem(format!("no such connection in rollbook.toml: {}{near}", value.found()));
    }
    main.connections.get(text)
}

/// The operation of that name; where there is none, those of the kind are named.
fn find<'a>(value: &Value<'_>, account: &'a Connection, pulls: bool) -> Option<&'a Operation> {
    let text = value.as_text().filter(|text| !text.trim().is_empty())?;
    let product = account.product.name;
    let short = |operation: &'a Operation| operation.name.as_str().rsplit('.').next().unwrap_or_default();
    let mut operations = account.operations.iter();
    let found = operations.find(|operation| operation.name.as_str() == text || short(operation) == text);
    if found.is_none() {
        let wanted = text.rsplit('.').next().unwrap_or(text);
        let of_the_kind = account.operations.iter().filter(|operation| is_pull(operation) == pulls);
        let names: Vec<_> = of_the_kind.map(short).collect();
        let hint = match names.is_empty() {
            true => format!("; {product} has none that {}", if pulls { "pulls" } else { "pushes" }),
            false => hint(wanted, &names, &format!("{product} has ")),
        };
        value.problem(format!("no such operation of {product}: {}{hint}", value.found()));
    }
    found
}

/// Says where no product has an operation of that name.
fn of_any(value: &Value<'_>, main: &Main) {
    let Some(text) = value.as_text().filter(|text| !text.trim().is_empty()) else { return };
    let short = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
    if !main.operations.iter().any(|name| name == text || short(name) == text) {
        let wanted = short(text);
        let names: Vec<String> = main.operations.iter().map(|name| short(name)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let hint = match hint(&wanted, &names, "") {
            none if none.is_empty() => "; `rollbook fields` lists what there is".to_owned(),
            hint => hint,
        };
        value.problem(format!("no product has such an operation: {}{hint}", value.found()));
    }
}

fn id(value: &Value<'_>) -> Option<String> {
    let text = value.text()?;
    match name_problem(text, true) {
        Some(problem) => value.problem(problem),
        None => return Some(text.to_owned()),
    }
    None
}
