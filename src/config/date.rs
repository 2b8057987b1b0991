//! `date` of a field: how dates and times are written in the cells of an export.

use chrono::format::{Fixed, Item, Parsed, StrftimeItems, parse};
use chrono::{NaiveDate, NaiveDateTime};

use crate::model::{Field, FieldKind};

use super::cursor::Value;

/// Reads a `strftime` format from which every day, and for a time every minute, can be read back.
pub(super) fn date(value: &Value<'_>, field: Option<&Field>) -> Option<String> {
    let format = value.text()?;
    let kind = field.map(|field| &field.kind);
    if let Some(field) = field.filter(|field| !is_date(&field.kind)) {
        value.problem(format!("`{}` is no date; only a date field has a date format", field.name));
        return None;
    }
    let found = value.found();
    let signs = "%d (day), %m (month), %Y (year), such as \"%d/%m/%Y\"";
    let wrong = |item: Item<'_>| matches!(item, Item::Error);
    let named_zone = |item: Item<'_>| matches!(item, Item::Fixed(Fixed::TimezoneName));
    let problem = if StrftimeItems::new(format).any(wrong) {
        format!("found {found}, which is no date format; allowed: {signs}")
    } else if !tells_a_day(format) {
        format!("found {found}, from which no day can be read; allowed: {signs}")
    } else if kind == Some(&FieldKind::DateTime) && StrftimeItems::new(format).any(named_zone) {
        format!("found {found}; the name of a zone (%Z) can't be converted; allowed: %z, for +0100 or Z")
    } else if kind == Some(&FieldKind::DateTime) && !tells_a_time(format) {
        format!(
            "found {found}, from which no time of day can be read; allowed behind the day: nothing, %H:%M, \
             %H:%M:%S or %I:%M %p"
        )
    } else {
        return Some(format.to_owned());
    };
    value.problem(problem);
    None
}

fn is_date(kind: &FieldKind) -> bool {
    matches!(kind, FieldKind::Date { .. } | FieldKind::DateTime)
}

/// Whether a date written in this format can be read back.
fn tells_a_day(format: &str) -> bool {
    written(format)
        .is_some_and(|(text, moment)| NaiveDate::parse_from_str(&text, format) == Ok(moment.date()))
}

/// Whether what a format shows of a time of day is enough to read it back.
fn tells_a_time(format: &str) -> bool {
    let Some((text, moment)) = written(format) else { return false };
    let mut parsed = Parsed::new();
    if parse(&mut parsed, &text, StrftimeItems::new(format)).is_err() {
        return false;
    }
    let parts = [parsed.hour_div_12(), parsed.hour_mod_12(), parsed.minute(), parsed.second()];
    parts.iter().all(Option::is_none) || parsed.to_naive_time() == Ok(moment.time())
}

/// A moment of an evening in this format.
fn written(format: &str) -> Option<(String, NaiveDateTime)> {
    let moment = NaiveDate::from_ymd_opt(2026, 11, 21)?.and_hms_opt(20, 30, 0)?;
    let mut text = String::new();
    let written = std::fmt::Write::write_fmt(&mut text, format_args!("{}", moment.and_utc().format(format)));
    written.is_ok().then_some((text, moment))
}
