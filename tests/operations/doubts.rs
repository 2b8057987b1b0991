//! Whose answer is lost: what may not be sent twice, killed with kill -9 while the call is out; and what may, which
//! is read back before it is.

use super::furnish::{
    ASSIGN, CROWD, CROWD_HEADER, ISPRING, ISPRING_HEADER, SMARTERU, SMARTERU_HEADER, applied, calls,
    completion, job, push, world,
};
use crate::harness::World;

const ONE: &str = "M1,P-7,Passed,80,2026-11-20";
const TWO: &str = "M2,P-7,Passed,70,2026-11-20";

/// Completions one call at a time, each of which may take a while.
fn crowd(rows: &str) -> World {
    let push = push("crowd.set_completion", "first_load = \"create\"", CROWD);
    let world = world(&[job("done", "", rows, "[\"id\", \"course\"]", &[push])], |_| {});
    world.set_config("timeout_s = 1\n", "timeout_s = 60\n");
    world.configure("crowd", "concurrency = 1");
    world
}

fn courses(more: &str, rows: &str) -> World {
    let push = push("upside.assign_curriculum", "first_load = \"create\"", ASSIGN);
    let world = world(&[job("courses", more, rows, "[\"id\", \"course\"]", &[push])], |_| {});
    world.set_config("timeout_s = 1\n", "timeout_s = 60\n");
    world
}

/// Drops a file, and kills its run while the call is out whose answer does not come.
#[track_caller]
fn kill_in_call(world: &mut World, job: &str, rows: &[&str], method: &str, faults: &str) {
    world.drop_rows(job, rows);
    world.break_lms(&format!("{faults},only={method}"));
    world.kill_when(job, "the call is out", |world| !calls(world.lms(), method).is_empty());
    world.break_lms("");
}

#[test]
fn a_completion_whose_call_was_out_is_in_doubt_and_never_sent_again() {
    for rows in ["delta", "full"] {
        let mut world = crowd(rows);
        kill_in_call(&mut world, "done", &[CROWD_HEADER, ONE, TWO], "setCompletion", "slow=60s");
        let run = world.sync_job("done").expect("partial, 2 create, 1 accepted, 1 in_doubt");
        let lost = "Rollbook was stopped while the call was out, so its answer was never read";
        assert_eq!(run.told("in_doubt"), [format!("M1,P-7 interrupted: {lost}")], "{rows}");
        let text = world.mail_of(&run).flat();
        for words in [
            "* 1 change is in doubt Listed below. The LMS may have it or not, so look there;",
            "IN DOUBT: the LMS may have it or not Look in the LMS for each of these.",
            "row 2, key M1,P-7, in doubt",
        ] {
            assert!(text.contains(words), "{words} in {text}");
        }
        let sent = ["M1 / P-7: completed", "M2 / P-7: completed"];
        assert_eq!(calls(world.lms(), "setCompletion"), sent, "{rows}");

        // The next exports with the row stand behind the doubt, each in place of the one before.
        for _ in 0..2 {
            let later = world.sync_rows("done", &[CROWD_HEADER, TWO, ONE]);
            let later = later.expect("partial, 1 unchanged, 1 create, 1 parked");
            let reason = format!(
                "M1,P-7 in doubt: an earlier change of this record (run {}) is in doubt: find out in the LMS whether \
                 it is there, and say so with `rollbook settle`; nothing more is sent of it before",
                run.run()
            );
            assert_eq!(later.told("refusals"), [reason], "{rows}");
            let text = world.mail_of(&later).flat();
            assert!(text.contains("From earlier runs."), "{text}");
        }
        // Nor does a file without it bring it about.
        world.sync_rows("done", &[CROWD_HEADER, TWO, TWO]);
        assert_eq!(calls(world.lms(), "setCompletion"), sent, "{rows}");
        assert_eq!(applied(&world, "crowdwisdom"), ["M1 / P-7: 1", "M2 / P-7: 1"], "{rows}");
    }
}

#[test]
fn an_assignment_whose_call_was_out_is_read_back_and_mails_once() {
    // With effect, and without.
    for (faults, sent) in [("slow=60s", 1), ("script=hang", 2)] {
        let mut world = courses("", "delta");
        kill_in_call(&mut world, "courses", &["id,course", "L1,167"], "assigncurriculum", faults);
        world.sync_job("courses").expect("ok, 1 create, 1 accepted");
        assert_eq!(calls(world.lms(), "assigncurriculum").len(), sent, "{faults}");
        let effects = world.lms().effects();
        let one = effects.assignment("upsidelms", "L1 / 167").unwrap();
        assert_eq!((one.applied, one.count("mails")), (1, 1), "{faults}");
        world
            .sync_rows("courses", &["id,course", "L1,167", "L1,167"])
            .expect("ok, 1 duplicates, 1 unchanged");
        assert_eq!(calls(world.lms(), "assigncurriculum").len(), sent, "{faults}");
    }
}

