//! The headings of a list of learners, looked at before anybody is asked for. Pure.

use super::problem::{nearest, several};

/// Why a list that begins with these bytes has no column that names learners, where it has none. No cell of a row
/// is repeated.
pub(super) fn problem(name: &str, bytes: &[u8], identifiers: &[&str]) -> Option<String> {
    let filled = |line: &&[u8]| !line.trim_ascii().is_empty();
    let Some(first) = bytes.split(|byte| *byte == b'\n').find(filled) else {
        return Some(format!(
            "{name} is empty; needed is a column that names learners: {}",
            several(identifiers)
        ));
    };
    let Ok(first) = std::str::from_utf8(first) else {
        return Some(format!("the headings of {name} are not UTF-8; save the file as CSV in UTF-8"));
    };
    let first = first.trim_start_matches('\u{feff}');
    let headings = headings(first);
    let names = |heading: &&str| identifiers.iter().any(|one| one.eq_ignore_ascii_case(heading));
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    if headings.iter().any(names) {
        return None;
    }
    let near =
        headings.iter().find_map(|heading| Some((heading, nearest(heading, identifiers.iter().copied())?)));
    let hint =
        near.map(|(found, meant)| format!("; is {found:?} meant to be `{meant}`?")).unwrap_or_default();
    // Where there are no headings, the first line is a person, and is not repeated.
    let is_heading = |text: &&str| !text.contains('@') && text.chars().any(char::is_alphabetic);
    let found: Vec<&str> = headings.into_iter().filter(is_heading).collect();
    if found.is_empty() {
        return Some(format!("{name} begins without headings; needed is one of {}", several(identifiers)));
    }
    Some(format!(
        "{name} has no column that names learners: found the headings {}; needed is one of {}{hint}",
        several(&found),
        several(identifiers)
    ))
}

/// The cells of a line of headings, whichever sign stands between them.
fn headings(line: &str) -> Vec<String> {
    let count = |sign: u8| line.bytes().filter(|byte| *byte == sign).count();
    let delimiter = [b',', b';', b'\t'].into_iter().rev().max_by_key(|sign| count(*sign)).unwrap_or(b',');
    let reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .delimiter(delimiter)
        .from_reader(line.as_bytes());
    let first = reader.into_records().next().and_then(Result::ok);
    first.map(|record| record.iter().map(str::to_owned).collect()).unwrap_or_default()
}
