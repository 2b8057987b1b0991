//! One curriculum of an answer as items: itself, and each of its contents. Pure.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::super::wire::many;
use super::kinds::OTHER;
use super::plain::plain;
use crate::model::{Column, Fields, ItemShape, Key, PullShape, Pulled};

/// Where the contents of a curriculum stand in it.
const CONTENTS: &str = "Content";

/// What says of which kind a content is.
const CONTENT_TYPE: &str = "content_type";

/// From here on a number with a point or an exponent may stand for several whole ones.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// IDs that contents bear and that are not their own.
const OF_OTHERS: [&str; 3] = ["curriculum_id", "program_id", "attendee_id"];

/// Whether a text stands for nothing.
pub(super) fn is_nothing(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || text.eq_ignore_ascii_case("NA")
}

/// Whether an object bears the ID of a curriculum.
pub(super) fn names_curriculum(shape: &PullShape, object: &Map<String, Value>) -> bool {
    shape.main().is_some_and(|main| id(main, object).is_some())
}

/// What a curriculum is called, no longer than a message needs.
pub(super) fn title(shape: &PullShape, object: &Map<String, Value>) -> Option<String> {
    let main = shape.main()?;
    Some(value(main.column(main.title), object)?.chars().take(80).collect())
}

/// Whether a curriculum says which contents it has: that there are none is an empty list, and `NA` says nothing.
pub(super) fn says_contents(object: &Map<String, Value>) -> bool {
    match object.get(CONTENTS) {
        Some(Value::Array(_) | Value::Object(_)) => true,
        Some(other) => text(other).is_some(),
        None => false,
    }
}

/// The items of a curriculum, itself first; `None` where it has no ID, without which nobody could tell what
/// became of it.
pub(super) fn curriculum(shape: &PullShape, object: &Map<String, Value>) -> Option<Vec<Pulled>> {
    let main = shape.main()?;
    let id = id(main, object)?;
    let key = Key::from_values([id.as_str()]);
    let mut items = vec![item(main, object, key.clone(), None)];
    let list = object.get(CONTENTS);
    let contents = many(list).iter().filter_map(Value::as_object).filter(|content| !content.is_empty());
    for (position, content) in contents.enumerate() {
        items.extend(part(shape, content, (&id, &key), position));
    }
    if let Some(curriculum) = items.first_mut().filter(|_| holds_others(list)) {
        curriculum.odd.push(CONTENTS.into());
    }
    Some(items)
}

/// Whether anything else than objects stands where the contents should.
fn holds_others(list: Option<&Value>) -> bool {
    let other = |value: &Value| !value.is_object() && text(value).is_some();
    match list {
        Some(Value::Array(items)) => items.iter().any(other),
        Some(value) => other(value),
        None => false,
    }
}

/// One content of the curriculum with this ID and key.
fn part(
    shape: &PullShape,
    content: &Map<String, Value>,
    (curriculum, parent): (&str, &Key),
    position: usize,
) -> Option<Pulled> {
    let said = content.get(CONTENT_TYPE).and_then(text).map(|(word, _)| word);
    let parts = shape.items.get(1..).unwrap_or_default();
    // What a portal calls it counts first, then whose ID it bears: the tables of two kinds do not even list
    // content_type.
    let by_word = parts.iter().find(|part| said.as_deref().is_some_and(|said| is_kind(part, said)));
    let by_id = || parts.iter().find(|part| part.kind != OTHER && id(part, content).is_some());
    // A kind that no document knows is an item as well, with what can be told of it: a content that is not there
    // would be lost in silence, and an answer that fails for one new kind would be of no use at all.
    let known = by_word.or_else(by_id).or_else(|| parts.iter().find(|part| part.kind == OTHER))?;
    let is_other = known.kind == OTHER;
    let content = if is_other { Cow::Owned(generic(content)) } else { Cow::Borrowed(content) };
    let (found, title) = (id(known, &content), value(known.column(known.title), &content));
    let has_id = found.is_some();
    // Without an ID, its title tells it from the others, and at the worst its place.
    let id = found.or(title).unwrap_or_else(|| format!("#{}", position + 1));
    let kind = if is_other { said.as_deref().unwrap_or(OTHER) } else { known.kind };
    let key = Key::from_values([curriculum, kind, id.as_str()]);
    let mut part = item(known, &content, key, Some(parent.clone()));
    part.odd.extend((!has_id).then(|| known.id.into()));
    part.odd.extend(is_other.then(|| CONTENT_TYPE.into()));
    Some(part)
}

