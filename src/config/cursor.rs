//! Cursors into a TOML file: a table knows which of its keys were asked for, a value knows its line.

use std::cell::RefCell;
use std::collections::BTreeSet;

use toml::de::{DeTable, DeValue};

use super::check::{Place, Thing};
use super::document::Page;
use super::problem::{ProblemKind, hint};

/// A table of the file.
pub(super) struct Table<'a> {
    page: &'a Page,
    path: String,
    line: usize,
    entries: &'a DeTable<'a>,
    known: RefCell<BTreeSet<String>>,
}

impl<'a> Table<'a> {
    /// The whole file.
    pub(super) fn root(page: &'a Page, entries: &'a DeTable<'a>) -> Self {
        Self { page, path: String::new(), line: 1, entries, known: RefCell::default() }
    }

    /// The file.
    pub(super) fn page(&self) -> &'a Page {
        self.page
    }

    /// The value of a key, which from now on is a known one.
    pub(super) fn get(&self, key: &str) -> Option<Value<'a>> {
        self.known.borrow_mut().insert(key.to_owned());
        let (name, value) = self.entries.get_key_value(key)?;
        let line = self.page.line(name.span().start);
        Some(Value { page: self.page, path: self.path_of(key), line, value: value.get_ref() })
    }

    /// The value of a key that must be there.
    pub(super) fn need(&self, key: &str, what: &str) -> Option<Value<'a>> {
        let value = self.get(key);
        if value.is_none() {
            self.missing(key, format!("missing; {what}"));
        }
        value
    }

    /// All keys and values, where people choose the keys.
    pub(super) fn entries(&self) -> Vec<(String, Value<'a>)> {
        self.entries
            .keys()
            .filter_map(|key| Some((key.get_ref().to_string(), self.get(key.get_ref())?)))
            .collect()
    }

    /// The same in the order in which they are written, where that means something.
    pub(super) fn written(&self) -> Vec<(String, Value<'a>)> {
        let place = |name: &str| self.entries.get_key_value(name).map(|(key, _)| key.span().start);
        let mut entries = self.entries();
        entries.sort_by_key(|(name, _)| place(name));
        entries
    }

    /// Reports every key that nobody asked for.
    pub(super) fn finish(&self) {
        let known = self.known.borrow();
        let known: Vec<_> = known.iter().map(String::as_str).collect();
        for key in self.entries.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            let line = self.page.line(key.span().start);
            let message = format!("unknown key{}", hint(key.get_ref(), &known, "allowed here: "));
            self.page.report(ProblemKind::Error, line, &self.path_of(key.get_ref()), message);
        }
    }

    /// Reports that a key is not there.
    pub(super) fn missing(&self, key: &str, message: impl Into<String>) {
        self.page.report_missing(ProblemKind::Error, self.line, &self.path_of(key), message.into());
    }

    /// Says what is worth knowing about a key that is not there.
    pub(super) fn notice_missing(&self, key: &str, message: impl Into<String>) {
        self.page.report_missing(ProblemKind::Notice, self.line, &self.path_of(key), message.into());
    }

    /// Reports something about a key, be it there or not.
    pub(super) fn problem_at(&self, key: &str, message: impl Into<String>) {
        match self.get(key) {
            Some(value) => value.problem(message),
            None => self.missing(key, message),
        }
    }

    /// Reports something about the table as such.
    pub(super) fn problem(&self, message: impl Into<String>) {
        self.page.report(ProblemKind::Error, self.line, &self.path, message.into());
    }

    fn path_of(&self, key: &str) -> String {
        let bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        let key = if bare { key.to_owned() } else { format!("{key:?}") };
        if self.path.is_empty() { key } else { format!("{}.{key}", self.path) }
    }
}

/// A value of the file.
#[derive(Clone)]
pub(super) struct Value<'a> {
    pub(super) page: &'a Page,
    pub(super) path: String,
    pub(super) line: usize,
    pub(super) value: &'a DeValue<'a>,
}

