//! `verify = "sample"`: what was accepted is looked up in the LMS afterwards.

use serde_json::{Value, json};

use super::furnish::{
    ASSIGN, ISPRING, ISPRING_HEADER, SMARTERU, SMARTERU_HEADER, calls, completion, job, push, world,
};
use crate::harness::{Account, World};

const RESULTS: &str = "learners/modules/results";

/// Completions in iSpring Learn that are verified.
fn modules(more: &str) -> World {
    let push = push("ispring.update_modules_statuses", "verify = \"sample\"", ISPRING);
    world(&[job("modules", more, "delta", "[\"id\"]", &[push])], |sandbox| sandbox.ispring.polls = 0)
}

fn rows(count: usize) -> Vec<String> {
    let row = |number| format!("N{number},C-1,2026-11-20,100");
    std::iter::once(ISPRING_HEADER.to_owned()).chain((1..=count).map(row)).collect()
}

#[track_caller]
fn sync(world: &mut World, count: usize) -> Account {
    let rows = rows(count);
    world.sync_rows("modules", &rows.iter().map(String::as_str).collect::<Vec<_>>())
}

/// `asked`, `there`, `absent` and `unknown` of the first push.
fn numbers(run: &Account) -> [u64; 4] {
    let verified = &run.json["pushes"][0]["verified"];
    ["asked", "there", "absent", "unknown"].map(|key| verified[key].as_u64().unwrap())
}

#[test]
fn what_is_there_is_counted_and_needs_nobody() {
    let mut world = modules("");
    let run = sync(&mut world, 3).expect("ok, 3 create, 3 accepted");
    assert_eq!(numbers(&run), [3, 3, 0, 0]);
    assert_eq!(calls(world.lms(), RESULTS).len(), 3);
    assert_eq!(calls(world.lms(), "courses/modules").len(), 1, "asked for once");
    let text = world.mail_of(&run).flat();
    assert!(text.contains("3 accepted changes were looked up in the LMS afterwards: 3 there."), "{text}");
    // Where nothing is delivered nothing is looked up.
    let run = world.sync_rows("modules", &[ISPRING_HEADER, "N2,C-1,2026-11-20,100"]);
    let run = run.expect("ok, 1 unchanged");
    assert!(run.json["pushes"][0].get("verified").is_none(), "{run:#?}");
    assert_eq!(calls(world.lms(), RESULTS).len(), 3);
}

#[test]
fn a_sample_is_twenty_at_most_and_spread_over_the_run() {
    let mut world = modules("");
    let run = sync(&mut world, 50).expect("ok, 50 create, 50 accepted");
    assert_eq!(numbers(&run), [20, 20, 0, 0]);
    let mut asked = calls(world.lms(), RESULTS);
    asked.sort();
    asked.dedup();
    assert_eq!(asked.len(), 20);
    let places = world.query(
        "SELECT change_ref - (SELECT min(change_ref) FROM change) FROM verification ORDER BY change_ref",
    );
    assert_eq!((places[0], places[10], places[19]), (0, 25, 48), "{places:?}");
}

