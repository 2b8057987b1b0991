//! The values of items: which of them are shown, and as what.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::model::{Column, ColumnKind, FieldName, ItemShape, PullShape};
use crate::store::MemoryItem;

use super::walk::Found;

/// The longest text in a table for people, in characters.
const LONGEST: usize = 120;

/// A value of an item by the name of its column.
pub(super) fn value<'a>(item: &'a MemoryItem, column: &str) -> Option<&'a str> {
    item.fields.get(&FieldName::from(column))
}

/// What people call one of its kind.
pub(super) fn noun(item: &MemoryItem, shape: &PullShape) -> String {
    shape.kind(&item.kind).map_or_else(|| item.kind.clone(), |shape| shape.nouns.0.to_owned())
}

/// The columns of a kind that may be shown.
pub(super) fn columns(shape: &ItemShape, ids: bool) -> impl Iterator<Item = &'static Column> {
    shape.columns.iter().filter(move |column| ids || !column.internal)
}

/// The values of an item as JSON: whole numbers as numbers, flags as booleans.
pub(super) fn fields(item: &MemoryItem, shape: &PullShape, ids: bool) -> Map<String, Value> {
    let Some(kind) = shape.kind(&item.kind) else { return Map::new() };
    let shown = columns(kind, ids);
    shown
        .filter_map(|column| Some((column.name.to_owned(), typed(column.kind, value(item, column.name)?))))
        .collect()
}

/// A value as JSON. What is not of its kind is kept as it came, and is a text.
fn typed(kind: ColumnKind, text: &str) -> Value {
    let found = match kind {
        ColumnKind::Whole => text.parse::<i64>().ok().map(Value::from),
        ColumnKind::Flag { .. } => text.parse::<bool>().ok().map(Value::Bool),
        // A number as JSON has it would lose places: 10.00, and all beyond the 17th.
        ColumnKind::Decimal | ColumnKind::Text | ColumnKind::Date { .. } | ColumnKind::Moment { .. } => None,
    };
    found.unwrap_or_else(|| Value::from(text))
}

/// A text in one line, cut off where it is longer than a table can bear.
pub(super) fn short(text: &str) -> String {
    let text = text.replace(|c: char| c.is_control(), " ");
    if text.chars().count() <= LONGEST {
        return text;
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// When something of an item was another the last time; `None` where nothing ever was.
pub(super) fn changed_at(item: &MemoryItem) -> Option<DateTime<Utc>> {
    (item.changed_at != item.first_seen).then_some(item.changed_at)
}

/// A value as people read it.
pub(super) fn readable(kind: ColumnKind, text: &str) -> String {
    match (kind, text) {
        (ColumnKind::Flag { .. }, "true") => "yes".to_owned(),
        (ColumnKind::Flag { .. }, "false") => "no".to_owned(),
        (ColumnKind::Moment { .. }, text) => short(text.get(..16).unwrap_or(text)).replace('T', " "),
        (_, text) => short(text),
    }
}

/// What stands under each heading of a table for people, for an item or a part of one.
pub(super) fn telling(found: &Found, shape: &PullShape, headings: &[&'static str]) -> Vec<String> {
    let own = shape.kind(&found.item.kind);
    let cell = |heading: &&'static str| {
        let (name, _) = own?.telling.iter().find(|(_, own)| own == heading)?;
        match own?.column(name) {
            Some(column) => Some(readable(column.kind, value(&found.item, name)?)),
            None => register(found, shape).find(|(own, _)| own == name).map(|(_, text)| text.to_owned()),
        }
    };
    headings.iter().map(|heading| cell(heading).unwrap_or_default()).collect()
}

/// What tells the registration of an item from others of the same learner, by name.
pub(super) fn register<'a>(
    found: &'a Found,
    shape: &PullShape,
) -> impl Iterator<Item = (&'static str, &'a str)> {
    let names = shape.registration.map_or(&[] as &'static [&'static str], |(_, names)| names);
    names.iter().copied().zip(found.register.iter().map(String::as_str))
}