impl<'a> Value<'a> {
    /// The line, counted from 1.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// A text, be it empty; `None` without a word where it is something else.
    pub(super) fn as_text(&self) -> Option<&'a str> {
        self.value.as_str()
    }

    /// A table; `None` without a word where it is something else.
    pub(super) fn as_table(&self) -> Option<Table<'a>> {
        let entries = self.value.as_table()?;
        let (page, path) = (self.page, self.path.clone());
        Some(Table { page, path, line: self.line, entries, known: RefCell::default() })
    }

    /// A table.
    pub(super) fn table(&self) -> Option<Table<'a>> {
        self.or_wrong(self.as_table(), "a table")
    }

    /// The tables of `[[…]]`.
    pub(super) fn tables(&self) -> Vec<Table<'a>> {
        if self.value.is_table() {
            self.wrong(&format!("a list of tables, each under [[{}]]", self.path));
        }
        let items = if self.value.is_table() { Vec::new() } else { self.list() };
        if items.is_empty() && self.value.is_array() {
            self.problem(format!("found an empty list; at least one [[{}]] is needed", self.path));
        }
        items.iter().filter_map(Value::table).collect()
    }

    /// The values of a list.
    pub(super) fn list(&self) -> Vec<Self> {
        let items = self.or_wrong(self.value.as_array(), "a list: [ … ]");
        let item = |(page, path): (&'a Page, String)| {
            move |item: &'a toml::Spanned<DeValue<'a>>| Self {
                page,
                path: path.clone(),
                line: page.line(item.span().start),
                value: item.get_ref(),
            }
        };
        items
            .map(|items| items.iter().map(item((self.page, self.path.clone()))).collect())
            .unwrap_or_default()
    }

    /// A text, be it empty.
    fn any_text(&self) -> Option<&'a str> {
        self.or_wrong(self.as_text(), "a text in quotes")
    }

    /// A text that is not empty.
    pub(super) fn text(&self) -> Option<&'a str> {
        let text = self.any_text()?;
        if text.trim().is_empty() {
            self.problem("found an empty text");
            return None;
        }
        Some(text)
    }

    /// The texts of a list that holds at least one, none empty and none twice.
    pub(super) fn texts(&self) -> Vec<(&'a str, Self)> {
        self.texts_by(Self::text)
    }

    /// The same, or one text without the list.
    pub(super) fn one_or_texts(&self) -> Vec<(&'a str, Self)> {
        if self.value.is_str() {
            return self.text().map(|text| (text, self.clone())).into_iter().collect();
        }
        self.texts()
    }

    /// The same, and a text may be empty.
    pub(super) fn one_or_any_texts(&self) -> Vec<(&'a str, Self)> {
        match self.as_text() {
            Some(text) => vec![(text, self.clone())],
            None => self.texts_by(Self::any_text),
        }
    }

    fn texts_by(&self, one: impl Fn(&Self) -> Option<&'a str>) -> Vec<(&'a str, Self)> {
        let items = self.list();
        if items.is_empty() && self.value.is_array() {
            self.problem("found an empty list; at least one is needed");
        }
        let mut texts: Vec<(&str, Self)> = Vec::new();
        for item in items {
            match one(&item) {
                Some(text) if texts.iter().any(|(other, _)| *other == text) => {
                    item.problem(format!("`{text}` stands in this list twice"));
                }
                Some(text) => texts.push((text, item)),
                None => {}
            }
        }
        texts
    }

    /// What stands there, in words. Not for places where a secret may stand.
    pub(super) fn found(&self) -> String {
        match self.value {
            DeValue::String(text) => quoted(text),
            DeValue::Integer(number) => number.to_string(),
            DeValue::Float(number) => number.to_string(),
            DeValue::Boolean(flag) => flag.to_string(),
            _ => self.kind().to_owned(),
        }
    }

    /// What kind of thing stands there.
    pub(super) fn kind(&self) -> &'static str {
        match self.value {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date or a time without quotes",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        }
    }

    /// Reports that something else is allowed here.
    pub(super) fn wrong(&self, allowed: &str) {
        self.problem(format!("found {}; allowed: {allowed}", self.found()));
    }

    /// Reports an error.
    pub(super) fn problem(&self, message: impl Into<String>) {
        self.page.report(ProblemKind::Error, self.line, &self.path, message.into());
    }

    /// Reports what is worth knowing.
    pub(super) fn notice(&self, message: impl Into<String>) {
        self.page.report(ProblemKind::Notice, self.line, &self.path, message.into());
    }

    /// Where it stands; `None` where a syntax error makes that doubtful.
    pub(super) fn place(&self) -> Option<Place> {
        self.page.place(self.line, &self.path)
    }

    /// Notes that a column of the source is named here.
    pub(super) fn names_column(&self, column: &str) {
        self.page.names_column(self.line, &self.path, column);
    }

    /// Notes what has to be there in the world for this value.
    pub(super) fn requires(&self, thing: Thing) {
        self.page.need(self.line, &self.path, thing);
    }

    pub(super) fn or_wrong<T>(&self, value: Option<T>, allowed: &str) -> Option<T> {
        if value.is_none() {
            self.wrong(allowed);
        }
        value
    }
}

/// A text in quotes, cut where it is long.
pub(super) fn quoted(text: &str) -> String {
    const SHOWN: usize = 60;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{:?} and so on", text.get(..end).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}
