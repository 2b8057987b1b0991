//! Completions of people who are another job's: rule 19.

use rollbook::sandbox::Sandbox;

use super::furnish::{CROWD, CROWD_HEADER, PEOPLE, PEOPLE_HEADER, applied, calls, job, push, world};
use crate::harness::{Account, World};

/// People into UpsideLMS, and completions into CrowdWisdom of people of whom those of `people` go first.
fn two(rows: &str, more: &str) -> World {
    let users = push("upside.manage_user", more, PEOPLE);
    let after = "after = [\"staff\"]\nperson = [\"id\"]";
    let done = push("crowd.set_completion", after, CROWD);
    let jobs = [
        job("staff", "deadline = \"1s\"", rows, "[\"id\"]", &[users]),
        job("done", "", "delta", "[\"id\", \"course\"]", &[done]),
    ];
    world(&jobs, |_| {})
}

const ANN: &str = "E1,Ann,ann@example.org,";
const BOB: &str = "E2,Bob,bob@example.org,";
const DONE: [&str; 4] = [
    CROWD_HEADER,
    "E1,P-7,Passed,80,2026-11-20",
    "E2,P-7,Passed,70,2026-11-20",
    "X9,P-7,Passed,60,2026-11-20",
];

/// Delivers the completions while E2 is in this state, and gives what is said of that.
#[track_caller]
fn kept_back(world: &mut World, said: &str) -> Account {
    let run = world.sync_rows("done", &DONE).expect("partial, 3 create, 2 accepted, 1 parked");
    let reason =
        format!("E2,P-7 person: E2 {said} in job staff (upside.manage_user); this goes once that is settled");
    assert_eq!(run.told("refusals"), [reason]);
    assert_eq!(applied(world, "crowdwisdom"), ["E1 / P-7: 1", "X9 / P-7: 1"]);
    run
}

/// Once the job of people is over, nothing of the completions waits, and everything is there once.
#[track_caller]
fn goes_on(world: &mut World) {
    world.check_drained();
    assert_eq!(applied(world, "crowdwisdom"), ["E1 / P-7: 1", "E2 / P-7: 1", "X9 / P-7: 1"]);
    let runs = world.run(&["runs", "--job", "done", "--json"]).expect(0).json();
    let run = runs["runs"][0]["run"].as_str().unwrap();
    let shown = world.run(&["show", run, "--json"]).expect(0).json();
    assert_eq!((&shown["pushes"][0]["accepted"], &shown["pushes"][0]["parked"]), (&3.into(), &0.into()));
}

#[test]
fn rule_19_whoever_waits_for_an_lms_that_is_down_is_waited_for() {
    let mut world = two("delta", "");
    world.sync_rows("staff", &[PEOPLE_HEADER, ANN]).expect("ok, 1 create, 1 accepted");
    world.break_lms("fail=1,only=manageuser");
    world.leftovers = true;
    world.sync_rows("staff", &[PEOPLE_HEADER, BOB]).expect("partial, 1 create, 1 pending");
    let run = kept_back(&mut world, "waits to be delivered");
    let text = world.mail_of(&run).flat();
    assert!(text.contains("row 3, key E2,P-7, parked person: E2 waits"), "{text}");
    world.break_lms("");
    world.make_due(0);
    world.leftovers = false;
    world.sync_job("staff");
    goes_on(&mut world);
}

#[test]
fn rule_19_whoever_is_held_is_waited_for() {
    let mut world = two("full", "");
    world.sync_rows("staff", &[PEOPLE_HEADER, ANN, BOB]).expect("held, 2 create, 2 held");
    let run = world.sync_rows("done", &DONE).expect("partial, 3 create, 1 accepted, 2 parked");
    assert!(run.told("refusals")[1].starts_with("E2,P-7 person: E2 is held in job staff"), "{run:#?}");
    let text = std::fs::read_to_string(world.path("jobs/staff.toml")).unwrap();
    let text = text.replace("[push.fields]", "first_load = \"create\"\n[push.fields]");
    std::fs::write(world.path("jobs/staff.toml"), text).unwrap();
    world.sync_rows("staff", &[PEOPLE_HEADER, ANN, BOB]).expect("ok, 2 create, 2 accepted");
    goes_on(&mut world);
}

