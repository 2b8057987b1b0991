//! Guards: rules 20 and 21.

use crate::harness::{Export, JobFile, Setup, World};

fn loaded(job: &JobFile, people: usize) -> (World, Export) {
    let mut world = Setup::of(job).start();
    let export = Export::of(people);
    world.sync_export(&export).expect(&format!("ok, {people} create, {people} accepted"));
    (world, export)
}

fn ids(numbers: std::ops::RangeInclusive<usize>) -> Vec<String> {
    numbers.map(|number| format!("E{number}")).collect()
}

fn without(export: &Export, numbers: std::ops::RangeInclusive<usize>) -> Export {
    let ids = ids(numbers);
    export.clone().without(&ids.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn rule_21_over_five_percent_removals_are_held_and_rule_20_the_rest_goes() {
    let (mut world, export) = loaded(&JobFile::default(), 40);
    let left = without(&export, 1..=3).with("E9", "title", "Lead");
    let run = world.sync_export(&left).expect("held, 36 unchanged, 1 update, 3 remove, 1 accepted, 3 held");
    assert_eq!((run.code, run.guards()), (3, vec!["max_removed_percent"]));
    assert_eq!(world.field("E1", "status"), "Active");
    assert_eq!(world.field("E9", "designation"), "Lead");
    // What is held is not carried out by and by.
    world.sync_export(&left).expect("held, 37 unchanged, 3 remove, 3 held");
    assert_eq!(world.field("E1", "status"), "Active");
    world.sync_export(&without(&export, 1..=2)).expect("ok, 37 unchanged, 1 update, 2 remove, 3 accepted");
}

#[test]
fn rule_20_a_removal_guard_can_hold_the_whole_push() {
    let (mut world, export) = loaded(&JobFile::default().set("guard.hold", "\"push\""), 40);
    let left = without(&export, 1..=3).with("E9", "title", "Lead");
    let sent = world.sent(|world| {
        world.sync_export(&left).expect("held, 36 unchanged, 1 update, 3 remove, 4 held");
    });
    assert_eq!(sent, [] as [&str; 0]);
}

#[test]
fn rule_21_among_few_people_three_may_go_and_four_may_not() {
    let (mut world, export) = loaded(&JobFile::default(), 15);
    let run = world.sync_export(&without(&export, 1..=4)).expect("held, 11 unchanged, 4 remove, 4 held");
    assert_eq!(run.guards(), ["max_removed_percent"]);
    world.sync_export(&without(&export, 1..=3)).expect("ok, 12 unchanged, 3 remove, 3 accepted");
}

#[test]
fn rule_21_twenty_six_removals_are_held_whatever_their_share() {
    let (mut world, export) = loaded(&JobFile::default(), 530);
    let run = world.sync_export(&without(&export, 1..=26)).expect("held, 504 unchanged, 26 remove, 26 held");
    assert_eq!(run.guards(), ["max_removed"]);
    world.sync_export(&without(&export, 1..=25)).expect("ok, 505 unchanged, 25 remove, 25 accepted");
}

#[test]
fn rule_21_many_new_people_are_held() {
    let (mut world, export) = loaded(&JobFile::default(), 40);
    let joined = |last: usize| ids(101..=last).iter().fold(export.clone(), |export, id| export.and(id));
    let run = world.sync_export(&joined(109)).expect("held, 40 unchanged, 9 create, 9 held");
    assert_eq!(run.guards(), ["max_created_percent"]);
    world.sync_export(&joined(108)).expect("ok, 40 unchanged, 8 create, 8 accepted");
    world.twice(&joined(108));
}

#[test]
fn rule_21_many_changed_people_are_held() {
    let (mut world, export) = loaded(&JobFile::default(), 40);
    let changed =
        |last| ids(1..=last).iter().fold(export.clone(), |export, id| export.with(id, "title", "Lead"));
    let run = world.sync_export(&changed(13)).expect("held, 27 unchanged, 13 update, 13 held");
    assert_eq!(run.guards(), ["max_updated_percent"]);
    world.sync_export(&changed(12)).expect("ok, 28 unchanged, 12 update, 12 accepted");
    world.twice(&changed(12));
}

#[test]
fn rule_21_limits_can_be_set() {
    let job = JobFile::default()
        .set("guard.max_removed_percent", "50")
        .set("guard.max_created_percent", "50")
        .set("guard.max_updated_percent", "50");
    let (mut world, export) = loaded(&job, 40);
    let other = ids(101..=110).iter().fold(without(&export, 1..=10), |export, id| export.and(id));
    let other = ids(11..=24).iter().fold(other, |export, id| export.with(id, "title", "Lead"));
    world.sync_export(&other).expect("ok, 16 unchanged, 10 create, 14 update, 10 remove, 34 accepted");
    world.twice(&other);
}

#[test]
fn rule_21_a_full_export_without_rows_is_held() {
    let (mut world, export) = loaded(&JobFile::default(), 5);
    let run = world.sync_export(&without(&export, 1..=5));
    assert_eq!((run.status(), run.code), ("held", 3));
    assert!(run.guards().contains(&"empty_file"), "{run:#?}");
    assert_eq!(run.count("held"), run.count("remove"));
    assert_eq!(world.lms().calls().len(), 5);
    world.twice(&export);
}

#[test]
fn rule_21_a_first_full_export_without_rows_is_held_too() {
    let mut world = Setup::default().start();
    let run = world.sync_export(&Export::of(0)).expect("held");
    assert_eq!((run.code, run.guards()), (3, vec!["empty_file"]));
    // The first load is still to come.
    world.sync_export(&Export::of(30)).expect("ok, 30 create, 30 accepted");
}

#[test]
fn rule_21_a_full_export_of_which_the_filter_leaves_nothing_is_held() {
    let (mut world, export) = loaded(&JobFile::default(), 5);
    world.set_job(&JobFile::default().set("source.where", "{ title = [\"Pilot\"] }"));
    let run = world.sync_export(&export);
    assert_eq!((run.code, run.guards()), (3, vec!["empty_file"]));
}

#[test]
fn rule_23_a_delta_without_rows_is_nothing() {
    let job = JobFile::default()
        .set("source.rows", "\"delta\"")
        .without("push.first_load")
        .without("push.on_missing")
        .without("push.on_return");
    let (mut world, _) = loaded(&job, 5);
    world.sync_export(&Export::of(0)).expect("nothing");
    assert_eq!(world.lms().calls().len(), 5);
}
