//! What goes wrong in passing: in the end everything is there, once.

use crate::harness::{Export, JobFile, Setup};

/// Plays faults to a first load of five people, one call at a time.
#[track_caller]
fn check(script: &str, calls: usize) {
    let mut world = Setup::default().connection("concurrency = 1").start();
    world.break_lms(&format!("script={script}"));
    let export = Export::of(5);
    world.sync_export(&export).expect("ok, 5 create, 5 accepted");
    assert_eq!(world.lms().calls().len(), calls, "{script}");
    let users = world.lms().users();
    assert_eq!(users.len(), 5, "{script}");
    assert!(users.iter().all(|user| user.creates == 1), "{script}: {users:?}");
    world.twice(&export);
}

#[test]
fn a_server_that_is_not_available_is_asked_again() {
    check("fail+none+fail", 7);
}

#[test]
fn a_server_that_asks_for_a_pause_gets_it() {
    let mut world = Setup::default().connection("concurrency = 1").start();
    world.break_lms("script=throttle");
    world.sync_export(&Export::of(2)).expect("ok, 2 create, 2 accepted");
    let calls = world.lms().calls();
    let outcomes: Vec<&str> = calls.iter().map(|call| call.outcome.as_str()).collect();
    assert_eq!(outcomes, ["http 429", "created", "created"]);
    let pause = calls[1].at - calls[0].at;
    assert!(pause >= chrono::TimeDelta::seconds(1), "Retry-After was 1, the pause {pause}");
    world.twice(&Export::of(2));
}

#[test]
fn an_answer_that_is_lost_after_the_effect_makes_nobody_twice() {
    check("lose", 6);
}

#[test]
fn an_answer_that_is_cut_off_makes_nobody_twice() {
    check("cut", 6);
}

#[test]
fn an_answer_of_garbage_makes_nobody_twice() {
    check("garbage", 6);
}

#[test]
fn a_web_page_in_place_of_an_answer_is_no_success() {
    check("html", 6);
}

#[test]
fn an_error_inside_of_the_lms_concerns_one_record() {
    check("err500", 6);
}

#[test]
fn many_faults_at_once_are_got_over() {
    let mut world = Setup::default().start();
    world.break_lms("fail=0.04,lose=0.04,cut=0.04,html=0.02,err500=0.05,garbage=0.02,seed=11");
    let export = Export::of(60);
    world.sync_export(&export).expect("ok, 60 create, 60 accepted");
    assert!(world.lms().calls().len() > 63, "the faults were to be met");
    world.break_lms("");
    let users = world.lms().users();
    assert!(users.len() == 60 && users.iter().all(|user| user.creates == 1));
    world.twice(&export);
}

#[test]
fn rule_25_an_lms_that_is_down_delays_no_other_and_the_report_goes_at_the_deadline() {
    let mut job = JobFile::default().set("deadline", "\"2s\"");
    let push = "connection = \"branch\"\noperation = \"manage_user\"\nfirst_load = \"create\"\n";
    let fields = "unique_id = \"id\"\nfirstname = \"name\"\nemail = \"mail\"\nusername = \"login\"\n";
    job.more = format!("[[push]]\n{push}[push.fields]\n{fields}");
    let mut setup = Setup::of(&job);
    setup.portals.push(("branch", setup.portals[0].1.clone()));
    let mut world = setup.start();
    world.portal("branch").set_faults("fail=1".parse().unwrap());
    world.leftovers = true;
    let export = Export::of(6);
    let run = world.sync_export(&export).expect("partial, 6 create, 6 accepted");
    let other = &run.json["pushes"][1];
    assert_eq!((other["push"].as_str(), other["pending"].as_u64()), (Some("branch.manage_user"), Some(6)));
    let (well, down) = (world.lms().calls(), world.portal("branch").calls());
    assert!(down.len() > 4, "it is asked again after the calls that were out at once");
    assert!(well.iter().all(|call| call.at < down[4].at), "nobody waits for it");
    assert_eq!((well.len(), world.lms().users().len()), (6, 6));
    let text = world.mail_of(&run).flat();
    assert!(text.contains("6 changes are still to be delivered; another report follows"), "{text}");

    // Once it is up again, a sync without a file delivers the rest, and the other report comes.
    world.portal("branch").set_faults("".parse().unwrap());
    world.make_due(0);
    world.leftovers = false;
    let late = world.sync();
    assert_eq!((late.run(), late.status()), (run.run(), "ok"));
    assert_eq!(late.json["pushes"][1]["accepted"], 6);
    assert_eq!(world.portal("branch").users().len(), 6);
    assert_eq!(world.mails().len(), 2);
    assert_eq!(world.lms().calls().len(), 6);
    world.twice(&export);
}
