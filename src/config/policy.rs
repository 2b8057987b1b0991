//! What the changes of a push may do: the first load, who is missing, what is corrected.

use crate::model::{
    FieldMapping, Fields, FirstLoad, Missing, OnChange, Operation, OperationKind, RowsKind, Send,
};

use super::cursor::{Table, Value};
use super::fits::fits;
use super::mapping;

/// `first_load`; demanded where the first load could hurt (semantics 6).
pub(super) fn first_load(
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
            format!("{} may mail somebody or grant something for every new record", operation.name)
        }
        _ => return None,
    };
    if rows == Some(RowsKind::Full) {
        let (what, none, all) = match operation.map(|operation| operation.kind) {
            None | Some(OperationKind::PushUsers) => ("who", "nobody", "everybody"),
            Some(_) => ("what", "nothing", "everything"),
        };
        table.missing(
            "first_load",
            format!(
                "missing; {why}, so say {what} is in the LMS before the first file: `create` ({none}), \
                 `existing` ({all}), `adopt` ({all} with these very values; nothing is sent)"
            ),
        );
    }
    None
}

/// `on_missing` (semantics 9): a push of links takes out of its file what it has made itself, and others
/// set fields, where the operation can take anything back.
pub(super) fn on_missing(
    table: &Table<'_>,
    rows: Option<RowsKind>,
    operation: Option<&Operation>,
) -> Missing {
    let Some(value) = table.get("on_missing") else { return Missing::Ignore };
    let missing = match value.as_text() {
        Some("ignore") => return Missing::Ignore,
        Some("withdraw") => withdraw(&value, operation),
        _ => set(&value, operation),
    };
    if missing != Missing::Ignore && rows == Some(RowsKind::Delta) {
        value.notice("means nothing with rows = \"delta\": only a full export tells who is missing");
    }
    missing
}

fn withdraw(value: &Value<'_>, operation: Option<&Operation>) -> Missing {
    let Some(operation) = operation.filter(|operation| operation.kind != OperationKind::Links) else {
        return Missing::Withdraw;
    };
    let others = match operation.can_take_back {
        true => ", or the fields to set: { status = \"Inactive\" }",
        false => "",
    };
    value.problem(format!(
        "only a link can be withdrawn, and {} makes none; allowed: \"ignore\"{others}",
        operation.name
    ));
    Missing::Ignore
}

fn set(value: &Value<'_>, operation: Option<&Operation>) -> Missing {
    let links = operation.is_some_and(|operation| operation.kind == OperationKind::Links);
    let Some(values) = value.as_table() else {
        value.wrong(match links {
            true => "\"ignore\", or \"withdraw\" (the link is left out of its file)",
            false => "\"ignore\", or the fields to set: { status = \"Inactive\" }",
        });
        return Missing::Ignore;
    };
    if let Some(operation) = operation.filter(|_| links) {
        value.problem(format!(
            "{} sends nothing, so no field can be set; allowed: \"ignore\", or \"withdraw\" (the link is left \
             out of its file)",
            operation.name
        ));
        return Missing::Ignore;
    }
    if let Some(operation) = operation.filter(|operation| !operation.can_take_back) {
        value.problem(format!("{} can't take anything back; allowed: \"ignore\"", operation.name));
        return Missing::Ignore;
    }
    let fields = values_of(&values, operation);
    if values.entries().is_empty() {
        value.problem("found an empty table; name the fields to set, or write \"ignore\"");
    }
    Missing::Set(fields)
}

/// `on_change` (semantics 17): what a corrected row does. What may be repeated is sent, and the rest held.
pub(super) fn on_change(table: &Table<'_>, operation: Option<&Operation>) -> OnChange {
    let usual = match operation {
        Some(operation) if !operation.repeatable => OnChange::Hold,
        _ => OnChange::Send,
    };
    let Some(value) = table.get("on_change") else { return usual };
    let words = [("hold", OnChange::Hold), ("send", OnChange::Send), ("ignore", OnChange::Ignore)];
    let Some(found) = value.word(&words) else { return usual };
    let always_sends =
        |operation: &&Operation| matches!(operation.kind, OperationKind::PushUsers | OperationKind::Links);
    if let Some(operation) = operation.filter(always_sends)
        && found != OnChange::Send
    {
        value.problem(format!(
            "found {}; a change of {} grants and mails nothing twice, so it is always sent; allowed: \"send\"",
            value.found(),
            operation.name
        ));
    }
    found
}

/// Fields and the values that they are set to.
pub(super) fn values_of(table: &Table<'_>, operation: Option<&Operation>) -> Fields {
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
        match field.map(|field| fits(field, text)) {
            Some(Err(problem)) => value.problem(problem),
            Some(Ok(sent)) => fields.set(name.into(), sent),
            None => fields.set(name.into(), text),
        }
    }
    fields
}
