use std::io::{BufReader, Read};
use std::ops::ControlFlow;
use std::os::unix::fs::MetadataExt;

use crate::source::{ReadEvent, ReadPlan, read_export};

use super::super::tablecell::Of;
use super::*;

/// Writes rows and reads them again as a run does.
fn read_back(header: &[&str], rows: &[&[&str]]) -> (Vec<String>, Vec<Vec<String>>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("feed.csv");
    let header: Vec<String> = header.iter().map(|name| (*name).to_owned()).collect();
    let mut file = FeedFile::begin(&path, &header).unwrap();
    for row in rows {
        let cells: Vec<_> = row.iter().map(|text| Cell::new(text, Of::Number)).collect();
        file.add(&cells).unwrap();
    }
    file.finish(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    let cells_of = (1..100).collect();
    let plan = ReadPlan {
        file_name: "feed.csv",
        format: &fed_format(),
        filters: &[],
        source_key: &[],
        pushes: &[],
        originals: None,
        cells_of: Some(&cells_of),
    };
    let (mut columns, mut found) = (Vec::new(), Vec::new());
    let input = BufReader::new(File::open(&path).unwrap());
    let summary = read_export(input, &plan, &mut |event| {
        match event {
            ReadEvent::Header(header) => columns = header.columns,
            ReadEvent::Row(row) => found.push(row.cells.unwrap()),
        }
        ControlFlow::Continue(())
    });
    assert_eq!(summary.unwrap().rows as usize, rows.len());
    (columns, found)
}

#[test]
fn what_is_fed_is_read_as_it_was() {
    let rows: [&[&str]; 5] = [
        &["007", "=1+1"],
        &["a;b;c;d|e\tf", "-10.50"],
        &["say \"hi\"", "two\nlines, one\r\nmore"],
        &["sep=;", "'quoted"],
        &["\u{feff}प्रिया", "a\rb"],
    ];
    let (columns, found) = read_back(&["id", "title"], &rows);
    assert_eq!(columns, ["id", "title"]);
    assert_eq!(found, rows.map(|row| row.to_vec()));
}

#[test]
fn its_commas_are_commas_whatever_else_is_there() {
    let (columns, found) = read_back(&["a;b|c"], &[&["1;2|3"], &["x"]]);
    assert_eq!(
        (columns, found),
        (vec!["a;b|c".to_owned()], vec![vec!["1;2|3".to_owned()], vec!["x".to_owned()]])
    );
}

#[test]
fn a_byte_of_zero_does_not_turn_the_file_down() {
    let (_, found) = read_back(&["id", "title"], &[&["1", "a\0b"]]);
    assert_eq!(found, [["1", "ab"]]);
}

#[test]
fn nothing_present_is_a_header_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("feed.csv");
    FeedFile::begin(&path, &["id".to_owned()]).unwrap().finish(&path).unwrap();
    let mut text = String::new();
    File::open(&path).unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "id\n");
}
