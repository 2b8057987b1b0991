//! The same again: rule 28.

use crate::harness::{Export, JobFile, Setup};

#[test]
fn rule_28_the_same_bytes_are_nothing_and_said() {
    let mut world = Setup::default().start();
    let export = Export::of(3);
    let first = world.sync_export(&export).expect("ok, 3 create, 3 accepted");
    let run = world.sync_export(&export).expect("nothing, 3 unchanged");
    let note = run.json["notes"][0].as_str().unwrap();
    assert!(note.contains(&format!("the same bytes as the one of run {}", first.run())), "{note}");
    let text = world.mail_of(&run).text;
    assert!(text.contains("same bytes"), "{text}");
    world.twice(&export);
}

#[test]
fn rule_28_not_when_the_job_has_changed() {
    let mut world = Setup::default().start();
    let export = Export::of(3);
    world.sync_export(&export).expect("ok, 3 create, 3 accepted");
    world.set_job(&JobFile::default().set("fields.lmsrole", "{ value = \"Learner\" }"));
    world.sync_export(&export).expect("ok, 3 update, 3 accepted");
    world.twice(&export);
}

#[test]
fn rule_28_not_when_another_file_came_between() {
    let mut world = Setup::default().start();
    let export = Export::of(3);
    world.sync_export(&export).expect("ok, 3 create, 3 accepted");
    world
        .sync_export(&export.clone().with("E2", "title", "Lead"))
        .expect("ok, 2 unchanged, 1 update, 1 accepted");
    world.sync_export(&export).expect("ok, 2 unchanged, 1 update, 1 accepted");
    assert_eq!(world.field("E2", "designation"), "Adviser");
}

#[test]
fn rule_28_not_while_a_row_of_it_is_not_settled() {
    let mut world = Setup::default().start();
    let export = Export::of(3).with("E2", "boss", "nobody@example.org");
    world.sync_export(&export).expect("partial, 3 create, 2 accepted, 1 parked");
    world.sync_export(&export).expect("partial, 2 unchanged, 1 create, 1 parked");
}
