//! Managers: rule 12.

use crate::harness::{Export, JobFile, Setup};

#[test]
fn rule_12_managers_may_stand_below_those_they_manage() {
    let mut world = Setup::default().start();
    let mut export = Export::of(5);
    for (id, boss) in [("E1", "E2"), ("E2", "E3"), ("E3", "E4"), ("E4", "E5")] {
        export = export.with(id, "boss", &format!("{}@example.org", boss.to_lowercase()));
    }
    let sent = world.sent(|world| {
        world.sync_export(&export).expect("ok, 5 create, 5 accepted");
    });
    let order: Vec<String> = (1..=5).rev().map(|number| format!("E{number} created +")).collect();
    assert_eq!(sent, order);
    world.twice(&export);
}

#[test]
fn rule_12_who_has_an_unknown_manager_waits_for_the_next_run() {
    let mut world = Setup::default().start();
    let export = Export::of(3).with("E2", "boss", "e9@example.org");
    let run = world.sync_export(&export).expect("partial, 3 create, 2 accepted, 1 parked");
    assert_eq!(run.json["refusals"][0]["code"], "Err003");
    // Nothing has changed: one try more, and the same answer.
    let sent = world.sent(|world| {
        world.sync_export(&export).expect("partial, 2 unchanged, 1 create, 1 parked");
    });
    assert_eq!(sent, ["E2 Err003 +"]);
    let known = export.and("E9");
    world.sync_export(&known).expect("ok, 2 unchanged, 2 create, 2 accepted");
    assert_eq!((world.user("E2").creates, world.user("E2").password_sets), (1, 1));
    world.twice(&known);
}

#[test]
fn rule_12_a_parked_record_of_an_earlier_delta_goes_when_its_manager_has_come() {
    let job = JobFile::default()
        .set("source.rows", "\"delta\"")
        .without("push.first_load")
        .without("push.on_missing")
        .without("push.on_return");
    let mut world = Setup::of(&job).start();
    let first = Export::of(2).with("E2", "boss", "e9@example.org");
    world.sync_export(&first).expect("partial, 2 create, 1 accepted, 1 parked");
    // E2 does not stand in this file, and is tried again all the same.
    world.sync_export(&Export::of(0).and("E9")).expect("ok, 1 create, 1 accepted");
    assert_eq!(world.field("E2", "line_manager"), "e9@example.org");
    assert_eq!(world.user("E2").creates, 1);
}

#[test]
fn rule_12_rounds_go_on_as_long_as_one_gets_something_accepted() {
    // The order knows nothing of indirect managers, so each round makes one person.
    let job = JobFile::default()
        .without("fields.line_manager")
        .set("fields.indirect_line_manager", "{ column = \"boss\", separator = \";\" }");
    let mut world = Setup::of(&job).connection("concurrency = 1").start();
    let export = Export::of(3)
        .with("E1", "boss", "e2@example.org")
        .with("E2", "boss", "e3@example.org")
        .and("E4")
        .with("E4", "boss", "nobody@example.org");
    let sent = world.sent(|world| {
        world.sync_export(&export).expect("partial, 4 create, 3 accepted, 1 parked");
    });
    let calls = [
        "E1 Err003 +",
        "E2 Err003 +",
        "E3 created +",
        "E4 Err003 +",
        "E1 Err003 +",
        "E2 created +",
        "E4 Err003 +",
        "E1 created +",
        "E4 Err003 +",
        "E4 Err003 +",
    ];
    assert_eq!(sent, calls);
}

#[test]
fn rule_12_a_circle_of_managers_is_cut_and_said() {
    let mut world = Setup::default().portal(|portal| portal.check_managers = false).start();
    let export = Export::of(3).with("E1", "boss", "e2@example.org").with("E2", "boss", "e1@example.org");
    let run = world.sync_export(&export).expect("ok, 3 create, 3 accepted");
    let notes = run.json["notes"].to_string();
    assert!(notes.contains("1 cycles of managers"), "{notes}");
    world.twice(&export);
}
