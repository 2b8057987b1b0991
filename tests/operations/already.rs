//! What is there already: rule 18.

use super::furnish::{ASSIGN, SMARTERU, SMARTERU_HEADER, applied, calls, completion, job, push, world};
use crate::harness::World;

const ROW: &str = "S1,ann@example.org,Staff,3860,9,Completed,80,2026-11-20";

fn sessions() -> World {
    let push = push("smarteru.enroll_session_history", "", SMARTERU);
    // What became of a lost answer can't be read back, so the record goes once more.
    world(&[job("sessions", "", "delta", "[\"id\"]", &[push])], |sandbox| sandbox.smarteru.may_view = false)
}

#[test]
fn rule_18_what_a_lost_answer_has_made_is_there_already() {
    let mut world = sessions();
    world.break_lms("script=lose,only=enrollSessionHistory");
    world.sync_rows("sessions", &[SMARTERU_HEADER, ROW]).expect("ok, 1 create, 1 already");
    let made = ["ann@example.org: lost", "ann@example.org: ESH:26"];
    assert_eq!(calls(world.lms(), "enrollSessionHistory"), made);
    assert_eq!(applied(&world, "smarteru"), ["ann@example.org / 9: 1"]);
    world.sync_rows("sessions", &[SMARTERU_HEADER, ROW, ROW]).expect("ok, 1 duplicates, 1 unchanged");
}

#[test]
fn rule_18_somebody_enrolled_by_hand_is_there_already() {
    let mut world = sessions();
    let push = push("smarteru.enroll_session_history", "id = \"again\"\nshared = true", SMARTERU);
    let (_, text) = job("sessions", "", "delta", "[\"id\"]", &[push]);
    world.sync_rows("sessions", &[SMARTERU_HEADER, ROW]).expect("ok, 1 create, 1 accepted");
    std::fs::write(world.path("jobs/sessions.toml"), text).unwrap();
    world.sync_rows("sessions", &[SMARTERU_HEADER, ROW, ""]).expect("ok, 1 create, 1 already");
    assert_eq!(applied(&world, "smarteru"), ["ann@example.org / 9: 1"]);
}

#[test]
fn rule_18_a_correction_that_is_answered_with_already_is_refused() {
    let mut world = sessions();
    world.sync_rows("sessions", &[SMARTERU_HEADER, ROW]).expect("ok, 1 create, 1 accepted");
    let corrected = ROW.replace(",80,", ",95,");
    let run = world.sync_rows("sessions", &[SMARTERU_HEADER, &corrected]);
    let run = run.expect("partial, 1 update, 1 refused");
    let refusal = "S1 ESH:26: The user provided is already enrolled into the session; the LMS holds the \
                   earlier version, and this correction was not taken";
    assert_eq!(run.told("refusals"), [refusal]);
    let text = world.mail_of(&run).flat();
    assert!(text.contains("* 1 change was refused by the LMS"), "{text}");
    assert_eq!(completion(&world, "smarteru", "ann@example.org / 9").field("Grade"), Some("80"));
}

#[test]
fn rule_18_assignments_that_are_there_at_the_first_load_are_already_there() {
    // The document's sample and its table disagree about the code, so both are met.
    for sample in [true, false] {
        let one = |id: &str| {
            push(
                "upside.assign_curriculum",
                &format!("id = \"{id}\"\nfirst_load = \"create\"\nshared = true"),
                ASSIGN,
            )
        };
        let jobs = [
            job("before", "", "full", "[\"id\", \"course\"]", &[one("before")]),
            job("courses", "", "full", "[\"id\", \"course\"]", &[one("courses")]),
        ];
        let mut world = world(&jobs, |sandbox| sandbox.upsidelms.already_is_err009 = sample);
        world.sync_rows("before", &["id,course", "L1,167"]).expect("ok, 1 create, 1 accepted");
        let run = world.sync_rows("courses", &["id,course", "L1,167", "L2,167"]);
        run.expect("ok, 2 create, 1 accepted, 1 already");
        assert_eq!(applied(&world, "upsidelms"), ["L1 / 167: 1", "L2 / 167: 1"]);
        let mails = world.lms().effects().assignments.iter().map(|one| one.count("mails")).sum::<u32>();
        assert_eq!(mails, 2);
    }
}
