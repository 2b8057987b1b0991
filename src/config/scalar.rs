//! Single values of a document: switches, numbers, words and paths, each wrong one said.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use chrono::NaiveDate;
use toml::de::DeValue;

use super::cursor::Value;
use super::problem::{nearest, several};

impl<'a> Value<'a> {
    /// `true` or `false`.
    pub(super) fn flag(&self) -> Option<bool> {
        self.or_wrong(self.value.as_bool(), "true or false, without quotes")
    }

    /// A whole number.
    pub(super) fn whole(&self, allowed: RangeInclusive<u64>) -> Option<u64> {
        let number = self.value.as_integer().and_then(|n| u64::from_str_radix(n.as_str(), n.radix()).ok());
        let number = number.filter(|number| allowed.contains(number));
        let allowed = match (allowed.start(), allowed.end()) {
            (start, &u64::MAX) => format!("a whole number, {start} or more"),
            (start, end) => format!("a whole number from {start} to {end}"),
        };
        self.or_wrong(number, &allowed)
    }

    /// A number.
    pub(super) fn number(&self, allowed: RangeInclusive<f64>) -> Option<f64> {
        let number = match self.value {
            DeValue::Integer(n) => i64::from_str_radix(n.as_str(), n.radix()).ok().map(|n| n as f64),
            DeValue::Float(n) => n.as_str().parse().ok(),
            _ => None,
        };
        let number = number.filter(|number: &f64| number.is_finite() && allowed.contains(number));
        let allowed = match (allowed.start(), allowed.end()) {
            (start, &f64::MAX) => format!("a number, {start} or more"),
            (start, end) => format!("a number from {start} to {end}"),
        };
        self.or_wrong(number, &allowed)
    }

    /// A number as a text without quotes would hold it; `None` without a word where it is something else.
    pub(super) fn as_number(&self) -> Option<String> {
        match self.value {
            DeValue::Integer(n) => i64::from_str_radix(n.as_str(), n.radix()).ok().map(|n| n.to_string()),
            DeValue::Float(n) => Some(n.as_str().to_owned()),
            _ => None,
        }
    }

    /// A date without quotes and without a time; `None` without a word where it is something else.
    pub(super) fn as_day(&self) -> Option<NaiveDate> {
        let moment = self.value.as_datetime().filter(|moment| moment.time.is_none())?;
        let date = moment.date?;
        NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into())
    }

    /// One of some words.
    pub(super) fn word<T: Copy>(&self, words: &[(&str, T)]) -> Option<T> {
        let found = self.as_text().unwrap_or_default();
        if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == found) {
            return Some(*meaning);
        }
        let names: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        let near = nearest(found, names.iter().copied());
        let near = near.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
        self.problem(format!("found {}; allowed: {}{near}", self.found(), several(&names)));
        None
    }

    /// A path; relative ones are relative to the folder of the file that holds them.
    pub(super) fn path(&self) -> Option<PathBuf> {
        self.text().map(|text| self.page.path(text))
    }
}
