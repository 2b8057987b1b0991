//! The rejected rows that a report attaches come back as a delta of their run.

use crate::harness::{Account, Export, JobFile, PASSWORD, Setup, World};

const BOM: &str = "\u{feff}";

/// The export of six people, two of them with a bad birth date and one with a formula for a title.
fn bad() -> Export {
    Export::of(6)
        .with("E2", "born", "31/02/1990")
        .with("E2", "phone", "+44 20 7946 0002")
        .with("E5", "born", "never")
        .with("E5", "title", "=HYPERLINK(\"x\")")
}

/// Corrects what the report of `run` attaches as a person in a spreadsheet would, and drops it under the
/// name that it has.
#[track_caller]
fn correct(world: &mut World, run: &Account, delimiter: u8) -> String {
    let mail = world.mail_of(run);
    let (name, bytes) = mail.rejects();
    assert!(bytes.starts_with(BOM.as_bytes()), "spreadsheets would not know that it is UTF-8");
    let rejects = Export::read(bytes, delimiter);
    assert_eq!(rejects.columns[..10], Export::of(0).columns, "the columns are those of the export");
    assert_eq!(rejects.columns[10..], ["rollbook_run", "rollbook_row", "rollbook_reason"]);
    assert_eq!(rejects.rows.len(), 2);
    assert_eq!((rejects.cell(0, "id"), rejects.cell(0, "secret")), ("E2", ""));
    assert_eq!(
        (rejects.cell(0, "phone"), rejects.cell(1, "title")),
        ("'+44 20 7946 0002", "'=HYPERLINK(\"x\")")
    );
    assert!(rejects.cell(0, "rollbook_reason").contains("birth_date"));
    let corrected = rejects.with_cell(0, "born", "28/02/1990").with_cell(1, "born", "01/03/1990");
    let mut text = BOM.as_bytes().to_vec();
    text.extend(corrected.divided_by(char::from(delimiter)));
    let name = name.to_owned();
    world.drop_file(&name, &text);
    name
}

#[track_caller]
fn check_corrected(world: &World, run: &Account) {
    assert_eq!(run.said(), "ok, 2 create, 2 accepted");
    assert!(run.json["notes"].to_string().contains("it was taken as a delta"), "{run:#?}");
    for id in ["E2", "E5"] {
        let user = world.user(id);
        assert_eq!((user.creates, user.password_sets), (1, 1), "{id}");
        assert!(user.has_password(&format!("{PASSWORD}{id}")), "the password is the sealed one of {id}");
    }
    assert_eq!(world.field("E2", "phone"), "+44 20 7946 0002");
    assert_eq!(world.field("E2", "birth_date"), "02/28/1990");
    assert_eq!(world.field("E5", "designation"), "=HYPERLINK(\"x\")");
    assert!(
        world.lms().users().iter().all(|user| user.field("status") == Some("Active")),
        "nobody is removed"
    );
}

/// The whole way with an export written as `bytes` under a name.
#[track_caller]
fn check(job: &JobFile, name: &str, bytes: &[u8], delimiter: u8, rejects: &str) {
    let mut world = Setup::of(job).start();
    world.drop_file(name, bytes);
    let run = world.sync().expect("partial, 2 rejected, 4 create, 4 accepted");
    assert_eq!(correct(&mut world, &run, delimiter), rejects);
    let run = world.sync();
    check_corrected(&world, &run);
}

#[test]
fn corrected_rejects_are_a_delta_of_their_run_and_bring_their_passwords() {
    check(&JobFile::default(), "people-1.csv", &bad().csv(), b',', "people-1-rejects.csv");
}

#[test]
fn corrected_rejects_of_a_job_with_semicolons() {
    let job = JobFile::default().set("source.delimiter", "\";\"");
    check(&job, "people-1.csv", &bad().divided_by(';'), b';', "people-1-rejects.csv");
}

#[test]
fn corrected_rejects_of_an_export_with_semicolons_that_were_detected() {
    check(&JobFile::default(), "people-1.csv", &bad().divided_by(';'), b',', "people-1-rejects.csv");
}

#[test]
fn corrected_rejects_of_a_job_whose_header_stands_further_down() {
    let job = JobFile::default().set("source.header_row", "3");
    let bytes = [b"All people,as of today\r\n\r\n", bad().csv().as_slice()].concat();
    check(&job, "people-1.csv", &bytes, b',', "people-1-rejects.csv");
}

#[test]
fn corrected_rejects_are_taken_whatever_the_pattern_asks_of_the_end_of_a_name() {
    let job = JobFile::default().set("source.pattern", "\"*_export.csv\"");
    check(&job, "people_export.csv", &bad().csv(), b',', "people_export.csv-rejects.csv");
}

#[test]
fn corrected_rejects_of_a_file_with_a_name_of_its_own_are_handed_over_by_hand() {
    let mut world = Setup::default().start();
    std::fs::write(world.path("by hand.csv"), bad().csv()).unwrap();
    let run = Account::new(world.run(&["sync", "people", "--file", "by hand.csv", "--json"]));
    assert_eq!(run.said(), "partial, 2 rejected, 4 create, 4 accepted");
    let name = correct(&mut world, &run, b',');
    let text = world.mail_of(&run).flat();
    assert!(text.contains(&format!("rollbook sync people --file '{name}'")), "{text}");
    let run = Account::new(world.run(&["sync", "people", "--file", &format!("inbox/{name}"), "--json"]));
    check_corrected(&world, &run);
}

#[test]
fn a_correction_that_is_still_wrong_can_be_corrected_again() {
    let mut world = Setup::default().start();
    world.drop_file("people-1.csv", &bad().csv());
    let run = world.sync();
    let first = Export::read(world.mail_of(&run).rejects().1, b',');
    world.drop_file("people-1-rejects.csv", &first.with_cell(0, "born", "28/02/1990").csv());
    let run = world.sync().expect("partial, 1 rejected, 1 create, 1 accepted");
    let mail = world.mail_of(&run);
    let (name, bytes) = mail.rejects();
    assert_eq!(name, "people-1-rejects-rejects.csv");
    let second = Export::read(bytes, b',');
    assert_eq!((second.rows.len(), second.columns.len()), (1, 13), "the marks are there once");
    world.drop_file(name, &second.with_cell(0, "born", "01/03/1990").csv());
    world.sync().expect("ok, 1 create, 1 accepted");
    assert!(world.user("E5").has_password(&format!("{PASSWORD}E5")));
    assert_eq!(world.field("E5", "designation"), "=HYPERLINK(\"x\")");
}

#[test]
fn a_row_that_contradicts_another_one_comes_back_with_its_password_too() {
    let mut world = Setup::default().start();
    let export = Export::of(3).and("E3").with("E3", "title", "Lead");
    let run = world.sync_export(&export).expect("partial, 2 rejected, 2 create, 2 accepted");
    let rejects = Export::read(world.mail_of(&run).rejects().1, b',');
    assert_eq!((rejects.rows.len(), rejects.cell(0, "title"), rejects.cell(1, "secret")), (2, "Lead", ""));
    let mut kept = rejects;
    kept.rows.truncate(1);
    world.drop_file("people-001-rejects.csv", &kept.csv());
    world.sync().expect("ok, 1 create, 1 accepted");
    assert!(world.user("E3").has_password(&format!("{PASSWORD}E3")));
}
