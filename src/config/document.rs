//! One TOML file: its tree with lines, and all that is found wrong while it is walked.
//!
//! Knows TOML and nothing of what the keys mean.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::check::{Need, Place};
use super::cursor::Table;
use super::problem::{Problem, ProblemKind};
use super::syntax::{self, Damage};

/// What came of a file.
pub(super) struct Read<T> {
    /// What the walk made of it.
    pub(super) value: T,
    /// All problems, in the order of their lines.
    pub(super) problems: Vec<Problem>,
    /// What has to be there in the world for it.
    pub(super) needs: Vec<Need>,
    /// Every column of a source that it names.
    pub(super) columns: Vec<(Place, String)>,
}

/// Parses a file as far as that goes and walks what could be parsed.
pub(super) fn read<T>(file: &Path, text: &str, walk: impl FnOnce(&Table<'_>) -> T) -> Read<T> {
    let (root, errors) = DeTable::parse_recoverable(text);
    let page = Page::new(file, text);
    let (errors, damage) = syntax::explain(&page, text, root.get_ref(), &errors);
    let page = Page { damage, ..page };
    let value = walk(&Table::root(&page, root.get_ref()));
    let mut problems = errors;
    problems.extend(page.problems.into_inner());
    problems.sort_by_key(|problem| problem.line);
    Read { value, problems, needs: page.needs.into_inner(), columns: page.columns.into_inner() }
}

/// A file that is being walked.
pub(super) struct Page {
    file: PathBuf,
    starts: Vec<usize>,
    problems: RefCell<Vec<Problem>>,
    needs: RefCell<Vec<Need>>,
    columns: RefCell<Vec<(Place, String)>>,
    errors: Cell<usize>,
    damage: Damage,
}

impl Page {
    fn new(file: &Path, text: &str) -> Self {
        let starts = text.match_indices('\n').map(|(position, _)| position + 1).collect();
        Self {
            file: file.to_owned(),
            starts,
            problems: RefCell::default(),
            needs: RefCell::default(),
            columns: RefCell::default(),
            errors: Cell::default(),
            damage: Damage::default(),
        }
    }

    /// The line of a byte, counted from 1.
    pub(super) fn line(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start <= byte) + 1
    }

    /// The file.
    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// A path that stands in the file: relative ones are relative to the file's folder.
    pub(super) fn path(&self, text: &str) -> PathBuf {
        self.file.parent().map_or_else(|| PathBuf::from(text), |folder| folder.join(text))
    }

    /// Whether nothing of the file is hidden behind a syntax error.
    pub(super) fn complete(&self) -> bool {
        self.damage.from.is_none()
    }

    /// Notes a problem, unless a syntax error in the same place has caused it.
    pub(super) fn report(&self, kind: ProblemKind, line: usize, key: &str, message: String) {
        if kind == ProblemKind::Error {
            self.errors.set(self.errors.get() + 1);
        }
        if self.is_hidden(line) {
            return;
        }
        let (file, key) = (self.file.clone(), key.to_owned());
        self.problems.borrow_mut().push(Problem { kind, file, line: Some(line), key, message });
    }

    /// Notes that something is not there, unless it may stand behind a syntax error.
    pub(super) fn report_missing(&self, kind: ProblemKind, line: usize, key: &str, message: String) {
        if self.complete() {
            self.report(kind, line, key, message);
        }
    }

    /// How many errors were noted so far, those among them that a syntax error has caused.
    pub(super) fn errors(&self) -> usize {
        self.errors.get()
    }

    /// A place in the file; `None` where a syntax error makes it doubtful.
    pub(super) fn place(&self, line: usize, key: &str) -> Option<Place> {
        let place = || Place { file: self.file.clone(), line, key: key.to_owned() };
        (!self.is_hidden(line)).then(place)
    }

    fn is_hidden(&self, line: usize) -> bool {
        self.damage.from.is_some_and(|from| line >= from) || self.damage.lines.contains(&line)
    }

    /// Notes that a column of the source is named, unless a syntax error makes that doubtful.
    pub(super) fn names_column(&self, line: usize, key: &str, column: &str) {
        let place = self.place(line, key);
        self.columns.borrow_mut().extend(place.map(|place| (place, column.to_owned())));
    }

    /// Notes what has to be there in the world.
    pub(super) fn need(&self, line: usize, key: &str, thing: super::check::Thing) {
        let place = Place { file: self.file.clone(), line, key: key.to_owned() };
        self.needs.borrow_mut().push(Need { place, thing });
    }
}

/// Every key named `name` in the tree, with its byte and the bytes of the inline table around it.
pub(super) fn places_of(name: &str, table: &DeTable<'_>) -> BTreeSet<(usize, usize)> {
    let mut found = BTreeSet::new();
    search(name, table, usize::MAX, &mut found);
    found
}

fn search(name: &str, table: &DeTable<'_>, ends: usize, found: &mut BTreeSet<(usize, usize)>) {
    for (key, value) in table {
        if key.get_ref() == name {
            found.insert((key.span().start, ends));
        }
        let tables: Vec<_> = match value.get_ref() {
            DeValue::Table(inner) => vec![(value.span(), inner)],
            DeValue::Array(items) => items
                .iter()
                .filter_map(|item| item.get_ref().as_table().map(|inner| (item.span(), inner)))
                .collect(),
            _ => Vec::new(),
        };
        for (span, inner) in tables {
            // The span of an inline table reaches over its keys, that of a `[header]` ends before them.
            let inline = inner.keys().next().is_some_and(|key| span.contains(&key.span().start));
            search(name, inner, if inline { span.end } else { ends }, found);
        }
    }
}
