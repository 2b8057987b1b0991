//! Learning plans, learner by learner.

use std::fs;

use super::{curriculum, failures, give, job, know, said, world, world_of};
use crate::harness::{Export, JobFile, World};

const PLAN: &str =
    "[[pull]]\nconnection = \"upside\"\noperation = \"training_plan\"\nlearners = \"learners.csv\"\n";

/// Lists so many learners, whom the portal knows.
fn people(world: &World, count: usize) {
    know(world, count);
    let mut list = "Uniqueid\n".to_owned();
    for id in 0..count {
        list += &format!("E{id}\n");
    }
    fs::write(world.path("jobs/learners.csv"), list).unwrap();
}

#[test]
fn those_whom_a_job_pushes_are_asked_for() {
    let push = JobFile::default().text();
    let plan = job(&PLAN.replace("\"learners.csv\"", "{ job = \"people\" }"));
    let mut world = world_of(&[("people", &push), ("plans", &plan)], vec![curriculum("10", "Fire")]);
    let nobody = world.sync_job("plans");
    assert_eq!(said(&nobody), "nothing");
    let said_why =
        nobody.notes().iter().any(|note| note.contains("the job people has nobody active on upside"));
    assert!(said_why, "{nobody:#?}");

    let export = Export::of(3);
    world.sync_export(&export);
    let ids: Vec<String> =
        world.lms().users().iter().filter_map(|user| user.field("unique_id").map(str::to_owned)).collect();
    ids.iter().for_each(|id| give(&world, id, "10"));
    assert_eq!(said(&world.sync_job("plans")), "ok, 3 asked, 3 answered, 3 baselines");
    assert_eq!(world.query("SELECT count(*) FROM item WHERE parent IS NULL AND standing = 'present'"), [3]);
    // By the key of the job as by the name that the LMS knows.
    let shown = world.run(&["learner", "upside", &ids[0], "--json"]).expect(0);
    assert!(shown.stdout.contains("Fire"), "{}", shown.stdout);
}

#[test]
fn thousands_are_resumed_in_the_middle() {
    let mut world = world(PLAN, vec![curriculum("10", "Fire")]);
    people(&world, 1500);
    (0..1500).for_each(|id| give(&world, &format!("E{id}"), "10"));
    // The LMS knows no such learner, and that is no other's loss.
    let list = fs::read_to_string(world.path("jobs/learners.csv")).unwrap();
    fs::write(world.path("jobs/learners.csv"), format!("{list}Nobody\n")).unwrap();
    let program = world.begin(&["sync", "daily", "--json"]);
    let half = || (world.lms().calls().len() >= 700).then_some(());
    crate::crash::support::until("half of the learners are asked for", half);
    program.terminate();
    let ended = program.end();
    assert_eq!(ended.code, 1, "{ended:#?}");
    let first = world.lms().calls().len();
    assert!(first < 1500, "{first}");
    let answered = world.query("SELECT count(*) FROM pull_step WHERE state = 'answered'");
    assert_eq!(answered, [i64::try_from(first).unwrap()], "what was out was kept");
    let account = world.sync_job("daily");
    assert_eq!(world.lms().calls().len(), 1501, "nobody was asked for twice");
    assert_eq!(said(&account), "partial, 1501 asked, 1500 answered, 1 failed, 1500 baselines");
    assert!(failures(&account)[0].starts_with("Uniqueid=Nobody Err001: "), "{:?}", failures(&account));
    assert_eq!(world.query("SELECT count(*) FROM run"), [1]);
}

#[test]
fn a_list_that_is_none_asks_for_nobody_and_forgets_nobody() {
    let mut world = world(PLAN, vec![curriculum("10", "Fire")]);
    people(&world, 2);
    (0..2).for_each(|id| give(&world, &format!("E{id}"), "10"));
    world.sync_job("daily");
    fs::write(world.path("jobs/learners.csv"), "Uniqueid\nE0\n\"\",x\n").unwrap();
    let odd = world.sync_job("daily");
    assert_eq!(said(&odd), "partial, 2 asked, 1 answered, 1 failed");
    assert_eq!(failures(&odd), ["row 3 learner: row 3 of learners.csv has more cells than the header"]);
    let outside = "SELECT count(*) FROM item WHERE standing = 'outside' AND parent IS NULL";
    assert_eq!(world.query(outside), [0], "the row of no use may be E1's");
    fs::write(world.path("jobs/learners.csv"), "Uniqueid\nE0\n").unwrap();
    let left = world.sync_job("daily");
    assert_eq!(said(&left), "ok, 1 asked, 1 answered");
    let note = "1 learner is no longer asked for; their 1 item is no longer in the export and feeds nothing";
    assert!(left.notes().iter().any(|found| found.ends_with(note)), "{:?}", left.notes());
    assert_eq!(world.query(outside), [1], "E1 is not asked for any more");
    people(&world, 2);
    world.sync_job("daily");
    assert_eq!(world.query(outside), [0]);
    // A list without anybody is no reason to be content.
    fs::write(world.path("jobs/learners.csv"), "Uniqueid\n").unwrap();
    assert_eq!(world.sync_job("daily").status(), "partial");
    assert_eq!(world.query(outside), [0]);
    // Cut off in the middle of a cell.
    fs::write(world.path("jobs/learners.csv"), "Uniqueid,name\nE0,\"Ann\nE1,Bob\n").unwrap();
    let broken = world.sync_job("daily");
    assert_eq!(said(&broken), "failed, 1 asked, 1 failed");
    assert!(failures(&broken)[0].contains("a quotation mark"), "{:?}", failures(&broken));
    assert_eq!(world.query(outside), [0]);
    // Gone between the reading of the configuration and the run it would be said in the run.
    fs::write(world.path("jobs/learners.csv"), "").unwrap();
    let ended = world.run(&["sync", "daily", "--json"]);
    assert!([1, 2].contains(&ended.code), "{ended:#?}");
    assert_eq!(world.query(outside), [0]);
}
