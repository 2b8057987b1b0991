//! Commands while the daemon is up.

use std::time::Instant;

use crate::harness::{Account, Export, JobFile, PATIENCE, Program, Setup, World};

/// Starts the daemon and asks `status` until it says that it is up.
fn start(world: &mut World) -> Program {
    let daemon = world.begin(&["run"]);
    until(world, |world| world.run(&["status", "--json"]).json()["daemon"] == true);
    daemon
}

#[track_caller]
fn until(world: &mut World, holds: impl Fn(&mut World) -> bool) {
    let begun = Instant::now();
    while !holds(world) {
        assert!(begun.elapsed() < PATIENCE, "it does not come to that");
    }
}

fn by_hand() -> JobFile {
    let mut job = JobFile::default();
    job.more = "[schedule]\non_arrival = false\n".to_owned();
    job
}

#[test]
fn a_sync_goes_through_the_daemon_and_ends_with_the_document_of_the_run() {
    let mut world = Setup::of(&by_hand()).start();
    let daemon = start(&mut world);
    world.drop_file("people-1.csv", &Export::of(3).csv());
    let run = Account::new(world.run(&["sync", "people", "--json"])).expect("ok, 3 create, 3 accepted");
    assert_eq!(
        (&run.json["cause"], &run.json["source"]["file"]),
        (&"by hand".into(), &"people-1.csv".into())
    );
    // A file that is named goes the same way, and so does a bad one.
    std::fs::write(world.path("other.csv"), Export::of(3).with("E1", "born", "soon").csv()).unwrap();
    let run = Account::new(world.run(&["sync", "people", "--file", "other.csv", "--json"]));
    assert_eq!((run.said().as_str(), run.code), ("partial, 1 rejected, 2 unchanged", 4));
    let run = Account::new(world.run(&["sync", "people", "--json"]));
    assert_eq!(run.status(), "nothing");
    assert!(world.path("other.csv").exists());

    let second = world.run(&["run"]).expect(1);
    assert!(second.stderr.contains("one data directory has one daemon"), "{}", second.stderr);
    daemon.terminate();
    let ended = daemon.end().expect(0);
    assert!(ended.stderr.contains("down"), "{}", ended.stderr);
    world.check_drained();
    assert_eq!(world.run(&["status", "--json"]).json()["daemon"], false);
}

#[test]
fn the_daemon_takes_files_as_they_arrive_and_what_waited_before() {
    let mut world = Setup::default().start();
    world.drop_file("people-1.csv", &Export::of(3).csv());
    let daemon = start(&mut world);
    until(&mut world, |world| world.mails().len() == 1);
    world.drop_file("people-2.csv", &Export::of(3).with("E2", "title", "Lead").csv());
    until(&mut world, |world| world.mails().len() == 2);
    assert_eq!(world.field("E2", "designation"), "Lead");
    daemon.terminate();
    daemon.end().expect(0);
    world.check_drained();
    let runs = world.run(&["runs", "--json"]).expect(0).json();
    let causes: Vec<_> = runs["runs"].as_array().unwrap().iter().map(|run| run["cause"].clone()).collect();
    assert_eq!(causes, ["a file arrived", "a file arrived"]);
    let calls = world.lms().calls();
    world.sync_export(&Export::of(3).with("E2", "title", "Lead")).expect("nothing, 3 unchanged");
    assert_eq!(world.lms().calls(), calls);
}
