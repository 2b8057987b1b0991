use super::*;
use crate::model::{ChangeKind, ChangeState, Fields, Key};

#[test]
fn formulas_are_neutralised_and_come_back() {
    let check = |cell: &str, expected: &str| {
        assert_eq!(neutralise(cell), expected);
        assert_eq!(restore(expected), cell, "what was neutralised comes back");
    };
    for mark in ["=", "+", "-", "@", "\t", "\r"] {
        check(&format!("{mark}1+1"), &format!("'{mark}1+1"));
        check(&format!("'{mark}1"), &format!("''{mark}1"));
    }
    check("", "");
    check("'", "'");
    check("O'Neill", "O'Neill");
    check("'tis", "'tis");
    check("a=b", "a=b");
    check("00042", "00042");
}

fn columns(names: &[&str]) -> Vec<ColumnName> {
    names.iter().map(|name| ColumnName::from(*name)).collect()
}

fn problem(push: &str, field: Option<&str>, reason: &str) -> RejectLine {
    RejectLine {
        push: push.into(),
        sheet: None,
        row: 7,
        key: None,
        field: field.map(Into::into),
        value: None,
        reason: reason.to_owned(),
    }
}

fn rejects(names: &[&str], delimiter: u8, cells: &[&str], problems: &[RejectLine]) -> String {
    let secret = columns(&["Password"]);
    let run = "2026-11-21.3".into();
    let mut file = RejectsCsv::new(Vec::new(), &run, &columns(names), &secret, delimiter).unwrap();
    file.write(7, cells, problems).unwrap();
    String::from_utf8(file.finish().unwrap()).unwrap()
}

#[test]
fn a_rejected_row_comes_as_it_was_with_its_reasons() {
    let problems = [
        problem("a", Some("email"), "no e-mail address"),
        problem("b", Some("email"), "no e-mail address"),
        problem("b", None, "twice in the file"),
    ];
    let text = rejects(&["Id", "Name", "Password"], b',', &["00042", "Müller, \"Jo\"", "hunter2"], &problems);
    let expected = "\u{feff}Id,Name,Password,rollbook_run,rollbook_row,rollbook_reason\r\n\
         00042,\"Müller, \"\"Jo\"\"\",,2026-11-21.3,7,email: no e-mail address; twice in the file\r\n";
    assert_eq!(text, expected);
    assert!(!text.contains("hunter2"));
}

#[test]
fn a_rejected_row_goes_back_through_the_reader_of_the_same_job() {
    let text = rejects(&["Id", "Phone"], b';', &["E;1", "+44 20"], &[]);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .from_reader(text.strip_prefix(BOM).expect("a BOM").as_bytes());
    let record = reader.records().next().expect("one row").unwrap();
    let cells: Vec<_> = record.iter().map(restore).collect();
    assert_eq!(cells, ["E;1", "+44 20", "2026-11-21.3", "7", ""]);
}

#[test]
fn a_file_of_rejects_that_is_rejected_again_has_each_mark_once() {
    let names = ["Id", "rollbook_run", "rollbook_row", "rollbook_reason"];
    let text = rejects(&names, b',', &["E1", "2026-11-20.1", "3", "old words"], &[]);
    let expected = "\u{feff}Id,rollbook_run,rollbook_row,rollbook_reason\r\nE1,2026-11-21.3,7,\r\n";
    assert_eq!(text, expected);
}

#[test]
fn a_short_row_keeps_its_columns() {
    let text = rejects(&["Id", "Name", "City"], b',', &["E1"], &[problem("a", None, "2 cells are missing")]);
    assert!(text.ends_with("E1,,,2026-11-21.3,7,2 cells are missing\r\n"), "{text}");
}

#[test]
fn a_change_shows_only_what_changes() {
    let mut file = ChangesCsv::new(Vec::new(), &"2026-11-21.3".into()).unwrap();
    let change = ChangeLine {
        push: "upside.manage_user".into(),
        key: Key::from_values(["E1", "C,2"]),
        kind: ChangeKind::Update,
        row: Some(9),
        before: Some([("city", "Pune"), ("first", "Ann")].into_iter().collect::<Fields>()),
        after: [("city", "Delhi"), ("first", "Ann"), ("phone", "+1")].into_iter().collect(),
        state: ChangeState::Refused,
        code: Some("Err005".to_owned()),
        reason: Some("=HYPERLINK(\"http://x\")".to_owned()),
    };
    file.write(&change).unwrap();
    let removal = ChangeLine {
        kind: ChangeKind::Remove,
        row: None,
        before: None,
        after: [("status", "Inactive")].into_iter().collect(),
        state: ChangeState::Held,
        code: None,
        reason: None,
        ..change
    };
    file.write(&removal).unwrap();
    let text = String::from_utf8(file.finish().unwrap()).unwrap();
    let rows: Vec<_> = text.split("\r\n").collect();
    assert_eq!(
        rows[0],
        "\u{feff}rollbook_run,push,key,action,row,changed_fields,from,to,outcome,code,reason"
    );
    assert_eq!(
        rows[1],
        "2026-11-21.3,upside.manage_user,\"E1,\"\"C,2\"\"\",update,9,city; phone,city=Pune,\
         city=Delhi; phone=+1,refused,Err005,\"'=HYPERLINK(\"\"http://x\"\")\""
    );
    assert_eq!(
        rows[2],
        "2026-11-21.3,upside.manage_user,\"E1,\"\"C,2\"\"\",remove,,status,,status=Inactive,held,,"
    );
}