#[test]
fn what_stands_behind_a_doubt_is_superseded_once_that_is_settled() {
    // Sent once more there is a pause first, for which there must be time.
    let cases =
        [("delta", "slow=60s", 1, "1s"), ("full", "slow=60s", 1, "1s"), ("delta", "script=hang", 2, "4s")];
    for (rows, faults, sent, deadline) in cases {
        let mut world = courses(&format!("deadline = \"{deadline}\""), rows);
        kill_in_call(&mut world, "courses", &["id,course", "L1,167"], "assigncurriculum", faults);
        world.break_lms("fail=1,only=trainingplan");
        world.leftovers = true;
        let run = world.sync_job("courses").expect("partial, 1 create, 1 in_doubt");
        let behind = world.sync_rows("courses", &["id,course", "L1,167", "L2,167"]);
        let behind = behind.expect("partial, 2 create, 1 accepted, 1 parked");
        let reason = format!(
            "L1,167 in doubt: an earlier change of this record (run {}) was sent, and Rollbook is still finding out \
             what became of it; this one is not sent before that is settled",
            run.run()
        );
        assert_eq!(behind.told("refusals"), [reason], "{rows} {faults}");
        assert_eq!(calls(world.lms(), "assigncurriculum").len(), 2, "{rows} {faults}");
        // The plan can be read again: the doubt is settled, and the other report comes.
        world.break_lms("");
        world.look_now();
        world.leftovers = false;
        let late = world.sync_job("courses").expect("ok, 1 create, 1 accepted");
        assert_eq!(late.run(), run.run(), "{rows} {faults}");
        let reports =
            world.mails().into_iter().filter(|mail| mail.file.starts_with(&format!("{}.", run.run())));
        assert_eq!(reports.count(), 2, "one at the deadline, and one more");
        let shown = world.run(&["show", behind.run(), "--json"]).expect(0).json();
        assert_eq!(shown["pushes"][0]["superseded"], 1, "{rows} {faults}: {shown:#}");
        world.sync_rows("courses", &["id,course", "L2,167", "L1,167"]).expect("ok, 2 unchanged");
        assert_eq!(calls(world.lms(), "assigncurriculum").len(), sent + 1, "{rows} {faults}");
        assert_eq!(applied(&world, "upsidelms"), ["L1 / 167: 1", "L2 / 167: 1"], "{rows} {faults}");
    }
}

const ENROLL: &str = "enrollSessionHistory";
const REPORT: &str = "getLearnerReport";
const UPDATE: &str = "updateModulesStatuses";
const RESULTS: &str = "learners/modules/results";

/// Enrollments in SmarterU.
fn enrollments(set: impl FnOnce(&mut rollbook::sandbox::SmarteruOptions)) -> World {
    let push = push("smarteru.enroll_session_history", "", SMARTERU);
    world(&[job("enrolled", "", "delta", "[\"id\"]", &[push])], |sandbox| set(&mut sandbox.smarteru))
}

fn enrollment(number: u32) -> String {
    format!("S{number},s{number}@example.org,Staff,3860,9,Completed,88,2026-11-20")
}

/// Completions in iSpring Learn, whose tasks end once they have been asked for so often.
fn modules(polls: u32) -> World {
    let push = push("ispring.update_modules_statuses", "", ISPRING);
    world(&[job("modules", "", "delta", "[\"id\"]", &[push])], |sandbox| sandbox.ispring.polls = polls)
}

#[test]
fn an_enrollment_whose_answer_is_lost_is_read_back_before_it_is_sent_again() {
    // With effect, and without.
    for (fault, sent) in [("lose", 1), ("garbage", 1), ("fail", 2), ("html", 2)] {
        let mut world = enrollments(|_| {});
        world.break_lms(&format!("script={fault},only={ENROLL}"));
        let run = world.sync_rows("enrolled", &[SMARTERU_HEADER, &enrollment(1)]);
        run.expect("ok, 1 create, 1 accepted");
        assert_eq!(calls(world.lms(), ENROLL).len(), sent, "{fault}");
        assert_eq!(applied(&world, "smarteru"), ["s1@example.org / 9: 1"], "{fault}");
        assert!(!calls(world.lms(), REPORT).is_empty(), "{fault}");
        assert_eq!(world.lms().effects().overlaps, 0);
    }
}

