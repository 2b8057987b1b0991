//! Bad input: a file or an account that is wrong as a whole.

use std::fs;

use crate::harness::{Account, Export, JobFile, Setup, World};

fn any_name() -> JobFile {
    JobFile::default().set("source.pattern", "\"people-*\"")
}

/// A file that can't be used: one message with the file and the way out, a mail, the file in `failed/`,
/// nothing sent, nothing forgotten.
#[track_caller]
fn check(name: &str, bytes: &[u8], words: &[&str]) {
    let mut world = Setup::of(&any_name()).start();
    let export = Export::of(3);
    world.sync_export(&export).expect("ok, 3 create, 3 accepted");
    let calls = world.lms().calls();
    let snapshot = "SELECT sum(length(fields)) FROM snapshot";
    let known = world.query(snapshot);

    world.drop_file(name, bytes);
    let run = world.sync();
    assert_eq!((run.status(), run.code), ("failed", 1), "{run:#?}");
    let failure = run.json["failure"].as_str().unwrap();
    for word in words.iter().chain(&[name]) {
        assert!(failure.contains(word), "{failure}\ndoes not say\n{word}");
    }
    let mail = world.mail_of(&run);
    assert!(mail.flat().contains(words[0]) && mail.flat().contains(words[1]), "{}", mail.text);
    assert_eq!(world.mails().len(), 2);
    let failed = world.files("data/failed");
    assert_eq!(failed.len(), 1);
    let kept = failed[0].to_str().unwrap();
    assert!(kept.ends_with(&format!("{name}.sealed")), "{kept}");
    world.run(&["unseal", kept, "--to", "kept"]).expect(0);
    assert_eq!(fs::read(world.path("kept")).unwrap(), bytes);
    assert_eq!(world.query(snapshot), known);
    // The next good file finds everything as it was: it is not even sent.
    world.sync_export(&export).expect("ok, 3 unchanged");
    assert_eq!(world.lms().calls(), calls);
}

#[test]
fn a_workbook_that_can_not_be_read_fails_as_a_whole() {
    let broken = &include_bytes!("../../sample-data/hr-users-2026-11-21.xlsx")[..2_000];
    check("people-9.xlsx", broken, &["cut off or damaged", "Send it again"]);
}

#[test]
fn a_file_that_is_cut_off_fails_as_a_whole() {
    let csv = Export::of(4).csv();
    check(
        "people-9.csv",
        &csv[..csv.len() - 30],
        &["ends in the middle of row 5", "Send the whole file again"],
    );
}

#[test]
fn a_missing_column_fails_the_file_and_all_are_named() {
    let export = Export::of(4).renamed("mail", "e-mail").renamed("boss", "superior");
    check(
        "people-9.csv",
        &export.csv(),
        &["missing: `mail`", "Correct the names in the export or in the job file", "`boss`", "`superior`"],
    );
}

#[test]
fn a_workbook_with_a_password_fails_the_file() {
    let locked = include_bytes!("../../src/source/testdata/locked.xlsx");
    check("people-9.xlsx", locked, &["the workbook is protected by a password", "Take the password off"]);
}

#[test]
fn a_web_page_that_calls_itself_a_workbook_fails_the_file() {
    let page = b"<html><head><meta charset=utf-8></head><table><tr><td>id</td></tr></table></html>";
    check("people-9.xls", page, &["web page (HTML)", "save it as .xlsx or .csv"]);
}

#[test]
fn a_file_without_a_header_fails() {
    check("people-9.csv", b"\r\n\r\n", &["there is no header", "send the file again"]);
    check("people-8.csv", b"", &["the file is empty (0 bytes)", "send the file again"]);
}

/// A connection that was stopped: one mail, nothing lost, and delivered once the cause is mended.
#[track_caller]
fn check_stop(
    spoil: impl Fn(&World),
    mend: impl Fn(&World),
    words: &str,
    again: impl Fn(&mut World) -> Account,
) {
    let mut world = Setup::default().start();
    let export = Export::of(12);
    spoil(&world);
    world.leftovers = true;
    let run = world.sync_export(&export).expect("failed, 12 create, 12 pending");
    assert_eq!(run.code, 1);
    let first = run.run().to_owned();
    assert!(world.lms().calls().len() <= 4, "no more than what was under way at once");
    assert!(world.lms().users().is_empty());
    let mail = world.mail_of(&run);
    assert_eq!(world.mails().len(), 1);
    assert!(
        mail.flat().contains("Connection upside is stopped") && mail.flat().contains(words),
        "{}",
        mail.text
    );
    let status = world.run(&["status", "--json"]).expect(1).json();
    assert_eq!(status["connections"][0]["breaker"], "stopped");
    assert_eq!(status["connections"][0]["waiting"], 12);

    mend(&world);
    world.leftovers = false;
    let run = again(&mut world);
    // What waited goes at once, so the plan of a file may find it there already.
    assert_eq!((run.code, run.count("accepted") + run.count("unchanged")), (0, 12), "{run:#?}");
    let reports: Vec<String> = world.mails().iter().map(|mail| mail.subject.clone()).collect();
    assert_eq!(
        reports.len(),
        if run.run() == first { 2 } else { 3 },
        "one more when all is settled: {reports:?}"
    );
    let users = world.lms().users();
    assert!(users.len() == 12 && users.iter().all(|user| user.creates == 1 && user.password_sets == 1));
    world.twice(&export);
}

fn wrong_key(world: &World) {
    world.set_config("portal_key = \"sandbox\"", "portal_key = \"sandpit\"");
}

fn right_key(world: &World) {
    world.set_config("portal_key = \"sandpit\"", "portal_key = \"sandbox\"");
}

#[test]
fn a_wrong_portal_key_stops_the_connection_and_the_next_file_goes() {
    let words = "Invalid value received against parameter. (Portal key)";
    check_stop(wrong_key, right_key, words, |world| world.sync_export(&Export::of(12).reversed()));
}

#[test]
fn a_wrong_portal_key_stops_the_connection_and_a_sync_without_a_file_goes_on() {
    check_stop(wrong_key, right_key, "(Portal key)", World::sync);
}

#[test]
fn a_wrong_password_stops_the_connection() {
    let write =
        |text: &'static str| move |world: &World| fs::write(world.path("secrets/upside"), text).unwrap();
    let words = "the answer does not decrypt: is the password right";
    check_stop(write("Wrong@2016"), write("Upside@2016"), words, World::sync);
}
