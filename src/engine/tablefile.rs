//! A table as a file, CSV or a workbook by its ending: the old one stands until the new one is whole, and
//! stays where both say the same. Whatever its size, it takes little memory.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};
use tempfile::NamedTempFile;

use crate::report::neutralise;

use super::tablecell::{Cell, Shown, Styles};

/// For its owner and group: whoever picks it up is a member of the group.
pub(super) const TABLE_MODE: u32 = 0o640;

/// How many rows a sheet can have.
const SHEET_ROWS: u32 = 1_048_576;

/// How many characters wide a column is for people: a day with its time is whole.
const WIDTH: f64 = 20.0;

/// Whether a file of this name is a table: `.csv` or `.xlsx`, in any case.
pub(super) fn is_table(path: &Path) -> bool {
    ending(path).is_some()
}

/// A table in the making.
pub(super) struct TableFile {
    path: PathBuf,
    body: Body,
}

enum Body {
    Csv(Box<csv::Writer<BufWriter<NamedTempFile>>>),
    Workbook { book: Box<Workbook>, styles: Box<Styles>, row: u32, columns: u16 },
}

#[derive(Clone, Copy)]
enum Ending {
    Csv,
    Workbook,
}

impl TableFile {
    /// Begins a table beside its place, whose folder is made where it is missing.
    ///
    /// # Errors
    /// When it can't be made, or its name is none of a table's.
    pub(super) fn begin(path: &Path, header: &[String]) -> io::Result<Self> {
        let Some(ending) = ending(path) else {
            return Err(io::Error::other("its name ends neither with .csv nor with .xlsx"));
        };
        make_folder(path)?;
        let body = match ending {
            Ending::Csv => {
                let mut writer = csv::Writer::from_writer(BufWriter::new(beside(path)?));
                writer.write_record(header)?;
                Body::Csv(Box::new(writer))
            }
            Ending::Workbook => {
                let mut book = Box::new(Workbook::new());
                let styles = Box::new(Styles::default());
                undated(&mut book)
                    // Rows lie beside the file until it is whole: where it has room, they have too.
                    .and_then(|()| book.set_tempdir(folder_of(path)).map(|_| ()))
                    .and_then(|()| {
                        let sheet = book.add_worksheet_with_constant_memory();
                        write_header(sheet, header)
                    })
                    .map_err(io::Error::other)?;
                let columns = u16::try_from(header.len()).unwrap_or(u16::MAX);
                Body::Workbook { book, styles, row: 0, columns }
            }
        };
        Ok(Self { path: path.to_owned(), body })
    }

