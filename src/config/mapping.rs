//! `[push.fields]`: where the value of each field comes from, and what happens to it on the way.

use std::collections::BTreeMap;

use chrono::format::{Item, StrftimeItems};
use chrono::{NaiveDate, NaiveDateTime};

use crate::model::{Empty, Field, FieldKind, FieldMapping, Operation, Send, Take};

use super::cursor::{Table, Value};
use super::fits::fits_parts;
use super::problem::nearest;
use super::settings::Main;

/// Said wherever a secret field is given a value in the file.
pub(super) const PLAIN_SECRET: &str = "a secret written as a plain value; a secret field comes from a column";

/// Reads the fields of a push, in the order of the operation's table.
pub(super) fn mappings(table: &Table<'_>, operation: Option<&Operation>, main: &Main) -> Vec<FieldMapping> {
    let mut found = Vec::new();
    let entries = table.entries();
    for (name, value) in &entries {
        let field = operation.and_then(|operation| field(name, value, operation));
        let mapping = mapping(value, field);
        if field.is_some_and(|field| field.secret) && !main.has_data_key && main.complete {
            value.problem(format!(
                "`{name}` is secret and is sealed where it is kept: rollbook.toml needs `data_key`, such as \
                 data_key = {{ credential = \"data-key\" }}"
            ));
        }
        found.extend(mapping);
    }
    let Some(operation) = operation else { return found };
    let mapped = |field: &&Field| !entries.iter().any(|(name, _)| name == field.name.as_str());
    for field in operation.fields.iter().filter(|field| field.required).filter(mapped) {
        let message = format!("missing; {} demands this field ({})", operation.name, field.label);
        table.missing(field.name.as_str(), message);
    }
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
fn mapping(value: &Value<'_>, field: Option<&Field>) -> Option<FieldMapping> {
    if value.as_text().is_some() {
        let column = value.text().map(|text| Take::Column(text.into()));
        return column.zip(field).map(|(take, field)| Options::default().mapping(field, take));
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
    let options = Options::read(&table, field, constant.is_some());
    table.finish();
    let take = match (column, constant) {
        (Some(column), None) => column.text().map(|text| Take::Column(text.into())),
        (None, Some(constant)) => self::constant(&constant, field, options.separator.as_deref()),
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

fn constant(value: &Value<'_>, field: Option<&Field>, separator: Option<&str>) -> Option<Take> {
    let text = checked(value, field, separator)?;
    Some(Take::Constant(text))
}

/// A value written in the file, if it fits the field.
fn checked(value: &Value<'_>, field: Option<&Field>, separator: Option<&str>) -> Option<String> {
    if field.is_some_and(|field| field.secret) {
        value.problem(PLAIN_SECRET);
        return None;
    }
    let Some(text) = value.as_text() else {
        // The field may be a misspelt secret one, so the value is not repeated.
        value.problem(format!("found {}; allowed: a text in quotes", value.kind()));
        return None;
    };
    if let Some(problem) = field.and_then(|field| fits_parts(field, text, separator)) {
        value.problem(problem);
        return None;
    }
    Some(text.to_owned())
}

/// All that can stand beside `column` or `value`.
#[derive(Default)]
struct Options {
    date: Option<String>,
    values: Option<BTreeMap<String, String>>,
    default: Option<String>,
    separator: Option<String>,
    trim: Option<bool>,
    empty: Option<Empty>,
    send: Option<Send>,
}

impl Options {
    fn read(table: &Table<'_>, field: Option<&Field>, constant: bool) -> Self {
        let cell_only = ["date", "values", "default", "trim", "empty"];
        for (key, value) in cell_only.into_iter().filter_map(|key| Some((key, table.get(key)?))) {
            if constant {
                value.problem(format!("`{key}` means nothing beside `value`"));
            }
        }
        let separator = table.get("separator").and_then(|value| separator(&value, field));
        let words = [("create", Send::Create), ("always", Send::Always)];
        let send = table.get("send").and_then(|value| value.word(&words));
        if constant {
            return Self { separator, send, ..Self::default() };
        }
        Self {
            date: table.get("date").and_then(|value| date(&value, field)),
            values: table.get("values").and_then(|value| value.table()).map(|table| values(&table, field)),
            default: table.get("default").and_then(|value| checked(&value, field, separator.as_deref())),
            separator,
            trim: table.get("trim").and_then(|value| value.flag()),
            empty: table.get("empty").and_then(|value| empty(&value, field)),
            send,
        }
    }

    fn mapping(self, field: &Field, take: Take) -> FieldMapping {
        let empty = if field.required { Empty::Reject } else { Empty::Omit };
        let send = if field.secret { Send::Create } else { Send::Compared };
        FieldMapping {
            field: field.clone(),
            take,
            date: self.date,
            unit: None,
            values: self.values,
            default: self.default,
            separator: self.separator,
            trim: self.trim.unwrap_or(true),
            empty: self.empty.unwrap_or(empty),
            send: self.send.unwrap_or(send),
        }
    }
}

fn separator(value: &Value<'_>, field: Option<&Field>) -> Option<String> {
    let Some(text) = value.as_text().filter(|text| !text.is_empty()) else {
        value.wrong("what stands between the values in the cell, such as \";\"");
        return None;
    };
    if let Some(field) = field.filter(|field| !matches!(field.kind, FieldKind::List { .. })) {
        value.problem(format!("`{}` takes one value; only a list field has a separator", field.name));
        return None;
    }
    Some(text.to_owned())
}

fn empty(value: &Value<'_>, field: Option<&Field>) -> Option<Empty> {
    let words = [("omit", Empty::Omit), ("clear", Empty::Clear), ("reject", Empty::Reject)];
    let empty = value.word(&words)?;
    if let Some(field) = field.filter(|field| field.required && empty != Empty::Reject) {
        let found = value.found();
        value.problem(format!("found {found}, but the LMS demands `{}`; allowed: `reject`", field.name));
        return None;
    }
    Some(empty)
}

/// What the cells of a value table are sent as; an empty result stands for an empty cell.
fn values(table: &Table<'_>, field: Option<&Field>) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for (cell, value) in table.entries() {
        let result = match value.as_text() {
            Some("") => Some(String::new()),
            _ => checked(&value, field, None),
        };
        values.extend(result.map(|result| (cell, result)));
    }
    values
}

fn date(value: &Value<'_>, field: Option<&Field>) -> Option<String> {
    let format = value.text()?;
    if let Some(field) = field.filter(|field| !matches!(field.kind, FieldKind::Date { .. })) {
        value.problem(format!("`{}` is no date; only a date field has a date format", field.name));
        return None;
    }
    let signs = "%d (day), %m (month), %Y (year), such as \"%d/%m/%Y\"";
    if StrftimeItems::new(format).any(|item| matches!(item, Item::Error)) {
        value.problem(format!("found {}, which is no date format; allowed: {signs}", value.found()));
        return None;
    }
    if !tells_a_day(format) {
        value.problem(format!("found {}, from which no day can be read; allowed: {signs}", value.found()));
        return None;
    }
    Some(format.to_owned())
}

/// Whether a date written in this format can be read back.
fn tells_a_day(format: &str) -> bool {
    let Some(day) = NaiveDate::from_ymd_opt(2026, 11, 21) else { return false };
    let time = NaiveDateTime::from(day).and_utc();
    let mut text = String::new();
    let written = std::fmt::Write::write_fmt(&mut text, format_args!("{}", time.format(format)));
    written.is_ok() && NaiveDate::parse_from_str(&text, format) == Ok(day)
}
