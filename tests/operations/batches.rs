//! Several completions in one call that may not be repeated, and no answer that tells one from the other.

use super::furnish::{CROWD, CROWD_HEADER, applied, calls, job, push, world};
use crate::harness::World;

/// Completions, three a call.
fn threes() -> World {
    let push = push("crowd.set_completion", "", CROWD);
    let world = world(&[job("done", "", "delta", "[\"id\", \"course\"]", &[push])], |_| {});
    world.configure("crowd", "batch = 3\nconcurrency = 1");
    world
}

fn rows(courses: &[&str]) -> Vec<String> {
    let row = |(number, course): (usize, &&str)| format!("M{number},{course},Passed,80,2026-11-20");
    std::iter::once(CROWD_HEADER.to_owned()).chain((1..).zip(courses).map(row)).collect()
}

fn lines(rows: &[String]) -> Vec<&str> {
    rows.iter().map(String::as_str).collect()
}

#[test]
fn a_batch_that_is_taken_is_one_call() {
    let mut world = threes();
    let rows = rows(&["P-1", "P-2", "P-3", "P-4"]);
    world.sync_rows("done", &lines(&rows)).expect("ok, 4 create, 4 accepted");
    assert_eq!(calls(world.lms(), "setCompletions").len() + calls(world.lms(), "setCompletion").len(), 2);
    assert_eq!(applied(&world, "crowdwisdom"), ["M1 / P-1: 1", "M2 / P-2: 1", "M3 / P-3: 1", "M4 / P-4: 1"]);
}

#[test]
fn an_error_that_names_no_record_leaves_its_batch_in_doubt() {
    let mut world = threes();
    world.lms().set_crowdwisdom(|portal| portal.closed_products = vec!["P-2".to_owned()]);
    let rows = rows(&["P-1", "P-2", "P-3", "P-4"]);
    let run = world.sync_rows("done", &lines(&rows)).expect("partial, 4 create, 1 accepted, 3 in_doubt");
    let told = run.told("in_doubt");
    assert!(
        told[0].starts_with("M1,P-1 600: ") && told[0].contains("the answer to 3 records does not say which"),
        "{told:#?}"
    );
    assert!(told[0].ends_with("the LMS may have it or not: look there, then settle it"), "{told:#?}");
    // The first was applied before the catalog of the second was found closed, and nobody can know.
    assert_eq!(applied(&world, "crowdwisdom"), ["M1 / P-1: 1", "M4 / P-4: 1"]);
    world.lms().set_crowdwisdom(|portal| portal.closed_products.clear());
    let rows = &rows[..3];
    world.sync_rows("done", &lines(rows)).expect("partial, 2 create, 2 parked");
    assert_eq!(calls(world.lms(), "setCompletions").len(), 1);
}

#[test]
fn the_record_that_lacks_a_parameter_is_found_by_halving() {
    let mut world = threes();
    world.set_config("batch = 3", "batch = 8");
    world.lms().set_crowdwisdom(|portal| portal.wanting_customers = vec!["M5".to_owned()]);
    let rows = rows(&["P-1", "P-2", "P-3", "P-4", "P-5", "P-6", "P-7", "P-8"]);
    let run = world.sync_rows("done", &lines(&rows)).expect("partial, 8 create, 7 accepted, 1 refused");
    assert!(run.told("refusals")[0].starts_with("M5,P-5 501: "), "{run:#?}");
    // 8; 4 and 4; of the bad four 2 and 2; of the bad two each.
    let calls = world.lms().calls().into_iter().filter(|call| call.method.starts_with("setCompletion"));
    let records: Vec<u32> = calls.map(|call| call.records).collect();
    assert_eq!(records.iter().sum::<u32>(), 8 + 8 + 4 + 2, "{records:?}");
    let applied = applied(&world, "crowdwisdom");
    assert!(applied.len() == 7 && applied.iter().all(|one| one.ends_with(": 1")), "{applied:?}");
}

#[test]
fn an_ended_session_is_renewed_and_nothing_of_the_batch_was_applied_before() {
    let mut world = threes();
    world.lms().set_crowdwisdom(|portal| portal.session_calls = Some(1));
    let rows = rows(&["P-1", "P-2", "P-3", "P-4", "P-5", "P-6"]);
    world.sync_rows("done", &lines(&rows)).expect("ok, 6 create, 6 accepted");
    assert!(applied(&world, "crowdwisdom").iter().all(|one| one.ends_with(": 1")));
    assert_eq!(calls(world.lms(), "diConnect").len(), 2);
}

#[test]
fn a_wrong_system_id_stops_the_connection_with_nothing_in_doubt() {
    let mut world = threes();
    world.set_config("system_id = \"sandbox\"", "system_id = \"sandpit\"");
    world.leftovers = true;
    let rows = rows(&["P-1", "P-2", "P-3"]);
    let run = world.sync_rows("done", &lines(&rows)).expect("failed, 3 create, 3 pending");
    assert_eq!(run.json["stopped"][0]["code"], "2", "{run:#?}");
    world.set_config("system_id = \"sandpit\"", "system_id = \"sandbox\"");
    world.leftovers = false;
    world.sync_job("done").expect("ok, 3 create, 3 accepted");
    assert!(applied(&world, "crowdwisdom").iter().all(|one| one.ends_with(": 1")));
}
