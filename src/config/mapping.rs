//! `[push.fields]`: where the value of each field comes from.

use crate::model::{Field, FieldMapping, Operation, PushId, Take};

use super::cursor::{Table, Value};
use super::fits::{Written, fits_written};
use super::options::{Dates, Options};
use super::problem::nearest;
use super::rules;
use super::settings::Main;

/// Said wherever a secret field is given a value in the file.
pub(super) const PLAIN_SECRET: &str = "a secret written as a plain value; a secret field comes from a column";

/// Reads the fields of a push, in the order of the operation's table.
pub(super) fn mappings(
    table: &Table<'_>,
    operation: Option<&Operation>,
    push: Option<&PushId>,
    main: &Main,
    dates: Dates,
) -> Vec<FieldMapping> {
    let mut found = Vec::new();
    let entries = table.entries();
    for (name, value) in &entries {
        let field = operation.and_then(|operation| field(name, value, operation));
        let mapping = mapping(value, field, dates);
        if field.is_some_and(|field| field.secret) && !main.has_data_key && main.complete {
            value.problem(format!(
                "`{name}` is secret and is sealed where it is kept: rollbook.toml needs `data_key`, such as \
                 data_key = {{ credential = \"data-key\" }}"
            ));
        }
        found.extend(mapping);
    }
    let Some(operation) = operation else { return found };
    let named: Vec<&str> = entries.iter().map(|(name, _)| name.as_str()).collect();
    let missing = |field: &&Field| field.required && !named.contains(&field.name.as_str());
    for field in operation.fields.iter().filter(missing) {
        let message = format!("missing; {} demands this field ({})", operation.name, field.label);
        table.missing(field.name.as_str(), message);
    }
    rules::check(table, operation, &named, &found);
    rules::advise(table, operation, push, &named);
    let place = |name: &str| operation.fields.iter().position(|field| field.name.as_str() == name);
    found.sort_by_key(|mapping| place(mapping.name().as_str()));
    found
}

/// The field of that name; where there is none, that is said.
pub(super) fn field<'a>(name: &str, value: &Value<'_>, operation: &'a Operation) -> Option<&'a Field> {
    let found = operation.field(name);
    if found.is_none() {
        let names = operation.fields.iter().map(|field| field.name.as_str());
        let hint = match nearest(name, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("`rollbook fields {}` lists them", operation.name),
        };
        value.problem(format!("no such field of {}; {hint}", operation.name));
    }
    found
}

/// Reads one field; without `field` only what does not depend on it is checked.
fn mapping(value: &Value<'_>, field: Option<&Field>, dates: Dates) -> Option<FieldMapping> {
    if value.as_text().is_some() {
        return column(value)
            .zip(field)
            .map(|(take, field)| Options::usual(field, dates).mapping(field, take));
    }
    let Some(table) = value.as_table() else {
        value.problem(format!(
            "found {}; allowed: a column in quotes, {{ column = \"…\", … }} or {{ value = \"…\" }}",
            value.kind()
        ));
        return None;
    };
    let column = table.get("column");
    let constant = table.get("value");
    let options = Options::read(&table, field, constant.is_some(), dates);
    table.finish();
    let take = match (column, constant) {
        (Some(column), None) => self::column(&column),
        (None, Some(constant)) => self::constant(&constant, field, options.separator()),
        (Some(_), Some(_)) => {
            value.problem("`column` and `value` stand side by side; allowed: exactly one of them");
            None
        }
        (None, None) => {
            value.problem("neither `column` nor `value`; allowed: exactly one of them");
            None
        }
    };
    take.zip(field).map(|(take, field)| options.mapping(field, take))
}

fn column(value: &Value<'_>) -> Option<Take> {
    let text = value.text()?;
    value.names_column(text);
    Some(Take::Column(text.into()))
}

fn constant(value: &Value<'_>, field: Option<&Field>, separator: Option<&str>) -> Option<Take> {
    let written = Written { separator, ..Written::default() };
    checked(value, field, &written).map(Take::Constant)
}

/// A value written in the file, if it fits the field.
pub(super) fn checked(value: &Value<'_>, field: Option<&Field>, written: &Written<'_>) -> Option<String> {
    if field.is_some_and(|field| field.secret) {
        value.problem(PLAIN_SECRET);
        return None;
    }
    let Some(text) = value.as_text() else {
        // The field may be a misspelt secret one, so the value is not repeated.
        value.problem(format!("found {}; allowed: a text in quotes", value.kind()));
        return None;
    };
    if let Some(Err(problem)) = field.map(|field| fits_written(field, text, written)) {
        value.problem(problem);
        return None;
    }
    Some(text.to_owned())
}
