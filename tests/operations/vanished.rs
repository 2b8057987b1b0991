//! What is no longer in a full export and can't be taken back: rule 9.

use super::furnish::{ASSIGN, SMARTERU, SMARTERU_HEADER, applied, job, push, world};
use crate::harness::World;

/// Loads two, misses one for two nights, and has it back.
#[track_caller]
fn check(world: &mut World, job: &str, rows: &[&str; 4], noun: &str, act: &str, product: &str) {
    let [header, one, two, key] = *rows;
    world.sync_rows(job, &[header, one, two]).expect("ok, 2 create, 2 accepted");
    let before = (world.lms().calls(), applied(world, product));
    let run = world.sync_rows(job, &[header, one]).expect("ok, 1 unchanged");
    assert_eq!(run.json["vanished"].as_array().unwrap().len(), 1, "{run:#?}");
    assert_eq!(
        (&run.json["vanished"][0]["key"], &run.json["vanished"][0]["push"]),
        (&key.into(), &run.json["pushes"][0]["push"])
    );
    let mail = world.mail_of(&run);
    let text = mail.flat();
    assert!(mail.subject.contains("1 no longer in the file"), "{}", mail.subject);
    for words in [format!("* 1 {noun} is no longer in the file"), act.to_owned(), format!("key {key} ")] {
        assert!(text.contains(&words), "{words} in {text}");
    }
    assert!(text.contains("Rollbook can't take anything back"), "{text}");
    let shown = world.run(&["show", run.run()]).expect(0).stdout;
    assert!(shown.contains(&format!("{key} (")), "{shown}");
    // The next night it is known.
    let run = world.sync_rows(job, &[header, one, one]).expect("ok, 1 duplicates, 1 unchanged");
    assert_eq!(run.json["vanished"], serde_json::json!([]), "{run:#?}");
    let text = world.mail_of(&run).flat();
    assert!(text.contains("Nothing needs you.") && text.contains("(1 known from earlier runs)"), "{text}");
    // Back again, nothing is sent.
    let run = world.sync_rows(job, &[header, one, two]).expect("ok, 2 unchanged");
    assert!(!world.mail_of(&run).flat().contains("no longer in the file"), "{run:#?}");
    assert_eq!((world.lms().calls(), applied(world, product)), before);
    // Gone once more, it is news again.
    let run = world.sync_rows(job, &[header, one]).expect("ok, 1 unchanged");
    assert_eq!(run.json["vanished"].as_array().unwrap().len(), 1, "{run:#?}");
}

#[test]
fn rule_9_vanished_assignments_are_listed_once_and_nothing_is_sent() {
    let push = push("upside.assign_curriculum", "first_load = \"create\"", ASSIGN);
    let mut world = world(&[job("courses", "", "full", "[\"id\", \"course\"]", &[push])], |_| {});
    let rows = ["id,course", "L1,167", "L2,167", "L2,167"];
    let act = "If that is meant, un-assign in the LMS's delivery management; if not, correct the export.";
    check(&mut world, "courses", &rows, "assignment", act, "upsidelms");
}

#[test]
fn rule_9_vanished_completions_are_listed_once_and_nothing_is_sent() {
    let push = push("smarteru.enroll_session_history", "first_load = \"create\"", SMARTERU);
    let mut world = world(&[job("sessions", "", "full", "[\"id\"]", &[push])], |_| {});
    let rows = [
        SMARTERU_HEADER,
        "S1,ann@example.org,Staff,3860,9,Completed,80,2026-11-20",
        "S2,bob@example.org,Staff,3860,9,Attended,,2026-11-20",
        "S2",
    ];
    let act = "If that is meant, correct the record in the LMS by hand; if not, correct the export.";
    check(&mut world, "sessions", &rows, "completion", act, "smarteru");
}

#[test]
fn rule_9_nothing_else_may_be_said_of_what_is_absent() {
    let push = |id: &str, fields: &str| {
        push(id, "first_load = \"create\"\non_missing = { status = \"Inactive\" }", fields)
    };
    let jobs = [
        job("courses", "", "full", "[\"id\"]", &[push("upside.assign_curriculum", ASSIGN)]),
        job("sessions", "", "full", "[\"id\"]", &[push("smarteru.enroll_session_history", SMARTERU)]),
    ];
    let mut world = world(&jobs, |_| {});
    let said = world.run(&["check"]).expect(2).stdout;
    for operation in ["upsidelms.assign_curriculum", "smarteru.enroll_session_history"] {
        let words = format!("on_missing: {operation} can't take anything back; allowed: \"ignore\"");
        assert!(said.contains(&words), "{words} in {said}");
    }
    assert!(said.contains("2 problems in 3 files"), "{said}");
}