#[test]
fn what_can_not_be_read_back_and_may_be_repeated_is_sent_again() {
    let mut world = enrollments(|account| account.may_view = false);
    world.break_lms(&format!("script=lose,only={ENROLL}"));
    let run = world.sync_rows("enrolled", &[SMARTERU_HEADER, &enrollment(1)]);
    run.expect("ok, 1 create, 1 already");
    assert_eq!(calls(world.lms(), REPORT), ["s1@example.org: 0 rows"; 2]);
    assert_eq!(applied(&world, "smarteru"), ["s1@example.org / 9: 1"]);
    // The report fails, too.
    let mut world = modules(0);
    world.lms().set_ispring(|account| account.results_denied = true);
    world.break_lms(&format!("script=lose,only={UPDATE}"));
    let run = world.sync_rows("modules", &[ISPRING_HEADER, "N1,C-1,2026-11-20,100"]);
    run.expect("ok, 1 create, 1 accepted");
    assert_eq!(calls(world.lms(), UPDATE).len(), 2);
}

#[test]
fn a_correction_whose_answer_is_lost_is_not_taken_for_what_was_there_before() {
    let mut world = enrollments(|_| {});
    world.sync_rows("enrolled", &[SMARTERU_HEADER, &enrollment(1)]).expect("ok, 1 create, 1 accepted");
    // The status and the session are as before, and the report would show them.
    world.break_lms(&format!("script=fail,only={ENROLL}"));
    let corrected = enrollment(1).replace(",88,", ",88.2,");
    let run = world.sync_rows("enrolled", &[SMARTERU_HEADER, &corrected]);
    run.expect("partial, 1 update, 1 refused");
    assert_eq!(calls(world.lms(), REPORT), [] as [&str; 0]);
    assert_eq!(completion(&world, "smarteru", "s1@example.org / 9").field("Grade"), Some("88"));

    let mut world = modules(0);
    world.sync_rows("modules", &[ISPRING_HEADER, "N1,C-1,2026-11-20,100"]).expect("ok, 1 create, 1 accepted");
    world.break_lms(&format!("script=fail,only={UPDATE}"));
    let run = world.sync_rows("modules", &[ISPRING_HEADER, "N1,C-1,2026-11-21,100"]);
    run.expect("ok, 1 update, 1 accepted");
    assert_eq!(calls(world.lms(), RESULTS), [] as [&str; 0]);
    assert_eq!(completion(&world, "ispring", "N1 / item-1").field("date"), Some("2026-11-21"));
}

#[test]
fn what_is_lost_again_and_again_is_asked_for_once() {
    let push = push("smarteru.enroll_session_history", "", SMARTERU);
    let mut world = world(&[job("enrolled", "deadline = \"6s\"", "delta", "[\"id\"]", &[push])], |_| {});
    world.break_lms("fail=1");
    world.leftovers = true;
    let run = world.sync_rows("enrolled", &[SMARTERU_HEADER, &enrollment(1)]);
    run.expect("partial, 1 create, 1 pending");
    assert_eq!(calls(world.lms(), REPORT).len(), 1, "{:?}", world.lms().calls());
    assert!(calls(world.lms(), ENROLL).len() >= 2, "{:?}", world.lms().calls());
    // The next export does not wait for the one before.
    world.break_lms("");
    world.leftovers = false;
    let next = world.sync_rows("enrolled", &[SMARTERU_HEADER, &enrollment(1), &enrollment(2)]);
    next.expect("ok, 2 create, 2 accepted");
    assert_eq!(calls(world.lms(), REPORT).len(), 1);
}

#[test]
fn a_call_of_several_is_sent_again_without_a_question_for_each() {
    let mut world = enrollments(|_| {});
    world.break_lms(&format!("script=fail,only={ENROLL}"));
    let rows = [SMARTERU_HEADER, &enrollment(1), &enrollment(2)];
    world.sync_rows("enrolled", &rows).expect("ok, 2 create, 2 accepted");
    assert_eq!(calls(world.lms(), REPORT), [] as [&str; 0]);
    assert_eq!(calls(world.lms(), ENROLL).len(), 2);
}

#[test]
fn a_module_whose_answer_is_lost_is_read_back_before_its_status_is_set_again() {
    // Its task has ended by then; and it has not, so that the LMS seems to lack it.
    for (polls, sent) in [(0, 1), (3, 2)] {
        let mut world = modules(polls);
        world.break_lms(&format!("script=lose,only={UPDATE}"));
        let run = world.sync_rows("modules", &[ISPRING_HEADER, "N1,C-1,2026-11-20,100"]);
        run.expect("ok, 1 create, 1 accepted");
        assert_eq!(calls(world.lms(), UPDATE).len(), sent, "{polls}");
        assert_eq!(calls(world.lms(), RESULTS), ["N1: 2 rows"], "{polls}");
        assert_eq!(calls(world.lms(), "courses/modules"), ["C-1: 2 rows"], "{polls}");
        let effects = world.lms().effects();
        let one = effects.completion("ispring", "N1 / item-1").unwrap();
        assert_eq!(one.field("status"), Some("complete"), "set twice it is the same: {one:?}");
    }
}
