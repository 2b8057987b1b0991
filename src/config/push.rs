//! `[[push]]`: an account, one of its operations, and what its changes may do.

use crate::model::{
    ColumnName, FieldMapping, Fields, FirstLoad, GuardLimits, Missing, OnChange, Operation, PushMapping,
    PushPolicy, RowsKind, Send,
};

use super::address::name_problem;
use super::cursor::{Table, Value};
use super::fits::fits;
use super::problem::hint;
use super::settings::Main;
use super::{Connection, Push, guard, mapping, source};

/// What a push needs to know of the rest.
pub(super) struct Around<'a> {
    /// `rollbook.toml`.
    pub(super) main: &'a Main,
    /// `rows` of the source, where it is known.
    pub(super) rows: Option<RowsKind>,
    /// `key` of the source.
    pub(super) key: Option<Vec<ColumnName>>,
    /// The limits of the job.
    pub(super) guard: GuardLimits,
}

/// Reads a push; gives its id, and the push where its account and operation are known.
pub(super) fn push(table: &Table<'_>, around: &Around<'_>) -> (Option<String>, Option<Push>) {
    let connection = table.need("connection", "the account, as rollbook.toml names it");
    let name = connection.as_ref().and_then(Value::text);
    let connection = connection.and_then(|value| account(&value, around.main));
    let operation = table.need("operation", "what to do there");
    let short = operation.as_ref().and_then(Value::text);
    let short = short.map(|text| text.rsplit('.').next().unwrap_or(text));
    let operation = operation.zip(connection).and_then(|(value, account)| find(&value, account));
    let id = match table.get("id") {
        Some(value) => id(&value),
        None => name.zip(short).map(|(name, short)| format!("{name}.{short}")),
    };
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
    let fields = fields.map(|fields| mapping::mappings(&fields, operation, around.main)).unwrap_or_default();
    let first_load = first_load(table, around.rows, operation, &fields);
    let on_missing = on_missing(table, around.rows, operation);
    let on_return = table.get("on_return").and_then(|value| value.table());
    let on_return = on_return.map(|values| values_of(&values, operation)).unwrap_or_default();
    let shared = table.get("shared").and_then(|value| value.flag()).unwrap_or(false);
    let limits = table.get("guard").and_then(|value| value.table());
    let guard = limits.map_or(around.guard.clone(), |limits| guard::limits(limits, around.guard.clone()));
    table.finish();
    let push = connection.zip(operation).zip(id.clone()).map(|((account, operation), id)| Push {
        id: id.clone().into(),
        connection: account.name.clone(),
        operation: operation.clone(),
        mapping: PushMapping {
            push: id.into(),
            key,
            person: Vec::new(),
            rules: operation.rules.clone(),
            fields,
        },
        policy: PushPolicy {
            rows: around.rows.unwrap_or(RowsKind::Delta),
            first_load,
            on_missing,
            on_change: if operation.repeatable { OnChange::Send } else { OnChange::Hold },
            on_return,
            roles: operation.roles.clone(),
            guard,
        },
        shared,
        after: Vec::new(),
        export: None,
    });
    (id, push)
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

fn find<'a>(value: &Value<'_>, account: &'a Connection) -> Option<&'a Operation> {
    let text = value.as_text().filter(|text| !text.trim().is_empty())?;
    let product = account.product.name;
    let short = |operation: &'a Operation| operation.name.as_str().rsplit('.').next().unwrap_or_default();
    let mut operations = account.operations.iter();
    let found = operations.find(|operation| operation.name.as_str() == text || short(operation) == text);
    if found.is_none() {
        let wanted = text.rsplit('.').next().unwrap_or(text);
        let names: Vec<_> = account.operations.iter().map(short).collect();
        let hint = hint(wanted, &names, &format!("{product} has "));
        value.problem(format!("no such operation of {product}: {}{hint}", value.found()));
    }
    found
}

fn id(value: &Value<'_>) -> Option<String> {
    let text = value.text()?;
    match name_problem(text, true) {
        Some(problem) => value.problem(problem),
        None => return Some(text.to_owned()),
    }
    None
}

fn first_load(
    table: &Table<'_>,
    rows: Option<RowsKind>,
    operation: Option<&Operation>,
    fields: &[FieldMapping],
) -> Option<FirstLoad> {
    if let Some(value) = table.get("first_load") {
        let words =
            [("create", FirstLoad::Create), ("existing", FirstLoad::Existing), ("adopt", FirstLoad::Adopt)];
        return value.word(&words);
    }
    let creating: Vec<_> = fields.iter().filter(|mapping| mapping.send == Send::Create).collect();
    let why = match (creating.first(), operation) {
        (Some(mapping), _) => format!("`{}` is sent to new people alone", mapping.name()),
        (None, Some(operation)) if operation.mails_people => {
            format!("{} mails everybody whom it creates", operation.name)
        }
        _ => return None,
    };
    if rows == Some(RowsKind::Full) {
        table.missing(
            "first_load",
            format!(
                "missing; {why}, so say who is in the LMS before the first file: `create` (nobody), \
                 `existing` (everybody), `adopt` (everybody with these very values; nothing is sent)"
            ),
        );
    }
    None
}

fn on_missing(table: &Table<'_>, rows: Option<RowsKind>, operation: Option<&Operation>) -> Missing {
    let Some(value) = table.get("on_missing") else { return Missing::Ignore };
    if value.as_text() == Some("ignore") {
        return Missing::Ignore;
    }
    let Some(values) = value.as_table() else {
        value.wrong("\"ignore\", or the fields to set: { status = \"Inactive\" }");
        return Missing::Ignore;
    };
    if let Some(operation) = operation.filter(|operation| !operation.can_take_back) {
        value.problem(format!("{} can't take anything back; allowed: \"ignore\"", operation.name));
        return Missing::Ignore;
    }
    if rows == Some(RowsKind::Delta) {
        value.notice("means nothing with rows = \"delta\": only a full export tells who is missing");
    }
    let fields = values_of(&values, operation);
    if values.entries().is_empty() {
        value.problem("found an empty table; name the fields to set, or write \"ignore\"");
    }
    Missing::Set(fields)
}

/// Fields and the values that they are set to.
fn values_of(table: &Table<'_>, operation: Option<&Operation>) -> Fields {
    let mut fields = Fields::default();
    for (name, value) in table.entries() {
        let field = operation.and_then(|operation| mapping::field(&name, &value, operation));
        if field.is_some_and(|field| field.secret) {
            value.problem(mapping::PLAIN_SECRET);
            continue;
        }
        let Some(text) = value.as_text() else {
            // The field may be a misspelt secret one, so the value is not repeated.
            value.problem(format!("found {}; allowed: a text in quotes", value.kind()));
            continue;
        };
        match field.and_then(|field| fits(field, text)) {
            Some(problem) => value.problem(problem),
            None => fields.set(name.into(), text),
        }
    }
    fields
}
