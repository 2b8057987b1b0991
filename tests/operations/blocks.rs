//! Several enrolments in one call to SmarterU, and which of them an answer means.

use rollbook::sandbox::{SandboxOptions, SmarteruCourse, SmarteruGroup, SmarteruSession, SmarteruUser};

use super::furnish::{SMARTERU, SMARTERU_HEADER, calls, job, push, world};
use crate::harness::World;

const METHOD: &str = "enrollSessionHistory";

fn sessions(set: impl FnOnce(&mut SandboxOptions)) -> World {
    let push = push("smarteru.enroll_session_history", "", SMARTERU);
    world(&[job("sessions", "", "delta", "[\"id\"]", &[push])], set)
}

/// An account with Ann to Fay, one group, and one course with one session.
fn strict(sandbox: &mut SandboxOptions, bracketed: bool) {
    let account = &mut sandbox.smarteru;
    let user = |name: &str| SmarteruUser { email: format!("{name}@example.org"), ..SmarteruUser::default() };
    account.users = ["ann", "bob", "carl", "dora", "eve", "fay"].map(user).into();
    account.groups = vec![SmarteruGroup { name: "Staff".to_owned(), ..SmarteruGroup::default() }];
    let session = SmarteruSession { id: "9".to_owned(), ..SmarteruSession::default() };
    let course =
        SmarteruCourse { id: "3860".to_owned(), sessions: vec![session], ..SmarteruCourse::default() };
    account.courses = vec![course];
    account.bracketed_blocks = bracketed;
}

const GOOD: [&str; 2] = [
    "S1,ann@example.org,Staff,3860,9,Completed,88.5,2026-11-20",
    "S7,fay@example.org,Staff,3860,9,NotAttended,,2026-11-20",
];

/// Those that were enrolled, each once and by one call.
#[track_caller]
fn check_enrolled(world: &World, names: &[&str]) {
    let effects = world.lms().effects();
    let held: Vec<_> =
        effects.completions.iter().map(|one| (one.key.clone(), one.applied, one.count("repeats"))).collect();
    let expected: Vec<_> = names.iter().map(|name| (format!("{name}@example.org / 9"), 1, 0)).collect();
    assert_eq!(held, expected);
}

#[test]
fn a_success_with_errors_inside_refuses_just_the_rows_that_the_errors_mean() {
    for bracketed in [false, true] {
        let mut world = sessions(|sandbox| strict(sandbox, bracketed));
        let rows = [
            SMARTERU_HEADER,
            GOOD[0],
            "S2,nobody@example.org,Staff,3860,9,Attended,,2026-11-20",
            "S3,bob@example.org,Stuff,3860,9,Attended,,2026-11-20",
            "S4,carl@example.org,Staff,3861,9,Attended,,2026-11-20",
            "S5,dora@example.org,Staff,3860,8,Attended,,2026-11-20",
            "S6,eve@example.org,Staff,3860,9,Completed,Pass,2026-11-20",
            GOOD[1],
        ];
        let run = world.sync_rows("sessions", &rows).expect("partial, 7 create, 2 accepted, 5 refused");
        let told = run.told("refusals");
        let codes: Vec<_> = told.iter().map(|line| line.split(": ").next().unwrap()).collect();
        assert_eq!(codes, ["S2 ESH:21", "S3 ESH:23", "S4 ESH:14", "S5 ESH:15", "S6 ESH:19"], "{told:#?}");
        assert!(
            told[0].ends_with("The email address 'nobody@example.org' is not a valid user."),
            "{told:#?}"
        );
        assert_eq!(calls(world.lms(), METHOD).len(), 1, "the answer names all");
        check_enrolled(&world, &["ann", "fay"]);
        let text = world.mail_of(&run).flat();
        assert!(
            text.contains("row 4, key S3, refused ESH:23: The group name 'Stuff' is not valid."),
            "{text}"
        );
    }
}

#[test]
fn an_error_that_names_no_row_is_asked_for_again_row_by_row() {
    let mut world = sessions(|sandbox| strict(sandbox, false));
    let bad = "S2,bob@example.org,Staff,38-60,9,Attended,,2026-11-20";
    let run = world.sync_rows("sessions", &[SMARTERU_HEADER, GOOD[0], bad, GOOD[1]]);
    let run = run.expect("partial, 3 create, 2 accepted, 1 refused");
    assert_eq!(run.told("refusals"), ["S2 ESH:05: The LearningModuleID provided is not valid."]);
    // Alone with its error, the row is known; the others were named as done.
    assert_eq!(calls(world.lms(), METHOD).len(), 2);
    check_enrolled(&world, &["ann", "fay"]);
}

#[test]
fn rows_that_an_answer_forgets_are_sent_again_alone() {
    let lost = "ann@example.org".to_owned();
    let mut world = sessions(|sandbox| sandbox.smarteru.lost_in_batches = vec![lost]);
    world.sync_rows("sessions", &[SMARTERU_HEADER, GOOD[0], GOOD[1]]).expect("ok, 2 create, 2 accepted");
    let sent = ["ann@example.org, fay@example.org: enrolled dropped", "ann@example.org: enrolled"];
    assert_eq!(calls(world.lms(), METHOD), sent);
    check_enrolled(&world, &["ann", "fay"]);
}

#[test]
fn an_account_gets_one_call_at_a_time_whatever_the_connection_says() {
    let mut world = sessions(|_| {});
    world.configure("smarteru", "batch = 1\nconcurrency = 4");
    let said = world.run(&["check"]).expect(0).stdout;
    let words = "found 4, but smarteru.enroll_session_history makes one call at a time, whatever stands here";
    assert!(said.contains(words), "{said}");
    world.break_lms("slow=100ms,only=smarteru");
    let rows: Vec<String> =
        (1..=5).map(|n| format!("S{n},s{n}@example.org,Staff,3860,9,Attended,,2026-11-20")).collect();
    let rows: Vec<&str> = std::iter::once(SMARTERU_HEADER).chain(rows.iter().map(String::as_str)).collect();
    world.sync_rows("sessions", &rows).expect("ok, 5 create, 5 accepted");
    assert_eq!(calls(world.lms(), METHOD).len(), 5);
    assert_eq!(world.lms().effects().overlaps, 0);
}
