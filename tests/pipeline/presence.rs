//! Who is there: rules 1 to 5.

use crate::harness::{Export, JobFile, Setup, World};

fn loaded(people: usize) -> (World, Export) {
    let mut world = Setup::default().start();
    let export = Export::of(people);
    world.sync_export(&export).expect(&format!("ok, {people} create, {people} accepted"));
    (world, export)
}

#[test]
fn rule_1_a_rejected_row_never_removes_its_owner() {
    let (mut world, export) = loaded(4);
    let bad = export.clone().with("E2", "born", "31/02/1990");
    world.sync_export(&bad).expect("partial, 1 rejected, 3 unchanged");
    assert_eq!(world.field("E2", "status"), "Active");
    world.twice(&export);
}

#[test]
fn rule_1_a_key_that_can_not_be_read_holds_the_removals() {
    let (mut world, export) = loaded(4);
    let doubtful = export.clone().with("E2", "title", "Lead").without(&["E4"]).with("E3", "id", "");
    let run = world
        .sync_export(&doubtful)
        .expect("held, 1 rejected, 1 unchanged, 1 update, 2 remove, 1 accepted, 2 held");
    assert_eq!(run.guards(), ["unreadable_key"]);
    assert_eq!(world.field("E2", "designation"), "Lead");
    assert_eq!(world.field("E4", "status"), "Active");
    assert_eq!(world.field("E3", "status"), "Active");
    world.sync_export(&export).expect("ok, 3 unchanged, 1 update, 1 accepted");
    world.twice(&export);
}

#[test]
fn rule_2_identical_rows_are_one_and_different_ones_are_all_rejected() {
    let mut world = Setup::default().start();
    // Blanks around a cell make no difference, the password does.
    let export = Export::of(3).and("E1").with("E1", "title", " Adviser ");
    world.sync_export(&export).expect("ok, 1 duplicates, 3 create, 3 accepted");
    world.twice(&export);

    let contradicting = export.without(&["E1", "E1"]).and("E1").and("E1").with("E1", "secret", "another");
    let run = world.sync_export(&contradicting).expect("partial, 2 rejected, 2 unchanged");
    let said = run.rejects();
    assert!(said.iter().all(|line| line.contains("2 rows have this key and differ (rows 4, 5)")), "{said:?}");
    assert_eq!(world.field("E1", "status"), "Active", "who stands in the file has not left");
}

#[test]
fn rule_3_a_renamed_key_column_changes_nobody() {
    let (mut world, export) = loaded(30);
    world.set_job(
        &JobFile::default().set("source.key", "[\"staff no\"]").set("fields.unique_id", "\"staff no\""),
    );
    let renamed = export.renamed("id", "staff no");
    world.sync_export(&renamed).expect("ok, 30 unchanged");
    world.twice(&renamed);
}

#[test]
fn rule_4_filtered_rows_are_left_alone_unless_the_job_says_otherwise() {
    let job = JobFile::default().set("source.where", "{ country = [\"UK\"] }");
    let mut world = Setup::of(&job).start();
    let export = Export::of(4).with_column("country", "UK").with("E4", "country", "US");
    world.sync_export(&export).expect("ok, 3 create, 3 accepted");
    let moved = export.with("E3", "country", "US").with("E3", "title", "Lead");
    let run = world.sync_export(&moved).expect("ok, 2 unchanged");
    assert_eq!(
        (run.json["source"]["rows"].as_u64(), run.json["source"]["filtered"].as_u64()),
        (Some(4), Some(2))
    );
    assert_eq!(world.field("E3", "status"), "Active");
    assert_eq!(world.field("E3", "designation"), "Adviser");

    world.set_job(&job.set("source.where_absent", "\"missing\""));
    world.sync_export(&moved).expect("ok, 2 unchanged, 1 remove, 1 accepted");
    assert_eq!(world.field("E3", "status"), "Inactive");
}

#[test]
fn rule_5_two_pushes_for_one_record_fight_and_the_second_is_held() {
    let (mut world, export) = loaded(4);
    let rival = |world: &World, shared: &str| {
        let text = JobFile::default().text().replace("[[push]]", &format!("[[push]]\n{shared}"));
        std::fs::write(world.path("jobs/rival.toml"), text).unwrap();
    };
    rival(&world, "");
    let file = world.path("rival.csv");
    std::fs::write(&file, export.clone().with("E2", "title", "Lead").csv()).unwrap();
    let file = file.to_str().unwrap().to_owned();
    let arguments = ["sync", "rival", "--json", "--file", file.as_str()];

    let held = world.run(&arguments).expect(3).json();
    assert_eq!(held["guards"][0]["guard"], "shared_key", "{held}");
    let explained = held["guards"][0]["found"].as_str().unwrap();
    assert!(
        explained.contains("4 records") && explained.contains("people: upside.manage_user"),
        "{explained}"
    );
    assert_eq!((world.lms().calls().len(), world.field("E2", "designation")), (4, "Adviser".to_owned()));

    rival(&world, "shared = true");
    world.run(&arguments).expect(0);
    assert_eq!(world.field("E2", "designation"), "Lead");
}
