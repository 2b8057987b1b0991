//! One curriculum of an answer as items: itself, and each of its contents. Pure.

use serde_json::{Map, Value};

use super::super::wire::many;
use super::kinds::OTHER;
use crate::model::{Column, Fields, ItemShape, Key, PullShape, Pulled};

/// Where the contents of a curriculum stand in it.
const CONTENTS: &str = "Content";

/// What says of which kind a content is.
const CONTENT_TYPE: &str = "content_type";

/// Whether a text stands for nothing.
pub(super) fn is_nothing(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || text.eq_ignore_ascii_case("NA")
}

/// Whether an object bears the ID of a curriculum.
pub(super) fn names_curriculum(shape: &PullShape, object: &Map<String, Value>) -> bool {
    shape.main().is_some_and(|main| id(main, object).is_some())
}

/// The items of a curriculum, itself first; `None` where it has no ID, without which nobody could tell what
/// became of it.
pub(super) fn curriculum(shape: &PullShape, object: &Map<String, Value>) -> Option<Vec<Pulled>> {
    let main = shape.main()?;
    let id = id(main, object)?;
    let key = Key::from_values([id.as_str()]);
    let mut items = vec![item(main, object, key.clone(), None)];
    let contents = many(object.get(CONTENTS)).iter().filter_map(Value::as_object);
    for (position, content) in contents.filter(|content| !content.is_empty()).enumerate() {
        items.push(part(shape, content, (&id, &key), position));
    }
    Some(items)
}

/// One content of the curriculum with this ID and key.
fn part(
    shape: &PullShape,
    content: &Map<String, Value>,
    (curriculum, parent): (&str, &Key),
    position: usize,
) -> Pulled {
    let said = content.get(CONTENT_TYPE).and_then(text).map(|(word, _)| word);
    let parts = shape.items.get(1..).unwrap_or_default();
    // What a portal calls it counts first, then whose ID it bears: the tables of two kinds do not even list
    // content_type.
    let by_word = parts.iter().find(|part| said.as_deref().is_some_and(|said| is_kind(part, said)));
    let by_id = || parts.iter().find(|part| part.kind != OTHER && id(part, content).is_some());
    let (known, content) = match by_word.or_else(by_id) {
        Some(known) => (Some(known), content.clone()),
        // A kind that no document knows is an item as well, with what can be told of it, so that it is not lost
        // in silence.
        None => (parts.iter().find(|part| part.kind == OTHER), generic(content)),
    };
    let Some(known) = known else {
        return Pulled {
            kind: OTHER.to_owned(),
            key: Key::from_values([curriculum, OTHER, &position.to_string()]),
            parent: Some(parent.clone()),
            fields: Fields::default(),
            odd: Vec::new(),
        };
    };
    let (found, title) = (id(known, &content), value(known.column(known.title), &content));
    let has_id = found.is_some();
    // Without an ID, its title tells it from the others, and at the worst its place.
    let id = found.or(title).unwrap_or_else(|| format!("#{}", position + 1));
    let kind = if known.kind == OTHER { said.as_deref().unwrap_or(OTHER) } else { known.kind };
    let key = Key::from_values([curriculum, kind, id.as_str()]);
    let mut part = item(known, &content, key, Some(parent.clone()));
    if !has_id {
        part.odd.push(known.id.into());
    }
    if known.kind == OTHER {
        part.odd.push(CONTENT_TYPE.into());
    }
    part
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
        let fits = |key: &str| ends.iter().any(|end| key.ends_with(end));
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
        let Some((said, nested)) = said(column, object) else { continue };
        match column.kind.canonical(&said).filter(|_| !nested) {
            Some(kept) => fields.set(column.name.into(), kept),
            None => {
                fields.set(column.name.into(), said);
                odd.push(column.name.into());
            }
        }
    }
    Pulled { kind: shape.kind.to_owned(), key, parent, fields, odd }
}

fn id(shape: &ItemShape, object: &Map<String, Value>) -> Option<String> {
    value(shape.column(shape.id), object)
}

fn value(column: Option<&Column>, object: &Map<String, Value>) -> Option<String> {
    said(column?, object).map(|(text, _)| text)
}

/// What is said under any spelling of a column's name.
fn said(column: &Column, object: &Map<String, Value>) -> Option<(String, bool)> {
    let spellings = std::iter::once(&column.name).chain(column.spellings);
    spellings.filter_map(|name| object.get(*name)).find_map(text)
}

/// A value as text, and whether it is a list or an object where the document has a text; `None` where it says
/// nothing.
fn text(value: &Value) -> Option<(String, bool)> {
    match value {
        Value::String(text) if is_nothing(text) => None,
        Value::String(text) => Some((text.trim().to_owned(), false)),
        Value::Null => None,
        Value::Bool(flag) => Some((flag.to_string(), false)),
        Value::Number(number) => {
            let text = number.to_string();
            // 3.0 is a whole number to whoever writes it so.
            Some((text.strip_suffix(".0").unwrap_or(&text).to_owned(), false))
        }
        Value::Array(items) if items.is_empty() => None,
        Value::Object(object) if object.is_empty() => None,
        nested => Some((nested.to_string(), true)),
    }
}

#[cfg(test)]
#[path = "items_tests.rs"]
mod tests;
