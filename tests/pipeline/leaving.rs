//! Leaving and coming back: rules 9 to 11.

use crate::harness::{Export, JobFile, Setup, World};

#[test]
fn rule_9_who_is_absent_gets_what_the_job_says_over_what_the_lms_last_took() {
    let mut world = Setup::default().start();
    let export = Export::of(5).with("E2", "title", "Lead");
    world.sync_export(&export).expect("ok, 5 create, 5 accepted");
    let gone = export.clone().without(&["E2"]);
    let sent = world.sent(|world| {
        world.sync_export(&gone).expect("ok, 4 unchanged, 1 remove, 1 accepted");
    });
    assert_eq!(sent, ["E2 updated"]);
    assert_eq!(world.field("E2", "status"), "Inactive");
    assert_eq!(world.field("E2", "designation"), "Lead");
    world.twice(&gone);
}

#[test]
fn rule_9_absence_means_nothing_where_the_job_does_not_say_what() {
    let mut world = Setup::of(&JobFile::default().without("push.on_missing")).start();
    let export = Export::of(5);
    world.sync_export(&export).expect("ok, 5 create, 5 accepted");
    let gone = export.without(&["E2"]);
    let run = world.sync_export(&gone).expect("ok, 4 unchanged");
    let text = world.mail_of(&run).flat();
    assert!(text.contains("1 person is no longer in the file and left alone"), "{text}");
    world.twice(&gone);
    assert_eq!(world.field("E2", "status"), "Active");
}

#[test]
fn rule_10_rows_that_make_people_inactive_count_as_removals() {
    let mut world = Setup::default().start();
    let export = Export::of(40);
    world.sync_export(&export).expect("ok, 40 create, 40 accepted");
    let two = export.clone().with("E1", "active", "N").without(&["E2"]);
    world.sync_export(&two).expect("ok, 38 unchanged, 1 deactivate, 1 remove, 2 accepted");
    world.twice(&two);
    // Two rows and one absence are together over five percent of 38.
    let three = two.with("E3", "active", "N").with("E4", "active", "N").without(&["E5"]);
    let run = world.sync_export(&three).expect("held, 36 unchanged, 2 deactivate, 1 remove, 3 held");
    assert_eq!(run.guards(), ["max_removed_percent"]);
    assert_eq!(run.json["guards"][0]["found"], "3 of 38 active records (7.9 %)");
}

#[test]
fn rule_10_an_end_date_that_has_come_makes_inactive() {
    let job = JobFile::default()
        .set("fields.termination_date", "{ column = \"left\", date = \"%d/%m/%Y\" }")
        .without("fields.status")
        .set("push.on_missing", "\"ignore\"");
    let mut world = Setup::of(&job).start();
    let export = Export::of(3).with_column("left", "");
    world.sync_export(&export).expect("ok, 3 create, 3 accepted");
    let left = export.with("E1", "left", "01/02/2020").with("E2", "left", "01/02/2999");
    world.sync_export(&left).expect("ok, 1 unchanged, 1 update, 1 deactivate, 2 accepted");
    world.twice(&left);
}

#[test]
fn rule_11_who_was_removed_stays_so_and_comes_back_without_a_password() {
    // Nothing in the rows says active: only `on_return` does.
    let mut world = Setup::of(&JobFile::default().without("fields.status")).start();
    let export = Export::of(5);
    world.sync_export(&export).expect("ok, 5 create, 5 accepted");
    let gone = export.clone().without(&["E2"]);
    world.sync_export(&gone).expect("ok, 4 unchanged, 1 remove, 1 accepted");
    world
        .sync_export(&gone.clone().with("E1", "title", "Lead"))
        .expect("ok, 3 unchanged, 1 update, 1 accepted");
    assert_eq!(world.field("E2", "status"), "Inactive");

    let sent = world.sent(|world| {
        world.sync_export(&export).expect("ok, 3 unchanged, 2 update, 2 accepted");
    });
    assert!(sent.iter().any(|call| call == "E2 updated"), "{sent:?}");
    assert_eq!(world.field("E2", "status"), "Active");
    assert_eq!(world.user("E2").password_sets, 1);
    world.twice(&export);
}

/// A world in which each change waits for the one before, and a run for a second at most.
fn slow() -> World {
    let job = JobFile::default().set("deadline", "\"1s\"");
    Setup::of(&job).connection("concurrency = 1\ntimeout_s = 3").start()
}

/// Runs the job while the LMS gives no answer: the first change is sent in vain, the others are not.
#[track_caller]
fn sync_in_vain(world: &mut World, export: &Export, said: &str) {
    world.leftovers = true;
    world.break_lms("hang=1");
    let sent = world.sent(|world| {
        world.sync_export(export).expect(said);
    });
    assert_eq!(sent, ["E1 hang"]);
    // The next start tries the first once more; before the second has its turn, the new file is planned.
    world.break_lms("script=hang");
    world.set_job(&JobFile::default());
    world.leftovers = false;
}

#[test]
fn rule_11_who_leaves_again_before_the_return_was_taken_does_not_come_back() {
    let mut world = slow();
    let export = Export::of(4);
    world.sync_export(&export).expect("ok, 4 create, 4 accepted");
    let gone = export.clone().without(&["E1", "E2"]);
    world.sync_export(&gone).expect("ok, 2 unchanged, 2 remove, 2 accepted");
    sync_in_vain(&mut world, &export, "partial, 2 unchanged, 2 update, 2 pending");
    // Nobody knows whether the return of E1 has arrived, so that it is taken back; that of E2 was not sent.
    let sent = world.sent(|world| {
        world.sync_export(&gone).expect("ok, 2 unchanged, 1 remove, 1 accepted");
    });
    assert_eq!(sent, ["E1 hang", "E1 updated"]);
    assert_eq!(
        (world.field("E1", "status"), world.field("E2", "status")),
        ("Inactive".into(), "Inactive".into())
    );
    world.twice(&gone);
}

#[test]
fn a_change_taken_back_before_it_was_sent_is_not_sent_any_more() {
    let mut world = slow();
    let export = Export::of(3);
    world.sync_export(&export).expect("ok, 3 create, 3 accepted");
    let changed = export.clone().with("E1", "title", "Lead").with("E2", "title", "Lead");
    sync_in_vain(&mut world, &changed, "partial, 1 unchanged, 2 update, 2 pending");
    let sent = world.sent(|world| {
        world.sync_export(&export).expect("ok, 2 unchanged, 1 update, 1 accepted");
    });
    assert_eq!(sent, ["E1 hang", "E1 updated"]);
    assert_eq!(world.field("E2", "designation"), "Adviser");
    world.twice(&export);
}
