//! A list of learners in a CSV, whose columns bear the names of identifiers.

use std::borrow::Cow;
use std::io::Read;
use std::path::Path;

use crate::model::Learner;
use crate::store::NewStep;

use super::acquire::open_regular;
use super::learners::{Identifiers, named, unusable};

/// The largest list of learners, in bytes.
const LARGEST: u64 = 64 << 20;
/// What is written behind the last row: where a quotation mark is open it does not come back as a row.
const END: &str = "end";

/// The questions of a list.
///
/// # Errors
/// Why the list as a whole is of no use, in words that hold no value.
pub(super) fn read_list(path: &Path, identifiers: Identifiers) -> Result<Vec<NewStep>, String> {
    let name = format!("the list of learners {}", path.display());
    let unread = |error: std::io::Error| format!("{name} can't be read: {error}");
    let mut bytes = Vec::new();
    let file = open_regular(path).map_err(unread)?;
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(unread)?;
    if bytes.len() as u64 > LARGEST {
        return Err(format!("{name} is larger than {} MB", LARGEST >> 20));
    }
    let text = text(&bytes).ok_or_else(|| {
        format!("{name} is not UTF-8: save it as \"CSV UTF-8\", or letters of names would be others")
    })?;
    if text.trim().is_empty() {
        return Err(format!("{name} is empty: its first row names the columns, {}", known(identifiers)));
    }
    let delimiter = delimiter(&text);
    if let Some(line) = open_quote(&text, delimiter) {
        return Err(format!(
            "{name} has a quotation mark in the row that begins at line {line} that is never closed, so the rows \
             behind it can't be told apart: it is broken or cut off"
        ));
    }
    steps(&text, delimiter, identifiers, path).map_err(|reason| format!("{name} {reason}"))
}

fn steps(text: &str, delimiter: u8, identifiers: Identifiers, path: &Path) -> Result<Vec<NewStep>, String> {
    let broken = |error: csv::Error| format!("is no CSV: {}", kind(&error));
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let header = reader.headers().map_err(broken)?.clone();
    // Where each identifier stands, in their own order.
    let place = |known: &str| header.iter().position(|cell| cell.eq_ignore_ascii_case(known));
    let columns: Vec<(&str, usize)> =
        identifiers.iter().filter_map(|(known, _)| Some((*known, place(known)?))).collect();
    if columns.is_empty() {
        return Err(nameless(&header, identifiers));
    }
    let mut steps = Vec::new();
    for record in reader.records() {
        let record = record.map_err(broken)?;
        let row = record.position().map_or(0, csv::Position::line);
        if record.iter().all(str::is_empty) {
            continue;
        }
        let spans = |cell: &str| cell.contains(['\n', '\r']);
        let named_over = columns.iter().any(|(_, place)| record.get(*place).is_some_and(spans));
        // A cell that swallowed the rows behind it ends in a mark that stands for none.
        if named_over || record.iter().any(|cell| spans(cell) && cell.contains('"')) {
            return Err(format!(
                "has a cell that goes over several lines in the row that begins at line {row}: a quotation mark \
                 is missing or too many, and learners would be left out"
            ));
        }
        let cell = |(name, place): &(&str, usize)| {
            let value = record.get(*place).filter(|value| !value.is_empty())?;
            Some(((*name).to_owned(), value.to_owned()))
        };
        let names: Vec<(String, String)> = columns.iter().filter_map(cell).collect();
        let problem = if record.len() > header.len() {
            Some("has more cells than the header".to_owned())
        } else if names.is_empty() {
            let all: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
            let are = if all.len() == 1 { "is" } else { "are" };
            Some(format!("names nobody: {} {are} empty", all.join(" and ")))
        } else {
            None
        };
        steps.push(match problem {
            Some(problem) => {
                let file = path.file_name().unwrap_or_default().to_string_lossy();
                unusable(format!("row {row}"), format!("row {row} of {file} {problem}"))
            }
            None => named(Learner { names }),
        });
    }
    Ok(steps)
}

/// That no heading is an identifier, with what was found. Headings only: a list without any begins with people.
fn nameless(header: &csv::StringRecord, identifiers: Identifiers) -> String {
    let near = header.iter().find_map(|cell| {
        let near = identifiers.iter().map(|(known, _)| {
            (strsim::damerau_levenshtein(&cell.to_lowercase(), &known.to_lowercase()), cell, *known)
        });
        near.min().filter(|(distance, _, known)| *distance <= known.len() / 3)
    });
    let heading =
        |cell: &str| cell.len() <= 40 && !cell.contains(['@', '\n']) && cell.contains(char::is_alphabetic);
    let found: Vec<String> =
        header.iter().filter(|cell| heading(cell)).take(10).map(|cell| format!("`{cell}`")).collect();
    let found = if found.is_empty() { "nothing like one".to_owned() } else { found.join(", ") };
    let hint =
        near.map(|(_, cell, known)| format!("; did you mean `{known}` by `{cell}`?")).unwrap_or_default();
    format!("has no heading that names learners; found: {found}; allowed: {}{hint}", known(identifiers))
}

fn known(identifiers: Identifiers) -> String {
    identifiers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

/// The text of a file in UTF-8, or UTF-16 with its mark.
fn text(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let (text, _, broken) = encoding_rs::UTF_8.decode(bytes);
    (!broken).then_some(text)
}

/// What most likely stands between the cells.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |sign: u8| first.bytes().filter(|byte| *byte == sign).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|sign| count(*sign)).unwrap_or(b',')
}

/// The line at which the row begins whose quotation mark is never closed.
fn open_quote(text: &str, delimiter: u8) -> Option<u64> {
    let ended = format!("{text}\n{END}");
    let reader = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .delimiter(delimiter)
        .from_reader(ended.as_bytes());
    let last = reader.into_byte_records().filter_map(Result::ok).last()?;
    let whole = last.len() == 1 && last.get(0) == Some(END.as_bytes());
    (!whole).then(|| last.position().map_or(0, csv::Position::line))
}

/// What is wrong with a CSV, without any of its cells.
fn kind(error: &csv::Error) -> String {
    match error.position() {
        Some(position) => format!("line {} can't be read", position.line()),
        None => "it can't be read".to_owned(),
    }
}

#[cfg(test)]
#[path = "learnerlist_tests.rs"]
mod tests;
