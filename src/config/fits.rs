//! Whether a value that stands in a file fits the field that it is for.

use chrono::{NaiveDate, NaiveTime};

use crate::model::{Field, FieldKind, ListOf};

use super::address::is_email;
use super::cursor::quoted;
use super::problem::hint;

/// What is wrong with a value; `None` where nothing is.
pub(super) fn fits(field: &Field, value: &str) -> Option<String> {
    fits_parts(field, value, None)
}

/// The same for a list field whose values are separated by `separator` in the file.
pub(super) fn fits_parts(field: &Field, value: &str, separator: Option<&str>) -> Option<String> {
    if value.is_empty() {
        return field.required.then(|| format!("found an empty text, but the LMS demands `{}`", field.name));
    }
    let chars = value.chars().count();
    if let Some(max) = field.max_chars.filter(|max| u32::try_from(chars).is_ok_and(|chars| chars > *max)) {
        return Some(format!("found {chars} characters; `{}` holds at most {max}", field.name));
    }
    let found = quoted(value);
    match &field.kind {
        FieldKind::Text
        | FieldKind::DateTime
        | FieldKind::Bool
        | FieldKind::Number { .. }
        | FieldKind::Milliseconds
        | FieldKind::Grade
        | FieldKind::Url { .. } => None,
        FieldKind::Date { format } => NaiveDate::parse_from_str(value, format)
            .err()
            .map(|_| format!("found {found}; allowed: a date written {format}{}", example(format))),
        FieldKind::Email => (!is_email(value)).then(|| format!("found {found}; allowed: an e-mail address")),
        FieldKind::OneOf(allowed) => {
            let names: Vec<_> = allowed.iter().map(String::as_str).collect();
            let several = super::problem::several(&names);
            (!names.contains(&value))
                .then(|| format!("found {found}; allowed: {several}{}", hint(value, &names, "")))
        }
        FieldKind::List { separator: vendors, of } => {
            let commas = (*of == ListOf::Email).then_some(",");
            let parts = match separator.or(commas) {
                Some(separator) => value.split(separator).map(str::trim).collect(),
                None => vec![value],
            };
            parts.into_iter().find_map(|part| match of {
                ListOf::Email if !is_email(part) => {
                    Some(format!("found {}; allowed: an e-mail address", quoted(part)))
                }
                _ if part.contains(*vendors) => Some(format!(
                    "found {}; no value of `{}` may hold `{vendors}`, which the LMS puts between values",
                    quoted(part),
                    field.name
                )),
                _ => None,
            })
        }
    }
}

/// The same day in a vendor's format.
fn example(format: &str) -> String {
    let day = NaiveDate::from_ymd_opt(2026, 11, 21);
    // With a time of day beside it, for a format that shows one can't be written without.
    day.map(|day| format!(", such as {}", day.and_time(NaiveTime::MIN).and_utc().format(format)))
        .unwrap_or_default()
}