/// Whether that is what contents of a kind are called.
fn is_kind(shape: &ItemShape, said: &str) -> bool {
    let bare = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    shape.kind != OTHER && bare(shape.kind) == bare(said)
}

/// A content of an unknown kind under the columns that such items have: every kind names its ID and its name by
/// words of its own.
fn generic(content: &Map<String, Value>) -> Map<String, Value> {
    let mut generic = content.clone();
    let ending = |ends: &[&str]| {
        let fits = |key: &str| !OF_OTHERS.contains(&key) && ends.iter().any(|end| key.ends_with(end));
        content.iter().find(|(key, value)| fits(key) && text(value).is_some()).map(|(_, value)| value.clone())
    };
    for (column, ends) in [("content_id", &["_id"][..]), ("content_name", &["_name", "title"][..])] {
        if !generic.contains_key(column)
            && let Some(value) = ending(ends)
        {
            generic.insert(column.to_owned(), value);
        }
    }
    generic
}

/// An item with the values of its columns.
fn item(shape: &ItemShape, object: &Map<String, Value>, key: Key, parent: Option<Key>) -> Pulled {
    let mut fields = Fields::default();
    let mut odd = Vec::new();
    for column in shape.columns {
        let Some((said, vague)) = said(column, object) else { continue };
        match column.kind.canonical(&said).filter(|_| !vague) {
            Some(kept) => fields.set(column.name.into(), kept),
            None => {
                fields.set(column.name.into(), said);
                odd.push(column.name.into());
            }
        }
    }
    Pulled { kind: shape.kind.to_owned(), key, parent, fields, odd }
}

/// An ID, unless it is no single one.
fn id(shape: &ItemShape, object: &Map<String, Value>) -> Option<String> {
    said(shape.column(shape.id)?, object).filter(|(_, vague)| !vague).map(|(text, _)| text)
}

fn value(column: Option<&Column>, object: &Map<String, Value>) -> Option<String> {
    said(column?, object).map(|(text, _)| text)
}

/// What is said under any spelling of a column's name.
fn said(column: &Column, object: &Map<String, Value>) -> Option<(String, bool)> {
    let spellings = std::iter::once(&column.name).chain(column.spellings);
    spellings.filter_map(|name| object.get(*name)).find_map(text)
}

/// A value as text, and whether it is vague: a list or an object where the document has a text, or a number of
/// which only the beginning is known. `None` where it says nothing.
fn text(value: &Value) -> Option<(String, bool)> {
    match value {
        Value::String(text) => Some((plain(text), false)).filter(|(text, _)| !is_nothing(text)),
        Value::Null => None,
        Value::Bool(flag) => Some((flag.to_string(), false)),
        Value::Number(number) => {
            let text = number.to_string();
            // 3.0 is a whole number to whoever writes it so.
            let text = text.strip_suffix(".0").unwrap_or(&text).to_owned();
            Some((text, number.is_f64() && number.as_f64().is_none_or(|number| number.abs() >= EXACT)))
        }
        Value::Array(items) if items.is_empty() => None,
        Value::Object(object) if object.is_empty() => None,
        nested => Some((plain(&nested.to_string()), true)),
    }
}

#[cfg(test)]
#[path = "items_tests.rs"]
mod tests;
