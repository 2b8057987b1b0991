//! The daemon as its service manager sees it: ready, alive, stopping; and files that come in every way.

use std::fs::{self, OpenOptions};
use std::io::Write;

use super::support::Daemon;
use crate::crash::support::{CONCURRENCY, Lms, World, export, sha256, shown, until};

#[test]
fn files_are_taken_once_and_whole_however_they_come() {
    let lms = Lms::start("");
    let world = World::new(&lms.base_url());
    world.job("hr", 2, "on_arrival = true\n");
    let daemon = Daemon::start(&world);
    let inbox = |name: &str| world.path("inbox/hr").join(name);
    // Each holds more people than the last, so nothing in them is unusual.
    let contents: Vec<String> = [40, 41, 42, 43].into_iter().map(export).collect();
    let mut taken = 0;
    let mut check = |name: &str, content: &str| {
        taken += 1;
        let runs = world.ended_runs("hr", taken);
        assert_eq!(runs.len(), taken, "{name} was taken more than once: {runs:#?}");
        let shown = world.show(&runs[taken - 1]);
        assert_eq!(shown["source"]["file"], name);
        assert_eq!(shown["source"]["sha256"], sha256(content), "{name}");
        assert_eq!(shown["status"], "ok");
    };

    world.drop_file("hr", "renamed.csv", &contents[0]);
    check("renamed.csv", &contents[0]);

    fs::write(inbox("plain.csv"), &contents[1]).unwrap();
    check("plain.csv", &contents[1]);

    // A client that knows no rename: for a while the file has two names.
    fs::write(inbox("upload.tmp"), &contents[2]).unwrap();
    fs::hard_link(inbox("upload.tmp"), inbox("linked.csv")).unwrap();
    daemon.wait_for_a_round();
    fs::remove_file(inbox("upload.tmp")).unwrap();
    check("linked.csv", &contents[2]);

    // Overwritten in place, again and again, each time before it has settled.
    let half = &contents[3][..contents[3].len() / 2];
    for content in [half, &contents[0], half, &contents[3]] {
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).open(inbox("written.csv")).unwrap();
        file.write_all(content.as_bytes()).unwrap();
        drop(file);
        daemon.wait_for_a_round();
    }
    check("written.csv", &contents[3]);

    assert!(daemon.stop().success());
    assert_eq!(lms.users().len(), 43);
    assert_eq!(lms.calls().len(), 43, "nothing was sent twice");
    assert_eq!(world.names("inbox/hr"), [".rollbook"]);
    assert_eq!(world.mails().len(), 4);
}

#[test]
fn it_says_that_it_is_ready_alive_and_stopping() {
    let lms = Lms::start("");
    let world = World::new(&lms.base_url());
    let daemon = Daemon::start_with(&world, &[("WATCHDOG_USEC", "10000000")]);
    (0..3).for_each(|_| daemon.wait_for("WATCHDOG=1"));
    let status = daemon.stop();
    assert_eq!(status.code(), Some(0), "{}", world.log());
}

#[test]
fn calls_in_flight_are_settled_before_it_stops_and_the_rest_after_it_starts() {
    let lms = Lms::start("slow=100ms");
    let world = World::new(&lms.base_url());
    let daemon = Daemon::start(&world);
    world.drop_file("hr", "hr-1.csv", export(60));
    until("calls", || (lms.calls().len() > 2 * CONCURRENCY).then_some(()));
    assert_eq!(daemon.stop().code(), Some(0));
    let sent = lms.calls().len();
    assert!(sent < 60, "it stopped too late to tell");
    assert_eq!(world.settled(&lms), sent, "every call that was out is settled");

    lms.set_faults("");
    let daemon = Daemon::start(&world);
    let runs = world.ended_runs("hr", 1);
    assert_eq!(runs[0]["status"], "ok");
    until("the report", || (world.mails().len() == 1).then_some(()));
    assert!(daemon.stop().success());
    assert_eq!(lms.calls().len(), 60, "no call was repeated");
    assert_eq!(lms.users().len(), 60);
}

