//! Whether a value that stands in a file fits the field that it is for.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use crate::model::{Field, FieldKind, ListOf, TimeUnit, date_pattern};

use super::address::is_email;
use super::cursor::quoted;
use super::problem::{hint, several};

/// How a value is written; by default as it is sent.
#[derive(Default)]
pub(super) struct Written<'a> {
    /// What separates the values of a list.
    pub(super) separator: Option<&'a str>,
    /// How dates and times are written.
    pub(super) date: Option<&'a str>,
    /// What spans of time are written in.
    pub(super) unit: Option<TimeUnit>,
}

/// A value that is written as it is sent, or nearly so: as it is sent, or what is wrong with it.
pub(super) fn fits(field: &Field, value: &str) -> Result<String, String> {
    fits_written(field, value, &Written::default())
}

/// The same for a value that is written as the cells of an export are; dates and lists come back as they
/// stand.
pub(super) fn fits_written(field: &Field, value: &str, written: &Written<'_>) -> Result<String, String> {
    if value.is_empty() && field.required {
        return Err(format!("found an empty text, but the LMS demands `{}`", field.name));
    }
    let chars = value.chars().count();
    if let Some(max) = field.max_chars.filter(|max| u32::try_from(chars).is_ok_and(|chars| chars > *max)) {
        return Err(format!("found {chars} characters; `{}` holds at most {max}", field.name));
    }
    if value.is_empty() {
        return Ok(String::new());
    }
    let found = quoted(value);
    if let FieldKind::Email | FieldKind::Part { email: true, .. } = field.kind
        && !is_email(value)
    {
        return Err(format!("found {found}; allowed: an e-mail address"));
    }
    if let Some(plain) = field.kind.plain(value, written.unit.unwrap_or(TimeUnit::Milliseconds)) {
        return plain.map(|value| value.into_owned()).map_err(|reason| match field.kind {
            // It may hold a password.
            FieldKind::Url { .. } => format!("found an address that {reason}"),
            _ => format!("found {found}, which {reason}"),
        });
    }
    let wrong = match &field.kind {
        FieldKind::Date { format } => date_problem(&found, value, written.date.unwrap_or(format)),
        FieldKind::DateTime => moment_problem(&found, value, written.date),
        FieldKind::OneOf(allowed) => {
            let names: Vec<_> = allowed.iter().map(String::as_str).collect();
            let several = several(&names);
            (!names.contains(&value))
                .then(|| format!("found {found}; allowed: {several}{}", hint(value, &names, "")))
        }
        FieldKind::List { separator, of } => list_problem(field, value, *separator, *of, written.separator),
        _ => None,
    };
    wrong.map_or_else(|| Ok(value.to_owned()), Err)
}

fn date_problem(found: &str, value: &str, format: &str) -> Option<String> {
    let wrong = NaiveDate::parse_from_str(value, format).is_err();
    wrong.then(|| format!("found {found}; allowed: {}", date_words(format)))
}

fn moment_problem(found: &str, value: &str, format: Option<&str>) -> Option<String> {
    let Some(format) = format else {
        let sent = value.strip_suffix('Z').unwrap_or(value);
        let wrong = NaiveDateTime::parse_from_str(sent, "%Y-%m-%dT%H:%M:%S").is_err() || sent.len() != 19;
        return wrong.then(|| {
            format!("found {found}; allowed: a date and time such as 2026-11-21T08:30:00, with Z behind it for UTC")
        });
    };
    date_problem(found, value, format)
}

fn list_problem(
    field: &Field,
    value: &str,
    vendors: char,
    of: ListOf,
    separator: Option<&str>,
) -> Option<String> {
    let commas = (of == ListOf::Email).then_some(",");
    let parts = match separator.or(commas) {
        Some(separator) => value.split(separator).map(str::trim).collect(),
        None => vec![value],
    };
    parts.into_iter().find_map(|part| part_problem(field, vendors, of, part))
}

/// What is wrong with one value of a list.
pub(super) fn part_problem(field: &Field, vendors: char, of: ListOf, part: &str) -> Option<String> {
    let found = quoted(part);
    match of {
        ListOf::Email if !is_email(part) => Some(format!("found {found}; allowed: an e-mail address")),
        ListOf::Words(words) if !words.contains(&part) => {
            Some(format!("found {found}; allowed: {}{}", several(words), hint(part, words, "")))
        }
        ListOf::Whole { least, greatest } => {
            let digits = part.bytes().all(|byte| byte.is_ascii_digit());
            let fits = digits && part.parse().is_ok_and(|number| (least..=greatest).contains(&number));
            (!fits).then(|| format!("found {found}; allowed: {}", whole_words(least, greatest)))
        }
        _ if part.contains(vendors) => Some(format!(
            "found {found}; no value of `{}` may hold `{vendors}`, which the LMS puts between values",
            field.name
        )),
        _ => None,
    }
}

fn whole_words(least: u64, greatest: u64) -> String {
    // The ends of the types bound nothing that people write.
    match greatest >= u64::from(u32::MAX) {
        true => format!("a whole number, {least} or more"),
        false => format!("a whole number from {least} to {greatest}"),
    }
}

/// How a date is written in this format, in words with an example.
pub(super) fn date_words(format: &str) -> String {
    let pattern = date_pattern(format);
    match pattern.contains('%') {
        true => format!("a date{}", example(format)),
        false => format!("a date written {pattern}{}", example(format)),
    }
}

/// The same day in a vendor's format.
fn example(format: &str) -> String {
    let day = NaiveDate::from_ymd_opt(2026, 11, 21);
    // With a time of day beside it, for a format that shows one can't be written without.
    day.map(|day| format!(", such as {}", day.and_time(NaiveTime::MIN).and_utc().format(format)))
        .unwrap_or_default()
}