#[test]
fn rule_19_whoever_was_refused_is_waited_for() {
    let mut world = two("delta", "");
    let taken = "E2,Bob,ann@example.org,";
    world.sync_rows("staff", &[PEOPLE_HEADER, ANN]).expect("ok, 1 create, 1 accepted");
    world.sync_rows("staff", &[PEOPLE_HEADER, taken]).expect("partial, 1 create, 1 refused");
    kept_back(&mut world, "was refused by the LMS");
    // The job's own next run tries again, in vain as long as nothing has changed.
    let run = world.sync_rows("done", &[CROWD_HEADER, "X8,P-7,Passed,60,2026-11-20"]);
    run.expect("ok, 1 create, 1 accepted");
    assert_eq!(applied(&world, "crowdwisdom"), ["E1 / P-7: 1", "X8 / P-7: 1", "X9 / P-7: 1"]);
    world.sync_rows("staff", &[PEOPLE_HEADER, BOB]).expect("ok, 1 create, 1 accepted");
    world.check_drained();
    assert_eq!(applied(&world, "crowdwisdom").len(), 4);
}

#[test]
fn rule_19_whoever_is_parked_is_waited_for() {
    let mut world = two("delta", "");
    world.sync_rows("staff", &[PEOPLE_HEADER, ANN]).expect("ok, 1 create, 1 accepted");
    let managed = format!("{BOB}carl@example.org");
    world.sync_rows("staff", &[PEOPLE_HEADER, &managed]).expect("partial, 1 create, 1 parked");
    kept_back(&mut world, "is parked");
    // The manager comes, so Bob goes in the next round, and then what is about him.
    let carl = "E3,Carl,carl@example.org,";
    world.sync_rows("staff", &[PEOPLE_HEADER, carl]).expect("ok, 1 create, 1 accepted");
    goes_on(&mut world);
}

#[test]
fn rule_19_what_was_held_or_refused_counts_no_more_once_a_newer_full_export_lacks_it() {
    let mut world = two("full", "");
    world.sync_rows("staff", &[PEOPLE_HEADER, ANN, BOB]).expect("held, 2 create, 2 held");
    let text = std::fs::read_to_string(world.path("jobs/staff.toml")).unwrap();
    let text = text.replace("[push.fields]", "first_load = \"create\"\n[push.fields]");
    std::fs::write(world.path("jobs/staff.toml"), text).unwrap();
    let carl = "E3,Carl,carl@example.org,";
    world.sync_rows("staff", &[PEOPLE_HEADER, ANN, carl]).expect("ok, 2 create, 2 accepted");
    // Nobody wants Bob to be made any more, so the LMS of the completions decides.
    world.sync_rows("done", &DONE).expect("ok, 3 create, 3 accepted");
    // Whom the LMS has acknowledged is there, whatever becomes of a later change.
    let wrong = "E1,Ann,carl@example.org,";
    let run = world.sync_rows("staff", &[PEOPLE_HEADER, wrong, carl]);
    run.expect("partial, 1 unchanged, 1 update, 1 refused");
    let more = "E1,P-9,Passed,80,2026-11-20";
    world.sync_rows("done", &[CROWD_HEADER, more]).expect("ok, 1 create, 1 accepted");
    assert_eq!(applied(&world, "crowdwisdom").len(), 4);
}

#[test]
fn rule_19_rows_without_a_person_and_people_of_no_other_job_go() {
    let mut world = two("delta", "");
    world.sync_rows("done", &DONE).expect("ok, 3 create, 3 accepted");
    assert_eq!(seen(world.lms()), 3);
}

fn seen(lms: &Sandbox) -> usize {
    calls(lms, "setCompletion").len()
}
