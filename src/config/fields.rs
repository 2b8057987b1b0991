//! `fields` of a connection: how the registration form of this portal differs from the vendor's document.

use crate::model::{Field, FieldKind, Operation, OperationKind};

use super::cursor::Value;
use super::problem::hint;

/// Applies `required`, `absent` and `extra` to the operations of a connection that fill in its form: those
/// that push users.
pub(super) fn apply(value: &Value<'_>, product: &str, operations: &mut [Operation]) {
    let Some(table) = value.table() else { return };
    let mut of_users: Vec<&mut Operation> =
        operations.iter_mut().filter(|operation| operation.kind == OperationKind::PushUsers).collect();
    if of_users.is_empty() {
        value.problem(format!(
            "`fields` says how the registration form of a portal differs, and {product} has none"
        ));
        return;
    }
    let operations = of_users.as_mut_slice();
    let extra = table.get("extra").map(|value| extra(&value, operations)).unwrap_or_default();
    for operation in operations.iter_mut() {
        operation.fields.extend(extra.iter().cloned());
    }
    let required = table.get("required").map(|value| known(&value, operations)).unwrap_or_default();
    let absent = table.get("absent").map(|value| known(&value, operations)).unwrap_or_default();
    for (name, place) in &absent {
        if required.iter().any(|(other, _)| other == name) {
            place.problem(format!("`{name}` can't be both required and absent"));
        }
    }
    let listed =
        |list: &[(&str, Value<'_>)], field: &Field| list.iter().any(|(name, _)| *name == field.name.as_str());
    for operation in operations.iter_mut() {
        operation.fields.retain(|field| !listed(&absent, field));
        for field in &mut operation.fields {
            field.required |= listed(&required, field);
        }
    }
    table.finish();
}

/// The names of a list that are fields of some operation.
fn known<'a>(value: &Value<'a>, operations: &[&mut Operation]) -> Vec<(&'a str, Value<'a>)> {
    let names: Vec<_> = all(operations).map(|field| field.name.as_str()).collect();
    let mut good = value.texts();
    good.retain(|(name, place)| {
        let known = names.contains(name);
        if !known {
            place.problem(format!("no such field: `{name}`{}", hint(name, &names, "")));
        }
        known
    });
    good
}

fn extra(value: &Value<'_>, operations: &[&mut Operation]) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for item in value.list() {
        let Some(field) = extra_field(&item) else { continue };
        if all(operations).chain(&fields).any(|other| other.name == field.name) {
            item.problem(format!("the field `{}` exists already", field.name));
        } else {
            fields.push(field);
        }
    }
    fields
}

/// A name, or `{ name, label, max_chars }`.
fn extra_field(item: &Value<'_>) -> Option<Field> {
    let text = |name: &str, label: &str, max_chars| Field {
        name: name.into(),
        label: label.to_owned(),
        required: false,
        kind: FieldKind::Text,
        max_chars,
        secret: false,
    };
    if item.as_text().is_some() {
        return item.text().map(|name| text(name, name, None));
    }
    let Some(table) = item.as_table() else {
        item.wrong("a field's name, or { name = …, label = …, max_chars = … }");
        return None;
    };
    let name = table.need("name", "the field's name as the portal spells it");
    let name = name.and_then(|value| value.text());
    let label = table.get("label").and_then(|value| value.text());
    let max_chars = table.get("max_chars").and_then(|value| value.whole(1..=1_000_000));
    table.finish();
    name.map(|name| text(name, label.unwrap_or(name), max_chars.and_then(|max| u32::try_from(max).ok())))
}

fn all<'a>(operations: &'a [&mut Operation]) -> impl Iterator<Item = &'a Field> {
    operations.iter().flat_map(|operation| &operation.fields)
}
