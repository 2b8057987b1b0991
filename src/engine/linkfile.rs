//! The file of a push's links: a CSV, a workbook, or a folder of forms; the old one stands until the new
//! one is whole.
//!
//! A link opens somebody's course and a form signs somebody in, so the files are private: the table for its
//! owner and group, a form for its owner alone.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::config::Push;
use crate::connectors::{Item, Link};
use crate::model::{Digest, FieldName, Key};

use super::EngineError;
use super::links::link_text;
use super::tablecell::Cell;
use super::tablefile::{TableFile, holds, is_table, replace};

/// For its owner alone.
const FORM_MODE: u32 = 0o600;
/// The names of the forms that Rollbook has written into a folder.
const LIST: &str = ".rollbook-forms";

/// A file of links in the making.
pub(super) struct LinkFile {
    path: PathBuf,
    columns: Vec<FieldName>,
    body: Body,
}

enum Body {
    Table(Box<TableFile>),
    Forms { known: BTreeSet<String>, written: BTreeSet<String>, changed: bool },
}

impl LinkFile {
    /// Begins a file of the kind that its name tells: `.csv`, `.xlsx`, or a folder.
    ///
    /// # Errors
    /// When it can't be made.
    pub(super) fn begin(path: &Path, push: &Push) -> Result<Self, EngineError> {
        let telling = push.operation.registers.unwrap_or_default();
        let columns: Vec<FieldName> = telling.iter().map(|field| (*field).into()).collect();
        let mut header: Vec<String> = push.mapping.key.iter().map(ToString::to_string).collect();
        header.extend(columns.iter().map(ToString::to_string));
        header.extend(["registration".to_owned(), "link".to_owned()]);
        let failed = |error: io::Error| EngineError::file("write the links", path, &error);
        let body = if is_table(path) {
            Body::Table(Box::new(TableFile::begin(path, &header).map_err(failed)?))
        } else {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
            let list = fs::read_to_string(path.join(LIST)).unwrap_or_default();
            let known = list.lines().map(str::to_owned).collect();
            Body::Forms { known, written: BTreeSet::new(), changed: false }
        };
        Ok(Self { path: path.to_owned(), columns, body })
    }

    /// Adds a link.
    ///
    /// # Errors
    /// When it can't be written.
    pub(super) fn add(&mut self, item: &Item, link: &Link) -> Result<(), EngineError> {
        let path = self.path.clone();
        let failed = |error: io::Error| EngineError::file("write the links", &path, &error);
        let mut row = item.key.values();
        row.extend(self.columns.iter().map(|name| item.fields.get(name).unwrap_or_default().to_owned()));
        row.push(item.registration.clone().unwrap_or_default());
        row.push(link_text(link).to_owned());
        match &mut self.body {
            Body::Table(table) => {
                // A portal reads the links, and takes a name for what it is.
                let cells: Vec<Cell<'_>> = row.iter().map(|text| Cell::raw(text)).collect();
                table.add(&cells).map_err(failed)
            }
            Body::Forms { known, written, changed } => {
                let name = form_name(&item.key);
                let (path, page) = (self.path.join(&name), link_text(link).as_bytes());
                if !known.contains(&name) {
                    if path.exists() && !holds(&path, page) {
                        return Err(failed(io::Error::other(format!(
                            "{name} is there, and is none of Rollbook's; move it away, or name another folder as \
                             `export`"
                        ))));
                    }
                    // Noted before it is there: a form that nobody knows as ours would never be taken away.
                    note(&self.path.join(LIST), &name).map_err(failed)?;
                    known.insert(name.clone());
                }
                *changed |= replace(&path, page, FORM_MODE).map_err(failed)?;
                written.insert(name);
                Ok(())
            }
        }
    }

    /// Puts the file in its place, unless the one there says the same; forms of records that are gone are taken
    /// away. Gives whether anything was to be done.
    ///
    /// # Errors
    /// When that fails; then the file before stands.
    pub(super) fn finish(self) -> Result<bool, EngineError> {
        let Self { path, body, .. } = self;
        let failed = |error: io::Error| EngineError::file("write the links", &path, &error);
        match body {
            Body::Table(table) => table.finish().map_err(failed),
            Body::Forms { known, written, mut changed } => {
                // Only what Rollbook has written is taken away: the folder may hold files of others.
                for gone in known.difference(&written) {
                    match fs::remove_file(path.join(gone)) {
                        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
                        _ => changed = true,
                    }
                }
                let names: String = written.iter().map(|name| format!("{name}\n")).collect();
                changed |= replace(&path.join(LIST), names.as_bytes(), FORM_MODE).map_err(failed)?;
                Ok(changed)
            }
        }
    }
}

/// The name of a record's form: its key where that is a plain word, so that a portal finds it, and a
/// fingerprint where it is not.
fn form_name(key: &Key) -> String {
    let plain = |text: &str| {
        let letters = text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.@+".contains(letter));
        letters && !text.is_empty() && text.len() <= 100 && !text.starts_with('.')
    };
    if plain(key.as_str()) {
        return format!("{key}.html");
    }
    let digest = Digest::new().part(key.as_str()).finish();
    let hex: String = digest.as_bytes().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("key-{hex}.html")
}

/// Adds a name to the list of forms.
fn note(list: &Path, name: &str) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().append(true).create(true).mode(FORM_MODE).open(list)?;
    writeln!(file, "{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_named_by_a_plain_key_and_never_leaves_its_folder() {
        let name = |values: &[&str]| form_name(&Key::from_values(values.iter().copied()));
        assert_eq!(name(&["E0007"]), "E0007.html");
        assert_eq!(name(&["ann@example.org"]), "ann@example.org.html");
        for odd in [&["../etc"][..], &["E1", "2026"], &[".hidden"], &["é"], &[""]] {
            let name = name(odd);
            assert!(name.starts_with("key-") && !name.contains('/'), "{name}");
        }
        assert_ne!(name(&["E1", "1"]), name(&["E1", "2"]));
    }
}
