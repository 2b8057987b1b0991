//! The values of items: which of them are shown, and as what.

use serde_json::{Map, Number, Value};

use crate::model::{Column, ColumnKind, FieldName, ItemShape, PullShape};
use crate::store::MemoryItem;

use super::walk::Found;

/// How many columns stand in a table for people, beside the title.
const TELLING: usize = 4;
/// The longest value that fits into a table for people.
const SHORT: usize = 24;

/// A value of an item by the name of its column.
pub(super) fn value<'a>(item: &'a MemoryItem, column: &str) -> Option<&'a str> {
    item.fields.get(&FieldName::from(column))
}

/// What people know an item by.
pub(super) fn title<'a>(item: &'a MemoryItem, shape: &PullShape) -> Option<&'a str> {
    value(item, shape.kind(&item.kind)?.title)
}

/// What people call one of its kind.
pub(super) fn noun(item: &MemoryItem, shape: &PullShape) -> String {
    shape.kind(&item.kind).map_or_else(|| item.kind.clone(), |shape| shape.nouns.0.to_owned())
}

/// The columns of a kind that may be shown.
pub(super) fn columns(shape: &ItemShape, ids: bool) -> impl Iterator<Item = &'static Column> {
    shape.columns.iter().filter(move |column| ids || !column.internal)
}

/// The values of an item as JSON: numbers as numbers, flags as booleans.
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
        ColumnKind::Decimal => {
            let read = text.parse().ok().or_else(|| text.parse().ok().and_then(Number::from_f64));
            read.map(Value::Number)
        }
        ColumnKind::Flag { .. } => text.parse::<bool>().ok().map(Value::Bool),
        ColumnKind::Text | ColumnKind::Date { .. } | ColumnKind::Moment { .. } => None,
    };
    found.unwrap_or_else(|| Value::from(text))
}

/// A value as people read it.
pub(super) fn readable(kind: ColumnKind, text: &str) -> String {
    match (kind, text) {
        (ColumnKind::Flag { .. }, "true") => "yes".to_owned(),
        (ColumnKind::Flag { .. }, "false") => "no".to_owned(),
        (_, text) => text.replace(char::is_control, " "),
    }
}

/// The columns of the main kind that tell people most: short values that most items have and that are not the
/// same everywhere, in the order of the vendor's document.
pub(super) fn telling(shape: &PullShape, found: &[Found], ids: bool) -> Vec<&'static Column> {
    let Some(main) = shape.main() else { return Vec::new() };
    let items: Vec<&MemoryItem> =
        found.iter().map(|found| &found.item).filter(|item| item.kind == main.kind).collect();
    let tells = |column: &&'static Column| {
        let values: Vec<&str> = items.iter().filter_map(|item| value(item, column.name)).collect();
        let short = values.iter().all(|value| value.chars().count() <= SHORT);
        let differ = items.len() < 2
            || values.len() < items.len()
            || values.iter().any(|value| Some(value) != values.first());
        column.name != main.title && !values.is_empty() && 2 * values.len() >= items.len() && short && differ
    };
    columns(main, ids).filter(tells).take(TELLING).collect()
}
