//! Completions that iSpring Learn takes as tasks, and what became of those.

use rollbook::sandbox::IspringStates;

use super::furnish::{ISPRING, ISPRING_HEADER, applied, calls, job, push, world};
use crate::crash::support::until;
use crate::harness::{Account, World};

const UPDATE: &str = "updateModulesStatuses";

/// Completions, and how the account and the connection are set up.
fn modules(polls: u32, connection: &str) -> World {
    let push = push("ispring.update_modules_statuses", "", ISPRING);
    let world = world(&[job("modules", "", "delta", "[\"id\"]", &[push])], |sandbox| {
        sandbox.ispring.polls = polls;
    });
    world.configure("ispring", connection);
    world
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

/// How many calls carried records, and that each but N3 was applied once.
#[track_caller]
fn check_all_but_n3(world: &World) {
    let expected = ["N1", "N2", "N4", "N5"].map(|id| format!("{id} / item-1: 1"));
    assert_eq!(applied(world, "ispring"), expected);
}

#[test]
fn a_group_whose_task_fails_is_halved_to_the_culprit() {
    let mut world = modules(0, "");
    world.lms().set_ispring(|account| account.failing_enrollments = vec!["N3".to_owned()]);
    let run = sync(&mut world, 5).expect("partial, 5 create, 4 accepted, 1 refused");
    let told = run.told("refusals");
    assert!(
        told[0].starts_with("N3 failed: task 1000") && told[0].contains("the LMS does not say why"),
        "{told:?}"
    );
    check_all_but_n3(&world);
    // 5; 3 and 2; of the bad three 2 and 1; of a bad two each.
    let records: Vec<u32> =
        world.lms().calls().iter().filter(|call| call.method == UPDATE).map(|call| call.records).collect();
    assert!((5..=7).contains(&records.len()) && records[0] == 5, "{records:?}");
}

#[test]
fn an_enrolment_that_may_not_be_changed_is_found_and_the_others_go() {
    let mut world = modules(0, "");
    world.lms().set_ispring(|account| account.denied_enrollments = vec!["N3".to_owned()]);
    let run = sync(&mut world, 5).expect("partial, 5 create, 4 accepted, 1 refused");
    let told = run.told("refusals");
    assert!(told[0].starts_with("N3 Permission denied: Permission denied"), "{told:?}");
    assert!(run.json["stopped"].as_array().unwrap().is_empty(), "it is nothing of the connection's");
    check_all_but_n3(&world);
}

#[test]
fn tasks_are_followed_by_soap_in_both_vocabularies() {
    for states in [IspringStates::Documents, IspringStates::OpenApi] {
        check_followed("soap", states);
    }
}

#[test]
fn tasks_are_followed_by_rest_in_both_vocabularies() {
    for states in [IspringStates::Documents, IspringStates::OpenApi] {
        check_followed("rest", states);
    }
}

#[track_caller]
fn check_followed(follow: &str, states: IspringStates) {
    let mut world = modules(2, &format!("follow = \"{follow}\""));
    world.lms().set_ispring(|account| account.states = states);
    sync(&mut world, 2).expect("ok, 2 create, 2 accepted");
    let waits = match states {
        IspringStates::Documents => ["in progress", "in progress", "complete"],
        IspringStates::OpenApi => ["waiting", "in_progress", "complete"],
    };
    assert_eq!(calls(world.lms(), "getTaskStatus"), waits.map(|state| format!("100027: {state}")));
    assert_eq!(calls(world.lms(), UPDATE), ["N1, N2: queued"]);
    // A task that is cancelled is one that has failed.
    world.lms().set_ispring(|account| {
        account.cancels = true;
        account.polls = 0;
        account.failing_enrollments = vec!["N3".to_owned()];
    });
    let row = "N3,C-1,2026-11-20,100";
    let run = world.sync_rows("modules", &[ISPRING_HEADER, row]).expect("partial, 1 create, 1 refused");
    let word = if states == IspringStates::OpenApi { "cancelled" } else { "failed" };
    assert!(
        run.told("refusals")[0].starts_with(&format!("N3 {word}: task 100028 ended as {word}")),
        "{run:#?}"
    );
}

#[test]
fn a_task_is_followed_to_its_end_after_a_kill() {
    let mut world = modules(1000, "");
    world.drop_rows("modules", &rows(3).iter().map(String::as_str).collect::<Vec<_>>());
    world.kill_when("modules", "the task is known", |world| {
        let there = world.path("data/rollbook.db").exists() && !world.lms().effects().tasks.is_empty();
        there && world.query("SELECT count(*) FROM change WHERE task IS NOT NULL") == [3]
    });
    world.lms().set_ispring(|account| account.polls = 0);
    world.sync_job("modules").expect("ok, 3 create, 3 accepted");
    assert_eq!(calls(world.lms(), UPDATE), ["N1, N2, N3: queued"]);
    assert_eq!(applied(&world, "ispring").len(), 3);
}

#[test]
fn a_task_that_does_not_end_is_given_up_after_its_deadline() {
    let mut world = modules(1000, "task_deadline_s = 1");
    let run = sync(&mut world, 1).expect("partial, 1 create, 1 parked");
    let reason = "N1 in progress: task 100027 has not ended yet; it was followed as long as the connection allows \
                  (`task_deadline_s`): look in the LMS whether it has ended; the record is sent again at the job's \
                  next run";
    assert_eq!(run.told("refusals"), [reason]);
    world.lms().set_ispring(|account| account.polls = 0);
    sync(&mut world, 1).expect("ok, 1 create, 1 accepted");
}

#[test]
fn a_token_that_has_ended_is_fetched_anew_once() {
    let mut world = modules(2, "");
    world.drop_rows("modules", &rows(2).iter().map(String::as_str).collect::<Vec<_>>());
    let program = world.begin(&["sync", "modules", "--json"]);
    until("the task", || (!world.lms().effects().tasks.is_empty()).then_some(()));
    world.lms().expire_tokens();
    Account::new(program.end()).expect("ok, 2 create, 2 accepted");
    assert_eq!(calls(world.lms(), "token").len(), 2);
    assert_eq!(calls(world.lms(), UPDATE).len(), 1);
}

#[test]
fn what_differs_in_score_or_date_never_shares_a_call() {
    let mut world = modules(0, "");
    let rows = [
        ISPRING_HEADER,
        "N1,C-1,2026-11-20,100",
        "N2,C-1,2026-11-20,90",
        "N3,C-1,2026-11-20,100",
        "N4,C-1,2026-11-19,100",
        "N5,C-2,2026-11-20,100",
    ];
    world.sync_rows("modules", &rows).expect("ok, 5 create, 5 accepted");
    let mut sent = calls(world.lms(), UPDATE);
    sent.sort();
    assert_eq!(sent, ["N1, N3: queued", "N2: queued", "N4: queued", "N5: queued"]);
    let effects = world.lms().effects();
    for (id, field, value) in [
        ("N2", "awardedScore", "90"),
        ("N3", "awardedScore", "100"),
        ("N4", "date", "2026-11-19"),
        ("N5", "courseId", "C-2"),
    ] {
        let one = effects.completion("ispring", &format!("{id} / item-1")).unwrap();
        assert_eq!((one.field(field), one.applied), (Some(value), 1), "{id}");
    }
}
