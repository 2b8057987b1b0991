//! The file of a push's links: a CSV, a workbook, or a folder of forms; the old one stands until the new
//! one is whole.
//!
//! A link opens somebody's course and a form signs somebody in, so the files are private: the table for its
//! owner and group, a form for its owner alone.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};
use tempfile::NamedTempFile;

use crate::config::Push;
use crate::connectors::{Item, Link};
use crate::model::{Digest, FieldName, Key};

use super::EngineError;
use super::links::link_text;

/// For its owner and group: a portal reads it as a member of the group.
const TABLE_MODE: u32 = 0o640;
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
    Csv(Box<csv::Writer<BufWriter<NamedTempFile>>>),
    Workbook { book: Box<Workbook>, row: u32 },
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
        let body = match path.extension().and_then(|ending| ending.to_str()) {
            Some(ending) if ending.eq_ignore_ascii_case("csv") => {
                make_folder(path).map_err(failed)?;
                let mut writer = csv::Writer::from_writer(BufWriter::new(beside(path).map_err(failed)?));
                writer.write_record(&header).map_err(|error| failed(error.into()))?;
                Body::Csv(Box::new(writer))
            }
            Some(ending) if ending.eq_ignore_ascii_case("xlsx") => {
                make_folder(path).map_err(failed)?;
                let mut book = Box::new(Workbook::new());
                undated(&mut book).map_err(|error| failed(io::Error::other(error)))?;
                let sheet = book.add_worksheet_with_constant_memory();
                write_row(sheet, 0, &header).map_err(|error| failed(io::Error::other(error)))?;
                Body::Workbook { book, row: 0 }
            }
            _ => {
                fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
                let list = fs::read_to_string(path.join(LIST)).unwrap_or_default();
                let known = list.lines().map(str::to_owned).collect();
                Body::Forms { known, written: BTreeSet::new(), changed: false }
            }
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
            Body::Csv(writer) => writer.write_record(&row).map_err(|error| failed(error.into())),
            Body::Workbook { book, row: number } => {
                *number += 1;
                let sheet = book.worksheet_from_index(0);
                let written = sheet.and_then(|sheet| write_row(sheet, *number, &row));
                written.map_err(|error| failed(io::Error::other(error)))
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
            Body::Csv(writer) => {
                let file = writer.into_inner().map_err(|error| failed(error.into_error()))?;
                let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
                if fs::read(&path).is_ok_and(|old| fs::read(file.path()).is_ok_and(|new| new == old)) {
                    return Ok(false);
                }
                put(file, &path, TABLE_MODE).map_err(failed)?;
                Ok(true)
            }
            Body::Workbook { mut book, .. } => {
                let bytes = book.save_to_buffer().map_err(|error| failed(io::Error::other(error)))?;
                replace(&path, &bytes, TABLE_MODE).map_err(failed)
            }
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

fn write_row(sheet: &mut Worksheet, row: u32, cells: &[String]) -> Result<(), XlsxError> {
    for (column, cell) in (0..).zip(cells) {
        sheet.write_string(row, column, cell)?;
    }
    Ok(())
}

/// A workbook notes when it was made, and the same links are to be the same file.
fn undated(book: &mut Workbook) -> Result<(), XlsxError> {
    let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes the folder of a table where it is missing, open to the group as the table is.
fn make_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o750).create(folder_of(path))
}

fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = folder_of(path);
    tempfile::Builder::new().prefix(".rollbook-").tempfile_in(folder)
}

/// Adds a name to the list of forms.
fn note(list: &Path, name: &str) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().append(true).create(true).mode(FORM_MODE).open(list)?;
    writeln!(file, "{name}")
}

fn holds(path: &Path, bytes: &[u8]) -> bool {
    fs::read(path).is_ok_and(|found| found == bytes)
}

/// Gives whether the file was another one.
fn replace(path: &Path, bytes: &[u8], mode: u32) -> io::Result<bool> {
    if holds(path, bytes) {
        return Ok(false);
    }
    let mut file = beside(path)?;
    file.write_all(bytes)?;
    put(file, path, mode)?;
    Ok(true)
}

fn put(file: NamedTempFile, path: &Path, mode: u32) -> io::Result<()> {
    file.as_file().set_permissions(fs::Permissions::from_mode(mode))?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    File::open(folder_of(path))?.sync_all()
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
