//! A catalog from day to day, and answers that are none.

use super::{CATALOG, curriculum, failures, job, said, world};
use crate::crash::support::{PATIENCE, until_within};
use crate::harness::World;

/// What is known, as `standing count`.
const STANDINGS: &str = "SELECT count(*) FROM item GROUP BY standing ORDER BY standing";

#[test]
fn a_catalog_from_day_to_day() {
    let set = |world: &World, names: &[(&str, &str)]| {
        let curricula = names.iter().map(|(id, name)| curriculum(id, name)).collect();
        world.lms().set_upsidelms(|portal| portal.curricula = curricula);
    };
    let mut world = world(CATALOG, Vec::new());
    set(&world, &[("10", "Fire"), ("11", "First aid")]);
    assert_eq!(said(&world.sync_job("daily")), "ok, 1 asked, 1 answered, 1 baselines");
    // The second pull of the same catalog reports no change, in whatever order it comes.
    set(&world, &[("11", "First aid"), ("10", "Fire")]);
    assert_eq!(said(&world.sync_job("daily")), "ok, 1 asked, 1 answered");
    set(&world, &[("10", "Fire safety"), ("12", "Data protection")]);
    // Each with its course, whose name follows.
    let changed = world.sync_job("daily");
    assert_eq!(said(&changed), "ok, 1 asked, 1 answered, 2 added, 2 changed, 2 retired");
    set(&world, &[("10", "Fire safety"), ("11", "First aid"), ("12", "Data protection")]);
    assert_eq!(said(&world.sync_job("daily")), "ok, 1 asked, 1 answered, 2 returned");
    assert_eq!(world.query(STANDINGS), [6]);
    // Other parameters are another question: what they do not ask for is not gone.
    std::fs::write(world.path("jobs/daily.toml"), job(&CATALOG.replace("On", "Off"))).unwrap();
    assert_eq!(said(&world.sync_job("daily")), "ok, 1 asked, 1 answered, 1 baselines");
    assert_eq!(world.query(STANDINGS), [3, 3]);
    assert_eq!(said(&world.sync_job("daily")), "ok, 1 asked, 1 answered");
}

#[test]
fn an_answer_that_is_none_changes_nothing_and_is_said() {
    let mut world = world(CATALOG, vec![curriculum("10", "Fire"), curriculum("11", "First aid")]);
    world.sync_job("daily");
    let known = |world: &World| {
        let sql = "SELECT item_ref * 1000 + run_ref FROM item WHERE standing = 'present' ORDER BY item_ref";
        (world.query(sql), world.query("SELECT count(*) FROM item_event"))
    };
    let before = known(&world);
    world.lms().set_upsidelms(|portal| portal.curricula = vec![curriculum("12", "Other")]);

    // A page of something in between, once and then for good.
    world.break_lms("script=html+cut+fail");
    assert_eq!(said(&world.sync_job("daily")), "ok, 1 asked, 1 answered, 2 added, 4 retired");
    world.lms().set_upsidelms(|portal| {
        portal.curricula = vec![curriculum("10", "Fire"), curriculum("11", "First aid")];
    });
    assert_eq!(said(&world.sync_job("daily")), "ok, 1 asked, 1 answered, 2 retired, 4 returned");
    let (items, events) = known(&world);
    assert_eq!((items.len(), events[0]), (before.0.len(), 12));
    let before = (items, events);
    world.lms().set_upsidelms(|portal| portal.curricula = vec![curriculum("12", "Other")]);
    let fails = |world: &mut World, code: &str, words: &str| {
        let account = world.sync_job("daily");
        assert_eq!(said(&account), "failed, 1 asked, 1 failed", "{account:#?}");
        let told = failures(&account);
        assert!(told[0].starts_with(&format!(" {code}: ")) && told[0].contains(words), "{told:?}");
        assert_eq!(known(world), before, "{code}");
        let mail = world.mail_of(&account);
        assert!(mail.text.contains(words), "{}", mail.text);
    };
    world.break_lms("html=1");
    fails(&mut world, "unreadable", "the answer is no reply of the LMS but an HTML page");
    world.break_lms("");
    world.lms().set_upsidelms(|portal| portal.cut_pulls = true);
    fails(&mut world, "unreadable", "the LMS answers with a list that is cut off or broken");
    world
        .lms()
        .set_upsidelms(|portal| (portal.cut_pulls, portal.password) = (false, "Another@2016".to_owned()));
    fails(&mut world, "undecipherable", "does not decrypt");
    world.lms().set_upsidelms(|portal| portal.password = "Upside@2016".to_owned());

    // An empty catalog is an answer, and a problem.
    world.lms().set_upsidelms(|portal| portal.catalog.empty = true);
    let empty = world.sync_job("daily");
    assert_eq!(said(&empty), "partial, 1 asked, 1 answered");
    assert!(failures(&empty)[0].starts_with(" emptied: the answer holds nothing, and 4 items were there"));
    assert_eq!(known(&world), before);
    world.lms().set_upsidelms(|portal| portal.catalog.empty = false);
    assert_eq!(
        said(&world.sync_job("daily")),
        "ok, 1 asked, 1 answered, 2 returned, 4 retired"
            .replace("2 returned, 4 retired", "4 retired, 2 returned",)
    );
}

#[test]
fn a_pull_job_reads_no_file() {
    let mut world = world(CATALOG, vec![curriculum("10", "Fire")]);
    world.drop_file("people.csv", b"id\n1\n");
    let file = world.path("inbox/people.csv");
    let refused = world.run(&["sync", "daily", "--file", file.to_str().unwrap()]).expect(2);
    let words = "the job daily pulls, and reads no file; run `rollbook sync daily` without --file";
    assert!(refused.stderr.contains(words), "{}", refused.stderr);
    assert_eq!(world.query("SELECT count(*) FROM run"), [0]);
}

#[test]
fn a_large_catalog_takes_little_memory() {
    let highest = |curricula: u32| {
        let world = world(CATALOG, Vec::new());
        world
            .lms()
            .set_upsidelms(|portal| (portal.catalog.made_up, portal.catalog.contents) = (curricula, 3));
        let began = std::time::Instant::now();
        let program = world.begin(&["sync", "daily"]);
        let mut highest = 0;
        until_within(PATIENCE * 4, "the catalog is read", || {
            let memory = program.highest_memory();
            highest = memory.unwrap_or(highest);
            memory.is_none().then_some(())
        });
        let ended = program.end();
        assert_eq!(ended.code, 0, "{ended:#?}");
        println!("{curricula} curricula: {highest} kB at most, {:.1} s", began.elapsed().as_secs_f32());
        assert!(world.query("SELECT count(*) FROM item")[0] >= i64::from(curricula) * 4);
        highest
    };
    let small = highest(500);
    let large = highest(20_000);
    assert!(large < small + 60_000, "{small} kB for a small catalog, {large} kB for a large one");
}
