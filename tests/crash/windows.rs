//! Moments too short for a kill to hit: the database is put back to where it stood in them.

use std::fs;

use sqlx::Connection as _;

use super::support::{Lms, World, export, open};

/// Does this to the database while nobody else is at work.
fn put_back(world: &World, lms: &Lms, sql: &str) {
    lms.runtime.block_on(async {
        let mut connection = open(&world.path("data/rollbook.db")).await;
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
}

/// The statuses of all runs, oldest first.
fn statuses(world: &World) -> Vec<String> {
    let runs = world.json(&["runs", "--json"]);
    let runs = runs["runs"].as_array().unwrap().iter().rev();
    runs.map(|run| run["status"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn killed_between_the_start_and_the_end_of_a_run_without_a_file() {
    let lms = Lms::start("");
    let world = World::new(&lms.base_url());
    world.sync();
    put_back(
        &world,
        &lms,
        "UPDATE run SET phase = 'acquired', status = NULL, finished_at = NULL, reports = 0",
    );
    assert_eq!(world.sync()["status"], "nothing");
    assert_eq!(statuses(&world), ["nothing"], "the run is taken up, and nothing else is there");
    assert_eq!(world.mails(), []);
}

#[test]
fn killed_between_the_account_and_the_end_of_a_run_with_the_same_bytes() {
    let lms = Lms::start("");
    let world = World::new(&lms.base_url());
    for _ in 0..2 {
        world.drop_file("hr", "hr-1.csv", export(20));
        world.sync();
    }
    assert_eq!(statuses(&world), ["ok", "nothing"]);
    let copy = world.path("data/processing/0-hr-1.csv");
    fs::write(&copy, export(20)).unwrap();
    let sql = format!(
        "UPDATE run SET phase = 'acquired', status = NULL, finished_at = NULL, reports = 0, processing = '{}',
                destination = NULL WHERE status = 'nothing'; DELETE FROM mail WHERE run_ref = 2",
        copy.display()
    );
    put_back(&world, &lms, &sql);
    let shown = world.sync();
    assert_eq!((&shown["status"], &shown["pushes"][0]["unchanged"]), (&"nothing".into(), &20.into()));
    assert_eq!(statuses(&world), ["ok", "nothing"]);
    assert_eq!(world.names("data/processing"), [""; 0]);
    assert_eq!(lms.calls().len(), 20);
}
