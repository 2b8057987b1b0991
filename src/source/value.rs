//! One field: trimming, value table, date, list, length, address, choice (semantics 15 and 16).

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use chrono::{NaiveDate, NaiveTime};
use email_address::{EmailAddress, Options};

use crate::model::{FieldKind, FieldMapping, ListOf};

use super::cell::{Cell, trim};
use super::date::{DateFormat, Fault};

/// Turns the cell of one field into its value.
pub(super) struct Rule<'a> {
    mapping: &'a FieldMapping,
    /// Whether no message may hold the value.
    secret: bool,
    table: Option<Table<'a>>,
    dates: Option<Dates>,
}

/// A value table, also by lower-case text where that is unique.
struct Table<'a> {
    exact: &'a BTreeMap<String, String>,
    folded: HashMap<String, Option<&'a str>>,
}

struct Dates {
    read: DateFormat,
    write: DateFormat,
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
        let dates = match &mapping.field.kind {
            FieldKind::Date { format } => Some(Dates {
                read: DateFormat::new(mapping.date.as_deref().unwrap_or(format)),
                write: DateFormat::new(format),
            }),
            _ => None,
        };
        Self { mapping, secret, table, dates }
    }

    /// The value, empty where there is none, or all that is wrong with it.
    pub(super) fn value(&self, cell: Cell<'_>) -> Result<String, Vec<String>> {
        match (&cell, &self.dates, &self.table) {
            (Cell::Error(error), ..) => {
                return Err(vec![format!("the cell holds the error {error}; correct it in the spreadsheet")]);
            }
            (Cell::Date(moment), Some(dates), None) => {
                return if moment.time() == NaiveTime::MIN {
                    self.written(dates, moment.date())
                } else {
                    Err(vec![self.not_a_date(&cell.into_text(), dates, &Fault::TimeOfDay)])
                };
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
        let value = match (&self.mapping.field.kind, &self.dates) {
            (FieldKind::Date { .. }, Some(dates)) => match dates.read.read(text) {
                Ok(date) => self.written(dates, date)?,
                Err(fault) => return Err(vec![self.not_a_date(text, dates, &fault)]),
            },
            (FieldKind::List { separator, of }, _) => self.list(text, *separator, *of)?,
            (FieldKind::Email, _) => {
                self.check_address(text).map_err(|reason| vec![reason])?;
                text.to_owned()
            }
            (FieldKind::OneOf(allowed), _) if !allowed.iter().any(|value| value == text) => {
                return Err(vec![format!("{} is not one of {}", self.quoted(text), listed(allowed.iter()))]);
            }
            _ => text.to_owned(),
        };
        match self.mapping.field.max_chars {
            // No text has more characters than bytes, so most need no counting.
            Some(limit) if value.len() > limit as usize && value.chars().count() > limit as usize => Err(
                vec![format!("it is {} characters long; at most {limit} are allowed", value.chars().count())],
            ),
            _ => Ok(value),
        }
    }

    /// A date as text that reads as this date; `None` where the field is none, or a value table stands
    /// before it.
    pub(super) fn date_text(&self, date: NaiveDate) -> Option<String> {
        self.dates.as_ref().filter(|_| self.table.is_none())?.read.write(date)
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
            (Some(given), ListOf::Text) => text.split(given).collect(),
            (Some(given), ListOf::Email) => text.split(given).flat_map(|part| part.split(',')).collect(),
            (None, ListOf::Email) => text.split(',').collect(),
            (None, ListOf::Text) => vec![text],
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

    fn written(&self, dates: &Dates, date: NaiveDate) -> Result<String, Vec<String>> {
        dates.write.write(date).ok_or_else(|| {
            vec![format!("a date alone can not be written as {}, which the LMS wants", dates.write.words())]
        })
    }

    fn not_a_date(&self, text: &str, dates: &Dates, fault: &Fault) -> String {
        let quoted = self.quoted(text);
        let words = dates.read.words();
        match fault {
            Fault::NoSuchDay => format!("{quoted} is no day of the calendar; it is read as {words}"),
            Fault::Year => format!("{quoted} has no year of four digits; it is read as {words}"),
            Fault::TimeOfDay => format!("{quoted} has a time of day, where a date is wanted"),
            Fault::Form if self.mapping.date.is_some() => {
                format!("{quoted} is not a date written as {words}")
            }
            Fault::Form => format!(
                "{quoted} is not a date written as {words}; if the export writes dates in another way, \
                 add `date = \"…\"` to the field"
            ),
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
mod tests {
    use crate::model::{Empty, Field, Send, Take};

    use super::*;

    fn field(kind: FieldKind) -> FieldMapping {
        FieldMapping {
            field: Field {
                name: "f".into(),
                label: "F".to_owned(),
                required: false,
                kind,
                max_chars: None,
                secret: false,
            },
            take: Take::Column("c".into()),
            date: None,
            unit: None,
            values: None,
            default: None,
            separator: None,
            trim: true,
            empty: Empty::Omit,
            send: Send::Compared,
        }
    }

    fn check_cell(mapping: &FieldMapping, cell: Cell<'_>, expected: Result<&str, &str>) {
        let found = Rule::new(mapping, mapping.field.secret).value(cell.clone());
        let found = found.map_err(|reasons| reasons.join(" | "));
        assert_eq!(found.as_deref().map_err(String::as_str), expected, "{cell:?}");
    }

    fn check(mapping: &FieldMapping, text: &str, expected: Result<&str, &str>) {
        check_cell(mapping, Cell::Text(text.into()), expected);
    }

    #[test]
    fn text_is_trimmed_unless_told_otherwise() {
        let mut text = field(FieldKind::Text);
        check(&text, " Ann\u{a0}", Ok("Ann"));
        check(&text, " \u{a0}", Ok(""));
        check_cell(&text, Cell::Number("42".into()), Ok("42"));
        check_cell(&text, Cell::Bool(true), Ok("TRUE"));
        text.trim = false;
        check(&text, " Ann ", Ok(" Ann "));
    }

    #[test]
    fn errors_and_control_characters_are_problems() {
        let text = field(FieldKind::Text);
        let reason = "the cell holds the error #N/A; correct it in the spreadsheet";
        check_cell(&text, Cell::Error("#N/A".into()), Err(reason));
        let reason = "`12 High St` holds a line break, tab or other control character; take it out";
        check(&text, "12\nHigh St", Err(reason));
        check(&text, "12\u{85}High St", Err(reason));
    }

    #[test]
    fn the_value_table_is_exact_then_in_any_case() {
        let mut status = field(FieldKind::OneOf(vec!["Active".to_owned(), "Inactive".to_owned()]));
        status.values = Some(
            [
                ("Y", "Active"),
                ("N", "Inactive"),
                ("n", "Active"),
                ("-", ""),
                ("No", "Inactive"),
                ("NO", "Active"),
            ]
            .map(|(cell, value)| (cell.to_owned(), value.to_owned()))
            .into(),
        );
        check(&status, " Y ", Ok("Active"));
        check(&status, "y", Ok("Active"));
        check(&status, "N", Ok("Inactive"));
        check(&status, "n", Ok("Active"));
        check(&status, "-", Ok(""));
        check(&status, "", Ok(""));
        check(&status, "X", Err("`X` is not in the value table, which has `-`, `N`, `NO`, `No`, `Y`, `n`"));
        check(&status, "no", Err("`no` is not in the value table, which has `-`, `N`, `NO`, `No`, `Y`, `n`"));
        status.default = Some("N".to_owned());
        check(&status, " ", Ok("Inactive"));
        status.default = Some("Active".to_owned());
        check(&status, " ", Ok("Active"));
        status.values = None;
        check(&status, "active", Err("`active` is not one of `Active`, `Inactive`"));
    }

    #[test]
    fn dates_come_out_as_the_vendor_wants_them() {
        let mut date = field(FieldKind::Date { format: "%m/%d/%Y" });
        let day = NaiveDate::from_ymd_opt(2024, 2, 1).unwrap();
        check_cell(&date, Cell::Date(day.and_time(NaiveTime::MIN)), Ok("02/01/2024"));
        check(&date, "2/1/2024", Ok("02/01/2024"));
        let hint = "; if the export writes dates in another way, add `date = \"…\"` to the field";
        check(&date, "2024-02-01", Err(&format!("`2024-02-01` is not a date written as MM/DD/YYYY{hint}")));
        date.date = Some("%d/%m/%Y".to_owned());
        check(&date, "01/02/2024", Ok("02/01/2024"));
        check(&date, "01/02/2024 00:00", Ok("02/01/2024"));
        check(&date, "31/02/2024", Err("`31/02/2024` is no day of the calendar; it is read as DD/MM/YYYY"));
        check(&date, "1.2.2024", Err("`1.2.2024` is not a date written as DD/MM/YYYY"));
        check_cell(
            &date,
            Cell::Date(day.and_hms_opt(23, 0, 0).unwrap()),
            Err("`2024-02-01T23:00:00` has a time of day, where a date is wanted"),
        );
    }

    #[test]
    fn a_list_is_split_only_where_it_is_said_to_be_one() {
        let mut list = field(FieldKind::List { separator: '~', of: ListOf::Text });
        check(&list, "Sales, North", Ok("Sales, North"));
        let hint = "; if the cell is a list, add `separator = \",\"` (or what divides it) to the field";
        check(&list, "a~b", Err(&format!("`a~b` holds `~`, which separates values{hint}")));
        list.separator = Some(";".to_owned());
        check(&list, " a ;; b;", Ok("a~b"));
        check(&list, ";", Ok(""));
        check(&list, "a~b;c", Err("`a~b` holds `~`, which separates values"));
    }

    #[test]
    fn addresses_are_checked_one_by_one() {
        let email = field(FieldKind::Email);
        check(&email, " zo\u{eb}@example.org", Ok("zo\u{eb}@example.org"));
        for wrong in ["ann", "ann@", "ann@example", "Ann <ann@example.org>", "a@b.org, c@d.org"] {
            check(&email, wrong, Err(&format!("`{wrong}` is not an e-mail address (name@example.org)")));
        }
        let mut list = field(FieldKind::List { separator: '~', of: ListOf::Email });
        check(&list, "a@b.org, c@d.org", Ok("a@b.org~c@d.org"));
        check(&list, "a@b.org,c", Err("`c` is not an e-mail address (name@example.org)"));
        check(&list, "a~@b.org", Err("`a~@b.org` holds `~`, which separates values"));
        list.separator = Some(";".to_owned());
        check(&list, "a@b.org;c@d.org,e@f.org", Ok("a@b.org~c@d.org~e@f.org"));
    }

    #[test]
    fn length_is_counted_in_characters_of_what_is_sent() {
        let mut text = field(FieldKind::Text);
        text.field.max_chars = Some(3);
        check(&text, "Zo\u{eb}", Ok("Zo\u{eb}"));
        check(&text, " Anna ", Err("it is 4 characters long; at most 3 are allowed"));
    }

    #[test]
    fn a_message_never_holds_a_secret() {
        let mut secret = field(FieldKind::Email);
        secret.field.secret = true;
        check(&secret, "hunter2", Err("the value is not an e-mail address (name@example.org)"));
        secret.values = Some(BTreeMap::new());
        check(&secret, "hunter2", Err("the value is not in the value table, which has "));
    }
}
