//! Passwords and other secrets of the export: rules 13 and 14.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::harness::{Export, JobFile, PASSWORD, Setup};

#[test]
fn rule_13_a_password_goes_when_the_record_is_made_and_never_again() {
    let mut world = Setup::default().start();
    let export = Export::of(3);
    world.sync_export(&export).expect("ok, 3 create, 3 accepted");
    assert!(world.user("E1").has_password(&format!("{PASSWORD}E1")));
    // Another password alone is no change, and an update takes none along.
    let other = export.with("E1", "secret", "another").with("E2", "title", "Lead").with("E2", "secret", "");
    let sent = world.sent(|world| {
        world.sync_export(&other).expect("ok, 2 unchanged, 1 update, 1 accepted");
        world.twice(&other);
    });
    assert_eq!(sent, ["E2 updated"]);
}

#[test]
fn rule_13_always_means_with_every_create_and_update() {
    let job = JobFile::default().set("fields.password", "{ column = \"secret\", send = \"always\" }");
    let mut world = Setup::of(&job).portal(|portal| portal.password_on_update = true).start();
    let export = Export::of(3);
    world.sync_export(&export).expect("ok, 3 create, 3 accepted");
    let other = export.with("E1", "secret", "another").with("E2", "title", "Lead");
    let sent = world.sent(|world| {
        world.sync_export(&other).expect("ok, 2 unchanged, 1 update, 1 accepted");
        world.twice(&other);
    });
    assert_eq!(sent, ["E2 updated +"]);
}

#[test]
fn rule_13_a_portal_that_demands_the_password_on_updates_parks_the_row_and_names_the_choice() {
    let mut world = Setup::default().portal(|portal| portal.password_on_update = true).start();
    let export = Export::of(3);
    world.sync_export(&export).expect("ok, 3 create, 3 accepted");
    let changed = export.with("E2", "title", "Lead");
    let sent = world.sent(|world| {
        let run = world.sync_export(&changed).expect("partial, 2 unchanged, 1 update, 1 parked");
        let reason = run.json["refusals"][0]["reason"].as_str().unwrap();
        assert!(reason.contains("set send = \"always\" for password in the job"), "{reason}");
    });
    assert_eq!(sent, ["E2 Err002"], "the password is not sent on our own account");

    world.set_job(&JobFile::default().set("fields.password", "{ column = \"secret\", send = \"always\" }"));
    world.sync_export(&changed).expect("ok, 2 unchanged, 1 update, 1 accepted");
    world.twice(&changed);
}

/// A world in which passwords went every way that they can go: accepted, rejected, contradicting,
/// refused, parked, held, and in a file that failed.
fn well_travelled() -> (crate::harness::World, Export) {
    let mut world =
        Setup::of(&JobFile::default().set("fields.password", "{ column = \"secret\", send = \"always\" }"))
            .start();
    world.environment.push(("RUST_LOG", "trace"));
    let export = Export::of(8)
        .with("E2", "born", "31/02/1990")
        .with("E3", "mail", "e1@example.org")
        .with("E4", "boss", "nobody@example.org")
        .and("E5")
        .with("E5", "title", "Lead");
    world.sync_export(&export).expect("partial, 3 rejected, 6 create, 4 accepted, 1 refused, 1 parked");
    let mut many = export.clone();
    for number in 20..30 {
        many = many.and(&format!("E{number}"));
    }
    let run = world.sync_export(&many);
    assert_eq!((run.status(), run.count("held")), ("held", 12), "{run:#?}");
    let run = world.sync_export(&export.clone().renamed("title", "function"));
    assert_eq!(run.status(), "failed");
    for command in [["status", "--json"], ["runs", "--json"]] {
        world.run(&command);
    }
    for account in ["1", "2", "3"] {
        let name = format!("{}.{account}", run.run().split('.').next().unwrap());
        world.run(&["show", &name]);
        world.run(&["show", &name, "--json"]);
    }
    world.drop_file("people-plan.csv", &export.csv());
    world.run(&["plan", "people", "--json"]);
    fs::remove_file(world.path("inbox/people-plan.csv")).unwrap();
    (world, export)
}

#[test]
fn rule_14_no_password_lies_in_clear_anywhere() {
    let (world, _) = well_travelled();
    let needle = PASSWORD.trim_end_matches('+');
    assert!(world.transcript.contains("TRACE"), "the logs were to be complete");
    assert!(!world.transcript.contains(needle), "a log, a document or a text holds a password");
    let files = ["data", "mail", "inbox"].map(|folder| world.files(folder)).concat();
    assert!(files.len() > 6, "{files:?}");
    for file in files {
        let bytes = fs::read(&file).unwrap();
        let found = bytes.windows(needle.len()).any(|window| window == needle.as_bytes());
        assert!(!found, "{} holds a password", file.display());
    }
    for mail in world.mails() {
        for (name, bytes) in &mail.attachments {
            assert!(!String::from_utf8_lossy(bytes).contains(needle), "{name}");
        }
    }
}

#[test]
fn rule_14_files_are_for_their_owner_alone() {
    let (world, _) = well_travelled();
    for file in ["data", "mail"].map(|folder| world.files(folder)).concat() {
        let mode = fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.display());
    }
}

#[test]
fn rule_14_processed_files_are_sealed_and_open_again_to_the_same_bytes() {
    let (mut world, export) = well_travelled();
    let archived = world.files("data/archive");
    assert_eq!(archived.len(), 2, "{archived:?}");
    let sealed = archived[0].to_str().unwrap();
    assert!(sealed.ends_with("people-001.csv.sealed"), "{sealed}");
    world.run(&["unseal", sealed, "--to", "opened.csv"]).expect(0);
    assert_eq!(fs::read(world.path("opened.csv")).unwrap(), export.csv());
    assert_eq!(world.run(&["unseal", sealed]).expect(0).stdout.into_bytes(), export.csv());
    let failed = world.files("data/failed");
    assert!(
        failed.len() == 1 && failed[0].to_str().unwrap().ends_with("people-003.csv.sealed"),
        "{failed:?}"
    );
}
