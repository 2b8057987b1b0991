//! Rows of progress as items: typed, each under its key, and none twice. Pure.

use std::collections::HashMap;

use serde_json::{Map, Number, Value};
use uuid::Uuid;

use super::fields::{COLUMNS, PERCENT, PROGRESS, REGISTRATION, TRANSACTION};
use crate::model::{ColumnKind, FieldName, Fields, Keep, Key, Pulled};

/// The rows of a page.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// In the order of the page; rows of one key are one item.
    pub(super) items: Vec<Pulled>,
    /// What names each row, in the order of the page.
    pub(super) keys: Vec<String>,
    /// Of them, those of rows that were another's.
    pub(super) doubled: Vec<String>,
    /// Of them, what stands for rows that nothing names.
    pub(super) nameless: Vec<String>,
}

impl Rows {
    /// Leaves out the items that were read before.
    pub(super) fn leave_out(&mut self, read: impl Fn(&str) -> bool) {
        let known: Vec<Key> =
            self.keys.iter().filter(|key| read(key)).map(|key| Key::from_values([key.as_str()])).collect();
        self.items.retain(|item| !known.contains(&item.key));
    }
}

/// Reads the rows of a page. One that has nothing to be known by is no item, and counts as nameless: the others
/// are not to wait for it, and it is not to be lost without a word.
pub(super) fn read(rows: &[Map<String, Value>]) -> Rows {
    let mut read = Rows::default();
    let mut places = HashMap::new();
    for row in rows {
        let (fields, odd) = fields(row);
        // A number that came rounded may be that of several.
        let value = |name: &str| fields.get(&name.into()).filter(|_| !odd.contains(&name.into()));
        // An older description of the API has no transactions.
        let by_registration = || value(REGISTRATION).filter(|_| fields.get(&TRANSACTION.into()).is_none());
        let Some(name) = value(TRANSACTION).or_else(by_registration).map(str::to_owned) else {
            let key = format!("nameless {}", fields.fingerprint());
            read.nameless.push(key.clone());
            read.keys.push(key);
            continue;
        };
        let key = Key::from_values([name.as_str()]);
        let item = Pulled { kind: PROGRESS.to_owned(), key, parent: None, fields, odd };
        let earlier = places.get(&name).and_then(|place: &usize| read.items.get_mut(*place));
        match earlier {
            Some(earlier) => {
                read.doubled.push(name.clone());
                let first = std::mem::replace(earlier, item);
                *earlier = one_of(first, earlier);
            }
            None => {
                places.insert(name.clone(), read.items.len());
                read.items.push(item);
            }
        }
        read.keys.push(name);
    }
    read
}

/// Two rows of one transaction: that which is further counts, and what the other has besides.
fn one_of(first: Pulled, second: &Pulled) -> Pulled {
    let percent = |item: &Pulled| {
        let text = item.fields.get(&PERCENT.into()).unwrap_or_default();
        text.parse::<f64>().unwrap_or(-1.0)
    };
    let filled = |item: &Pulled| {
        let kept = COLUMNS.iter().filter(|column| column.keep == Keep::Filled);
        kept.filter(|column| item.fields.get(&column.name.into()).is_some()).count()
    };
    let second_is_further = (percent(second), filled(second)) > (percent(&first), filled(&first));
    let (further, other) = if second_is_further { (second, &first) } else { (&first, second) };
    let mut fields = further.fields.clone();
    for column in COLUMNS.iter().filter(|column| column.keep == Keep::Filled) {
        let name = column.name.into();
        if let (None, Some(value)) = (fields.get(&name), other.fields.get(&name)) {
            fields.set(name, value);
        }
    }
    Pulled { fields, ..further.clone() }
}

/// The values of a row by column, and the columns whose values are not of their kind.
fn fields(row: &Map<String, Value>) -> (Fields, Vec<FieldName>) {
    let (mut fields, mut odd) = (Fields::default(), Vec::new());
    for column in COLUMNS {
        let found = row.iter().find(|(name, _)| name.eq_ignore_ascii_case(column.name));
        let Some((text, plain)) = found.and_then(|(_, value)| text(value)) else { continue };
        if text.is_empty() || (text == "NA" && !is_a_name(column.name)) {
            continue;
        }
        match column.kind.canonical(&text).filter(|_| plain) {
            Some(kept) => fields.set(column.name.into(), written(column.name, column.kind, kept)),
            None => {
                odd.push(column.name.into());
                fields.set(column.name.into(), text);
            }
        }
    }
    (fields, odd)
}

/// "NA" stands for nothing, and is a surname too.
fn is_a_name(column: &str) -> bool {
    matches!(column, "firstName" | "lastName")
}

/// A value as text, and whether it is one that a column can have.
fn text(value: &Value) -> Option<(String, bool)> {
    match value {
        Value::Null => None,
        Value::String(text) => Some((text.trim().to_owned(), true)),
        Value::Number(number) => Some((number.to_string(), is_exact(number))),
        other => Some((other.to_string(), false)),
    }
}

/// Whether a number is what was sent: one that 64 bits can't hold comes rounded.
fn is_exact(number: &Number) -> bool {
    number.is_i64() || number.is_u64() || number.as_f64().is_some_and(|number| number.abs() < ROUNDED)
}

/// From here on not every whole number is a floating-point number.
const ROUNDED: f64 = 9_007_199_254_740_992.0;

/// The form in which a value is compared with ours.
fn written(name: &str, kind: ColumnKind, kept: String) -> String {
    match kind {
        // Ours are in small letters with hyphens, and may come back otherwise.
        _ if name == REGISTRATION => match Uuid::try_parse(&kept) {
            Ok(registration) => registration.hyphenated().to_string(),
            Err(_) => kept,
        },
        // The API's times are UTC, whether they say so or not.
        ColumnKind::Moment { .. } if !kept.ends_with('Z') => format!("{kept}Z"),
        _ => kept,
    }
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
