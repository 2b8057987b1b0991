//! A pull that is killed again and again ends with the same database as one that was not.

use std::fs;

use rollbook::sandbox::{UpsideLmsContent, UpsideLmsContentKind, UpsideLmsCurriculum};
use sqlx::Row;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

use super::{CATALOG, failures, give, job, know, said, world};
use crate::crash::support::number;
use crate::harness::World;

const PLAN: &str = "[[pull]]\nconnection = \"upside\"\noperation = \"training_plan\"\nlearners = \"learners.csv\"\n\
    [pull.parameters]\ncontentlist = \"On\"\n";

/// Everything that is remembered, but for times and places.
const REMEMBERED: [&str; 4] = [
    "SELECT p.pull || '|' || scope || '|' || key || '|' || kind || '|' || coalesce(parent, '') || '|' || learner
            || '|' || fields || '|' || standing || '|' || (retired_at IS NULL) || '|' || (first_seen = last_seen)
            || '|' || (changed_at = first_seen)
     FROM item JOIN pull p USING (pull_ref) ORDER BY 1",
    "SELECT p.pull || '|' || i.scope || '|' || i.key || '|' || e.event || '|' || e.field || '|'
            || coalesce(e.before, '') || '|' || coalesce(e.after, '')
     FROM item_event e JOIN item i USING (item_ref) JOIN pull p USING (pull_ref) ORDER BY 1",
    "SELECT p.pull || '|' || scope || '|' || dense_rank() OVER (PARTITION BY pull_ref ORDER BY question) || '|' || coalesce(to_at, '')
     FROM pull_scope JOIN pull p USING (pull_ref) ORDER BY 1",
    "SELECT p.pull || '|' || name || '|' || learner FROM learner_name JOIN pull p USING (pull_ref) ORDER BY 1",
];

/// How many learners there are, and how many curricula.
const LEARNERS: usize = 120;
const CURRICULA: usize = 500;

/// The catalog on a day: from day to day some curricula go, some come, and some are named otherwise.
fn catalog(day: usize) -> Vec<UpsideLmsCurriculum> {
    let there = |id: &usize| match day {
        0 => *id < CURRICULA,
        _ => id % 10 != 3,
    };
    (0..CURRICULA + 40)
        .filter(there)
        .map(|id| {
            let name =
                if day > 0 && id % 7 == 0 { format!("Named anew {id}") } else { format!("Topic {id}") };
            let contents =
                [UpsideLmsContentKind::Course, UpsideLmsContentKind::Video, UpsideLmsContentKind::Survey];
            contents.into_iter().enumerate().fold(
                UpsideLmsCurriculum::new(&id.to_string(), &name),
                |made, (place, kind)| {
                    made.content(UpsideLmsContent::new(
                        kind,
                        &format!("{id}{place}"),
                        &format!("Part {place} of {name}"),
                    ))
                },
            )
        })
        .collect()
}

fn begin() -> World {
    let world = world(&format!("{CATALOG}{PLAN}"), catalog(0));
    let list: String = (0..LEARNERS).map(|id| format!("E{id}\n")).collect();
    fs::write(world.path("jobs/learners.csv"), format!("Uniqueid\n{list}")).unwrap();
    know(&world, LEARNERS);
    assign(&world, 0);
    assert_eq!(fs::read_to_string(world.path("jobs/daily.toml")).unwrap(), job(&format!("{CATALOG}{PLAN}")));
    world
}

fn assign(world: &World, day: usize) {
    for id in (0..LEARNERS).filter(|id| day == 0 || id % 4 == 0) {
        give(world, &format!("E{id}"), &(10 + id + day).to_string());
    }
    world.lms().set_upsidelms(|portal| portal.curricula = catalog(day));
}

fn texts(world: &World, sql: &'static str) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let options = SqliteConnectOptions::new().filename(world.path("data/rollbook.db"));
    runtime.block_on(async {
        let pool = SqlitePool::connect_with(options).await.unwrap();
        let rows = sqlx::query(sql).fetch_all(&pool).await.unwrap();
        pool.close().await;
        rows.iter().map(|row| row.get(0)).collect()
    })
}

