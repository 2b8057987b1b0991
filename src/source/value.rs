//! One field: trimming, value table, kind by kind, length (semantics 15 and 16).

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use email_address::{EmailAddress, Options};

use crate::model::{FieldKind, FieldMapping, ListOf, TimeUnit};

use super::cell::{Cell, trim};
use super::date::{DateFormat, Fault};
use super::moment::{self, MomentFormat};
use super::times::Times;

/// Turns the cell of one field into its value.
pub(super) struct Rule<'a> {
    mapping: &'a FieldMapping,
    /// Whether no message may hold the value.
    secret: bool,
    table: Option<Table<'a>>,
    times: Times,
}

/// A value table, also by lower-case text where that is unique.
struct Table<'a> {
    exact: &'a BTreeMap<String, String>,
    folded: HashMap<String, Option<&'a str>>,
}

impl<'a> Rule<'a> {
    pub(super) fn new(mapping: &'a FieldMapping, secret: bool) -> Self {
        let table = mapping.values.as_ref().map(|exact| {
            let mut folded = HashMap::new();
            for (cell, value) in exact {
                folded.entry(cell.to_lowercase()).and_modify(|both| *both = None).or_insert(Some(&**value));
            }
            Table { exact, folded }
        });
        // What comes out of a table is written as it is sent.
        let times = Times::new(mapping, table.is_some());
        Self { mapping, secret, table, times }
    }

    /// The value, empty where there is none, or all that is wrong with it.
    pub(super) fn value(&self, cell: Cell<'_>) -> Result<String, Vec<String>> {
        match &cell {
            Cell::Error(error) => {
                return Err(vec![format!("the cell holds the error {error}; correct it in the spreadsheet")]);
            }
            Cell::Date(moment) if self.table.is_none() => {
                if let Some(value) = self.of_date(*moment, &cell) {
                    return value.map_err(|reason| vec![reason]);
                }
            }
            _ => {}
        }
        let text = cell.into_text();
        let text = self.looked_up(&text)?;
        if text.is_empty() {
            return Ok(String::new());
        }
        if has_control(text) {
            return Err(vec![format!(
                "{} holds a line break, tab or other control character; take it out",
                self.quoted(text)
            )]);
        }
        let value = self.of_text(text)?;
        match self.mapping.field.max_chars {
            // No text has more characters than bytes, so most need no counting.
            Some(limit) if value.len() > limit as usize && value.chars().count() > limit as usize => Err(
                vec![format!("it is {} characters long; at most {limit} are allowed", value.chars().count())],
            ),
            _ => Ok(value),
        }
    }

    /// The value of a cell that holds a date; `None` where it is to be taken as text.
    fn of_date(&self, moment: NaiveDateTime, cell: &Cell<'_>) -> Option<Result<String, String>> {
        let text = || cell.clone().into_text();
        match (&self.times, &self.mapping.field.kind) {
            (Times::Dates { write, .. }, _) if moment.time() == NaiveTime::MIN => {
                Some(written(write, moment.date()))
            }
            (Times::Dates { read, .. }, _) => Some(Err(self.not_a_date(&text(), read, &Fault::TimeOfDay))),
            // A workbook knows no zones: the day is the one that it shows.
            (Times::Days { write, .. }, _) => Some(written(write, moment.date())),
            (Times::Moments(read), _) => {
                Some(moment::sent(moment).map_err(|fault| self.not_a_moment(&text(), read, &fault)))
            }
            (Times::None, FieldKind::Milliseconds) => Some(Err(format!(
                "{} is a date, where a span of time is wanted; give the column the format [h]:mm:ss",
                self.quoted(&text())
            ))),
            (Times::None, _) => None,
        }
    }

    /// The value of a text that is not empty.
    fn of_text(&self, text: &str) -> Result<String, Vec<String>> {
        let value = match (&self.mapping.field.kind, &self.times) {
            (_, Times::Dates { read, write }) => match read.read(text) {
                Ok(date) => written(write, date),
                Err(fault) => Err(self.not_a_date(text, read, &fault)),
            },
            (_, Times::Days { read, zone, write }) => match read.day(text, *zone) {
                Ok(day) => written(write, day),
                Err(fault) => Err(self.not_a_moment(text, read, &fault)),
            },
            (_, Times::Moments(read)) => {
                read.read(text).map_err(|fault| self.not_a_moment(text, read, &fault))
            }
            (FieldKind::List { separator, of }, _) => return self.list(text, *separator, *of),
            (FieldKind::OneOf(allowed), _) if !allowed.iter().any(|value| value == text) => Err(format!(
                "{} is not one of {}; correct it, or say with `values` in the job what it stands for",
                self.quoted(text),
                listed(allowed.iter())
            )),
            (FieldKind::Email | FieldKind::Part { email: true, .. }, _) => {
                self.check_address(text).and_then(|()| self.plain(text))
            }
            _ => self.plain(text),
        };
        value.map_err(|reason| vec![reason])
    }

    /// A value whose kind says all by itself.
    fn plain(&self, text: &str) -> Result<String, String> {
        let unit = self.mapping.unit.filter(|_| self.table.is_none()).unwrap_or(TimeUnit::Milliseconds);
        match self.mapping.field.kind.plain(text, unit) {
            None => Ok(text.to_owned()),
            Some(Ok(value)) => Ok(value.into_owned()),
            Some(Err(reason)) => Err(format!("{} {reason}", self.quoted(text))),
        }
    }

