//! All that can stand beside `column` or `value` of a field: what happens to a value on its way.

use std::collections::BTreeMap;

use chrono_tz::Tz;

use crate::model::{Empty, Field, FieldKind, FieldMapping, Send, Take, TimeUnit};

use super::cursor::{Table, Value};
use super::date::date;
use super::fits::Written;
use super::mapping::checked;
use super::schedule::zone;

/// What stands beside `column` or `value`.
#[derive(Default)]
pub(super) struct Options {
    date: Option<String>,
    day_in: Option<Tz>,
    unit: Option<TimeUnit>,
    values: Option<BTreeMap<String, String>>,
    default: Option<String>,
    separator: Option<String>,
    trim: Option<bool>,
    empty: Option<Empty>,
    send: Option<Send>,
}

/// How the source writes dates where nothing is said: `None` where nobody can know.
pub(super) type Dates = Option<&'static str>;

impl Options {
    /// The options of a field that is taken from a column without a word.
    pub(super) fn usual(field: &Field, dates: Dates) -> Self {
        let dates = dates.filter(|_| matches!(field.kind, FieldKind::Date { .. }));
        Self { date: dates.map(str::to_owned), ..Self::default() }
    }

    /// Reads the options of a field that is taken from a column or, with `constant`, given a value.
    pub(super) fn read(table: &Table<'_>, field: Option<&Field>, constant: bool, dates: Dates) -> Self {
        let cell_only = ["date", "unit", "values", "default", "trim", "empty"];
        for (key, value) in cell_only.into_iter().filter_map(|key| Some((key, table.get(key)?))) {
            if constant {
                value.problem(format!("`{key}` means nothing beside `value`"));
            }
        }
        let separator = table.get("separator").and_then(|value| separator(&value, field));
        let words = [("create", Send::Create), ("always", Send::Always)];
        let send = table.get("send").and_then(|value| value.word(&words));
        let day_in = table.get("day_in");
        if let Some(value) = day_in.as_ref().filter(|_| constant) {
            value.problem("`day_in` means nothing beside `value`");
        }
        if constant {
            return Self { separator, send, ..Self::default() };
        }
        let date = match table.get("date") {
            Some(value) => date(&value, field),
            None => field.and_then(|field| Self::usual(field, dates).date),
        };
        let unit = table.get("unit");
        let values = table.get("values");
        if let (Some(value), Some(_)) = (&day_in, &values) {
            value.problem("`day_in` means nothing beside `values`, which say what is sent");
        }
        if let (Some(unit), Some(_)) = (&unit, &values) {
            unit.problem(
                "`unit` means nothing beside `values`: the table says what is sent, in milliseconds",
            );
        }
        let unit = unit.and_then(|value| self::unit(&value, field));
        // Beside a table a default is one of the things that are sent.
        let cells = match values {
            Some(_) => Written { separator: separator.as_deref(), ..Written::default() },
            None => Written { separator: separator.as_deref(), date: date.as_deref(), unit },
        };
        let default = table.get("default").and_then(|value| checked(&value, field, &cells));
        Self {
            values: values.and_then(|value| value.table()).map(|table| self::values(&table, field)),
            default,
            trim: table.get("trim").and_then(|value| value.flag()),
            empty: table.get("empty").and_then(|value| empty(&value, field)),
            date,
            day_in: day_in.and_then(|value| self::day_in(&value, field)),
            unit,
            separator,
            send,
        }
    }

    /// What separates the values of a list.
    pub(super) fn separator(&self) -> Option<&str> {
        self.separator.as_deref()
    }

    /// The field with these options.
    pub(super) fn mapping(self, field: &Field, take: Take) -> FieldMapping {
        let empty = if field.required { Empty::Reject } else { Empty::Omit };
        let send = if field.secret { Send::Create } else { Send::Compared };
        FieldMapping {
            field: field.clone(),
            take,
            date: self.date,
            day_in: self.day_in,
            unit: self.unit,
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

/// The zone whose day a point in time is sent as.
fn day_in(value: &Value<'_>, field: Option<&Field>) -> Option<Tz> {
    let zone = zone(value)?;
    if let Some(field) = field.filter(|field| !matches!(field.kind, FieldKind::Date { .. })) {
        value.problem(format!("`{}` is no day; only a day is taken out of a point in time", field.name));
        return None;
    }
    Some(zone)
}

fn unit(value: &Value<'_>, field: Option<&Field>) -> Option<TimeUnit> {
    let words = [
        ("milliseconds", TimeUnit::Milliseconds),
        ("seconds", TimeUnit::Seconds),
        ("minutes", TimeUnit::Minutes),
        ("hours", TimeUnit::Hours),
        ("hh:mm", TimeUnit::Clock),
    ];
    let unit = value.word(&words)?;
    if let Some(field) = field.filter(|field| field.kind != FieldKind::Milliseconds) {
        value.problem(format!("`{}` is no span of time; only a span of time has a unit", field.name));
        return None;
    }
    Some(unit)
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
            _ => checked(&value, field, &Written::default()),
        };
        values.extend(result.map(|result| (cell, result)));
    }
    values
}