    /// The same with columns as wide as dates and words are, and a heading that stays: for people. In a CSV file
    /// there is no such thing.
    ///
    /// # Errors
    /// What the sheet says.
    pub(super) fn for_people(mut self) -> io::Result<Self> {
        if let Body::Workbook { book, columns, .. } = &mut self.body {
            let sheet = book.worksheet_from_index(0).map_err(io::Error::other)?;
            for column in 0..*columns {
                sheet.set_column_width(column, WIDTH).map_err(io::Error::other)?;
            }
            sheet.set_freeze_panes(1, 0).map_err(io::Error::other)?;
        }
        Ok(self)
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When it can't be written, or a sheet can't hold as many.
    pub(super) fn add(&mut self, row: &[Cell<'_>]) -> io::Result<()> {
        match &mut self.body {
            Body::Csv(writer) => {
                for cell in row {
                    match cell.shown() {
                        Shown::Text(text) if !cell.raw => writer.write_field(neutralise(text).as_bytes())?,
                        // A number below zero is no formula, and a system reads it as it stands.
                        _ => writer.write_field(cell.text)?,
                    }
                }
                Ok(writer.write_record(None::<&[u8]>)?)
            }
            Body::Workbook { book, styles, row: number, .. } => {
                *number += 1;
                if *number >= SHEET_ROWS {
                    return Err(io::Error::other(format!(
                        "it has more than the {SHEET_ROWS} rows that a sheet can hold; name a .csv file as `export`"
                    )));
                }
                let sheet = book.worksheet_from_index(0);
                let written = sheet.and_then(|sheet| styles.write(sheet, *number, row));
                written.map_err(io::Error::other)
            }
        }
    }

    /// Puts the table in its place, unless the one there says the same. Gives whether it was put.
    ///
    /// # Errors
    /// When that fails; then the file before stands.
    pub(super) fn finish(self) -> io::Result<bool> {
        let file = match self.body {
            Body::Csv(writer) => {
                let file = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
                file.into_inner().map_err(io::IntoInnerError::into_error)?
            }
            Body::Workbook { mut book, .. } => {
                let mut file = beside(&self.path)?;
                let mut out = BufWriter::new(file.as_file_mut());
                book.save_to_writer(&mut out).map_err(io::Error::other)?;
                out.flush()?;
                drop(out);
                file
            }
        };
        if is_same(file.as_file(), &self.path)? {
            return Ok(false);
        }
        put(file, &self.path, TABLE_MODE)?;
        Ok(true)
    }
}

fn ending(path: &Path) -> Option<Ending> {
    let ending = path.extension()?.to_str()?;
    let endings = [("csv", Ending::Csv), ("xlsx", Ending::Workbook)];
    endings.into_iter().find(|(name, _)| ending.eq_ignore_ascii_case(name)).map(|(_, ending)| ending)
}

fn write_header(sheet: &mut Worksheet, header: &[String]) -> Result<(), XlsxError> {
    for (column, name) in (0..).zip(header) {
        sheet.write_string(0, column, name)?;
    }
    Ok(())
}

/// A workbook notes when it was made, and the same rows are to be the same file.
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
    tempfile::Builder::new().prefix(HALF).suffix(".half").tempfile_in(folder_of(path))
}

/// How the name of a file in the making begins.
const HALF: &str = ".rollbook-";

/// Removes what a process that was killed has left half-made beside the file of that name. Only the holder of
/// the data directory may ask, before it writes.
pub(super) fn tidy(path: &Path) {
    let Ok(entries) = fs::read_dir(folder_of(path)) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(HALF) && name.ends_with(".half") && fs::remove_file(entry.path()).is_ok() {
            tracing::info!("a half-made file of an interrupted run is removed");
        }
    }
}

/// Whether the file of that name holds the same bytes, read piece by piece.
fn is_same(mut new: &File, path: &Path) -> io::Result<bool> {
    let Ok(old) = File::open(path) else { return Ok(false) };
    let length = new.seek(SeekFrom::End(0))?;
    if !old.metadata().is_ok_and(|old| old.is_file() && old.len() == length) {
        return Ok(false);
    }
    new.seek(SeekFrom::Start(0))?;
    let (mut new, mut old) = (BufReader::new(new), BufReader::new(old));
    let mut left = [0; 1 << 13];
    let mut right = [0; 1 << 13];
    loop {
        let read = new.read(&mut left)?;
        let (Some(left), Some(right)) = (left.get(..read), right.get_mut(..read)) else { return Ok(false) };
        if read == 0 {
            return Ok(true);
        }
        // One that can't be read, or was cut off meanwhile, is another.
        if old.read_exact(right).is_err() || left != right {
            return Ok(false);
        }
    }
}

/// Puts bytes into the place of a file, unless it holds them; gives whether it was another one.
pub(super) fn replace(path: &Path, bytes: &[u8], mode: u32) -> io::Result<bool> {
    if holds(path, bytes) {
        return Ok(false);
    }
    let mut file = beside(path)?;
    file.write_all(bytes)?;
    put(file, path, mode)?;
    Ok(true)
}

/// Whether a file holds these bytes.
pub(super) fn holds(path: &Path, bytes: &[u8]) -> bool {
    fs::read(path).is_ok_and(|found| found == bytes)
}

fn put(file: NamedTempFile, path: &Path, mode: u32) -> io::Result<()> {
    file.as_file().set_permissions(fs::Permissions::from_mode(mode))?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    File::open(folder_of(path))?.sync_all()
}

#[cfg(test)]
#[path = "tablefile_tests.rs"]
mod tests;
