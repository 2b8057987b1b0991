//! The first file: rule 6.

use crate::harness::{Export, JobFile, Setup};

/// The usual job without a password, so that it may go without `first_load`.
fn plain() -> JobFile {
    JobFile::default().without("fields.password").without("push.first_load")
}

#[test]
fn rule_6_a_first_load_that_nobody_announced_is_held() {
    let mut world = Setup::of(&plain()).start();
    let run = world.sync_export(&Export::of(5)).expect("held, 5 create, 5 held");
    assert_eq!((run.code, run.guards()), (3, vec!["first_load"]));
    let explanation = run.json["guards"][0]["explanation"].as_str().unwrap();
    assert!(explanation.contains("would touch 5 people"), "{explanation}");
    assert!(world.lms().calls().is_empty());

    // It is still the first load when somebody has said what it means.
    world.set_job(&plain().set("push.first_load", "\"create\""));
    world.sync_export(&Export::of(5)).expect("ok, 5 create, 5 accepted");
    world.twice(&Export::of(5));
}

#[test]
fn rule_6_with_a_password_the_choice_is_demanded() {
    let mut world = Setup::of(&JobFile::default().without("push.first_load")).start();
    world.drop_file("people-1.csv", &Export::of(1).csv());
    let ended = world.run(&["sync", "people"]).expect(2);
    assert!(ended.stderr.contains("push.first_load: missing"), "{}", ended.stderr);
    assert!(world.lms().calls().is_empty());
}

#[test]
fn rule_6_create_makes_everybody_with_a_password() {
    let mut world = Setup::default().start();
    let mut sent = world.sent(|world| {
        world.sync_export(&Export::of(2)).expect("ok, 2 create, 2 accepted");
    });
    sent.sort();
    assert_eq!(sent, ["E1 created +", "E2 created +"]);
    world.twice(&Export::of(2));
}

#[test]
fn rule_6_existing_people_get_no_password_then_or_later() {
    let mut world = Setup::of(&JobFile::default().set("push.first_load", "\"existing\""))
        .connection("concurrency = 1")
        .start();
    let export = Export::of(3);
    let clash = export.clone().with("E3", "mail", "e2@example.org").with("E3", "login", "e2");
    let mut sent = world.sent(|world| {
        world.sync_export(&clash).expect("partial, 3 update, 2 accepted, 1 refused");
    });
    sent.sort();
    assert_eq!(sent.len(), 3);
    assert!(sent.iter().all(|call| !call.ends_with('+')), "{sent:?}");

    // Whom the LMS refused then, it holds no less; who comes new is new.
    let mut sent = world.sent(|world| {
        let more = export.clone().and("E4");
        world.sync_export(&more).expect("ok, 2 unchanged, 1 create, 1 update, 2 accepted");
        world.twice(&more);
    });
    sent.sort();
    assert_eq!(sent, ["E3 created", "E4 created +"]);
}

#[test]
fn rule_6_adopted_people_are_not_sent_at_all() {
    let mut world = Setup::of(&JobFile::default().set("push.first_load", "\"adopt\"")).start();
    let export = Export::of(3);
    world.sync_export(&export).expect("ok, 3 unchanged");
    world.twice(&export);
    assert!(world.lms().calls().is_empty());
    let changed = export.with("E2", "title", "Lead");
    world.sync_export(&changed).expect("ok, 2 unchanged, 1 update, 1 accepted");
    world.twice(&changed);
}

#[test]
fn rule_6_the_first_file_of_a_delta_is_nothing_special() {
    let job = JobFile::default()
        .set("source.rows", "\"delta\"")
        .without("push.first_load")
        .without("push.on_missing")
        .without("push.on_return");
    let mut world = Setup::of(&job).start();
    world.sync_export(&Export::of(25)).expect("ok, 25 create, 25 accepted");
    world.twice(&Export::of(25));
    world.sync_export(&Export::of(1).with("E1", "title", "Lead")).expect("ok, 1 update, 1 accepted");
    assert_eq!(world.lms().users().len(), 25);
    assert_eq!(world.field("E2", "status"), "Active");
}