    /// A date or time of a workbook as text that reads as this one; `None` where the field is none, or a
    /// value table stands before it.
    pub(super) fn moment_text(&self, moment: NaiveDateTime) -> Option<String> {
        if self.table.is_some() { None } else { self.times.text(moment) }
    }

    /// Trims, puts the default in, and asks the value table.
    fn looked_up<'t>(&'t self, text: &'t str) -> Result<&'t str, Vec<String>> {
        let found = if self.mapping.trim { trim(text) } else { text };
        let (found, by_default) = match &self.mapping.default {
            Some(default) if found.is_empty() => (default.as_str(), true),
            _ => (found, false),
        };
        let Some(table) = &self.table else { return Ok(found) };
        if let Some(value) = table.exact.get(found) {
            return Ok(value);
        }
        if let Some(Some(value)) = table.folded.get(&found.to_lowercase()) {
            return Ok(value);
        }
        // A default may also be written as the value that is sent.
        if found.is_empty() || by_default {
            return Ok(found);
        }
        let quoted = self.quoted(found);
        Err(vec![format!("{quoted} is not in the value table, which has {}", listed(table.exact.keys()))])
    }

    fn list(&self, text: &str, separator: char, of: ListOf) -> Result<String, Vec<String>> {
        let given = self.mapping.separator.as_deref().filter(|given| !given.is_empty());
        let items: Vec<&str> = match (given, of) {
            (Some(given), ListOf::Email) => text.split(given).flat_map(|part| part.split(',')).collect(),
            (Some(given), _) => text.split(given).collect(),
            (None, ListOf::Email) => text.split(',').collect(),
            (None, _) => vec![text],
        };
        let items: Vec<&str> = items.into_iter().map(trim).filter(|item| !item.is_empty()).collect();
        let mut reasons = Vec::new();
        for item in &items {
            if item.contains(separator) {
                let hint = match (given, of) {
                    (None, ListOf::Text) => {
                        "; if the cell is a list, add `separator = \",\"` (or what divides it) to the field"
                    }
                    _ => "",
                };
                let quoted = self.quoted(item);
                reasons.push(format!("{quoted} holds `{separator}`, which separates values{hint}"));
            } else if of == ListOf::Email {
                reasons.extend(self.check_address(item).err());
            }
        }
        if reasons.is_empty() { Ok(items.join(separator.encode_utf8(&mut [0; 4]))) } else { Err(reasons) }
    }

    fn check_address(&self, text: &str) -> Result<(), String> {
        let options = Options::default().without_display_text().without_domain_literal().with_required_tld();
        match EmailAddress::parse_with_options(text, options) {
            Ok(_) => Ok(()),
            Err(_) => Err(format!("{} is not an e-mail address (name@example.org)", self.quoted(text))),
        }
    }

    fn not_a_date(&self, text: &str, dates: &DateFormat, fault: &Fault) -> String {
        let quoted = self.quoted(text);
        let words = dates.words();
        match fault {
            Fault::NoSuchDay => format!("{quoted} is no day of the calendar; it is read as {words}"),
            Fault::Year => format!("{quoted} has no year of four digits; it is read as {words}"),
            Fault::TimeOfDay => {
                format!(
                    "{quoted} has a time of day, where a date is wanted; for the day of a point in time, add \
                 `day_in = \"ZONE\"` to the field"
                )
            }
            Fault::Form | Fault::NoSuchTime => {
                format!("{quoted} is not a date written as {words}{}", self.date_hint())
            }
        }
    }

    fn not_a_moment(&self, text: &str, moments: &MomentFormat, fault: &Fault) -> String {
        let quoted = self.quoted(text);
        let words = moments.words();
        match fault {
            Fault::NoSuchDay | Fault::NoSuchTime => {
                format!("{quoted} names a day or a time that there is not; it is read as {words}")
            }
            Fault::Year => format!("{quoted} has no year of four digits; it is read as {words}"),
            Fault::Form | Fault::TimeOfDay => format!(
                "{quoted} is not a date and time written as {words}; a zone may follow (Z, +01:00){}",
                self.date_hint()
            ),
        }
    }

    /// What to do about dates that are written in another way, where the job says none.
    fn date_hint(&self) -> &'static str {
        match self.mapping.date {
            Some(_) => "; correct it, or `date` of the field in the job",
            None => "; if the export writes dates in another way, add `date = \"…\"` to the field",
        }
    }

    /// The text for a message; of a secret nothing is said.
    fn quoted(&self, text: &str) -> Cow<'static, str> {
        if self.secret {
            return "the value".into();
        }
        let mut chars = text.chars();
        let mut quoted: String =
            chars.by_ref().take(80).map(|c| if c.is_control() { ' ' } else { c }).collect();
        if chars.next().is_some() {
            quoted.push('…');
        }
        format!("`{quoted}`").into()
    }
}

fn written(dates: &DateFormat, date: NaiveDate) -> Result<String, String> {
    dates
        .write(date)
        .ok_or_else(|| format!("a date alone can not be written as {}, which the LMS wants", dates.words()))
}

/// Whether any control character stands in the text.
pub(super) fn has_control(text: &str) -> bool {
    if text.is_ascii() {
        text.bytes().any(|byte| byte.is_ascii_control())
    } else {
        text.chars().any(char::is_control)
    }
}

fn listed<'a>(values: impl ExactSizeIterator<Item = &'a String>) -> String {
    let count = values.len();
    let mut list: Vec<String> = values.take(30).map(|value| format!("`{value}`")).collect();
    if count > list.len() {
        list.push(format!("and {} more", count - list.len()));
    }
    list.join(", ")
}

#[cfg(test)]
#[path = "value_tests.rs"]
mod tests;
