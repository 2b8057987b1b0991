//! What fails again and again holds up nobody else, and puts no queue in doubt.

use super::furnish::{ASSIGN, CROWD, CROWD_HEADER, PEOPLE, applied, calls, job, push, world};

#[test]
fn a_person_who_makes_the_lms_fail_keeps_back_only_what_is_about_that_person() {
    let users = push("upside.manage_user", "", PEOPLE);
    let about = push("upside.assign_curriculum", "person = [\"id\"]", ASSIGN);
    let mut world = world(&[job("all", "deadline = \"5s\"", "delta", "[\"id\"]", &[users, about])], |_| {});
    world.configure("upside", "concurrency = 1");
    world.leftovers = true;
    // The first two are made; the third makes the LMS fail at every try. What is asked in between, to learn
    // whether the LMS is well again, is answered.
    world.break_lms(&format!("only=manageuser,script=none+none+fail+none{}", "+fail".repeat(40)));
    let header = "id,name,mail,boss,course";
    let row = |id: &str| format!("{id},Name {id},{id}@example.org,,167");
    let rows = ["E1", "E2", "E3"].map(row);
    let run = world.sync_rows("all", &[header, &rows[0], &rows[1], &rows[2]]);
    assert_eq!(run.said_of("upside.manage_user"), "partial, 3 create, 2 accepted, 1 pending", "{run:#?}");
    assert_eq!(
        run.said_of("upside.assign_curriculum"),
        "partial, 3 create, 2 accepted, 1 parked",
        "the others' assignments have gone: {run:#?}"
    );
    assert_eq!(applied(&world, "upsidelms"), ["E1 / 167: 1", "E2 / 167: 1"]);
    // Once the LMS takes the person, the assignment goes by itself, and the run reports once more.
    world.break_lms("");
    world.make_due(0);
    world.leftovers = false;
    let next = world.sync_rows("all", &[header, &row("E4")]);
    assert_eq!(next.said_of("upside.assign_curriculum"), "ok, 1 create, 1 accepted", "{next:#?}");
    assert_eq!(applied(&world, "upsidelms").len(), 4);
}

#[test]
fn a_system_that_loses_every_completion_is_stopped_before_its_queue_is_in_doubt() {
    let completions = push("crowd.set_completion", "", CROWD);
    let mut world = world(&[job("done", "", "delta", "[\"id\"]", &[completions])], |_| {});
    world.configure("crowd", "concurrency = 1");
    world.leftovers = true;
    world.break_lms("lose=1.0,only=setCompletion");
    let rows: Vec<String> = (1..=30).map(|id| format!("M{id},P-7,Passed,60,2026-11-20")).collect();
    let lines: Vec<&str> = std::iter::once(CROWD_HEADER).chain(rows.iter().map(String::as_str)).collect();
    let run = world.sync_rows("done", &lines);
    let doubtful = calls(world.lms(), "setCompletion").len() as u64;
    assert!((2..=6).contains(&doubtful), "{doubtful}");
    assert_eq!((run.count("in_doubt"), run.count("pending")), (doubtful, 30 - doubtful), "{run:#?}");
    let text = world.mail_of(&run).flat();
    assert!(text.contains("Connection crowd is stopped"), "{text}");
    assert!(text.contains("calls in a row have come back without an answer"), "{text}");
    // Well again, the others go, and what is in doubt stays.
    world.break_lms("");
    world.sync_rows("done", &[CROWD_HEADER, "M31,P-7,Passed,60,2026-11-20"]);
    assert_eq!(applied(&world, "crowdwisdom").len(), 31);
    assert!(applied(&world, "crowdwisdom").iter().all(|effect| effect.ends_with(": 1")));
}