/// How far the run is that goes on: whether there is one, its questions, its pulls, the items that it has
/// folded, the questions that are over.
const OPEN: &str = "SELECT count(*) FROM run WHERE phase <> 'done'";
const STEPS: &str = "SELECT count(*) FROM pull_step
                     WHERE run_ref = (SELECT max(run_ref) FROM run WHERE phase <> 'done')";
const ENTERED: &str = "SELECT count(*) FROM pull_run
                       WHERE run_ref = (SELECT max(run_ref) FROM run WHERE phase <> 'done')";
const FOLDED: &str =
    "SELECT count(*) FROM item WHERE run_ref = (SELECT max(run_ref) FROM run WHERE phase <> 'done')";
const OVER: &str = "SELECT count(*) FROM pull_step WHERE state <> 'waiting'
                    AND run_ref = (SELECT max(run_ref) FROM run WHERE phase <> 'done')";

/// A number from the database as it stands; 0 as long as there is none.
fn count(world: &World, sql: &'static str) -> i64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let options = SqliteConnectOptions::new().filename(world.path("data/rollbook.db")).read_only(true);
    runtime.block_on(async {
        let Ok(pool) = SqlitePool::connect_with(options).await else { return 0 };
        let found = sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap_or_default();
        pool.close().await;
        found
    })
}

/// Kills syncs at moments all along the way of a run.
fn kill_through(world: &mut World, kills: usize) {
    let all = i64::try_from(CURRICULA * 4).unwrap();
    let learners = i64::try_from(LEARNERS).unwrap();
    world.kill_when("daily", "the process has begun", |world| world.path("data/rollbook.db").exists());
    for (sql, least) in [(OPEN, 1), (STEPS, 1), (ENTERED, 2)] {
        world.kill_when("daily", sql, |world| count(world, sql) >= least);
    }
    for kill in 1..=kills {
        let part = i64::try_from(kill).unwrap() * all / i64::try_from(kills + 1).unwrap();
        world.kill_when("daily", "so many items are folded", |world| count(world, FOLDED) >= part);
    }
    for over in [learners / 3, learners * 2 / 3] {
        world.kill_when("daily", "so many learners are answered", |world| count(world, OVER) >= over);
    }
}

#[test]
fn killed_at_any_point_it_ends_with_the_same_database() {
    let kills = number("ROLLBOOK_CRASH_PULL_KILLS", 6);
    let mut whole = begin();
    let mut killed = begin();
    for day in 0..2 {
        if day > 0 {
            assign(&whole, day);
            assign(&killed, day);
        }
        let expected = whole.sync_job("daily");
        kill_through(&mut killed, kills);
        let found = killed.sync_job("daily");
        // Where the last kill came too late there was one more run, which found nothing new.
        let runs = killed.query("SELECT count(*) FROM run");
        if runs == [day as i64 + 1] {
            assert_eq!(said(&found), said(&expected), "{:?}", failures(&found));
        }
        for sql in REMEMBERED {
            let (left, right) = (texts(&killed, sql), texts(&whole, sql));
            assert_eq!(left.len(), right.len(), "{sql}");
            for (left, right) in left.iter().zip(&right) {
                assert_eq!(left, right);
            }
        }
    }
    assert!(texts(&whole, REMEMBERED[1]).len() > 600, "there was something to tell");
    assert_eq!(texts(&whole, "PRAGMA integrity_check"), ["ok"]);
    assert_eq!(texts(&killed, "PRAGMA integrity_check"), ["ok"]);
    assert_eq!(said(&killed.sync_job("daily")), format!("ok, {0} asked, {0} answered", LEARNERS + 1));
}

#[test]
fn who_was_answered_is_not_asked_again_after_a_kill() {
    let mut world = begin();
    fs::write(world.path("jobs/daily.toml"), job(PLAN)).unwrap();
    let mut kept = 0;
    let learners = i64::try_from(LEARNERS).unwrap();
    for over in [1, learners / 3, learners * 2 / 3] {
        world.kill_when("daily", "so many learners are answered", |world| count(world, OVER) >= over);
        kept = count(&world, OVER);
    }
    let before = world.lms().calls().len();
    world.sync_job("daily");
    let after = world.lms().calls().len() - before;
    assert_eq!(after, LEARNERS - usize::try_from(kept).unwrap());
    // At most those that were out at each kill were asked for twice.
    assert!(world.lms().calls().len() <= LEARNERS + 3 * 5, "{}", world.lms().calls().len());
}
