//! `[pull.parameters]`: what a question says, in the vendor's own words, checked before anything is sent.

use chrono::{Datelike, NaiveDate};

use crate::model::{Field, FieldKind, FieldName, Fields, ListOf, Operation, Rule};

use super::cursor::{Table, Value, quoted};
use super::fits::{date_words, fits, part_problem};
use super::mapping::PLAIN_SECRET;
use super::problem::{SHOWN, hint, nearest, several as names};

/// Reads the parameters of a pull, each as the operation's field has it.
pub(super) fn parameters(pull: &Table<'_>, operation: Option<&Operation>) -> Fields {
    let table = pull.get("parameters").map(|value| value.table());
    let entries = table.iter().flatten().flat_map(Table::entries);
    let entries: Vec<(String, Value<'_>)> = entries.collect();
    let mut found = Fields::default();
    // Without the operation nobody knows what may stand here.
    let Some(operation) = operation else { return found };
    for (name, value) in &entries {
        if let Some(field) = field(name, value, operation)
            && let Some(text) = text(value, field, operation)
        {
            found.set(name.as_str().into(), text);
        }
    }
    let missing = |key: &str, message: String| match &table {
        Some(Some(table)) => table.missing(key, message),
        Some(None) => {}
        None => pull.missing("parameters", message),
    };
    let named = |name: &str| entries.iter().any(|(other, _)| other == name);
    for field in operation.fields.iter().filter(|field| field.required && !named(field.name.as_str())) {
        let message = format!("missing; {} demands `{}` ({})", operation.name, field.name, field.label);
        missing(field.name.as_str(), message);
    }
    for rule in &operation.rules {
        // Of a value that is wrong by itself nobody knows what it was to be.
        let unclear = |name: &&str| named(name) && of(&found, name).is_none();
        let names = rule.fields();
        if !names.iter().any(unclear) && !holds(rule, &found) {
            let wants = if matches!(rule, Rule::OnlyWith { .. }) { "allows" } else { "demands" };
            let message = format!("{} {wants} {rule}", operation.name);
            match entries.iter().find(|(name, _)| names.contains(&name.as_str())) {
                Some((_, value)) => value.problem(message),
                None => missing(names.first().copied().unwrap_or_default(), format!("missing; {message}")),
            }
        }
    }
    in_order(&entries, &found, operation);
    found
}

/// Says where the first of two days lies after the second.
fn in_order(entries: &[(String, Value<'_>)], found: &Fields, operation: &Operation) {
    let Some((first, second)) = operation.pull.and_then(|shape| shape.selects).map(|selects| selects.days)
    else {
        return;
    };
    let day = |name: &str| match operation.field(name)?.kind {
        FieldKind::Date { format } => NaiveDate::parse_from_str(of(found, name)?, format).ok(),
        _ => None,
    };
    if day(first).zip(day(second)).is_some_and(|(first, second)| first > second)
        && let Some((_, value)) = entries.iter().find(|(name, _)| name == first)
    {
        value.problem(format!("lies after `{second}`, so nothing can be there; change one of them"));
    }
}

fn field<'a>(name: &str, value: &Value<'_>, operation: &'a Operation) -> Option<&'a Field> {
    let found = operation.field(name);
    if found.is_none() {
        let names = operation.fields.iter().map(|field| field.name.as_str());
        let hint = match nearest(name, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("`rollbook fields {}` lists them", operation.name),
        };
        value.problem(format!("no such parameter of {}; {hint}", operation.name));
    }
    found
}

/// A parameter as it is kept.
fn text(value: &Value<'_>, field: &Field, operation: &Operation) -> Option<String> {
    if field.secret {
        value.problem(PLAIN_SECRET);
        return None;
    }
    match field.kind {
        FieldKind::List { separator, of } => several(value, field, separator, of, operation),
        _ if value.value.is_array() => {
            value.problem(format!("found a list; {}", takes_one(field)));
            None
        }
        FieldKind::Date { format } => day(value, format),
        _ => single(value, field),
    }
}

fn single(value: &Value<'_>, field: &Field) -> Option<String> {
    let text = plain(value, field)?;
    let problem = match fits(field, &text) {
        Ok(sent) => return Some(sent),
        Err(_) if field.kind == FieldKind::Bool => format!("found {}; allowed: true or false", value.found()),
        Err(_) if text.contains(',') && matches!(field.kind, FieldKind::OneOf(_)) => {
            format!("found {}; {}", value.found(), takes_one(field))
        }
        Err(problem) => problem,
    };
    value.problem(problem);
    None
}

fn takes_one(field: &Field) -> String {
    format!("the LMS takes a single value for `{}`", field.name)
}

/// A text without blanks around it, or a number or a switch written as one.
fn plain(value: &Value<'_>, field: &Field) -> Option<String> {
    if value.as_text().is_some() {
        return value.text().map(|text| text.trim().to_owned());
    }
    let flag = value.value.as_bool().filter(|_| field.kind == FieldKind::Bool).map(|flag| flag.to_string());
    let allowed = match field.kind {
        FieldKind::Bool => "true or false",
        _ => "a text in quotes",
    };
    value.or_wrong(flag.or_else(|| value.as_number()), allowed)
}

fn day(value: &Value<'_>, format: &'static str) -> Option<String> {
    let read = |text: &str| NaiveDate::parse_from_str(text.trim(), format).ok();
    let day = value.as_text().and_then(read).or_else(|| value.as_day());
    // A year of two digits is a slip of the hand.
    let day = day.filter(|day| (1000..=9999).contains(&day.year()));
    let allowed = format!("{}, or without quotes as 2026-11-21", date_words(format));
    value.or_wrong(day, &allowed).map(|day| day.format(format).to_string())
}

/// Several values: of a list, or of one text with the vendor's sign between them.
fn several(
    value: &Value<'_>,
    field: &Field,
    separator: char,
    of: ListOf,
    operation: &Operation,
) -> Option<String> {
    let items: Vec<(String, Value<'_>)> = if value.value.is_array() {
        let items = value.list();
        if items.is_empty() {
            value.problem("found an empty list; at least one is needed");
        }
        items.into_iter().filter_map(|item| Some((plain(&item, field)?, item))).collect()
    } else {
        let text = plain(value, field)?;
        text.split(separator).map(|part| (part.trim().to_owned(), value.clone())).collect()
    };
    let wanted = value.value.as_array().map_or(1, |items| items.len());
    let mut complete = !items.is_empty() && items.len() >= wanted;
    let mut values: Vec<String> = Vec::new();
    for (part, place) in items {
        let problem = match part.as_str() {
            "" => Some(format!("found {}; a value is missing beside a `{separator}`", place.found())),
            part => match of {
                ListOf::Words(words) => word_problem(field, words, part, operation),
                _ => part_problem(field, separator, of, part),
            },
        };
        let kept = match of {
            // `01` is 1.
            ListOf::Whole { .. } => part.parse().map(|number: u64| number.to_string()).unwrap_or(part),
            _ => part,
        };
        let problem = problem
            .or_else(|| values.contains(&kept).then(|| format!("{} stands there twice", quoted(&kept))));
        complete &= problem.is_none();
        match problem {
            Some(problem) => place.problem(problem),
            None => values.push(kept),
        }
    }
    complete.then(|| values.join(&separator.to_string()))
}

/// What is wrong with one word of a list.
fn word_problem(field: &Field, words: &[&str], part: &str, operation: &Operation) -> Option<String> {
    if words.contains(&part) {
        return None;
    }
    let listed = match words.len() > SHOWN {
        true => format!("{}: `rollbook fields {}` lists them", names(words), operation.name),
        false => names(words),
    };
    let hint = match other_spelling(field, words, part, operation) {
        Some(name) => format!("; did you mean `{name}`?"),
        None => hint(part, words, ""),
    };
    Some(format!("found {}; allowed: {listed}{hint}", quoted(part)))
}

/// The word for a column that the answer has under the name that was found.
fn other_spelling<'w>(
    field: &Field,
    words: &[&'w str],
    part: &str,
    operation: &Operation,
) -> Option<&'w str> {
    let shape = operation.pull?;
    shape.selects.filter(|selects| selects.columns == field.name.as_str())?;
    let is = |name: &str| name.eq_ignore_ascii_case(part);
    let column = shape
        .main()?
        .columns
        .iter()
        .find(|column| is(column.name) || column.spellings.iter().any(|name| is(name)))?;
    words.iter().copied().find(|word| *word == column.name || column.spellings.contains(word))
}

fn of<'f>(found: &'f Fields, name: &str) -> Option<&'f str> {
    found.get(&FieldName::from(name))
}

fn holds(rule: &Rule, found: &Fields) -> bool {
    let count = |names: &[&str]| names.iter().filter(|name| of(found, name).is_some()).count();
    match rule {
        Rule::ExactlyOne(names) => count(names) == 1,
        Rule::AtLeastOne(names) => count(names) > 0,
        Rule::OnlyWith { field, other, value } => {
            of(found, field).is_none() || of(found, other) == Some(*value)
        }
    }
}
