use std::os::unix::fs::MetadataExt;

use calamine::{Data, Reader, Xlsx, open_workbook};

use super::super::tablecell::Of;
use super::*;

const HEADER: [&str; 5] = ["id", "title", "price", "from", "seen"];

/// Writes the same row under another name.
fn write(path: &Path, title: &str) -> io::Result<bool> {
    let header = HEADER.map(str::to_owned);
    let mut file = TableFile::begin(path, &header)?.for_people()?;
    let cells = [("007", Of::Text), (title, Of::Text), ("-10.50", Of::Number), ("2026-11-21", Of::Day)];
    let mut row = cells.map(|(text, of)| Cell::new(text, of)).to_vec();
    row.push(Cell::new("2026-11-21T08:30:00Z", Of::Moment));
    file.add(&row)?;
    file.finish()
}

#[test]
fn a_table_is_replaced_as_a_whole_and_only_by_another() {
    for name in ["out/list.csv", "out/list.XLSX"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        assert!(write(&path, "One").unwrap());
        let first = fs::metadata(&path).unwrap();
        assert_eq!(first.mode() & 0o777, TABLE_MODE);
        assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().mode() & 0o007, 0);
        assert!(!write(&path, "One").unwrap());
        assert_eq!(fs::metadata(&path).unwrap().ino(), first.ino(), "{name} is the one that was there");
        assert!(write(&path, "Two").unwrap());
        assert_ne!(fs::metadata(&path).unwrap().ino(), first.ino());
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left beside");
    }
}

#[test]
fn an_unfinished_table_leaves_the_one_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.csv");
    write(&path, "One").unwrap();
    let before = fs::read(&path).unwrap();
    let mut file = TableFile::begin(&path, &["id".to_owned()]).unwrap();
    file.add(&[Cell::new("8", Of::Text)]).unwrap();
    drop(file);
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn no_cell_of_a_csv_is_a_formula_but_numbers_stay() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.csv");
    write(&path, "=HYPERLINK(\"https://example.org\")").unwrap();
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        "id,title,price,from,seen\n\
         007,\"'=HYPERLINK(\"\"https://example.org\"\")\",-10.50,2026-11-21,2026-11-21T08:30:00Z\n"
    );
    let mut file = TableFile::begin(&path, &["a".to_owned(), "b".to_owned()]).unwrap();
    file.add(&[Cell::new("-1+cmd", Of::Number), Cell::raw("@home")]).unwrap();
    file.finish().unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "a,b\n'-1+cmd,@home\n");
}

#[test]
fn a_workbook_has_texts_numbers_and_dates() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.xlsx");
    write(&path, "=1+1").unwrap();
    let mut book: Xlsx<_> = open_workbook(&path).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let row: Vec<&Data> = sheet.rows().nth(1).unwrap().iter().collect();
    assert_eq!(row[0], &Data::String("007".to_owned()));
    assert_eq!(row[1], &Data::String("=1+1".to_owned()));
    assert_eq!(row[2], &Data::Float(-10.5));
    let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
    let moments = [&row[3], &row[4]].map(|cell| match cell {
        Data::DateTime(moment) => moment.as_datetime().unwrap(),
        other => panic!("{other:?}"),
    });
    assert_eq!(moments, [day.and_hms_opt(0, 0, 0).unwrap(), day.and_hms_opt(8, 30, 0).unwrap()]);
    // What a reader of the file sees of a date is its style's, and nothing where the column is too narrow.
    let mut zip = zip::ZipArchive::new(File::open(&path).unwrap()).unwrap();
    let mut part = |name: &str| {
        let mut text = String::new();
        zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    let sheet = part("xl/worksheets/sheet1.xml");
    assert!(
        sheet.contains("<col min=\"1\" max=\"5\" width=\"20.") && sheet.contains("ySplit=\"1\""),
        "{sheet}"
    );
    let styles = part("xl/styles.xml");
    for style in ["yyyy-mm-dd\"", "yyyy-mm-dd hh:mm:ss", "\"0.00\""] {
        assert!(styles.contains(style), "{style} is not in {styles}");
    }
}

#[test]
fn a_name_that_is_no_tables_is_refused() {
    assert!(is_table(Path::new("a.Csv")) && !is_table(Path::new("forms")));
    assert!(TableFile::begin(Path::new("list.txt"), &[]).is_err());
}