#[test]
fn an_accepted_change_that_the_lms_does_not_show_is_a_problem() {
    let mut world = modules("");
    world.lms().set_ispring(|account| account.forgotten_enrollments = vec!["N2".to_owned()]);
    let run = sync(&mut world, 3).expect("partial, 3 create, 3 accepted");
    assert_eq!((run.status(), run.code), ("partial", 4));
    assert_eq!(numbers(&run), [3, 2, 1, 0]);
    let reason = "the LMS shows the module as not_started, and complete was sent";
    let line = json!({ "row": 3, "key": "N2", "absent": true, "code": "results", "reason": reason });
    assert_eq!(run.json["pushes"][0]["verified"]["lines"], Value::Array(vec![line]));
    let of_n2 = calls(world.lms(), RESULTS).iter().filter(|call| call.starts_with("N2")).count();
    assert_eq!(of_n2, 2, "it is asked for once more before anybody is told");
    let mail = world.mail_of(&run);
    assert!(mail.subject.contains("PARTIAL modules: 3 created, 1 not shown by the LMS"), "{}", mail.subject);
    let text = mail.flat();
    for words in [
        "* 1 accepted change is not shown by the LMS",
        "ACCEPTED, AND NOT SHOWN BY THE LMS: 1",
        "row 3, key N2, not shown",
        reason,
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
    // A person decides: nothing is sent again, and what was found stays found.
    let next =
        world.sync_rows("modules", &[ISPRING_HEADER, "N3,C-1,2026-11-20,100", "N2,C-1,2026-11-20,100"]);
    next.expect("ok, 2 unchanged");
    assert_eq!(calls(world.lms(), "updateModulesStatuses").len(), 1);
    let shown = world.run(&["show", run.run(), "--json"]).expect(0).json();
    assert_eq!(shown["pushes"][0]["verified"]["absent"], 1);
    assert_eq!(shown["status"], "partial");
}

#[test]
fn what_the_lms_shows_a_moment_later_is_there() {
    let mut world = modules("");
    world.lms().set_ispring(|account| account.shown_after = 1);
    let run = sync(&mut world, 2).expect("ok, 2 create, 2 accepted");
    assert_eq!(numbers(&run), [2, 2, 0, 0]);
    assert_eq!(calls(world.lms(), RESULTS).len(), 4);
}

#[test]
fn what_nobody_can_tell_is_no_problem() {
    let mut world = modules("");
    world.lms().set_ispring(|account| account.results_denied = true);
    let run = sync(&mut world, 2).expect("ok, 2 create, 2 accepted");
    assert_eq!(numbers(&run), [2, 0, 0, 2]);
    let text = world.mail_of(&run).flat();
    assert!(
        text.contains("* Nothing of ispring.update_modules_statuses could be looked up in the LMS"),
        "{text}"
    );
    assert!(
        text.contains("Why the LMS can't tell (key N1): the results can't be read (Permission denied)"),
        "{text}"
    );
}

#[test]
fn a_report_that_fails_is_not_asked_for_record_by_record() {
    let mut world = modules("");
    world.configure("ispring", "concurrency = 1");
    world.break_lms(&format!("fail=1,only={RESULTS}"));
    let run = sync(&mut world, 20).expect("ok, 20 create, 20 accepted");
    assert_eq!(numbers(&run), [20, 0, 0, 20]);
    assert_eq!(calls(world.lms(), RESULTS).len(), 2);
    let reasons =
        world.query("SELECT count(*) FROM verification WHERE state = 'unknown' AND code = 'not asked'");
    assert!(reasons[0] >= 18, "{reasons:?}");
    let text = world.mail_of(&run).flat();
    assert!(text.contains("the LMS does not answer such questions just now: "), "{text}");
}

#[test]
fn a_verification_ends_with_its_run() {
    let mut world = modules("deadline = \"2s\"");
    world.lms().set_ispring(|account| account.forgotten_enrollments = vec!["N1".to_owned()]);
    let run = sync(&mut world, 2).expect("ok, 2 create, 2 accepted");
    assert_eq!(numbers(&run), [2, 1, 0, 1]);
    let line = &run.json["pushes"][0]["verified"]["lines"][0];
    assert_eq!((line["code"].as_str(), line["absent"].as_bool()), (Some("not asked"), Some(false)), "{line}");
}

#[test]
fn a_verification_goes_on_after_a_kill() {
    let mut world = modules("");
    world.set_config("timeout_s = 1\n", "timeout_s = 60\n");
    world.drop_rows("modules", &rows(3).iter().map(String::as_str).collect::<Vec<_>>());
    world.break_lms(&format!("slow=60s,only={RESULTS}"));
    world.kill_when("modules", "a question is out", |world| !calls(world.lms(), RESULTS).is_empty());
    world.break_lms("");
    let run = world.sync_job("modules").expect("ok, 3 create, 3 accepted");
    assert_eq!(numbers(&run), [3, 3, 0, 0]);
    assert_eq!(calls(world.lms(), "updateModulesStatuses").len(), 1);
    assert_eq!(completion(&world, "ispring", "N1 / item-1").applied, 1);
}

#[test]
fn enrollments_and_assignments_are_looked_up_too() {
    let enrolled = push("smarteru.enroll_session_history", "verify = \"sample\"", SMARTERU);
    let assigned = push("upside.assign_curriculum", "verify = \"sample\"\nfirst_load = \"create\"", ASSIGN);
    let jobs = [
        job("enrolled", "", "delta", "[\"id\"]", &[enrolled]),
        job("courses", "", "delta", "[\"id\", \"course\"]", &[assigned]),
    ];
    let mut world = world(&jobs, |sandbox| {
        sandbox.smarteru.forgotten = vec!["ann@example.org / 8".to_owned()];
    });
    let row = |id: &str, session: &str, status: &str, grade: &str| {
        format!("{id},ann@example.org,Staff,3860,{session},{status},{grade},2026-11-20")
    };
    let lines = [
        row("S1", "7", "Completed", "88"),
        row("S2", "8", "Attended", ""),
        row("S3", "9", "NotAttended", ""),
    ];
    let lines: Vec<&str> = std::iter::once(SMARTERU_HEADER).chain(lines.iter().map(String::as_str)).collect();
    let run = world.sync_rows("enrolled", &lines).expect("partial, 3 create, 3 accepted");
    assert_eq!(numbers(&run), [3, 2, 1, 0]);
    let line = &run.json["pushes"][0]["verified"]["lines"][0];
    assert_eq!((line["key"].as_str(), line["code"].as_str()), (Some("S2"), Some("learner report")));
    assert_eq!(world.lms().effects().overlaps, 0, "one call at a time, questions included");

    let run = world.sync_rows("courses", &["id,course", "L1,167", "L2,167"]);
    let run = run.expect("ok, 2 create, 2 accepted");
    assert_eq!(numbers(&run), [2, 2, 0, 0]);
}