#[test]
fn killed_the_daemon_goes_on_after_its_restart() {
    let lms = Lms::start("slow=20ms");
    let world = World::new(&lms.base_url());
    let daemon = Daemon::start(&world);
    world.drop_file("hr", "hr-1.csv", export(60));
    until("calls", || (lms.calls().len() > 20).then_some(()));
    daemon.kill();
    let daemon = Daemon::start(&world);
    assert_eq!(world.ended_runs("hr", 1)[0]["status"], "ok");
    until("the report", || (world.mails().len() == 1).then_some(()));
    assert!(daemon.stop().success());
    assert!(lms.users().iter().all(|user| user.creates == 1));
    assert_eq!(lms.users().len(), 60);
}

#[test]
fn a_drop_folder_that_is_removed_and_made_again_is_served() {
    let lms = Lms::start("");
    let world = World::new(&lms.base_url());
    let daemon = Daemon::start(&world);
    world.drop_file("hr", "hr-1.csv", export(20));
    world.ended_runs("hr", 1);
    fs::remove_dir_all(world.path("inbox/hr")).unwrap();
    daemon.wait_for_a_round();
    fs::create_dir(world.path("inbox/hr")).unwrap();
    world.drop_file("hr", "hr-2.csv", export(21));
    assert_eq!(world.ended_runs("hr", 2)[1]["file"], "hr-2.csv");
    assert!(daemon.stop().success());
}

#[test]
fn one_data_directory_has_one_daemon() {
    let lms = Lms::start("");
    let world = World::new(&lms.base_url());
    let daemon = Daemon::start(&world);
    let second = world.output(&["run"]);
    assert_eq!(second.status.code(), Some(1));
    let words = String::from_utf8(second.stderr).unwrap();
    assert!(
        words.contains("another Rollbook") && words.contains(world.path("data").to_str().unwrap()),
        "{words}"
    );
    // The first goes on as if nothing had been.
    world.drop_file("hr", "hr-1.csv", export(20));
    assert_eq!(world.ended_runs("hr", 1)[0]["status"], "ok");
    assert!(daemon.stop().success());
}

#[test]
fn a_job_whose_folder_is_missing_does_not_disturb_another() {
    let lms = Lms::start("");
    let world = World::new(&lms.base_url());
    world.job("absent", 0, "on_arrival = true\n");
    fs::remove_dir(world.path("inbox/absent")).unwrap();
    let daemon = Daemon::start(&world);
    world.drop_file("hr", "hr-1.csv", export(20));
    assert_eq!(world.ended_runs("hr", 1)[0]["status"], "ok");
    assert!(daemon.stop().success());
    assert!(world.log().contains("the drop folder can't be read"), "{}", world.log());
    let sync = world.output(&["sync", "absent"]);
    assert_eq!(sync.status.code(), Some(1));
    assert!(shown(&sync).contains("make it, or correct `source.folder`"), "{}", shown(&sync));
}

/// A sync beside the daemon asks it, and follows the run.
#[test]
fn with_the_daemon_up_a_sync_is_its_request() {
    let lms = Lms::start("");
    let world = World::new(&lms.base_url());
    world.job("hr", 0, "cron = \"0 2 1 1 *\"\ntimezone = \"Europe/London\"\n");
    let daemon = Daemon::start(&world);
    world.drop_file("hr", "hr-1.csv", export(20));
    assert_eq!(world.sync()["status"], "ok");
    world.write("named.csv", export(21));
    let named = world.json(&["sync", "hr", "--file", "named.csv", "--json"]);
    assert_eq!(named["source"]["sha256"], sha256(export(21)));
    assert_eq!(named["pushes"][0]["create"], 1);
    assert!(daemon.stop().success());
    assert!(world.path("named.csv").exists(), "a named file stays where it is");
    assert_eq!(world.names("data/processing"), [""; 0]);
}

/// The calls that were out when the LMS asked for a pause may still end well, which is no reason to go on.
#[test]
fn a_pause_that_the_lms_asks_for_is_kept() {
    let lms = Lms::start("script=none+none+throttle");
    let world = World::new(&lms.base_url());
    world.drop_file("hr", "hr-1.csv", export(40));
    assert_eq!(world.sync()["status"], "ok");
    let calls = lms.calls();
    let asked = calls.iter().position(|call| call.outcome == "http 429").unwrap();
    let second = chrono::TimeDelta::seconds(1);
    let early = calls[asked + 1..].iter().filter(|call| call.at < calls[asked].at + second).count();
    assert!(early < CONCURRENCY, "{early} calls came within the second that was asked for");
    // Those whose manager had to wait were tried once more.
    assert_eq!(lms.users().len(), 40);
    assert!(lms.users().iter().all(|user| user.creates == 1));
}
